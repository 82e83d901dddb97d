//! Visits, drafts, the day's list, doors, people.

use doorknock_ffi::{
    Address, Cadence, CadenceEdit, CareCategory, CareReview, DayEdit, DecisionKind, DoorEdit,
    DoorKind, Draft, EndReason, LegalBasis, MemberRole, NewCareNeed, Outcome, PersonEdit,
    RiskLevel, RoundReason, RoundStatus, TodoKind, VisitEdit, Weekday,
};

use super::{Scene, code, day, hex, met};

fn unchanged() -> VisitEdit {
    VisitEdit {
        outcome: None,
        channel: None,
        at: None,
        companions: None,
        answers: vec![],
        summary: None,
        follow_up: None,
        matters: None,
        why: None,
        settles: vec![],
    }
}

#[test]
fn visits_are_recorded_corrected_undone_and_listed_in_pages() {
    let scene = Scene::new();
    let (li, doors) = (&scene.li, scene.doors());
    let mut new = met(doors[0], "一切都好");
    new.follow_up = Some(day("2099-01-01"));
    new.answers = vec!["meals=yes".to_owned()];
    let first = li.log_visit(new).unwrap();
    let second = li.log_visit(met(doors[1], "敲门两次")).unwrap();
    let shown = li.visit(first).unwrap();
    assert_eq!(shown.follow_up, Some(day("2099-01-01")));
    assert_eq!(shown.answers[0].item, "meals");
    let edit = VisitEdit {
        outcome: Some(Outcome::NobodyHome),
        follow_up: Some(DayEdit::Clear),
        why: Some("点错了".to_owned()),
        ..unchanged()
    };
    let corrected = li.correct_visit(first, edit).unwrap();
    let shown = li.visit(corrected).unwrap();
    assert_eq!(
        (shown.outcome, shown.follow_up),
        (Outcome::NobodyHome, None)
    );
    assert_eq!(shown.corrected[0].visit, first);
    assert_eq!(li.visit(first).unwrap().corrected_by, [corrected]);
    li.undo_visit(second, Some("记错了门".to_owned())).unwrap();

    let third = li.log_visit(met(doors[2], "新的")).unwrap();
    let page = li.visits(None, None, 1).unwrap();
    assert_eq!(page.items[0].visit, third);
    let rest = li.visits(None, page.next.clone(), 5).unwrap();
    assert_eq!((rest.items.len(), rest.next), (1, None));
    assert_eq!(li.visits(Some(doors[1]), None, 5).unwrap().items.len(), 0);
    let of_visits = page.next.unwrap();
    let refused = li.records("case".to_owned(), None, true, Some(of_visits), 1);
    assert_eq!(code(refused), "bad_cursor");
    let newer = VisitEdit {
        outcome: Some(Outcome::Unknown),
        ..unchanged()
    };
    assert_eq!(code(li.correct_visit(third, newer)), "unknown_choice");
}

#[test]
fn a_draft_is_kept_and_becomes_a_visit_once() {
    let scene = Scene::new();
    let (li, doors) = (&scene.li, scene.doors());
    let mut content = Draft {
        door: Some(doors[0]),
        outcome: None,
        channel: None,
        at: None,
        companions: vec!["志愿者小陈".to_owned()],
        checklist: None,
        answers: vec![],
        summary: Some("写到一".to_owned()),
        follow_up: None,
        matters: vec![],
    };
    let draft = li.save_draft(content.clone(), None).unwrap();
    content.outcome = Some(Outcome::Met);
    assert_eq!(li.save_draft(content.clone(), Some(draft)).unwrap(), draft);
    let drafts = li.drafts().unwrap();
    assert_eq!((drafts.len(), &drafts[0].content), (1, &content));
    assert_eq!(li.draft(draft).unwrap(), drafts[0]);
    let visit = li.log_draft(draft, met(doors[0], "写完了")).unwrap();
    assert_eq!(li.visit(visit).unwrap().summary.as_deref(), Some("写完了"));
    assert_eq!(
        code(li.log_draft(draft, met(doors[0], "再一次"))),
        "not_found"
    );
    assert_eq!(code(li.discard_draft(draft)), "not_found");
}

#[test]
fn a_days_list_is_decided_about_and_decisions_are_taken_back() {
    let scene = Scene::new();
    let doors = scene.doors();
    let (li, office) = (&scene.li, &scene.office);
    let member = office.find_member("李文丽".to_owned()).unwrap();
    let me = office.members().unwrap();
    assert_eq!(me.iter().filter(|member| member.me).count(), 1);
    let line = me.iter().find(|line| line.who.member == member).unwrap();
    assert_eq!(
        (line.role, &line.grids[..]),
        (MemberRole::Worker, &["G1".to_owned()][..])
    );
    let added = office
        .add_to_round(doors[0], "邻居反映".to_owned(), None)
        .unwrap();
    office.assign_door(doors[0], member, None).unwrap();
    scene.sync();
    let line = |of: &doorknock_ffi::Doorknock| {
        let items = of.today(None).unwrap().items;
        items.into_iter().find(|line| line.door == doors[0])
    };
    let shown = line(li).unwrap();
    assert!(
        matches!(&shown.reasons[0], RoundReason::Added { why: Some(why), .. } if why == "邻居反映")
    );
    assert_eq!(shown.assigned[0].member, member);
    let taken = li.take_door(doors[0], None).unwrap();
    li.skip_door(doors[0], "在住院".to_owned(), None).unwrap();
    let shown = line(li).unwrap();
    assert_eq!(shown.status, RoundStatus::Skipped);
    assert_eq!(shown.takers[0].member, member);
    let take = shown
        .decisions
        .iter()
        .find(|d| d.decision == taken)
        .unwrap();
    assert_eq!(take.what, DecisionKind::Take);
    assert_eq!(li.release_door(doors[0], None).unwrap(), 2);
    office.undo_decision(doors[0], added, None).unwrap();
    let past = li.take_door(doors[0], Some(day("2020-01-01")));
    assert_eq!(code(past), "day_is_over");
    assert_eq!(
        li.round(day("2099-01-01"), None).unwrap().date,
        day("2099-01-01")
    );
}

#[test]
fn a_door_is_edited_as_it_was_seen_and_two_edits_stand_side_by_side() {
    let scene = Scene::new();
    let (li, office, door) = (&scene.li, &scene.office, scene.doors()[0]);
    let seen = li.door(door).unwrap();
    assert_eq!((seen.parts.building.as_str(), seen.people.len()), ("3", 1));
    let digits = hex(door);
    assert_eq!(li.find_door(digits[..8].to_owned()).unwrap(), door);
    let edit = |kind, cadence| DoorEdit {
        address: None,
        kind: Some(kind),
        cadence,
    };
    let on = Cadence::OnWeekdays {
        weekdays: vec![Weekday::Friday, Weekday::Monday],
    };
    let weekdays = Some(CadenceEdit::Put { cadence: on });
    assert!(
        li.edit_door(door, seen.version.clone(), edit(DoorKind::Shop, weekdays))
            .unwrap()
    );
    assert!(
        office
            .edit_door(door, seen.version, edit(DoorKind::Vacant, None))
            .unwrap()
    );
    scene.sync();
    let now = office.door(door).unwrap();
    let both = vec![Weekday::Monday, Weekday::Friday];
    assert_eq!(
        now.info.cadence,
        Some(Cadence::OnWeekdays { weekdays: both })
    );
    assert_eq!(office.status().unwrap().conflicts, 1);
    let todos = office.todos().unwrap();
    assert!(
        todos
            .iter()
            .any(|todo| todo.kind == TodoKind::Conflict && todo.door == Some(door))
    );
    let nowhere = DoorEdit {
        address: Some(Address {
            compound: String::new(),
            building: String::new(),
            unit: String::new(),
            floor: None,
            room: String::new(),
        }),
        kind: None,
        cadence: None,
    };
    assert_eq!(
        code(office.edit_door(door, now.version, nowhere)),
        "bad_address"
    );
    assert_eq!(office.compounds().unwrap()[0].buildings[0].doors, 4);
}

#[test]
fn care_is_added_looked_at_again_and_ended() {
    let scene = Scene::new();
    let (li, door) = (&scene.li, scene.doors()[0]);
    let need = NewCareNeed {
        category: CareCategory::LivesAlone,
        risk: Some(RiskLevel::High),
        cadence: None,
        consent: None,
        review: None,
        note: Some("耳背，请大声".to_owned()),
    };
    let person = li
        .add_care(door, "孙桂芳".to_owned(), vec![need], None)
        .unwrap();
    let lines = li.care_list(None, false).unwrap();
    assert_eq!((lines.len(), lines[0].door), (1, Some(door)));
    let kept = &lines[0].person.needs[0];
    assert_eq!(
        (kept.risk, kept.basis),
        (RiskLevel::High, LegalBasis::StatutoryDuty)
    );
    assert_eq!(li.door(door).unwrap().info.cadence, Some(Cadence::Weekly));
    let review = CareReview {
        category: Some(CareCategory::LivesAlone),
        risk: Some(RiskLevel::Key),
        cadence: None,
        consent: None,
        next: Some(day("2099-01-01")),
        note: None,
    };
    li.review_care(person, review).unwrap();
    let shown = li.person(person).unwrap();
    assert_eq!(shown.info.needs[0].review, Some(day("2099-01-01")));
    assert_eq!(shown.reviews[0].risk, Some(RiskLevel::Key));
    let edit = PersonEdit {
        name: None,
        phone: Some("10000000009".to_owned()),
        remark: None,
    };
    assert!(li.edit_person(person, shown.version, edit).unwrap());
    assert_eq!(li.find_person(hex(person)[..8].to_owned()).unwrap(), person);
    li.end_care(person, EndReason::Recovered, None, None)
        .unwrap();
    let ended = li.person(person).unwrap().info.needs.remove(0);
    assert_eq!(ended.reason, Some(EndReason::Recovered));
    let died = doorknock_ffi::NewVisit {
        outcome: Outcome::Deceased,
        ..met(door, "邻居告知")
    };
    let visit = li.log_visit(died).unwrap();
    assert_eq!(li.outcomes_to_confirm().unwrap()[0].visit, visit);
    let done = li.confirm_outcome(visit, vec![person]).unwrap();
    assert_eq!((done.people, done.needs_ended), (vec![person], 0));
}
