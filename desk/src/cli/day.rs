//! The commands of a day's work: `round` and `visit`.

use chrono::{DateTime, FixedOffset, NaiveDate};
use clap::{Args, Subcommand};
use doorknock::model::address::DoorKind;
use doorknock::model::cadence::Cadence;
use doorknock::model::ids::{DecisionId, MatterId, PersonId, VisitId};
use doorknock::model::kinds::{Channel, CompoundKind, Outcome};

use crate::values::{
    cadence_or_none, channel, compound_kind, date, date_or_none, door_id, door_kind, filled,
    outcome, some_id, time, visit_id,
};

/// Of `round`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct RoundArgs {
    #[command(subcommand)]
    pub(crate) verb: Option<RoundVerb>,
    /// 网格（只负责一个时可省略）/ The grid (not needed by who has only one)
    #[arg(long, value_name = "CODE")]
    pub(crate) grid: Option<String>,
    /// 日期 YYYY-MM-DD（默认今天）/ The date (default: today)
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) date: Option<NaiveDate>,
}

/// Of `round`: what people decide about the list.
#[derive(Debug, Subcommand)]
pub(crate) enum RoundVerb {
    /// 认领：我去这一户 / Take a door: I go there
    Take(DoorOfDay),
    /// 指派给某人 / Give a door to somebody
    Assign(Assign),
    /// 今天不去，写明原因 / Leave a door out today, and say why
    Skip(WithReason),
    /// 加入清单，写明原因 / Put a door on the list, and say why
    Add(WithReason),
    /// 撤回我对这一户的安排，或指定的一项 / Take back what I decided about a door, or one decision
    Release(Release),
    /// 默认走访计划：不带参数列出，带频次设定 / Plans for doors without one: listed, or set with a cadence
    Rule(Rule),
}

/// A door on a day's list.
#[derive(Debug, Args)]
pub(crate) struct DoorOfDay {
    /// 门户编号，或其开头至少 4 位 / The door's id, or at least 4 of its first digits
    #[arg(value_name = "DOOR", value_parser = door_id)]
    pub(crate) door: String,
    /// 日期 YYYY-MM-DD（默认今天）/ The date (default: today)
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) date: Option<NaiveDate>,
}

/// Of `round assign`.
#[derive(Debug, Args)]
pub(crate) struct Assign {
    #[command(flatten)]
    pub(crate) on: DoorOfDay,
    /// 成员姓名或编号 / The member's name or id
    #[arg(long, value_name = "MEMBER", value_parser = filled)]
    pub(crate) to: String,
}

/// Of `round skip` and `round add`.
#[derive(Debug, Args)]
pub(crate) struct WithReason {
    #[command(flatten)]
    pub(crate) on: DoorOfDay,
    /// 原因，同网格的人都会看到 / Why; everybody of the grid's crew reads it
    #[arg(long, value_name = "TEXT", value_parser = filled)]
    pub(crate) reason: String,
}

/// Of `round release`.
#[derive(Debug, Args)]
pub(crate) struct Release {
    #[command(flatten)]
    pub(crate) on: DoorOfDay,
    /// 只撤回这一项（也可以是别人的）/ Only this decision, which may be somebody else's
    #[arg(long, value_name = "ID", value_parser = some_id::<DecisionId>)]
    pub(crate) decision: Option<DecisionId>,
}

/// Of `round rule`.
#[derive(Debug, Args)]
pub(crate) struct Rule {
    /// 门户类型 / Doors of this kind
    #[arg(long, default_value = "household", value_parser = door_kind())]
    pub(crate) door: DoorKind,
    /// 小区类型（默认所有小区）/ In compounds of this kind (default: all)
    #[arg(long, value_parser = compound_kind())]
    pub(crate) compound: Option<CompoundKind>,
    /// 频次，或 none 取消 / How often, or none to take the rule away
    #[arg(long, value_name = "CADENCE", value_parser = cadence_or_none)]
    pub(crate) cadence: Option<std::option::Option<Cadence>>,
}

/// Of `visit`.
#[derive(Debug, Subcommand)]
pub(crate) enum VisitVerb {
    /// 记一次走访 / Record a visit
    Log(LogVisit),
    /// 走访列表，新的在前 / Visits, newest first
    List(ListVisits),
    /// 一次走访的全部内容 / All of one visit
    Show(ShowVisit),
    /// 更正一次走访，原记录保留 / Correct a visit; the record is kept
    Correct(CorrectVisit),
    /// 撤销误记的走访，原记录保留 / Undo a visit that never took place; the record is kept
    Undo(UndoVisit),
    /// 确认搬离或去世：不带编号列出待确认 / Confirm that somebody moved away or died; lists what waits
    Confirm(ConfirmVisit),
    /// 没写完的走访，只在本机 / Half-written visits, on this machine only
    #[command(subcommand)]
    Draft(DraftVerb),
}

/// Of `visit log`.
#[derive(Debug, Args)]
pub(crate) struct LogVisit {
    /// 门户编号，或其开头至少 4 位 / The door's id, or at least 4 of its first digits
    #[arg(long, value_name = "ID", value_parser = door_id,
          required_unless_present_any = ["draft", "from_draft"])]
    pub(crate) door: Option<String>,
    /// 结果 / What the visit found
    #[arg(long, value_parser = outcome(), required_unless_present_any = ["draft", "from_draft"])]
    pub(crate) outcome: Option<Outcome>,
    /// 方式（默认入户）/ How the visit was made (default: in_person)
    #[arg(long, value_parser = channel())]
    pub(crate) channel: Option<Channel>,
    /// 回答的清单（默认为当日清单上这一户的）/ The checklist answered (default: the one the day's list has)
    #[arg(long, value_name = "CODE", value_parser = filled)]
    pub(crate) checklist: Option<String>,
    /// 清单回答，可重复；项目见 template show / A checklist's answer; may be repeated; see template show
    #[arg(long, value_name = "ITEM=VALUE")]
    pub(crate) answer: Vec<String>,
    /// 小结 / Summary
    #[arg(long, value_name = "TEXT")]
    pub(crate) summary: Option<String>,
    /// 约定回访的日期 YYYY-MM-DD / The day a return was promised for
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) follow_up: Option<NaiveDate>,
    /// 同行人，可重复 / Who came along; may be repeated
    #[arg(long, value_name = "NAME", value_parser = filled)]
    pub(crate) with: Vec<String>,
    /// 走访时间，RFC 3339（默认现在）/ When, RFC 3339 (default: now)
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) at: Option<DateTime<FixedOffset>>,
    /// 有关的诉求，可重复 / A matter raised or dealt with; may be repeated
    #[arg(long, value_name = "ID", value_parser = some_id::<MatterId>)]
    pub(crate) matter: Vec<MatterId>,
    /// 只存为草稿，以后再记 / Only save it as a draft
    #[arg(long)]
    pub(crate) draft: bool,
    /// 用这份草稿，补上或改掉所给的项目 / From this draft, with what is given here
    #[arg(long, value_name = "ID", value_parser = visit_id)]
    pub(crate) from_draft: Option<VisitId>,
}

/// Of `visit list`.
#[derive(Debug, Args)]
pub(crate) struct ListVisits {
    /// 只列这一户 / Of this door only
    #[arg(long, value_name = "ID", value_parser = door_id)]
    pub(crate) door: Option<String>,
    /// 最多几条 / At most this many
    #[arg(long, value_name = "N", default_value_t = 50,
          value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) limit: u32,
}

/// Of `visit show`.
#[derive(Debug, Args)]
pub(crate) struct ShowVisit {
    /// 走访编号 / The visit's id
    #[arg(value_name = "ID", value_parser = visit_id)]
    pub(crate) visit: VisitId,
}

/// Of `visit correct`. What is not given stays as it was.
#[derive(Debug, Args)]
pub(crate) struct CorrectVisit {
    /// 走访编号 / The visit's id
    #[arg(value_name = "ID", value_parser = visit_id)]
    pub(crate) visit: VisitId,
    /// 结果 / What the visit found
    #[arg(long, value_parser = outcome())]
    pub(crate) outcome: Option<Outcome>,
    /// 方式 / How the visit was made
    #[arg(long, value_parser = channel())]
    pub(crate) channel: Option<Channel>,
    /// 清单回答，可重复 / A checklist's answer; may be repeated
    #[arg(long, value_name = "ITEM=VALUE")]
    pub(crate) answer: Vec<String>,
    /// 小结 / Summary
    #[arg(long, value_name = "TEXT")]
    pub(crate) summary: Option<String>,
    /// 约定回访的日期，或 none 取消 / The day a return was promised for, or none
    #[arg(long, value_name = "DATE", value_parser = date_or_none)]
    pub(crate) follow_up: Option<std::option::Option<NaiveDate>>,
    /// 同行人，可重复，代替原来的 / Who came along, in place of those before; may be repeated
    #[arg(long, value_name = "NAME", value_parser = filled)]
    pub(crate) with: Vec<String>,
    /// 走访时间，RFC 3339 / When, RFC 3339
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) at: Option<DateTime<FixedOffset>>,
    /// 有关的诉求，可重复，代替原来的 / Matters, in place of those before; may be repeated
    #[arg(long, value_name = "ID", value_parser = some_id::<MatterId>)]
    pub(crate) matter: Vec<MatterId>,
    /// 更正的原因 / Why it is corrected
    #[arg(long, value_name = "TEXT")]
    pub(crate) why: Option<String>,
    /// 一并了结的另一份更正，可重复 / Another correction that this one settles; may be repeated
    #[arg(long, value_name = "ID", value_parser = visit_id)]
    pub(crate) settles: Vec<VisitId>,
}

/// Of `visit undo`.
#[derive(Debug, Args)]
pub(crate) struct UndoVisit {
    /// 走访编号 / The visit's id
    #[arg(value_name = "ID", value_parser = visit_id)]
    pub(crate) visit: VisitId,
    /// 撤销的原因 / Why
    #[arg(long, value_name = "TEXT")]
    pub(crate) why: Option<String>,
}

/// Of `visit confirm`.
#[derive(Debug, Args)]
pub(crate) struct ConfirmVisit {
    /// 走访编号 / The visit's id
    #[arg(value_name = "ID", value_parser = visit_id)]
    pub(crate) visit: Option<VisitId>,
    /// 是谁，可重复（见 door show）/ Who; may be repeated (see door show)
    #[arg(long, value_name = "ID", value_parser = some_id::<PersonId>, requires = "visit")]
    pub(crate) person: Vec<PersonId>,
}

/// Of `visit draft`.
#[derive(Debug, Subcommand)]
pub(crate) enum DraftVerb {
    /// 草稿列表 / The drafts
    List,
    /// 一份草稿 / One draft
    Show(OneDraft),
    /// 丢弃一份草稿 / Throw a draft away
    Discard(OneDraft),
}

/// A draft.
#[derive(Debug, Args)]
pub(crate) struct OneDraft {
    /// 草稿编号 / The draft's id
    #[arg(value_name = "ID", value_parser = visit_id)]
    pub(crate) draft: VisitId,
}
