//! What runs in Swift: the package's own tests, the scenario against a real hub, and a stranger's package.

use std::fs;
use std::process::Command;

use crate::guide::{blocks, put};
use crate::run::{Done, root};
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

/// What is for Apple's systems only, the sample app's screens and the guide's blocks, type-checked.
pub(super) fn check() -> Done<Command> {
    let prepared = prepare()?;
    let guide = root().join("target/guide/swift");
    if guide.is_dir() {
        fs::remove_dir_all(&guide)?;
    }
    for block in blocks("swift")? {
        put(
            &guide.join(format!("{}_{}.swift", block.page, block.line)),
            &block.code,
        )?;
    }
    let script = root().join("xtask/swift/check.sh");
    let out = root().join("target/swift/check");
    let words = [&script, &out, &guide].map(|path| path.to_string_lossy());
    let words: Vec<_> = words.iter().map(|word| &**word).collect();
    Ok(prepared.command("xtask/swift", &words))
}
