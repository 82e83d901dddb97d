//! What crosses the border: immutable records. Each says the same as the facade's type it comes from.

use doorknock::model::Message;
use doorknock::model::access;
use doorknock::model::checklist::Label;
use doorknock::model::kinds;
use doorknock::model::round;

use crate::error::{DoorknockError, unknown_choice};

/// An enumeration of the model, with `Unknown` for values of newer versions.
macro_rules! choices {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
        pub enum $name {
            $($(#[$vdoc])* $variant,)*
            /// A value of a newer version: shown as unknown, never recorded.
            Unknown,
        }

        impl From<kinds::$name> for $name {
            fn from(value: kinds::$name) -> Self {
                match value {
                    $(kinds::$name::$variant => Self::$variant,)*
                    kinds::$name::Other(_) => Self::Unknown,
                }
            }
        }

        impl TryFrom<$name> for kinds::$name {
            type Error = DoorknockError;
            fn try_from(value: $name) -> Result<Self, DoorknockError> {
                match value {
                    $($name::$variant => Ok(Self::$variant),)*
                    $name::Unknown => Err(unknown_choice()),
                }
            }
        }
    };
}

choices! {
    /// What a visit found.
    Outcome {
        /// Somebody was met.
        Met,
        /// Nobody answered.
        NobodyHome,
        /// The visit was declined.
        Refused,
        /// They have moved away.
        MovedAway,
        /// The person has died.
        Deceased,
    }
}

choices! {
    /// How a visit was made.
    Channel {
        /// Inside the home.
        InPerson,
        /// At the door, not inside.
        AtTheDoor,
        /// By telephone.
        Phone,
        /// By video call.
        Video,
    }
}

/// Who can be invited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum Role {
    /// A grid worker: the grids named.
    Worker,
    /// Office staff: every grid.
    Staff,
}

impl From<Role> for access::Role {
    fn from(role: Role) -> Self {
        match role {
            Role::Worker => Self::Worker,
            Role::Staff => Self::Staff,
        }
    }
}

/// A text in both languages.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Text {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl From<Label> for Text {
    fn from(label: Label) -> Self {
        let Label { zh, en } = label;
        Self { zh, en }
    }
}

/// A report for people, with a stable code for programs.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Notice {
    /// Stable, lower-case, words joined by underscores.
    pub code: String,
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl From<Message> for Notice {
    fn from(message: Message) -> Self {
        let Message { code, zh, en } = message;
        Self {
            code: code.to_owned(),
            zh,
            en,
        }
    }
}

/// A device that joined.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Joined {
    /// The member's id.
    pub member: String,
    /// The device's id.
    pub device: String,
}

/// A row of a roster that was not taken.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct RefusedRow {
    /// Its number among the rows given, 1 first.
    pub row: u32,
    /// Why.
    pub reason: Notice,
}

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ImportReport {
    /// Doors that are new.
    pub doors_added: u64,
    /// Doors of which something changed, or of someone behind them.
    pub doors_updated: u64,
    /// Doors of which nothing changed.
    pub unchanged: u64,
    /// Rows not taken.
    pub rows_refused: Vec<RefusedRow>,
    /// Columns that may not be kept.
    pub columns_dropped: Vec<String>,
    /// Columns whose meaning is not known; not kept either.
    pub columns_unknown: Vec<String>,
}

/// What a sync did.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct SyncReport {
    /// Changes the hub now holds, by verified receipts.
    pub pushed: u64,
    /// Changes of others applied here.
    pub pulled: u64,
    /// Inputs set aside.
    pub quarantined: u64,
    /// Requests answered.
    pub round_trips: u32,
    /// Bytes of request bodies.
    pub bytes_up: u64,
    /// Bytes of answer bodies.
    pub bytes_down: u64,
}

impl From<doorknock::SyncReport> for SyncReport {
    fn from(report: doorknock::SyncReport) -> Self {
        Self {
            pushed: report.pushed as u64,
            pulled: report.pulled as u64,
            quarantined: report.quarantined as u64,
            round_trips: report.round_trips,
            bytes_up: report.bytes_up as u64,
            bytes_down: report.bytes_down as u64,
        }
    }
}

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

/// A visit to record.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct NewVisit {
    /// The door's id.
    pub door: String,
    /// What it found.
    pub outcome: Outcome,
    /// How it was made.
    pub channel: Channel,
    /// When, RFC 3339; now if absent.
    #[uniffi(default = None)]
    pub at: Option<String>,
    /// Who came along.
    #[uniffi(default = [])]
    pub companions: Vec<String>,
    /// Answers to the checklist's items, each `item=value`.
    #[uniffi(default = [])]
    pub answers: Vec<String>,
    /// In the worker's words.
    #[uniffi(default = None)]
    pub summary: Option<String>,
    /// A promised return, `YYYY-MM-DD`.
    #[uniffi(default = None)]
    pub follow_up: Option<String>,
}

/// A visit.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Visit {
    /// Its id.
    pub visit: String,
    /// The door's id.
    pub door: String,
    /// The door's address; empty if its card is not here.
    pub address: String,
    /// When it took place, RFC 3339 in the community's time zone.
    pub at: String,
    /// The author's name.
    pub by: String,
    /// The author's id.
    pub member: String,
    /// The id of the device that signed it.
    pub device: String,
    /// How it was made.
    pub channel: Channel,
    /// What it found.
    pub outcome: Outcome,
    /// Who came along.
    pub companions: Vec<String>,
    /// The checklist's answers.
    pub answers: Vec<Answer>,
    /// In the worker's words.
    pub summary: Option<String>,
    /// A promised return, `YYYY-MM-DD`.
    pub follow_up: Option<String>,
}

impl From<doorknock::VisitInfo> for Visit {
    fn from(visit: doorknock::VisitInfo) -> Self {
        Self {
            visit: visit.visit.to_string(),
            door: visit.door.to_string(),
            address: visit.address,
            at: visit.at.to_rfc3339(),
            by: visit.by,
            member: visit.member.to_string(),
            device: visit.device.to_string(),
            channel: visit.channel.into(),
            outcome: visit.outcome.into(),
            companions: visit.with,
            answers: visit.answers.into_iter().map(Answer::from).collect(),
            summary: visit.summary,
            follow_up: visit.follow_up.map(|day| day.to_string()),
        }
    }
}

/// An answer with its question.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Answer {
    /// The item's code.
    pub item: String,
    /// The question.
    pub question: Text,
    /// The answer in words.
    pub answer: Text,
}

impl From<doorknock::AnswerLine> for Answer {
    fn from(line: doorknock::AnswerLine) -> Self {
        Self {
            item: line.code,
            question: line.question.into(),
            answer: line.answer.into(),
        }
    }
}

/// Something a search found.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct SearchHit {
    /// `door`, `person` or `visit`.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// A line for people.
    pub title: String,
    /// The id of the door it belongs to.
    pub door: Option<String>,
}

impl From<doorknock::SearchHit> for SearchHit {
    fn from(hit: doorknock::SearchHit) -> Self {
        Self {
            kind: hit.kind.to_owned(),
            id: hit.id,
            title: hit.title,
            door: hit.door.map(|door| door.to_string()),
        }
    }
}

/// Where a home stands, never a guess.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Status {
    /// Changes recorded here for which no verified receipt is held.
    pub pending: u64,
    /// Visits among them.
    pub pending_visits: u64,
    /// Changes of this device that the hub holds, by verified receipts.
    pub at_hub: u64,
    /// Visits among them.
    pub at_hub_visits: u64,
    /// Changes of others that wait for another change.
    pub waiting: u64,
    /// Inputs set aside.
    pub quarantined: u64,
    /// Entries of this device that the hub refused.
    pub refused: u64,
    /// Keys that hold several values written side by side.
    pub conflicts: u64,
    /// Values of newer versions.
    pub unknown: u64,
    /// When a sync was last completed, RFC 3339.
    pub last_sync: Option<String>,
    /// Reports for people.
    pub notices: Vec<Notice>,
}

impl From<doorknock::Status> for Status {
    fn from(status: doorknock::Status) -> Self {
        Self {
            pending: status.pending,
            pending_visits: status.pending_visits,
            at_hub: status.at_hub,
            at_hub_visits: status.at_hub_visits,
            waiting: status.waiting,
            quarantined: status.quarantined,
            refused: status.refused,
            conflicts: status.conflicts,
            unknown: status.unknown,
            last_sync: status.last_sync.map(|at| at.to_rfc3339()),
            notices: status.notices.into_iter().map(Notice::from).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_crosses_and_comes_back_and_an_unknown_one_is_not_recorded() {
        for known in kinds::Outcome::ALL {
            assert_eq!(kinds::Outcome::try_from(Outcome::from(*known)), Ok(*known));
        }
        for known in kinds::Channel::ALL {
            assert_eq!(kinds::Channel::try_from(Channel::from(*known)), Ok(*known));
        }
        let newer = Outcome::from(kinds::Outcome::Other(200));
        assert_eq!(newer, Outcome::Unknown);
        assert_eq!(kinds::Outcome::try_from(newer), Err(unknown_choice()));
    }
}
