//! The sample roster and the messy rosters that tests read, in `tests/data`.
//!
//! Everything in them is invented: the community, the people, and numbers that cannot be dialled
//! (no operator has numbers that begin with 100) or belong to nobody (no region has the code
//! 990000). The same files come out every time.

use std::fs;
use std::io;
use std::path::Path;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

const HEADER: [&str; 12] = [
    "所属网格",
    "小区",
    "楼栋",
    "单元",
    "房号",
    "户主姓名",
    "联系电话",
    "关爱类别",
    "风险等级",
    "房屋类型",
    "户编码",
    "备注",
];
/// An identity number with a valid check and a region that does not exist.
const NOBODYS_ID: &str = "990000199001010017";

/// Writes all files into a folder, which must exist.
///
/// # Errors
/// When a file cannot be written.
pub fn write(dir: &Path) -> io::Result<()> {
    fs::write(dir.join("sample-roster.csv"), sample(20_260_901, places())?)?;
    fs::write(
        dir.join("fifteen-grids.csv"),
        sample(20_260_902, fifteen_grids())?,
    )?;
    fs::write(dir.join("messy-gb18030.csv"), gb18030())?;
    fs::write(dir.join("messy-rows.csv"), messy_rows())?;
    fs::write(
        dir.join("messy-merged.xlsx"),
        merged().map_err(io::Error::other)?,
    )
}

/// Numbers that look random and are always the same (splitmix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let n = u64::try_from(n).unwrap_or(u64::MAX).max(1);
        usize::try_from((z ^ (z >> 31)) % n).unwrap_or(0)
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from.get(self.below(from.len()))
            .copied()
            .unwrap_or_default()
    }

    fn name(&mut self) -> String {
        const FAMILY: [&str; 24] = [
            "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱",
            "高", "林", "何", "郭", "马", "罗", "梁", "宋", "郑", "欧阳",
        ];
        const GIVEN: [&str; 28] = [
            "秀英", "桂兰", "玉珍", "建国", "志强", "海燕", "丽华", "文斌", "春梅", "国庆", "晓东",
            "小红", "德明", "美玲", "永福", "雪芹", "伟", "芳", "敏", "静", "军", "磊", "洋", "勇",
            "艳", "杰", "娟", "涛",
        ];
        format!("{}{}", self.pick(&FAMILY), self.pick(&GIVEN))
    }

    fn phone(&mut self) -> String {
        format!("100{:08}", self.below(100_000_000))
    }
}

/// Where a door of the sample is.
struct Place {
    grid: &'static str,
    compound: &'static str,
    building: String,
    unit: String,
    room: String,
    kind: &'static str,
}

/// Two grids: a walk-up estate with three shops' rows, and towers with a gatehouse.
fn places() -> Vec<Place> {
    let mut out = Vec::new();
    let home = |grid, compound, b: u32, unit: String, floor: u32, door: u32| Place {
        grid,
        compound,
        building: format!("{b}栋"),
        unit,
        room: format!("{floor}{door:02}"),
        kind: "住户",
    };
    for building in 1..=4 {
        for (unit, floor) in (1..=3).flat_map(|unit| (1..=6).map(move |floor| (unit, floor))) {
            for door in 1..=4 {
                let unit = format!("{unit}单元");
                out.push(home("LY01", "柳荫新村", building, unit, floor, door));
            }
        }
    }
    for shop in 1..=24 {
        let (building, unit) = (String::new(), String::new());
        let room = format!("{shop}号");
        out.push(Place {
            grid: "LY01",
            compound: "柳荫街",
            building,
            unit,
            room,
            kind: "商户",
        });
    }
    for building in 1..=5 {
        for (floor, door) in (1..=14).flat_map(|floor| (1..=4).map(move |door| (floor, door))) {
            out.push(home("LY02", "荷塘苑", building, String::new(), floor, door));
        }
    }
    for (room, kind) in [
        ("门卫室", "设施"),
        ("配电房", "设施"),
        ("101", "企业"),
        ("102", "企业"),
    ] {
        let (building, unit) = ("6栋".to_string(), String::new());
        let room = room.to_string();
        out.push(Place {
            grid: "LY02",
            compound: "荷塘苑",
            building,
            unit,
            room,
            kind,
        });
    }
    out
}

/// A whole community in small: fifteen grids, a compound each, the last a shopping street.
fn fifteen_grids() -> Vec<Place> {
    const GRIDS: [(&str, &str); 15] = [
        ("LY01", "柳荫新村"),
        ("LY02", "荷塘苑"),
        ("LY03", "梧桐里"),
        ("LY04", "桂花园"),
        ("LY05", "永安坊"),
        ("LY06", "东风新村"),
        ("LY07", "春晖苑"),
        ("LY08", "和平里"),
        ("LY09", "文昌阁"),
        ("LY10", "银杏园"),
        ("LY11", "清水湾"),
        ("LY12", "百草园"),
        ("LY13", "阳光花园"),
        ("LY14", "杏林坊"),
        ("LY15", "向阳街"),
    ];
    let place = |(grid, compound): (&'static str, &'static str), door: u32| Place {
        grid,
        compound,
        building: format!("{}栋", door / 10 + 1),
        unit: format!("{}单元", door / 5 % 2 + 1),
        room: format!("{}01", door % 5 + 1),
        kind: if grid == "LY15" { "商户" } else { "住户" },
    };
    let doors = |grid| (0..20).map(move |door| place(grid, door));
    GRIDS.into_iter().flat_map(doors).collect()
}

fn sample(seed: u64, places: Vec<Place>) -> io::Result<Vec<u8>> {
    let mut dice = Dice(seed);
    let mut out = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(vec![]);
    out.write_record(HEADER)?;
    for (number, place) in (1..).zip(places) {
        let row = sample_row(&mut dice, number, place);
        out.write_record(row)?;
    }
    out.into_inner()
        .map_err(|e| io::Error::other(e.to_string()))
}

fn sample_row(dice: &mut Dice, number: u32, place: Place) -> [String; 12] {
    const CARE: [(&str, &str); 12] = [
        ("独居", "高"),
        ("独居、慢病", "高"),
        ("独居", "重点"),
        ("空巢", "重点"),
        ("空巢", "一般"),
        ("残疾", "重点"),
        ("低保", "一般"),
        ("低保、残疾", "重点"),
        ("失能", "高"),
        ("困境儿童", "重点"),
        ("孕产妇", "重点"),
        ("慢病", "一般"),
    ];
    const REMARKS: [&str; 5] = [
        "听力不好，敲门重一些",
        "白天常在菜园",
        "女儿每周末来",
        "门铃坏了",
        "下午在家",
    ];
    let vacant = place.kind == "住户" && dice.below(17) == 0;
    let is_home = place.kind == "住户" && !vacant;
    let named = is_home || matches!(place.kind, "商户" | "企业");
    let in_care = is_home && dice.below(7) == 0;
    let (care, risk) = if in_care {
        CARE[dice.below(CARE.len())]
    } else {
        ("", "")
    };
    let name = if named { dice.name() } else { String::new() };
    let phone = if named && dice.below(12) > 0 {
        dice.phone()
    } else {
        String::new()
    };
    let remark = if in_care && dice.below(3) == 0 {
        dice.pick(&REMARKS)
    } else {
        ""
    };
    [
        place.grid.to_string(),
        place.compound.to_string(),
        place.building,
        place.unit,
        place.room,
        name,
        phone,
        care.to_string(),
        risk.to_string(),
        if vacant { "空置" } else { place.kind }.to_string(),
        format!("LY-{number:04}"),
        remark.to_string(),
    ]
}

/// As a Chinese Windows saves it: GB18030, a title, odd headers, a column that may not be kept,
/// blanks where cells were merged, a name with a rare character.
fn gb18030() -> Vec<u8> {
    let text = "柳荫社区居民花名册（2026年）,,,,,,,,\r\n\
        序号,网格,楼号,门号,室号,户主,手 机,民族,人员类别\r\n\
        1,第1网格,3号楼,1,101,赵𬭎,10000000001,某族,独居老人；高血压\r\n\
        2,,,,102,钱二,100-0000-0002,某族,\r\n\
        3,,,2,101,孙三,10000000003/10000000004,某族,残疾人、低保户\r\n\
        4,,５幢,一,１０２,李　四,,某族,退役军人\r\n\
        合计,,,,4户,,,,\r\n";
    encoding_rs::GB18030.encode(text).0.into_owned()
}

/// Totals, blank lines, the header again, and rows that must be refused.
fn messy_rows() -> Vec<u8> {
    let rows = format!(
        "\u{feff}网格;小区;楼栋;单元;房号;户主姓名;联系电话;类别;备注\n\
        LY01;柳荫新村;1;1;101;赵一;10000000001;独居;\"身份证{NOBODYS_ID}，\n腿脚不便\"\n\
        \n\
        LY01;柳荫新村;1;1;102;钱二;123;;\n\
        LY01;柳荫新村;1;1;;孙三;;;没有房号\n\
        小计;;;;;3;;;\n\
        网格;小区;楼栋;单元;房号;户主姓名;联系电话;类别;备注\n\
        ;柳荫新村;1;1;103;李四;;;没有网格\n\
        LY01;柳荫新村;1;1;2026-03-02;周五;;;房号成了日期\n\
        LY01;柳荫新村;１栋;1单元;0101;赵一;;慢性病;\n\
        LY01;柳荫新村;1;1;101;吴六;10000000006;;\n\
        LY02;柳荫新村;1;1;101;郑七;;;两个网格\n\
        LY01;柳荫新村;1;1;104;空置;;;\n\
        LY01;柳荫新村;1;1;{NOBODYS_ID};王八斤;;;\n\
        合 计;;;;;9;;;\n"
    );
    rows.into_bytes()
}

/// A hidden sheet first; a title, a header of two levels, cells merged downwards, numbers as
/// numbers, a date, and columns that may not be kept.
fn merged() -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let made = ExcelDateTime::from_ymd(2026, 1, 1)?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&made));
    let lists = book.add_worksheet();
    lists.set_name("选项")?.write_string(0, 0, "独居")?;
    let sheet = book.add_worksheet();
    sheet.set_name("花名册")?;
    merged_head(sheet)?;
    merged_rows(sheet)?;
    sheet.set_active(true);
    sheet.set_first_tab(true);
    book.worksheet_from_index(0)?.set_hidden(true);
    book.save_to_buffer()
}

fn merged_head(sheet: &mut Worksheet) -> Result<(), XlsxError> {
    let plain = Format::new();
    sheet.merge_range(0, 0, 0, 10, "柳荫社区住户花名册（2026年）", &plain)?;
    sheet
        .write_string(1, 0, "填表单位：柳荫社区")?
        .write_string(1, 8, "填表人：")?;
    for (column, name) in [(0, "序号"), (1, "所属网格"), (2, "小区"), (10, "备注")] {
        sheet.merge_range(2, column, 3, column, name, &plain)?;
    }
    sheet.merge_range(2, 3, 2, 5, "房屋信息", &plain)?;
    sheet.merge_range(2, 6, 2, 9, "户主信息", &plain)?;
    let below = [
        "楼栋",
        "单元",
        "房号",
        "姓名",
        "联系电话",
        "身份证号",
        "民族",
    ];
    for (column, name) in (3..).zip(below) {
        sheet.write_string(3, column, name)?;
    }
    Ok(())
}

fn merged_rows(sheet: &mut Worksheet) -> Result<(), XlsxError> {
    let plain = Format::new();
    sheet.merge_range(4, 1, 9, 1, "LY01", &plain)?;
    sheet.merge_range(4, 2, 9, 2, "柳荫新村", &plain)?;
    sheet.merge_range(4, 3, 6, 3, "1栋", &plain)?;
    sheet.merge_range(4, 4, 5, 4, "1单元", &plain)?;
    sheet.write_string(6, 4, "2单元")?;
    sheet.merge_range(7, 3, 9, 3, "2栋", &plain)?;
    let rows = [
        (4, 101.0, "赵一", 10_000_000_001.0),
        (5, 102.0, "钱二", 10_000_000_002.0),
        (6, 1203.0, "孙三", 10_000_000_003.0),
        (7, 301.0, "李四", 10_000_000_004.0),
    ];
    for (row, room, name, phone) in rows {
        sheet
            .write_number(row, 0, row - 3)?
            .write_number(row, 5, room)?;
        sheet
            .write_string(row, 6, name)?
            .write_number(row, 7, phone)?;
        sheet
            .write_string(row, 8, NOBODYS_ID)?
            .write_string(row, 9, "某族")?;
    }
    let day = Format::new().set_num_format("m月d日");
    let turned = ExcelDateTime::from_ymd(2026, 3, 2)?;
    sheet
        .write_datetime_with_format(8, 5, &turned, &day)?
        .write_string(8, 6, "周五")?;
    sheet
        .write_string(9, 5, "302")?
        .write_string(9, 6, "吴六")?;
    sheet.write_string(9, 10, format!("证件{NOBODYS_ID}"))?;
    sheet.write_string(10, 0, "合计")?.write_number(10, 5, 6)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_in_tests_data_are_the_ones_written_here() {
        let made = tempfile::tempdir().unwrap();
        write(made.path()).unwrap();
        let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data");
        // The workbook's bytes depend on the compressor's version.
        for name in ["sample-roster.csv", "messy-gb18030.csv", "messy-rows.csv"] {
            let (made, kept) = (fs::read(made.path().join(name)), fs::read(kept.join(name)));
            assert!(
                made.unwrap() == kept.unwrap(),
                "{name}: write the files again"
            );
        }
    }
}
