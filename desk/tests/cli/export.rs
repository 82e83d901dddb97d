//! What is handed on to programs: the export.

use std::collections::HashSet;
use std::path::Path;

use serde_json::Value;

use crate::hub::Hub;
use crate::out::{doors, office, visit};
use crate::program::{Home, keys, text};

/// The lines of an export without its header.
fn exported(home: &Home, args: &[&str]) -> Vec<Value> {
    let output = home.run(&[&["export"], args].concat());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let lines = text(&output.stdout);
    let mut lines = lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let header = lines.next().unwrap();
    assert_eq!(
        keys(&header),
        ["community", "device", "schema", "since", "v"]
    );
    assert_eq!(
        (&header["v"], &header["schema"]),
        (&1.into(), &"doorknock-export".into())
    );
    lines.collect()
}

#[test]
fn an_export_goes_on_where_the_last_one_ended_also_with_what_came_by_sync() {
    let dir = tempfile::tempdir().unwrap();
    let hub = Hub::start(&dir.path().join("hub"));
    let office = office(dir.path(), &hub);
    let invited = office.json(&["invite", "--role", "worker", "--grid", "LY01"]);
    let phone = Home(dir.path().join("phone"));
    phone.json(&[
        "join",
        invited["link"].as_str().unwrap(),
        "--name",
        "李文丽",
    ]);
    office.json(&["sync"]);

    let first = exported(&office, &[]);
    let members = [
        "at", "by", "cursor", "device", "field", "grid", "id", "key", "kind", "op", "replaces",
        "space", "v", "value",
    ];
    assert!(first.iter().all(|line| keys(line) == members));
    let here = first.last().unwrap()["cursor"].as_str().unwrap();
    assert_eq!(exported(&office, &["--since", here]), Vec::<Value>::new());

    phone.json(&["sync"]);
    let (door, _) = doors(&phone, "LY01")[0].clone();
    let id = visit(
        &phone,
        &door,
        &["--outcome", "met", "--summary", "血压平稳"],
    );
    phone.json(&["sync"]);
    office.json(&["sync"]);
    let later = exported(&office, &["--since", here]);
    let visits: Vec<&Value> = later
        .iter()
        .filter(|line| line["field"] == "visit")
        .collect();
    assert_eq!(visits.len(), 1);
    let line = visits[0];
    for (member, value) in [("kind", "visit_book"), ("space", "casework"), ("key", &id)] {
        assert_eq!(line[member], value, "{member}");
    }
    assert_eq!(line["value"]["summary"], "血压平稳");
    assert_eq!(
        (&line["value"]["door"], &line["value"]["outcome"]),
        (&door.into(), &"met".into())
    );

    // From the beginning, or part by part from any line: every write once, in one order.
    let all = exported(&office, &[]);
    assert_eq!([&first[..], &later[..]].concat(), all);
    let middle = all[all.len() / 2]["cursor"].as_str().unwrap();
    assert_eq!(
        exported(&office, &["--since", middle]),
        all[all.len() / 2 + 1..]
    );
    let names: HashSet<String> = all
        .iter()
        .map(|line| format!("{} {}", line["id"], line["op"]))
        .collect();
    assert_eq!(names.len(), all.len());

    // Another device's log has another order; nothing is missed or doubled by mistake.
    assert_eq!(
        phone.error(&["export", "--since", here, "--out", "x"], 1)["code"],
        "cursor_unknown"
    );
    assert_eq!(
        office.error(&["export", "--since", "?", "--out", "x"], 1)["code"],
        "cursor_unknown"
    );
    assert!(!Path::new("x").exists());
    assert_eq!(office.error(&["export"], 2)["code"], "usage");

    let file = dir.path().join("all.jsonl");
    let done = office.json(&["export", "--out", file.to_str().unwrap()]);
    assert_eq!(keys(&done), ["cursor", "file", "lines"]);
    assert_eq!(done["cursor"], all.last().unwrap()["cursor"]);
    assert_eq!(done["lines"], all.len());
    let written = std::fs::read_to_string(&file).unwrap();
    assert_eq!(written.lines().count(), all.len() + 1);
    assert!(written.ends_with("}\n"));
}
