//! A seeded simulator: whole homes, a whole hub, and everything that may go wrong between them.
//!
//! **What it is for.** To look for histories in which something acknowledged (a visit and its correction, a
//! sentence of a note, a step of a matter, a care need, a decision) is lost, doubled, or said to be at the
//! hub when it is not; in which two homes that hold the same show different things; or in which
//! something honest is set aside.
//!
//! **How it works.** One number decides a run. [`Stage`] prepares a community once and copies it for every run.
//! [`Run`] then does one step after another: somebody does something at a home, perhaps on what they saw long ago,
//! and the [`Ledger`] notes by which words it must show; or something goes wrong ([`FAULTS`] lists all that may).
//! Requests and answers are data that lie in two lists until a step picks one, so every delay and order is reached,
//! and anything can happen to them there. In between and at the end oracles ([`Oracle`]) compare what homes claim
//! with what the simulator knows.
//!
//! Each step has a seed of its own, so a part of the steps is a history too ([`Case`]). A run that fails prints its
//! seed, its last events and the command that replays it; [`shrink`] finds the few steps that matter.
//! [`Report::of`] runs many seeds on all cores and counts what happened: a fault that never occurs in 200
//! histories fails the whole, for then nothing is proved. [`Day24`] is another instrument on the same ground:
//! a street's hub through 24 hours of virtual time.
//!
//! **What may meet.** Homes that come back older than they were, and a hub that goes back on its word, never
//! meet in one history: together they can lose what was said to be safe, and no program could help it
//! (docs/adr/0012). All other faults mix freely.
//!
//! **Versions.** There is one binary, so an older home cannot be had. What is had: a device that writes
//! as a later version might (kinds, fields, elements at the end of a record and enumeration codes that this
//! one does not know), which every home must keep and show alike; and homes that are opened by a version which
//! projects and judges anew. Not covered: an older projector that shows a future record differently from a
//! newer one, and section codings of the future, which wait as a whole like any newer kind.
//!
//! **To add a fault**: a method of `Run` that does it and calls `event` with its name, a line in
//! `steps::STEPS`, the name in `catalogue::FAULTS`, and a [`Sabotage`] that shows its oracle can fail.
//!
//! **What it never does.** It opens no socket, reads no clock, and looks into no database: it judges by
//! what the facade says, as an app would.

mod alike;
mod catalogue;
mod company;
mod day;
mod disk;
mod fault;
mod first;
mod forms;
mod garble;
mod ledger;
mod liar;
mod many;
mod node;
mod office;
mod oracle;
mod papers;
mod people;
mod places;
mod queues;
mod run;
mod sabotage;
mod shelf;
mod shown;
mod shrink;
mod spoil;
mod stage;
mod steps;
mod sticks;
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
