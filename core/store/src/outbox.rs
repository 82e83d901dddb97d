//! Sealed entries: this device's own and what the hub said of each, and others' that are kept to be carried.

use rusqlite::{OptionalExtension, Row, params};

use crate::{Result, Tx, View};

/// An entry sealed here, to keep.
#[derive(Debug, Clone, Copy)]
pub struct NewEntry<'a> {
    /// The space.
    pub space: u32,
    /// Its hash.
    pub hash: [u8; 32],
    /// Its bytes.
    pub bytes: &'a [u8],
    /// How many changes it carries.
    pub changes: usize,
    /// How many of them are visits.
    pub visits: usize,
    /// The first and the last of them in the log.
    pub covers: (i64, i64),
}

/// What is known of an entry that is or was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntryRow {
    /// Its row.
    pub id: i64,
    /// The space.
    pub space: u32,
    /// Whether it was sealed here.
    pub own: bool,
    /// How many changes it carries; 0 for others'.
    pub changes: usize,
    /// Where the hub keeps it, by a verified receipt.
    pub position: Option<u64>,
    /// Whether a receipt proved void and none has come since.
    pub voided: bool,
    /// The hub's verdict, if it refused.
    pub refused: Option<u32>,
    /// When it was last handed to a file, unix milliseconds.
    pub carried: Option<i64>,
    /// Where the hub's log showed it when it was read.
    pub seen: Option<u64>,
}

pub(crate) const ENTRY: &str =
    "SELECT id, space, own, changes, position, voided, refused, carried, seen FROM entry";

pub(crate) fn entry_row(row: &Row<'_>) -> rusqlite::Result<EntryRow> {
    Ok(EntryRow {
        id: row.get(0)?,
        space: row.get(1)?,
        own: row.get(2)?,
        changes: row.get(3)?,
        position: row.get(4)?,
        voided: row.get(5)?,
        refused: row.get(6)?,
        carried: row.get(7)?,
        seen: row.get(8)?,
    })
}

/// How much is not yet at the hub.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pending {
    /// Changes.
    pub changes: u64,
    /// Visits among them.
    pub visits: u64,
}

impl View<'_> {
    /// Own entries to send, oldest first: at most `most`, up to about `max_bytes` and at least one if there is any.
    pub fn pending_entries(&self, most: usize, max_bytes: usize) -> Result<Vec<Vec<u8>>> {
        self.up_to(
            "SELECT sealed.bytes FROM entry JOIN sealed USING (id)
             WHERE own = 1 AND position IS NULL AND refused IS NULL ORDER BY id",
            (most, max_bytes),
        )
    }

    /// The first of these rows' bytes, within bounds.
    pub(crate) fn up_to(
        &self,
        sql: &str,
        (most, max_bytes): (usize, usize),
    ) -> Result<Vec<Vec<u8>>> {
        let mut statement = self.conn.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        let mut entries: Vec<Vec<u8>> = Vec::new();
        let mut total = 0;
        while entries.len() < most
            && let Some(row) = rows.next()?
        {
            let bytes: Vec<u8> = row.get(0)?;
            total += bytes.len();
            if !entries.is_empty() && total > max_bytes {
                break;
            }
            entries.push(bytes);
        }
        Ok(entries)
    }

    /// An entry that is or was kept here.
    pub fn entry(&self, hash: &[u8; 32]) -> Result<Option<EntryRow>> {
        let mut statement = self
            .conn
            .prepare_cached(&format!("{ENTRY} WHERE hash = ?1"))?;
        Ok(statement.query_row([&hash[..]], entry_row).optional()?)
    }

    /// What is sealed and has no verified receipt.
    pub fn pending_sealed(&self) -> Result<Pending> {
        self.sum("own = 1 AND position IS NULL")
    }

    /// What the hub has acknowledged, by receipts that were verified.
    pub fn at_hub(&self) -> Result<Pending> {
        self.sum("own = 1 AND position IS NOT NULL")
    }

    fn sum(&self, which: &str) -> Result<Pending> {
        let mut statement = self.conn.prepare_cached(&format!(
            "SELECT ifnull(sum(changes), 0), ifnull(sum(visits), 0) FROM entry WHERE {which}"
        ))?;
        Ok(statement.query_row([], |row| {
            Ok(Pending {
                changes: row.get(0)?,
                visits: row.get(1)?,
            })
        })?)
    }

    /// How many changes are recorded here after the watermark and not yet sealed.
    pub fn pending_unsealed(&self, sealed: i64) -> Result<u64> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT count(*) FROM chunk WHERE id > ?1 AND mine = 1")?;
        Ok(statement.query_row([sealed], |row| row.get(0))?)
    }

    /// Those of them that are of documents of a kind.
    pub fn unsealed_of_kind(&self, sealed: i64, kind: u16) -> Result<Vec<Vec<u8>>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT chunk.change FROM chunk JOIN doc ON doc.ord = chunk.doc
             WHERE chunk.id > ?1 AND chunk.mine = 1 AND doc.kind = ?2",
        )?;
        let rows = statement.query_map(params![sealed, kind], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The first own entry with visits that the hub is not known to have: its space, and what part of the log it
    /// covers.
    pub fn first_pending_with_visits(&self) -> Result<Option<(u32, i64, i64)>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT space, first, last FROM entry
             WHERE own = 1 AND position IS NULL AND visits > 0 AND first IS NOT NULL
             ORDER BY id LIMIT 1",
        )?;
        let row = statement.query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
        Ok(row.optional()?)
    }

    /// How many of this device's entries the hub refused.
    pub fn refused_entries(&self) -> Result<u64> {
        Ok(self
            .conn
            .prepare_cached(
                "SELECT count(*) FROM entry
                 WHERE own = 1 AND refused IS NOT NULL AND position IS NULL",
            )?
            .query_row([], |row| row.get(0))?)
    }

    /// The next sequence number of an incarnation's chain in a space.
    pub fn next_sequence(&self, space: u32, incarnation: &[u8]) -> Result<u64> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT sequence FROM chain WHERE space = ?1 AND incarnation = ?2")?;
        let mut rows = statement.query(params![space, incarnation])?;
        Ok(rows.next()?.map(|row| row.get(0)).transpose()?.unwrap_or(0))
    }
}

impl Tx<'_> {
    /// Keeps an entry that was sealed here.
    pub fn add_entry(&self, entry: &NewEntry<'_>) -> Result<()> {
        self.exec(
            "INSERT INTO entry (space, hash, own, changes, visits, first, last)
             VALUES (?1, ?2, 1, ?3, ?4, ?5, ?6)",
            params![
                entry.space,
                &entry.hash[..],
                entry.changes as u64,
                entry.visits as u64,
                entry.covers.0,
                entry.covers.1
            ],
        )?;
        self.add_bytes(entry.bytes)
    }

    /// Keeps the bytes of the entry that was just added.
    pub(crate) fn add_bytes(&self, bytes: &[u8]) -> Result<()> {
        self.exec(
            "INSERT INTO sealed (id, bytes) VALUES (?1, ?2)",
            params![self.conn.last_insert_rowid(), bytes],
        )?;
        Ok(())
    }

    /// Notes that the hub refused an entry: it stays here, is shown, and is sent again once a day.
    pub fn entry_refused(&self, hash: &[u8; 32], verdict: u32) -> Result<()> {
        self.exec_status(
            "UPDATE entry SET refused = ?2 WHERE hash = ?1 AND position IS NULL",
            params![&hash[..], verdict],
        )?;
        Ok(())
    }

    /// What the hub refused is pending like anything else.
    pub fn forget_refusals(&self) -> Result<usize> {
        self.exec_status(
            "UPDATE entry SET refused = NULL WHERE refused IS NOT NULL AND position IS NULL",
            [],
        )
    }

    /// Sets the next sequence number of an incarnation's chain.
    pub fn set_next_sequence(&self, space: u32, incarnation: &[u8], next: u64) -> Result<()> {
        self.exec(
            "INSERT INTO chain (space, incarnation, sequence) VALUES (?1, ?2, ?3)
             ON CONFLICT (space, incarnation) DO UPDATE SET sequence = excluded.sequence",
            params![space, incarnation, next],
        )?;
        Ok(())
    }
}
