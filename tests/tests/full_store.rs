//! A full disk (rule R4): recording and sending go on, taking in waits, and nothing is set aside for it.
#![allow(clippy::unwrap_used, reason = "tests")]

use doorknock::{Doorknock, FileScope};
use doorknock_tests::sim::FaultPlan;
use doorknock_tests::{World, roster, visit};
use tempfile::TempDir;

struct Scene {
    world: World,
    office: Doorknock,
    li: Doorknock,
    disk: FaultPlan,
    _folder: TempDir,
}

impl Scene {
    /// The office has written something that li does not have yet.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let world = World::new(folder.path(), 12);
        let office = world.office(&roster(&["G1"], 4)).unwrap();
        drop(world.phone(&office, "li", &["G1"]).unwrap());
        let disk = FaultPlan::default();
        let li = world.open("li", Some(disk.hook())).unwrap();
        let scene = Self {
            world,
            office,
            li,
            disk,
            _folder: folder,
        };
        scene.record(&scene.office, "办公室的走访");
        scene.office.sync(&scene.world.net(), &mut |_| {}).unwrap();
        scene
    }

    fn record(&self, home: &Doorknock, summary: &str) {
        let door = home.doors(None).unwrap()[0].door;
        home.log_visit(&visit(door, summary)).unwrap();
    }

    /// How li's sync ends.
    fn sync(&self) -> Result<(), &'static str> {
        let result = self.li.sync(&self.world.net(), &mut |_| {});
        result.map(|_| ()).map_err(|error| error.code())
    }

    /// The app ends and is started again; the disk stays as it is.
    fn restart(&mut self) {
        self.li.shutdown();
        self.li = self.world.open("li", Some(self.disk.hook())).unwrap();
    }

    fn fill(&self, room: u32) {
        self.disk.fill(room, &self.world.home("li"));
    }

    fn reserve(&self) -> bool {
        self.world.home("li").join("reserve").exists()
    }

    fn has(&self, home: &Doorknock, summary: &str) -> bool {
        let all = home.visits(None, 100).unwrap();
        all.iter().any(|v| v.summary.as_deref() == Some(summary))
    }
}

#[test]
fn taking_in_stops_first_and_leaves_the_reserve_to_recording_and_sending() {
    let scene = Scene::new();
    scene.fill(0);
    assert_eq!(scene.sync(), Err("pull_full"));
    assert!(scene.reserve(), "others' records do not use it up");
    assert!(!scene.has(&scene.li, "办公室的走访"));

    scene.record(&scene.li, "李的走访");
    assert!(!scene.reserve(), "it was given back");
    assert_eq!(scene.sync(), Err("pull_full"), "and says so");
    let status = scene.li.status().unwrap();
    assert_eq!((status.pending_visits, status.at_hub_visits), (0, 1));
    assert!(
        !scene.has(&scene.li, "办公室的走访"),
        "no reserve, no taking in"
    );
    scene.office.sync(&scene.world.net(), &mut |_| {}).unwrap();
    assert!(scene.has(&scene.office, "李的走访"));

    scene.disk.free();
    assert_eq!(scene.sync(), Ok(()));
    assert!(scene.has(&scene.li, "办公室的走访"));
    assert!(scene.reserve(), "it is kept again");
}

#[test]
fn what_comes_by_file_leaves_the_reserve_too_and_looks_like_no_crash() {
    let scene = Scene::new();
    let mut file = Vec::new();
    let written = scene.office.sync_to_file(&mut file, FileScope::Everything);
    assert!(written.unwrap().own > 0);
    let read = || scene.li.sync_from_file(&mut &file[..], &mut |_| {});
    // More often than an entry may crash the app, and stopped at another write each time.
    for room in 0..6 {
        scene.fill(room);
        assert_eq!(read().unwrap_err().code(), "pull_full", "{room}");
        assert!(scene.reserve(), "{room}");
    }
    scene.disk.free();
    let whole = read().unwrap();
    assert!(whole.whole && whole.quarantined == 0, "{whole:?}");
    assert!(scene.has(&scene.li, "办公室的走访"));
}

#[test]
fn a_sync_that_has_nothing_to_send_leaves_the_reserve_alone() {
    let scene = Scene::new();
    assert_eq!(scene.sync(), Ok(()));
    assert_eq!(scene.sync(), Ok(()));
    scene.fill(0);
    assert_eq!(scene.sync(), Ok(()), "there is nothing to take in either");
    assert!(scene.reserve());
}

#[test]
fn a_disk_that_is_full_at_any_write_of_a_sync_looks_like_no_crash() {
    for (room, restarts) in (0..40).flat_map(|room| [(room, false), (room, true)]) {
        let mut scene = Scene::new();
        let mut ended = Ok(());
        // More often than an entry may crash the app.
        for _ in 0..5 {
            scene.fill(room);
            ended = scene.sync();
            if restarts {
                scene.restart();
            }
        }
        scene.disk.free();
        assert_eq!(scene.sync(), Ok(()), "room for {room} writes");
        assert!(scene.has(&scene.li, "办公室的走访"));
        let status = scene.li.status().unwrap();
        let left = (status.quarantined, status.waiting, status.pending);
        assert_eq!(left, (0, 0, 0), "room for {room} writes");
        assert!(scene.li.doctor().unwrap().ok());
        if ended.is_ok() {
            assert!(room > 3, "{room} writes");
            return;
        }
    }
    unreachable!("a sync has fewer writes than that");
}
