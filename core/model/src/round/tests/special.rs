//! Campaigns and special periods.

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
        id: DocId([9; 16]),
        name: "四百走访".to_owned(),
        days: between("2028-03-01", "2028-03-10"),
        checklist: SURVEY,
        doors: Selection::default(),
    }
}

fn heat_wave() -> Period {
    Period {
        id: DocId([8; 16]),
        name: "高温".to_owned(),
        kind: Some(PeriodKind::HeatWave),
        days: between("2028-07-10", "2028-07-14"),
        cadence: "daily".parse().unwrap(),
        checklist: HEAT,
        doors: Selection::default(),
        every_door: false,
    }
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
    town.campaigns[0].days.ended = Some(day("2028-03-05"));
    assert_eq!(town.line("2028-03-05"), "", "the office ended it early");
}

#[test]
fn a_campaign_selects_by_grid_compound_and_kind_and_by_name() {
    let shop = RoundDoor {
        kind: DoorKind::Shop,
        ..household()
    };
    let name = |text: &str| vec![text.to_owned()];
    let (here, elsewhere) = (name(GRID), name("G2"));
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
                kinds: name("shop"),
                ..all()
            },
            true,
        ),
        (
            "enterprises",
            Selection {
                kinds: name("企业"),
                ..all()
            },
            false,
        ),
        (
            "this grid's enterprises",
            Selection {
                grids: here,
                kinds: name("企业"),
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
        kind: Some(PeriodKind::Flood),
        doors: Selection {
            kinds: vec!["shop".to_owned(), "设施".to_owned()],
            ..Selection::default()
        },
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
    let overdue = |r: &Reason| matches!(r, Reason::Period { days: 1, kind, .. } if *kind == Some(PeriodKind::Flood));
    assert!(overdue(&late[0].reasons[0]), "{late:?}");
    town.doors = vec![household()];
    assert_eq!(town.line("2028-07-10"), "", "not about households");
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
        days: between("2028-07-01", "2028-07-31"),
        ..campaign()
    }];
    assert_eq!(checklist(&town, "2028-07-12"), SURVEY);
    town.periods = vec![heat_wave()];
    assert_eq!(checklist(&town, "2028-07-12"), HEAT);
    town.periods[0].checklist = None;
    assert_eq!(checklist(&town, "2028-07-12"), SURVEY);
}

#[test]
fn a_period_may_be_about_every_door_of_some_grids_and_compounds() {
    let mut town = Town::of(household());
    town.periods = vec![heat_wave()];
    assert_eq!(town.line("2028-07-10"), "", "no plan of its own");
    town.periods[0].every_door = true;
    assert_eq!(town.line("2028-07-10"), "due: period");
    town.periods[0].doors.compounds = vec![" 阳光花园".to_owned()];
    assert_eq!(town.line("2028-07-10"), "due: period", "as people write it");
    town.periods[0].doors.grids = vec!["G2".to_owned()];
    assert_eq!(town.line("2028-07-10"), "");
    town.periods[0].doors.grids.clear();
    town.periods[0].days.ended = Some(day("2028-07-12"));
    assert_eq!(town.line("2028-07-11"), "due: period");
    assert_eq!(town.line("2028-07-12"), "", "ended early");
}

#[test]
fn campaigns_and_periods_are_read_from_their_records() {
    use crate::kind::{Data, Kind};
    use crate::kinds::{CAMPAIGN, PERIOD};
    let record = |kind: &'static Kind, typed: &[(&str, &str)]| -> Fields {
        let value = |(name, text): &(&str, &str)| {
            let field = kind.field_named(name).unwrap();
            (field.code, field.shape.take(&Data::text(*text)).unwrap())
        };
        typed.iter().map(value).collect()
    };
    let id = DocId([9; 16]);
    let mut typed = vec![
        ("name", "四百走访"),
        ("since", "2028-03-01"),
        ("until", "2028-03-10"),
        ("door_kinds", "shop、企业"),
        ("doors", "01010101010101010101010101010101"),
    ];
    let read = Campaign::of(id, &record(&CAMPAIGN, &typed)).unwrap();
    let expected = Campaign {
        checklist: None,
        doors: Selection {
            kinds: vec!["shop".to_owned(), "企业".to_owned()],
            doors: vec![DoorId([1; 16])],
            ..Selection::default()
        },
        ..campaign()
    };
    assert_eq!(read, expected);
    typed.remove(2);
    assert_eq!(
        Campaign::of(id, &record(&CAMPAIGN, &typed)),
        None,
        "without its last day"
    );

    let mut typed = vec![
        ("name", "高温"),
        ("kind", "heat_wave"),
        ("since", "2028-07-10"),
        ("until", "2028-07-14"),
        ("cadence", "daily"),
    ];
    let id = DocId([8; 16]);
    let expected = Period {
        checklist: None,
        ..heat_wave()
    };
    assert_eq!(Period::of(id, &record(&PERIOD, &typed)), Some(expected));
    typed.pop();
    assert_eq!(
        Period::of(id, &record(&PERIOD, &typed)),
        None,
        "without its cadence"
    );
}

#[test]
fn a_rule_is_read_from_the_settings_and_one_of_a_newer_version_is_not() {
    use crate::kinds::{PlanRuleRecord, pack};
    let mut record = PlanRuleRecord {
        compound: Some(CompoundKind::WalkUp),
        door: DoorKind::Household.code(),
        cadence: "monthly".to_owned(),
        since: day_of(day("2028-01-01")),
        checklist: CARE,
    };
    let rule = PlanRule::of(&pack(&record)).unwrap();
    assert_eq!((rule.door, rule.checklist), (DoorKind::Household, CARE));
    record.door = 99;
    assert_eq!(PlanRule::of(&pack(&record)), None);
    assert_eq!(PlanRule::of(&crate::kind::Value::Null), None);
}
