//! Every cadence over 2028, a leap year that begins on a Saturday: the days on which a door is due
//! that is visited each time it is, written out month by month.

use super::*;

/// The days of 2028 on which the door turned up, when somebody came after `late` more days and met
/// somebody.
fn year(mut door: RoundDoor, late: u32) -> String {
    let mut months = vec![Vec::new(); 12];
    let mut knocks = Vec::new();
    let mut waited = 0;
    for date in day("2028-01-01").iter_days().take(366) {
        let text = date.to_string();
        if Town::of(door.clone()).line(&text).is_empty() {
            continue;
        }
        if waited == 0 {
            let month = chrono::Datelike::month0(&date) as usize;
            months[month].push(chrono::Datelike::day(&date).to_string());
        }
        if waited == late {
            let n = u16::try_from(knocks.len()).unwrap().to_be_bytes();
            let mut visit = [0; 16];
            visit[..2].copy_from_slice(&n);
            knocks.push(Knock {
                visit: VisitId(visit),
                ..knock(0, &format!("{text}T10:00"), TickResult::Done)
            });
            door.state = DoorState::of(&knocks, CST);
            waited = 0;
        } else {
            waited += 1;
        }
    }
    let line = |(n, days): (usize, Vec<String>)| format!("{}月 {}", n + 1, days.join(" "));
    let lines: Vec<_> = months
        .into_iter()
        .enumerate()
        .filter(|(_, days)| !days.is_empty())
        .map(line)
        .collect();
    lines.join("\n")
}

fn check(cadence: &str, since: &str, late: u32, expected: &str) {
    let expected: Vec<_> = expected
        .lines()
        .map(str::trim)
        .filter(|l| !l.is_empty())
        .collect();
    let got = year(planned(cadence, since), late);
    assert_eq!(
        got,
        expected.join("\n"),
        "{cadence} since {since}, {late} days late"
    );
}

#[test]
fn daily_is_every_day_the_leap_day_too() {
    let days = |last: u32| {
        (1..=last)
            .map(|d| d.to_string())
            .collect::<Vec<_>>()
            .join(" ")
    };
    let lengths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let months: Vec<_> = (1..)
        .zip(lengths)
        .map(|(m, d)| format!("{m}月 {}", days(d)))
        .collect();
    check("daily", "2028-01-01", 0, &months.join("\n"));
}

#[test]
fn weekly_is_the_same_weekday() {
    check(
        "weekly",
        "2028-01-03", // a Monday
        0,
        "1月 3 10 17 24 31
         2月 7 14 21 28
         3月 6 13 20 27
         4月 3 10 17 24
         5月 1 8 15 22 29
         6月 5 12 19 26
         7月 3 10 17 24 31
         8月 7 14 21 28
         9月 4 11 18 25
         10月 2 9 16 23 30
         11月 6 13 20 27
         12月 4 11 18 25",
    );
}

#[test]
fn weekly_counts_from_the_visit_when_the_visit_was_late() {
    // Due on Tuesday, visited on Wednesday: due again on the next Wednesday, visited on Thursday.
    check(
        "weekly",
        "2028-02-15",
        1,
        "2月 15 23
         3月 2 10 18 26
         4月 3 11 19 27
         5月 5 13 21 29
         6月 6 14 22 30
         7月 8 16 24
         8月 1 9 17 25
         9月 2 10 18 26
         10月 4 12 20 28
         11月 5 13 21 29
         12月 7 15 23 31",
    );
}

#[test]
fn monthly_is_the_same_day_and_the_last_where_there_is_none() {
    check(
        "monthly",
        "2028-01-15",
        0,
        "1月 15
         2月 15
         3月 15
         4月 15
         5月 15
         6月 15
         7月 15
         8月 15
         9月 15
         10月 15
         11月 15
         12月 15",
    );
    // From the 31st to the leap day; from then on a month after the visit of the 29th.
    check(
        "monthly",
        "2028-01-31",
        0,
        "1月 31
         2月 29
         3月 29
         4月 29
         5月 29
         6月 29
         7月 29
         8月 29
         9月 29
         10月 29
         11月 29
         12月 29",
    );
}

#[test]
fn quarterly_is_three_months_on() {
    check(
        "quarterly",
        "2028-01-31",
        0,
        "1月 31
         4月 30
         7月 30
         10月 30",
    );
    check(
        "quarterly",
        "2028-02-29",
        0,
        "2月 29
         5月 29
         8月 29
         11月 29",
    );
}

#[test]
fn every_ten_days_and_every_366() {
    check(
        "every:10",
        "2028-01-01",
        0,
        "1月 1 11 21 31
         2月 10 20
         3月 1 11 21 31
         4月 10 20 30
         5月 10 20 30
         6月 9 19 29
         7月 9 19 29
         8月 8 18 28
         9月 7 17 27
         10月 7 17 27
         11月 6 16 26
         12月 6 16 26",
    );
    check("every:366", "2028-01-01", 0, "1月 1");
}

#[test]
fn on_weekdays_it_is_those_days_only() {
    check(
        "weekdays:25", // Tuesdays and Fridays
        "2028-02-19",  // a Saturday
        0,
        "2月 22 25 29
         3月 3 7 10 14 17 21 24 28 31
         4月 4 7 11 14 18 21 25 28
         5月 2 5 9 12 16 19 23 26 30
         6月 2 6 9 13 16 20 23 27 30
         7月 4 7 11 14 18 21 25 28
         8月 1 4 8 11 15 18 22 25 29
         9月 1 5 8 12 15 19 22 26 29
         10月 3 6 10 13 17 20 24 27 31
         11月 3 7 10 14 17 21 24 28
         12月 1 5 8 12 15 19 22 26 29",
    );
}

#[test]
fn a_plan_ends_on_its_last_day() {
    let mut door = planned("daily", "2028-02-27");
    door.plan = door.plan.map(|plan| DuePlan {
        until: Some(day("2028-03-02")),
        ..plan
    });
    assert_eq!(year(door, 0), "2月 27 28 29\n3月 1 2");
}

#[test]
fn a_plan_is_not_overdue_from_before_it_began() {
    let met = knocked(
        planned("weekly", "2028-05-10"),
        &[("2027-01-04T10:00", TickResult::Done, None)],
    );
    assert_eq!(Town::of(met.clone()).line("2028-05-09"), "");
    assert_eq!(Town::of(met.clone()).line("2028-05-10"), "due: due");
    assert_eq!(Town::of(met).line("2028-05-11"), "due: overdue");
}

#[test]
fn the_day_is_the_communitys_whatever_zone_a_phone_is_in() {
    // One moment, 00:05 on the first of March in China, on the leap day almost everywhere else.
    let moment = at("2028-03-01T00:05");
    for (zone, expected) in [
        (8 * 60, "2028-03-01"),
        (0, "2028-02-29"),
        (-5 * 60, "2028-02-29"),
    ] {
        assert_eq!(local_day(moment, zone), day_of(day(expected)), "{zone}");
    }
    // So a visit five minutes before midnight counts for one day, five minutes after for the next.
    let table = [
        ("2028-02-29T23:55", "2028-03-01", "due: due"),
        ("2028-03-01T00:05", "2028-03-01", "done: overdue"),
    ];
    for (visited, date, expected) in table {
        let door = knocked(
            planned("daily", "2028-02-28"),
            &[(visited, TickResult::Done, None)],
        );
        assert_eq!(Town::of(door).line(date), expected, "{visited}");
    }
}
