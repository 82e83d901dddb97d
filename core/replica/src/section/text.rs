//! Splices on the wire: `[[0, field, id] or [1, op], [[after, insert, [[op, length]…]]…]]`.

use minicbor::data::Type;
use minicbor::{Decoder, Encoder};

use super::ids::{Ids, read_key, write_key};
use super::{EncodeResult, array, bad, limits, list, read_op_id, skip, write_op_id};
use crate::ReplicaError;
use crate::splice::{Edit, Run, Splice, TextRef};

pub(crate) fn write_splices(
    e: &mut Encoder<Vec<u8>>,
    splices: &[Splice],
    ids: &mut Ids<'_>,
) -> EncodeResult {
    e.array(splices.len() as u64)?;
    for splice in splices {
        e.array(2)?;
        match &splice.text {
            TextRef::New(key) => {
                e.array(3)?.u8(0)?;
                write_key(e, key, ids)?;
            }
            TextRef::At(id) => {
                e.array(2)?.u8(1)?;
                write_op_id(e, id)?;
            }
        }
        e.array(splice.edits.len() as u64)?;
        for edit in &splice.edits {
            e.array(3)?;
            match &edit.after {
                Some(id) => write_op_id(e, id)?,
                None => drop(e.null()?),
            }
            e.str(&edit.insert)?.array(edit.delete.len() as u64)?;
            for run in &edit.delete {
                e.array(2)?;
                write_op_id(e, &run.first)?;
                e.u32(run.len)?;
            }
        }
    }
    Ok(())
}

pub(crate) fn read_splices(
    d: &mut Decoder<'_>,
    ids: &mut Ids<'_>,
) -> Result<Vec<Splice>, ReplicaError> {
    let splices = list(d, limits::SPLICES, |d| read_splice(d, ids))?;
    let letters = splices.iter().map(Splice::op_count);
    if letters.fold(0, u64::saturating_add) > limits::LETTERS {
        return Err(ReplicaError::TooLarge);
    }
    Ok(splices)
}

fn read_splice(d: &mut Decoder<'_>, ids: &mut Ids<'_>) -> Result<Splice, ReplicaError> {
    let extra = array(d, 2)?;
    let text = read_text_ref(d, ids)?;
    let edits = list(d, limits::EDITS, read_edit)?;
    skip(d, extra)?;
    Ok(Splice { text, edits })
}

fn read_text_ref(d: &mut Decoder<'_>, ids: &mut Ids<'_>) -> Result<TextRef, ReplicaError> {
    let len = array(d, 2)?;
    match d.u8().map_err(bad)? {
        0 => {
            let extra = len.checked_sub(1).ok_or(ReplicaError::Malformed)?;
            let key = read_key(d, ids)?;
            skip(d, extra)?;
            Ok(TextRef::New(key))
        }
        1 => {
            let id = read_op_id(d)?;
            skip(d, len)?;
            Ok(TextRef::At(id))
        }
        _ => Err(ReplicaError::Malformed),
    }
}

fn read_edit(d: &mut Decoder<'_>) -> Result<Edit, ReplicaError> {
    let extra = array(d, 3)?;
    let after = match d.datatype().map_err(bad)? {
        Type::Null => d.null().map(|()| None).map_err(bad)?,
        _ => Some(read_op_id(d)?),
    };
    let insert = d.str().map_err(bad)?.to_owned();
    let delete = list(d, limits::EDITS, |d| {
        let extra = array(d, 2)?;
        let first = read_op_id(d)?;
        let len = d.u32().map_err(bad)?;
        skip(d, extra)?;
        if len == 0 {
            return Err(ReplicaError::Malformed);
        }
        Ok(Run { first, len })
    })?;
    skip(d, extra)?;
    Ok(Edit {
        after,
        insert,
        delete,
    })
}
