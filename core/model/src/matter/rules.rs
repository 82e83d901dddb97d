//! The transition table (docs/matters.md), as data and one function.

use super::event::{MatterKind, Step};
use crate::words::open_enum;

open_enum! {
    /// How far a matter has come. In order; the order also decides between steps side by side.
    Stage {
        /// Taken down.
        Raised = 0, "raised", "已收集";
        /// The community knows of it, or has it and has not accepted it yet.
        Reported = 1, "reported", "已上报";
        /// Accepted by who has it.
        Accepted = 2, "accepted", "已受理";
        /// Being worked on.
        InHand = 3, "in_hand", "处理中";
        /// Settled; the resident is to be told.
        Resolved = 4, "resolved", "已办结";
        /// Settled, told, asked.
        FedBack = 5, "fed_back", "已反馈";
        /// Taken back by the resident.
        Withdrawn = 6, "withdrawn", "已撤回";
        /// Filed away.
        Closed = 7, "closed", "已归档";
    }
}

open_enum! {
    /// Who has it.
    Place {
        /// The grid.
        Grid = 0, "grid", "网格";
        /// The community.
        Community = 1, "community", "社区";
        /// A partner who was asked and has not answered.
        Partner = 2, "partner", "协办单位";
    }
}

/// What a step does to a matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Moves it on while it is open.
    Work(Stage),
    /// The same, and asks somebody to act: the matter is open until an ending follows this very
    /// step.
    Ask(Stage),
    /// Settles it: ends what it follows.
    End(Stage),
    /// Moves it on after its end.
    After(Stage),
    /// Counts, and moves nothing.
    Count,
    /// A step of a newer version.
    Unknown,
}

pub(super) const fn role(step: Step) -> Role {
    match step {
        Step::Raise => Role::Ask(Stage::Raised),
        Step::Report => Role::Work(Stage::Reported),
        Step::Accept => Role::Work(Stage::Accepted),
        Step::Escalate => Role::Ask(Stage::Reported),
        Step::Progress
        | Step::Answer
        | Step::Meeting
        | Step::Propose
        | Step::ReportIn
        | Step::Apply => Role::Work(Stage::InHand),
        Step::Dispatch | Step::Call | Step::Submit | Step::Reopen => Role::Ask(Stage::InHand),
        Step::Resolve | Step::Agree | Step::Decide => Role::End(Stage::Resolved),
        Step::Withdraw => Role::End(Stage::Withdrawn),
        Step::Feedback => Role::After(Stage::FedBack),
        Step::Close => Role::After(Stage::Closed),
        Step::Opinion => Role::Count,
        Step::Other(_) => Role::Unknown,
    }
}

/// Whether a partner is awaited after the step, until an answer or an ending follows it.
pub(super) const fn awaits(step: Step) -> bool {
    matches!(step, Step::Dispatch | Step::Call | Step::Submit)
}

/// Whether the step is an answer of who was awaited.
pub(super) const fn answers(step: Step) -> bool {
    matches!(step, Step::Answer | Step::ReportIn)
}

/// Whether the step takes the matter out of the grid. Handing a resident's papers in does not.
pub(super) const fn leaves_grid(step: Step) -> bool {
    matches!(step, Step::Escalate | Step::Dispatch | Step::Call)
}

/// Whether the step is somebody's response to the resident's request.
pub(super) const fn responds(step: Step) -> bool {
    !matches!(
        step,
        Step::Raise
            | Step::Report
            | Step::Withdraw
            | Step::Feedback
            | Step::Close
            | Step::Reopen
            | Step::Opinion
            | Step::Other(_)
    )
}

/// Whether the step leaves an asked-for visit as it is; any other says what came of it.
pub(super) const fn keeps_visit(step: Step) -> bool {
    matches!(
        step,
        Step::Raise | Step::Report | Step::Accept | Step::Escalate | Step::Dispatch | Step::Call
    )
}

/// How things stand, as far as a step's author could see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) stage: Stage,
    pub(super) open: bool,
    pub(super) raised: bool,
    pub(super) escalated: bool,
    pub(super) awaiting: bool,
    pub(super) options: bool,
}

/// Whether the step applies to a matter that stands so.
pub(super) const fn possible(step: Step, now: &Standing) -> bool {
    match step {
        Step::Raise => !now.raised,
        Step::Report => now.open && matches!(now.stage, Stage::Raised),
        Step::Accept => now.open && matches!(now.stage, Stage::Raised | Stage::Reported),
        Step::Escalate => now.open && !now.escalated,
        Step::Progress
        | Step::Dispatch
        | Step::Resolve
        | Step::Withdraw
        | Step::Meeting
        | Step::Agree
        | Step::Propose
        | Step::Call
        | Step::Apply
        | Step::Submit
        | Step::Decide => now.open,
        Step::Answer | Step::ReportIn => now.open && now.awaiting,
        Step::Opinion => now.open && now.options,
        Step::Feedback | Step::Close => matches!(now.stage, Stage::Resolved | Stage::FedBack),
        Step::Reopen => !now.open,
        Step::Other(_) => false,
    }
}

/// Whether the step is offered for matters of this kind. Steps of another kind that are recorded
/// all the same apply: what a matter is may be corrected later.
pub(super) const fn offered(step: Step, kind: MatterKind) -> bool {
    match step {
        Step::Meeting | Step::Agree => matches!(kind, MatterKind::Mediation),
        Step::Propose | Step::Opinion => matches!(kind, MatterKind::Deliberation),
        Step::Call | Step::ReportIn => matches!(kind, MatterKind::CallOut),
        Step::Apply | Step::Submit | Step::Decide => matches!(kind, MatterKind::Benefit),
        Step::Raise | Step::Other(_) => false,
        _ => true,
    }
}
