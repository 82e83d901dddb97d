//! One story for each reason.

use super::*;
use TickResult::{Done, NobodyHome};

#[test]
fn nobody_home_is_tried_at_another_part_of_the_day_three_times_then_a_call() {
    let tries = [
        ("2028-05-02T09:00", NobodyHome, None),
        ("2028-05-03T19:00", NobodyHome, None),
        ("2028-05-04T15:00", NobodyHome, None),
        ("2028-05-05T10:00", Done, None), // by telephone
    ];
    let after = |n: usize, date: &str| {
        let list = Town::of(knocked(planned("monthly", "2028-05-02"), &tries[..n])).list(date);
        list[0].reasons.iter().find_map(|reason| match reason {
            Reason::NobodyHome {
                tries,
                parts_left,
                suggest_call,
                ..
            } => Some((*tries, *parts_left, *suggest_call)),
            _ => None,
        })
    };
    let (afternoon, evening) = (DayPart::Afternoon.bit(), DayPart::Evening.bit());
    assert_eq!(
        after(1, "2028-05-02"),
        Some((1, afternoon | evening, false))
    );
    assert_eq!(
        after(1, "2028-05-03"),
        Some((1, afternoon | evening, false))
    );
    assert_eq!(after(2, "2028-05-04"), Some((2, afternoon, false)));
    assert_eq!(after(3, "2028-05-05"), Some((3, 0, true)));
    assert_eq!(
        after(4, "2028-06-05"),
        None,
        "a call that reached somebody ends it"
    );
}

#[test]
fn who_was_met_in_the_morning_stays_done_whatever_a_later_knock_finds() {
    let knocks = [
        ("2028-05-02T09:00", Done, None),
        ("2028-05-02T16:00", NobodyHome, None),
    ];
    let town = Town::of(knocked(planned("weekly", "2028-05-02"), &knocks));
    assert_eq!(town.line("2028-05-02"), "done: due");
}

#[test]
fn a_matter_and_a_review_are_reasons_for_those_who_hold_the_casework_only() {
    let door = household();
    let mut town = Town::of(door.clone());
    let casework = Casework {
        matters: vec![(MatterId([4; 16]), Some(day("2028-06-30")))],
        review: Some(day("2028-06-03")),
    };
    town.overlay.doors.insert(door.door, casework);
    assert_eq!(town.line("2028-06-02"), "due: matter");
    assert_eq!(town.line("2028-06-03"), "due: matter, review");
    assert_eq!(town.list_seen_with("2028-06-03", &Overlay::default()), []);
    town.doors = vec![knocked(door, &[("2028-06-03T10:00", Done, None)])];
    assert_eq!(town.line("2028-06-03"), "done: matter, review");
    assert_eq!(
        town.line("2028-06-04"),
        "due: matter, review",
        "until they are dealt with"
    );
}

#[test]
fn a_new_household_is_listed_for_thirty_days_or_until_met() {
    let new = RoundDoor {
        moved_in: Some(day("2028-02-20")),
        ..household()
    };
    assert_eq!(Town::of(new.clone()).line("2028-02-19"), "");
    assert_eq!(
        Town::of(new.clone()).line("2028-03-20"),
        "due: new_household"
    );
    assert_eq!(Town::of(new.clone()).line("2028-03-21"), "");
    let earlier = knocked(new.clone(), &[("2028-02-19T10:00", Done, None)]);
    assert_eq!(
        Town::of(earlier).line("2028-02-20"),
        "due: new_household",
        "who lived there before"
    );
    let met = knocked(new, &[("2028-02-22T10:00", Done, None)]);
    assert_eq!(Town::of(met).line("2028-02-23"), "");
}

#[test]
fn a_door_without_a_plan_takes_the_rule_that_fits_best() {
    let rule = |compound, door, cadence: &str| PlanRule {
        compound,
        door,
        cadence: cadence.parse().unwrap(),
        since: day("2028-01-01"),
        checklist: None,
    };
    let rules = vec![
        rule(None, DoorKind::Household, "quarterly"),
        rule(Some(CompoundKind::WalkUp), DoorKind::Household, "monthly"),
        rule(None, DoorKind::Shop, "daily"),
        rule(
            Some(CompoundKind::ShoppingStreet),
            DoorKind::Enterprise,
            "daily",
        ),
    ];
    let mut town = Town {
        rules,
        ..Town::default()
    };
    town.compounds
        .insert("阳光花园".to_owned(), CompoundKind::WalkUp);
    let since = |town: &Town, of: RoundDoor, cadence: &str| {
        let visited = knocked(of, &[("2028-06-01T10:00", Done, None)]);
        let town = Town {
            doors: vec![visited],
            ..town.clone()
        };
        let due = cadence.parse::<crate::cadence::Cadence>().unwrap();
        let due = due.next_due(Some(day("2028-06-01")), day("2028-01-01"));
        (
            town.line(&due.pred_opt().unwrap().to_string()),
            town.line(&due.to_string()),
        )
    };
    let falls_due = (String::new(), "due: due".to_owned());
    assert_eq!(
        since(&town, household(), "monthly"),
        falls_due,
        "a household of an old walk-up"
    );
    let elsewhere = RoundDoor {
        address: address("柳荫里", "1", "", "101"),
        ..household()
    };
    assert_eq!(
        since(&town, elsewhere, "quarterly"),
        falls_due,
        "of a compound nobody classed"
    );
    let shop = RoundDoor {
        kind: DoorKind::Shop,
        ..household()
    };
    assert_eq!(since(&town, shop, "daily").1, "due: due");
    assert_eq!(
        since(&town, planned("weekly", "2028-01-01"), "weekly"),
        falls_due,
        "its own plan"
    );
    let enterprise = RoundDoor {
        kind: DoorKind::Enterprise,
        ..household()
    };
    town.doors = vec![enterprise];
    assert_eq!(town.line("2028-06-30"), "", "no rule fits");

    // When its own plan has ended, the rule counts again.
    let mut ended = planned("daily", "2028-01-01");
    ended.plan = ended.plan.map(|plan| DuePlan {
        until: Some(day("2028-03-01")),
        ..plan
    });
    assert_eq!(since(&town, ended, "monthly"), falls_due);
}

#[test]
fn first_visits_by_a_rule_are_spread_and_a_floor_stays_together() {
    let rules = vec![PlanRule {
        compound: None,
        door: DoorKind::Household,
        cadence: "every:30".parse().unwrap(),
        since: day("2028-01-01"),
        checklist: None,
    }];
    let mut town = Town {
        rules,
        ..Town::default()
    };
    for n in 0..120_u8 {
        let room = format!("{}0{}", n / 4 + 1, n % 4 + 1);
        town.doors.push(RoundDoor {
            door: DoorId([n; 16]),
            address: address("阳光花园", "3", "1", &room),
            ..household()
        });
    }
    let mut days = Vec::new();
    let mut before = 0;
    for date in day("2028-01-01").iter_days().take(30) {
        let listed = town.list(&date.to_string()).len();
        days.push(listed - before);
        before = listed;
    }
    assert_eq!(before, 120, "within one cadence every door has come up");
    assert!(
        days.iter().all(|new| *new <= 24),
        "no day gets a fifth of them: {days:?}"
    );
    assert!(
        days.iter().all(|new| new % 4 == 0),
        "whole floors: {days:?}"
    );
}

#[test]
fn a_correction_counts_instead_of_what_it_corrects_whichever_arrives_first() {
    // Ticked as met by mistake; corrected to nobody home; then that was a mistake too.
    let mistaken = knock(1, "2028-05-02T09:00", Done);
    let corrected = Knock {
        replaces: vec![mistaken.visit],
        ..knock(2, "2028-05-02T09:00", NobodyHome)
    };
    let undone = Knock {
        replaces: vec![corrected.visit],
        ..knock(3, "2028-05-02T09:00", TickResult::Undone)
    };
    let mut town = Town::of(planned("daily", "2028-05-02"));
    let mut line = |knocks: &[&Knock]| {
        let knocks: Vec<_> = knocks.iter().map(|k| (*k).clone()).collect();
        town.doors[0].state = DoorState::of(&knocks, CST);
        town.line("2028-05-02")
    };
    assert_eq!(line(&[&mistaken]), "done: due");
    for both in [[&mistaken, &corrected], [&corrected, &mistaken]] {
        assert_eq!(line(&both), "due: nobody_home, due");
    }
    assert_eq!(line(&[&undone, &mistaken, &corrected]), "due: due");
    assert_eq!(line(&[&corrected, &undone, &mistaken]), "due: due");
}
