//! B12 and B15: what the library of the bindings costs a phone, in memory and on its disk. Measured on what an
//! app gets, built for this machine: a program that holds nothing but the library, and the library itself.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Failure;
use crate::fixture::NOW_MS;
use crate::stats::Row;

/// What `cargo xtask bench` has built in the profile `phone`.
fn made(name: &str) -> Result<PathBuf, Failure> {
    let program = std::env::current_exe()?;
    let target = program.ancestors().nth(2).ok_or("no target folder")?;
    let path = target.join("phone").join(name);
    if path.exists() {
        return Ok(path);
    }
    Err(format!("there is no {name}; run cargo xtask bench").into())
}

/// B12: a process that has a home open through the bindings, lists a grid's day and searches.
pub(crate) fn memory(home: &Path) -> Result<Row, Failure> {
    let program = made("examples/footprint")?;
    let said = Command::new(program)
        .args([home, &home.join("key")])
        .args([&NOW_MS.to_string(), "G01"])
        .output()?;
    if !said.status.success() {
        return Err(String::from_utf8_lossy(&said.stderr).into_owned().into());
    }
    let kilobytes: f64 = String::from_utf8(said.stdout)?.trim().parse()?;
    Ok(Row {
        bar: "B12",
        what: "memory: open, a list, a search (10k doors)".to_owned(),
        subject: format!("{:.1} MB", kilobytes / 1024.0),
        baseline: String::new(),
        value: kilobytes / 1024.0,
        target: 32.0,
        ambition: 16.0,
        unit: " MB",
    })
}

/// B15: the library as apps get it.
pub(crate) fn size() -> Result<Row, Failure> {
    let bytes = std::fs::metadata(made("libdoorknock_ffi.so")?)?.len();
    let value = f64::from(u32::try_from(bytes)?) / 1e6;
    Ok(Row {
        bar: "B15",
        what: "size of the bindings' library, stripped".to_owned(),
        subject: format!("{value:.2} MB"),
        baseline: String::new(),
        value,
        target: 9.0,
        ambition: 5.0,
        unit: " MB",
    })
}
