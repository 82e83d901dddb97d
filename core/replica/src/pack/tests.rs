use doorknock_model::kind::{Key, Value};
use proptest::prelude::*;

use super::*;
use crate::change::{build, genesis};
use crate::document::Document;
use crate::splice::{Edit, TextRef};

const COMMUNITY: CommunityId = CommunityId([1; 16]);
const SPACE: SpaceId = SpaceId([2; 16]);
const DOC: DocId = DocId([3; 16]);
const KIND: u16 = 5;

fn author(n: u8) -> (DeviceId, Incarnation) {
    (DeviceId([n; 16]), Incarnation([n; 8]))
}

/// A history as a log has it: each change follows the heads, or only some earlier change.
fn history(steps: &[(u8, u8, i64, bool)]) -> (Pack, Vec<(ChangeHash, Vec<u8>)>) {
    let root = genesis(KIND);
    let mut all: Vec<(ChangeHash, u64, Vec<u8>)> = vec![(root.hash, root.max_op, Vec::new())];
    let mut packer = Packer::new(KIND, DOC);
    let mut seqs = [0_u64; 4];
    for (n, (who, follows, time, typed)) in steps.iter().enumerate() {
        let who = who % 4;
        let actor = actor(COMMUNITY, SPACE, DOC, author(who).0, author(who).1);
        // An author's next change always follows the one before, as automerge has it.
        let mut deps = vec![all[usize::from(*follows) % all.len()].0];
        let mine = all.iter().rev().find(|(_, _, by)| by == &vec![who]);
        deps.extend(mine.map(|(hash, ..)| *hash).filter(|hash| *hash != deps[0]));
        let op_of = |hash: &ChangeHash| all.iter().find(|(h, ..)| h == hash).map_or(0, |c| c.1);
        let start_op = deps.iter().map(op_of).max().unwrap_or(0) + 1;
        seqs[usize::from(who)] += 1;
        let number = u32::try_from(n).unwrap();
        // An id that its author counted, where the time allows it, or anybody's.
        let recorder = Recorder {
            device: author(who).0,
            incarnation: author(who).1,
        };
        let counted = u64::try_from(*time).ok().filter(|ms| ms >> 48 == 0);
        let id = counted.map_or(vec![number.to_be_bytes()[3]; 16], |ms| {
            recorder.id(ms, number).to_vec()
        });
        let op = Op {
            key: Key { field: 1, id },
            replaces: vec![],
            value: Value::Bytes(vec![*follows; 30]),
        };
        let splice = Splice {
            text: TextRef::New(Key::plain(9 + u16::try_from(n).unwrap())),
            edits: vec![Edit {
                insert: "敲门".to_owned(),
                ..Edit::default()
            }],
        };
        let parts = Parts {
            seq: seqs[usize::from(who)],
            time: *time,
            start_op,
            deps,
            ops: vec![op],
            splices: if *typed { vec![splice] } else { vec![] },
        };
        let built = build(actor, &parts).unwrap();
        packer.add(author(who), built.hash, parts).unwrap();
        all.push((built.hash, built.max_op, vec![who]));
    }
    let pack = packer.finish();
    let built = pack.build(COMMUNITY, SPACE).unwrap();
    let hashes = all.iter().skip(1).map(|(hash, ..)| *hash);
    assert!(hashes.eq(built.iter().map(|(_, c)| c.hash)));
    let chunks = built.into_iter().map(|(_, c)| (c.hash, c.bytes)).collect();
    (pack, chunks)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_pack_reads_back_and_builds_the_very_changes(
        steps in proptest::collection::vec((any::<u8>(), any::<u8>(), -change::MAX_TIME..change::MAX_TIME, any::<bool>()), 1..12),
    ) {
        let (pack, chunks) = history(&steps);
        let again = Pack::decode(&pack.encode()).unwrap();
        prop_assert_eq!(&again, &pack);
        let built = again.build(COMMUNITY, SPACE).unwrap();
        for ((parts, change), numbers) in built.iter().zip(again.numbers().unwrap()) {
            prop_assert_eq!((parts.seq, parts.start_op, change.max_op),
                            (numbers.seq, numbers.start_op, numbers.last_op));
        }
        let heads: Vec<_> = pack.heads.iter().map(|(_, hash)| *hash).collect();
        prop_assert!(Document::load(KIND, chunks.iter().map(|(_, b)| b.as_slice()), &heads).is_ok());
    }

    #[test]
    fn damage_is_an_error_or_another_pack_never_a_panic(
        steps in proptest::collection::vec((any::<u8>(), any::<u8>(), 0..9_i64, any::<bool>()), 1..6),
        at: prop::sample::Index, flip in 1_u8.., cut: bool,
    ) {
        let mut bytes = history(&steps).0.encode();
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        if cut { bytes.truncate(at); }
        if let Ok(pack) = Pack::decode(&bytes) {
            let _ = pack.numbers();
            let _ = pack.build(COMMUNITY, SPACE);
        }
    }
}

#[test]
fn a_pack_with_another_value_has_other_heads() {
    let (mut pack, _) = history(&[(0, 0, 5, false), (1, 1, 6, false)]);
    assert!(pack.build(COMMUNITY, SPACE).is_ok());
    assert!(
        pack.build(COMMUNITY, SpaceId([9; 16])).is_err(),
        "another space's actors"
    );
    pack.changes[0].ops[0].value = Value::Bytes(vec![7; 30]);
    assert_eq!(
        pack.build(COMMUNITY, SPACE).err(),
        Some(ReplicaError::EncoderMismatch)
    );
}

#[test]
fn a_pack_that_leaves_a_head_out_or_names_a_change_that_is_none_is_refused() {
    let (pack, _) = history(&[(0, 0, 5, false), (1, 0, 6, false), (2, 1, 7, false)]);
    assert_eq!(pack.heads.len(), 2);
    let mut fewer = pack.clone();
    fewer.heads.pop();
    let mut other = pack.clone();
    other.heads[0].0 = 0;
    let mut twice = pack.clone();
    twice.heads[1] = twice.heads[0];
    let mut nobody = pack;
    nobody.changes[0].author = 7;
    for wrong in [fewer, other, twice, nobody] {
        assert_eq!(Pack::decode(&wrong.encode()), Err(ReplicaError::Malformed));
    }
}

#[test]
fn what_follows_something_that_is_not_there_is_not_packed() {
    let mut packer = Packer::new(KIND, DOC);
    let parts = Parts {
        seq: 1,
        time: 0,
        start_op: 2,
        deps: vec![[8; 32]],
        ops: vec![],
        splices: vec![],
    };
    assert_eq!(
        packer.add(author(0), [9; 32], parts),
        Err(ReplicaError::Malformed)
    );
}

#[test]
fn a_visit_costs_little_beside_its_words() {
    let steps: Vec<_> = (0..50)
        .map(|n| (0, n, 0x01_02_03_04_05_00 + i64::from(n), false))
        .collect();
    let (pack, chunks) = history(&steps);
    let raw: usize = chunks.iter().map(|(_, bytes)| bytes.len()).sum();
    let packed = pack.encode().len();
    // Thirty bytes of value and sixteen of id are the writer's.
    assert!(
        packed < 50 * (30 + 16 + 16) && packed * 5 < raw * 2,
        "{packed} of {raw}"
    );
}
