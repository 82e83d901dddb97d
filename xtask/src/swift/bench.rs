//! What opening a home and reading a list of 300 costs from Swift, against the same calls from Rust.

use std::path::Path;

use super::{prepare_as, scratch};
use crate::bench::lists;
use crate::run::{Done, heading, must};

const PACKAGE: &str = "tests/foreign/swift";

/// Measures and prints a table.
pub(crate) fn run() -> Done {
    heading("a list of 300 from Swift");
    let prepared = prepare_as("release")?;
    let how = ["-c", "release", "--product", "Measure"];
    must(&mut prepared.package("build", PACKAGE, &how)?)?;
    let swift = scratch(PACKAGE).join("release/Measure");
    let swift = swift.to_string_lossy();
    let start = |folder: &Path, more: &[&str]| {
        let folder = folder.to_string_lossy();
        let words = [&[&*swift, &*folder], more].concat();
        prepared.command(PACKAGE, &words)
    };
    lists::compare(
        "swift",
        &[
            ("Swift, generated object", &|folder| {
                start(folder, &["generated"])
            }),
            ("Swift, actor", &|folder| start(folder, &[])),
        ],
    )
}
