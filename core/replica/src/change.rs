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
    if max_op < parts.start_op || parts.seq == 0 || parts.seq >= MAX_OP {
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
mod tests {
    use automerge::transaction::Transactable;
    use automerge::{AutoCommit, ROOT, ReadDoc};

    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|b| format!("{b:02x}")).collect()
    }

    #[test]
    fn genesis_bytes_are_frozen() {
        // A different hash here would split every community's documents in two.
        let golden = [
            (
                1,
                "72c91043934f3ac332ef89ca9ca743404ea919c6123ef6588fa9ce147997bb7c",
            ),
            (
                2,
                "ea6da9487071a8d01caf81624d13d9d80feed24b25f590f4d91fecbbed9f68a5",
            ),
            (
                3,
                "87634ec7832c6ce8a09b68454de827fe2a07f3e475c73e58c20e5d7aee5c75dc",
            ),
            (
                4,
                "e512e513a53927f39055360149fc8c0e7c538dc09fd394f36332f40c8f2cd3e7",
            ),
            (
                5,
                "1daff322fa9119583f634fd430252bd4fc6c099e9a42d40002fd38d8d4540a8b",
            ),
            (
                6,
                "c064178308239f448dc92d3617ca1878947980e92b3a6f4ec19b5d2cebe08d64",
            ),
            (
                8,
                "a451db0422c6d1fc8bea38a60eddc17d2e0bf80918ad66efef6f48fc9406135a",
            ),
            (
                9,
                "83d2d33ee21ee39b1fca142b4775ff166a0357a8a38ea7fbd93ad8842827e2dc",
            ),
            (
                10,
                "e3cb3d0b3457c3edc7f498ad30c364c2765a5a376afa0680afaa5a9acacb0784",
            ),
            (
                11,
                "2e280a92cf79550eab4d8fd8a44c1af3d24ccf4ea88669f68670cf88e3c1769b",
            ),
            (
                12,
                "130662f2edd004ad2413c2a7448e5a82205787c2fbbfc3d7bb1c11fca7be0a9b",
            ),
            (
                13,
                "c45262a8ddc61638dee01c86fc97be8bba1cfbfba27d63a1af0bdfcaa215c736",
            ),
            (
                14,
                "0d5a2f39445fe7a0fd04abc86bb17e2cdedc3b275374d0c7b144f28d377b61d7",
            ),
            (
                15,
                "d0402a58e60198b78c4d38c01c03c40c29c42e5edec3ffebddb0f984ceccfe74",
            ),
            (
                16,
                "00dc078d76258f59e1c3f682695e9b00dec231a5d78662490b7e6ce045e3d703",
            ),
            (
                17,
                "8c08c07631449b546e77d4d0155556a9a36eae289902873dbddb06d9573f7030",
            ),
            (
                19,
                "5219692c5bc1132ad2ff590ad292eb83b4ccf20b79f2b7e1ed845e63b4d23962",
            ),
        ];
        let declared: Vec<_> = doorknock_model::kinds::KINDS
            .iter()
            .map(|kind| (kind.code, hex(&genesis(kind.code).hash)))
            .collect();
        let golden: Vec<_> = golden.map(|(kind, hash)| (kind, hash.to_owned())).into();
        assert_eq!(declared, golden);
    }

    #[test]
    fn a_change_built_from_parts_is_the_one_automerge_would_write() {
        let actor = [7; 16];
        let genesis = genesis(3);
        let mut doc = AutoCommit::new().with_actor(ActorId::from(actor.as_slice()));
        doc.load_incremental(&genesis.bytes).unwrap();
        doc.put(ROOT, "1", "a").unwrap();
        doc.put(ROOT, "2/0aff", vec![1_u8, 2]).unwrap();
        let at_99 = || automerge::transaction::CommitOptions::default().with_time(99);
        doc.commit_with(at_99());
        doc.put(ROOT, "1", "b").unwrap();
        doc.commit_with(at_99());
        let theirs: Vec<_> = doc.get_changes(&[automerge::ChangeHash(genesis.hash)]);

        let put = |key, replaces, value| Op {
            key,
            replaces,
            value,
        };
        let first = Parts {
            seq: 1,
            time: 99,
            start_op: 2,
            deps: vec![genesis.hash],
            ops: vec![
                put(Key::plain(1), vec![], Value::Text("a".into())),
                put(
                    Key::with_id(2, &[0x0a, 0xff]),
                    vec![],
                    Value::Bytes(vec![1, 2]),
                ),
            ],
            splices: vec![],
        };
        let first_change = build(actor, &first).unwrap();
        let second = Parts {
            seq: 2,
            time: 99,
            start_op: 4,
            deps: vec![first_change.hash],
            ops: vec![put(
                Key::plain(1),
                vec![OpId { counter: 2, actor }],
                Value::Text("b".into()),
            )],
            splices: vec![],
        };
        let second_change = build(actor, &second).unwrap();
        assert_eq!(first_change.bytes, theirs[0].raw_bytes());
        assert_eq!(second_change.bytes, theirs[1].raw_bytes());
        assert_eq!(doc.get_all(ROOT, "1").unwrap().len(), 1);
        assert_eq!(read(&first_change.bytes), Ok((actor, first)));
        assert_eq!(read(&second_change.bytes), Ok((actor, second)));
    }

    #[test]
    fn damaged_bytes_are_an_error() {
        let good = genesis(3).bytes;
        for cut in 0..good.len() {
            assert!(read(&good[..cut]).is_err());
            let mut bad = good.clone();
            bad[cut] ^= 0x40;
            assert!(read(&bad).is_err());
        }
        assert_eq!(
            read(&good),
            Err(ReplicaError::Malformed),
            "the marker is not a field's key"
        );
    }

    #[test]
    fn numbers_near_automerges_limits_are_refused() {
        let op = Op {
            key: Key::plain(1),
            replaces: vec![],
            value: Value::Null,
        };
        let parts = |start_op, seq, ops| Parts {
            seq,
            time: 0,
            start_op,
            deps: vec![],
            ops,
            splices: vec![],
        };
        assert!(build([1; 16], &parts(MAX_OP - 1, 1, vec![op.clone()])).is_ok());
        for bad in [
            parts(MAX_OP, 1, vec![op.clone()]),
            parts(u64::MAX, 1, vec![op.clone()]),
            parts(0, 1, vec![op.clone()]),
            parts(2, 0, vec![op.clone()]),
            parts(2, u64::MAX, vec![op]),
            parts(2, 1, vec![]),
        ] {
            assert!(build([1; 16], &bad).is_err(), "{bad:?}");
        }
    }
}
