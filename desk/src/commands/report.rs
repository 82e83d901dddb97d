//! The month report: Markdown on the terminal or in a file, or a workbook.

use doorknock::model::report::{Count, Figures, Share};
use doorknock::{Activity, MonthReport};
use doorknock_desk::markdown::markdown;
use doorknock_desk::out_file::OutFile;
use doorknock_desk::sheet_file::workbook;
use serde_json::{Map, Value, json};

use super::Desk;
use crate::cli::MonthArgs;
use crate::lang::Lang;
use crate::output::{Failure, Reply, rfc3339};
use crate::values::ends_in;

/// `report month`: `{"month", "as_of", "grids", "total", "activities", "file"}`.
pub(super) fn month(desk: &Desk, args: &MonthArgs) -> Result<Reply, Failure> {
    let out = match &args.out {
        Some(path) => Some((path, OutFile::begin(path, args.force)?)),
        None => None,
    };
    let report = desk
        .open()?
        .month_report(args.month, args.grid.as_deref())?;
    let sheets = report.sheets();
    let words = desk.lang.words();
    let mut json = json(&report);
    let Some((path, mut out)) = out else {
        return Ok(Reply::new(json, markdown(&sheets, words).trim_end()));
    };
    if ends_in(path, "xlsx") {
        out.write(&workbook(&sheets, words)?)?;
    } else {
        out.write(markdown(&sheets, words).as_bytes())?;
    }
    out.finish()?;
    let file = path.display().to_string();
    json["file"] = json!(file);
    let month = report.month;
    let text = match desk.lang {
        Lang::Zh => format!("{month} 月报已写入 {file}"),
        Lang::En => format!("The report of {month} is written to {file}"),
    };
    Ok(Reply::new(json, text))
}

fn json(report: &MonthReport) -> Value {
    let grids = report.grids.iter().map(|grid| {
        let mut json = figures(&grid.figures);
        json["grid"] = json!(grid.grid);
        json
    });
    json!({
        "month": report.month.to_string(),
        "as_of": rfc3339(&report.as_of),
        "grids": grids.collect::<Vec<_>>(),
        "total": figures(&report.total),
        "activities": report.activities.iter().map(activity).collect::<Vec<_>>(),
        "file": null,
    })
}

fn activity(activity: &Activity) -> Value {
    json!({
        "kind": activity.kind.en,
        "name": activity.name,
        "since": activity.since,
        "until": activity.until,
        "doors": activity.doors.map(share),
        "visitors": activity.visitors,
    })
}

fn figures(figures: &Figures) -> Value {
    json!({
        "coverage": share(figures.coverage),
        "visits": figures.visits,
        "nobody_home": share(figures.nobody_home),
        "by_reason": counts(&figures.by_reason),
        "by_outcome": counts(&figures.by_outcome),
        "by_channel": counts(&figures.by_channel),
        "new_households": share(figures.new_households),
        "matters_raised": figures.matters_raised,
        "responded": share(figures.responded),
        "first_response_hours": figures.first_response_hours,
        "in_grid": share(figures.in_grid),
        "satisfied": share(figures.content),
        "reviews": share(figures.reviews),
    })
}

/// A part of a whole; the rate is null of nothing.
fn share(share: Share) -> Value {
    json!({ "part": share.part, "whole": share.whole, "rate": share.rate() })
}

fn counts(counts: &[Count]) -> Value {
    let each = counts
        .iter()
        .map(|count| (count.word.to_owned(), json!(count.count)));
    Value::Object(each.collect::<Map<_, _>>())
}
