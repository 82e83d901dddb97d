//! The service behind HTTP/1.1: limits, timeouts, metrics.
//!
//! A request passes, in this order: the connection limit, the address's rate, the body limit and
//! memory budget, a place to work in, and then runs on the blocking pool, so that the database
//! never holds up the threads that serve connections.

use std::future::poll_fn;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::{Body, HttpBody};
use axum::extract::connect_info::Connected;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::serve::IncomingStream;
use doorknock_sync::wire;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

use crate::listener::Bounded;
use crate::rate::{Limiter, Rate};
use crate::refusal::{self, Refusal};
use crate::service::{Answer, Service};
use crate::store::HubStore;

/// How much the server takes on at once.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Requests that are worked on at the same time.
    pub working: usize,
    /// Bytes of request bodies in memory at the same time.
    pub body_bytes: usize,
    /// How long a request's body may take to arrive.
    pub receive: Duration,
    /// How long a request waits for its place and its work.
    pub answer: Duration,
    /// How often one address may make unsigned or refused requests.
    pub address_rate: Rate,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            working: 16,
            body_bytes: 128 << 20,
            // An entry of 1 MiB at 30 kbit/s takes 280 s.
            receive: Duration::from_secs(330),
            answer: Duration::from_secs(30),
            // An office behind one address may invite and join thousands in a day.
            address_rate: Rate {
                burst: 20_000,
                per_minute: 6_000,
            },
        }
    }
}

/// The unit in which body memory is counted.
const BLOCK: usize = 1024;

struct Server<S> {
    service: Arc<Service<S>>,
    limits: Limits,
    working: Arc<Semaphore>,
    memory: Semaphore,
    addresses: Limiter<IpAddr>,
}

/// Where a request comes from.
#[derive(Debug, Clone, Copy)]
pub struct Peer(SocketAddr);

impl Connected<IncomingStream<'_, Bounded>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Bounded>) -> Self {
        Self(*stream.remote_addr())
    }
}

/// The hub's routes: the protocol, `/healthz` and `/metrics`.
pub fn router<S: HubStore + 'static>(service: Arc<Service<S>>, limits: Limits) -> Router {
    let server = Server {
        service,
        limits,
        working: Arc::new(Semaphore::new(limits.working)),
        memory: Semaphore::new(limits.body_bytes / BLOCK),
        addresses: Limiter::new(limits.address_rate),
    };
    Router::new()
        .route("/healthz", get(health::<S>).fallback(protocol::<S>))
        .route("/metrics", get(metrics::<S>).fallback(protocol::<S>))
        .fallback(protocol::<S>)
        .with_state(Arc::new(server))
}

/// Whether the database answers.
async fn health<S: HubStore + 'static>(State(server): State<Arc<Server<S>>>) -> Response {
    match server.on_pool(|service| service.totals().is_ok()).await {
        Ok(true) => "ok\n".into_response(),
        _ => (StatusCode::SERVICE_UNAVAILABLE, "unwell\n").into_response(),
    }
}

async fn metrics<S: HubStore + 'static>(State(server): State<Arc<Server<S>>>) -> Response {
    let page = server.on_pool(|service| {
        let totals = service.totals().unwrap_or_default();
        service.metrics().render(totals)
    });
    match page.await {
        Ok(page) => ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], page).into_response(),
        Err(refusal) => respond(server.service.refuse(refusal)),
    }
}

async fn protocol<S: HubStore + 'static>(
    State(server): State<Arc<Server<S>>>,
    ConnectInfo(Peer(peer)): ConnectInfo<Peer>,
    request: Request,
) -> Response {
    let address = address_of(peer, request.headers());
    let now_ms = now_ms();
    if !server.addresses.allows(&address, now_ms) {
        return respond(server.service.refuse(refusal::TOO_MANY));
    }
    let signed = matches!(request.uri().path(), wire::PATH_CHARTER | wire::PATH_SYNC);
    let answer = match server.answer(request, now_ms).await {
        Ok(answer) => answer,
        Err(refusal) => server.service.refuse(refusal),
    };
    // Good signed requests are limited by device: many phones may share an address. What anybody
    // can send is limited by address.
    if !signed || (400..500).contains(&answer.status) {
        server.addresses.take(address, now_ms);
    }
    respond(answer)
}

impl<S: HubStore + 'static> Server<S> {
    async fn answer(&self, request: Request, now_ms: i64) -> Result<Answer, Refusal> {
        let (head, body) = request.into_parts();
        let receive = timeout(self.limits.receive, self.body(body));
        let (body, _memory) = receive.await.map_err(|_| refusal::TIMEOUT)??;
        let (method, path) = (head.method, head.uri.path().to_owned());
        self.on_pool(move |service| service.handle(method.as_str(), &path, &body, now_ms))
            .await
    }

    /// Reads a body as it comes, counting it against the memory that all bodies share, so that
    /// only what really arrived takes room.
    async fn body(
        &self,
        mut body: Body,
    ) -> Result<(Vec<u8>, Option<SemaphorePermit<'_>>), Refusal> {
        if body.size_hint().lower() > wire::REQUEST_LIMIT as u64 {
            return Err(refusal::TOO_LARGE);
        }
        let (mut bytes, mut memory) = (Vec::new(), None::<SemaphorePermit<'_>>);
        while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
            let frame = frame.map_err(|_| refusal::MALFORMED)?;
            let Ok(data) = frame.into_data() else {
                continue;
            };
            if bytes.len() + data.len() > wire::REQUEST_LIMIT {
                return Err(refusal::TOO_LARGE);
            }
            let blocks = u32::try_from(data.len().div_ceil(BLOCK)).unwrap_or(u32::MAX);
            let more = self
                .memory
                .try_acquire_many(blocks)
                .map_err(|_| refusal::BUSY)?;
            match &mut memory {
                Some(held) => held.merge(more),
                None => memory = Some(more),
            }
            bytes.extend_from_slice(&data);
        }
        Ok((bytes, memory))
    }

    /// Runs work on the blocking pool when there is a place for it. Work that outlasts the limit
    /// goes on and keeps its place; only its answer is lost, as on a broken connection.
    async fn on_pool<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Service<S>) -> T + Send + 'static,
    ) -> Result<T, Refusal> {
        let run = async {
            let place = Arc::clone(&self.working).acquire_owned().await;
            let service = Arc::clone(&self.service);
            let done = tokio::task::spawn_blocking(move || {
                let out = work(&service);
                drop(place);
                out
            });
            done.await.map_err(|_| refusal::INTERNAL)
        };
        timeout(self.limits.answer, run)
            .await
            .unwrap_or(Err(refusal::BUSY))
    }
}

fn respond(answer: Answer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, answer.body).into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(answer.content_type),
    );
    if matches!(answer.status, 429 | 503) {
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static("10"));
    }
    response
}

/// Whose rate a request counts on. A proxy on this machine is believed about whom it speaks for;
/// nobody else is. An IPv6 subscriber has a whole /64.
fn address_of(peer: SocketAddr, headers: &HeaderMap) -> IpAddr {
    let forwarded = || {
        let value = headers
            .get_all("x-forwarded-for")
            .iter()
            .next_back()?
            .to_str()
            .ok()?;
        value.rsplit(',').next()?.trim().parse().ok()
    };
    let address: IpAddr = match peer.ip().to_canonical() {
        near if near.is_loopback() => forwarded().unwrap_or(near),
        far => far,
    };
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() >> 64 << 64).into()),
        v4 => v4,
    }
}

fn now_ms() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_proxy_on_this_machine_is_believed() {
        let table = [
            ("127.0.0.1:1", "", "127.0.0.1"),
            ("127.0.0.1:1", "8.8.8.8, 203.0.113.7", "203.0.113.7"),
            ("[::1]:1", "203.0.113.7", "203.0.113.7"),
            ("127.0.0.1:1", "garbage", "127.0.0.1"),
            ("198.51.100.1:1", "203.0.113.7", "198.51.100.1"),
            ("[::ffff:198.51.100.1]:1", "", "198.51.100.1"),
            ("[2001:db8:1:2:3:4:5:6]:1", "", "2001:db8:1:2::"),
            ("127.0.0.1:1", "2001:db8:1:2:3::9", "2001:db8:1:2::"),
        ];
        for (peer, forwarded, expected) in table {
            let mut headers = HeaderMap::new();
            if !forwarded.is_empty() {
                headers.insert("x-forwarded-for", forwarded.parse().unwrap());
            }
            let address = address_of(peer.parse().unwrap(), &headers);
            assert_eq!(address.to_string(), expected, "{peer} {forwarded}");
        }
    }
}
