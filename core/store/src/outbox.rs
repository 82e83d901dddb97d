//! This device's sealed entries, and what the hub said of each.

use rusqlite::params;

use crate::{Result, Tx, View, fixed};

/// A sealed entry to keep.
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
    /// Pending entries, oldest first, up to about `max_bytes` and at least one if there is any.
    pub fn pending_entries(&self, max_bytes: usize) -> Result<Vec<Vec<u8>>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT bytes FROM entry WHERE position IS NULL AND refused IS NULL ORDER BY id",
        )?;
        let mut rows = statement.query([])?;
        let mut entries: Vec<Vec<u8>> = Vec::new();
        let mut total = 0;
        while let Some(row) = rows.next()? {
            let bytes: Vec<u8> = row.get(0)?;
            total += bytes.len();
            if !entries.is_empty() && total > max_bytes {
                break;
            }
            entries.push(bytes);
        }
        Ok(entries)
    }

    /// The space of one of this device's entries; `None` if it is not one.
    pub fn entry_space(&self, hash: &[u8; 32]) -> Result<Option<u32>> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT space FROM entry WHERE hash = ?1")?;
        let mut rows = statement.query([&hash[..]])?;
        Ok(rows.next()?.map(|row| row.get(0)).transpose()?)
    }

    /// Where the hub keeps one of this device's entries, by a verified receipt.
    pub fn entry_position(&self, hash: &[u8; 32]) -> Result<Option<u64>> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT position FROM entry WHERE hash = ?1")?;
        let mut rows = statement.query([&hash[..]])?;
        Ok(rows.next()?.map(|row| row.get(0)).transpose()?.flatten())
    }

    /// How many changes one of this device's entries carries.
    pub fn entry_changes(&self, hash: &[u8; 32]) -> Result<usize> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT changes FROM entry WHERE hash = ?1")?;
        Ok(statement.query_row([&hash[..]], |row| row.get(0))?)
    }

    /// What is sealed and has no verified receipt.
    pub fn pending_sealed(&self) -> Result<Pending> {
        let mut statement = self.conn.prepare_cached(
            "SELECT ifnull(sum(changes), 0), ifnull(sum(visits), 0) FROM entry WHERE position IS NULL",
        )?;
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

    /// What the hub has acknowledged, by receipts that were verified.
    pub fn at_hub(&self) -> Result<Pending> {
        let mut statement = self.conn.prepare_cached(
            "SELECT ifnull(sum(changes), 0), ifnull(sum(visits), 0) FROM entry
             WHERE position IS NOT NULL",
        )?;
        Ok(statement.query_row([], |row| {
            Ok(Pending {
                changes: row.get(0)?,
                visits: row.get(1)?,
            })
        })?)
    }

    /// How many of this device's entries the hub refused.
    pub fn refused_entries(&self) -> Result<u64> {
        Ok(self
            .conn
            .prepare_cached(
                "SELECT count(*) FROM entry WHERE refused IS NOT NULL AND position IS NULL",
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
    /// Keeps a sealed entry.
    pub fn add_entry(&self, entry: &NewEntry<'_>) -> Result<()> {
        self.exec(
            "INSERT INTO entry (space, hash, bytes, changes, visits) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![
                entry.space,
                &entry.hash[..],
                entry.bytes,
                entry.changes as u64,
                entry.visits as u64
            ],
        )?;
        Ok(())
    }

    /// Notes where the hub keeps an entry; call only with a verified receipt.
    pub fn entry_kept(&self, hash: &[u8; 32], position: u64) -> Result<bool> {
        let changed = self.exec(
            "UPDATE entry SET position = ?2, refused = NULL WHERE hash = ?1",
            params![&hash[..], position],
        )?;
        Ok(changed > 0)
    }

    /// Notes that the hub refused an entry: it stays here, is shown, and is sent again once a day.
    pub fn entry_refused(&self, hash: &[u8; 32], verdict: u32) -> Result<()> {
        self.exec(
            "UPDATE entry SET refused = ?2 WHERE hash = ?1 AND position IS NULL",
            params![&hash[..], verdict],
        )?;
        Ok(())
    }

    /// What the hub refused is pending like anything else.
    pub fn forget_refusals(&self) -> Result<usize> {
        self.exec(
            "UPDATE entry SET refused = NULL WHERE refused IS NOT NULL AND position IS NULL",
            [],
        )
    }

    /// A space's receipts proved void: its entries are pending again (rule R8).
    pub fn receipts_void(&self, space: u32) -> Result<usize> {
        self.exec(
            "UPDATE entry SET position = NULL, refused = NULL WHERE space = ?1",
            [space],
        )
    }

    /// Takes back the receipts for positions that turn out to hold other entries: those after
    /// `after` hold `hashes`. The hub was set back since it gave them (rule R8).
    pub fn void_replaced(&self, space: u32, after: u64, hashes: &[[u8; 32]]) -> Result<usize> {
        let kept: Vec<([u8; 32], u64)> = {
            let mut statement = self.conn.prepare_cached(
                "SELECT hash, position FROM entry
                 WHERE space = ?1 AND position > ?2 AND position <= ?3",
            )?;
            let last = after + hashes.len() as u64;
            let rows = statement.query_map(params![space, after, last], |row| {
                Ok((fixed(row, 0)?, row.get(1)?))
            })?;
            rows.collect::<Result<_, _>>()?
        };
        let mut void = 0;
        for (hash, position) in kept {
            let there = usize::try_from(position - after - 1).ok();
            if there.and_then(|n| hashes.get(n)) != Some(&hash) {
                void += self.exec(
                    "UPDATE entry SET position = NULL WHERE hash = ?1",
                    [&hash[..]],
                )?;
            }
        }
        Ok(void)
    }

    /// Takes back the receipts for positions behind the end of the hub's log.
    pub fn void_behind(&self, space: u32, end: u64) -> Result<usize> {
        self.exec(
            "UPDATE entry SET position = NULL WHERE space = ?1 AND position > ?2",
            params![space, end],
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
