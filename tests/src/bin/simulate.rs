//! The simulator, for the person at the terminal: `cargo xtask simulate`.
//!
//! Runs many seeds on all cores and prints how often each fault was injected and what was found; or one
//! history, whole or with some of its steps, and the smallest one that still fails; or a day of a hub under load.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for the person at the terminal"
)]

use std::num::NonZero;
use std::process::ExitCode;

use clap::Parser;
use doorknock_tests::sim::{Case, Day24, Report, Run, Stage, Town, shrink};

/// Whole homes and a whole hub under every fault, decided by a seed.
#[derive(Parser)]
#[command(name = "cargo xtask simulate")]
struct Args {
    /// How many histories.
    #[arg(long, default_value_t = 10_000)]
    seeds: u64,
    /// One history; with --seeds the first of them.
    #[arg(long)]
    seed: Option<u64>,
    /// The steps of the history that are taken, as a violation prints them.
    #[arg(long, value_delimiter = ',', requires = "seed")]
    keep: Option<Vec<u32>>,
    /// Looks for the smallest history that breaks the same promise.
    #[arg(long)]
    shrink: bool,
    /// How many threads; one for each core if it is left out.
    #[arg(long)]
    threads: Option<usize>,
    /// A hub's 24 hours under the load of a street instead.
    #[arg(long)]
    day: bool,
}

fn main() -> ExitCode {
    let given = |name: &str| std::env::args().any(|arg| arg.split('=').next() == Some(name));
    let many = given("--seeds");
    let args = Args::parse();
    let stage = Stage::new();
    if args.day {
        return day(&stage, args.seed.unwrap_or(1));
    }
    match args.seed {
        Some(seed) if !many => one(&stage, seed, args.keep, args.shrink),
        first => {
            let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
            let first = first.unwrap_or(1);
            let seeds = first..first.saturating_add(args.seeds);
            let threads = args.threads.unwrap_or(cores);
            let mut report = Report::of(&stage, seeds, threads, &|so_far| {
                progress(so_far, args.seeds)
            });
            if args.shrink && !report.violations.is_empty() {
                let first = report.violations.remove(0);
                report.violations.insert(0, smallest(&stage, first));
            }
            println!("{report}");
            code(report.is_good())
        }
    }
}

/// So many histories take long enough for whoever waits to wonder.
const TOLD_EVERY: u64 = 500;

fn progress(so_far: &Report, of: u64) {
    let (done, wrong) = (so_far.histories, so_far.violations.len());
    if done.is_multiple_of(TOLD_EVERY) && done < of {
        eprintln!("{done} of {of} histories, {wrong} violations");
    }
}

fn code(good: bool) -> ExitCode {
    if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn one(stage: &Stage, seed: u64, keep: Option<Vec<u32>>, shrinking: bool) -> ExitCode {
    let case = match keep {
        Some(keep) => Case::of(seed).keeping(keep),
        None => Case::of(seed),
    };
    if !shrinking {
        return match Run::simulate(stage, &case) {
            Ok(run) => {
                run.events().iter().for_each(|event| println!("{event}"));
                println!("nothing is wrong with seed {seed}");
                ExitCode::SUCCESS
            }
            Err(violation) => {
                println!("{violation}");
                ExitCode::FAILURE
            }
        };
    }
    match doorknock_tests::sim::attempt(stage, &case) {
        Ok(_) => {
            println!("nothing is wrong with seed {seed}, so there is nothing to shrink");
            ExitCode::SUCCESS
        }
        Err(violation) => {
            println!("{}", smallest(stage, *violation));
            ExitCode::FAILURE
        }
    }
}

fn smallest(
    stage: &Stage,
    violation: doorknock_tests::sim::Violation,
) -> doorknock_tests::sim::Violation {
    shrink(stage, violation, &mut |steps| {
        println!("{steps} steps still fail");
    })
}

fn day(stage: &Stage, seed: u64) -> ExitCode {
    match Day24::of(stage, Town::STREET, seed) {
        Ok(day) => {
            println!("{day}");
            ExitCode::SUCCESS
        }
        Err(wrong) => {
            println!("{wrong}");
            println!("replay with: cargo xtask simulate --day --seed {seed}");
            ExitCode::FAILURE
        }
    }
}
