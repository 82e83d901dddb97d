//! What a value looks like, as data: from it follow columns, JSON, and what a person may type.

use minicbor::Decoder;
use minicbor::data::Type;

use super::Value;
use crate::cadence::Cadence;

/// A word of an enumeration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    /// The frozen code.
    pub code: u16,
    /// On the command line and in JSON.
    pub word: &'static str,
    /// For people.
    pub zh: &'static str,
}

/// The words of an enumeration, in order of code. Codes of newer versions are kept.
pub type Words = &'static [Word];

/// What a value looks like.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// Yes or no.
    Bool,
    /// A number of 32 bits.
    Int,
    /// A day: days since 1970-01-01.
    Day,
    /// A time: seconds since 1970.
    Time,
    /// Text.
    Text,
    /// A [`Cadence`] in its text form. One of a newer version cannot be read, so that it never
    /// silently counts as "never due".
    Cadence,
    /// An id of 16 bytes.
    Id,
    /// One of a set of words, by its code of 8 bits.
    Word(Words),
    /// Several texts, packed.
    Texts,
    /// Several ids, packed.
    Ids,
    /// A packed record of the kind's own.
    Packed,
    /// A packed record: a CBOR array that only grows at its end (rule R5).
    Record(&'static [Member]),
}

/// A part of a record.
#[derive(Debug, Clone, Copy)]
pub struct Member {
    /// The column, and the name in JSON and on the command line.
    pub name: &'static str,
    /// For people.
    pub zh: &'static str,
    /// Its own shape; not a record.
    pub shape: Shape,
    /// Whether the record makes no sense without it.
    pub needed: bool,
}

impl Member {
    /// A part that may be absent.
    #[must_use]
    pub const fn new(name: &'static str, zh: &'static str, shape: Shape) -> Self {
        Self {
            name,
            zh,
            shape,
            needed: false,
        }
    }

    /// A part that must be there.
    #[must_use]
    pub const fn needed(name: &'static str, zh: &'static str, shape: Shape) -> Self {
        Self {
            name,
            zh,
            shape,
            needed: true,
        }
    }
}

/// Named values for one row of a projection table.
pub type Columns = Vec<(&'static str, Value)>;

/// A value, or a part of one, as read by its shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// Absent or cleared.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A number, day, time or code.
    Int(i64),
    /// Text.
    Text(String),
    /// An id.
    Id([u8; 16]),
    /// Several texts.
    Texts(Vec<String>),
    /// Several ids.
    Ids(Vec<[u8; 16]>),
    /// A CBOR item.
    Packed(Vec<u8>),
}

impl Item {
    /// As a column: several texts joined by 、, several ids one behind the other.
    #[must_use]
    pub fn column(self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(bool) => Value::Bool(bool),
            Self::Int(int) => Value::Int(int),
            Self::Text(text) => Value::Text(text),
            Self::Id(id) => Value::Bytes(id.to_vec()),
            Self::Texts(texts) => Value::Text(texts.join("、")),
            Self::Ids(ids) => Value::Bytes(ids.concat()),
            Self::Packed(bytes) => Value::Bytes(bytes),
        }
    }
}

impl Shape {
    /// Whether a value of this shape can be read; cleared ones can.
    #[must_use]
    pub fn reads(&self, value: &Value) -> bool {
        self.items(value).is_some()
    }

    /// The value's parts: one, or a record's, in order. `None` if it is not of this shape.
    #[must_use]
    pub fn items(&self, value: &Value) -> Option<Vec<Item>> {
        if let Self::Record(members) = self {
            return match value {
                Value::Null => Some(vec![Item::Null; members.len()]),
                _ => read_record(members, value.as_bytes()?),
            };
        }
        let item = match (self, value) {
            (_, Value::Null) => Item::Null,
            (Self::Texts | Self::Ids | Self::Packed, Value::Bytes(bytes)) => {
                let d = &mut Decoder::new(bytes);
                let item = read(*self, d)?;
                (d.position() == bytes.len()).then_some(item)?
            }
            (Self::Bool, Value::Bool(bool)) => Item::Bool(*bool),
            // As a table keeps it.
            (Self::Bool, Value::Int(int @ 0..=1)) => Item::Bool(*int == 1),
            (Self::Int | Self::Day | Self::Time | Self::Word(_), Value::Int(int)) => {
                checked(*self, *int)?
            }
            (Self::Text | Self::Cadence, Value::Text(text)) => spelled(*self, text)?,
            (Self::Id, Value::Bytes(bytes)) => Item::Id(bytes.as_slice().try_into().ok()?),
            _ => return None,
        };
        Some(vec![item])
    }

    /// The value as columns: one named `name`, or one for each part of a record.
    #[must_use]
    pub fn columns(&self, name: &'static str, value: &Value) -> Option<Columns> {
        let names: Vec<_> = match self {
            Self::Record(members) => members.iter().map(|m| m.name).collect(),
            _ => vec![name],
        };
        let items = self.items(value)?.into_iter().map(Item::column);
        Some(names.into_iter().zip(items).collect())
    }
}

fn checked(shape: Shape, int: i64) -> Option<Item> {
    let fits = match shape {
        Shape::Day | Shape::Int => i32::try_from(int).is_ok(),
        Shape::Word(_) => u8::try_from(int).is_ok(),
        _ => true,
    };
    fits.then_some(Item::Int(int))
}

fn spelled(shape: Shape, text: &str) -> Option<Item> {
    let fits = !matches!(shape, Shape::Cadence) || text.parse::<Cadence>().is_ok();
    fits.then(|| Item::Text(text.to_owned()))
}

fn read_record(members: &[Member], bytes: &[u8]) -> Option<Vec<Item>> {
    let d = &mut Decoder::new(bytes);
    let len = usize::try_from(d.array().ok()??).ok()?;
    let mut items = Vec::with_capacity(members.len());
    for (n, member) in members.iter().enumerate() {
        let item = if n < len {
            read(member.shape, d)?
        } else {
            Item::Null
        };
        if member.needed && item == Item::Null {
            return None;
        }
        items.push(item);
    }
    // A newer version's further parts.
    for _ in members.len()..len {
        d.skip().ok()?;
    }
    (d.position() == bytes.len()).then_some(items)
}

fn read(shape: Shape, d: &mut Decoder<'_>) -> Option<Item> {
    if d.datatype().ok()? == Type::Null {
        d.null().ok()?;
        return Some(Item::Null);
    }
    Some(match shape {
        Shape::Bool => Item::Bool(d.bool().ok()?),
        Shape::Int | Shape::Day | Shape::Time | Shape::Word(_) => {
            return checked(shape, d.i64().ok()?);
        }
        Shape::Text | Shape::Cadence => return spelled(shape, d.str().ok()?),
        Shape::Id => Item::Id(d.bytes().ok()?.try_into().ok()?),
        Shape::Texts => Item::Texts(list(d, |d| d.str().ok().map(str::to_owned))?),
        Shape::Ids => Item::Ids(list(d, |d| d.bytes().ok()?.try_into().ok())?),
        Shape::Packed => {
            let start = d.position();
            d.skip().ok()?;
            Item::Packed(d.input().get(start..d.position())?.to_vec())
        }
        Shape::Record(_) => return None,
    })
}

fn list<'b, T>(
    d: &mut Decoder<'b>,
    read: impl Fn(&mut Decoder<'b>) -> Option<T>,
) -> Option<Vec<T>> {
    (0..d.array().ok()??).map(|_| read(d)).collect()
}
