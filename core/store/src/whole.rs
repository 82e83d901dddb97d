//! Reading whole spaces and periods: for ledgers, the month report and the export. These read many
//! rows at once and no day waits for them, so they scan rather than ask for indexes of their own.

use std::collections::HashMap;

use doorknock_model::ids::DoorId;
use rusqlite::params;

use crate::log::{ChunkRow, Heads};
use crate::queries::{PersonRow, person_row};
use crate::visits::{STANDS, VISIT, VisitRow, visit_row};
use crate::{Result, View};

impl View<'_> {
    /// The visits of a casework space, as they stand, that took place from `from` to before `until` (seconds since
    /// 1970), in order of time.
    pub fn visits_within(&self, space: u32, from: i64, until: i64) -> Result<Vec<VisitRow>> {
        let mut statement = self.conn.prepare_cached(&format!(
            "{VISIT} WHERE v.space = ?1 AND {STANDS} AND v.at >= ?2 AND v.at < ?3
             ORDER BY v.at, v.id, v.version"
        ))?;
        let rows = statement.query_map(params![space, from, until], visit_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The latest visit that stands of each door of a casework space.
    pub fn latest_visits(&self, space: u32) -> Result<HashMap<DoorId, VisitRow>> {
        let mut statement = self.conn.prepare_cached(&format!(
            "{VISIT} WHERE v.space = ?1 AND {STANDS} ORDER BY v.at, v.id, v.version"
        ))?;
        let rows = statement.query_map([space], visit_row)?;
        let mut latest = HashMap::new();
        for row in rows {
            let row = row?;
            latest.insert(row.door, row);
        }
        Ok(latest)
    }

    /// The people of a casework space, by name.
    pub fn people_in(&self, space: u32) -> Result<Vec<PersonRow>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT space, doc, door, name, phone, remark FROM person
             WHERE space = ?1 ORDER BY name, doc",
        )?;
        let rows = statement.query_map([space], person_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The change at a place in the log.
    pub fn chunk(&self, id: i64) -> Result<Option<ChunkRow>> {
        Ok(self.chunks_from(id, 1)?.into_iter().find(|c| c.id == id))
    }

    /// How many changes the log has.
    pub fn change_count(&self) -> Result<u64> {
        let mut statement = self.conn.prepare_cached("SELECT count(*) FROM chunk")?;
        Ok(statement.query_row([], |row| row.get(0))?)
    }

    /// The heads of a change's document after it, as this log has them.
    pub fn heads_at(&self, chunk: i64) -> Result<Heads> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT heads FROM chunk WHERE id = ?1")?;
        let bytes: Vec<u8> = statement.query_row([chunk], |row| row.get(0))?;
        Heads::decode(&bytes)
    }

    /// Up to `limit` changes from a place in the log on, in the log's order.
    pub fn chunks_from(&self, id: i64, limit: u32) -> Result<Vec<ChunkRow>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT id, doc, author, hash, change, seq FROM chunk WHERE id >= ?1 ORDER BY id LIMIT ?2",
        )?;
        let rows = statement.query_map(params![id, limit], crate::log::chunk_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
