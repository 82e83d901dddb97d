//! Matters (诉求): raising them, the steps of their way, lists of them.

use std::time::SystemTime;

use doorknock::model::matter;

use crate::choices::choices;
use crate::error::{DoorknockError, Result};
use crate::home::Doorknock;
use crate::ids::{Uuid, digits};
use crate::matter::{Matter, MatterDetail};
use crate::times::{Day, seconds};

choices! {
    /// What sort of matter it is: decides which steps of their own are offered, nothing else.
    MatterKind of matter::MatterKind {
        /// Any request, problem or tip (普通诉求).
        Ordinary,
        /// A quarrel between parties (调解).
        Mediation,
        /// Residents discuss and choose (议事会).
        Deliberation,
        /// The community calls, departments or members report in (社区吹哨).
        CallOut,
        /// A resident is helped to apply for a benefit (帮办申请).
        Benefit,
    }
}

choices! {
    /// How pressing: 急、难、愁.
    Urgency of matter::Urgency {
        /// Within a day.
        Urgent,
        /// Hard to settle: within a week.
        Hard,
        /// A worry: within 15 days.
        Worry,
    }
}

choices! {
    /// How a matter came in.
    MatterSource of matter::Source {
        /// At a visit.
        DoorVisit,
        /// At the community's counter (一口式受理).
        Window,
        /// By a hotline.
        Hotline,
        /// At a table in a courtyard or market.
        Station,
        /// On a reception afternoon.
        OpenDay,
        /// By telephone or message to the worker.
        Phone,
        /// In another way.
        Elsewhere,
    }
}

choices! {
    /// How far a matter has come.
    MatterStage of matter::Stage {
        /// Taken down (已收集).
        Raised,
        /// The community knows of it, or has it and has not accepted it yet (已上报).
        Reported,
        /// Accepted by who has it (已受理).
        Accepted,
        /// Being worked on (处理中).
        InHand,
        /// Settled; the resident is to be told (已办结).
        Resolved,
        /// Settled, told, asked (已反馈).
        FedBack,
        /// Taken back by the resident (已撤回).
        Withdrawn,
        /// Filed away (已归档).
        Closed,
    }
}

choices! {
    /// Who has a matter.
    MatterPlace of matter::Place {
        /// The grid.
        Grid,
        /// The community.
        Community,
        /// A partner who was asked and has not answered.
        Partner,
    }
}

choices! {
    /// What was done about a matter. Which steps are possible: [`MatterDetail::next`].
    MatterStep of matter::Step {
        /// A resident's request was taken down (收集).
        Raise,
        /// The community was told, and the matter stays in the grid (上报).
        Report,
        /// Whoever has it now says so (受理).
        Accept,
        /// Something was done, or is noted (处理).
        Progress,
        /// The grid hands it to the community (提级).
        Escalate,
        /// A partner is asked to act, by a deadline (派单).
        Dispatch,
        /// The partner answered (回单).
        Answer,
        /// It is settled (办结).
        Resolve,
        /// The resident was told, and asked whether content (反馈).
        Feedback,
        /// Filed away (归档).
        Close,
        /// It was not over after all (重办).
        Reopen,
        /// The resident takes it back (撤回).
        Withdraw,
        /// Mediation: the parties met (调解会).
        Meeting,
        /// Mediation: the parties agreed (达成协议).
        Agree,
        /// Deliberation: something to choose (议题方案).
        Propose,
        /// Deliberation: so many households are for an option (征询意见).
        Opinion,
        /// Call-out: a department or members are called (吹哨).
        Call,
        /// Call-out: who was called came (报到).
        ReportIn,
        /// Benefit: the papers were made out (填报申请).
        Apply,
        /// Benefit: the papers went to who decides (递交).
        Submit,
        /// Benefit: granted or refused (审批结果).
        Decide,
    }
}

choices! {
    /// How content a resident is; the least content last.
    Satisfaction of matter::Satisfaction {
        /// 满意.
        Satisfied,
        /// 基本满意.
        Basically,
        /// 不满意.
        Dissatisfied,
    }
}

/// A matter to raise.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct NewMatter {
    /// In a line.
    pub title: String,
    /// How pressing.
    pub urgency: Urgency,
    /// How it came in.
    pub source: MatterSource,
    /// What sort of matter; an ordinary one if absent.
    #[uniffi(default = None)]
    pub kind: Option<MatterKind>,
    /// In the resident's words; no phone number, which the person's file has.
    #[uniffi(default = None)]
    pub words: Option<String>,
    /// The id of the door it is about.
    #[uniffi(default = None)]
    pub door: Option<Uuid>,
    /// The id of who raised it, of the people behind that door.
    #[uniffi(default = None)]
    pub person: Option<Uuid>,
    /// The grid's code, where no door says it and the device holds several.
    #[uniffi(default = None)]
    pub grid: Option<String>,
    /// When; now if absent.
    #[uniffi(default = None)]
    pub at: Option<SystemTime>,
    /// The last day of its deadline, where that is not the urgency's.
    #[uniffi(default = None)]
    pub due: Option<Day>,
    /// A visit is wanted by this day.
    #[uniffi(default = None)]
    pub visit_by: Option<Day>,
    /// The id of the visit at which it was raised.
    #[uniffi(default = None)]
    pub visit: Option<Uuid>,
}

impl TryFrom<NewMatter> for doorknock::NewMatter {
    type Error = DoorknockError;
    fn try_from(new: NewMatter) -> Result<Self> {
        let (urgency, source) = (new.urgency.try_into()?, new.source.try_into()?);
        let raised = doorknock::NewStep::new(matter::Step::Raise);
        Ok(Self {
            description: new.words,
            kind: (new.kind).map_or(Ok(matter::MatterKind::Ordinary), MatterKind::try_into)?,
            door: new.door.map(Uuid::into),
            person: new.person.map(Uuid::into),
            grid: new.grid,
            step: doorknock::NewStep {
                at: new.at.map(seconds).transpose()?,
                due: new.due.map(Day::into),
                visit_by: new.visit_by.map(Day::into),
                visit: new.visit.map(Uuid::into),
                ..raised
            },
            ..Self::new(&new.title, urgency, source)
        })
    }
}

/// A step to record. Which of its parts a step needs, the error `missing_field` says.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct NewStep {
    /// Which.
    pub step: MatterStep,
    /// In the author's words.
    #[uniffi(default = None)]
    pub text: Option<String>,
    /// When; now if absent.
    #[uniffi(default = None)]
    pub at: Option<SystemTime>,
    /// Who is asked, who answered, who was called or came.
    #[uniffi(default = None)]
    pub partner: Option<String>,
    /// The last day of the deadline: the partner's for `Dispatch`, `Call` and `Submit`, else the matter's.
    #[uniffi(default = None)]
    pub due: Option<Day>,
    /// A visit is wanted by this day.
    #[uniffi(default = None)]
    pub visit_by: Option<Day>,
    /// The id of the visit at which this was done.
    #[uniffi(default = None)]
    pub visit: Option<Uuid>,
    /// How content the resident is.
    #[uniffi(default = None)]
    pub satisfaction: Option<Satisfaction>,
    /// How many in a hundred are content, 0 to 100.
    #[uniffi(default = None)]
    pub percent: Option<i32>,
    /// The id of the option that is meant.
    #[uniffi(default = None)]
    pub option: Option<Uuid>,
    /// How many households more are for it.
    #[uniffi(default = None)]
    pub households: Option<i32>,
    /// The parties present.
    #[uniffi(default = [])]
    pub parties: Vec<String>,
    /// Granted or refused.
    #[uniffi(default = None)]
    pub granted: Option<bool>,
}

impl TryFrom<NewStep> for doorknock::NewStep {
    type Error = DoorknockError;
    fn try_from(new: NewStep) -> Result<Self> {
        Ok(Self {
            step: new.step.try_into()?,
            at: new.at.map(seconds).transpose()?,
            text: new.text,
            partner: new.partner,
            due: new.due.map(Day::into),
            visit_by: new.visit_by.map(Day::into),
            visit: new.visit.map(Uuid::into),
            satisfaction: new.satisfaction.map(Satisfaction::try_into).transpose()?,
            percent: new.percent,
            option: new.option.map(Uuid::into),
            households: new.households,
            parties: new.parties,
            granted: new.granted,
        })
    }
}

/// Which matters to list; as it stands, all.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct MattersWanted {
    /// Of this grid only, by its code.
    #[uniffi(default = None)]
    pub grid: Option<String>,
    /// About this door only, by its id.
    #[uniffi(default = None)]
    pub door: Option<Uuid>,
    /// Open ones only.
    #[uniffi(default = false)]
    pub open: bool,
    /// Only late ones: the matter's deadline has passed, or that of a partner awaited.
    #[uniffi(default = false)]
    pub overdue: bool,
    /// Only those that await a visit.
    #[uniffi(default = false)]
    pub visit: bool,
}

impl From<MattersWanted> for doorknock::MattersWanted {
    fn from(wanted: MattersWanted) -> Self {
        Self {
            grid: wanted.grid,
            door: wanted.door.map(Uuid::into),
            open: wanted.open,
            overdue: wanted.overdue,
            visit: wanted.visit,
        }
    }
}

/// A page of matters.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct MatterPage {
    /// The matters: open ones first, by their deadlines; then those that are over, the latest first.
    pub items: Vec<Matter>,
    /// Where the next page begins, opaque; absent on the last.
    pub next: Option<String>,
}

/// A door where a matter awaits a visit.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct AwaitedVisit {
    /// The door's id.
    pub door: Uuid,
    /// By this day.
    pub by: Day,
    /// The matter's id.
    pub matter: Uuid,
    /// In a line.
    pub title: String,
}

#[uniffi::export]
impl Doorknock {
    /// Raises a matter: what it is, and its first step, in one transaction. Returns its id.
    ///
    /// # Errors
    /// `missing_field` without a title, `not_found` for a door that is not here, `which_grid`, `unknown_grid`,
    /// `no_casework`, `step_in_future`, `due_in_past`, `unknown_choice`, `too_large`, `disk_full`.
    pub fn raise_matter(&self, matter: NewMatter) -> Result<Uuid> {
        Ok(self.core().raise_matter(&matter.try_into()?)?.into())
    }

    /// Records a step of a matter, after all that is known of it here, and returns the step's id. When this
    /// returns, the step survives power loss.
    ///
    /// # Errors
    /// `not_found`, `step_not_possible` (which names what is), `too_many_steps`, `missing_field`, `not_awaited`
    /// (which names the partners awaited), `bad_value`, `step_in_future`, `due_in_past`, `unknown_choice`,
    /// `too_large`, `disk_full`.
    pub fn act_on_matter(&self, matter: Uuid, step: NewStep) -> Result<Uuid> {
        let step = step.try_into()?;
        Ok(self.core().act_on_matter(matter.into(), &step)?.into())
    }

    /// Matters in pages of `limit`, one at least. `after` is [`MatterPage::next`] of the page before; what is
    /// raised or comes in meanwhile makes the next page skip nothing and show nothing twice. One whose deadline
    /// changes or that is settled meanwhile is shown where it then stands, which may be a page that was read,
    /// or a second time.
    ///
    /// # Errors
    /// `unknown_grid`, `no_casework`, `not_joined`, `bad_cursor`.
    #[uniffi::method(default(after = None, limit = 50))]
    pub fn matters(
        &self,
        wanted: MattersWanted,
        after: Option<String>,
        limit: u32,
    ) -> Result<MatterPage> {
        let core = self.core();
        let page = core.matters_page(&wanted.into(), after.as_deref(), limit)?;
        Ok(MatterPage {
            items: page.items.into_iter().map(Matter::from).collect(),
            next: page.next,
        })
    }

    /// A matter with its history: 512 steps at most that count.
    ///
    /// # Errors
    /// `not_found`.
    pub fn matter(&self, matter: Uuid) -> Result<MatterDetail> {
        Ok(self.core().matter(matter.into())?.into())
    }

    /// The id of the matter meant by an id as text or by the beginning of one, four digits or more.
    ///
    /// # Errors
    /// `not_found`, `ambiguous_id`.
    pub fn find_matter(&self, text: String) -> Result<Uuid> {
        Ok(self.core().find_matter(&digits(&text))?.into())
    }

    /// The doors of a grid (the only one of this device if none is named) where a matter awaits a visit, the
    /// earliest day first. Empty on a device without the grid's casework; at most as many as its open matters.
    ///
    /// # Errors
    /// `which_grid`, `unknown_grid`.
    #[uniffi::method(default(grid = None))]
    pub fn matters_awaiting_visit(&self, grid: Option<String>) -> Result<Vec<AwaitedVisit>> {
        let visit = |visit: doorknock::AwaitedVisit| AwaitedVisit {
            door: visit.door.into(),
            by: visit.by.into(),
            matter: visit.matter.into(),
            title: visit.title,
        };
        let visits = self.core().matters_awaiting_visit(grid.as_deref())?;
        Ok(visits.into_iter().map(visit).collect())
    }
}
