//! Checklist templates: immutable, versioned, content-addressed. An answer always shows against the
//! version it was given to, because its position in that version never changes.

mod built_in;
#[cfg(test)]
mod tests;
pub mod text;

pub use built_in::{all_built_in, built_in, care_visit, care_visit_id};

use minicbor::{Decode, Encode};

use crate::Message;
use crate::ids::derive16;
use crate::kinds::Answer;

/// A template's id: derived from its content.
pub type TemplateId = [u8; 16];

/// Text in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Label {
    /// Chinese.
    #[n(0)]
    pub zh: String,
    /// English.
    #[n(1)]
    pub en: String,
}

impl Label {
    /// From both.
    #[must_use]
    pub fn new(zh: &str, en: &str) -> Self {
        Self {
            zh: zh.to_owned(),
            en: en.to_owned(),
        }
    }
}

/// What an item asks for.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Asks {
    /// Yes or no.
    #[n(0)]
    YesNo,
    /// One of these.
    #[n(1)]
    Choice(#[n(0)] Vec<Label>),
    /// A number.
    #[n(2)]
    Number,
    /// Text.
    #[n(3)]
    Text,
}

/// One question.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Item {
    /// The word that names it on the command line and in exports; unique in the template.
    #[n(0)]
    pub code: String,
    /// The question.
    #[n(1)]
    pub label: Label,
    /// What it asks for.
    #[n(2)]
    pub asks: Asks,
}

/// Questions that belong together.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Group {
    /// The heading.
    #[n(0)]
    pub label: Label,
    /// The questions.
    #[n(1)]
    pub items: Vec<Item>,
}

/// One version of a checklist.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Template {
    /// The word that names the checklist across versions.
    #[n(0)]
    pub code: String,
    /// 1, 2, …
    #[n(1)]
    pub version: u32,
    /// The title.
    #[n(2)]
    pub label: Label,
    /// The questions, in groups.
    #[n(3)]
    pub groups: Vec<Group>,
}

impl Template {
    /// The packed form, whose hash is the id.
    #[must_use]
    pub fn packed(&self) -> Vec<u8> {
        // Writing to a vector cannot fail.
        minicbor::to_vec(self).unwrap_or_default()
    }

    /// The id: 16 bytes derived from the packed form.
    #[must_use]
    pub fn id(&self) -> TemplateId {
        id_of(&self.packed())
    }

    /// Reads a packed template; `None` unless it is the one with this id.
    #[must_use]
    pub fn unpack(id: &TemplateId, packed: &[u8]) -> Option<Self> {
        (id_of(packed) == *id)
            .then(|| minicbor::decode(packed).ok())
            .flatten()
    }

    /// The items in order, across groups; an answer's position counts in this order.
    pub fn items(&self) -> impl Iterator<Item = &Item> {
        self.groups.iter().flat_map(|g| &g.items)
    }

    /// Reads `item=value` as a person types it and puts the answer in its position.
    pub fn answer(&self, answers: &mut Vec<Option<Answer>>, typed: &str) -> Result<(), Message> {
        let (code, value) = typed.split_once('=').ok_or_else(|| {
            Message::new(
                "bad_answer",
                "回答应写成 项目=内容，例如 meals=yes。",
                "Write an answer as item=value, for example meals=yes.",
            )
        })?;
        let (code, value) = (code.trim(), value.trim());
        let (position, item) = self
            .items()
            .enumerate()
            .find(|(_, i)| i.code == code || i.label.zh == code)
            .ok_or_else(|| {
                Message::new(
                    "unknown_item",
                    format!(
                        "清单“{}”没有这个项目；用 template show 查看各项。",
                        self.label.zh
                    ),
                    format!(
                        "Checklist \"{}\" has no such item; template show lists them.",
                        self.label.en
                    ),
                )
            })?;
        let answer = item.asks.read(value).ok_or_else(|| {
            Message::new(
                "bad_answer",
                format!("项目“{}”应填{}。", item.code, item.asks.hint().zh),
                format!("Item \"{}\" takes {}.", item.code, item.asks.hint().en),
            )
        })?;
        if answers.len() <= position {
            answers.resize(position + 1, None);
        }
        answers[position] = Some(answer);
        Ok(())
    }
}

impl Asks {
    fn read(&self, text: &str) -> Option<Answer> {
        match self {
            Self::YesNo => match text.to_lowercase().as_str() {
                "yes" | "y" | "true" | "1" | "是" | "有" | "好" | "正常" => {
                    Some(Answer::YesNo(true))
                }
                "no" | "n" | "false" | "0" | "否" | "无" | "没有" | "不" | "异常" => {
                    Some(Answer::YesNo(false))
                }
                _ => None,
            },
            Self::Choice(options) => {
                let named = options.iter().position(|o| o.zh == text || o.en == text);
                let index = named.or_else(|| text.parse::<usize>().ok()?.checked_sub(1))?;
                let index = u8::try_from(index).ok()?;
                (usize::from(index) < options.len()).then_some(Answer::Choice(index))
            }
            Self::Number => text.parse().ok().map(Answer::Number),
            Self::Text => Some(Answer::Text(text.to_owned())),
        }
    }

    fn hint(&self) -> Label {
        match self {
            Self::YesNo => Label::new("“是”或“否”", "yes or no"),
            Self::Choice(options) => {
                let join =
                    |f: fn(&Label) -> &str| options.iter().map(f).collect::<Vec<_>>().join(" / ");
                Label {
                    zh: join(|o| &o.zh),
                    en: join(|o| &o.en),
                }
            }
            Self::Number => Label::new("数字", "a number"),
            Self::Text => Label::new("文字", "text"),
        }
    }

    /// The answer in words; one that does not fit the question is shown as unknown.
    #[must_use]
    pub fn show(&self, answer: &Answer, chinese: bool) -> String {
        let pick = |zh: &str, en: &str| {
            if chinese {
                zh.to_owned()
            } else {
                en.to_owned()
            }
        };
        match (self, answer) {
            (Self::YesNo, Answer::YesNo(true)) => pick("是", "yes"),
            (Self::YesNo, Answer::YesNo(false)) => pick("否", "no"),
            (Self::Choice(options), Answer::Choice(index)) => options
                .get(usize::from(*index))
                .map_or_else(|| pick("未知", "unknown"), |o| pick(&o.zh, &o.en)),
            (_, Answer::Number(number)) => number.to_string(),
            (_, Answer::Text(text)) => text.clone(),
            _ => pick("未知", "unknown"),
        }
    }
}

fn id_of(packed: &[u8]) -> TemplateId {
    derive16("template", &[packed])
}
