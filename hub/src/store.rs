//! What the service needs from a database: append-only charters and logs.
//!
//! A store knows nothing of signatures, roles or CBOR. It keeps bytes in order, makes them durable
//! before it returns, and gives the same entry the same position however often it comes.

pub mod snapshots;

use doorknock_model::ids::{CommunityId, DeviceId, SpaceId};
use sha2::{Digest, Sha256};

/// A SHA-256.
pub type Hash = [u8; 32];

/// Why a store could not do what was asked. None of these is caused by a request's content.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The disk is full: nothing of the request was stored.
    #[error("the disk is full")]
    DiskFull,
    /// The database was written by a newer hub.
    #[error("the database has version {found}; this hub knows versions up to {known}")]
    Newer {
        /// The version found.
        found: i64,
        /// The newest version known.
        known: i64,
    },
    /// Anything else the database says; without content of the rows.
    #[error("the database failed: {0}")]
    Failed(String),
}

/// What a store's methods return.
pub type Result<T> = std::result::Result<T, StoreError>;

/// One statement of a charter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredStatement {
    /// SHA-256 of `bytes`.
    pub hash: Hash,
    /// The exact bytes that were signed.
    pub bytes: Vec<u8>,
}

impl StoredStatement {
    /// A statement with its hash.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Self {
        Self {
            hash: Sha256::digest(bytes).into(),
            bytes: bytes.to_vec(),
        }
    }
}

/// A key wrap and whom it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredWrap {
    /// A device's or an invitation's id.
    pub recipient: [u8; 16],
    /// The encoded wrap.
    pub bytes: Vec<u8>,
}

/// What came of a first statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Founding {
    /// The community is there, now or since before.
    Held,
    /// The hub has as many communities as it takes.
    Full,
}

/// What came of a further statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extension {
    /// The statement is there, now or since before; the charter's length now.
    Held {
        /// How many statements the charter has.
        length: u64,
    },
    /// The charter's head is another one.
    Moved,
    /// The charter's quota is used up.
    Full,
    /// There is no such community.
    Unknown,
}

/// An entry to append.
#[derive(Debug, Clone, Copy)]
pub struct NewEntry<'a> {
    /// The space.
    pub space: SpaceId,
    /// The entry's hash.
    pub hash: Hash,
    /// The device that signed it.
    pub device: DeviceId,
    /// The entry.
    pub bytes: &'a [u8],
}

/// Where an entry is, or why it is not stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placed {
    /// Durable at this position, now or since before.
    At(Head),
    /// The entry quota is used up.
    Full,
}

/// A position in a space's log with the running hash there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Head {
    /// The position; 0 is before the first entry.
    pub position: u64,
    /// The running hash; zeros at 0.
    pub running: Hash,
}

impl Head {
    /// The place behind this one, of the entry with this hash.
    #[must_use]
    pub fn next(&self, entry: &Hash) -> Self {
        let running = Sha256::new()
            .chain_update(self.running)
            .chain_update(entry)
            .finalize();
        Self {
            position: self.position + 1,
            running: running.into(),
        }
    }
}

/// Which part of a log to read.
#[derive(Debug, Clone, Copy)]
pub struct Read {
    /// Read from the position behind this one.
    pub after: u64,
    /// The most bytes of entries; the first item is given even where it is larger.
    pub max_bytes: usize,
    /// The most items.
    pub max_items: usize,
    /// Leave out the bytes of this device's entries.
    pub without: Option<DeviceId>,
}

/// One position of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogItem {
    /// The entry's hash.
    pub hash: Hash,
    /// The entry; `None` where it was left out.
    pub bytes: Option<Vec<u8>>,
}

impl LogItem {
    /// The bytes it takes in an answer: CBOR headers included.
    #[must_use]
    pub fn cost(&self) -> usize {
        self.bytes.as_ref().map_or(35, |bytes| bytes.len() + 5)
    }
}

/// Sums over everything stored, for the metrics.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Communities.
    pub communities: u64,
    /// Entries.
    pub entries: u64,
    /// Bytes of statements, wraps and entries.
    pub bytes: u64,
}

/// A hub's database. Every method that stores returns only when what it stored is durable.
///
/// Adapters are held to [`crate::conformance::conformance`].
pub trait HubStore: snapshots::SnapshotStore + Send + Sync {
    /// Keeps the first statement of a community, unless there are `most` communities already.
    /// A community that is held stays as it is.
    fn found(&self, community: CommunityId, first: &StoredStatement, most: u64)
    -> Result<Founding>;

    /// How many statements the charter has; `None` if there is no such community.
    fn charter_length(&self, community: CommunityId) -> Result<Option<u64>>;

    /// Statements in order from position `from` on, up to `max_bytes`, but at least one if there
    /// is any.
    fn statements(
        &self,
        community: CommunityId,
        from: u64,
        max_bytes: usize,
    ) -> Result<Vec<StoredStatement>>;

    /// The position of the statement with this hash.
    fn statement_position(&self, community: CommunityId, hash: &Hash) -> Result<Option<u64>>;

    /// Appends a statement with its wraps if the last statement's hash is `head` and the charter
    /// stays within `quota` bytes. A statement that is held already is answered as such, whatever
    /// the head.
    fn extend(
        &self,
        community: CommunityId,
        head: &Hash,
        statement: &StoredStatement,
        wraps: &[StoredWrap],
        quota: u64,
    ) -> Result<Extension>;

    /// The wraps for a recipient that came with statements at positions `from..to`, in order.
    fn wraps(
        &self,
        community: CommunityId,
        recipient: &[u8; 16],
        from: u64,
        to: u64,
    ) -> Result<Vec<Vec<u8>>>;

    /// Appends entries in one transaction, gapless per space. One that is held already keeps its
    /// position; one that would exceed the community's `quota` in bytes is left out and does not
    /// keep smaller ones behind it from being stored.
    fn append(
        &self,
        community: CommunityId,
        entries: &[NewEntry<'_>],
        quota: u64,
    ) -> Result<Vec<Placed>>;

    /// The end of a space's log.
    fn head(&self, community: CommunityId, space: SpaceId) -> Result<Head>;

    /// The running hash at a position; `None` behind the log's end.
    fn running(
        &self,
        community: CommunityId,
        space: SpaceId,
        position: u64,
    ) -> Result<Option<Hash>>;

    /// A part of a space's log, in order and without a gap.
    fn read(&self, community: CommunityId, space: SpaceId, part: Read) -> Result<Vec<LogItem>>;

    /// Sums over everything.
    fn totals(&self) -> Result<Totals>;
}
