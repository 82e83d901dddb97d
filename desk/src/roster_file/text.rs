//! CSV and its kin.

use std::borrow::Cow;

use doorknock_model::Message;
use doorknock_model::roster::SourceRow;
use encoding_rs::{GB18030, UTF_16BE, UTF_16LE};

use super::table::Table;

/// The rows of a text file.
pub(super) fn rows(bytes: &[u8]) -> Result<Vec<SourceRow>, Message> {
    let text = decoded(bytes)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    if text.trim_start().starts_with('<') {
        return Err(Message::new(
            "roster_is_html",
            "这是网页格式的表格：请用表格软件打开后另存为 XLSX",
            "this is a table in a web page's form: open it in a spreadsheet and save it as XLSX",
        ));
    }
    split(text, delimiter(text))
}

/// The text, by its byte-order mark, else as UTF-8, else as GB18030; both strictly.
fn decoded(bytes: &[u8]) -> Result<Cow<'_, str>, Message> {
    let utf_16 = [(b"\xff\xfe", UTF_16LE), (b"\xfe\xff", UTF_16BE)];
    if let Some((mark, encoding)) = utf_16
        .into_iter()
        .find(|(mark, _)| bytes.starts_with(*mark))
    {
        return encoding
            .decode_without_bom_handling_and_without_replacement(&bytes[mark.len()..])
            .ok_or_else(damaged);
    }
    if bytes.contains(&0) {
        return Err(Message::new(
            "not_a_table",
            "这不是表格文件：请导入 CSV 或 XLSX",
            "this is not a table: import CSV or XLSX",
        ));
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.into()),
        // A file that is UTF-8 for a while is a damaged one: read as GB18030 its names would
        // silently turn to rubbish.
        Err(e) if is_chinese_utf8(&bytes[..e.valid_up_to()]) => Err(damaged()),
        Err(_) => GB18030
            .decode_without_bom_handling_and_without_replacement(bytes)
            .ok_or_else(damaged),
    }
}

/// Whether valid UTF-8 holds several characters of three bytes. Two or three bytes of GB18030 may
/// look like one by accident, several in a row hardly do.
fn is_chinese_utf8(bytes: &[u8]) -> bool {
    let text = std::str::from_utf8(bytes).unwrap_or_default();
    bytes.starts_with(b"\xef\xbb\xbf") || text.chars().filter(|c| c.len_utf8() == 3).count() >= 3
}

fn damaged() -> Message {
    Message::new(
        "encoding_unknown",
        "文件编码不是 UTF-8 也不是 GB18030，或文件已损坏：请另存为“CSV UTF-8”或 XLSX",
        "the file is neither UTF-8 nor GB18030, or is damaged: save it as CSV UTF-8 or XLSX",
    )
}

/// The character that separates cells: the one seen most outside quotes in the first lines.
fn delimiter(text: &str) -> char {
    if let Some(named) = text
        .strip_prefix("sep=")
        .and_then(|rest| rest.chars().next())
    {
        return named;
    }
    let mut quoted = false;
    let mut seen = [(',', 0_u32), ('\t', 0), (';', 0)];
    let mut lines = 0;
    for c in text.chars() {
        match c {
            '"' => quoted = !quoted,
            '\n' if !quoted => lines += 1,
            c if !quoted => {
                if let Some((_, count)) = seen.iter_mut().find(|(d, _)| *d == c) {
                    *count += 1;
                }
            }
            _ => {}
        }
        if lines == 20 {
            break;
        }
    }
    // The first of equals, so that a single column reads as comma-separated.
    seen.iter()
        .rev()
        .max_by_key(|(_, count)| count)
        .map_or(',', |(d, _)| *d)
}

/// Cuts text into cells as RFC 4180 says. Written out rather than taken from a reader that skips
/// blank lines: row numbers must be those the spreadsheet shows, where a blank line is a row and
/// a line break inside quotes is none.
fn split(text: &str, delimiter: char) -> Result<Vec<SourceRow>, Message> {
    let mut table = Table::default();
    let (mut row, mut column, mut cell) = (0_u32, 0_u32, String::new());
    let mut quoted_since = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match (quoted_since, c) {
            (Some(_), '"') if chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            (Some(_), '"') => quoted_since = None,
            (Some(_), c) => cell.push(c),
            (None, '"') if cell.is_empty() => quoted_since = Some(row),
            (None, '\r') if chars.peek() == Some(&'\n') => {}
            (None, '\r' | '\n') => {
                table.put(row, column, std::mem::take(&mut cell))?;
                (row, column) = (row.saturating_add(1), 0);
            }
            (None, c) if c == delimiter => {
                table.put(row, column, std::mem::take(&mut cell))?;
                column = column.saturating_add(1);
            }
            (None, c) => cell.push(c),
        }
    }
    if let Some(row) = quoted_since {
        let row = row.saturating_add(1);
        return Err(Message::new(
            "quote_not_closed",
            format!("第 {row} 行的引号没有结束，或文件不完整"),
            format!("a quotation mark in row {row} is not closed, or the file is cut off"),
        ));
    }
    table.put(row, column, cell)?;
    let mut rows = table.into_rows();
    if text.starts_with("sep=") {
        rows.retain(|row| row.number > 1);
    }
    Ok(rows)
}
