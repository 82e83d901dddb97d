//! The line from end to end: what one phone records offline, another reads.

#![allow(clippy::unwrap_used)] // a test that cannot go on has failed

use doorknock::Doorknock;
use doorknock::model::round::Status;
use doorknock_tests::{World, roster, visit};

fn doors(home: &Doorknock) -> Vec<doorknock::DoorInfo> {
    home.doors(None).unwrap()
}

#[test]
fn a_visit_logged_offline_on_one_phone_is_read_on_another_and_at_the_office() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::new(folder.path(), 1);
    let office = world.office(&roster(&["G1", "G2"], 12)).unwrap();
    let li = world.phone(&office, "李文丽", &["G1"]).unwrap();
    let wang = world.phone(&office, "王建国", &["G1"]).unwrap();
    assert_eq!(doors(&office).len(), 24);
    assert_eq!(
        doors(&li).len(),
        12,
        "a worker's phone holds its own grid only"
    );

    for query in ["3-1-101", "3栋101", "3栋1单元101室", "花园1 3栋", "101"] {
        let hits = li.search(query, 20).unwrap();
        assert!(
            hits.iter().any(|h| h.door == Some(doors(&li)[0].door)),
            "{query}"
        );
    }
    assert!(li.search("9-1-101", 20).unwrap().is_empty());

    // Offline: the same door and different doors.
    let list = li.round(None, None).unwrap();
    assert!(list.items.iter().all(|i| i.status == Status::Due) && list.items.len() == 6);
    assert_eq!(list.items[0].contact.as_deref(), Some("住户2"));
    let (first, second) = (list.items[0].door, list.items[1].door);
    let by_li = li
        .log_visit(&visit(first, "老人精神很好，厨房水管漏水"))
        .unwrap();
    let by_wang = wang.log_visit(&visit(first, "送去药品")).unwrap();
    let alone = wang.log_visit(&visit(second, "家中无异常")).unwrap();
    assert_eq!(li.status().unwrap().pending_visits, 1);
    assert_eq!(
        li.round(None, None)
            .unwrap()
            .items
            .iter()
            .filter(|i| i.status == Status::Done)
            .count(),
        1
    );

    let net = world.net();
    for home in [&li, &wang, &office, &li, &wang] {
        home.sync(&net, &mut |_| {}).unwrap();
    }
    for home in [&li, &wang, &office] {
        let mut seen: Vec<_> = home
            .visits(None, 100)
            .unwrap()
            .into_iter()
            .map(|v| v.visit)
            .collect();
        let mut all = vec![by_li, by_wang, alone];
        seen.sort();
        all.sort();
        assert_eq!(seen, all);
        let status = home.status().unwrap();
        assert_eq!(
            (
                status.pending,
                status.quarantined,
                status.waiting,
                status.conflicts
            ),
            (0, 0, 0, 0)
        );
        assert_eq!(home.visit(by_li).unwrap().by, "李文丽");
        assert_eq!(home.search("漏水", 10).unwrap().len(), 1);
    }
    assert_eq!(
        li.dump_projections().unwrap(),
        wang.dump_projections().unwrap()
    );

    // Nothing new: one trip, and doctor finds nothing.
    let report = li.sync(&net, &mut |_| {}).unwrap();
    assert_eq!(
        (report.round_trips, report.pushed, report.pulled),
        (1, 0, 0)
    );
    for home in [&li, &wang, &office] {
        let doctor = home.doctor().unwrap();
        assert!(doctor.ok(), "{doctor:?}");
    }
}

#[test]
fn importing_the_same_roster_twice_changes_nothing_and_a_changed_one_updates() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::new(folder.path(), 2);
    let mut list = roster(&["G1"], 8);
    let office = world.office(&list).unwrap();
    let net = world.net();
    let again = office
        .import(&list, Default::default(), &net, &mut |_, _| {})
        .unwrap();
    assert_eq!(
        (again.doors_added, again.doors_updated, again.unchanged),
        (0, 0, 8)
    );
    assert_eq!(office.status().unwrap().pending, 0);
    list.rows[0].phone = Some("10009999999".to_owned());
    let dry = doorknock::ImportOptions { dry_run: true };
    let tried = office.import(&list, dry, &net, &mut |_, _| {}).unwrap();
    assert_eq!((tried.doors_updated, tried.unchanged), (1, 7));
    assert_eq!(
        office.status().unwrap().pending,
        0,
        "a dry run writes nothing"
    );
    let changed = office
        .import(&list, Default::default(), &net, &mut |_, _| {})
        .unwrap();
    assert_eq!((changed.doors_updated, changed.unchanged), (1, 7));
    assert_eq!(office.search("9999", 10).unwrap().len(), 1);
}

#[test]
fn a_second_opening_of_a_home_is_told_that_it_is_busy() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::new(folder.path(), 3);
    let home = world.create("a").unwrap();
    assert_eq!(world.open("a", None).err().unwrap().code(), "busy");
    drop(home);
    assert!(world.open("a", None).is_ok());
}

#[test]
fn a_form_saved_on_a_stale_base_becomes_a_conflict_and_loses_nothing() {
    use doorknock::DoorEdit;
    let folder = tempfile::tempdir().unwrap();
    let world = World::new(folder.path(), 4);
    let office = world.office(&roster(&["G1"], 4)).unwrap();
    let li = world.phone(&office, "李文丽", &["G1"]).unwrap();
    let door = doors(&li)[0].door;
    let cadence = |text: &str| DoorEdit {
        cadence: Some(Some(text.parse().unwrap())),
        ..Default::default()
    };
    // Both open the form; the office saves and its edit arrives; then Li saves hers.
    let seen = li.door(door).unwrap().version;
    let at_office = office.door(door).unwrap().version;
    assert_eq!(seen, at_office);
    assert!(
        office
            .edit_door(door, &at_office, &cadence("daily"))
            .unwrap()
    );
    let net = world.net();
    office.sync(&net, &mut |_| {}).unwrap();
    li.sync(&net, &mut |_| {}).unwrap();
    assert_eq!(
        li.door(door).unwrap().info.cadence.as_deref(),
        Some("daily")
    );
    assert!(li.edit_door(door, &seen, &cadence("weekly")).unwrap());
    li.sync(&net, &mut |_| {}).unwrap();
    office.sync(&net, &mut |_| {}).unwrap();
    for home in [&li, &office] {
        assert_eq!(home.status().unwrap().conflicts, 1, "both values are kept");
        assert!(home.doctor().unwrap().ok());
    }
    assert_eq!(
        li.dump_projections().unwrap().len(),
        office.dump_projections().unwrap().len()
    );

    // A version nobody knows is refused, and an edit on the current base is plain.
    let unknown = "00".repeat(32);
    assert_eq!(
        li.edit_door(door, &unknown, &cadence("daily"))
            .unwrap_err()
            .code(),
        "unknown_version"
    );
    assert_eq!(
        li.edit_door(door, "xyz", &cadence("daily"))
            .unwrap_err()
            .code(),
        "bad_version"
    );
    let other = doors(&li)[1].door;
    let now = li.door(other).unwrap().version;
    assert!(li.edit_door(other, &now, &cadence("every:10")).unwrap());
    assert_eq!(li.status().unwrap().conflicts, 1);
}

#[test]
fn compounds_and_their_buildings_follow_from_addresses_and_the_office_says_their_kind() {
    use doorknock::model::kinds::CompoundKind;
    let folder = tempfile::tempdir().unwrap();
    let world = World::new(folder.path(), 5);
    let office = world.office(&roster(&["G1", "G2"], 4)).unwrap();
    let li = world.phone(&office, "李文丽", &["G1"]).unwrap();
    assert!(office.set_compound("花园1", CompoundKind::WalkUp).unwrap());
    assert_eq!(
        li.set_compound("花园1", CompoundKind::WalkUp)
            .unwrap_err()
            .code(),
        "not_office"
    );
    let net = world.net();
    office.sync(&net, &mut |_| {}).unwrap();
    li.sync(&net, &mut |_| {}).unwrap();
    let compounds = li.compounds().unwrap();
    assert_eq!(compounds.len(), 1);
    assert_eq!(compounds[0].kind, Some(CompoundKind::WalkUp));
    assert_eq!(compounds[0].buildings, [("3".to_owned(), 4)]);
}

#[test]
fn after_a_quiet_moment_and_a_restart_writing_goes_on_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::new(folder.path(), 6);
    let office = world.office(&roster(&["G1"], 4)).unwrap();
    let li = world.phone(&office, "李文丽", &["G1"]).unwrap();
    let door = doors(&li)[0].door;
    li.log_visit(&visit(door, "第一次")).unwrap();
    while li.maintain().unwrap() {}
    drop(li);
    let li = world.open("李文丽", None).unwrap();
    li.log_visit(&visit(door, "第二次")).unwrap();
    drop(li);
    let li = world.open("李文丽", None).unwrap();
    li.log_visit(&visit(door, "第三次")).unwrap();
    let net = world.net();
    li.sync(&net, &mut |_| {}).unwrap();
    office.sync(&net, &mut |_| {}).unwrap();
    for home in [&li, &office] {
        assert_eq!(home.visits(Some(door), 10).unwrap().len(), 3);
        let status = home.status().unwrap();
        assert_eq!(
            (status.quarantined, status.waiting, status.pending),
            (0, 0, 0)
        );
        assert!(home.doctor().unwrap().ok());
    }
}

/// No signal.
struct Dead;

impl doorknock::Transport for Dead {
    fn exchange(
        &self,
        _: &str,
        _: &doorknock::Request,
    ) -> Result<doorknock::Answer, doorknock::Unreachable> {
        Err(doorknock::Unreachable::NoNetwork)
    }
}

#[test]
fn unsent_since_is_when_the_oldest_unsent_visit_was_recorded_sealed_or_not() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::new(folder.path(), 3);
    let office = world.office(&roster(&["G1"], 12)).unwrap();
    let li = world.phone(&office, "李文丽", &["G1"]).unwrap();
    let since = || li.status().unwrap().unsent_since.map(|at| at.timestamp());
    let now = || doorknock::Clock::now_ms(&*world.clock) / 1000;
    assert_eq!(since(), None);
    let door = doors(&li)[0].door;

    let first = now();
    li.log_visit(&visit(door, "老人精神很好")).unwrap();
    world.clock.advance(86_400_000);
    li.log_visit(&visit(door, "送去药品")).unwrap();
    assert_eq!(since(), Some(first));

    // Sealed, and not sent.
    li.sync(&Dead, &mut |_| {}).unwrap_err();
    assert_eq!(since(), Some(first));
    world.clock.advance(86_400_000);
    li.log_visit(&visit(door, "家中无异常")).unwrap();
    assert_eq!(since(), Some(first));

    li.sync(&world.net(), &mut |_| {}).unwrap();
    assert_eq!(since(), None);
    let later = now();
    li.log_visit(&visit(door, "一切都好")).unwrap();
    assert_eq!(since(), Some(later));
}
