//! What crosses crates: whole homes and a whole hub, in one process and under a seed.
//!
//! **What it is for.** Tests that ask whether the parts together keep the promise: what was recorded
//! is everywhere in the end, once, and nothing bad blocks anything good.
//!
//! **How it works.** [`World`] holds a hub (the real service on a real database) and any number of homes
//! (the real facade on real encrypted databases), with randomness and time from a seed. The network is a
//! function call, so a test decides what becomes of every request.
//!
//! **What it never does.** But for [`proxy`], which real processes talk through, it opens no socket and reads
//! no clock; the tests with real processes stand in `tests/`.

pub mod by_hand;
mod crew;
mod env;
mod hub;
pub mod proxy;
pub mod sim;
mod small_disk;
pub mod town;
pub mod vectors;
mod world;

pub use crew::Crew;
pub use env::{ManualClock, SeededEntropy, env};
pub use hub::{HubNet, TestHub};
pub use small_disk::SmallDisk;
pub use world::{World, roster, visit};
