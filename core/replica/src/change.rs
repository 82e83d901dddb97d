//! One change: a few puts and splices by one actor, as parts and as automerge's bytes.

use std::num::NonZeroU64;

use automerge::legacy::{Key as AmKey, ObjectId, Op as AmOp, OpId as AmOpId, OpType};
use automerge::{ActorId, ExpandedChange, ScalarValue};
use doorknock_model::kind::{Key, Value};

use crate::splice::{self, Splice};
use crate::{Actor, ChangeHash, ReplicaError};

/// The name of one operation: what a later put replaces.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OpId {
    /// Its number.
    pub counter: u64,
    /// Whose.
    pub actor: Actor,
}

/// A put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Op {
    /// Where.
    pub key: Key,
    /// Which values it replaces: those the author saw.
    pub replaces: Vec<OpId>,
    /// What.
    pub value: Value,
}

/// The parts of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts {
    /// The actor's n-th change to this document, 1 first.
    pub seq: u64,
    /// When it was made, in unix milliseconds; data, never used to merge.
    pub time: i64,
    /// The number of the first operation: one more than the greatest of the dependencies'.
    pub start_op: u64,
    /// The changes it follows.
    pub deps: Vec<ChangeHash>,
    /// What it puts.
    pub ops: Vec<Op>,
    /// What it does to texts, after the puts.
    pub splices: Vec<Splice>,
}

impl Parts {
    /// The number of the last operation.
    #[must_use]
    pub fn last_op(&self) -> u64 {
        let spliced = self.splices.iter().map(Splice::op_count);
        let count = spliced.fold(self.ops.len() as u64, u64::saturating_add);
        self.start_op.saturating_add(count).saturating_sub(1)
    }
}

/// A change as automerge stores it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its hash.
    pub hash: ChangeHash,
    /// The uncompressed change chunk.
    pub bytes: Vec<u8>,
    /// The number of its last operation.
    pub max_op: u64,
}

/// Operation numbers stay below this, far from where automerge's own arithmetic fails.
pub const MAX_OP: u64 = 1 << 31;

/// Times stay within this many milliseconds of 1970, some 285,000 years: automerge keeps the
/// differences of neighbouring ones, and fails where those overflow.
pub const MAX_TIME: i64 = 1 << 53;

/// Builds the change: a pure function of its arguments.
///
/// # Errors
/// [`ReplicaError::TooLarge`] if an operation number would reach [`MAX_OP`];
/// [`ReplicaError::Malformed`] without operations.
pub fn build(actor: Actor, parts: &Parts) -> Result<Change, ReplicaError> {
    let ops = parts.ops.iter().map(|op| (op.key.to_path(), op)).collect();
    build_paths(actor, parts, ops)
}

fn build_paths(
    actor: Actor,
    parts: &Parts,
    ops: Vec<(String, &Op)>,
) -> Result<Change, ReplicaError> {
    let after_puts = parts.start_op.saturating_add(ops.len() as u64);
    let spliced = parts.splices.iter().map(Splice::op_count);
    let spliced = spliced.fold(0, u64::saturating_add);
    if spliced > crate::section::limits::LETTERS {
        return Err(ReplicaError::TooLarge);
    }
    let max_op = after_puts.saturating_add(spliced).saturating_sub(1);
    if max_op >= MAX_OP {
        return Err(ReplicaError::TooLarge);
    }
    let start_op = NonZeroU64::new(parts.start_op).ok_or(ReplicaError::Malformed)?;
    let timely = parts.time.unsigned_abs() <= MAX_TIME.unsigned_abs();
    if max_op < parts.start_op || parts.seq == 0 || parts.seq >= MAX_OP || !timely {
        return Err(ReplicaError::Malformed);
    }
    let mut deps: Vec<_> = parts
        .deps
        .iter()
        .copied()
        .map(automerge::ChangeHash)
        .collect();
    deps.sort_unstable();
    let mut operations: Vec<_> = ops
        .into_iter()
        .map(|(path, op)| to_automerge(path, op))
        .collect();
    let mut next = after_puts;
    for splice in &parts.splices {
        splice.to_automerge(actor, next, &mut operations);
        next += splice.op_count();
    }
    let expanded = ExpandedChange {
        operations,
        actor_id: ActorId::from(actor.as_slice()),
        hash: None,
        seq: parts.seq,
        start_op,
        time: parts.time,
        message: None,
        deps,
        extra_bytes: Vec::new(),
        author: None,
    };
    let change = automerge::Change::from(expanded);
    Ok(Change {
        hash: change.hash().0,
        bytes: change.raw_bytes().to_vec(),
        max_op,
    })
}

fn to_automerge(path: String, op: &Op) -> AmOp {
    let replaces: Vec<_> = op
        .replaces
        .iter()
        .map(|id| AmOpId::new(id.counter, &ActorId::from(id.actor.as_slice())))
        .collect();
    AmOp {
        action: OpType::Put(to_scalar(&op.value)),
        obj: ObjectId::Root,
        key: AmKey::Map(path.into()),
        pred: replaces.into(),
        insert: false,
    }
}

fn to_scalar(value: &Value) -> ScalarValue {
    match value {
        Value::Null => ScalarValue::Null,
        Value::Bool(bool) => ScalarValue::Boolean(*bool),
        Value::Int(int) => ScalarValue::Int(*int),
        Value::Text(text) => ScalarValue::Str(text.as_str().into()),
        Value::Bytes(bytes) => ScalarValue::Bytes(bytes.clone()),
    }
}

pub(crate) fn from_scalar(scalar: &ScalarValue) -> Option<Value> {
    Some(match scalar {
        ScalarValue::Null => Value::Null,
        ScalarValue::Boolean(bool) => Value::Bool(*bool),
        ScalarValue::Int(int) => Value::Int(*int),
        ScalarValue::Str(text) => Value::Text(text.to_string()),
        ScalarValue::Bytes(bytes) => Value::Bytes(bytes.clone()),
        _ => return None,
    })
}

pub(crate) fn actor_of(id: &ActorId) -> Option<Actor> {
    id.to_bytes().try_into().ok()
}

/// Takes a change apart again. For bytes that [`build`] made and this device's own database kept;
/// damage is an error, never a panic.
///
/// # Errors
/// [`ReplicaError::Malformed`] if the bytes are not such a change.
pub fn read(bytes: &[u8]) -> Result<(Actor, Parts), ReplicaError> {
    // The chunk's checksum is verified first, so only bytes this crate built get further; the
    // guard is for the rest of the world's surprises.
    std::panic::catch_unwind(|| read_unguarded(bytes)).unwrap_or(Err(ReplicaError::Malformed))
}

fn read_unguarded(bytes: &[u8]) -> Result<(Actor, Parts), ReplicaError> {
    let change =
        automerge::Change::from_bytes(bytes.to_vec()).map_err(|_| ReplicaError::Malformed)?;
    let expanded = change.decode();
    let actor = actor_of(&expanded.actor_id).ok_or(ReplicaError::Malformed)?;
    let puts = expanded
        .operations
        .iter()
        .take_while(|op| matches!((&op.action, &op.obj), (OpType::Put(_), ObjectId::Root)))
        .count();
    let (puts, rest) = expanded.operations.split_at(puts);
    let ops = puts.iter().map(from_automerge).collect::<Option<Vec<_>>>();
    let after_puts = expanded.start_op.get().saturating_add(puts.len() as u64);
    let splices = splice::from_automerge(actor, after_puts, rest);
    let parts = Parts {
        seq: expanded.seq,
        time: expanded.time,
        start_op: expanded.start_op.get(),
        deps: expanded.deps.iter().map(|d| d.0).collect(),
        ops: ops.ok_or(ReplicaError::Malformed)?,
        splices: splices.ok_or(ReplicaError::Malformed)?,
    };
    Ok((actor, parts))
}

fn from_automerge(op: &AmOp) -> Option<Op> {
    let (OpType::Put(scalar), ObjectId::Root, AmKey::Map(path)) = (&op.action, &op.obj, &op.key)
    else {
        return None;
    };
    let replaces = op
        .pred
        .iter()
        .map(|id| {
            Some(OpId {
                counter: id.counter(),
                actor: actor_of(id.actor())?,
            })
        })
        .collect::<Option<Vec<_>>>()?;
    Some(Op {
        key: Key::from_path(path)?,
        replaces,
        value: from_scalar(scalar)?,
    })
}

/// The frozen first change of every document of a kind: one marker that names the kind. The same
/// bytes on every device, for ever (rule R5).
#[must_use]
pub fn genesis(kind: u16) -> Change {
    let marker = Op {
        key: Key::plain(0),
        replaces: Vec::new(),
        value: Value::Int(kind.into()),
    };
    let parts = Parts {
        seq: 1,
        time: 0,
        start_op: 1,
        deps: Vec::new(),
        ops: Vec::new(),
        splices: Vec::new(),
    };
    // One operation numbered 1 is within every limit.
    build_paths([0; 16], &parts, vec![("kind".to_owned(), &marker)]).unwrap_or(Change {
        hash: [0; 32],
        bytes: Vec::new(),
        max_op: 0,
    })
}

#[cfg(test)]
mod tests;
