//! What is checked without running the programs.

use crate::run::{Done, Stop, cargo, must, quiet};
use crate::tidy;

/// Runs every check even when one fails.
pub(crate) fn run() -> Done {
    let mut failed = Vec::new();
    let mut check = |name: &'static str, done: Done| {
        if let Err(stop) = done {
            eprintln!("{}", stop.said);
            failed.push(name);
        }
    };
    check(
        "fmt",
        must(&mut cargo(&["fmt", "--all", "--", "--check", "-l"])),
    );
    check("tidy", tidy::run());
    let clippy = [
        "clippy",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ];
    check("clippy", must(&mut cargo(&clippy)));
    // What `cargo test` leaves out, clippy does too.
    let apart = ["clippy", "-p", "doorknock-desk", "--test", "libreoffice"];
    check(
        "clippy of the tests apart",
        must(cargo(&apart).args(["--", "-D", "warnings"])),
    );
    let mut doc = cargo(&["doc", "--workspace", "--no-deps"]);
    check("doc", must(doc.env("RUSTDOCFLAGS", "-D warnings")));
    check("deny", licences());
    if failed.is_empty() {
        println!("lint: all passed");
        Ok(())
    } else {
        Err(Stop::new(format!("failed: {}", failed.join(", "))))
    }
}

/// Licences, sources and doubled versions. Known vulnerabilities need a download: `cargo deny check`.
fn licences() -> Done {
    if !quiet("cargo-deny", &["--version"]) {
        println!("NOT RUN: licences and sources (cargo install --locked cargo-deny)");
        return Ok(());
    }
    must(&mut cargo(&[
        "deny",
        "--offline",
        "check",
        "--hide-inclusion-graph",
        "licenses",
        "bans",
        "sources",
    ]))
}
