//! When snapshots are made, and who may begin with them.

use doorknock::FileScope;

use super::{scene, sync, visit};

#[test]
fn what_did_not_change_is_not_sent_again() {
    let scene = scene(2);
    scene.publish();
    let again = scene
        .office
        .publish_all_snapshots(&scene.world.net())
        .unwrap();
    assert_eq!(again.spaces, 0, "nothing came since: {again:?}");
    let door = scene.li.doors(None).unwrap()[0].door;
    scene.li.log_visit(&visit(door, "又一次")).unwrap();
    sync(&scene.li, &scene.world.net());
    sync(&scene.office, &scene.world.net());
    let again = scene.office.publish_all_snapshots(&scene.world.net());
    let again = again.unwrap();
    assert!((1..=3).contains(&again.parts), "{again:?}");
}

#[test]
fn a_snapshot_waits_until_the_hub_has_all_that_it_would_hold() {
    let scene = scene(8);
    scene.publish();
    let made = || {
        scene
            .office
            .publish_all_snapshots(&scene.world.net())
            .unwrap()
    };
    let door = scene.li.doors(None).unwrap()[0].door;
    // Something came meanwhile, but something of the office's own is not at the hub.
    scene.li.log_visit(&visit(door, "李的走访")).unwrap();
    sync(&scene.li, &scene.world.net());
    sync(&scene.office, &scene.world.net());
    scene.office.log_visit(&visit(door, "还没有发出")).unwrap();
    let rest = made().spaces;
    sync(&scene.office, &scene.world.net());
    let own = made().spaces;
    assert!(own > 0 && rest < 2, "{own}, before {rest}");
    // Nor does it tell what only a file has brought.
    let mut file = Vec::new();
    sync(&scene.li, &scene.world.net());
    scene.li.log_visit(&visit(door, "随文件来的")).unwrap();
    scene
        .li
        .sync_to_file(&mut file, FileScope::Missing)
        .unwrap();
    scene.office.log_visit(&visit(door, "又一次")).unwrap();
    sync(&scene.office, &scene.world.net());
    let read = scene.office.sync_from_file(&mut &file[..], &mut |_| {});
    assert!(read.unwrap().pulled > 0);
    assert_eq!(made(), Default::default());
    sync(&scene.office, &scene.world.net());
    assert!(made().spaces > 0);
}

#[test]
fn a_phone_that_knows_less_of_the_charter_begins_with_a_snapshot_all_the_same() {
    let scene = scene(9);
    let new = scene.joined("new");
    // Others join, write and make the snapshot before its first sync.
    let desk = scene.world.staff(&scene.office, "desk").unwrap();
    let late = scene.joined("late");
    for home in [&late, &desk] {
        sync(home, &scene.world.net());
        let door = home.doors(None).unwrap()[0].door;
        home.log_visit(&visit(door, "后来的人")).unwrap();
        sync(home, &scene.world.net());
    }
    sync(&desk, &scene.world.net());
    assert!(
        desk.publish_all_snapshots(&scene.world.net())
            .unwrap()
            .spaces
            >= 4
    );
    let report = sync(&new, &scene.world.net());
    assert!(
        report.first_sync.is_some_and(|f| f.today_ready),
        "{report:?}"
    );
    let notices = new.status().unwrap().notices;
    assert!(notices.is_empty(), "{notices:?}");
    scene.assert_whole(&new);
}

#[test]
fn a_worker_offers_no_snapshot() {
    let scene = scene(7);
    let made = scene.li.publish_all_snapshots(&scene.world.net()).unwrap();
    assert_eq!(made, Default::default());
}
