//! A section's body on the wire: the changes of one document, as parts (docs/wire-format.md).

pub(crate) mod ids;
pub(crate) mod text;

use doorknock_model::ids::{DocId, Recorder, SUBJECT, SpaceId};
use doorknock_model::kind::Value;
use minicbor::data::Type;
use minicbor::{Decoder, Encoder};

use ids::{Before, Ids, read_key, write_key};

use crate::change::{Op, OpId};
use crate::splice::Splice;
use crate::{ChangeHash, ReplicaError};

/// Limits of the format; enforced by the call that records and at ingest.
pub mod limits {
    /// Changes in a section.
    pub const CHANGES: usize = 1024;
    /// Operations in a change.
    pub const OPS: usize = 64;
    /// Dependencies of a change.
    pub const DEPS: usize = 16;
    /// Values a put may replace.
    pub const REPLACES: usize = 16;
    /// Bytes of a value.
    pub const VALUE: usize = 64 * 1024;
    /// Bytes of an id under a field.
    pub const KEY_ID: usize = 64;
    /// Texts a change may touch.
    pub const SPLICES: usize = 64;
    /// Places of a text a change may touch, and runs of letters it may delete at one.
    pub const EDITS: usize = 4096;
    /// Letters a change may insert and delete, all told.
    pub const LETTERS: u64 = 64 * 1024;
}

/// A change as it travels: what cannot be derived, and four bytes of the hash it must come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WireChange {
    /// See [`crate::change::Parts::seq`].
    pub seq: u64,
    /// See [`crate::change::Parts::time`].
    pub time: i64,
    /// What it follows.
    pub deps: Vec<Dep>,
    /// What it puts.
    pub ops: Vec<Op>,
    /// What it does to texts.
    pub splices: Vec<Splice>,
    /// The first bytes of the change's hash.
    pub check: [u8; 4],
}

/// A dependency of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dep {
    /// The document's genesis.
    Genesis,
    /// The n-th change of this section, 0 first, always an earlier one.
    InSection(usize),
    /// Any other, by the beginning of its hash.
    Hash(HashStart),
}

/// The beginning of a change's hash. Where several changes of a document begin alike (somebody took pains
/// to make such), the check of the change that follows tells which is meant.
pub type HashStart = [u8; 8];

/// The beginning of a hash.
#[must_use]
pub fn start(hash: &ChangeHash) -> HashStart {
    let [a, b, c, d, e, f, g, h, ..] = *hash;
    [a, b, c, d, e, f, g, h]
}

/// Where the sender stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Context {
    /// How many charter statements it knew.
    pub charter_length: u64,
    /// The beginning of the hash of the last of them.
    pub charter_head: [u8; 16],
    /// The hub position it had seen in this space.
    pub hub_position: u64,
}

/// The body of a section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// The document's kind.
    pub kind: u16,
    /// The document.
    pub doc: DocId,
    /// Its changes, oldest first.
    pub changes: Vec<WireChange>,
    /// In an entry's first section only.
    pub context: Option<Context>,
}

pub(crate) type EncodeResult = Result<(), minicbor::encode::Error<std::convert::Infallible>>;

impl Section {
    /// The bytes, with every id spelled out: how a device keeps it.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        self.encoded(None)
    }

    /// The bytes in an entry of this recorder in this space: ids end without their checks.
    #[must_use]
    pub fn encode_by(&self, recorder: &Recorder, space: SpaceId) -> Vec<u8> {
        self.encoded(Some((recorder, space)))
    }

    fn encoded(&self, entry: Option<(&Recorder, SpaceId)>) -> Vec<u8> {
        let mut e = Encoder::new(Vec::new());
        // Writing to a vector cannot fail.
        let _ = self.write(&mut e, entry);
        e.into_writer()
    }

    fn write(&self, e: &mut Encoder<Vec<u8>>, entry: Option<(&Recorder, SpaceId)>) -> EncodeResult {
        let bound = entry.is_some_and(|(_, space)| space.holds(self.doc));
        let doc = &self.doc.0[..if bound { SUBJECT } else { 16 }];
        let recorder = entry.map(|(recorder, _)| recorder);
        e.array(if self.context.is_some() { 4 } else { 3 })?;
        e.u16(self.kind)?
            .bytes(doc)?
            .array(self.changes.len() as u64)?;
        let mut before = Before::default();
        for (n, change) in self.changes.iter().enumerate() {
            write_change(e, n, change, &mut before, recorder)?;
        }
        if let Some(context) = &self.context {
            e.array(3)?.u64(context.charter_length)?;
            e.bytes(&context.charter_head)?.u64(context.hub_position)?;
        }
        Ok(())
    }

    /// Reads a body with every id spelled out. Elements beyond those known are skipped; everything known
    /// is checked against [`limits`].
    ///
    /// # Errors
    /// [`ReplicaError::Malformed`], [`ReplicaError::TooLarge`].
    pub fn decode(bytes: &[u8]) -> Result<Self, ReplicaError> {
        Self::decoded(bytes, None)
    }

    /// Reads a body out of an entry of this recorder in this space, or one with every id spelled out.
    ///
    /// # Errors
    /// As [`Section::decode`].
    pub fn decode_by(
        bytes: &[u8],
        recorder: &Recorder,
        space: SpaceId,
    ) -> Result<Self, ReplicaError> {
        Self::decoded(bytes, Some((recorder, space)))
    }

    fn decoded(bytes: &[u8], entry: Option<(&Recorder, SpaceId)>) -> Result<Self, ReplicaError> {
        let recorder = entry.map(|(recorder, _)| recorder);
        let d = &mut Decoder::new(bytes);
        let mut extra = array(d, 3)?;
        let kind = d.u16().map_err(bad)?;
        let doc = d.bytes().map_err(bad)?;
        let doc = match (<[u8; SUBJECT]>::try_from(doc), entry) {
            (Ok(subject), Some((_, space))) => space.document(subject),
            _ => DocId::from_slice(doc).ok_or(ReplicaError::Malformed)?,
        };
        let (mut before, mut n) = (Before::default(), 0);
        let changes = list(d, limits::CHANGES, |d| {
            let change = read_change(d, n, &mut before, recorder)?;
            n += 1;
            Ok(change)
        })?;
        let mut context = None;
        if extra > 0 {
            extra -= 1;
            context = Some(read_context(d)?);
        }
        skip(d, extra)?;
        (d.position() == bytes.len())
            .then_some(())
            .ok_or(ReplicaError::Malformed)?;
        Ok(Self {
            kind,
            doc,
            changes,
            context,
        })
    }
}

fn write_change(
    e: &mut Encoder<Vec<u8>>,
    n: usize,
    change: &WireChange,
    before: &mut Before,
    recorder: Option<&Recorder>,
) -> EncodeResult {
    let (time, count) = (change.time, before.count);
    let mut ids = Ids {
        recorder,
        time,
        count,
    };
    e.array(if change.splices.is_empty() { 5 } else { 6 })?
        .i64(change.seq.wrapping_sub(before.seq).cast_signed())?
        .i64(time.wrapping_sub(before.time))?
        .array(change.deps.len() as u64)?;
    for dep in &change.deps {
        match dep {
            Dep::Genesis => e.u8(0)?,
            Dep::InSection(m) => e.u64((n as u64).wrapping_sub(*m as u64))?,
            Dep::Hash(hash) => e.bytes(hash)?,
        };
    }
    e.array(change.ops.len() as u64)?;
    for op in &change.ops {
        write_op(e, op, &mut ids)?;
    }
    e.bytes(&change.check)?;
    if !change.splices.is_empty() {
        text::write_splices(e, &change.splices, &mut ids)?;
    }
    *before = Before {
        seq: change.seq,
        time,
        count: ids.count,
    };
    Ok(())
}

pub(crate) fn write_op(e: &mut Encoder<Vec<u8>>, op: &Op, ids: &mut Ids<'_>) -> EncodeResult {
    e.array(4)?;
    write_key(e, &op.key, ids)?;
    e.array(op.replaces.len() as u64)?;
    for id in &op.replaces {
        write_op_id(e, id)?;
    }
    match &op.value {
        Value::Null => e.null()?,
        Value::Bool(bool) => e.bool(*bool)?,
        Value::Int(int) => e.i64(*int)?,
        Value::Text(text) => e.str(text)?,
        Value::Bytes(bytes) => e.bytes(bytes)?,
    };
    Ok(())
}

fn write_op_id(e: &mut Encoder<Vec<u8>>, id: &OpId) -> EncodeResult {
    e.array(2)?.u64(id.counter)?.bytes(&id.actor)?;
    Ok(())
}

#[allow(clippy::needless_pass_by_value)] // the shape `map_err` wants
pub(crate) fn bad(_: minicbor::decode::Error) -> ReplicaError {
    ReplicaError::Malformed
}

/// An array of at least `known` elements; how many more there are.
pub(crate) fn array(d: &mut Decoder<'_>, known: u64) -> Result<u64, ReplicaError> {
    let len = d.array().map_err(bad)?.ok_or(ReplicaError::Malformed)?;
    len.checked_sub(known).ok_or(ReplicaError::Malformed)
}

pub(crate) fn skip(d: &mut Decoder<'_>, count: u64) -> Result<(), ReplicaError> {
    (0..count).try_for_each(|_| d.skip().map_err(bad))
}

pub(crate) fn list<T>(
    d: &mut Decoder<'_>,
    limit: usize,
    mut read: impl FnMut(&mut Decoder<'_>) -> Result<T, ReplicaError>,
) -> Result<Vec<T>, ReplicaError> {
    let len = array(d, 0)?;
    if len > limit as u64 {
        return Err(ReplicaError::TooLarge);
    }
    (0..len).map(|_| read(d)).collect()
}

pub(crate) fn fixed<const N: usize>(d: &mut Decoder<'_>) -> Result<[u8; N], ReplicaError> {
    d.bytes()
        .map_err(bad)?
        .try_into()
        .map_err(|_| ReplicaError::Malformed)
}

fn read_context(d: &mut Decoder<'_>) -> Result<Context, ReplicaError> {
    let extra = array(d, 3)?;
    let context = Context {
        charter_length: d.u64().map_err(bad)?,
        charter_head: fixed(d)?,
        hub_position: d.u64().map_err(bad)?,
    };
    skip(d, extra)?;
    Ok(context)
}

fn read_change(
    d: &mut Decoder<'_>,
    n: usize,
    before: &mut Before,
    recorder: Option<&Recorder>,
) -> Result<WireChange, ReplicaError> {
    let mut extra = array(d, 5)?;
    let further = d.i64().map_err(bad)?;
    let seq = before.seq.wrapping_add(further.cast_unsigned());
    let time = before.time.wrapping_add(d.i64().map_err(bad)?);
    let count = before.count;
    let mut ids = Ids {
        recorder,
        time,
        count,
    };
    let deps = list(d, limits::DEPS, |d| read_dep(d, n))?;
    let ops = list(d, limits::OPS, |d| read_op(d, &mut ids))?;
    let check = fixed(d)?;
    let mut splices = Vec::new();
    if extra > 0 {
        extra -= 1;
        splices = text::read_splices(d, &mut ids)?;
    }
    skip(d, extra)?;
    *before = Before {
        seq,
        time,
        count: ids.count,
    };
    // A change with no dependency or no operation cannot have come from this app.
    if deps.is_empty() || (ops.is_empty() && splices.is_empty()) {
        return Err(ReplicaError::Malformed);
    }
    Ok(WireChange {
        seq,
        time,
        deps,
        ops,
        splices,
        check,
    })
}

fn read_dep(d: &mut Decoder<'_>, n: usize) -> Result<Dep, ReplicaError> {
    if d.datatype().map_err(bad)? == Type::Bytes {
        return fixed(d).map(Dep::Hash);
    }
    Ok(match d.u64().map_err(bad)? {
        0 => Dep::Genesis,
        back => {
            let back = usize::try_from(back).map_err(|_| ReplicaError::Malformed)?;
            Dep::InSection(n.checked_sub(back).ok_or(ReplicaError::Malformed)?)
        }
    })
}

pub(crate) fn read_op(d: &mut Decoder<'_>, ids: &mut Ids<'_>) -> Result<Op, ReplicaError> {
    let extra = array(d, 4)?;
    let key = read_key(d, ids)?;
    let replaces = list(d, limits::REPLACES, read_op_id)?;
    let value = match d.datatype().map_err(bad)? {
        Type::Null => d.null().map(|()| Value::Null),
        Type::Bool => d.bool().map(Value::Bool),
        Type::String => d.str().map(|text| Value::Text(text.to_owned())),
        Type::Bytes => d.bytes().map(|bytes| Value::Bytes(bytes.to_vec())),
        _ => d.i64().map(Value::Int),
    }
    .map_err(bad)?;
    if value.size() > limits::VALUE {
        return Err(ReplicaError::TooLarge);
    }
    skip(d, extra)?;
    Ok(Op {
        key,
        replaces,
        value,
    })
}

fn read_op_id(d: &mut Decoder<'_>) -> Result<OpId, ReplicaError> {
    let extra = array(d, 2)?;
    let id = OpId {
        counter: d.u64().map_err(bad)?,
        actor: fixed(d)?,
    };
    skip(d, extra)?;
    Ok(id)
}

#[cfg(test)]
mod tests;
