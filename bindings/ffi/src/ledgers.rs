//! Ledgers (台账): the tables every office keeps and hands up, as data. A platform's own means write them.

use std::time::SystemTime;

use chrono::{DateTime, FixedOffset};

use crate::error::Result;
use crate::home::Doorknock;
use crate::records::Bilingual;
use crate::times::{Day, instant};

/// Which ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum LedgerKind {
    /// 走访台账: one row for each visit.
    Visits,
    /// 诉求台账: one row for each matter.
    Matters,
    /// 关爱对象台账: one row for each care need of a person.
    Care,
    /// 包联台账: one row for each door, with who is responsible and the latest visit.
    Responsible,
}

impl From<LedgerKind> for doorknock::LedgerKind {
    fn from(kind: LedgerKind) -> Self {
        match kind {
            LedgerKind::Visits => Self::Visits,
            LedgerKind::Matters => Self::Matters,
            LedgerKind::Care => Self::Care,
            LedgerKind::Responsible => Self::Responsible,
        }
    }
}

/// A table to be handed on: a title, columns, and rows of as many cells.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct Ledger {
    /// A stable word.
    pub code: String,
    /// For people; also the name of its sheet, 31 characters at most.
    pub title: Bilingual,
    /// When it was made.
    pub as_of: SystemTime,
    /// The columns, from the left.
    pub columns: Vec<LedgerColumn>,
    /// The rows.
    pub rows: Vec<LedgerRow>,
}

/// A row of a ledger.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct LedgerRow {
    /// A cell for every column.
    pub cells: Vec<LedgerCell>,
}

/// A column of a ledger.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct LedgerColumn {
    /// A stable word.
    pub code: String,
    /// The heading.
    pub title: Bilingual,
    /// How wide it is shown, in Latin characters; a Chinese one takes two.
    pub width: u16,
    /// What its cells hold, where they are not empty.
    pub kind: CellKind,
}

/// What the cells of a column hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum CellKind {
    /// [`LedgerCell::Written`] or [`LedgerCell::Word`].
    Written,
    /// [`LedgerCell::Date`].
    Date,
    /// [`LedgerCell::Time`].
    Time,
    /// [`LedgerCell::Number`].
    Number,
    /// [`LedgerCell::Percent`].
    Percent,
}

/// A cell.
#[derive(Debug, Clone, PartialEq, uniffi::Enum)]
pub enum LedgerCell {
    /// Nothing known.
    Empty,
    /// What somebody wrote, and ids and phone numbers: text whatever it looks like.
    Written {
        /// The text.
        text: String,
    },
    /// A word of the data model, or a sentence made of them.
    Word {
        /// In both languages.
        word: Bilingual,
    },
    /// A day.
    Date {
        /// Which.
        day: Day,
    },
    /// A time.
    Time {
        /// When; people are shown it in the community's time zone.
        at: SystemTime,
    },
    /// A number.
    Number {
        /// How many.
        number: f64,
    },
    /// A share of one.
    Percent {
        /// 0.5 is half.
        share: f64,
    },
}

fn cell(cell: doorknock::LedgerCell, as_of: &DateTime<FixedOffset>) -> LedgerCell {
    match cell {
        doorknock::LedgerCell::Empty => LedgerCell::Empty,
        doorknock::LedgerCell::Text(text) => LedgerCell::Written { text },
        doorknock::LedgerCell::Word(word) => LedgerCell::Word { word: word.into() },
        doorknock::LedgerCell::Date(day) => LedgerCell::Date { day: day.into() },
        // A zone of a fixed offset has every time once.
        doorknock::LedgerCell::DateTime(local) => {
            let at = local.and_local_timezone(*as_of.offset()).single();
            at.map_or(LedgerCell::Empty, |at| LedgerCell::Time { at: instant(at) })
        }
        doorknock::LedgerCell::Number(number) => LedgerCell::Number { number },
        doorknock::LedgerCell::Percent(share) => LedgerCell::Percent { share },
    }
}

impl From<doorknock::LedgerColumn> for LedgerColumn {
    fn from(column: doorknock::LedgerColumn) -> Self {
        Self {
            code: column.code.to_owned(),
            title: Bilingual {
                zh: column.zh.to_owned(),
                en: column.en.to_owned(),
            },
            width: column.width,
            kind: match column.kind {
                doorknock::CellKind::Text => CellKind::Written,
                doorknock::CellKind::Date => CellKind::Date,
                doorknock::CellKind::DateTime => CellKind::Time,
                doorknock::CellKind::Number => CellKind::Number,
                doorknock::CellKind::Percent => CellKind::Percent,
            },
        }
    }
}

impl From<doorknock::Ledger> for Ledger {
    fn from(ledger: doorknock::Ledger) -> Self {
        let row = |cells: Vec<doorknock::LedgerCell>| LedgerRow {
            cells: cells
                .into_iter()
                .map(|of| cell(of, &ledger.as_of))
                .collect(),
        };
        Self {
            code: ledger.code.to_owned(),
            title: ledger.title.into(),
            as_of: instant(ledger.as_of),
            rows: ledger.rows.into_iter().map(row).collect(),
            columns: ledger.columns.into_iter().map(LedgerColumn::from).collect(),
        }
    }
}

#[uniffi::export]
impl Doorknock {
    /// A ledger of what this device holds: of one grid by its code, or of all; of the days from `first` to `last`,
    /// both included, in the community's time zone, or of all. It stands in memory whole: a row for each visit of
    /// the period, or for each matter, need or door.
    ///
    /// # Errors
    /// `not_joined`, `no_grid`, `unknown_grid`, `bad_period`, `bad_date`, `no_period` for a ledger that says how
    /// things stand and was asked for a period.
    #[uniffi::method(default(grid = None, first = None, last = None))]
    pub fn ledger(
        &self,
        kind: LedgerKind,
        grid: Option<String>,
        first: Option<Day>,
        last: Option<Day>,
    ) -> Result<Ledger> {
        let scope = doorknock::LedgerScope {
            grid,
            from: first.map(Day::into),
            until: last.map(Day::into),
        };
        Ok(self.core().ledger(kind.into(), &scope)?.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::times::from_seconds;

    #[test]
    fn a_local_time_in_a_ledger_crosses_as_the_instant_it_is() {
        let zone = FixedOffset::east_opt(8 * 3600).unwrap();
        let at = DateTime::from_timestamp(1_795_226_400, 0)
            .unwrap()
            .with_timezone(&zone);
        let crossed = cell(doorknock::LedgerCell::DateTime(at.naive_local()), &at);
        let at = from_seconds(1_795_226_400);
        assert_eq!(crossed, LedgerCell::Time { at });
    }
}
