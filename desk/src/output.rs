//! What a command prints: text for people, or exactly one JSON object.

use std::io::{self, ErrorKind, Write};

use chrono::{DateTime, FixedOffset, SecondsFormat};
use comfy_table::{ColumnConstraint, Table, Width, presets};
use doorknock::model::Message;
use serde_json::{Value, json};

use crate::lang::Lang;

/// The widest column of a table, in columns of the terminal.
const WIDEST: u16 = 44;

/// A command's result in both forms.
#[derive(Debug)]
pub(crate) struct Reply {
    /// For programs.
    pub(crate) json: Value,
    /// For people; lines, the last without its end.
    pub(crate) text: String,
    /// Whether all is well; if not, the exit code is 1.
    pub(crate) well: bool,
}

impl Reply {
    /// A reply of a command that did what it was asked to.
    pub(crate) fn new(json: Value, text: impl Into<String>) -> Self {
        Self {
            json,
            text: text.into(),
            well: true,
        }
    }
}

/// A command that failed.
#[derive(Debug)]
pub(crate) struct Failure {
    /// What is wrong and what to do.
    pub(crate) message: Message,
    /// 2 for usage, 1 for everything else.
    pub(crate) exit: u8,
}

impl Failure {
    /// The command line cannot be followed.
    pub(crate) fn usage(message: Message) -> Self {
        Self { message, exit: 2 }
    }
}

impl From<Message> for Failure {
    fn from(message: Message) -> Self {
        Self { message, exit: 1 }
    }
}

impl From<doorknock::Error> for Failure {
    fn from(error: doorknock::Error) -> Self {
        with_options(error.message()).into()
    }
}

/// The options of a command line that a sentence is about. The core does not know them: its sentences are read on
/// phones too.
fn with_options(mut message: Message) -> Message {
    let options = match message.code {
        "grid_needed" | "which_grid" => "--grid",
        "already_joined" | "home_exists" => "--home",
        "which_person" => "--person",
        "bad_period" | "no_period" => "--from, --until",
        "cursor_unknown" => "--since",
        _ => return message,
    };
    message.zh = format!("{}（{options}）。", message.zh.trim_end_matches('。'));
    message.en = format!("{} ({options}).", message.en.trim_end_matches('.'));
    message
}

/// Prints to standard output. A reader that has seen enough (`| head`) is not a failure.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    print_while_read(text).map(|_| ())
}

/// Prints to standard output, and tells whether anybody reads on.
pub(crate) fn print_while_read(text: &str) -> Result<bool, Failure> {
    let mut out = io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(Message::new(
            "output",
            format!("无法输出结果（{}）；请检查输出的去处。", error.kind()),
            format!(
                "The result cannot be written ({}); see where the output goes.",
                error.kind()
            ),
        )
        .into()),
    }
}

/// Tells of a failure, on one line or as one object, and gives its exit code.
pub(crate) fn tell(failure: &Failure, lang: Lang, as_json: bool) -> u8 {
    let Failure { message, exit } = failure;
    let said = printable(lang.say(message));
    if as_json {
        let _ = print(&json!({"code": message.code, "message": said}).to_string());
    } else {
        // Nobody may be listening there either; the exit code still tells.
        let _ = writeln!(io::stderr().lock(), "{said}");
    }
    *exit
}

/// RFC 3339, to the second.
pub(crate) fn rfc3339(time: &DateTime<FixedOffset>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, false)
}

/// One line without control characters: a record written elsewhere must not steer a terminal.
pub(crate) fn printable(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

/// A small table; columns wrap at [`WIDEST`].
pub(crate) fn table(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_header(header.iter().copied());
    table.add_rows(
        rows.into_iter()
            .map(|row| row.iter().map(|c| printable(c)).collect::<Vec<_>>()),
    );
    for column in table.column_iter_mut() {
        column.set_constraint(ColumnConstraint::UpperBoundary(Width::Fixed(WIDEST)));
    }
    table.trim_fmt()
}

/// Lines of a name and what it is, the values under one another.
pub(crate) fn fields(rows: &[(&str, String)]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    let shown = rows.iter().filter(|(_, value)| !value.is_empty());
    table.add_rows(shown.map(|(name, value)| vec![(*name).to_owned(), printable(value)]));
    for column in table.column_iter_mut() {
        column.set_constraint(ColumnConstraint::UpperBoundary(Width::Fixed(2 * WIDEST)));
    }
    table.trim_fmt()
}

/// An id as tables show it: enough digits to name it.
pub(crate) fn short(id: impl ToString) -> String {
    let mut id = id.to_string();
    id.truncate(8);
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_counts_two_columns_so_that_columns_line_up() {
        let rows = [["阳光花园3栋", "x"], ["A-1", "x"]].map(|row| row.map(str::to_owned).to_vec());
        let shown = table(&["门牌", "b"], rows);
        let at: Vec<usize> = shown
            .lines()
            .map(|line| {
                let before = line
                    .trim_end()
                    .rsplit_once(' ')
                    .map_or("", |(before, _)| before);
                before
                    .chars()
                    .map(|c| if c.is_ascii() { 1 } else { 2 })
                    .sum()
            })
            .collect();
        assert_eq!(at.len(), 3);
        assert!(at.iter().all(|width| *width == at[0]), "{shown}");
    }

    #[test]
    fn what_others_wrote_cannot_steer_the_terminal() {
        let shown = table(&["a"], [vec!["\u{1b}[2J\r\nb\u{9b}c".to_owned()]]);
        assert!(!shown.contains(['\u{1b}', '\u{9b}', '\r']), "{shown:?}");
        assert_eq!(shown.lines().count(), 2);
    }
}
