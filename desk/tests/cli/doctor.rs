//! A damaged home: what `doctor` says of it, and what `doctor --salvage` makes of it.

use crate::hub::Hub;
use crate::program::{Home, object, roster, text};

const PAGE: usize = 4096;

/// An office and a phone that has visits nobody else has.
fn phone(folder: &std::path::Path, hub: &Hub) -> (Home, Home) {
    let (office, phone) = (Home(folder.join("office")), Home(folder.join("phone")));
    office.json(&["community", "create", "--name", "柳荫", "--hub", &hub.url]);
    office.json(&["import", roster().to_str().unwrap()]);
    office.json(&["sync"]);
    let invited = office.json(&["invite", "--role", "worker", "--grid", "LY01"]);
    phone.json(&[
        "join",
        invited["link"].as_str().unwrap(),
        "--name",
        "李文丽",
    ]);
    phone.json(&["sync"]);
    let doors = phone.json(&["door", "list"]);
    let door = doors["doors"][0]["door"].as_str().unwrap();
    for n in 0..3 {
        let summary = format!("没有发送过的第{n}次");
        phone.json(&[
            "visit",
            "log",
            "--door",
            door,
            "--outcome",
            "met",
            "--summary",
            &summary,
        ]);
    }
    (office, phone)
}

fn damage(home: &Home, from: usize, to: usize) -> Vec<u8> {
    let path = home.0.join("home.db");
    let mut bytes = std::fs::read(&path).unwrap();
    let to = to.min(bytes.len());
    bytes[from..to].fill(0);
    std::fs::write(&path, &bytes).unwrap();
    bytes
}

#[test]
fn a_home_that_does_not_open_is_reported_salvaged_and_syncs() {
    let dir = tempfile::tempdir().unwrap();
    let hub = Hub::start(&dir.path().join("hub"));
    let (office, phone) = phone(dir.path(), &hub);
    assert_eq!(phone.json(&["doctor"])["ok"], true);
    let bytes = damage(&phone, 0, PAGE);
    assert_eq!(phone.error(&["status"], 1)["code"], "home_unreadable");

    let output = phone.run(&["doctor", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let report = object(&output);
    assert_eq!(
        (&report["ok"], &report["checks"][0]["check"]),
        (&false.into(), &"database".into())
    );
    assert!(
        report["checks"][0]["detail"]
            .as_str()
            .unwrap()
            .contains("--salvage"),
        "{report}"
    );
    let english = text(&phone.run(&["doctor", "--lang", "en"]).stdout);
    assert!(
        english.contains('✗') && english.contains("salvage"),
        "{english}"
    );

    let new = Home(dir.path().join("new"));
    let folder = new.0.to_str().unwrap();
    let done = phone.json(&["doctor", "--salvage", folder]);
    assert_eq!(
        (&done["pending_visits"], &done["maybe_unsent"]),
        (&3.into(), &0.into())
    );
    assert_eq!(
        (&done["lost"]["changes"], &done["lost"]["keys"]),
        (&0.into(), &0.into())
    );
    assert!(done["kept"]["changes"].as_u64().unwrap() > 20, "{done}");
    assert!(
        std::fs::read(phone.0.join("home.db")).unwrap() == bytes,
        "the old file is as it was"
    );
    assert_eq!(
        phone.error(&["doctor", "--salvage", folder], 1)["code"],
        "home_exists"
    );

    new.json(&["sync"]);
    assert_eq!(new.json(&["status"])["pending"], 0);
    assert_eq!(new.json(&["doctor"])["ok"], true);
    office.json(&["sync"]);
    let found = office.json(&["search", "没有发送过"]);
    assert_eq!(found["hits"].as_array().unwrap().len(), 3, "{found}");
}

#[test]
fn what_is_kept_and_what_is_lost_is_told_in_both_languages() {
    let dir = tempfile::tempdir().unwrap();
    let hub = Hub::start(&dir.path().join("hub"));
    let (_, phone) = phone(dir.path(), &hub);
    // A page in the middle: the home may open, and `doctor` names the damage all the same.
    let length = std::fs::metadata(phone.0.join("home.db")).unwrap().len();
    let page = usize::try_from(length).unwrap() / PAGE * 3 / 4 * PAGE;
    damage(&phone, page, page + PAGE);
    let output = phone.run(&["doctor"]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stdout));
    assert_eq!(text(&output.stderr), "");
    for (lang, words) in [
        ("zh", ["保留", "尚未签收", "原目录未改动", "1 页读不出"]),
        (
            "en",
            [
                "kept",
                "no receipt",
                "old folder is as it was",
                "1 do not read",
            ],
        ),
    ] {
        let new = dir.path().join(lang);
        let args = ["doctor", "--salvage", new.to_str().unwrap(), "--lang", lang];
        let output = phone.run(&args);
        let said = text(&output.stdout);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        assert!(words.iter().all(|word| said.contains(word)), "{said}");
    }
}

#[test]
fn what_cannot_be_salvaged_says_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let hub = Hub::start(&dir.path().join("hub"));
    let (_, phone) = phone(dir.path(), &hub);
    damage(&phone, 0, usize::MAX);
    let new = dir.path().join("new");
    let error = phone.error(&["doctor", "--salvage", new.to_str().unwrap()], 1);
    assert_eq!(error["code"], "salvage_nothing");
    assert!(
        error["message"].as_str().unwrap().contains("邀请"),
        "{error}"
    );
    assert!(!new.join("home.db").exists());
}
