//! The real hub service, called in process.

use std::path::Path;
use std::sync::Arc;

use doorknock::{Answer, Clock, Request, Transport, Unreachable};
use doorknock_hub::service::{Config, Service};
use doorknock_hub::sqlite::SqliteStore;
use doorknock_seal::identity::HubSecret;

use crate::ManualClock;

/// A hub on a database file.
pub struct TestHub {
    service: Service<SqliteStore>,
    clock: Arc<ManualClock>,
}

impl TestHub {
    /// Opens a hub whose identity is always the same.
    ///
    /// # Panics
    /// If the database cannot be opened.
    #[must_use]
    #[allow(clippy::expect_used)] // a test's own ground
    pub fn open(path: &Path, clock: &Arc<ManualClock>) -> Self {
        let store = SqliteStore::open(path).expect("the hub's database opens");
        let secret = HubSecret::from_bytes(&[42; 32]);
        let service = Service::new(store, secret, Config::default(), |_| {});
        Self {
            service,
            clock: clock.clone(),
        }
    }

    /// The service, and through it the store: a test that speaks for a lying hub needs both.
    pub const fn service(&self) -> &Service<SqliteStore> {
        &self.service
    }

    /// One request.
    pub fn handle(&self, request: &Request) -> Answer {
        let answer = self.service.handle(
            request.method,
            request.path,
            &request.body,
            self.clock.now_ms(),
        );
        Answer {
            status: answer.status,
            body: answer.body,
        }
    }
}

/// A perfect network to the hub.
pub struct HubNet<'a>(pub &'a TestHub);

impl Transport for HubNet<'_> {
    fn exchange(&self, _hub_url: &str, request: &Request) -> Result<Answer, Unreachable> {
        Ok(self.0.handle(request))
    }
}
