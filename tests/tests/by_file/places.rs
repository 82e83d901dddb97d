//! What is said of a record's place, at every step of its way.

use doorknock::model::ids::DocId;
use doorknock::model::kind::Data;
use doorknock::model::matter::{Source, Step, Urgency};
use doorknock::{FileScope, NewMatter, NewStep, Place};
use doorknock_tests::{Crew, TestHub, World};

use crate::{carry, count, door, file, log, read, state};

/// Sets the hub back to a copy of its database.
pub(crate) fn set_back(world: &mut World, copy: &str) {
    let path = world.home(copy);
    world.hub = TestHub::open(&path, &world.clock);
}

/// Copies the hub's database.
pub(crate) fn back_up(world: &World, from: &str, copy: &str) {
    let file = rusqlite::Connection::open(world.home(from)).unwrap();
    let path = world.home(copy);
    file.execute("VACUUM INTO ?1", [path.to_str().unwrap()])
        .unwrap();
}

#[test]
fn a_visit_is_here_then_carried_then_at_the_hub_though_its_phone_never_meets_it() {
    let crew = Crew::new(61, &["G1"], 6);
    let visit = log(&crew.li, door(&crew, 0), "送药上门");
    assert_eq!(state(&crew.li, visit), "here_only");
    let first = file(&crew.li, FileScope::Missing);
    assert_eq!(state(&crew.li, visit), "carried");
    read(&crew.office, &first);
    assert_eq!(state(&crew.office, visit), "from_file");
    assert!(crew.office.status().unwrap().to_bring > 0);
    // Without the hub the office has no receipt to give, and the phone claims nothing.
    carry(&crew.office, &crew.li);
    assert_eq!(state(&crew.li, visit), "carried");

    let report = crew.office.sync(&crew.world.net(), &mut |_| {}).unwrap();
    assert!(report.relayed > 0 && report.pushed == 0, "{report:?}");
    assert_eq!(crew.office.status().unwrap().to_bring, 0);
    let back = carry(&crew.office, &crew.li);
    assert!(back.pushed > 0, "{back:?}");
    let place = crew.li.place_of_visit(visit).unwrap().place.unwrap();
    assert!(
        matches!(place, Place::AtHub { position } if position > 0),
        "{place:?}"
    );
    let status = crew.li.status().unwrap();
    assert_eq!((status.pending, status.at_hub_visits), (0, 1));
    assert_eq!(
        status.spaces.iter().map(|space| space.at_hub).sum::<u64>(),
        status.at_hub
    );
    // When the phone does meet the hub, all of it proves true.
    let report = crew.li.sync(&crew.world.net(), &mut |_| {}).unwrap();
    assert_eq!((report.pushed, report.pulled), (0, 0), "{report:?}");
    assert_eq!(state(&crew.li, visit), "at_hub");
    // From the hub to another phone.
    crew.wang.sync(&crew.world.net(), &mut |_| {}).unwrap();
    assert_eq!(state(&crew.wang, visit), "from_hub");
}

#[test]
fn a_record_says_the_least_safe_of_its_changes_and_an_item_only_its_own() {
    let crew = Crew::new(62, &["G1"], 6);
    let net = crew.world.net();
    let first = log(&crew.li, door(&crew, 0), "第一次");
    let book = crew.li.visit(first).unwrap();
    crew.li.sync(&net, &mut |_| {}).unwrap();
    let second = log(&crew.li, door(&crew, 0), "第二次");
    assert_eq!(
        (state(&crew.li, first), state(&crew.li, second)),
        ("at_hub", "here_only")
    );
    assert_eq!(book.visit, first);
    // The card of the door came from the office; nothing of it was written here.
    let card = DocId(door(&crew, 0).0);
    let place = crew.li.place_of(card, None).unwrap().place.unwrap();
    assert!(
        matches!(&place, Place::FromOthers { by, by_file: false } if by == "周主任"),
        "{place:?}"
    );
    let nothing = crew.li.place_of(DocId([9; 16]), None).unwrap_err();
    assert_eq!(nothing.code(), "not_found");
}

#[test]
fn a_step_of_a_matter_and_a_note_that_is_edited_have_a_place_of_their_own() {
    let crew = Crew::new(66, &["G1"], 6);
    let net = crew.world.net();
    let new = NewMatter {
        door: Some(door(&crew, 0)),
        ..NewMatter::new("厨房水管漏水", Urgency::Urgent, Source::DoorVisit)
    };
    let matter = crew.li.raise_matter(&new).unwrap();
    let text = |text: &str| Data::Text(text.to_owned());
    let case = crew
        .li
        .add_record("case", None, &[("title", text("出院后照护"))])
        .unwrap();
    let note = crew
        .li
        .append_record(case, "note", None, &text("周一上门"))
        .unwrap();
    let other = crew
        .li
        .append_record(case, "note", None, &text("周二电话"))
        .unwrap();
    crew.li.sync(&net, &mut |_| {}).unwrap();

    let step = NewStep {
        text: Some("已联系物业".to_owned()),
        ..NewStep::new(Step::Accept)
    };
    let accepted = crew.li.act_on_matter(matter, &step).unwrap();
    let raised = crew.li.matter(matter).unwrap().history[0].event;
    let version = crew.li.record(case).unwrap().version;
    crew.li
        .edit_text(case, "note", Some(&note), &version, "周一上门，腰疼")
        .unwrap();

    let code = |doc: DocId, item: Option<&str>| {
        let place = crew.li.place_of(doc, item).unwrap().place.unwrap();
        place.message().code
    };
    let matter = DocId(matter.0);
    assert_eq!(code(matter, Some(&raised.to_string())), "at_hub");
    assert_eq!(code(matter, Some(&accepted.to_string())), "here_only");
    assert_eq!(
        code(matter, None),
        "here_only",
        "the least safe of its changes"
    );
    assert_eq!(
        (code(case, Some(&note)), code(case, Some(&other))),
        ("here_only", "at_hub")
    );
    for wrong in ["", "0", "zz", "ffff"] {
        assert_eq!(
            crew.li.place_of(case, Some(wrong)).unwrap_err().code(),
            "not_found"
        );
    }
}

#[test]
fn what_waits_says_whose_it_is_and_what_is_missing_and_goes_on_when_that_comes() {
    let crew = Crew::new(63, &["G1"], 6);
    let first = log(&crew.li, door(&crew, 0), "第一次");
    let early = file(&crew.li, FileScope::Missing);
    // The hub takes the first, so the next file has only what came after it.
    let backup = "before.db";
    back_up(&crew.world, "hub.db", backup);
    crew.li.sync(&crew.world.net(), &mut |_| {}).unwrap();
    let second = log(&crew.li, door(&crew, 0), "第二次");
    let late = file(&crew.li, FileScope::Missing);

    let done = read(&crew.wang, &late);
    assert_eq!((done.quarantined, count(&crew.wang)), (0, 0), "{done:?}");
    let waiting = crew.wang.waiting().unwrap();
    assert!(!waiting.is_empty());
    assert_eq!(crew.wang.status().unwrap().waiting, waiting.len() as u64);
    for wait in &waiting {
        assert_eq!(
            (wait.by.as_str(), wait.reason.code),
            ("李文丽", "earlier_entry")
        );
        assert!(wait.missing.is_some());
    }
    let book = waiting_book(&crew, first);
    let place = crew.wang.place_of(book, None).unwrap();
    assert!(
        place.place.is_none() && place.waiting.len() == 1,
        "{place:?}"
    );

    read(&crew.wang, &early);
    assert_eq!(count(&crew.wang), 2);
    assert!(crew.wang.waiting().unwrap().is_empty());
    assert_eq!(state(&crew.wang, second), "from_file");
}

/// The document in which a visit stands.
fn waiting_book(crew: &Crew, visit: doorknock::model::ids::VisitId) -> DocId {
    let export = crew.li.export(None, 10_000).unwrap();
    let line = export
        .iter()
        .find(|line| line.key.as_deref() == Some(&visit.to_string()));
    line.unwrap().id
}

#[test]
fn a_receipt_that_proves_void_is_said_and_an_old_file_does_not_bring_it_back() {
    let mut crew = Crew::new(64, &["G1"], 6);
    back_up(&crew.world, "hub.db", "old.db");
    let visit = log(&crew.li, door(&crew, 0), "送药上门");
    let by_li = file(&crew.li, FileScope::Missing);
    read(&crew.office, &by_li);
    crew.office.sync(&crew.world.net(), &mut |_| {}).unwrap();
    let with_receipt = file(&crew.office, FileScope::Missing);
    assert!(read(&crew.li, &with_receipt).pushed > 0);
    assert_eq!(state(&crew.li, visit), "at_hub");
    crew.li.sync(&crew.world.net(), &mut |_| {}).unwrap();

    // The hub is set back, and others' entries take the places of what it lost.
    set_back(&mut crew.world, "old.db");
    for n in 0..4 {
        log(&crew.wang, door(&crew, n), "后来的");
    }
    crew.wang.sync(&crew.world.net(), &mut |_| {}).unwrap();
    let net = crew.world.net();
    // Noticed in the first answer; the session is cut before anything is sent again.
    let mut session = crew.li.sync_session();
    let request = session.next(&crew.li).unwrap().unwrap();
    let answer = doorknock::Transport::exchange(&net, "http://hub", &request).unwrap();
    session.answer(&crew.li, answer).unwrap();
    assert_eq!(state(&crew.li, visit), "receipt_void");
    assert!(crew.li.status().unwrap().pending > 0);

    // It reads on to the log's end without sending anything, as a phone may that only listens.
    let listening = Listens(&net);
    let _ = crew.li.sync(&listening, &mut |_| {});
    read(&crew.li, &with_receipt);
    assert_eq!(
        state(&crew.li, visit),
        "receipt_void",
        "the old receipt is for a log that is gone"
    );
    crew.li.sync(&net, &mut |_| {}).unwrap();
    assert_eq!(state(&crew.li, visit), "at_hub");
    crew.sync();
    assert_eq!((count(&crew.office), count(&crew.wang)), (5, 5));
}

/// Carries requests without the entries in them.
struct Listens<'a>(&'a doorknock_tests::HubNet<'a>);

impl doorknock::Transport for Listens<'_> {
    fn exchange(
        &self,
        hub: &str,
        request: &doorknock::Request,
    ) -> Result<doorknock::Answer, doorknock::Unreachable> {
        let mut answer = self.0.exchange(hub, request)?;
        if let Ok(mut response) =
            doorknock_sync::wire::decode::<doorknock_sync::wire::SyncResponse>(&answer.body)
        {
            // The receipts get lost on the way; what the hub holds is shown all the same.
            for receipt in &mut response.receipts {
                receipt.signature = [0; 64];
            }
            answer.body = doorknock_sync::wire::encode(&response);
        }
        Ok(answer)
    }
}

#[test]
fn a_phone_lets_go_of_old_bytes_and_still_gives_back_what_a_hub_lost_long_after() {
    let mut crew = Crew::new(65, &["G1"], 6);
    back_up(&crew.world, "hub.db", "old.db");
    let visit = log(&crew.li, door(&crew, 0), "三个月前");
    crew.li.sync(&crew.world.net(), &mut |_| {}).unwrap();
    let entries = |home: &doorknock::Doorknock| {
        let written = home.sync_to_file(&mut Vec::new(), FileScope::Everything);
        written.unwrap().own
    };
    let kept = entries(&crew.li);
    while crew.li.maintain().unwrap() {}
    crew.world.clock.advance(89 * 86_400_000);
    while crew.li.maintain().unwrap() {}
    assert_eq!(entries(&crew.li), kept, "kept for 90 days");
    crew.world.clock.advance(2 * 86_400_000);
    while crew.li.maintain().unwrap() {}
    while crew.office.maintain().unwrap() {}
    assert_eq!(entries(&crew.li), 0);
    assert_eq!(state(&crew.li, visit), "at_hub");
    assert!(entries(&crew.office) > 0, "the office keeps everything");

    set_back(&mut crew.world, "old.db");
    crew.sync();
    assert_eq!((state(&crew.li, visit), count(&crew.office)), ("at_hub", 1));
    assert_eq!(crew.li.status().unwrap().pending, 0);
}
