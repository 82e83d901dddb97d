//! What the kinds of record are: forms are made of it.

use doorknock::model::kind::{self, Merge, Shape};

use crate::home::Doorknock;

/// A kind of record that is added, edited and listed by its declaration.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct KindInfo {
    /// The stable name: `case`, `crew`, `campaign`, `period`, `duty`, `session`, `pair`, `partner`, `item`.
    pub name: String,
    /// For people, Chinese.
    pub zh: String,
    /// Whether each record belongs to a grid.
    pub per_grid: bool,
    /// The fields, in the order of their declaration.
    pub fields: Vec<FieldInfo>,
}

/// A field of a kind.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct FieldInfo {
    /// The stable name.
    pub name: String,
    /// For people, Chinese.
    pub zh: String,
    /// What its value looks like.
    pub shape: FieldShape,
    /// What becomes of it when it is written again.
    pub rule: FieldRule,
    /// Whether there are many, each under an id: `append_record`.
    pub many: bool,
    /// The words that those ids stand for; empty if they are ids.
    pub keys: Vec<WordInfo>,
    /// Whether a new record must have it.
    pub needed: bool,
    /// Whether a value here ends the record.
    pub ends: bool,
    /// The longest value, in bytes of UTF-8.
    pub max_bytes: u64,
}

/// What becomes of a field when it is written again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum FieldRule {
    /// The last value seen is replaced; values written side by side stand as a conflict: `edit_record`.
    Replaced,
    /// Written once, never replaced.
    Once,
    /// Text that several people edit at once, nobody's sentence is lost: `edit_text`.
    Edited,
}

/// What a value looks like.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum FieldShape {
    /// Yes or no.
    YesNo,
    /// A number, of 32 bits.
    Number,
    /// A day.
    Date,
    /// A time.
    Time,
    /// Text.
    Written,
    /// How often, as text: `daily`, `weekly`, `monthly`, `quarterly`, `every:10`, `weekdays:135` (Monday is 1).
    Often,
    /// An id. A field named like a kind refers to records of that kind; `door`, `doors` and `person` refer to
    /// those.
    Id,
    /// One of these words.
    Word {
        /// Which.
        words: Vec<WordInfo>,
    },
    /// Several texts.
    Texts,
    /// Several ids.
    Ids,
    /// Parts.
    Parts {
        /// Which.
        parts: Vec<PartInfo>,
    },
    /// Of a form that is not edited by its declaration.
    Packed,
}

/// A word of an enumeration.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct WordInfo {
    /// The stable word.
    pub word: String,
    /// For people, Chinese.
    pub zh: String,
}

/// A part of a value.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct PartInfo {
    /// The stable name.
    pub name: String,
    /// For people, Chinese.
    pub zh: String,
    /// What it looks like.
    pub shape: FieldShape,
    /// Whether it must be there.
    pub needed: bool,
}

fn words(words: kind::Words) -> Vec<WordInfo> {
    let word = |word: &kind::Word| WordInfo {
        word: word.word.to_owned(),
        zh: word.zh.to_owned(),
    };
    words.iter().map(word).collect()
}

impl From<Shape> for FieldShape {
    fn from(shape: Shape) -> Self {
        match shape {
            Shape::Bool => Self::YesNo,
            Shape::Int => Self::Number,
            Shape::Day => Self::Date,
            Shape::Time => Self::Time,
            Shape::Text => Self::Written,
            Shape::Cadence => Self::Often,
            Shape::Id => Self::Id,
            Shape::Word(of) => Self::Word { words: words(of) },
            Shape::Texts => Self::Texts,
            Shape::Ids => Self::Ids,
            Shape::Packed => Self::Packed,
            Shape::Record(members) => {
                let part = |member: &kind::Member| PartInfo {
                    name: member.name.to_owned(),
                    zh: member.zh.to_owned(),
                    shape: member.shape.into(),
                    needed: member.needed,
                };
                Self::Parts {
                    parts: members.iter().map(part).collect(),
                }
            }
        }
    }
}

impl From<&kind::Field> for FieldInfo {
    fn from(field: &kind::Field) -> Self {
        Self {
            name: field.name.to_owned(),
            zh: field.zh.to_owned(),
            shape: field.shape.into(),
            rule: match field.merge {
                Merge::Register => FieldRule::Replaced,
                Merge::Once => FieldRule::Once,
                Merge::Text => FieldRule::Edited,
            },
            many: field.keyed,
            keys: field.keys.map(words).unwrap_or_default(),
            needed: field.needed,
            ends: field.ends,
            max_bytes: field.max_bytes as u64,
        }
    }
}

impl From<&kind::Kind> for KindInfo {
    fn from(kind: &kind::Kind) -> Self {
        Self {
            name: kind.name.to_owned(),
            zh: kind.zh.to_owned(),
            per_grid: kind.space.per_grid(),
            fields: kind.fields.iter().map(FieldInfo::from).collect(),
        }
    }
}

#[uniffi::export]
impl Doorknock {
    /// The kinds of record that are added, edited and listed by their declaration: some ten. The same on
    /// every device of this version, also while the home is paused.
    pub fn record_kinds(&self) -> Vec<KindInfo> {
        doorknock::Doorknock::record_kinds()
            .map(KindInfo::from)
            .collect()
    }
}
