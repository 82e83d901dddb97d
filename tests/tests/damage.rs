//! Homes whose files were damaged byte by byte: what is noticed, and what a new home is made of.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

#[path = "damage/flips.rs"]
mod flips;
#[path = "damage/salvage.rs"]
mod salvage;
#[path = "damage/scene.rs"]
mod scene;
