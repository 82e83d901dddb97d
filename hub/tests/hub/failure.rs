//! When the hub itself fails: the asker is told so, nothing is promised, and it goes on.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex};

use doorknock_hub::service::{Config, Service};
use doorknock_hub::sqlite::SqliteStore;
use doorknock_hub::store::snapshots::{Offer, Offered, SnapshotStore};
use doorknock_hub::store::{
    Extension, Founding, Hash, Head, HubStore, LogItem, NewEntry, Placed, Read, Result, StoreError,
    StoredStatement, StoredWrap, Totals,
};
use doorknock_model::ids::{CommunityId, SpaceId};
use doorknock_sync::wire;

use crate::common::{NOW, ROUNDS, World, code};

const WELL: u8 = 0;
const FAILING: u8 = 1;
const PANICKING: u8 = 2;

/// A store that fails on request after it has done its work.
struct Frail {
    inner: SqliteStore,
    state: Arc<AtomicU8>,
}

impl Frail {
    fn then<T>(&self, out: Result<T>) -> Result<T> {
        match self.state.load(Ordering::Relaxed) {
            FAILING => Err(StoreError::DiskFull),
            PANICKING => panic!("the store's own bug"),
            _ => out,
        }
    }
}

impl SnapshotStore for Frail {
    fn offer(&self, c: CommunityId, s: SpaceId, offer: &Offer, quota: u64) -> Result<Offered> {
        self.then(self.inner.offer(c, s, offer, quota))
    }
    fn put_part(&self, c: CommunityId, s: SpaceId, hash: &Hash, part: &[u8]) -> Result<Offered> {
        self.then(self.inner.put_part(c, s, hash, part))
    }
    fn snapshots(&self, c: CommunityId, s: SpaceId) -> Result<Vec<(Vec<u8>, Head)>> {
        self.then(self.inner.snapshots(c, s))
    }
    fn read_part(
        &self,
        c: CommunityId,
        s: SpaceId,
        hash: &Hash,
        offset: u64,
        limit: usize,
    ) -> Result<Option<Vec<u8>>> {
        self.then(self.inner.read_part(c, s, hash, offset, limit))
    }
}

impl HubStore for Frail {
    fn found(&self, c: CommunityId, first: &StoredStatement, most: u64) -> Result<Founding> {
        self.then(self.inner.found(c, first, most))
    }
    fn charter_length(&self, c: CommunityId) -> Result<Option<u64>> {
        self.inner.charter_length(c)
    }
    fn statements(&self, c: CommunityId, from: u64, max: usize) -> Result<Vec<StoredStatement>> {
        self.then(self.inner.statements(c, from, max))
    }
    fn statement_position(&self, c: CommunityId, hash: &Hash) -> Result<Option<u64>> {
        self.then(self.inner.statement_position(c, hash))
    }
    fn extend(
        &self,
        c: CommunityId,
        head: &Hash,
        statement: &StoredStatement,
        wraps: &[StoredWrap],
        quota: u64,
    ) -> Result<Extension> {
        self.then(self.inner.extend(c, head, statement, wraps, quota))
    }
    fn wraps(&self, c: CommunityId, to: &[u8; 16], a: u64, b: u64) -> Result<Vec<Vec<u8>>> {
        self.then(self.inner.wraps(c, to, a, b))
    }
    fn append(&self, c: CommunityId, new: &[NewEntry<'_>], quota: u64) -> Result<Vec<Placed>> {
        self.then(self.inner.append(c, new, quota))
    }
    fn head(&self, c: CommunityId, s: SpaceId) -> Result<Head> {
        self.then(self.inner.head(c, s))
    }
    fn running(&self, c: CommunityId, s: SpaceId, position: u64) -> Result<Option<Hash>> {
        self.then(self.inner.running(c, s, position))
    }
    fn read(&self, c: CommunityId, s: SpaceId, part: Read) -> Result<Vec<LogItem>> {
        self.then(self.inner.read(c, s, part))
    }
    fn totals(&self) -> Result<Totals> {
        self.then(self.inner.totals())
    }
}

#[test]
fn a_failing_or_panicking_store_promises_nothing_and_the_next_request_is_served() {
    let mut world = World::new();
    let worker = world.worker(1);
    let state = Arc::new(AtomicU8::new(WELL));
    let reports = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&reports);
    let inner = SqliteStore::open(&world.path()).unwrap();
    let frail = Frail {
        inner,
        state: Arc::clone(&state),
    };
    let report = move |line: &str| heard.lock().unwrap().push(line.to_owned());
    let service = Service::new(frail, world.hub.clone(), Config::default(), report);

    let entry = world.entry(&worker, ROUNDS, "a");
    let body = world.signed(&worker, &world.request(&[&entry], &[ROUNDS]));
    for (to, status, expected) in [
        (FAILING, 503, "storage"),
        (PANICKING, 500, "internal"),
        (WELL, 200, ""),
    ] {
        state.store(to, Ordering::Relaxed);
        let answer = service.handle("POST", wire::PATH_SYNC, &body, NOW);
        assert_eq!((answer.status, &*code(&answer)), (status, expected));
        if to == PANICKING {
            assert_eq!(service.metrics().sum("panics_total"), 1);
        }
    }
    assert_eq!(
        *reports.lock().unwrap(),
        ["the disk is full", "a request ended in a panic"]
    );
    assert_eq!(service.totals().unwrap().entries, 1);
}
