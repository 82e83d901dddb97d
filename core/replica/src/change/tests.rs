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
    let kinds = doorknock_model::kinds::KINDS;
    for kind in kinds {
        let hash = hex(&genesis(kind.code).hash);
        let frozen = golden.iter().find(|(code, _)| *code == kind.code);
        let frozen = frozen.map(|(_, hash)| *hash);
        assert_eq!(Some(&*hash), frozen, "kind {} {}", kind.code, kind.name);
    }
    assert_eq!(kinds.len(), golden.len(), "a kind is for ever");
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

#[test]
fn a_time_that_automerge_could_not_keep_beside_another_is_refused() {
    let put = Op {
        key: Key::plain(1),
        replaces: vec![],
        value: Value::Null,
    };
    let one_put = || Parts {
        seq: 1,
        time: 0,
        start_op: 2,
        deps: vec![genesis(3).hash],
        ops: vec![put.clone()],
        splices: vec![],
    };
    for time in [i64::MIN, i64::MAX, MAX_TIME + 1, -MAX_TIME - 1] {
        let refused = build([1; 16], &Parts { time, ..one_put() });
        assert_eq!(refused, Err(ReplicaError::Malformed), "{time}");
    }
    assert!(
        build(
            [1; 16],
            &Parts {
                time: MAX_TIME,
                ..one_put()
            }
        )
        .is_ok()
    );
}
