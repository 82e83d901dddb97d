//! The day's list, as it crosses the border.

use doorknock::model::round;

/// A grid's list for a day.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Round {
    /// The day, `YYYY-MM-DD`.
    pub date: String,
    /// The grid's code.
    pub grid: String,
    /// When it was computed, RFC 3339.
    pub as_of: String,
    /// Its lines, most urgent first.
    pub items: Vec<RoundLine>,
}

impl From<doorknock::Round> for Round {
    fn from(round: doorknock::Round) -> Self {
        Self {
            date: round.date.to_string(),
            grid: round.grid,
            as_of: round.as_of.to_rfc3339(),
            items: round.items.into_iter().map(RoundLine::from).collect(),
        }
    }
}

/// A line of the list.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct RoundLine {
    /// The door's id.
    pub door: String,
    /// Its address, in full.
    pub address: String,
    /// Done or not.
    pub status: RoundStatus,
    /// Why it is listed, most urgent first.
    pub reasons: Vec<RoundReason>,
    /// The checklist to use, by its code.
    pub checklist: Option<String>,
    /// Who lives there; only where this device holds the grid's casework.
    pub contact: Option<String>,
}

impl From<doorknock::RoundLine> for RoundLine {
    fn from(line: doorknock::RoundLine) -> Self {
        Self {
            door: line.door.to_string(),
            address: line.address,
            status: match line.status {
                round::Status::Due => RoundStatus::Due,
                round::Status::Done => RoundStatus::Done,
            },
            reasons: line.reasons.into_iter().map(RoundReason::from).collect(),
            checklist: line.checklist,
            contact: line.contact,
        }
    }
}

/// What became of a line that day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum RoundStatus {
    /// To be knocked on.
    Due,
    /// Done, or tried to its end, that day.
    Done,
}

/// Why a door is on the list.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum RoundReason {
    /// Somebody promised to come back.
    FollowUp {
        /// By this day.
        on: String,
    },
    /// The cadence passed.
    Overdue {
        /// The day it was due.
        due: String,
        /// Days since then, 1 or more.
        days: i64,
    },
    /// Nobody was home at the last knocks.
    NobodyHome {
        /// How often in a row.
        tries: u8,
        /// Call, or ask a neighbour, instead of knocking again.
        suggest_call: bool,
    },
    /// The cadence is due.
    Due {
        /// Today.
        due: String,
    },
    /// A new household, not yet met.
    NewHousehold {
        /// The day it moved in.
        since: String,
    },
}

impl From<round::Reason> for RoundReason {
    fn from(reason: round::Reason) -> Self {
        match reason {
            round::Reason::FollowUp { on } => Self::FollowUp { on: on.to_string() },
            round::Reason::Overdue { due, days } => Self::Overdue {
                due: due.to_string(),
                days,
            },
            round::Reason::NobodyHome {
                tries,
                suggest_call,
                ..
            } => Self::NobodyHome {
                tries,
                suggest_call,
            },
            round::Reason::Due { due } => Self::Due {
                due: due.to_string(),
            },
            round::Reason::NewHousehold { since } => Self::NewHousehold {
                since: since.to_string(),
            },
        }
    }
}
