//! Who works together: crews, the duty roster, mentoring pairs. Names are of colleagues and
//! volunteers, never of residents.

use crate::access::{Roles, SpaceKind};
use crate::kind::{Field, Find, Kind, Member, Shape};
use crate::words::open_enum;

open_enum! {
    /// What sort of crew.
    CrewKind {
        /// Knocks on doors every day.
        DoorKnock = 0, "door_knock", "天天敲门组";
        /// One worker, one seconded official, three volunteers.
        Squad113 = 1, "squad113", "113群众服务小分队";
        /// For one piece of work.
        WorkTeam = 2, "work_team", "工作专班";
        /// Any other.
        Another = 3, "other", "其他";
    }
}

/// A crew, in its grid's rounds space: everyone who knocks there knows who knocks along.
pub static CREW: Kind = Kind {
    code: 10,
    name: "crew",
    zh: "队伍",
    space: SpaceKind::Rounds,
    own: false,
    general: true,
    writers: Roles::CASEWORK,
    fields: &[
        Field::new(1, "name", "名称", Shape::Text)
            .find(Find::Name)
            .needed(),
        Field::new(2, "kind", "类型", Shape::Word(CrewKind::WORDS)),
        Field::new(3, "worker", "网格员", Shape::Text).find(Find::Name),
        Field::new(4, "official", "下沉干部", Shape::Text).find(Find::Name),
        Field::new(5, "volunteers", "志愿者", Shape::Texts)
            .max(4096)
            .find(Find::Name),
        Field::new(6, "others", "其他成员", Shape::Texts)
            .max(4096)
            .find(Find::Name),
        Field::new(7, "note", "备注", Shape::Text)
            .max(4096)
            .find(Find::Text),
        Field::new(8, "ended", "结束日期", Shape::Day).ends(),
    ],
};

/// Who is on duty, in the staff space.
pub static DUTY: Kind = Kind {
    code: 13,
    name: "duty",
    zh: "值班",
    space: SpaceKind::Staff,
    own: false,
    general: true,
    writers: Roles::OFFICE,
    fields: &[
        Field::new(1, "day", "日期", Shape::Day).needed(),
        Field::new(2, "hours", "时段", Shape::Text),
        Field::new(3, "who", "值班人", Shape::Texts)
            .max(2048)
            .find(Find::Name)
            .needed(),
        Field::new(4, "place", "地点", Shape::Text),
        Field::new(5, "note", "备注", Shape::Text)
            .max(4096)
            .find(Find::Text),
        Field::new(6, "ended", "取消日期", Shape::Day).ends(),
    ],
};

/// An experienced worker and a new one (老带新), in the staff space.
pub static PAIR: Kind = Kind {
    code: 15,
    name: "pair",
    zh: "结对帮带",
    space: SpaceKind::Staff,
    own: false,
    general: true,
    writers: Roles::OFFICE,
    fields: &[
        Field::new(1, "mentor", "带教人", Shape::Text)
            .find(Find::Name)
            .needed(),
        Field::new(2, "apprentice", "新网格员", Shape::Text)
            .find(Find::Name)
            .needed(),
        Field::new(3, "since", "开始日期", Shape::Day).needed(),
        Field::new(4, "goal", "目标", Shape::Text).max(4096),
        Field::new(5, "step", "进展", Shape::Record(STEP))
            .once()
            .max(4096),
        Field::new(6, "ended", "结束日期", Shape::Day).ends(),
    ],
};

const STEP: &[Member] = &[
    Member::needed("on", "日期", Shape::Day),
    Member::needed("note", "内容", Shape::Text),
];
