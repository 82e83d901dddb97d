//! Matters (诉求): raising them, the steps of their way, and what people see of them
//! (docs/matters.md).

mod act;
mod raise;
pub(crate) mod read;

pub(crate) use read::info;

use chrono::{DateTime, FixedOffset, NaiveDate};
use doorknock_model::ids::{DeviceId, DoorId, EventId, MatterId, MemberId, PersonId, VisitId};
use doorknock_model::matter::{
    Choice, Effect, MatterKind, Place, Satisfaction, Source, Stage, Step, Urgency,
};

/// A matter to raise.
#[derive(Debug, Clone)]
pub struct NewMatter {
    /// In a line.
    pub title: String,
    /// In the resident's words; no phone number, which the person's file has.
    pub description: Option<String>,
    /// What sort of matter.
    pub kind: MatterKind,
    /// How pressing.
    pub urgency: Urgency,
    /// How it came in.
    pub source: Source,
    /// The door it is about.
    pub door: Option<DoorId>,
    /// Who raised it, of the people behind that door.
    pub person: Option<PersonId>,
    /// The grid's code, where no door says it and the device holds several.
    pub grid: Option<String>,
    /// What else there is to say of the raising: when, at which visit, by when.
    pub step: NewStep,
}

impl NewMatter {
    /// A matter of which no more is known than this.
    #[must_use]
    pub fn new(title: &str, urgency: Urgency, source: Source) -> Self {
        Self {
            title: title.to_owned(),
            description: None,
            kind: MatterKind::Ordinary,
            urgency,
            source,
            door: None,
            person: None,
            grid: None,
            step: NewStep::new(Step::Raise),
        }
    }
}

/// A step to record. Which of its parts a step needs: docs/matters.md.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewStep {
    /// Which.
    pub step: Step,
    /// When, in seconds since 1970; now if absent.
    pub at: Option<i64>,
    /// In the author's words.
    pub text: Option<String>,
    /// Who is asked, who answered, who was called or came.
    pub partner: Option<String>,
    /// The last day of the deadline: the partner's for `dispatch`, `call` and `submit`, else the
    /// matter's.
    pub due: Option<NaiveDate>,
    /// A visit is wanted by this day.
    pub visit_by: Option<NaiveDate>,
    /// The visit at which this was done.
    pub visit: Option<VisitId>,
    /// How content the resident is.
    pub satisfaction: Option<Satisfaction>,
    /// How many in a hundred are content, 0 to 100.
    pub percent: Option<i32>,
    /// The option that is meant.
    pub option: Option<EventId>,
    /// How many households more are for it.
    pub households: Option<i32>,
    /// The parties present.
    pub parties: Vec<String>,
    /// Granted or refused.
    pub granted: Option<bool>,
}

impl NewStep {
    /// A step with nothing further to say.
    #[must_use]
    pub const fn new(step: Step) -> Self {
        Self {
            step,
            at: None,
            text: None,
            partner: None,
            due: None,
            visit_by: None,
            visit: None,
            satisfaction: None,
            percent: None,
            option: None,
            households: None,
            parties: Vec::new(),
            granted: None,
        }
    }
}

/// Which matters to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MattersWanted {
    /// Of this grid only, by its code.
    pub grid: Option<String>,
    /// About this door only.
    pub door: Option<DoorId>,
    /// Open ones only.
    pub open: bool,
    /// Only late ones: the matter's deadline has passed, or that of a partner awaited.
    pub overdue: bool,
    /// Only those that await a visit.
    pub visit: bool,
}

/// A matter as a list shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct MatterInfo {
    /// Its id.
    pub matter: MatterId,
    /// Its grid's code.
    pub grid: String,
    /// In a line.
    pub title: String,
    /// What sort of matter.
    pub kind: MatterKind,
    /// How pressing.
    pub urgency: Urgency,
    /// How it came in.
    pub source: Source,
    /// The door it is about.
    pub door: Option<DoorId>,
    /// The door's address; empty without one.
    pub address: String,
    /// Who raised it.
    pub person: Option<PersonId>,
    /// Whether there is still something to be done.
    pub open: bool,
    /// How far it has come.
    pub stage: Stage,
    /// Who has it.
    pub place: Place,
    /// When it was raised, in the community's time zone.
    pub raised_at: Option<DateTime<FixedOffset>>,
    /// Seconds from raising to the first response.
    pub first_response: Option<i64>,
    /// When it was settled.
    pub ended_at: Option<DateTime<FixedOffset>>,
    /// Its deadline, while it is open.
    pub due: Option<DateTime<FixedOffset>>,
    /// Whether its deadline, or that of a partner awaited, has passed.
    pub overdue: bool,
    /// The partners awaited.
    pub partners: Vec<String>,
    /// Settled without leaving the grid; `None` while it is open or was taken back.
    pub in_grid: Option<bool>,
    /// A visit is wanted by this day.
    pub visit_by: Option<NaiveDate>,
    /// How content the resident is.
    pub satisfaction: Option<Satisfaction>,
    /// How many in a hundred are content.
    pub percent: Option<i32>,
    /// How often it was reopened.
    pub reopened: u32,
}

/// A matter with everything there is to it.
#[derive(Debug, Clone, PartialEq)]
pub struct MatterDetail {
    /// As a list shows it.
    pub info: MatterInfo,
    /// In the resident's words.
    pub description: Option<String>,
    /// The name of who raised it, where the file is here.
    pub person_name: Option<String>,
    /// The version shown here: an edit of its registers names it ([`crate::Doorknock::edit_record`]).
    pub version: String,
    /// What may be done next.
    pub next: Vec<Step>,
    /// The partners awaited, each with the last moment of its deadline.
    pub awaited: Vec<(String, Option<DateTime<FixedOffset>>)>,
    /// Mediation: the parties named.
    pub parties: Vec<String>,
    /// Mediation: how often they met.
    pub meetings: u32,
    /// Mediation: what was agreed.
    pub agreements: Vec<String>,
    /// Deliberation: the options.
    pub options: Vec<Choice>,
    /// Call-out: who was called, and whether they came.
    pub called: Vec<(String, bool)>,
    /// Benefit: granted or refused.
    pub granted: Option<bool>,
    /// Every step, each after those it follows.
    pub history: Vec<MatterLine>,
}

/// A step of the history.
#[derive(Debug, Clone, PartialEq)]
pub struct MatterLine {
    /// Its id.
    pub event: EventId,
    /// Which step.
    pub step: Step,
    /// When, in the community's time zone.
    pub at: DateTime<FixedOffset>,
    /// The author's name, or the beginning of the member's id while the name is not here.
    pub by: String,
    /// The author.
    pub member: MemberId,
    /// The device that signed it.
    pub device: DeviceId,
    /// What became of it.
    pub effect: Effect,
    /// In the author's words.
    pub text: Option<String>,
    /// Who is asked, who answered, who was called or came.
    pub partner: Option<String>,
    /// The deadline it names.
    pub due: Option<DateTime<FixedOffset>>,
    /// The visit it asks for.
    pub visit_by: Option<NaiveDate>,
    /// The visit at which it was done.
    pub visit: Option<VisitId>,
    /// How content the resident is.
    pub satisfaction: Option<Satisfaction>,
    /// How many in a hundred are content.
    pub percent: Option<i32>,
    /// The option that is meant.
    pub option: Option<EventId>,
    /// How many households more are for it.
    pub households: Option<i32>,
    /// The parties present.
    pub parties: Vec<String>,
    /// Granted or refused.
    pub granted: Option<bool>,
}

/// A door where a matter awaits a visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwaitedVisit {
    /// The door.
    pub door: DoorId,
    /// By this day.
    pub by: NaiveDate,
    /// The matter.
    pub matter: MatterId,
    /// In a line.
    pub title: String,
}
