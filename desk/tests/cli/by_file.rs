//! `sync --to` and `sync --from`, and what is said of where records are.

use std::path::Path;

use serde_json::Value;

use crate::hub::Hub;
use crate::out::{doors, office, visit};
use crate::program::{Home, keys, text};

fn phone(dir: &Path, office: &Home, name: &str) -> Home {
    office.json(&["sync"]);
    let invited = office.json(&["invite", "--role", "worker", "--grid", "LY01"]);
    let phone = Home(dir.join(name));
    phone.json(&["join", invited["link"].as_str().unwrap(), "--name", name]);
    phone.json(&["sync"]);
    office.json(&["sync"]);
    phone
}

fn state(home: &Home, visit: &str) -> Value {
    let shown = home.json(&["visit", "show", visit]);
    assert_eq!(
        keys(&shown["where"]),
        ["message", "set_aside", "state", "waiting"]
    );
    shown["where"]["state"].clone()
}

#[test]
fn a_stick_goes_from_phone_to_office_and_back_and_only_then_is_the_visit_at_the_hub() {
    let dir = tempfile::tempdir().unwrap();
    let hub = Hub::start(&dir.path().join("hub"));
    let office = office(dir.path(), &hub);
    let li = phone(dir.path(), &office, "李文丽");
    let (door, _) = doors(&li, "LY01")[0].clone();
    let id = visit(&li, &door, &["--outcome", "met", "--summary", "血压平稳"]);
    assert_eq!(state(&li, &id), "here_only");

    let stick = dir.path().join("stick.dks");
    let stick = stick.to_str().unwrap();
    let written = li.json(&["sync", "--to", stick]);
    assert_eq!(
        keys(&written),
        [
            "bytes_down",
            "bytes_up",
            "entries",
            "file",
            "pulled",
            "pushed",
            "quarantined",
            "receipts",
            "relayed",
            "round_trips",
            "statements"
        ]
    );
    assert!(written["pushed"].as_u64() > Some(0), "{written}");
    assert_eq!(written["bytes_up"], std::fs::metadata(stick).unwrap().len());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(stick).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    assert_eq!(state(&li, &id), "carried");
    assert_eq!(li.error(&["sync", "--to", stick], 1)["code"], "file_exists");
    let status = li.json(&["status"]);
    assert_eq!(
        (&status["pending_visits"], &status["at_hub_visits"]),
        (&1.into(), &0.into())
    );

    let read = office.json(&["sync", "--from", stick]);
    assert_eq!(
        keys(&read),
        [
            "at",
            "by",
            "bytes_down",
            "bytes_up",
            "charter_refused",
            "entries",
            "known",
            "not_for_us",
            "pulled",
            "pushed",
            "quarantined",
            "relayed",
            "round_trips",
            "statements",
            "whole"
        ]
    );
    assert_eq!(
        (&read["by"], &read["whole"]),
        (&"李文丽".into(), &true.into()),
        "{read}"
    );
    assert!(read["pulled"].as_u64() > Some(0), "{read}");
    assert_eq!(state(&office, &id), "from_file");
    assert!(office.json(&["status"])["to_bring"].as_u64() > Some(0));
    assert!(office.json(&["sync"])["relayed"].as_u64() > Some(0));
    office.json(&["sync", "--to", stick, "--force"]);
    let back = li.json(&["sync", "--from", stick]);
    assert!(back["pushed"].as_u64() > Some(0), "{back}");
    assert_eq!(state(&li, &id), "at_hub");

    let status = li.json(&["status"]);
    assert_eq!(
        (&status["pending"], &status["at_hub_visits"]),
        (&0.into(), &1.into()),
        "{status}"
    );
    let spaces = status["spaces"].as_array().unwrap();
    assert_eq!(
        keys(&spaces[0]),
        [
            "at_hub",
            "carried",
            "grid",
            "kind",
            "name",
            "pending",
            "position",
            "quarantined",
            "refused",
            "space",
            "to_bring",
            "waiting"
        ]
    );
    let casework = spaces
        .iter()
        .find(|space| space["kind"] == "casework")
        .unwrap();
    assert_eq!(
        (&casework["grid"], &casework["at_hub"]),
        (&"LY01".into(), &1.into())
    );
    let shown = text(&li.run(&["visit", "show", &id]).stdout);
    assert!(shown.contains("状态：已到服务器"), "{shown}");
    let shown = text(&li.run(&["status"]).stdout);
    assert!(
        shown.contains("走访档案") && shown.contains("已到服务器"),
        "{shown}"
    );
}

#[test]
fn files_that_are_damaged_cut_of_others_or_not_there_are_said_to_be_so_in_both_languages() {
    let dir = tempfile::tempdir().unwrap();
    let hub = Hub::start(&dir.path().join("hub"));
    let office = office(dir.path(), &hub);
    let li = phone(dir.path(), &office, "李文丽");
    let stick = dir.path().join("stick.dks");
    let path = stick.to_str().unwrap();
    office.json(&["sync", "--to", path, "--all"]);
    let whole = std::fs::read(&stick).unwrap();

    std::fs::write(&stick, &whole[..whole.len() - 1]).unwrap();
    let cut = li.run(&["sync", "--from", path, "--json"]);
    // Where the file is short, its only frame is lost and it does not open at all.
    let said: Value = serde_json::from_str(&text(&cut.stdout)).unwrap();
    assert_eq!(cut.status.code(), Some(1));
    assert!(
        said["whole"] == false || said["code"] == "file_not_ours",
        "{said}"
    );

    for (bytes, code) in [
        (&b"%PDF-1.7 not ours at all"[..], "file_not_one"),
        (&whole[..60], "file_not_ours"),
    ] {
        std::fs::write(&stick, bytes).unwrap();
        assert_eq!(li.error(&["sync", "--from", path], 1)["code"], code);
        let english = li.run(&["sync", "--from", path, "--lang", "en"]);
        let said = text(&english.stderr);
        assert!(said.is_ascii() && said.lines().count() == 1, "{said}");
    }
    let gone = dir.path().join("没有");
    assert_eq!(
        li.error(&["sync", "--from", gone.to_str().unwrap()], 1)["code"],
        "file_io"
    );
    let nowhere = dir.path().join("nowhere/stick");
    assert_eq!(
        li.error(&["sync", "--to", nowhere.to_str().unwrap()], 1)["code"],
        "out_file"
    );
    for wrong in [
        &["sync", "--to", path, "--from", path][..],
        &["sync", "--all"],
        &["sync", "--from", path, "--force"],
    ] {
        assert_eq!(li.error(wrong, 2)["code"], "usage");
    }
    let alone = Home(dir.path().join("alone"));
    assert_eq!(alone.error(&["sync", "--from", path], 1)["code"], "no_home");
    assert_eq!(
        li.json(&["quarantine", "list"])["quarantined"],
        Value::Array(vec![])
    );
    assert_eq!(li.json(&["quarantine", "retry"])["applied"], 0);
}
