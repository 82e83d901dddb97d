//! What runs in Kotlin, through Maven: the library's own tests, the scenario against a real hub, and a stranger's
//! project that has only what is published.

use std::path::Path;
use std::process::Command;

use crate::kotlin;
use crate::run::{Done, root};

/// The library's tests; what they leave in our local repository is what the other two use.
pub(super) fn library() -> Done<Command> {
    kotlin::prepare()?;
    kotlin::maven("android-shim/pom.xml", &["install"])
}

/// The scenario.
pub(super) fn scenario() -> Done<Command> {
    published("tests/foreign/kotlin/pom.xml")
}

/// The stranger's project.
pub(super) fn consumer() -> Done<Command> {
    published("tests/foreign/kotlin-consumer/pom.xml")
}

/// A project that takes the library from the local repository, with the hub that it starts.
fn published(project: &str) -> Done<Command> {
    let built = kotlin::prepare()?;
    kotlin::maven_quietly("android-shim/pom.xml", &["install", "-DskipTests"])?;
    let mut test = kotlin::maven(project, &["test"])?;
    let hub = Path::new(built.program("doorknock-hub")?);
    test.env("DOORKNOCK_HUB", hub);
    test.env("DOORKNOCK_TARGET", root().join("target"));
    Ok(test)
}
