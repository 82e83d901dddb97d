//! The core for Kotlin, Swift and Python: the facade's calls in types that cross the language border.
//!
//! **What it is for.** Apps on phones, and scripts. An app holds one [`Doorknock`], calls it from
//! any thread but the UI's, and lends it a [`Transport`] over its own HTTP client.
//!
//! **How it works.** uniffi reads the attributes here and writes the other languages' side
//! (`bindings/README.md`). Each call converts its arguments, calls the facade, and converts what comes
//! back: immutable records, ids, days and instants in the other language's own types, and one error
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
mod ids;
mod keys;
mod records;
mod round;
mod times;
mod transport;
mod visit;

pub use error::DoorknockError;
pub use home::Doorknock;
pub use ids::Uuid;
pub use keys::{Clock, FileKeys, KeyStore, KeyStoreError};
pub use records::{
    ImportReport, Joined, Notice, RefusedRow, Role, SearchHit, Status, SyncReport, Text,
};
pub use round::{Round, RoundLine, RoundReason, RoundStatus};
pub use times::Day;
pub use transport::{HubAnswer, Transport, TransportError};
pub use visit::{Answer, Channel, NewVisit, Outcome, Visit};

uniffi::setup_scaffolding!("doorknock");
