//! The same rows by a bare loop in the same kind of database, which nobody has to believe anything of.

use std::path::Path;
use std::time::{Duration, Instant};

use doorknock::model::ids::{CommunityId, DeviceId, SpaceId};
use doorknock_hub::store::Head;
use doorknock_seal::entry::SealedEntry;
use rusqlite::{Connection, params};

use crate::Failure;

/// The hub's tables and its pragmas.
const TABLES: &str = include_str!("../../../../../hub/migrations/0001_log.sql");
const PRAGMAS: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA fullfsync = ON;
    PRAGMA foreign_keys = ON; PRAGMA journal_size_limit = 67108864;";

struct Row {
    space: i64,
    at: Head,
    device: DeviceId,
    entry: SealedEntry,
}

/// The database, and the rows that wait for the clock.
pub(crate) struct Bare {
    connection: Connection,
    heads: Vec<Head>,
    rows: Vec<Row>,
}

impl Bare {
    pub(crate) fn open(
        path: &Path,
        community: CommunityId,
        spaces: &[SpaceId],
    ) -> Result<Self, Failure> {
        let connection = Connection::open(path)?;
        connection.execute_batch(PRAGMAS)?;
        connection.execute_batch(TABLES)?;
        connection.execute(
            "INSERT INTO communities (id) VALUES (?1)",
            [&community.0[..]],
        )?;
        for space in spaces {
            let insert = "INSERT INTO spaces (community, id, running) VALUES (1, ?1, ?2)";
            connection.execute(insert, params![&space.0[..], [0_u8; 32]])?;
        }
        Ok(Self {
            connection,
            heads: vec![Head::default(); spaces.len()],
            rows: Vec::new(),
        })
    }

    /// Entries by the number of their space.
    pub(crate) fn add(&mut self, device: DeviceId, entries: &[(usize, SealedEntry)]) {
        for (space, entry) in entries {
            let at = self.heads[*space].next(&entry.hash);
            self.heads[*space] = at;
            let (space, entry) = (i64::try_from(*space).unwrap_or(i64::MAX) + 1, entry.clone());
            self.rows.push(Row {
                space,
                at,
                device,
                entry,
            });
        }
    }

    /// Puts what waits into the table, so many rows a transaction.
    pub(crate) fn insert(&mut self, batch: usize) -> Result<Duration, Failure> {
        let rows = std::mem::take(&mut self.rows);
        let begun = Instant::now();
        for batch in rows.chunks(batch) {
            let transaction = self.connection.transaction()?;
            let mut insert = transaction
                .prepare_cached("INSERT INTO entries VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
            for Row {
                space,
                at,
                device,
                entry,
            } in batch
            {
                let position = i64::try_from(at.position)?;
                let (device, bytes) = (&device.0[..], &entry.bytes);
                insert.execute(params![
                    space, position, entry.hash, device, at.running, bytes
                ])?;
            }
            drop(insert);
            transaction.commit()?;
        }
        Ok(begun.elapsed())
    }
}
