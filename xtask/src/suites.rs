//! Every test of the repository, and what of it could not be run here.

mod tally;

use std::io::{self, BufRead, BufReader, Write};
use std::process::Command;

use comfy_table::{Table, presets};

use crate::run::{self, Done, Stop, cannot, cargo, in_ci, say};
use tally::{Suite, Tally};

/// Seeds of the simulation in release; `DOORKNOCK_SEEDS` overrides it.
const SEEDS: &str = "1000";
/// Rounds of killing a real process; `DOORKNOCK_KILLS` overrides it.
const KILLS: &str = "60";

/// Runs all of it, then a table and the closing line. Nothing stops at the first failure.
pub(crate) fn run() -> Done {
    let mut all = Vec::new();
    let mut skipped = Vec::new();
    for runner in runners() {
        run::heading(&format!("test: {}", runner.name));
        match runner.lacks {
            None => all.extend(go(runner)?),
            Some(lacks) if in_ci() => {
                println!("FAILED: {lacks}");
                all.push(Suite::failed(runner.name));
            }
            Some(lacks) => {
                println!("NOT RUN: {lacks}");
                skipped.push(format!("{}: {lacks}", runner.name));
            }
        }
    }
    close(&all, &skipped)
}

struct Runner {
    name: &'static str,
    command: Command,
    /// What this machine lacks for it.
    lacks: Option<String>,
}

fn runners() -> Vec<Runner> {
    let mut workspace = cargo(&["test", "--workspace", "--no-fail-fast"]);
    or_default(&mut workspace, "DOORKNOCK_KILLS", KILLS);
    let mut simulation = cargo(&["test", "--release", "-p", "doorknock-tests"]);
    simulation.args(["--test", "simulate", "--no-fail-fast"]);
    or_default(&mut simulation, "DOORKNOCK_SEEDS", SEEDS);
    vec![
        Runner {
            name: "workspace",
            command: workspace,
            lacks: None,
        },
        Runner {
            name: "simulation, release",
            command: simulation,
            lacks: None,
        },
    ]
}

fn or_default(command: &mut Command, name: &str, value: &str) {
    if std::env::var_os(name).is_none() {
        command.env(name, value);
    }
}

/// Runs it, shows all that it says, and counts.
fn go(mut runner: Runner) -> Done<Vec<Suite>> {
    say(&runner.command);
    // Both outputs through one pipe: results must stay behind the names of their suites.
    let (hear, tell) = io::pipe()?;
    runner.command.stdout(tell.try_clone()?).stderr(tell);
    let mut child = runner
        .command
        .spawn()
        .map_err(|e| cannot(&runner.command, &e))?;
    let name = runner.name;
    drop(runner);
    let mut tally = Tally::default();
    let mut out = io::stdout();
    let mut line = Vec::new();
    let mut hear = BufReader::new(hear);
    while hear.read_until(b'\n', &mut line)? > 0 {
        out.write_all(&line)?;
        tally.take(&String::from_utf8_lossy(&line));
        line.clear();
    }
    Ok(tally.end(name, child.wait()?.success()))
}

fn close(all: &[Suite], skipped: &[String]) -> Done {
    run::heading("suites");
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["suite", "passed", "failed", "ignored"]);
    for suite in all.iter().filter(|suite| !suite.is_empty()) {
        let Suite {
            name,
            passed,
            failed,
            ignored,
        } = suite;
        table.add_row([
            name,
            &passed.to_string(),
            &failed.to_string(),
            &ignored.to_string(),
        ]);
    }
    println!("{}", table.trim_fmt());
    for skipped in skipped {
        println!("NOT RUN: {skipped}");
    }
    let sum = |count: fn(&Suite) -> usize| all.iter().map(count).sum::<usize>();
    let (passed, failed) = (sum(|s| s.passed), sum(|s| s.failed));
    let not_run = sum(|s| s.ignored) + skipped.len();
    let and = if not_run > 0 {
        format!(", {not_run} skipped")
    } else {
        String::new()
    };
    println!("\n{passed} passed, {failed} failed{and}");
    if failed > 0 {
        return Err(Stop::new(format!("{failed} tests failed")));
    }
    if passed == 0 {
        return Err(Stop::new("no test ran"));
    }
    Ok(())
}
