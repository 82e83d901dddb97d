//! The round and visits on several devices: what people decide apart, correct, undo, draft and confirm.

#![allow(clippy::unwrap_used)] // a test that cannot go on has failed

#[path = "rounds/decide.rs"]
mod decide;
#[path = "rounds/drafts.rs"]
mod drafts;
#[path = "rounds/list.rs"]
mod list;
#[path = "rounds/visits.rs"]
mod visits;

use chrono::NaiveDate;
use doorknock::model::ids::DoorId;
use doorknock::model::round::{Reason, Status};
use doorknock::{Doorknock, Round, RoundLine};
use doorknock_tests::Crew;

const DAY_MS: i64 = 86_400_000;

/// An office and two phones of one grid with eight doors, of which the second, third, sixth and
/// seventh have a plan since today, 2026-11-21.
pub(crate) struct Scene {
    pub(crate) crew: Crew,
    /// In walking order.
    pub(crate) doors: Vec<DoorId>,
}

impl std::ops::Deref for Scene {
    type Target = Crew;

    fn deref(&self) -> &Crew {
        &self.crew
    }
}

impl Scene {
    pub(crate) fn new(seed: u64) -> Self {
        let crew = Crew::new(seed, &["G1"], 8);
        let doors = crew
            .li
            .doors(None)
            .unwrap()
            .iter()
            .map(|d| d.door)
            .collect();
        Self { crew, doors }
    }

    /// Everybody syncs until nothing is new; then all see the same list.
    pub(crate) fn settle(&self) {
        self.crew.settle();
        let rounds = self.homes().map(|home| home.round(None, None).unwrap());
        assert_eq!(rounds[0], rounds[1]);
        assert_eq!(rounds[0], rounds[2]);
    }

    pub(crate) fn next_day(&self) {
        self.world.clock.advance(DAY_MS);
    }
}

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(crate) fn today(home: &Doorknock) -> Round {
    home.round(None, None).unwrap()
}

/// A door's line on today's list.
pub(crate) fn line(home: &Doorknock, door: DoorId) -> Option<RoundLine> {
    today(home).items.into_iter().find(|l| l.door == door)
}

/// The same in words: its status and its reasons. Empty if it is not on the list.
pub(crate) fn said(home: &Doorknock, door: DoorId) -> String {
    let Some(line) = line(home, door) else {
        return String::new();
    };
    let why: Vec<_> = line.reasons.iter().map(Reason::word).collect();
    format!("{}: {}", line.status.word(), why.join(", "))
}

pub(crate) fn status(home: &Doorknock, door: DoorId) -> Status {
    line(home, door).unwrap().status
}

pub(crate) fn code<T: std::fmt::Debug>(result: Result<T, doorknock::Error>) -> &'static str {
    result.unwrap_err().code()
}
