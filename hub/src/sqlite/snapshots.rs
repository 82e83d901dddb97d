//! Snapshots in the SQLite store.

use doorknock_model::ids::{CommunityId, SpaceId};
use rusqlite::{Connection, OptionalExtension, params};

use super::{SqliteStore, community, int, uint};
use crate::store::snapshots::{Offer, Offered, SnapshotStore};
use crate::store::{Hash, Head, Result, StoreError};

/// Complete snapshots kept for a space.
const KEPT: usize = 2;

impl SnapshotStore for SqliteStore {
    fn offer(&self, of: CommunityId, space: SpaceId, offer: &Offer, quota: u64) -> Result<Offered> {
        self.write(|db| {
            let community = known(db, of)?;
            let kept: Option<i64> = db
                .prepare_cached(
                    "SELECT snapshot FROM snapshots WHERE community = ?1 AND space = ?2 AND hash = ?3",
                )?
                .query_row(params![community, space.as_bytes(), offer.hash], |row| row.get(0))
                .optional()?;
            if let Some(snapshot) = kept {
                return settle(db, community, space, snapshot);
            }
            let others: u64 = db
                .prepare_cached(
                    "SELECT coalesce(sum(size), 0) FROM parts WHERE community = ?1 AND space <> ?2",
                )?
                .query_row(params![community, space.as_bytes()], |row| uint(row, 0))?;
            let own = offer.parts.iter().fold(others, |n, (_, size)| n.saturating_add(*size));
            if own > quota {
                return Ok(Offered::Full);
            }
            // Its parts stay until this one is complete: most of them are this one's too.
            db.prepare_cached(
                "DELETE FROM snapshots WHERE community = ?1 AND space = ?2 AND complete = 0",
            )?
            .execute(params![community, space.as_bytes()])?;
            db.prepare_cached(
                "INSERT INTO snapshots (community, space, hash, manifest, position, running, complete)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0)",
            )?
            .execute(params![
                community,
                space.as_bytes(),
                offer.hash,
                offer.manifest,
                int(offer.at.position),
                offer.at.running
            ])?;
            let snapshot = db.last_insert_rowid();
            let mut insert = db.prepare_cached("INSERT INTO snapshot_parts VALUES (?1, ?2, ?3, ?4)")?;
            for (place, (hash, size)) in (0i64..).zip(&offer.parts) {
                insert.execute(params![snapshot, place, hash, int(*size)])?;
            }
            settle(db, community, space, snapshot)
        })
    }

    fn put_part(
        &self,
        of: CommunityId,
        space: SpaceId,
        hash: &Hash,
        bytes: &[u8],
    ) -> Result<Offered> {
        self.write(|db| {
            let community = known(db, of)?;
            let size = int(bytes.len() as u64);
            let asked: Option<i64> = db
                .prepare_cached(
                    "SELECT s.snapshot FROM snapshots s JOIN snapshot_parts p USING (snapshot)
                     WHERE s.community = ?1 AND s.space = ?2 AND s.complete = 0
                       AND p.hash = ?3 AND p.size = ?4",
                )?
                .query_row(params![community, space.as_bytes(), hash, size], |row| {
                    row.get(0)
                })
                .optional()?;
            let Some(snapshot) = asked else {
                return Ok(Offered::Unasked);
            };
            db.prepare_cached(
                "INSERT INTO parts (community, space, hash, size, bytes) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT DO NOTHING",
            )?
            .execute(params![community, space.as_bytes(), hash, size, bytes])?;
            settle(db, community, space, snapshot)
        })
    }

    fn snapshots(&self, of: CommunityId, space: SpaceId) -> Result<Vec<(Vec<u8>, Head)>> {
        self.reader(|db| {
            let Some((community, _)) = community(db, of)? else {
                return Ok(Vec::new());
            };
            let mut query = db.prepare_cached(
                "SELECT manifest, position, running FROM snapshots
                 WHERE community = ?1 AND space = ?2 AND complete = 1
                 ORDER BY position DESC, snapshot DESC",
            )?;
            let rows = query.query_map(params![community, space.as_bytes()], |row| {
                let at = Head {
                    position: uint(row, 1)?,
                    running: row.get(2)?,
                };
                Ok((row.get(0)?, at))
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn read_part(
        &self,
        of: CommunityId,
        space: SpaceId,
        hash: &Hash,
        offset: u64,
        limit: usize,
    ) -> Result<Option<Vec<u8>>> {
        self.reader(|db| {
            let Some((community, _)) = community(db, of)? else {
                return Ok(None);
            };
            let mut query = db.prepare_cached(
                "SELECT substr(bytes, ?4, ?5) FROM parts
                 WHERE community = ?1 AND space = ?2 AND hash = ?3",
            )?;
            let from = int(offset).saturating_add(1);
            let part = params![community, space.as_bytes(), hash, from, int(limit as u64)];
            Ok(query.query_row(part, |row| row.get(0)).optional()?)
        })
    }
}

fn known(db: &Connection, of: CommunityId) -> Result<i64> {
    let found = community(db, of)?.map(|(community, _)| community);
    found.ok_or_else(|| StoreError::Failed("no such community".into()))
}

/// What a snapshot still lacks. With nothing lacking it is complete, the oldest give way, and so do parts
/// that nobody names any more.
fn settle(db: &Connection, community: i64, space: SpaceId, snapshot: i64) -> Result<Offered> {
    let missing: Vec<Hash> = db
        .prepare_cached(
            "SELECT DISTINCT p.hash FROM snapshot_parts p WHERE p.snapshot = ?1 AND NOT EXISTS (
                 SELECT 1 FROM parts WHERE community = ?2 AND space = ?3 AND hash = p.hash)",
        )?
        .query_map(params![snapshot, community, space.as_bytes()], |row| {
            row.get(0)
        })?
        .collect::<rusqlite::Result<_>>()?;
    if !missing.is_empty() {
        return Ok(Offered::Missing(missing));
    }
    db.prepare_cached("UPDATE snapshots SET complete = 1 WHERE snapshot = ?1")?
        .execute([snapshot])?;
    db.prepare_cached(
        "DELETE FROM snapshots WHERE community = ?1 AND space = ?2 AND complete = 1 AND snapshot NOT IN (
             SELECT snapshot FROM snapshots WHERE community = ?1 AND space = ?2 AND complete = 1
             ORDER BY position DESC, snapshot DESC LIMIT ?3)",
    )?
    .execute(params![community, space.as_bytes(), int(KEPT as u64)])?;
    db.prepare_cached(
        "DELETE FROM parts WHERE community = ?1 AND space = ?2 AND hash NOT IN (
             SELECT p.hash FROM snapshots s JOIN snapshot_parts p USING (snapshot)
             WHERE s.community = ?1 AND s.space = ?2)",
    )?
    .execute(params![community, space.as_bytes()])?;
    Ok(Offered::Missing(Vec::new()))
}
