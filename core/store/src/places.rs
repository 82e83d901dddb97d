//! Where changes are: what a document's changes say of how far they got, and what each space sums up to.

use rusqlite::{OptionalExtension, params};

use crate::outbox::{ENTRY, EntryRow, entry_row};
use crate::{Result, View, fixed};

/// A change of a document and where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Its place in the log.
    pub id: i64,
    /// Its author.
    pub author: i64,
    /// Whether it was recorded on this device and is or will be sealed here.
    pub mine: bool,
    /// Others': whether it came by file.
    pub by_file: bool,
    /// automerge's bytes.
    pub change: Vec<u8>,
}

/// A change that waits, without its bytes' meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waits {
    /// The change it waits for.
    pub waits_for: [u8; 8],
    /// Its author.
    pub author: i64,
    /// Its space.
    pub space: u32,
    /// The entry it came in.
    pub entry: [u8; 32],
    /// A section body that begins with it.
    pub section: Vec<u8>,
}

/// What of a space is where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SpaceSums {
    /// Own changes that are sealed and have no receipt.
    pub sealed: u64,
    /// Those of them that were handed to a file.
    pub carried: u64,
    /// Those of them that the hub refused.
    pub refused: u64,
    /// Own changes at the hub, by receipts.
    pub at_hub: u64,
    /// Own changes that are not sealed yet.
    pub unsealed: u64,
    /// Others' changes that wait for another.
    pub waiting: u64,
    /// Inputs set aside.
    pub set_aside: u64,
    /// Others' entries kept for the hub, which is not known to have them.
    pub to_bring: u64,
}

impl View<'_> {
    /// A document's changes and where they came from, in the order they came.
    pub fn origins(&self, doc: i64) -> Result<Vec<Origin>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT id, author, mine, EXISTS (SELECT 1 FROM by_file WHERE by_file.chunk = id), change
             FROM chunk WHERE doc = ?1",
        )?;
        let rows = statement.query_map([doc], |row| {
            Ok(Origin {
                id: row.get(0)?,
                author: row.get(1)?,
                mine: row.get(2)?,
                by_file: row.get(3)?,
                change: row.get(4)?,
            })
        })?;
        let mut all = rows.collect::<Result<Vec<_>, _>>()?;
        all.sort_unstable_by_key(|origin| origin.id);
        Ok(all)
    }

    /// The entry sealed here that covers a change of a space.
    pub fn entry_covering(&self, space: u32, change: i64) -> Result<Option<EntryRow>> {
        let mut statement = self.conn.prepare_cached(&format!(
            "{ENTRY} WHERE own = 1 AND space = ?1 AND last >= ?2 AND first <= ?2 ORDER BY last LIMIT 1"
        ))?;
        Ok(statement
            .query_row(params![space, change], entry_row)
            .optional()?)
    }

    /// What waits, oldest first: of a space, or all.
    pub fn waits(&self, space: Option<u32>) -> Result<Vec<Waits>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT waits_for, author, space, entry, section FROM parked
             WHERE ?1 IS NULL OR space = ?1 ORDER BY id",
        )?;
        let rows = statement.query_map([space], |row| {
            Ok(Waits {
                waits_for: fixed(row, 0)?,
                author: row.get(1)?,
                space: row.get(2)?,
                entry: fixed(row, 3)?,
                section: row.get(4)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The beginning of the entry's hash that its author wrote before this one in the space, if this one came in and that one did not:
    /// the author's chain has a gap there.
    pub fn missing_before(&self, space: u32, entry: &[u8; 32]) -> Result<Option<[u8; 8]>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT s.previous FROM successor s
             WHERE s.space = ?1 AND s.entry = ?2 AND s.previous <> zeroblob(8)
               AND NOT EXISTS (SELECT 1 FROM successor b
                               WHERE b.space = s.space AND b.device = s.device
                                 AND substr(b.entry, 1, 8) = s.previous)",
        )?;
        let mut rows = statement.query(params![space, &entry[..]])?;
        Ok(rows.next()?.map(|row| fixed(row, 0)).transpose()?)
    }

    /// What of a space is where.
    pub fn space_sums(&self, space: u32, sealed: i64) -> Result<SpaceSums> {
        let count = |sql: &str, params: &[&dyn rusqlite::ToSql]| -> Result<u64> {
            Ok(self
                .conn
                .prepare_cached(sql)?
                .query_row(params, |row| row.get(0))?)
        };
        let pending = |more: &str| {
            let sql = format!(
                "SELECT ifnull(sum(changes), 0) FROM entry
                 WHERE own = 1 AND position IS NULL AND space = ?1 {more}"
            );
            count(&sql, &[&space])
        };
        Ok(SpaceSums {
            sealed: pending("")?,
            carried: pending("AND carried IS NOT NULL AND refused IS NULL")?,
            refused: pending("AND refused IS NOT NULL")?,
            at_hub: count(
                "SELECT ifnull(sum(changes), 0) FROM entry
                 WHERE own = 1 AND position IS NOT NULL AND space = ?1",
                &[&space],
            )?,
            unsealed: count(
                "SELECT count(*) FROM chunk JOIN doc ON doc.ord = chunk.doc
                 WHERE chunk.id > ?2 AND chunk.mine = 1 AND doc.space = ?1",
                &[&space, &sealed],
            )?,
            waiting: count("SELECT count(*) FROM parked WHERE space = ?1", &[&space])?,
            set_aside: count(
                "SELECT count(*) FROM quarantine WHERE space = ?1",
                &[&space],
            )?,
            to_bring: count(
                "SELECT count(*) FROM entry WHERE own = 0 AND position IS NULL
                   AND (wanted = 1 OR seen IS NULL) AND refused IS NULL AND space = ?1",
                &[&space],
            )?,
        })
    }
}
