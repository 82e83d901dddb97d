//! What the changes of a section leave unsaid: ids that their own recorder gave, and what hardly differs from
//! the change before.

use doorknock_model::ids::Recorder;
use doorknock_model::kind::Key;
use minicbor::data::Type;
use minicbor::{Decoder, Encoder};

use super::{EncodeResult, array, bad, limits, skip};
use crate::ReplicaError;

/// What the change before left behind: changes of one section follow one another closely, so each says
/// how it differs.
#[derive(Clone, Copy, Default)]
pub(super) struct Before {
    pub(super) seq: u64,
    pub(super) time: i64,
    pub(super) count: u32,
}

/// Whose ids go without saying, the time of the change they stand in, and the last count.
pub(crate) struct Ids<'a> {
    pub(crate) recorder: Option<&'a Recorder>,
    pub(crate) time: i64,
    pub(crate) count: u32,
}

pub(super) fn write_key(e: &mut Encoder<Vec<u8>>, key: &Key, ids: &mut Ids<'_>) -> EncodeResult {
    e.u16(key.field)?;
    let given = ids.recorder.and_then(|recorder| recorder.gave(&key.id));
    let Some((ms, count)) = given else {
        if key.id.is_empty() {
            e.null()?
        } else {
            e.bytes(&key.id)?
        };
        return Ok(());
    };
    let further = i64::from(count) - i64::from(std::mem::replace(&mut ids.count, count));
    match i64::try_from(ms).unwrap_or(i64::MAX).wrapping_sub(ids.time) {
        0 => e.i64(further)?,
        later => e.array(2)?.i64(further)?.i64(later)?,
    };
    Ok(())
}

pub(super) fn read_key(d: &mut Decoder<'_>, ids: &mut Ids<'_>) -> Result<Key, ReplicaError> {
    let field = d.u16().map_err(bad)?;
    let id = match d.datatype().map_err(bad)? {
        Type::Null => d.null().map(|()| Vec::new()).map_err(bad)?,
        Type::Bytes => d.bytes().map_err(bad)?.to_vec(),
        Type::Array => {
            let extra = array(d, 2)?;
            let further = d.i64().map_err(bad)?;
            let later = d.i64().map_err(bad)?;
            skip(d, extra)?;
            ids.given(further, later)?
        }
        _ => ids.given(d.i64().map_err(bad)?, 0)?,
    };
    if id.len() > limits::KEY_ID {
        return Err(ReplicaError::TooLarge);
    }
    Ok(Key { field, id })
}

impl Ids<'_> {
    /// The id that the recorder gave, so much further in its count, so many milliseconds after the change
    /// was made.
    pub(super) fn given(&mut self, further: i64, later: i64) -> Result<Vec<u8>, ReplicaError> {
        let at = self.time.checked_add(later);
        let at = at.and_then(|at| u64::try_from(at).ok());
        let count = i64::from(self.count).checked_add(further);
        let count = count.and_then(|count| u32::try_from(count).ok());
        match (self.recorder, at, count) {
            (Some(recorder), Some(at), Some(count))
                if at >> 48 == 0 && count < Recorder::COUNTS =>
            {
                self.count = count;
                Ok(recorder.id(at, count).to_vec())
            }
            _ => Err(ReplicaError::Malformed),
        }
    }
}
