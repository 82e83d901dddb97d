//! How a kind of record is declared: once, as data.
//!
//! A document is a root map of flat keys. Each key belongs to a *field* of the document's *kind*,
//! and a field is declared by its number, its merge rule, who may write it, and how its value
//! becomes columns of a table. Documents, ingest, projection, conflicts and rebuild all follow
//! from the declaration; a new kind brings a declaration, a table in a migration and the queries
//! that read it, and no plumbing of its own (docs/adr/0003-kinds-are-declared.md).
//!
//! Numbers of kinds and fields are frozen: they stand in entries and in documents. A field never
//! changes its meaning; a kind only grows (rule R5).

use crate::access::{Role, Roles, SpaceKind};
use crate::ids::{CommunityId, DocId, MemberId};

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
    /// of its own, so that nobody can hide another's record by writing under its id.
    Once,
}

/// Named values for one row of a projection table.
pub type Columns = Vec<(&'static str, Value)>;

/// One field of a kind.
pub struct Field {
    /// Frozen number; the key in the document is this number in decimal.
    pub code: u16,
    /// For messages, conflicts and export.
    pub name: &'static str,
    /// Whether there are many, each under an id (`code/hex` in the document).
    pub keyed: bool,
    /// The merge rule.
    pub merge: Merge,
    /// Who may write it; others' writes stay in the document and are not projected.
    pub writers: Roles,
    /// Largest value, in bytes; enforced when recording and at ingest.
    pub max_bytes: usize,
    /// The projection table. Rows are keyed by (space, doc) for plain fields, (space, doc, id) for
    /// keyed registers, (id, device) for keyed write-once records.
    pub table: &'static str,
    /// The value as columns of that table; `None` if this version cannot read it (a newer app
    /// wrote it): it stays in the document and is shown as unknown. Must accept [`Value::Null`]
    /// for registers.
    pub columns: fn(&Value) -> Option<Columns>,
}

/// A kind of document.
pub struct Kind {
    /// Frozen number, also in the document's genesis.
    pub code: u16,
    /// For messages and export.
    pub name: &'static str,
    /// The kind of space such documents live in; an entry that brings one into another is refused.
    pub space: SpaceKind,
    /// Whether the document belongs to one member, its subject, who may write it whatever the role.
    pub own: bool,
    /// The fields, in order of number.
    pub fields: &'static [Field],
}

impl Kind {
    /// The field with this number.
    #[must_use]
    pub fn field(&self, code: u16) -> Option<&'static Field> {
        self.fields.iter().find(|f| f.code == code)
    }

    /// The id of the document of this kind about a subject.
    #[must_use]
    pub fn document(&self, community: CommunityId, subject: &[&[u8]]) -> DocId {
        community.document(self.code, subject)
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
        field.writers.contains(role)
            || (self.own && self.document(community, &[member.as_bytes()]) == doc)
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
