//! The numbers: built in release, measured by a program of the crate `doorknock-tests`.

use crate::run::{Done, cargo, must};

/// Hands its arguments on.
pub(crate) fn run(args: &[String]) -> Done {
    program("bench", args)
}

/// Trains a dictionary into the file named.
pub(crate) fn dictionary(args: &[String]) -> Done {
    program("dictionary", args)
}

fn program(name: &str, args: &[String]) -> Done {
    let run = [
        "run",
        "--release",
        "-p",
        "doorknock-tests",
        "--bin",
        name,
        "--",
    ];
    // Where the person stands is where `--json FILE` is meant to go.
    let here = std::env::current_dir()?;
    must(cargo(&run).args(args).current_dir(here))
}
