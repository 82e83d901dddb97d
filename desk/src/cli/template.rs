//! Commands of checklists.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Of `template`.
#[derive(Debug, Subcommand)]
pub(crate) enum TemplateVerb {
    /// 有哪些清单 / The checklists there are
    List(ListTemplates),
    /// 清单的项目与可填的内容 / A checklist's items and what each takes
    Show(ShowTemplate),
    /// 从表格添加社区自己的清单：CSV、XLSX / Add the community's own checklist from a table: CSV, XLSX
    Add(AddTemplate),
    /// 停用社区自己的清单 / Retire one of the community's own checklists
    Retire(RetireTemplate),
}

/// Of `template list`.
#[derive(Debug, Args)]
pub(crate) struct ListTemplates {
    /// 包括已停用的和旧版本 / With those retired and older versions
    #[arg(long)]
    pub(crate) all: bool,
}

/// Of `template show`.
#[derive(Debug, Args)]
pub(crate) struct ShowTemplate {
    /// 清单代码或编号 / The checklist's code or id
    #[arg(value_name = "CODE", default_value = "care-visit")]
    pub(crate) code: String,
}

/// Of `template add`.
#[derive(Debug, Args)]
pub(crate) struct AddTemplate {
    /// 清单文件；写法见 docs/templates.md / The checklist's file; docs/templates.md shows its form
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
}

/// Of `template retire`.
#[derive(Debug, Args)]
pub(crate) struct RetireTemplate {
    /// 清单代码或编号 / The checklist's code or id
    #[arg(value_name = "CODE")]
    pub(crate) code: String,
}
