//! A day's work on the command line: who goes where, drafts, corrections, and what a person confirms.

use serde_json::{Value, json};

use crate::program::{Home, keys, program, text};
use crate::records::scene;

/// A door that is due, and one that is not.
fn doors(phone: &Home) -> (String, String) {
    let items = phone.json(&["round"])["items"].clone();
    let due = items[0]["door"].as_str().unwrap().to_owned();
    let listed: Vec<&Value> = items
        .as_array()
        .unwrap()
        .iter()
        .map(|i| &i["door"])
        .collect();
    let all = phone.json(&["door", "list"])["doors"].clone();
    let all = all.as_array().unwrap();
    let quiet = all.iter().find(|d| !listed.contains(&&d["door"])).unwrap();
    (due, quiet["door"].as_str().unwrap().to_owned())
}

fn line(home: &Home, grid: &str, door: &str) -> Option<Value> {
    let items = home.json(&["round", "--grid", grid])["items"].clone();
    let items = items.as_array().unwrap();
    items.iter().find(|i| i["door"] == door).cloned()
}

#[test]
fn people_take_leave_out_give_and_add_doors() {
    let scene = scene();
    let (office, phone, grid) = (&scene.office, &scene.phone, scene.grid.as_str());
    let (due, quiet) = doors(phone);
    let taken = phone.json(&["round", "take", &due[..8]]);
    assert_eq!(keys(&taken), ["decision"]);
    assert_eq!(phone.json(&["round", "take", &due]), taken);
    phone.json(&["sync"]);
    office.json(&["sync"]);
    let seen = line(office, grid, &due).unwrap();
    assert_eq!(seen["takers"][0]["name"], "李文丽");
    assert_eq!(seen["decisions"][0]["what"], "take");
    assert!(text(&office.run(&["round", "--grid", grid]).stdout).contains("李文丽"));

    assert_eq!(phone.error(&["round", "skip", &due], 2)["code"], "usage");
    phone.json(&["round", "skip", &due, "--reason", "住院"]);
    assert_eq!(line(phone, grid, &due).unwrap()["status"], "skipped");
    assert!(text(&phone.run(&["round"]).stdout).contains("跳过：住院"));
    assert_eq!(phone.json(&["round", "release", &due])["released"], 2);
    assert_eq!(line(phone, grid, &due).unwrap()["status"], "due");

    let given = ["round", "assign", &due, "--to", "李文丽"];
    let given = office.json(&given)["decision"].as_str().unwrap().to_owned();
    office.json(&["round", "add", &quiet, "--reason", "灯一直亮着"]);
    office.json(&["sync"]);
    phone.json(&["sync"]);
    let assigned = &line(phone, grid, &due).unwrap()["assigned"][0];
    assert_eq!(assigned["name"], "李文丽");
    let added = line(phone, grid, &quiet).unwrap();
    assert_eq!(added["reasons"][0]["kind"], "added");
    assert_eq!(added["reasons"][0]["why"], "灯一直亮着");
    let back = ["round", "release", &due, "--decision", &given];
    assert_eq!(office.json(&back)["released"], 1);
    assert_eq!(office.error(&back, 1)["code"], "not_found");
    let nobody = ["round", "assign", &due, "--to", "没有这人"];
    assert_eq!(office.error(&nobody, 1)["code"], "not_found");
    let past = ["round", "take", &due, "--date", "2020-01-01"];
    assert_eq!(phone.error(&past, 1)["code"], "day_is_over");
}

#[test]
fn the_office_gives_a_rule_to_doors_without_a_plan() {
    let scene = scene();
    assert_eq!(
        scene.office.json(&["round", "rule"]),
        json!({ "rules": [] })
    );
    let set = ["round", "rule", "--door", "商户", "--cadence", "daily"];
    let rules = scene.office.json(&set)["rules"].clone();
    assert_eq!(
        keys(&rules[0]),
        ["cadence", "checklist", "compound", "door", "since"]
    );
    assert_eq!(
        (&rules[0]["door"], &rules[0]["cadence"]),
        (&json!("shop"), &json!("daily"))
    );
    assert_eq!(scene.phone.error(&set, 1)["code"], "not_office");
    let off = ["round", "rule", "--door", "shop", "--cadence", "none"];
    assert_eq!(scene.office.json(&off), json!({ "rules": [] }));
    let wrong = ["round", "rule", "--cadence", "sometimes"];
    assert_eq!(scene.office.error(&wrong, 2)["code"], "usage");
}

#[test]
fn a_visit_is_drafted_recorded_corrected_and_undone() {
    let scene = scene();
    let (phone, grid) = (&scene.phone, scene.grid.as_str());
    let (due, _) = doors(phone);
    let saved = phone.json(&[
        "visit",
        "log",
        "--draft",
        "--door",
        &due,
        "--summary",
        "写到一半",
    ]);
    assert_eq!(keys(&saved), ["draft"]);
    let draft = saved["draft"].as_str().unwrap();
    let drafts = phone.json(&["visit", "draft", "list"]);
    assert_eq!(drafts["drafts"][0]["summary"], "写到一半");
    assert_eq!(
        phone.json(&["visit", "draft", "show", draft]),
        drafts["drafts"][0]
    );
    let lacking = ["visit", "log", "--from-draft", draft];
    assert_eq!(phone.error(&lacking, 2)["code"], "usage");
    let logged = phone.json(&["visit", "log", "--from-draft", draft, "--outcome", "met"]);
    let visit = logged["visit"].as_str().unwrap();
    assert_eq!(phone.json(&["visit", "show", visit])["summary"], "写到一半");
    assert_eq!(
        phone.json(&["visit", "draft", "list"]),
        json!({ "drafts": [] })
    );
    assert_eq!(
        phone.error(&["visit", "draft", "discard", draft], 1)["code"],
        "not_found"
    );
    assert_eq!(line(phone, grid, &due).unwrap()["status"], "done");

    let correct = [
        "visit",
        "correct",
        visit,
        "--outcome",
        "nobody_home",
        "--why",
        "点错了",
    ];
    let corrected = phone.json(&correct)["visit"].as_str().unwrap().to_owned();
    let list = phone.json(&["visit", "list"])["visits"].clone();
    assert_eq!(list.as_array().unwrap().len(), 1);
    assert_eq!(list[0]["visit"], corrected);
    assert_eq!(list[0]["corrects"], json!([visit]));
    let whole = phone.json(&["visit", "show", &corrected]);
    assert_eq!(whole["why"], "点错了");
    assert_eq!(whole["corrected"][0]["outcome"], "met");
    assert_eq!(
        phone.json(&["visit", "show", visit])["corrected_by"],
        json!([corrected])
    );
    assert!(text(&phone.run(&["visit", "list"]).stdout).contains("已更正"));
    let seen = line(phone, grid, &due).unwrap();
    assert_eq!(seen["status"], "due");
    assert_eq!(
        seen["reasons"].as_array().unwrap().last().unwrap()["kind"],
        "due"
    );

    let undone = phone.json(&["visit", "undo", &corrected]);
    assert_eq!(phone.json(&["visit", "list"])["visits"], json!([]));
    let void = undone["visit"].as_str().unwrap();
    assert_eq!(phone.json(&["visit", "show", void])["void"], true);
    let shown = text(&phone.run(&["visit", "show", void]).stdout);
    assert!(
        shown.contains("这次走访没有发生") && shown.contains("写到一半"),
        "{shown}"
    );
}

#[test]
fn somebody_moved_away_and_a_person_confirms_it() {
    let scene = scene();
    let phone = &scene.phone;
    let (due, _) = doors(phone);
    assert_eq!(phone.json(&["visit", "confirm"]), json!({ "visits": [] }));
    let log = ["visit", "log", "--door", &due, "--outcome", "moved_away"];
    let visit = phone.json(&log)["visit"].as_str().unwrap().to_owned();
    assert_eq!(
        phone.json(&["visit", "confirm"])["visits"][0]["visit"],
        visit
    );
    let person = phone.json(&["door", "show", &due])["people"][0]["person"].clone();
    let confirm = [
        "visit",
        "confirm",
        &visit,
        "--person",
        person.as_str().unwrap(),
    ];
    let done = phone.json(&confirm);
    assert_eq!(keys(&done), ["needs_ended", "people", "plan_ended"]);
    assert_eq!(done["people"], json!([person]));
    assert_eq!(phone.json(&["visit", "confirm"]), json!({ "visits": [] }));
    assert_eq!(phone.json(&["door", "show", &due])["cadence"], Value::Null);
}

#[test]
fn a_phone_set_to_another_time_zone_shows_the_same_list() {
    let scene = scene();
    let (due, _) = doors(&scene.phone);
    let at = "2026-02-28T23:30:00+08:00";
    scene.phone.json(&[
        "visit",
        "log",
        "--door",
        &due,
        "--outcome",
        "met",
        "--at",
        at,
    ]);
    let list = |zone: &str| {
        let round = program()
            .env("TZ", zone)
            .arg("--home")
            .arg(&scene.phone.0)
            .args(["round", "--date", "2026-02-28", "--json"])
            .output()
            .unwrap();
        crate::program::object(&round)["items"].clone()
    };
    let here = list("Asia/Shanghai");
    assert_eq!(here[0]["status"], "done");
    for zone in ["America/New_York", "Pacific/Kiritimati", "UTC"] {
        assert_eq!(list(zone), here, "{zone}");
    }
}
