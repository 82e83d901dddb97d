//! A member's device that writes what no app writes, and one whose app is newer than everybody's.

use std::collections::BTreeMap;

use doorknock::model::access::SpaceKind;
use doorknock::model::ids::{DocId, DoorId, Incarnation, SpaceId};
use doorknock::model::kinds::VISIT_BOOK;
use doorknock::model::random;
use doorknock_replica::change::Op;
use doorknock_seal::entry::Entry;
use doorknock_seal::identity::DeviceSecrets;
use doorknock_sync::wire::Verdict;
use rand::RngExt;

use super::forms::{BAD, Form, NEWER};
use super::garble::mark;
use super::ledger::{Fact, Fate};
use super::run::{Checked, Run};
use crate::by_hand::{After, ByHand, Ground, Made};
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

/// Where something is written.
pub(super) struct Spot<'a> {
    hub: &'a TestHub,
    /// A visit book that honest people write to as well.
    pub(super) book: DocId,
    /// Its door.
    pub(super) door: DoorId,
    /// An id that nothing has.
    pub(super) id: [u8; 16],
    /// A text to write.
    pub(super) text: &'a str,
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

    /// Its grid's space of this kind.
    pub(super) fn space(&self, kind: SpaceKind) -> SpaceId {
        self.hand.space(kind, Some(GRID))
    }

    /// A change at the beginning of a document, by an incarnation of its own.
    pub(super) fn change(&mut self, kind: u16, space: SpaceId, doc: DocId, ops: Vec<Op>) -> Made {
        self.change_after(&After::genesis(kind), space, doc, ops)
    }

    /// The same after something else.
    pub(super) fn change_after(
        &mut self,
        after: &After,
        space: SpaceId,
        doc: DocId,
        ops: Vec<Op>,
    ) -> Made {
        self.hand.incarnation = Incarnation(random(&self.entropy));
        let after = std::slice::from_ref(after);
        self.hand.change(space, doc, 1, after, ops)
    }

    /// What is done by a device of other keys.
    pub(super) fn as_another<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        let other = DeviceSecrets::generate(&self.entropy);
        let own = std::mem::replace(&mut self.hand.secrets, other);
        let out = work(self);
        self.hand.secrets = own;
        out
    }

    /// An entry with this section.
    pub(super) fn seal(
        &mut self,
        spot: &Spot<'_>,
        space: SpaceId,
        doc: DocId,
        body: Vec<u8>,
    ) -> Vec<u8> {
        let place = Place {
            entropy: &self.entropy,
            hub: spot.hub,
        };
        self.hand.seal(&place, space, vec![(doc, body)])
    }
}

impl Run<'_> {
    /// What no app writes. None of it may be shown anywhere, and all set it aside for the same reason.
    pub(super) fn write_what_no_app_writes(&mut self) -> Checked {
        let (kind, what, form) = BAD[self.rng.random_range(0..BAD.len())];
        self.write_by_hand(kind, what, form, None)
    }

    /// What only a newer version knows: it is kept and shown as far as it is known, or waits for the update.
    pub(super) fn write_what_is_newer(&mut self) -> Checked {
        let (what, shown, form) = NEWER[self.rng.random_range(0..NEWER.len())];
        let word = shown.then(|| self.ledger.word());
        self.write_by_hand("future entry", what, form, word)
    }

    fn write_by_hand(
        &mut self,
        kind: &'static str,
        what: &'static str,
        form: Form,
        shows: Option<String>,
    ) -> Checked {
        let (book, door) = self.any_book()?;
        let id = self.rng.random();
        let Some(hub) = self.hub.take() else {
            return Ok(());
        };
        let spot = Spot {
            hub: &hub,
            book,
            door,
            id,
            text: shows.as_deref().unwrap_or(what),
        };
        let entry = form(&mut self.hostile, &spot);
        self.hub = Some(hub);
        self.send_by_hand(kind, what, entry, shows);
        Ok(())
    }

    fn send_by_hand(
        &mut self,
        kind: &'static str,
        what: &str,
        entry: Vec<u8>,
        shows: Option<String>,
    ) {
        let place = Place {
            entropy: &self.hostile.entropy,
            hub: self.hub(),
        };
        let sent = std::slice::from_ref(&entry);
        let stored = self.hostile.hand.push(&place, sent) == [Verdict::Stored];
        self.event(kind, format_args!("{what}, stored: {stored}"));
        let common = self.hostile.hand.space(SpaceKind::Common, None);
        if let Ok(read) = Entry::parse(&entry) {
            let to_all = read.header().space == common;
            self.hostile.marks.insert(mark(&read.hash()), to_all);
        }
        if let Some(word) = shows.filter(|_| stored) {
            self.ledger.note(NOBODY, GRID, Fate::Kept, Fact::new(word));
        }
        if stored {
            self.hostile.sent.push(entry);
        }
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
        Ok((
            VISIT_BOOK.document(community, community.grid(GRID), &key),
            door,
        ))
    }
}
