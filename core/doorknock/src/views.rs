//! What callers are shown: plain, immutable records.

use chrono::{DateTime, FixedOffset, NaiveDate};
use doorknock_model::address::{Address, DoorKind};
use doorknock_model::care::{CareCategory, LegalBasis, RiskLevel};
use doorknock_model::checklist::Label;
use doorknock_model::ids::{
    DecisionId, DeviceId, DoorId, GridId, MatterId, MemberId, PersonId, VisitId,
};
use doorknock_model::kinds::{Channel, CompoundKind, DecisionKind, EndReason, Outcome};
use doorknock_model::round::{Reason, Status};

use crate::care::Consent;

/// A grid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GridInfo {
    /// Its id.
    pub id: GridId,
    /// Its code, as the office writes it.
    pub code: String,
    /// A friendlier name.
    pub name: Option<String>,
    /// Whether this device holds the grid's rounds.
    pub mine: bool,
}

/// A housing estate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompoundInfo {
    /// Its name; empty for doors whose address names none.
    pub name: String,
    /// What sort it is, once the office said so.
    pub kind: Option<CompoundKind>,
    /// Its buildings, in walking order, each with how many doors it has here.
    pub buildings: Vec<(String, usize)>,
}

/// A grid's list for a day.
#[derive(Debug, Clone, PartialEq)]
pub struct Round {
    /// The day.
    pub date: NaiveDate,
    /// The grid's code.
    pub grid: String,
    /// When it was computed.
    pub as_of: DateTime<FixedOffset>,
    /// Its lines, most urgent first.
    pub items: Vec<RoundLine>,
}

/// A line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoundLine {
    /// The door.
    pub door: DoorId,
    /// Its address, in full.
    pub address: String,
    /// Due, done or left out.
    pub status: Status,
    /// Why it is listed, most urgent first.
    pub reasons: Vec<Reason>,
    /// The checklist to use, by its code.
    pub checklist: Option<String>,
    /// Who lives there; only where this device holds the grid's casework.
    pub contact: Option<String>,
    /// Everybody who took the door.
    pub takers: Vec<MemberName>,
    /// Everybody it was given to.
    pub assigned: Vec<MemberName>,
    /// What people decided about it that day and did not take back.
    pub decisions: Vec<DecisionInfo>,
}

/// A member with the name colleagues see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberName {
    /// Who.
    pub member: MemberId,
    /// The name, or the beginning of the id while the name is not here.
    pub name: String,
}

/// Something decided about a door on a day's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionInfo {
    /// Names it for [`crate::Doorknock::undo_decision`].
    pub decision: DecisionId,
    /// What.
    pub what: DecisionKind,
    /// Who decided.
    pub by: MemberName,
    /// Who is to go there, for an assignment.
    pub member: Option<MemberName>,
    /// Why, for leaving out and adding.
    pub reason: Option<String>,
}

/// A door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoorInfo {
    /// Its id.
    pub door: DoorId,
    /// Its grid's code.
    pub grid: String,
    /// Its address, in full.
    pub address: String,
    /// Building, unit and room: 3-2-501.
    pub short: String,
    /// What it is.
    pub kind: DoorKind,
    /// How often it is due.
    pub cadence: Option<String>,
    /// Whether a person chose that; otherwise it follows from care needs.
    pub by_hand: bool,
    /// The day somebody was last met.
    pub last_done: Option<NaiveDate>,
}

/// A door with what belongs to it.
#[derive(Debug, Clone, PartialEq)]
pub struct DoorDetail {
    /// The door.
    pub info: DoorInfo,
    /// The parts of its address, as an edit takes them.
    pub parts: Address,
    /// The office's own number.
    pub external_id: Option<String>,
    /// The version shown here: an edit names it ([`crate::DoorEdit`]).
    pub version: String,
    /// Who lives there; empty without the grid's casework.
    pub people: Vec<PersonInfo>,
    /// The latest visits, newest first.
    pub visits: Vec<VisitInfo>,
}

/// A person behind a door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonInfo {
    /// Its id.
    pub person: PersonId,
    /// The name.
    pub name: Option<String>,
    /// A phone number.
    pub phone: Option<String>,
    /// The roster's remark.
    pub remark: Option<String>,
    /// Care needs.
    pub needs: Vec<NeedInfo>,
}

/// A care need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NeedInfo {
    /// What.
    pub category: CareCategory,
    /// How pressing; `None` for a level of a newer version.
    pub risk: Option<RiskLevel>,
    /// On what legal ground it is kept; `None` for one of a newer version.
    pub basis: Option<LegalBasis>,
    /// Since when.
    pub since: Option<NaiveDate>,
    /// When it is to be looked at again.
    pub review: Option<NaiveDate>,
    /// When it ended.
    pub until: Option<NaiveDate>,
    /// How often, where that is not the level's.
    pub cadence: Option<String>,
    /// Why it ended.
    pub reason: Option<EndReason>,
    /// What whoever visits should know.
    pub note: Option<String>,
    /// Who agreed to its being kept, where consent is the basis.
    pub consent: Option<Consent>,
}

/// A person in care, as lists show them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CareLine {
    /// The grid's code.
    pub grid: String,
    /// The door.
    pub door: Option<DoorId>,
    /// Its address; empty while its card is not here.
    pub address: String,
    /// Who, with the needs that have not ended.
    pub person: PersonInfo,
    /// Whether a need is to be looked at again.
    pub review_due: bool,
}

/// A person with everything on file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonDetail {
    /// The person, ended needs too.
    pub info: PersonInfo,
    /// The door.
    pub door: Option<DoorId>,
    /// Its address; empty while its card is not here.
    pub address: String,
    /// The version shown here: an edit names it ([`crate::PersonEdit`]).
    pub version: String,
    /// When needs were looked at again, oldest first.
    pub reviews: Vec<ReviewInfo>,
}

/// That a person's needs were looked at again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewInfo {
    /// The day.
    pub on: Option<NaiveDate>,
    /// Who did.
    pub by: String,
    /// The one need that was looked at; all of them otherwise.
    pub category: Option<CareCategory>,
    /// The level that was set.
    pub risk: Option<RiskLevel>,
    /// When they were to be looked at next.
    pub next: Option<NaiveDate>,
    /// What was found.
    pub note: Option<String>,
}

/// What waits for a person to decide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Todo {
    /// What sort.
    pub kind: TodoKind,
    /// The door it is about.
    pub door: Option<DoorId>,
    /// The person it is about.
    pub person: Option<PersonId>,
    /// What is to be decided.
    pub what: Label,
    /// About whom or what.
    pub title: String,
    /// Since when.
    pub since: Option<NaiveDate>,
}

/// A sort of [`Todo`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TodoKind {
    /// Care needs are to be looked at again.
    Review,
    /// A plan does not follow the care needs.
    Plan,
    /// Values were written side by side.
    Conflict,
    /// A visit found that somebody moved away or died: a person confirms it.
    Outcome,
    /// A case is to be looked at again.
    Case,
}

impl TodoKind {
    /// The word in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Review => "review",
            Self::Plan => "plan",
            Self::Conflict => "conflict",
            Self::Outcome => "outcome",
            Self::Case => "case",
        }
    }

    /// The Chinese term.
    #[must_use]
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Review => "复核",
            Self::Plan => "走访计划",
            Self::Conflict => "记录冲突",
            Self::Outcome => "走访结果",
            Self::Case => "个案",
        }
    }
}

/// A visit.
#[derive(Debug, Clone, PartialEq)]
pub struct VisitInfo {
    /// Its id.
    pub visit: VisitId,
    /// The door.
    pub door: DoorId,
    /// The door's address; empty if its card is not here.
    pub address: String,
    /// When it took place, in the community's time zone.
    pub at: DateTime<FixedOffset>,
    /// The author's name, or the beginning of the member's id while the name is not here.
    pub by: String,
    /// The author.
    pub member: MemberId,
    /// The device that signed it.
    pub device: DeviceId,
    /// How it was made.
    pub channel: Channel,
    /// What it found.
    pub outcome: Outcome,
    /// Who came along.
    pub with: Vec<String>,
    /// The checklist's answers.
    pub answers: Vec<AnswerLine>,
    /// In the worker's words.
    pub summary: Option<String>,
    /// A promised return.
    pub follow_up: Option<NaiveDate>,
    /// The matters raised or dealt with.
    pub matters: Vec<MatterId>,
    /// Whether the visit never took place: it was recorded by mistake.
    pub void: bool,
    /// Why it was corrected.
    pub why: Option<String>,
    /// The records this one stands in for, newest first: nothing recorded is ever replaced.
    pub corrected: Vec<VisitInfo>,
    /// The records that stand in for this one; only in [`crate::Doorknock::visit`], since lists hold what
    /// stands.
    pub corrected_by: Vec<VisitId>,
    /// Corrections of the same visit that were made side by side with this one: a conflict, until a
    /// correction settles it ([`crate::VisitEdit::settles`]).
    pub beside: Vec<VisitId>,
}

/// An answer with its question, as the template's version had it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerLine {
    /// The item's code.
    pub code: String,
    /// The question.
    pub question: Label,
    /// The answer in words.
    pub answer: Label,
}

/// Something a search found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchHit {
    /// `door`, `person`, `visit`, or another kind's name.
    pub kind: &'static str,
    /// Its id.
    pub id: String,
    /// A line for people.
    pub title: String,
    /// The door it belongs to.
    pub door: Option<DoorId>,
}
