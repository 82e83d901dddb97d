//! Matters from the command line: a worker's phone raises, the office handles, a partner answers.

use serde_json::Value;

use crate::hub::Hub;
use crate::program::{Home, keys, roster, text};

struct Scene {
    dir: tempfile::TempDir,
    _hub: Hub,
    office: Home,
    phone: Home,
}

impl Scene {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let hub = Hub::start(&dir.path().join("hub"));
        let office = Home(dir.path().join("office"));
        let phone = Home(dir.path().join("phone"));
        office.json(&[
            "community",
            "create",
            "--name",
            "柳荫社区",
            "--hub",
            &hub.url,
        ]);
        office.json(&["import", roster().to_str().unwrap()]);
        office.json(&["sync"]);
        let invited = office.json(&["invite", "--role", "worker", "--grid", "LY01"]);
        let link = invited["link"].as_str().unwrap();
        phone.json(&["join", link, "--name", "李文丽"]);
        phone.json(&["sync"]);
        Self {
            dir,
            _hub: hub,
            office,
            phone,
        }
    }

    fn sync(&self) {
        for home in [&self.phone, &self.office, &self.phone] {
            home.json(&["sync"]);
        }
    }
}

fn raise(home: &Home, more: &[&str]) -> String {
    let args = [&["matter", "raise"], more].concat();
    let raised = home.json(&args);
    assert_eq!(
        keys(&raised),
        ["event", "matter", "next", "open", "place", "stage"]
    );
    raised["matter"].as_str().unwrap().to_owned()
}

fn act(home: &Home, line: &str) -> Value {
    let args: Vec<&str> = ["matter"].into_iter().chain(line.split(' ')).collect();
    home.json(&args)
}

fn stands(home: &Home, matter: &str) -> (String, String) {
    let shown = home.json(&["matter", "show", matter]);
    let of = |key: &str| shown[key].as_str().unwrap().to_owned();
    (of("stage"), of("place"))
}

#[test]
fn a_matter_is_raised_at_a_door_dispatched_answered_and_closed() {
    let scene = Scene::new();
    let (office, phone) = (&scene.office, &scene.phone);
    let list = phone.json(&["today"]);
    let door = list["items"][0]["door"].as_str().unwrap();
    let person = phone.json(&["door", "show", door])["people"][0].clone();
    let (name, number) = (
        person["name"].as_str().unwrap(),
        person["phone"].as_str().unwrap(),
    );
    let matter = raise(
        phone,
        &[
            "--title",
            "厨房水管|漏水",
            "--urgency",
            "急事",
            "--door",
            &door[..8],
            "--person",
            name,
            "--description",
            "夜里漏得厉害",
            "--visit-by",
            "2099-01-02",
        ],
    );
    let id = &matter[..8];
    let nobody = [
        "matter",
        "raise",
        "--title",
        "x",
        "--door",
        door,
        "--person",
        "没有这人",
    ];
    assert_eq!(phone.error(&nobody, 1)["code"], "not_found");
    let elsewhere = ["matter", "raise", "--title", "x", "--grid", "X"];
    assert_eq!(phone.error(&elsewhere, 1)["code"], "unknown_grid");

    let unsent = scene.dir.path().join("unsent.md");
    let unsent = ["matter", "sheet", id, "--out", unsent.to_str().unwrap()];
    assert_eq!(phone.error(&unsent, 1)["code"], "not_dispatched");

    // What is not possible names what is.
    let error = phone.error(&["matter", "close", id], 1);
    assert_eq!(error["code"], "step_not_possible");
    assert!(
        error["message"]
            .as_str()
            .unwrap()
            .contains("可以：上报、受理"),
        "{error}"
    );
    assert_eq!(phone.error(&["matter", "progress", id], 2)["code"], "usage");
    assert_eq!(
        phone.error(&["matter", "show", "0000"], 1)["code"],
        "not_found"
    );

    act(phone, &format!("report {id}"));
    act(phone, &format!("accept {id}"));
    let up = act(phone, &format!("escalate {id} --text 请社区协调"));
    assert_eq!(
        (&up["stage"], &up["place"]),
        (&"reported".into(), &"community".into())
    );
    assert_eq!(
        phone.json(&["matter", "list", "--visit"])["matters"][0]["visit_by"],
        "2099-01-02"
    );
    scene.sync();

    act(office, &format!("accept {id}"));
    let sheet = scene.dir.path().join("派单.md");
    let out = sheet.to_str().unwrap();
    let dispatch = [
        "matter",
        "dispatch",
        id,
        "--partner",
        "柳荫水务",
        "--due",
        "2099-01-05",
        "--text",
        "请更换水管",
        "--out",
        out,
    ];
    let sent = office.json(&dispatch);
    assert_eq!(
        (&sent["place"], &sent["file"]),
        (&"partner".into(), &out.into())
    );
    let written = std::fs::read_to_string(&sheet).unwrap();
    for part in [
        "柳荫水务",
        "柳荫社区",
        "水管\\|漏水",
        "请更换水管",
        "2099-01-05 23:59",
        id,
        "办理情况",
    ] {
        assert!(written.contains(part), "{part}: {written}");
    }
    for kept in [name, number, "夜里漏得厉害", "李文丽"] {
        assert!(!written.contains(kept), "{kept}: {written}");
    }
    // A sheet that was sent is not written over, and its step is not recorded twice.
    assert_eq!(office.error(&dispatch, 1)["code"], "file_exists");
    office.json(&["matter", "sheet", id, "--out", out, "--force"]);
    assert_eq!(std::fs::read_to_string(&sheet).unwrap(), written);
    let book = scene.dir.path().join("派单.xlsx");
    office.json(&["matter", "sheet", id, "--out", book.to_str().unwrap()]);
    assert!(std::fs::read(&book).unwrap().starts_with(b"PK"));
    let history = office.json(&["matter", "show", id])["history"].clone();
    assert_eq!(history.as_array().unwrap().len(), 6);
    let refused = scene.dir.path().join("x.md");
    let late = [
        "matter",
        "dispatch",
        id,
        "--partner",
        "x",
        "--due",
        "2000-01-01",
        "--out",
    ];
    let late = [&late[..], &[refused.to_str().unwrap()]].concat();
    assert_eq!(office.error(&late, 1)["code"], "due_in_past");
    assert!(!refused.exists());

    let wrong = ["matter", "answer", id, "--partner", "别的单位"];
    assert_eq!(office.error(&wrong, 1)["code"], "not_awaited");
    act(
        office,
        &format!("answer {id} --partner 柳荫水务 --text 已更换"),
    );
    act(office, &format!("resolve {id} --text 水管已更换"));
    scene.sync();
    act(phone, &format!("feedback {id} --satisfaction 满意"));
    let closed = act(phone, &format!("close {id}"));
    assert_eq!(closed["next"], Value::from(vec!["reopen"]));
    scene.sync();

    let shown = office.json(&["matter", "show", id]);
    assert_eq!(
        (
            &shown["stage"],
            &shown["in_grid"],
            &shown["satisfaction"],
            &shown["person"]
        ),
        (
            &"closed".into(),
            &false.into(),
            &"satisfied".into(),
            &name.into()
        )
    );
    let steps: Vec<_> = shown["history"].as_array().unwrap().iter().collect();
    assert_eq!(steps.len(), 10);
    assert!(steps.iter().all(|s| s["effect"] == "applied"));
    assert_eq!(
        (&steps[0]["step"], &steps[0]["by"]),
        (&"raise".into(), &"李文丽".into())
    );
    assert_eq!(
        office.json(&["matter", "list", "--open"])["matters"],
        Value::Array(vec![])
    );
    let listed = office.json(&["matter", "list", "--door", door]);
    assert_eq!(listed["matters"][0]["matter"], matter.as_str());
    let page = text(&office.run(&["matter", "show", id]).stdout);
    for part in ["已归档", "柳荫水务", "满意", "重办", "李文丽"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let english = text(&office.run(&["matter", "list", "--lang", "en"]).stdout);
    assert!(
        english.contains("closed") && english.contains("community"),
        "{english}"
    );
    assert_eq!(office.json(&["doctor"])["ok"], true);
}

#[test]
fn each_kind_has_steps_of_its_own() {
    let scene = Scene::new();
    let (office, phone) = (&scene.office, &scene.phone);

    let lift = raise(
        phone,
        &[
            "--title",
            "三栋加装电梯",
            "--kind",
            "议事会",
            "--source",
            "open_day",
        ],
    );
    for option in ["加装电梯", "维修楼道"] {
        act(phone, &format!("option {lift} --text {option}"));
    }
    act(phone, &format!("opinion {lift} --option 1 --households 30"));
    act(
        phone,
        &format!("opinion {lift} --option 维修楼道 --households 12"),
    );
    act(phone, &format!("opinion {lift} --option 1 --households -2"));
    let none = [
        "matter",
        "opinion",
        &lift,
        "--option",
        "3",
        "--households",
        "1",
    ];
    assert_eq!(phone.error(&none, 1)["code"], "not_found");
    act(phone, &format!("resolve {lift} --option 1"));
    act(phone, &format!("feedback {lift} --percent 98"));
    let shown = phone.json(&["matter", "show", &lift]);
    let chosen = shown["options"]
        .as_array()
        .unwrap()
        .iter()
        .find(|o| o["chosen"] == true);
    assert_eq!(chosen.unwrap()["households"], 28);
    assert_eq!(shown["percent"], 98);

    let noise = raise(
        phone,
        &[
            "--title",
            "楼上噪音",
            "--kind",
            "mediation",
            "--source",
            "phone",
        ],
    );
    act(phone, &format!("meeting {noise} --party 甲户 --party 乙户"));
    act(phone, &format!("agree {noise} --text 晚十点后安静"));
    let shown = phone.json(&["matter", "show", &noise]);
    assert_eq!(
        (&shown["stage"], &shown["meetings"]),
        (&"resolved".into(), &1.into())
    );
    assert_eq!(shown["parties"], Value::from(vec!["甲户", "乙户"]));
    assert_eq!(shown["in_grid"], true);

    let wires = raise(
        phone,
        &[
            "--title",
            "飞线充电",
            "--kind",
            "call_out",
            "--source",
            "other",
        ],
    );
    act(phone, &format!("call {wires} --partner 消防"));
    act(phone, &format!("call {wires} --partner 物业"));
    act(phone, &format!("report-in {wires} --partner 消防"));
    let shown = phone.json(&["matter", "show", &wires]);
    let came: Vec<_> = shown["called"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| c["came"].clone())
        .collect();
    assert_eq!(came, [Value::Bool(true), Value::Bool(false)]);
    assert_eq!(shown["partners"], Value::from(vec!["物业"]));

    let grant = raise(
        phone,
        &[
            "--title",
            "高龄津贴",
            "--kind",
            "benefit",
            "--source",
            "window",
        ],
    );
    act(phone, &format!("apply {grant} --text 已填表"));
    act(
        phone,
        &format!("submit {grant} --partner 街道民政 --due 2099-03-01"),
    );
    assert_eq!(stands(phone, &grant), ("in_hand".into(), "partner".into()));
    act(
        phone,
        &format!("decide {grant} --granted no --text 年龄未到"),
    );
    let shown = phone.json(&["matter", "show", &grant]);
    assert_eq!(
        (&shown["granted"], &shown["stage"]),
        (&false.into(), &"resolved".into())
    );
    act(phone, &format!("reopen {grant} --text 材料补齐"));
    act(phone, &format!("withdraw {grant}"));

    let wrong = ["matter", "meeting", &grant];
    assert_eq!(phone.error(&wrong, 1)["code"], "step_not_possible");
    scene.sync();
    let listed = office.json(&["matter", "list"]);
    assert_eq!(listed["matters"].as_array().unwrap().len(), 4);
    assert_eq!(stands(office, &grant).0, "withdrawn");
}
