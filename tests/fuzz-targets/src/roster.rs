//! Files that an office has: tables of doors as text in any encoding, workbooks, checklists.

use std::io::{Cursor, Write};

use doorknock_desk::roster_file;
use doorknock_model::checklist::Template;
use doorknock_model::roster::{self, SourceRow};
use zip::write::SimpleFileOptions;

use crate::{Parts, Target, seed};

/// See the module.
pub const TARGET: Target = Target {
    name: "roster",
    run,
    seeds,
};

fn run(data: &[u8]) -> bool {
    match data.split_first() {
        Some((0, bytes)) => file(bytes),
        Some((1, bytes)) => file(&workbook(bytes)),
        Some((2, bytes)) => file(&open_document(bytes)),
        Some((3, bytes)) => checklist(&String::from_utf8_lossy(bytes)),
        _ => false,
    }
}

fn file(bytes: &[u8]) -> bool {
    let rows = match roster_file::decode(bytes) {
        Ok(rows) => rows,
        Err(message) => {
            assert!(!message.code.is_empty());
            return false;
        }
    };
    assert!(!rows.is_empty() && rows.len() <= roster_file::MAX_ROWS);
    assert!(rows.windows(2).all(|pair| pair[0].number < pair[1].number));
    let fits = |row: &SourceRow| {
        row.cells.len() <= roster_file::MAX_COLUMNS
            && row
                .cells
                .iter()
                .all(|cell| cell.chars().count() <= roster_file::MAX_CELL)
    };
    assert!(rows.iter().all(fits));
    let _ = Template::from_rows(&rows);
    let with_grid = roster::read(&rows, Some("G1"));
    let Ok(table) = roster::read(&rows, None).or(with_grid) else {
        return false;
    };
    for row in &table.rows {
        assert!(!row.address.key("G1").is_empty());
    }
    !table.rows.is_empty()
}

/// What is packed and read again is the same checklist.
fn checklist(text: &str) -> bool {
    let Ok(template) = Template::parse(text) else {
        return false;
    };
    assert!(!template.code.is_empty() && !template.groups.is_empty());
    true
}

const WORKBOOK: &str = r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>"#;
const RELATIONS: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;
const ROOT: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const STYLES: &str = r#"<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts><numFmt numFmtId="164" formatCode="yyyy\-mm\-dd"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs></styleSheet>"#;
const SHARED: &str = r#"<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>网格</t></si><si><t>房号</t></si></sst>"#;
const SHEET: &str = r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1:C3"/><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><t>楼栋</t></is></c><c r="C1" t="s"><v>1</v></c></row><row r="2"><c r="A2" t="str"><v>G1</v></c><c r="B2"><v>3</v></c><c r="C2"><v>501</v></c></row><row r="3"><c r="C3"><v>502</v></c><c r="D3" s="1"><v>45000.5</v></c><c r="E3" t="b"><v>1</v></c></row></sheetData><mergeCells count="1"><mergeCell ref="A2:A3"/></mergeCells></worksheet>"#;
const CONTENT: &str = r#"<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet><table:table table:name="a"><table:table-row><table:table-cell office:value-type="string"><text:p>网格</text:p></table:table-cell><table:table-cell office:value-type="string"><text:p>房号</text:p></table:table-cell></table:table-row><table:table-row><table:table-cell office:value-type="string"><text:p>G1</text:p></table:table-cell><table:table-cell office:value-type="float" office:value="501"><text:p>501</text:p></table:table-cell></table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"#;

/// A workbook of these parts: sheet, shared strings, styles, book, relations; what is not there is as usual.
fn workbook(bytes: &[u8]) -> Vec<u8> {
    let mut parts = Parts(bytes);
    let usual = [SHEET, SHARED, STYLES, WORKBOOK, RELATIONS, ROOT];
    let names = [
        "xl/worksheets/sheet1.xml",
        "xl/sharedStrings.xml",
        "xl/styles.xml",
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
        "_rels/.rels",
    ];
    let mut part = |usual: &'static str| parts.bytes().unwrap_or(usual.as_bytes());
    let parts = usual.map(&mut part);
    let named: Vec<_> = names.into_iter().zip(parts).collect();
    zipped(&named)
}

/// A table in the other office's form, of which the content is given.
fn open_document(content: &[u8]) -> Vec<u8> {
    const MIME: &[u8] = b"application/vnd.oasis.opendocument.spreadsheet";
    let manifest = b"<manifest:manifest/>";
    zipped(&[
        ("mimetype", MIME),
        ("META-INF/manifest.xml", manifest),
        ("content.xml", content),
    ])
}

fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, bytes) in parts {
        zip.start_file(*name, stored).expect("a name");
        zip.write_all(bytes).expect("memory takes it");
    }
    zip.finish().expect("memory takes it").into_inner()
}

fn seeds() -> Vec<Vec<u8>> {
    let utf16 = |text: &str| {
        let units = text.encode_utf16().flat_map(u16::to_le_bytes);
        [0xff, 0xfe].into_iter().chain(units).collect::<Vec<u8>>()
    };
    let table =
        "网格,小区,楼栋,单元,房号,姓名,电话\nG1,阳光花园,3栋,1单元,501,王\"秀\"英,10001234567\n";
    let tabs = "网格\t地址\t姓名\n三网格\t\"柳荫路8弄3号楼二单元102室\"\t李强\n";
    let gb18030 = include_bytes!("../../data/messy-gb18030.csv");
    let messy = include_bytes!("../../data/messy-rows.csv");
    let merged = include_bytes!("../../data/messy-merged.xlsx");
    let list = "清单,stairs,楼道巡查,Stairway check,1\n分组,,消防,Fire\n项目,exit,通道畅通,Way out,是否\n项目,lamp,\"应急,灯\",Lamp,选择,亮=works/不亮=dark\n";
    vec![
        seed(0, table),
        seed(0, utf16(table)),
        seed(0, tabs),
        seed(0, gb18030),
        seed(0, messy),
        seed(0, merged),
        seed(1, []),
        seed(
            1,
            Parts::of(&[SHEET.as_bytes(), SHARED.as_bytes(), STYLES.as_bytes()]),
        ),
        seed(2, CONTENT),
        seed(3, list),
    ]
}
