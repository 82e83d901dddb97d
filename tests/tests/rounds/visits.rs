//! Corrections, mistakes undone, and outcomes that a person confirms.

use doorknock::model::kind::Data;
use doorknock::model::kinds::Outcome;
use doorknock::{Choice, DoorEdit, Doorknock, NewVisit, VisitEdit};
use doorknock_tests::visit;

use crate::{Scene, code, day, line, said};

fn summary(text: &str) -> VisitEdit {
    VisitEdit {
        summary: Some(text.to_owned()),
        ..VisitEdit::default()
    }
}

#[test]
fn a_correction_stands_in_for_the_original_which_is_kept() {
    let scene = Scene::new(51);
    let door = scene.doors[1];
    let original = scene.li.log_visit(&visit(door, "厨房漏水")).unwrap();
    scene.settle();
    let edit = VisitEdit {
        outcome: Some(Outcome::NobodyHome),
        why: Some("点错了".to_owned()),
        answers: vec!["mood=低落".to_owned()],
        ..summary("卫生间漏水")
    };
    let corrected = scene.wang.correct_visit(original, &edit).unwrap();
    scene.settle();
    for home in scene.homes() {
        let list = home.visits(Some(door), 10).unwrap();
        assert_eq!(list.len(), 1);
        let stands = &list[0];
        assert_eq!(stands.visit, corrected);
        assert_eq!(stands.summary.as_deref(), Some("卫生间漏水"));
        assert_eq!(
            (stands.by.as_str(), stands.why.as_deref()),
            ("王建国", Some("点错了"))
        );
        let answers: Vec<_> = stands
            .answers
            .iter()
            .map(|a| a.answer.zh.as_str())
            .collect();
        assert_eq!(
            answers,
            ["是", "低落"],
            "one answer is corrected, the other stays"
        );
        assert_eq!(stands.corrected.len(), 1);
        assert_eq!(stands.corrected[0].summary.as_deref(), Some("厨房漏水"));
        assert_eq!(stands.corrected[0].by, "李文丽");

        let kept = home.visit(original).unwrap();
        assert_eq!(kept.outcome, Outcome::Met);
        assert_eq!(kept.corrected_by, [corrected]);
        assert_eq!(home.status().unwrap().conflicts, 0);
        assert_eq!(
            said(home, door),
            "due: nobody_home, due",
            "the list follows the correction"
        );
        assert_eq!(home.search("厨房漏水", 5).unwrap(), []);
        assert_eq!(home.search("卫生间漏水", 5).unwrap().len(), 1);
    }

    // The correction is corrected in turn.
    let again = scene
        .li
        .correct_visit(corrected, &summary("都漏水"))
        .unwrap();
    scene.settle();
    let stands = &scene.office.visits(Some(door), 10).unwrap()[0];
    assert_eq!(stands.visit, again);
    let history: Vec<_> = stands.corrected.iter().map(|v| v.visit).collect();
    assert_eq!(history, [corrected, original]);
    assert_eq!(stands.beside, []);
}

#[test]
fn a_correction_may_move_a_visit_to_another_day_and_year() {
    let scene = Scene::new(52);
    let door = scene.doors[1];
    let visit = scene.li.log_visit(&visit(door, "补录")).unwrap();
    assert_eq!(said(&scene.li, door), "done: due");
    let edit = VisitEdit {
        at: Some(1_767_150_000), // 2025-12-31 11:00 in China
        ..VisitEdit::default()
    };
    scene.li.correct_visit(visit, &edit).unwrap();
    scene.settle();
    for home in scene.homes() {
        assert_eq!(said(home, door), "due: due");
        let at = home.visits(Some(door), 5).unwrap()[0].at;
        assert_eq!(at.date_naive(), day("2025-12-31"));
    }
    let wrong = VisitEdit {
        at: Some(1_999_999_999),
        ..VisitEdit::default()
    };
    let stands = scene.li.visits(Some(door), 1).unwrap()[0].visit;
    assert_eq!(
        code(scene.li.correct_visit(stands, &wrong)),
        "visit_in_future"
    );
}

#[test]
fn corrections_made_apart_are_both_kept_until_one_settles_them() {
    let scene = Scene::new(53);
    let door = scene.doors[1];
    let original = scene.li.log_visit(&visit(door, "原来的")).unwrap();
    scene.settle();
    let by_li = scene
        .li
        .correct_visit(original, &summary("李改的"))
        .unwrap();
    let by_wang = scene
        .wang
        .correct_visit(original, &summary("王改的"))
        .unwrap();
    scene.settle();
    for home in scene.homes() {
        let list = home.visits(Some(door), 10).unwrap();
        assert_eq!(list.len(), 2, "both stand");
        for seen in &list {
            let other = if seen.visit == by_li { by_wang } else { by_li };
            assert_eq!(seen.beside, [other]);
        }
        assert_eq!(home.status().unwrap().conflicts, 1);
    }
    let edit = VisitEdit {
        settles: vec![by_wang],
        ..summary("商量好的")
    };
    let settled = scene.office.correct_visit(by_li, &edit).unwrap();
    scene.settle();
    for home in scene.homes() {
        let list = home.visits(Some(door), 10).unwrap();
        assert_eq!(list.len(), 1);
        assert_eq!((list[0].visit, list[0].corrected.len()), (settled, 3));
        assert_eq!(home.status().unwrap().conflicts, 0);
    }
    // Apart once more, and one is chosen from the list of conflicts.
    let again = |home: &Doorknock, text| home.correct_visit(settled, &summary(text)).unwrap();
    again(&scene.li, "再改一");
    let void = scene.wang.undo_visit(settled, Some("没有去过")).unwrap();
    scene.settle();
    let conflicts = scene.office.conflicts().unwrap();
    assert_eq!(
        (conflicts.len(), scene.office.status().unwrap().conflicts),
        (1, 1)
    );
    let conflict = &conflicts[0];
    assert_eq!((conflict.kind, conflict.field), ("visit_book", "visit"));
    let keep = conflict
        .values
        .iter()
        .position(|v| v.by == "王建国")
        .unwrap();
    let chosen = conflict.values[keep].data.get("void");
    assert_eq!(chosen, Some(&Data::Bool(true)));
    assert_eq!(
        code(scene.office.resolve(&conflict.id, Choice::Clear)),
        "bad_choice"
    );
    scene
        .office
        .resolve(&conflict.id, Choice::Keep(keep))
        .unwrap();
    scene.settle();
    for home in scene.homes() {
        assert_eq!(
            home.visits(Some(door), 10).unwrap(),
            [],
            "it never took place"
        );
        assert!(home.conflicts().unwrap().is_empty());
        assert_eq!(home.status().unwrap().conflicts, 0);
        assert!(home.visit(void).unwrap().void);
    }
    let settled = again(&scene.li, "还是去过");
    let elsewhere = scene.li.log_visit(&visit(scene.doors[2], "别家")).unwrap();
    let edit = VisitEdit {
        settles: vec![elsewhere],
        ..VisitEdit::default()
    };
    assert_eq!(code(scene.li.correct_visit(settled, &edit)), "other_door");
}

#[test]
fn a_mistaken_tick_is_undone_and_can_be_brought_back() {
    let scene = Scene::new(54);
    let door = scene.doors[1];
    let mistaken = scene.li.log_visit(&visit(door, "敲错门")).unwrap();
    let other = scene
        .wang
        .log_visit(&visit(scene.doors[2], "正常"))
        .unwrap();
    scene.settle();
    let void = scene.li.undo_visit(mistaken, Some("敲错门")).unwrap();
    scene.settle();
    for home in scene.homes() {
        assert_eq!(said(home, door), "due: due");
        let list: Vec<_> = home
            .visits(None, 10)
            .unwrap()
            .iter()
            .map(|v| v.visit)
            .collect();
        assert_eq!(list, [other]);
        assert_eq!(home.door(door).unwrap().info.last_done, None);
        let kept = home.visit(mistaken).unwrap();
        assert_eq!(kept.corrected_by, [void]);
        let tombstone = home.visit(void).unwrap();
        assert!(tombstone.void && tombstone.summary.is_none());
        assert_eq!(tombstone.corrected[0].summary.as_deref(), Some("敲错门"));
    }
    scene
        .wang
        .correct_visit(void, &summary("原来没敲错"))
        .unwrap();
    scene.settle();
    assert_eq!(said(&scene.office, door), "done: due");
    let back = scene.office.visits(Some(door), 5).unwrap().remove(0);
    assert_eq!(back.corrected.len(), 2);
    let first = scene.office.visit(mistaken).unwrap();
    assert!(!first.answers.is_empty());
    assert_eq!(back.answers, first.answers, "what was undone is back whole");
    assert_eq!(
        code(
            scene
                .li
                .undo_visit(doorknock::model::ids::VisitId([9; 16]), None)
        ),
        "not_found"
    );
}

#[test]
fn that_somebody_moved_away_changes_nothing_until_a_person_confirms_it() {
    let scene = Scene::new(57);
    let door = scene.doors[2];
    let gone = NewVisit {
        outcome: Outcome::MovedAway,
        ..visit(door, "邻居说已搬走")
    };
    let found = scene.li.log_visit(&gone).unwrap();
    scene.settle();
    for home in scene.homes() {
        let tasks = home.outcomes_to_confirm().unwrap();
        assert_eq!(tasks.iter().map(|v| v.visit).collect::<Vec<_>>(), [found]);
        let detail = home.door(door).unwrap();
        assert!(detail.info.cadence.is_some());
        assert!(
            detail.people[0]
                .needs
                .iter()
                .all(|need| need.until.is_none())
        );
    }
    let needs = scene.li.door(door).unwrap().people[0].needs.len();
    let confirmed = scene.office.confirm_outcome(found, &[]).unwrap();
    assert_eq!((confirmed.people.len(), confirmed.needs_ended), (1, needs));
    assert!(confirmed.plan_ended && needs > 0);
    scene.settle();
    for home in scene.homes() {
        assert_eq!(home.outcomes_to_confirm().unwrap(), []);
        let detail = home.door(door).unwrap();
        assert_eq!(detail.info.cadence, None);
        let ended = |need: &doorknock::NeedInfo| need.until == Some(day("2026-11-21"));
        assert!(detail.people[0].needs.iter().all(ended));
        assert_eq!(home.status().unwrap().conflicts, 0);
    }
    scene.next_day();
    assert_eq!(line(&scene.li, door), None);
}

#[test]
fn a_confirmed_removal_takes_the_door_off_every_plan_that_stands_side_by_side() {
    let scene = Scene::new(59);
    let door = scene.doors[2];
    let gone = NewVisit {
        outcome: Outcome::MovedAway,
        ..visit(door, "已搬走")
    };
    let found = scene.li.log_visit(&gone).unwrap();
    scene.settle();
    for (home, cadence) in [(&scene.li, "monthly"), (&scene.wang, "weekly")] {
        let version = home.door(door).unwrap().version;
        let edit = DoorEdit {
            cadence: Some(Some(cadence.parse().unwrap())),
            ..DoorEdit::default()
        };
        home.edit_door(door, &version, &edit).unwrap();
    }
    scene.settle();
    assert_eq!(scene.office.status().unwrap().conflicts, 1);
    assert!(scene.office.confirm_outcome(found, &[]).unwrap().plan_ended);
    scene.settle();
    for home in scene.homes() {
        assert_eq!(home.door(door).unwrap().info.cadence, None);
        assert_eq!(home.status().unwrap().conflicts, 0);
    }
}

#[test]
fn a_confirmation_is_not_counted_as_a_visit() {
    let scene = Scene::new(59);
    let gone = NewVisit {
        outcome: Outcome::MovedAway,
        ..visit(scene.doors[2], "邻居说已搬走")
    };
    let found = scene.li.log_visit(&gone).unwrap();
    scene.li.confirm_outcome(found, &[]).unwrap();
    assert_eq!(scene.li.status().unwrap().pending_visits, 1);
    scene.settle();
    let status = scene.li.status().unwrap();
    assert_eq!((status.pending_visits, status.at_hub_visits), (0, 1));
}

#[test]
fn a_mistaken_outcome_is_no_task_once_it_is_corrected() {
    let scene = Scene::new(58);
    let door = scene.doors[2];
    let dead = NewVisit {
        outcome: Outcome::Deceased,
        ..visit(door, "误选")
    };
    let found = scene.li.log_visit(&dead).unwrap();
    let met = scene.li.log_visit(&visit(door, "见到本人")).unwrap();
    assert_eq!(
        code(scene.li.confirm_outcome(met, &[])),
        "nothing_to_confirm"
    );
    let person = doorknock::model::ids::PersonId([9; 16]);
    assert_eq!(
        code(scene.li.confirm_outcome(found, &[person])),
        "not_found"
    );
    let edit = VisitEdit {
        outcome: Some(Outcome::Met),
        ..VisitEdit::default()
    };
    scene.li.correct_visit(found, &edit).unwrap();
    assert_eq!(scene.li.outcomes_to_confirm().unwrap(), []);
    assert_eq!(
        code(scene.li.confirm_outcome(found, &[])),
        "nothing_to_confirm"
    );
}
