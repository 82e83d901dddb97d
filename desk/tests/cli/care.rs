//! People in care and checklists on the command line.

use serde_json::Value;

use crate::hub::Hub;
use crate::program::{Home, keys, text};

struct Scene {
    dir: tempfile::TempDir,
    _hub: Hub,
    office: Home,
    door: String,
}

fn scene() -> Scene {
    let dir = tempfile::tempdir().unwrap();
    let hub = Hub::start(&dir.path().join("hub"));
    let office = Home(dir.path().join("office"));
    let create = ["community", "create", "--name", "柳荫", "--hub", &hub.url];
    office.json(&create);
    let file = dir.path().join("roster.csv");
    std::fs::write(
        &file,
        "网格,小区,楼栋,单元,房号,户主\nG1,阳光花园,3,2,501,赵奶奶\n",
    )
    .unwrap();
    office.json(&["import", file.to_str().unwrap()]);
    let doors = office.json(&["door", "list"]);
    let door = doors["doors"][0]["door"].as_str().unwrap().to_owned();
    Scene {
        dir,
        _hub: hub,
        office,
        door,
    }
}

fn cadence(home: &Home, door: &str) -> Value {
    home.json(&["door", "show", door])["cadence"].clone()
}

#[test]
fn a_person_comes_into_care_is_reviewed_and_leaves() {
    let Scene { office, door, .. } = &scene();
    let added = office.json(&[
        "care",
        "add",
        "--door",
        &door[..6],
        "--name",
        "赵奶奶",
        "--category",
        "独居",
        "--category",
        "chronic_illness",
        "--phone",
        "1000-321",
        "--note",
        "耳背，多按门铃",
    ]);
    assert_eq!(keys(&added), ["person"]);
    let person = added["person"].as_str().unwrap();
    assert_eq!(cadence(office, door), "monthly");
    let list = office.json(&["care", "list", "--grid", "G1"]);
    let line = &list["people"][0];
    assert_eq!(
        keys(line),
        [
            "address",
            "door",
            "grid",
            "name",
            "needs",
            "person",
            "phone",
            "remark",
            "review_due"
        ]
    );
    assert_eq!(
        keys(&line["needs"][0]),
        [
            "basis", "cadence", "category", "consent", "note", "reason", "review", "risk", "since",
            "until"
        ]
    );
    assert_eq!(line["needs"][0]["basis"], "statutory");
    assert_eq!(
        office.json(&["care", "list", "--due-review"])["people"],
        Value::Array(vec![])
    );
    let found = office.json(&["search", "独居"]);
    assert_eq!(found["hits"][0]["id"], person);

    office.json(&[
        "care",
        "review",
        &person[..8],
        "--risk",
        "高",
        "--note",
        "上月跌倒一次",
    ]);
    assert_eq!(cadence(office, door), "weekly");
    office.json(&[
        "care",
        "review",
        person,
        "--category",
        "独居",
        "--cadence",
        "every:3",
    ]);
    assert_eq!(cadence(office, door), "every:3");
    let shown = office.json(&["care", "show", person]);
    assert_eq!(shown["reviews"].as_array().unwrap().len(), 2);
    assert_eq!(shown["reviews"][0]["note"], "上月跌倒一次");
    let page = text(&office.run(&["person", "show", person]).stdout);
    for part in ["赵奶奶", "独居（高，每 3 天", "耳背", "跌倒"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    office.json(&[
        "care",
        "end",
        person,
        "--category",
        "独居",
        "--reason",
        "recovered",
    ]);
    assert_eq!(cadence(office, door), "weekly");
    office.json(&["care", "end", person, "--reason", "已搬离"]);
    assert_eq!(cadence(office, door), Value::Null);
    let again = office.error(&["care", "end", person, "--reason", "moved"], 1);
    assert_eq!(again["code"], "no_such_need");
    assert_eq!(office.json(&["todo"])["todos"], Value::Array(vec![]));
    assert_eq!(
        office.error(&["care", "show", "ffffffff"], 1)["code"],
        "not_found"
    );
}

#[test]
fn consent_is_given_whole_or_not_at_all() {
    let Scene { office, door, .. } = &scene();
    let base = [
        "care",
        "add",
        "--door",
        door,
        "--name",
        "孙爷爷",
        "--category",
        "empty_nest",
    ];
    let with = |more: &[&str]| {
        let mut all = base.to_vec();
        all.extend(more);
        all.into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let refused = |more: &[&str]| {
        let args = with(more);
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        office.error(&args, 2)["message"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert!(refused(&["--basis", "consent"]).contains("--consent-by"));
    assert!(refused(&["--basis", "本人同意"]).contains("--consent-by"));
    assert!(refused(&["--consent-by", "本人"]).contains("--consent-on"));
    let given = with(&[
        "--basis",
        "consent",
        "--consent-by",
        "女儿",
        "--consent-on",
        "2026-01-01",
        "--consent-for",
        "定期探望",
        "--consent-until",
        "2099-12-31",
    ]);
    let given: Vec<&str> = given.iter().map(String::as_str).collect();
    office.json(&given);
    let need = office.json(&["care", "list"])["people"][0]["needs"][0].clone();
    assert_eq!(
        (need["basis"].as_str(), need["consent"]["by"].as_str()),
        (Some("consent"), Some("女儿"))
    );
}

#[test]
fn levels_have_their_cadence_and_people_are_edited() {
    let Scene { office, door, .. } = &scene();
    let levels = office.json(&["care", "cadence"]);
    assert_eq!(levels["cadences"]["high"], "weekly");
    office.json(&[
        "care",
        "add",
        "--door",
        door,
        "--name",
        "赵奶奶",
        "--category",
        "失能",
    ]);
    office.json(&["care", "cadence", "--risk", "high", "--every", "every:2"]);
    let todos = office.json(&["todo"]);
    assert_eq!(
        keys(&todos["todos"][0]),
        ["door", "kind", "person", "since", "title", "what"]
    );
    assert_eq!(todos["todos"][0]["kind"], "plan");
    assert!(text(&office.run(&["todo"]).stdout).contains("阳光花园3栋2单元501室"));
    assert_eq!(office.json(&["care", "replan"])["changed"], 1);
    assert_eq!(cadence(office, door), "every:2");
    assert_eq!(office.json(&["care", "replan", door])["changed"], 0);
    assert!(
        office.error(&["care", "cadence", "--risk", "high"], 2)["message"]
            .as_str()
            .unwrap()
            .contains("--every")
    );

    let person = office.json(&["care", "list"])["people"][0]["person"].clone();
    let person = person.as_str().unwrap();
    let old = office.json(&["person", "show", person])["version"].clone();
    let edit = [
        "person",
        "edit",
        person,
        "--phone",
        "1000-999",
        "--remark",
        "女儿在外地",
    ];
    assert_eq!(office.json(&edit)["changed"], true);
    assert_eq!(office.json(&edit)["changed"], false);
    let late = [
        "person",
        "edit",
        person,
        "--version",
        old.as_str().unwrap(),
        "--phone",
        "1000-888",
    ];
    office.json(&late);
    assert_eq!(office.json(&["status"])["conflicts"], 1);
    assert_eq!(office.json(&["todo"])["todos"][0]["kind"], "conflict");
}

#[test]
fn a_community_adds_its_own_checklist_answers_it_and_retires_it() {
    let Scene {
        dir, office, door, ..
    } = &scene();
    let file = dir.path().join("stairs.csv");
    let file_name = file.to_str().unwrap();
    // As a Chinese spreadsheet saves it.
    let table = "行,代码,中文,英文,填法,选项\n清单,stairs,楼道巡查,,1\n分组,,消防\n项目,exit,通道畅通,,是否\n";
    let (gb, _, _) = encoding_rs::GB18030.encode(table);
    std::fs::write(&file, gb).unwrap();
    let added = office.json(&["template", "add", file_name]);
    assert_eq!(keys(&added), ["id", "template", "version"]);
    let list = office.json(&["template", "list"]);
    let codes: Vec<_> = list["templates"]
        .as_array()
        .unwrap()
        .iter()
        .map(|t| t["template"].as_str().unwrap())
        .collect();
    assert_eq!(
        codes,
        [
            "care-visit",
            "home-safety",
            "new-household",
            "shop",
            "extreme-weather",
            "stairs"
        ]
    );
    let log = |answer: &str, checklist: &[&str]| {
        let base = [
            "visit",
            "log",
            "--door",
            door,
            "--outcome",
            "met",
            "--answer",
            answer,
        ];
        [&base[..], checklist]
            .concat()
            .into_iter()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let args = log("exit=否", &["--checklist", "stairs"]);
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let visit = office.json(&args)["visit"].as_str().unwrap().to_owned();
    let unknown = log("exit=否", &["--checklist", "nothing"]);
    let unknown: Vec<&str> = unknown.iter().map(String::as_str).collect();
    assert_eq!(office.error(&unknown, 1)["code"], "no_such_checklist");
    office.json(&["template", "retire", "stairs"]);
    assert_eq!(office.error(&args, 1)["code"], "template_retired");
    let shown = text(&office.run(&["visit", "show", &visit]).stdout);
    assert!(shown.contains("通道畅通"), "{shown}");
    assert!(!text(&office.run(&["template", "list"]).stdout).contains("stairs"));
    assert!(text(&office.run(&["template", "list", "--all"]).stdout).contains("stairs"));

    std::fs::write(&file, "清单,x,巡查\n分组,,组\n项目,a,民族,,文字\n").unwrap();
    let refused = office.error(&["template", "add", file_name], 1);
    assert_eq!(refused["code"], "forbidden_item");
    assert!(
        refused["message"].as_str().unwrap().contains("第 3 行"),
        "{refused}"
    );
}
