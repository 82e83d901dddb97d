//! Spreadsheets: XLSX, XLS and ODS.

use std::io::{BufReader, Cursor, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{
    Data, Dimensions, Ods, OdsError, Range, Reader, SheetType, SheetVisible, Xls, XlsError, Xlsx,
    XlsxError,
};
use doorknock_model::Message;
use doorknock_model::roster::SourceRow;

use super::table::Table;
use super::{too_large, xml};

/// The most bytes of all parts of a zipped workbook.
const MAX_INFLATED: u64 = 512 << 20;

/// Runs a reader that may panic on damaged input, and makes that a message.
pub(super) fn guarded(
    read: impl FnOnce() -> Result<Vec<SourceRow>, Message>,
) -> Result<Vec<SourceRow>, Message> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err(damaged()))
}

/// XLSX or ODS.
pub(super) fn zipped(bytes: &[u8]) -> Result<Vec<SourceRow>, Message> {
    if is_ods(bytes)? {
        ods(bytes)
    } else {
        xlsx(bytes)
    }
}

/// Measures what the file inflates to before anything is read into memory, sees to it that its XML
/// comes to an end, and tells ODS by the entry only it has. The sizes a zip file declares may lie, so
/// they are counted.
fn is_ods(bytes: &[u8]) -> Result<bool, Message> {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| damaged())?;
    let mut left = MAX_INFLATED;
    for i in 0..zip.len() {
        let entry = zip.by_index(i).map_err(|_| damaged())?;
        let is_xml = |name: &str| name.ends_with(".xml") || name.ends_with(".rels");
        let is_xml = entry.name().is_ok_and(|name| is_xml(&name));
        let mut part = BufReader::new(entry.take(left + 1));
        let well_formed = if is_xml {
            xml::check(&mut part, damaged)
        } else {
            Ok(())
        };
        let rest = std::io::copy(&mut part, &mut std::io::sink());
        rest.map_err(|_| damaged())?;
        left = part
            .get_ref()
            .limit()
            .checked_sub(1)
            .ok_or_else(too_large)?;
        well_formed?;
    }
    Ok(zip.index_for_name("content.xml").is_some())
}

fn xlsx(bytes: &[u8]) -> Result<Vec<SourceRow>, Message> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(xlsx_error)?;
    for name in visible(&book) {
        let mut table = Table::default();
        // Cell by cell: two cells far apart must not become a table of all between them.
        let mut cells = match book.worksheet_cells_reader(&name) {
            Ok(cells) => cells,
            Err(XlsxError::NotAWorksheet(_)) => continue,
            Err(e) => return Err(xlsx_error(e)),
        };
        while let Some(cell) = cells.next_cell().map_err(xlsx_error)? {
            let (row, column) = cell.get_position();
            table.put(row, column, text(&Data::from(cell.get_value().clone())))?;
        }
        drop(cells);
        if !table.is_empty() {
            let merged = book.merge_cells_by_sheet_name(&name).map_err(xlsx_error)?;
            return filled(table, &merged);
        }
    }
    Ok(Vec::new())
}

fn ods(bytes: &[u8]) -> Result<Vec<SourceRow>, Message> {
    let mut book: Ods<_> = Ods::new(Cursor::new(bytes)).map_err(ods_error)?;
    for name in visible(&book) {
        let table = from_range(&book.worksheet_range(&name).map_err(ods_error)?)?;
        if !table.is_empty() {
            return Ok(table.into_rows());
        }
    }
    Ok(Vec::new())
}

/// XLS, or a workbook that was encrypted, which has the same outer form.
pub(super) fn compound(bytes: &[u8]) -> Result<Vec<SourceRow>, Message> {
    if declares_absurd_size(bytes) {
        return Err(damaged());
    }
    let mut book: Xls<_> = match Xls::new(Cursor::new(bytes)) {
        Ok(book) => book,
        Err(XlsError::Password) => return Err(encrypted()),
        Err(_) => {
            return Err(match Xlsx::new(Cursor::new(bytes)) {
                Err(XlsxError::Password) => encrypted(),
                _ => damaged(),
            });
        }
    };
    for name in visible(&book) {
        let table = from_range(&book.worksheet_range(&name).map_err(|_| damaged())?)?;
        if !table.is_empty() {
            let merged = book
                .merge_cells_by_sheet_name(&name)
                .map_err(|_| damaged())?;
            return filled(table, &merged);
        }
    }
    Ok(Vec::new())
}

/// Whether a record of dimensions (0x0200, 14 bytes) claims more than the 65,536 rows the format
/// has. The reader sets memory aside for what is claimed, and running out of memory cannot be
/// caught.
fn declares_absurd_size(bytes: &[u8]) -> bool {
    const RECORD: &[u8] = &[0x00, 0x02, 0x0e, 0x00];
    bytes
        .windows(12)
        .filter(|w| w.starts_with(RECORD))
        .any(|w| {
            let number = |at: usize| u32::from_le_bytes([w[at], w[at + 1], w[at + 2], w[at + 3]]);
            let (first, end) = (number(4), number(8));
            end > 65_536 || (end > 0 && first >= end)
        })
}

/// The sheets people see, in order; hidden ones hold lists for drop-downs.
fn visible<'a, R: Reader<Cursor<&'a [u8]>>>(book: &R) -> Vec<String> {
    book.sheets_metadata()
        .iter()
        .filter(|s| s.typ == SheetType::WorkSheet && s.visible == SheetVisible::Visible)
        .map(|s| s.name.clone())
        .collect()
}

fn from_range(range: &Range<Data>) -> Result<Table, Message> {
    let mut table = Table::default();
    let (first_row, first_column) = range.start().unwrap_or_default();
    for (row, column, data) in range.used_cells() {
        let place = |first: u32, n| first.saturating_add(u32::try_from(n).unwrap_or(u32::MAX));
        table.put(
            place(first_row, row),
            place(first_column, column),
            text(data),
        )?;
    }
    Ok(table)
}

fn filled(mut table: Table, merged: &[Dimensions]) -> Result<Vec<SourceRow>, Message> {
    for range in merged {
        table.fill(range.start, range.end)?;
    }
    Ok(table.into_rows())
}

/// A cell as people see it: a number without a fraction it does not have, a date as
/// `YYYY-MM-DD`, an error of a formula as nothing.
fn text(data: &Data) -> String {
    match data {
        Data::Int(n) => n.to_string(),
        // Prints 501 for 501.0 and never an exponent.
        Data::Float(n) => n.to_string(),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Bool(yes) => if *yes { "TRUE" } else { "FALSE" }.to_string(),
        Data::DateTime(time) if time.is_datetime() => {
            let (year, month, day, hour, minute, second, _) = time.to_ymd_hms_milli();
            let date = format!("{year:04}-{month:02}-{day:02}");
            match (hour, minute, second) {
                (0, 0, 0) => date,
                _ => format!("{date} {hour:02}:{minute:02}:{second:02}"),
            }
        }
        Data::DateTime(time) => time.as_f64().to_string(),
        Data::Error(_) | Data::Empty => String::new(),
    }
}

fn xlsx_error(error: XlsxError) -> Message {
    match error {
        XlsxError::Password => encrypted(),
        _ => damaged(),
    }
}

fn ods_error(error: OdsError) -> Message {
    match error {
        OdsError::Password => encrypted(),
        OdsError::CellLimitExceeded { .. } => too_large(),
        _ => damaged(),
    }
}

fn encrypted() -> Message {
    Message::new(
        "workbook_encrypted",
        "文件设有密码：请用表格软件取消密码后再导入",
        "the file has a password: remove it in a spreadsheet program and import again",
    )
}

fn damaged() -> Message {
    Message::new(
        "workbook_damaged",
        "文件已损坏或不是 XLSX：请用表格软件打开后另存为 XLSX",
        "the file is damaged or not XLSX: open it in a spreadsheet program and save it as XLSX",
    )
}
