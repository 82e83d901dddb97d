//! Whatever order things arrive in, the list is the same.

use proptest::prelude::*;

use super::*;

fn knocks() -> impl Strategy<Value = Vec<Knock>> {
    // Few ids and few times, so that replacements, chains and equal times all occur.
    let one = (
        0..8_u8,
        0..60_i64,
        0..4_u8,
        0..5_i32,
        prop::collection::vec(0..8_u8, 0..2),
    );
    prop::collection::btree_map(0..8_u8, one, 0..8).prop_map(|all| {
        all.into_iter()
            .map(|(id, (_, hours, result, promise, replaces))| Knock {
                visit: VisitId([id; 16]),
                at: at("2028-02-27T06:00") + hours * 3600,
                result: TickResult::from_code(result),
                follow_up: (promise > 2).then(|| day_of(day("2028-02-28")) + promise),
                replaces: replaces.into_iter().map(|n| VisitId([n; 16])).collect(),
            })
            .collect()
    })
}

fn decisions() -> impl Strategy<Value = Vec<Decision>> {
    let one = (
        0..5_u8,
        0..3_u8,
        0..3_u8,
        any::<bool>(),
        prop::collection::vec(0..8_u8, 0..3),
    );
    prop::collection::btree_map(0..8_u8, one, 0..8).prop_map(|all| {
        let kinds = [
            DecisionKind::Take,
            DecisionKind::Skip,
            DecisionKind::Assign,
            DecisionKind::Add,
            DecisionKind::Cancel,
        ];
        all.into_iter()
            .map(|(id, (what, door, member, assignment, cancels))| Decision {
                id: DecisionId([id; 16]),
                by: MemberId([member; 16]),
                assignment,
                record: RoundDecision {
                    door: DoorId([door; 16]),
                    what: kinds[usize::from(what)],
                    member: Some(MemberId([member; 16])),
                    reason: None,
                    cancels: Some(cancels.into_iter().map(|n| DecisionId([n; 16])).collect()),
                },
            })
            .collect()
    })
}

proptest! {
    #[test]
    fn the_list_does_not_depend_on_the_order_of_anything(
        ticks in prop::collection::vec(knocks(), 3),
        decisions in decisions(),
        cadences in prop::collection::vec(prop::sample::select(vec!["daily", "weekly", "every:2"]), 3),
        shuffle in any::<u64>(),
    ) {
        let build = |ticks: &[Vec<Knock>], decisions: Vec<Decision>, reverse: bool| {
            let mut town = Town::default();
            for (n, ticks) in (0..).zip(ticks) {
                town.doors.push(RoundDoor {
                    door: DoorId([n; 16]),
                    address: address("", "3", "", &format!("{}01", n + 1)),
                    state: DoorState::of(ticks, CST),
                    ..planned(cadences[usize::from(n)], "2028-02-20")
                });
            }
            if reverse {
                town.doors.reverse();
            }
            town.decisions = decisions;
            ["2028-02-28", "2028-02-29", "2028-03-01"].map(|date| town.list(date))
        };
        let forward = build(&ticks, decisions.clone(), false);
        let turned = |len: usize| usize::try_from(shuffle).unwrap_or(0) % len.max(1);
        let mut ticks = ticks;
        for ticks in &mut ticks {
            let by = turned(ticks.len());
            ticks.rotate_left(by);
        }
        let mut decisions = decisions;
        decisions.reverse();
        let by = turned(decisions.len());
        decisions.rotate_left(by);
        prop_assert_eq!(build(&ticks, decisions, true), forward);
    }

    #[test]
    fn folding_one_by_one_gives_what_folding_all_at_once_gives(mut ticks in knocks()) {
        ticks.iter_mut().for_each(|tick| tick.replaces.clear());
        ticks.sort_by_key(|tick| (tick.at, tick.visit));
        let mut state = DoorState::default();
        for tick in &ticks {
            state.fold(tick, CST);
        }
        ticks.reverse();
        prop_assert_eq!(DoorState::of(&ticks, CST), state);
    }
}

#[test]
fn campaigns_come_in_any_order_and_the_one_that_ends_first_gives_the_checklist() {
    let campaign = |n: u8, until: &str| Campaign {
        id: DocId([n; 16]),
        name: format!("走访{n}"),
        days: between("2028-03-01", until),
        checklist: Some([n; 16]),
        doors: Selection::default(),
    };
    let mut town = Town::of(household());
    town.campaigns = vec![campaign(1, "2028-03-10"), campaign(2, "2028-03-05")];
    let expected = town.list("2028-03-02");
    assert_eq!(expected[0].checklist, Some([2; 16]));
    town.campaigns.reverse();
    assert_eq!(town.list("2028-03-02"), expected);
}
