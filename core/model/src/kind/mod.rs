//! How a kind of record is declared: once, as data.
//!
//! A document is a root map of flat keys. Each key belongs to a *field* of the document's *kind*,
//! and a field is declared by its number, its [`Shape`], its merge rule and who may write it.
//! Documents, ingest, projection, conflicts, search, export and the command line follow from
//! the declaration (docs/howto-add-a-record.md, docs/adr/0003-kinds-are-declared.md).
//!
//! Numbers of kinds and fields are frozen: they stand in entries and in documents. A field never
//! changes its meaning; a kind only grows (rule R5).

mod data;
mod shape;

pub use data::{Data, Zone, missing};
pub use shape::{Columns, Item, Member, Shape, Word, Words};

use crate::access::{Role, Roles, SpaceKind};
use crate::ids::{CommunityId, DocId, GridId, MemberId};

/// A scalar in a document: the only thing a key of version 1 holds.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Value {
    /// Cleared.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A number; dates are days since 1970-01-01, times are seconds since then.
    Int(i64),
    /// Text.
    Text(String),
    /// An id, or a packed record (CBOR).
    Bytes(Vec<u8>),
}

impl Value {
    /// How many bytes the value counts for against [`Field::max_bytes`].
    #[must_use]
    pub fn size(&self) -> usize {
        match self {
            Self::Null | Self::Bool(_) => 1,
            Self::Int(_) => 8,
            Self::Text(text) => text.len(),
            Self::Bytes(bytes) => bytes.len(),
        }
    }

    /// The text, if it is text.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self {
            Some(text)
        } else {
            None
        }
    }

    /// The number, if it is one.
    #[must_use]
    pub fn as_int(&self) -> Option<i64> {
        if let Self::Int(int) = self {
            Some(*int)
        } else {
            None
        }
    }

    /// The bytes, if it is bytes.
    #[must_use]
    pub fn as_bytes(&self) -> Option<&[u8]> {
        if let Self::Bytes(bytes) = self {
            Some(bytes)
        } else {
            None
        }
    }
}

/// What becomes of concurrent writes to one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Merge {
    /// One fact: the last value seen is replaced; values written side by side are all kept and
    /// shown as a conflict until a person resolves it (rule R3).
    Register,
    /// Written once, never replaced: a visit, a tick. Each author's value under an id is a row
    /// of its own, so that nobody can hide another's record by writing under its id. What stands
    /// in for an earlier one names it.
    Once,
    /// Text that several people edit at once, letter by letter; nobody's sentence is lost.
    Text,
}

/// How a field's value is found by a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Find {
    /// Not at all.
    No,
    /// By its words: two neighbouring characters.
    Text,
    /// By its words, in pinyin and by initials.
    Name,
    /// By the last four digits or more.
    Phone,
}

/// The table of every field that needs none of its own.
pub const CELL: &str = "cell";

/// One field of a kind, declared by [`Field::new`] and what follows it.
#[derive(Debug)]
pub struct Field {
    /// Frozen number; the key in the document is this number in decimal.
    pub code: u16,
    /// For messages, conflicts, export and the command line.
    pub name: &'static str,
    /// The same for people.
    pub zh: &'static str,
    /// What its value looks like; columns, JSON and typed input follow from it.
    pub shape: Shape,
    /// Whether there are many, each under an id (`code/hex` in the document).
    pub keyed: bool,
    /// Words that the ids stand for, where they are codes (`u16` big-endian).
    pub keys: Option<Words>,
    /// The merge rule.
    pub merge: Merge,
    /// Who may write it, where that is not the kind's [`Kind::writers`]; others' writes are refused.
    pub writers: Option<Roles>,
    /// Largest value, in bytes; enforced when recording and at ingest.
    pub max_bytes: usize,
    /// The projection table: [`CELL`], or one whose columns are named like the shape's parts.
    /// Rows are keyed by (space, doc) for plain fields, (space, doc, id) for keyed registers,
    /// (id, version) for keyed write-once records.
    pub table: &'static str,
    /// How a search finds it.
    pub find: Find,
    /// The written rule for values side by side: the greatest is shown until a person resolves
    /// it. Without one, automerge's winner is shown, which every device agrees on.
    pub prefer: Option<fn(&Value) -> i64>,
    /// Whether a value here ends the record: what is written to other fields without having seen
    /// it is shown as a conflict.
    pub ends: bool,
    /// Whether a new record must have it.
    pub needed: bool,
}

impl Field {
    /// A plain register of 256 bytes at most, in [`CELL`], not searched.
    #[must_use]
    pub const fn new(code: u16, name: &'static str, zh: &'static str, shape: Shape) -> Self {
        Self {
            code,
            name,
            zh,
            shape,
            keyed: false,
            keys: None,
            merge: Merge::Register,
            writers: None,
            max_bytes: 256,
            table: CELL,
            find: Find::No,
            prefer: None,
            ends: false,
            needed: false,
        }
    }

    /// Many, each under an id.
    #[must_use]
    pub const fn keyed(mut self) -> Self {
        self.keyed = true;
        self
    }

    /// Many, each under the code of a word.
    #[must_use]
    pub const fn keyed_by(mut self, words: Words) -> Self {
        self.keyed = true;
        self.keys = Some(words);
        self
    }

    /// Many, each written once under a random id.
    #[must_use]
    pub const fn once(mut self) -> Self {
        self.keyed = true;
        self.merge = Merge::Once;
        self
    }

    /// Text that several people edit at once.
    #[must_use]
    pub const fn edited(mut self) -> Self {
        self.merge = Merge::Text;
        self
    }

    /// Written by these alone.
    #[must_use]
    pub const fn by(mut self, writers: Roles) -> Self {
        self.writers = Some(writers);
        self
    }

    /// With another limit.
    #[must_use]
    pub const fn max(mut self, bytes: usize) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// In a table of its own.
    #[must_use]
    pub const fn table(mut self, table: &'static str) -> Self {
        self.table = table;
        self
    }

    /// Searched.
    #[must_use]
    pub const fn find(mut self, find: Find) -> Self {
        self.find = find;
        self
    }

    /// With a rule for values side by side; see [`Field::prefer`].
    #[must_use]
    pub const fn prefer(mut self, rule: fn(&Value) -> i64) -> Self {
        self.prefer = Some(rule);
        self
    }

    /// Ends the record; see [`Field::ends`].
    #[must_use]
    pub const fn ends(mut self) -> Self {
        self.ends = true;
        self
    }

    /// Needed by every new record.
    #[must_use]
    pub const fn needed(mut self) -> Self {
        self.needed = true;
        self
    }

    /// Which of the values that stand side by side is shown: the rule's, or the first, which is
    /// automerge's winner. `None` if there are none.
    #[must_use]
    pub fn shown(&self, values: &[&Value]) -> Option<usize> {
        let rule = self.prefer.unwrap_or(|_| 0);
        (0..values.len()).min_by_key(|n| std::cmp::Reverse(rule(values[*n])))
    }

    /// The value as columns of [`Field::table`]; `None` if this version cannot read it (a newer app
    /// wrote it): it stays in the document and is shown as unknown.
    #[must_use]
    pub fn columns(&self, value: &Value) -> Option<Columns> {
        if self.table != CELL {
            return self.shape.columns(self.name, value);
        }
        (*value == Value::Null || self.shape.reads(value)).then(|| vec![("value", value.clone())])
    }
}

/// A kind of document.
#[derive(Debug)]
pub struct Kind {
    /// Frozen number, also in the document's genesis.
    pub code: u16,
    /// For messages, export and the command line.
    pub name: &'static str,
    /// The same for people.
    pub zh: &'static str,
    /// The kind of space such documents live in; an entry that brings one into another is refused.
    pub space: SpaceKind,
    /// Whether the document belongs to one member, its subject, who may write it whatever the role.
    pub own: bool,
    /// Whether a record of it is a document of its own that people add, edit, list and end by its
    /// declaration alone.
    pub general: bool,
    /// Who may write the fields that do not say otherwise.
    pub writers: Roles,
    /// The fields, in order of number.
    pub fields: &'static [Field],
}

impl Kind {
    /// The field with this number.
    #[must_use]
    pub fn field(&self, code: u16) -> Option<&'static Field> {
        self.fields.iter().find(|f| f.code == code)
    }

    /// The field of this name.
    #[must_use]
    pub fn field_named(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|f| f.name == name)
    }

    /// The field whose value ends a record, if the kind has one.
    #[must_use]
    pub fn ending(&self) -> Option<&'static Field> {
        self.fields.iter().find(|f| f.ends)
    }

    /// The id of the document of this kind about a subject; the grid is `GridId::default()` for kinds
    /// that are not per grid.
    #[must_use]
    pub fn document(&self, community: CommunityId, grid: GridId, subject: &[&[u8]]) -> DocId {
        community.document(community.space(self.space, grid), self.code, subject)
    }

    /// Whether an author of this role may write the field of this document.
    #[must_use]
    pub fn may_write(
        &self,
        community: CommunityId,
        doc: DocId,
        field: &Field,
        member: MemberId,
        role: Role,
    ) -> bool {
        field.writers.unwrap_or(self.writers).contains(role)
            || (self.own
                && self.document(community, GridId::default(), &[member.as_bytes()]) == doc)
    }
}

/// A key of a document: the field's number and, for keyed fields, the id.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// The field's number.
    pub field: u16,
    /// The id under it; empty for plain fields.
    pub id: Vec<u8>,
}

impl Key {
    /// A plain field's key.
    #[must_use]
    pub const fn plain(field: u16) -> Self {
        Self {
            field,
            id: Vec::new(),
        }
    }

    /// A keyed field's key.
    #[must_use]
    pub fn with_id(field: u16, id: &[u8]) -> Self {
        Self {
            field,
            id: id.to_vec(),
        }
    }

    /// The key as it stands in the automerge document: `7` or `7/00ff…`.
    #[must_use]
    pub fn to_path(&self) -> String {
        use std::fmt::Write;
        let mut path = self.field.to_string();
        if !self.id.is_empty() {
            path.reserve(self.id.len() * 2 + 1);
            path.push('/');
            for byte in &self.id {
                let _ = write!(path, "{byte:02x}");
            }
        }
        path
    }

    /// Reads a key back; `None` for the genesis marker and anything else not of this form.
    #[must_use]
    pub fn from_path(path: &str) -> Option<Self> {
        let (field, hex) = path.split_once('/').unwrap_or((path, ""));
        let code: u16 = field.parse().ok()?;
        let pairs = hex.as_bytes().chunks_exact(2);
        if !pairs.remainder().is_empty() || (hex.is_empty() && path.contains('/')) {
            return None;
        }
        let id = pairs
            .map(|pair| {
                std::str::from_utf8(pair)
                    .ok()
                    .and_then(|p| u8::from_str_radix(p, 16).ok())
            })
            .collect::<Option<Vec<u8>>>()?;
        let key = Self { field: code, id };
        (key.to_path() == path).then_some(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_reads_back_from_its_path_and_nothing_else_does() {
        for key in [
            Key::plain(0),
            Key::plain(65535),
            Key::with_id(3, &[0, 255, 16]),
        ] {
            assert_eq!(Key::from_path(&key.to_path()), Some(key));
        }
        for bad in [
            "", "kind", "07", "3/", "3/0", "3/0G", "3/AB", "65536", "3/00/00", "+3", "3/+1",
        ] {
            assert_eq!(Key::from_path(bad), None, "{bad}");
        }
    }
}
