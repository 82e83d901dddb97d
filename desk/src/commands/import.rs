//! Importing a roster.

use doorknock::model::roster::{self, RosterReport, RowMessage};
use doorknock::{ImportOptions, ImportReport};
use doorknock_desk::roster_file;
use serde_json::{Value, json};

use super::Desk;
use crate::cli::Import;
use crate::lang::Lang;
use crate::output::{Failure, Reply, printable, table};
use crate::progress;

/// How many refused rows and warnings people are shown; programs get all.
const SHOWN: usize = 20;

/// `import`: `{"doors_added", "doors_updated", "unchanged", "rows_refused", "columns_dropped",
/// "columns_unknown"}` and more.
pub(super) fn import(desk: &Desk, args: &Import) -> Result<Reply, Failure> {
    let home = desk.open()?;
    let rows = roster_file::read(&args.file)?;
    let roster = roster::read(&rows, args.default_grid.as_deref())?;
    let bar = progress::bar();
    let options = ImportOptions {
        dry_run: args.dry_run,
    };
    let done = home.import(&roster, options, &desk.net(), &mut |at, of| {
        bar.set_length(u64::try_from(of).unwrap_or(u64::MAX));
        bar.set_position(u64::try_from(at).unwrap_or(u64::MAX));
    });
    bar.finish_and_clear();
    let report = done?;
    Desk::tidy(&home);
    let json = json(desk.lang, args.dry_run, &report, &roster.report);
    Ok(Reply::new(
        json,
        text(desk.lang, args.dry_run, &report, &roster.report),
    ))
}

fn json(lang: Lang, dry_run: bool, done: &ImportReport, read: &RosterReport) -> Value {
    let messages = |rows: &[RowMessage]| -> Value {
        rows.iter()
            .map(|row| json!({ "row": row.row, "reason": lang.say(&row.reason), "code": row.reason.code }))
            .collect()
    };
    json!({
        "dry_run": dry_run,
        "doors_added": done.doors_added,
        "doors_updated": done.doors_updated,
        "unchanged": done.unchanged,
        "rows_read": read.rows_read,
        "rows_refused": messages(&refused(done, read)),
        "warnings": messages(&read.warnings),
        "rows_merged": read.rows_merged,
        "cells_filled_down": read.cells_filled_down,
        "id_numbers_removed": read.id_numbers_removed,
        "columns_dropped": read.columns_dropped,
        "columns_unknown": read.columns_unknown,
    })
}

/// The rows that could not be read and those that could not be kept, in the file's order.
fn refused(done: &ImportReport, read: &RosterReport) -> Vec<RowMessage> {
    let mut rows = [&read.rows_refused[..], &done.rows_refused[..]].concat();
    rows.sort_by_key(|row| row.row);
    rows
}

fn text(lang: Lang, dry_run: bool, done: &ImportReport, read: &RosterReport) -> String {
    let (added, updated, same) = (done.doors_added, done.doors_updated, done.unchanged);
    let refused = refused(done, read);
    let mut text = match lang {
        Lang::Zh => format!(
            "{}读取 {} 行：新增 {added} 户，更新 {updated} 户，未变 {same} 户，拒收 {} 行。",
            if dry_run {
                "试运行，未写入。"
            } else {
                ""
            },
            read.rows_read,
            refused.len()
        ),
        Lang::En => format!(
            "{}{} rows read: {added} doors added, {updated} updated, {same} unchanged, {} rows refused.",
            if dry_run {
                "Dry run, nothing changed. "
            } else {
                ""
            },
            read.rows_read,
            refused.len()
        ),
    };
    let counted = [
        (
            read.rows_merged,
            "行并入同一人",
            "rows united with another of the same person",
        ),
        (
            read.cells_filled_down,
            "个空格沿用上一行的值",
            "blank cells took the value above",
        ),
        (
            read.id_numbers_removed,
            "个身份证号已删除",
            "identity numbers removed",
        ),
    ];
    for (count, zh, en) in counted.iter().filter(|(count, ..)| *count > 0) {
        text += &format!("\n{count} {}", lang.pick(zh, en));
    }
    let columns = [
        (
            &read.columns_dropped,
            "不得保存、已丢弃的列",
            "columns dropped, not to be kept",
        ),
        (
            &read.columns_unknown,
            "含义不明、未读取的列",
            "columns not known and not read",
        ),
    ];
    for (names, zh, en) in columns.iter().filter(|(names, ..)| !names.is_empty()) {
        let names = printable(&names.join(lang.pick("、", ", ")));
        text += &format!("\n{}: {names}", lang.pick(zh, en));
    }
    text += &rows(lang, lang.pick("拒收", "refused"), &refused);
    text += &rows(lang, lang.pick("注意", "note"), &read.warnings);
    text
}

fn rows(lang: Lang, title: &str, rows: &[RowMessage]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let shown = rows.iter().take(SHOWN);
    let shown = shown.map(|row| vec![row.row.to_string(), lang.say(&row.reason).to_owned()]);
    let mut text = format!("\n\n{}", table(&[lang.pick("行", "row"), title], shown));
    let rest = rows.len().saturating_sub(SHOWN);
    if rest > 0 {
        text += &match lang {
            Lang::Zh => format!("\n另有 {rest} 行，用 --json 查看全部。"),
            Lang::En => format!("\n{rest} more; --json gives all."),
        };
    }
    text
}
