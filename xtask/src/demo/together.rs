//! What takes more than one person: a matter on its way from the grid to a partner, and a note that two
//! people write at once.

use std::path::Path;

use super::home::Home;
use super::{GRID, text};
use crate::run::{Done, Stop};

/// Plays it; what is not as it must be.
pub(super) fn play(homes: &[Home; 3], folder: &Path) -> Done<Vec<String>> {
    let [office, first, second] = homes;
    let list = first.run(&["round", "--grid", GRID])?;
    let door = text(&list["items"][0]["door"])?.to_owned();
    let mut faults = matter(office, first, &door)?;

    let opened = first.shown(&["case", "open", "--title", "出院后照护", "--door", &door])?;
    let case = text(&opened["id"])?.to_owned();
    let added = first.shown(&["note", "add", &case, "--text", "老人说腰疼。"])?;
    let note = text(&added["item"])?.to_owned();
    for home in [first, second] {
        home.run(&["sync"])?;
    }
    let version = second.run(&["case", "show", &case])?["version"].clone();
    let version = text(&version)?;
    let write = |home: &Home, said: &str| {
        home.shown(&[
            "note",
            "edit",
            &case,
            &note,
            "--text",
            said,
            "--version",
            version,
        ])
    };
    write(first, "老人说腰疼，已三天。")?;
    write(second, "老人说腰疼。约好周三陪同就医。")?;
    for home in [first, second, first, office] {
        home.run(&["sync"])?;
    }
    for home in homes {
        let case = home.run(&["case", "show", &case])?;
        let said = case["items"][0]["data"].clone();
        if said != "老人说腰疼，已三天。约好周三陪同就医。" {
            faults.push(format!("{}: the note reads {said}", home.en));
        }
    }
    println!("      三处读到的都是 / all three read: 老人说腰疼，已三天。约好周三陪同就医。");

    let ledger = folder.join("走访台账.xlsx");
    let out = ledger
        .to_str()
        .ok_or_else(|| Stop::new("the folder's name is not UTF-8"))?;
    let written = office.shown(&["ledger", "export", "--kind", "visits", "--out", out])?;
    println!(
        "      台账 {} 行 / a ledger of {} rows",
        written["rows"], written["rows"]
    );
    if written["rows"] != 12 || !ledger.is_file() {
        faults.push(format!("the ledger has {} rows of 12", written["rows"]));
    }
    Ok(faults)
}

fn matter(office: &Home, first: &Home, door: &str) -> Done<Vec<String>> {
    let title = [
        "matter",
        "raise",
        "--title",
        "厨房返污水",
        "--urgency",
        "urgent",
    ];
    let raised = first.shown(&[&title[..], &["--door", door]].concat())?;
    let id = text(&raised["matter"])?.to_owned();
    first.run(&["matter", "accept", &id])?;
    first.shown(&[
        "matter",
        "escalate",
        &id,
        "--text",
        "主管堵塞，网格处理不了",
    ])?;
    first.run(&["sync"])?;
    office.run(&["sync"])?;
    let due = text(&office.run(&["round", "--grid", GRID])?["date"])?.to_owned();
    office.shown(&[
        "matter",
        "dispatch",
        &id,
        "--partner",
        "柳荫水务",
        "--due",
        &due,
    ])?;
    office.run(&["sync"])?;
    first.run(&["sync"])?;
    let seen = first.run(&["matter", "show", &id])?;
    println!(
        "      手机一看到：{} / phone 1 sees: {}",
        seen["partners"][0], seen["stage"]
    );
    let there = seen["stage"] == "in_hand" && seen["partners"][0] == "柳荫水务";
    let fault = || {
        format!(
            "phone 1: the matter is {} with {}",
            seen["stage"], seen["partners"]
        )
    };
    Ok(if there { vec![] } else { vec![fault()] })
}
