//! How often, as it crosses the border.

use doorknock::model::Message;
use doorknock::model::cadence::{self, Weekdays};

use crate::error::{DoorknockError, Result, unknown_choice};
use crate::times::Day;

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum Weekday {
    /// 周一.
    Monday,
    /// 周二.
    Tuesday,
    /// 周三.
    Wednesday,
    /// 周四.
    Thursday,
    /// 周五.
    Friday,
    /// 周六.
    Saturday,
    /// 周日.
    Sunday,
}

/// Each with what the calendar calls it.
const WEEK: [(Weekday, chrono::Weekday); 7] = [
    (Weekday::Monday, chrono::Weekday::Mon),
    (Weekday::Tuesday, chrono::Weekday::Tue),
    (Weekday::Wednesday, chrono::Weekday::Wed),
    (Weekday::Thursday, chrono::Weekday::Thu),
    (Weekday::Friday, chrono::Weekday::Fri),
    (Weekday::Saturday, chrono::Weekday::Sat),
    (Weekday::Sunday, chrono::Weekday::Sun),
];

/// How often a door is knocked on.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum Cadence {
    /// Every day.
    Daily,
    /// Seven days after the last visit.
    Weekly,
    /// The same day of the next month; the month's last day where it has no such day.
    Monthly,
    /// Three months on, in the same way.
    Quarterly,
    /// So many days after the last visit.
    EveryDays {
        /// How many, 1 to 366.
        days: u16,
    },
    /// On these weekdays.
    OnWeekdays {
        /// Which; one at least, in any order.
        weekdays: Vec<Weekday>,
    },
    /// One of a newer version: shown as unknown, never recorded.
    Unknown,
}

impl From<cadence::Cadence> for Cadence {
    fn from(cadence: cadence::Cadence) -> Self {
        match cadence {
            cadence::Cadence::Daily => Self::Daily,
            cadence::Cadence::Weekly => Self::Weekly,
            cadence::Cadence::Monthly => Self::Monthly,
            cadence::Cadence::Quarterly => Self::Quarterly,
            cadence::Cadence::EveryDays(days) => Self::EveryDays { days },
            cadence::Cadence::Weekdays(set) => {
                let held = WEEK.into_iter().filter(|(_, day)| set.contains(*day));
                let weekdays = held.map(|(day, _)| day).collect();
                Self::OnWeekdays { weekdays }
            }
        }
    }
}

impl Cadence {
    /// One that the facade shows as text.
    pub(crate) fn read(text: &str) -> Self {
        text.parse::<cadence::Cadence>()
            .map_or(Self::Unknown, Self::from)
    }
}

impl TryFrom<Cadence> for cadence::Cadence {
    type Error = DoorknockError;
    fn try_from(cadence: Cadence) -> Result<Self> {
        Ok(match cadence {
            Cadence::Daily => Self::Daily,
            Cadence::Weekly => Self::Weekly,
            Cadence::Monthly => Self::Monthly,
            Cadence::Quarterly => Self::Quarterly,
            Cadence::EveryDays { days } if (1..=366).contains(&days) => Self::EveryDays(days),
            Cadence::EveryDays { .. } => return Err(bad_cadence()),
            Cadence::OnWeekdays { weekdays } => {
                let held = WEEK.into_iter().filter(|(day, _)| weekdays.contains(day));
                let held: Vec<_> = held.map(|(_, day)| day).collect();
                Self::Weekdays(Weekdays::new(&held).ok_or_else(bad_cadence)?)
            }
            Cadence::Unknown => return Err(unknown_choice()),
        })
    }
}

fn bad_cadence() -> DoorknockError {
    Message::new(
        "bad_cadence",
        "走访频次不对：天数为 1 到 366，或至少选一个星期几。",
        "This is no cadence: days are 1 to 366, and of weekdays one at least.",
    )
    .into()
}

/// A change to how often a door is knocked on.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum CadenceEdit {
    /// This often.
    Put {
        /// How often.
        cadence: Cadence,
    },
    /// Takes it away.
    Clear,
}

impl TryFrom<CadenceEdit> for Option<cadence::Cadence> {
    type Error = DoorknockError;
    fn try_from(edit: CadenceEdit) -> Result<Self> {
        match edit {
            CadenceEdit::Put { cadence } => Ok(Some(cadence.try_into()?)),
            CadenceEdit::Clear => Ok(None),
        }
    }
}

/// A change to a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum DayEdit {
    /// This day.
    Put {
        /// Which.
        day: Day,
    },
    /// Takes it away.
    Clear,
}

impl From<DayEdit> for Option<chrono::NaiveDate> {
    fn from(edit: DayEdit) -> Self {
        match edit {
            DayEdit::Put { day } => Some(day.0),
            DayEdit::Clear => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cadence_crosses_and_comes_back_and_what_is_none_is_refused() {
        for text in [
            "daily",
            "weekly",
            "monthly",
            "quarterly",
            "every:10",
            "weekdays:157",
        ] {
            let known: cadence::Cadence = text.parse().unwrap();
            assert_eq!(Cadence::read(text), Cadence::from(known));
            assert_eq!(cadence::Cadence::try_from(Cadence::read(text)), Ok(known));
        }
        assert_eq!(Cadence::read("lunar:3"), Cadence::Unknown);
        let none = [
            Cadence::EveryDays { days: 0 },
            Cadence::EveryDays { days: 367 },
            Cadence::OnWeekdays { weekdays: vec![] },
        ];
        for none in none {
            assert_eq!(cadence::Cadence::try_from(none), Err(bad_cadence()));
        }
        let newer = cadence::Cadence::try_from(Cadence::Unknown);
        assert_eq!(newer, Err(unknown_choice()));
    }
}
