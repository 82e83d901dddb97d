//! Runs of the simulator: many seeds, and proofs that its oracles can fail.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use doorknock_tests::sim::{Run, Sabotage, Stage, Tally};

fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} must be a number, not {text:?}")))
}

/// Runs a seed; a panic inside a home is a violation like any other.
fn simulate(stage: &Stage, seed: u64) -> Result<Tally, String> {
    let run = || Run::simulate(stage, seed, None).map(|run| run.tally().clone());
    match std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)) {
        Ok(result) => result.map_err(|violation| violation.to_string()),
        Err(_) => Err(format!("=== VIOLATION: seed {seed} panicked; replay with DOORKNOCK_SEED={seed} ===")),
    }
}

/// What must have happened at least once over many seeds, or the runs say nothing.
const REACHED: [&str; 23] = [
    "visit", "edit", "import", "request", "delivered", "answered", "synced", "request lost", "answer lost",
    "answer too late", "cut off", "crash", "armed", "hub crash", "hub backed up", "hub set back", "home copied",
    "home set back", "clock", "rebuild", "import failed", "final sync", "healed",
];

#[test]
fn no_history_loses_doubles_or_misstates_a_visit() {
    let stage = Stage::new();
    let (first, count) = match number("DOORKNOCK_SEED") {
        Some(seed) => (seed, 1),
        None => (1, number("DOORKNOCK_SEEDS").unwrap_or(200)),
    };
    let (next, tally, failures) = (AtomicU64::new(first), Mutex::new(Tally::new()), Mutex::new(Vec::new()));
    let work = || {
        while let seed @ 0.. = next.fetch_add(1, Ordering::Relaxed)
            && seed < first + count
            && failures.lock().unwrap().len() < 10
        {
            match simulate(&stage, seed) {
                Ok(run) => {
                    let mut tally = tally.lock().unwrap();
                    run.into_iter().for_each(|(kind, n)| *tally.entry(kind).or_default() += n);
                }
                Err(violation) => failures.lock().unwrap().push(violation),
            }
        }
    };
    std::thread::scope(|scope| (0..2).for_each(|_| drop(scope.spawn(work))));
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
    let tally = tally.into_inner().unwrap();
    if count >= 200 {
        let reached: BTreeSet<_> = tally.keys().copied().collect();
        let missed: Vec<_> = REACHED.iter().filter(|kind| !reached.contains(*kind)).collect();
        assert!(missed.is_empty(), "never happened in {count} runs: {missed:?}");
    }
    println!("{count} runs: {tally:?}");
}

#[test]
fn a_seed_decides_everything() {
    let stage = Stage::new();
    for seed in [7, 8] {
        let events = || Run::simulate(&stage, seed, None).unwrap_or_else(|v| panic!("{v}")).events().to_vec();
        assert_eq!(events(), events());
    }
}

/// The first violation that a broken program shows within a few seeds.
fn noticed(sabotage: Sabotage) -> String {
    let stage = Stage::new();
    let run = |seed| Run::simulate(&stage, seed, Some(sabotage)).err();
    (1..=8).find_map(run).unwrap_or_else(|| panic!("{sabotage:?} goes unnoticed")).what
}

#[test]
fn the_oracle_notices_a_lost_visit() {
    let what = noticed(Sabotage::LosesAVisit);
    assert!(what.contains("is lost") || what.contains("not at the hub"), "{what}");
}

#[test]
fn the_oracle_notices_a_doubled_visit() {
    let what = noticed(Sabotage::DoublesAVisit);
    assert!(what.contains("more than once"), "{what}");
}

#[test]
fn the_oracle_notices_a_visit_that_failed_and_is_there() {
    let what = noticed(Sabotage::KeepsAFailedVisit);
    assert!(what.contains("failed and is there"), "{what}");
}

#[test]
fn the_oracle_notices_a_hub_that_acknowledges_without_storing() {
    let what = noticed(Sabotage::HubForgets);
    assert!(what.contains("are at the hub") || what.contains("not at the hub"), "{what}");
}

#[test]
fn the_oracle_notices_one_home_that_shows_something_else() {
    let what = noticed(Sabotage::TampersWithOneHome);
    assert!(what.contains("show different things"), "{what}");
}

#[test]
fn the_oracle_notices_projections_that_the_log_does_not_give() {
    let what = noticed(Sabotage::TampersWithEveryHome);
    assert!(what.contains("a rebuild changes"), "{what}");
}

#[test]
fn the_oracle_notices_what_is_set_aside() {
    let what = noticed(Sabotage::HubSlipsAStrangerIn);
    assert!(what.contains("set something honest aside"), "{what}");
}

#[test]
fn the_oracle_notices_a_home_that_does_not_send() {
    let what = noticed(Sabotage::NeverSyncs);
    assert!(what.contains("is lost"), "{what}");
}
