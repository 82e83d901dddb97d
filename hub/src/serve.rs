//! A running hub: a folder behind an address.

use std::future::Future;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use crate::home::{Home, StartError};
use crate::http::{Limits, Peer, router};
use crate::listener::Bounded;
use crate::service::{Config, Service};

/// How long requests under way may take to end when the hub is stopped.
const GRACE: Duration = Duration::from_secs(10);

/// How a hub is run.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Quotas and rates.
    pub config: Config,
    /// What is taken on at once.
    pub limits: Limits,
    /// The most connections at once.
    pub connections: usize,
    /// When a connection on which nothing moves is dropped. Longer than a request may take.
    pub idle: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            config: Config::default(),
            limits: Limits::default(),
            // Phones keep theirs open between requests; one takes some 20 KB.
            connections: 10_000,
            idle: Duration::from_secs(75),
        }
    }
}

/// Binds an address; port 0 takes a free one.
///
/// # Errors
/// [`StartError::Listen`].
pub fn listen(address: SocketAddr) -> Result<TcpListener, StartError> {
    let bind = || {
        let listener = TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        Ok(listener)
    };
    bind().map_err(StartError::Listen)
}

/// Serves until `stop` is done, then lets requests under way end. Needs a tokio runtime with time
/// and network. `report` gets lines for the operator.
///
/// # Errors
/// [`StartError::Listen`] if the listener does not work.
pub async fn run(
    home: Home,
    listener: TcpListener,
    options: Options,
    stop: impl Future<Output = ()> + Send + 'static,
    report: impl Fn(&str) + Send + Sync + 'static,
) -> Result<(), StartError> {
    // The lock is let go last, when nothing writes any more.
    let Home {
        secret,
        store,
        lock: _lock,
    } = home;
    let listener = tokio::net::TcpListener::from_std(listener).map_err(StartError::Listen)?;
    let listener = Bounded::new(listener, options.connections, options.idle);
    let service = Arc::new(Service::new(store, secret, options.config, report));
    let router = router(service, options.limits).into_make_service_with_connect_info::<Peer>();
    let (stopping, stopped) = tokio::sync::oneshot::channel::<()>();
    let stop = async {
        stop.await;
        drop(stopping);
    };
    let serve = axum::serve(listener, router).with_graceful_shutdown(stop);
    tokio::select! {
        served = serve.into_future() => served.map_err(StartError::Listen),
        () = async { let _ = stopped.await; tokio::time::sleep(GRACE).await; } => Ok(()),
    }
}
