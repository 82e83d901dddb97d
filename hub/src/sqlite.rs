//! The store in one SQLite file: the default, for a street's or a city's hub.
//!
//! WAL with `synchronous = FULL`: COMMIT returns when the log is on the disk. One connection
//! writes, a few others read beside it. `BEGIN IMMEDIATE` makes the order of appends the order of
//! commits, so a position seen by a reader is never taken back.

mod append;
mod snapshots;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, Once, PoisonError};
use std::time::Duration;

use doorknock_model::ids::{CommunityId, SpaceId};
use rusqlite::{
    Connection, ErrorCode, OptionalExtension, Row, Transaction, TransactionBehavior, params,
};

use append::Queue;

use crate::store::{
    Extension, Founding, Hash, Head, HubStore, LogItem, NewEntry, Placed, Read, Result, StoreError,
    StoredStatement, StoredWrap, Totals,
};

/// Every migration in order; the database's `user_version` counts those applied.
const MIGRATIONS: [&str; 2] = [
    include_str!("../migrations/0001_log.sql"),
    include_str!("../migrations/0002_snapshots.sql"),
];

/// How many reading connections are kept open between requests: as many as work at once, since opening
/// one costs more than most reads.
const READERS_KEPT: usize = 16;
/// The writer's pages in memory, in KiB: those that one transaction of many requests changes.
const WRITER_CACHE: i64 = 16 * 1024;

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        if error.sqlite_error_code() == Some(ErrorCode::DiskFull) {
            Self::DiskFull
        } else {
            Self::Failed(error.to_string())
        }
    }
}

/// [`HubStore`] over a database file.
#[derive(Debug)]
pub struct SqliteStore {
    path: PathBuf,
    writer: Mutex<Connection>,
    queue: Queue,
    readers: Mutex<Vec<Connection>>,
}

/// An integer column's value. What is larger than any position ever stored stays so.
fn int(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// A column that holds a position, a length or a count.
fn uint(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    let value: i64 = row.get(column)?;
    u64::try_from(value).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, value))
}

fn size(bytes: &[u8]) -> u64 {
    bytes.len() as u64
}

fn connect(path: &Path) -> Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(Duration::from_secs(10))?;
    connection.set_prepared_statement_cache_capacity(64);
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA fullfsync = ON;
         PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;
         PRAGMA journal_size_limit = 67108864;",
    )?;
    Ok(connection)
}

fn migrate(connection: &mut Connection) -> Result<()> {
    let write = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found: i64 = write.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let known = int(MIGRATIONS.len() as u64);
    let applied = usize::try_from(found).unwrap_or(usize::MAX);
    let missing = MIGRATIONS
        .get(applied..)
        .ok_or(StoreError::Newer { found, known })?;
    for migration in missing {
        write.execute_batch(migration)?;
    }
    write.pragma_update(None, "user_version", known)?;
    Ok(write.commit()?)
}

impl SqliteStore {
    /// Opens the database file, creates it if it is not there, and brings it up to date.
    pub fn open(path: &Path) -> Result<Self> {
        // As in the core's store: the first opening of a process is made alone.
        static FIRST: Once = Once::new();
        FIRST.call_once(|| drop(Connection::open_in_memory()));
        let mut writer = connect(path)?;
        migrate(&mut writer)?;
        writer.pragma_update(None, "cache_size", -WRITER_CACHE)?;
        Ok(Self {
            path: path.to_owned(),
            writer: Mutex::new(writer),
            queue: Queue::default(),
            readers: Mutex::new(Vec::new()),
        })
    }

    /// Runs one transaction. It is durable when this returns `Ok`.
    fn write<T>(&self, run: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        // A panic inside rolled its transaction back, so the connection is sound.
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        transact(&mut writer, run)
    }

    /// Runs a read on a connection of its own, beside the writer.
    fn reader<T>(&self, run: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let kept = self
            .readers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        let connection = kept.map_or_else(|| connect(&self.path), Ok)?;
        let out = run(&connection);
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if readers.len() < READERS_KEPT {
            readers.push(connection);
        }
        out
    }
}

/// One transaction; durable when this returns `Ok`.
fn transact<T>(
    writer: &mut Connection,
    run: impl FnOnce(&Transaction<'_>) -> Result<T>,
) -> Result<T> {
    let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let out = run(&transaction)?;
    transaction.commit()?;
    Ok(out)
}

/// The row of a community: its key and how many statements it has.
fn community(db: &Connection, id: CommunityId) -> Result<Option<(i64, u64)>> {
    let mut query = db.prepare_cached("SELECT community, length FROM communities WHERE id = ?1")?;
    Ok(query
        .query_row([id.as_bytes()], |row| Ok((row.get(0)?, uint(row, 1)?)))
        .optional()?)
}

/// The row of a space's log, if it has an entry.
fn space(db: &Connection, of: CommunityId, id: SpaceId) -> Result<Option<(i64, Head)>> {
    let mut query = db.prepare_cached(
        "SELECT space, head, running FROM spaces
         WHERE community = (SELECT community FROM communities WHERE id = ?1) AND id = ?2",
    )?;
    let row = query.query_row(params![of.as_bytes(), id.as_bytes()], |row| {
        Ok((
            row.get(0)?,
            Head {
                position: uint(row, 1)?,
                running: row.get(2)?,
            },
        ))
    });
    Ok(row.optional()?)
}

fn position_of(db: &Connection, community: i64, hash: &Hash) -> Result<Option<u64>> {
    let mut query =
        db.prepare_cached("SELECT position FROM statements WHERE community = ?1 AND hash = ?2")?;
    Ok(query
        .query_row(params![community, hash], |row| uint(row, 0))
        .optional()?)
}

fn insert_statement(
    db: &Connection,
    community: i64,
    position: u64,
    statement: &StoredStatement,
    wraps: &[StoredWrap],
) -> Result<()> {
    db.prepare_cached("INSERT INTO statements VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![
            community,
            int(position),
            statement.hash,
            statement.bytes
        ])?;
    let mut insert = db.prepare_cached("INSERT INTO wraps VALUES (?1, ?2, ?3, ?4, ?5)")?;
    for (place, wrap) in (0i64..).zip(wraps) {
        insert.execute(params![
            community,
            wrap.recipient,
            int(position),
            place,
            wrap.bytes
        ])?;
    }
    db.prepare_cached(
        "UPDATE communities SET length = length + 1, charter_bytes = charter_bytes + ?2
         WHERE community = ?1",
    )?
    .execute(params![community, int(charter_cost(statement, wraps))])?;
    Ok(())
}

fn charter_cost(statement: &StoredStatement, wraps: &[StoredWrap]) -> u64 {
    size(&statement.bytes) + wraps.iter().map(|wrap| size(&wrap.bytes)).sum::<u64>()
}

impl HubStore for SqliteStore {
    fn found(&self, id: CommunityId, first: &StoredStatement, most: u64) -> Result<Founding> {
        self.write(|db| {
            if community(db, id)?.is_some() {
                return Ok(Founding::Held);
            }
            let count: u64 =
                db.query_row("SELECT count(*) FROM communities", [], |row| uint(row, 0))?;
            if count >= most {
                return Ok(Founding::Full);
            }
            db.execute("INSERT INTO communities (id) VALUES (?1)", [id.as_bytes()])?;
            insert_statement(db, db.last_insert_rowid(), 0, first, &[])?;
            Ok(Founding::Held)
        })
    }

    fn charter_length(&self, id: CommunityId) -> Result<Option<u64>> {
        self.reader(|db| Ok(community(db, id)?.map(|(_, length)| length)))
    }

    fn statements(
        &self,
        id: CommunityId,
        from: u64,
        max_bytes: usize,
    ) -> Result<Vec<StoredStatement>> {
        self.reader(|db| {
            let mut query = db.prepare_cached(
                "SELECT hash, bytes FROM statements
                 WHERE community = (SELECT community FROM communities WHERE id = ?1)
                   AND position >= ?2 ORDER BY position",
            )?;
            let mut rows = query.query(params![id.as_bytes(), int(from)])?;
            let (mut out, mut total) = (Vec::new(), 0);
            while let Some(row) = rows.next()? {
                let statement = StoredStatement {
                    hash: row.get(0)?,
                    bytes: row.get(1)?,
                };
                total += statement.bytes.len();
                if total > max_bytes && !out.is_empty() {
                    break;
                }
                out.push(statement);
            }
            Ok(out)
        })
    }

    fn statement_position(&self, id: CommunityId, hash: &Hash) -> Result<Option<u64>> {
        self.reader(|db| match community(db, id)? {
            Some((community, _)) => position_of(db, community, hash),
            None => Ok(None),
        })
    }

    fn extend(
        &self,
        id: CommunityId,
        head: &Hash,
        statement: &StoredStatement,
        wraps: &[StoredWrap],
        quota: u64,
    ) -> Result<Extension> {
        self.write(|db| {
            let Some((community, length)) = community(db, id)? else {
                return Ok(Extension::Unknown);
            };
            if position_of(db, community, &statement.hash)?.is_some() {
                return Ok(Extension::Held { length });
            }
            if position_of(db, community, head)?.map(|position| position + 1) != Some(length) {
                return Ok(Extension::Moved);
            }
            let used: u64 = db
                .prepare_cached("SELECT charter_bytes FROM communities WHERE community = ?1")?
                .query_row([community], |row| uint(row, 0))?;
            if used.saturating_add(charter_cost(statement, wraps)) > quota {
                return Ok(Extension::Full);
            }
            insert_statement(db, community, length, statement, wraps)?;
            Ok(Extension::Held { length: length + 1 })
        })
    }

    fn wraps(
        &self,
        id: CommunityId,
        recipient: &[u8; 16],
        from: u64,
        to: u64,
    ) -> Result<Vec<Vec<u8>>> {
        self.reader(|db| {
            let mut query = db.prepare_cached(
                "SELECT bytes FROM wraps
                 WHERE community = (SELECT community FROM communities WHERE id = ?1)
                   AND recipient = ?2 AND position >= ?3 AND position < ?4
                 ORDER BY position, place",
            )?;
            let rows = query.query_map(
                params![id.as_bytes(), recipient, int(from), int(to)],
                |row| row.get(0),
            )?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn append(&self, id: CommunityId, entries: &[NewEntry<'_>], quota: u64) -> Result<Vec<Placed>> {
        self.append_together(id, entries, quota)
    }

    fn head(&self, of: CommunityId, id: SpaceId) -> Result<Head> {
        self.reader(|db| Ok(space(db, of, id)?.map_or_else(Head::default, |(_, head)| head)))
    }

    fn running(&self, of: CommunityId, id: SpaceId, position: u64) -> Result<Option<Hash>> {
        if position == 0 {
            return Ok(Some([0; 32]));
        }
        self.reader(|db| {
            let Some((space, _)) = space(db, of, id)? else {
                return Ok(None);
            };
            let mut query = db
                .prepare_cached("SELECT running FROM entries WHERE space = ?1 AND position = ?2")?;
            Ok(query
                .query_row(params![space, int(position)], |row| row.get(0))
                .optional()?)
        })
    }

    fn read(&self, of: CommunityId, id: SpaceId, part: Read) -> Result<Vec<LogItem>> {
        self.reader(|db| {
            let Some((space, _)) = space(db, of, id)? else {
                return Ok(Vec::new());
            };
            let mut query = db.prepare_cached(
                "SELECT hash, CASE WHEN device IS ?3 THEN NULL ELSE bytes END FROM entries
                 WHERE space = ?1 AND position > ?2 ORDER BY position LIMIT ?4",
            )?;
            let without = part.without.map(|device| device.0);
            let limit = int(part.max_items as u64);
            let mut rows = query.query(params![space, int(part.after), without, limit])?;
            let (mut out, mut total) = (Vec::new(), 0);
            while let Some(row) = rows.next()? {
                let item = LogItem {
                    hash: row.get(0)?,
                    bytes: row.get(1)?,
                };
                total += item.cost();
                if total > part.max_bytes && !out.is_empty() {
                    break;
                }
                out.push(item);
            }
            Ok(out)
        })
    }

    fn totals(&self) -> Result<Totals> {
        self.reader(|db| {
            let mut query = db.prepare_cached(
                "SELECT count(*), coalesce(sum(charter_bytes + entry_bytes), 0),
                        (SELECT coalesce(sum(head), 0) FROM spaces) FROM communities",
            )?;
            Ok(query.query_row([], |row| {
                Ok(Totals {
                    communities: uint(row, 0)?,
                    bytes: uint(row, 1)?,
                    entries: uint(row, 2)?,
                })
            })?)
        })
    }
}
