//! LibreOffice opens what the office hands on, and finds in every cell what was meant.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test may end by panicking"
)]
#![allow(dead_code, reason = "the helpers serve other tests too")]

#[path = "../cli/hub.rs"]
mod hub;
mod office;
#[path = "../cli/program.rs"]
mod program;
mod soffice;

use std::path::{Path, PathBuf};

use doorknock::model::checklist::Label;
use doorknock::{
    CellKind, Doorknock, Env, FileKeyStore, Ledger, LedgerCell, LedgerColumn, LedgerKind,
    LedgerScope,
};
use doorknock_desk::sheet_file::{Words, workbook};

use soffice::Soffice;

/// What people write, and what a spreadsheet would love to make of it.
const TRICKY: [&str; 19] = [
    "=1+1",
    "=HYPERLINK(\"http://x\",\"y\")",
    "=cmd|' /C calc'!A0",
    "+86 1000-001",
    "-5",
    "@SUM(A1)",
    "\t=1",
    "'=1",
    "10000000012345678901",
    "007",
    "1E5",
    "TRUE",
    "2026-11-20",
    "3/4",
    "50%",
    "_x0041_",
    "一行\n二行",
    "𠮷 & <b> \"引号\"",
    " 空格 ",
];

fn tricky() -> Ledger {
    let columns = [
        ("text", CellKind::Text),
        ("day", CellKind::Date),
        ("time", CellKind::DateTime),
        ("number", CellKind::Number),
        ("share", CellKind::Percent),
    ];
    let column = |(code, kind)| LedgerColumn {
        code,
        zh: "=标题",
        en: code,
        width: 14,
        kind,
    };
    let row = |(n, text): (i32, &str)| {
        vec![
            LedgerCell::Text(text.to_owned()),
            LedgerCell::Date("2028-02-29".parse().unwrap()),
            LedgerCell::DateTime("2026-11-20T23:59:31".parse().unwrap()),
            LedgerCell::Number(f64::from(n) - 3.5),
            LedgerCell::Percent(0.125),
        ]
    };
    Ledger {
        code: "tricky",
        title: Label::new("测试台账", "test"),
        as_of: "2026-11-20T09:30:00+08:00".parse().unwrap(),
        columns: columns.map(column).to_vec(),
        rows: (0..).zip(TRICKY).map(row).collect(),
    }
}

/// A cell of a CSV file: what stands in it, and whether LibreOffice quoted it because it is text.
fn meant(cell: &LedgerCell) -> (String, bool) {
    match cell {
        LedgerCell::Empty => (String::new(), false),
        LedgerCell::Text(text) => (text.clone(), true),
        LedgerCell::Word(word) => (word.zh.clone(), true),
        LedgerCell::Date(date) => (date.to_string(), false),
        LedgerCell::DateTime(time) => (time.format("%Y-%m-%d %H:%M").to_string(), false),
        LedgerCell::Number(number) => (number.to_string(), false),
        LedgerCell::Percent(rate) => (format!("{:.1}%", rate * 100.0), false),
    }
}

fn compare(ledger: &Ledger, csv: &Path) {
    let found = soffice::cells(&std::fs::read_to_string(csv).unwrap());
    let heads = ledger.columns.iter().map(|c| (c.zh.to_owned(), true));
    let rows = ledger
        .rows
        .iter()
        .map(|row| row.iter().map(meant).collect());
    let meant: Vec<Vec<_>> = std::iter::once(heads.collect()).chain(rows).collect();
    assert_eq!(found.len(), meant.len(), "{}", ledger.code);
    for (n, (found, meant)) in found.iter().zip(&meant).enumerate() {
        assert_eq!(found, meant, "{} row {n}", ledger.code);
    }
}

#[test]
fn libreoffice_finds_in_every_cell_of_every_ledger_what_was_meant() {
    let dir = tempfile::tempdir().unwrap();
    let home = office::with_tricky_records(dir.path(), &TRICKY);

    // Every file as the program writes it; what was meant, from the library.
    let mut books: Vec<(PathBuf, Vec<Ledger>)> = Vec::new();
    for kind in LedgerKind::ALL {
        let file = dir.path().join(format!("{}.xlsx", kind.word()));
        let out = file.to_str().unwrap();
        home.json(&["ledger", "export", "--kind", kind.word(), "--out", out]);
        books.push((file, Vec::new()));
    }
    let report = dir.path().join("report.xlsx");
    home.json(&["report", "month", "--out", report.to_str().unwrap()]);
    let keys = FileKeyStore::new(home.0.join("home.key"));
    let open = Doorknock::open(&home.0, &keys, Env::system()).unwrap();
    for (kind, (_, ledgers)) in LedgerKind::ALL.into_iter().zip(&mut books) {
        ledgers.push(open.ledger(kind, &LedgerScope::default()).unwrap());
        assert!(!ledgers[0].rows.is_empty(), "{kind:?}");
    }
    books.push((report, open.month_report(None, None).unwrap().sheets()));
    let file = dir.path().join("tricky.xlsx");
    std::fs::write(&file, workbook(&[tricky()], Words::Chinese).unwrap()).unwrap();
    books.push((file, vec![tricky()]));

    let soffice = Soffice::new(dir.path());
    let files: Vec<&Path> = books.iter().map(|(file, _)| file.as_path()).collect();
    let out = soffice.to_csv(&files);
    for (file, ledgers) in &books {
        let stem = file.file_stem().unwrap().to_str().unwrap();
        for ledger in ledgers {
            compare(ledger, &out.join(format!("{stem}-{}.csv", ledger.title.zh)));
        }
    }

    // And as it shows them: every column can be filtered, the headings stand on every page.
    let flat = soffice.to_flat(&files[0].with_file_name("visits.xlsx"));
    for piece in [
        "table:display-filter-buttons=\"true\"",
        "<table:table-header-rows>",
    ] {
        assert!(flat.contains(piece), "{piece}");
    }
    assert!(!flat.contains("table:formula"), "no formula anywhere");
}
