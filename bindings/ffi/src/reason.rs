//! Why a door is on a day's list, as it crosses the border.

use doorknock::model::round;

use crate::choices::PeriodKind;
use crate::ids::Uuid;
use crate::times::Day;

/// A part of the day, in the community's time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum DayPart {
    /// Before noon.
    Morning,
    /// Noon to six.
    Afternoon,
    /// From six in the evening.
    Evening,
}

fn parts(bits: u8) -> Vec<DayPart> {
    let all = [
        (round::DayPart::Morning, DayPart::Morning),
        (round::DayPart::Afternoon, DayPart::Afternoon),
        (round::DayPart::Evening, DayPart::Evening),
    ];
    let named = all.into_iter().filter(|(part, _)| bits & part.bit() != 0);
    named.map(|(_, part)| part).collect()
}

/// Why a door is on the list.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum RoundReason {
    /// Somebody promised to come back.
    FollowUp {
        /// By this day.
        on: Day,
    },
    /// A resident's matter awaits a visit.
    Matter {
        /// The matter's id.
        matter: Uuid,
        /// The day by which it is to be dealt with.
        by: Option<Day>,
    },
    /// A special period: a heat wave, cold wave, flood, epidemic.
    Period {
        /// The id of its record.
        period: Uuid,
        /// Its name.
        name: String,
        /// What makes it special, where that was said.
        kind: Option<PeriodKind>,
        /// The day the door was due.
        due: Day,
        /// Days since then; 0 is today.
        days: i64,
        /// Its last day.
        until: Day,
    },
    /// The cadence passed.
    Overdue {
        /// The day it was due.
        due: Day,
        /// Days since then, 1 or more.
        days: i64,
    },
    /// Nobody was home at the last knocks.
    NobodyHome {
        /// How often in a row.
        tries: u8,
        /// The parts of the day already tried.
        tried: Vec<DayPart>,
        /// The parts of the day left to try; none once a call is suggested.
        left: Vec<DayPart>,
        /// Call, or ask a neighbour, instead of knocking again.
        suggest_call: bool,
    },
    /// Somebody put the door on the list.
    Added {
        /// Why.
        why: Option<String>,
        /// The id of the member who did.
        by: Uuid,
    },
    /// The cadence is due.
    Due {
        /// Today.
        due: Day,
    },
    /// A care need is to be looked at again.
    Review {
        /// Since this day.
        on: Day,
    },
    /// Not yet visited for a campaign.
    Campaign {
        /// The id of its record.
        campaign: Uuid,
        /// Its name.
        name: String,
        /// Its last day.
        until: Day,
    },
    /// A new household, not yet met.
    NewHousehold {
        /// The day it moved in.
        since: Day,
    },
}

impl From<round::Reason> for RoundReason {
    fn from(reason: round::Reason) -> Self {
        match reason {
            round::Reason::FollowUp { on } => Self::FollowUp { on: on.into() },
            round::Reason::Matter { by, matter } => Self::Matter {
                matter: matter.into(),
                by: by.map(Day),
            },
            round::Reason::Period {
                due,
                days,
                name,
                kind,
                until,
                period,
            } => Self::Period {
                period: period.into(),
                name,
                kind: kind.map(PeriodKind::from),
                due: due.into(),
                days,
                until: until.into(),
            },
            round::Reason::Added { why, by } => Self::Added { why, by: by.into() },
            round::Reason::Review { on } => Self::Review { on: on.into() },
            round::Reason::Campaign {
                until,
                name,
                campaign,
            } => Self::Campaign {
                campaign: campaign.into(),
                name,
                until: until.into(),
            },
            round::Reason::Overdue { due, days } => Self::Overdue {
                due: due.into(),
                days,
            },
            round::Reason::NobodyHome {
                tries,
                tried_parts,
                parts_left,
                suggest_call,
            } => Self::NobodyHome {
                tries,
                tried: parts(tried_parts),
                left: parts(parts_left),
                suggest_call,
            },
            round::Reason::Due { due } => Self::Due { due: due.into() },
            round::Reason::NewHousehold { since } => Self::NewHousehold {
                since: since.into(),
            },
        }
    }
}
