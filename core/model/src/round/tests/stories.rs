//! One story for each reason.

use super::*;
use TickResult::{Done, NobodyHome};

const CARE: Option<TemplateId> = Some([1; 16]);
const SURVEY: Option<TemplateId> = Some([2; 16]);
const HEAT: Option<TemplateId> = Some([3; 16]);

fn checklist(town: &Town, date: &str) -> Option<TemplateId> {
    town.list(date)[0].checklist
}

fn campaign() -> Campaign {
    Campaign {
        id: [9; 16],
        name: "四百走访".to_owned(),
        from: day("2028-03-01"),
        until: day("2028-03-10"),
        checklist: SURVEY,
        doors: Selection::default(),
        closed: false,
    }
}

fn heat_wave() -> Period {
    Period {
        id: [8; 16],
        name: "高温".to_owned(),
        kind: "heat_wave".to_owned(),
        from: day("2028-07-10"),
        until: day("2028-07-14"),
        cadence: "daily".parse().unwrap(),
        checklist: HEAT,
        planned: true,
        kinds: vec![],
        closed: false,
    }
}

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
fn a_campaign_lists_its_doors_between_its_days_until_each_is_visited_once() {
    let mut town = Town::of(household());
    town.campaigns = vec![campaign()];
    assert_eq!(town.line("2028-02-29"), "");
    assert_eq!(town.line("2028-03-01"), "due: campaign");
    assert_eq!(checklist(&town, "2028-03-01"), SURVEY);
    assert_eq!(town.line("2028-03-10"), "due: campaign");
    assert_eq!(town.line("2028-03-11"), "", "it is over");

    // A visit before it began does not count, nor one that met nobody.
    let knocks = [
        ("2028-02-29T10:00", Done, None),
        ("2028-03-02T10:00", NobodyHome, None),
    ];
    town.doors = vec![knocked(household(), &knocks)];
    assert_eq!(town.line("2028-03-03"), "due: nobody_home, campaign");
    town.doors = vec![knocked(household(), &[("2028-03-04T10:00", Done, None)])];
    assert_eq!(town.line("2028-03-04"), "done: campaign");
    assert_eq!(town.line("2028-03-05"), "");

    town.doors = vec![household()];
    town.campaigns[0].closed = true;
    assert_eq!(town.line("2028-03-05"), "", "the office ended it early");
}

#[test]
fn a_campaign_selects_by_grid_compound_and_kind_and_by_name() {
    let shop = RoundDoor {
        kind: DoorKind::Shop,
        ..household()
    };
    let (here, elsewhere) = (vec![GRID], vec![GridId([6; 16])]);
    let name = |text: &str| vec![text.to_owned()];
    let all = Selection::default;
    let table = [
        ("everybody", all(), true),
        (
            "this grid",
            Selection {
                grids: here.clone(),
                ..all()
            },
            true,
        ),
        (
            "another grid",
            Selection {
                grids: elsewhere.clone(),
                ..all()
            },
            false,
        ),
        (
            "this compound",
            Selection {
                compounds: name("阳光花园"),
                ..all()
            },
            true,
        ),
        (
            "another compound",
            Selection {
                compounds: name("柳荫里"),
                ..all()
            },
            false,
        ),
        (
            "shops",
            Selection {
                kinds: vec![DoorKind::Shop],
                ..all()
            },
            true,
        ),
        (
            "enterprises",
            Selection {
                kinds: vec![DoorKind::Enterprise],
                ..all()
            },
            false,
        ),
        (
            "this grid's enterprises",
            Selection {
                grids: here,
                kinds: vec![DoorKind::Enterprise],
                ..all()
            },
            false,
        ),
        (
            "this very door",
            Selection {
                doors: vec![shop.door],
                ..all()
            },
            true,
        ),
        (
            "another door",
            Selection {
                doors: vec![DoorId([5; 16])],
                ..all()
            },
            false,
        ),
        (
            "another grid, and this very door",
            Selection {
                grids: elsewhere,
                doors: vec![shop.door],
                ..all()
            },
            true,
        ),
    ];
    for (story, doors, listed) in table {
        let mut town = Town::of(shop.clone());
        town.campaigns = vec![Campaign {
            doors,
            ..campaign()
        }];
        assert_eq!(!town.line("2028-03-01").is_empty(), listed, "{story}");
    }
}

#[test]
fn in_a_heat_wave_doors_with_a_plan_are_due_daily_with_its_checklist() {
    let mut cared = planned("weekly", "2028-07-03"); // a Monday
    cared.plan = cared.plan.map(|plan| DuePlan {
        checklist: CARE,
        ..plan
    });
    let mut town = Town::of(knocked(cared.clone(), &[("2028-07-09T10:00", Done, None)]));
    town.periods = vec![heat_wave()];
    assert_eq!(
        town.line("2028-07-09"),
        "done: overdue",
        "by its plan, the day before"
    );
    assert_eq!(
        town.line("2028-07-10"),
        "due: period",
        "visited yesterday, and due all the same"
    );
    assert_eq!(checklist(&town, "2028-07-10"), HEAT);

    let days = [
        "2028-07-10",
        "2028-07-11",
        "2028-07-12",
        "2028-07-13",
        "2028-07-14",
    ];
    let mut knocks = vec![];
    for date in days {
        assert_eq!(town.line(date), "due: period", "{date}");
        knocks.push((format!("{date}T10:00"), Done, None));
        let knocks: Vec<_> = knocks
            .iter()
            .map(|(t, r, f)| (t.as_str(), *r, *f))
            .collect();
        town.doors = vec![knocked(cared.clone(), &knocks)];
        assert_eq!(town.line(date), "done: period", "{date}");
    }
    assert_eq!(
        town.line("2028-07-15"),
        "",
        "over: by its plan a week after the last visit"
    );
    assert_eq!(town.line("2028-07-21"), "due: due");
    assert_eq!(checklist(&town, "2028-07-21"), CARE);
}

#[test]
fn a_flood_is_about_certain_kinds_of_door_with_a_plan_or_without() {
    let shop = RoundDoor {
        kind: DoorKind::Shop,
        ..household()
    };
    let flood = Period {
        kind: "flood".to_owned(),
        planned: false,
        kinds: vec![DoorKind::Shop, DoorKind::Facility],
        cadence: "every:2".parse().unwrap(),
        ..heat_wave()
    };
    let mut town = Town {
        periods: vec![flood],
        ..Town::of(shop.clone())
    };
    assert_eq!(town.line("2028-07-10"), "due: period");
    town.doors = vec![knocked(shop, &[("2028-07-10T10:00", Done, None)])];
    assert_eq!(town.line("2028-07-11"), "");
    assert_eq!(town.line("2028-07-12"), "due: period");
    let late = town.list("2028-07-13");
    let overdue = |r: &Reason| matches!(r, Reason::Period { days: 1, kind, .. } if kind == "flood");
    assert!(overdue(&late[0].reasons[0]), "{late:?}");
    town.doors = vec![household()];
    assert_eq!(town.line("2028-07-10"), "", "not about households");
}

#[test]
fn a_matter_and_a_review_are_reasons_for_those_who_hold_the_casework_only() {
    let door = household();
    let mut town = Town::of(door.clone());
    let casework = Casework {
        matters: vec![([4; 16], Some(day("2028-06-30")))],
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
    let mut town = Town::default();
    town.rules = vec![
        rule(None, DoorKind::Household, "quarterly"),
        rule(Some(CompoundKind::WalkUp), DoorKind::Household, "monthly"),
        rule(None, DoorKind::Shop, "daily"),
        rule(
            Some(CompoundKind::ShoppingStreet),
            DoorKind::Enterprise,
            "daily",
        ),
    ];
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
    let mut town = Town::default();
    town.rules = vec![PlanRule {
        compound: None,
        door: DoorKind::Household,
        cadence: "every:30".parse().unwrap(),
        since: day("2028-01-01"),
        checklist: None,
    }];
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
fn the_checklist_is_the_periods_then_the_campaigns_then_the_plans() {
    let mut cared = planned("daily", "2028-07-01");
    cared.plan = cared.plan.map(|plan| DuePlan {
        checklist: CARE,
        ..plan
    });
    let mut town = Town::of(cared);
    assert_eq!(checklist(&town, "2028-07-12"), CARE);
    town.campaigns = vec![Campaign {
        from: day("2028-07-01"),
        until: day("2028-07-31"),
        ..campaign()
    }];
    assert_eq!(checklist(&town, "2028-07-12"), SURVEY);
    town.periods = vec![heat_wave()];
    assert_eq!(checklist(&town, "2028-07-12"), HEAT);
    town.periods[0].checklist = None;
    assert_eq!(checklist(&town, "2028-07-12"), SURVEY);
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
        ..knock(3, "2028-05-02T09:00", UNDONE)
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
