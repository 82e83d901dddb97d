//! The numbers: built in release, measured by a program of the crate `doorknock-tests`.

use crate::run::{Done, cargo, must};

/// Hands its arguments on.
pub(crate) fn run(args: &[String]) -> Done {
    // B13 and B14 start the real hub, which lies beside the program that measures it.
    must(&mut cargo(&["build", "--release", "-p", "doorknock-hub"]))?;
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
