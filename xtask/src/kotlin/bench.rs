//! What opening a home and reading a list of 300 costs from Kotlin, against the same calls from Rust.

use std::fs;
use std::path::Path;

use super::{folder, maven, must_quietly, publish};
use crate::artifacts::for_phones;
use crate::bench::lists;
use crate::run::{Done, Stop, heading, must, program, quiet, root};

const PROJECT: &str = "tests/foreign/kotlin/pom.xml";

/// Measures and prints a table.
pub(crate) fn run() -> Done {
    heading("a list of 300 from Kotlin");
    if !quiet("mvn", &["--version"]) {
        return Err(Stop::lacking("mvn is missing"));
    }
    // What phones get, built for this machine.
    must(&mut for_phones("doorknock-ffi", "cdylib"))?;
    publish()?;
    let out = folder().join("classpath");
    let goals = ["test-compile", "dependency:build-classpath"];
    let mut resolve = maven(PROJECT, &goals)?;
    resolve.arg(format!("-Dmdep.outputFile={}", out.to_string_lossy()));
    must_quietly(&mut resolve)?;
    let tests = folder().join("build/doorknock-scenario/test-classes");
    let classes = format!(
        "{}:{}",
        tests.to_string_lossy(),
        fs::read_to_string(out)?.trim()
    );
    let start = |home: &Path, how: &str| {
        let mut command = program("java");
        // Before the library for tests, which has not been optimised.
        let phone = root().join("target/phone");
        command.arg(format!("-Djna.library.path={}", phone.to_string_lossy()));
        command.args(["-cp", &classes, "scenario.MeasureKt"]);
        command.arg(home).arg(how);
        command
    };
    lists::compare(
        "kotlin",
        &[
            ("Kotlin, generated object", &|home| start(home, "generated")),
            ("Kotlin, suspending", &|home| start(home, "suspending")),
        ],
    )
}
