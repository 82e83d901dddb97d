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

    /// When a person's needs were looked at again, in the order in which it was recorded.
    ///
    /// # Errors
    /// The database's.
    pub fn reviews_of(&self, person: PersonId) -> Result<Vec<ReviewRow>> {
        let mut all = Vec::new();
        for cell in self.cells_of(DocId(person.0))? {
            let review = unpack(&cell.value).filter(|_| cell.key.field == person_file::REVIEW);
            if let (Some(review), Some(author)) = (review, cell.author) {
                let by = self.author_by_ord(author)?.member;
                all.push(((cell.at, cell.key.id), ReviewRow { by, review }));
            }
        }
        all.sort_by(|(a, _), (b, _)| a.cmp(b));
        Ok(all.into_iter().map(|(_, row)| row).collect())
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

#[cfg(test)]
mod tests {
    use doorknock_model::ids::{DeviceId, Incarnation};
    use doorknock_model::kind::{Key, Value};
    use doorknock_model::kinds::{PERSON_FILE, pack};

    use super::*;
    use crate::project::Origin;
    use crate::{Options, Store, StoreError};

    #[test]
    fn doors_with_a_review_that_falls_due_are_listed_with_the_earliest_day() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("home.db");
        let mut store = Store::open(&path, &[7; 32], Options::default()).unwrap();
        let need = |review, until| {
            pack(&Need {
                review,
                until,
                ..Need::default()
            })
        };
        // Two people behind door 1, one behind door 2 whose need ended, one behind door 3.
        let people = [
            (1, 1, vec![need(30, None), need(20, None)]),
            (2, 1, vec![need(10, None)]),
            (3, 2, vec![need(5, Some(6))]),
            (4, 3, vec![need(40, None)]),
        ];
        store
            .write(|tx| {
                let author =
                    tx.author(DeviceId([1; 16]), Incarnation([1; 8]), MemberId([1; 16]))?;
                for (person, door, needs) in people {
                    let origin = Origin {
                        space: 4,
                        doc: DocId([person; 16]),
                        kind: PERSON_FILE.code,
                        author,
                        at: 0,
                        version: 1,
                        folds: true,
                    };
                    let mut values =
                        vec![(Key::plain(person_file::DOOR), Value::Bytes(vec![door; 16]))];
                    values.extend(
                        (1..)
                            .zip(needs)
                            .map(|(n, need)| (Key::with_id(person_file::NEED, &[0, n]), need)),
                    );
                    for (key, value) in values {
                        let field = PERSON_FILE.field(key.field).unwrap();
                        assert!(tx.project(&origin, field, &key, &value)?);
                    }
                }
                Ok::<_, StoreError>(())
            })
            .unwrap();
        let view = store.view().unwrap();
        let due = |space, day| {
            let mut due: Vec<_> = view
                .reviews_due(space, day)
                .unwrap()
                .into_iter()
                .map(|(door, day)| (door.0[0], day))
                .collect();
            due.sort_unstable();
            due
        };
        assert_eq!(due(4, 9), []);
        assert_eq!(due(4, 10), [(1, 10)]);
        assert_eq!(due(4, 40), [(1, 10), (3, 40)]);
        assert_eq!(due(5, 40), []);
        assert_eq!(view.needs_of_door(DoorId([1; 16])).unwrap().len(), 3);
        assert_eq!(view.people_in_care(4).unwrap().len(), 4);
    }
}
