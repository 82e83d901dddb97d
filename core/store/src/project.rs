//! Projections: values of documents as rows of tables, by the kinds' declarations.
//!
//! One function writes any field of any kind ([`Tx::project`]); the only code beside it is for what
//! is folded from rows, such as a door's state. Projecting is a pure function of the log, so
//! that a rebuild ([`Tx::clear_projections`] and projecting everything again) gives the same tables
//! in whatever order changes arrived.

use doorknock_model::ids::DocId;
use doorknock_model::kind::{CELL, Columns, Field, Key, Merge, Value};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{ToSql, params, params_from_iter};

use crate::{Result, Tx, View};

/// Changes whenever this code makes other projections of the same log: a home with another number is
/// rebuilt. What the kinds declare counts by itself ([`doorknock_model::kinds::fingerprint`]).
pub const PROJECTOR: i64 = 6;

/// Everything [`Tx::clear_projections`] empties.
const TABLES: [&str; 15] = [
    "settings",
    "grid",
    "compound",
    "member",
    "door",
    "tick",
    "door_state",
    "visit",
    "correction",
    "person",
    "need",
    CELL,
    "matter_state",
    "conflict",
    "unknown",
];

/// The bytes of a write-once record's id. A record under another is shown as unknown: what reads the
/// tables relies on it.
pub(crate) const ONCE_ID: usize = 16;

/// The bytes of an id that is the code of a word.
const CODE_ID: usize = 2;

/// Where a value stands and who put it there.
#[derive(Debug, Clone, Copy)]
pub struct Origin {
    /// The space.
    pub space: u32,
    /// The document.
    pub doc: DocId,
    /// Its kind's number.
    pub kind: u16,
    /// The author's number.
    pub author: i64,
    /// When it was recorded, unix milliseconds.
    pub at: i64,
    /// Eight bytes that keep two records under one id apart.
    pub version: i64,
    /// Whether a tick is folded into its door's state at once; else [`Tx::refold_space`] does it later.
    pub folds: bool,
}

struct Cell<'a>(&'a Value);

impl ToSql for Cell<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Value::Null => ValueRef::Null,
            Value::Bool(bool) => ValueRef::Integer((*bool).into()),
            Value::Int(int) => ValueRef::Integer(*int),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

impl Tx<'_> {
    /// Writes one value of one key as its field declares. `false` if this version cannot read the
    /// value; it is then noted as unknown.
    ///
    /// # Errors
    /// The database's.
    pub fn project(
        &self,
        origin: &Origin,
        field: &Field,
        key: &Key,
        value: &Value,
    ) -> Result<bool> {
        let read = fits(field, key, value).then(|| field.columns(value));
        let readable = read.as_ref().is_some_and(Option::is_some);
        self.note_unknown(origin, field, key, readable)?;
        let columns = match read {
            Some(Some(columns)) => columns,
            // What stood there before was replaced, so nothing is shown rather than that: which of two
            // values came first must not matter.
            Some(None) if field.merge != Merge::Once => {
                field.columns(&Value::Null).unwrap_or_default()
            }
            _ => return Ok(false),
        };
        let row = identity(origin, field, key);
        let keys = row.len();
        match field.merge {
            Merge::Register | Merge::Text => {
                self.upsert(field.table, &[row, columns].concat(), keys)?
            }
            Merge::Once => {
                let row = [row, authorship(origin, field), columns].concat();
                if self.insert_once(field.table, &row)? > 0 {
                    match field.table {
                        "tick" => self.fold_tick(origin, key, value)?,
                        "visit" => self.note_correction(origin, key, &row)?,
                        _ => {}
                    }
                }
            }
        }
        Ok(readable)
    }

    fn upsert(&self, table: &str, row: &Columns, identity: usize) -> Result<()> {
        let (keys, cells) = row.split_at(identity);
        let names = join(row, quoted);
        let marks = vec!["?"; row.len()].join(",");
        let target = join(keys, quoted);
        let sets = join(cells, |n| format!("\"{n}\"=excluded.\"{n}\""));
        let sql = format!(
            "INSERT INTO {table} ({names}) VALUES ({marks}) ON CONFLICT ({target}) DO UPDATE SET {sets}"
        );
        self.exec(&sql, params_from_iter(row.iter().map(|(_, v)| Cell(v))))?;
        Ok(())
    }

    fn insert_once(&self, table: &str, row: &Columns) -> Result<usize> {
        let names = join(row, quoted);
        let marks = vec!["?"; row.len()].join(",");
        let sql = format!("INSERT INTO {table} ({names}) VALUES ({marks}) ON CONFLICT DO NOTHING");
        self.exec(&sql, params_from_iter(row.iter().map(|(_, v)| Cell(v))))
    }

    /// Notes whether what is shown of a key can be read. Of what is written once every record counts.
    fn note_unknown(
        &self,
        origin: &Origin,
        field: &Field,
        key: &Key,
        readable: bool,
    ) -> Result<()> {
        if !readable {
            return self.project_unknown(origin, key);
        }
        if field.merge != Merge::Once {
            self.exec(
                "DELETE FROM unknown WHERE space = ?1 AND doc = ?2 AND key = ?3",
                params![origin.space, &origin.doc.0[..], key.to_path()],
            )?;
        }
        Ok(())
    }

    /// Notes that a key this version does not know stands in a document.
    ///
    /// # Errors
    /// The database's.
    pub fn project_unknown(&self, origin: &Origin, key: &Key) -> Result<()> {
        self.exec(
            "INSERT INTO unknown (space, doc, key) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
            params![origin.space, &origin.doc.0[..], key.to_path()],
        )?;
        Ok(())
    }

    /// Notes how many different values a key holds side by side.
    ///
    /// # Errors
    /// The database's.
    pub fn set_conflict(&self, space: u32, doc: DocId, key: &Key, values: usize) -> Result<()> {
        let path = key.to_path();
        if values > 1 {
            self.exec(
                "INSERT INTO conflict (space, doc, key, count) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (space, doc, key) DO UPDATE SET count = excluded.count",
                params![space, &doc.0[..], path, values as u64],
            )?;
        } else {
            self.exec(
                "DELETE FROM conflict WHERE space = ?1 AND doc = ?2 AND key = ?3",
                params![space, &doc.0[..], path],
            )?;
        }
        Ok(())
    }

    /// Empties every projection, before all of the log is projected again.
    ///
    /// # Errors
    /// The database's.
    pub fn clear_projections(&self) -> Result<()> {
        for table in TABLES {
            self.exec(&format!("DELETE FROM {table}"), [])?;
        }
        self.clear_search_index()
    }
}

/// Whether a value stands where such a value can stand: what reads the tables relies on it. A record
/// that is written once is never empty.
fn fits(field: &Field, key: &Key, value: &Value) -> bool {
    match (field.merge, field.keys) {
        (Merge::Once, _) => key.id.len() == ONCE_ID && *value != Value::Null,
        (_, Some(_)) => key.id.len() == CODE_ID,
        (_, None) => true,
    }
}

/// The columns that say which row a value belongs to.
fn identity(origin: &Origin, field: &Field, key: &Key) -> Columns {
    let mut row: Columns = vec![
        ("space", Value::Int(origin.space.into())),
        ("doc", Value::Bytes(origin.doc.0.to_vec())),
    ];
    let id = Value::Bytes(key.id.clone());
    if field.table == CELL {
        row.push(("kind", Value::Int(origin.kind.into())));
        row.push(("field", Value::Int(field.code.into())));
        row.push(("id", id));
        if field.merge != Merge::Once {
            row.push(("version", Value::Int(0)));
        }
    } else if field.keyed {
        row.push(("id", id));
    }
    row
}

/// The columns that tell one author's record from another's.
fn authorship(origin: &Origin, field: &Field) -> Columns {
    let mut row: Columns = vec![
        ("version", Value::Int(origin.version)),
        ("author", Value::Int(origin.author)),
    ];
    if field.table == CELL {
        row.push(("at", Value::Int(origin.at)));
    }
    row
}

/// Some parts of records are named like words of SQL.
fn quoted(name: &str) -> String {
    format!("\"{name}\"")
}

fn join(columns: &[(&'static str, Value)], show: impl Fn(&str) -> String) -> String {
    columns
        .iter()
        .map(|(name, _)| show(name))
        .collect::<Vec<_>>()
        .join(",")
}

impl View<'_> {
    /// Every projected row as text, sorted, for comparing two homes or a rebuild with what was
    /// there. Numbers that differ between devices (authors' numbers, arrival order) are replaced or
    /// left out.
    ///
    /// # Errors
    /// The database's.
    pub fn dump_projections(&self) -> Result<Vec<String>> {
        let mut lines = Vec::new();
        for table in TABLES {
            let mut statement = self.conn.prepare(&format!("SELECT * FROM {table}"))?;
            let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let mut line = table.to_owned();
                for (n, name) in names.iter().enumerate() {
                    let value: rusqlite::types::Value = row.get(n)?;
                    match (name.as_str(), value) {
                        ("n", _) => {}
                        ("author", rusqlite::types::Value::Integer(ord)) => {
                            line += &format!(" author={}", self.author_by_ord(ord)?.device);
                        }
                        (_, rusqlite::types::Value::Blob(bytes)) => {
                            let hex: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
                            line += &format!(" {name}={hex}");
                        }
                        (_, value) => line += &format!(" {name}={value:?}"),
                    }
                }
                lines.push(line);
            }
        }
        lines.sort_unstable();
        Ok(lines)
    }
}
