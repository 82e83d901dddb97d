//! What the hub promised of entries, when a promise proves void, and how long an entry's bytes are kept.

use rusqlite::params;

use crate::log::{ChunkRow, chunk_row};
use crate::{Result, Tx, View, fixed};

/// What a receipt says of an entry, and the hub's signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Promise {
    /// Where the hub keeps it.
    pub position: u64,
    /// The running hash there.
    pub running: [u8; 32],
    /// The signature.
    pub signature: [u8; 64],
}

/// What takes a receipt back.
const VOID: &str = "position = NULL, running = NULL, signature = NULL, received = NULL, voided = 1";

impl View<'_> {
    /// Whether a receipt is for a position behind the end of the hub's log.
    pub fn has_behind(&self, space: u32, end: u64) -> Result<bool> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT 1 FROM entry WHERE space = ?1 AND position > ?2")?;
        Ok(statement.exists(params![space, end])?)
    }

    /// The changes recorded here to a space's documents, in a part of the log.
    pub fn mine_between(&self, space: u32, first: i64, last: i64) -> Result<Vec<ChunkRow>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT chunk.id, chunk.doc, chunk.author, chunk.hash, chunk.change, chunk.seq
             FROM chunk JOIN doc ON doc.ord = chunk.doc
             WHERE chunk.id BETWEEN ?2 AND ?3 AND chunk.mine = 1 AND doc.space = ?1 ORDER BY chunk.id",
        )?;
        let rows = statement.query_map(params![space, first, last], chunk_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Own entries without a receipt whose bytes were let go when they had one: a hub was set back by more than
    /// they are kept.
    pub fn let_go_too_early(&self) -> Result<Vec<(i64, u32, i64, i64)>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT id, space, first, last FROM entry
             WHERE own = 1 AND position IS NULL AND first IS NOT NULL
               AND NOT EXISTS (SELECT 1 FROM sealed WHERE sealed.id = entry.id) ORDER BY id",
        )?;
        let rows = statement.query_map([], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Tx<'_> {
    /// Notes where the hub keeps an entry; call only with a verified receipt. Whether there is such an entry.
    pub fn entry_kept(&self, hash: &[u8; 32], promise: &Promise, at: i64) -> Result<bool> {
        let changed = self.exec_status(
            "UPDATE entry SET position = ?2, running = ?3, signature = ?4, received = ?5,
                              refused = NULL, voided = 0 WHERE hash = ?1",
            params![
                &hash[..],
                promise.position,
                promise.running,
                promise.signature,
                at
            ],
        )?;
        Ok(changed > 0)
    }

    /// Notes what a damaged home said of its own entry's receipt, which was verified there.
    pub fn entry_salvaged(&self, hash: &[u8; 32], position: u64, at: i64) -> Result<()> {
        self.exec(
            "UPDATE entry SET position = ?2, received = ?3 WHERE hash = ?1",
            params![&hash[..], position, at],
        )?;
        Ok(())
    }

    /// Notes where the hub's log shows an entry, if it is kept here.
    pub fn entry_seen(&self, hash: &[u8; 32], position: u64) -> Result<()> {
        self.exec(
            "UPDATE entry SET seen = ?2 WHERE hash = ?1",
            params![&hash[..], position],
        )?;
        Ok(())
    }

    /// A space's receipts proved void: its entries are pending again, and what of others' is kept is to be given
    /// back (rule R8).
    pub fn receipts_void(&self, space: u32) -> Result<()> {
        self.exec_status(
            &format!("UPDATE entry SET {VOID} WHERE space = ?1 AND position IS NOT NULL"),
            [space],
        )?;
        self.exec_status(
            "UPDATE entry SET seen = NULL, refused = NULL WHERE space = ?1",
            [space],
        )?;
        Ok(())
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
                void += self.exec_status(
                    &format!("UPDATE entry SET {VOID} WHERE hash = ?1"),
                    [&hash[..]],
                )?;
            }
        }
        Ok(void)
    }

    /// Takes back the receipts for positions behind the end of the hub's log.
    pub fn void_behind(&self, space: u32, end: u64) -> Result<usize> {
        self.exec_status(
            &format!("UPDATE entry SET {VOID} WHERE space = ?1 AND position > ?2"),
            params![space, end],
        )
    }

    /// Lets the bytes go, where they could be made again, of up to `most` entries whose receipt came before `before`; whether more are left.
    pub fn let_go(&self, before: i64, most: u32) -> Result<bool> {
        let old: Vec<i64> = {
            let mut statement = self.conn.prepare_cached(
                "SELECT id FROM entry WHERE received < ?1 AND (own = 0 OR first > 0) LIMIT ?2",
            )?;
            let rows = statement.query_map(params![before, most], |row| row.get(0))?;
            rows.collect::<Result<_, _>>()?
        };
        for id in &old {
            self.exec("DELETE FROM sealed WHERE id = ?1", [id])?;
            self.exec("UPDATE entry SET received = NULL WHERE id = ?1", [id])?;
        }
        Ok(old.len() == most as usize)
    }

    /// Forgets an entry that was sealed again in another one's place.
    pub fn forget_entry(&self, id: i64) -> Result<()> {
        self.exec("DELETE FROM entry WHERE id = ?1", [id])?;
        Ok(())
    }
}
