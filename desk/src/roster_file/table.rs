//! Rows under construction, within the limits.

use std::collections::BTreeMap;

use doorknock_model::Message;
use doorknock_model::roster::SourceRow;

use super::{MAX_CELL, MAX_COLUMNS, MAX_ROWS, too_large};

/// The most bytes of text in all cells: a few bytes in a file can stand for a long cell many
/// times over.
const MAX_TEXT: usize = 256 << 20;
/// The most cells that merged ranges may cover, counted as often as they are covered.
const MAX_COVERED: usize = 40_000_000;

/// Cells by their place; only those with text.
#[derive(Default)]
pub(super) struct Table {
    rows: BTreeMap<u32, Vec<String>>,
    text: usize,
    covered: usize,
}

impl Table {
    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Puts a cell's text; row and column count from 0. Blank text is no cell.
    pub(super) fn put(&mut self, row: u32, column: u32, text: String) -> Result<(), Message> {
        if text.trim().is_empty() {
            return Ok(());
        }
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        let row_number = row.saturating_add(1);
        if column >= MAX_COLUMNS {
            return Err(too_many_columns(row_number));
        }
        if text.len() > MAX_CELL && text.chars().count() > MAX_CELL {
            return Err(cell_too_long(row_number));
        }
        self.text += text.len();
        if self.text > MAX_TEXT {
            return Err(too_large());
        }
        let known = self.rows.len();
        let cells = self.rows.entry(row).or_default();
        if cells.is_empty() && known >= MAX_ROWS {
            return Err(too_many_rows());
        }
        if cells.len() <= column {
            cells.resize(column + 1, String::new());
        }
        cells[column] = text;
        Ok(())
    }

    /// Gives every blank cell of a merged range the text of its top-left cell, in rows that have
    /// something at all. Both corners belong to the range.
    pub(super) fn fill(&mut self, start: (u32, u32), end: (u32, u32)) -> Result<(), Message> {
        let first_column = usize::try_from(start.1).unwrap_or(usize::MAX);
        let top_left = self
            .rows
            .get(&start.0)
            .and_then(|cells| cells.get(first_column));
        let Some(text) = top_left.filter(|t| !t.is_empty()).cloned() else {
            return Ok(());
        };
        if start.0 > end.0 || start.1 > end.1 {
            return Ok(());
        }
        let last_column = end
            .1
            .min(u32::try_from(MAX_COLUMNS).unwrap_or(u32::MAX) - 1);
        let rows: Vec<u32> = self
            .rows
            .range(start.0..=end.0)
            .map(|(row, _)| *row)
            .collect();
        for row in rows {
            for column in start.1..=last_column {
                self.covered += 1;
                if self.covered > MAX_COVERED {
                    return Err(too_large());
                }
                let at = usize::try_from(column).unwrap_or(usize::MAX);
                let blank = self
                    .rows
                    .get(&row)
                    .and_then(|c| c.get(at))
                    .is_none_or(String::is_empty);
                if blank {
                    self.put(row, column, text.clone())?;
                }
            }
        }
        Ok(())
    }

    pub(super) fn into_rows(self) -> Vec<SourceRow> {
        let numbered = |(row, cells): (u32, _)| SourceRow {
            number: row.saturating_add(1),
            cells,
        };
        self.rows.into_iter().map(numbered).collect()
    }
}

fn too_many_rows() -> Message {
    Message::new(
        "too_many_rows",
        format!("行数超过 {MAX_ROWS}：请分成几个文件导入"),
        format!("there are more than {MAX_ROWS} rows: import the file in parts"),
    )
}

fn too_many_columns(row: u32) -> Message {
    Message::new(
        "too_many_columns",
        format!("第 {row} 行的列数超过 {MAX_COLUMNS}：请删去多余的列"),
        format!("row {row} has more than {MAX_COLUMNS} columns: delete those not needed"),
    )
}

fn cell_too_long(row: u32) -> Message {
    Message::new(
        "cell_too_long",
        format!("第 {row} 行有单元格超过 {MAX_CELL} 字：请检查是否缺少一个引号，或缩短内容"),
        format!(
            "a cell in row {row} is longer than {MAX_CELL} characters: a quotation mark may be \
             missing, or shorten it"
        ),
    )
}
