use proptest::prelude::*;

use super::*;
use crate::splice::{Edit, Run, TextRef};
use doorknock_model::kind::Key;

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        ".{0,20}".prop_map(Value::Text),
        proptest::collection::vec(any::<u8>(), 0..40).prop_map(Value::Bytes),
    ]
}

prop_compose! {
    fn op()(field: u16, id in proptest::collection::vec(any::<u8>(), 0..20),
            replaces in proptest::collection::vec((any::<u64>(), any::<[u8; 16]>()), 0..3),
            value in value()) -> Op {
        let replaces = replaces.into_iter().map(|(counter, actor)| OpId { counter, actor });
        Op { key: Key { field, id }, replaces: replaces.collect(), value }
    }
}

fn op_id() -> impl Strategy<Value = OpId> {
    (any::<u64>(), any::<[u8; 16]>()).prop_map(|(counter, actor)| OpId { counter, actor })
}

prop_compose! {
    fn edit()(after in proptest::option::of(op_id()), insert in ".{0,8}",
              delete in proptest::collection::vec((op_id(), 1..9_u32), 0..3)) -> Edit {
        let delete = delete.into_iter().map(|(first, len)| Run { first, len });
        Edit { after, insert, delete: delete.collect() }
    }
}

prop_compose! {
    fn splice()(new: bool, field: u16, id in proptest::collection::vec(any::<u8>(), 0..20),
                at in op_id(), edits in proptest::collection::vec(edit(), 0..4)) -> Splice {
        let text = if new { TextRef::New(Key { field, id }) } else { TextRef::At(at) };
        Splice { text, edits }
    }
}

prop_compose! {
    fn section()(kind: u16, doc: [u8; 16], context: Option<(u64, [u8; 16], u64)>,
                 changes in proptest::collection::vec(
                    (any::<u64>(), any::<i64>(), any::<HashStart>(), any::<u8>(),
                     proptest::collection::vec(op(), 1..4), proptest::collection::vec(splice(), 0..3),
         any::<[u8; 4]>()), 0..5)) -> Section {
        let changes = changes.into_iter().enumerate().map(|(n, (seq, time, hash, pick, ops, splices, check))| {
            let dep = match pick % 3 {
                0 => Dep::Genesis,
                1 if n > 0 => Dep::InSection(usize::from(pick) % n),
                _ => Dep::Hash(hash),
            };
            WireChange { seq, time, deps: vec![dep], ops, splices, check }
        });
        let context = context.map(|(charter_length, charter_head, hub_position)| {
            Context { charter_length, charter_head, hub_position }
        });
        Section { kind, doc: DocId(doc), changes: changes.collect(), context }
    }
}

proptest! {
    #[test]
    fn a_section_reads_back(section in section()) {
        prop_assert_eq!(Section::decode(&section.encode()), Ok(section));
    }

    #[test]
    fn damage_is_an_error_or_another_section_never_a_panic(
        section in section(), at: prop::sample::Index, flip in 1_u8.., cut: bool,
    ) {
        let mut bytes = section.encode();
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        if cut { bytes.truncate(at); }
        let _ = Section::decode(&bytes);
    }

    #[test]
    fn noise_is_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Section::decode(&bytes);
    }
}

const SPACE: SpaceId = SpaceId([4; 16]);

#[test]
fn ids_that_the_recorder_gave_go_without_saying() {
    let recorder = Recorder {
        device: doorknock_model::ids::DeviceId([1; 16]),
        incarnation: doorknock_model::ids::Incarnation([2; 8]),
    };
    let other = Recorder {
        device: doorknock_model::ids::DeviceId([3; 16]),
        ..recorder
    };
    let time = 1_795_226_400_123;
    let of = |id: Vec<u8>| WireChange {
        seq: 1,
        time,
        deps: vec![Dep::Hash([9; 8])],
        ops: vec![Op {
            key: Key { field: 1, id },
            replaces: vec![],
            value: Value::Null,
        }],
        splices: vec![],
        check: [0; 4],
    };
    let millis = time.unsigned_abs();
    let ids = [
        recorder.id(millis, 5).to_vec(),
        recorder.id(millis - 7, 6).to_vec(),
        other.id(millis, 7).to_vec(),
        vec![],
    ];
    let section = Section {
        kind: 5,
        doc: SPACE.document([1; 12]),
        changes: ids.map(of).to_vec(),
        context: None,
    };
    let bytes = section.encode_by(&recorder, SPACE);
    assert_eq!(section.encode().len(), bytes.len() + 16 + 14 + 4);
    assert_eq!(
        Section::decode_by(&bytes, &recorder, SPACE).as_ref(),
        Ok(&section)
    );
    let kept = Section::decode_by(&section.encode(), &other, SPACE);
    assert_eq!(
        kept.as_ref(),
        Ok(&section),
        "spelled out they are anybody's"
    );
    assert_ne!(
        Section::decode_by(&bytes, &other, SPACE).as_ref(),
        Ok(&section)
    );
    assert_eq!(Section::decode(&bytes), Err(ReplicaError::Malformed));
}

#[test]
fn an_id_of_no_time_is_refused() {
    let recorder = Recorder {
        device: doorknock_model::ids::DeviceId([1; 16]),
        incarnation: doorknock_model::ids::Incarnation([2; 8]),
    };
    for (time, count, later) in [
        (-1, 0, 0),
        (1 << 48, 0, 0),
        (0, 1 << 26, 0),
        (5, 0, i64::MAX),
    ] {
        let mut ids = Ids {
            recorder: Some(&recorder),
            time,
            count: 0,
        };
        assert!(ids.given(count, later).is_err(), "{time} {count} {later}");
    }
}

#[test]
fn a_change_that_deletes_without_end_is_refused_without_work() {
    let first = OpId {
        counter: 1,
        actor: [1; 16],
    };
    let edit = Edit {
        after: None,
        insert: String::new(),
        delete: vec![Run {
            first,
            len: u32::MAX,
        }],
    };
    let splices = vec![Splice {
        text: TextRef::At(first),
        edits: vec![edit],
    }];
    let change = WireChange {
        seq: 1,
        time: 0,
        deps: vec![Dep::Genesis],
        ops: vec![],
        splices,
        check: [0; 4],
    };
    let section = Section {
        kind: 8,
        doc: DocId([1; 16]),
        changes: vec![change],
        context: None,
    };
    assert_eq!(
        Section::decode(&section.encode()),
        Err(ReplicaError::TooLarge)
    );
}

#[test]
fn hostile_lengths_and_depths_are_refused_without_work() {
    let huge_list = [
        0x83, 0x01, 0x50, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x9b, 0xff, 0xff, 0xff,
        0xff, 0xff, 0xff, 0xff, 0xff,
    ];
    assert_eq!(Section::decode(&huge_list), Err(ReplicaError::TooLarge));
    let mut deep = vec![0x85, 0x01, 0x50];
    deep.extend([0; 16]);
    deep.extend([0x80, 0x83, 0x01, 0x58, 32]);
    deep.extend([0; 32]);
    deep.push(0x01);
    deep.extend(std::iter::repeat_n(0x81, 100_000)); // an unknown element, nested
    assert_eq!(Section::decode(&deep), Err(ReplicaError::Malformed));
}
