//! A new phone begins with a snapshot, and shows what one shows that read the whole log.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests"
)]

mod made;

use std::cell::{Cell, RefCell};

use doorknock::model::access::Role;
use doorknock::model::kind::Data;
use doorknock::model::matter::{Source, Urgency};
use doorknock::{Answer, Doorknock, NewMatter, Request, SyncReport, Transport, Unreachable};
use doorknock_sync::wire;
use doorknock_tests::sim::FaultPlan;
use doorknock_tests::{HubNet, World, roster, visit};
use tempfile::TempDir;

const DAY_MS: i64 = 86_400_000;
const GRIDS: [&str; 2] = ["G1", "G2"];

/// A hub whose answers a test may change.
struct Net<'a> {
    hub: HubNet<'a>,
    change: &'a dyn Fn(&Request, Answer) -> Option<Answer>,
}

impl Transport for Net<'_> {
    fn exchange(&self, hub_url: &str, request: &Request) -> Result<Answer, Unreachable> {
        let answer = self.hub.exchange(hub_url, request)?;
        (self.change)(request, answer).ok_or(Unreachable::Broken)
    }
}

struct Scene {
    _dir: TempDir,
    world: World,
    office: Doorknock,
    li: Doorknock,
}

fn sync(home: &Doorknock, net: &dyn Transport) -> SyncReport {
    home.sync(net, &mut |_| {}).unwrap()
}

/// Half a year of visits, a case that two people wrote, a matter, a conflict, a change of the roster.
fn scene(seed: u64) -> Scene {
    let dir = tempfile::tempdir().unwrap();
    let world = World::new(dir.path(), seed);
    let office = world.office(&roster(&GRIDS, 6)).unwrap();
    let li = world.phone(&office, "li", &["G1"]).unwrap();
    let doors = li.doors(None).unwrap();
    for day in 0..24 {
        world.clock.advance(8 * DAY_MS);
        // Three doors but once: what is folded for them stands in one part of the history alone.
        let n = match day {
            2 => 3,
            9 => 4,
            15 => 5,
            _ => day % 3,
        };
        let door = doors[n].door;
        let by = if day % 3 == 0 { &office } else { &li };
        by.log_visit(&visit(door, &format!("第{day}次走访")))
            .unwrap();
        if day % 5 == 0 {
            sync(&li, &world.net());
            sync(&office, &world.net());
        }
    }
    let case = li
        .add_record("case", Some("G1"), &[("title", Data::text("出院后照护"))])
        .unwrap();
    let note = li
        .append_record(case, "note", None, &Data::text("早上看过。"))
        .unwrap();
    sync(&li, &world.net());
    sync(&office, &world.net());
    let base = li
        .text_history(case, "note", Some(&note))
        .unwrap()
        .pop()
        .unwrap();
    for (who, text) in [
        (&li, "早上看过，已服药。"),
        (&office, "早上看过。下午复诊。"),
    ] {
        who.edit_text(case, "note", Some(&note), &base.version, text)
            .unwrap();
    }
    for (who, name) in [(&li, "甲"), (&office, "乙")] {
        who.edit_record(case, None, &[("title", Data::text(name))])
            .unwrap();
    }
    let mut matter = NewMatter::new("厨房水管漏水", Urgency::Hard, Source::DoorVisit);
    matter.grid = Some("G1".to_owned());
    li.raise_matter(&matter).unwrap();
    for home in [&li, &office, &li, &office] {
        sync(home, &world.net());
    }
    Scene {
        _dir: dir,
        world,
        office,
        li,
    }
}

impl Scene {
    fn publish(&self) {
        let made = self
            .office
            .publish_all_snapshots(&self.world.net())
            .unwrap();
        assert!(made.spaces >= 4 && made.parts >= 4, "{made:?}");
    }

    /// A phone of the first grid that has joined and not synced.
    fn joined(&self, name: &str) -> Doorknock {
        let net = self.world.net();
        let grids = vec!["G1".to_owned()];
        let link = self
            .office
            .invite(Role::Worker, &grids, DAY_MS, &net)
            .unwrap();
        let home = self.world.create(name).unwrap();
        home.join(&link, name, &net).unwrap();
        home
    }

    /// Everything a home shows is what the one shows that read the log, and the doctor agrees.
    fn assert_whole(&self, home: &Doorknock) {
        for home in [home, &self.li] {
            sync(home, &self.world.net());
        }
        sync(home, &self.world.net());
        assert_eq!(
            home.dump_projections().unwrap(),
            self.li.dump_projections().unwrap()
        );
        let status = home.status().unwrap();
        assert_eq!(
            (status.quarantined, status.waiting, status.pending),
            (0, 0, 0)
        );
        while home.maintain().unwrap() {}
        let doctor = home.doctor().unwrap();
        assert!(doctor.ok(), "{doctor:?}");
        assert_eq!(
            home.dump_projections().unwrap(),
            self.li.dump_projections().unwrap()
        );
        let found = |home: &Doorknock| home.search("走访", 100).unwrap().len();
        assert!(found(home) >= 24);
        assert_eq!(found(home), found(&self.li));
        let exported = |home: &Doorknock| {
            let lines = home.export(None, 10_000).unwrap();
            let mut ops: Vec<_> = lines
                .into_iter()
                .map(|l| (l.op, l.field, l.by, l.value))
                .collect();
            ops.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
            ops
        };
        let (one, other) = (exported(home), exported(&self.li));
        assert_eq!(one.len(), other.len());
        for (one, other) in one.iter().zip(&other) {
            assert_eq!((&one.0, &one.1, one.2), (&other.0, &other.1, other.2));
        }
    }
}

#[test]
fn a_new_phone_shows_what_one_shows_that_read_the_log() {
    let scene = scene(1);
    scene.publish();
    let new = scene.joined("new");
    let asked = RefCell::new(Vec::new());
    let change = |request: &Request, answer: Answer| {
        asked.borrow_mut().push(request.path);
        Some(answer)
    };
    let net = Net {
        hub: scene.world.net(),
        change: &change,
    };
    let report = sync(&new, &net);
    let parts = asked
        .borrow()
        .iter()
        .filter(|p| **p == wire::PATH_SNAPSHOT_READ)
        .count();
    assert!(parts >= 4, "{asked:?}");
    assert!(report.pulled > 60, "{report:?}");
    let first = report.first_sync.unwrap();
    assert!(first.today_ready && first.come == first.bytes, "{first:?}");
    scene.assert_whole(&new);
    // What comes later goes on top of packed histories, here and from others.
    let door = scene.li.doors(None).unwrap()[0].door;
    scene.li.log_visit(&visit(door, "后来一次")).unwrap();
    new.log_visit(&visit(door, "新手机第一次")).unwrap();
    sync(&new, &scene.world.net());
    scene.assert_whole(&new);
    let newest = new.visits(Some(door), 10).unwrap();
    assert!(
        newest
            .iter()
            .any(|v| v.summary.as_deref() == Some("后来一次"))
    );
    // And a second new phone reads a snapshot made by a desk that itself began with one.
    let desk = scene.world.staff(&scene.office, "desk").unwrap();
    let made = desk.publish_all_snapshots(&scene.world.net()).unwrap();
    assert!(made.spaces >= 4, "{made:?}");
    let second = scene.joined("second");
    sync(&second, &scene.world.net());
    scene.assert_whole(&second);
}

#[test]
fn a_first_sync_that_is_cut_anywhere_goes_on_where_it_was() {
    let scene = scene(3);
    scene.publish();
    let new = scene.joined("new");
    // The hub gives a few hundred bytes at a time, and every third answer is lost on the way.
    let (answers, bytes) = (Cell::new(0), Cell::new(0_u64));
    let change = |request: &Request, answer: Answer| {
        answers.set(answers.get() + 1);
        if answers.get() % 3 == 0 {
            return None;
        }
        if request.path != wire::PATH_SNAPSHOT_READ || answer.status != 200 {
            return Some(answer);
        }
        let mut piece: wire::SnapshotPiece = wire::decode(&answer.body).unwrap();
        piece.bytes.truncate(700);
        bytes.set(bytes.get() + piece.bytes.len() as u64);
        Some(Answer {
            status: 200,
            body: wire::encode(&piece),
        })
    };
    let net = Net {
        hub: scene.world.net(),
        change: &change,
    };
    let (mut sessions, mut ready_before_the_end) = (0, false);
    let mut last = None;
    while new
        .sync(&net, &mut |report| {
            last = report.first_sync.or(last);
            ready_before_the_end |= report
                .first_sync
                .is_some_and(|f| f.today_ready && f.come < f.bytes);
        })
        .is_err()
    {
        sessions += 1;
        assert!(sessions < 500);
    }
    assert!(sessions >= 5, "{sessions}");
    assert!(ready_before_the_end, "today's doors come before history");
    assert_eq!(
        last.map(|f| f.bytes),
        Some(bytes.get()),
        "no byte came twice"
    );
    scene.assert_whole(&new);
}

#[test]
fn a_snapshot_that_is_lost_after_any_of_its_parts_leaves_what_the_log_says() {
    let scene = scene(7);
    scene.publish();
    for served in 0.. {
        let new = scene.joined(&format!("new{served}"));
        let (read, gone) = (Cell::new(0), Cell::new(false));
        let change = |request: &Request, answer: Answer| {
            if request.path != wire::PATH_SNAPSHOT_READ {
                return Some(answer);
            }
            read.set(read.get() + 1);
            if read.get() <= served {
                return Some(answer);
            }
            gone.set(true);
            let body = wire::encode(&wire::Refusal {
                code: "no_snapshot".to_owned(),
                zh: String::new(),
                en: String::new(),
            });
            Some(Answer { status: 404, body })
        };
        let net = Net {
            hub: scene.world.net(),
            change: &change,
        };
        sync(&new, &net);
        scene.assert_whole(&new);
        if !gone.get() {
            assert!(served > 6, "{served} parts");
            break;
        }
    }
}

#[test]
fn a_crash_at_any_write_of_a_first_sync_loses_nothing() {
    let scene = scene(4);
    scene.publish();
    drop(scene.joined("new"));
    let db = scene.world.home("new").join("home.db");
    let before = std::fs::read(&db).unwrap();
    let step = if cfg!(debug_assertions) { 37 } else { 5 };
    for n in (0..).step_by(step) {
        std::fs::write(&db, &before).unwrap();
        let plan = FaultPlan::default();
        let new = scene.world.open("new", Some(plan.hook())).unwrap();
        plan.arm(n);
        let synced = new.sync(&scene.world.net(), &mut |_| {});
        drop(new);
        let new = scene.world.open("new", None).unwrap();
        scene.assert_whole(&new);
        if synced.is_ok() {
            assert!(n > 200, "{n} points");
            break;
        }
    }
}

#[test]
fn what_is_recorded_before_the_history_comes_stays_beside_it() {
    let scene = scene(5);
    scene.publish();
    let new = scene.joined("new");
    // History is cut off until something was recorded.
    let cut = Cell::new(true);
    let ready = Cell::new(false);
    let change = |request: &Request, answer: Answer| {
        ready.set(ready.get() || request.path == wire::PATH_SYNC);
        let history = ready.get() && request.path == wire::PATH_SNAPSHOT_READ;
        (!history || !cut.get()).then_some(answer)
    };
    let net = Net {
        hub: scene.world.net(),
        change: &change,
    };
    assert_eq!(
        new.sync(&net, &mut |_| {}).unwrap_err().code(),
        "hub_unreachable"
    );
    let round = new.round(Some("G1"), None).unwrap();
    let same = scene.li.round(Some("G1"), None).unwrap();
    assert_eq!(round.items.len(), same.items.len());
    assert!(!round.items.is_empty());
    for door in scene.li.doors(None).unwrap() {
        new.log_visit(&visit(door.door, "先记下来的")).unwrap();
    }
    cut.set(false);
    sync(&new, &net);
    scene.assert_whole(&new);
}

#[test]
fn a_snapshot_that_is_no_good_is_left_and_the_log_is_read() {
    type Spoil = fn(&Request, Answer) -> Option<Answer>;
    let spoilt: [(&str, Spoil); 4] = [
        ("a part's bytes are others", |request, answer| {
            if request.path != wire::PATH_SNAPSHOT_READ {
                return Some(answer);
            }
            let mut piece: wire::SnapshotPiece = wire::decode(&answer.body).unwrap();
            piece.bytes[40] ^= 1;
            Some(Answer {
                status: 200,
                body: wire::encode(&piece),
            })
        }),
        ("the parts are gone", |request, answer| {
            let gone = request.path == wire::PATH_SNAPSHOT_READ;
            let body = wire::encode(&wire::Refusal {
                code: "no_snapshot".to_owned(),
                zh: String::new(),
                en: String::new(),
            });
            Some(if gone {
                Answer { status: 404, body }
            } else {
                answer
            })
        }),
        ("nobody signed the manifest", |request, answer| {
            if request.path != wire::PATH_SNAPSHOT_FIND {
                return Some(answer);
            }
            let mut found: wire::SnapshotFound = wire::decode(&answer.body).unwrap();
            for manifest in &mut found.manifests {
                let last = manifest.len() - 1;
                manifest[last] ^= 1;
            }
            Some(Answer {
                status: 200,
                body: wire::encode(&found),
            })
        }),
        ("the hub is older", |request, answer| {
            let unknown = request.path.starts_with("/v1/snapshot");
            let body = wire::encode(&wire::Refusal {
                code: "not_found".to_owned(),
                zh: String::new(),
                en: String::new(),
            });
            Some(if unknown {
                Answer { status: 404, body }
            } else {
                answer
            })
        }),
    ];
    for (n, (what, spoil)) in spoilt.into_iter().enumerate() {
        let scene = scene(60 + n as u64);
        scene.publish();
        let new = scene.joined("new");
        let net = Net {
            hub: scene.world.net(),
            change: &spoil,
        };
        sync(&new, &net);
        println!("{what}");
        scene.assert_whole(&new);
        let refused = new
            .status()
            .unwrap()
            .notices
            .iter()
            .any(|n| n.code == "snapshot_refused");
        assert_eq!(refused, n == 0, "{what}");
    }
}
