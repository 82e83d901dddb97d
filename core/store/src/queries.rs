//! What people ask of a home: the day's doors, visits, grids, names, counts.

use std::collections::HashMap;

use doorknock_model::access::SpaceKind;
use doorknock_model::address::{Address, DoorKind};
use doorknock_model::cadence::Cadence;
use doorknock_model::ids::{DocId, DoorId, GridId, PersonId};
use doorknock_model::round::{DuePlan, RoundDoor, date_of};
use rusqlite::{OptionalExtension, Row, params};

use crate::{Result, StoreError, Tx, View, fixed};

/// The community's settings as projected.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SettingsRow {
    /// Its name.
    pub name: Option<String>,
    /// Its time zone, minutes east of UTC.
    pub utc_offset: Option<i32>,
}

/// A grid as projected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GridRow {
    /// Its id.
    pub id: GridId,
    /// Its code, as the office writes it.
    pub code: String,
    /// A friendlier name.
    pub name: Option<String>,
}

/// A door with the space its card lives in.
#[derive(Debug, Clone)]
pub struct DoorRow {
    /// The rounds space.
    pub space: u32,
    /// The office's own number.
    pub external_id: Option<String>,
    /// Whether a person chose its plan; otherwise it follows from care needs.
    pub by_hand: bool,
    /// The door as the round sees it.
    pub door: RoundDoor,
}

/// A person behind a door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRow {
    /// Its id.
    pub person: PersonId,
    /// The casework space.
    pub space: u32,
    /// The door.
    pub door: Option<DoorId>,
    /// The name.
    pub name: Option<String>,
    /// A phone number.
    pub phone: Option<String>,
    /// The roster's remark.
    pub remark: Option<String>,
}

const DOOR: &str = "SELECT d.space, d.doc, ifnull(d.compound, ''), ifnull(d.building, ''),
    ifnull(d.unit, ''), ifnull(d.room, ''), d.floor, d.kind,
    d.external_id, d.moved_in, d.cadence, d.since, d.until, d.checklist, s.state, d.by_hand
    FROM door d LEFT JOIN door_state s ON s.space = d.space AND s.door = d.doc";

fn door_row(row: &Row<'_>) -> rusqlite::Result<DoorRow> {
    let cadence: Option<Cadence> = row
        .get_ref(10)?
        .as_str_or_null()?
        .and_then(|text| text.parse().ok());
    let since = row.get::<_, Option<i32>>(11)?.and_then(date_of);
    let plan = cadence.zip(since).map(|(cadence, since)| {
        let until = row.get::<_, Option<i32>>(12)?.and_then(date_of);
        Ok::<_, rusqlite::Error>(DuePlan {
            cadence,
            since,
            until,
            checklist: optional_id(row, 13)?,
        })
    });
    let state = row
        .get_ref(14)?
        .as_blob_or_null()?
        .and_then(|b| minicbor::decode(b).ok());
    Ok(DoorRow {
        space: row.get(0)?,
        external_id: row.get(8)?,
        by_hand: row.get::<_, Option<bool>>(15)?.unwrap_or_default(),
        door: RoundDoor {
            door: DoorId(fixed(row, 1)?),
            address: Address {
                compound: row.get(2)?,
                building: row.get(3)?,
                unit: row.get(4)?,
                room: row.get(5)?,
                floor: row.get(6)?,
            },
            kind: row
                .get::<_, Option<u8>>(7)?
                .and_then(DoorKind::from_code)
                .unwrap_or_default(),
            plan: plan.transpose()?,
            moved_in: row.get::<_, Option<i32>>(9)?.and_then(date_of),
            state: state.unwrap_or_default(),
        },
    })
}

pub(crate) fn optional_id(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<[u8; 16]>> {
    Ok(row
        .get_ref(column)?
        .as_blob_or_null()?
        .and_then(|b| b.try_into().ok()))
}

pub(crate) fn person_row(row: &Row<'_>) -> rusqlite::Result<PersonRow> {
    Ok(PersonRow {
        space: row.get(0)?,
        person: PersonId(fixed(row, 1)?),
        door: optional_id(row, 2)?.map(DoorId),
        name: row.get(3)?,
        phone: row.get(4)?,
        remark: row.get(5)?,
    })
}

impl View<'_> {
    /// The settings; empty while none came.
    pub fn settings(&self) -> Result<SettingsRow> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT name, utc_offset FROM settings LIMIT 1")?;
        let row = statement
            .query_row([], |row| {
                Ok(SettingsRow {
                    name: row.get(0)?,
                    utc_offset: row.get(1)?,
                })
            })
            .optional()?;
        Ok(row.unwrap_or_default())
    }

    /// The grids, in the office's order.
    pub fn grids(&self) -> Result<Vec<GridRow>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT id, code, name FROM grid WHERE code IS NOT NULL AND length(id) = 16
             ORDER BY \"order\", code",
        )?;
        let rows = statement.query_map([], |row| {
            Ok(GridRow {
                id: GridId(fixed(row, 0)?),
                code: row.get(1)?,
                name: row.get(2)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Compounds as the settings name them, each with its kind's code once the office said so.
    pub fn compounds(&self) -> Result<Vec<(String, Option<u8>)>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT name, kind FROM compound WHERE name IS NOT NULL ORDER BY name",
        )?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The name on the member card with this document id.
    pub fn member_name(&self, card: DocId) -> Result<Option<String>> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT name FROM member WHERE doc >= ?1 AND doc <= ?2")?;
        // A trial version's cards began alike and had no check behind.
        let (mut first, mut last) = (card.0, card.0);
        first[12..].fill(0);
        last[12..].fill(0xff);
        Ok(statement
            .query_row([&first[..], &last[..]], |row| row.get(0))
            .optional()?
            .flatten())
    }

    /// A grid's doors with their states: what a round is computed from.
    pub fn doors_of(&self, space: u32) -> Result<Vec<DoorRow>> {
        let mut statement = self
            .conn
            .prepare_cached(&format!("{DOOR} WHERE d.space = ?1"))?;
        let rows = statement.query_map([space], door_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// One door.
    pub fn door(&self, door: DoorId) -> Result<Option<DoorRow>> {
        let (sql, space) = match self.only_rounds()? {
            Some(space) => (format!("{DOOR} WHERE d.space = ?2 AND d.doc = ?1"), space),
            None => (format!("{DOOR} WHERE d.doc = ?1 AND ?2 IS NOT NULL"), 0),
        };
        let mut statement = self.conn.prepare_cached(&sql)?;
        let row = statement.query_row(params![&door.0[..], space], door_row);
        Ok(row.optional()?)
    }

    /// Whether another grid holds a door of the same address: its id begins alike, and ends with another check.
    pub fn door_of_other_grid(&self, door: DoorId) -> Result<bool> {
        let mut statement = self.conn.prepare_cached(
            "SELECT count(*) FROM door WHERE doc > ?1 AND doc < ?2 AND doc <> ?3",
        )?;
        let (mut first, mut last) = (door.0, door.0);
        first[12..].fill(0);
        last[12..].fill(0xff);
        let others: u64 = statement
            .query_row(params![&first[..], &last[..], &door.0[..]], |row| {
                row.get(0)
            })?;
        Ok(others > 0)
    }

    /// The space a door's card lives in; reads no more than an index entry.
    pub fn door_space(&self, door: DoorId) -> Result<Option<u32>> {
        let (sql, space) = match self.only_rounds()? {
            Some(space) => (
                "SELECT space FROM door WHERE space = ?2 AND doc = ?1",
                space,
            ),
            None => (
                "SELECT space FROM door WHERE doc = ?1 AND ?2 IS NOT NULL",
                0,
            ),
        };
        let mut statement = self.conn.prepare_cached(sql)?;
        let found = statement.query_row(params![&door.0[..], space], |row| row.get(0));
        Ok(found.optional()?)
    }

    /// The one rounds space of a phone that holds one grid: there a door is found by the key of its row, which is read
    /// anyway, and the page of an index by id, cold for a door untouched for long, is not
    /// (docs/performance.md).
    fn only_rounds(&self) -> Result<Option<u32>> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT min(n), count(*) FROM space WHERE kind = ?1")?;
        let kind = SpaceKind::Rounds.code();
        let (space, count) = statement.query_row([kind], |row| {
            Ok((row.get::<_, Option<u32>>(0)?, row.get::<_, u32>(1)?))
        })?;
        Ok(space.filter(|_| count == 1))
    }

    /// Doors whose id begins with these hexadecimal digits, two at most: enough to tell one from
    /// several.
    pub fn doors_by_prefix(&self, hex: &str) -> Result<Vec<DocId>> {
        self.docs_by_prefix("door", hex)
    }

    /// The documents of a table whose id begins with these hexadecimal digits, two at most.
    pub(crate) fn docs_by_prefix(&self, table: &str, hex: &str) -> Result<Vec<DocId>> {
        let mut statement = self.conn.prepare_cached(&format!(
            "SELECT DISTINCT doc FROM {table}
             WHERE substr(lower(hex(doc)), 1, length(?1)) = lower(?1) LIMIT 2"
        ))?;
        let rows = statement.query_map([hex], |row| Ok(DocId(fixed(row, 0)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// People whose id begins with these hexadecimal digits, two at most.
    pub fn people_by_prefix(&self, hex: &str) -> Result<Vec<DocId>> {
        self.docs_by_prefix("person", hex)
    }

    /// The people behind a door.
    pub fn people_of(&self, door: DoorId) -> Result<Vec<PersonRow>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT space, doc, door, name, phone, remark FROM person WHERE door = ?1 ORDER BY name",
        )?;
        let rows = statement.query_map([&door.0[..]], person_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// A name for each door of a grid, where this device holds the grid's casework.
    pub fn contacts_of(&self, grid: GridId) -> Result<HashMap<DoorId, String>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT p.door, p.name FROM space s JOIN person p ON p.space = s.n
             WHERE s.grid = ?1 AND p.door IS NOT NULL AND p.name IS NOT NULL ORDER BY p.name DESC",
        )?;
        let rows =
            statement.query_map([grid.0], |row| Ok((DoorId(fixed(row, 0)?), row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// One person.
    pub fn person(&self, person: PersonId) -> Result<Option<PersonRow>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT space, doc, door, name, phone, remark FROM person WHERE doc = ?1",
        )?;
        Ok(statement
            .query_row([&person.0[..]], person_row)
            .optional()?)
    }

    /// How many keys hold values written side by side, and visits corrections made side by side.
    pub fn conflict_count(&self) -> Result<u64> {
        let keys: u64 = self
            .conn
            .query_row("SELECT count(*) FROM conflict", [], |row| row.get(0))?;
        Ok(keys + self.visits_in_conflict()?.len() as u64)
    }

    /// How many values of newer versions stand in the documents.
    pub fn unknown_count(&self) -> Result<u64> {
        Ok(self
            .conn
            .query_row("SELECT count(*) FROM unknown", [], |row| row.get(0))?)
    }

    /// The plans SQLite makes for the hot queries, for the test that they use their indexes.
    pub fn explain_hot_queries(&self) -> Result<Vec<String>> {
        let hot = [
            format!("{DOOR} WHERE d.space = 1"),
            format!("{DOOR} WHERE d.doc = x'00'"),
            "SELECT name FROM person WHERE doc = x'00'".to_owned(),
            "SELECT risk FROM need WHERE doc = x'00' AND risk IS NOT NULL ORDER BY id".to_owned(),
            "SELECT doc FROM need WHERE space = 1 AND until IS NULL AND review <= 5".to_owned(),
            crate::visits::of_door(false),
            crate::visits::of_door(true),
            crate::visits::newest(false),
            crate::visits::newest(true),
            crate::visits::TO_CONFIRM.to_owned(),
            "SELECT heads, (SELECT id FROM chunk WHERE doc = 1 AND id > doc.settled
                            ORDER BY id DESC LIMIT 1) FROM doc WHERE id = x'00'"
                .to_owned(),
            "SELECT id, change FROM chunk WHERE doc = 1".to_owned(),
            "SELECT id FROM parked WHERE waits_for = x'00'".to_owned(),
        ];
        let mut lines = Vec::new();
        for sql in hot {
            let mut statement = self.conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
            let nothing = vec![rusqlite::types::Null; statement.parameter_count()];
            let values = rusqlite::params_from_iter(nothing);
            let rows = statement.query_map(values, |row| row.get::<_, String>(3))?;
            lines.extend(rows.collect::<Result<Vec<_>, _>>()?);
        }
        Ok(lines)
    }
}

impl Tx<'_> {
    /// The time zone to fold by.
    ///
    /// # Errors
    /// The database's, or [`StoreError::BadRow`] never.
    pub fn utc_offset(&self) -> Result<i32, StoreError> {
        Ok(self.settings()?.utc_offset.unwrap_or(8 * 60))
    }
}
