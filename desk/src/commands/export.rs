//! The export: JSON Lines, to standard output or a file (docs/export.md).

use chrono::{DateTime, SecondsFormat};
use doorknock::model::Message;
use doorknock::model::kind::Data;
use doorknock::{Doorknock, EXPORT_VERSION, ExportLine};
use doorknock_desk::out_file::OutFile;
use serde_json::{Map, Value, json};

use super::Desk;
use super::ledger::keep_safe;
use crate::cli::Export;
use crate::lang::Lang;
use crate::output::{self, Failure, Reply};

/// Changes read at a time.
const PAGE: u32 = 500;

/// `export`: with a file, `{"lines", "cursor", "file"}`.
pub(super) fn export(desk: &Desk, args: &Export) -> Result<Reply, Failure> {
    let since = args.since.as_deref();
    let Some(path) = &args.out else {
        if desk.json {
            return Err(Failure::usage(Message::new(
                "usage",
                "用法错误：export 本身逐行输出 JSON；要用 --json 得到一个对象，请用 --out 写到文件。",
                "Usage: export prints lines of JSON by itself; for the one object of --json, name a file with --out.",
            )));
        }
        each_page(&desk.open()?, since, &mut output::print_while_read)?;
        return Ok(Reply::new(Value::Null, ""));
    };
    let mut out = OutFile::begin(path, args.force)?;
    let home = desk.open()?;
    let (lines, cursor) = each_page(&home, since, &mut |page| {
        out.write(page.as_bytes())?;
        out.write(b"\n")?;
        Ok(true)
    })?;
    out.finish()?;
    let file = path.display().to_string();
    let text = match desk.lang {
        Lang::Zh => format!("{lines} 行，已写入 {file}"),
        Lang::En => format!("{lines} lines, written to {file}"),
    };
    let cursor_name = desk.pick("下次从此处继续（--since）", "Go on from here with --since");
    let shown = cursor.as_deref().unwrap_or("-");
    Ok(Reply::new(
        json!({ "lines": lines, "cursor": cursor, "file": file }),
        format!("{text}\n{cursor_name}: {shown}\n{}", keep_safe(desk.lang)),
    ))
}

/// Hands on the header, then page after page, each some lines without the last's end, until the log's
/// end or until nobody reads on. Gives the number of lines after the header and the last's cursor.
fn each_page(
    home: &Doorknock,
    since: Option<&str>,
    hand: &mut dyn FnMut(&str) -> Result<bool, Failure>,
) -> Result<(usize, Option<String>), Failure> {
    let mut cursor = since.map(str::to_owned);
    let mut count = 0;
    // Read before the header is written: a cursor that is refused leaves no output.
    let mut lines = home.export(since, PAGE)?;
    let mut wanted = hand(&header(home, since)?.to_string())?;
    while wanted && let Some(last) = lines.last() {
        cursor = Some(last.cursor.clone());
        count += lines.len();
        let page: Vec<String> = lines.iter().map(|l| line(l).to_string()).collect();
        wanted = hand(&page.join("\n"))?;
        lines = home.export(cursor.as_deref(), PAGE)?;
    }
    Ok((count, cursor))
}

fn header(home: &Doorknock, since: Option<&str>) -> Result<Value, Failure> {
    let community = home.community()?;
    Ok(json!({
        "v": EXPORT_VERSION,
        "schema": "doorknock-export",
        "community": community.as_ref().map(|c| c.id.to_string()),
        "device": community.as_ref().map(|c| c.device.to_string()),
        "since": since,
    }))
}

fn line(line: &ExportLine) -> Value {
    let at = DateTime::from_timestamp_millis(line.at).unwrap_or_default();
    let mut json = json!({
        "v": EXPORT_VERSION,
        "cursor": line.cursor,
        "kind": line.kind,
        "id": line.id,
        "space": line.space,
        "grid": line.grid,
        "at": at.to_rfc3339_opts(SecondsFormat::Millis, true),
        "by": line.by,
        "device": line.device,
        "field": line.field,
        "key": line.key,
        "op": line.op,
        "replaces": line.replaces,
        "value": line.value.as_ref().map(value),
    });
    if line.value.is_none() {
        json["unknown"] = json!(true);
    }
    json
}

fn value(data: &Data) -> Value {
    match data {
        Data::Null => Value::Null,
        Data::Bool(bool) => json!(bool),
        Data::Int(int) => json!(int),
        Data::Text(text) => json!(text),
        Data::List(all) => all.iter().map(value).collect(),
        Data::Map(parts) => {
            let part = |(name, data): &(String, Data)| (name.clone(), value(data));
            Value::Object(parts.iter().map(part).collect::<Map<_, _>>())
        }
    }
}
