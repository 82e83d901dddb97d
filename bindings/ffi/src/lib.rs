//! The core for Kotlin, Swift and Python: the facade's calls in types that cross the language border.
//!
//! **What it is for.** Apps on phones, and scripts. An app holds one [`Doorknock`], calls it from
//! any thread but the UI's, and carries the requests of each [`HubCall`] with its own HTTP client.
//!
//! **How it works.** uniffi reads the attributes here and writes the other languages' side
//! (`bindings/README.md`). Each call converts its arguments, calls the facade, and converts what comes
//! back: immutable records, ids, days and instants in the other language's own types, and one error
//! with a stable code and a sentence in both languages. Calls block. A home's files are let go by `shutdown`, for
//! a while by `pause`, and with the last reference to its object.
//!
//! **What it never does.** It decides nothing, keeps nothing and opens no connection; and it panics
//! on no input. It exports no method called `close`, which would hide the generated one.

// uniffi's attributes expand to `extern "C"` functions that take pointers from the other language;
// nothing written by hand here is unsafe.
#![allow(unsafe_code)]

mod call;
mod error;
mod home;
mod ids;
mod keys;
mod network;
mod observe;
mod records;
mod round;
mod times;
mod visit;

pub use call::{HubAnswer, HubCall, HubOutcome, HubRequest};
pub use error::DoorknockError;
pub use home::Doorknock;
pub use ids::Uuid;
pub use keys::{Clock, FileKeys, KeyStore, KeyStoreError};
pub use observe::{Change, ChangeKind, Observer, ObserverError, Subscription};
pub use records::{
    FirstSync, ImportReport, Joined, Notice, RefusedRow, Role, RosterOptions, SearchHit,
    SnapshotReport, Status, SyncProgress, SyncReport, Text,
};
pub use round::{Round, RoundLine, RoundReason, RoundStatus};
pub use times::Day;
pub use visit::{Answer, Channel, NewVisit, Outcome, Visit};

uniffi::setup_scaffolding!("doorknock");
