//! An office whose records hold what people write.

use std::path::Path;

use crate::hub::Hub;
use crate::program::Home;

/// A home with a person, a visit and a matter for each of the texts.
pub(crate) fn with_tricky_records(dir: &Path, texts: &[&str]) -> Home {
    let hub = Hub::start(&dir.join("hub"));
    let office = Home(dir.join("office"));
    office.json(&[
        "community",
        "create",
        "--name",
        "柳荫社区",
        "--hub",
        &hub.url,
    ]);
    let mut roster = csv::Writer::from_path(dir.join("roster.csv")).unwrap();
    roster
        .write_record([
            "所属网格",
            "小区",
            "楼栋",
            "房号",
            "户主姓名",
            "联系电话",
            "关爱类别",
            "风险等级",
        ])
        .unwrap();
    for (n, text) in (101..).zip(texts) {
        let (room, phone) = (n.to_string(), format!("100000{n}"));
        let name = text.replace(['\n', '\t'], " ");
        let row = [
            "LY01",
            "柳荫新村",
            "1栋",
            &room,
            name.trim(),
            &phone,
            "独居",
            "高",
        ];
        roster.write_record(row).unwrap();
    }
    roster.flush().unwrap();
    let file = dir.join("roster.csv");
    let done = office.json(&["import", file.to_str().unwrap()]);
    assert_eq!(done["doors_added"], texts.len(), "{done}");
    let doors = office.json(&["door", "list"]);
    for (door, text) in doors["doors"].as_array().unwrap().iter().zip(texts) {
        let id = door["door"].as_str().unwrap();
        let summary = format!("--summary={text}");
        let log = ["visit", "log", "--door", id, "--outcome", "met", &summary];
        office.json(
            &[
                &log[..],
                &["--answer", "mood=一般", "--follow-up", "2099-01-05"],
            ]
            .concat(),
        );
        let title = format!("--title={text}");
        let raise = ["matter", "raise", &title, "--urgency", "急事", "--door", id];
        let matter = office.json(&raise)["matter"].clone();
        office.json(&["matter", "report", matter.as_str().unwrap()]);
    }
    office
}
