//! Campaigns, special periods, rules and reviews on the list; the day is the community's.

use doorknock::NewVisit;
use doorknock::model::address::DoorKind;
use doorknock::model::kind::Data;
use doorknock::model::kinds::CompoundKind;
use doorknock::model::round::Reason;
use doorknock_tests::visit;

use crate::{Scene, code, day, line, said, today};

fn text(pairs: &[(&'static str, &str)]) -> Vec<(&'static str, Data)> {
    pairs
        .iter()
        .map(|(name, text)| (*name, Data::text(*text)))
        .collect()
}

#[test]
fn a_campaign_of_the_office_is_on_every_phones_list_until_the_door_is_visited() {
    let scene = Scene::new(41);
    let named = scene.doors[0].to_string();
    let campaign = text(&[
        ("name", "冬季走访"),
        ("since", "2026-11-22"),
        ("until", "2026-11-25"),
        ("doors", &named),
    ]);
    let id = scene
        .office
        .add_record("campaign", None, &campaign)
        .unwrap();
    scene.settle();
    let door = scene.doors[0];
    assert_eq!(said(&scene.li, door), "", "it begins tomorrow");
    scene.next_day();
    assert_eq!(said(&scene.li, door), "due: campaign");
    let reasons = line(&scene.wang, door).unwrap().reasons;
    let expected = Reason::Campaign {
        until: day("2026-11-25"),
        name: "冬季走访".to_owned(),
        campaign: id,
    };
    assert_eq!(reasons, [expected]);
    scene.li.log_visit(&visit(door, "已走访")).unwrap();
    scene.settle();
    assert_eq!(said(&scene.wang, door), "done: campaign");
    scene.next_day();
    scene.settle();
    assert_eq!(said(&scene.wang, door), "");

    // What is undone is wanted again, as long as the campaign runs.
    let last = scene.li.visits(Some(door), 1).unwrap()[0].visit;
    scene.li.undo_visit(last, None).unwrap();
    scene.settle();
    assert_eq!(said(&scene.wang, door), "due: campaign");
    scene.office.end_record(id, None, None).unwrap();
    scene.settle();
    assert_eq!(said(&scene.wang, door), "", "the office ended it early");
}

#[test]
fn in_a_cold_wave_doors_with_a_plan_are_due_every_day() {
    let scene = Scene::new(42);
    let (planned, plain) = (scene.doors[1], scene.doors[0]);
    scene.li.log_visit(&visit(planned, "周六走访")).unwrap();
    let period = text(&[
        ("name", "寒潮"),
        ("kind", "cold_wave"),
        ("since", "2026-11-22"),
        ("until", "2026-11-23"),
        ("cadence", "daily"),
    ]);
    scene.office.add_record("period", None, &period).unwrap();
    scene.next_day();
    scene.settle();
    for home in scene.homes() {
        assert_eq!(said(home, planned), "due: period");
        assert_eq!(said(home, plain), "");
    }
    scene.wang.log_visit(&visit(planned, "送去棉被")).unwrap();
    scene.settle();
    assert_eq!(said(&scene.li, planned), "done: period");
    scene.next_day();
    assert_eq!(said(&scene.li, planned), "due: period");
    scene.next_day();
    assert_eq!(said(&scene.li, planned), "", "over");
}

#[test]
fn the_offices_rules_give_plans_to_doors_without_one() {
    let scene = Scene::new(43);
    let daily = Some(("daily".parse().unwrap(), None));
    let household = DoorKind::Household;
    assert_eq!(
        code(scene.li.set_plan_rule(None, household, daily)),
        "not_office"
    );
    assert_eq!(today(&scene.li).items.len(), 4);
    assert!(scene.office.set_plan_rule(None, household, daily).unwrap());
    assert!(!scene.office.set_plan_rule(None, household, daily).unwrap());
    scene.settle();
    assert_eq!(today(&scene.li).items.len(), 8);

    // A closer rule for old walk-ups: every 200 days, the first visits spread over them.
    let seldom = Some(("every:200".parse().unwrap(), None));
    let walk_up = Some(CompoundKind::WalkUp);
    scene
        .office
        .set_plan_rule(walk_up, household, seldom)
        .unwrap();
    scene
        .office
        .set_compound("花园1", CompoundKind::WalkUp)
        .unwrap();
    scene.settle();
    assert!(today(&scene.li).items.len() < 8);
    let in_half_a_year = scene.li.round(None, Some(day("2027-06-08"))).unwrap();
    assert_eq!(in_half_a_year.items.len(), 8);
    let rules = scene.li.plan_rules().unwrap();
    assert_eq!(rules.len(), 2);
    assert_eq!(
        rules[0].compound, walk_up,
        "by kind of compound, all others last"
    );

    for compound in [None, walk_up] {
        assert!(
            scene
                .office
                .set_plan_rule(compound, household, None)
                .unwrap()
        );
    }
    scene.settle();
    assert_eq!(today(&scene.li).items.len(), 4);
}

#[test]
fn a_care_review_is_on_the_list_of_those_who_hold_the_casework() {
    let scene = Scene::new(44);
    let door = scene.doors[1];
    let people = scene.li.door(door).unwrap().people;
    let review = people[0].needs[0].review.unwrap();
    scene.li.log_visit(&visit(door, "见到本人")).unwrap();
    let before = scene.li.round(None, review.pred_opt()).unwrap();
    let has = |round: &doorknock::Round| {
        let line = round.items.iter().find(|l| l.door == door).unwrap();
        line.reasons.contains(&Reason::Review { on: review })
    };
    assert!(!has(&before));
    assert!(has(&scene.li.round(None, Some(review)).unwrap()));
}

#[test]
fn a_matter_that_awaits_a_visit_is_on_the_list_until_it_was_made() {
    use doorknock::NewMatter;
    use doorknock::model::matter::{Source, Urgency};
    let scene = Scene::new(46);
    let door = scene.doors[0];
    let mut matter = NewMatter::new("水管漏水", Urgency::Urgent, Source::DoorVisit);
    matter.door = Some(door);
    matter.step.visit_by = Some(day("2026-11-24"));
    let id = scene.li.raise_matter(&matter).unwrap();
    scene.settle();
    assert_eq!(said(&scene.wang, door), "due: matter");
    let made = NewVisit {
        matters: vec![id],
        ..visit(door, "看过水管")
    };
    let visit = scene.wang.log_visit(&made).unwrap();
    assert_eq!(scene.wang.visit(visit).unwrap().matters, [id]);
    assert_eq!(said(&scene.wang, door), "done: matter");
    let before = scene.wang.round(None, Some(day("2026-11-20"))).unwrap();
    assert!(
        before.items.iter().all(|l| l.door != door),
        "of days that are over it says nothing"
    );
}

#[test]
fn the_day_turns_at_the_communitys_midnight() {
    let scene = Scene::new(45);
    let door = scene.doors[1];
    // From ten in the morning to 23:50 in China, which is 15:50 in London.
    scene.world.clock.advance((13 * 60 + 50) * 60_000);
    scene.li.log_visit(&visit(door, "夜间走访")).unwrap();
    assert_eq!(today(&scene.li).date, day("2026-11-21"));
    assert_eq!(said(&scene.li, door), "done: due");
    // 00:10: another day, though not in London.
    scene.world.clock.advance(20 * 60_000);
    assert_eq!(today(&scene.li).date, day("2026-11-22"));
    assert_eq!(said(&scene.li, door), "");
    scene.li.log_visit(&visit(door, "又去一次")).unwrap();
    assert_eq!(said(&scene.li, door), "done: ");
    let yesterday = scene.li.round(None, Some(day("2026-11-21"))).unwrap();
    let then = yesterday.items.iter().find(|l| l.door == door).unwrap();
    assert_eq!(then.reasons.len(), 1, "as it stood at the end of that day");
}
