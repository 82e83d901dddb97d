//! Fuzzing: builds the targets with coverage instrumentation, runs them, keeps what they found.
//!
//! libFuzzer through cargo-fuzz, with the stable compiler and no sanitizer: what is looked for are panics, failed
//! assertions, endless work and memory without bound, and the workspace holds no `unsafe` of its own.

mod stats;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::thread;

use comfy_table::{Table, presets};

use crate::run::{Done, Stop, cargo, must, program, quiet, root, say};
use stats::Stats;

/// How long each target runs if nothing is said.
const MINUTES: u64 = 10;
/// What an input may take at most; more is a finding.
const SECONDS: u32 = 30;
const MEGABYTES: u32 = 2048;

struct Options {
    target: Option<String>,
    minutes: u64,
    jobs: usize,
    minimise: bool,
}

/// Where things lie.
struct Places {
    /// What was found on this machine, one folder for each target.
    found: PathBuf,
    seeds: PathBuf,
    crashes: PathBuf,
    program: PathBuf,
    /// What the repository keeps.
    kept: PathBuf,
}

/// `cargo xtask fuzz [TARGET] [--minutes M] [--jobs J] [--minimise]`
pub(crate) fn run(args: &[String]) -> Done {
    let options = options(args)?;
    let places = build()?;
    let targets = targets(&places, options.target.as_deref())?;
    if options.minimise {
        return targets
            .iter()
            .try_for_each(|target| minimise(&places, target));
    }
    let queue = Mutex::new(targets.iter());
    let done = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..options.jobs.max(1) {
            scope.spawn(|| {
                loop {
                    let next = queue.lock().unwrap_or_else(PoisonError::into_inner).next();
                    let Some(target) = next else {
                        break;
                    };
                    let stats = feed(&places, target, options.minutes);
                    done.lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .push((target, stats));
                }
            });
        }
    });
    close(
        &places,
        done.into_inner().unwrap_or_else(PoisonError::into_inner),
    )
}

fn options(args: &[String]) -> Done<Options> {
    let mut options = Options {
        target: None,
        minutes: MINUTES,
        jobs: 1,
        minimise: false,
    };
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let mut number = || {
            let number = args.next().and_then(|value| value.parse().ok());
            number.ok_or_else(|| Stop::usage(format!("{arg} takes a number")))
        };
        match arg.as_str() {
            "--minutes" => options.minutes = number()?,
            "--jobs" => options.jobs = usize::try_from(number()?).unwrap_or(1),
            "--minimise" => options.minimise = true,
            name if !name.starts_with('-') => options.target = Some(name.to_owned()),
            _ => {
                return Err(Stop::usage(format!(
                    "takes no {arg}; see `cargo xtask help`"
                )));
            }
        }
    }
    Ok(options)
}

fn build() -> Done<Places> {
    if !quiet("cargo-fuzz", &["--version"]) {
        must(&mut cargo(&["install", "--locked", "cargo-fuzz"]))?;
    }
    let target = root().join("target/fuzz");
    let mut build = cargo(&["fuzz", "build", "--fuzz-dir", "tests/fuzz"]);
    build.args([
        "--sanitizer",
        "none",
        "--no-cfg-fuzzing",
        "decoders",
        "--target-dir",
    ]);
    must(build.arg(target.join("build")))?;
    let mut seeds = cargo(&[
        "run",
        "--quiet",
        "-p",
        "doorknock-fuzz-targets",
        "--bin",
        "fuzz-seeds",
    ]);
    must(
        seeds
            .arg("--")
            .arg(target.join("seeds"))
            .stdout(Stdio::null()),
    )?;
    Ok(Places {
        found: target.join("corpus"),
        seeds: target.join("seeds"),
        crashes: target.join("crashes"),
        program: built(&target.join("build"))?,
        kept: root().join("tests/fuzz/corpus"),
    })
}

/// The program, in the folder that is named like the machine.
fn built(folder: &Path) -> Done<PathBuf> {
    let folders = fs::read_dir(folder)?.flatten();
    let mut programs = folders.map(|folder| folder.path().join("release/decoders"));
    let found = programs.find(|program| program.is_file());
    found.ok_or_else(|| Stop::new("cargo fuzz built no program"))
}

fn targets(places: &Places, only: Option<&str>) -> Done<Vec<String>> {
    let mut all: Vec<String> = fs::read_dir(&places.seeds)?
        .flatten()
        .map(|folder| folder.file_name().to_string_lossy().into_owned())
        .collect();
    all.sort();
    let Some(only) = only else {
        return Ok(all);
    };
    let known = all.join(", ");
    all.retain(|name| name == only);
    if all.is_empty() {
        return Err(Stop::usage(format!(
            "there is no target {only}, but {known}"
        )));
    }
    Ok(all)
}

fn fuzzer(places: &Places, target: &str) -> Done<Command> {
    let mut command = program(&places.program);
    command.env("DOORKNOCK_FUZZ", target);
    for folder in [&places.found, &places.crashes] {
        fs::create_dir_all(folder.join(target))?;
    }
    let prefix = format!(
        "-artifact_prefix={}/",
        places.crashes.join(target).display()
    );
    command.args([
        prefix,
        format!("-timeout={SECONDS}"),
        format!("-rss_limit_mb={MEGABYTES}"),
    ]);
    Ok(command)
}

/// Runs one target and says how it went.
fn feed(places: &Places, target: &str, minutes: u64) -> Done<Stats> {
    let mut command = fuzzer(places, target)?;
    command
        .arg(format!("-max_total_time={}", minutes.max(1) * 60))
        .arg("-print_final_stats=1");
    let kept = places.kept.join(target);
    let folders = [places.found.join(target), places.seeds.join(target), kept];
    command.args(folders.iter().filter(|folder| folder.is_dir()));
    say(&command);
    let output = command.output()?;
    let told = String::from_utf8_lossy(&output.stderr);
    fs::write(places.found.join(format!("{target}.log")), told.as_bytes())?;
    let mut stats = Stats::read(&told);
    stats.crashed = !output.status.success();
    if stats.crashed {
        let end = told.lines().rev().take(40).collect::<Vec<_>>();
        let end: Vec<_> = end.into_iter().rev().collect();
        eprintln!("{target}:\n{}", end.join("\n"));
    }
    Ok(stats)
}

/// Puts into the repository the fewest inputs that reach all that is reached.
fn minimise(places: &Places, target: &str) -> Done {
    let kept = places.kept.join(target);
    let old = places.found.join(format!("{target}.old"));
    if kept.is_dir() {
        // Moved between file systems it may be: written again.
        let _ = fs::remove_dir_all(&old);
        fs::create_dir_all(&old)?;
        for file in fs::read_dir(&kept)?.flatten() {
            fs::copy(file.path(), old.join(file.file_name()))?;
        }
        fs::remove_dir_all(&kept)?;
    }
    fs::create_dir_all(&kept)?;
    let mut command = fuzzer(places, target)?;
    command.arg("-merge=1").arg("-max_len=4096").arg(&kept);
    let from = [places.seeds.join(target), old, places.found.join(target)];
    must(
        command
            .args(from.iter().filter(|folder| folder.is_dir()))
            .stderr(Stdio::null()),
    )
}

fn close(places: &Places, mut done: Vec<(&String, Done<Stats>)>) -> Done {
    done.sort_by_key(|(target, _)| *target);
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header([
        "target",
        "executions",
        "exec/s",
        "coverage",
        "features",
        "corpus",
        "new",
        "peak MB",
        "crashes",
    ]);
    let mut failed = Vec::new();
    for (target, stats) in done {
        let stats = stats?;
        let mut row = vec![target.clone()];
        row.extend(stats.cells());
        table.add_row(row);
        if stats.crashed {
            failed.push(target.as_str());
        }
    }
    println!("{}", table.trim_fmt());
    if failed.is_empty() {
        return Ok(());
    }
    Err(Stop::new(format!(
        "ended early: {}; inputs in {}. Once mended, put them into tests/fuzz/crashes",
        failed.join(", "),
        places.crashes.display()
    )))
}
