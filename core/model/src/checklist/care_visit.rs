//! The built-in care visit: fifteen items, three each on health, spirits, safety, hygiene and
//! surroundings.

use std::sync::LazyLock;

use super::{Asks, Group, Item, Label, Template};

static CARE_VISIT: LazyLock<Template> = LazyLock::new(|| Template {
    code: "care-visit".to_owned(),
    version: 1,
    label: Label::new("关爱走访", "Care visit"),
    groups: vec![
        group(
            "身体",
            "Health",
            [
                item("meals", "三餐正常", "Eats regularly", Asks::YesNo),
                item(
                    "medicine",
                    "按时服药",
                    "Takes medicine on time",
                    Asks::YesNo,
                ),
                item(
                    "unwell",
                    "近期有不适或跌倒",
                    "Unwell or fell lately",
                    Asks::YesNo,
                ),
            ],
        ),
        group(
            "精神",
            "Spirits",
            [
                item(
                    "mood",
                    "心情",
                    "Mood",
                    choice(&[("好", "good"), ("一般", "fair"), ("低落", "low")]),
                ),
                item(
                    "sleep",
                    "睡眠",
                    "Sleep",
                    choice(&[("好", "good"), ("一般", "fair"), ("差", "poor")]),
                ),
                item(
                    "contact",
                    "一周内有人联系或探望",
                    "Heard from someone this week",
                    Asks::YesNo,
                ),
            ],
        ),
        group(
            "安全",
            "Safety",
            [
                item("gas", "燃气灶具安全", "Gas and stove safe", Asks::YesNo),
                item(
                    "wiring",
                    "电线电器安全",
                    "Wiring and appliances safe",
                    Asks::YesNo,
                ),
                item("exit", "通道畅通无堆物", "Way out clear", Asks::YesNo),
            ],
        ),
        group(
            "卫生",
            "Hygiene",
            [
                item("clean", "居室整洁", "Home clean", Asks::YesNo),
                item("washing", "个人卫生良好", "Washed and dressed", Asks::YesNo),
                item("food", "食物新鲜", "Food fresh", Asks::YesNo),
            ],
        ),
        group(
            "环境",
            "Surroundings",
            [
                item(
                    "water",
                    "水暖正常无渗漏",
                    "Water and heating work, no leak",
                    Asks::YesNo,
                ),
                item(
                    "temperature",
                    "室温适宜",
                    "Warm or cool enough",
                    Asks::YesNo,
                ),
                item("needs", "需要帮助的事", "Needs help with", Asks::Text),
            ],
        ),
    ],
});

/// The care visit, version 1.
#[must_use]
pub fn care_visit() -> &'static Template {
    &CARE_VISIT
}

fn group(zh: &str, en: &str, items: [Item; 3]) -> Group {
    Group {
        label: Label::new(zh, en),
        items: items.into(),
    }
}

fn item(code: &str, zh: &str, en: &str, asks: Asks) -> Item {
    Item {
        code: code.to_owned(),
        label: Label::new(zh, en),
        asks,
    }
}

fn choice(options: &[(&str, &str)]) -> Asks {
    Asks::Choice(options.iter().map(|(zh, en)| Label::new(zh, en)).collect())
}
