//! The numbers and the simulator: programs of the crate `doorknock-tests`, built in release.

pub(crate) mod lists;

use crate::run::{Done, cargo, must};

/// Hands its arguments on to the program of this name.
pub(crate) fn run(program: &str, args: &[String]) -> Done {
    if program == "bench" {
        // B13 and B14 start the real hub, which lies beside the program that measures it.
        must(&mut cargo(&["build", "--release", "-p", "doorknock-hub"]))?;
        // B12 and B15 measure what phones get.
        let library = ["build", "--profile", "phone", "-p", "doorknock-ffi"];
        must(cargo(&library).args(["--lib", "--examples"]))?;
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
