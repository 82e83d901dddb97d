use super::*;
use crate::address::AddressParts;
use crate::kinds::{Tick, TickResult};

const CST: i32 = 8 * 60;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

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

fn door(cadence: &str) -> RoundDoor {
    RoundDoor {
        door: DoorId([1; 16]),
        address: address("阳光花园", "3栋", "2单元", "501室"),
        kind: DoorKind::Household,
        plan: Some(DuePlan {
            cadence: cadence.parse().unwrap(),
            since: day("2026-01-01"),
            until: None,
            checklist: None,
        }),
        moved_in: None,
        state: DoorState::default(),
    }
}

fn knocked(mut door: RoundDoor, knocks: &[(&str, TickResult, Option<&str>)]) -> RoundDoor {
    for (time, result, follow_up) in knocks {
        let follow_up = follow_up.map(|d| day_of(day(d)));
        let tick = Tick {
            door: door.door,
            at: at(time),
            result: *result,
            follow_up,
        };
        door.state.fold(&tick, CST);
    }
    door
}

fn words(date: &str, door: &RoundDoor) -> Option<(Status, Vec<&'static str>)> {
    let list = round(day(date), std::slice::from_ref(door));
    list.first()
        .map(|i| (i.status, i.reasons.iter().map(Reason::word).collect()))
}

#[test]
fn a_weekly_door_by_table() {
    use TickResult::{Done, NobodyHome, NotDone};
    let monday = ("2026-11-02T10:00", Done, None);
    type Line<'a> = Option<(Status, Vec<&'a str>)>;
    let table: Vec<(&str, Vec<_>, &str, Line<'_>)> = vec![
        (
            "never visited",
            vec![],
            "2026-01-01",
            Some((Status::Due, vec!["due"])),
        ),
        ("before the plan", vec![], "2025-12-31", None),
        (
            "visited today",
            vec![monday],
            "2026-11-02",
            Some((Status::Done, vec!["overdue"])),
        ),
        ("six days on", vec![monday], "2026-11-08", None),
        (
            "a week on",
            vec![monday],
            "2026-11-09",
            Some((Status::Due, vec!["due"])),
        ),
        (
            "late",
            vec![monday],
            "2026-11-12",
            Some((Status::Due, vec!["overdue"])),
        ),
        (
            "promised to return",
            vec![("2026-11-02T10:00", Done, Some("2026-11-05"))],
            "2026-11-05",
            Some((Status::Due, vec!["follow_up"])),
        ),
        (
            "the promise stays open until someone is met",
            vec![
                ("2026-11-02T10:00", Done, Some("2026-11-05")),
                ("2026-11-05T10:00", NobodyHome, None),
            ],
            "2026-11-06",
            Some((Status::Due, vec!["follow_up", "nobody_home"])),
        ),
        (
            "nobody home this morning: still to do",
            vec![monday, ("2026-11-09T09:00", NobodyHome, None)],
            "2026-11-09",
            Some((Status::Due, vec!["nobody_home", "due"])),
        ),
        (
            "nobody home, then met",
            vec![
                monday,
                ("2026-11-09T09:00", NobodyHome, None),
                ("2026-11-09T19:00", Done, None),
            ],
            "2026-11-09",
            Some((Status::Done, vec!["due"])),
        ),
        (
            "refused: done for today, still overdue tomorrow",
            vec![monday, ("2026-11-09T09:00", NotDone, None)],
            "2026-11-10",
            Some((Status::Due, vec!["overdue"])),
        ),
        (
            "visited without being due",
            vec![monday, ("2026-11-04T09:00", Done, None)],
            "2026-11-04",
            Some((Status::Done, vec![])),
        ),
    ];
    for (story, knocks, date, expected) in table {
        assert_eq!(
            words(date, &knocked(door("weekly"), &knocks)),
            expected,
            "{story}"
        );
    }
}

#[test]
fn after_three_tries_a_call_is_suggested() {
    let nobody = |time| (time, TickResult::NobodyHome, None);
    let knocks = [
        nobody("2026-11-02T09:00"),
        nobody("2026-11-03T15:00"),
        nobody("2026-11-04T19:00"),
    ];
    let door = knocked(door("weekly"), &knocks);
    let list = round(day("2026-11-05"), &[door]);
    let tried = Reason::NobodyHome {
        tries: 3,
        tried_parts: 7,
        suggest_call: true,
    };
    assert!(list[0].reasons.contains(&tried), "{:?}", list[0].reasons);
}

#[test]
fn the_day_is_the_communitys_not_the_clocks() {
    // 23:30 UTC on the 2nd is 07:30 on the 3rd in China.
    let late = at("2026-11-03T07:30");
    assert_eq!(local_day(late, CST), day_of(day("2026-11-03")));
    assert_eq!(local_day(late, 0), day_of(day("2026-11-02")));
}

#[test]
fn urgency_first_then_walking_order() {
    let mut list = Vec::new();
    for (n, (room, since)) in [
        ("1002", "2026-11-09"),
        ("201", "2026-11-09"),
        ("301", "2026-11-01"),
    ]
    .into_iter()
    .enumerate()
    {
        let mut door = door("weekly");
        door.door = DoorId([u8::try_from(n).unwrap(); 16]);
        door.address = address("", "3", "", room);
        door.plan = door.plan.map(|p| DuePlan {
            since: day(since),
            ..p
        });
        list.push(door);
    }
    let forward = round(day("2026-11-09"), &list);
    let rooms: Vec<_> = forward.iter().map(|i| i.address.room.as_str()).collect();
    assert_eq!(rooms, ["301", "201", "1002"]);
    list.reverse();
    assert_eq!(
        round(day("2026-11-09"), &list),
        forward,
        "the order of the input does not matter"
    );
}

#[test]
fn a_new_household_is_listed_for_thirty_days_or_until_met() {
    let mut new = door("quarterly");
    new.plan = None;
    new.moved_in = Some(day("2026-11-01"));
    assert_eq!(
        words("2026-11-30", &new),
        Some((Status::Due, vec!["new_household"]))
    );
    assert_eq!(words("2026-12-01", &new), None);
    let met = knocked(new, &[("2026-11-03T10:00", TickResult::Done, None)]);
    assert_eq!(words("2026-11-04", &met), None);
}
