//! Search as people type: two characters of Chinese, pinyin, initials, a phone's tail, a piece of an
//! address.
//!
//! Text is cut into words in Rust (`words`) and kept in contentless FTS5 tables. Doors and
//! people are indexed when they change. Visits only ever arrive, so they are indexed in batches from a
//! watermark before the next search: recording a visit then touches no index page, which was half
//! its cost (docs/performance.md).

mod words;

use doorknock_model::ids::{DoorId, PersonId, VisitId};
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
}

const WATERMARK: &str = "search_visit";
const DOOR: i64 = 1;
const PERSON: i64 = 2;

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
        words.numbers(&[&address.building, &address.unit, &address.room]);
        words.text(&[
            &address.building,
            &address.room,
            row.external_id.as_deref().unwrap_or(""),
        ]);
        self.index_card(DOOR, &door.0, &words.finish())
    }

    /// Indexes a person after the file changed.
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
        if let Some(door) = row.door.map(|d| self.door(d)).transpose()?.flatten() {
            let address = &door.door.address;
            words.numbers(&[&address.building, &address.unit, &address.room]);
            words.text(&[&address.compound]);
        }
        self.index_card(PERSON, &person.0, &words.finish())
    }

    fn index_card(&self, kind: i64, doc: &[u8; 16], words: &str) -> Result<()> {
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
            n
        } else {
            self.exec(
                "INSERT INTO search_card (kind, doc) VALUES (?1, ?2)",
                params![kind, &doc[..]],
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

    /// Doors and people first, then visits, newest first; `limit` of each at most. An empty or
    /// meaningless query finds nothing.
    ///
    /// # Errors
    /// The database's.
    pub fn search(&self, query: &str, limit: u32) -> Result<Vec<Hit>> {
        let Some(expression) = words::query(query) else {
            return Ok(Vec::new());
        };
        let mut hits = Vec::new();
        let mut cards = self.conn.prepare_cached(
            "SELECT c.kind, c.doc FROM fts_card f JOIN search_card c ON c.n = f.rowid
             WHERE fts_card MATCH ?1 ORDER BY f.rowid LIMIT ?2",
        )?;
        let mut rows = cards.query(params![expression.cards, limit])?;
        while let Some(row) = rows.next()? {
            let doc = fixed(row, 1)?;
            hits.push(match row.get::<_, i64>(0)? {
                DOOR => Hit::Door(DoorId(doc)),
                _ => Hit::Person(PersonId(doc)),
            });
        }
        let Some(visits) = expression.visits else {
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
}
