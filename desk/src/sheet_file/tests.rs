#![allow(clippy::unwrap_used, reason = "a test may end by panicking")]

use std::io::{Cursor, Read};

use calamine::{Data, Reader, Xlsx};
use doorknock::LedgerColumn;

use super::*;

const COLUMNS: [(&str, CellKind); 5] = [
    ("text", CellKind::Text),
    ("day", CellKind::Date),
    ("time", CellKind::DateTime),
    ("number", CellKind::Number),
    ("share", CellKind::Percent),
];

fn ledger(rows: Vec<Vec<LedgerCell>>) -> Ledger {
    let column = |(code, kind)| LedgerColumn {
        code,
        zh: "列名",
        en: code,
        width: 14,
        kind,
    };
    Ledger {
        code: "test",
        title: Label::new("测试台账", "test"),
        as_of: "2026-11-20T09:30:00+08:00".parse().unwrap(),
        columns: COLUMNS.map(column).to_vec(),
        rows,
    }
}

fn texts(texts: &[&str]) -> Ledger {
    let row = |text: &&str| {
        let mut row = vec![LedgerCell::Empty; 5];
        row[0] = LedgerCell::Text((*text).to_owned());
        row
    };
    ledger(texts.iter().map(row).collect())
}

fn read(bytes: &[u8], sheet: &str) -> Vec<Vec<Data>> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes.to_vec())).unwrap();
    let range = book.worksheet_range(sheet).unwrap();
    range.rows().map(<[Data]>::to_vec).collect()
}

fn part(bytes: &[u8], name: &str) -> String {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    zip.by_name(name)
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    text
}

#[test]
fn cells_come_back_as_what_they_are() {
    let rows = vec![vec![
        LedgerCell::Word(Label::new("见到", "met")),
        LedgerCell::Date("2026-11-20".parse().unwrap()),
        LedgerCell::DateTime("2026-11-20T23:05:09".parse().unwrap()),
        LedgerCell::Number(7.5),
        LedgerCell::Percent(0.125),
    ]];
    let bytes = workbook(&[ledger(rows)], Words::Chinese).unwrap();
    let back = read(&bytes, "测试台账");
    assert_eq!(back.len(), 2);
    assert!(
        back[0]
            .iter()
            .all(|cell| *cell == Data::String("列名".into()))
    );
    assert_eq!(back[1][0], Data::String("见到".into()));
    let time = |cell: &Data| match cell {
        Data::DateTime(time) => time.to_ymd_hms_milli(),
        other => panic!("{other:?}"),
    };
    assert_eq!(time(&back[1][1]), (2026, 11, 20, 0, 0, 0, 0));
    assert_eq!(time(&back[1][2]), (2026, 11, 20, 23, 5, 9, 0));
    assert_eq!(back[1][3], Data::Float(7.5));
    assert_eq!(back[1][4], Data::Float(0.125));
}

#[test]
fn text_stays_text_whatever_it_looks_like() {
    let told = [
        "=1+1",
        "=HYPERLINK(\"http://x\",\"y\")",
        "+86 1000-001",
        "-5",
        "@SUM(A1)",
        "\t=1",
        "10000000012345678901",
        "007",
        "1E5",
        "TRUE",
        "2026-11-20",
        "http://example.invalid/",
        "_x0041_",
        "a\nb",
        "bell\u{7}",
        " 空格 ",
        "𠮷&<>\"'",
    ];
    let bytes = workbook(&[texts(&told)], Words::Chinese).unwrap();
    let back = read(&bytes, "测试台账");
    for (text, row) in told.iter().zip(&back[1..]) {
        assert_eq!(row[0], Data::String((*text).to_owned()), "{text:?}");
    }
    let sheet = part(&bytes, "xl/worksheets/sheet1.xml");
    assert!(!sheet.contains("<f>"), "no cell holds a formula");
    assert!(!sheet.contains("<hyperlink"), "nor a link");
    // Format 49 is Excel's own text format: an edit leaves the cell text.
    assert!(part(&bytes, "xl/styles.xml").contains("numFmtId=\"49\""));
}

#[test]
fn headings_are_frozen_and_filtered_and_columns_as_wide_as_said() {
    let bytes = workbook(&[texts(&["a", "b"])], Words::English).unwrap();
    let sheet = part(&bytes, "xl/worksheets/sheet1.xml");
    for piece in [
        "<pane ySplit=\"1\" topLeftCell=\"A2\"",
        "state=\"frozen\"",
        "<autoFilter ref=\"A1:E3\"/>",
        "<col min=\"1\" max=\"5\" width=\"14.7",
        "orientation=\"landscape\"",
    ] {
        assert!(sheet.contains(piece), "{piece}: {sheet}");
    }
    assert_eq!(read(&bytes, "test")[0][1], Data::String("day".into()));
    assert!(part(&bytes, "docProps/core.xml").contains("2026-11-20T09:30:00"));
}

#[test]
fn the_same_ledgers_give_the_same_bytes() {
    let some = || [texts(&["a"]), ledger(vec![])];
    let mut two = some();
    two[1].title = Label::new("另一张", "other");
    let first = workbook(&two, Words::Chinese).unwrap();
    assert_eq!(first, workbook(&two, Words::Chinese).unwrap());
    assert_eq!(
        read(&first, "另一张").len(),
        1,
        "an empty ledger has its headings"
    );
}

#[test]
fn what_a_workbook_cannot_hold_is_said_and_not_lost_silently() {
    let long = "好".repeat(40_000);
    let old = vec![vec![
        LedgerCell::Text(long),
        LedgerCell::Date("1899-01-01".parse().unwrap()),
        LedgerCell::DateTime(NaiveDateTime::MAX),
        LedgerCell::Empty,
        LedgerCell::Empty,
    ]];
    let bytes = workbook(&[ledger(old)], Words::Chinese).unwrap();
    let back = read(&bytes, "测试台账");
    let text = back[1][0].to_string();
    assert!(text.ends_with(CUT) && text.encode_utf16().count() <= 32_767);
    assert_eq!(back[1][1], Data::String("1899-01-01".into()));
    assert!(matches!(&back[1][2], Data::String(time) if time.contains("262142")));

    let many = ledger(vec![Vec::new(); MOST_ROWS]);
    assert_eq!(
        workbook(&[many], Words::Chinese).unwrap_err().code,
        "too_many_rows"
    );
}
