//! `sync --to` and `sync --from`: entries by memory stick (docs/sync-by-file.md).

use std::fs::File;
use std::io;
use std::path::Path;

use doorknock::model::Message;
use doorknock::{FileRead, FileScope, FileWritten};
use doorknock_desk::out_file::OutFile;
use serde_json::{Value, json};

use super::Desk;
use super::sync::{kib, quarantined};
use crate::cli::SyncArgs;
use crate::lang::{Lang, clock};
use crate::output::{Failure, Reply, printable, rfc3339};
use crate::progress;

/// `sync --to`: as `sync`, and `{"file", "entries", "receipts", "statements"}`.
pub(super) fn write(desk: &Desk, path: &Path, args: &SyncArgs) -> Result<Reply, Failure> {
    let home = desk.open()?;
    let scope = if args.all {
        FileScope::Everything
    } else {
        FileScope::Missing
    };
    let mut out = OutFile::begin(path, args.force)?;
    let written = home.sync_to_file(&mut out, scope)?;
    out.finish()?;
    home.handed_to_file(&written)?;
    let file = path.display().to_string();
    Ok(Reply::new(
        written_json(&written, &file),
        written_text(desk.lang, &written, &file),
    ))
}

fn written_json(written: &FileWritten, file: &str) -> Value {
    json!({
        "pushed": written.changes,
        "relayed": written.relayed,
        "pulled": 0,
        "quarantined": 0,
        "round_trips": 0,
        "bytes_up": written.bytes,
        "bytes_down": 0,
        "entries": written.own + written.relayed,
        "receipts": written.receipts,
        "statements": written.statements,
        "file": file,
    })
}

fn written_text(lang: Lang, written: &FileWritten, file: &str) -> String {
    let size = kib(usize::try_from(written.bytes).unwrap_or(usize::MAX));
    let FileWritten {
        changes, relayed, ..
    } = written;
    match lang {
        Lang::Zh => format!(
            "已写入 {file}（{size}）：本机修改 {changes} 处，代带别人的数据 {relayed} 份。\n\
             内容已加密，只有本社区的设备能读。带出不等于已到服务器：本机记录仍显示为待发送。"
        ),
        Lang::En => format!(
            "Written to {file} ({size}): {changes} changes of this device, {relayed} entries of others.\n\
             It is sealed; only devices of this community can read it. Carried away is not at the hub: what was recorded here stays pending."
        ),
    }
}

/// `sync --from`: as `sync`, and more of the file. Exit code 1 if it was not whole.
pub(super) fn read(desk: &Desk, path: &Path) -> Result<Reply, Failure> {
    let home = desk.open()?;
    let mut file = File::open(path).map_err(|error| cannot_open(&error))?;
    let spinner = progress::spinner();
    let done = home.sync_from_file(&mut file, &mut |so_far| {
        let said = match desk.lang {
            Lang::Zh => format!("已接收 {}", so_far.pulled),
            Lang::En => format!("received {}", so_far.pulled),
        };
        spinner.set_message(said);
        spinner.tick();
    });
    spinner.finish_and_clear();
    let read = done?;
    Desk::tidy(&home);
    Ok(Reply {
        json: read_json(&read),
        text: read_text(desk.lang, &read),
        well: read.whole && !read.charter_refused,
    })
}

fn read_json(read: &FileRead) -> Value {
    json!({
        "pushed": read.pushed,
        "relayed": 0,
        "pulled": read.pulled,
        "quarantined": read.quarantined,
        "round_trips": 0,
        "bytes_up": 0,
        "bytes_down": read.bytes,
        "entries": read.entries,
        "known": read.known,
        "not_for_us": read.not_for_us,
        "statements": read.statements,
        "charter_refused": read.charter_refused,
        "whole": read.whole,
        "by": read.by,
        "at": read.at.as_ref().map(rfc3339),
    })
}

fn read_text(lang: Lang, read: &FileRead) -> String {
    let by = read.by.as_deref().unwrap_or("?");
    let at = read.at.as_ref().map(clock).unwrap_or_default();
    let FileRead {
        pulled,
        pushed,
        entries,
        known,
        not_for_us,
        ..
    } = read;
    let mut text = match lang {
        Lang::Zh => format!(
            "已读入 {by} {at} 写的文件：{entries} 份数据，收下修改 {pulled} 处；\
             已有 {known} 份，与本机无关 {not_for_us} 份；本机修改 {pushed} 处有了服务器回执。"
        ),
        Lang::En => format!(
            "Read the file that {by} wrote at {at}: {entries} entries, {pulled} changes taken in; \
             {known} were here, {not_for_us} are not for this device; {pushed} changes of this device got the hub's receipt."
        ),
    };
    text = printable(&text);
    if read.quarantined > 0 {
        text += &quarantined(lang, read.quarantined);
    }
    if read.charter_refused {
        text += lang.pick(
            "\n! 文件里的社区章程与本机不一致，已拒绝；请联系社区管理员核对。",
            "\n! The charter in the file does not extend the one known here and was refused; ask your administrator.",
        );
    }
    if !read.whole {
        text += lang.pick(
            "\n! 文件不完整或已损坏，只收下了完好的部分；请让对方重新写一份，或再拷贝一次。",
            "\n! The file is cut off or damaged, and only what verified was taken in; have it written or copied again.",
        );
    }
    text
}

fn cannot_open(error: &io::Error) -> Message {
    let kind = error.kind();
    Message::new(
        "file_io",
        format!("打不开这个文件（{kind}）；请核对文件名和存储设备。"),
        format!("The file cannot be opened ({kind}); check its name and the medium."),
    )
}
