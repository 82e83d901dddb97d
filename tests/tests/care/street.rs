//! An office and two phones of one grid, and what is asked of them.

use chrono::NaiveDate;
use doorknock::model::care::{CareCategory, RiskLevel};
use doorknock::model::ids::DoorId;
use doorknock::model::round::Status;
use doorknock::{Doorknock, NewNeed, TodoKind};
use doorknock_tests::{World, roster};

pub(crate) fn need(category: CareCategory, risk: Option<RiskLevel>) -> NewNeed {
    NewNeed {
        category,
        risk,
        cadence: None,
        consent: None,
        review: None,
        note: None,
    }
}

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(crate) fn sync(world: &World, homes: &[&Doorknock]) {
    for home in homes.iter().chain(homes) {
        home.sync(&world.net(), &mut |_| {}).unwrap();
    }
}

pub(crate) fn cadence(home: &Doorknock, door: DoorId) -> Option<String> {
    home.door(door).unwrap().info.cadence
}

pub(crate) fn todos(home: &Doorknock) -> Vec<(TodoKind, Option<DoorId>)> {
    let all = home.todos().unwrap();
    all.into_iter().map(|todo| (todo.kind, todo.door)).collect()
}

pub(crate) fn is_due(home: &Doorknock, door: DoorId, date: &str) -> bool {
    let list = home.round(None, Some(day(date))).unwrap();
    list.items
        .iter()
        .any(|line| line.door == door && line.status == Status::Due)
}

/// An office, two phones of one grid, and a door without a plan.
pub(crate) struct Street {
    pub(crate) world: World,
    pub(crate) office: Doorknock,
    pub(crate) li: Doorknock,
    pub(crate) wang: Doorknock,
    pub(crate) door: DoorId,
    _folder: tempfile::TempDir,
}

pub(crate) fn street(seed: u64) -> Street {
    let folder = tempfile::tempdir().unwrap();
    let world = World::new(folder.path(), seed);
    let office = world.office(&roster(&["G1"], 8)).unwrap();
    let li = world.phone(&office, "李文丽", &["G1"]).unwrap();
    let wang = world.phone(&office, "王建国", &["G1"]).unwrap();
    let doors = li.doors(None).unwrap();
    let door = doors.iter().find(|d| d.cadence.is_none()).unwrap().door;
    Street {
        world,
        office,
        li,
        wang,
        door,
        _folder: folder,
    }
}

impl Street {
    pub(crate) fn sync(&self) {
        sync(&self.world, &[&self.li, &self.wang, &self.office]);
    }

    pub(crate) fn same_everywhere(&self) {
        assert_eq!(
            self.li.dump_projections().unwrap(),
            self.wang.dump_projections().unwrap()
        );
        for home in [&self.li, &self.wang, &self.office] {
            let doctor = home.doctor().unwrap();
            assert!(doctor.ok(), "{doctor:?}");
        }
    }
}
