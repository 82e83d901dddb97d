//! What runs in Kotlin, through Maven: the library's own tests, the scenario against a real hub, and a stranger's
//! project that has only what is published.

use std::process::Command;

use crate::kotlin;
use crate::run::Done;

/// The library's tests.
pub(super) fn library() -> Done<Command> {
    kotlin::publish()?;
    kotlin::maven("android-shim/pom.xml", &["surefire:test"])
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
    let built = kotlin::publish()?;
    let mut test = kotlin::maven(project, &["test"])?;
    test.env("DOORKNOCK_HUB", built.program("doorknock-hub")?);
    Ok(test)
}
