//! B2: a phone's storage, as a floor under each fsync. The floor is a small library that the bench
//! compiles and preloads into itself.

use std::process::Command;

use crate::Failure;
use crate::fixture::disk_folder;
use crate::stats::{Row, Times, micros};

const FLOOR_US: &str = "1000";

pub(crate) fn with_floor() -> Result<Row, Failure> {
    let folder = disk_folder()?;
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/bench/fsync_floor.c");
    let library = folder.path().join("libfsync_floor.so");
    let built = Command::new("cc")
        .args(["-shared", "-fPIC", "-O2", "-o"])
        .arg(&library)
        .args([source, "-ldl"])
        .status()?;
    if !built.success() {
        return Err("the fsync floor could not be compiled".into());
    }
    let output = Command::new(std::env::current_exe()?)
        .arg("floored")
        .arg(folder.path())
        .env("LD_PRELOAD", &library)
        .env("DOORKNOCK_FSYNC_US", FLOOR_US)
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    let text = String::from_utf8(output.stdout)?;
    let numbers: Vec<f64> = text
        .split_whitespace()
        .map(str::parse)
        .collect::<Result<_, _>>()?;
    let [subject, subject99, base, base99] = numbers[..] else {
        return Err("the floored run printed something else".into());
    };
    let show = |p50, p99| format!("{} (p99 {})", micros(p50), micros(p99));
    debug_assert!(Times::from_micros(vec![base]).p50() >= 1000.0);
    Ok(Row {
        bar: "B2",
        what: "log a visit, 1 ms under each fsync".to_owned(),
        subject: show(subject, subject99),
        baseline: show(base, base99),
        value: subject / base,
        target: 1.5,
        ambition: 1.15,
        unit: "x",
    })
}
