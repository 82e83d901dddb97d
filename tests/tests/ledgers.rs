//! Ledgers and the month report from several devices' records.

#![allow(clippy::unwrap_used)] // a test that cannot go on has failed

use chrono::NaiveDate;
use doorknock::model::care::CareCategory;
use doorknock::model::kinds::EndReason;
use doorknock::model::report::{Month, Share};
use doorknock::{
    CareReview, Consent, Doorknock, Ledger, LedgerCell, LedgerKind, LedgerScope, NewNeed,
};
use doorknock_tests::{World, roster, visit};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn ledger(home: &Doorknock, kind: LedgerKind) -> Ledger {
    home.ledger(kind, &LedgerScope::default()).unwrap()
}

/// A column's cells in the rows that have `text` in the column `of`.
fn cells<'l>(ledger: &'l Ledger, (of, text): (&str, &str), code: &str) -> Vec<&'l LedgerCell> {
    let at = |code: &str| ledger.columns.iter().position(|c| c.code == code).unwrap();
    let (of, at) = (at(of), at(code));
    let rows = ledger.rows.iter();
    let rows = rows.filter(|row| row[of] == LedgerCell::Text(text.to_owned()));
    rows.map(|row| &row[at]).collect()
}

fn need(category: CareCategory, consent: Option<Consent>) -> NewNeed {
    NewNeed {
        category,
        risk: None,
        cadence: None,
        consent,
        review: None,
        note: Some("先打电话".to_owned()),
    }
}

#[test]
fn care_is_told_with_consent_and_review_until_it_ends_and_the_month_counts_reviews() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::new(folder.path(), 1);
    let office = world.office(&roster(&["G1"], 8)).unwrap();
    let li = world.phone(&office, "李文丽", &["G1"]).unwrap();
    let sync = || {
        for home in [&li, &office, &li] {
            home.sync(&world.net(), &mut |_| {}).unwrap();
        }
    };
    let this_month = |home: &Doorknock| home.month_report(None, None).unwrap().total.reviews;
    let before = this_month(&office);

    let doors = li.doors(None).unwrap();
    let door = doors.iter().find(|d| d.cadence.is_none()).unwrap();
    let consent = Consent {
        by: "赵奶奶".to_owned(),
        on: day("2026-11-20"),
        purpose: "日常探访".to_owned(),
        until: day("2027-11-20"),
    };
    let needs = [
        need(CareCategory::LivesAlone, Some(consent)),
        need(CareCategory::Disabled, None),
    ];
    let who = li
        .add_care(door.door, "赵奶奶", Some("1000-017"), &needs)
        .unwrap();
    li.log_visit(&visit(door.door, "见到本人")).unwrap();
    sync();
    let name = ("name", "赵奶奶");
    let care = ledger(&office, LedgerKind::Care);
    assert_eq!(care, ledger(&li, LedgerKind::Care), "both hold the same");
    assert_eq!(cells(&care, name, "phone").len(), 2);
    let until = |date| LedgerCell::Date(day(date));
    assert_eq!(
        cells(&care, name, "consent_until"),
        [&until("2027-11-20"), &LedgerCell::Empty]
    );
    assert_eq!(cells(&care, name, "reviewed"), [&LedgerCell::Empty; 2]);
    assert_eq!(
        cells(&care, name, "address")[0],
        &LedgerCell::Text(door.address.clone())
    );
    assert!(
        !format!("{care:?}").contains("先打电话"),
        "a note is not handed on"
    );

    let review = CareReview {
        category: Some(CareCategory::Disabled),
        next: Some(day("2027-05-01")),
        ..CareReview::default()
    };
    li.review_care(who, &review).unwrap();
    sync();
    let care = ledger(&office, LedgerKind::Care);
    let today = cells(&care, name, "reviewed")[1].clone();
    assert!(matches!(today, LedgerCell::Date(_)));
    assert_eq!(cells(&care, name, "review")[1], &until("2027-05-01"));
    let now = this_month(&office);
    assert_eq!((now.part, now.whole), (before.part + 1, before.whole + 1));
    let may = Month::parse("2027-05").unwrap();
    let owed = |home: &Doorknock| home.month_report(Some(may), None).unwrap().total.reviews;
    let before = owed(&office);
    assert_eq!(before.part, 0, "nobody has looked in a month to come");

    // Consent withdrawn: from then on nothing of it is handed on, and nothing is owed.
    li.end_care(who, None, EndReason::Withdrawn, None).unwrap();
    sync();
    assert!(cells(&ledger(&office, LedgerKind::Care), name, "phone").is_empty());
    let after = owed(&office);
    assert_eq!(
        after,
        Share {
            whole: before.whole - 1,
            ..before
        }
    );
    let doors = ledger(&office, LedgerKind::Responsible);
    let address = ("address", door.address.as_str());
    assert_eq!(cells(&doors, address, "in_care"), [&LedgerCell::Empty]);
    assert_eq!(
        cells(&doors, address, "who"),
        [&LedgerCell::Text("李文丽".to_owned())]
    );
    assert_eq!(
        cells(&doors, address, "last_by"),
        [&LedgerCell::Text("李文丽".to_owned())]
    );
}
