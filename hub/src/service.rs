//! The protocol: bytes of a request in, status and bytes of the answer out.
//!
//! The service opens no socket and reads no clock, so the simulator and the HTTP server run the
//! same code. All state is in the store; what is cached can be built again from it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use doorknock_model::ids::{CommunityId, DeviceId, InviteId};
use doorknock_seal::charter::{Charter, CharterError, Effect, NotAllowed, Statement};
use doorknock_seal::identity::HubSecret;
use doorknock_seal::request::SignedRequest;
use doorknock_seal::wrap::{Wrap, wrap_set_hash};
use doorknock_sync::wire;

use crate::charters::{Charters, LoadError};
use crate::metrics::Metrics;
use crate::rate::{Limiter, Rate};
use crate::refusal::{self, Refusal};
use crate::signatures::Signer;
use crate::store::{
    Extension, Founding, HubStore, StoreError, StoredStatement, StoredWrap, Totals,
};

/// How long after an invitation's end, by the hub's clock, its use may still arrive: a phone that
/// joined in time may have been offline, or have a clock that is off.
const LATE_JOIN_MS: i64 = 24 * 60 * 60 * 1000;
/// Bytes of statements, and of the wraps that came with them, in one answer. The wraps of a single
/// statement may be more, and are bounded by the request that brought them.
const CHARTER_BYTES: usize = 1 << 20;

/// What the operator decides.
#[derive(Debug, Clone, Copy)]
pub struct Config {
    /// Bytes of entries each community may store.
    pub entry_quota: u64,
    /// Bytes of statements and wraps each community may store.
    pub charter_quota: u64,
    /// Bytes of snapshots each community may have at a time.
    pub snapshot_quota: u64,
    /// How many communities the hub takes.
    pub communities: u64,
    /// How often one device may ask; `None` for no limit.
    pub device_rate: Option<Rate>,
}

impl Default for Config {
    /// 4 GiB of entries, 1 GiB of snapshots and 64 MiB of charter for each of 1,000 communities; no rate limit.
    fn default() -> Self {
        Self {
            entry_quota: 4 << 30,
            charter_quota: 64 << 20,
            snapshot_quota: 1 << 30,
            communities: 1_000,
            device_rate: None,
        }
    }
}

/// What goes back to the asker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body's type.
    pub content_type: &'static str,
    /// The body.
    pub body: Vec<u8>,
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        let body = refusal.body();
        Self {
            status: refusal.status,
            content_type: wire::CONTENT_TYPE,
            body,
        }
    }
}

/// Why a request gets no ordinary answer.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The asker is told.
    Refused(Refusal),
    /// The database failed; the operator is told more than the asker.
    Store(StoreError),
    /// A stored charter does not verify.
    Damaged(CharterError),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<LoadError> for Stop {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::Unknown => Self::Refused(refusal::UNKNOWN_COMMUNITY),
            LoadError::Damaged(error) => Self::Damaged(error),
            LoadError::Store(error) => Self::Store(error),
        }
    }
}

impl From<wire::Malformed> for Stop {
    fn from(_: wire::Malformed) -> Self {
        Self::Refused(refusal::MALFORMED)
    }
}

/// A request whose signature holds.
pub(crate) struct Asked<T> {
    pub(crate) signer: [u8; 16],
    pub(crate) request: T,
    pub(crate) charter: Arc<Charter>,
}

/// A hub without a network.
pub struct Service<S> {
    pub(crate) store: S,
    secret: HubSecret,
    pub(crate) signer: Signer,
    pub(crate) config: Config,
    charters: Charters,
    devices: Option<Limiter<[u8; 16]>>,
    metrics: Metrics,
    report: Box<dyn Fn(&str) + Send + Sync>,
}

impl<S: HubStore> Service<S> {
    /// A service over a store. `report` gets a line for the operator when something of the hub's
    /// own fails; it never carries anything of a request.
    pub fn new(
        store: S,
        secret: HubSecret,
        config: Config,
        report: impl Fn(&str) + Send + Sync + 'static,
    ) -> Self {
        let devices = config.device_rate.map(Limiter::new);
        let (charters, metrics) = (Charters::default(), Metrics::default());
        Self {
            store,
            signer: Signer::new(&secret),
            secret,
            config,
            charters,
            devices,
            metrics,
            report: Box::new(report),
        }
    }

    /// The store.
    #[must_use]
    pub const fn store(&self) -> &S {
        &self.store
    }

    /// The counters.
    #[must_use]
    pub const fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// What is stored, for the metrics page.
    ///
    /// # Errors
    /// If the database fails.
    pub fn totals(&self) -> Result<Totals, StoreError> {
        self.store.totals()
    }

    /// Answers a request. Whatever the request is, this neither panics nor answers with a 5xx for
    /// it. `now_ms` is the hub's clock, unix ms. What the answer says is stored is durable.
    pub fn handle(&self, method: &str, path: &str, body: &[u8], now_ms: i64) -> Answer {
        // Unwinding leaves nothing half done: transactions roll back, caches are filled whole.
        let run = AssertUnwindSafe(|| self.route(method, path, body, now_ms));
        let answer = match catch_unwind(run) {
            Ok(Ok(body)) => Answer {
                status: 200,
                content_type: wire::CONTENT_TYPE,
                body,
            },
            Ok(Err(stop)) => self.refuse(self.explain(&stop)),
            Err(_) => {
                self.metrics.panicked();
                (self.report)("a request ended in a panic");
                self.refuse(refusal::INTERNAL)
            }
        };
        self.metrics
            .answered(answer.status, body.len(), answer.body.len());
        answer
    }

    /// A refusal's answer, counted by its code.
    pub fn refuse(&self, refusal: Refusal) -> Answer {
        self.metrics.refused(refusal.code);
        refusal.into()
    }

    fn explain(&self, stop: &Stop) -> Refusal {
        match stop {
            Stop::Refused(refusal) => *refusal,
            Stop::Store(error) => {
                (self.report)(&error.to_string());
                refusal::STORAGE
            }
            Stop::Damaged(error) => {
                (self.report)(&format!("a stored charter does not verify: {error}"));
                refusal::INTERNAL
            }
        }
    }

    fn route(&self, method: &str, path: &str, body: &[u8], now_ms: i64) -> Result<Vec<u8>, Stop> {
        let expected = match path {
            wire::PATH_HUB => "GET",
            wire::PATH_COMMUNITIES
            | wire::PATH_CHARTER
            | wire::PATH_APPEND
            | wire::PATH_SYNC
            | wire::PATH_SNAPSHOT_FIND
            | wire::PATH_SNAPSHOT_READ
            | wire::PATH_SNAPSHOT_OFFER
            | wire::PATH_SNAPSHOT_PUT => "POST",
            _ => return Err(refusal::NOT_FOUND.into()),
        };
        if method != expected {
            return Err(refusal::METHOD.into());
        }
        if body.len() > wire::REQUEST_LIMIT {
            return Err(refusal::TOO_LARGE.into());
        }
        match path {
            wire::PATH_COMMUNITIES => self.found(body),
            wire::PATH_CHARTER => self.charter(body, now_ms),
            wire::PATH_APPEND => self.append(body, now_ms),
            wire::PATH_SYNC => self.sync(body, now_ms),
            wire::PATH_SNAPSHOT_FIND => self.snapshot_find(body, now_ms),
            wire::PATH_SNAPSHOT_READ => self.snapshot_read(body, now_ms),
            wire::PATH_SNAPSHOT_OFFER => self.snapshot_offer(body, now_ms),
            wire::PATH_SNAPSHOT_PUT => self.snapshot_put(body, now_ms),
            _ => Ok(wire::encode(&wire::HubInfo {
                hub_key: self.secret.key(),
                protocol: wire::PROTOCOL,
            })),
        }
    }

    fn found(&self, body: &[u8]) -> Result<Vec<u8>, Stop> {
        let charter = Charter::found(body).map_err(refused)?;
        if charter.hub_key() != self.secret.key() {
            return Err(refusal::OTHER_HUB.into());
        }
        let community = charter.community();
        let first = StoredStatement::new(body);
        match self
            .store
            .found(community, &first, self.config.communities)?
        {
            Founding::Held => Ok(wire::encode(&wire::CommunityResponse { community })),
            Founding::Full => Err(refusal::HUB_FULL.into()),
        }
    }

    /// Reads a signed request and checks its signature and rate. Invitations may ask only where
    /// `invites` says so.
    pub(crate) fn asked<'b, T: minicbor::Decode<'b, ()>>(
        &self,
        path: &str,
        body: &'b [u8],
        community: impl Fn(&T) -> CommunityId,
        invites: bool,
        now_ms: i64,
    ) -> Result<Asked<T>, Stop> {
        let signed = SignedRequest::parse(body).map_err(|_| refusal::MALFORMED)?;
        let request: T = wire::decode(signed.body())?;
        let community = community(&request);
        let charter = self.charters.get(&self.store, community)?;
        let signer = signed.signer();
        let device = charter
            .device(DeviceId(signer))
            .map(|device| device.sign_key);
        let invite = charter.invite(InviteId(signer)).filter(|_| invites);
        let key = device.or_else(|| invite.map(|invite| invite.sign_key));
        let key = key.ok_or(refusal::UNKNOWN_SIGNER)?;
        if !signed.verify(&key, community, path) {
            return Err(refusal::BAD_SIGNATURE.into());
        }
        // Counted only now: nobody can use up another's rate.
        if self
            .devices
            .as_ref()
            .is_some_and(|devices| !devices.take(signer, now_ms))
        {
            return Err(refusal::TOO_MANY.into());
        }
        Ok(Asked {
            signer,
            request,
            charter,
        })
    }

    fn charter(&self, body: &[u8], now_ms: i64) -> Result<Vec<u8>, Stop> {
        let community = |request: &wire::CharterRequest| request.community;
        let Asked {
            signer,
            request,
            charter,
        } = self.asked(wire::PATH_CHARTER, body, community, true, now_ms)?;
        Ok(wire::encode(&self.statements(
            &charter,
            request.from,
            &signer,
        )?))
    }

    /// Statements from a position on, as many as fit with the signer's wraps; at least one if
    /// there is any.
    pub(crate) fn statements(
        &self,
        charter: &Charter,
        from: u64,
        signer: &[u8; 16],
    ) -> Result<wire::CharterResponse, Stop> {
        let community = charter.community();
        let missing = usize::try_from(charter.len().saturating_sub(from)).unwrap_or(usize::MAX);
        if missing == 0 {
            return Ok(Default::default());
        }
        let mut statements = self.store.statements(community, from, CHARTER_BYTES)?;
        // The answer speaks of this charter, even if the store has a longer one by now.
        statements.truncate(missing.min(wire::LIST_LIMIT));
        loop {
            let to = from + statements.len() as u64;
            let wraps = self.store.wraps(community, signer, from, to)?;
            let bytes: usize = wraps.iter().map(Vec::len).sum();
            let fits = bytes <= CHARTER_BYTES && wraps.len() <= wire::LIST_LIMIT;
            if fits || statements.len() <= 1 {
                let statements = statements.into_iter().map(|stored| stored.bytes).collect();
                return Ok(wire::CharterResponse { statements, wraps });
            }
            statements.truncate(statements.len() / 2);
        }
    }

    fn append(&self, body: &[u8], now_ms: i64) -> Result<Vec<u8>, Stop> {
        let request: wire::AppendRequest = wire::decode(body)?;
        let charter = self.charters.get(&self.store, request.community)?;
        let held = |length| Ok(wire::encode(&wire::AppendResponse { length }));
        let (statement, effect) = match charter.check(&request.statement) {
            Ok(checked) => checked,
            Err(CharterError::AlreadyKnown { .. }) => return held(charter.len()),
            Err(error) => return Err(refused(error).into()),
        };
        if matches!(effect, Effect::JoinedBefore(_)) {
            // It would change nothing, and the charter is no place to repeat oneself in.
            return held(charter.len());
        }
        if is_late(&charter, &statement, now_ms) {
            return Err(refusal::INVITE_EXPIRED.into());
        }
        let wraps = wraps_of(&statement, &request.wraps)?;
        let stored = StoredStatement::new(&request.statement);
        let quota = self.config.charter_quota;
        match self
            .store
            .extend(request.community, &charter.head(), &stored, &wraps, quota)?
        {
            Extension::Held { length } => held(length),
            Extension::Moved => Err(refusal::CHARTER_MOVED.into()),
            Extension::Full => Err(refusal::CHARTER_FULL.into()),
            Extension::Unknown => Err(refusal::UNKNOWN_COMMUNITY.into()),
        }
    }
}

fn refused(error: CharterError) -> Refusal {
    match error {
        CharterError::DoesNotFollow => refusal::CHARTER_MOVED,
        CharterError::Malformed | CharterError::Unsupported => refusal::MALFORMED,
        CharterError::NotAllowed(NotAllowed::InviteExpired) => refusal::INVITE_EXPIRED,
        _ => refusal::STATEMENT_REFUSED,
    }
}

/// Whether a join comes so late by the hub's clock that its own time cannot be believed.
fn is_late(charter: &Charter, statement: &Statement, now_ms: i64) -> bool {
    charter
        .invite(InviteId(statement.signer))
        .is_some_and(|invite| now_ms > invite.expires_at.saturating_add(LATE_JOIN_MS))
}

/// The wraps by recipient, if they are the very set that the statement names.
fn wraps_of(statement: &Statement, encoded: &[Vec<u8>]) -> Result<Vec<StoredWrap>, Refusal> {
    let parsed: Result<Vec<Wrap>, _> = encoded
        .iter()
        .map(|bytes| Wrap::from_bytes(bytes))
        .collect();
    let parsed = parsed.map_err(|_| refusal::MALFORMED)?;
    // Stored is what was hashed: a wrap that does not encode to its own bytes is another one.
    let exact = parsed
        .iter()
        .zip(encoded)
        .all(|(wrap, bytes)| wrap.to_bytes() == *bytes);
    if !exact || wrap_set_hash(&parsed) != statement.wrap_set() {
        return Err(refusal::WRAPS_MISMATCH);
    }
    let stored = |(wrap, bytes): (Wrap, &Vec<u8>)| StoredWrap {
        recipient: wrap.recipient,
        bytes: bytes.clone(),
    };
    Ok(parsed.into_iter().zip(encoded).map(stored).collect())
}
