//! The table of `docs/documents.md` says what is declared, no more and no less.

#![allow(clippy::unwrap_used, clippy::panic)] // a test that cannot go on has failed

use std::collections::BTreeSet;

use doorknock_model::access::Roles;
use doorknock_model::kind::{Field, Kind, Merge, Shape};
use doorknock_model::kinds::KINDS;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/documents.md");

/// What a row says of one field, in the words of the page.
fn line(kind: &str, field: &str, keyed: bool, merge: &str, writers: &str, table: &str) -> String {
    let key = if keyed { "many" } else { "one" };
    format!("{kind} | {field} | {key} | {merge} | {writers} | {table}")
}

fn declared(kind: &Kind, field: &Field) -> String {
    let named = format!("{} {} {}", kind.code, kind.name, kind.space.name());
    let mut what = format!("{} {}", field.code, field.name);
    if let Shape::Record(parts) = field.shape {
        let parts: Vec<_> = parts.iter().map(|p| p.name).collect();
        what += &format!(" `[{}]`", parts.join(", "));
    }
    if field.ends {
        what += " (ends)";
    }
    let merge = match field.merge {
        Merge::Register => "register",
        Merge::Once => "once",
        Merge::Text => "text",
    };
    let roles = match field.writers.unwrap_or(kind.writers) {
        roles if roles == Roles::EVERYONE => "everyone",
        roles if roles == Roles::CASEWORK => "casework",
        roles if roles == Roles::OFFICE => "office",
        _ => "others",
    };
    let own = if kind.own { "that member, " } else { "" };
    let (writers, table) = (format!("{own}{roles}"), format!("`{}`", field.table));
    line(&named, &what, field.keyed, merge, &writers, &table)
}

/// The fields of a cell such as ``1 name, 2 day (ends), 3 loan `[out, back]`, explained``: each from its number
/// to its parts or its end; other words are explanation.
fn fields(cell: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let mut inside = false;
    for part in cell.split(", ") {
        if inside {
            let last = all.last_mut().unwrap();
            *last += &format!(", {part}");
        } else if part.starts_with(|c: char| c.is_ascii_digit()) {
            all.push(part.to_owned());
        }
        inside = match (part.contains("`["), part.contains("]`")) {
            (true, false) => true,
            (_, true) => false,
            _ => inside,
        };
    }
    let known = |field: String| match field.rfind("]`") {
        Some(end) if !field.ends_with("(ends)") => field[..end + 2].to_owned(),
        _ => field,
    };
    all.into_iter().map(known).collect()
}

fn written(page: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut kind = String::new();
    let table = page.lines().skip_while(|l| !l.starts_with("| no. |"));
    for row in table.skip(2).take_while(|l| l.starts_with('|')) {
        let cells: Vec<_> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [no, name, space, _subject, what, key, merge, writers, table] = cells[..] else {
            panic!("a row of nine cells: {row}");
        };
        if !no.is_empty() {
            kind = format!("{no} {name} {space}");
        }
        for field in fields(what) {
            all.push(line(&kind, &field, key != "–", merge, writers, table));
        }
    }
    all
}

#[test]
fn the_table_of_kinds_says_what_is_declared() {
    let page = std::fs::read_to_string(PAGE).unwrap();
    let written = written(&page);
    let declared: Vec<_> = KINDS
        .iter()
        .flat_map(|kind| kind.fields.iter().map(|field| declared(kind, field)))
        .collect();
    let of = |lines: &[String]| lines.iter().cloned().collect::<BTreeSet<_>>();
    let missing: Vec<_> = of(&declared).difference(&of(&written)).cloned().collect();
    let wrong: Vec<_> = of(&written).difference(&of(&declared)).cloned().collect();
    assert!(
        missing.is_empty() && wrong.is_empty(),
        "docs/documents.md\nmissing: {missing:#?}\nnot declared so: {wrong:#?}"
    );
    assert_eq!(written.len(), declared.len(), "a field stands there twice");
}
