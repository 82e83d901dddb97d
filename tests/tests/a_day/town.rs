//! The community, its people and the day's clock.

use doorknock::model::ids::{DoorId, MatterId};
use doorknock::model::kinds::{Channel, Outcome};
use doorknock::model::matter::Step;
use doorknock::model::roster::{self, SourceRow};
use doorknock::{Clock, Doorknock, NewStep, NewVisit};
use doorknock_tests::World;

/// The day the story is of.
pub(crate) const DAY: &str = "2026-12-08";

pub(crate) struct Town {
    world: World,
    pub(crate) office: Doorknock,
    /// Grids 1 to 5.
    pub(crate) li: Doorknock,
    /// Grids 6 to 10.
    pub(crate) wang: Doorknock,
    /// Grids 11 to 15.
    pub(crate) chen: Doorknock,
    _folder: tempfile::TempDir,
}

impl Town {
    /// The office has imported the roster and every worker has joined, some weeks before.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let world = World::new(folder.path(), 15);
        let text = include_str!("../../data/fifteen-grids.csv");
        let rows: Vec<_> = (1..)
            .zip(text.lines())
            .map(|(number, line)| SourceRow {
                number,
                cells: line.split(',').map(str::to_owned).collect(),
            })
            .collect();
        let office = world.office(&roster::read(&rows, None).unwrap()).unwrap();
        let grids: Vec<String> = (1..=15).map(|n| format!("LY{n:02}")).collect();
        let grids: Vec<&str> = grids.iter().map(String::as_str).collect();
        let li = world.phone(&office, "李文丽", &grids[..5]).unwrap();
        let wang = world.phone(&office, "王建国", &grids[5..10]).unwrap();
        let chen = world.phone(&office, "陈晓东", &grids[10..]).unwrap();
        office.sync(&world.net(), &mut |_| {}).unwrap();
        assert_eq!(office.grids().unwrap().len(), 15);
        Self {
            world,
            office,
            li,
            wang,
            chen,
            _folder: folder,
        }
    }

    /// It is now this time of the day; it never was earlier.
    pub(crate) fn at(&self, time: &str) {
        let now = chrono::DateTime::parse_from_rfc3339(&format!("{DAY}T{time}:00+08:00")).unwrap();
        let ahead = now.timestamp_millis() - self.world.clock.now_ms();
        assert!(ahead >= 0, "the story goes on in time: {time}");
        self.world.clock.advance(ahead);
    }

    pub(crate) fn syncs(&self, home: &Doorknock) {
        home.sync(&self.world.net(), &mut |_| {}).unwrap();
    }

    pub(crate) fn everybody_syncs(&self) {
        for _ in 0..2 {
            for home in self.homes() {
                self.syncs(home);
            }
        }
    }

    pub(crate) fn homes(&self) -> [&Doorknock; 4] {
        [&self.office, &self.li, &self.wang, &self.chen]
    }
}

/// The n-th door of a grid in walking order.
pub(crate) fn door(home: &Doorknock, grid: &str, n: usize) -> DoorId {
    home.doors(Some(grid)).unwrap()[n].door
}

pub(crate) fn visit(door: DoorId, outcome: Outcome, channel: Channel, summary: &str) -> NewVisit {
    NewVisit {
        outcome,
        channel,
        answers: vec![],
        ..doorknock_tests::visit(door, summary)
    }
}

pub(crate) fn step(step: Step, text: &str) -> NewStep {
    NewStep {
        text: Some(text.to_owned()),
        ..NewStep::new(step)
    }
}

/// Somebody is asked to act, by a day.
pub(crate) fn asked(what: Step, partner: &str, due: &str, text: &str) -> NewStep {
    NewStep {
        partner: Some(partner.to_owned()),
        due: Some(due.parse().unwrap()),
        ..step(what, text)
    }
}

pub(crate) fn act(home: &Doorknock, matter: MatterId, new: &NewStep) {
    home.act_on_matter(matter, new).unwrap();
}
