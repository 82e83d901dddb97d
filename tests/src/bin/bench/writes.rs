//! B1, B2 and B3: what it costs to log a visit.

use std::path::Path;
use std::time::Instant;

use rand::{Rng, RngExt};

use crate::baseline::{Baseline, PlainRow};
use crate::fixture::{Bench, disk_folder, quick_folder};
use crate::stats::{Row, Times};
use crate::{Failure, workload};

const ROUNDS: usize = 3000;
const WARM_UP: usize = 300;
const DOORS: u32 = 300;

/// Visits of one door in one year before B3 measures it.
const BOOK: usize = 365;
const BOOKS: usize = 120;

fn plain(rng: &mut impl Rng) -> PlainRow {
    let mut id = [0; 16];
    let mut door = [0; 16];
    rng.fill_bytes(&mut id[6..]);
    // Time-ordered, as the real ids are.
    static NEXT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);
    let next = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    id[..6].copy_from_slice(&next.to_be_bytes()[2..]);
    door[..4].copy_from_slice(&rng.random_range(0..DOORS).to_be_bytes());
    let answers = vec![0x18; 45];
    PlainRow {
        id,
        door,
        at: 1_795_000_000,
        answers,
        summary: workload::summary(rng),
    }
}

/// Interleaved: one visit through the facade, one row into the bare table.
pub(crate) fn warm(bench: &mut Bench, baseline: &Baseline) -> Result<(Times, Times), Failure> {
    let (mut subject, mut base) = (Times::new(), Times::new());
    let doors = bench.doors.clone();
    for n in 0..ROUNDS + WARM_UP {
        let visit = bench.visit(doors[n % doors.len()], 0);
        let row = plain(&mut bench.rng);
        let start = Instant::now();
        bench.home.log_visit(&visit)?;
        let middle = Instant::now();
        baseline.insert(&row)?;
        if n >= WARM_UP {
            subject.add(middle - start);
            base.add(middle.elapsed());
        }
    }
    Ok((subject, base))
}

fn row(
    bar: &'static str,
    what: &str,
    subject: &Times,
    base: &Times,
    target: f64,
    ambition: f64,
) -> Row {
    Row {
        bar,
        what: what.to_owned(),
        subject: subject.show(),
        baseline: base.show(),
        value: subject.p50() / base.p50(),
        target,
        ambition,
        unit: "x",
    }
}

/// B1 and B3.
pub(crate) fn warm_and_cold() -> Result<Vec<Row>, Failure> {
    let disk = disk_folder()?;
    let mut bench = Bench::new(disk.path(), 1, DOORS)?;
    let baseline = Baseline::open(&disk.path().join("baseline.db"))?;
    let (subject, base) = warm(&mut bench, &baseline)?;
    let mut rows = vec![row("B1", "log a visit, warm", &subject, &base, 3.0, 1.5)];
    rows.push(Row {
        bar: "B1",
        what: "its own p99 against its p50".to_owned(),
        subject: subject.show(),
        baseline: String::new(),
        value: subject.quantile(0.99) / subject.p50(),
        target: 5.0,
        ambition: 3.0,
        unit: "x",
    });

    let quick = quick_folder()?;
    let mut bench = Bench::new(quick.path(), 1, DOORS)?;
    for n in 0..BOOK * BOOKS {
        let back = i64::try_from(BOOK - n / BOOKS)? * 300 / i64::try_from(BOOK)?;
        let visit = bench.visit(bench.doors[n % BOOKS], back);
        bench.home.log_visit(&visit)?;
    }
    // As the app does when it is left alone.
    while bench.home.maintain()? {}
    let cold_disk = disk_folder()?;
    let mut bench = bench.moved_to(cold_disk.path())?;
    let (mut cold, mut warm) = (Times::new(), Times::new());
    // Each door once: nothing of its book is in memory. Between them a door visited all along, so that
    // both are measured under the same load.
    let often = bench.doors[BOOKS];
    for n in 0..BOOKS {
        for (door, times) in [(often, &mut warm), (bench.doors[n], &mut cold)] {
            let visit = bench.visit(door, 0);
            let start = Instant::now();
            bench.home.log_visit(&visit)?;
            if n > 0 {
                times.add(start.elapsed());
            }
        }
    }
    rows.push(row(
        "B3",
        "door untouched, 365 visits in its book",
        &cold,
        &warm,
        1.5,
        1.0,
    ));
    Ok(rows)
}

/// The child of B2: prints both medians in microseconds.
pub(crate) fn floored(args: &[String]) -> Result<(), Failure> {
    let folder = Path::new(args.first().ok_or("floored FOLDER")?);
    let mut bench = Bench::new(folder, 1, DOORS)?;
    let baseline = Baseline::open(&folder.join("baseline.db"))?;
    let (subject, base) = warm(&mut bench, &baseline)?;
    use std::io::Write;
    let numbers = [
        subject.p50(),
        subject.quantile(0.99),
        base.p50(),
        base.quantile(0.99),
    ];
    writeln!(
        std::io::stdout(),
        "{}",
        numbers.map(|n| n.to_string()).join(" ")
    )?;
    Ok(())
}
