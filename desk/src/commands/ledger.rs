//! Ledgers as workbooks.

use doorknock::LedgerScope;
use doorknock_desk::out_file::OutFile;
use doorknock_desk::sheet_file::workbook;
use serde_json::json;

use super::Desk;
use crate::cli::ExportLedger;
use crate::lang::Lang;
use crate::output::{Failure, Reply};

/// `ledger export`: `{"rows", "file"}`.
pub(super) fn export(desk: &Desk, args: &ExportLedger) -> Result<Reply, Failure> {
    let mut out = OutFile::begin(&args.out, args.force)?;
    let scope = LedgerScope {
        grid: args.grid.clone(),
        from: args.from,
        until: args.until,
    };
    let ledger = desk.open()?.ledger(args.kind, &scope)?;
    let rows = ledger.rows.len();
    out.write(&workbook(&[ledger], desk.lang.words())?)?;
    out.finish()?;
    let file = args.out.display().to_string();
    let title = desk.lang.label(&args.kind.title());
    let text = match desk.lang {
        Lang::Zh => format!("{title}：{rows} 行，已写入 {file}"),
        Lang::En => format!("{title}: {rows} rows, written to {file}"),
    };
    Ok(Reply::new(
        json!({ "rows": rows, "file": file }),
        format!("{text}\n{}", keep_safe(desk.lang)),
    ))
}

/// What is said of every file with personal data in it.
pub(super) fn keep_safe(lang: Lang) -> &'static str {
    lang.pick(
        "文件含居民个人信息，未加密：请妥善保管，用完即删，勿经即时通讯转发。",
        "The file holds residents' personal data, unencrypted: keep it safe, delete it after use, do not pass it on by chat.",
    )
}
