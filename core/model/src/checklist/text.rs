//! A checklist as a community writes it: a small table, saved as CSV or copied out of a spreadsheet.
//!
//! ```text
//! 行,代码,中文,英文,填法,选项
//! 清单,stairs,楼道巡查,Stairway check,1
//! 分组,,消防,Fire
//! 项目,exit,通道畅通无堆物,Way out clear,是否
//! 项目,lamp,应急灯,Emergency lamp,选择,亮=works/不亮=dark/没有=none
//! ```
//!
//! The first column says what a row is (清单, 分组, 项目; in English list, group, item; a row of
//! headings is passed over). A list's fifth cell is its version. An item takes 是否, 选择, 数字 or 文字
//! (`yes_no`, choice, number, text). English may be left out. Lines that begin with `#` are remarks.

use std::collections::BTreeSet;

use super::{Asks, Group, Item, Label, Template};
use crate::Message;
use crate::roster::{SourceRow, asks_for_forbidden};

/// Longest file, in bytes.
pub const MAX_TEXT: usize = 64 * 1024;
/// Longest title, heading, question or choice, in characters.
pub const MAX_LABEL: usize = 120;
/// Longest code of a checklist or an item, in characters.
pub const MAX_CODE: usize = 32;
/// Most items.
pub const MAX_ITEMS: usize = 100;
/// Most groups.
pub const MAX_GROUPS: usize = 20;
/// Most choices of an item.
pub const MAX_CHOICES: usize = 20;
/// Longest packed form, in bytes.
pub const MAX_PACKED: usize = 32 * 1024;
/// Columns.
const CELLS: usize = 6;

impl Template {
    /// Reads a checklist from a table as text; see the module's documentation for its form.
    ///
    /// # Errors
    /// `bad_template`, `forbidden_item`: the line, what is wrong and what to do.
    pub fn parse(text: &str) -> Result<Self, Message> {
        if text.len() > MAX_TEXT {
            return Err(too_long());
        }
        let text = text.trim_start_matches('\u{feff}');
        let tabs = text.lines().next().is_some_and(|line| line.contains('\t'));
        let border = if tabs { '\t' } else { ',' };
        let mut reading = Reading::default();
        for (n, line) in (1..).zip(text.lines()) {
            if !line.starts_with('#') {
                let at = Line(n);
                reading.row(at, &six(at, &cells(at, line, border)?)?)?;
            }
        }
        reading.finish()
    }

    /// Reads a checklist from the rows of a spreadsheet, in the same form.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn from_rows(rows: &[SourceRow]) -> Result<Self, Message> {
        let mut reading = Reading::default();
        for row in rows {
            if !row.cells.first().is_some_and(|cell| cell.starts_with('#')) {
                let at = Line(row.number);
                reading.row(at, &six(at, &row.cells)?)?;
            }
        }
        reading.finish()
    }
}

/// A line's number, for messages.
#[derive(Clone, Copy)]
struct Line(u32);

impl Line {
    fn wrong(self, zh: &str, en: &str) -> Message {
        self.say("bad_template", zh, en)
    }

    fn say(self, code: &'static str, zh: &str, en: &str) -> Message {
        let Self(n) = self;
        Message::new(
            code,
            format!("清单第 {n} 行：{zh}。"),
            format!("The checklist's line {n}: {en}."),
        )
    }
}

/// The line's cells; quotes as in CSV, within one line.
fn cells(at: Line, line: &str, border: char) -> Result<Vec<String>, Message> {
    let mut all = vec![String::new()];
    let mut quoted = false;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        let cell = all.last_mut().filter(|_| c != border || quoted);
        match (c, cell) {
            ('"', Some(cell)) if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            ('"', Some(cell)) if quoted || cell.trim().is_empty() => quoted = !quoted,
            (c, Some(cell)) => cell.push(c),
            (_, None) => all.push(String::new()),
        }
    }
    if quoted {
        return Err(at.wrong("引号没有成对", "a quotation mark has no partner"));
    }
    Ok(all)
}

/// Always six cells, trimmed.
fn six(at: Line, cells: &[String]) -> Result<[String; CELLS], Message> {
    let mut out: [String; CELLS] = Default::default();
    for (n, cell) in cells.iter().map(|cell| cell.trim()).enumerate() {
        match out.get_mut(n) {
            Some(place) => cell.clone_into(place),
            None if cell.is_empty() => {}
            None => {
                return Err(at.wrong(
                    "单元格太多；含逗号的内容请加双引号",
                    "there are too many cells; put quotes around text with commas",
                ));
            }
        }
    }
    Ok(out)
}

/// What was read so far.
#[derive(Default)]
struct Reading {
    head: Option<(String, u32, Label)>,
    groups: Vec<Group>,
    codes: BTreeSet<String>,
    questions: BTreeSet<String>,
}

impl Reading {
    fn row(&mut self, at: Line, cells: &[String; CELLS]) -> Result<(), Message> {
        let [what, code, zh, en, asks, choices] = cells;
        if cells.iter().all(String::is_empty) {
            return Ok(());
        }
        match what.to_lowercase().as_str() {
            "行" | "row" => return Ok(()),
            "清单" | "list" => {
                if self.head.is_some() {
                    return Err(at.wrong(
                        "一个文件只写一张清单；请另存一个文件",
                        "one file holds one checklist; put the second into a file of its own",
                    ));
                }
                let head = (code_of(at, code)?, version(at, asks)?, label(at, zh, en)?);
                self.head = Some(head);
                return Ok(());
            }
            _ if self.head.is_none() => {
                return Err(at.wrong(
                    "先写“清单”一行：清单,代码,名称",
                    "begin with a row for the list: list,code,title",
                ));
            }
            "分组" | "group" => self.groups.push(Group {
                label: label(at, zh, en)?,
                items: Vec::new(),
            }),
            "项目" | "item" => {
                let item = Item {
                    code: code_of(at, code)?,
                    label: label(at, zh, en)?,
                    asks: read_asks(at, asks, choices)?,
                };
                self.item(at, item)?;
            }
            _ => {
                return Err(at.wrong(
                    "第一格应为“清单”“分组”或“项目”",
                    "the first cell is one of list, group, item",
                ));
            }
        }
        if self.groups.len() > MAX_GROUPS {
            return Err(at.wrong("分组太多（最多 20 个）", "there are more than 20 groups"));
        }
        Ok(())
    }

    fn item(&mut self, at: Line, item: Item) -> Result<(), Message> {
        if !self.codes.insert(item.code.clone()) {
            return Err(at.wrong(
                "项目代码重复；每个项目换一个代码",
                "this item's code is taken; give every item its own",
            ));
        }
        if !self.questions.insert(item.label.zh.clone()) {
            return Err(at.wrong(
                "问题重复；请删去一个",
                "this question is asked already; remove one",
            ));
        }
        if self.codes.len() > MAX_ITEMS {
            return Err(at.wrong("项目太多（最多 100 个）", "there are more than 100 items"));
        }
        let Some(group) = self.groups.last_mut() else {
            return Err(at.wrong(
                "项目前面先写一行“分组”",
                "put a row for a group before the first item",
            ));
        };
        group.items.push(item);
        Ok(())
    }

    fn finish(self) -> Result<Template, Message> {
        let Some((code, version, label)) = self.head.filter(|_| !self.codes.is_empty()) else {
            return Err(Message::new(
                "bad_template",
                "清单里没有项目；请至少写一行“清单”、一行“分组”和一行“项目”。",
                "There is no item in the checklist; write at least a list, a group and an item.",
            ));
        };
        let mut groups = self.groups;
        groups.retain(|group| !group.items.is_empty());
        let template = Template {
            code,
            version,
            label,
            groups,
        };
        if template.packed().len() > MAX_PACKED {
            return Err(too_long());
        }
        Ok(template)
    }
}

fn too_long() -> Message {
    Message::new(
        "bad_template",
        "清单太长；请减少项目或缩短文字后再试。",
        "The checklist is too long; remove items or shorten texts and try again.",
    )
}

fn code_of(at: Line, code: &str) -> Result<String, Message> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
    let good = code.starts_with(|c: char| c.is_ascii_lowercase()) && code.chars().all(fits);
    if good && code.len() <= MAX_CODE {
        return refuse_forbidden(at, code, "").map(|()| code.to_owned());
    }
    Err(at.wrong(
        "代码用小写字母开头，只含小写字母、数字、- 和 _，最多 32 个字符",
        "a code begins with a small letter and has small letters, digits, - and _ only, 32 at most",
    ))
}

fn version(at: Line, text: &str) -> Result<u32, Message> {
    let number = if text.is_empty() { Ok(1) } else { text.parse() };
    let number = number.ok().filter(|n| (1..=9999).contains(n));
    number.ok_or_else(|| {
        at.wrong(
            "第五格是版本号，写 1 到 9999",
            "the fifth cell is the version, 1 to 9999",
        )
    })
}

fn label(at: Line, zh: &str, en: &str) -> Result<Label, Message> {
    // Where only one language was given, it stands for both.
    let (zh, en) = match (zh, en) {
        ("", en) => (en, en),
        (zh, "") => (zh, zh),
        both => both,
    };
    if zh.is_empty() {
        return Err(at.wrong("缺少中文内容", "the text is missing"));
    }
    if [zh, en].iter().any(|t| t.chars().count() > MAX_LABEL) {
        return Err(at.wrong(
            "文字太长（最多 120 字）",
            "a text is longer than 120 characters",
        ));
    }
    refuse_forbidden(at, zh, en)?;
    Ok(Label::new(zh, en))
}

/// What may not be kept of residents may not be asked for either.
fn refuse_forbidden(at: Line, zh: &str, en: &str) -> Result<(), Message> {
    if !asks_for_forbidden(zh) && !asks_for_forbidden(en) {
        return Ok(());
    }
    Err(at.say(
        "forbidden_item",
        "不得收集民族、宗教、政治面貌、证件号、照片等生物特征、定位或评分；请删去或改写这一项",
        "ethnicity, religion, politics, identity numbers, photos and biometrics, location and scores may not be collected; remove or reword it",
    ))
}

fn read_asks(at: Line, asks: &str, choices: &str) -> Result<Asks, Message> {
    let asks = match asks.to_lowercase().as_str() {
        "是否" | "yes_no" => Asks::YesNo,
        "数字" | "number" => Asks::Number,
        "文字" | "text" => Asks::Text,
        "选择" | "choice" => return read_choices(at, choices).map(Asks::Choice),
        _ => {
            return Err(at.wrong(
                "第五格应为“是否”“选择”“数字”或“文字”",
                "the fifth cell is one of yes_no, choice, number, text",
            ));
        }
    };
    if choices.is_empty() {
        return Ok(asks);
    }
    Err(at.wrong("只有“选择”才写选项", "only an item of choice has choices"))
}

fn read_choices(at: Line, text: &str) -> Result<Vec<Label>, Message> {
    let one = |choice: &str| {
        let (zh, en) = choice.split_once('=').unwrap_or((choice, ""));
        label(at, zh.trim(), en.trim())
    };
    let all: Vec<Label> = text
        .split(['/', '、', '；', ';'])
        .map(str::trim)
        .filter(|choice| !choice.is_empty())
        .map(one)
        .collect::<Result<_, _>>()?;
    let distinct: BTreeSet<_> = all.iter().map(|l| &l.zh).collect();
    if all.len() < 2 || all.len() > MAX_CHOICES || distinct.len() < all.len() {
        return Err(at.wrong(
            "第六格写 2 到 20 个不重复的选项，用 / 分开，如 好=good/差=poor",
            "the sixth cell has 2 to 20 different choices with / between, like 好=good/差=poor",
        ));
    }
    Ok(all)
}
