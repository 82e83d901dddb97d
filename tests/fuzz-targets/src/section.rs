//! A section's body, the changes rebuilt from it, and the values that records are packed into.
//!
//! automerge's own decoder is not fed: it never sees foreign bytes (ADR 2), and a few of them may stand for any number of
//! operations, so that no bound on its input bounds its memory.

use doorknock_model::ids::{
    CommunityId, DeviceId, DoorId, Incarnation, Recorder, SpaceId, VisitId,
};
use doorknock_model::kind::{Key, Value, Zone};
use doorknock_model::kinds::{
    self, Channel, Outcome, PERSON_FILE, ROUND_SHEET, Tick, TickResult, VISIT_BOOK, Visit, pack,
};
use doorknock_replica::change::{self, Change, Op, OpId, Parts, genesis};
use doorknock_replica::document::Document;
use doorknock_replica::section::{Context, Dep, HashStart, Section, WireChange, start};
use doorknock_replica::splice::{Edit, Run, Splice, TextRef};
use doorknock_replica::{Actor, ChangeHash};

use crate::{Target, seed};

/// See the module.
pub const TARGET: Target = Target {
    name: "section",
    run,
    seeds,
};

const ACTOR: Actor = [7; 16];
const SPACE: SpaceId = SpaceId([4; 16]);
/// Who wrote the sections.
const BY: Recorder = Recorder {
    device: DeviceId([8; 16]),
    incarnation: Incarnation([9; 8]),
};

fn run(data: &[u8]) -> bool {
    match data.split_first() {
        Some((0, bytes)) => body(bytes),
        Some((1, bytes)) => value(bytes),
        _ => false,
    }
}

/// Decoding and encoding agree, and every change that can be built reads back as its parts.
fn body(bytes: &[u8]) -> bool {
    let Ok(section) = Section::decode_by(bytes, &BY, SPACE) else {
        return false;
    };
    // With every id spelled out, as it is kept, and as short as an entry has it.
    let kept = section.encode();
    assert_eq!(Section::decode(&kept).as_ref(), Ok(&section));
    let short = section.encode_by(&BY, SPACE);
    let again = Section::decode_by(&short, &BY, SPACE);
    assert_eq!(again.as_ref(), Ok(&section));
    let mut built = Vec::new();
    for change in &section.changes {
        built.push(rebuild(ACTOR, section.kind, change, &built, &[]));
    }
    for (wire, change) in section.changes.iter().zip(&built) {
        let Some(change) = change.as_ref().filter(|change| is_possible(wire, change)) else {
            continue;
        };
        let (actor, parts) = change::read(&change.bytes).expect("what was built reads back");
        assert_eq!(actor, ACTOR);
        assert_eq!(change::build(actor, &parts).as_ref(), Ok(change));
    }
    let all: Vec<Change> = built.into_iter().flatten().collect();
    let heads: Vec<ChangeHash> = all.last().map(|last| last.hash).into_iter().collect();
    let chunks = all.iter().map(|change| &change.bytes[..]);
    let _ = Document::load(section.kind, chunks, &heads);
    all.len() == section.changes.len()
}

/// The change that its parts come to, where its dependencies among `before`, the section's, were built. Of others only
/// those among `elsewhere` are known, and for one that is not any number will do.
pub(crate) fn rebuild(
    actor: Actor,
    kind: u16,
    change: &WireChange,
    before: &[Option<Change>],
    elsewhere: &[Change],
) -> Option<Change> {
    let genesis = genesis(kind);
    let (mut deps, mut start_op) = (Vec::new(), 0);
    for dep in &change.deps {
        let (hash, max_op) = match dep {
            Dep::Genesis => (genesis.hash, genesis.max_op),
            Dep::InSection(n) => before.get(*n)?.as_ref().map(|c| (c.hash, c.max_op))?,
            Dep::Hash(begins) => {
                let mut known = elsewhere.iter();
                let known = known.find(|change| start(&change.hash) == *begins);
                known.map_or_else(|| (any(*begins), 9), |c| (c.hash, c.max_op))
            }
        };
        deps.push(hash);
        start_op = start_op.max(max_op + 1);
    }
    let parts = Parts {
        seq: change.seq,
        time: change.time,
        start_op,
        deps,
        ops: change.ops.clone(),
        splices: change.splices.clone(),
    };
    change::build(actor, &parts).ok()
}

/// A hash that begins so.
fn any(begins: HashStart) -> ChangeHash {
    let mut hash = [0; 32];
    hash[..begins.len()].copy_from_slice(&begins);
    hash
}

/// Whether it names only operations that can have been before: what ingest sees to before anything is kept.
fn is_possible(wire: &WireChange, change: &Change) -> bool {
    let spliced: u64 = wire.splices.iter().map(Splice::op_count).sum();
    let mut next = change.max_op + 1 - spliced;
    let start = next - wire.ops.len() as u64;
    let before = |id: &OpId| id.counter > 0 && id.counter < start;
    let splices = wire.splices.iter().all(|splice| {
        let first = next;
        next += splice.op_count();
        let text = match &splice.text {
            TextRef::New(_) => None,
            TextRef::At(id) => Some(*id),
        };
        let named = |id: OpId| before(&id) || (id.actor == ACTOR && id.counter >= start);
        splice.builds_backwards(ACTOR, first) && splice.letters().chain(text).all(named)
    });
    splices && wire.ops.iter().flat_map(|op| &op.replaces).all(before)
}

/// A value of each form, shown by every field of every kind.
fn value(bytes: &[u8]) -> bool {
    let Some((form, rest)) = bytes.split_first() else {
        return false;
    };
    let value = match form {
        0 => Value::Bytes(rest.to_vec()),
        1 => Value::Text(String::from_utf8_lossy(rest).into_owned()),
        _ => Value::Int(rest.iter().fold(0, |n, byte| (n << 8) | i64::from(*byte))),
    };
    let mut read = false;
    for field in kinds::KINDS.iter().flat_map(|kind| kind.fields) {
        let reads = field.shape.reads(&value);
        read |= reads;
        assert_eq!(reads, field.shape.items(&value).is_some());
        let shown = field.shape.show(&value, Zone(480));
        if let Some(again) = shown.and_then(|data| field.shape.take(&data).ok()) {
            assert!(field.shape.reads(&again), "{}", field.name);
        }
        assert_eq!(reads, field.columns(&value).is_some(), "{}", field.name);
        assert!(
            field
                .shown(&[&value, &Value::Null])
                .is_none_or(|shown| shown < 2)
        );
    }
    read
}

/// A visit's value.
pub(crate) fn visit_value(door: DoorId, summary: &str) -> Value {
    pack(&Visit {
        door,
        at: 1_790_000_000,
        channel: Channel::InPerson,
        outcome: Outcome::Met,
        with: vec![],
        checklist: None,
        answers: vec![],
        summary: Some(summary.to_owned()),
        follow_up: None,
        corrects: None,
        void: None,
        why: None,
        matters: None,
    })
}

fn op(field: u16, id: &[u8], replaces: Vec<OpId>, value: Value) -> Op {
    let key = if id.is_empty() {
        Key::plain(field)
    } else {
        Key::with_id(field, id)
    };
    Op {
        key,
        replaces,
        value,
    }
}

fn wire(seq: u64, deps: Vec<Dep>, ops: Vec<Op>, splices: Vec<Splice>) -> WireChange {
    WireChange {
        seq,
        time: 1_790_000_000_000,
        deps,
        ops,
        splices,
        check: [0; 4],
    }
}

fn example() -> Vec<Section> {
    let (community, door) = (CommunityId([1; 16]), DoorId([2; 16]));
    let tick = Tick {
        door,
        at: 1_790_000_000,
        result: TickResult::Done,
        follow_up: Some(20_000),
        replaces: Some(vec![VisitId([4; 16])]),
    };
    let ids = [5, 6].map(|count| BY.id(1_790_000_000_000, count));
    let visit = op(1, &ids[0], vec![], visit_value(door, "老人身体好"));
    let own = |counter| OpId {
        counter,
        actor: ACTOR,
    };
    let text = Splice {
        text: TextRef::New(Key::with_id(7, &[5; 16])),
        edits: vec![Edit {
            after: None,
            insert: "上门两次".into(),
            delete: vec![],
        }],
    };
    let edit = Edit {
        after: Some(own(3)),
        insert: "，都在家".into(),
        delete: vec![Run {
            first: own(4),
            len: 2,
        }],
    };
    let edited = Splice {
        text: TextRef::At(own(2)),
        edits: vec![edit],
    };
    let context = Context {
        charter_length: 3,
        charter_head: [6; 16],
        hub_position: 9,
    };
    let section = |kind: u16, changes, context| {
        let doc = community.document(SPACE, kind, &[b"seed"]);
        Section {
            kind,
            doc,
            changes,
            context,
        }
    };
    let name = |name: &str, over| op(2, &[], over, Value::Text(name.into()));
    vec![
        section(
            VISIT_BOOK.code,
            vec![wire(1, vec![Dep::Genesis], vec![visit], vec![])],
            Some(context),
        ),
        section(
            ROUND_SHEET.code,
            vec![
                wire(
                    1,
                    vec![Dep::Genesis],
                    vec![op(1, &[3; 16], vec![], pack(&tick))],
                    vec![],
                ),
                wire(
                    2,
                    vec![Dep::InSection(0)],
                    vec![op(2, &ids[1], vec![], Value::Null)],
                    vec![],
                ),
            ],
            None,
        ),
        section(
            PERSON_FILE.code,
            vec![
                wire(1, vec![Dep::Genesis], vec![name("王秀英", vec![])], vec![]),
                wire(
                    2,
                    vec![Dep::InSection(0), Dep::Hash([9; 8])],
                    vec![name("王秀兰", vec![own(2)])],
                    vec![],
                ),
            ],
            None,
        ),
        section(
            kinds::CASE.code,
            vec![
                wire(1, vec![Dep::Genesis], vec![], vec![text]),
                wire(2, vec![Dep::InSection(0)], vec![], vec![edited]),
            ],
            None,
        ),
    ]
}

fn seeds() -> Vec<Vec<u8>> {
    let sections = example();
    let kept = sections.iter().map(|section| seed(0, section.encode()));
    let short = sections.iter();
    let short = short.map(|section| seed(0, section.encode_by(&BY, SPACE)));
    let values = sections
        .iter()
        .flat_map(|section| &section.changes)
        .flat_map(|c| &c.ops);
    let values = values.filter_map(|op| match &op.value {
        Value::Bytes(bytes) => Some(seed(1, seed(0, bytes))),
        Value::Text(text) => Some(seed(1, seed(1, text))),
        _ => None,
    });
    kept.chain(short).chain(values).collect()
}
