//! Arguments of the commands that hand records on: ledgers, the month report, the export.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Subcommand};
use doorknock::LedgerKind;
use doorknock::model::report::Month;

use crate::values::{date, ledger_kind, month, report_file, xlsx};

/// Of `ledger`.
#[derive(Debug, Subcommand)]
pub(crate) enum LedgerVerb {
    /// 写成 Excel 表格 / Write one as a workbook (XLSX)
    Export(ExportLedger),
}

/// Of `ledger export`.
#[derive(Debug, Args)]
pub(crate) struct ExportLedger {
    /// 哪一份台账 / Which ledger
    #[arg(long, value_parser = ledger_kind())]
    pub(crate) kind: LedgerKind,
    /// 只含这个网格 / Of this grid only
    #[arg(long, value_name = "CODE")]
    pub(crate) grid: Option<String>,
    /// 起始日期 YYYY-MM-DD / The first day
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) from: Option<NaiveDate>,
    /// 截止日期（含当天）/ The last day, included
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) until: Option<NaiveDate>,
    /// 写到哪个 .xlsx 文件 / The .xlsx file to write
    #[arg(long, value_name = "FILE", value_parser = xlsx)]
    pub(crate) out: PathBuf,
    /// 覆盖已有的文件 / Replace a file that is there
    #[arg(long)]
    pub(crate) force: bool,
}

/// Of `report`.
#[derive(Debug, Subcommand)]
pub(crate) enum ReportVerb {
    /// 月报：Markdown 或 Excel 表格 / Of a month: Markdown, or a workbook (XLSX)
    Month(MonthArgs),
}

/// Of `report month`.
#[derive(Debug, Args)]
pub(crate) struct MonthArgs {
    /// 月份 YYYY-MM（默认本月）/ The month (default: this one)
    #[arg(long, value_name = "MONTH", value_parser = month)]
    pub(crate) month: Option<Month>,
    /// 只含这个网格 / Of this grid only
    #[arg(long, value_name = "CODE")]
    pub(crate) grid: Option<String>,
    /// 写到哪个 .md 或 .xlsx 文件（默认显示）/ The .md or .xlsx file to write (default: shown)
    #[arg(long, value_name = "FILE", value_parser = report_file)]
    pub(crate) out: Option<PathBuf>,
    /// 覆盖已有的文件 / Replace a file that is there
    #[arg(long)]
    pub(crate) force: bool,
}

/// Of `export`.
#[derive(Debug, Args)]
pub(crate) struct Export {
    /// 从此游标之后继续（默认从头）/ Go on after this cursor (default: from the beginning)
    #[arg(long, value_name = "CURSOR")]
    pub(crate) since: Option<String>,
    /// 写到哪个文件（默认标准输出）/ The file to write (default: standard output)
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// 覆盖已有的文件 / Replace a file that is there
    #[arg(long)]
    pub(crate) force: bool,
}
