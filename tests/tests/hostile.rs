//! A member device that misbehaves, a hub that lies, and files that were damaged: each gets its verdict,
//! and everything good goes on.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

#[path = "hostile/answers.rs"]
mod answers;
#[path = "hostile/cases.rs"]
mod cases;
#[path = "hostile/charters.rs"]
mod charters;
#[path = "hostile/corrections.rs"]
mod corrections;
#[path = "hostile/entries.rs"]
mod entries;
#[path = "hostile/files.rs"]
mod files;
#[path = "hostile/flood.rs"]
mod flood;
#[path = "hostile/odd_values.rs"]
mod odd_values;
#[path = "hostile/rules.rs"]
mod rules;
#[path = "hostile/scene.rs"]
mod scene;
#[path = "hostile/snapshots.rs"]
mod snapshots;
#[path = "hostile/texts.rs"]
mod texts;
#[path = "hostile/wraps.rs"]
mod wraps;
