//! A matter (诉求), in its grid's casework space, for as long as it lives: escalated ones too, since
//! all staff hold that space (docs/adr/0011-a-matter-stays-where-it-was-raised.md). What it is stands in
//! registers; what was done about it are steps, from which [`crate::matter::state`] follows.

use crate::access::{Roles, SpaceKind};
use crate::kind::{Field, Find, Kind, Member, Shape, Value};
use crate::matter::{MatterKind, Satisfaction, Source, Step, Urgency};

/// In a line.
pub const TITLE: u16 = 1;
/// The door it is about, if any.
pub const DOOR: u16 = 2;
/// Who raised it, of the people behind the door.
pub const PERSON: u16 = 3;
/// What sort of matter.
pub const KIND: u16 = 4;
/// How pressing.
pub const URGENCY: u16 = 5;
/// How it came in.
pub const SOURCE: u16 = 6;
/// In the resident's words; no phone number, which the person's file has.
pub const DESCRIPTION: u16 = 7;
/// A step: a packed [`crate::matter::MatterEvent`].
pub const EVENT: u16 = 8;

/// A matter; its document's id is random.
pub static MATTER: Kind = Kind {
    code: 9,
    name: "matter",
    zh: "诉求",
    space: SpaceKind::Casework,
    own: false,
    general: false,
    writers: Roles::CASEWORK,
    fields: &[
        Field::new(TITLE, "title", "标题", Shape::Text)
            .max(512)
            .find(Find::Text)
            .needed(),
        Field::new(DOOR, "door", "门户", Shape::Id),
        Field::new(PERSON, "person", "人员", Shape::Id),
        Field::new(KIND, "matter_kind", "类型", Shape::Word(MatterKind::WORDS)),
        Field::new(URGENCY, "urgency", "紧急程度", Shape::Word(Urgency::WORDS)).prefer(more_urgent),
        Field::new(SOURCE, "source", "来源", Shape::Word(Source::WORDS)),
        Field::new(DESCRIPTION, "description", "内容", Shape::Text)
            .max(8 * 1024)
            .find(Find::Text),
        Field::new(EVENT, "event", "办理记录", Shape::Record(EVENT_PARTS))
            .once()
            .max(16 * 1024),
    ],
};

/// Of urgencies written side by side the more pressing is shown.
fn more_urgent(value: &Value) -> i64 {
    match value {
        Value::Int(code) => code.saturating_neg(),
        _ => i64::MIN,
    }
}

const EVENT_PARTS: &[Member] = &[
    Member::needed("step", "步骤", Shape::Word(Step::WORDS)),
    Member::needed("after", "承接", Shape::Ids),
    Member::needed("at", "时间", Shape::Time),
    Member::new("text", "说明", Shape::Text),
    Member::new("partner", "协办单位", Shape::Text),
    Member::new("due", "期限", Shape::Time),
    Member::new("visit_by", "请在此前走访", Shape::Day),
    Member::new("visit", "走访", Shape::Id),
    Member::new("satisfaction", "满意度", Shape::Word(Satisfaction::WORDS)),
    Member::new("percent", "满意率", Shape::Int),
    Member::new("option", "方案", Shape::Id),
    Member::new("households", "户数", Shape::Int),
    Member::new("parties", "当事人", Shape::Texts),
    Member::new("granted", "批准", Shape::Bool),
];
