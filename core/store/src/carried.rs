//! Others' entries, kept so that they can be carried: to a file, to the hub, and back to a hub that lost them.

use doorknock_model::ids::SpaceId;
use rusqlite::params;
use rusqlite::types::ValueRef;

use crate::receipts::Promise;
use crate::{Result, Tx, View, fixed};

/// An entry as it goes into a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carried {
    /// Its row: the next page begins behind it.
    pub id: i64,
    /// Whether it was sealed here.
    pub own: bool,
    /// How many changes it carries; 0 for others'.
    pub changes: usize,
    /// Its space.
    pub space: SpaceId,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// The hub's receipt, if it is here.
    pub promise: Option<Promise>,
    /// Where the hub's log showed it when it was read.
    pub seen: Option<u64>,
}

impl View<'_> {
    /// Others' entries that the hub is to be given: those that came by file and have no receipt, and with
    /// `lost` those too that its log does not show, since it lost them. Bounds as for own ones.
    pub fn entries_to_bring(
        &self,
        lost: bool,
        most: usize,
        max_bytes: usize,
    ) -> Result<Vec<Vec<u8>>> {
        const WHERE: &str = "SELECT sealed.bytes FROM entry JOIN sealed USING (id)
            WHERE own = 0 AND position IS NULL AND (wanted = 1 OR seen IS NULL) AND refused IS NULL";
        let wanted = if lost { "" } else { "AND wanted = 1" };
        self.up_to(&format!("{WHERE} {wanted} ORDER BY id"), (most, max_bytes))
    }

    /// Up to about `max_bytes` of entries behind a row, in the order they came, at least one if there is any: own
    /// ones without a receipt and all of others', or `everything`.
    pub fn entries_to_carry(
        &self,
        after: i64,
        everything: bool,
        max_bytes: usize,
    ) -> Result<Vec<Carried>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT e.id, e.own, e.changes, space.id, e.position, e.running, e.signature, e.seen,
                    sealed.bytes
             FROM entry e JOIN sealed ON sealed.id = e.id JOIN space ON space.n = e.space
             WHERE e.id > ?1 AND (?2 OR e.own = 0 OR e.position IS NULL) ORDER BY e.id",
        )?;
        let mut rows = statement.query(params![after, everything])?;
        let (mut all, mut total) = (Vec::new(), 0);
        while total < max_bytes
            && let Some(row) = rows.next()?
        {
            // A receipt from before version 5 is known by its position alone.
            let signed = row.get_ref(6)? != ValueRef::Null;
            let promise = |position| {
                Ok::<_, rusqlite::Error>(Promise {
                    position,
                    running: fixed(row, 5)?,
                    signature: fixed(row, 6)?,
                })
            };
            let position: Option<u64> = row.get(4)?;
            let bytes: Vec<u8> = row.get(8)?;
            total += bytes.len();
            all.push(Carried {
                id: row.get(0)?,
                own: row.get(1)?,
                changes: row.get(2)?,
                space: SpaceId(fixed(row, 3)?),
                promise: position.filter(|_| signed).map(promise).transpose()?,
                seen: row.get(7)?,
                bytes,
            });
        }
        Ok(all)
    }

    /// How many of others' entries are kept for which the hub is not known to have them.
    pub fn count_to_bring(&self) -> Result<u64> {
        let mut statement = self.conn.prepare_cached(
            "SELECT count(*) FROM entry
             WHERE own = 0 AND position IS NULL AND (wanted = 1 OR seen IS NULL) AND refused IS NULL",
        )?;
        Ok(statement.query_row([], |row| row.get(0))?)
    }
}

impl Tx<'_> {
    /// Keeps another's entry; one that is kept already stays.
    pub fn keep_entry(&self, space: u32, hash: &[u8; 32], bytes: &[u8]) -> Result<()> {
        let new = self.exec(
            "INSERT INTO entry (space, hash, own, changes, visits) VALUES (?1, ?2, 0, 0, 0)
             ON CONFLICT DO NOTHING",
            params![space, &hash[..]],
        )?;
        if new > 0 {
            self.add_bytes(bytes)?;
        }
        Ok(())
    }

    /// Notes that somebody who carried an entry of another's had no receipt for it.
    pub fn receipt_wanted(&self, hash: &[u8; 32]) -> Result<()> {
        self.exec(
            "UPDATE entry SET wanted = 1 WHERE hash = ?1 AND own = 0",
            [&hash[..]],
        )?;
        Ok(())
    }

    /// Notes that a file holds all own entries up to this row that have no receipt. One that lost its receipt may
    /// have lost it since the file was written, and is shown as such anyway.
    pub fn handed_to_file(&self, up_to: i64, at: i64) -> Result<()> {
        self.exec(
            "UPDATE entry SET carried = ?2
             WHERE own = 1 AND position IS NULL AND voided = 0 AND id <= ?1",
            [up_to, at],
        )?;
        Ok(())
    }

    /// Notes that the newest change in the log came by file.
    pub fn came_by_file(&self) -> Result<()> {
        self.exec("INSERT INTO by_file (chunk) SELECT max(id) FROM chunk", [])?;
        Ok(())
    }
}
