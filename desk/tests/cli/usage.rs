//! What needs no community: usage, languages, where the home is, help.

use std::process::Command;

use serde_json::Value;

use crate::program::{Home, keys, object, program, roster, text};

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
    let commands: [&[&str]; 16] = [
        &["import", roster.to_str().unwrap()],
        &["invite", "--role", "staff"],
        &["today"],
        &["visit", "list"],
        &["visit", "log", "--door", "1234", "--outcome", "met"],
        &["door", "list"],
        &["matter", "list"],
        &["matter", "raise", "--title", "x"],
        &["search", "x"],
        &["ledger", "export", "--kind", "care", "--out", "none.xlsx"],
        &["report", "month"],
        &["export", "--out", "none.jsonl"],
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
    // A database without its key tells which place was taken.
    for name in ["option", "environment"] {
        std::fs::create_dir(at(name)).unwrap();
        std::fs::write(at(name).join("home.db"), [7; 8192]).unwrap();
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
    for later in ["demo", "erase", "rotate", "backup"] {
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
        "no_home"
    );
}
