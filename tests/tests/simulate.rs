//! Runs of the simulator: many seeds, and proofs that its oracles can fail.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests"
)]

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use doorknock_tests::sim::{Day, FaultPlan, Run, Sabotage, Stage, Tally};
use doorknock_tests::{World, roster};

fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{name} must be a number, not {text:?}")),
    )
}

/// Runs a seed; a panic inside a home is a violation like any other.
fn simulate(stage: &Stage, seed: u64) -> Result<Tally, String> {
    let run = || Run::simulate(stage, seed, None).map(|run| run.tally().clone());
    match std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)) {
        Ok(result) => result.map_err(|violation| violation.to_string()),
        Err(_) => Err(format!(
            "=== VIOLATION: seed {seed} panicked; replay with DOORKNOCK_SEED={seed} ==="
        )),
    }
}

/// What must have happened at least once over many seeds, or the runs say nothing.
const REACHED: [&str; 47] = [
    "visit",
    "correction",
    "undo",
    "confirmation",
    "draft",
    "draft logged",
    "draft discarded",
    "decision",
    "taken back",
    "release",
    "case",
    "note",
    "text",
    "crew",
    "record",
    "end",
    "resolution",
    "matter",
    "matter step",
    "care",
    "review",
    "care ended",
    "replan",
    "edit",
    "import",
    "request",
    "delivered",
    "answered",
    "synced",
    "synced at once",
    "request lost",
    "answer lost",
    "answer too late",
    "cut off",
    "crash",
    "armed",
    "hub crash",
    "hub backed up",
    "hub set back",
    "home copied",
    "home set back",
    "clock",
    "rebuild",
    "import failed",
    "refused",
    "final sync",
    "healed",
];

#[test]
fn no_history_loses_doubles_or_misstates_anything() {
    let stage = Stage::new();
    let (first, count) = match number("DOORKNOCK_SEED") {
        Some(seed) => (seed, 1),
        None => (1, number("DOORKNOCK_SEEDS").unwrap_or(200)),
    };
    let (next, tally, failures) = (
        AtomicU64::new(first),
        Mutex::new(Tally::new()),
        Mutex::new(Vec::new()),
    );
    let work = || {
        while let seed @ 0.. = next.fetch_add(1, Ordering::Relaxed)
            && seed < first + count
            && failures.lock().unwrap().len() < 10
        {
            match simulate(&stage, seed) {
                Ok(run) => {
                    let mut tally = tally.lock().unwrap();
                    run.into_iter()
                        .for_each(|(kind, n)| *tally.entry(kind).or_default() += n);
                }
                Err(violation) => failures.lock().unwrap().push(violation),
            }
        }
    };
    std::thread::scope(|scope| (0..2).for_each(|_| drop(scope.spawn(work))));
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
    let tally = tally.into_inner().unwrap();
    println!("{count} runs: {tally:?}");
    if count >= 200 {
        let reached: BTreeSet<_> = tally.keys().copied().collect();
        let missed: Vec<_> = REACHED
            .iter()
            .filter(|kind| !reached.contains(*kind))
            .collect();
        assert!(
            missed.is_empty(),
            "never happened in {count} runs: {missed:?}"
        );
    }
    println!("{count} runs: {tally:?}");
}

#[test]
fn a_seed_decides_everything() {
    let stage = Stage::new();
    for seed in [7, 8] {
        let events = || {
            Run::simulate(&stage, seed, None)
                .unwrap_or_else(|v| panic!("{v}"))
                .events()
                .to_vec()
        };
        assert_eq!(events(), events());
    }
}

/// Whether a broken program shows a violation of these words within a few seeds. It may show others
/// before, and make good what it did.
fn is_noticed(sabotage: Sabotage, words: &[&str]) {
    let stage = Stage::new();
    let mut others = Vec::new();
    for seed in 1..=20 {
        let Err(violation) = Run::simulate(&stage, seed, Some(sabotage)) else {
            continue;
        };
        if words.iter().any(|words| violation.what.contains(words)) {
            return;
        }
        others.push(violation.what);
    }
    panic!("{sabotage:?} goes unnoticed, but: {others:#?}");
}

#[test]
fn the_oracle_notices_what_is_acknowledged_and_lost() {
    let all = [
        "visit",
        "correction",
        "undo",
        "confirmation",
        "draft",
        "draft logged",
        "decision",
        "taken back",
        "release",
        "case",
        "note",
        "text",
        "crew",
        "record",
        "end",
        "matter",
        "matter step",
        "care",
        "review",
        "care ended",
    ];
    for deed in all {
        is_noticed(Sabotage::Loses(deed), &["is lost", "not at the hub"]);
    }
}

#[test]
fn the_oracle_notices_what_should_be_gone_and_is_there() {
    let words = ["took the place of something"];
    is_noticed(Sabotage::KeepsWhatIsTakenOut, &words);
}

#[test]
fn the_oracle_notices_what_is_doubled() {
    for deed in [
        "visit",
        "note",
        "text",
        "matter",
        "matter step",
        "review",
        "correction",
    ] {
        is_noticed(Sabotage::Doubles(deed), &["more than once"]);
    }
}

#[test]
fn the_oracle_notices_what_failed_and_is_there() {
    for deed in [
        "visit",
        "text",
        "matter step",
        "care",
        "correction",
        "record",
    ] {
        is_noticed(Sabotage::KeepsAFailed(deed), &["failed and is there"]);
    }
}

#[test]
fn the_oracle_notices_a_hub_that_acknowledges_without_storing() {
    is_noticed(
        Sabotage::HubForgets,
        &["visits are at the hub, which holds", "not at the hub"],
    );
}

#[test]
fn the_oracle_notices_one_home_that_shows_something_else() {
    is_noticed(Sabotage::TampersWithOneHome, &["show different things"]);
}

#[test]
fn the_oracle_notices_projections_that_the_log_does_not_give() {
    is_noticed(Sabotage::TampersWithEveryHome, &["a rebuild changes"]);
}

#[test]
fn the_oracle_notices_what_is_set_aside() {
    is_noticed(
        Sabotage::HubSlipsAStrangerIn,
        &["set something honest aside"],
    );
}

#[test]
fn the_oracle_notices_a_home_that_does_not_send() {
    is_noticed(Sabotage::NeverSyncs, &["is lost"]);
}

#[test]
fn a_crash_at_any_write_of_a_whole_day_loses_nothing() {
    let stage = Stage::new();
    let points = Day::begin(&stage).play(None);
    println!("{points} writes and commits");
    assert!(points > 60, "{points} points");
    // In a debug build every third one, from another beginning each time the day changes its length.
    let step = if cfg!(debug_assertions) { 3 } else { 1 };
    for n in (points % step..points).step_by(step as usize) {
        Day::begin(&stage).play(Some(n));
    }
}

#[test]
fn a_crash_at_any_write_while_a_new_grid_arrives_costs_no_key() {
    let folder = Stage::new();
    let folder = folder.folder();
    let world = World::new(folder.path(), 77);
    let office = world.office(&roster(&["G1"], 3)).unwrap();
    drop(world.staff(&office, "desk").unwrap());
    let net = world.net();
    let three = roster(&["G1", "G2", "G3"], 3);
    office
        .import(&three, Default::default(), &net, &mut |_, _| {})
        .unwrap();
    office.sync(&net, &mut |_| {}).unwrap();
    let db = world.home("desk").join("home.db");
    let before = std::fs::read(&db).unwrap();
    for n in 0.. {
        std::fs::write(&db, &before).unwrap();
        let plan = FaultPlan::default();
        let desk = world.open("desk", Some(plan.hook())).unwrap();
        plan.arm(n);
        let synced = desk.sync(&net, &mut |_| {});
        drop(desk);
        let desk = world.open("desk", None).unwrap();
        desk.sync(&net, &mut |_| {}).unwrap();
        let doors = desk.doors(None).unwrap().len();
        assert_eq!(doors, 9, "crashed at point {n}, `{:?}`", plan.fired());
        if synced.is_ok() {
            assert!(n > 20, "{n} points");
            break;
        }
    }
}
