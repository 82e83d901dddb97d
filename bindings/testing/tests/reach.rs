//! What an app does, through the bindings' own types: an office and a phone of one community, and a hub in this
//! process. What the facade does with it is tested there; here, that it arrives and comes back.

#![allow(clippy::unwrap_used)] // a test that cannot go on has failed

#[path = "reach/days.rs"]
mod days;
#[path = "reach/records.rs"]
mod records;
#[path = "reach/tables.rs"]
mod tables;

use std::sync::Arc;

use chrono::NaiveDate;
use doorknock_ffi::{
    Channel, Day, Doorknock, DoorknockError, FileKeys, HubAnswer, HubCall, HubOutcome, KeyStore,
    NewVisit, Outcome, Role, RosterOptions, Uuid,
};
use doorknock_testing::InMemoryHub;
use tempfile::TempDir;

struct Scene {
    hub: Arc<InMemoryHub>,
    office: Arc<Doorknock>,
    li: Arc<Doorknock>,
    folder: TempDir,
}

impl Scene {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let hub = InMemoryHub::new().unwrap();
        let home = |name: &str| {
            let path = folder.path().join(name);
            let keys = FileKeys::new(
                folder
                    .path()
                    .join(format!("{name}.key"))
                    .display()
                    .to_string(),
            );
            let keys: Arc<dyn KeyStore> = keys;
            Doorknock::create(path.display().to_string(), keys, None).unwrap()
        };
        let (office, li) = (home("office"), home("li"));
        let scene = Self {
            hub,
            office,
            li,
            folder,
        };
        let office = &scene.office;
        let url = "https://hub.invalid".to_owned();
        scene.carry(&office.create_community("柳荫社区".to_owned(), url, "周主任".to_owned()));
        let header = ["网格", "小区", "楼栋", "单元", "房号", "户主", "电话"];
        let rooms = (101..=104).map(|room| format!("{room}室"));
        let mut rows = vec![header.map(str::to_owned).to_vec()];
        rows.extend(rooms.map(|room| {
            let cells = ["G1", "花园", "3栋", "1单元", &room, "住户", "10000000001"];
            cells.map(str::to_owned).to_vec()
        }));
        let options = RosterOptions {
            default_grid: None,
            dry_run: false,
        };
        scene.carry(&office.import_roster(rows, options));
        let invited = scene.carry(&office.invite(Role::Worker, vec!["G1".to_owned()], 7));
        let HubOutcome::Invitation { link } = invited else {
            unreachable!("an invitation was asked for");
        };
        scene.carry(&scene.li.join(link, "李文丽".to_owned()));
        scene.sync();
        scene
    }

    /// Carries a call to the hub and back until it ends.
    fn carry(&self, call: &HubCall) -> HubOutcome {
        while let Some(request) = call.next().unwrap() {
            let reply = self
                .hub
                .exchange(request.method, request.path, request.body);
            let answer = HubAnswer {
                status: reply.status,
                body: reply.body,
            };
            call.answer(answer).unwrap();
        }
        call.result().unwrap()
    }

    fn sync(&self) {
        for _ in 0..2 {
            self.carry(&self.office.sync());
            self.carry(&self.li.sync());
        }
    }

    fn doors(&self) -> Vec<Uuid> {
        let doors = self.li.doors(Some("G1".to_owned())).unwrap();
        doors.into_iter().map(|door| door.door).collect()
    }
}

fn met(door: Uuid, summary: &str) -> NewVisit {
    NewVisit {
        door,
        outcome: Outcome::Met,
        channel: Channel::InPerson,
        at: None,
        companions: vec![],
        checklist: None,
        answers: vec![],
        summary: Some(summary.to_owned()),
        follow_up: None,
        matters: vec![],
    }
}

/// An id as people type it.
fn hex(id: Uuid) -> String {
    id.0.iter().map(|b| format!("{b:02x}")).collect()
}

fn day(text: &str) -> Day {
    Day(text.parse::<NaiveDate>().unwrap())
}

fn code<T: std::fmt::Debug>(result: Result<T, DoorknockError>) -> String {
    let DoorknockError::Failure { code, .. } = result.unwrap_err();
    code
}
