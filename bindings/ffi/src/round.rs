//! The day's list, as it crosses the border.

use std::time::SystemTime;

use doorknock::model::round;

use crate::error::Result;
use crate::home::Doorknock;
use crate::ids::Uuid;
use crate::times::{Day, instant};

/// A grid's list for a day.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Round {
    /// The day.
    pub date: Day,
    /// The grid's code.
    pub grid: String,
    /// When it was computed.
    pub as_of: SystemTime,
    /// Its lines, most urgent first.
    pub items: Vec<RoundLine>,
}

impl From<doorknock::Round> for Round {
    fn from(round: doorknock::Round) -> Self {
        Self {
            date: round.date.into(),
            grid: round.grid,
            as_of: instant(round.as_of),
            items: round.items.into_iter().map(RoundLine::from).collect(),
        }
    }
}

/// A line of the list.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct RoundLine {
    /// The door's id.
    pub door: Uuid,
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
    /// The names of everybody who took it.
    pub takers: Vec<String>,
    /// The names of everybody it was given to.
    pub assigned: Vec<String>,
}

impl From<doorknock::RoundLine> for RoundLine {
    fn from(line: doorknock::RoundLine) -> Self {
        Self {
            door: line.door.into(),
            address: line.address,
            status: match line.status {
                round::Status::Due => RoundStatus::Due,
                round::Status::Skipped => RoundStatus::Skipped,
                round::Status::Done => RoundStatus::Done,
            },
            reasons: line.reasons.into_iter().map(RoundReason::from).collect(),
            checklist: line.checklist,
            contact: line.contact,
            takers: line.takers.into_iter().map(|m| m.name).collect(),
            assigned: line.assigned.into_iter().map(|m| m.name).collect(),
        }
    }
}

/// What became of a line that day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum RoundStatus {
    /// To be knocked on.
    Due,
    /// Somebody decided to leave it out today.
    Skipped,
    /// Done, or tried to its end, that day.
    Done,
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
        /// Its name.
        name: String,
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
        /// Call, or ask a neighbour, instead of knocking again.
        suggest_call: bool,
    },
    /// Somebody put the door on the list.
    Added {
        /// Why.
        why: Option<String>,
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
                until,
                ..
            } => Self::Period {
                name,
                due: due.into(),
                days,
                until: until.into(),
            },
            round::Reason::Added { why, .. } => Self::Added { why },
            round::Reason::Review { on } => Self::Review { on: on.into() },
            round::Reason::Campaign { until, name, .. } => Self::Campaign {
                name,
                until: until.into(),
            },
            round::Reason::Overdue { due, days } => Self::Overdue {
                due: due.into(),
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
            round::Reason::Due { due } => Self::Due { due: due.into() },
            round::Reason::NewHousehold { since } => Self::NewHousehold {
                since: since.into(),
            },
        }
    }
}

#[uniffi::export]
impl Doorknock {
    /// Today's list of a grid; of the only grid of this device if none is named.
    ///
    /// # Errors
    /// `which_grid`, `unknown_grid`, `no_grid`, `not_joined`.
    #[uniffi::method(default(grid = None))]
    pub fn today(&self, grid: Option<String>) -> Result<Round> {
        Ok(self.core().round(grid.as_deref(), None)?.into())
    }
}
