//! Drafts: they stay on their phone, survive a restart, and become a visit or nothing.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use doorknock::model::kinds::Outcome;
use doorknock::{Draft, NewVisit, Trip};
use doorknock_tests::visit;

use crate::{Scene, code, day};

#[test]
fn a_draft_survives_a_restart_stays_on_its_phone_and_becomes_a_visit() {
    let mut scene = Scene::new(55);
    let door = scene.doors[1];
    let mut draft = Draft {
        door: Some(door),
        summary: Some("写到一半".to_owned()),
        answers: vec!["meals=".to_owned()],
        follow_up: Some(day("2026-12-01")),
        ..Draft::default()
    };
    let id = scene.li.save_draft(None, &draft).unwrap();
    draft.outcome = Some(Outcome::Met);
    assert_eq!(scene.li.save_draft(Some(id), &draft).unwrap(), id);
    scene.settle();
    drop(scene.crew.li);
    scene.crew.li = scene.crew.world.open("李文丽", None).unwrap();
    let kept = scene.li.drafts().unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].content, draft);
    assert!(kept[0].address.as_deref().unwrap().contains("102"));
    scene.li.rebuild().unwrap();
    assert_eq!(
        scene.li.draft(id).unwrap().content,
        draft,
        "a rebuild leaves drafts alone"
    );
    for other in [&scene.office, &scene.wang] {
        assert_eq!(other.drafts().unwrap(), []);
        assert_eq!(other.visits(None, 10).unwrap(), []);
    }

    // A visit that cannot be recorded leaves the draft.
    let wrong = NewVisit {
        answers: draft.answers.clone(),
        ..visit(door, "写完了")
    };
    assert_eq!(code(scene.li.log_draft(id, &wrong)), "bad_answer");
    assert_eq!(scene.li.drafts().unwrap().len(), 1);
    scene.li.log_draft(id, &visit(door, "写完了")).unwrap();
    assert_eq!(scene.li.drafts().unwrap(), []);
    assert_eq!(
        code(scene.li.log_draft(id, &visit(door, "写完了"))),
        "not_found",
        "never twice"
    );
    scene.settle();
    assert_eq!(scene.office.visits(None, 10).unwrap().len(), 1);

    let other = scene.li.save_draft(None, &draft).unwrap();
    scene.li.discard_draft(other).unwrap();
    assert_eq!(code(scene.li.discard_draft(other)), "not_found");
}

#[test]
fn a_crash_while_a_draft_becomes_a_visit_leaves_one_of_the_two() {
    for point in ["write", "before commit", "after commit"] {
        let mut scene = Scene::new(56);
        let door = scene.doors[1];
        let draft = Draft {
            door: Some(door),
            ..Draft::default()
        };
        let id = scene.li.save_draft(None, &draft).unwrap();
        drop(scene.crew.li);
        let order = std::sync::atomic::Ordering::Relaxed;
        let (armed, fired) = <(Arc<AtomicBool>, AtomicBool)>::default();
        let on = armed.clone();
        let fault = Arc::new(move |at: &'static str| {
            if on.load(order) && at == point {
                fired.store(true, order);
            }
            if fired.load(order) {
                Trip::Stop
            } else {
                Trip::Go
            }
        });
        let phone = scene.crew.world.open("李文丽", Some(fault)).unwrap();
        // Opening may write; the fault is for the visit alone.
        armed.store(true, order);
        let stopped = phone.log_draft(id, &visit(door, "写完了")).unwrap_err();
        assert!(stopped.is_stopped(), "{point}");
        drop(phone);
        scene.crew.li = scene.crew.world.open("李文丽", None).unwrap();
        let (drafts, visits) = (
            scene.li.drafts().unwrap(),
            scene.li.visits(None, 9).unwrap(),
        );
        let expected = if point == "after commit" {
            (0, 1)
        } else {
            (1, 0)
        };
        assert_eq!((drafts.len(), visits.len()), expected, "{point}");
    }
}
