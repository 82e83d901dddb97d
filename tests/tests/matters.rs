//! Matters on several devices: whoever does what at the same time, all see the same in the end.

#![allow(clippy::unwrap_used)] // a test that cannot go on has failed

use doorknock::model::ids::{DoorId, MatterId};
use doorknock::model::matter::{
    Effect, MatterKind, Place, Satisfaction, Source, Stage, Step, Urgency,
};
use doorknock::{Doorknock, MattersWanted, NewMatter, NewStep};
use doorknock_tests::Crew;

const HOUR_MS: i64 = 3_600_000;

fn scene(seed: u64) -> Crew {
    Crew::new(seed, &["G1", "G2"], 4)
}

fn later(crew: &Crew, hours: i64) {
    crew.world.clock.advance(hours * HOUR_MS);
}

fn door(home: &Doorknock) -> DoorId {
    home.doors(Some("G1")).unwrap()[0].door
}

fn leak(home: &Doorknock) -> NewMatter {
    NewMatter {
        description: Some("厨房水管夜里漏水，楼下也受影响".to_owned()),
        door: Some(door(home)),
        ..NewMatter::new("厨房水管漏水", Urgency::Urgent, Source::DoorVisit)
    }
}

fn said(step: Step, text: &str) -> NewStep {
    NewStep {
        text: Some(text.to_owned()),
        ..NewStep::new(step)
    }
}

fn act(home: &Doorknock, matter: MatterId, step: Step) {
    home.act_on_matter(matter, &said(step, "记录")).unwrap();
}

fn asked(partner: &str, step: Step, due: Option<&str>) -> NewStep {
    NewStep {
        partner: Some(partner.to_owned()),
        due: due.map(|d| d.parse().unwrap()),
        ..said(step, "请维修")
    }
}

fn ids(home: &Doorknock, wanted: &MattersWanted) -> Vec<MatterId> {
    let all = home.matters(wanted, 100).unwrap();
    all.into_iter().map(|m| m.matter).collect()
}

#[test]
fn a_matter_goes_its_way_over_three_devices() {
    let scene = scene(1);
    let matter = scene.li.raise_matter(&leak(&scene.li)).unwrap();
    later(&scene, 1);
    act(&scene.li, matter, Step::Accept);
    act(&scene.li, matter, Step::Escalate);
    scene.settle();
    act(&scene.office, matter, Step::Accept);
    let dispatch = asked("柳荫水务", Step::Dispatch, Some("2026-11-24"));
    scene.office.act_on_matter(matter, &dispatch).unwrap();
    scene.settle();

    for words in ["水管漏水", "楼下也受影响"] {
        let hits = scene.wang.search(words, 10).unwrap();
        let found = hits.iter().find(|h| h.kind == "matter");
        assert_eq!(found.unwrap().id, matter.to_string(), "{words}");
    }

    let seen = scene.wang.matter(matter).unwrap();
    assert_eq!(
        (seen.info.stage, seen.info.place),
        (Stage::InHand, Place::Partner)
    );
    assert_eq!(seen.info.partners, ["柳荫水务"]);
    assert_eq!(seen.info.first_response, Some(3600));
    let due = seen.awaited[0].1.unwrap();
    assert_eq!(due.to_rfc3339(), "2026-11-24T23:59:59+08:00");
    let by: Vec<_> = seen.history.iter().map(|l| (l.step, &*l.by)).collect();
    assert_eq!(
        by,
        [
            (Step::Raise, "李文丽"),
            (Step::Accept, "李文丽"),
            (Step::Escalate, "李文丽"),
            (Step::Accept, "周主任"),
            (Step::Dispatch, "周主任"),
        ]
    );

    act(&scene.office, matter, Step::Answer);
    act(&scene.office, matter, Step::Resolve);
    scene.settle();
    let content = NewStep {
        satisfaction: Some(Satisfaction::Satisfied),
        ..NewStep::new(Step::Feedback)
    };
    scene.wang.act_on_matter(matter, &content).unwrap();
    act(&scene.wang, matter, Step::Close);
    scene.settle();
    for home in scene.homes() {
        let info = home.matter(matter).unwrap().info;
        assert_eq!(
            (info.stage, info.place, info.in_grid),
            (Stage::Closed, Place::Community, Some(false))
        );
        assert_eq!(info.satisfaction, Some(Satisfaction::Satisfied));
        assert_eq!(info.grid, "G1");
    }
}

#[test]
fn resolved_on_one_phone_while_escalated_on_another_stays_open_on_both() {
    let scene = scene(2);
    let matter = scene.li.raise_matter(&leak(&scene.li)).unwrap();
    act(&scene.li, matter, Step::Accept);
    scene.settle();
    act(&scene.li, matter, Step::Resolve);
    act(&scene.li, matter, Step::Feedback);
    act(&scene.wang, matter, Step::Escalate);
    assert!(!scene.li.matter(matter).unwrap().info.open);
    scene.settle();
    for home in scene.homes() {
        let seen = home.matter(matter).unwrap();
        assert_eq!(
            (seen.info.stage, seen.info.place, seen.info.open),
            (Stage::Reported, Place::Community, true)
        );
        let resolved = seen.history.iter().find(|l| l.step == Step::Resolve);
        assert_eq!(resolved.unwrap().effect, Effect::Overruled);
        assert_eq!(seen.history.len(), 5, "nothing is lost");
    }
    // Whoever has seen both can end it.
    act(&scene.office, matter, Step::Resolve);
    scene.settle();
    for home in scene.homes() {
        let seen = home.matter(matter).unwrap();
        assert_eq!(seen.info.stage, Stage::Resolved);
        assert!(seen.history.iter().all(|l| l.effect == Effect::Applied));
    }
}

#[test]
fn reopened_side_by_side_and_noted_late_all_agree() {
    let scene = scene(3);
    let matter = scene.li.raise_matter(&leak(&scene.li)).unwrap();
    act(&scene.li, matter, Step::Resolve);
    scene.settle();
    for home in scene.homes() {
        act(home, matter, Step::Reopen);
    }
    act(&scene.wang, matter, Step::Progress);
    act(&scene.li, matter, Step::Withdraw);
    scene.settle();
    for home in scene.homes() {
        let info = home.matter(matter).unwrap().info;
        assert!(info.open, "two reopenings were not withdrawn");
        assert_eq!((info.stage, info.reopened), (Stage::InHand, 1));
    }
}

#[test]
fn what_is_not_possible_is_said_with_what_is() {
    let scene = scene(4);
    let matter = scene.li.raise_matter(&leak(&scene.li)).unwrap();
    let refused = |step: NewStep| scene.li.act_on_matter(matter, &step).unwrap_err();
    let close = refused(NewStep::new(Step::Close));
    assert_eq!(close.code(), "step_not_possible");
    assert!(close.message().zh.contains("可以：上报、受理"), "{close}");
    assert!(close.message().en.contains("report, accept"), "{close}");
    let table = [
        (NewStep::new(Step::Progress), "missing_field"),
        (said(Step::Meeting, "x"), "step_not_possible"),
        (
            asked("", Step::Dispatch, Some("2026-11-24")),
            "missing_field",
        ),
        (asked("水务", Step::Dispatch, None), "missing_field"),
        (
            asked("水务", Step::Dispatch, Some("2026-11-20")),
            "due_in_past",
        ),
        (
            NewStep {
                at: Some(i64::MAX),
                ..NewStep::new(Step::Accept)
            },
            "step_in_future",
        ),
        (said(Step::Accept, &"长".repeat(8000)), "too_large"),
        (NewStep::new(Step::Raise), "step_not_possible"),
    ];
    for (step, code) in table {
        let error = refused(step.clone());
        assert_eq!(error.code(), code, "{step:?}: {error}");
    }
    let asked_water = asked("水务", Step::Dispatch, Some("2026-11-24"));
    scene.li.act_on_matter(matter, &asked_water).unwrap();
    let answer = refused(asked("物业", Step::Answer, None));
    assert_eq!(answer.code(), "not_awaited");
    assert!(answer.message().zh.contains("在等待：水务"), "{answer}");
    let seen = scene.li.matter(matter).unwrap();
    assert_eq!(seen.history.len(), 2, "what was refused left no trace");

    let untitled = NewMatter {
        title: " ".to_owned(),
        ..leak(&scene.li)
    };
    let error = scene.li.raise_matter(&untitled).unwrap_err();
    assert_eq!(error.code(), "missing_field");
    let elsewhere = NewMatter {
        door: Some(scene.office.doors(Some("G2")).unwrap()[0].door),
        ..leak(&scene.li)
    };
    let error = scene.li.raise_matter(&elsewhere).unwrap_err();
    assert_eq!(error.code(), "not_found");
}

#[test]
fn lists_by_grid_door_deadline_and_awaited_visit() {
    let scene = scene(5);
    let urgent = scene.li.raise_matter(&leak(&scene.li)).unwrap();
    let mut worry = NewMatter::new("楼道堆物", Urgency::Worry, Source::Phone);
    worry.step.visit_by = Some("2026-11-23".parse().unwrap());
    let nowhere = scene.li.raise_matter(&worry).unwrap();
    worry.door = Some(door(&scene.li));
    let there = scene.li.raise_matter(&worry).unwrap();
    worry.door = None;
    let error = scene.office.raise_matter(&worry).unwrap_err();
    assert_eq!(error.code(), "which_grid");
    worry.grid = Some("G2".to_owned());
    let other = scene.office.raise_matter(&worry).unwrap();
    scene.settle();

    let all = MattersWanted::default();
    assert_eq!(
        ids(&scene.li, &all).len(),
        3,
        "the other grid's is not here"
    );
    assert_eq!(ids(&scene.office, &all).len(), 4);
    assert_eq!(ids(&scene.office, &all)[0], urgent, "by deadline");
    let of_grid = MattersWanted {
        grid: Some("G2".to_owned()),
        ..all.clone()
    };
    assert_eq!(ids(&scene.office, &of_grid), [other]);
    assert_eq!(
        scene.li.matters(&of_grid, 9).unwrap_err().code(),
        "unknown_grid"
    );
    let of_door = MattersWanted {
        door: Some(door(&scene.li)),
        ..all.clone()
    };
    assert_eq!(ids(&scene.li, &of_door).len(), 2);

    let late = MattersWanted {
        overdue: true,
        ..all.clone()
    };
    assert!(ids(&scene.li, &late).is_empty());
    later(&scene, 25);
    assert_eq!(ids(&scene.li, &late), [urgent]);
    assert!(scene.li.matter(urgent).unwrap().info.overdue);

    let visits = |home: &Doorknock| home.matters_awaiting_visit(Some("G1")).unwrap();
    let awaited = visits(&scene.wang);
    assert_eq!(awaited.len(), 1, "one without a door is nobody's knock");
    assert_eq!(
        (
            awaited[0].door,
            awaited[0].matter,
            awaited[0].by.to_string()
        ),
        (door(&scene.li), there, "2026-11-23".to_owned())
    );
    let wanted = MattersWanted {
        visit: true,
        ..all.clone()
    };
    assert_eq!(ids(&scene.li, &wanted).len(), 2);
    act(&scene.wang, there, Step::Progress);
    assert!(visits(&scene.wang).is_empty());

    act(&scene.li, urgent, Step::Resolve);
    act(&scene.li, nowhere, Step::Withdraw);
    let open = MattersWanted {
        open: true,
        ..all.clone()
    };
    assert_eq!(ids(&scene.li, &open), [there]);
    assert_eq!(ids(&scene.li, &all).len(), 3);
    let hex = urgent.to_string();
    assert_eq!(scene.li.find_matter(&hex[..8]).unwrap(), urgent);
    assert_eq!(scene.li.find_matter("0").unwrap_err().code(), "not_found");
}

#[test]
fn a_deliberation_counts_households_taken_on_two_phones() {
    let scene = scene(6);
    let lift = NewMatter {
        kind: MatterKind::Deliberation,
        ..NewMatter::new("三栋加装电梯", Urgency::Hard, Source::OpenDay)
    };
    let matter = scene.li.raise_matter(&lift).unwrap();
    let yes = scene
        .li
        .act_on_matter(matter, &said(Step::Propose, "加装电梯"))
        .unwrap();
    let no = scene
        .li
        .act_on_matter(matter, &said(Step::Propose, "维修楼道"))
        .unwrap();
    scene.settle();
    let opinion = |option, households| NewStep {
        option: Some(option),
        households: Some(households),
        ..NewStep::new(Step::Opinion)
    };
    scene.li.act_on_matter(matter, &opinion(yes, 21)).unwrap();
    scene.wang.act_on_matter(matter, &opinion(yes, 12)).unwrap();
    scene.wang.act_on_matter(matter, &opinion(no, 3)).unwrap();
    scene.settle();
    let chosen = NewStep {
        option: Some(yes),
        ..said(Step::Resolve, "过半数同意")
    };
    scene.office.act_on_matter(matter, &chosen).unwrap();
    let over = NewStep {
        percent: Some(101),
        ..NewStep::new(Step::Feedback)
    };
    let error = scene.office.act_on_matter(matter, &over).unwrap_err();
    assert_eq!(error.code(), "bad_value");
    let percent = NewStep {
        percent: Some(98),
        ..over
    };
    scene.office.act_on_matter(matter, &percent).unwrap();
    scene.settle();
    for home in scene.homes() {
        let seen = home.matter(matter).unwrap();
        let mut tally: Vec<_> = seen
            .options
            .iter()
            .map(|o| (o.households, o.chosen))
            .collect();
        tally.sort_unstable();
        assert_eq!(tally, [(3, false), (33, true)]);
        assert_eq!(seen.info.percent, Some(98));
    }
}

#[test]
fn what_a_matter_is_can_be_corrected_and_its_deadline_follows() {
    use doorknock::model::ids::DocId;
    use doorknock::model::kind::Data;
    let scene = scene(7);
    let matter = scene.li.raise_matter(&leak(&scene.li)).unwrap();
    let due = |home: &Doorknock| home.matter(matter).unwrap().info.due.unwrap();
    let before = due(&scene.li);
    let version = scene.li.matter(matter).unwrap().version;
    let edit = [
        ("urgency", Data::text("hard")),
        ("title", Data::text("水管漏水")),
    ];
    assert!(
        scene
            .li
            .edit_record(DocId(matter.0), Some(&version), &edit)
            .unwrap()
    );
    assert_eq!((due(&scene.li) - before).num_days(), 6);
    scene.settle();
    // Written side by side: the more urgent is shown, and the conflict is counted.
    for (home, urgency) in [(&scene.li, "worry"), (&scene.wang, "urgent")] {
        let edit = [("urgency", Data::text(urgency))];
        assert!(home.edit_record(DocId(matter.0), None, &edit).unwrap());
    }
    scene.settle();
    for home in scene.homes() {
        assert_eq!(due(home), before);
        assert_eq!(home.status().unwrap().conflicts, 1);
        assert_eq!(home.matter(matter).unwrap().info.title, "水管漏水");
    }
}
