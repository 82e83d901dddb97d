//! What opening a home and reading a list of 300 costs from another language, against the same calls from Rust.

use std::fs;
use std::path::Path;
use std::process::Command;

use comfy_table::{Table, presets};

use crate::run::{Done, Stop, cannot, cargo, must, program, root};

/// Each program so often, one after the other: what else the machine does falls on all of them.
const ROUNDS: usize = 7;

/// Microseconds: to open, of the first list, and p50 and p99 of the lists after it.
type Times = [u64; 4];

/// A program of another language: its name for people, and how it is started on the folder that holds the home `phone`.
pub(crate) type Measured<'a> = (&'a str, &'a dyn Fn(&Path) -> Command);

/// Makes a home with a list of 300 below `target`, lets each program read it, and prints a table.
pub(crate) fn compare(language: &str, others: &[Measured<'_>]) -> Done {
    let bin = ["-p", "doorknock-tests", "--bin", "list300"];
    must(cargo(&["build", "--release"]).args(bin))?;
    let folder = root().join(format!("target/{language}/list300"));
    if folder.is_dir() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let rust = root().join("target/release/list300");
    must(program(&rust).arg("prepare").arg(&folder))?;
    let from_rust = |folder: &Path| {
        let mut command = program(&rust);
        command.arg("measure").arg(folder);
        command
    };
    let mut programs: Vec<Measured<'_>> = vec![("Rust", &from_rust)];
    programs.extend(others);
    let mut all = vec![Vec::new(); programs.len()];
    for _ in 0..ROUNDS {
        for ((_, start), times) in programs.iter().zip(&mut all) {
            let mut command = start(&folder);
            let said = command.output().map_err(|e| cannot(&command, &e))?;
            times.push(read(&String::from_utf8_lossy(&said.stdout))?);
        }
    }
    let medians: Vec<_> = all.iter().map(|times| median(times)).collect();
    let names = programs.iter().map(|(name, _)| *name);
    print(&names.zip(medians).collect::<Vec<_>>());
    Ok(())
}

fn print(rows: &[(&str, Times)]) {
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
    let base = rows.first().map_or(1, |(_, times)| times[2].max(1));
    for (name, times) in rows {
        let ratio = times[2] as f64 / base as f64;
        let shown = times.map(|us| format!("{us} us"));
        let [open, first, p50, p99] = &shown;
        table.add_row([*name, open, first, p50, p99, &format!("{ratio:.2}x")]);
    }
    println!("{}", table.trim_fmt());
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
