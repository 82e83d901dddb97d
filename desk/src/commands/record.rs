//! Commands of records: the same for every kind, by its declaration.

use doorknock::model::kind::{Data, Kind, Shape};
use doorknock::model::kinds;
use doorknock::{Choice, Conflict, Record, TextVersion};
use serde_json::{Map, Value, json};

use super::Desk;
use super::place::{place_json, place_text};
use crate::cli::NoteVerb;
use crate::lang::{Lang, clock};
use crate::output::{Failure, Reply, fields, printable, rfc3339, short, table};
use crate::records::RecordVerb;

/// Runs a command of a kind of record.
pub(super) fn run(desk: &Desk, kind: &'static Kind, verb: RecordVerb) -> Result<Reply, Failure> {
    let home = desk.open()?;
    let find = |id: &str| home.find_record(kind.name, id);
    match verb {
        RecordVerb::Add { grid, values } => {
            let id = home.add_record(kind.name, grid.as_deref(), &values)?;
            Ok(Reply::new(
                json!({"id": id, "kind": kind.name}),
                format!("{} {id}", desk.pick("已记下", "Recorded")),
            ))
        }
        RecordVerb::List { grid, all } => {
            let records = home.records(kind.name, grid.as_deref(), all)?;
            let json = records.iter().map(json_of).collect::<Vec<_>>();
            Ok(Reply::new(
                json!({"records": json}),
                list(desk.lang, kind, &records),
            ))
        }
        RecordVerb::Show { id } => {
            let record = home.record(find(&id)?)?;
            let place = home.place_of(record.id, None)?;
            let mut json = json_of(&record);
            json["where"] = place_json(desk.lang, &place);
            let page = page(desk.lang, kind, &record);
            let text = format!("{page}\n{}", place_text(desk.lang, &place));
            Ok(Reply::new(json, text))
        }
        RecordVerb::Edit {
            id,
            version,
            values,
        } => {
            let changed = home.edit_record(find(&id)?, version.as_deref(), &values)?;
            Ok(changed_reply(desk, changed))
        }
        RecordVerb::Append {
            field,
            id,
            item,
            data,
        } => {
            let item = home.append_record(find(&id)?, field.name, item.as_deref(), &data)?;
            let text = format!("{} {item}", desk.pick("已记下", "Recorded"));
            Ok(Reply::new(json!({"item": item}), text))
        }
        RecordVerb::Write {
            field,
            id,
            item,
            version,
            text,
        } => {
            let record = home.record(find(&id)?)?;
            let item = item.map(|i| item_id(&record, field.name, &i)).transpose()?;
            let version = version.as_deref().unwrap_or(&record.version);
            let changed = home.edit_text(record.id, field.name, item.as_deref(), version, &text)?;
            Ok(changed_reply(desk, changed))
        }
        RecordVerb::History { field, id, item } => {
            let record = home.record(find(&id)?)?;
            let item = item.map(|i| item_id(&record, field.name, &i)).transpose()?;
            let history = home.text_history(record.id, field.name, item.as_deref())?;
            Ok(history_reply(&history))
        }
        RecordVerb::End { id, version, data } => {
            let changed = home.end_record(find(&id)?, version.as_deref(), data)?;
            Ok(changed_reply(desk, changed))
        }
    }
}

/// `note …`: the notes of a case, in the words people use for them.
pub(super) fn note(desk: &Desk, verb: NoteVerb) -> Result<Reply, Failure> {
    let case = &kinds::CASE;
    let field = || case.field_named("note").ok_or_else(no_item);
    let verb = match verb {
        NoteVerb::Add(args) => RecordVerb::Append {
            field: field()?,
            id: args.case,
            item: None,
            data: Data::text(args.text),
        },
        NoteVerb::Edit(args) => RecordVerb::Write {
            field: field()?,
            id: args.case,
            item: Some(args.note),
            version: args.version,
            text: args.text,
        },
        NoteVerb::Show(args) => RecordVerb::History {
            field: field()?,
            id: args.case,
            item: Some(args.note),
        },
        NoteVerb::List(args) => RecordVerb::Show { id: args.case },
    };
    run(desk, case, verb)
}

/// `conflict list`.
pub(super) fn conflicts(desk: &Desk) -> Result<Reply, Failure> {
    let conflicts = desk.open()?.conflicts()?;
    let json: Vec<_> = conflicts.iter().map(conflict_json).collect();
    let mut text = String::new();
    for conflict in &conflicts {
        text += &conflict_text(desk.lang, conflict);
    }
    if conflicts.is_empty() {
        text = desk.pick("没有冲突", "No conflicts").to_owned();
    }
    Ok(Reply::new(
        json!({"conflicts": json}),
        text.trim_end().to_owned(),
    ))
}

/// `conflict resolve`.
pub(super) fn resolve(desk: &Desk, id: &str, keep: Option<usize>) -> Result<Reply, Failure> {
    let home = desk.open()?;
    let id = id.trim();
    let all = home.conflicts()?.into_iter().map(|c| c.id);
    let mut named = all.filter(|known| known.starts_with(id));
    // The beginning of several names none of them.
    let (Some(id), None) = (named.next().filter(|_| id.len() >= 4), named.next()) else {
        return Err(no_item());
    };
    let choice = match keep {
        // People count from one.
        Some(n) => Choice::Keep(n.wrapping_sub(1)),
        None => Choice::Clear,
    };
    home.resolve(&id, choice)?;
    Ok(Reply::new(
        json!({"resolved": id}),
        desk.pick("已解决", "Resolved"),
    ))
}

fn changed_reply(desk: &Desk, changed: bool) -> Reply {
    let text = if changed {
        desk.pick("已保存", "Saved")
    } else {
        desk.pick("没有变化", "Nothing changed")
    };
    Reply::new(json!({"changed": changed}), text)
}

fn no_item() -> Failure {
    doorknock::model::Message::new(
        "not_found",
        "找不到这一条；请核对编号，或先同步。",
        "There is no such item here; check the id, or sync first.",
    )
    .into()
}

/// The one item of a field whose id begins like this.
fn item_id(record: &Record, field: &str, text: &str) -> Result<String, Failure> {
    let text = text.trim();
    let mut found = record
        .items
        .iter()
        .filter(|i| i.field == field && text.len() >= 4 && i.id.starts_with(text));
    match (found.next(), found.next()) {
        (Some(item), None) => Ok(item.id.clone()),
        (Some(_), Some(_)) => Err(doorknock::model::Message::new(
            "ambiguous_id",
            "有多条以这几位开头；请多写几位编号。",
            "Several begin with these digits; write more of the id.",
        )
        .into()),
        _ => Err(no_item()),
    }
}

/// A tree as JSON.
pub(crate) fn data_json(data: &Data) -> Value {
    match data {
        Data::Null => Value::Null,
        Data::Bool(bool) => json!(bool),
        Data::Int(int) => json!(int),
        Data::Text(text) => json!(text),
        Data::List(all) => all.iter().map(data_json).collect(),
        Data::Map(parts) => {
            let parts = parts.iter().map(|(n, d)| (n.clone(), data_json(d)));
            Value::Object(parts.collect::<Map<_, _>>())
        }
    }
}

fn json_of(record: &Record) -> Value {
    let values = record
        .values
        .iter()
        .map(|(name, data)| ((*name).to_owned(), data_json(data)));
    let items = record.items.iter().map(|item| {
        json!({
            "field": item.field, "id": item.id, "by": item.by,
            "at": item.at.as_ref().map(rfc3339), "data": data_json(&item.data),
        })
    });
    json!({
        "id": record.id, "kind": record.kind, "grid": record.grid, "version": record.version,
        "ended": record.ended, "values": values.collect::<Map<_, _>>(),
        "items": items.collect::<Vec<_>>(), "conflicts": record.conflicts,
    })
}

/// A value for people: words of enumerations in their language.
fn shown(lang: Lang, shape: Shape, data: &Data) -> String {
    match (shape, data) {
        (Shape::Word(words), Data::Text(word)) => words
            .iter()
            .find(|w| w.word == word)
            .map_or_else(|| word.clone(), |w| lang.word(w.word, w.zh)),
        (Shape::Cadence, Data::Text(cadence)) => lang.cadence(cadence),
        (Shape::Id, Data::Text(id)) => short(id),
        (Shape::Record(members), Data::Map(parts)) => {
            let part = |(name, data): &(String, Data)| {
                let member = members.iter().find(|m| m.name == name);
                member.map(|m| shown(lang, m.shape, data))
            };
            parts.iter().filter_map(part).collect::<Vec<_>>().join(" ")
        }
        (_, Data::Null) => String::new(),
        (_, Data::Bool(true)) => lang.pick("是", "yes").to_owned(),
        (_, Data::Bool(false)) => lang.pick("否", "no").to_owned(),
        (_, Data::Int(int)) => int.to_string(),
        (_, Data::Text(text)) => text.clone(),
        (Shape::Ids, Data::List(all)) => all.len().to_string(),
        (_, Data::List(all)) => all
            .iter()
            .map(|d| shown(lang, Shape::Text, d))
            .collect::<Vec<_>>()
            .join(lang.pick("、", ", ")),
        (_, Data::Map(_)) => String::new(),
    }
}

fn value_of(lang: Lang, kind: &Kind, record: &Record, name: &str) -> String {
    let shape = kind.field_named(name).map(|f| f.shape);
    let data = record.get(name);
    shape
        .zip(data)
        .map(|(shape, data)| shown(lang, shape, data))
        .unwrap_or_default()
}

/// The needed fields of each, then how to name it.
fn list(lang: Lang, kind: &'static Kind, records: &[Record]) -> String {
    let columns: Vec<_> = kind.fields.iter().filter(|f| !f.keyed).take(4).collect();
    let mut header: Vec<&str> = columns.iter().map(|f| lang.pick(f.zh, f.name)).collect();
    header.push(lang.pick("编号", "id"));
    let rows = records.iter().map(|record| {
        let mut row: Vec<_> = columns
            .iter()
            .map(|f| value_of(lang, kind, record, f.name))
            .collect();
        // Ids made within the same minute begin alike.
        row.push(record.id.to_string());
        row
    });
    table(&header, rows)
}

fn page(lang: Lang, kind: &'static Kind, record: &Record) -> String {
    let mut rows: Vec<(&str, String)> = Vec::new();
    for (name, _) in &record.values {
        let Some(field) = kind.field_named(name) else {
            continue;
        };
        let mut value = value_of(lang, kind, record, name);
        if record.conflicts.contains(name) {
            value += lang.pick(
                "（有冲突，见 conflict list）",
                " (in conflict, see conflict list)",
            );
        }
        rows.push((lang.pick(field.zh, field.name), value));
    }
    rows.push((
        lang.pick("网格", "grid"),
        record.grid.clone().unwrap_or_default(),
    ));
    rows.push((lang.pick("编号", "id"), record.id.to_string()));
    rows.push((lang.pick("版本", "version"), record.version.clone()));
    let mut text = fields(&rows);
    for item in &record.items {
        let field = kind.field_named(item.field);
        let name = field.map_or("", |f| lang.pick(f.zh, f.name));
        let said = field.map_or_else(String::new, |f| shown(lang, f.shape, &item.data));
        let when = item.at.as_ref().map(clock).unwrap_or_default();
        let by = item.by.clone().unwrap_or_default();
        text.push('\n');
        text += &printable(&format!("· {name} {} {when} {by} {said}", item.id));
    }
    text
}

fn history_reply(history: &[TextVersion]) -> Reply {
    let json: Vec<_> = history
        .iter()
        .map(|v| json!({"version": v.version, "by": v.by, "at": rfc3339(&v.at), "text": v.text}))
        .collect();
    let lines = history
        .iter()
        .map(|v| printable(&format!("{} {}：{}", clock(&v.at), v.by, v.text)));
    let text = lines.collect::<Vec<_>>().join("\n");
    Reply::new(json!({"history": json}), text)
}

fn conflict_json(conflict: &Conflict) -> Value {
    let values = conflict.values.iter().map(
        |v| json!({"data": data_json(&v.data), "by": v.by, "at": rfc3339(&v.at), "late": v.late}),
    );
    json!({
        "id": conflict.id, "kind": conflict.kind, "record": conflict.record,
        "field": conflict.field, "item": conflict.item,
        "values": values.collect::<Vec<_>>(),
    })
}

fn conflict_text(lang: Lang, conflict: &Conflict) -> String {
    let kind = kinds::KINDS.iter().find(|k| k.name == conflict.kind);
    let field = kind.and_then(|k| k.field_named(conflict.field));
    let title = format!(
        "{} {} {}",
        lang.pick(kind.map_or("", |k| k.zh), conflict.kind),
        lang.pick(conflict.field_zh, conflict.field),
        conflict.item.clone().unwrap_or_default(),
    );
    let mut text = format!("{}  {}\n", printable(title.trim()), conflict.id);
    for (n, value) in conflict.values.iter().enumerate() {
        let of = match value.late {
            Some(late) => kind.and_then(|k| k.field_named(late)),
            None => field,
        };
        let said = of.map_or_else(String::new, |f| shown(lang, f.shape, &value.data));
        let said = if value.data == Data::Null {
            lang.pick("（清除）", "(cleared)").to_owned()
        } else {
            said
        };
        let late = match (value.late, of) {
            (Some(_), Some(f)) => {
                lang.pick("结束后仍有修改：", "edited past its end: ")
                    .to_owned()
                    + lang.pick(f.zh, f.name)
                    + " "
            }
            _ => String::new(),
        };
        let number = if value.late.is_some() {
            "-".to_owned()
        } else {
            (n + 1).to_string()
        };
        let line = format!(
            "  {number}. {late}{said}  {} {}",
            value.by,
            clock(&value.at)
        );
        text += &printable(&line);
        text.push('\n');
    }
    text
}
