//! The main job, shown: a hub, an office and two phones; both phones record with no signal, come back,
//! and every home is then compared with what was recorded.

mod check;
mod home;
mod script;
mod stage;
mod together;

use std::time::Instant;

use serde_json::Value;

use crate::artifacts::build;
use crate::run::{Done, Stop, root};
use check::Logged;
use home::Home;
use script::{Entry, FIRST, SECOND};
use stage::Stage;

const GRID: &str = "LY01";
const WORKERS: [&str; 2] = ["李文丽", "王建军"];

/// Builds the programs, plays the scene, and fails unless every home holds every visit once.
pub(crate) fn run() -> Done {
    println!("编译程序（首次需几分钟） / Building (the first time takes minutes)");
    let built = build(&["doorknock-desk", "doorknock-hub"])?;
    let (desk, hub) = (built.program("doorknock")?, built.program("doorknock-hub")?);
    let began = Instant::now();
    let mut stage = Stage::set(hub)?;
    let homes = [
        ("办公室", "office"),
        ("手机一", "phone 1"),
        ("手机二", "phone 2"),
    ];
    let homes = homes.map(|(zh, en)| Home {
        zh,
        en,
        folder: stage.path(&en.replace(' ', "-")),
        desk: desk.to_path_buf(),
    });
    let logged = play(&mut stage, &homes)?;
    step(
        6,
        "一件诉求派给水务；两人同时写一条记录；台账",
        "A matter goes to the water works; two people write one note; a ledger",
    );
    let faults = together::play(&homes, &stage.path("office"))?;
    step(7, "核对：三处各有什么", "What each of the three holds");
    let found = check::look(&homes, &logged)?;
    println!("\n{}\n", found.table);
    let faults: Vec<_> = faults.into_iter().chain(found.faults).collect();
    for fault in &faults {
        println!("✗ {fault}");
    }
    // Both are part of what is claimed: the hub stopped, and nothing left behind.
    drop(stage);
    let (count, seconds) = (logged.len(), began.elapsed().as_secs_f32());
    if faults.is_empty() {
        println!(
            "✓ {count} 次走访，{} 台设备，每台每次恰好一份，待发送 0，用时 {seconds:.1} 秒\n\
             ✓ {count} visits, {} devices: each visit exactly once on each, 0 pending, {seconds:.1} s",
            homes.len(),
            homes.len(),
        );
        Ok(())
    } else {
        Err(Stop::new(format!("{} faults", faults.len())))
    }
}

fn step(number: u32, zh: &str, en: &str) {
    println!("\n{number}. {zh}\n   {en}");
}

fn play(stage: &mut Stage, homes: &[Home; 3]) -> Done<Vec<Logged>> {
    let [office, first, second] = homes;
    step(
        1,
        "服务器启动；办公室建社区、导入花名册",
        "The hub starts; the office founds the community and imports its roster",
    );
    let url = stage.hub_up()?;
    office.shown(&["community", "create", "--name", "柳荫社区", "--hub", &url])?;
    let roster = root().join("tests/data/sample-roster.csv");
    let report = office.shown(&["import", &roster.to_string_lossy()])?;
    println!("      {} 户 / doors", report["doors_added"]);
    office.sync()?;

    step(
        2,
        "邀请两名网格员进同一个网格",
        "Two workers are invited to the same grid",
    );
    for (phone, name) in [first, second].into_iter().zip(WORKERS) {
        let invited = office.shown(&["invite", "--role", "worker", "--grid", GRID])?;
        phone.shown(&["join", text(&invited["link"])?, "--name", name])?;
        phone.sync()?;
    }

    step(
        3,
        "没有信号：服务器停了，两部手机照常记录",
        "No signal: the hub is stopped, both phones go on recording",
    );
    stage.hub_down()?;
    let mut logged = record(first, WORKERS[0], &FIRST)?;
    logged.extend(record(second, WORKERS[1], &SECOND)?);

    step(4, "此时同步会怎样", "What a sync says now");
    for (phone, entries) in [(first, &FIRST), (second, &SECOND)] {
        let (well, said) = phone.try_run(&["sync"])?;
        let pending = phone.run(&["status"])?["pending_visits"].clone();
        println!(
            "    {}：{}",
            phone.zh,
            said["message"].as_str().unwrap_or("?")
        );
        println!("      待发送走访 {pending} / visits pending: {pending}");
        if well || pending != entries.len() {
            return Err(Stop::new(format!(
                "{} must have {} visits pending and no hub",
                phone.en,
                entries.len()
            )));
        }
    }

    step(
        5,
        "信号恢复，各自同步",
        "The signal is back; everyone syncs",
    );
    let back = stage.hub_up()?;
    if back != url {
        return Err(Stop::new("the hub came back at another address"));
    }
    for home in [first, second, first, office] {
        home.sync()?;
    }
    check::hub_holds_no_text(&stage.path("hub"), &logged)?;
    println!("      服务器的文件里没有一句小结 / no summary is in the hub's files as text");
    Ok(logged)
}

/// One worker's day, at the doors that the phone itself lists.
fn record(phone: &Home, by: &'static str, entries: &'static [Entry]) -> Done<Vec<Logged>> {
    let round = phone.shown(&["round", "--grid", GRID])?;
    let today = text(&round["date"])?.parse::<chrono::NaiveDate>();
    let tomorrow = today.ok().and_then(|today| today.succ_opt());
    let tomorrow = tomorrow.ok_or_else(|| Stop::new("the list of the day has no date"))?;
    let tomorrow = tomorrow.to_string();
    let mut logged = Vec::new();
    for (number, entry) in entries.iter().enumerate() {
        let line = &round["items"][entry.door];
        let mut args = vec!["visit", "log", "--door", text(&line["door"])?];
        args.extend(["--outcome", entry.outcome, "--summary", entry.summary]);
        args.extend(entry.answers.iter().flat_map(|answer| ["--answer", answer]));
        args.extend(entry.more);
        if entry.follow_up {
            args.extend(["--follow-up", &tomorrow]);
        }
        let kept = if number == 0 {
            phone.shown(&args)?
        } else {
            phone.run(&args)?
        };
        logged.push(Logged {
            visit: text(&kept["visit"])?.to_owned(),
            door: text(&line["door"])?.to_owned(),
            address: text(&line["address"])?.to_owned(),
            by,
            entry,
            follow_up: entry.follow_up.then(|| tomorrow.clone()),
        });
    }
    println!(
        "      {by} 记了 {} 次走访 / {} visits recorded by {}",
        logged.len(),
        logged.len(),
        phone.en
    );
    Ok(logged)
}

fn text(value: &Value) -> Done<&str> {
    let text = value.as_str();
    text.ok_or_else(|| Stop::new("doorknock printed an object without what was asked for"))
}
