//! The bars that are owed so far, measured: subject and baseline interleaved in one run, from a
//! fixed seed. Never a test: machines differ, ratios hold.
//!
//! `cargo xtask bench [--json FILE] [--growth] [--only b1,b4]`

mod baseline;
mod documents;
mod first;
mod fixture;
mod floor;
mod growth;
mod hub;
mod reads;
mod stats;
mod sync;
mod workload;
mod writes;

use std::path::PathBuf;
use std::process::ExitCode;

use stats::Row;

type Failure = Box<dyn std::error::Error>;

/// What the command line asks for.
struct Options {
    only: Option<Vec<String>>,
    json: Option<PathBuf>,
    growth: bool,
}

fn options(args: &[String]) -> Options {
    let value = |name: &str| {
        let at = args.iter().position(|a| a == name)?;
        args.get(at + 1).cloned()
    };
    Options {
        only: value("--only").map(|list| list.split(',').map(str::to_owned).collect()),
        json: value("--json").map(PathBuf::from),
        growth: args.iter().any(|a| a == "--growth"),
    }
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let result = match args.first().map(String::as_str) {
        Some("child") => reads::child(&args[1..]),
        Some("first") => first::child(&args[1..]),
        Some("floored") => writes::floored(&args[1..]),
        _ => run(&options(&args)),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<(), Failure> {
    let wanted = |bar: &str| {
        options
            .only
            .as_ref()
            .is_none_or(|only| only.iter().any(|o| o == bar))
    };
    let mut rows: Vec<Row> = Vec::new();
    if wanted("b1") || wanted("b3") {
        rows.extend(writes::warm_and_cold()?);
    }
    if wanted("b2") {
        rows.push(floor::with_floor()?);
    }
    if wanted("b4") {
        rows.extend(reads::today()?);
    }
    if wanted("b5") || wanted("b6") {
        rows.extend(sync::a_day()?);
    }
    if wanted("b7") {
        rows.push(sync::nothing_new()?);
    }
    if wanted("b8") || wanted("b9") || wanted("b10") {
        rows.extend(first::first_sync()?);
    }
    if wanted("b11") || wanted("b12") {
        rows.extend(reads::search()?);
    }
    if wanted("b13") {
        rows.push(hub::append()?);
    }
    if wanted("b14") {
        rows.extend(hub::fan_in()?);
    }
    if options.growth {
        rows.extend(growth::rows()?);
    }
    stats::print(&rows);
    if let Some(path) = &options.json {
        std::fs::write(path, stats::json(&rows))?;
    }
    Ok(())
}
