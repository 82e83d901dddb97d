//! A phone's home with a list of 300, and how long the Rust call takes to read it: what the other languages' calls are
//! measured against, by programs of theirs that read the same home.
//!
//! `list300 prepare DIR` makes the home `DIR/phone` with its key in `DIR/phone/key`. `list300 measure DIR` prints one
//! line: `rust`, then microseconds to open it, of the first list, and p50 and p99 of the lists after it.
#![allow(clippy::print_stdout, reason = "a program for another program")]

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use doorknock::{Doorknock, Env, FileKeyStore};
use doorknock_tests::{World, roster};

const LINES: usize = 300;
const TIMES: usize = 200;

type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let result = match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["prepare", folder] => prepare(Path::new(folder)),
        ["measure", folder] => measure(Path::new(folder)),
        _ => Err("list300 prepare|measure DIR".into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("list300: {error}");
            ExitCode::FAILURE
        }
    }
}

fn prepare(folder: &Path) -> Result<(), Failure> {
    let world = World::new(folder, 300);
    // Every second door of a roster has somebody in care, and is due.
    let office = world.office(&roster(&["G1"], 2 * u32::try_from(LINES)?))?;
    world.phone(&office, "phone", &["G1"])?;
    Ok(())
}

fn measure(folder: &Path) -> Result<(), Failure> {
    let home = folder.join("phone");
    let keys = FileKeyStore::new(home.join("key"));
    let start = Instant::now();
    let home = Doorknock::open(&home, &keys, Env::system())?;
    let open = micros(start);
    let mut times = Vec::new();
    for _ in 0..=TIMES {
        let start = Instant::now();
        let lines = home.round(None, None)?.items.len();
        times.push(micros(start));
        if lines != LINES {
            return Err(format!("a list of {lines}").into());
        }
    }
    let first = times.remove(0);
    times.sort_unstable();
    let (p50, p99) = (times[TIMES / 2], times[TIMES * 99 / 100]);
    println!("rust {open} {first} {p50} {p99}");
    Ok(())
}

fn micros(since: Instant) -> u128 {
    since.elapsed().as_micros()
}
