//! Taking, leaving out, giving and adding doors.

use doorknock::model::kinds::DecisionKind;
use doorknock::model::round::Status;
use doorknock_tests::visit;

use crate::{Scene, code, day, line, said, status};

fn names(members: &[doorknock::MemberName]) -> Vec<&str> {
    members.iter().map(|m| m.name.as_str()).collect()
}

#[test]
fn two_phones_that_take_one_door_offline_see_each_other_and_one_gives_way() {
    let scene = Scene::new(31);
    let door = scene.doors[1];
    let first = scene.li.take_door(door, None).unwrap();
    assert_eq!(
        scene.li.take_door(door, None).unwrap(),
        first,
        "once is enough"
    );
    scene.wang.take_door(door, None).unwrap();
    assert_eq!(names(&line(&scene.li, door).unwrap().takers), ["李文丽"]);
    scene.settle();
    for home in scene.homes() {
        let mut takers = names(&line(home, door).unwrap().takers).join("、");
        if takers.starts_with('王') {
            takers = "李文丽、王建国".to_owned();
        }
        assert_eq!(takers, "李文丽、王建国");
        assert_eq!(status(home, door), Status::Due);
    }
    assert_eq!(scene.wang.release_door(door, None).unwrap(), 1);
    assert_eq!(scene.wang.release_door(door, None).unwrap(), 0);
    scene.settle();
    for home in scene.homes() {
        assert_eq!(names(&line(home, door).unwrap().takers), ["李文丽"]);
    }
    scene.next_day();
    assert_eq!(
        line(&scene.li, door).unwrap().takers,
        [],
        "a day's list is that day's"
    );
}

#[test]
fn a_door_left_out_shows_why_and_comes_back() {
    let scene = Scene::new(32);
    let door = scene.doors[1];
    assert_eq!(code(scene.li.skip_door(door, "  ", None)), "reason_needed");
    let skip = scene.li.skip_door(door, "住院，下周回来", None).unwrap();
    scene.settle();
    let seen = line(&scene.wang, door).unwrap();
    assert_eq!(seen.status, Status::Skipped);
    let why = &seen.decisions[0];
    assert_eq!(
        (why.what, why.by.name.as_str()),
        (DecisionKind::Skip, "李文丽")
    );
    assert_eq!(why.reason.as_deref(), Some("住院，下周回来"));

    // Anybody of the crew may bring it back, even offline, and twice.
    scene.wang.undo_decision(door, skip, None).unwrap();
    scene.li.undo_decision(door, skip, None).unwrap();
    assert_eq!(code(scene.li.undo_decision(door, skip, None)), "not_found");
    scene.settle();
    assert_eq!(said(&scene.office, door), "due: due");

    scene.wang.skip_door(door, "下雨", None).unwrap();
    scene.settle();
    scene.next_day();
    assert_eq!(said(&scene.office, door), "due: overdue");
}

#[test]
fn the_office_gives_doors_to_people_and_adds_doors_that_are_not_due() {
    let scene = Scene::new(33);
    let (due, quiet) = (scene.doors[1], scene.doors[0]);
    scene.settle();
    let wang = scene.office.find_member("王建国").unwrap();
    assert_eq!(scene.office.find_member(&wang.to_string()).unwrap(), wang);
    assert_eq!(code(scene.office.find_member("赵")), "not_found");
    scene.office.assign_door(due, wang, None).unwrap();
    assert_eq!(said(&scene.wang, quiet), "");
    let added = scene
        .office
        .add_to_round(quiet, "邻居两天没见到人", None)
        .unwrap();
    scene.settle();
    assert_eq!(names(&line(&scene.wang, due).unwrap().assigned), ["王建国"]);
    assert_eq!(said(&scene.wang, quiet), "due: added");
    scene.wang.log_visit(&visit(quiet, "一切正常")).unwrap();
    assert_eq!(said(&scene.wang, quiet), "done: added");
    scene.office.undo_decision(quiet, added, None).unwrap();
    scene.settle();
    assert_eq!(said(&scene.li, quiet), "done: ", "visited all the same");

    // For tomorrow, but not for yesterday.
    let (yesterday, tomorrow) = (day("2026-11-20"), day("2026-11-22"));
    scene.li.take_door(quiet, Some(tomorrow)).unwrap();
    let list = scene.li.round(None, Some(tomorrow)).unwrap();
    assert!(
        list.items
            .iter()
            .any(|l| l.door == quiet && l.takers.len() == 1)
    );
    assert_eq!(
        code(scene.li.take_door(quiet, Some(yesterday))),
        "day_is_over"
    );
}

#[test]
fn a_door_is_given_only_to_somebody_who_sees_the_list() {
    use doorknock_tests::{World, roster};
    let folder = tempfile::tempdir().unwrap();
    let world = World::new(folder.path(), 34);
    let office = world.office(&roster(&["G1", "G2"], 4)).unwrap();
    let sun = world.phone(&office, "孙敏", &["G2"]).unwrap();
    let me = sun.community().unwrap().unwrap().member;
    office.sync(&world.net(), &mut |_| {}).unwrap();
    let of = |grid| office.doors(Some(grid)).unwrap()[0].door;
    assert_eq!(code(office.assign_door(of("G1"), me, None)), "not_in_crew");
    office.assign_door(of("G2"), me, None).unwrap();
}
