//! A home's life in an app: it rests and goes on, ends for good, and says what changed.

#![allow(clippy::unwrap_used)] // a test that cannot go on has failed

#[path = "lifecycle/observe.rs"]
mod observe;
#[path = "lifecycle/rest.rs"]
mod rest;

/// The code of what went wrong.
fn code<T: std::fmt::Debug>(result: doorknock::Result<T>) -> &'static str {
    result.unwrap_err().code()
}
