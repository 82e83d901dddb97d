//! The hub, tested from outside: its store, its protocol, its HTTP server and its program.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod charter;
mod common;
mod failure;
mod fuzz;
mod http;
mod program;
mod requests;
mod snapshots;
mod store;
mod sync;
