//! Values written side by side: shown with authors and times, resolved by a person.

use chrono::{DateTime, FixedOffset};
use doorknock_model::ids::{DocId, derive16};
use doorknock_model::kind::{Data, Key, Kind, Value, Zone};
use doorknock_replica::change::{self, OpId};
use doorknock_replica::document::{Document, Written};
use doorknock_store::View;
use doorknock_store::cells::ConflictRow;
use doorknock_store::log::DocRow;

use super::{item_name, kind_of, name_of, side_by_side};
use crate::Result;
use crate::apply;
use crate::error::{not_found, said};
use crate::history;
use crate::home::{Doorknock, Inner};
use crate::read::{local_time, utc_offset};
use crate::writer::with_writer;

/// A fact with several values.
#[derive(Debug, Clone, PartialEq)]
pub struct Conflict {
    /// Names it for [`Doorknock::resolve`], with what stands side by side: once something else does, it
    /// is another conflict.
    pub id: String,
    /// The record's kind.
    pub kind: &'static str,
    /// The record.
    pub record: DocId,
    /// The field.
    pub field: &'static str,
    /// The same for people.
    pub field_zh: &'static str,
    /// Which of many.
    pub item: Option<String>,
    /// The values, the one shown first.
    pub values: Vec<ConflictValue>,
}

/// One of the values.
#[derive(Debug, Clone, PartialEq)]
pub struct ConflictValue {
    /// What.
    pub data: Data,
    /// Who wrote it.
    pub by: String,
    /// When, in the community's time zone.
    pub at: DateTime<FixedOffset>,
    /// The field, where it is not a value of the fact itself but an edit that had not seen the record's
    /// end.
    pub late: Option<&'static str>,
}

/// How a person resolves a conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// This value of [`Conflict::values`] holds; 0 is the first.
    Keep(usize),
    /// None holds: the field is cleared; a record that had ended goes on.
    Clear,
}

impl Doorknock {
    /// Every conflict on this device.
    ///
    /// # Errors
    /// The database's.
    pub fn conflicts(&self) -> Result<Vec<Conflict>> {
        let inner = self.lock();
        let view = inner.store.view()?;
        let mut all = Vec::new();
        for row in view.conflicts()? {
            all.extend(conflict(&inner, &view, &row)?.map(|(conflict, _)| conflict));
        }
        let visits = side_by_side::conflicts(&inner, &view)?;
        all.extend(visits.into_iter().map(|(conflict, _)| conflict));
        Ok(all)
    }

    /// Resolves a conflict: every value that was shown side by side is replaced by the chosen one.
    ///
    /// # Errors
    /// `not_found` if it is no longer one or another value has come since, `bad_choice`, `not_allowed`,
    /// `disk_full`.
    pub fn resolve(&self, conflict_id: &str, choice: Choice) -> Result<()> {
        if self.resolve_visit(conflict_id.trim(), choice)? {
            return Ok(());
        }
        let (row, shown) = self.conflict(conflict_id.trim())?;
        let gone = || not_found("冲突", "conflict");
        let key = row.key.ok_or_else(gone)?;
        let (kind, space) = self.kind_and_space(row.doc)?;
        let field = kind.field(key.field).ok_or_else(gone)?;
        self.refuse_unless_may_write(kind, row.doc, field)?;
        let value = match choice {
            Choice::Clear => Value::Null,
            Choice::Keep(n) => shown.values.into_iter().nth(n).ok_or_else(bad_choice)?,
        };
        let seen = Some(&shown.seen[..]);
        self.writing(|inner| {
            with_writer(inner, &self.env, |writer| {
                writer.settle(kind, row.doc, space, key.clone(), value.clone(), seen)
            })
        })
    }

    /// The conflict of this id.
    fn conflict(&self, id: &str) -> Result<(ConflictRow, Shown)> {
        let inner = self.lock();
        let view = inner.store.view()?;
        for row in view.conflicts()? {
            let found = conflict(&inner, &view, &row)?;
            if let Some((_, shown)) = found.filter(|(conflict, _)| conflict.id == id) {
                return Ok((row, shown));
            }
        }
        Err(not_found("冲突", "conflict"))
    }
}

/// What a conflict is made of.
struct Shown {
    /// The different values, in the order they are shown in.
    values: Vec<Value>,
    /// The writes they stand for.
    seen: Vec<OpId>,
}

pub(super) fn bad_choice() -> crate::Error {
    said(
        "bad_choice",
        "没有这个选项；请按列出的编号选择。",
        "There is no such value; choose one by its number in the list.",
    )
}

/// A conflict with the values as they stand in the document, in the order they are shown in.
fn conflict(
    inner: &Inner,
    view: &View<'_>,
    row: &ConflictRow,
) -> Result<Option<(Conflict, Shown)>> {
    let (Some(key), Some(doc)) = (&row.key, view.doc(row.doc)?) else {
        return Ok(None);
    };
    let kind = kind_of(doc.kind)?;
    let (Some(field), Some(heads)) = (kind.field(key.field), view.heads(&doc)?) else {
        return Ok(None);
    };
    let document = apply::load(view, doc, &heads)?;
    let mut written: Vec<Written> = Vec::new();
    let mut seen = Vec::new();
    for value in document.values(key) {
        seen.push(value.op);
        if written.iter().all(|w| w.value != value.value) {
            written.push(value);
        }
    }
    let values: Vec<_> = written.iter().map(|w| &w.value).collect();
    if let Some(shown) = field.shown(&values) {
        written.swap(0, shown);
    }
    let said = Said {
        inner,
        view,
        doc,
        kind,
    };
    let mut shown = Vec::new();
    for w in &written {
        shown.push(said.value(key, w, None)?);
    }
    let mut writes = seen.clone();
    if field.ends {
        for (other, written) in late(&document, key) {
            let name = kind.field(other.field).map_or("", |f| f.name);
            shown.push(said.value(&other, &written, Some(name))?);
            writes.push(written.op);
        }
    }
    let conflict = Conflict {
        id: conflict_id(row.doc, key, &writes),
        kind: kind.name,
        record: row.doc,
        field: field.name,
        field_zh: field.zh,
        item: field.keyed.then(|| item_name(field, &key.id)),
        values: shown,
    };
    let values = written.into_iter().map(|w| w.value).collect();
    Ok(Some((conflict, Shown { values, seen })))
}

/// A name for what stands side by side under a key.
fn conflict_id(doc: DocId, key: &Key, writes: &[OpId]) -> String {
    let path = key.to_path();
    let writes: Vec<_> = writes
        .iter()
        .map(|op| [&op.counter.to_be_bytes()[..], &op.actor].concat())
        .collect();
    let mut parts = vec![&doc.0[..], path.as_bytes()];
    parts.extend(writes.iter().map(Vec::as_slice));
    DocId(derive16("conflict", &parts)).to_string()
}

/// Edits that had not seen the record's end, each with its key.
fn late(document: &Document, ending: &Key) -> Vec<(Key, Written)> {
    let late = document.written_past(ending).into_iter();
    late.filter_map(|key| {
        let written = document.values(&key).into_iter().next()?;
        Some((key, written))
    })
    .collect()
}

/// Who said what in one document.
struct Said<'a> {
    inner: &'a Inner,
    view: &'a View<'a>,
    doc: DocRow,
    kind: &'static Kind,
}

impl Said<'_> {
    fn value(
        &self,
        key: &Key,
        written: &Written,
        late: Option<&'static str>,
    ) -> Result<ConflictValue> {
        let offset = utc_offset(self.view)?;
        let field = self.kind.field(key.field);
        let data = field.and_then(|f| f.shape.show(&written.value, Zone(offset)));
        let (by, at) = self.author(written.op)?;
        Ok(ConflictValue {
            data: data.unwrap_or(Data::Null),
            by,
            at: local_time(at, offset),
            late,
        })
    }

    /// The name of an operation's author, and when it was made.
    fn author(&self, op: OpId) -> Result<(String, i64)> {
        for chunk in history::changes(self.view, self.doc)? {
            let (actor, parts) = change::read(&chunk.change)?;
            let ops = parts.start_op..=parts.last_op();
            if actor == op.actor && ops.contains(&op.counter) {
                let author = self.view.author_by_ord(chunk.author)?;
                let name = name_of(self.inner, self.view, author.member)?;
                return Ok((name, parts.time.div_euclid(1000)));
            }
        }
        Ok((String::new(), 0))
    }
}
