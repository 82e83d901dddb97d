//! `cargo xtask`: every routine task of this workspace. CI runs the same.
#![allow(
    clippy::print_stdout,
    reason = "a program for the person at the terminal"
)]

mod aar;
mod artifacts;
mod bench;
mod demo;
mod elf;
mod fuzz;
mod guide;
mod kotlin;
mod lint;
mod ndk;
mod run;
mod setup;
mod suites;
mod swift;
mod tidy;
mod xcframework;

use std::process::ExitCode;

use run::{Done, Stop, root};

const HELP: &str = "\
cargo xtask TASK

  setup                     check what building needs; on Debian and Ubuntu, install what is missing
                            (test and ci also see to LibreOffice, which one test needs)
  demo                      a hub, an office and two phones on this machine: offline, back, and compared
  test [NAME]               every test of the repository, in every language; or the runs with a name that begins so
  lint                      format, clippy, documentation, licences, and this project's own rules
  bench [--json FILE] [--growth] [--only b1,b4]
                            the numbers that docs/performance.md tells of, in release
  simulate [--seeds N] [--seed S] [--keep LIST] [--shrink] [--day]
                            whole homes and a hub under every fault, or a hub's day under load
  fuzz [TARGET] [--minutes M] [--jobs J] [--minimise]
                            feed every decoder of outside bytes with libFuzzer, each for 10 minutes; jobs
                            targets at once; --minimise keeps the best inputs in tests/fuzz/corpus
  aar                       the library for Android apps, below target/android; the native part needs an NDK
  apidoc                    the reference of the Kotlin API, below target/kotlin/apidoc (Rust's: cargo doc)
  dictionary FILE           train a shared dictionary on the invented corpus (committed ones are frozen)
  vectors                   write the golden vectors of tests/vectors again, after the format was meant to change
  xcframework               the core for iPhones, into ios-shim/build; needs macOS with Xcode
  sample                    write the invented rosters of tests/data again
  ci                        setup, lint, test, demo: what has to pass before a change is taken
  help                      this page
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (task, rest) = match args.split_first() {
        Some((task, rest)) => (task.as_str(), rest),
        None => ("help", &[][..]),
    };
    match begin(task, rest) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Stop { said, exit }) => {
            eprintln!("xtask {task}: {said}");
            ExitCode::from(exit)
        }
    }
}

fn begin(task: &str, rest: &[String]) -> Done {
    let takes_more = matches!(task, "test" | "bench" | "simulate" | "fuzz" | "dictionary");
    if let Some(extra) = rest.first().filter(|_| !takes_more) {
        return Err(Stop::usage(format!(
            "takes no {extra}; see `cargo xtask help`"
        )));
    }
    match task {
        "setup" => setup::run(),
        "demo" => setup::run().and_then(|()| demo::run()),
        "test" => setup::for_tests().and_then(|()| suites::run(rest.first().map(String::as_str))),
        "lint" => lint::run(),
        "bench" => setup::run().and_then(|()| benches(rest)),
        "simulate" => setup::run().and_then(|()| bench::run("simulate", rest)),
        "dictionary" => bench::run("dictionary", rest),
        "fuzz" => setup::run().and_then(|()| fuzz::run(rest)),
        "apidoc" => setup::for_kotlin().and_then(|()| kotlin::apidoc()),
        "aar" => setup::for_kotlin().and_then(|()| aar::run()),
        "sample" => Ok(xtask::sample::write(&root().join("tests/data"))?),
        "xcframework" => xcframework::run(),
        "vectors" => setup::run().and_then(|()| vectors()),
        "ci" => ci(),
        "help" | "--help" | "-h" => {
            print!("{HELP}");
            Ok(())
        }
        _ => Err(Stop::usage("there is no such task; see `cargo xtask help`")),
    }
}

/// The bars, and what a list costs from other languages; `--only kotlin` or `--only swift` is one of the latter alone.
fn benches(rest: &[String]) -> Done {
    let languages = [
        ("kotlin", kotlin::bench::run as fn() -> Done),
        ("swift", swift::bench::run),
    ];
    let named = |language: &str| rest.iter().any(|word| word == language);
    if !languages.iter().any(|(language, _)| named(language)) {
        bench::run("bench", rest)?;
    }
    for (language, measure) in languages {
        if named("--only") && !named(language) {
            continue;
        }
        match measure() {
            Err(stop) if stop.is_lacking() && !run::in_ci() => println!("NOT RUN: {}", stop.said),
            done => done?,
        }
    }
    Ok(())
}

fn vectors() -> Done {
    let write = [
        "run",
        "--quiet",
        "-p",
        "doorknock-tests",
        "--bin",
        "vectors",
        "--",
    ];
    run::must(run::cargo(&write).arg(root().join("tests/vectors")))
}

/// Runs every step even when one fails: one run then tells of everything that is wrong.
fn ci() -> Done {
    setup::for_tests()?;
    let steps = [
        ("lint", lint::run as fn() -> Done),
        ("test", || suites::run(None)),
        ("demo", demo::run),
    ];
    let mut failed = Vec::new();
    for (name, step) in steps {
        run::heading(name);
        if let Err(stop) = step() {
            eprintln!("xtask {name}: {}", stop.said);
            failed.push(name);
        }
    }
    if failed.is_empty() {
        println!("\nxtask ci: lint, test and demo passed");
        Ok(())
    } else {
        Err(Stop::new(format!("failed: {}", failed.join(", "))))
    }
}
