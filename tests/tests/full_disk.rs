//! A small disk that is full for real: recording and sending go on by the reserve, taking in stops first and
//! says so, nothing acknowledged is lost, and with space again everything flows.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use doorknock::model::ids::DoorId;
use doorknock::{Doorknock, Error};
use doorknock_tests::{SmallDisk, TestHub, World, roster, visit};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;

/// Text that does not compress to nothing.
fn long(rng: &mut ChaCha20Rng, chars: usize) -> String {
    let char = |_| char::from_u32(rng.random_range(0x4e00..0x9f00)).unwrap();
    (0..chars).map(char).collect()
}

fn log(home: &Doorknock, doors: &[DoorId], n: usize, text: &str) -> Result<String, Error> {
    let summary = format!("{n}：{text}");
    home.log_visit(&visit(doors[n % doors.len()], &summary))?;
    Ok(summary)
}

fn summaries(home: &Doorknock) -> Vec<String> {
    let visits = home.visits(None, u32::MAX).unwrap();
    let mut all: Vec<String> = visits.into_iter().filter_map(|v| v.summary).collect();
    all.sort();
    all
}

#[test]
fn a_phone_with_a_full_disk_records_and_sends_and_takes_in_nothing_until_there_is_space() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::new(folder.path(), 1);
    let Some(disk) = SmallDisk::mount(&world.home("li"), 12) else {
        return;
    };
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let net = world.net();
    let office = world.office(&roster(&["G1"], 12)).unwrap();
    let wang = world.phone(&office, "wang", &["G1"]).unwrap();
    let li = world.phone(&office, "li", &["G1"]).unwrap();
    let reserve = world.home("li").join("reserve");
    let doors: Vec<DoorId> = li.doors(None).unwrap().iter().map(|d| d.door).collect();
    for n in 0..250 {
        log(&wang, &doors, n, &long(&mut rng, 1300)).unwrap();
    }
    wang.sync(&net, &mut |_| {}).unwrap();
    disk.fill_but(256 << 10).unwrap();

    // What others wrote does not fit; what is recorded here does, and arrives.
    let mut acknowledged = vec![log(&li, &doors, 0, "满之前").unwrap()];
    let error = li.sync(&net, &mut |_| {}).unwrap_err();
    let said = error.message();
    assert_eq!(error.code(), "pull_full", "{said}");
    assert!(
        said.zh.contains("清理空间") && said.en.contains("Free some space"),
        "{said}"
    );
    assert!(reserve.exists(), "taking in left the reserve alone");
    assert_eq!(li.status().unwrap().pending, 0);
    office.sync(&net, &mut |_| {}).unwrap();
    assert!(summaries(&office).contains(&acknowledged[0]));

    // The disk is full; the reserve is given back, and recording and sending go on.
    let text = long(&mut rng, 1300);
    while reserve.exists() {
        acknowledged.push(log(&li, &doors, acknowledged.len(), &text).unwrap());
    }
    let error = li.sync(&net, &mut |_| {}).unwrap_err();
    assert_eq!(error.code(), "pull_full");
    assert_eq!(li.status().unwrap().pending, 0);

    // No reserve is left: what cannot be kept is refused, and leaves nothing.
    let by_reserve = acknowledged.len();
    let refused = loop {
        match log(&li, &doors, acknowledged.len(), &text) {
            Ok(summary) => acknowledged.push(summary),
            Err(error) => break error,
        }
    };
    assert_eq!(refused.code(), "disk_full");
    assert!(
        acknowledged.len() > by_reserve + 20,
        "the reserve was good for some visits"
    );
    acknowledged.sort();
    let mine = |home: &Doorknock| -> Vec<String> {
        let by_li = |s: &String| s.ends_with(&text) || s.ends_with("满之前");
        summaries(home).into_iter().filter(by_li).collect()
    };
    assert_eq!(mine(&li), acknowledged);
    drop(li);
    let li = world.open("li", None).unwrap();
    assert_eq!(mine(&li), acknowledged, "after opening again");

    disk.free().unwrap();
    for home in [&li, &office, &wang, &li] {
        home.sync(&net, &mut |_| {}).unwrap();
    }
    assert_eq!(mine(&office), acknowledged);
    assert!(li.dump_projections().unwrap() == wang.dump_projections().unwrap());
    assert!(li.doctor().unwrap().ok());
    assert_eq!(
        std::fs::metadata(&reserve).unwrap().len(),
        1 << 20,
        "the reserve is there again"
    );
}

#[test]
fn a_hub_with_a_full_disk_refuses_promises_nothing_and_recovers() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = SmallDisk::mount(&folder.path().join("hub"), 8) else {
        return;
    };
    std::os::unix::fs::symlink(
        folder.path().join("hub/hub.db"),
        folder.path().join("hub.db"),
    )
    .unwrap();
    let mut world = World::new(folder.path(), 2);
    let office = world.office(&roster(&["G1"], 12)).unwrap();
    let li = world.phone(&office, "li", &["G1"]).unwrap();
    let doors: Vec<DoorId> = li.doors(None).unwrap().iter().map(|d| d.door).collect();
    let mut rng = ChaCha20Rng::seed_from_u64(2);
    disk.fill_but(400 << 10).unwrap();
    let mut recorded = Vec::new();
    let refused = loop {
        for _ in 0..10 {
            let text = long(&mut rng, 1300);
            recorded.push(log(&li, &doors, recorded.len(), &text).unwrap());
        }
        if let Err(error) = li.sync(&world.net(), &mut |_| {}) {
            break error;
        }
        assert!(recorded.len() < 2000, "the hub's disk never fills");
    };
    assert_eq!(refused.code(), "hub_refused");
    assert!(
        refused.message().zh.contains("存储"),
        "{}",
        refused.message()
    );
    let status = li.status().unwrap();
    assert!(
        status.pending_visits >= 10 && status.at_hub_visits > 0,
        "{status:?}"
    );
    assert_eq!(
        status.pending_visits + status.at_hub_visits,
        recorded.len() as u64
    );

    // What has a receipt is on the hub's disk: it is there after the hub starts again, still full.
    world.hub = TestHub::open(&folder.path().join("hub.db"), &world.clock);
    office.sync(&world.net(), &mut |_| {}).unwrap();
    let there = summaries(&office);
    assert!(
        there.len() as u64 >= status.at_hub_visits,
        "{} of {status:?}",
        there.len()
    );
    assert!(li.sync(&world.net(), &mut |_| {}).is_err());

    disk.free().unwrap();
    li.sync(&world.net(), &mut |_| {}).unwrap();
    office.sync(&world.net(), &mut |_| {}).unwrap();
    assert_eq!(li.status().unwrap().pending, 0);
    recorded.sort();
    assert_eq!(summaries(&office), recorded);
}
