//! Matters as they are shown.

use std::time::SystemTime;

use doorknock::model::matter;

use crate::choices::choices;
use crate::ids::Uuid;
use crate::matters::{
    MatterKind, MatterPlace, MatterSource, MatterStage, MatterStep, Satisfaction, Urgency,
};
use crate::times::{Day, instant};

/// A matter as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Matter {
    /// Its id.
    pub matter: Uuid,
    /// Its grid's code.
    pub grid: String,
    /// In a line.
    pub title: String,
    /// What sort of matter.
    pub kind: MatterKind,
    /// How pressing.
    pub urgency: Urgency,
    /// How it came in.
    pub source: MatterSource,
    /// The id of the door it is about.
    pub door: Option<Uuid>,
    /// The door's address; empty without one.
    pub address: String,
    /// The id of who raised it.
    pub person: Option<Uuid>,
    /// Whether there is still something to be done.
    pub open: bool,
    /// How far it has come.
    pub stage: MatterStage,
    /// Who has it.
    pub place: MatterPlace,
    /// When it was raised.
    pub raised_at: Option<SystemTime>,
    /// Seconds from raising to the first response.
    pub first_response: Option<i64>,
    /// When it was settled.
    pub ended_at: Option<SystemTime>,
    /// Its deadline, while it is open.
    pub due: Option<SystemTime>,
    /// Whether its deadline, or that of a partner awaited, has passed.
    pub overdue: bool,
    /// The names of the partners awaited.
    pub partners: Vec<String>,
    /// Settled without leaving the grid; absent while it is open or was taken back.
    pub in_grid: Option<bool>,
    /// A visit is wanted by this day.
    pub visit_by: Option<Day>,
    /// How content the resident is.
    pub satisfaction: Option<Satisfaction>,
    /// How many in a hundred are content.
    pub percent: Option<i32>,
    /// How often it was reopened.
    pub reopened: u32,
}

impl From<doorknock::MatterInfo> for Matter {
    fn from(info: doorknock::MatterInfo) -> Self {
        Self {
            matter: info.matter.into(),
            grid: info.grid,
            title: info.title,
            kind: info.kind.into(),
            urgency: info.urgency.into(),
            source: info.source.into(),
            door: info.door.map(Uuid::from),
            address: info.address,
            person: info.person.map(Uuid::from),
            open: info.open,
            stage: info.stage.into(),
            place: info.place.into(),
            raised_at: info.raised_at.map(instant),
            first_response: info.first_response,
            ended_at: info.ended_at.map(instant),
            due: info.due.map(instant),
            overdue: info.overdue,
            partners: info.partners,
            in_grid: info.in_grid,
            visit_by: info.visit_by.map(Day),
            satisfaction: info.satisfaction.map(Satisfaction::from),
            percent: info.percent,
            reopened: info.reopened,
        }
    }
}

/// A partner who was asked and has not answered.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct AwaitedPartner {
    /// The name.
    pub name: String,
    /// The last moment of its deadline.
    pub due: Option<SystemTime>,
}

/// Something to choose in a deliberation.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct MatterOption {
    /// The id of the step that proposed it.
    pub event: Uuid,
    /// What it is.
    pub text: Option<String>,
    /// How many households are for it.
    pub households: u32,
    /// Whether it was chosen.
    pub chosen: bool,
}

/// Somebody who was called.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Called {
    /// The name.
    pub name: String,
    /// Whether they came.
    pub came: bool,
}

/// A matter with everything there is to it.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct MatterDetail {
    /// As a list shows it.
    pub info: Matter,
    /// In the resident's words.
    pub words: Option<String>,
    /// The name of who raised it, where the file is here.
    pub person_name: Option<String>,
    /// The version shown here, opaque: an edit of its plain fields names it (`edit_record`).
    pub version: String,
    /// What may be done next.
    pub next: Vec<MatterStep>,
    /// The partners awaited.
    pub awaited: Vec<AwaitedPartner>,
    /// Mediation: the parties named.
    pub parties: Vec<String>,
    /// Mediation: how often they met.
    pub meetings: u32,
    /// Mediation: what was agreed.
    pub agreements: Vec<String>,
    /// Deliberation: the options.
    pub options: Vec<MatterOption>,
    /// Call-out: who was called.
    pub called: Vec<Called>,
    /// Benefit: granted or refused.
    pub granted: Option<bool>,
    /// Every step, each after those it follows.
    pub history: Vec<MatterLine>,
}

impl From<doorknock::MatterDetail> for MatterDetail {
    fn from(detail: doorknock::MatterDetail) -> Self {
        let awaited = |(name, due): (_, Option<_>)| AwaitedPartner {
            name,
            due: due.map(instant),
        };
        let option = |option: matter::Choice| MatterOption {
            event: option.event.into(),
            text: option.text,
            households: option.households,
            chosen: option.chosen,
        };
        let called = |(name, came)| Called { name, came };
        Self {
            info: detail.info.into(),
            words: detail.description,
            person_name: detail.person_name,
            version: detail.version,
            next: detail.next.into_iter().map(MatterStep::from).collect(),
            awaited: detail.awaited.into_iter().map(awaited).collect(),
            parties: detail.parties,
            meetings: detail.meetings,
            agreements: detail.agreements,
            options: detail.options.into_iter().map(option).collect(),
            called: detail.called.into_iter().map(called).collect(),
            granted: detail.granted,
            history: detail.history.into_iter().map(MatterLine::from).collect(),
        }
    }
}

choices! {
    /// What became of a step.
    StepEffect of matter::Effect {
        /// It took effect.
        Applied,
        /// It took effect in its author's sight, but a step recorded side by side asks for more, so that the
        /// matter is not over: an ending only.
        Overruled,
        /// It does not apply to the matter as its author saw it; it changes nothing.
        NotPossible,
        /// One more than count.
        TooMany,
    }
}

/// A step of a matter's history.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct MatterLine {
    /// Its id.
    pub event: Uuid,
    /// Which step.
    pub step: MatterStep,
    /// When.
    pub at: SystemTime,
    /// The author's name, or the beginning of the member's id while the name is not here.
    pub by: String,
    /// The author's id.
    pub member: Uuid,
    /// The id of the device that signed it.
    pub device: Uuid,
    /// What became of it.
    pub effect: StepEffect,
    /// In the author's words.
    pub text: Option<String>,
    /// Who is asked, who answered, who was called or came.
    pub partner: Option<String>,
    /// The deadline it names.
    pub due: Option<SystemTime>,
    /// The visit it asks for.
    pub visit_by: Option<Day>,
    /// The id of the visit at which it was done.
    pub visit: Option<Uuid>,
    /// How content the resident is.
    pub satisfaction: Option<Satisfaction>,
    /// How many in a hundred are content.
    pub percent: Option<i32>,
    /// The id of the option that is meant.
    pub option: Option<Uuid>,
    /// How many households more are for it.
    pub households: Option<i32>,
    /// The parties present.
    pub parties: Vec<String>,
    /// Granted or refused.
    pub granted: Option<bool>,
}

impl From<doorknock::MatterLine> for MatterLine {
    fn from(line: doorknock::MatterLine) -> Self {
        Self {
            event: line.event.into(),
            step: line.step.into(),
            at: instant(line.at),
            by: line.by,
            member: line.member.into(),
            device: line.device.into(),
            effect: line.effect.into(),
            text: line.text,
            partner: line.partner,
            due: line.due.map(instant),
            visit_by: line.visit_by.map(Day),
            visit: line.visit.map(Uuid::from),
            satisfaction: line.satisfaction.map(Satisfaction::from),
            percent: line.percent,
            option: line.option.map(Uuid::from),
            households: line.households,
            parties: line.parties,
            granted: line.granted,
        }
    }
}
