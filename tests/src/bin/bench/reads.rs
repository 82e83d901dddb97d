//! B4, B11 and B12: the day's list from a cold process, search as people type, memory.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use doorknock::{Doorknock, FileKeyStore};

use crate::Failure;
use crate::fixture::{Bench, NOW_MS, disk_folder, quick_folder, reading_env};
use crate::phone;
use crate::stats::{Row, Times};

const RUNS: usize = 60;

fn open(home: &Path, now_ms: i64) -> Result<Doorknock, Failure> {
    Ok(Doorknock::open(
        home,
        &FileKeyStore::new(home.join("key")),
        reading_env(now_ms),
    )?)
}

/// A process that opens a home, and perhaps lists today; prints microseconds and how many doors were listed. Today is
/// the day of NOW, unix milliseconds: before the latest knocks it would be a day of the past, folded again.
pub(crate) fn child(args: &[String]) -> Result<(), Failure> {
    let [what, home, now] = args else {
        return Err("child WHAT HOME NOW".into());
    };
    let now: i64 = now.parse()?;
    let home = PathBuf::from(home);
    let start = Instant::now();
    let opened = open(&home, now)?;
    let mut listed = 0;
    if what != "open" {
        listed = opened.round(Some("G01"), None)?.items.len();
    }
    let micros = start.elapsed().as_secs_f64() * 1e6;
    writeln!(std::io::stdout(), "{micros} {listed}")?;
    Ok(())
}

pub(crate) fn spawn(what: &str, home: &Path, now_ms: i64) -> Result<f64, Failure> {
    let output = Command::new(std::env::current_exe()?)
        .args(["child", what])
        .arg(home)
        .arg(now_ms.to_string())
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    let text = String::from_utf8(output.stdout)?;
    Ok(text.split_whitespace().next().ok_or("no number")?.parse()?)
}

/// B4: 300 doors with three years of visits against one month, and against opening alone.
pub(crate) fn today() -> Result<Vec<Row>, Failure> {
    let (long, short) = (disk_folder()?, disk_folder()?);
    for (folder, visits, days) in [(&long, 100_000, 3 * 365), (&short, 2_800, 30)] {
        let quick = quick_folder()?;
        let mut bench = Bench::new(quick.path(), 1, 300)?;
        bench.history(visits, days)?;
        drop(bench.moved_to(folder.path())?);
    }
    let (mut three_years, mut month, mut alone) = (vec![], vec![], vec![]);
    for _ in 0..RUNS {
        three_years.push(spawn("today", &long.path().join("office"), NOW_MS)?);
        month.push(spawn("today", &short.path().join("office"), NOW_MS)?);
        alone.push(spawn("open", &long.path().join("office"), NOW_MS)?);
    }
    let [three_years, month, alone] = [three_years, month, alone].map(Times::from_micros);
    let row = |what: &str, base: &Times, target, ambition| Row {
        bar: "B4",
        what: what.to_owned(),
        subject: three_years.show(),
        baseline: base.show(),
        value: three_years.p50() / base.p50(),
        target,
        ambition,
        unit: "x",
    };
    Ok(vec![
        row(
            "today's list, 100k visits against a month",
            &month,
            1.3,
            1.05,
        ),
        row("the same against opening the database", &alone, 3.0, 1.3),
    ])
}

/// B11 and B12.
pub(crate) fn search() -> Result<Vec<Row>, Failure> {
    let quick = quick_folder()?;
    let mut bench = Bench::new(quick.path(), 1, 10_000)?;
    bench.history(250_000, 3 * 365)?;
    let disk = disk_folder()?;
    let bench = bench.moved_to(disk.path())?;
    let mut rows = Vec::new();
    let kinds = [
        (
            "two characters",
            vec!["漏水", "建国", "施工", "药费", "电梯", "李海", "轮椅"],
        ),
        ("initials", vec!["wjg", "lxy", "zgl", "cwl", "yhy"]),
        (
            "address",
            vec!["3-2-501", "12栋", "7-1-302", "阳光花园1", "100-3-104"],
        ),
    ];
    for (what, queries) in kinds {
        let mut times = Times::new();
        for n in 0..40 * queries.len() {
            let start = Instant::now();
            let hits = bench.home.search(queries[n % queries.len()], 20)?;
            times.add(start.elapsed());
            std::hint::black_box(hits);
        }
        rows.push(Row {
            bar: "B11",
            what: format!("search, {what}: p95, 250k visits"),
            subject: times.show(),
            baseline: String::new(),
            value: times.quantile(0.95) / 1000.0,
            target: 5.0,
            ambition: 1.0,
            unit: " ms",
        });
    }
    let folder = bench.folder.join("office");
    drop(bench);
    rows.push(phone::memory(&folder)?);
    Ok(rows)
}
