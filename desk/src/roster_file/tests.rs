use std::path::PathBuf;

use doorknock_model::roster::{self, Roster};
use proptest::prelude::*;

use super::*;

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../tests/data")
        .join(name)
}

fn bytes(name: &str) -> Vec<u8> {
    std::fs::read(data(name)).unwrap()
}

fn imported(name: &str) -> Roster {
    roster::read(&read(&data(name)).unwrap(), None).unwrap()
}

fn doors(found: &Roster) -> Vec<String> {
    let line = |r: &roster::RosterRow| {
        let care: Vec<_> = r.categories.iter().map(|c| c.zh()).collect();
        let (name, phone) = (r.name.as_deref(), r.phone.as_deref());
        let (name, phone) = (name.unwrap_or("-"), phone.unwrap_or("-"));
        format!(
            "{} {} {name} {phone} {}",
            r.grid_code,
            r.address.display_zh(),
            care.join("+")
        )
    };
    found.rows.iter().map(line).collect()
}

/// A row's number and cells.
type Row = (u32, Vec<String>);

fn cells(text: &[u8]) -> Vec<Row> {
    decode(text)
        .unwrap()
        .into_iter()
        .map(|r| (r.number, r.cells))
        .collect()
}

fn code(result: Result<Vec<SourceRow>, Message>) -> &'static str {
    result.unwrap_err().code
}

fn refused(found: &Roster) -> Vec<(u32, &'static str)> {
    found
        .report
        .rows_refused
        .iter()
        .map(|r| (r.row, r.reason.code))
        .collect()
}

#[test]
fn the_sample_roster_is_read_whole() {
    let found = imported("sample-roster.csv");
    let report = &found.report;
    assert_eq!((found.rows.len(), report.rows_read), (596, 596));
    assert!(report.rows_refused.is_empty() && report.warnings.is_empty());
    assert!(report.columns_unknown.is_empty() && report.columns_dropped.is_empty());
    let keys: std::collections::BTreeSet<_> = found.rows.iter().map(|r| r.door_key()).collect();
    assert_eq!(keys.len(), 596);
    let in_care = found
        .rows
        .iter()
        .filter(|r| !r.categories.is_empty())
        .count();
    assert!((60..100).contains(&in_care), "{in_care}");
}

#[test]
fn a_gb18030_file_with_merged_cells_left_blank_is_read() {
    let found = imported("messy-gb18030.csv");
    assert_eq!(
        doors(&found),
        [
            "第1网格 3栋1单元101室 赵𬭎 10000000001 独居+慢病",
            "第1网格 3栋1单元102室 钱二 10000000002 ",
            "第1网格 3栋2单元101室 孙三 10000000003 残疾+低保",
            "第1网格 5栋1单元102室 李四 - ",
        ]
    );
    assert_eq!(found.report.columns_dropped, ["民族"]);
    assert_eq!(
        (found.report.skipped_totals, found.report.warnings.len()),
        (1, 1)
    );
    assert!(!format!("{found:?}").contains("某族"));
}

#[test]
fn a_workbook_with_a_title_merged_cells_and_forbidden_columns_is_read() {
    let found = imported("messy-merged.xlsx");
    assert_eq!(
        doors(&found),
        [
            "LY01 柳荫新村1栋1单元101室 赵一 10000000001 ",
            "LY01 柳荫新村1栋1单元102室 钱二 10000000002 ",
            "LY01 柳荫新村1栋2单元1203室 孙三 10000000003 ",
            "LY01 柳荫新村2栋301室 李四 10000000004 ",
            "LY01 柳荫新村2栋302室 吴六 - ",
        ]
    );
    assert_eq!(refused(&found), [(9, "address_became_date")]);
    assert_eq!(
        found.report.columns_dropped,
        ["户主信息/身份证号", "户主信息/民族"]
    );
    assert_eq!(found.report.id_numbers_removed, 1);
    let all = format!("{found:?}");
    assert!(!all.contains("990000") && !all.contains("某族"));
}

#[test]
fn totals_blank_and_bad_rows_are_counted_with_the_spreadsheets_row_numbers() {
    let found = imported("messy-rows.csv");
    assert_eq!(
        doors(&found),
        [
            "LY01 柳荫新村1栋1单元101室 赵一 10000000001 独居+慢病",
            "LY01 柳荫新村1栋1单元102室 钱二 - ",
            "LY01 柳荫新村1栋1单元101室 吴六 10000000006 ",
            "LY01 柳荫新村1栋1单元104室 - - ",
        ]
    );
    assert_eq!(
        refused(&found),
        [
            (5, "no_room"),
            (8, "no_grid"),
            (9, "address_became_date"),
            (12, "door_in_two_grids"),
            (14, "id_number_misplaced"),
        ]
    );
    let report = &found.report;
    assert_eq!(
        (
            report.skipped_totals,
            report.skipped_headers,
            report.rows_merged
        ),
        (2, 1, 1)
    );
    assert!(!format!("{found:?}").contains("990000"));
}

#[test]
fn merged_cells_are_filled_and_numbers_printed_plainly() {
    let rows = read(&data("messy-merged.xlsx")).unwrap();
    let row = rows.iter().find(|r| r.number == 6).unwrap();
    let expected = [
        "2",
        "LY01",
        "柳荫新村",
        "1栋",
        "1单元",
        "102",
        "钱二",
        "10000000002",
    ];
    assert_eq!(row.cells[..8], expected);
    assert!(
        rows.iter()
            .any(|r| r.number == 9 && r.cells[5] == "2026-03-02")
    );
}

#[test]
fn a_panic_inside_a_reader_is_a_message() {
    assert_eq!(
        code(workbook::guarded(|| panic!("as on damaged input"))),
        "workbook_damaged"
    );
}

#[test]
fn utf_8_cut_off_inside_a_character_is_not_taken_for_gb18030() {
    let text = "网格,房号\n东门,五楼\n".as_bytes();
    for end in (11..text.len()).filter(|end| std::str::from_utf8(&text[..*end]).is_err()) {
        assert_eq!(code(decode(&text[..end])), "encoding_unknown", "{end}");
    }
}

#[test]
fn csv_is_read_in_the_encodings_offices_have() {
    let text = "网格,房号\r\n东,501\r\n";
    let expected = [
        (1, vec!["网格".to_string(), "房号".into()]),
        (2, vec!["东".into(), "501".into()]),
    ];
    let utf_16: Vec<u8> = std::iter::once(0xfeff)
        .chain(text.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let utf_16_be: Vec<u8> = std::iter::once(0xfeff)
        .chain(text.encode_utf16())
        .flat_map(u16::to_be_bytes)
        .collect();
    let gb = encoding_rs::GB18030.encode(text).0.into_owned();
    for bytes in [
        text.as_bytes().to_vec(),
        format!("\u{feff}{text}").into_bytes(),
        utf_16,
        utf_16_be,
        gb,
    ] {
        assert_eq!(cells(&bytes), expected);
    }
}

#[test]
fn csv_cells_and_row_numbers_are_those_of_the_spreadsheet() {
    let row = |number, cells: &[&str]| (number, cells.iter().map(|c| (*c).to_string()).collect());
    let cases: &[(&str, Vec<Row>)] = &[
        ("a,b\n\nc,d", vec![row(1, &["a", "b"]), row(3, &["c", "d"])]),
        (
            "a,\"x\ny\"\nc",
            vec![row(1, &["a", "x\ny"]), row(2, &["c"])],
        ),
        (
            "a,\"x\"\"y\",c\r\nd",
            vec![row(1, &["a", "x\"y", "c"]), row(2, &["d"])],
        ),
        (
            "a;b;c,d\n1;2;3",
            vec![row(1, &["a", "b", "c,d"]), row(2, &["1", "2", "3"])],
        ),
        ("a\tb\n1\t2", vec![row(1, &["a", "b"]), row(2, &["1", "2"])]),
        ("sep=;\na;b", vec![row(2, &["a", "b"])]),
        ("a,b\rc,d\r", vec![row(1, &["a", "b"]), row(2, &["c", "d"])]),
        ("5\"管,b", vec![row(1, &["5\"管", "b"])]),
        (",,x,,", vec![row(1, &["", "", "x"])]),
    ];
    for (text, expected) in cases {
        assert_eq!(cells(text.as_bytes()), *expected, "{text}");
    }
}

#[test]
fn what_cannot_be_read_is_a_clear_message() {
    let utf_8 = "网格,房号,楼栋,单元\n".as_bytes();
    let long = format!("a,{}", "好".repeat(MAX_CELL + 1));
    let wide = ",".repeat(MAX_COLUMNS) + "x";
    let tall = "x\n".repeat(MAX_ROWS + 1);
    for (bytes, expected) in [
        (&b""[..], "roster_empty"),
        (b" \n , ,\n", "roster_empty"),
        (b"\x00\x01\x02", "not_a_table"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not_a_table"),
        (b"<html><table>", "roster_is_html"),
        (b"\xff\xff\xff", "encoding_unknown"),
        // Cut off inside a character: not to be taken for GB18030.
        (&utf_8[..utf_8.len() - 2], "encoding_unknown"),
        (b"a,\"b\nc,d\n", "quote_not_closed"),
        (long.as_bytes(), "cell_too_long"),
        (wide.as_bytes(), "too_many_columns"),
        (tall.as_bytes(), "too_many_rows"),
        (b"PK\x03\x04 not a workbook", "workbook_damaged"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 not a workbook",
            "workbook_damaged",
        ),
    ] {
        assert_eq!(code(decode(bytes)), expected);
    }
    assert_eq!(code(read(Path::new("no/such/file.csv"))), "file_not_found");
    assert_eq!(code(read(Path::new("."))), "file_not_readable");
}

#[test]
fn a_file_over_the_limit_is_refused_before_it_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("big.csv");
    File::create(&path).unwrap().set_len(MAX_FILE + 1).unwrap();
    assert_eq!(code(read(&path)), "roster_too_large");
}

#[test]
fn a_workbook_cut_off_anywhere_is_a_message() {
    let whole = bytes("messy-merged.xlsx");
    for end in (0..whole.len()).step_by(97) {
        assert!(decode(&whole[..end]).is_err(), "{end}");
    }
}

#[test]
fn a_csv_file_cut_off_anywhere_is_a_message_or_the_rows_before() {
    for name in ["sample-roster.csv", "messy-gb18030.csv", "messy-rows.csv"] {
        let whole = bytes(name);
        let all = decode(&whole).unwrap();
        for end in (0..whole.len().min(4_000)).step_by(3) {
            if let Ok(rows) = decode(&whole[..end]) {
                let full = rows.len() - 1;
                assert_eq!(rows[..full], all[..full], "{name} {end}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn flipped_bits_are_rows_or_a_message_and_never_a_panic(
        name in prop::sample::select(vec!["messy-merged.xlsx", "messy-gb18030.csv", "messy-rows.csv"]),
        flips in prop::collection::vec((any::<prop::sample::Index>(), 0..8_u8), 1..6),
    ) {
        let mut bytes = bytes(name);
        for (at, bit) in flips {
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
        }
        if let Ok(rows) = decode(&bytes) {
            let _ = roster::read(&rows, None);
        }
    }

    #[test]
    fn damage_inside_a_workbooks_parts_is_rows_or_a_message(
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        part in any::<prop::sample::Index>(),
    ) {
        let bytes = damaged_inside(&bytes("messy-merged.xlsx"), part, &flips);
        if let Ok(rows) = decode(&bytes) {
            let _ = roster::read(&rows, None);
        }
    }

    #[test]
    fn any_bytes_are_rows_or_a_message(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = decode(&bytes);
        let _ = decode(&[b"PK\x03\x04", &bytes[..]].concat());
        let _ = decode(&[b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", &bytes[..]].concat());
    }
}

/// The workbook with one part's bytes changed before they are compressed, so that the checks of
/// the zip file hold and the damage reaches the reader of the part.
fn damaged_inside(
    whole: &[u8],
    part: prop::sample::Index,
    flips: &[(prop::sample::Index, u8)],
) -> Vec<u8> {
    use std::io::{Cursor, Write};
    let mut from = zip::ZipArchive::new(Cursor::new(whole)).unwrap();
    let mut to = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let chosen = part.index(from.len());
    for i in 0..from.len() {
        let mut entry = from.by_index(i).unwrap();
        let name = entry.name().unwrap().to_string();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        if i == chosen && !content.is_empty() {
            for (at, value) in flips {
                let at = at.index(content.len());
                content[at] = *value;
            }
        }
        to.start_file(name, zip::write::SimpleFileOptions::default())
            .unwrap();
        to.write_all(&content).unwrap();
    }
    to.finish().unwrap().into_inner()
}
