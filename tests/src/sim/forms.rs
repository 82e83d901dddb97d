//! Entries that no app of this version writes, each a line of a table.

use doorknock::model::access::SpaceKind;
use doorknock::model::ids::{DocId, GridId};
use doorknock::model::kind::{Key, Value};
use doorknock::model::kinds::{
    Channel, Outcome, SETTINGS, VISIT_BOOK, Visit, pack, settings, visit_book,
};
use doorknock_replica::change::Op;
use doorknock_replica::section::{Dep, limits};

use super::villain::{Hostile, Spot};
use crate::by_hand::{After, Made, put, section};
use crate::world::START_MS;

/// Puts an entry together.
pub(super) type Form = fn(&mut Hostile, &Spot<'_>) -> Vec<u8>;

const BOOK: u16 = VISIT_BOOK.code;

/// What everybody sets aside: as what it is counted, what it is, and how it is made.
pub(super) const BAD: [(&str, &str, Form); 13] = [
    ("hostile entry", "noise", |h, at| {
        body(h, at, vec![0xff, 0, 1])
    }),
    ("hostile entry", "a section cut short", |h, at| {
        let made = in_book(h, at, vec![met(at)]);
        let mut cut = section(BOOK, at.book, &[&made]).encode();
        cut.truncate(cut.len() - 3);
        body(h, at, cut)
    }),
    ("hostile entry", "nested 100,000 deep", |h, at| {
        body(h, at, vec![0x81; 100_000])
    }),
    ("hostile entry", "an oversized value", |h, at| {
        let large = Value::Bytes(vec![7; limits::VALUE + 1]);
        change(h, at, vec![put(visit_key(at.id), large)])
    }),
    ("hostile entry", "too many operations", |h, at| {
        let many = (0..=64).map(|n| put(visit_key([n; 16]), visit(at, Outcome::Met)));
        change(h, at, many.collect())
    }),
    ("hostile entry", "a key twice", |h, at| {
        change(h, at, vec![met(at), met(at)])
    }),
    ("hostile entry", "a key without an id", |h, at| {
        let key = Key::plain(visit_book::VISIT);
        change(h, at, vec![put(key, visit(at, Outcome::Met))])
    }),
    ("hostile entry", "a gap in its sequence", |h, at| {
        let mut made = in_book(h, at, vec![met(at)]);
        made.wire.seq = 3;
        entry(h, at, &made)
    }),
    ("hostile entry", "a kind in the wrong space", |h, at| {
        let (space, doc) = (h.space(SpaceKind::Rounds), DocId(at.id));
        let made = h.change(BOOK, space, doc, vec![met(at)]);
        let misplaced = section(BOOK, doc, &[&made]).encode();
        h.seal(at, space, doc, misplaced)
    }),
    ("hostile entry", "settings by a worker", |h, at| {
        let doc = SETTINGS.document(h.hand.community(), GridId::default(), &[]);
        let space = h.hand.space(SpaceKind::Common, None);
        let name = put(Key::plain(settings::NAME), Value::Text("mine".into()));
        let made = h.change(SETTINGS.code, space, doc, vec![name]);
        let forbidden = section(SETTINGS.code, doc, &[&made]).encode();
        h.seal(at, space, doc, forbidden)
    }),
    ("hostile entry", "after what never comes", |h, at| {
        h.parked += 1;
        let missing = After {
            dep: Dep::Hash([8; 8]),
            hash: [8; 32],
            max_op: 5,
        };
        let space = h.space(SpaceKind::Casework);
        let made = h.change_after(&missing, space, at.book, vec![met(at)]);
        entry(h, at, &made)
    }),
    (
        "hostile entry",
        "a record replaced that is written once",
        |h, at| {
            let replaces = vec![h.hand.op_id(h.space(SpaceKind::Casework), at.book, 2)];
            let op = Op {
                replaces,
                ..met(at)
            };
            change(h, at, vec![op])
        },
    ),
    // The actor is derived from who signs; a change that was made as another's comes to another hash.
    ("forged actor", "a visit in another's name", |h, at| {
        let made = h.as_another(|h| in_book(h, at, vec![met(at)]));
        entry(h, at, &made)
    }),
];

/// What a newer version writes: what it is, whether its text is shown all the same, and how it is made.
pub(super) const NEWER: [(&str, bool, Form); 4] = [
    ("a kind", false, |h, at| {
        const NEW: u16 = 99;
        let (space, doc) = (h.space(SpaceKind::Casework), DocId(at.id));
        let made = h.change(NEW, space, doc, vec![met(at)]);
        let newer = section(NEW, doc, &[&made]).encode();
        h.seal(at, space, doc, newer)
    }),
    ("a field", true, |h, at| {
        h.unknown += 1;
        let newer = put(Key::with_id(77, &at.id), Value::Text("newer".into()));
        change(h, at, vec![newer, met(at)])
    }),
    ("an outcome", true, |h, at| {
        let newer = visit(at, Outcome::Other(99));
        change(h, at, vec![put(visit_key(at.id), newer)])
    }),
    ("an element more", true, |h, at| {
        let newer = with_one_more(visit(at, Outcome::Met));
        change(h, at, vec![put(visit_key(at.id), newer)])
    }),
];

fn visit(at: &Spot<'_>, outcome: Outcome) -> Value {
    pack(&Visit {
        door: at.door,
        at: START_MS / 1000,
        channel: Channel::InPerson,
        outcome,
        with: vec![],
        checklist: None,
        answers: vec![],
        summary: Some(at.text.to_owned()),
        follow_up: None,
        corrects: None,
        void: None,
        why: None,
        matters: None,
    })
}

/// The same record as an app would write it that knows one element more.
fn with_one_more(value: Value) -> Value {
    const ELEMENTS: u8 = 13;
    let Value::Bytes(mut bytes) = value else {
        return value;
    };
    let known = bytes[0] - 0x80;
    let left_out = usize::from(ELEMENTS - known);
    bytes.extend(std::iter::repeat_n(0xf6, left_out));
    bytes[0] = 0x80 + ELEMENTS + 1;
    bytes.extend([0x63, b'n', b'e', b'w']);
    Value::Bytes(bytes)
}

fn visit_key(id: [u8; 16]) -> Key {
    Key::with_id(visit_book::VISIT, &id)
}

fn met(at: &Spot<'_>) -> Op {
    put(visit_key(at.id), visit(at, Outcome::Met))
}

fn in_book(h: &mut Hostile, at: &Spot<'_>, ops: Vec<Op>) -> Made {
    h.change(BOOK, h.space(SpaceKind::Casework), at.book, ops)
}

fn body(h: &mut Hostile, at: &Spot<'_>, body: Vec<u8>) -> Vec<u8> {
    h.seal(at, h.space(SpaceKind::Casework), at.book, body)
}

fn entry(h: &mut Hostile, at: &Spot<'_>, made: &Made) -> Vec<u8> {
    body(h, at, section(BOOK, at.book, &[made]).encode())
}

fn change(h: &mut Hostile, at: &Spot<'_>, ops: Vec<Op>) -> Vec<u8> {
    let made = in_book(h, at, ops);
    entry(h, at, &made)
}
