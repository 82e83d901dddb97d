//! The record of a step, and the words it is made of.

use minicbor::{Decode, Encode};

use crate::ids::{EventId, VisitId};
use crate::words::open_enum;

open_enum! {
    /// What was done. Which steps there are follows the office's own: 收集、上报、受理、处理、办结、反馈;
    /// the kinds of matter bring some of their own.
    Step {
        /// A resident's request was taken down.
        Raise = 0, "raise", "收集";
        /// The community was told, and the matter stays in the grid.
        Report = 1, "report", "上报";
        /// Whoever has it now says so.
        Accept = 2, "accept", "受理";
        /// Something was done, or is noted.
        Progress = 3, "progress", "处理";
        /// The grid hands it to the community.
        Escalate = 4, "escalate", "提级";
        /// A partner is asked to act, by a deadline.
        Dispatch = 5, "dispatch", "派单";
        /// The partner answered.
        Answer = 6, "answer", "回单";
        /// It is settled.
        Resolve = 7, "resolve", "办结";
        /// The resident was told, and asked whether content.
        Feedback = 8, "feedback", "反馈";
        /// Filed away.
        Close = 9, "close", "归档";
        /// It was not over after all.
        Reopen = 10, "reopen", "重办";
        /// The resident takes it back.
        Withdraw = 11, "withdraw", "撤回";
        /// Mediation: the parties met.
        Meeting = 12, "meeting", "调解会";
        /// Mediation: the parties agreed.
        Agree = 13, "agree", "达成协议";
        /// Deliberation: something to choose.
        Propose = 14, "option", "议题方案";
        /// Deliberation: so many households are for an option.
        Opinion = 15, "opinion", "征询意见";
        /// Call-out: a department or members are called.
        Call = 16, "call", "吹哨";
        /// Call-out: who was called came.
        ReportIn = 17, "report_in", "报到";
        /// Benefit: the papers were made out.
        Apply = 18, "apply", "填报申请";
        /// Benefit: the papers went to who decides.
        Submit = 19, "submit", "递交";
        /// Benefit: granted or refused.
        Decide = 20, "decide", "审批结果";
    }
}

open_enum! {
    /// What sort of matter it is: decides which steps of their own are offered, nothing else.
    MatterKind {
        /// Any request, problem or tip.
        Ordinary = 0, "ordinary", "普通诉求";
        /// A quarrel between parties.
        Mediation = 1, "mediation", "调解";
        /// Residents discuss and choose.
        Deliberation = 2, "deliberation", "议事会";
        /// The community calls, departments or members report in.
        CallOut = 3, "call_out", "社区吹哨";
        /// A resident is helped to apply for a benefit.
        Benefit = 4, "benefit", "帮办申请";
    }
}

open_enum! {
    /// How the matter came in.
    Source {
        /// At a visit.
        DoorVisit = 0, "door_visit", "走访";
        /// At the community's counter: one-window intake.
        Window = 1, "window", "一口式受理";
        /// By a hotline.
        Hotline = 2, "hotline", "热线";
        /// At a table in a courtyard or market.
        Station = 3, "station", "流动服务站";
        /// On a reception afternoon.
        OpenDay = 4, "open_day", "接待日";
        /// By telephone or message to the worker.
        Phone = 5, "phone", "电话";
        /// In another way.
        Elsewhere = 6, "other", "其他";
    }
}

open_enum! {
    /// How pressing: 急、难、愁.
    Urgency {
        /// Within a day.
        Urgent = 0, "urgent", "急事";
        /// Hard to settle: within a week.
        Hard = 1, "hard", "难事";
        /// A worry: within 15 days.
        Worry = 2, "worry", "烦心事";
    }
}

impl Urgency {
    /// Seconds from raising to the deadline, where none is named. One of a newer version gets the
    /// shortest, so that nothing is late unseen.
    #[must_use]
    pub const fn limit(self) -> i64 {
        const DAY: i64 = 86_400;
        match self {
            Self::Urgent | Self::Other(_) => DAY,
            Self::Hard => 7 * DAY,
            Self::Worry => 15 * DAY,
        }
    }
}

open_enum! {
    /// How content the resident is. In order: the least content last.
    Satisfaction {
        /// Content.
        Satisfied = 0, "satisfied", "满意";
        /// Content on the whole.
        Basically = 1, "basically", "基本满意";
        /// Not content.
        Dissatisfied = 2, "dissatisfied", "不满意";
    }
}

/// A step of a matter, written once under its id. Grows at the end only, by optional members.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct MatterEvent {
    /// What was done.
    #[n(0)]
    pub step: Step,
    /// The steps it follows: the latest its author had seen.
    #[n(1)]
    pub after: Vec<EventId>,
    /// When, in seconds since 1970. Shown and counted with; never decides an order.
    #[n(2)]
    pub at: i64,
    /// In the author's words: what was done, the answer, the agreement, the option.
    #[n(3)]
    pub text: Option<String>,
    /// Who is asked, who answered, who was called or came: an organisation, not a resident.
    #[n(4)]
    pub partner: Option<String>,
    /// A deadline in seconds since 1970: the partner's for `dispatch`, `call` and `submit`, the
    /// matter's for any other step.
    #[n(5)]
    pub due: Option<i64>,
    /// A visit is wanted by this day (since 1970-01-01).
    #[n(6)]
    pub visit_by: Option<i32>,
    /// The visit at which it was raised or worked on.
    #[n(7)]
    pub visit: Option<VisitId>,
    /// `feedback`: how content the resident is.
    #[n(8)]
    pub satisfaction: Option<Satisfaction>,
    /// `feedback` of a deliberation: how many in a hundred are content, 0 to 100.
    #[n(9)]
    pub percent: Option<i32>,
    /// `opinion`, and `resolve` of a deliberation: the `option` step that is meant.
    #[n(10)]
    pub option: Option<EventId>,
    /// `opinion`: how many households more are for the option; fewer, to correct, if negative.
    #[n(11)]
    pub households: Option<i32>,
    /// `meeting`: the parties present, as they wish to be called.
    #[n(12)]
    pub parties: Option<Vec<String>>,
    /// `decide`: granted or refused.
    #[n(13)]
    pub granted: Option<bool>,
}

impl MatterEvent {
    /// A step with nothing further to say.
    #[must_use]
    pub const fn new(step: Step, after: Vec<EventId>, at: i64) -> Self {
        Self {
            step,
            after,
            at,
            text: None,
            partner: None,
            due: None,
            visit_by: None,
            visit: None,
            satisfaction: None,
            percent: None,
            option: None,
            households: None,
            parties: None,
            granted: None,
        }
    }
}

/// A step as it stands in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logged {
    /// Its id.
    pub id: EventId,
    /// Keeps two records under one id apart; any number that is the same on every device.
    pub version: i64,
    /// What it says.
    pub event: MatterEvent,
}
