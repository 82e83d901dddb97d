//! What is acknowledged is kept: nothing is recorded that other devices refuse or cannot read, and no
//! value is resolved away that nobody saw.

use doorknock::model::ids::DocId;
use doorknock::model::kind::Data;
use doorknock::{Choice, Doorknock, ImportOptions};
use doorknock_tests::{World, roster};

use crate::{scene, text};

#[test]
fn what_others_would_refuse_is_not_recorded() {
    let s = scene(9);
    let long = "长".repeat(6_000);
    let values = [("title", text("个案")), ("plan", text(&long))];
    let refused = s.li.add_record("case", Some("G1"), &values);
    assert_eq!(refused.unwrap_err().code(), "too_large");
    let values = [("title", text("个案")), ("plan", text("短"))];
    let case = s.li.add_record("case", Some("G1"), &values).unwrap();
    let version = s.li.record(case).unwrap().version;
    let refused = s.li.edit_text(case, "plan", None, &version, &long);
    assert_eq!(refused.unwrap_err().code(), "too_large");
    let refused =
        s.li.append_record(case, "note", None, &text(&"长".repeat(22_000)));
    assert_eq!(refused.unwrap_err().code(), "too_large");
    let huge = [
        ("kind", text("open_day")),
        ("on", text("2026-11-22")),
        ("place", text("居委会")),
        ("visitors", text("5000000000")),
    ];
    let refused = s.li.add_record("session", None, &huge);
    assert_eq!(refused.unwrap_err().code(), "bad_value");
    let person = s.li.care_list(None, false).unwrap()[0].person.person;
    let parts = [
        "risk=high",
        "basis=statutory",
        "since=2026-11-22",
        "review=2027-11-22",
    ];
    let parts = parts.map(|part| part.split_once('=').unwrap());
    let need = Data::Map(
        parts
            .map(|(name, typed)| (name.to_owned(), text(typed)))
            .to_vec(),
    );
    // A file has rules of its own, which the general way must not pass by.
    for which in [None, Some("hermit"), Some("lives_alone")] {
        let refused = s.li.append_record(DocId(person.0), "need", which, &need);
        assert_eq!(refused.unwrap_err().code(), "not_found", "{which:?}");
    }
    // One field named twice is one write, of the last.
    let days = ["2026-12-01", "2026-12-02"].map(|day| ("review", text(day)));
    s.li.edit_record(case, None, &days).unwrap();
    s.settle();
    let review = |home: &Doorknock| {
        let all = home.record(case).unwrap();
        format!("{all:?}").contains("2026-12-02")
    };
    assert!(s.homes().into_iter().all(review));
}

#[test]
fn a_step_that_had_not_seen_the_end_is_shown_whichever_came_first() {
    let s = scene(10);
    let staff = s.world.staff(&s.office, "吴老师").unwrap();
    let values = [
        ("mentor", text("李文丽")),
        ("apprentice", text("王建国")),
        ("since", text("2026-11-01")),
    ];
    let pair = s.office.add_record("pair", None, &values).unwrap();
    let sync = |home: &Doorknock| home.sync(&s.world.net(), &mut |_| {}).unwrap();
    sync(&s.office);
    sync(&staff);
    s.office.end_record(pair, None, None).unwrap();
    let step = vec![
        ("on".to_owned(), text("2026-11-20")),
        ("note".to_owned(), text("一起走访十户")),
    ];
    staff
        .append_record(pair, "step", None, &Data::Map(step))
        .unwrap();
    for home in [&s.office, &staff, &s.office] {
        sync(home);
    }
    for home in [&s.office, &staff] {
        assert_eq!(home.record(pair).unwrap().conflicts, ["ended"]);
        assert_eq!(home.conflicts().unwrap().len(), 1);
        assert!(home.doctor().unwrap().ok());
    }
    let conflict = s.office.conflicts().unwrap().remove(0);
    s.office.resolve(&conflict.id, Choice::Keep(0)).unwrap();
    for home in [&s.office, &staff] {
        sync(home);
        assert_eq!(home.status().unwrap().conflicts, 0);
        assert!(home.doctor().unwrap().ok());
    }
}

#[test]
fn a_value_that_came_after_somebody_looked_is_not_resolved_away() {
    let s = scene(11);
    let crew = s.li.add_record("crew", None, &[("name", text("敲门组"))]);
    let crew = crew.unwrap();
    s.settle();
    let version = s.li.record(crew).unwrap().version;
    let edit = |home: &Doorknock, name: &str| {
        let values = [("worker", text(name))];
        home.edit_record(crew, Some(&version), &values).unwrap();
        home.sync(&s.world.net(), &mut |_| {}).unwrap();
    };
    edit(&s.li, "甲");
    edit(&s.wang, "乙");
    s.office.sync(&s.world.net(), &mut |_| {}).unwrap();
    let seen = s.office.conflicts().unwrap().remove(0);
    assert_eq!(seen.values.len(), 2);
    // A third value comes while the office thinks about the two.
    edit(&s.li, "丙");
    s.office.sync(&s.world.net(), &mut |_| {}).unwrap();
    let stale = s.office.resolve(&seen.id, Choice::Keep(0));
    assert_eq!(stale.unwrap_err().code(), "not_found");
    let now = s.office.conflicts().unwrap().remove(0);
    assert!(now.values.iter().any(|v| v.data == text("丙")));
    s.office.resolve(&now.id, Choice::Keep(0)).unwrap();
    s.settle();
    assert!(s.homes().iter().all(|h| h.conflicts().unwrap().is_empty()));
}

#[test]
fn a_row_with_too_long_a_remark_keeps_no_other_row_out() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::new(folder.path(), 12);
    let mut rows = roster(&["G1"], 4);
    rows.rows[1].remark = Some("长".repeat(3_000));
    let office = world.office(&roster(&["G1"], 1)).unwrap();
    let report = office
        .import(
            &rows,
            ImportOptions::default(),
            &world.net(),
            &mut |_, _| {},
        )
        .unwrap();
    let refused: Vec<_> = report.rows_refused.iter().map(|r| r.reason.code).collect();
    assert_eq!(refused, ["row_too_long"]);
    assert_eq!((report.doors_added, report.unchanged), (2, 1));
    assert_eq!(office.doors(None).unwrap().len(), 3);
}
