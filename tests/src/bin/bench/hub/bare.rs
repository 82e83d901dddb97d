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
    /// What was inserted so far, and the processor's time that it took.
    done: (u32, f64),
}

/// This thread's time on a processor, in microseconds.
fn on_cpu() -> Result<f64, Failure> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    Ok(told.split(' ').next().ok_or("no time")?.parse::<f64>()? / 1000.0)
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
            done: (0, 0.0),
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
        let before = on_cpu()?;
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
        let took = begun.elapsed();
        self.done.0 += u32::try_from(rows.len())?;
        self.done.1 += on_cpu()? - before;
        Ok(took)
    }

    /// The processor's time for each row, in microseconds.
    pub(crate) fn cpu_each(&self) -> f64 {
        self.done.1 / f64::from(self.done.0)
    }
}
