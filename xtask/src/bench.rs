//! The numbers and the simulator: programs of the crate `doorknock-tests`, built in release.

pub(crate) mod lists;

use crate::artifacts::for_phones;
use crate::run::{Done, cargo, must};

/// Hands its arguments on to the program of this name.
pub(crate) fn run(program: &str, args: &[String]) -> Done {
    if program == "bench" {
        // B13 and B14 start the real hub, which lies beside the program that measures it.
        must(&mut cargo(&["build", "--release", "-p", "doorknock-hub"]))?;
        // B12 and B15 measure what phones get. The library last: with the example comes one in every form.
        let example = ["build", "--profile", "phone", "-p", "doorknock-ffi"];
        must(cargo(&example).arg("--examples"))?;
        must(&mut for_phones("doorknock-ffi", "cdylib"))?;
    }
    let command = [
        "run",
        "--release",
        "-p",
        "doorknock-tests",
        "--bin",
        program,
        "--",
    ];
    // Where the person stands is where `--json FILE` is meant to go.
    let here = std::env::current_dir()?;
    must(cargo(&command).args(args).current_dir(here))
}
