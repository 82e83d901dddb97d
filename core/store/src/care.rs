//! What is asked about people in care.

use std::collections::HashMap;
use std::ops::Deref;

use doorknock_model::care::RiskLevel;
use doorknock_model::care::plan::Cadences;
use doorknock_model::ids::{DocId, DoorId, MemberId, PersonId};
use doorknock_model::kinds::{EndReason, Need, Review, SETTINGS, person_file, settings, unpack};
use rusqlite::{Row, params};

use crate::{Result, View, fixed};

/// A care need of a person, as projected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NeedRow {
    /// The category's code.
    pub category: u16,
    /// The need.
    pub need: Need,
}

impl Deref for NeedRow {
    type Target = Need;
    fn deref(&self) -> &Need {
        &self.need
    }
}

/// That somebody looked at a person's needs again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewRow {
    /// The member.
    pub by: MemberId,
    /// What was recorded.
    pub review: Review,
}

const NEED: &str = "id, risk, basis, since, review, until, raised, cadence, reason, note,
    consent_by, consent_on, consent_for, consent_until";

fn need_row(row: &Row<'_>) -> rusqlite::Result<NeedRow> {
    Ok(NeedRow {
        category: u16::from_be_bytes(fixed(row, 0)?),
        need: Need {
            risk: row.get(1)?,
            basis: row.get(2)?,
            since: row.get(3)?,
            review: row.get(4)?,
            until: row.get(5)?,
            raised: row.get(6)?,
            cadence: row.get(7)?,
            reason: row.get::<_, Option<u8>>(8)?.map(EndReason::from_code),
            note: row.get(9)?,
            consent_by: row.get(10)?,
            consent_on: row.get(11)?,
            consent_for: row.get(12)?,
            consent_until: row.get(13)?,
        },
    })
}

impl View<'_> {
    /// A person's care needs, ended ones too.
    ///
    /// # Errors
    /// The database's.
    pub fn needs_of(&self, person: PersonId) -> Result<Vec<NeedRow>> {
        let mut statement = self.conn.prepare_cached(&format!(
            "SELECT {NEED} FROM need WHERE doc = ?1 AND risk IS NOT NULL ORDER BY id"
        ))?;
        let rows = statement.query_map([&person.0[..]], need_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The care needs of everybody behind a door.
    ///
    /// # Errors
    /// The database's.
    pub fn needs_of_door(&self, door: DoorId) -> Result<Vec<(PersonId, NeedRow)>> {
        let mut all = Vec::new();
        for person in self.people_of(door)? {
            let needs = self.needs_of(person.person)?;
            all.extend(needs.into_iter().map(|need| (person.person, need)));
        }
        Ok(all)
    }

    /// The people of a casework space who have or had care needs, with these.
    ///
    /// # Errors
    /// The database's.
    pub fn people_in_care(&self, space: u32) -> Result<HashMap<PersonId, Vec<NeedRow>>> {
        let mut statement = self.conn.prepare_cached(&format!(
            "SELECT {NEED}, doc FROM need WHERE space = ?1 AND risk IS NOT NULL ORDER BY doc, id"
        ))?;
        let rows = statement.query_map([space], |row| {
            Ok((PersonId(fixed(row, 14)?), need_row(row)?))
        })?;
        let mut all: HashMap<_, Vec<_>> = HashMap::new();
        for row in rows {
            let (person, need) = row?;
            all.entry(person).or_default().push(need);
        }
        Ok(all)
    }

    /// The doors behind which a need is to be looked at again by `day`, each with the earliest such day.
    ///
    /// # Errors
    /// The database's.
    pub fn reviews_due(&self, space: u32, day: i32) -> Result<HashMap<DoorId, i32>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT p.door, min(n.review) FROM need n
             JOIN person p ON p.space = n.space AND p.doc = n.doc
             WHERE n.space = ?1 AND n.until IS NULL AND n.review <= ?2 AND p.door IS NOT NULL
             GROUP BY p.door",
        )?;
        let rows = statement.query_map(params![space, day], |row| {
            Ok((DoorId(fixed(row, 0)?), row.get(1)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// When a person's needs were looked at again, in order of day.
    ///
    /// # Errors
    /// The database's.
    pub fn reviews_of(&self, person: PersonId) -> Result<Vec<ReviewRow>> {
        let mut all = Vec::new();
        for cell in self.cells_of(DocId(person.0))? {
            let review = unpack(&cell.value).filter(|_| cell.key.field == person_file::REVIEW);
            if let (Some(review), Some(author)) = (review, cell.author) {
                let by = self.author_by_ord(author)?.member;
                all.push(ReviewRow { by, review });
            }
        }
        all.sort_by_key(|row| row.review.on);
        Ok(all)
    }

    /// How often each level of risk is due, as the settings have it.
    ///
    /// # Errors
    /// The database's.
    pub fn cadences(&self) -> Result<Cadences> {
        let mut cadences = Cadences::default();
        for cell in self.cells(SETTINGS.code, None)? {
            let code = <[u8; 2]>::try_from(cell.key.id).map(u16::from_be_bytes);
            let risk = code.ok().and_then(|code| u8::try_from(code).ok());
            let cadence = cell.value.as_text().and_then(|text| text.parse().ok());
            if let (settings::DEFAULT_CADENCE, Some(risk), Some(cadence)) =
                (cell.key.field, risk.and_then(RiskLevel::from_code), cadence)
            {
                cadences.set(risk, cadence);
            }
        }
        Ok(cadences)
    }
}
