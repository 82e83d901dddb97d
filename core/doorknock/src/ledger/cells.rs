//! What a ledger is made of.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime};
use doorknock_model::cadence::Cadence;
use doorknock_model::checklist::Label;

/// A table to be handed on: a title, columns, and rows of as many cells.
#[derive(Debug, Clone, PartialEq)]
pub struct Ledger {
    /// A stable word.
    pub code: &'static str,
    /// For people; also the name of its sheet, so 31 characters at most.
    pub title: Label,
    /// When it was made, in the community's time zone.
    pub as_of: DateTime<FixedOffset>,
    /// The columns, from the left.
    pub columns: Vec<LedgerColumn>,
    /// The rows, each with a cell for every column.
    pub rows: Vec<Vec<LedgerCell>>,
}

/// A column of a ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LedgerColumn {
    /// A stable word.
    pub code: &'static str,
    /// The heading, Chinese.
    pub zh: &'static str,
    /// The heading, English.
    pub en: &'static str,
    /// How wide it is shown, in Latin characters; a Chinese one takes two.
    pub width: u16,
    /// What its cells hold, where they are not empty.
    pub kind: CellKind,
}

/// What the cells of a column hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellKind {
    /// [`LedgerCell::Text`] or [`LedgerCell::Word`].
    Text,
    /// [`LedgerCell::Date`].
    Date,
    /// [`LedgerCell::DateTime`].
    DateTime,
    /// [`LedgerCell::Number`].
    Number,
    /// [`LedgerCell::Percent`].
    Percent,
}

/// A cell.
#[derive(Debug, Clone, PartialEq)]
pub enum LedgerCell {
    /// Nothing known.
    Empty,
    /// What somebody wrote, and ids and phone numbers: text whatever it looks like.
    Text(String),
    /// A word of the data model, or a sentence made of them, in both languages.
    Word(Label),
    /// A day.
    Date(NaiveDate),
    /// A time, in the community's time zone.
    DateTime(NaiveDateTime),
    /// A number.
    Number(f64),
    /// A share of one: 0.5 is half.
    Percent(f64),
}

impl LedgerCell {
    /// Text, or nothing where it is empty.
    #[must_use]
    pub fn text(text: &str) -> Self {
        if text.is_empty() {
            Self::Empty
        } else {
            Self::Text(text.to_owned())
        }
    }

    /// A word of the data model: its code as English words, its Chinese term.
    #[must_use]
    pub fn word(code: &str, zh: &str) -> Self {
        Self::Word(Label::new(zh, &code.replace('_', " ")))
    }
}

impl From<Option<&String>> for LedgerCell {
    fn from(text: Option<&String>) -> Self {
        text.map_or(Self::Empty, |text| Self::text(text))
    }
}

impl From<Option<NaiveDate>> for LedgerCell {
    fn from(date: Option<NaiveDate>) -> Self {
        date.map_or(Self::Empty, Self::Date)
    }
}

/// How often a door is due, in words.
pub(crate) fn cadence(cadence: Option<Cadence>) -> LedgerCell {
    cadence.map_or(LedgerCell::Empty, |c| LedgerCell::Word(c.label()))
}

/// A column with how its cell follows from a row's facts.
pub(crate) struct Column<T> {
    pub(crate) column: LedgerColumn,
    pub(crate) cell: fn(&T) -> LedgerCell,
}

impl<T> Column<T> {
    pub(crate) const fn new(
        code: &'static str,
        (zh, en): (&'static str, &'static str),
        width: u16,
        kind: CellKind,
        cell: fn(&T) -> LedgerCell,
    ) -> Self {
        let column = LedgerColumn {
            code,
            zh,
            en,
            width,
            kind,
        };
        Self { column, cell }
    }
}

/// The ledger of these columns and rows.
pub(crate) fn ledger<T>(
    (code, title): (&'static str, Label),
    as_of: DateTime<FixedOffset>,
    columns: &[Column<T>],
    lines: &[T],
) -> Ledger {
    let row = |line| columns.iter().map(|column| (column.cell)(line)).collect();
    Ledger {
        code,
        title,
        as_of,
        columns: columns.iter().map(|column| column.column).collect(),
        rows: lines.iter().map(row).collect(),
    }
}
