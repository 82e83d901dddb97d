//! Decoding a roster's file to rows of text: CSV in UTF-8, UTF-16 or GB18030, XLSX, XLS, ODS.
//!
//! The form is told by the file's content, never by its name. What the cells mean is decided by
//! `doorknock_model::roster`. A file that is damaged, encrypted or too large is a message, never
//! a panic. No message quotes the file.

mod table;
#[cfg(test)]
mod tests;
mod text;
mod workbook;
mod xml;

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

use doorknock_model::Message;
use doorknock_model::roster::SourceRow;

/// The largest file, in bytes.
pub const MAX_FILE: u64 = 64 << 20;
/// The most rows with content.
pub const MAX_ROWS: usize = 200_000;
/// The most columns.
pub const MAX_COLUMNS: usize = 200;
/// The longest cell, in characters.
pub const MAX_CELL: usize = 4_096;

/// Reads a file's rows, without those that are wholly empty at its end.
///
/// # Errors
/// A message when the file cannot be opened, is too large, damaged, encrypted, or not a table.
pub fn read(path: &Path) -> Result<Vec<SourceRow>, Message> {
    let file = File::open(path).map_err(|e| cannot_open(e.kind()))?;
    let mut bytes = Vec::new();
    file.take(MAX_FILE + 1)
        .read_to_end(&mut bytes)
        .map_err(|e| cannot_open(e.kind()))?;
    decode(&bytes)
}

/// Reads the rows of a file that is in memory.
///
/// # Errors
/// As [`read`].
pub fn decode(bytes: &[u8]) -> Result<Vec<SourceRow>, Message> {
    const ZIP: &[u8] = b"PK\x03\x04";
    const COMPOUND_FILE: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > MAX_FILE {
        return Err(too_large());
    }
    let rows = if bytes.starts_with(ZIP) {
        workbook::guarded(|| workbook::zipped(bytes))?
    } else if bytes.starts_with(COMPOUND_FILE) {
        workbook::guarded(|| workbook::compound(bytes))?
    } else {
        text::rows(bytes)?
    };
    if rows.is_empty() {
        return Err(Message::new(
            "roster_empty",
            "文件里没有内容：请检查是否选错文件或工作表",
            "the file has no content: see whether it is the right file and sheet",
        ));
    }
    Ok(rows)
}

fn cannot_open(kind: ErrorKind) -> Message {
    match kind {
        ErrorKind::NotFound => Message::new(
            "file_not_found",
            "找不到文件：请检查路径",
            "there is no such file: check the path",
        ),
        ErrorKind::PermissionDenied => Message::new(
            "file_not_readable",
            "没有权限读取文件，或文件正被其他程序打开",
            "the file may not be read, or another program has it open",
        ),
        _ => Message::new(
            "file_not_readable",
            "无法读取文件：请检查它是否是普通文件、磁盘是否正常",
            "the file cannot be read: see whether it is a plain file and the disk is well",
        ),
    }
}

fn too_large() -> Message {
    Message::new(
        "roster_too_large",
        "文件过大（上限 64 MiB，展开后 512 MiB）：请分成几个文件导入",
        "the file is too large (at most 64 MiB, 512 MiB when inflated): import it in parts",
    )
}
