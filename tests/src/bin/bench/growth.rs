//! `--growth`: B1, B4, B5 and B7 at one, three and ten years of history, against the first year.

use crate::Failure;
use crate::baseline::Baseline;
use crate::fixture::{Bench, disk_folder, quick_folder};
use crate::reads::spawn;
use crate::stats::{Row, Times};
use crate::writes::warm;

const DOORS: u32 = 300;
const VISITS_A_YEAR: usize = 20_000;
const LISTS: usize = 20;

/// What is measured after so many years: microseconds, microseconds, bytes, bytes.
struct Year([f64; 4]);

const BARS: [(&str, &str, &str); 4] = [
    ("B1", "log a visit", "us"),
    ("B4", "today's list, cold", "us"),
    ("B5", "a day's sync, up", "B"),
    ("B7", "nothing new, both ways", "B"),
];

fn bytes(n: usize) -> Result<f64, Failure> {
    Ok(u32::try_from(n)?.into())
}

fn after(years: usize) -> Result<Year, Failure> {
    let quick = quick_folder()?;
    let mut bench = Bench::new(quick.path(), 1, DOORS)?;
    bench.history(years * VISITS_A_YEAR, i64::try_from(years)? * 365)?;
    let disk = disk_folder()?;
    let mut bench = bench.moved_to(disk.path())?;
    let baseline = Baseline::open(&disk.path().join("baseline.db"))?;
    let (log, _) = warm(&mut bench, &baseline)?;
    bench.home.sync(&bench.world.net(), &mut |_| {})?;
    for door in bench.doors.clone() {
        let visit = bench.visit(door, 0);
        bench.home.log_visit(&visit)?;
    }
    let day = bench.home.sync(&bench.world.net(), &mut |_| {})?;
    let nothing = bench.home.sync(&bench.world.net(), &mut |_| {})?;
    if nothing.round_trips != 1 {
        return Err(format!("nothing new took {} trips", nothing.round_trips).into());
    }
    while bench.home.maintain()? {}
    let office = bench.folder.join("office");
    let now_ms = doorknock::Clock::now_ms(&*bench.world.clock);
    drop(bench);
    let mut lists = Vec::new();
    for _ in 0..LISTS {
        lists.push(spawn("today", &office, now_ms)?);
    }
    Ok(Year([
        log.p50(),
        Times::from_micros(lists).p50(),
        bytes(day.bytes_up)?,
        bytes(nothing.bytes_up + nothing.bytes_down)?,
    ]))
}

/// The rows, by bar.
pub(crate) fn rows() -> Result<Vec<Row>, Failure> {
    let mut years = Vec::new();
    for n in [1, 3, 10] {
        years.push((n, after(n)?));
    }
    let mut rows = Vec::new();
    for (at, (bar, what, unit)) in BARS.into_iter().enumerate() {
        let first = years[0].1.0[at];
        for (n, year) in &years {
            let value = year.0[at];
            rows.push(Row {
                bar,
                what: format!("growth, {n} years: {what}"),
                subject: format!("{value:.0} {unit}"),
                baseline: format!("{first:.0} {unit}"),
                value: value / first,
                target: 1.3,
                ambition: 1.05,
                unit: "x",
            });
        }
    }
    Ok(rows)
}
