//! The core for Kotlin, Swift and Python: the facade's calls in types that cross the language border.
//!
//! **What it is for.** Apps on phones, and scripts. An app holds one [`Doorknock`], calls it from
//! any thread but the UI's, and lends it a [`Transport`] over its own HTTP client.
//!
//! **How it works.** uniffi reads the attributes here and writes the other languages' side
//! (`bindings/README.md`). Each call converts its arguments, calls the facade, and converts what comes
//! back: immutable records, ids as strings, days as `YYYY-MM-DD`, times as RFC 3339, and one error
//! with a stable code and a sentence in both languages. Calls block. A home is let go when the
//! last reference to its object is: Kotlin's `close()` or `use`, Swift's and Python's last variable.
//!
//! **What it never does.** It decides nothing, keeps nothing and opens no connection; and it panics
//! on no input. It exports no method called `close`, which would hide the generated one.

// uniffi's attributes expand to `extern "C"` functions that take pointers from the other language;
// nothing written by hand here is unsafe.
#![allow(unsafe_code)]

mod error;
mod home;
mod records;
mod transport;

pub use error::DoorknockError;
pub use home::Doorknock;
pub use records::{
    Answer, Channel, ImportReport, Joined, NewVisit, Notice, Outcome, RefusedRow, Role, Round,
    RoundLine, RoundReason, RoundStatus, SearchHit, Status, SyncReport, Text, Visit,
};
pub use transport::{HubAnswer, Transport, TransportError};

uniffi::setup_scaffolding!("doorknock");
