//! What the community does between two days: campaigns, special periods, sessions of the mobile
//! station. All in the common space, so that every phone computes its list from them.

use crate::access::{Roles, SpaceKind};
use crate::kind::{Field, Find, Kind, Shape};
use crate::words::open_enum;

open_enum! {
    /// What makes a period special.
    PeriodKind {
        /// A heat wave.
        HeatWave = 0, "heat_wave", "高温";
        /// A cold wave.
        ColdWave = 1, "cold_wave", "寒潮";
        /// A flood, a typhoon.
        Flood = 2, "flood", "防汛防台";
        /// An epidemic.
        Epidemic = 3, "epidemic", "疫情";
        /// Any other.
        Another = 4, "other", "其他";
    }
}

open_enum! {
    /// What sort of session.
    SessionKind {
        /// A table in a courtyard or market.
        Station = 0, "station", "流动党群服务站";
        /// A weekly reception afternoon.
        OpenDay = 1, "open_day", "接待日";
        /// Residents discuss (有事来商量).
        Discussion = 2, "discussion", "议事会";
        /// Any other.
        Another = 3, "other", "其他";
    }
}

/// A set of doors to visit by a date (专项走访).
pub static CAMPAIGN: Kind = Kind {
    code: 11,
    name: "campaign",
    zh: "专项走访",
    space: SpaceKind::Common,
    own: false,
    general: true,
    writers: Roles::OFFICE,
    fields: &[
        Field::new(1, "name", "名称", Shape::Text)
            .find(Find::Name)
            .needed(),
        Field::new(2, "since", "开始日期", Shape::Day).needed(),
        Field::new(3, "until", "截止日期", Shape::Day).needed(),
        Field::new(4, "checklist", "清单", Shape::Id),
        Field::new(5, "grids", "网格", Shape::Texts).max(4096),
        Field::new(6, "compounds", "小区", Shape::Texts).max(4096),
        Field::new(7, "door_kinds", "门户类型", Shape::Texts),
        Field::new(8, "doors", "指定门户", Shape::Ids).max(32 * 1024),
        Field::new(9, "note", "说明", Shape::Text)
            .max(4096)
            .find(Find::Text),
        Field::new(10, "ended", "提前结束", Shape::Day).ends(),
    ],
};

/// Days in which doors are due more often (特殊时期).
pub static PERIOD: Kind = Kind {
    code: 12,
    name: "period",
    zh: "特殊时期",
    space: SpaceKind::Common,
    own: false,
    general: true,
    writers: Roles::OFFICE,
    fields: &[
        Field::new(1, "name", "名称", Shape::Text)
            .find(Find::Name)
            .needed(),
        Field::new(2, "kind", "类型", Shape::Word(PeriodKind::WORDS)),
        Field::new(3, "since", "开始日期", Shape::Day).needed(),
        Field::new(4, "until", "截止日期", Shape::Day).needed(),
        Field::new(5, "cadence", "频次", Shape::Cadence).needed(),
        Field::new(6, "checklist", "清单", Shape::Id),
        Field::new(7, "grids", "网格", Shape::Texts).max(4096),
        Field::new(8, "compounds", "小区", Shape::Texts).max(4096),
        Field::new(9, "door_kinds", "门户类型", Shape::Texts),
        Field::new(10, "every_door", "包括没有走访计划的门户", Shape::Bool),
        Field::new(11, "note", "说明", Shape::Text)
            .max(4096)
            .find(Find::Text),
        Field::new(12, "ended", "提前结束", Shape::Day).ends(),
    ],
};

/// A session of the mobile station or a reception afternoon. Visitors are counted, never named.
pub static SESSION: Kind = Kind {
    code: 14,
    name: "session",
    zh: "流动站与接待日",
    space: SpaceKind::Common,
    own: false,
    general: true,
    writers: Roles::CASEWORK,
    fields: &[
        Field::new(1, "kind", "类型", Shape::Word(SessionKind::WORDS)).needed(),
        Field::new(2, "on", "日期", Shape::Day).needed(),
        Field::new(3, "hours", "时段", Shape::Text),
        Field::new(4, "place", "地点", Shape::Text)
            .find(Find::Name)
            .needed(),
        Field::new(5, "hosts", "接待人", Shape::Texts)
            .max(2048)
            .find(Find::Name),
        Field::new(6, "topic", "主题", Shape::Text)
            .max(2048)
            .find(Find::Text),
        Field::new(7, "visitors", "接待人数", Shape::Int),
        Field::new(8, "summary", "小结", Shape::Text)
            .max(8192)
            .find(Find::Text),
        Field::new(9, "ended", "取消日期", Shape::Day).ends(),
    ],
};
