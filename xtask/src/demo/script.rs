//! What the two workers write down while they have no signal. Everything in it is invented.

/// A visit as a worker records it.
pub(super) struct Entry {
    /// Which door of the worker's list of the day; both have the same list.
    pub(super) door: usize,
    pub(super) outcome: &'static str,
    pub(super) summary: &'static str,
    pub(super) answers: &'static [&'static str],
    /// Whether a return is promised for tomorrow.
    pub(super) follow_up: bool,
    /// Other words of `visit log`.
    pub(super) more: &'static [&'static str],
}

const fn entry(door: usize, outcome: &'static str, summary: &'static str) -> Entry {
    Entry {
        door,
        outcome,
        summary,
        answers: &[],
        follow_up: false,
        more: &[],
    }
}

/// Of the first phone. Doors 0 and 1 are also the other's.
pub(super) const FIRST: [Entry; 6] = [
    Entry {
        answers: &["meals=yes", "medicine=yes", "mood=good"],
        ..entry(0, "met", "精神不错，早饭喝了粥，药按时吃。")
    },
    Entry {
        answers: &["gas=no", "wiring=yes"],
        follow_up: true,
        ..entry(1, "met", "灶具软管老化，明天带师傅来换。")
    },
    entry(2, "nobody_home", "敲门没人应，邻居说去菜场了。"),
    Entry {
        more: &["--channel", "phone"],
        ..entry(3, "met", "电话里说在女儿家，周末回来。")
    },
    Entry {
        follow_up: true,
        ..entry(4, "refused", "隔着门说正忙，让明天再来。")
    },
    Entry {
        answers: &["unwell=yes", "sleep=poor", "needs=想装床边扶手"],
        more: &["--with", "周敏"],
        ..entry(5, "met", "夜里滑了一下，想装床边扶手。")
    },
];

/// Of the second phone.
pub(super) const SECOND: [Entry; 6] = [
    Entry {
        answers: &["medicine=no", "mood=fair"],
        ..entry(0, "met", "血压偏高，降压药漏了两顿。")
    },
    entry(1, "nobody_home", "门上留了便条。"),
    Entry {
        answers: &["meals=yes", "water=no"],
        ..entry(6, "met", "厨房水管渗水，已报物业。")
    },
    entry(7, "nobody_home", "窗帘拉着，快递放在门口。"),
    Entry {
        follow_up: true,
        ..entry(8, "met", "高龄津贴材料缺照片，明天来取。")
    },
    Entry {
        answers: &["contact=yes", "clean=yes", "food=yes"],
        ..entry(9, "met", "儿子在家，一切都好。")
    },
];
