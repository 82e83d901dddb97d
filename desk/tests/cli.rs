//! The program `doorknock`, run as people and scripts run it.

mod hub;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use hub::Hub;
use serde_json::Value;

fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_doorknock"));
    command
        .env_clear()
        .env("LANG", "zh_CN.UTF-8")
        .stdin(Stdio::null());
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A home and what is done in it.
struct Home(PathBuf);

impl Home {
    fn run<S: AsRef<OsStr>>(&self, args: &[S]) -> Output {
        program()
            .arg("--home")
            .arg(&self.0)
            .args(args)
            .output()
            .unwrap()
    }

    /// The one object on standard output of a command that succeeds.
    fn json(&self, args: &[&str]) -> Value {
        let output = self.run(&[args, &["--json"]].concat());
        let said = text(&output.stderr);
        assert_eq!(
            output.status.code(),
            Some(0),
            "{args:?}: {said}{}",
            text(&output.stdout)
        );
        assert_eq!(said, "", "{args:?}");
        object(&output)
    }

    /// The error object of a command that fails.
    fn error(&self, args: &[&str], exit: i32) -> Value {
        let output = self.run(&[args, &["--json"]].concat());
        assert_eq!(output.status.code(), Some(exit), "{args:?}");
        assert_eq!(text(&output.stderr), "", "{args:?}");
        let error = object(&output);
        assert_eq!(keys(&error), ["code", "message"], "{args:?}");
        error
    }
}

fn object(output: &Output) -> Value {
    let out = text(&output.stdout);
    assert_eq!(out.lines().count(), 1, "{out}");
    let value: Value = serde_json::from_str(&out).unwrap();
    assert!(value.is_object(), "{out}");
    value
}

fn keys(value: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> = value
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    keys.sort_unstable();
    keys
}

fn roster() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/sample-roster.csv")
}

#[test]
fn wrong_usage_is_one_line_with_exit_code_2_and_an_object_under_json() {
    let cases: [(&[&str], &str); 6] = [
        (&[], "缺少命令"),
        (&["walk"], "没有这个命令"),
        (&["visit", "log", "--door", "1234"], "--outcome"),
        (
            &["visit", "log", "--door", "1234", "--outcome", "slept"],
            "无人在家|nobody_home",
        ),
        (&["round", "--date", "someday"], "应为日期"),
        (
            &["--lang", "en", "status", "--colour"],
            "Usage: there is no option --colour",
        ),
    ];
    for (args, expected) in cases {
        let output = program().args(args).output().unwrap();
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {said}");
        assert_eq!(said.lines().count(), 1, "{args:?}: {said}");
        assert!(
            expected.split('|').any(|e| said.contains(e)),
            "{args:?}: {said}"
        );
        assert!(output.stdout.is_empty());

        let output = program().args(args).arg("--json").output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(output.stderr.is_empty());
        let error = object(&output);
        assert_eq!(keys(&error), ["code", "message"]);
        assert_eq!(error["code"], "usage");
        assert_eq!(error["message"].as_str().unwrap(), said.trim_end());
    }
}

#[test]
fn messages_follow_the_locale_and_the_option_overrides_it() {
    let dir = tempfile::tempdir().unwrap();
    let said = |lang: &[(&str, &str)], args: &[&str]| {
        let mut command = program();
        command
            .env_clear()
            .envs(lang.iter().copied())
            .arg("--home")
            .arg(dir.path().join("none"));
        text(&command.args(args).arg("status").output().unwrap().stderr)
    };
    let chinese = |line: &str| line.contains("这里还没有数据");
    assert!(chinese(&said(&[], &[])));
    assert!(chinese(&said(&[("LANG", "zh_CN.UTF-8")], &[])));
    assert!(chinese(&said(
        &[("LANG", "en_US.UTF-8"), ("LC_ALL", "zh_CN.UTF-8")],
        &[]
    )));
    assert!(chinese(&said(
        &[("LANG", "en_US.UTF-8")],
        &["--lang", "zh"]
    )));
    assert!(!chinese(&said(&[("LANG", "en_US.UTF-8")], &[])));
    assert!(said(&[("LANG", "zh_CN.UTF-8")], &["--lang=en"]).starts_with("There is no home"));
}

#[test]
fn without_a_home_every_command_that_needs_one_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let home = Home(dir.path().join("none"));
    let roster = roster();
    let commands: [&[&str]; 11] = [
        &["import", roster.to_str().unwrap()],
        &["invite", "--role", "staff"],
        &["today"],
        &["visit", "list"],
        &["visit", "log", "--door", "1234", "--outcome", "met"],
        &["door", "list"],
        &["search", "x"],
        &["sync"],
        &["status"],
        &["quarantine", "list"],
        &["doctor"],
    ];
    for command in commands {
        assert_eq!(home.error(command, 1)["code"], "no_home", "{command:?}");
    }
    assert!(!home.0.exists());
    let output = program().arg("status").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("--home"));
}

#[test]
fn the_home_comes_from_the_option_then_the_environment_then_the_platform() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    // A file where the home should be tells which place was taken.
    for name in ["option", "environment"] {
        std::fs::create_dir(at(name)).unwrap();
        std::fs::write(at(name).join("home.db"), "").unwrap();
    }
    let code = |command: &mut Command| {
        object(&command.args(["status", "--json"]).output().unwrap())["code"].clone()
    };
    let user = || {
        let mut command = program();
        command.env("HOME", at("user"));
        command
    };
    assert_eq!(code(&mut user()), "no_home");
    assert_eq!(
        code(user().env("DOORKNOCK_HOME", at("environment"))),
        "key_missing"
    );
    let mut both = user();
    both.env("DOORKNOCK_HOME", at("nowhere"))
        .arg("--home")
        .arg(at("option"));
    assert_eq!(code(&mut both), "key_missing");
}

#[test]
fn help_is_in_both_languages_and_offers_only_what_there_is() {
    let help = program().args(["--help"]).output().unwrap();
    assert_eq!(help.status.code(), Some(0));
    let help = text(&help.stdout);
    for part in [
        "敲门",
        "Doorknock",
        "命令 / Commands",
        "选项 / Options",
        "导入花名册",
        "Import",
        "today",
    ] {
        assert!(help.contains(part), "{part}: {help}");
    }
    for later in ["demo", "matter", "campaign", "ledger", "backup"] {
        assert!(!help.contains(later), "{later}: {help}");
    }
    let help = text(
        &program()
            .args(["visit", "log", "--help"])
            .output()
            .unwrap()
            .stdout,
    );
    for part in ["--follow-up", "约定回访", "nobody_home", "无人在家"] {
        assert!(help.contains(part), "{part}: {help}");
    }
    let version = text(&program().arg("--version").output().unwrap().stdout);
    assert_eq!(
        version,
        format!("doorknock {}\n", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn a_checklist_shows_what_its_items_take() {
    let dir = tempfile::tempdir().unwrap();
    let home = Home(dir.path().to_owned());
    let template = home.json(&["template", "show"]);
    assert_eq!(keys(&template), ["groups", "label", "template", "version"]);
    assert_eq!(template["template"], "care-visit");
    let groups = template["groups"].as_array().unwrap();
    let items: Vec<&Value> = groups
        .iter()
        .flat_map(|g| g["items"].as_array().unwrap())
        .collect();
    assert_eq!((groups.len(), items.len()), (5, 15));
    let mood = items.iter().find(|item| item["item"] == "mood").unwrap();
    assert_eq!(
        (mood["asks"].as_str(), mood["choices"][2]["zh"].as_str()),
        (Some("choice"), Some("低落"))
    );
    let shown = text(&home.run(&["template", "show", "care-visit"]).stdout);
    assert!(
        shown.contains("好 / 一般 / 低落") && shown.lines().count() == 17,
        "{shown}"
    );
    assert_eq!(
        home.error(&["template", "show", "other"], 1)["code"],
        "not_found"
    );
}

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
    assert_eq!(home.error(&["status"], 1)["code"], "not_joined");
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
    assert_eq!(
        office.error(&["invite", "--role", "worker"], 1)["code"],
        "grid_needed"
    );
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
            ["address", "checklist", "door", "reasons", "status"]
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
            "by",
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
    assert_eq!(keys(person), ["name", "needs", "phone", "remark"]);
    assert_eq!(keys(&person["needs"][0]), ["category", "review", "risk"]);
    assert_eq!(
        office.error(&["door", "show", &door[..3]], 1)["code"].as_str(),
        Some("door_prefix")
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
