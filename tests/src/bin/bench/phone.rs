//! B12 and B15: what the library of the bindings costs a phone, in memory and on its disk. Measured on what an
//! app gets, built for this machine: a program that holds nothing but the library, and the library itself.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::Failure;
use crate::fixture::{NOW_MS, disk_folder};
use crate::stats::Row;

/// What lies beside this program once `cargo build --release -p doorknock-ffi --lib --examples` was run, which
/// `cargo xtask bench` does.
fn beside(name: &str) -> Result<PathBuf, Failure> {
    let path = std::env::current_exe()?.with_file_name(name);
    if path.exists() {
        return Ok(path);
    }
    Err(format!("there is no {name}; run cargo xtask bench").into())
}

fn done(output: Output) -> Result<String, Failure> {
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// B12: a process that has a home open through the bindings, lists a grid's day and searches.
pub(crate) fn memory(home: &Path) -> Result<Row, Failure> {
    let program = beside("examples/footprint")?;
    let said = Command::new(program)
        .args([home, &home.join("key")])
        .args([&NOW_MS.to_string(), "G01"])
        .output()?;
    let kilobytes: f64 = done(said)?.trim().parse()?;
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

/// B15: the library without the names that only debuggers read.
pub(crate) fn size() -> Result<Row, Failure> {
    let library = beside("libdoorknock_ffi.so")?;
    let folder = disk_folder()?;
    let stripped = folder.path().join("stripped.so");
    let mut strip = Command::new("strip");
    done(strip.arg("-o").args([&stripped, &library]).output()?)?;
    let megabytes = |path: &Path| -> Result<f64, Failure> {
        let bytes = u32::try_from(std::fs::metadata(path)?.len())?;
        Ok(f64::from(bytes) / f64::from(1 << 20))
    };
    let value = megabytes(&stripped)?;
    Ok(Row {
        bar: "B15",
        what: "size of the bindings' library, stripped".to_owned(),
        subject: format!("{value:.2} MB"),
        baseline: format!("{:.2} MB as built", megabytes(&library)?),
        value,
        target: 9.0,
        ambition: 5.0,
        unit: " MB",
    })
}
