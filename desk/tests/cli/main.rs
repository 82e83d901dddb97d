//! The program `doorknock`, run as people and scripts run it.
#![allow(clippy::unwrap_used, reason = "a test may end by panicking")]

mod care;
mod day;
mod doctor;
mod export;
mod hub;
mod matters;
mod out;
mod poor_signal;
mod program;
mod records;
mod scenario;
mod usage;
