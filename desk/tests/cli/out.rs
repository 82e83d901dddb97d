//! What is handed on to people: ledgers, the month report.

use std::io::Cursor;
use std::path::{Path, PathBuf};

use calamine::{Data, Reader, Xlsx};
use serde_json::Value;

use crate::hub::Hub;
use crate::program::{Home, keys, roster, text};

/// An office with the sample roster.
pub(super) fn office(dir: &Path, hub: &Hub) -> Home {
    let office = Home(dir.join("office"));
    office.json(&[
        "community",
        "create",
        "--name",
        "柳荫社区",
        "--hub",
        &hub.url,
    ]);
    office.json(&["import", roster().to_str().unwrap()]);
    office
}

pub(super) fn visit(home: &Home, door: &str, args: &[&str]) -> String {
    let log = ["visit", "log", "--door", door];
    let logged = home.json(&[&log, args].concat());
    logged["visit"].as_str().unwrap().to_owned()
}

pub(super) fn doors(home: &Home, grid: &str) -> Vec<(String, String)> {
    let doors = home.json(&["door", "list", "--grid", grid]);
    let doors = doors["doors"].as_array().unwrap();
    let of = |door: &Value, key: &str| door[key].as_str().unwrap().to_owned();
    let pair = |door| (of(door, "door"), of(door, "address"));
    doors.iter().map(pair).collect()
}

fn sheet(path: &Path, name: &str) -> Vec<Vec<Data>> {
    let bytes = std::fs::read(path).unwrap();
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    let range = book.worksheet_range(name).unwrap();
    range.rows().map(<[Data]>::to_vec).collect()
}

fn column<'s>(sheet: &'s [Vec<Data>], name: &str) -> Vec<&'s Data> {
    let n = sheet[0].iter().position(|head| *head == name).unwrap();
    sheet[1..].iter().map(|row| &row[n]).collect()
}

#[test]
fn ledgers_are_written_whole_for_their_owner_only_and_never_over_a_file() {
    let dir = tempfile::tempdir().unwrap();
    let hub = Hub::start(&dir.path().join("hub"));
    let office = office(dir.path(), &hub);
    let ((door, address), (other, _)) = (
        doors(&office, "LY01")[0].clone(),
        doors(&office, "LY02")[0].clone(),
    );
    let tricky = "=HYPERLINK(\"http://x\")";
    let late = "2026-03-05T23:30:00+08:00";
    let id = visit(
        &office,
        &door,
        &[
            "--outcome",
            "met",
            "--at",
            late,
            "--summary",
            tricky,
            "--follow-up",
            "2026-04-01",
        ],
    );
    let mistake = visit(
        &office,
        &other,
        &[
            "--outcome",
            "nobody_home",
            "--at",
            "2026-03-06T00:30:00+08:00",
        ],
    );

    let out = dir.path().join("走访.xlsx");
    let export = |more: &[&str]| {
        let args = [
            "ledger",
            "export",
            "--kind",
            "visits",
            "--out",
            out.to_str().unwrap(),
        ];
        [&args, more]
            .concat()
            .iter()
            .map(|a| (*a).to_owned())
            .collect::<Vec<_>>()
    };
    let run = |more: &[&str]| {
        let args = export(more);
        office.json(&args.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let done = run(&[]);
    assert_eq!(keys(&done), ["file", "rows"]);
    assert_eq!(
        (&done["rows"], &done["file"]),
        (&2.into(), &out.to_str().unwrap().into())
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&out).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let visits = sheet(&out, "走访台账");
    assert_eq!(column(&visits, "小结")[0], &Data::String(tricky.into()));
    assert_eq!(column(&visits, "门牌")[0], &Data::String(address));
    assert_eq!(column(&visits, "结果")[1], &Data::String("无人在家".into()));
    assert_eq!(column(&visits, "走访编号")[0], &Data::String(id.clone()));
    let when = |cell: &Data| match cell {
        Data::DateTime(time) => time.to_ymd_hms_milli(),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        when(column(&visits, "走访时间")[0]),
        (2026, 3, 5, 23, 30, 0, 0)
    );
    assert_eq!(
        when(column(&visits, "约定回访")[0]),
        (2026, 4, 1, 0, 0, 0, 0)
    );

    let error = |more: &[&str], exit| {
        let args = export(more);
        let error = office.error(&args.iter().map(String::as_str).collect::<Vec<_>>(), exit);
        error["code"].as_str().unwrap().to_owned()
    };
    assert_eq!(error(&[], 1), "file_exists");
    // Days are the community's, the last one included.
    for (more, rows) in [
        (&["--from", "2026-03-06"][..], 1),
        (&["--until", "2026-03-05"], 1),
        (&["--from", "2026-03-05", "--until", "2026-03-06"], 2),
        (&["--from", "2026-03-07"], 0),
        (&["--grid", "LY01"], 1),
    ] {
        assert_eq!(
            run(&[more, &["--force"]].concat())["rows"],
            rows,
            "{more:?}"
        );
    }
    assert_eq!(error(&["--force", "--grid", "X"], 1), "unknown_grid");
    assert_eq!(
        error(
            &["--force", "--from", "2026-03-06", "--until", "2026-03-05"],
            1
        ),
        "bad_period"
    );
    assert_eq!(
        sheet(&out, "走访台账").len(),
        2,
        "a failure leaves the last file"
    );
    let left = std::fs::read_dir(dir.path()).unwrap().count();
    assert_eq!(left, 3, "hub, office and one file");

    // A visit stands as it was last corrected; one that never took place does not.
    office.json(&["visit", "correct", &id, "--summary", "写错了，已改"]);
    office.json(&["visit", "undo", &mistake]);
    let said = office.run(&export(&["--force"]));
    assert!(text(&said.stdout).contains("妥善保管"), "{said:?}");
    let visits = sheet(&out, "走访台账");
    assert_eq!(visits.len(), 2);
    assert_eq!(*column(&visits, "小结")[0], "写错了，已改");
    assert_eq!(*column(&visits, "更正")[0], "已更正");
}

#[test]
fn care_and_responsibility_say_how_things_stand() {
    let dir = tempfile::tempdir().unwrap();
    let hub = Hub::start(&dir.path().join("hub"));
    let office = office(dir.path(), &hub);
    let (door, address) = doors(&office, "LY01")[0].clone();
    visit(&office, &door, &["--outcome", "met"]);
    let invited = office.json(&["invite", "--role", "worker", "--grid", "LY01"]);
    let phone = Home(dir.path().join("phone"));
    phone.json(&[
        "join",
        invited["link"].as_str().unwrap(),
        "--name",
        "李文丽",
    ]);
    phone.json(&["sync"]);
    office.json(&["sync"]);

    let export = |kind: &str, more: &[&str]| -> (Value, PathBuf) {
        let out = dir.path().join(format!("{kind}.xlsx"));
        let args = [
            "ledger",
            "export",
            "--kind",
            kind,
            "--out",
            out.to_str().unwrap(),
        ];
        (office.json(&[&args, more].concat()), out)
    };
    let (done, out) = export("care", &[]);
    let care = sheet(&out, "关爱对象台账");
    assert!(done["rows"].as_u64().unwrap() > 0);
    assert_eq!(
        care.len() - 1,
        usize::try_from(done["rows"].as_u64().unwrap()).unwrap()
    );
    for cell in column(&care, "联系电话") {
        assert!(matches!(cell, Data::String(_) | Data::Empty), "{cell:?}");
    }
    for cell in column(&care, "复核日期") {
        assert!(matches!(cell, Data::DateTime(_)), "{cell:?}");
    }
    let heads: Vec<String> = care[0].iter().map(ToString::to_string).collect();
    assert!(!heads.iter().any(|head| head.contains("备注")), "{heads:?}");

    let (done, out) = export("responsible", &["--grid", "LY01"]);
    assert_eq!(done["rows"], 312);
    let doors = sheet(&out, "包联台账");
    assert_eq!(column(&doors, "门牌")[0], &Data::String(address));
    for who in column(&doors, "责任人") {
        assert_eq!(*who, "李文丽");
    }
    assert_eq!(*column(&doors, "走访人")[0], "管理员");
    assert_eq!(*column(&doors, "距今天数")[0], Data::Float(0.0));
    assert_eq!(*column(&doors, "走访人")[1], Data::Empty);
    let english = ["--force", "--lang", "en"];
    let (_, out) = export("responsible", &english);
    assert_eq!(sheet(&out, "responsibility")[0][1], "responsible");

    let usage = ["ledger", "export", "--kind", "care", "--out"];
    assert_eq!(
        office.error(&[&usage[..], &["a.csv"]].concat(), 2)["code"],
        "usage"
    );
    let file = dir.path().join("none.xlsx");
    let asked = [file.to_str().unwrap(), "--from", "2026-01-01"];
    assert_eq!(
        office.error(&[&usage[..], &asked].concat(), 1)["code"],
        "no_period"
    );
    assert!(!file.exists());
}

#[test]
fn matters_stand_in_their_ledger_and_in_the_month_report() {
    let dir = tempfile::tempdir().unwrap();
    let hub = Hub::start(&dir.path().join("hub"));
    let office = office(dir.path(), &hub);
    let (door, address) = doors(&office, "LY01")[0].clone();
    let raise = |title: &str, more: &[&str]| {
        let args = ["matter", "raise", "--title", title, "--door", &door];
        let raised = office.json(&[&args, more].concat());
        raised["matter"].as_str().unwrap().to_owned()
    };
    let lamp = raise(
        "楼道灯坏了",
        &["--urgency", "难事", "--description", "三楼，夜里看不见"],
    );
    for step in ["report", "accept", "resolve"] {
        office.json(&["matter", step, &lamp]);
    }
    office.json(&["matter", "feedback", &lamp, "--satisfaction", "基本满意"]);
    let pipe = raise("=水管漏水", &["--urgency", "急事"]);
    office.json(&["matter", "escalate", &pipe]);

    let out = dir.path().join("matters.xlsx");
    let out = out.to_str().unwrap();
    let export = [
        "ledger", "export", "--kind", "matters", "--out", out, "--force",
    ];
    assert_eq!(office.json(&export)["rows"], 2);
    let matters = sheet(Path::new(out), "诉求台账");
    // Raised within a second, in either order.
    let titles = column(&matters, "诉求");
    let row = |title: &str| titles.iter().position(|cell| *cell == title).unwrap();
    let rows = [row("楼道灯坏了"), row("=水管漏水")];
    let cells = |name: &str| rows.map(|row| column(&matters, name)[row].to_string());
    assert_eq!(cells("门牌"), [address.clone(), address]);
    assert_eq!(cells("急难愁"), ["难事", "急事"]);
    assert_eq!(cells("进展")[0], "已反馈");
    assert_eq!(cells("承办")[1], "社区");
    assert_eq!(cells("网格内办结"), ["是", ""]);
    assert_eq!(cells("逾期"), ["", "否"]);
    assert_eq!(cells("满意度"), ["基本满意", ""]);
    assert_eq!(cells("诉求编号"), [lamp, pipe]);
    let lamp = |name: &str| column(&matters, name)[rows[0]];
    assert!(matches!(lamp("办结时间"), Data::DateTime(_)));
    assert!(matches!(lamp("首次响应（小时）"), Data::Float(_)));
    assert!(!format!("{matters:?}").contains("夜里看不见"));
    let before = [&export[..], &["--until", "2020-01-01"]].concat();
    assert_eq!(office.json(&before)["rows"], 0);

    let total = office.json(&["report", "month"])["total"].clone();
    assert_eq!(total["matters_raised"], 2);
    assert_eq!(
        (&total["in_grid"]["part"], &total["in_grid"]["whole"]),
        (&1.into(), &1.into())
    );
    assert_eq!(total["satisfied"]["rate"], 1.0);
    assert_eq!(total["first_response_hours"], 0.0);
}

#[test]
fn a_month_is_reported_as_a_page_an_object_and_a_workbook() {
    let dir = tempfile::tempdir().unwrap();
    let hub = Hub::start(&dir.path().join("hub"));
    let office = office(dir.path(), &hub);
    let due = office.json(&["round", "--grid", "LY01"]);
    let door = due["items"][0]["door"].as_str().unwrap();
    visit(&office, door, &["--outcome", "met"]);
    let (aside, _) = doors(&office, "LY02")[0].clone();
    visit(&office, &aside, &["--outcome", "nobody_home"]);
    visit(
        &office,
        &aside,
        &["--outcome", "met", "--at", "2026-03-05T10:00:00+08:00"],
    );

    let report = office.json(&["report", "month"]);
    let parts = ["activities", "as_of", "file", "grids", "month", "total"];
    assert_eq!(keys(&report), parts);
    let total = &report["total"];
    assert_eq!(
        (&total["visits"], &total["coverage"]["part"]),
        (&2.into(), &1.into())
    );
    assert_eq!(total["nobody_home"]["rate"], 0.5);
    assert_eq!(total["by_outcome"]["met"], 1);
    assert_eq!(total["by_reason"]["unlisted"], 1, "{total}");
    assert!(total["coverage"]["whole"].as_u64().unwrap() > 1);
    let grids = report["grids"].as_array().unwrap();
    assert_eq!(grids[0]["grid"], "LY01");
    assert_eq!(grids[0]["nobody_home"]["part"], 0);
    let march = office.json(&["report", "month", "--month", "2026-03", "--grid", "LY02"]);
    assert_eq!(
        (&march["month"], &march["total"]["visits"]),
        (&"2026-03".into(), &1.into())
    );
    assert_eq!(march["grids"].as_array().unwrap().len(), 1);

    let page = text(
        &office
            .run(&["report", "month", "--month", "2026-03"])
            .stdout,
    );
    assert!(
        page.starts_with("# 月报 2026-03\n") && page.contains("| 合计 |"),
        "{page}"
    );
    assert!(!page.contains("管理员"), "nobody is ranked: {page}");
    let file = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let (md, xlsx) = (file("a.md"), file("a.xlsx"));
    let to = |out: &str| office.json(&["report", "month", "--month", "2026-03", "--out", out]);
    assert_eq!(to(&md)["file"], md);
    assert_eq!(
        std::fs::read_to_string(&md).unwrap().trim_end(),
        page.trim_end()
    );
    to(&xlsx);
    let figures = sheet(Path::new(&xlsx), "月报 2026-03");
    assert_eq!(
        column(&figures, "走访次数").last().unwrap(),
        &&Data::Float(1.0)
    );
    assert_eq!(
        *column(&sheet(Path::new(&xlsx), "走访分类"), "项目")[0],
        "清单之外"
    );
    let again = ["report", "month", "--out", &md];
    assert_eq!(office.error(&again, 1)["code"], "file_exists");
    let wrong = ["report", "month", "--month", "2026-13"];
    assert_eq!(office.error(&wrong, 2)["code"], "usage");
}
