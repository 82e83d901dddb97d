//! What runs in Swift: the package's own tests, the scenario against a real hub, and a stranger's package.

use std::process::Command;

use crate::run::Done;
use crate::swift::prepare;

/// One test after the other, since some count what the whole process holds; all are Swift Testing's.
const HOW: [&str; 2] = ["--no-parallel", "--disable-xctest"];

/// The package's own tests.
pub(super) fn package() -> Done<Command> {
    prepare()?.package("test", "ios-shim", &HOW)
}

/// The scenario that Kotlin and Python go through too, against a real hub.
pub(super) fn scenario() -> Done<Command> {
    prepare()?.package("test", "tests/foreign/swift", &HOW)
}

/// A package that uses only what is published, and what of the sample app needs no screen.
pub(super) fn consumer() -> Done<Command> {
    let mut how = HOW.to_vec();
    if cfg!(target_os = "linux") {
        // Swift 6.0's own library for observable models lacks a function, which only a dying program calls.
        how.extend(["-Xlinker", "--allow-shlib-undefined"]);
    }
    prepare()?.package("test", "tests/foreign/swift-consumer", &how)
}
