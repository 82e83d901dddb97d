//! Sync without input or output.
//!
//! **What it is for.** The words that clients and the hub say to each other, and the session that
//! decides what to say next. The app's own HTTP client carries the bytes, so proxies, VPN and the
//! platform's background rules apply.
//!
//! **How it works.** [`wire`] holds the requests and answers of `docs/wire-format.md`, section
//! "Hub protocol", as plain data with a strict codec: an input that is not exactly one value of
//! the expected shape is an error. [`carry`] holds the records of a file. Statements, key wraps and entries are opaque byte strings here.
//!
//! **What it never does.** Open a socket, read a clock, hold a key, look inside an entry.

pub mod carry;
pub mod pace;
pub mod session;
pub mod wire;
