//! What the bars compare with: one durable row with the same two indexes in an encrypted table.

use std::path::Path;

use rusqlite::{Connection, params};

use crate::Failure;

/// One visit as one row.
pub(crate) struct PlainRow {
    pub(crate) id: [u8; 16],
    pub(crate) door: [u8; 16],
    pub(crate) at: i64,
    pub(crate) answers: Vec<u8>,
    pub(crate) summary: String,
}

/// An encrypted table of visits with the indexes that the real one has.
pub(crate) struct Baseline(Connection);

impl Baseline {
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        let conn = Connection::open(path)?;
        let key = "07".repeat(32);
        conn.pragma_update(None, "key", format!("x'{key}'"))?;
        conn.execute_batch(
            "PRAGMA cipher_hmac_algorithm=HMAC_SHA256; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA fullfsync=ON;
             PRAGMA temp_store=MEMORY; PRAGMA cache_size=-16384; PRAGMA secure_delete=ON;
             CREATE TABLE IF NOT EXISTS visit (
                 n INTEGER PRIMARY KEY, id BLOB NOT NULL, door BLOB NOT NULL, at INTEGER NOT NULL,
                 channel INTEGER NOT NULL, outcome INTEGER NOT NULL, answers BLOB NOT NULL,
                 summary TEXT, follow_up INTEGER) STRICT;
             CREATE UNIQUE INDEX IF NOT EXISTS visit_id ON visit (id);
             CREATE INDEX IF NOT EXISTS visit_door ON visit (door, at);",
        )?;
        Ok(Self(conn))
    }

    pub(crate) fn insert(&self, row: &PlainRow) -> Result<(), Failure> {
        self.0
            .prepare_cached(
                "INSERT INTO visit (id, door, at, channel, outcome, answers, summary)
                 VALUES (?1, ?2, ?3, 0, 0, ?4, ?5)",
            )?
            .execute(params![
                &row.id[..],
                &row.door[..],
                row.at,
                row.answers,
                row.summary
            ])?;
        Ok(())
    }
}
