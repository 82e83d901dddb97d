//! A seeded simulator: whole homes, a whole hub, and everything that may go wrong between them.
//!
//! **What it is for.** To look for histories in which something acknowledged (a visit and its correction, a
//! sentence of a note, a step of a matter, a care need, a decision) is lost, doubled, or said to be at the
//! hub when it is not; in which two homes that hold the same show different things; or in which
//! something honest is set aside.
//!
//! **How it works.** One number decides a run. [`Stage`] prepares a community once and copies it for
//! every run. [`Run`] then does one step after another: somebody does something at a home, perhaps on what
//! they saw long ago, and the [`Ledger`] notes by which words it must show; a request reaches the hub or is lost, delivered twice or late, a home crashes at some write, the hub crashes or comes back from a
//! backup. Requests and answers are data that lie in two lists until a step picks one, so every delay and
//! order is reached. In between and at the end `oracle` compares what homes claim with what the
//! simulator knows. A run that fails prints its seed and its last events; the same seed fails again.
//!
//! **What it never does.** It opens no socket, reads no clock, and looks into no database: it judges by
//! what the facade says, as an app would.

mod alike;
mod catalogue;
mod company;
mod day;
mod disk;
mod fault;
mod garble;
mod ledger;
mod liar;
mod many;
mod node;
mod office;
mod oracle;
mod papers;
mod people;
mod queues;
mod run;
mod sabotage;
mod shown;
mod shrink;
mod stage;
mod steps;
mod town;
mod travel;
mod trouble;
mod villain;
mod violation;
mod visits;

pub use catalogue::{DEEDS, FAULTS};
pub use day::Day;
pub use fault::FaultPlan;
pub use ledger::{Fact, Fate, Ledger, Places};
pub use many::{Report, TELLING, attempt};
pub use node::Node;
pub use run::Run;
pub use sabotage::Sabotage;
pub use shown::Shown;
pub use shrink::shrink;
pub use stage::{HomeShape, SHAPES, Shape, Stage};
pub use town::{Day24, Town};
pub use violation::{Case, Oracle, Violation};

/// How often each thing happened in a run.
pub type Tally = std::collections::BTreeMap<&'static str, u64>;

/// How many of the last events a violation shows.
pub const SHOWN_EVENTS: usize = 40;
