//! What a matter's steps come to.

use super::event::{MatterKind, Satisfaction, Step};
use super::rules::{Place, Stage, Standing, offered, possible};
use crate::ids::EventId;

/// At most so many steps of a matter take effect (opinions not counted). More are kept in its
/// history and change nothing: a bound on what one computation may cost.
pub const MAX_STEPS: usize = 512;

/// What became of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It took effect.
    Applied,
    /// It took effect in its author's sight, but a step recorded side by side asks for more, so
    /// that the matter is not over: an ending only.
    Overruled,
    /// It does not apply to the matter as its author saw it; it changes nothing.
    NotPossible,
    /// A step of a newer version: it changes nothing here.
    Unknown,
    /// One more than [`MAX_STEPS`].
    TooMany,
}

impl Effect {
    /// Whether the step counts for anything.
    #[must_use]
    pub const fn counts(self) -> bool {
        matches!(self, Self::Applied | Self::Overruled)
    }

    /// The word in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Overruled => "overruled",
            Self::NotPossible => "not_possible",
            Self::Unknown => "unknown",
            Self::TooMany => "too_many",
        }
    }

    /// The Chinese term.
    #[must_use]
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Applied => "已生效",
            Self::Overruled => "未生效：另有同时的办理",
            Self::NotPossible => "未生效：当时不能这样办",
            Self::Unknown => "新版本的步骤",
            Self::TooMany => "未生效：步骤太多",
        }
    }
}

/// A step of the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The step.
    pub id: EventId,
    /// As in [`super::Logged`].
    pub version: i64,
    /// What became of it.
    pub effect: Effect,
}

/// A partner who was asked and has not answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Awaited {
    /// The step that asked.
    pub event: EventId,
    /// Which step it was: `dispatch`, `call` or `submit`.
    pub step: Step,
    /// Who.
    pub partner: Option<String>,
    /// By when, in seconds since 1970.
    pub due: Option<i64>,
}

/// Something to choose in a deliberation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The `option` step.
    pub event: EventId,
    /// What it is.
    pub text: Option<String>,
    /// How many households are for it; never below 0.
    pub households: u32,
    /// Whether it was chosen.
    pub chosen: bool,
}

/// What the kinds' own steps add up to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Special {
    /// Mediation: everyone named as a party, in order of mention.
    pub parties: Vec<String>,
    /// Mediation: how often they met.
    pub meetings: u32,
    /// Mediation: what was agreed; the last, or all that were written side by side.
    pub agreements: Vec<String>,
    /// Deliberation: the options, in the order of the history.
    pub options: Vec<Choice>,
    /// Call-out: who was called, and whether they reported in.
    pub called: Vec<(String, bool)>,
    /// Benefit: granted or refused; where both were written side by side, refused.
    pub granted: Option<bool>,
}

/// A matter as its steps make it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatterState {
    /// How far it has come.
    pub stage: Stage,
    /// Who has it.
    pub place: Place,
    /// Whether there is still something to be done about it.
    pub open: bool,
    /// When it was raised, in seconds since 1970.
    pub raised_at: Option<i64>,
    /// Seconds from raising to the first response of a worker; 0 where the clocks disagree.
    pub first_response: Option<i64>,
    /// Its deadline, in seconds since 1970; while it is open.
    pub due: Option<i64>,
    /// When it was settled, in seconds since 1970; once it is over.
    pub ended_at: Option<i64>,
    /// Whether it was escalated, dispatched or called out, ever.
    pub left_grid: bool,
    /// Partners who have not answered.
    pub awaited: Vec<Awaited>,
    /// A visit is wanted by this day (since 1970-01-01); while it is open.
    pub visit_by: Option<i32>,
    /// How content the resident is, of several answers the least; forgotten when reopened.
    pub satisfaction: Option<Satisfaction>,
    /// How many in a hundred are content, of several answers the fewest; forgotten when reopened.
    pub percent: Option<i32>,
    /// How often it was reopened, one after the other.
    pub reopened: u32,
    /// What the kinds' own steps add up to.
    pub special: Special,
    /// The steps that no other follows: what the next step names.
    pub heads: Vec<EventId>,
    /// Every step, each after those it follows.
    pub history: Vec<Line>,
    pub(super) standing: Standing,
    pub(super) full: bool,
}

impl MatterState {
    /// Settled without leaving the grid. `None` while it is open or was taken back.
    #[must_use]
    pub fn in_grid(&self) -> Option<bool> {
        let settled = !self.open && self.stage != Stage::Withdrawn;
        settled.then_some(!self.left_grid)
    }

    /// Whether the matter, or a partner's answer, is late at this time.
    #[must_use]
    pub fn overdue(&self, now: i64) -> bool {
        let partners = self.awaited.iter().filter_map(|a| a.due);
        self.open && self.due.into_iter().chain(partners).any(|due| due < now)
    }

    /// The steps a person may take next in a matter of this kind.
    #[must_use]
    pub fn allowed(&self, kind: MatterKind) -> Vec<Step> {
        let may = |step: &Step| offered(*step, kind) && possible(*step, &self.standing);
        let all = Step::ALL.iter().copied().filter(may);
        all.filter(|_| !self.full).collect()
    }
}
