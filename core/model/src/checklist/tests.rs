use super::text::{MAX_ITEMS, MAX_TEXT};
use super::*;
use crate::ids::DocId;

const STAIRS: &str = "行,代码,中文,英文,填法,选项
# 每周一次
清单,stairs,楼道巡查,Stairway check,3

分组,,消防,Fire
项目,exit,通道畅通无堆物,\"Way out clear, no heaps\",是否
项目,lamp,应急灯,Emergency lamp,选择,亮=works/不亮=dark/没有=none
分组,,其他,Other
项目,bikes,楼道停放的车辆数,Bikes in the stairway,数字
项目,note,说明,,文字
";

#[test]
fn the_care_visit_has_five_groups_of_three_and_unique_codes() {
    let template = care_visit();
    assert!(template.groups.iter().all(|g| g.items.len() == 3));
    let codes: std::collections::BTreeSet<_> = template.items().map(|i| &i.code).collect();
    assert_eq!((template.groups.len(), codes.len()), (5, 15));
}

#[test]
fn the_built_in_templates_ids_are_frozen() {
    // Answers in the field point at these ids: a change to a text is a new version.
    let all: Vec<_> = all_built_in()
        .map(|(id, t)| (t.code.as_str(), t.items().count(), DocId(id).to_string()))
        .collect();
    let frozen = [
        ("care-visit", 15, "505ee3a724d35d464002697d112f4eeb"),
        ("home-safety", 20, "5da91b4092921b2e0cab3e193cafbbe2"),
        ("new-household", 17, "945f1316c3d264a60c45532ec5f014e8"),
        ("shop", 17, "55bbf7d540997f098c599dfa28a43848"),
        ("extreme-weather", 22, "2dd5b6feecc5daf64c01587e487b1086"),
    ];
    assert_eq!(
        all,
        frozen.map(|(code, items, id)| (code, items, id.to_owned()))
    );
    for (id, template) in all_built_in() {
        assert_eq!(built_in(&id), Some(template));
        assert_eq!(template.id(), id);
    }
    assert_eq!(care_visit().id(), care_visit_id());
    assert_eq!(built_in(&[7; 16]), None);
}

#[test]
fn built_in_templates_speak_both_languages() {
    for (_, template) in all_built_in() {
        let mut labels = vec![&template.label];
        labels.extend(template.groups.iter().map(|g| &g.label));
        labels.extend(template.items().map(|i| &i.label));
        for item in template.items() {
            if let Asks::Choice(choices) = &item.asks {
                labels.extend(choices);
            }
        }
        for label in labels {
            let chinese = |text: &str| text.chars().any(|c| c > '\u{2fff}');
            assert!(
                chinese(&label.zh) && !label.en.is_empty() && !chinese(&label.en),
                "{label:?}"
            );
        }
    }
}

#[test]
fn a_community_writes_a_checklist_as_a_table() {
    let template = Template::parse(STAIRS).unwrap();
    assert_eq!((template.code.as_str(), template.version), ("stairs", 3));
    assert_eq!(template.label, Label::new("楼道巡查", "Stairway check"));
    let items: Vec<_> = template.items().map(|i| i.code.as_str()).collect();
    assert_eq!(items, ["exit", "lamp", "bikes", "note"]);
    assert_eq!(
        template.groups[0].items[0].label.en,
        "Way out clear, no heaps"
    );
    let lamp = &template.groups[0].items[1].asks;
    assert!(matches!(lamp, Asks::Choice(c) if c.len() == 3 && c[1] == Label::new("不亮", "dark")));
    assert_eq!(
        template.groups[1].items[1].label,
        Label::new("说明", "说明")
    );
    // However it was saved, it is the same checklist.
    let id = template.id();
    let windows = format!("\u{feff}{}", STAIRS.replace('\n', "\r\n"));
    let english = STAIRS
        .replace("行,", "row,")
        .replace("清单,", "List,")
        .replace("分组,", "Group,")
        .replace("项目,", "Item,")
        .replace("是否", "yes_no");
    let tabs: String = STAIRS
        .replace("\"Way out clear, no heaps\"", "Way out clear@ no heaps")
        .replace(',', "\t")
        .replace('@', ",");
    for text in [windows, english, tabs] {
        assert_eq!(Template::parse(&text).unwrap().id(), id, "{text}");
    }
}

#[test]
fn a_packed_template_is_read_under_its_own_id_only() {
    let template = Template::parse(STAIRS).unwrap();
    let packed = template.packed();
    assert_eq!(
        Template::unpack(&template.id(), &packed),
        Some(template.clone())
    );
    assert_eq!(Template::unpack(&care_visit_id(), &packed), None);
    for at in 0..packed.len() {
        let mut wrong = packed.clone();
        wrong[at] ^= 1;
        assert_eq!(Template::unpack(&template.id(), &wrong), None);
    }
    assert_eq!(Template::unpack(&id_of(b"\xff"), b"\xff"), None);
}

#[test]
fn what_is_wrong_is_said_with_its_line_and_never_with_its_text() {
    let head = "清单,a,巡查,Check,1\n分组,,组,Group\n";
    let many = (0..=MAX_ITEMS)
        .map(|n| format!("项目,i{n},问题{n},,是否\n"))
        .collect::<String>();
    let table = [
        ("", "bad_template", "没有项目"),
        (head, "bad_template", "没有项目"),
        ("项目,a,问题,,是否", "bad_template", "第 1 行：先写"),
        (
            "清单,a,巡查\n项目,a,问题,,是否",
            "bad_template",
            "第 2 行：项目前面",
        ),
        (
            "清单,a,巡查\n清单,b,巡查",
            "bad_template",
            "第 2 行：一个文件",
        ),
        ("清单,A,巡查", "bad_template", "第 1 行：代码"),
        ("清单,1a,巡查", "bad_template", "第 1 行：代码"),
        ("清单,,巡查", "bad_template", "第 1 行：代码"),
        ("清单,a,巡查,,0", "bad_template", "版本"),
        ("清单,a,巡查,,二", "bad_template", "版本"),
        ("清单,a,", "bad_template", "缺少"),
        ("清单,a,巡查\n标题,,x", "bad_template", "第 2 行：第一格"),
        ("清单,a,\"巡查", "bad_template", "引号"),
        ("清单,a,巡查,x,1,y,z", "bad_template", "单元格太多"),
    ];
    for (text, code, says) in table {
        let error = Template::parse(text).unwrap_err();
        assert!(
            error.code == code && error.zh.contains(says),
            "{text}: {error}"
        );
    }
    let items = [
        (
            "项目,a,问题,,是否\n项目,a,别的,,是否",
            "第 4 行：项目代码重复",
        ),
        ("项目,a,问题,,是否\n项目,b,问题,,是否", "第 4 行：问题重复"),
        ("项目,a,问题,,", "第五格"),
        ("项目,a,问题,,日期", "第五格"),
        ("项目,a,问题,,是否,好/差", "只有“选择”"),
        ("项目,a,问题,,选择,好", "第六格"),
        ("项目,a,问题,,选择,好/好", "第六格"),
        ("项目,a,问题,,选择", "第六格"),
        (many.as_str(), "项目太多"),
    ];
    for (rows, says) in items {
        let error = Template::parse(&format!("{head}{rows}")).unwrap_err();
        assert!(
            error.code == "bad_template" && error.zh.contains(says),
            "{rows}: {error}"
        );
    }
    let long = format!("清单,a,{}", "长".repeat(121));
    assert!(Template::parse(&long).unwrap_err().zh.contains("太长"));
    assert!(Template::parse(&"#".repeat(MAX_TEXT + 1)).is_err());
    let wordy: String = (0..MAX_ITEMS)
        .map(|n| format!("项目,i{n},{n}{},,是否\n", "长".repeat(110)))
        .collect();
    let wordy = Template::parse(&format!("{head}{wordy}")).unwrap_err();
    assert!(wordy.zh.contains("太长"), "{wordy}");
    let named = Template::parse("清单,a,巡查\n项目,李文丽,10001234821,,是否").unwrap_err();
    assert!(!named.to_string().contains("李文丽") && !named.to_string().contains("1000"));
}

#[test]
fn an_item_that_asks_for_what_may_not_be_kept_is_refused() {
    let ask = |code: &str, zh: &str, en: &str| {
        Template::parse(&format!(
            "清单,a,巡查\n分组,,组\n项目,{code},{zh},{en},文字"
        ))
    };
    for (code, zh, en) in [
        ("x", "民族", ""),
        ("x", "有无宗教信仰", ""),
        ("x", "是否党员", ""),
        ("x", "政治 面貌", ""),
        ("x", "身份证号码", ""),
        ("x", "号码", "Identity card number"),
        ("x", "去哪里", "GPS location"),
        ("x", "住户照片", ""),
        ("x", "信用评分", ""),
        ("religion", "问题", ""),
        ("id_card", "问题", ""),
        ("x", "如 11010519491231002X", ""),
    ] {
        assert_eq!(
            ask(code, zh, en).unwrap_err().code,
            "forbidden_item",
            "{zh} {en}"
        );
    }
    let choice = "清单,a,巡查\n分组,,组\n项目,x,组织,,选择,党员/群众";
    assert_eq!(Template::parse(choice).unwrap_err().code, "forbidden_item");
    for (zh, en) in [
        ("桌面整洁", "Surfaces clean"),
        ("燃气设施安全", "Gas facilities safe"),
    ] {
        assert!(ask("x", zh, en).is_ok(), "{zh}");
    }
}

#[test]
fn answers_are_read_as_people_type_them() {
    let mut answers = Vec::new();
    let template = care_visit();
    template.answer(&mut answers, "meals=yes").unwrap();
    template.answer(&mut answers, "心情 = 低落").unwrap();
    assert_eq!(answers[0], Some(Answer::YesNo(true)));
    assert_eq!(answers[3], Some(Answer::Choice(2)));
    for (typed, code) in [
        ("meals=often", "bad_answer"),
        ("shoes=yes", "unknown_item"),
        ("meals", "bad_answer"),
    ] {
        assert_eq!(template.answer(&mut answers, typed).unwrap_err().code, code);
    }
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "(清单|分组|项目|,|\"|\n|\t|a|是否|选择|/|=|问|1){0,40}") {
        if let Ok(template) = Template::parse(&text) {
            proptest::prop_assert_eq!(Template::unpack(&template.id(), &template.packed()), Some(template));
        }
    }
}
