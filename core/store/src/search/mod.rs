//! Search as people type: two characters of Chinese, pinyin, initials, a phone's tail, a piece of an
//! address.
//!
//! Text is cut into words in Rust (`words`) and kept in contentless FTS5 tables. Doors and
//! people are indexed when they change. Visits only ever arrive, so they are indexed in batches from a
//! watermark before the next search: recording a visit then touches no index page, which was half
//! its cost (docs/performance.md).
//!
//! What is found is ranked by asking in steps (`query`): the whole name, names that begin so, initials,
//! places, then everything else; visits come last. Within a step doors come in walking order, each
//! followed by its people.

mod query;
#[cfg(test)]
mod tests;
mod words;

use std::collections::HashSet;

use doorknock_model::care::CareCategory;
use doorknock_model::ids::{DocId, DoorId, PersonId, VisitId};
use doorknock_model::kind::{Field, Find, Item, Kind};
use doorknock_model::kinds::{DOOR_CARD, PERSON_FILE};
use rusqlite::{OptionalExtension, params};

use crate::{Result, Tx, View, fixed};
use words::Words;

/// What a search finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hit {
    /// A door: its address.
    Door(DoorId),
    /// A person behind a door.
    Person(PersonId),
    /// A visit whose words match.
    Visit(VisitId),
    /// A record of another kind, by the kind's number.
    Record(u16, DocId),
}

const WATERMARK: &str = "search_visit";
/// Of one step's cards no more than this many are put in walking order: who typed something that finds
/// more will type on.
const SORTED: usize = 500;

/// Where what belongs to no door stands in walking order: after everything else.
const NOWHERE: &[u8] = &[0xff];

impl Tx<'_> {
    /// Indexes a door after its card changed.
    ///
    /// # Errors
    /// The database's.
    pub fn index_door(&self, door: DoorId) -> Result<()> {
        let Some(row) = self.door(door)? else {
            return Ok(());
        };
        let address = &row.door.address;
        let mut words = Words::default();
        words.name(&address.compound);
        words.place(address);
        words.text(&[row.external_id.as_deref().unwrap_or("")]);
        self.index_card(
            DOOR_CARD.code,
            &door.0,
            &address.walk_order(),
            &words.finish(),
        )
    }

    /// Indexes a person after the file, or the door's card, changed.
    ///
    /// # Errors
    /// The database's.
    pub fn index_person(&self, person: PersonId) -> Result<()> {
        let Some(row) = self.person(person)? else {
            return Ok(());
        };
        let mut words = Words::default();
        words.name(row.name.as_deref().unwrap_or(""));
        words.phone(row.phone.as_deref().unwrap_or(""));
        words.text(&[row.remark.as_deref().unwrap_or("")]);
        for need in self.needs_of(person)? {
            let category = CareCategory::from_code(need.category);
            if need.until.is_none() && !matches!(category, CareCategory::Other(_)) {
                words.text(&[category.zh()]);
            }
        }
        let door = row.door.map(|d| self.door(d)).transpose()?.flatten();
        let mut walk = NOWHERE.to_vec();
        if let Some(door) = door {
            let address = &door.door.address;
            words.place(address);
            words.text(&[&address.compound]);
            walk = address.walk_order();
        }
        self.index_card(PERSON_FILE.code, &person.0, &walk, &words.finish())
    }

    /// Indexes a record after it changed, by what its kind declares to be searched.
    ///
    /// # Errors
    /// The database's.
    pub fn index_record(&self, kind: &Kind, doc: DocId) -> Result<()> {
        let mut words = Words::default();
        for (field, text) in self.searched_texts(kind, doc)? {
            match field.find {
                Find::No => {}
                Find::Text => words.text(&[&text]),
                Find::Name => words.name(&text),
                Find::Phone => words.phone(&text),
            }
        }
        self.index_card(kind.code, &doc.0, NOWHERE, &words.finish())
    }

    fn index_card(&self, kind: u16, doc: &[u8; 16], walk: &[u8], words: &str) -> Result<()> {
        let found: Option<i64> = {
            let mut statement = self
                .conn
                .prepare_cached("SELECT n FROM search_card WHERE kind = ?1 AND doc = ?2")?;
            statement
                .query_row(params![kind, &doc[..]], |row| row.get(0))
                .optional()?
        };
        let n = if let Some(n) = found {
            self.exec("DELETE FROM fts_card WHERE rowid = ?1", [n])?;
            self.exec(
                "UPDATE search_card SET walk = ?2 WHERE n = ?1",
                params![n, walk],
            )?;
            n
        } else {
            self.exec(
                "INSERT INTO search_card (kind, doc, walk) VALUES (?1, ?2, ?3)",
                params![kind, &doc[..], walk],
            )?;
            self.conn.last_insert_rowid()
        };
        self.exec(
            "INSERT INTO fts_card (rowid, words) VALUES (?1, ?2)",
            params![n, words],
        )?;
        Ok(())
    }

    /// Indexes up to `limit` visits that came since the last time; how many there were.
    ///
    /// # Errors
    /// The database's.
    pub fn index_visits(&self, limit: u32) -> Result<usize> {
        let from = self.meta_number(WATERMARK)?;
        let batch: Vec<(i64, String, Option<String>)> = {
            let mut statement = self.conn.prepare_cached(
                r#"SELECT n, "with", summary FROM visit WHERE n > ?1 ORDER BY n LIMIT ?2"#,
            )?;
            let rows = statement.query_map(params![from, limit], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })?;
            rows.collect::<Result<_, _>>()?
        };
        for (n, companions, summary) in &batch {
            let mut words = Words::default();
            words.text(&[companions, summary.as_deref().unwrap_or("")]);
            self.exec(
                "INSERT INTO fts_visit (rowid, words) VALUES (?1, ?2)",
                params![n, words.finish()],
            )?;
        }
        if let Some((last, _, _)) = batch.last() {
            self.set_meta_number(WATERMARK, *last)?;
        }
        Ok(batch.len())
    }

    pub(crate) fn clear_search_index(&self) -> Result<()> {
        self.exec("DELETE FROM search_card", [])?;
        self.exec("INSERT INTO fts_card (fts_card) VALUES ('delete-all')", [])?;
        self.exec(
            "INSERT INTO fts_visit (fts_visit) VALUES ('delete-all')",
            [],
        )?;
        self.set_meta_number(WATERMARK, 0)
    }

    /// One small step of merging; whether more is left.
    pub(crate) fn merge_search_index(&self) -> Result<bool> {
        let before = self.conn.total_changes();
        self.exec(
            "INSERT INTO fts_visit (fts_visit, rank) VALUES ('merge', 64)",
            [],
        )?;
        self.exec(
            "INSERT INTO fts_card (fts_card, rank) VALUES ('merge', 64)",
            [],
        )?;
        // FTS5: a difference below two says that nothing was merged; each statement counts one.
        Ok(self.conn.total_changes() - before > 3)
    }
}

impl View<'_> {
    /// Whether visits wait to be indexed.
    ///
    /// # Errors
    /// The database's.
    pub fn search_is_behind(&self) -> Result<bool> {
        let from = self.meta_number(WATERMARK)?;
        let mut statement = self
            .conn
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM visit WHERE n > ?1)")?;
        Ok(statement.query_row([from], |row| row.get(0))?)
    }

    /// The texts of a record that are searched, in order of field, each with its field.
    ///
    /// # Errors
    /// The database's.
    pub fn searched_texts(&self, kind: &Kind, doc: DocId) -> Result<Vec<(&'static Field, String)>> {
        let mut texts = Vec::new();
        for cell in self.cells_of(doc)? {
            let Some(field) = kind.field(cell.key.field).filter(|f| f.find != Find::No) else {
                continue;
            };
            let items = field.shape.items(&cell.value).unwrap_or_default();
            let columns = items.into_iter().map(Item::column);
            texts.extend(columns.filter_map(|c| Some((field, c.as_text()?.to_owned()))));
        }
        Ok(texts)
    }

    /// Doors, people and other records first, the best first, then visits, newest first; `limit` of each at most. An
    /// empty or meaningless query finds nothing.
    ///
    /// # Errors
    /// The database's.
    pub fn search(&self, query: &str, limit: u32) -> Result<Vec<Hit>> {
        let Some(steps) = query::read(query) else {
            return Ok(Vec::new());
        };
        let mut hits = self.search_cards(&steps.cards, limit)?;
        let Some(visits) = steps.visits else {
            return Ok(hits);
        };
        let mut statement = self.conn.prepare_cached(
            "SELECT v.id FROM fts_visit f JOIN visit v ON v.n = f.rowid
             WHERE fts_visit MATCH ?1 ORDER BY f.rowid DESC LIMIT ?2",
        )?;
        let rows = statement.query_map(params![visits, limit], |row| {
            Ok(Hit::Visit(VisitId(fixed(row, 0)?)))
        })?;
        for hit in rows {
            hits.push(hit?);
        }
        Ok(hits)
    }

    fn search_cards(&self, steps: &[String], limit: u32) -> Result<Vec<Hit>> {
        let limit = limit as usize;
        let (mut hits, mut seen) = (Vec::new(), HashSet::new());
        let mut statement = self.conn.prepare_cached(
            "SELECT c.n, c.kind, c.doc
             FROM (SELECT rowid AS n FROM fts_card WHERE fts_card MATCH ?1 LIMIT ?2) AS f
             JOIN search_card c ON c.n = f.n ORDER BY c.walk, c.kind, c.doc",
        )?;
        for step in steps {
            if hits.len() >= limit {
                break;
            }
            // A step finds again what those before it found.
            let candidates = (SORTED.max(limit) + seen.len()) as u64;
            let mut rows = statement.query(params![step, candidates])?;
            while let Some(row) = rows.next()? {
                if hits.len() < limit && seen.insert(row.get::<_, i64>(0)?) {
                    let doc = fixed(row, 2)?;
                    hits.push(match row.get(1)? {
                        kind if kind == DOOR_CARD.code => Hit::Door(DoorId(doc)),
                        kind if kind == PERSON_FILE.code => Hit::Person(PersonId(doc)),
                        kind => Hit::Record(kind, DocId(doc)),
                    });
                }
            }
        }
        Ok(hits)
    }
}
