//! A member's device that writes what no app writes, and one whose app is newer than everybody's.

use std::collections::BTreeMap;

use doorknock::model::access::SpaceKind;
use doorknock::model::ids::{DocId, DoorId, Incarnation, SpaceId};
use doorknock::model::kind::{Key, Value};
use doorknock::model::kinds::{
    Channel, Outcome, SETTINGS, VISIT_BOOK, Visit, pack, settings, visit_book,
};
use doorknock::model::random;
use doorknock_replica::change::Op;
use doorknock_replica::section::{Dep, limits};
use doorknock_seal::entry::Entry;
use doorknock_seal::identity::DeviceSecrets;
use doorknock_sync::wire::Verdict;
use rand::RngExt;

use super::garble::mark;
use super::ledger::{Fact, Fate};
use super::run::{Checked, Run};
use crate::by_hand::{After, ByHand, Ground, Made, put, section};
use crate::world::START_MS;
use crate::{SeededEntropy, TestHub};

/// The grid whose worker the device belongs to.
pub(super) const GRID: &str = "G1";

/// The home that the ledger takes its writings for: none.
const NOBODY: usize = usize::MAX;

/// The device, and what became of what it wrote.
pub(super) struct Hostile {
    pub(super) hand: ByHand,
    entropy: SeededEntropy,
    /// Beginnings of hashes of its entries; whether each went to every member, or to its grid.
    pub(super) marks: BTreeMap<String, bool>,
    /// How many of them wait for ever.
    pub(super) parked: u64,
    /// How many of them hold what this version does not know.
    pub(super) unknown: u64,
    /// All that it sent and the hub took.
    sent: Vec<Vec<u8>>,
}

/// An entry that was put together.
struct Written {
    kind: &'static str,
    what: &'static str,
    entry: Vec<u8>,
    common: bool,
    /// The word that it shows where it is taken in.
    shows: Option<String>,
}

struct Place<'a> {
    entropy: &'a SeededEntropy,
    hub: &'a TestHub,
}

impl Ground for Place<'_> {
    fn entropy(&self) -> &SeededEntropy {
        self.entropy
    }
    fn hub(&self) -> &TestHub {
        self.hub
    }
    fn now_ms(&self) -> i64 {
        START_MS
    }
}

impl Hostile {
    pub(super) fn new(hand: ByHand, seed: u64) -> Self {
        Self {
            hand,
            entropy: SeededEntropy::new(seed.wrapping_mul(64).wrapping_add(63)),
            marks: BTreeMap::new(),
            parked: 0,
            unknown: 0,
            sent: Vec::new(),
        }
    }

    fn casework(&self) -> SpaceId {
        self.hand.space(SpaceKind::Casework, Some(GRID))
    }

    /// A change at the beginning of a book, by an incarnation of its own.
    fn change(&mut self, book: DocId, ops: Vec<Op>) -> Made {
        self.hand.incarnation = Incarnation(random(&self.entropy));
        let after = [After::genesis(VISIT_BOOK.code)];
        self.hand.change(self.casework(), book, 1, &after, ops)
    }

    fn seal(&mut self, hub: &TestHub, space: SpaceId, doc: DocId, body: Vec<u8>) -> Vec<u8> {
        let place = Place {
            entropy: &self.entropy,
            hub,
        };
        self.hand.seal(&place, space, vec![(doc, body)])
    }

    fn seal_change(&mut self, hub: &TestHub, book: DocId, made: &Made) -> Vec<u8> {
        let body = section(VISIT_BOOK.code, book, &[made]).encode();
        self.seal(hub, self.casework(), book, body)
    }
}

fn visit(door: DoorId, summary: &str, outcome: Outcome) -> Value {
    pack(&Visit {
        door,
        at: START_MS / 1000,
        channel: Channel::InPerson,
        outcome,
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

/// The same record as an app would write it that knows one element more.
fn with_one_more(value: Value) -> Value {
    const ELEMENTS: u8 = 13;
    let Value::Bytes(mut bytes) = value else {
        return value;
    };
    let known = bytes[0] - 0x80;
    for _ in known..ELEMENTS {
        bytes.push(0xf6);
    }
    bytes[0] = 0x80 + ELEMENTS + 1;
    bytes.extend([0x63, b'n', b'e', b'w']);
    Value::Bytes(bytes)
}

impl Run<'_> {
    /// What no app writes. None of it may be shown anywhere, and all set it aside for the same reason.
    pub(super) fn write_what_no_app_writes(&mut self) -> Checked {
        let (book, door) = self.any_book()?;
        let id: [u8; 16] = self.rng.random();
        let bad = |text: &str| put(visit_key(id), visit(door, text, Outcome::Met));
        let n = self.rng.random_range(0..14);
        let (casework, common) = {
            let hand = &self.hostile.hand;
            (self.hostile.casework(), hand.space(SpaceKind::Common, None))
        };
        let Some(hub) = self.hub.take() else {
            return Ok(());
        };
        let hostile = &mut self.hostile;
        let one = |h: &mut Hostile, ops| {
            let made = h.change(book, ops);
            h.seal_change(&hub, book, &made)
        };
        let (kind, what, entry) = match n {
            0 => {
                let body = vec![0xff, 0, 1, 2];
                (
                    "hostile entry",
                    "noise",
                    hostile.seal(&hub, casework, book, body),
                )
            }
            1 => {
                let made = hostile.change(book, vec![bad("cut")]);
                let mut body = section(VISIT_BOOK.code, book, &[&made]).encode();
                body.truncate(body.len() - 3);
                (
                    "hostile entry",
                    "cut short",
                    hostile.seal(&hub, casework, book, body),
                )
            }
            2 => {
                let mut deep = vec![0x81; 100_000];
                deep.push(0);
                (
                    "hostile entry",
                    "nested 100,000 deep",
                    hostile.seal(&hub, casework, book, deep),
                )
            }
            3 => {
                let large = vec![put(visit_key(id), Value::Bytes(vec![7; limits::VALUE + 1]))];
                ("hostile entry", "oversized", one(hostile, large))
            }
            4 => {
                let many =
                    (0..=64).map(|n| put(visit_key([n; 16]), visit(door, "many", Outcome::Met)));
                (
                    "hostile entry",
                    "65 operations",
                    one(hostile, many.collect()),
                )
            }
            5 => {
                let twice = vec![bad("one"), bad("two")];
                ("hostile entry", "a key twice", one(hostile, twice))
            }
            6 => {
                let op = put(
                    Key::plain(visit_book::VISIT),
                    visit(door, "key", Outcome::Met),
                );
                ("hostile entry", "a bad key", one(hostile, vec![op]))
            }
            7 => {
                let mut made = hostile.change(book, vec![bad("gap")]);
                made.wire.seq = 3;
                let entry = hostile.seal_change(&hub, book, &made);
                ("hostile entry", "a gap", entry)
            }
            8 => {
                let made = hostile.change(book, vec![bad("tag")]);
                let body = section(VISIT_BOOK.code, book, &[&made]).encode();
                let entry = hostile.seal(&hub, casework, DocId(id), body);
                ("hostile entry", "another document's tag", entry)
            }
            9 => {
                let rounds = hostile.hand.space(SpaceKind::Rounds, Some(GRID));
                let doc = DocId(id);
                hostile.hand.incarnation = Incarnation(random(&hostile.entropy));
                let after = [After::genesis(VISIT_BOOK.code)];
                let made = hostile
                    .hand
                    .change(rounds, doc, 1, &after, vec![bad("elsewhere")]);
                let body = section(VISIT_BOOK.code, doc, &[&made]).encode();
                let entry = hostile.seal(&hub, rounds, doc, body);
                ("hostile entry", "a kind in the wrong space", entry)
            }
            10 => {
                let doc = SETTINGS.document(hostile.hand.community(), &[]);
                hostile.hand.incarnation = Incarnation(random(&hostile.entropy));
                let op = put(Key::plain(settings::NAME), Value::Text("mine".into()));
                let after = [After::genesis(SETTINGS.code)];
                let made = hostile.hand.change(common, doc, 1, &after, vec![op]);
                let body = section(SETTINGS.code, doc, &[&made]).encode();
                let entry = hostile.seal(&hub, common, doc, body);
                ("hostile entry", "settings by a worker", entry)
            }
            11 => {
                hostile.parked += 1;
                hostile.hand.incarnation = Incarnation(random(&hostile.entropy));
                let missing = After {
                    dep: Dep::Hash([8; 32]),
                    hash: [8; 32],
                    max_op: 5,
                };
                let made = (hostile.hand).change(casework, book, 1, &[missing], vec![bad("never")]);
                let entry = hostile.seal_change(&hub, book, &made);
                ("hostile entry", "after what never comes", entry)
            }
            _ => {
                // The actor is derived from who signs; a change made as another's comes to another hash.
                let own = hostile.hand.secrets.clone();
                hostile.hand.secrets = DeviceSecrets::generate(&hostile.entropy);
                let made = hostile.change(book, vec![bad("forged")]);
                hostile.hand.secrets = own;
                let entry = hostile.seal_change(&hub, book, &made);
                ("forged actor", "", entry)
            }
        };
        self.hub = Some(hub);
        self.send_by_hand(Written {
            kind,
            what,
            entry,
            common: n == 10,
            shows: None,
        })
    }

    /// What only a newer version knows: it is kept and shown as far as it is known, or waits for the update.
    pub(super) fn write_what_is_newer(&mut self) -> Checked {
        let (book, door) = self.any_book()?;
        let id: [u8; 16] = self.rng.random();
        let n = self.rng.random_range(0..4);
        let word = (n != 0).then(|| self.ledger.word());
        let text = word.clone().unwrap_or_default();
        let Some(hub) = self.hub.take() else {
            return Ok(());
        };
        let hostile = &mut self.hostile;
        let met = visit(door, &text, Outcome::Met);
        let op = |value| put(visit_key(id), value);
        let (what, entry) = match n {
            0 => {
                let doc = DocId(id);
                hostile.hand.incarnation = Incarnation(random(&hostile.entropy));
                let space = hostile.casework();
                let made = hostile
                    .hand
                    .change(space, doc, 1, &[After::genesis(99)], vec![op(met)]);
                let body = section(99, doc, &[&made]).encode();
                ("a kind", hostile.seal(&hub, space, doc, body))
            }
            1 => {
                hostile.unknown += 1;
                let newer = put(Key::with_id(77, &id), Value::Text("newer".into()));
                let made = hostile.change(book, vec![newer, op(met)]);
                ("a field", hostile.seal_change(&hub, book, &made))
            }
            2 => {
                let made = hostile.change(book, vec![op(visit(door, &text, Outcome::Other(99)))]);
                ("an outcome", hostile.seal_change(&hub, book, &made))
            }
            _ => {
                let made = hostile.change(book, vec![op(with_one_more(met))]);
                ("an element more", hostile.seal_change(&hub, book, &made))
            }
        };
        self.hub = Some(hub);
        self.send_by_hand(Written {
            kind: "future entry",
            what,
            entry,
            common: false,
            shows: word,
        })
    }

    fn send_by_hand(&mut self, written: Written) -> Checked {
        let place = Place {
            entropy: &self.hostile.entropy,
            hub: self.hub(),
        };
        let entries = [written.entry];
        let stored = self.hostile.hand.push(&place, &entries) == [Verdict::Stored];
        self.event(written.kind, format_args!("{} {stored}", written.what));
        if let Ok(hash) = Entry::hash_of(&entries[0]) {
            self.hostile.marks.insert(mark(&hash), written.common);
        }
        if let Some(word) = written.shows.filter(|_| stored) {
            self.ledger.note(NOBODY, GRID, Fate::Kept, Fact::new(word));
        }
        if stored {
            self.hostile.sent.extend(entries);
        }
        Ok(())
    }

    /// What a hub that was set back has lost is sent again, as every device does.
    pub(super) fn send_by_hand_again(&self) {
        let place = Place {
            entropy: &self.hostile.entropy,
            hub: self.hub(),
        };
        for entry in &self.hostile.sent {
            let _ = self.hostile.hand.push(&place, std::slice::from_ref(entry));
        }
    }

    /// A book that honest people write to as well.
    fn any_book(&mut self) -> Checked<(DocId, DoorId)> {
        let mut doors = self.ask(0, "doors", super::stage::doors)?;
        doors.retain(|(_, grid)| grid == GRID);
        let door = self.pick(&doors).map(|(door, _)| door).unwrap_or_default();
        let year = self.rng.random_range(2025..=2027_i32);
        let key: [&[u8]; 2] = [door.as_bytes(), &year.to_be_bytes()];
        let community = self.hostile.hand.community();
        Ok((VISIT_BOOK.document(community, &key), door))
    }
}

fn visit_key(id: [u8; 16]) -> Key {
    Key::with_id(visit_book::VISIT, &id)
}
