//! What was promised and does not hold, and how to see it again.

use std::collections::BTreeSet;
use std::fmt;

use super::sabotage::Sabotage;
use super::{SHOWN_EVENTS, Tally};

/// A history: a seed, and which of its steps are taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Decides everything.
    pub seed: u64,
    /// The steps that are taken; all of them if `None`.
    pub keep: Option<BTreeSet<u32>>,
    /// What is wrong with the program on purpose.
    pub sabotage: Option<Sabotage>,
}

impl Case {
    /// All of a seed's steps, with a sound program.
    #[must_use]
    pub const fn of(seed: u64) -> Self {
        Self {
            seed,
            keep: None,
            sabotage: None,
        }
    }

    /// The same with these steps alone.
    #[must_use]
    pub fn keeping(&self, steps: impl IntoIterator<Item = u32>) -> Self {
        Self {
            keep: Some(steps.into_iter().collect()),
            ..self.clone()
        }
    }

    /// Whether a step is taken.
    #[must_use]
    pub fn keeps(&self, step: u32) -> bool {
        self.keep.as_ref().is_none_or(|keep| keep.contains(&step))
    }

    /// What to type to see it again.
    #[must_use]
    pub fn command(&self) -> String {
        let mut command = format!("cargo xtask simulate --seed {}", self.seed);
        if let Some(keep) = &self.keep {
            let steps: Vec<_> = keep.iter().map(u32::to_string).collect();
            // None at all is a history too.
            let steps = if steps.is_empty() {
                "0".to_owned()
            } else {
                steps.join(",")
            };
            command.push_str(&format!(" --keep {steps}"));
        }
        command
    }
}

/// What an oracle watches over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Oracle {
    /// What was acknowledged is everywhere in the end.
    Kept,
    /// It is there once.
    Once,
    /// What failed, was replaced, or is nobody's, is not there.
    Gone,
    /// Homes that hold the same show the same, and a rebuild shows it again.
    Alike,
    /// Status and receipts say no more than is so.
    Status,
    /// Nothing honest is set aside, and what is not honest is set aside alike.
    Honest,
    /// What has to be noticed is noticed.
    Noticed,
    /// Whoever finds a file learns nothing.
    Hidden,
    /// What may not fail does not fail.
    Works,
}

impl Oracle {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Kept,
        Self::Once,
        Self::Gone,
        Self::Alike,
        Self::Status,
        Self::Honest,
        Self::Noticed,
        Self::Hidden,
        Self::Works,
    ];

    /// What it says.
    #[must_use]
    pub const fn promise(self) -> &'static str {
        match self {
            Self::Kept => "acknowledged is kept",
            Self::Once => "nothing is doubled",
            Self::Gone => "failed and replaced is gone",
            Self::Alike => "all show the same",
            Self::Status => "status says no more than is so",
            Self::Honest => "nothing honest is set aside",
            Self::Noticed => "what is wrong is noticed",
            Self::Hidden => "a file shows its finder nothing",
            Self::Works => "nothing fails that may not",
        }
    }
}

/// Something is not as it must be.
#[derive(Debug, Clone)]
pub struct Violation {
    /// The history.
    pub case: Case,
    /// Who says so.
    pub oracle: Oracle,
    /// After which step.
    pub step: u32,
    /// What is wrong.
    pub what: String,
    /// What happened, oldest first.
    pub events: Vec<String>,
    /// How often each thing had happened.
    pub tally: Tally,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            case, step, events, ..
        } = self;
        writeln!(f, "=== VIOLATION: seed {}, step {step} ===", case.seed)?;
        writeln!(f, "{}: {}", self.oracle.promise(), self.what)?;
        writeln!(f, "--- the last events ---")?;
        for event in &events[events.len().saturating_sub(SHOWN_EVENTS)..] {
            writeln!(f, "{event}")?;
        }
        writeln!(f, "--- replay with ---\n{}", case.command())?;
        if case.keep.is_none() {
            writeln!(f, "--- find the smallest history with ---")?;
            writeln!(f, "{} --shrink", case.command())?;
        }
        Ok(())
    }
}
