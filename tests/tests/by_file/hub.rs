//! Files and a hub together.

use doorknock::FileScope;
use doorknock_tests::Crew;

use crate::places::{back_up, set_back};
use crate::{carry, count, door, file, log, read, same, state};

#[test]
fn what_came_by_file_is_known_when_the_hub_sends_it_and_the_other_way_round() {
    let crew = Crew::new(71, &["G1"], 6);
    let net = crew.world.net();
    let visit = log(&crew.li, door(&crew, 0), "先经文件");
    let positions = |home: &doorknock::Doorknock| {
        let spaces = home.status().unwrap().spaces;
        spaces
            .iter()
            .map(|space| space.position)
            .collect::<Vec<_>>()
    };
    let before = positions(&crew.wang);
    let bytes = file(&crew.li, FileScope::Missing);
    assert!(read(&crew.wang, &bytes).pulled > 0);
    assert_eq!(positions(&crew.wang), before, "a file moves no cursor");
    crew.li.sync(&net, &mut |_| {}).unwrap();
    let report = crew.wang.sync(&net, &mut |_| {}).unwrap();
    assert_eq!(
        (report.pulled, report.quarantined, count(&crew.wang)),
        (0, 0, 1),
        "{report:?}"
    );
    assert_eq!(crew.wang.status().unwrap().to_bring, 0);

    // From the hub first.
    crew.office.sync(&net, &mut |_| {}).unwrap();
    let again = read(&crew.office, &bytes);
    assert_eq!(
        (again.pulled, again.quarantined, again.known),
        (0, 0, again.entries),
        "{again:?}"
    );
    // The phone had no receipt when it wrote the file: the office asks for it once, to bring it back.
    assert!(crew.office.status().unwrap().to_bring > 0);
    crew.office.sync(&net, &mut |_| {}).unwrap();
    assert_eq!(crew.office.status().unwrap().to_bring, 0);
    assert_eq!(state(&crew.office, visit), "from_hub");
    same(&[&crew.li, &crew.wang]);
}

#[test]
fn a_phone_that_is_online_again_delivers_for_the_colleague_whose_phone_broke() {
    let crew = Crew::new(72, &["G1"], 6);
    log(&crew.li, door(&crew, 0), "手机摔坏之前");
    carry(&crew.li, &crew.wang);
    // Li's phone is gone for good.
    let report = crew.wang.sync(&crew.world.net(), &mut |_| {}).unwrap();
    assert!(report.relayed > 0, "{report:?}");
    crew.office.sync(&crew.world.net(), &mut |_| {}).unwrap();
    assert_eq!(count(&crew.office), 1);
    // And once is enough.
    let again = crew.wang.sync(&crew.world.net(), &mut |_| {}).unwrap();
    assert_eq!((again.relayed, again.round_trips), (0, 1), "{again:?}");
}

#[test]
fn an_office_gives_a_hub_back_what_it_lost_of_phones_that_are_gone() {
    let mut crew = Crew::new(73, &["G1"], 6);
    back_up(&crew.world, "hub.db", "old.db");
    let visit = log(&crew.li, door(&crew, 0), "唯一的一份");
    crew.li.sync(&crew.world.net(), &mut |_| {}).unwrap();
    crew.office.sync(&crew.world.net(), &mut |_| {}).unwrap();
    assert_eq!(state(&crew.office, visit), "from_hub");
    set_back(&mut crew.world, "old.db");
    // Li's phone does not come back; wang's never had it.
    let report = crew.office.sync(&crew.world.net(), &mut |_| {}).unwrap();
    assert!(report.relayed > 0, "{report:?}");
    crew.wang.sync(&crew.world.net(), &mut |_| {}).unwrap();
    assert_eq!(count(&crew.wang), 1);
    assert_eq!(crew.office.status().unwrap().to_bring, 0);
    let again = crew.office.sync(&crew.world.net(), &mut |_| {}).unwrap();
    assert_eq!(
        (again.relayed, again.pushed, again.pulled),
        (0, 0, 0),
        "{again:?}"
    );
}

#[test]
fn a_phone_keeps_nothing_of_others_that_the_hub_has() {
    let crew = Crew::new(74, &["G1"], 6);
    log(&crew.li, door(&crew, 0), "经服务器");
    crew.sync();
    let own_only = |home: &doorknock::Doorknock| {
        let written = home.sync_to_file(&mut Vec::new(), FileScope::Everything);
        written.unwrap().relayed == 0
    };
    assert!(own_only(&crew.wang));
    // Nor when the office's stick says so.
    read(&crew.wang, &file(&crew.office, FileScope::Everything));
    assert!(own_only(&crew.wang) && crew.wang.status().unwrap().to_bring == 0);
    assert!(!own_only(&crew.office));
}

#[test]
fn a_new_grid_that_a_file_tells_of_first_gets_its_key_from_the_hub_and_what_was_carried_opens() {
    let crew = Crew::new(75, &["G1"], 4);
    let net = crew.world.net();
    let desk = crew.world.staff(&crew.office, "陈晨").unwrap();
    // The office adds a grid and records there; the desk hears of it by file alone.
    let two = doorknock_tests::roster(&["G1", "G2"], 4);
    crew.office
        .import(&two, Default::default(), &net, &mut |_, _| {})
        .unwrap();
    let bytes = file(&crew.office, FileScope::Everything);
    let done = read(&desk, &bytes);
    assert!(done.statements > 0 && done.quarantined > 0, "{done:?}");
    assert_eq!(desk.doors(None).unwrap().len(), 4, "no key, no doors");
    assert_eq!(desk.quarantine().unwrap()[0].reason.code, "not_authorised");
    // The office never meets the hub again, but for the statement, which is made there; the key comes with it.
    desk.sync(&net, &mut |_| {}).unwrap();
    assert_eq!(desk.doors(None).unwrap().len(), 8);
    assert_eq!(desk.status().unwrap().quarantined, 0);
    assert!(
        desk.status()
            .unwrap()
            .spaces
            .iter()
            .any(|space| space.grid.as_deref() == Some("G2"))
    );
}
