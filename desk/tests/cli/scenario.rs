//! An office and a worker's phone, with a hub between them.

use std::process::Stdio;

use serde_json::Value;

use crate::hub::Hub;
use crate::program::{Home, keys, program, roster, text};

#[test]
fn a_hub_that_is_not_there_is_named_as_such_and_the_command_can_be_tried_again() {
    let dir = tempfile::tempdir().unwrap();
    let home = Home(dir.path().join("office"));
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let url = format!("http://{free}");
    let create = ["community", "create", "--name", "柳荫", "--hub", &url];
    let error = home.error(&create, 1);
    assert_eq!(error["code"], "hub_unreachable");
    assert!(
        error["message"].as_str().unwrap().contains("连接被拒绝"),
        "{error}"
    );
    assert_eq!(home.json(&["status"])["community"], Value::Null);
    assert!(text(&home.run(&["status"]).stdout).contains("尚未加入社区"));
    assert_eq!(home.error(&["sync"], 1)["code"], "not_joined");
    let hub = Hub::start(&dir.path().join("hub"));
    home.json(&["community", "create", "--name", "柳荫", "--hub", &hub.url]);
    assert_eq!(
        home.error(
            &["community", "create", "--name", "x", "--hub", &hub.url],
            1
        )["code"],
        "already_joined"
    );
    assert_eq!(
        home.error(&["join", "https://example.com/", "--name", "x"], 1)["code"],
        "already_joined"
    );
    let other = Home(dir.path().join("other"));
    assert_eq!(
        other.error(&["join", "https://example.com/", "--name", "x"], 1)["code"],
        "invite_not_a_link"
    );
}

#[test]
fn an_office_imports_and_invites_a_worker_who_visits_and_both_see_it() {
    let dir = tempfile::tempdir().unwrap();
    let hub = Hub::start(&dir.path().join("hub"));
    let office = Home(dir.path().join("office"));
    let phone = Home(dir.path().join("phone"));

    let made = office.json(&[
        "community",
        "create",
        "--name",
        "柳荫社区",
        "--hub",
        &hub.url,
        "--admin-name",
        "王芳",
    ]);
    assert_eq!(keys(&made), ["community"]);
    assert_eq!(made["community"].as_str().unwrap().len(), 32);
    import_twice(&office);
    office.json(&["sync"]);

    let link = invite(&office);
    let joined = phone.json(&["join", &link, "--name", "李文丽"]);
    assert_eq!(keys(&joined), ["device", "member"]);
    let report = phone.json(&["sync"]);
    let numbers = [
        "bytes_down",
        "bytes_up",
        "pulled",
        "pushed",
        "quarantined",
        "relayed",
        "round_trips",
    ];
    assert_eq!(keys(&report), numbers);
    assert!(
        numbers.iter().all(|number| report[number].is_u64()),
        "{report}"
    );
    assert!(
        report["pulled"].as_u64() > Some(0) && report["quarantined"] == 0,
        "{report}"
    );

    let (door, address) = due_door(&phone);
    let visit = log_visit(&phone, &door);
    let status = phone.json(&["status"]);
    assert!(status["pending"].as_u64() > Some(0), "{status}");
    assert_eq!(status["pending_visits"], 1);
    let report = phone.json(&["sync"]);
    assert!(report["pushed"].as_u64() > Some(0), "{report}");
    let status = phone.json(&["status"]);
    assert_eq!(
        (&status["pending"], &status["at_hub_visits"]),
        (&0.into(), &1.into()),
        "{status}"
    );
    assert!(
        status["last_sync"].as_str().unwrap().ends_with("+08:00"),
        "{status}"
    );
    assert_eq!(
        (&status["role"], &status["name"]),
        (&"worker".into(), &"柳荫社区".into())
    );
    let after = phone.json(&["round"]);
    let item = after["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|item| item["door"] == *door);
    assert_eq!(item.unwrap()["status"], "done");

    office.json(&["sync"]);
    the_office_sees(&office, &visit, &door, &address);
    looks_up(&office, &door);
    the_text_is_for_people(&office, &door);
}

fn import_twice(office: &Home) {
    let file = roster();
    let file = file.to_str().unwrap();
    let dry = office.json(&["import", file, "--dry-run"]);
    assert_eq!(dry["doors_added"], 596);
    assert_eq!(
        office.json(&["door", "list"])["doors"],
        Value::Array(vec![])
    );
    let first = office.json(&["import", file]);
    for part in ["doors_added", "doors_updated", "unchanged"] {
        assert!(first[part].is_u64(), "{part}: {first}");
    }
    for part in [
        "rows_refused",
        "columns_dropped",
        "columns_unknown",
        "warnings",
    ] {
        assert!(first[part].is_array(), "{part}: {first}");
    }
    assert_eq!(first["doors_added"], dry["doors_added"]);
    let again = office.json(&["import", file]);
    assert_eq!(again["unchanged"], first["doors_added"]);
    assert_eq!(
        (&again["doors_added"], &again["doors_updated"]),
        (&0.into(), &0.into())
    );
    assert_eq!(
        office.error(&["import", "/nowhere/roster.csv"], 1)["code"],
        "file_not_found"
    );
}

fn invite(office: &Home) -> String {
    let invited = office.json(&[
        "invite",
        "--role",
        "worker",
        "--grid",
        "LY01",
        "--expires",
        "2d",
    ]);
    assert_eq!(keys(&invited), ["link"]);
    let error = office.error(&["invite", "--role", "worker"], 1);
    assert_eq!(error["code"], "grid_needed");
    assert_eq!(error["message"], "邀请网格员须指明网格（--grid）。");
    assert_eq!(
        office.error(&["invite", "--role", "worker", "--grid", "X"], 1)["code"],
        "unknown_grid"
    );
    invited["link"].as_str().unwrap().to_owned()
}

/// A door that is due for its cadence, from the list of the worker's only grid.
fn due_door(phone: &Home) -> (String, String) {
    let list = phone.json(&["today"]);
    assert_eq!(keys(&list), ["as_of", "date", "grid", "items"]);
    assert_eq!(list["grid"], "LY01");
    let date = list["date"].as_str().unwrap();
    assert!(
        date.len() == 10 && list["as_of"].as_str().unwrap().ends_with("+08:00"),
        "{list}"
    );
    assert_eq!(
        phone.json(&["round", "--grid", "LY01", "--date", date])["items"],
        list["items"]
    );
    let items = list["items"].as_array().unwrap();
    for item in items {
        assert_eq!(
            keys(item),
            [
                "address",
                "assigned",
                "checklist",
                "decisions",
                "door",
                "reasons",
                "status",
                "takers"
            ]
        );
        assert_eq!(item["status"], "due");
        assert!(item["reasons"][0]["kind"].is_string(), "{item}");
    }
    let of = |key: &str| items[0][key].as_str().unwrap().to_owned();
    (of("door"), of("address"))
}

fn log_visit(phone: &Home, door: &str) -> String {
    let bad = [
        "visit",
        "log",
        "--door",
        door,
        "--outcome",
        "met",
        "--answer",
        "moood=好",
    ];
    assert_eq!(phone.error(&bad, 1)["code"], "unknown_item");
    let zeros = "0".repeat(32);
    let elsewhere = ["visit", "log", "--door", &zeros, "--outcome", "met"];
    assert_eq!(phone.error(&elsewhere, 1)["code"], "not_found");
    let logged = phone.json(&[
        "visit",
        "log",
        "--door",
        &door[..12],
        "--outcome",
        "见到",
        "--channel",
        "at_the_door",
        "--answer",
        "mood=一般",
        "--answer",
        "meals=yes",
        "--summary",
        "血压平稳，缺一个助行器",
        "--follow-up",
        "2099-01-05",
        "--with",
        "赵志愿",
    ]);
    assert_eq!(keys(&logged), ["visit"]);
    logged["visit"].as_str().unwrap().to_owned()
}

fn the_office_sees(office: &Home, visit: &str, door: &str, address: &str) {
    let visits = office.json(&["visit", "list"]);
    assert_eq!(keys(&visits), ["visits"]);
    let visits = visits["visits"].as_array().unwrap();
    assert_eq!(visits.len(), 1);
    let seen = &visits[0];
    assert_eq!(
        keys(seen),
        [
            "at",
            "beside",
            "by",
            "corrects",
            "door",
            "follow_up",
            "outcome",
            "summary",
            "visit"
        ]
    );
    for (key, value) in [
        ("visit", visit),
        ("door", door),
        ("by", "李文丽"),
        ("outcome", "met"),
        ("summary", "血压平稳，缺一个助行器"),
        ("follow_up", "2099-01-05"),
    ] {
        assert_eq!(seen[key], value, "{key}");
    }
    assert!(seen["at"].as_str().unwrap().ends_with("+08:00"));
    assert_eq!(
        &office.json(&["visit", "list", "--door", &door[..8], "--limit", "1"])["visits"][0],
        seen
    );

    let whole = office.json(&["visit", "show", visit]);
    assert_eq!(
        (&whole["address"], &whole["channel"]),
        (&address.into(), &"at_the_door".into())
    );
    assert_eq!(whole["with"], Value::from(vec!["赵志愿"]));
    let answers = whole["answers"].as_array().unwrap();
    assert_eq!(answers.len(), 2);
    assert_eq!(
        (&answers[1]["item"], &answers[1]["answer"]["zh"]),
        (&"mood".into(), &"一般".into())
    );
    assert_eq!(
        office.error(&["visit", "show", &"0".repeat(32)], 1)["code"],
        "not_found"
    );
}

fn looks_up(office: &Home, door: &str) {
    let shown = office.json(&["door", "show", &door[..8]]);
    assert_eq!(
        keys(&shown),
        [
            "address",
            "by_hand",
            "cadence",
            "door",
            "external_id",
            "grid",
            "kind",
            "last_done",
            "people",
            "visits"
        ]
    );
    let person = &shown["people"][0];
    assert_eq!(keys(person), ["name", "needs", "person", "phone", "remark"]);
    let need = &person["needs"][0];
    assert_eq!(
        (need["basis"].as_str(), need["until"].is_null()),
        (Some("statutory"), true)
    );
    assert_eq!(
        office.error(&["door", "show", &door[..3]], 2)["code"].as_str(),
        Some("usage")
    );
    let doors = office.json(&["door", "list", "--grid", "LY01"]);
    assert_eq!(doors["doors"].as_array().unwrap().len(), 312);

    let name = person["name"].as_str().unwrap();
    let hits = office.json(&["search", name]);
    let hits = hits["hits"].as_array().unwrap();
    assert!(!hits.is_empty());
    assert!(
        hits.iter().all(|hit| keys(hit) == ["id", "kind", "title"]),
        "{hits:?}"
    );
    assert_eq!(
        office.json(&["quarantine", "list"])["quarantined"],
        Value::Array(vec![])
    );
    assert_eq!(office.json(&["doctor"])["ok"], true);
}

fn the_text_is_for_people(office: &Home, door: &str) {
    let shown = |args: &[&str]| {
        let output = office.run(args);
        assert_eq!(
            output.status.code(),
            Some(0),
            "{args:?}: {}",
            text(&output.stderr)
        );
        text(&output.stdout)
    };
    assert!(shown(&["visit", "list"]).contains("李文丽"));
    assert!(shown(&["--lang", "en", "visit", "list"]).contains("summary"));
    assert!(shown(&["today", "--grid", "LY02"]).contains("待敲"));
    assert!(shown(&["door", "show", &door[..8]]).contains("频次"));
    assert!(shown(&["status"]).contains("柳荫社区"));
    assert!(shown(&["sync"]).contains("同步完成"));
    // No terminal, no code: the link alone is on the last line.
    let invited = shown(&["invite", "--role", "staff"]);
    assert!(
        invited
            .lines()
            .last()
            .unwrap()
            .starts_with("doorknock://join/1/"),
        "{invited}"
    );

    // A reader that goes away is no failure, and nothing is said of it.
    let mut child = program();
    child.arg("--home").arg(&office.0).args(["door", "list"]);
    let mut child = child
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(
        (output.status.code(), text(&output.stderr)),
        (Some(0), String::new())
    );
}
