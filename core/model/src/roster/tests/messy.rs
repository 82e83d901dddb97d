use super::*;

#[test]
fn a_plain_table_is_read() {
    let found = roster(
        "所属网格|小区|楼栋|单元|房号|户主姓名|联系电话|关爱类别|风险等级|房屋类型|户编码|备注
         01|柳荫新村|3栋|2单元|501室|张三|100 1234 5678|独居老人、低保户|高|住户|H001|需上门
         02|柳荫新村|5|1|102|李四|0571-12345678|||商户||",
    );
    assert_eq!(
        lines(&found),
        [
            "01 柳荫新村3-2-501 张三 10012345678 独居+低保",
            "02 柳荫新村5-1-102 李四 057112345678 "
        ]
    );
    let first = &found.rows[0];
    assert_eq!(
        (first.risk, first.kind),
        (Some(RiskLevel::High), DoorKind::Household)
    );
    assert_eq!(first.external_id.as_deref(), Some("H001"));
    assert_eq!(first.remark.as_deref(), Some("需上门"));
    assert_eq!(found.rows[1].kind, DoorKind::Shop);
    assert_eq!(
        (found.report.rows_read, found.report.columns_used.len()),
        (2, 12)
    );
    assert_eq!(first.door_key(), "柳荫新村\u{1f}3\u{1f}2\u{1f}501");
}

#[test]
fn titles_notes_and_odd_headers_are_understood() {
    let found = roster(
        "柳荫社区住户花名册（2026年）|柳荫社区住户花名册（2026年）|柳荫社区住户花名册（2026年）|||
         填表单位：柳荫社区||填表人：网格员|||
         |||||
         序号|网格\\n名称|楼 栋|单元/门|房　号（室）|姓　名*|手机号码1|手机号码2|年龄
         1|第1网格|3|2|501|张　三|无|10012345678|70",
    );
    assert_eq!(lines(&found), ["第1网格 3-2-501 张三 10012345678 "]);
    assert_eq!(found.report.columns_unknown, ["年龄"]);
}

#[test]
fn headers_of_two_levels_are_read_merged_or_not() {
    for (upper, lower) in [
        (
            "网格|房屋信息|房屋信息|房屋信息|户主信息|户主信息|紧急联系人|紧急联系人",
            "网格|楼栋|单元|房号",
        ),
        ("网格|房屋信息|||户主信息||紧急联系人|", "|楼栋|单元|房号"),
    ] {
        let found = roster(&format!(
            "{upper}\n{lower}|姓名|电话|姓名|电话\n01|3|2|501|张三|10012345678|王五|10000000000"
        ));
        assert_eq!(lines(&found), ["01 3-2-501 张三 10012345678 "], "{lower}");
        assert_eq!(
            found.report.columns_unknown,
            ["紧急联系人/姓名", "紧急联系人/电话"]
        );
    }
}

#[test]
fn a_whole_address_in_one_cell_is_read() {
    let found = roster(
        "网格|详细地址|姓名
         01|某市某区柳荫路1号柳荫新村3栋2单元501室|张三
         01|3-2-502|李四
         01|问门卫|王五",
    );
    assert_eq!(
        lines(&found),
        [
            "01 某市某区柳荫路1号柳荫新村3-2-501 张三 - ",
            "01 3-2-502 李四 - "
        ]
    );
    assert_eq!(
        codes(&found.report.rows_refused),
        [(4, "address_unreadable")]
    );
    let joined = roster("网格|小区|楼栋-单元-室|姓名\n01|柳荫新村|3-2-501|张三");
    assert_eq!(lines(&joined), ["01 柳荫新村3-2-501 张三 - "]);
}

#[test]
fn ticks_in_columns_of_their_own_are_categories() {
    let found = roster(
        "网格|楼栋|房号|姓名|是否独居|残疾人|低保户|孕产妇
         01|3|501|张三|是|√|否|
         01|3|502|李四||1|×|看情况",
    );
    assert_eq!(
        lines(&found),
        ["01 3-501 张三 - 独居+残疾", "01 3-502 李四 - 残疾"]
    );
    assert_eq!(codes(&found.report.warnings), [(3, "category_unknown")]);
}

#[test]
fn blanks_below_a_merged_cell_take_the_value_above() {
    let found = roster(
        "网格|小区|楼栋|单元|房号|姓名
         01|柳荫新村|1|1|101|甲
         ||||102|乙
         |||2|101|丙
         ||2||101|丁
         02||3|1|101|戊
         ||||102|己",
    );
    assert_eq!(
        lines(&found),
        [
            "01 柳荫新村1-1-101 甲 - ",
            "01 柳荫新村1-1-102 乙 - ",
            "01 柳荫新村1-2-101 丙 - ",
            // A new building without a unit does not inherit the last one's.
            "01 柳荫新村2-101 丁 - ",
            // Nor a new grid the last one's compound.
            "02 3-1-101 戊 - ",
            "02 3-1-102 己 - ",
        ]
    );
    assert_eq!(found.report.cells_filled_down, 4 + 3 + 2 + 3);
}

#[test]
fn a_column_written_out_in_full_is_not_filled() {
    let found = roster(
        "网格|楼栋|房号|姓名
         01|1|101|甲
         01|1|102|乙
         |1|103|丙
         02|2|101|丁",
    );
    assert_eq!(lines(&found).len(), 3);
    assert_eq!(codes(&found.report.rows_refused), [(4, "no_grid")]);
    assert_eq!(found.report.cells_filled_down, 0);
}

#[test]
fn a_compound_left_of_the_grid_holds_over_several_grids() {
    let found = roster(
        "小区|网格|楼栋|房号
         柳荫新村|01|1|101
         |||102
         |02|5|101",
    );
    assert_eq!(found.rows[2].address.compound, "柳荫新村");
    assert_eq!(
        (&*found.rows[1].grid_code, &*found.rows[2].grid_code),
        ("01", "02")
    );
}

#[test]
fn totals_blank_lines_and_repeated_headers_are_skipped_and_counted() {
    let found = roster(
        "序号|网格|楼栋|房号|姓名
         1|01|1|101|甲
         |小计|||1
         |||||
         序号|网格|楼栋|房号|姓名
         2|01|1|102|乙
         3||||
         合 计||||2
         |共 2 户|||",
    );
    assert_eq!(lines(&found).len(), 2);
    let report = &found.report;
    assert_eq!(
        (
            report.skipped_totals,
            report.skipped_empty,
            report.skipped_headers,
            report.rows_read
        ),
        (3, 2, 1, 2)
    );
}

#[test]
fn every_refused_row_has_a_number_and_a_reason() {
    let found = roster(
        "网格|小区|楼栋|房号|姓名|电话|户编码|风险等级|房屋类型
         01|柳荫新村|1|101|甲|12345|H1|高|住户
         01|柳荫新村|1||乙||||
         |柳荫新村|1|103|丙||||
         01|柳荫新村|1|2026-03-02|丁||||
         3.30106E+11|柳荫新村|1|104|戊||||
         02|柳荫新村|1|101|己||||
         01|柳荫新村|1|105|庚||H1|猛|火星
         01|柳荫新村|1|张三李四王五赵六张三李四王五赵六张三李四王五赵六张三李四王五赵六张三李四王五赵六张三李四王五赵六张三李四王五赵六张三李四王五赵六99|辛||||",
    );
    assert_eq!(
        codes(&found.report.rows_refused),
        [
            (3, "no_room"),
            (4, "no_grid"),
            (5, "address_became_date"),
            (6, "number_mangled"),
            (7, "door_in_two_grids"),
            (9, "address_too_long"),
        ]
    );
    assert_eq!(
        codes(&found.report.warnings),
        [
            (2, "phone_invalid"),
            (8, "kind_unknown"),
            (8, "risk_unknown"),
            (8, "external_id_repeated")
        ]
    );
    assert_eq!((found.rows[0].phone.clone(), found.rows.len()), (None, 2));
    assert_eq!(found.rows[1].external_id, None);
}

#[test]
fn one_person_in_several_rows_is_one_and_two_people_share_a_door() {
    let found = roster(
        "网格|楼栋|单元|房号|姓名|电话|类别|备注|户编码
         01|3栋|2|501|张三|10012345678|独居|甲|H1
         01|３|2单元|0501|张 三|10099999999|低保|乙|
         01|3|2|501|李四||残疾||
         01|3|2|501||||丙|
         01|3|2|501|张三||独居|甲|H2",
    );
    assert_eq!(
        lines(&found),
        [
            "01 3-2-501 张三 10012345678 独居+低保",
            "01 3-2-501 李四 - 残疾"
        ]
    );
    assert_eq!(found.rows[0].remark.as_deref(), Some("甲；乙"));
    assert_eq!(found.rows[1].remark.as_deref(), Some("丙"));
    assert_eq!(found.rows[1].external_id.as_deref(), Some("H1"));
    assert_eq!(found.report.rows_merged, 3);
    assert_eq!(
        codes(&found.report.warnings),
        [(3, "phone_differs"), (6, "external_id_repeated")]
    );
}

#[test]
fn an_empty_flat_is_vacant_and_marks_for_none_are_no_names() {
    let found = roster("网格|楼栋|房号|姓名\n01|3|501|空置\n01|3|502|/\n01|3|503|不详");
    let kinds: Vec<_> = found
        .rows
        .iter()
        .map(|r| (r.kind, r.name.is_none()))
        .collect();
    assert_eq!(
        kinds,
        [
            (DoorKind::Vacant, true),
            (DoorKind::Household, true),
            (DoorKind::Household, true)
        ]
    );
}

#[test]
fn phones_are_read_in_the_ways_people_write_them() {
    for (cell, phone) in [
        ("100-1234-5678", Some("10012345678")),
        ("+86 10012345678", Some("10012345678")),
        ("8610012345678", Some("10012345678")),
        ("１００１２３４５６７８", Some("10012345678")),
        ("10012345678.0", Some("10012345678")),
        ("0571-12345678", Some("057112345678")),
        ("(0571)12345678", Some("057112345678")),
        ("1234567", Some("1234567")),
        ("10012345678/10099999999", Some("10012345678")),
        ("儿子，10012345678", Some("10012345678")),
        ("1.0012E+10", None),
        ("123456", None),
        ("1234567890123", None),
    ] {
        let found = roster(&format!("网格|楼栋|房号|电话\n01|3|501|{cell}"));
        assert_eq!(found.rows[0].phone.as_deref(), phone, "{cell}");
        assert_eq!(found.report.warnings.is_empty(), phone.is_some(), "{cell}");
    }
}

#[test]
fn without_a_grid_column_the_callers_grid_is_used() {
    let rows = table("楼栋|房号|姓名\n3|501|张三");
    assert_eq!(
        lines(&read(&rows, Some("０７")).unwrap()),
        ["07 3-501 张三 - "]
    );
    let refused = read(&rows, None).unwrap();
    assert_eq!(codes(&refused.report.rows_refused), [(2, "no_grid")]);
}

#[test]
fn of_a_grids_code_and_name_the_code_is_taken() {
    let found = roster("网格名称|网格编码|楼栋|房号\n第一网格|330106001001|3|501");
    assert_eq!(found.rows[0].grid_code, "330106001001");
    assert_eq!(found.report.columns_unknown, ["网格名称"]);
}

#[test]
fn a_table_without_a_header_is_a_clear_message() {
    for text in [
        "",
        "甲|乙|丙",
        "01|3|2|501|张三",
        "姓名|电话\n张三|10012345678",
    ] {
        assert_eq!(
            read(&table(text), None).unwrap_err().code,
            "no_header",
            "{text}"
        );
    }
}

#[test]
fn columns_without_a_header_are_unknown_when_filled() {
    let found = roster("网格|房号|楼栋||\n01|501|3|某||某");
    assert_eq!(found.report.columns_unknown, ["第4列", "第6列"]);
}
