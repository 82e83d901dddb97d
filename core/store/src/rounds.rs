//! What a round is computed from, beside doors and their states.

use std::collections::BTreeMap;

use doorknock_model::ids::{DecisionId, DocId, DoorId, MemberId};
use doorknock_model::kind::{Kind, Value};
use doorknock_model::kinds::{CAMPAIGN, PERIOD, unpack};
use doorknock_model::kinds::{ROUND_SHEET, SETTINGS, round_sheet, settings};
use doorknock_model::round::{Campaign, Decision, Fields, Period, PlanRule};
use rusqlite::types::ValueRef;
use rusqlite::{Row, params};

use crate::{Result, View, fixed};

pub(crate) const DECISIONS: &str = "SELECT c.id, c.field, c.value, a.member
    FROM cell c JOIN author a ON a.ord = c.author
    WHERE c.kind = ?1 AND c.space = ?2 AND c.doc = ?3 ORDER BY c.field, c.id, c.version";

pub(crate) const RECORDS: &str =
    "SELECT doc, field, value FROM cell WHERE kind = ?1 AND id = x'' ORDER BY space, doc";

pub(crate) const RULES: &str = "SELECT value FROM cell WHERE kind = ?1 AND field = ?2";

/// A cell's value as it stood in the document.
fn value(row: &Row<'_>, column: usize) -> rusqlite::Result<Value> {
    Ok(match row.get_ref(column)? {
        ValueRef::Null | ValueRef::Real(_) => Value::Null,
        ValueRef::Integer(int) => Value::Int(int),
        ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Value::Bytes(bytes.to_vec()),
    })
}

impl View<'_> {
    /// Everything decided on a day's sheet, also what no longer counts.
    ///
    /// # Errors
    /// The database's.
    pub fn decisions(&self, space: u32, sheet: DocId) -> Result<Vec<Decision>> {
        let mut statement = self.conn.prepare_cached(DECISIONS)?;
        let rows = statement.query_map(params![ROUND_SHEET.code, space, sheet.0], |row| {
            let id = DecisionId(fixed(row, 0)?);
            let assignment = row.get::<_, u16>(1)? == round_sheet::ASSIGNMENT;
            let by = MemberId(fixed(row, 3)?);
            Ok(unpack(&value(row, 2)?).map(|record| Decision {
                id,
                by,
                assignment,
                record,
            }))
        })?;
        let all: Vec<_> = rows.collect::<Result<_, _>>()?;
        Ok(all.into_iter().flatten().collect())
    }

    fn records(&self, kind: &Kind) -> Result<BTreeMap<DocId, Fields>> {
        let mut statement = self.conn.prepare_cached(RECORDS)?;
        let mut rows = statement.query([kind.code])?;
        let mut all: BTreeMap<DocId, Fields> = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let of_record = all.entry(DocId(fixed(row, 0)?)).or_default();
            let flag = |code| {
                let field = kind.field(code);
                field.is_some_and(|f| matches!(f.shape, doorknock_model::kind::Shape::Bool))
            };
            let code = row.get(1)?;
            let found = match value(row, 2)? {
                // SQLite keeps yes and no as numbers.
                Value::Int(int) if flag(code) => Value::Bool(int != 0),
                other => other,
            };
            of_record.insert(code, found);
        }
        Ok(all)
    }

    /// Every campaign.
    ///
    /// # Errors
    /// The database's.
    pub fn campaigns(&self) -> Result<Vec<Campaign>> {
        let all = self.records(&CAMPAIGN)?;
        Ok(all
            .iter()
            .filter_map(|(id, fields)| Campaign::of(*id, fields))
            .collect())
    }

    /// Every special period.
    ///
    /// # Errors
    /// The database's.
    pub fn periods(&self) -> Result<Vec<Period>> {
        let all = self.records(&PERIOD)?;
        Ok(all
            .iter()
            .filter_map(|(id, fields)| Period::of(*id, fields))
            .collect())
    }

    /// The plans for doors that have none of their own.
    ///
    /// # Errors
    /// The database's.
    pub fn plan_rules(&self) -> Result<Vec<PlanRule>> {
        let mut statement = self.conn.prepare_cached(RULES)?;
        let rows = statement.query_map([SETTINGS.code, settings::PLAN_RULE], |row| {
            Ok(PlanRule::of(&value(row, 0)?))
        })?;
        let all: Vec<_> = rows.collect::<Result<_, _>>()?;
        Ok(all.into_iter().flatten().collect())
    }

    /// The earliest day on which a care need of each door is to be looked at again, by `day` at the
    /// latest (days since 1970-01-01): of needs in force in a casework space.
    ///
    /// # Errors
    /// The database's.
    pub fn reviews_due(&self, casework: u32, day: i32) -> Result<Vec<(DoorId, i32)>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT p.door, min(n.review) FROM need n JOIN person p ON p.space = n.space AND p.doc = n.doc
             WHERE n.space = ?1 AND n.review <= ?2 AND (n.until IS NULL OR n.until > ?2)
             AND p.door IS NOT NULL GROUP BY p.door",
        )?;
        let rows = statement.query_map(params![casework, day], |row| {
            Ok((DoorId(fixed(row, 0)?), row.get(1)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
