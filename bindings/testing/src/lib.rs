//! A hub for the tests of apps: what a real one does, without a process, a port or a network.
//!
//! **What it is for.** An app's screens are tested with homes that join, sync and meet each other. The requests of
//! a `HubCall` go to [`InMemoryHub::exchange`] instead of an HTTP client, and what comes back goes to its `answer`.
//!
//! **How it works.** It is the hub's own service ([`doorknock_hub::service`]) in this process, on a database in a temporary
//! folder that goes with the object. This library also contains the core's binding (`doorknock-ffi`), so that a test
//! that is linked statically links one archive instead of two with the same SQLite in them.
//!
//! **What it never does.** It is no part of an app: nothing in it is kept, and it listens to nobody.

// uniffi's attributes expand to `extern "C"` functions that take pointers from the other language;
// nothing written by hand here is unsafe.
#![allow(unsafe_code)]

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use doorknock::Env;
use doorknock_hub::service::{Config, Service};
use doorknock_hub::sqlite::SqliteStore;
use doorknock_seal::identity::HubSecret;
use tempfile::TempDir;

doorknock_ffi::uniffi_reexport_scaffolding!();
uniffi::setup_scaffolding!("doorknock_testing");

/// What the hub answered.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct HubReply {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

/// Why there is no hub.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum InMemoryHubError {
    /// It could not be made.
    #[error("the hub for tests could not be made: {why}")]
    NotMade {
        /// What the disk said.
        why: String,
    },
}

/// A hub in this process. Each has an identity of its own; any address is its address.
#[derive(uniffi::Object)]
pub struct InMemoryHub {
    service: Service<SqliteStore>,
    /// What its clock is stopped at, in unix milliseconds.
    stopped_at: Mutex<Option<i64>>,
    _folder: TempDir,
}

#[uniffi::export]
impl InMemoryHub {
    /// An empty hub, by the system's clock.
    ///
    /// # Errors
    /// If its temporary folder cannot be made.
    #[uniffi::constructor]
    pub fn new() -> Result<Arc<Self>, InMemoryHubError> {
        let folder = tempfile::tempdir().map_err(not_made)?;
        let store = SqliteStore::open(&folder.path().join("hub.db")).map_err(not_made)?;
        let secret = HubSecret::generate(&*Env::system().entropy);
        Ok(Arc::new(Self {
            service: Service::new(store, secret, Config::default(), |_| {}),
            stopped_at: Mutex::default(),
            _folder: folder,
        }))
    }

    /// Answers one request, as the hub would over HTTP: give it a `HubRequest`'s `method`, `path` and `body`.
    pub fn exchange(&self, method: String, path: String, body: Vec<u8>) -> HubReply {
        let answer = self.service.handle(&method, &path, &body, self.now_ms());
        HubReply {
            status: answer.status,
            body: answer.body,
        }
    }

    /// Stops the hub's clock at a time, for tests that move the clock of their homes; none lets it go by
    /// the system's again.
    pub fn set_clock(&self, at: Option<SystemTime>) {
        let at = at.map(millis);
        *self
            .stopped_at
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = at;
    }
}

impl InMemoryHub {
    fn now_ms(&self) -> i64 {
        let stopped = self.stopped_at.lock();
        let stopped = *stopped.unwrap_or_else(PoisonError::into_inner);
        stopped.unwrap_or_else(|| millis(SystemTime::now()))
    }
}

fn millis(at: SystemTime) -> i64 {
    let after = at.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(after.as_millis()).unwrap_or(i64::MAX)
}

fn not_made(error: impl std::fmt::Display) -> InMemoryHubError {
    let why = error.to_string();
    InMemoryHubError::NotMade { why }
}
