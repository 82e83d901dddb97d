//! Properties of whole homes over random histories: a rebuild changes nothing, the order of delivery
//! changes nothing, and the round depends on nothing but its inputs.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

#[path = "properties/delivery.rs"]
mod delivery;
#[path = "properties/histories.rs"]
mod histories;
#[path = "properties/records.rs"]
mod records;
