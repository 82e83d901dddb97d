//! The sheet for a partner (派单): what to do, where, by when, and room for the answer. It names no
//! resident and no phone number, and holds neither the description nor the history: whoever needs
//! more asks the community (docs/matters.md).

use std::path::Path;

use doorknock::model::Message;
use doorknock::model::checklist::Label;
use doorknock::{CellKind, Doorknock, Ledger, LedgerCell, LedgerColumn, MatterDetail, MatterLine};
use doorknock_desk::markdown::markdown;
use doorknock_desk::out_file::OutFile;
use doorknock_desk::sheet_file::workbook;

use crate::commands::Desk;
use crate::output::{Failure, short};
use crate::values::ends_in;

/// Writes the sheet of a dispatch into a file begun before: a workbook, or Markdown.
pub(super) fn write(
    desk: &Desk,
    home: &Doorknock,
    (mut out, path): (OutFile<'_>, &Path),
    (matter, step): (&MatterDetail, &MatterLine),
) -> Result<(), Failure> {
    let community = home.community()?.and_then(|c| c.name).unwrap_or_default();
    let sheets = [asked(&community, matter, step), answer(step)];
    let words = desk.lang.words();
    let bytes = if ends_in(path, "xlsx") {
        workbook(&sheets, words)?
    } else {
        markdown(&sheets, words).into_bytes()
    };
    let written = out.write(&bytes).and_then(|()| out.finish());
    written.map_err(|_| {
        Message::new(
            "sheet_not_written",
            "派单已记下，但文件没有写成；请检查目录和磁盘空间，再用 matter sheet 写一份。",
            "The dispatch is recorded, but its sheet could not be written; check the folder and the disk, then use matter sheet.",
        )
        .into()
    })
}

fn asked(community: &str, matter: &MatterDetail, step: &MatterLine) -> Ledger {
    let text = |text: &str| LedgerCell::text(text);
    let due = step.due.map(|due| LedgerCell::DateTime(due.naive_local()));
    let rows = [
        ("编号", "number", text(&short(matter.info.matter))),
        ("派单单位", "from", text(community)),
        ("协办单位", "to", step.partner.as_ref().into()),
        (
            "派单时间",
            "sent",
            LedgerCell::DateTime(step.at.naive_local()),
        ),
        ("办理期限", "due", due.unwrap_or(LedgerCell::Empty)),
        ("事项", "matter", text(&matter.info.title)),
        ("地址", "address", text(&matter.info.address)),
        ("请办理", "to do", step.text.as_ref().into()),
    ];
    let rows = rows
        .into_iter()
        .filter(|(_, _, cell)| *cell != LedgerCell::Empty);
    sheet(("dispatch", Label::new("派单", "dispatch")), step, rows)
}

fn answer(step: &MatterLine) -> Ledger {
    let rows = [
        ("办理情况", "what was done"),
        ("办理人", "by"),
        ("办结日期", "date"),
        ("单位盖章", "stamp"),
    ];
    // Empty text: room to write, not a dash for what is not known.
    let rows = rows.map(|(zh, en)| (zh, en, LedgerCell::Text(String::new())));
    sheet(("answer", Label::new("回单", "answer")), step, rows)
}

fn sheet(
    (code, title): (&'static str, Label),
    step: &MatterLine,
    rows: impl IntoIterator<Item = (&'static str, &'static str, LedgerCell)>,
) -> Ledger {
    let column = |code, zh, en, width| LedgerColumn {
        code,
        zh,
        en,
        width,
        kind: CellKind::Text,
    };
    let row = |(zh, en, cell)| vec![LedgerCell::Word(Label::new(zh, en)), cell];
    Ledger {
        code,
        title,
        as_of: step.at,
        columns: vec![
            column("item", "项目", "item", 14),
            column("content", "内容", "content", 60),
        ],
        rows: rows.into_iter().map(row).collect(),
    }
}
