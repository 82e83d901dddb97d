//! Homes that older versions wrote are opened by this one, with everything in them (tests/data/frozen).
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;
use std::sync::Arc;

use doorknock::model::round::Reason;
use doorknock::{Doorknock, FileKeyStore, VisitEdit};
use doorknock_tests::{ManualClock, SeededEntropy, World, env};

/// A copy of a frozen home, opened on 2026-11-30 at noon in China.
fn open(folder: &Path, name: &str) -> Doorknock {
    let frozen = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("data/frozen")
        .join(name);
    for file in ["home.db", "home.key"] {
        std::fs::copy(frozen.join(file), folder.join(file)).unwrap();
    }
    let clock = Arc::new(ManualClock::at(1_796_011_200_000));
    let env = env(&Arc::new(SeededEntropy::new(1)), &clock, None);
    Doorknock::open(folder, &FileKeyStore::new(folder.join("home.key")), env).unwrap()
}

#[test]
fn a_phone_of_the_first_trial_version_opens_with_its_unsent_visits_and_sends_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let home = open(dir.path(), "0001-first-light");
    assert_eq!(home.doors(None).unwrap().len(), 20);
    let visits = home.visits(None, 100).unwrap();
    assert_eq!(visits.len(), 5);
    assert!(
        visits
            .iter()
            .all(|v| v.summary.as_deref() == Some("老版本记下的走访"))
    );
    assert!(
        visits
            .iter()
            .all(|v| v.answers.len() == 1 && v.by == "李文丽")
    );
    assert_eq!(home.status().unwrap().pending_visits, 5);
    assert!(home.doctor().unwrap().ok());

    // What it promised is on the list of the day, with the reasons of today's version.
    let list = home.round(None, None).unwrap();
    let promised =
        |reasons: &[Reason]| reasons.iter().any(|r| matches!(r, Reason::FollowUp { .. }));
    assert_eq!(
        list.items.iter().filter(|i| promised(&i.reasons)).count(),
        5
    );
    // And what is recorded now stands beside it.
    let edit = VisitEdit {
        summary: Some("更正".to_owned()),
        ..VisitEdit::default()
    };
    let corrected = home.correct_visit(visits[0].visit, &edit).unwrap();
    assert_eq!(home.visits(None, 100).unwrap().len(), 5);
    assert_eq!(home.visit(corrected).unwrap().corrected.len(), 1);
    assert!(home.doctor().unwrap().ok());

    // Its ids are bound to no space, so nothing of it is sent, and that is said.
    let pending = home.status().unwrap().pending;
    let world = World::new(dir.path(), 1);
    let refused = home.sync(&world.net(), &mut |_| {}).unwrap_err();
    assert_eq!(refused.code(), "home_of_trial_version");
    assert_eq!(home.status().unwrap().pending, pending);
}
