//! The numbers: built in release, measured by a program of the crate `doorknock-tests`.

use crate::run::{Done, cargo, must};

/// Hands its arguments on.
pub(crate) fn run(args: &[String]) -> Done {
    let bench = [
        "run",
        "--release",
        "-p",
        "doorknock-tests",
        "--bin",
        "bench",
        "--",
    ];
    // Where the person stands is where `--json FILE` is meant to go.
    let here = std::env::current_dir()?;
    must(cargo(&bench).args(args).current_dir(here))
}
