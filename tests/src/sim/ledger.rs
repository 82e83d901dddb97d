//! What the simulator knows of every visit that anybody tried to record.

use std::collections::BTreeMap;

/// What must become of a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// The call returned: it must be everywhere in the end, once.
    Kept,
    /// The home stopped after its commit, or was set back to an older copy: once or not at all.
    Maybe,
    /// The call failed before its commit: it must not exist.
    Failed,
}

/// One of them.
#[derive(Debug, Clone)]
pub struct Told {
    /// Which home recorded it.
    pub home: usize,
    /// The grid's code.
    pub grid: String,
    /// What must become of it.
    pub fate: Fate,
}

/// All of them, by their summaries, which are unique.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    visits: BTreeMap<String, Told>,
}

impl Ledger {
    /// A summary that no visit has yet.
    #[must_use]
    pub fn next_summary(&self) -> String {
        format!("走访第{}次", self.visits.len() + 1)
    }

    /// Notes a visit.
    pub fn note(&mut self, summary: String, told: Told) {
        self.visits.insert(summary, told);
    }

    /// All, by summary.
    pub fn all(&self) -> impl Iterator<Item = (&str, &Told)> {
        self.visits
            .iter()
            .map(|(summary, told)| (summary.as_str(), told))
    }

    /// The summaries a home must still have.
    pub fn kept_by(&self, home: usize) -> impl Iterator<Item = &str> {
        self.all()
            .filter(move |(_, told)| told.home == home && told.fate == Fate::Kept)
            .map(|(summary, _)| summary)
    }

    /// A home was set back to an older copy: what it kept and nobody else has may be gone.
    pub fn may_be_lost(&mut self, home: usize, elsewhere: impl Fn(&str) -> bool) {
        for (summary, told) in &mut self.visits {
            if told.home == home && told.fate == Fate::Kept && !elsewhere(summary) {
                told.fate = Fate::Maybe;
            }
        }
    }
}
