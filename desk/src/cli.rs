//! The command line: commands and arguments.

pub(crate) mod care;
mod carry;
mod day;
mod out;
mod pages;
pub(crate) mod template;

pub(crate) use carry::SyncArgs;
pub(crate) use out::{Export, ExportLedger, LedgerVerb, MonthArgs, ReportVerb};

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand};
use doorknock::model::access::Role;

pub(crate) use pages::parse;

use care::{CareVerb, PersonVerb};
use template::TemplateVerb;

use crate::lang::Lang;
use crate::matters::MatterVerb;
use crate::records::AnyVerb;
use crate::values::{door_id, filled, hub_url, lasting, role};

pub(crate) use day::{
    Assign, ConfirmVisit, CorrectVisit, DoorOfDay, DraftVerb, ListVisits, LogVisit, OneDraft,
    Release, RoundArgs, RoundVerb, Rule, ShowVisit, UndoVisit, VisitVerb, WithReason,
};

/// 敲门：社区网格走访记录，离线可用，联网同步。
/// / Doorknock: a community's door-knock records, usable offline, synced when online.
#[derive(Debug, Parser)]
#[command(name = "doorknock", version, disable_version_flag = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) common: Common,
    /// 显示版本 / Show the version
    #[arg(long, short = 'V', action = ArgAction::Version)]
    version: Option<bool>,
    #[command(subcommand)]
    pub(crate) command: AnyVerb,
}

/// What every command takes.
#[derive(Debug, Args)]
pub(crate) struct Common {
    /// 数据目录（默认：环境变量 DOORKNOCK_HOME，或系统的用户数据目录）
    /// / The home's folder (default: DOORKNOCK_HOME, or the platform's data folder)
    #[arg(long, global = true, overrides_with = "home", value_name = "DIR")]
    pub(crate) home: Option<PathBuf>,
    /// 只输出一个 JSON 对象 / Print exactly one JSON object
    #[arg(long, global = true, overrides_with = "json")]
    pub(crate) json: bool,
    /// 语言（默认按 LC_ALL、LANG）/ Language (default: by LC_ALL, LANG)
    #[arg(
        long,
        global = true,
        overrides_with = "lang",
        value_name = "zh|en",
        hide_possible_values = true
    )]
    pub(crate) lang: Option<Lang>,
    /// 显示帮助 / Show help
    #[arg(long, short, global = true, action = ArgAction::Help)]
    help: Option<bool>,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// 社区 / The community
    #[command(subcommand)]
    Community(CommunityVerb),
    /// 导入花名册：CSV、XLSX、XLS、ODS / Import a roster: CSV, XLSX, XLS, ODS
    Import(Import),
    /// 生成一次性邀请链接 / Make an invitation link, good for one device
    Invite(Invite),
    /// 用邀请链接加入社区 / Join a community with an invitation link
    Join(Join),
    /// 某日的敲门清单 / The door-knock list of a day
    #[command(visible_alias = "today")]
    Round(RoundArgs),
    /// 走访记录 / Visits
    #[command(subcommand)]
    Visit(VisitVerb),
    /// 门户 / Doors
    #[command(subcommand)]
    Door(DoorVerb),
    /// 关爱对象 / People in care
    #[command(subcommand)]
    Care(CareVerb),
    /// 门户里的人 / People behind doors
    #[command(subcommand)]
    Person(PersonVerb),
    /// 等待处理：到期复核、结果待确认、计划不符、写法不一 / What waits for a decision
    Todo,
    /// 走访清单的项目 / Checklists and their items
    #[command(subcommand)]
    Template(TemplateVerb),
    /// 台账 / Ledgers
    #[command(subcommand)]
    Ledger(LedgerVerb),
    /// 报表 / Reports
    #[command(subcommand)]
    Report(ReportVerb),
    /// 逐行导出全部记录（JSON Lines），可续传 / All records as JSON Lines, resumable
    Export(Export),
    /// 搜索：汉字、拼音、首字母、电话尾号、门牌 / Search: Chinese, pinyin, initials, phone tail, address
    Search(Search),
    /// 同步：与服务器，或用文件（--to、--from） / Sync with the hub, or by file (--to, --from)
    Sync(SyncArgs),
    /// 本机状态：哪些已到服务器，哪些还没有 / What is at the hub and what is not yet
    Status,
    /// 诉求：收集、办理、派单、反馈 / Matters: taking them down, their steps
    #[command(subcommand)]
    Matter(MatterVerb),
    /// 个案记录 / Notes of a case
    #[command(subcommand)]
    Note(NoteVerb),
    /// 同时写下的不同内容 / Values written side by side
    #[command(subcommand)]
    Conflict(ConflictVerb),
    /// 被隔离的记录 / Records set aside
    #[command(subcommand)]
    Quarantine(QuarantineVerb),
    /// 检查本机数据 / Check this home
    Doctor(Doctor),
}

/// Of `community`.
#[derive(Debug, Subcommand)]
pub(crate) enum CommunityVerb {
    /// 创建社区，本机成为第一台管理设备 / Create a community; this home becomes its first admin device
    Create(Create),
}

/// Of `community create`.
#[derive(Debug, Args)]
pub(crate) struct Create {
    /// 社区名称 / The community's name
    #[arg(long, value_name = "NAME", value_parser = filled)]
    pub(crate) name: String,
    /// 服务器地址 / The hub's address
    #[arg(long, value_name = "URL", value_parser = hub_url)]
    pub(crate) hub: String,
    /// 管理员姓名 / The admin's name
    #[arg(long, value_name = "NAME", default_value = "管理员", value_parser = filled)]
    pub(crate) admin_name: String,
}

/// Of `import`.
#[derive(Debug, Args)]
pub(crate) struct Import {
    /// 花名册文件 / The roster's file
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// 只看结果，不写入 / Show what would happen and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// 表中没有网格列时使用的网格 / The grid of every row, where the table has no grid column
    #[arg(long, value_name = "CODE", value_parser = filled)]
    pub(crate) default_grid: Option<String>,
}

/// Of `invite`.
#[derive(Debug, Args)]
pub(crate) struct Invite {
    /// 角色：worker 网格员，staff 社区工作人员 / Role
    #[arg(long, value_parser = role())]
    pub(crate) role: Role,
    /// 负责的网格，可重复 / A grid the worker is named for; may be repeated
    #[arg(long, value_name = "CODE", value_parser = filled)]
    pub(crate) grid: Vec<String>,
    /// 有效期：30m、12h、7d、2w / How long it is valid: 30m, 12h, 7d, 2w
    #[arg(long, value_name = "TIME", default_value = "7d", value_parser = lasting)]
    pub(crate) expires: i64,
}

/// Of `join`.
#[derive(Debug, Args)]
pub(crate) struct Join {
    /// 邀请链接 / The invitation link
    #[arg(value_name = "LINK")]
    pub(crate) link: String,
    /// 姓名，同事会看到 / Your name, as colleagues will see it
    #[arg(long, value_name = "NAME", value_parser = filled)]
    pub(crate) name: String,
}

/// Of `door`.
#[derive(Debug, Subcommand)]
pub(crate) enum DoorVerb {
    /// 门户列表 / Doors, in walking order
    List(ListDoors),
    /// 一户的全部内容 / All of one door
    Show(ShowDoor),
}

/// Of `door list`.
#[derive(Debug, Args)]
pub(crate) struct ListDoors {
    /// 只列这个网格 / Of this grid only
    #[arg(long, value_name = "CODE")]
    pub(crate) grid: Option<String>,
}

/// Of `door show`.
#[derive(Debug, Args)]
pub(crate) struct ShowDoor {
    /// 门户编号，或其开头至少 4 位 / The door's id, or at least 4 of its first digits
    #[arg(value_name = "ID", value_parser = door_id)]
    pub(crate) door: String,
}

/// Of `search`.
#[derive(Debug, Args)]
pub(crate) struct Search {
    /// 搜索内容 / What to look for
    #[arg(value_name = "QUERY", value_parser = filled)]
    pub(crate) query: String,
    /// 最多几条 / At most this many
    #[arg(long, value_name = "N", default_value_t = 20,
          value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub(crate) limit: u32,
}

/// Of `quarantine`.
#[derive(Debug, Subcommand)]
pub(crate) enum QuarantineVerb {
    /// 列出被隔离的记录和原因 / What was set aside and why
    List,
    /// 重新检查被隔离的记录 / Judge again what was set aside
    Retry,
}

/// Of `doctor`.
#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// 数据损坏时：把还能验证的内容抢救到这个新目录，原文件不动
    /// / For a damaged home: make a new one in this folder of what verifies; the old files stay as they are
    #[arg(long, value_name = "DIR")]
    pub(crate) salvage: Option<PathBuf>,
}

/// Of `note`.
#[derive(Debug, Subcommand)]
pub(crate) enum NoteVerb {
    /// 给个案加一条记录 / Add a note to a case
    Add(AddNote),
    /// 改写一条记录；别人同时写的内容会保留 / Write a note anew; what others wrote meanwhile stays
    Edit(EditNote),
    /// 一条记录，谁写了什么 / A note and who wrote what of it
    Show(ShowNote),
    /// 一个个案的全部记录 / All notes of a case
    List(ListNotes),
}

/// Of `note add`.
#[derive(Debug, Args)]
pub(crate) struct AddNote {
    /// 个案编号，或其开头至少 4 位 / The case's id, or at least 4 of its first digits
    #[arg(value_name = "CASE")]
    pub(crate) case: String,
    /// 文字 / The text
    #[arg(long, value_name = "TEXT", value_parser = filled)]
    pub(crate) text: String,
}

/// Of `note edit`.
#[derive(Debug, Args)]
pub(crate) struct EditNote {
    /// 个案编号，或其开头至少 4 位 / The case's id, or at least 4 of its first digits
    #[arg(value_name = "CASE")]
    pub(crate) case: String,
    /// 记录编号，或其开头至少 4 位 / The note's id, or at least 4 of its first digits
    #[arg(value_name = "NOTE")]
    pub(crate) note: String,
    /// 新的全文 / The whole new text
    #[arg(long, value_name = "TEXT", value_parser = filled)]
    pub(crate) text: String,
    /// 修改时看到的版本（见 note show）/ The version the change is based on (see note show)
    #[arg(long, value_name = "VERSION")]
    pub(crate) version: Option<String>,
}

/// Of `note show`.
#[derive(Debug, Args)]
pub(crate) struct ShowNote {
    /// 个案编号，或其开头至少 4 位 / The case's id, or at least 4 of its first digits
    #[arg(value_name = "CASE")]
    pub(crate) case: String,
    /// 记录编号，或其开头至少 4 位 / The note's id, or at least 4 of its first digits
    #[arg(value_name = "NOTE")]
    pub(crate) note: String,
}

/// Of `note list`.
#[derive(Debug, Args)]
pub(crate) struct ListNotes {
    /// 个案编号，或其开头至少 4 位 / The case's id, or at least 4 of its first digits
    #[arg(value_name = "CASE")]
    pub(crate) case: String,
}

/// Of `conflict`.
#[derive(Debug, Subcommand)]
pub(crate) enum ConflictVerb {
    /// 每处冲突的内容、作者和时间 / Each conflict's values, authors and times
    List,
    /// 选定一个内容 / Choose one of the values
    Resolve(Resolve),
}

/// Of `conflict resolve`.
#[derive(Debug, Args)]
pub(crate) struct Resolve {
    /// 冲突编号（见 conflict list）/ The conflict's id (see conflict list)
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    /// 保留第几个内容 / Which value holds, by its number in the list
    #[arg(
        long,
        value_name = "N",
        required_unless_present = "clear",
        conflicts_with = "clear"
    )]
    pub(crate) keep: Option<usize>,
    /// 都不保留；已结束的记录继续 / None holds; a record that had ended goes on
    #[arg(long)]
    pub(crate) clear: bool,
}
