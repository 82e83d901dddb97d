//! What a community's door-knock work is made of.
//!
//! **What it is for.** Every other crate speaks in this crate's words: ids, who may see what, the
//! kinds of record and their fields, doors and addresses, visits, checklists, cadences. What follows
//! from records is computed here by pure functions: the round, the plan of a door with people in
//! care, the state of a matter, the figures of a month.
//!
//! **How it works.** Plain data and pure functions. Time, randomness and ids come in as
//! arguments, so the same inputs give the same result on every device.
//!
//! **What it never does.** No input or output, no clock, no randomness, no database, no automerge.

pub mod access;
pub mod address;
pub mod cadence;
pub mod care;
pub mod checklist;
pub mod ids;
pub mod kind;
pub mod kinds;
pub mod matter;
pub mod report;
pub mod roster;
pub mod round;
mod words;

use std::fmt;

/// Where randomness comes from. One implementation asks the operating system; the simulator's is
/// seeded, so that a failing history can be replayed.
pub trait Entropy: Send + Sync {
    /// Fills the slice with bytes nobody can guess.
    fn fill(&self, out: &mut [u8]);
}

/// `N` random bytes.
pub fn random<const N: usize>(entropy: &dyn Entropy) -> [u8; N] {
    let mut out = [0; N];
    entropy.fill(&mut out);
    out
}

/// A sentence for people in both languages, with a stable code for programs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Stable, lower-case, words joined by underscores.
    pub code: &'static str,
    /// Chinese: what is wrong and what to do.
    pub zh: String,
    /// English: the same.
    pub en: String,
}

impl Message {
    /// A message from its parts.
    pub fn new(code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            code,
            zh: zh.into(),
            en: en.into(),
        }
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} / {}", self.zh, self.en)
    }
}
