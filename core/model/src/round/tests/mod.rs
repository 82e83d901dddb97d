//! Lists by table, for people to read.

mod decisions;
mod order;
mod special;
mod stories;
mod year;

use super::*;
use crate::address::AddressParts;
use crate::ids::{DecisionId, DocId, MatterId, VisitId};
use crate::kinds::{PeriodKind, RoundDecision, TickResult};

const CST: i32 = 8 * 60;
const GRID: &str = "G1";

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn between(since: &str, until: &str) -> Days {
    Days {
        since: day(since),
        until: day(until),
        ended: None,
    }
}

/// A time in China.
fn at(text: &str) -> i64 {
    chrono::DateTime::parse_from_rfc3339(&format!("{text}:00+08:00"))
        .unwrap()
        .timestamp()
}

fn address(compound: &str, building: &str, unit: &str, room: &str) -> Address {
    let parts = AddressParts {
        compound,
        building,
        unit,
        room,
        ..Default::default()
    };
    Address::parse_parts(&parts).unwrap()
}

/// A household without a plan: 阳光花园3栋2单元501室.
fn household() -> RoundDoor {
    RoundDoor {
        door: DoorId([1; 16]),
        address: address("阳光花园", "3栋", "2单元", "501室"),
        kind: DoorKind::Household,
        plan: None,
        moved_in: None,
        state: DoorState::default(),
    }
}

/// The same with a plan of its own since 2026-01-01.
fn door(cadence: &str) -> RoundDoor {
    planned(cadence, "2026-01-01")
}

fn planned(cadence: &str, since: &str) -> RoundDoor {
    RoundDoor {
        plan: Some(DuePlan {
            cadence: cadence.parse().unwrap(),
            since: day(since),
            until: None,
            checklist: None,
        }),
        ..household()
    }
}

/// The n-th tick of a story.
fn knock(n: u8, time: &str, result: TickResult) -> Knock {
    Knock {
        visit: VisitId([n; 16]),
        at: at(time),
        result,
        follow_up: None,
        replaces: vec![],
    }
}

fn knocked(mut door: RoundDoor, knocks: &[(&str, TickResult, Option<&str>)]) -> RoundDoor {
    let of = |(n, (time, result, follow_up)): (u8, &(&str, _, Option<&str>))| Knock {
        follow_up: follow_up.map(|d| day_of(day(d))),
        ..knock(n, time, *result)
    };
    let knocks: Vec<_> = (0..).zip(knocks).map(of).collect();
    door.state = DoorState::of(&knocks, CST);
    door
}

/// What a list is made from, owned.
#[derive(Debug, Clone, Default)]
struct Town {
    doors: Vec<RoundDoor>,
    compounds: BTreeMap<String, CompoundKind>,
    rules: Vec<PlanRule>,
    campaigns: Vec<Campaign>,
    periods: Vec<Period>,
    decisions: Vec<Decision>,
    overlay: Overlay,
}

impl Town {
    fn of(door: RoundDoor) -> Self {
        Self {
            doors: vec![door],
            ..Self::default()
        }
    }

    fn list(&self, date: &str) -> Vec<RoundItem> {
        self.list_seen_with(date, &self.overlay)
    }

    fn list_seen_with(&self, date: &str, overlay: &Overlay) -> Vec<RoundItem> {
        let base = Base {
            date: day(date),
            grid: GRID,
            doors: &self.doors,
            compounds: &self.compounds,
            rules: &self.rules,
            campaigns: &self.campaigns,
            periods: &self.periods,
            decisions: &self.decisions,
        };
        round(&base, overlay)
    }

    /// The only door's line, in words: its status and its reasons. Empty if it is not on the list.
    fn line(&self, date: &str) -> String {
        let list = self.list(date);
        let Some(item) = list.first() else {
            return String::new();
        };
        let why: Vec<_> = item.reasons.iter().map(Reason::word).collect();
        format!("{}: {}", item.status.word(), why.join(", "))
    }
}

#[test]
fn a_weekly_door_by_table() {
    use TickResult::{Done, NobodyHome, NotDone};
    let monday = ("2026-11-02T10:00", Done, None);
    let table: Vec<(&str, Vec<_>, &str, &str)> = vec![
        ("never visited", vec![], "2026-01-01", "due: due"),
        ("before the plan", vec![], "2025-12-31", ""),
        ("visited today", vec![monday], "2026-11-02", "done: overdue"),
        ("six days on", vec![monday], "2026-11-08", ""),
        ("a week on", vec![monday], "2026-11-09", "due: due"),
        ("late", vec![monday], "2026-11-12", "due: overdue"),
        (
            "promised to return",
            vec![("2026-11-02T10:00", Done, Some("2026-11-05"))],
            "2026-11-05",
            "due: follow_up",
        ),
        (
            "the promise stays open until someone is met",
            vec![
                ("2026-11-02T10:00", Done, Some("2026-11-05")),
                ("2026-11-05T10:00", NobodyHome, None),
            ],
            "2026-11-06",
            "due: follow_up, nobody_home",
        ),
        (
            "nobody home this morning: still to do",
            vec![monday, ("2026-11-09T09:00", NobodyHome, None)],
            "2026-11-09",
            "due: nobody_home, due",
        ),
        (
            "nobody home, then met",
            vec![
                monday,
                ("2026-11-09T09:00", NobodyHome, None),
                ("2026-11-09T19:00", Done, None),
            ],
            "2026-11-09",
            "done: due",
        ),
        (
            "refused: done for today",
            vec![monday, ("2026-11-09T09:00", NotDone, None)],
            "2026-11-09",
            "done: due",
        ),
        (
            "refused: still overdue tomorrow",
            vec![monday, ("2026-11-09T09:00", NotDone, None)],
            "2026-11-10",
            "due: overdue",
        ),
        (
            "visited without being due",
            vec![monday, ("2026-11-04T09:00", Done, None)],
            "2026-11-04",
            "done: ",
        ),
    ];
    for (story, knocks, date, expected) in table {
        let town = Town::of(knocked(door("weekly"), &knocks));
        assert_eq!(town.line(date), expected, "{story}");
    }
}

#[test]
fn urgency_first_then_walking_order() {
    let mut town = Town::default();
    let rooms = [
        ("1002", "2026-11-09"),
        ("201", "2026-11-09"),
        ("301", "2026-11-01"),
    ];
    for (n, (room, since)) in (0..).zip(rooms) {
        town.doors.push(RoundDoor {
            door: DoorId([n; 16]),
            address: address("", "3", "", room),
            ..planned("weekly", since)
        });
    }
    let rooms: Vec<_> = town
        .list("2026-11-09")
        .into_iter()
        .map(|i| i.address.room)
        .collect();
    assert_eq!(rooms, ["301", "201", "1002"]);
}
