//! Runs of the simulator: many seeds, and proofs that its oracles can fail.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests"
)]

use std::num::NonZero;

use doorknock_tests::sim::{
    Case, Day, Day24, FaultPlan, Report, Run, Sabotage, Stage, Town, shrink,
};
use doorknock_tests::{World, roster};

/// How many seeds are run; CI asks for more than a developer's `cargo test`.
fn seeds() -> u64 {
    let Ok(text) = std::env::var("DOORKNOCK_SEEDS") else {
        return 200;
    };
    text.parse()
        .unwrap_or_else(|_| panic!("DOORKNOCK_SEEDS must be a number, not {text:?}"))
}

#[test]
fn no_history_loses_doubles_or_misstates_anything() {
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    let report = Report::of(&Stage::new(), 1..seeds() + 1, cores, &|_| {});
    println!("{report}");
    assert!(report.is_good(), "\n{report}");
}

fn broken(seed: u64, sabotage: Sabotage) -> Case {
    Case {
        sabotage: Some(sabotage),
        ..Case::of(seed)
    }
}

#[test]
fn a_seed_decides_everything() {
    let stage = Stage::new();
    for seed in [7, 8] {
        let events = || {
            Run::simulate(&stage, &Case::of(seed))
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
    for seed in 1..=100 {
        let Err(violation) = Run::simulate(&stage, &broken(seed, sabotage)) else {
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
fn the_oracles_notice_a_home_that_uses_an_incarnation_twice() {
    let words = ["set something honest aside", "is lost", "not at the hub"];
    is_noticed(Sabotage::ReusesIncarnations, &words);
}

#[test]
fn the_oracle_notices_two_programs_on_one_home() {
    is_noticed(Sabotage::SharesAHome, &["is opened twice at a time"]);
}

#[test]
fn the_oracle_notices_a_copy_that_nobody_is_told_of() {
    is_noticed(Sabotage::CopiesUnnoticed, &["does not notice that"]);
}

#[test]
fn the_oracles_notice_a_full_disk_that_stops_recording_or_leaves_half() {
    let words = ["refuses to record while it keeps a reserve"];
    is_noticed(Sabotage::LosesTheReserve, &words);
    is_noticed(Sabotage::KeepsWhatHadNoRoom, &["failed and is there"]);
}

#[test]
fn the_oracle_notices_a_home_that_believes_receipts_for_nothing() {
    let words = ["visits are at the hub, which holds", "not at the hub"];
    is_noticed(Sabotage::BelievesAnyReceipt, &words);
}

#[test]
fn the_oracles_notice_homes_that_stay_on_another_log() {
    is_noticed(Sabotage::StaysForked, &["is lost", "different things"]);
}

#[test]
fn the_oracle_notices_a_home_that_judges_otherwise() {
    is_noticed(Sabotage::JudgesOtherwise, &["judges otherwise"]);
}

#[test]
fn the_oracles_notice_what_travelled_by_file_and_is_said_to_be_at_the_hub() {
    let words = [
        "is at the hub, and it is not so",
        "visits are at the hub, which holds",
        "not at the hub",
    ];
    is_noticed(Sabotage::CountsFilesAsHub, &words);
}

#[test]
fn the_oracle_notices_a_file_that_shows_what_is_in_it() {
    is_noticed(Sabotage::WritesPlainFiles, &["shows the finder"]);
}

#[test]
fn the_oracle_notices_a_damaged_file_that_is_called_whole() {
    is_noticed(Sabotage::CallsDamageWhole, &["but damaged is true"]);
}

#[test]
fn the_oracle_notices_a_file_that_is_given_the_room_for_recording() {
    let words = ["used its reserve for what others wrote"];
    is_noticed(Sabotage::GivesReserveToFiles, &words);
}

#[test]
fn the_oracle_notices_what_was_to_be_brought_to_the_hub_and_is_not() {
    is_noticed(Sabotage::NeverRelays, &["to bring to the hub"]);
}

#[test]
fn the_oracles_notice_a_home_that_lacks_a_part_of_a_snapshot() {
    let words = ["is lost", "show different things"];
    is_noticed(Sabotage::LacksAPartOfASnapshot, &words);
}

#[test]
fn a_failing_history_shrinks_to_few_steps_that_fail_alike() {
    let stage = Stage::new();
    let sabotage = Sabotage::Doubles("visit");
    let fails = |seed| Run::simulate(&stage, &broken(seed, sabotage)).err();
    let found = (1..=60).find_map(fails).unwrap();
    let smallest = shrink(&stage, (*found).clone(), &mut |_| {});
    let kept = smallest.case.keep.clone().unwrap();
    assert!(kept.len() <= 3, "{kept:?}");
    let again = Run::simulate(&stage, &smallest.case).err().unwrap();
    assert_eq!((again.oracle, &again.what), (found.oracle, &smallest.what));
    assert!(smallest.to_string().contains(&smallest.case.command()));
    // Without any one of them it does not fail so.
    for step in &kept {
        let fewer = smallest
            .case
            .keeping(kept.iter().copied().filter(|n| n != step));
        let less = Run::simulate(&stage, &fewer).err();
        assert!(less.is_none_or(|v| v.oracle != found.oracle), "{step}");
    }
}

#[test]
fn a_hub_lives_through_a_day_of_load_backups_crashes_and_a_restore() {
    let day = Day24::of(&Stage::new(), Town::VILLAGE, 1).unwrap();
    println!("{day}");
    let town = Town::VILLAGE;
    assert_eq!(
        day.visits,
        (town.grids * town.phones * town.visits) as usize
    );
    assert!(day.unreachable > 0 && day.requests > day.entries, "{day}");
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
