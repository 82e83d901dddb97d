//! Values written side by side: shown with authors and times, resolved by a person.

use chrono::{DateTime, FixedOffset};
use doorknock_model::ids::DocId;
use doorknock_model::kind::{Data, Key, Kind, Merge, Value, Zone};
use doorknock_replica::change::{self, OpId};
use doorknock_replica::document::{Document, Written};
use doorknock_store::View;
use doorknock_store::cells::ConflictRow;
use doorknock_store::log::DocRow;

use super::{item_name, kind_of, name_of, side_by_side};
use crate::Result;
use crate::apply;
use crate::error::{not_found, said};
use crate::home::{Doorknock, Inner};
use crate::read::{local_time, utc_offset};
use crate::writer::with_writer;

/// A fact with several values.
#[derive(Debug, Clone, PartialEq)]
pub struct Conflict {
    /// Names it for [`Doorknock::resolve`].
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
        all.extend(side_by_side::conflicts(&inner, &view)?);
        Ok(all)
    }

    /// Resolves a conflict: every value standing side by side is replaced by the chosen one.
    ///
    /// # Errors
    /// `not_found` if it is no longer one, `bad_choice`, `not_allowed`, `disk_full`.
    pub fn resolve(&self, conflict_id: &str, choice: Choice) -> Result<()> {
        let gone = || not_found("冲突", "conflict");
        let (doc, path) = conflict_id.trim().split_once(':').ok_or_else(gone)?;
        let doc: DocId = doc.parse().map_err(|_| gone())?;
        let key = Key::from_path(path).ok_or_else(gone)?;
        let (kind, space) = self.kind_and_space(doc)?;
        let field = kind.field(key.field).ok_or_else(gone)?;
        self.refuse_unless_may_write(kind, doc, field)?;
        if field.merge == Merge::Once {
            return self.resolve_visit(&key, choice);
        }
        let value = {
            let inner = self.lock();
            let view = inner.store.view()?;
            let row = ConflictRow {
                space,
                doc,
                key: Some(key.clone()),
            };
            let open = view.conflicts_of(space, doc)?.contains(&key);
            let found = conflict(&inner, &view, &row)?.filter(|_| open);
            let (_, values) = found.ok_or_else(gone)?;
            match choice {
                Choice::Clear => Value::Null,
                Choice::Keep(n) => values.into_iter().nth(n).ok_or_else(bad_choice)?,
            }
        };
        self.writing(|inner| {
            with_writer(inner, &self.env, |writer| {
                writer.settle(kind, doc, space, key.clone(), value.clone())
            })
        })
    }
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
) -> Result<Option<(Conflict, Vec<Value>)>> {
    let (Some(key), Some(doc)) = (&row.key, view.doc(row.doc)?) else {
        return Ok(None);
    };
    let kind = kind_of(doc.kind)?;
    let (Some(field), Some(heads)) = (kind.field(key.field), view.heads(&doc)?) else {
        return Ok(None);
    };
    let document = apply::load(view, doc, &heads)?;
    let mut written: Vec<Written> = Vec::new();
    for value in document.values(key) {
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
    if field.ends {
        shown.extend(said.late(&document, key)?);
    }
    let conflict = Conflict {
        id: format!("{}:{}", row.doc, key.to_path()),
        kind: kind.name,
        record: row.doc,
        field: field.name,
        field_zh: field.zh,
        item: field.keyed.then(|| item_name(field, &key.id)),
        values: shown,
    };
    let values = written.into_iter().map(|w| w.value).collect();
    Ok(Some((conflict, values)))
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

    /// Edits that had not seen the record's end.
    fn late(&self, document: &Document, ending: &Key) -> Result<Vec<ConflictValue>> {
        let mut all = Vec::new();
        for key in document.written_past(ending) {
            let name = self.kind.field(key.field).map_or("", |f| f.name);
            for written in document.values(&key).iter().take(1) {
                all.push(self.value(&key, written, Some(name))?);
            }
        }
        Ok(all)
    }

    /// The name of an operation's author, and when it was made.
    fn author(&self, op: OpId) -> Result<(String, i64)> {
        for chunk in self.view.chunks_of(self.doc.ord)? {
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
