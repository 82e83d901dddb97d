//! How often a door is due, and when it is due next.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};

use crate::care::RiskLevel;
use crate::checklist::Label;

/// How often a door is knocked on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cadence {
    /// Every day.
    Daily,
    /// Seven days after the last visit.
    Weekly,
    /// The same day of the next month; the month's last day where it has no such day.
    Monthly,
    /// Three months on, in the same way.
    Quarterly,
    /// This many days after the last visit, 1 to 366.
    EveryDays(u16),
    /// On these weekdays.
    Weekdays(Weekdays),
}

/// A non-empty set of weekdays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Weekdays(u8);

impl Weekdays {
    /// The set; `None` if empty.
    #[must_use]
    pub fn new(days: &[Weekday]) -> Option<Self> {
        let bits = days
            .iter()
            .fold(0, |bits, day| bits | 1 << day.num_days_from_monday());
        (bits != 0).then_some(Self(bits))
    }

    /// Whether the day is in the set.
    #[must_use]
    pub fn contains(self, day: Weekday) -> bool {
        self.0 & (1 << day.num_days_from_monday()) != 0
    }

    /// The names of its days, Monday's first.
    fn named(self, names: [&'static str; 7]) -> Vec<&'static str> {
        let days = (0..).zip(names).filter(|(n, _)| self.0 & (1 << n) != 0);
        days.map(|(_, name)| name).collect()
    }
}

impl Cadence {
    /// The default for a risk level (docs/design.md): high weekly, key monthly, general
    /// quarterly.
    #[must_use]
    pub const fn default_for(risk: RiskLevel) -> Self {
        match risk {
            RiskLevel::High => Self::Weekly,
            RiskLevel::Key => Self::Monthly,
            RiskLevel::General => Self::Quarterly,
        }
    }

    /// About how many visits a year it makes; to tell which of two cadences is the more frequent.
    #[must_use]
    pub const fn visits_a_year(self) -> u32 {
        match self {
            Self::Daily => 365,
            Self::Weekly => 52,
            Self::Monthly => 12,
            Self::Quarterly => 4,
            Self::EveryDays(0) => 365,
            Self::EveryDays(days) => 365 / days as u32,
            Self::Weekdays(set) => 52 * set.0.count_ones(),
        }
    }

    /// About how many days lie between two visits, 1 or more.
    #[must_use]
    pub const fn days(self) -> u16 {
        match self {
            Self::Daily | Self::Weekdays(_) => 1,
            Self::Weekly => 7,
            Self::Monthly => 28,
            Self::Quarterly => 90,
            Self::EveryDays(0) => 1,
            Self::EveryDays(n) => n,
        }
    }

    /// The first day on which a visit is due: after the last one since the plan began, or, if there was
    /// none, from that day on. A plan that begins anew, because a risk rose, thus asks for a visit at
    /// once, whenever the last one was. Saturates at the calendar's end.
    #[must_use]
    pub fn next_due(self, last_done: Option<NaiveDate>, since: NaiveDate) -> NaiveDate {
        let Some(last) = last_done.filter(|last| *last >= since) else {
            return match self {
                Self::Weekdays(set) => first_in(set, since),
                _ => since,
            };
        };
        let next = match self {
            Self::Daily => last.checked_add_days(Days::new(1)),
            Self::Weekly => last.checked_add_days(Days::new(7)),
            Self::Monthly => last.checked_add_months(Months::new(1)),
            Self::Quarterly => last.checked_add_months(Months::new(3)),
            Self::EveryDays(n) => last.checked_add_days(Days::new(u64::from(n.max(1)))),
            Self::Weekdays(set) => last.succ_opt().map(|day| first_in(set, day)),
        };
        next.unwrap_or(NaiveDate::MAX)
    }
}

fn first_in(set: Weekdays, from: NaiveDate) -> NaiveDate {
    from.iter_days()
        .take(7)
        .find(|day| set.contains(day.weekday()))
        .unwrap_or(from)
}

impl Cadence {
    /// How people say it: 每周一、五; Mon Fri.
    #[must_use]
    pub fn label(self) -> Label {
        let (zh, en) = match self {
            Self::Daily => ("每天", "daily"),
            Self::Weekly => ("每周", "weekly"),
            Self::Monthly => ("每月", "monthly"),
            Self::Quarterly => ("每季度", "quarterly"),
            Self::EveryDays(n) => {
                return Label::new(&format!("每 {n} 天"), &format!("every {n} days"));
            }
            Self::Weekdays(set) => {
                let zh = set.named(["一", "二", "三", "四", "五", "六", "日"]);
                let en = set.named(["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]);
                return Label::new(&format!("每周{}", zh.join("、")), &en.join(" "));
            }
        };
        Label::new(zh, en)
    }
}

/// The form in documents and on the command line: `daily`, `weekly`, `monthly`, `quarterly`,
/// `every:10`, `weekdays:135` (Monday is 1).
impl fmt::Display for Cadence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Daily => f.write_str("daily"),
            Self::Weekly => f.write_str("weekly"),
            Self::Monthly => f.write_str("monthly"),
            Self::Quarterly => f.write_str("quarterly"),
            Self::EveryDays(n) => write!(f, "every:{n}"),
            Self::Weekdays(set) => {
                f.write_str("weekdays:")?;
                (1..=7)
                    .filter(|d| set.0 & (1 << (d - 1)) != 0)
                    .try_for_each(|d| write!(f, "{d}"))
            }
        }
    }
}

/// The text is not a cadence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a cadence is daily, weekly, monthly, quarterly, every:N or weekdays:135")]
pub struct BadCadence;

impl FromStr for Cadence {
    type Err = BadCadence;

    fn from_str(text: &str) -> Result<Self, BadCadence> {
        Ok(match text {
            "daily" => Self::Daily,
            "weekly" => Self::Weekly,
            "monthly" => Self::Monthly,
            "quarterly" => Self::Quarterly,
            _ => {
                let (kind, rest) = text.split_once(':').ok_or(BadCadence)?;
                match kind {
                    "every" => {
                        let days: u16 = rest.parse().map_err(|_| BadCadence)?;
                        (1..=366)
                            .contains(&days)
                            .then_some(Self::EveryDays(days))
                            .ok_or(BadCadence)?
                    }
                    "weekdays" => weekdays(rest)?,
                    _ => return Err(BadCadence),
                }
            }
        })
    }
}

fn weekdays(digits: &str) -> Result<Cadence, BadCadence> {
    let mut bits = 0;
    for digit in digits.bytes() {
        if !(b'1'..=b'7').contains(&digit) {
            return Err(BadCadence);
        }
        bits |= 1 << (digit - b'1');
    }
    (bits != 0)
        .then_some(Cadence::Weekdays(Weekdays(bits)))
        .ok_or(BadCadence)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn due_dates_by_table() {
        let since = day("2026-01-01");
        let table = [
            ("daily", Some("2026-02-28"), "2026-03-01"),
            ("weekly", Some("2026-12-28"), "2027-01-04"),
            ("monthly", Some("2026-01-31"), "2026-02-28"),
            ("monthly", Some("2028-01-31"), "2028-02-29"),
            ("quarterly", Some("2026-11-30"), "2027-02-28"),
            ("every:10", Some("2026-02-20"), "2026-03-02"),
            ("weekdays:15", Some("2026-11-20"), "2026-11-23"), // Friday -> Monday
            ("weekdays:15", Some("2026-11-23"), "2026-11-27"), // Monday -> Friday
            ("weekdays:3", None, "2026-01-07"),                // Thursday -> Wednesday
            ("weekly", None, "2026-01-01"),
            ("weekly", Some("2025-12-31"), "2026-01-01"), // before the plan began
            ("weekly", Some("2026-01-01"), "2026-01-08"),
        ];
        for (cadence, last, due) in table {
            let got = cadence
                .parse::<Cadence>()
                .unwrap()
                .next_due(last.map(day), since);
            assert_eq!(got, day(due), "{cadence} after {last:?}");
        }
    }

    #[test]
    fn more_frequent_cadences_make_more_visits() {
        let order = [
            "daily",
            "weekdays:12345",
            "every:2",
            "weekdays:15",
            "weekly",
            "every:10",
            "monthly",
            "quarterly",
            "every:366",
        ];
        let visits = order.map(|text| text.parse::<Cadence>().unwrap().visits_a_year());
        assert!(visits.is_sorted_by(|a, b| a > b), "{visits:?}");
    }

    #[test]
    fn a_cadence_reads_back_what_it_prints_and_nonsense_is_refused() {
        for text in [
            "daily",
            "weekly",
            "monthly",
            "quarterly",
            "every:366",
            "weekdays:1357",
        ] {
            assert_eq!(text.parse::<Cadence>().unwrap().to_string(), text);
        }
        for bad in [
            "",
            "hourly",
            "every:0",
            "every:367",
            "every:",
            "weekdays:",
            "weekdays:8",
        ] {
            assert_eq!(bad.parse::<Cadence>(), Err(BadCadence), "{bad}");
        }
    }
}
