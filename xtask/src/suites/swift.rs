//! What runs in Swift: the package's own tests, the scenario against a real hub, and a stranger's package.

use std::process::Command;

use crate::run::Done;
use crate::swift::prepare;

/// The package's own tests.
pub(super) fn package() -> Done<Command> {
    prepare()?.package("test", "ios-shim", &[])
}

/// The scenario that Kotlin and Python go through too, against a real hub.
pub(super) fn scenario() -> Done<Command> {
    prepare()?.package("test", "tests/foreign/swift", &[])
}

/// A package that uses only what is published.
pub(super) fn consumer() -> Done<Command> {
    prepare()?.package("test", "tests/foreign/swift-consumer", &[])
}
