//! Visits: which records stand, and which ones they stand in for.

use doorknock_model::ids::{DeviceId, DocId, DoorId, MatterId, MemberId, VisitId};
use doorknock_model::kinds::{Answer, Channel, Outcome};
use rusqlite::{OptionalExtension, Row, params};

use crate::project::ONCE_ID;
use crate::queries::optional_id;
use crate::{Result, View, fixed};

/// A visit as projected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitRow {
    /// Its id.
    pub visit: VisitId,
    /// The door.
    pub door: DoorId,
    /// When, seconds since 1970.
    pub at: i64,
    /// The device that signed it.
    pub device: DeviceId,
    /// The member behind the device.
    pub member: MemberId,
    /// How it was made.
    pub channel: Channel,
    /// What it found.
    pub outcome: Outcome,
    /// Who came along, joined by 、.
    pub companions: String,
    /// The checklist's template.
    pub checklist: Option<[u8; 16]>,
    /// The answers by position.
    pub answers: Vec<Option<Answer>>,
    /// In the worker's words.
    pub summary: Option<String>,
    /// A promised return, in days since 1970-01-01.
    pub follow_up: Option<i32>,
    /// The casework space it stands in.
    pub space: u32,
    /// The book it stands in.
    pub book: DocId,
    /// The records it stands in for.
    pub corrects: Vec<VisitId>,
    /// Whether the visit never took place.
    pub void: bool,
    /// Why it was corrected.
    pub why: Option<String>,
    /// The matters raised or dealt with.
    pub matters: Vec<MatterId>,
    /// Tells records under one id apart.
    pub version: i64,
}

/// Where a list of visits stopped: at this record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VisitMark {
    /// When it took place, seconds since 1970.
    pub at: i64,
    /// Its id.
    pub visit: VisitId,
    /// Its version.
    pub version: i64,
}

pub(crate) const VISIT: &str = r#"SELECT v.id, v.door, v.at, a.device, a.member, v.channel, v.outcome,
    v."with", v.checklist, v.answers, v.summary, v.follow_up,
    v.space, v.doc, v.corrects, v.void, v.why, v.matters, v.version
    FROM visit v JOIN author a ON a.ord = v.author"#;

/// It took place and no other record stands in for it. `correction` is small: plain visits write
/// nothing there.
pub(crate) const STANDS: &str = r#"v.void IS NOT 1 AND NOT EXISTS (
    SELECT 1 FROM correction c
    WHERE c.space = v.space AND c.door = v.door AND c.id = v.id AND c."by" <> v.id)"#;

/// Of door ?1, at most ?2, after the record at ?3 with the id ?4 and the version ?5.
pub(crate) fn of_door(goes_on: bool) -> String {
    let after = if goes_on {
        "AND v.at <= ?3 AND (v.at < ?3 OR v.id < ?4 OR (v.id = ?4 AND v.version > ?5))"
    } else {
        ""
    };
    format!(
        "{VISIT} WHERE v.door = ?1 AND {STANDS} {after}
         ORDER BY v.at DESC, v.id DESC, v.version LIMIT ?2"
    )
}

/// At most ?1, after the record with the id ?2 and the version ?3.
pub(crate) fn newest(goes_on: bool) -> String {
    let after = if goes_on {
        "AND v.id <= ?2 AND (v.id < ?2 OR v.version > ?3)"
    } else {
        ""
    };
    // Ids are UUIDv7, so their order is the order of recording, and the index gives it.
    format!(
        "{VISIT} WHERE {STANDS} {after}
         ORDER BY v.id DESC, v.version LIMIT ?1"
    )
}

/// Visits that found somebody gone and that nobody confirmed; a confirmation stands under the visit's id in
/// the same book. The partial index holds such visits alone.
pub(crate) const TO_CONFIRM: &str = "SELECT v.id FROM visit v INDEXED BY visit_gone
    WHERE v.outcome IN (3, 4) AND NOT EXISTS (
        SELECT 1 FROM cell k WHERE k.kind = 5 AND k.space = v.space AND k.doc = v.doc
        AND k.field = 2 AND k.id = v.id)";

fn ids(row: &Row<'_>, column: usize) -> rusqlite::Result<Vec<[u8; ONCE_ID]>> {
    let bytes = row.get_ref(column)?.as_blob_or_null()?.unwrap_or_default();
    Ok(bytes.as_chunks().0.to_vec())
}

pub(crate) fn visit_row(row: &Row<'_>) -> rusqlite::Result<VisitRow> {
    Ok(VisitRow {
        visit: VisitId(fixed(row, 0)?),
        door: DoorId(fixed(row, 1)?),
        at: row.get(2)?,
        device: DeviceId(fixed(row, 3)?),
        member: MemberId(fixed(row, 4)?),
        channel: Channel::from_code(row.get(5)?),
        outcome: Outcome::from_code(row.get(6)?),
        companions: row.get(7)?,
        checklist: optional_id(row, 8)?,
        answers: minicbor::decode(row.get_ref(9)?.as_blob()?).unwrap_or_default(),
        summary: row.get(10)?,
        follow_up: row.get(11)?,
        space: row.get(12)?,
        book: DocId(fixed(row, 13)?),
        corrects: ids(row, 14)?.into_iter().map(VisitId).collect(),
        void: row.get::<_, Option<bool>>(15)?.unwrap_or_default(),
        why: row.get(16)?,
        matters: ids(row, 17)?.into_iter().map(MatterId).collect(),
        version: row.get(18)?,
    })
}

impl View<'_> {
    /// Visits that stand, newest first: of one door, or of all; from the beginning, or after a mark. Neither
    /// those that another record stands in for nor those that never took place.
    ///
    /// # Errors
    /// The database's.
    pub fn visits(
        &self,
        door: Option<DoorId>,
        after: Option<&VisitMark>,
        limit: u32,
    ) -> Result<Vec<VisitRow>> {
        let sql = match door {
            Some(_) => of_door(after.is_some()),
            None => newest(after.is_some()),
        };
        let mut statement = self.conn.prepare_cached(&sql)?;
        let rows = match (&door, after) {
            (Some(DoorId(door)), Some(mark)) => statement.query_map(
                params![&door[..], limit, mark.at, &mark.visit.0[..], mark.version],
                visit_row,
            )?,
            (Some(DoorId(door)), None) => {
                statement.query_map(params![&door[..], limit], visit_row)?
            }
            (None, Some(mark)) => {
                statement.query_map(params![limit, &mark.visit.0[..], mark.version], visit_row)?
            }
            (None, None) => statement.query_map([limit], visit_row)?,
        };
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// One record of a visit, standing or not. Of several under one id (only a broken or hostile device
    /// makes them) the first by version.
    ///
    /// # Errors
    /// The database's.
    pub fn visit(&self, visit: VisitId) -> Result<Option<VisitRow>> {
        let mut statement = self.conn.prepare_cached(&format!(
            "{VISIT} WHERE v.id = ?1 ORDER BY v.version LIMIT 1"
        ))?;
        Ok(statement.query_row([&visit.0[..]], visit_row).optional()?)
    }

    /// The records that stand in for this one.
    ///
    /// # Errors
    /// The database's.
    pub fn standing_in_for(&self, visit: &VisitRow) -> Result<Vec<VisitId>> {
        let mut statement = self.conn.prepare_cached(
            r#"SELECT "by" FROM correction WHERE space = ?1 AND door = ?2 AND id = ?3
               AND "by" <> ?3 ORDER BY "by""#,
        )?;
        let rows = statement.query_map(
            params![visit.space, visit.door.0, &visit.visit.0[..]],
            |row| Ok(VisitId(fixed(row, 0)?)),
        )?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Visits for which several corrections stand side by side: the first record of each.
    ///
    /// # Errors
    /// The database's.
    pub fn visits_in_conflict(&self) -> Result<Vec<VisitId>> {
        let mut statement = self.conn.prepare_cached(
            r#"SELECT c.id FROM correction c JOIN visit v ON v.id = c."by" AND v.space = c.space
               WHERE NOT EXISTS (SELECT 1 FROM correction d WHERE d.space = c.space
                                 AND d.door = c.door AND d.id = c."by" AND d."by" <> c."by")
               AND NOT EXISTS (SELECT 1 FROM correction e WHERE e.space = c.space
                               AND e.door = c.door AND e."by" = c.id AND e.id <> c.id)
               GROUP BY c.space, c.door, c.id HAVING count(DISTINCT c."by") > 1"#,
        )?;
        let rows = statement.query_map([], |row| Ok(VisitId(fixed(row, 0)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Visits that found somebody moved away or deceased, that stand, and that nobody confirmed.
    ///
    /// # Errors
    /// The database's.
    pub fn visits_to_confirm(&self) -> Result<Vec<VisitRow>> {
        let mut statement = self.conn.prepare_cached(&format!(
            "{VISIT} WHERE {STANDS} AND v.id IN ({TO_CONFIRM})
             ORDER BY v.id, v.version"
        ))?;
        let rows = statement.query_map([], visit_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
