//! The commands of matters: raising, lists, and one for each step, made from a table of what a step
//! takes.

use std::path::PathBuf;

use chrono::{DateTime, FixedOffset, NaiveDate};
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches, Subcommand, value_parser};
use doorknock::NewStep;
use doorknock::model::ids::VisitId;
use doorknock::model::matter::{MatterKind, Satisfaction, Source, Step, Urgency};

use crate::values::{
    date, door_id, filled, granted, matter_kind, report_file, satisfaction, source, time, urgency,
    visit_id,
};

/// Of `matter`.
#[derive(Debug)]
pub(crate) enum MatterVerb {
    /// A new one, or what there is.
    Fixed(FixedVerb),
    /// A step.
    Act(Act),
}

/// Of `matter`, but for the steps.
#[derive(Debug, Subcommand)]
pub(crate) enum FixedVerb {
    /// 收集诉求 / Take a matter down
    Raise(Raise),
    /// 诉求列表：未办结的在前，按期限 / Matters: open ones first, by their deadlines
    List(ListMatters),
    /// 一件诉求的全部内容和办理过程 / All of one matter, with its history
    Show(ShowMatter),
    /// 再写一份最近一次派单 / Write the sheet of the latest dispatch again
    Sheet(Sheet),
}

/// Of `matter raise`.
#[derive(Debug, Args)]
pub(crate) struct Raise {
    /// 标题，一句话 / What it is about, in a line
    #[arg(long, value_name = "TEXT", value_parser = filled)]
    pub(crate) title: String,
    /// 紧急程度 / How pressing
    #[arg(long, default_value = "worry", value_parser = urgency())]
    pub(crate) urgency: Urgency,
    /// 来源 / How it came in
    #[arg(long, default_value = "door_visit", value_parser = source())]
    pub(crate) source: Source,
    /// 类型 / What sort of matter
    #[arg(long, default_value = "ordinary", value_parser = matter_kind())]
    pub(crate) kind: MatterKind,
    /// 内容；不写电话 / In the resident's words; no phone number
    #[arg(long, value_name = "TEXT")]
    pub(crate) description: Option<String>,
    /// 门户编号，或其开头至少 4 位 / The door's id, or at least 4 of its first digits
    #[arg(long, value_name = "ID", value_parser = door_id)]
    pub(crate) door: Option<String>,
    /// 这一户中反映人的姓名 / Who raised it, by name, of the people behind that door
    #[arg(long, value_name = "NAME", requires = "door", value_parser = filled)]
    pub(crate) person: Option<String>,
    /// 网格（只负责一个或写了门户时可省略）/ The grid (not needed with a door, nor by who has only one)
    #[arg(long, value_name = "CODE", conflicts_with = "door", value_parser = filled)]
    pub(crate) grid: Option<String>,
    /// 办理期限（默认：急事 24 小时、难事 7 天、烦心事 15 天）/ The deadline (default: 24 hours, 7 or 15 days)
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) due: Option<NaiveDate>,
    /// 请在此日前上门 / A visit is wanted by this day
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) visit_by: Option<NaiveDate>,
    /// 在哪次走访中收集 / The visit at which it was raised
    #[arg(long, value_name = "ID", value_parser = visit_id)]
    pub(crate) visit: Option<VisitId>,
    /// 时间，RFC 3339（默认现在）/ When, RFC 3339 (default: now)
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) at: Option<DateTime<FixedOffset>>,
}

/// Of `matter list`.
#[derive(Debug, Args)]
pub(crate) struct ListMatters {
    /// 只列这个网格 / Of this grid only
    #[arg(long, value_name = "CODE", value_parser = filled)]
    pub(crate) grid: Option<String>,
    /// 只列这一户 / Of this door only
    #[arg(long, value_name = "ID", value_parser = door_id)]
    pub(crate) door: Option<String>,
    /// 只列未办结的 / Open ones only
    #[arg(long)]
    pub(crate) open: bool,
    /// 只列超期的 / Late ones only
    #[arg(long)]
    pub(crate) overdue: bool,
    /// 只列等待上门的 / Only those that await a visit
    #[arg(long)]
    pub(crate) visit: bool,
    /// 最多几条 / At most this many
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = value_parser!(u32).range(1..=100_000))]
    pub(crate) limit: u32,
}

/// Of `matter show`.
#[derive(Debug, Args)]
pub(crate) struct ShowMatter {
    /// 诉求编号，或其开头至少 4 位 / The matter's id, or at least 4 of its first digits
    #[arg(value_name = "ID", value_parser = filled)]
    pub(crate) matter: String,
}

/// Of `matter sheet`.
#[derive(Debug, Args)]
pub(crate) struct Sheet {
    /// 诉求编号，或其开头至少 4 位 / The matter's id, or at least 4 of its first digits
    #[arg(value_name = "ID", value_parser = filled)]
    pub(crate) matter: String,
    /// 写到哪个 .md 或 .xlsx 文件 / The .md or .xlsx file to write
    #[arg(long, value_name = "FILE", value_parser = report_file)]
    pub(crate) out: PathBuf,
    /// 覆盖已有的文件 / Replace a file that is there
    #[arg(long)]
    pub(crate) force: bool,
}

/// A step as typed.
#[derive(Debug)]
pub(crate) struct Act {
    /// The matter's id or its beginning.
    pub(crate) matter: String,
    /// The step, but for its option.
    pub(crate) step: NewStep,
    /// The option's number or text.
    pub(crate) option: Option<String>,
    /// Where the partner's sheet goes.
    pub(crate) out: Option<PathBuf>,
    /// Whether a file that is there is replaced.
    pub(crate) force: bool,
}

/// What a step may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Text,
    Partner,
    Due,
    VisitBy,
    Visit,
    Satisfaction,
    Percent,
    Option,
    Households,
    Party,
    Granted,
    Out,
    Force,
}

use Part::{
    Due, Force, Granted, Households, Option as Choice, Out, Partner, Party, Percent,
    Satisfaction as Content, Text, Visit, VisitBy,
};

/// A step in English, what it must have, and what it may.
type Line = (Step, &'static str, &'static [Part], &'static [Part]);

const STEPS: [Line; 20] = [
    (
        Step::Report,
        "Tell the community; the matter stays in the grid",
        &[],
        &[Text],
    ),
    (Step::Accept, "Take it on", &[], &[Text, Due, VisitBy]),
    (
        Step::Progress,
        "Note what was done",
        &[Text],
        &[Due, VisitBy, Visit],
    ),
    (
        Step::Escalate,
        "Hand it to the community",
        &[],
        &[Text, Due],
    ),
    (
        Step::Dispatch,
        "Ask a partner to act, by a day",
        &[Partner, Due],
        &[Text, VisitBy, Out, Force],
    ),
    (Step::Answer, "A partner answered", &[], &[Partner, Text]),
    (Step::Resolve, "It is settled", &[], &[Text, Choice, Visit]),
    (
        Step::Feedback,
        "Tell the resident, and ask whether content",
        &[],
        &[Content, Percent, Text, Visit],
    ),
    (Step::Close, "File it away", &[], &[Text]),
    (Step::Reopen, "It was not over", &[], &[Text, Due, VisitBy]),
    (Step::Withdraw, "The resident takes it back", &[], &[Text]),
    (Step::Meeting, "The parties met", &[], &[Party, Text, Visit]),
    (Step::Agree, "The parties agreed", &[Text], &[Party]),
    (Step::Propose, "Something to choose", &[Text], &[]),
    (
        Step::Opinion,
        "So many households are for an option",
        &[Choice, Households],
        &[Text],
    ),
    (
        Step::Call,
        "Call a department or members",
        &[Partner],
        &[Due, Text],
    ),
    (Step::ReportIn, "Who was called came", &[], &[Partner, Text]),
    (Step::Apply, "Make the papers out", &[], &[Text, Visit]),
    (Step::Submit, "Hand the papers in", &[Partner], &[Due, Text]),
    (Step::Decide, "Granted or refused", &[Granted], &[Text]),
];

/// A step's command.
pub(crate) const fn name(step: Step) -> &'static str {
    match step {
        Step::ReportIn => "report-in",
        other => other.word(),
    }
}

fn command((step, en, must, may): &Line) -> Command {
    let id = Arg::new("matter").required(true).value_name("ID");
    let id = id.value_parser(filled);
    let at = Arg::new("at")
        .long("at")
        .value_name("TIME")
        .value_parser(time);
    Command::new(name(*step))
        .about(format!("{} / {en}", step.zh()))
        .arg(id.help(
            "诉求编号，或其开头至少 4 位 / The matter's id, or at least 4 of its first digits",
        ))
        .args(must.iter().map(|part| part.arg().required(true)))
        .args(may.iter().map(|part| part.arg()))
        .arg(at.help("时间，RFC 3339（默认现在）/ When, RFC 3339 (default: now)"))
}

impl Part {
    const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Partner => "partner",
            Self::Due => "due",
            Self::VisitBy => "visit-by",
            Self::Visit => "visit",
            Self::Satisfaction => "satisfaction",
            Self::Percent => "percent",
            Self::Option => "option",
            Self::Households => "households",
            Self::Party => "party",
            Self::Granted => "granted",
            Self::Out => "out",
            Self::Force => "force",
        }
    }

    fn arg(self) -> Arg {
        let arg = Arg::new(self.name()).long(self.name());
        let takes =
            |arg: Arg, value: &'static str, help: &'static str| arg.value_name(value).help(help);
        match self {
            Self::Text => takes(arg, "TEXT", "说明 / In words").value_parser(filled),
            Self::Partner => {
                takes(arg, "NAME", "单位名称 / The partner's name").value_parser(filled)
            }
            Self::Due => takes(
                arg,
                "DATE",
                "期限，到当天结束 / The deadline: the end of this day",
            )
            .value_parser(date),
            Self::VisitBy => takes(
                arg,
                "DATE",
                "请在此日前上门 / A visit is wanted by this day",
            )
            .value_parser(date),
            Self::Visit => takes(
                arg,
                "ID",
                "在哪次走访中办理 / The visit at which it was done",
            )
            .value_parser(visit_id),
            Self::Satisfaction => arg
                .help("满意度 / How content the resident is")
                .value_parser(satisfaction()),
            Self::Percent => takes(
                arg,
                "N",
                "满意率，0 至 100 / How many in a hundred are content",
            )
            .value_parser(value_parser!(i32).range(0..=100)),
            Self::Option => takes(
                arg,
                "N",
                "第几个方案（见 show），或其文字 / The option: its number (see show) or its text",
            )
            .value_parser(filled),
            Self::Households => takes(
                arg,
                "N",
                "户数；更正时可为负 / How many households; negative to correct",
            )
            .allow_hyphen_values(true)
            .value_parser(value_parser!(i32)),
            Self::Party => takes(arg, "NAME", "当事人，可重复 / A party; may be repeated")
                .action(ArgAction::Append)
                .value_parser(filled),
            Self::Granted => arg
                .help("审批结果 / Granted or refused")
                .value_parser(granted()),
            Self::Out => takes(
                arg,
                "FILE",
                "另写一份派单：.md 或 .xlsx / Write the sheet for the partner too: .md or .xlsx",
            )
            .value_parser(report_file),
            Self::Force => arg
                .action(ArgAction::SetTrue)
                .requires(Out.name())
                .help("覆盖已有的文件 / Replace a file that is there"),
        }
    }
}

fn act(step: Step, matches: &ArgMatches) -> Act {
    fn one<T: Clone + Send + Sync + 'static>(matches: &ArgMatches, part: Part) -> Option<T> {
        matches
            .try_get_one::<T>(part.name())
            .ok()
            .flatten()
            .cloned()
    }
    let at = matches
        .try_get_one::<DateTime<FixedOffset>>("at")
        .ok()
        .flatten();
    let parties = matches.try_get_many::<String>(Party.name()).ok().flatten();
    Act {
        matter: matches.get_one("matter").cloned().unwrap_or_default(),
        step: NewStep {
            at: at.map(DateTime::timestamp),
            text: one(matches, Text),
            partner: one(matches, Partner),
            due: one(matches, Due),
            visit_by: one(matches, VisitBy),
            visit: one(matches, Visit),
            satisfaction: one::<Satisfaction>(matches, Content),
            percent: one(matches, Percent),
            households: one(matches, Households),
            parties: parties.into_iter().flatten().cloned().collect(),
            granted: one(matches, Granted),
            ..NewStep::new(step)
        },
        option: one(matches, Choice),
        out: one(matches, Out),
        force: one(matches, Force).unwrap_or_default(),
    }
}

impl Subcommand for MatterVerb {
    fn augment_subcommands(command: Command) -> Command {
        FixedVerb::augment_subcommands(command).subcommands(STEPS.iter().map(self::command))
    }

    fn augment_subcommands_for_update(command: Command) -> Command {
        Self::augment_subcommands(command)
    }

    fn has_subcommand(wanted: &str) -> bool {
        FixedVerb::has_subcommand(wanted) || STEPS.iter().any(|(step, ..)| name(*step) == wanted)
    }
}

impl FromArgMatches for MatterVerb {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let found = matches.subcommand().and_then(|(word, matches)| {
            let (step, ..) = STEPS.iter().find(|(step, ..)| name(*step) == word)?;
            Some(act(*step, matches))
        });
        match found {
            Some(act) => Ok(Self::Act(act)),
            None => FixedVerb::from_arg_matches(matches).map(Self::Fixed),
        }
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_but_the_first_has_a_command() {
        for step in Step::ALL.iter().filter(|s| **s != Step::Raise) {
            assert!(MatterVerb::has_subcommand(name(*step)), "{}", step.word());
        }
    }
}
