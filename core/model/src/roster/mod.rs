//! Reading a community's list of doors (花名册) from a table of cells.
//!
//! The input is whatever a spreadsheet held, row by row; the output is typed rows and a report of
//! everything that was left out and why. The file itself is decoded elsewhere.
//!
//! **Tolerant of form.** Titles above the header, headers of two levels, merged cells, empty
//! lines, totals and repeated headers are read as people mean them.
//!
//! **Strict about what is kept.** Only columns whose meaning is known are read. Columns for what
//! must not be kept of residents (ethnicity, religion, political views, identity numbers,
//! biometrics, location, scores) are dropped before any cell of theirs is looked at, and the
//! report names them. Identity numbers typed into other cells are removed. The report's messages
//! never contain what stood in a cell.
//!
//! **Blank cells below a value.** A table saved as CSV loses its merged cells: 网格, 小区, 楼栋 and
//! 单元 stand in the first row of a run only. Such a blank takes the value above when the row has a
//! room, the levels above it have not changed, and the column never writes the same value in two
//! rows on end; a column that does so is written out in full, and its blanks are missing values.
//! The report counts the cells filled.

mod field;
mod fill;
mod forbidden;
mod header;
mod merge;
mod reason;
mod row;
#[cfg(test)]
mod tests;

use crate::Message;
use crate::address::{Address, DoorKind};
use crate::care::{CareCategory, RiskLevel};
pub use forbidden::asks_for_forbidden;

use field::Field;
use header::Header;

/// What stands in place of an identity number that was typed into a free-text cell.
pub const REMOVED_ID: &str = forbidden::REMOVED;

/// One row as the file held it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SourceRow {
    /// The row's number in the file, 1 first, as the spreadsheet shows it.
    pub number: u32,
    /// The cells, left to right; trailing empty ones may be missing.
    pub cells: Vec<String>,
}

/// A door, and who lives there, from one row or several that say the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterRow {
    /// The number of the first row it came from.
    pub number: u32,
    /// The grid's code or name as the roster gives it; never parsed for meaning.
    pub grid_code: String,
    /// Where the door is.
    pub address: Address,
    /// The door's id in another system.
    pub external_id: Option<String>,
    /// What kind of door.
    pub kind: DoorKind,
    /// The resident the row is about, or the householder.
    pub name: Option<String>,
    /// 7 to 12 digits.
    pub phone: Option<String>,
    /// In code order, each once.
    pub categories: Vec<CareCategory>,
    /// The risk level, where the roster names one.
    pub risk: Option<RiskLevel>,
    /// The remark, without identity numbers.
    pub remark: Option<String>,
}

impl RosterRow {
    /// The key the door's id is derived from (`CommunityId::door`).
    #[must_use]
    pub fn door_key(&self) -> String {
        self.address.key(&self.address.scope(&self.grid_code))
    }
}

/// A sentence about one row. It never quotes the row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowMessage {
    /// The row's number in the file.
    pub row: u32,
    /// What is wrong, and what to do.
    pub reason: Message,
}

/// A column that was read, and as what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnUsed {
    /// The header as the file has it.
    pub header: String,
    /// The field's name in code: `grid`, `room`, `phone`, …, or a care category's name for a
    /// column of ticks.
    pub field: &'static str,
}

/// What became of the file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RosterReport {
    /// Rows below the header that are neither empty, a total, nor the header again.
    pub rows_read: u32,
    /// Rows not taken, with the reason.
    pub rows_refused: Vec<RowMessage>,
    /// Rows taken of which something was left out.
    pub warnings: Vec<RowMessage>,
    /// Rows that say more about a person named in an earlier row, and were united with it.
    pub rows_merged: u32,
    /// Rows without content.
    pub skipped_empty: u32,
    /// Total lines (合计, 小计, 共 n 户).
    pub skipped_totals: u32,
    /// The header again, as at a printed page's top.
    pub skipped_headers: u32,
    /// Blank cells that took the value above them.
    pub cells_filled_down: u32,
    /// Identity numbers removed from other cells.
    pub id_numbers_removed: u32,
    /// Columns that may not be kept.
    pub columns_dropped: Vec<String>,
    /// Columns whose meaning is not known; not kept either.
    pub columns_unknown: Vec<String>,
    /// Columns that were read.
    pub columns_used: Vec<ColumnUsed>,
}

/// A roster, read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Roster {
    /// One row per person, in the file's order; several may share a door.
    pub rows: Vec<RosterRow>,
    /// What became of the file.
    pub report: RosterReport,
}

/// Reads a roster. `default_grid` is the grid of every row when the table has no grid column.
///
/// # Errors
/// A message when the table has no header that names a room or an address.
pub fn read(rows: &[SourceRow], default_grid: Option<&str>) -> Result<Roster, Message> {
    let header = Header::find(rows).ok_or_else(reason::no_header)?;
    let below = &rows[header.rows_above..];
    let mut report = RosterReport::default();
    header.report(below, &mut report);
    let default_grid = if header.has(Field::Grid) {
        None
    } else {
        default_grid
    };
    let data: Vec<&SourceRow> = below
        .iter()
        .filter(|source| is_data(source, &header, &mut report))
        .collect();
    report.rows_read = u32::try_from(data.len()).unwrap_or(u32::MAX);

    let mut filler = fill::Filler::new(&data, &header);
    let mut merger = merge::Merger::default();
    for source in data {
        let levels = filler.levels(source, &header, &mut report);
        match row::read(source, &header, levels, default_grid, &mut report) {
            Ok(row) => merger.admit(row, &mut report),
            Err(why) => report.rows_refused.push(why.about(source.number)),
        }
    }
    report.rows_refused.sort_by_key(|refused| refused.row);
    Ok(Roster {
        rows: merger.rows,
        report,
    })
}

/// Whether a row below the header is about a door; counts it if not.
fn is_data(source: &SourceRow, header: &Header, report: &mut RosterReport) -> bool {
    let skipped = if row::is_empty(source, header) {
        &mut report.skipped_empty
    } else if row::is_total(source, header) {
        &mut report.skipped_totals
    } else if header.is_repeated_by(source) {
        &mut report.skipped_headers
    } else {
        return true;
    };
    *skipped += 1;
    false
}
