use super::*;

const NOVEMBER: &str = "2026-11";

fn day(text: &str) -> i32 {
    day_of(text.parse().unwrap())
}

fn at(text: &str, hour: i64) -> i64 {
    i64::from(day(text)) * 86_400 + hour * 3600
}

fn utc(at: i64) -> i32 {
    i32::try_from(at.div_euclid(86_400)).unwrap()
}

fn figures(facts: &Facts) -> Figures {
    month(Month::parse(NOVEMBER).unwrap(), facts, &utc)
}

fn share(part: u32, whole: u32) -> Share {
    Share { part, whole }
}

#[test]
fn months_are_read_and_bounded() {
    for (text, first, next) in [
        ("2026-11", "2026-11-01", "2026-12-01"),
        ("2026-12", "2026-12-01", "2027-01-01"),
        ("2028-02", "2028-02-01", "2028-03-01"),
    ] {
        let month = Month::parse(text).unwrap();
        assert_eq!(month.to_string(), text);
        assert_eq!(month.first().to_string(), first);
        assert_eq!(month.next().to_string(), next);
        assert!(month.has(day(first)) && !month.has(day(next)));
        assert_eq!(Month::of(month.first()), month);
    }
    for bad in ["2026", "2026-13", "2026-1", "26-11", "2026-11-01", "", "-"] {
        assert_eq!(Month::parse(bad), None, "{bad}");
    }
}

#[test]
fn a_door_is_covered_when_its_plan_touches_the_month_and_somebody_was_reached() {
    let table = [
        (None, true, share(0, 0)),
        (Some(("2026-01-01", None)), true, share(1, 1)),
        (Some(("2026-01-01", None)), false, share(0, 1)),
        (Some(("2026-11-30", None)), true, share(1, 1)),
        (Some(("2026-12-01", None)), true, share(0, 0)),
        (Some(("2026-01-01", Some("2026-10-31"))), true, share(0, 0)),
        (Some(("2026-01-01", Some("2026-11-01"))), true, share(1, 1)),
    ];
    for (plan, reached, expected) in table {
        let door = DoorFact {
            plan: plan.map(|(since, until)| (day(since), until.map(day))),
            reached,
            ..DoorFact::default()
        };
        let facts = Facts {
            doors: vec![door],
            ..Facts::default()
        };
        assert_eq!(figures(&facts).coverage, expected, "{plan:?} {reached}");
    }
}

#[test]
fn visits_are_counted_by_reason_outcome_and_channel_and_only_knocks_find_nobody() {
    let visit = |channel, outcome, reason| VisitFact {
        channel,
        outcome,
        reason,
    };
    let due = NaiveDate::default();
    let facts = Facts {
        visits: vec![
            visit(Channel::InPerson, Outcome::Met, Some(Reason::Due { due })),
            visit(Channel::AtTheDoor, Outcome::NobodyHome, None),
            visit(Channel::Phone, Outcome::NobodyHome, None),
            visit(
                Channel::InPerson,
                Outcome::Met,
                Some(Reason::FollowUp { on: due }),
            ),
            visit(Channel::Other(9), Outcome::Other(9), None),
        ],
        ..Facts::default()
    };
    let figures = figures(&facts);
    let told = |counts: &[Count]| -> Vec<(&str, u32)> {
        counts.iter().map(|c| (c.word, c.count)).collect()
    };
    assert_eq!(figures.visits, 5);
    assert_eq!(figures.nobody_home, share(1, 3));
    assert_eq!(
        told(&figures.by_reason),
        [("follow_up", 1), ("due", 1), ("unlisted", 3)]
    );
    assert_eq!(
        told(&figures.by_outcome),
        [("met", 2), ("nobody_home", 2), ("unknown", 1)]
    );
    assert_eq!(
        told(&figures.by_channel),
        [
            ("in_person", 2),
            ("at_the_door", 1),
            ("phone", 1),
            ("unknown", 1)
        ]
    );
}

#[test]
fn a_new_household_counts_until_it_was_met_and_for_thirty_days() {
    let table = [
        ("2026-11-10", None, share(0, 1)),
        ("2026-11-10", Some("2026-11-12"), share(1, 1)),
        // Met only after the month's end.
        ("2026-11-10", Some("2026-12-02"), share(0, 1)),
        // Moved in in October, still new in November.
        ("2026-10-20", Some("2026-11-03"), share(1, 1)),
        // Met in October already.
        ("2026-10-20", Some("2026-10-25"), share(0, 0)),
        // New no longer: thirty days were over before November.
        ("2026-10-02", None, share(0, 0)),
        ("2026-10-03", None, share(0, 1)),
        // Not there yet.
        ("2026-12-01", None, share(0, 0)),
    ];
    for (moved_in, met, expected) in table {
        let door = DoorFact {
            moved_in: Some(day(moved_in)),
            first_met: met.map(day),
            ..DoorFact::default()
        };
        let facts = Facts {
            doors: vec![door, DoorFact::default()],
            ..Facts::default()
        };
        assert_eq!(
            figures(&facts).new_households,
            expected,
            "{moved_in} {met:?}"
        );
    }
}

#[test]
fn matters_count_in_the_month_each_thing_happened() {
    let raised = |text, hours: Option<i64>| MatterFact {
        raised: Some(at(text, 8)),
        first_response: hours.map(|h| h * 3600),
        ..MatterFact::default()
    };
    let settled = |text, left_grid, content| MatterFact {
        raised: Some(at("2026-10-01", 0)),
        settled: Some(at(text, 12)),
        left_grid,
        content,
        ..MatterFact::default()
    };
    let facts = Facts {
        matters: vec![
            raised("2026-11-01", Some(1)),
            raised("2026-11-02", Some(4)),
            raised("2026-11-30", None),
            raised("2026-10-31", Some(100)),
            settled("2026-11-03", false, Some(true)),
            settled("2026-11-04", true, Some(false)),
            settled("2026-11-30", false, None),
            settled("2026-10-31", true, Some(true)),
            settled("2026-12-01", true, Some(false)),
            MatterFact::default(),
        ],
        ..Facts::default()
    };
    let figures = figures(&facts);
    assert_eq!(figures.matters_raised, 3);
    assert_eq!(figures.responded, share(2, 3));
    assert_eq!(figures.first_response_hours, Some(2.5));
    assert_eq!(figures.in_grid, share(2, 3));
    assert_eq!(figures.content, share(1, 2));
}

#[test]
fn the_median_is_the_middle_or_between_the_two_in_the_middle() {
    let table: [(&[i64], Option<f64>); 5] = [
        (&[], None),
        (&[2], Some(2.0)),
        (&[9, 1], Some(5.0)),
        (&[9, 1, 2], Some(2.0)),
        (&[i64::MAX, i64::MAX], Some(i64::MAX as f64)),
    ];
    for (hours, expected) in table {
        assert_eq!(median(&mut hours.to_vec()), expected);
    }
}

fn need(reviewed: &[&str], due: Option<&str>) -> NeedFact {
    NeedFact {
        reviewed: reviewed.iter().map(|text| day(text)).collect(),
        due: due.map(day),
    }
}

#[test]
fn a_review_counts_when_it_was_made_and_is_owed_until_then() {
    let table: [(&[&str], _, _); 7] = [
        (&["2026-11-30"], Some("2027-11-30"), share(1, 1)),
        // Looked at, and to be looked at again in the same month: done.
        (
            &["2026-11-02", "2026-11-09"],
            Some("2026-11-16"),
            share(1, 1),
        ),
        (&["2025-11-02"], Some("2026-11-30"), share(0, 1)),
        (&[], Some("2026-03-01"), share(0, 1)),
        (&[], Some("2026-12-01"), share(0, 0)),
        // It ended: nothing is owed any more, and what was done was done.
        (&["2026-10-02"], None, share(0, 0)),
        (&["2026-11-02"], None, share(1, 1)),
    ];
    for (reviewed, due, expected) in table {
        let facts = Facts {
            needs: vec![need(reviewed, due)],
            ..Facts::default()
        };
        assert_eq!(figures(&facts).reviews, expected, "{reviewed:?} {due:?}");
    }
}

#[test]
fn a_share_of_nothing_is_no_number() {
    assert_eq!(share(0, 0).rate(), None);
    assert_eq!(share(1, 4).rate(), Some(0.25));
    let empty = figures(&Facts::default());
    assert_eq!((empty.visits, empty.coverage.rate()), (0, None));
}

#[test]
fn the_order_of_the_facts_does_not_matter_and_grids_add_up() {
    let visit = |outcome| VisitFact {
        channel: Channel::InPerson,
        outcome,
        reason: None,
    };
    let one = Facts {
        visits: vec![visit(Outcome::Met), visit(Outcome::Refused)],
        needs: vec![need(&["2026-11-03"], None)],
        ..Facts::default()
    };
    let two = Facts {
        visits: vec![visit(Outcome::NobodyHome)],
        needs: vec![need(&[], Some("2026-11-30"))],
        ..Facts::default()
    };
    let (mut here, mut there) = (one.clone(), two.clone());
    here.extend(&two);
    there.extend(&one);
    assert_eq!(figures(&here), figures(&there));
    assert_eq!(figures(&here).visits, 3);
    assert_eq!(figures(&here).reviews, share(1, 2));
}
