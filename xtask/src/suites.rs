//! Every test of the repository, and what of it could not be run here.

mod kotlin;
mod python;
mod swift;
mod tally;

use std::io::{self, BufRead, BufReader, Write};
use std::process::Command;

use comfy_table::{Table, presets};

use crate::run::{self, Done, Stop, cannot, cargo, in_ci, quiet, say};
use tally::{Suite, Tally};

/// Seeds of the simulation in release; `DOORKNOCK_SEEDS` overrides it.
const SEEDS: &str = "1000";
/// Rounds of killing a real process; `DOORKNOCK_KILLS` overrides it.
const KILLS: &str = "60";

/// Runs all of it, or what has a name that begins like this, then a table and the closing line. Nothing stops at the
/// first failure.
pub(crate) fn run(only: Option<&str>) -> Done {
    let mut all = Vec::new();
    let mut skipped = Vec::new();
    let wanted = |runner: &&Runner| only.is_none_or(|only| runner.name.starts_with(only));
    for runner in RUNNERS.iter().filter(wanted) {
        run::heading(&format!("test: {}", runner.name));
        let lacking = runner
            .needs
            .iter()
            .find(|tool| !quiet(tool, &["--version"]));
        match lacking {
            None => match go(runner) {
                Ok(suites) => all.extend(suites),
                Err(stop) if stop.is_lacking() && !in_ci() => {
                    println!("NOT RUN: {}", stop.said);
                    skipped.push(format!("{}: {}", runner.name, stop.said));
                }
                Err(stop) => {
                    println!("FAILED: {}", stop.said);
                    all.push(Suite::failed(runner.name, "did not start"));
                }
            },
            Some(tool) if in_ci() => {
                println!("FAILED: {tool} is missing");
                all.push(Suite::failed(runner.name, "did not start"));
            }
            Some(tool) => {
                println!("NOT RUN: {tool} is missing");
                skipped.push(format!("{}: {tool} is missing", runner.name));
            }
        }
    }
    close(&all, &skipped)
}

struct Runner {
    name: &'static str,
    /// Programs without which it cannot run.
    needs: &'static [&'static str],
    /// Builds what has to be there first; what to run then.
    prepare: fn() -> Done<Command>,
}

const RUNNERS: [Runner; 12] = [
    Runner {
        name: "workspace",
        needs: &[],
        prepare: workspace,
    },
    Runner {
        name: "simulation, release",
        needs: &[],
        prepare: simulation,
    },
    Runner {
        name: "python",
        needs: &["python3"],
        prepare: python::prepare,
    },
    Runner {
        name: "python, golden vectors",
        needs: &["python3"],
        prepare: python::vectors,
    },
    Runner {
        name: "kotlin",
        needs: &["mvn", "java"],
        prepare: kotlin::library,
    },
    Runner {
        name: "kotlin, scenario",
        needs: &["mvn", "java"],
        prepare: kotlin::scenario,
    },
    Runner {
        name: "kotlin, a stranger's project",
        needs: &["mvn", "java"],
        prepare: kotlin::consumer,
    },
    Runner {
        name: "swift, package",
        needs: &[],
        prepare: swift::package,
    },
    Runner {
        name: "swift, scenario",
        needs: &[],
        prepare: swift::scenario,
    },
    Runner {
        name: "swift, consumer",
        needs: &[],
        prepare: swift::consumer,
    },
    Runner {
        name: "swift, type checks",
        needs: &[],
        prepare: swift::check,
    },
    Runner {
        name: "libreoffice",
        needs: &["soffice"],
        prepare: libreoffice,
    },
];

fn workspace() -> Done<Command> {
    let mut command = cargo(&["test", "--workspace", "--no-fail-fast"]);
    or_default(&mut command, "DOORKNOCK_KILLS", KILLS);
    Ok(command)
}

fn simulation() -> Done<Command> {
    let mut command = cargo(&["test", "--release", "-p", "doorknock-tests"]);
    command.args(["--test", "simulate", "--no-fail-fast"]);
    or_default(&mut command, "DOORKNOCK_SEEDS", SEEDS);
    Ok(command)
}

/// The one test program that `cargo test` leaves out.
fn libreoffice() -> Done<Command> {
    Ok(cargo(&[
        "test",
        "-p",
        "doorknock-desk",
        "--test",
        "libreoffice",
    ]))
}

fn or_default(command: &mut Command, name: &str, value: &str) {
    if std::env::var_os(name).is_none() {
        command.env(name, value);
    }
}

/// Runs it, shows all that it says, and counts.
fn go(runner: &Runner) -> Done<Vec<Suite>> {
    let mut command = (runner.prepare)()?;
    say(&command);
    // Both outputs through one pipe: results must stay behind the names of their suites.
    let (hear, tell) = io::pipe()?;
    command.stdout(tell.try_clone()?).stderr(tell);
    let mut child = command.spawn().map_err(|e| cannot(&command, &e))?;
    // It holds the pipe open as long as it lives.
    drop(command);
    let mut tally = Tally::new(runner.name);
    let mut out = io::stdout();
    let mut line = Vec::new();
    let mut hear = BufReader::new(hear);
    while hear.read_until(b'\n', &mut line)? > 0 {
        out.write_all(&line)?;
        tally.take(&String::from_utf8_lossy(&line));
        line.clear();
    }
    Ok(tally.end(child.wait()?.success()))
}

fn close(all: &[Suite], skipped: &[String]) -> Done {
    run::heading("suites");
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["run", "suite", "passed", "failed", "ignored"]);
    for suite in all.iter().filter(|suite| !suite.is_empty()) {
        let counts = [suite.passed, suite.failed, suite.ignored].map(|n| n.to_string());
        let [passed, failed, ignored] = &counts;
        table.add_row([suite.run, &suite.name, passed, failed, ignored]);
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
