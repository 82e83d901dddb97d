//! Records of every kind that needs no table of its own, as projected into `cell`.

use doorknock_model::ids::DocId;
use doorknock_model::kind::{Key, Value};
use rusqlite::types::ValueRef;
use rusqlite::{Row, params};

use crate::{Result, View, fixed};

/// One value of one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellRow {
    /// The kind's number.
    pub kind: u16,
    /// The space.
    pub space: u32,
    /// The record's document.
    pub doc: DocId,
    /// The field and the id under it.
    pub key: Key,
    /// Tells write-once records under one id apart; 0 for what is not written once.
    pub version: i64,
    /// Who recorded it, for write-once records.
    pub author: Option<i64>,
    /// When, unix milliseconds, for write-once records.
    pub at: Option<i64>,
    /// What.
    pub value: Value,
}

/// A key with several values side by side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConflictRow {
    /// The space.
    pub space: u32,
    /// The document.
    pub doc: DocId,
    /// The key; `None` if a newer version wrote it.
    pub key: Option<Key>,
}

const CELL: &str = "SELECT kind, space, doc, field, id, version, author, at, value FROM cell";

fn cell_row(row: &Row<'_>) -> rusqlite::Result<CellRow> {
    Ok(CellRow {
        kind: row.get(0)?,
        space: row.get(1)?,
        doc: DocId(fixed(row, 2)?),
        key: Key {
            field: row.get(3)?,
            id: row.get(4)?,
        },
        version: row.get(5)?,
        author: row.get(6)?,
        at: row.get(7)?,
        value: match row.get_ref(8)? {
            ValueRef::Null | ValueRef::Real(_) => Value::Null,
            ValueRef::Integer(int) => Value::Int(int),
            ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
            ValueRef::Blob(bytes) => Value::Bytes(bytes.to_vec()),
        },
    })
}

impl View<'_> {
    /// Every value of a kind, record by record, field by field: of one space, or of all.
    ///
    /// # Errors
    /// The database's.
    pub fn cells(&self, kind: u16, space: Option<u32>) -> Result<Vec<CellRow>> {
        let mut statement = self.conn.prepare_cached(&format!(
            "{CELL} WHERE kind = ?1 AND (?2 IS NULL OR space = ?2)
             ORDER BY kind, space, doc, field, id, version"
        ))?;
        let rows = statement.query_map(params![kind, space], cell_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The records of a kind, by space and id: of one space, or of all; from the beginning, or after one.
    ///
    /// # Errors
    /// The database's.
    pub fn records_of(
        &self,
        kind: u16,
        space: Option<u32>,
        after: Option<(u32, DocId)>,
        limit: u32,
    ) -> Result<Vec<(u32, DocId)>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT DISTINCT space, doc FROM cell WHERE kind = ?1 AND (?2 IS NULL OR space = ?2)
                 AND (?3 IS NULL OR (space, doc) > (?3, ?4))
             ORDER BY space, doc LIMIT ?5",
        )?;
        let (after_space, after_doc) = after.unzip();
        let after_doc = after_doc.map(|doc| doc.0);
        let values = params![kind, space, after_space, after_doc, limit];
        let rows = statement.query_map(values, |row| Ok((row.get(0)?, DocId(fixed(row, 1)?))))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Every value of one record.
    ///
    /// # Errors
    /// The database's.
    pub fn cells_of(&self, doc: DocId) -> Result<Vec<CellRow>> {
        let mut statement = self.conn.prepare_cached(&format!(
            "{CELL} WHERE doc = ?1 ORDER BY field, id, version"
        ))?;
        let rows = statement.query_map([&doc.0[..]], cell_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The records that refer to a door, a person or another record, each once.
    ///
    /// # Errors
    /// The database's.
    pub fn referring_to(&self, id: &[u8; 16]) -> Result<Vec<(u16, DocId)>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT DISTINCT kind, doc FROM cell
             WHERE typeof(value) = 'blob' AND length(value) = 16 AND value = ?1 ORDER BY kind, doc",
        )?;
        let rows =
            statement.query_map([&id[..]], |row| Ok((row.get(0)?, DocId(fixed(row, 1)?))))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Records of a kind whose id begins with these hexadecimal digits, two at most: enough to
    /// tell one from several.
    ///
    /// # Errors
    /// The database's.
    pub fn records_by_prefix(&self, kind: u16, hex: &str) -> Result<Vec<DocId>> {
        self.docs_by_prefix(&format!("(SELECT doc FROM cell WHERE kind = {kind})"), hex)
    }

    /// Every key with several values side by side.
    ///
    /// # Errors
    /// The database's.
    pub fn conflicts(&self) -> Result<Vec<ConflictRow>> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT space, doc, key FROM conflict ORDER BY space, doc, key")?;
        let rows = statement.query_map([], |row| {
            Ok(ConflictRow {
                space: row.get(0)?,
                doc: DocId(fixed(row, 1)?),
                key: Key::from_path(&row.get::<_, String>(2)?),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The keys of one document with several values side by side.
    ///
    /// # Errors
    /// The database's.
    pub fn conflicts_of(&self, space: u32, doc: DocId) -> Result<Vec<Key>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT key FROM conflict WHERE space = ?1 AND doc = ?2 ORDER BY key",
        )?;
        let rows =
            statement.query_map(params![space, &doc.0[..]], |row| row.get::<_, String>(0))?;
        let keys: Vec<String> = rows.collect::<Result<_, _>>()?;
        Ok(keys.iter().filter_map(|key| Key::from_path(key)).collect())
    }
}
