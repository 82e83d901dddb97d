//! The sync session: which request comes next, decided without any input or output.
//!
//! The loop, which the caller drives: [`Session::next`] with where the home stands → a request to send,
//! or the end; the caller carries it, takes the answer in, and reports with [`Session::finish`] what
//! came of it. Push and pull share a trip; when nothing is new there is one trip whatever the number of
//! spaces. A session may be dropped at any point: all progress is in the home's database, and the next
//! session begins from there.

use doorknock_model::ids::CommunityId;

use crate::wire::{Cursor, SyncRequest};

/// Where a home stands before a trip.
#[derive(Debug, Clone)]
pub struct Local {
    /// The community.
    pub community: CommunityId,
    /// How many charter statements it holds.
    pub charter_length: u64,
    /// The hash of the last.
    pub charter_head: [u8; 32],
    /// Its cursors, most needed first.
    pub cursors: Vec<Cursor>,
    /// Entries to push, oldest first, as many as one request may hold.
    pub entries: Vec<Vec<u8>>,
    /// How many bytes the answer may have.
    pub limit: u32,
}

/// What a trip brought.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Entries the hub now holds, by verified receipts.
    pub stored: usize,
    /// Charter statements that are new here, or were given back to the hub.
    pub statements: usize,
    /// Positions by which cursors moved on.
    pub advanced: u64,
    /// Spaces that start over because the hub's log is not the one we knew.
    pub reset: usize,
    /// The hub holds more for us.
    pub more: bool,
    /// The hub names entries of ours that are not here: this home is a restored copy.
    pub own_missing: bool,
    /// Entries are left to push.
    pub outbox_left: bool,
    /// The hub's logs were read to their ends for the first time, so what it lost is known from here on.
    pub caught_up: bool,
}

/// A session.
#[derive(Debug, Default)]
pub struct Session {
    own: bool,
    done: bool,
    trips: u32,
}

impl Session {
    /// A new session.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The next request; `None` at the end.
    pub fn next(&mut self, local: Local) -> Option<SyncRequest> {
        if self.done {
            return None;
        }
        self.trips += 1;
        let mut head = [0; 8];
        head.copy_from_slice(&local.charter_head[..8]);
        Some(SyncRequest {
            community: local.community,
            charter_length: local.charter_length,
            charter_head: head,
            cursors: local.cursors,
            entries: local.entries,
            limit: local.limit,
            own: self.own,
        })
    }

    /// Takes note of a trip. The session goes on while something is left *and* the trip got
    /// somewhere, so a hub that promises more for ever holds nobody up.
    pub fn finish(&mut self, outcome: &Outcome) {
        let asks_own = outcome.own_missing && !self.own || outcome.reset > 0;
        self.own |= asks_own;
        let progress = outcome.stored > 0
            || outcome.statements > 0
            || outcome.advanced > 0
            || outcome.reset > 0
            || outcome.caught_up
            || asks_own;
        let left = outcome.more || outcome.outbox_left || outcome.statements > 0 || asks_own;
        self.done = !(left && progress);
    }

    /// Trips so far.
    #[must_use]
    pub const fn trips(&self) -> u32 {
        self.trips
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn local() -> Local {
        Local {
            community: CommunityId([1; 16]),
            charter_length: 1,
            charter_head: [2; 32],
            cursors: vec![],
            entries: vec![],
            limit: 1,
        }
    }

    fn trips(outcomes: &[Outcome]) -> u32 {
        let mut session = Session::new();
        let mut outcomes = outcomes.iter();
        while session.next(local()).is_some() {
            let nothing_more = Outcome {
                more: true,
                ..Outcome::default()
            };
            session.finish(outcomes.next().unwrap_or(&nothing_more));
        }
        session.trips()
    }

    #[test]
    fn one_trip_when_nothing_is_new() {
        assert_eq!(trips(&[Outcome::default()]), 1);
    }

    #[test]
    fn it_goes_on_while_there_is_more_and_stops_when_a_trip_brings_nothing() {
        let got_some = Outcome {
            advanced: 10,
            more: true,
            ..Outcome::default()
        };
        assert_eq!(
            trips(&[
                got_some,
                got_some,
                Outcome {
                    advanced: 1,
                    ..Outcome::default()
                }
            ]),
            3
        );
        assert_eq!(
            trips(&[got_some]),
            2,
            "a hub that says `more` and gives nothing is left"
        );
        let refused = Outcome {
            outbox_left: true,
            ..Outcome::default()
        };
        assert_eq!(
            trips(&[refused]),
            1,
            "entries the hub will not take do not loop"
        );
    }

    #[test]
    fn what_the_hub_lost_is_brought_once_its_logs_are_read_and_only_if_there_is_any() {
        let read = |outbox_left| Outcome {
            caught_up: true,
            outbox_left,
            ..Outcome::default()
        };
        assert_eq!(trips(&[read(true), Outcome::default()]), 2);
        assert_eq!(trips(&[read(false)]), 1);
    }

    #[test]
    fn a_restored_copy_asks_for_its_own_entries_once() {
        let mut session = Session::new();
        assert!(!session.next(local()).is_some_and(|r| r.own));
        let missing = Outcome {
            own_missing: true,
            ..Outcome::default()
        };
        session.finish(&missing);
        assert!(session.next(local()).is_some_and(|r| r.own));
        session.finish(&missing);
        assert!(session.next(local()).is_none());
    }
}
