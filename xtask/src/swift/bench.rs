//! What opening a home and reading a list of 300 costs from Swift, against the same calls from Rust.

use std::fs;

use comfy_table::{Table, presets};

use super::{prepare_as, scratch};
use crate::run::{Done, Stop, cannot, cargo, heading, must, program, root};

const PACKAGE: &str = "tests/foreign/swift";
/// Each program so often, one after the other: what else the machine does falls on all of them.
const ROUNDS: usize = 7;

/// Microseconds: to open, of the first list, and p50 and p99 of the lists after it.
type Times = [u64; 4];

/// Measures and prints a table.
pub(crate) fn run() -> Done {
    heading("a list of 300 from Swift");
    let prepared = prepare_as("release")?;
    let bin = ["-p", "doorknock-tests", "--bin", "list300"];
    must(cargo(&["build", "--release"]).args(bin))?;
    let how = ["-c", "release", "--product", "Measure"];
    must(&mut prepared.package("build", PACKAGE, &how)?)?;

    let folder = root().join("target/swift/list300");
    if folder.is_dir() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let rust = root().join("target/release/list300");
    must(program(&rust).arg("prepare").arg(&folder))?;
    let swift = scratch(PACKAGE).join("release/Measure");
    let (swift, home) = (swift.to_string_lossy(), folder.to_string_lossy());
    let mut all = [const { Vec::new() }; 3];
    for _ in 0..ROUNDS {
        let mut from_rust = program(&rust);
        from_rust.arg("measure").arg(&folder);
        let commands = [
            from_rust,
            prepared.command(PACKAGE, &[&*swift, &*home, "generated"]),
            prepared.command(PACKAGE, &[&*swift, &*home]),
        ];
        for (mut command, times) in commands.into_iter().zip(&mut all) {
            let said = command.output().map_err(|e| cannot(&command, &e))?;
            times.push(read(&String::from_utf8_lossy(&said.stdout))?);
        }
    }
    let names = ["Rust", "Swift, generated object", "Swift, actor"];
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header([
        "",
        "open",
        "first list",
        "list, p50",
        "list, p99",
        "p50 against Rust",
    ]);
    let medians = all.map(|times| median(&times));
    for (name, times) in names.iter().zip(&medians) {
        let ratio = times[2] as f64 / medians[0][2].max(1) as f64;
        let shown = times.map(|us| format!("{us} us"));
        let [open, first, p50, p99] = &shown;
        table.add_row([*name, open, first, p50, p99, &format!("{ratio:.2}x")]);
    }
    println!("{}", table.trim_fmt());
    Ok(())
}

/// A line of a program: its name, then the numbers.
fn read(line: &str) -> Done<Times> {
    let numbers: Vec<u64> = line
        .split_whitespace()
        .skip(1)
        .filter_map(|word| word.parse().ok())
        .collect();
    numbers
        .try_into()
        .map_err(|_| Stop::new(format!("no measurement: {line}")))
}

fn median(all: &[Times]) -> Times {
    std::array::from_fn(|column| {
        let mut values: Vec<u64> = all.iter().map(|times| times[column]).collect();
        values.sort_unstable();
        values.get(values.len() / 2).copied().unwrap_or(0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_are_taken_column_by_column_and_a_program_that_failed_is_no_measurement() {
        let all =
            ["rust 9 1 5 7\n", "rust 1 2 6 8", "rust 5 3 4 9"].map(|line| read(line).unwrap());
        assert_eq!(median(&all), [5, 2, 5, 8]);
        assert!(read("").is_err() && read("rust 1 2 x 4").is_err());
    }
}
