//! The day's list, as it crosses the border.

use std::time::SystemTime;

use doorknock::model::round;

use crate::choices::DecisionKind;
use crate::error::Result;
use crate::home::Doorknock;
use crate::ids::Uuid;
use crate::reason::RoundReason;
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
    /// Everybody who took it.
    pub takers: Vec<MemberName>,
    /// Everybody it was given to.
    pub assigned: Vec<MemberName>,
    /// What people decided about it that day and did not take back.
    pub decisions: Vec<Decision>,
}

/// A member with the name colleagues see.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct MemberName {
    /// The member's id.
    pub member: Uuid,
    /// The name, or the beginning of the id while the name is not here.
    pub name: String,
}

impl From<doorknock::MemberName> for MemberName {
    fn from(who: doorknock::MemberName) -> Self {
        Self {
            member: who.member.into(),
            name: who.name,
        }
    }
}

/// Something decided about a door on a day's list.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Decision {
    /// Names it for `undo_decision`.
    pub decision: Uuid,
    /// What.
    pub what: DecisionKind,
    /// Who decided.
    pub by: MemberName,
    /// Who is to go there, for an assignment.
    pub member: Option<MemberName>,
    /// Why, for leaving out and adding.
    pub reason: Option<String>,
}

impl From<doorknock::DecisionInfo> for Decision {
    fn from(info: doorknock::DecisionInfo) -> Self {
        Self {
            decision: info.decision.into(),
            what: info.what.into(),
            by: info.by.into(),
            member: info.member.map(MemberName::from),
            reason: info.reason,
        }
    }
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
            takers: line.takers.into_iter().map(MemberName::from).collect(),
            assigned: line.assigned.into_iter().map(MemberName::from).collect(),
            decisions: line.decisions.into_iter().map(Decision::from).collect(),
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

#[uniffi::export]
impl Doorknock {
    /// Today's list of a grid; of the only grid of this device if none is named. A list is as long as its grid
    /// has doors at most, 200 to 400.
    ///
    /// # Errors
    /// `which_grid`, `unknown_grid`, `no_grid`, `not_joined`.
    #[uniffi::method(default(grid = None))]
    pub fn today(&self, grid: Option<String>) -> Result<Round> {
        Ok(self.core().round(grid.as_deref(), None)?.into())
    }

    /// The same for any day: for one that is over as it stood then.
    ///
    /// # Errors
    /// `which_grid`, `unknown_grid`, `no_grid`, `not_joined`, `bad_date`.
    #[uniffi::method(default(grid = None))]
    pub fn round(&self, date: Day, grid: Option<String>) -> Result<Round> {
        Ok(self.core().round(grid.as_deref(), Some(date.0))?.into())
    }
}
