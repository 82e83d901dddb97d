//! Records of general kinds: by their declaration alone they are kept, merged, shown, and their conflicts
//! resolved, on several devices.

#![allow(clippy::unwrap_used)] // a test that cannot go on has failed

#[path = "records/kept.rs"]
mod kept;

use doorknock::model::kind::{Data, Field, Kind, Shape};
use doorknock::{Choice, Doorknock};
use doorknock_tests::Crew;

fn text(text: &str) -> Data {
    Data::text(text)
}

fn scene(seed: u64) -> Crew {
    Crew::new(seed, &["G1"], 4)
}

/// Something that fits a field.
fn sample(field: &Field) -> Data {
    match field.shape {
        Shape::Bool => text("是"),
        Shape::Int => Data::Int(12),
        Shape::Day => text("2026-11-22"),
        Shape::Time => text("2026-11-22T09:00:00+08:00"),
        Shape::Text | Shape::Packed => text("春风行动"),
        Shape::Cadence => text("weekly"),
        Shape::Id => text("0197f3a0b1c2d3e4f5a6b7c8d9e0f102"),
        Shape::Ids => Data::List(vec![text("0197f3a0b1c2d3e4f5a6b7c8d9e0f102")]),
        Shape::Texts => Data::List(vec![text("张三"), text("李四")]),
        Shape::Word(words) => text(words[0].word),
        Shape::Record(members) => Data::Map(
            members
                .iter()
                .map(|m| {
                    let part = Field::new(1, m.name, m.zh, m.shape);
                    (m.name.to_owned(), sample(&part))
                })
                .collect(),
        ),
    }
}

#[test]
fn every_general_kind_is_added_seen_elsewhere_and_ended() {
    let scene = scene(1);
    let kinds: Vec<&Kind> = Doorknock::record_kinds().collect();
    assert!(kinds.len() >= 9);
    let mut made = Vec::new();
    for kind in &kinds {
        let fields = kind.fields.iter().filter(|f| !f.keyed && !f.ends);
        let values: Vec<_> = fields.map(|f| (f.name, sample(f))).collect();
        let grid = kind.space.per_grid().then_some("G1");
        let id = scene.office.add_record(kind.name, grid, &values).unwrap();
        for field in kind.fields.iter().filter(|f| f.keyed) {
            scene
                .office
                .append_record(id, field.name, None, &sample(field))
                .unwrap();
        }
        made.push((kind, id, values));
    }
    scene.settle();
    for (kind, id, values) in &made {
        let seen = scene.office.record(*id).unwrap();
        for (name, given) in values {
            let shown = seen
                .get(name)
                .unwrap_or_else(|| panic!("{} {name}", kind.name));
            if !matches!(kind.field_named(name).unwrap().shape, Shape::Bool) {
                assert_eq!(shown, given, "{} {name}", kind.name);
            }
        }
        let items = kind.fields.iter().filter(|f| f.keyed).count();
        assert_eq!(seen.items.len(), items, "{}", kind.name);
        assert!(!seen.title().is_empty());
        let on_phone = scene.li.record(*id).ok();
        let staff_only = kind.space == doorknock::model::access::SpaceKind::Staff;
        assert_eq!(on_phone.is_none(), staff_only, "{}", kind.name);
        if let Some(mut on_phone) = on_phone {
            on_phone.grid.clone_from(&seen.grid);
            assert_eq!(on_phone, seen);
        }
        let end = kind.ending().map(sample);
        assert!(scene.office.end_record(*id, None, end).unwrap());
        let left = scene.office.records(kind.name, None, false).unwrap();
        assert!(left.iter().all(|r| r.id != *id), "{}", kind.name);
        assert_eq!(
            scene.office.records(kind.name, None, true).unwrap().len(),
            1
        );
    }
    scene.settle();
}

#[test]
fn two_who_edit_one_note_at_once_both_keep_their_sentences_and_the_history_says_who_wrote_what() {
    let scene = scene(2);
    let case = scene
        .li
        .add_record("case", None, &[("title", text("独居老人出院后照护"))])
        .unwrap();
    let note = scene
        .li
        .append_record(case, "note", None, &text("周一上门，老人说腰疼。"))
        .unwrap();
    scene.settle();

    let seen = scene.wang.record(case).unwrap();
    assert_eq!(seen.items[0].data, text("周一上门，老人说腰疼。"));
    let version = seen.version;
    let by_li = "周一上门，老人说腰疼。约好周三陪同就医。";
    let by_wang = "周一上门，老人说腰疼，已三天。";
    assert!(
        scene
            .li
            .edit_text(case, "note", Some(&note), &version, by_li)
            .unwrap()
    );
    assert!(
        scene
            .wang
            .edit_text(case, "note", Some(&note), &version, by_wang)
            .unwrap()
    );
    scene.settle();
    for home in scene.homes() {
        let record = home.record(case).unwrap();
        assert_eq!(
            record.items[0].data,
            text("周一上门，老人说腰疼，已三天。约好周三陪同就医。")
        );
        assert!(record.conflicts.is_empty());
        let history = home.text_history(case, "note", Some(&note)).unwrap();
        let mut who: Vec<_> = history
            .iter()
            .map(|v| (v.by.as_str(), v.text.as_str()))
            .collect();
        who.sort_unstable();
        let first = ("李文丽", "周一上门，老人说腰疼。");
        assert_eq!(who, [first, ("李文丽", by_li), ("王建国", by_wang)]);
    }
    // The office's form was open all the while: what came in since is not undone by saving it.
    let by_office = "周一上门，老人说腰疼。记得带药。";
    scene
        .office
        .edit_text(case, "note", Some(&note), &version, by_office)
        .unwrap();
    scene.settle();
    for home in scene.homes() {
        let record = home.record(case).unwrap();
        let said = record.items[0].data.as_text().unwrap();
        for sentence in ["已三天", "约好周三陪同就医。", "记得带药。"] {
            assert!(said.contains(sentence), "{said}");
        }
    }
    // A version that never was is refused, and nothing is written.
    let before = scene.li.status().unwrap();
    let error = scene
        .li
        .edit_text(case, "note", Some(&note), &"00".repeat(32), "x")
        .unwrap_err();
    assert_eq!(error.code(), "unknown_version");
    assert_eq!(scene.li.status().unwrap(), before);
}

#[test]
fn what_is_appended_without_the_day_it_needs_is_of_today_like_an_end() {
    let scene = scene(9);
    let values = [
        ("mentor", "李文丽"),
        ("apprentice", "王建国"),
        ("since", "2026-01-01"),
    ];
    let values = values.map(|(name, value)| (name, text(value)));
    let pair = scene.office.add_record("pair", None, &values).unwrap();
    let said = |day: Option<&str>| {
        let day = day.map(|day| ("on".to_owned(), text(day)));
        let parts = [("note".to_owned(), text("一起走访"))]
            .into_iter()
            .chain(day);
        let step = Data::Map(parts.collect());
        scene
            .office
            .append_record(pair, "step", None, &step)
            .unwrap();
    };
    said(None);
    said(Some("2026-02-01"));
    scene.office.end_record(pair, None, None).unwrap();
    let shown = scene.office.record(pair).unwrap();
    let today = shown.get("ended").unwrap().clone();
    let mut days = shown.items.iter().map(|item| match &item.data {
        Data::Map(parts) => parts
            .iter()
            .find(|(name, _)| name == "on")
            .unwrap()
            .1
            .clone(),
        other => panic!("{other:?}"),
    });
    assert_eq!(days.next(), Some(today));
    assert_eq!(days.next(), Some(text("2026-02-01")));
}

#[test]
fn two_values_saved_on_one_version_are_both_shown_with_authors_until_a_person_decides() {
    let scene = scene(3);
    let crew = scene
        .li
        .add_record("crew", None, &[("name", text("三栋敲门组"))])
        .unwrap();
    scene.settle();
    let version = scene.li.record(crew).unwrap().version;
    let worker = |name: &str| [("worker", text(name))];
    scene
        .li
        .edit_record(crew, Some(&version), &worker("李文丽"))
        .unwrap();
    scene
        .wang
        .edit_record(crew, Some(&version), &worker("王建国"))
        .unwrap();
    scene.settle();
    let shown: Vec<_> = scene.homes().map(|h| h.record(crew).unwrap()).into();
    assert!(
        shown
            .iter()
            .all(|r| r.get("worker") == shown[0].get("worker"))
    );
    assert!(shown.iter().all(|r| r.conflicts == ["worker"]));
    let conflicts = scene.office.conflicts().unwrap();
    assert_eq!(conflicts.len(), 1);
    let conflict = &conflicts[0];
    assert_eq!(
        (conflict.kind, conflict.field, conflict.record),
        ("crew", "worker", crew)
    );
    let mut said: Vec<_> = conflict
        .values
        .iter()
        .map(|v| (v.by.as_str(), &v.data))
        .collect();
    said.sort_by_key(|(by, _)| *by);
    assert_eq!(
        said,
        [("李文丽", &text("李文丽")), ("王建国", &text("王建国"))]
    );

    let at = conflict
        .values
        .iter()
        .position(|v| v.by == "李文丽")
        .unwrap();
    assert_eq!(
        scene
            .office
            .resolve(&conflict.id, Choice::Keep(7))
            .unwrap_err()
            .code(),
        "bad_choice"
    );
    scene
        .office
        .resolve(&conflict.id, Choice::Keep(at))
        .unwrap();
    scene.settle();
    for home in scene.homes() {
        let record = home.record(crew).unwrap();
        assert_eq!(record.get("worker"), Some(&text("李文丽")));
        assert!(record.conflicts.is_empty() && home.conflicts().unwrap().is_empty());
    }
    assert_eq!(
        scene
            .office
            .resolve(&conflict.id, Choice::Keep(0))
            .unwrap_err()
            .code(),
        "not_found"
    );
}

#[test]
fn an_edit_that_had_not_seen_the_records_end_is_shown_and_the_record_can_go_on() {
    let scene = scene(4);
    let case = scene
        .li
        .add_record("case", None, &[("title", text("一楼漏水纠纷"))])
        .unwrap();
    scene.settle();
    let version = scene.wang.record(case).unwrap().version;
    let closed = Data::Map(vec![("outcome".into(), text("settled"))]);
    scene.li.end_record(case, None, Some(closed)).unwrap();
    let review = [("review", text("2026-12-01"))];
    scene
        .wang
        .edit_record(case, Some(&version), &review)
        .unwrap();
    scene.settle();
    for home in scene.homes() {
        let record = home.record(case).unwrap();
        assert!(record.ended && record.conflicts == ["closed"]);
        let conflicts = home.conflicts().unwrap();
        let late: Vec<_> = conflicts[0]
            .values
            .iter()
            .filter(|v| v.late.is_some())
            .collect();
        assert_eq!(late.len(), 1);
        assert_eq!(
            (late[0].late, late[0].by.as_str()),
            (Some("review"), "王建国")
        );
        assert_eq!(late[0].data, text("2026-12-01"));
    }
    let conflict = scene.wang.conflicts().unwrap().remove(0);
    scene.wang.resolve(&conflict.id, Choice::Clear).unwrap();
    scene.settle();
    for home in scene.homes() {
        let record = home.record(case).unwrap();
        assert!(!record.ended && record.conflicts.is_empty());
        assert_eq!(record.get("review"), Some(&text("2026-12-01")));
    }
    // Ended again, by somebody who has seen everything: no conflict.
    scene
        .li
        .end_record(
            case,
            None,
            Some(Data::Map(vec![("outcome".into(), text("settled"))])),
        )
        .unwrap();
    scene.settle();
    assert!(scene.office.conflicts().unwrap().is_empty());
    assert!(scene.office.record(case).unwrap().ended);
}

#[test]
fn what_cannot_be_is_one_sentence_and_nothing_is_half_written() {
    let scene = scene(5);
    let before = scene.li.status().unwrap();
    let refused = |kind: &str, values: &[(&str, Data)]| {
        scene
            .li
            .add_record(kind, None, values)
            .unwrap_err()
            .code()
            .to_owned()
    };
    type Case<'a> = (&'a str, &'a [(&'a str, Data)], &'a str);
    let table: [Case<'_>; 7] = [
        ("ghost", &[], "unknown_kind"),
        ("crew", &[], "missing_field"),
        (
            "crew",
            &[("name", text("组")), ("kind", text("nonsense"))],
            "bad_value",
        ),
        (
            "crew",
            &[("name", text("组")), ("shoe", text("x"))],
            "unknown_field",
        ),
        (
            "crew",
            &[("name", text("组")), ("ended", text("昨天"))],
            "bad_value",
        ),
        ("campaign", &[("name", text("x"))], "not_allowed"),
        ("duty", &[("day", text("2026-11-22"))], "not_office"),
    ];
    for (kind, values, code) in table {
        assert_eq!(refused(kind, values), code, "{kind}");
    }
    let long = "长".repeat(500);
    assert_eq!(refused("crew", &[("name", text(&long))]), "too_large");
    assert_eq!(scene.li.status().unwrap(), before);
    assert!(scene.li.records("crew", None, true).unwrap().is_empty());
}
