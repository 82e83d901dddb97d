//! Records of general kinds on the command line: the commands follow from the declarations.

use doorknock::Doorknock;
use doorknock::model::kind::{Field, Merge, Shape};
use serde_json::Value;

use crate::hub::Hub;
use crate::program::{Home, roster, text};

pub(crate) struct Scene {
    _dir: tempfile::TempDir,
    _hub: Hub,
    pub(crate) office: Home,
    pub(crate) phone: Home,
    pub(crate) grid: String,
}

/// An office with the sample roster and a worker's phone.
pub(crate) fn scene() -> Scene {
    let dir = tempfile::tempdir().unwrap();
    let hub = Hub::start(&dir.path().join("hub"));
    let office = Home(dir.path().join("office"));
    office.json(&[
        "community",
        "create",
        "--name",
        "柳荫社区",
        "--hub",
        &hub.url,
    ]);
    let file = roster();
    office.json(&["import", file.to_str().unwrap()]);
    office.json(&["sync"]);
    let doors = office.json(&["door", "list"]);
    let grid = doors["doors"][0]["grid"].as_str().unwrap().to_owned();
    let link = office.json(&["invite", "--role", "worker", "--grid", &grid]);
    let phone = Home(dir.path().join("phone"));
    phone.json(&["join", link["link"].as_str().unwrap(), "--name", "李文丽"]);
    phone.json(&["sync"]);
    Scene {
        _dir: dir,
        _hub: hub,
        office,
        phone,
        grid,
    }
}

fn json(home: &Home, args: &[String]) -> Value {
    home.json(&args.iter().map(String::as_str).collect::<Vec<_>>())
}

/// The options for one value of a field: one for each part of a record.
fn options(field: &Field) -> Vec<String> {
    let option = |name: &str, shape| [format!("--{name}"), typed(shape)];
    match field.shape {
        Shape::Record(members) => members
            .iter()
            .flat_map(|m| option(m.name, m.shape))
            .collect(),
        shape if field.merge == Merge::Text => option("text", shape).into(),
        shape => option("on", shape).into(),
    }
}

fn typed(shape: Shape) -> String {
    match shape {
        Shape::Bool => "是".into(),
        Shape::Int => "12".into(),
        Shape::Day => "2026-11-22".into(),
        Shape::Time => "2026-11-22T09:00:00+08:00".into(),
        Shape::Cadence => "weekly".into(),
        Shape::Id | Shape::Ids => "0197f3a0b1c2d3e4f5a6b7c8d9e0f102".into(),
        Shape::Word(words) => words[0].zh.into(),
        _ => "春风行动".into(),
    }
}

#[test]
fn every_kind_is_added_listed_shown_edited_and_ended() {
    let scene = scene();
    for kind in Doorknock::record_kinds() {
        let mut add: Vec<String> = vec![kind.name.into(), "add".into()];
        if kind.space.per_grid() {
            add.extend(["--grid".into(), scene.grid.clone()]);
        }
        for field in kind.fields.iter().filter(|f| !f.keyed && !f.ends) {
            add.extend([
                format!("--{}", field.name.replace('_', "-")),
                typed(field.shape),
            ]);
        }
        let made = json(&scene.office, &add);
        let id = made["id"].as_str().unwrap();
        let listed = scene.office.json(&[kind.name, "list"]);
        assert_eq!(listed["records"][0]["id"], id, "{}", kind.name);
        let shown = scene.office.json(&[kind.name, "show", &id[..30]]);
        assert_eq!(shown["id"], id);
        assert!(text(&scene.office.run(&[kind.name, "show", id]).stdout).contains(id));
        assert!(text(&scene.office.run(&[kind.name, "list"]).stdout).contains(id));
        for field in kind.fields.iter().filter(|f| f.keyed) {
            let append = [kind.name, "append", field.name, id].map(String::from);
            let append = [&append[..], &options(field)].concat();
            let item = json(&scene.office, &append)["item"].clone();
            let shown = scene.office.json(&[kind.name, "show", id]);
            assert_eq!(shown["items"][0]["id"], item, "{append:?}");
        }
        let again = [kind.name, "edit", id].map(String::from);
        let again = [&again[..], &add[add.len() - 2..]].concat();
        assert_eq!(
            json(&scene.office, &again)["changed"],
            false,
            "{}",
            kind.name
        );

        let end = [kind.name, "end", id].map(String::from);
        let end = [&end[..], &options(kind.ending().unwrap())].concat();
        assert_eq!(json(&scene.office, &end)["changed"], true, "{end:?}");
        let left = scene.office.json(&[kind.name, "list"]);
        assert_eq!(left["records"].as_array().unwrap().len(), 0);
        let all = scene.office.json(&[kind.name, "list", "--all"]);
        assert_eq!(all["records"][0]["ended"], true, "{}", kind.name);
        let help = text(&scene.office.run(&[kind.name, "add", "--help"]).stdout);
        assert!(help.contains(kind.fields[0].zh), "{help}");
    }
}

#[test]
fn a_case_with_notes_that_two_people_edit_and_a_conflict_that_one_of_them_resolves() {
    let scene = scene();
    let door = scene.phone.json(&["door", "list"])["doors"][0]["door"].clone();
    let door = door.as_str().unwrap();
    let title = [
        "case",
        "open",
        "--title",
        "出院后照护",
        "--door",
        &door[..12],
    ];
    let case = scene.phone.json(&title)["id"].as_str().unwrap().to_owned();
    let note = scene
        .phone
        .json(&["note", "add", &case, "--text", "老人说腰疼。"]);
    let note = note["item"].as_str().unwrap().to_owned();
    scene.phone.json(&["sync"]);
    scene.office.json(&["sync"]);
    let seen = scene.office.json(&["case", "show", &case]);
    assert_eq!(seen["values"]["door"], door);
    let version = seen["version"].as_str().unwrap().to_owned();
    let edit = |home: &Home, said: &str| {
        let args = [
            "note",
            "edit",
            &case,
            &note,
            "--text",
            said,
            "--version",
            &version,
        ];
        assert_eq!(home.json(&args)["changed"], true);
        let review = if said.contains("已三天") {
            "2026-12-01"
        } else {
            "2026-12-08"
        };
        home.json(&[
            "case",
            "edit",
            &case,
            "--review",
            review,
            "--version",
            &version,
        ]);
    };
    edit(&scene.phone, "老人说腰疼，已三天。");
    edit(&scene.office, "老人说腰疼。约好周三就医。");
    for home in [&scene.phone, &scene.office, &scene.phone] {
        home.json(&["sync"]);
    }
    let shown = scene.phone.json(&["note", "list", &case]);
    assert_eq!(
        shown["items"][0]["data"],
        "老人说腰疼，已三天。约好周三就医。"
    );
    assert_eq!(shown["conflicts"][0], "review");
    let history = scene.phone.json(&["note", "show", &case, &note[..20]]);
    assert_eq!(history["history"].as_array().unwrap().len(), 3);

    let listed = scene.phone.json(&["conflict", "list"]);
    let conflict = &listed["conflicts"][0];
    let values = conflict["values"].as_array().unwrap();
    let who: Vec<&Value> = values.iter().map(|v| &v["by"]).collect();
    assert!(who.contains(&&Value::from("李文丽")) && who.contains(&&Value::from("管理员")));
    let said = text(&scene.phone.run(&["conflict", "list"]).stdout);
    assert!(
        said.contains("复核日期") && said.contains("1. ") && said.contains("2. "),
        "{said}"
    );
    let id = conflict["id"].as_str().unwrap();
    let keep = 1 + values.iter().position(|v| v["by"] == "李文丽").unwrap();
    let keep = keep.to_string();
    assert_eq!(
        scene
            .phone
            .error(&["conflict", "resolve", id, "--keep", "9"], 1)["code"],
        "bad_choice"
    );
    assert_eq!(
        scene.phone.error(&["conflict", "resolve", id], 2)["code"],
        "usage"
    );
    scene
        .phone
        .json(&["conflict", "resolve", id, "--keep", &keep]);
    assert_eq!(
        scene.phone.json(&["case", "show", &case])["values"]["review"],
        "2026-12-01"
    );
    assert_eq!(scene.phone.json(&["status"])["conflicts"], 0);
    assert_eq!(
        scene.phone.error(
            &[
                "campaign",
                "add",
                "--name",
                "x",
                "--since",
                "2026-12-01",
                "--until",
                "2026-12-02"
            ],
            1
        )["code"],
        "not_allowed"
    );
    let wrong = scene
        .phone
        .error(&["case", "edit", &case, "--review", "下周"], 1);
    assert_eq!(wrong["code"], "bad_value");
    assert!(
        wrong["message"].as_str().unwrap().contains("2026-11-22"),
        "{wrong}"
    );
}
