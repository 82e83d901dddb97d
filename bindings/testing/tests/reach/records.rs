//! Records of declared kinds, texts, conflicts, matters, places.

use doorknock_ffi::{
    ConflictChoice, FieldRule, FieldShape, MatterKind, MatterSource, MatterStage, MatterStep,
    MattersWanted, NamedValue, NewMatter, NewStep, Place, RecordValue, Satisfaction, Urgency, Uuid,
};

use super::{Scene, code, day, hex, met};

fn written(name: &str, text: &str) -> NamedValue {
    NamedValue {
        name: name.to_owned(),
        value: RecordValue::Written {
            text: text.to_owned(),
        },
    }
}

fn on(name: &str, text: &str) -> NamedValue {
    NamedValue {
        name: name.to_owned(),
        value: RecordValue::Date { day: day(text) },
    }
}

#[test]
fn a_note_that_two_edit_keeps_both_sentences_and_says_who_wrote_what() {
    let scene = Scene::new();
    let (li, office, door) = (&scene.li, &scene.office, scene.doors()[0]);
    let of_door = NamedValue {
        name: "door".to_owned(),
        value: RecordValue::Id { id: door },
    };
    let values = vec![written("title", "出院后照护"), of_door.clone()];
    let case = li.add_record("case".to_owned(), values, None).unwrap();
    let note = RecordValue::Written {
        text: "周一上门。".to_owned(),
    };
    let note = li
        .append_record(case, "note".to_owned(), note, None)
        .unwrap();
    scene.sync();
    let seen = li.record(case).unwrap();
    assert_eq!(
        (seen.title.as_str(), seen.grid.as_deref()),
        ("出院后照护", Some("G1"))
    );
    assert!(seen.values.contains(&of_door));
    assert_eq!(li.referring_to(door).unwrap()[0].id, case);
    for (home, text) in [
        (li, "周一上门。药没吃。"),
        (office, "已联系医院。周一上门。"),
    ] {
        let (version, item) = (seen.version.clone(), Some(note.clone()));
        let field = "note".to_owned();
        assert!(
            home.edit_text(case, field, version, text.to_owned(), item)
                .unwrap()
        );
    }
    scene.sync();
    let now = office.record(case).unwrap();
    let item = now.items.iter().find(|item| item.item == note).unwrap();
    let RecordValue::Written { text } = &item.value else {
        unreachable!("a note is text");
    };
    assert!(
        text.contains("药没吃") && text.contains("已联系医院"),
        "{text}"
    );
    let history = office
        .text_history(case, "note".to_owned(), Some(note))
        .unwrap();
    assert_eq!(history.len(), 3);
    assert_eq!(history[0].by, "李文丽");
}

#[test]
fn what_two_wrote_side_by_side_is_shown_in_its_type_and_resolved() {
    let scene = Scene::new();
    let (li, office) = (&scene.li, &scene.office);
    let values = vec![written("title", "邻里纠纷")];
    let case = li.add_record("case".to_owned(), values, None).unwrap();
    scene.sync();
    let version = li.record(case).unwrap().version;
    for (home, date) in [(li, "2026-12-01"), (office, "2026-12-15")] {
        let values = vec![on("review", date)];
        assert!(
            home.edit_record(case, values, Some(version.clone()))
                .unwrap()
        );
    }
    scene.sync();
    let conflicts = li.conflicts().unwrap();
    let [conflict] = &conflicts[..] else {
        unreachable!("one field was written by two");
    };
    assert_eq!((conflict.record, conflict.field.as_str()), (case, "review"));
    let days: Vec<_> = conflict.values.iter().map(|v| v.value.clone()).collect();
    let kept = days
        .iter()
        .position(|value| {
            *value
                == RecordValue::Date {
                    day: day("2026-12-15"),
                }
        })
        .unwrap();
    assert_eq!(conflict.values.len(), 2);
    let beyond = ConflictChoice::Keep { index: 7 };
    assert_eq!(code(li.resolve(conflict.id.clone(), beyond)), "bad_choice");
    let index = u32::try_from(kept).unwrap();
    li.resolve(conflict.id.clone(), ConflictChoice::Keep { index })
        .unwrap();
    scene.sync();
    assert_eq!(office.status().unwrap().conflicts, 0);
    assert!(
        office
            .record(case)
            .unwrap()
            .values
            .contains(&on("review", "2026-12-15"))
    );
    assert!(li.end_record(case, None, Some(ended())).unwrap());
    assert!(li.record(case).unwrap().ended);
    let page = li.records("case".to_owned(), None, false, None, 5).unwrap();
    assert_eq!((page.items.len(), page.next), (0, None));
}

fn ended() -> RecordValue {
    let outcome = NamedValue {
        name: "outcome".to_owned(),
        value: RecordValue::Word {
            word: "settled".to_owned(),
            zh: String::new(),
        },
    };
    RecordValue::Parts {
        parts: vec![outcome],
    }
}

#[test]
fn forms_can_be_made_of_what_the_kinds_say() {
    let scene = Scene::new();
    let kinds = scene.li.record_kinds();
    let case = kinds.iter().find(|kind| kind.name == "case").unwrap();
    let field = |name: &str| case.fields.iter().find(|field| field.name == name).unwrap();
    assert!(case.per_grid && field("title").needed);
    assert_eq!(
        (field("note").rule, field("note").many),
        (FieldRule::Edited, true)
    );
    assert_eq!(field("review").shape, FieldShape::Date);
    let FieldShape::Parts { parts } = &field("closed").shape else {
        unreachable!("an ending has parts");
    };
    assert!(
        parts
            .iter()
            .any(|part| matches!(part.shape, FieldShape::Word { .. }))
    );
    let wrong = vec![written("titel", "错字")];
    let refused = scene.li.add_record("case".to_owned(), wrong, None);
    assert_eq!(code(refused), "unknown_field");
}

fn step(step: MatterStep) -> NewStep {
    NewStep {
        step,
        text: Some("记录".to_owned()),
        at: None,
        partner: None,
        due: None,
        visit_by: None,
        visit: None,
        satisfaction: None,
        percent: None,
        option: None,
        households: None,
        parties: vec![],
        granted: None,
    }
}

const ALL: MattersWanted = MattersWanted {
    grid: None,
    door: None,
    open: false,
    overdue: false,
    visit: false,
};

#[test]
fn a_matter_goes_its_way_and_is_listed() {
    let scene = Scene::new();
    let (li, office, door) = (&scene.li, &scene.office, scene.doors()[0]);
    let new = NewMatter {
        title: "厨房水管漏水".to_owned(),
        urgency: Urgency::Urgent,
        source: MatterSource::DoorVisit,
        kind: None,
        words: Some("夜里漏水".to_owned()),
        door: Some(door),
        person: None,
        grid: None,
        at: None,
        due: None,
        visit_by: Some(day("2099-01-01")),
        visit: None,
    };
    let matter = li.raise_matter(new).unwrap();
    assert_eq!(li.matters_awaiting_visit(None).unwrap()[0].matter, matter);
    let refused = li.act_on_matter(matter, step(MatterStep::Close));
    assert_eq!(code(refused), "step_not_possible");
    li.act_on_matter(matter, step(MatterStep::Resolve)).unwrap();
    scene.sync();
    let told = NewStep {
        satisfaction: Some(Satisfaction::Satisfied),
        percent: Some(95),
        ..step(MatterStep::Feedback)
    };
    office.act_on_matter(matter, told).unwrap();
    let shown = office.matter(matter).unwrap();
    assert_eq!(
        (shown.info.kind, shown.info.stage),
        (MatterKind::Ordinary, MatterStage::FedBack)
    );
    assert_eq!(shown.info.satisfaction, Some(Satisfaction::Satisfied));
    assert_eq!(
        (shown.history.len(), shown.words.as_deref()),
        (3, Some("夜里漏水"))
    );
    let told = hex(shown.history[2].event);
    let hyphened = format!(
        "{}-{}-{}-{}-{}",
        &told[..8],
        &told[8..12],
        &told[12..16],
        &told[16..20],
        &told[20..]
    );
    let place = office.place_of(matter, Some(hyphened)).unwrap().place;
    assert_eq!(place, Some(Place::HereOnly), "the step, not the matter");
    let page = office.matters(ALL, None, 5).unwrap();
    assert_eq!((page.items.len(), page.next), (1, None));
    let hits = li.search("水管漏水".to_owned(), 5).unwrap();
    assert!(
        hits.iter()
            .any(|hit| hit.kind == "matter" && hit.id == matter)
    );
}

#[test]
fn where_a_record_is_is_said_and_never_guessed() {
    let scene = Scene::new();
    let (li, door) = (&scene.li, scene.doors()[0]);
    let visit = li.log_visit(met(door, "照常")).unwrap();
    assert_eq!(
        li.place_of_visit(visit).unwrap().place,
        Some(Place::HereOnly)
    );
    scene.sync();
    let found = li.place_of_visit(visit).unwrap();
    assert!(matches!(found.place, Some(Place::AtHub { .. })));
    assert_eq!(found.says.unwrap().code, "at_hub");
    let other = scene.office.place_of_visit(visit).unwrap().place;
    assert!(matches!(other, Some(Place::FromOthers { by, by_file: false }) if by == "李文丽"));
    assert!(matches!(
        li.place_of(door, None).unwrap().place,
        Some(Place::FromOthers { .. })
    ));
    assert_eq!(code(li.place_of(Uuid([1; 16]), None)), "not_found");
    assert_eq!(
        (li.waiting().unwrap(), li.quarantine().unwrap()),
        (vec![], vec![])
    );
    assert_eq!(li.retry_quarantine().unwrap(), 0);
    let spaces = li.status().unwrap().spaces;
    assert!(
        spaces
            .iter()
            .any(|space| space.kind == "casework" && space.at_hub > 0)
    );
}
