//! A case (个案): somebody's trouble that takes longer than a visit, with a plan and notes that
//! several people write at once. In the grid's casework space.

use crate::access::{Roles, SpaceKind};
use crate::kind::{Field, Find, Kind, Member, Shape};
use crate::words::open_enum;

/// What is to be done: text that several people edit.
pub const PLAN: u16 = 4;
/// When it is to be looked at again.
pub const REVIEW: u16 = 5;
/// How and when it ended: a record of the day, the outcome and a remark.
pub const CLOSED: u16 = 6;
/// A note, under a random id: text that several people edit.
pub const NOTE: u16 = 7;

open_enum! {
    /// How a case ended.
    CaseOutcome {
        /// The trouble is over.
        Settled = 0, "settled", "已解决";
        /// Somebody else carries on.
        HandedOver = 1, "handed_over", "已移交";
        /// They moved away.
        MovedAway = 2, "moved_away", "已搬离";
        /// The person has died.
        Deceased = 3, "deceased", "已去世";
        /// They no longer want it.
        Declined = 4, "declined", "本人不再需要";
    }
}

/// A case.
pub static CASE: Kind = Kind {
    code: 8,
    name: "case",
    zh: "个案",
    space: SpaceKind::Casework,
    own: false,
    general: true,
    writers: Roles::CASEWORK,
    fields: &[
        Field::new(1, "title", "标题", Shape::Text)
            .max(512)
            .find(Find::Text)
            .needed(),
        Field::new(2, "door", "门户", Shape::Id),
        Field::new(3, "person", "人员", Shape::Id),
        Field::new(PLAN, "plan", "计划", Shape::Text)
            .edited()
            .max(16 * 1024)
            .find(Find::Text),
        Field::new(REVIEW, "review", "复核日期", Shape::Day),
        Field::new(CLOSED, "closed", "结案", Shape::Record(CLOSED_PARTS))
            .max(4096)
            .ends(),
        Field::new(NOTE, "note", "个案记录", Shape::Text)
            .keyed()
            .edited()
            .max(64 * 1024)
            .find(Find::Text),
    ],
};

const CLOSED_PARTS: &[Member] = &[
    Member::needed("on", "日期", Shape::Day),
    Member::needed("outcome", "结果", Shape::Word(CaseOutcome::WORDS)),
    Member::new("why", "说明", Shape::Text),
];
