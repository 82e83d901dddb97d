//! Ledgers as Markdown tables, under a heading each: for a chat, an e-mail, a page.

use std::fmt::Write;

use doorknock::{CellKind, Ledger, LedgerCell};

use crate::sheet_file::Words;

/// All of them, one below the other. The first one's heading is the page's.
#[must_use]
pub fn markdown(ledgers: &[Ledger], words: Words) -> String {
    let mut page = String::new();
    for (n, ledger) in ledgers.iter().enumerate() {
        let (mark, title) = (if n == 0 { "#" } else { "##" }, words.of(&ledger.title));
        // Writing to a string cannot fail.
        let _ = writeln!(page, "{mark} {}\n", plain(title));
        if n == 0 {
            let as_of = ledger.as_of.format("%Y-%m-%d %H:%M");
            let _ = writeln!(page, "{}: {as_of}\n", words.pick("截至", "As of"));
        }
        table(&mut page, ledger, words);
        page.push('\n');
    }
    page
}

fn table(page: &mut String, ledger: &Ledger, words: Words) {
    let columns = &ledger.columns;
    let heads = columns.iter().map(|c| plain(words.pick(c.zh, c.en)));
    line(page, heads);
    let marks = columns.iter().map(|column| match column.kind {
        CellKind::Number | CellKind::Percent => "---:".to_owned(),
        CellKind::Text | CellKind::Date | CellKind::DateTime => "---".to_owned(),
    });
    line(page, marks);
    for row in &ledger.rows {
        line(page, row.iter().map(|cell| plain(&shown(cell, words))));
    }
}

fn line(page: &mut String, cells: impl Iterator<Item = String>) {
    for cell in cells {
        let _ = write!(page, "| {cell} ");
    }
    page.push_str("|\n");
}

fn shown(cell: &LedgerCell, words: Words) -> String {
    match cell {
        LedgerCell::Empty => "–".to_owned(),
        LedgerCell::Text(text) => text.clone(),
        LedgerCell::Word(word) => words.of(word).to_owned(),
        LedgerCell::Date(date) => date.to_string(),
        LedgerCell::DateTime(time) => time.format("%Y-%m-%d %H:%M").to_string(),
        LedgerCell::Number(number) => number.to_string(),
        LedgerCell::Percent(rate) => format!("{:.1}%", rate * 100.0),
    }
}

/// Text that stays one cell and brings no marks of its own.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() {
            plain.push(' ');
            continue;
        }
        if "\\|`*_[]<>#&".contains(c) {
            plain.push('\\');
        }
        plain.push(c);
    }
    plain
}

#[cfg(test)]
mod tests {
    use doorknock::LedgerColumn;
    use doorknock::model::checklist::Label;

    use super::*;

    #[test]
    fn a_table_is_aligned_by_kind_and_what_people_wrote_brings_no_marks() {
        let column = |code, zh, kind| LedgerColumn {
            code,
            zh,
            en: code,
            width: 10,
            kind,
        };
        let ledger = Ledger {
            code: "test",
            title: Label::new("月报 2026-11", "month"),
            as_of: "2026-11-20T09:30:00+08:00".parse().unwrap(),
            columns: vec![
                column("a", "网格", CellKind::Text),
                column("b", "覆盖率", CellKind::Percent),
                column("c", "次数", CellKind::Number),
            ],
            rows: vec![
                vec![
                    LedgerCell::Text("a|b\n<i>".to_owned()),
                    LedgerCell::Percent(0.125),
                    LedgerCell::Number(7.0),
                ],
                vec![
                    LedgerCell::Word(Label::new("合计", "total")),
                    LedgerCell::Empty,
                    LedgerCell::Number(2.5),
                ],
            ],
        };
        let page = "# 月报 2026-11\n\n截至: 2026-11-20 09:30\n\n\
                    | 网格 | 覆盖率 | 次数 |\n| --- | ---: | ---: |\n\
                    | a\\|b \\<i\\> | 12.5% | 7 |\n| 合计 | – | 2.5 |\n\n";
        assert_eq!(markdown(&[ledger], Words::Chinese), page);
    }
}
