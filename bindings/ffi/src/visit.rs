//! Visits, as they cross the border.

use std::time::SystemTime;

use crate::choices::{Channel, Outcome};
use crate::error::{DoorknockError, Result};
use crate::ids::Uuid;
use crate::records::Bilingual;
use crate::times::{Day, instant, seconds};

/// A visit to record.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct NewVisit {
    /// The door's id.
    pub door: Uuid,
    /// What it found.
    pub outcome: Outcome,
    /// How it was made.
    pub channel: Channel,
    /// When; now if absent.
    #[uniffi(default = None)]
    pub at: Option<SystemTime>,
    /// Who came along.
    #[uniffi(default = [])]
    pub companions: Vec<String>,
    /// The checklist that is answered, by code or id; what the day's list has for the door if absent.
    #[uniffi(default = None)]
    pub checklist: Option<String>,
    /// Answers to the checklist's items, each `item=value`.
    #[uniffi(default = [])]
    pub answers: Vec<String>,
    /// In the worker's words.
    #[uniffi(default = None)]
    pub summary: Option<String>,
    /// A promised return.
    #[uniffi(default = None)]
    pub follow_up: Option<Day>,
    /// The ids of the matters raised or dealt with.
    #[uniffi(default = [])]
    pub matters: Vec<Uuid>,
}

impl TryFrom<NewVisit> for doorknock::NewVisit {
    type Error = DoorknockError;
    fn try_from(visit: NewVisit) -> Result<Self> {
        Ok(Self {
            door: visit.door.into(),
            outcome: visit.outcome.try_into()?,
            channel: visit.channel.try_into()?,
            at: visit.at.map(seconds).transpose()?,
            with: visit.companions,
            checklist: visit.checklist,
            answers: visit.answers,
            summary: visit.summary,
            follow_up: visit.follow_up.map(Day::into),
            matters: visit.matters.into_iter().map(Uuid::into).collect(),
        })
    }
}

/// A visit.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Visit {
    /// Its id.
    pub visit: Uuid,
    /// The door's id.
    pub door: Uuid,
    /// The door's address; empty if its card is not here.
    pub address: String,
    /// When it took place.
    pub at: SystemTime,
    /// The author's name.
    pub by: String,
    /// The author's id.
    pub member: Uuid,
    /// The id of the device that signed it.
    pub device: Uuid,
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
    /// A promised return.
    pub follow_up: Option<Day>,
    /// The ids of the matters raised or dealt with.
    pub matters: Vec<Uuid>,
    /// Whether the visit never took place: it was recorded by mistake.
    pub void: bool,
    /// Why it was corrected.
    pub why: Option<String>,
    /// The records this one stands in for, newest first: nothing recorded is ever replaced.
    pub corrected: Vec<Visit>,
    /// The ids of the records that stand in for this one; only from `visit`, since lists hold what stands.
    pub corrected_by: Vec<Uuid>,
    /// The ids of corrections of the same visit that were made side by side with this one: a conflict, until a
    /// correction settles it ([`crate::VisitEdit::settles`]).
    pub beside: Vec<Uuid>,
}

impl From<doorknock::VisitInfo> for Visit {
    fn from(visit: doorknock::VisitInfo) -> Self {
        Self {
            visit: visit.visit.into(),
            door: visit.door.into(),
            address: visit.address,
            at: instant(visit.at),
            by: visit.by,
            member: visit.member.into(),
            device: visit.device.into(),
            channel: visit.channel.into(),
            outcome: visit.outcome.into(),
            companions: visit.with,
            answers: visit.answers.into_iter().map(Answer::from).collect(),
            summary: visit.summary,
            follow_up: visit.follow_up.map(Day),
            matters: visit.matters.into_iter().map(Uuid::from).collect(),
            void: visit.void,
            why: visit.why,
            corrected: visit.corrected.into_iter().map(Self::from).collect(),
            corrected_by: visit.corrected_by.into_iter().map(Uuid::from).collect(),
            beside: visit.beside.into_iter().map(Uuid::from).collect(),
        }
    }
}

/// An answer with its question.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Answer {
    /// The item's code.
    pub item: String,
    /// The question.
    pub question: Bilingual,
    /// The answer in words.
    pub answer: Bilingual,
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
