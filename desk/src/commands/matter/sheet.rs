//! The sheet for a partner (派单): what to do, where, by when, and room for the answer. It names no
//! resident and no phone number, and holds neither the description nor the history: whoever needs
//! more asks the community (docs/matters.md).

use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use doorknock::model::Message;
use doorknock::{Doorknock, MatterDetail, MatterLine};

use crate::lang::{Lang, clock};
use crate::output::{Failure, short};

/// The file, made anew: a sheet that was sent is not written over.
pub(super) fn create(out: &Path) -> Result<File, Failure> {
    File::create_new(out).map_err(|error| not_written(&error))
}

/// Takes back a file whose step was not recorded. That it stays behind empty harms nobody.
pub(super) fn remove(out: &Path) {
    let _ = std::fs::remove_file(out);
}

/// Writes the sheet.
pub(super) fn write(mut file: File, text: &str) -> Result<(), Failure> {
    let written = file
        .write_all(text.as_bytes())
        .and_then(|()| file.sync_all());
    written.map_err(|error| {
        let kind = error.kind();
        Message::new(
            "sheet_unfinished",
            format!("派单文件没有写完（{kind}）；请删去它，再用 matter sheet 另写一份。"),
            format!("The sheet was not written to its end ({kind}); delete it and write another with matter sheet."),
        )
        .into()
    })
}

fn not_written(error: &std::io::Error) -> Failure {
    let kind = error.kind();
    Message::new(
        "out_not_written",
        format!("派单文件无法写入（{kind}）；请换一个不存在的文件名，或检查目录。"),
        format!("The sheet cannot be written ({kind}); name a file that is not there yet, or check the folder."),
    )
    .into()
}

/// The sheet as Markdown.
pub(super) fn text(
    lang: Lang,
    home: &Doorknock,
    matter: &MatterDetail,
    step: &MatterLine,
) -> Result<String, Failure> {
    let info = &matter.info;
    let community = home.community()?.and_then(|c| c.name).unwrap_or_default();
    let of = |part: Option<String>| part.unwrap_or_default();
    let rows = [
        (lang.pick("编号", "Number"), short(info.matter)),
        (lang.pick("派单单位", "From"), community),
        (lang.pick("协办单位", "To"), of(step.partner.clone())),
        (lang.pick("派单时间", "Sent"), clock(&step.at)),
        (
            lang.pick("办理期限", "Due"),
            of(step.due.as_ref().map(clock)),
        ),
        (lang.pick("事项", "Matter"), info.title.clone()),
        (lang.pick("地址", "Address"), info.address.clone()),
        (lang.pick("请办理", "To do"), of(step.text.clone())),
    ];
    let mut sheet = format!(
        "# {}\n\n|  |  |\n|---|---|\n",
        lang.pick("派单", "Dispatch")
    );
    for (name, value) in rows.iter().filter(|(_, value)| !value.is_empty()) {
        sheet += &format!("| {name} | {} |\n", cell(value));
    }
    sheet += &format!(
        "\n## {}\n\n|  |  |\n|---|---|\n",
        lang.pick("回复", "Answer")
    );
    let blank = match lang {
        Lang::Zh => ["办理情况", "办理人", "办结日期", "单位盖章"],
        Lang::En => ["What was done", "By", "Date", "Stamp"],
    };
    for name in blank {
        sheet += &format!("| {name} |  |\n");
    }
    Ok(sheet)
}

/// Text that stays within its cell and is nothing but text.
fn cell(text: &str) -> String {
    let mut cell = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | '|' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '!' => {
                cell.push('\\');
                cell.push(c);
            }
            c if c.is_control() => cell.push(' '),
            c => cell.push(c),
        }
    }
    cell
}
