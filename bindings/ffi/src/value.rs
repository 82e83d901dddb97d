//! Values of records, as they cross the border.

use std::time::SystemTime;

use chrono::{DateTime, SecondsFormat};
use doorknock::model::ids::DocId;
use doorknock::model::kind::{Data, Shape};

use crate::error::{Result, unknown_choice};
use crate::ids::Uuid;
use crate::times::{Day, instant, seconds};

/// A value of a record. What its kind's declaration says of the field ([`crate::FieldInfo::shape`]) is what
/// the core shows; when recording, it also takes `Text` for anything, as a person types it.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum RecordValue {
    /// Nothing; recorded, it clears a field.
    Empty,
    /// Yes or no.
    YesNo {
        /// Which.
        yes: bool,
    },
    /// A number, of 32 bits.
    Number {
        /// How many.
        number: i64,
    },
    /// A day.
    Date {
        /// Which.
        day: Day,
    },
    /// A time.
    Time {
        /// When.
        at: SystemTime,
    },
    /// Text; also how often a door is due: `weekly`, `every:10`.
    Written {
        /// What.
        text: String,
    },
    /// A word of an enumeration.
    Word {
        /// The stable word.
        word: String,
        /// For people, Chinese; may be left empty when recording.
        zh: String,
    },
    /// What something else is referred to by.
    Id {
        /// Its id.
        id: Uuid,
    },
    /// Several.
    Many {
        /// In their order.
        items: Vec<RecordValue>,
    },
    /// A record's parts.
    Parts {
        /// Those that hold something, in the order of their declaration.
        parts: Vec<NamedValue>,
    },
    /// A value of a newer version: shown as unknown, never recorded.
    Unknown,
}

/// A value with its field's or part's name.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct NamedValue {
    /// The name.
    pub name: String,
    /// The value.
    pub value: RecordValue,
}

impl RecordValue {
    /// A value that the facade shows of a field of this shape.
    pub(crate) fn shown(shape: Shape, data: Data) -> Self {
        match data {
            Data::Null => Self::Empty,
            Data::Bool(yes) => Self::YesNo { yes },
            // A number where a word belongs is the code of a newer version's.
            Data::Int(_) if matches!(shape, Shape::Word(_)) => Self::Unknown,
            Data::Int(number) => Self::Number { number },
            Data::Text(text) => Self::text(shape, text),
            Data::List(items) => {
                let of = match shape {
                    Shape::Ids => Shape::Id,
                    Shape::Texts => Shape::Text,
                    _ => Shape::Packed,
                };
                let items = items.into_iter().map(|data| Self::shown(of, data));
                Self::Many {
                    items: items.collect(),
                }
            }
            Data::Map(parts) => {
                let of = |name: &str| match shape {
                    Shape::Record(members) => {
                        let member = members.iter().find(|member| member.name == name);
                        member.map_or(Shape::Packed, |member| member.shape)
                    }
                    _ => Shape::Packed,
                };
                let part = |(name, data): (String, Data)| NamedValue {
                    value: Self::shown(of(&name), data),
                    name,
                };
                Self::Parts {
                    parts: parts.into_iter().map(part).collect(),
                }
            }
        }
    }

    fn text(shape: Shape, text: String) -> Self {
        let read = match shape {
            Shape::Day => text.parse().ok().map(|day| Self::Date { day: Day(day) }),
            Shape::Time => DateTime::parse_from_rfc3339(&text)
                .ok()
                .map(|at| Self::Time { at: instant(at) }),
            Shape::Id => text
                .parse::<DocId>()
                .ok()
                .map(|id| Self::Id { id: id.into() }),
            Shape::Word(words) => {
                let known = words.iter().find(|word| word.word == text);
                known.map(|word| Self::Word {
                    word: text.clone(),
                    zh: word.zh.to_owned(),
                })
            }
            _ => None,
        };
        read.unwrap_or(Self::Written { text })
    }

    /// The value as the facade takes it.
    pub(crate) fn taken(self) -> Result<Data> {
        Ok(match self {
            Self::Empty => Data::Null,
            Self::YesNo { yes } => Data::Bool(yes),
            Self::Number { number } => Data::Int(number),
            Self::Date { day } => Data::Text(day.0.to_string()),
            Self::Time { at } => {
                let at = DateTime::from_timestamp(seconds(at)?, 0).unwrap_or_default();
                Data::Text(at.to_rfc3339_opts(SecondsFormat::Secs, true))
            }
            Self::Written { text } => Data::Text(text),
            Self::Word { word, .. } => Data::Text(word),
            Self::Id { id } => Data::Text(DocId::from(id).to_string()),
            Self::Many { items } => {
                let items = items.into_iter().map(Self::taken);
                Data::List(items.collect::<Result<_>>()?)
            }
            Self::Parts { parts } => {
                let parts = parts
                    .into_iter()
                    .map(|part| Ok((part.name, part.value.taken()?)));
                Data::Map(parts.collect::<Result<_>>()?)
            }
            Self::Unknown => return Err(unknown_choice()),
        })
    }
}

#[cfg(test)]
mod tests {
    use doorknock::model::kind::{Member, Word};

    use super::*;
    use crate::times::from_seconds;

    const WORDS: &[Word] = &[Word {
        code: 1,
        word: "flood",
        zh: "防汛",
    }];

    /// What is shown of a shape, and that it is taken again as what it was.
    fn crosses(shape: Shape, data: &Data, shown: &RecordValue) {
        assert_eq!(RecordValue::shown(shape, data.clone()), *shown);
        assert_eq!(shown.clone().taken().as_ref(), Ok(data));
    }

    #[test]
    fn every_shape_is_shown_in_a_type_of_its_own_and_taken_again() {
        let day = || "2026-11-21".parse().map(Day).unwrap();
        let id = "00112233445566778899aabbccddeeff";
        let uuid = || Uuid::from(id.parse::<DocId>().unwrap());
        let written = |text: &str| RecordValue::Written {
            text: text.to_owned(),
        };
        let word = || RecordValue::Word {
            word: "flood".to_owned(),
            zh: "防汛".to_owned(),
        };
        crosses(Shape::Text, &Data::Null, &RecordValue::Empty);
        crosses(
            Shape::Bool,
            &Data::Bool(true),
            &RecordValue::YesNo { yes: true },
        );
        crosses(
            Shape::Int,
            &Data::Int(7),
            &RecordValue::Number { number: 7 },
        );
        crosses(
            Shape::Text,
            &Data::text("2026-11-21"),
            &written("2026-11-21"),
        );
        crosses(
            Shape::Cadence,
            &Data::text("every:10"),
            &written("every:10"),
        );
        crosses(
            Shape::Day,
            &Data::text("2026-11-21"),
            &RecordValue::Date { day: day() },
        );
        crosses(Shape::Word(WORDS), &Data::text("flood"), &word());
        crosses(Shape::Id, &Data::text(id), &RecordValue::Id { id: uuid() });
        let at = RecordValue::Time {
            at: from_seconds(1_795_226_400),
        };
        crosses(Shape::Time, &Data::text("2026-11-21T02:00:00Z"), &at);
        let ids = RecordValue::Many {
            items: vec![RecordValue::Id { id: uuid() }],
        };
        crosses(Shape::Ids, &Data::List(vec![Data::text(id)]), &ids);
        let texts = RecordValue::Many {
            items: vec![written("甲"), written("乙")],
        };
        let list = Data::List(vec![Data::text("甲"), Data::text("乙")]);
        crosses(Shape::Texts, &list, &texts);
        const MEMBERS: &[Member] = &[
            Member::needed("on", "日期", Shape::Day),
            Member::new("kind", "类型", Shape::Word(WORDS)),
        ];
        let parts = RecordValue::Parts {
            parts: vec![
                NamedValue {
                    name: "on".to_owned(),
                    value: RecordValue::Date { day: day() },
                },
                NamedValue {
                    name: "kind".to_owned(),
                    value: word(),
                },
            ],
        };
        let map = Data::Map(vec![
            ("on".to_owned(), Data::text("2026-11-21")),
            ("kind".to_owned(), Data::text("flood")),
        ]);
        crosses(Shape::Record(MEMBERS), &map, &parts);
    }

    #[test]
    fn what_a_newer_version_wrote_is_unknown_and_never_recorded() {
        let newer = RecordValue::shown(Shape::Word(WORDS), Data::Int(9));
        assert_eq!(newer, RecordValue::Unknown);
        assert_eq!(newer.taken(), Err(unknown_choice()));
    }
}
