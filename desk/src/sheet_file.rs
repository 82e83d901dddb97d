//! Ledgers as a workbook (XLSX) that Excel, WPS and LibreOffice open: a sheet for each, its headings
//! frozen and filterable, dates as dates, and everything that people wrote as text. Text that looks
//! like a formula or a number stays text, also after somebody edits the cell: such columns have the
//! text format.

#[cfg(test)]
mod tests;

use chrono::{Datelike, NaiveDate, NaiveDateTime, Timelike};
use doorknock::model::Message;
use doorknock::model::checklist::Label;
use doorknock::{CellKind, Ledger, LedgerCell};
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, IgnoreError, Workbook,
    Worksheet, XlsxError,
};

/// The rows a sheet has, with the headings.
const MOST_ROWS: usize = 1_048_576;

/// The characters (UTF-16 units) a cell may hold, less those that say that it was cut.
const MOST_TEXT: usize = 32_767 - 16;

/// What stands at the end of a text that no cell can hold whole.
const CUT: &str = "……（已截断）";

/// Excel's own format for text: what is typed into such a cell stays text too.
const TEXT: u8 = 49;

/// A4.
const PAPER: u8 = 9;

/// In which language headings and words of the data model are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Words {
    /// 中文
    Chinese,
    /// English
    English,
}

impl Words {
    /// The label in this language.
    #[must_use]
    pub fn of(self, label: &Label) -> &str {
        self.pick(&label.zh, &label.en)
    }

    /// The text in this language.
    #[must_use]
    pub const fn pick<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Chinese => zh,
            Self::English => en,
        }
    }
}

/// The workbook's bytes. The same ledgers give the same bytes: the time in it is theirs.
///
/// # Errors
/// `too_many_rows`; `workbook` if the ledger cannot be written at all.
pub fn workbook(ledgers: &[Ledger], words: Words) -> Result<Vec<u8>, Message> {
    if ledgers.iter().any(|ledger| ledger.rows.len() >= MOST_ROWS) {
        return Err(Message::new(
            "too_many_rows",
            "行数超过一张表的上限；请用 --grid 或 --from、--until 分几次导出。",
            "There are more rows than a sheet can hold; write parts with --grid or --from and --until.",
        ));
    }
    build(ledgers, words).map_err(|_| {
        Message::new(
            "workbook",
            "这份台账无法写成表格；请缩小范围后再试。",
            "This ledger cannot be written as a workbook; try a smaller part of it.",
        )
    })
}

fn build(ledgers: &[Ledger], words: Words) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    if let Some(first) = ledgers.first() {
        let made = first.as_of.naive_local();
        let mut properties = DocProperties::new().set_title(words.of(&first.title));
        if let Some(made) = date_time(made) {
            properties = properties.set_creation_datetime(&made);
        }
        book.set_properties(&properties);
    }
    for ledger in ledgers {
        let sheet = book.add_worksheet();
        sheet.set_name(words.of(&ledger.title))?;
        fill(sheet, ledger, words)?;
        arrange(sheet, ledger, words)?;
    }
    book.save_to_buffer()
}

fn fill(sheet: &mut Worksheet, ledger: &Ledger, words: Words) -> Result<(), XlsxError> {
    let heading = Format::new()
        .set_bold()
        .set_text_wrap()
        .set_align(FormatAlign::Center)
        .set_align(FormatAlign::VerticalCenter)
        .set_background_color(0x00E7_ECF3)
        .set_border(FormatBorder::Thin);
    for (column, n) in ledger.columns.iter().zip(0..) {
        sheet.set_column_width(n, f64::from(column.width))?;
        sheet.write_string_with_format(0, n, words.pick(column.zh, column.en), &heading)?;
    }
    let formats: Vec<Format> = ledger.columns.iter().map(|c| format(c.kind)).collect();
    for (row, r) in ledger.rows.iter().zip(1..) {
        for ((cell, format), c) in row.iter().zip(&formats).zip(0..) {
            write(sheet, (r, c), cell, format, words)?;
        }
    }
    Ok(())
}

fn format(kind: CellKind) -> Format {
    let plain = Format::new().set_align(FormatAlign::Top);
    match kind {
        CellKind::Text => plain.set_num_format_index(TEXT).set_text_wrap(),
        CellKind::Date => plain.set_num_format("yyyy-mm-dd"),
        CellKind::DateTime => plain.set_num_format("yyyy-mm-dd hh:mm"),
        CellKind::Number => plain,
        CellKind::Percent => plain.set_num_format("0.0%"),
    }
}

fn write(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    cell: &LedgerCell,
    format: &Format,
    words: Words,
) -> Result<(), XlsxError> {
    match cell {
        LedgerCell::Empty => {}
        LedgerCell::Text(text) => {
            sheet.write_string_with_format(row, column, held(text), format)?;
        }
        LedgerCell::Word(word) => {
            sheet.write_string_with_format(row, column, held(words.of(word)), format)?;
        }
        LedgerCell::Date(date) => match date_time((*date).into()) {
            Some(date) => {
                sheet.write_datetime_with_format(row, column, &date, format)?;
            }
            None => {
                sheet.write_string_with_format(row, column, date.to_string(), format)?;
            }
        },
        LedgerCell::DateTime(time) => match date_time(*time) {
            Some(time) => {
                sheet.write_datetime_with_format(row, column, &time, format)?;
            }
            None => {
                sheet.write_string_with_format(row, column, time.to_string(), format)?;
            }
        },
        LedgerCell::Number(number) | LedgerCell::Percent(number) => {
            sheet.write_number_with_format(row, column, *number, format)?;
        }
    }
    Ok(())
}

/// How the sheet is met: on the screen, and on paper.
fn arrange(sheet: &mut Worksheet, ledger: &Ledger, words: Words) -> Result<(), XlsxError> {
    sheet.set_freeze_panes(1, 0)?;
    sheet.set_row_height(0, 24)?;
    let last_row = u32::try_from(ledger.rows.len()).unwrap_or(u32::MAX);
    if let Some(last) = ledger.columns.len().checked_sub(1) {
        let last = u16::try_from(last).unwrap_or(u16::MAX);
        sheet.autofilter(0, 0, last_row, last)?;
        // Phone numbers are meant to be text; no green corners for it.
        sheet.ignore_error_range(0, 0, last_row, last, IgnoreError::NumberStoredAsText)?;
    }
    let as_of = ledger.as_of.format("%Y-%m-%d %H:%M");
    sheet
        .set_paper_size(PAPER)
        .set_landscape()
        .set_print_fit_to_pages(1, 0)
        .set_header(format!("&C&B{}", words.of(&ledger.title)))
        .set_footer(format!("&L{as_of}&R&P / &N"))
        .set_repeat_rows(0, 0)?;
    Ok(())
}

/// The text as a cell can hold it; what is cut says so.
fn held(text: &str) -> String {
    let mut units = 0;
    let mut all = text.char_indices().map(|(at, c)| {
        units += c.len_utf16();
        (at, units)
    });
    match all.find(|(_, units)| *units > MOST_TEXT) {
        Some((at, _)) => format!("{}{CUT}", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// A time a workbook can hold as one: its calendar begins in 1900, and is wrong until March.
fn date_time(time: NaiveDateTime) -> Option<ExcelDateTime> {
    if time.date() < NaiveDate::from_ymd_opt(1900, 3, 1)? {
        return None;
    }
    let small = |part: u32| u8::try_from(part).ok();
    let year = u16::try_from(time.year()).ok()?;
    let day = ExcelDateTime::from_ymd(year, small(time.month())?, small(time.day())?).ok()?;
    let hour = u16::try_from(time.hour()).ok()?;
    day.and_hms(hour, small(time.minute())?, time.second()).ok()
}
