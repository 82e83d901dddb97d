//! Values as plain trees: what JSON, exports and forms are made of, and what people type.

use chrono::{DateTime, FixedOffset, NaiveDate, Offset, TimeZone, Utc};
use minicbor::data::Type;
use minicbor::{Decoder, Encoder};

use super::{Item, Member, Shape, Value, Words};
use crate::Message;
use crate::ids::DocId;

/// The community's time zone, in minutes east of UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Zone(pub i32);

impl Zone {
    /// A time (seconds since 1970) in this zone; UTC if the offset makes no sense.
    #[must_use]
    pub fn time(self, at: i64) -> DateTime<FixedOffset> {
        let zone = FixedOffset::east_opt(self.0.saturating_mul(60)).unwrap_or(Utc.fix());
        zone.timestamp_opt(at, 0)
            .single()
            .unwrap_or_else(|| DateTime::UNIX_EPOCH.with_timezone(&zone))
    }
}

/// A value as people and programs exchange it. Days are `2026-11-22`, times RFC 3339, ids
/// hexadecimal, words of an enumeration their word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Data {
    /// Nothing.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A number; a code of a newer version.
    Int(i64),
    /// Text, and everything that is written as text.
    Text(String),
    /// Several.
    List(Vec<Data>),
    /// A record's parts.
    Map(Vec<(String, Data)>),
}

impl Data {
    /// Text as a value.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
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

    /// A part of a record.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Self> {
        let Self::Map(parts) = self else { return None };
        parts.iter().find(|(n, _)| n == name).map(|(_, data)| data)
    }
}

/// The deepest packed record that is shown.
const DEEPEST: u8 = 8;

impl Shape {
    /// The value as a tree; `None` if it is not of this shape.
    #[must_use]
    pub fn show(&self, value: &Value, zone: Zone) -> Option<Data> {
        if *value == Value::Null {
            return Some(Data::Null);
        }
        let items = self.items(value)?;
        if let Self::Record(members) = self {
            let parts = members.iter().zip(items).filter(|(_, i)| *i != Item::Null);
            let shown = parts.map(|(m, item)| (m.name.to_owned(), show(m.shape, item, zone)));
            return Some(Data::Map(shown.collect()));
        }
        Some(show(*self, items.into_iter().next()?, zone))
    }

    /// A tree, or what a person typed, as a value. Lists may be typed with 、 , ; between; a record is
    /// a map of its parts.
    ///
    /// # Errors
    /// `bad_value`: what is expected; never what was given, which may name a person.
    pub fn take(&self, data: &Data) -> Result<Value, Message> {
        if *data == Data::Null {
            return Ok(Value::Null);
        }
        if let Self::Record(members) = self {
            return take_record(members, data);
        }
        let item = take(*self, data)?;
        Ok(match item {
            Item::Texts(_) | Item::Ids(_) => {
                let mut e = Encoder::new(Vec::new());
                write(&mut e, &item);
                Value::Bytes(e.into_writer())
            }
            other => other.column(),
        })
    }

    /// What may be typed, in both languages.
    #[must_use]
    pub fn hint(&self) -> (String, String) {
        let (zh, en) = match self {
            Self::Bool => ("是或否", "yes or no"),
            Self::Int => ("数字", "a number"),
            Self::Day => ("日期，如 2026-11-22", "a date like 2026-11-22"),
            Self::Time => (
                "时间，如 2026-11-22T09:30:00+08:00",
                "a time like 2026-11-22T09:30:00+08:00",
            ),
            Self::Text => ("文字", "text"),
            Self::Cadence => (
                "频次：daily、weekly、monthly、quarterly、every:10、weekdays:135",
                "a cadence: daily, weekly, monthly, quarterly, every:10 or weekdays:135",
            ),
            Self::Id => ("编号", "an id"),
            Self::Texts => ("几段文字，以顿号分开", "texts with commas between"),
            Self::Ids => ("几个编号，以逗号分开", "ids with commas between"),
            Self::Packed | Self::Record(_) => ("记录", "a record"),
            Self::Word(words) => {
                let join = |f: fn(&super::Word) -> &str| {
                    words.iter().map(f).collect::<Vec<_>>().join(" / ")
                };
                return (join(|w| w.zh), join(|w| w.word));
            }
        };
        (zh.to_owned(), en.to_owned())
    }
}

fn show(shape: Shape, item: Item, zone: Zone) -> Data {
    let hex = |id: [u8; 16]| Data::Text(DocId(id).to_string());
    match (shape, item) {
        (_, Item::Null) => Data::Null,
        (_, Item::Bool(bool)) => Data::Bool(bool),
        (Shape::Day, Item::Int(day)) => i32::try_from(day)
            .ok()
            .and_then(crate::round::date_of)
            .map_or(Data::Int(day), |date| Data::Text(date.to_string())),
        (Shape::Time, Item::Int(at)) => Data::Text(zone.time(at).to_rfc3339()),
        (Shape::Word(words), Item::Int(code)) => words
            .iter()
            .find(|w| i64::from(w.code) == code)
            .map_or(Data::Int(code), |w| Data::text(w.word)),
        (_, Item::Int(int)) => Data::Int(int),
        (_, Item::Text(text)) => Data::Text(text),
        (_, Item::Id(id)) => hex(id),
        (_, Item::Texts(texts)) => Data::List(texts.into_iter().map(Data::Text).collect()),
        (_, Item::Ids(ids)) => Data::List(ids.into_iter().map(hex).collect()),
        (_, Item::Packed(bytes)) => {
            unpacked(&mut Decoder::new(&bytes), DEEPEST).unwrap_or(Data::Null)
        }
    }
}

/// Any CBOR item as a tree, so that an export loses nothing.
fn unpacked(d: &mut Decoder<'_>, deeper: u8) -> Option<Data> {
    let deeper = deeper.checked_sub(1)?;
    Some(match d.datatype().ok()? {
        Type::Null | Type::Undefined => {
            d.skip().ok()?;
            Data::Null
        }
        Type::Bool => Data::Bool(d.bool().ok()?),
        Type::String => Data::text(d.str().ok()?),
        Type::Bytes => Data::Text(d.bytes().ok()?.iter().map(|b| format!("{b:02x}")).collect()),
        Type::Array => {
            let len = d.array().ok()??;
            Data::List(
                (0..len)
                    .map(|_| unpacked(d, deeper))
                    .collect::<Option<_>>()?,
            )
        }
        _ => Data::Int(d.i64().ok()?),
    })
}

fn bad(shape: Shape) -> Message {
    let (zh, en) = shape.hint();
    Message::new(
        "bad_value",
        format!("应为{zh}。"),
        format!("This takes {en}."),
    )
}

fn take(shape: Shape, data: &Data) -> Result<Item, Message> {
    let refused = || bad(shape);
    let typed = data.as_text().map(str::trim);
    if typed == Some("") {
        return Ok(Item::Null);
    }
    let item = match (shape, data) {
        (_, Data::Null) => Some(Item::Null),
        (Shape::Bool, Data::Bool(bool)) => Some(Item::Bool(*bool)),
        (Shape::Bool, _) => match typed {
            Some("yes" | "true" | "是" | "有") => Some(Item::Bool(true)),
            Some("no" | "false" | "否" | "无") => Some(Item::Bool(false)),
            _ => None,
        },
        // What is beyond 32 bits could be kept and never read.
        (Shape::Int, Data::Int(int)) => i32::try_from(*int).ok().map(i64::from).map(Item::Int),
        (Shape::Int, _) => typed
            .and_then(|t| t.parse::<i32>().ok())
            .map(|int| Item::Int(int.into())),
        (Shape::Day, _) => typed
            .and_then(|t| t.parse::<NaiveDate>().ok())
            .map(|date| Item::Int(crate::round::day_of(date).into())),
        (Shape::Time, _) => typed
            .and_then(|t| DateTime::parse_from_rfc3339(t).ok())
            .map(|time| Item::Int(time.timestamp())),
        (Shape::Text, _) => typed.map(|t| Item::Text(t.to_owned())),
        (Shape::Cadence, _) => typed
            .and_then(|t| t.parse::<crate::cadence::Cadence>().ok())
            .map(|cadence| Item::Text(cadence.to_string())),
        (Shape::Id, _) => typed.and_then(id).map(Item::Id),
        (Shape::Word(words), _) => typed.and_then(|t| code(words, t)).map(Item::Int),
        (Shape::Texts, _) => pieces(data).map(Item::Texts),
        (Shape::Ids, _) => pieces(data)
            .and_then(|all| all.iter().map(|t| id(t)).collect::<Option<_>>())
            .map(Item::Ids),
        (Shape::Packed | Shape::Record(_), _) => None,
    };
    item.ok_or_else(refused)
}

fn id(text: &str) -> Option<[u8; 16]> {
    text.parse::<DocId>().ok().map(|id| id.0)
}

fn code(words: Words, text: &str) -> Option<i64> {
    let found = words.iter().find(|w| w.word == text || w.zh == text)?;
    Some(found.code.into())
}

fn pieces(data: &Data) -> Option<Vec<String>> {
    match data {
        Data::List(all) => all
            .iter()
            .map(|d| d.as_text().map(|t| t.trim().to_owned()))
            .collect(),
        Data::Text(text) => Some(
            text.split(['、', ',', '，', ';', '；'])
                .map(str::trim)
                .filter(|t| !t.is_empty())
                .map(str::to_owned)
                .collect(),
        ),
        _ => None,
    }
}

fn take_record(members: &[Member], data: &Data) -> Result<Value, Message> {
    let Data::Map(parts) = data else {
        return Err(bad(Shape::Record(&[])));
    };
    if let Some((name, _)) = parts
        .iter()
        .find(|(name, _)| members.iter().all(|m| m.name != name))
    {
        return Err(Message::new(
            "unknown_field",
            format!("没有“{name}”这一项；请核对项目名称。"),
            format!("There is no part \"{name}\"; check the names of the parts."),
        ));
    }
    let mut items = Vec::new();
    for member in members {
        let item = match data.get(member.name) {
            Some(data) => take(member.shape, data)?,
            None => Item::Null,
        };
        if member.needed && item == Item::Null {
            return Err(missing(member.name, member.zh));
        }
        items.push(item);
    }
    while items.last() == Some(&Item::Null) {
        items.pop();
    }
    let mut e = Encoder::new(Vec::new());
    let _ = e.array(items.len() as u64);
    for item in &items {
        write(&mut e, item);
    }
    Ok(Value::Bytes(e.into_writer()))
}

/// Something is needed and not there.
#[must_use]
pub fn missing(name: &str, zh: &str) -> Message {
    Message::new(
        "missing_field",
        format!("缺少“{zh}”（{name}）；请补上。"),
        format!("\"{name}\" is missing; add it."),
    )
}

// Writing to a vector cannot fail.
fn write(e: &mut Encoder<Vec<u8>>, item: &Item) {
    let _ = match item {
        Item::Null => e.null(),
        Item::Bool(bool) => e.bool(*bool),
        Item::Int(int) => e.i64(*int),
        Item::Text(text) => e.str(text),
        Item::Id(id) => e.bytes(id),
        Item::Texts(texts) => {
            let _ = e.array(texts.len() as u64);
            texts.iter().for_each(|t| {
                let _ = e.str(t);
            });
            return;
        }
        Item::Ids(ids) => {
            let _ = e.array(ids.len() as u64);
            ids.iter().for_each(|id| {
                let _ = e.bytes(id);
            });
            return;
        }
        Item::Packed(bytes) => {
            use minicbor::encode::Write as _;
            let _ = e.writer_mut().write_all(bytes);
            return;
        }
    };
}
