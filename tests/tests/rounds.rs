//! The round and visits on several devices: what people decide apart, correct, undo, draft and confirm.

#![allow(clippy::unwrap_used)] // a test that cannot go on has failed

#[path = "rounds/decide.rs"]
mod decide;
#[path = "rounds/list.rs"]
mod list;
#[path = "rounds/visits.rs"]
mod visits;

use chrono::NaiveDate;
use doorknock::model::ids::DoorId;
use doorknock::model::round::{Reason, Status};
use doorknock::{Doorknock, Round, RoundLine};
use doorknock_tests::{World, roster};

const DAY_MS: i64 = 86_400_000;

/// An office and two phones of one grid with eight doors, of which the second, third, sixth and
/// seventh have a plan since today, 2026-11-21.
pub(crate) struct Scene {
    _folder: tempfile::TempDir,
    pub(crate) world: World,
    pub(crate) office: Doorknock,
    pub(crate) li: Doorknock,
    pub(crate) wang: Doorknock,
    /// In walking order.
    pub(crate) doors: Vec<DoorId>,
}

impl Scene {
    pub(crate) fn new(seed: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let world = World::new(folder.path(), seed);
        let office = world.office(&roster(&["G1"], 8)).unwrap();
        let li = world.phone(&office, "李文丽", &["G1"]).unwrap();
        let wang = world.phone(&office, "王建国", &["G1"]).unwrap();
        let doors = li.doors(None).unwrap().iter().map(|d| d.door).collect();
        Self {
            _folder: folder,
            world,
            office,
            li,
            wang,
            doors,
        }
    }

    pub(crate) fn homes(&self) -> [&Doorknock; 3] {
        [&self.office, &self.li, &self.wang]
    }

    /// Everybody syncs until nothing is new; then all see the same, and every home's tables are what its
    /// log says.
    pub(crate) fn settle(&self) {
        for _ in 0..2 {
            for home in self.homes() {
                home.sync(&self.world.net(), &mut |_| {}).unwrap();
            }
        }
        let rounds = self.homes().map(|home| home.round(None, None).unwrap());
        assert_eq!(rounds[0], rounds[1]);
        assert_eq!(rounds[0], rounds[2]);
        for home in self.homes() {
            let status = home.status().unwrap();
            let left = (status.pending, status.quarantined, status.waiting);
            assert_eq!(left, (0, 0, 0));
            let report = home.doctor().unwrap();
            assert!(report.ok(), "{report:?}");
        }
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
