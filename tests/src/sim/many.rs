//! Many seeds on all cores, and the table of what came of them.

use std::fmt;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::Tally;
use super::catalogue::{DEEDS, FAULTS};
use super::run::Run;
use super::stage::Stage;
use super::violation::{Case, Oracle, Violation};

/// So many violations are enough for one day.
const ENOUGH: usize = 10;

/// From so many histories on everything must have happened at least once.
pub const TELLING: u64 = 200;

/// Runs a history; a panic inside a home is a violation like any other.
///
/// # Errors
/// The violation.
pub fn attempt(stage: &Stage, case: &Case) -> Result<Tally, Box<Violation>> {
    let run = || Run::simulate(stage, case).map(|run| run.tally().clone());
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(result) => result,
        Err(panic) => {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref().map(|s: &&str| (*s).to_owned()));
            Err(Box::new(Violation {
                case: case.clone(),
                oracle: Oracle::Works,
                step: u32::from(u8::MAX),
                what: format!("a panic: {}", text.unwrap_or_default()),
                events: Vec::new(),
                tally: Tally::new(),
            }))
        }
    }
}

/// What came of many seeds.
#[derive(Debug, Default)]
pub struct Report {
    /// How many histories were run.
    pub histories: u64,
    /// How often each thing happened.
    pub times: Tally,
    /// In how many histories.
    pub within: Tally,
    /// What is wrong.
    pub violations: Vec<Violation>,
    /// How long it took.
    pub took: Duration,
}

impl Report {
    /// Runs these seeds on so many threads. It stops after some violations. `told` hears after each history what
    /// came of all so far.
    #[must_use]
    pub fn of(
        stage: &Stage,
        seeds: Range<u64>,
        threads: usize,
        told: &(dyn Fn(&Self) + Sync),
    ) -> Self {
        let begun = Instant::now();
        let next = AtomicU64::new(seeds.start);
        let report = Mutex::new(Self::default());
        let enough = || {
            let report = report.lock().unwrap_or_else(PoisonError::into_inner);
            report.violations.len() >= ENOUGH
        };
        let work = || {
            while !enough() {
                let seed = next.fetch_add(1, Ordering::Relaxed);
                if seed >= seeds.end {
                    break;
                }
                let result = attempt(stage, &Case::of(seed));
                let mut report = report.lock().unwrap_or_else(PoisonError::into_inner);
                report.take(result);
                told(&report);
            }
        };
        std::thread::scope(|scope| (0..threads.max(1)).for_each(|_| drop(scope.spawn(work))));
        let mut report = report.into_inner().unwrap_or_else(PoisonError::into_inner);
        report.violations.sort_by_key(|v| v.case.seed);
        report.took = begun.elapsed();
        report
    }

    fn take(&mut self, result: Result<Tally, Box<Violation>>) {
        self.histories += 1;
        let tally = match &result {
            Ok(tally) => tally,
            Err(violation) => &violation.tally,
        };
        for (kind, n) in tally {
            *self.times.entry(kind).or_default() += n;
            *self.within.entry(kind).or_default() += 1;
        }
        self.violations
            .extend(result.err().map(|violation| *violation));
    }

    /// What never happened, though it should in so many histories.
    #[must_use]
    pub fn never(&self) -> Vec<&'static str> {
        let telling = self.histories >= TELLING && self.violations.is_empty();
        let all = FAULTS.iter().map(|(kind, _)| kind).chain(&DEEDS);
        all.filter(|kind| telling && !self.times.contains_key(*kind))
            .copied()
            .collect()
    }

    /// Whether nothing is wrong, and enough happened to say so.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.violations.is_empty() && self.never().is_empty()
    }

    fn row(&self, f: &mut fmt::Formatter<'_>, kind: &str, what: &str) -> fmt::Result {
        let count = |tally: &Tally| tally.get(kind).copied().unwrap_or(0);
        let here = |v: &&Violation| v.tally.contains_key(kind);
        let violations = self.violations.iter().filter(here).count();
        let (times, within) = (count(&self.times), count(&self.within));
        writeln!(
            f,
            "{kind:<22}{times:>9}{within:>11}{violations:>12}  {what}"
        )
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for violation in &self.violations {
            writeln!(f, "{violation}")?;
        }
        let head = ("fault", "injected", "histories", "violations");
        let (a, b, c, d) = head;
        writeln!(f, "{a:<22}{b:>9}{c:>11}{d:>12}  what it is")?;
        for (kind, what) in FAULTS {
            self.row(f, kind, what)?;
        }
        writeln!(f, "\n{:<34}{:>10}", "promise", "violations")?;
        for oracle in Oracle::ALL {
            let broken = self.violations.iter().filter(|v| v.oracle == oracle);
            writeln!(f, "{:<34}{:>10}", oracle.promise(), broken.count())?;
        }
        let deeds = DEEDS.iter().filter_map(|deed| self.times.get(deed));
        let (deeds, steps) = (deeds.sum::<u64>(), self.times.get("step").unwrap_or(&0));
        let seconds = self.took.as_secs_f64();
        #[allow(clippy::cast_precision_loss)] // a rate for people
        let rate = self.histories as f64 / seconds.max(0.001);
        writeln!(
            f,
            "\n{} histories, {steps} steps, {deeds} deeds of people, {} violations; {seconds:.1} s, {rate:.1} histories a second",
            self.histories,
            self.violations.len()
        )?;
        let never = self.never();
        if !never.is_empty() {
            writeln!(f, "these never happened, so nothing is proved: {never:?}")?;
        }
        Ok(())
    }
}
