//! A grid's round sheet for one day, in its rounds space: what people did about the list, never the
//! list itself, which is computed ([`crate::round`]).

use minicbor::{Decode, Encode};

use crate::access::{Roles, SpaceKind};
use crate::ids::{DecisionId, DoorId, MemberId, VisitId};
use crate::kind::{Field, Kind, Member, Shape};
use crate::words::open_enum;

/// A tick, under the visit's id: a packed [`Tick`].
pub const TICK: u16 = 1;
/// What somebody decided about a door on the list, under a random id: a packed [`RoundDecision`] to
/// take it, to leave it out, or to cancel such a decision.
pub const DECISION: u16 = 2;
/// The same by the grid's casework: to give a door to somebody, to put one on the list, or to
/// cancel such a decision.
pub const ASSIGNMENT: u16 = 3;

open_enum! {
    /// How a knock ended, as coarsely as the whole crew may know it.
    TickResult {
        /// Somebody was met, or the visit needs no other try.
        Done = 0, "done", "已完成";
        /// Nobody answered: it is tried again.
        NobodyHome = 1, "nobody_home", "无人在家";
        /// Not done, and not to be tried again by itself (refused).
        NotDone = 2, "not_done", "未完成";
        /// The visit never took place: it was ticked by mistake.
        Undone = 3, "undone", "已撤销";
    }
}

open_enum! {
    /// What was decided about a door on the list.
    DecisionKind {
        /// The author goes there.
        Take = 0, "take", "认领";
        /// The door is left out today.
        Skip = 1, "skip", "跳过";
        /// A member is to go there.
        Assign = 2, "assign", "指派";
        /// The door is put on the list.
        Add = 3, "add", "加入";
        /// Earlier decisions no longer count.
        Cancel = 4, "cancel", "撤回";
    }
}

/// A door was knocked on.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Tick {
    /// Which door.
    #[n(0)]
    pub door: DoorId,
    /// When, in seconds since 1970.
    #[n(1)]
    pub at: i64,
    /// How it ended.
    #[n(2)]
    pub result: TickResult,
    /// When somebody promised to come back, in days since 1970-01-01.
    #[n(3)]
    pub follow_up: Option<i32>,
    /// The door's ticks that this one stands in for, whichever arrives first.
    #[n(4)]
    pub replaces: Option<Vec<VisitId>>,
}

/// A decision about a door on a day's list. None is replaced: it counts until another names it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct RoundDecision {
    /// Which door.
    #[n(0)]
    pub door: DoorId,
    /// What.
    #[n(1)]
    pub what: DecisionKind,
    /// Who is to go there, for an assignment.
    #[n(2)]
    pub member: Option<MemberId>,
    /// Why, for leaving out and adding. Everybody of the crew reads it.
    #[n(3)]
    pub reason: Option<String>,
    /// The decisions about the same door, on the same sheet, that no longer count.
    #[n(4)]
    pub cancels: Option<Vec<DecisionId>>,
}

/// The round sheet; its subject is the grid's id and the day (days since 1970-01-01, `i32`
/// big-endian).
pub static ROUND_SHEET: Kind = Kind {
    code: 4,
    name: "round_sheet",
    zh: "敲门清单",
    space: SpaceKind::Rounds,
    own: false,
    general: false,
    writers: Roles::EVERYONE,
    fields: &[
        Field::new(TICK, "tick", "敲门", Shape::Record(TICK_PARTS))
            .once()
            .max(1024)
            .table("tick"),
        Field::new(DECISION, "decision", "安排", Shape::Record(DECISION_PARTS))
            .once()
            .max(1024),
        Field::new(
            ASSIGNMENT,
            "assignment",
            "指派",
            Shape::Record(DECISION_PARTS),
        )
        .once()
        .max(1024)
        .by(Roles::CASEWORK),
    ],
};

const TICK_PARTS: &[Member] = &[
    Member::needed("door", "门户", Shape::Id),
    Member::needed("at", "时间", Shape::Time),
    Member::needed("result", "结果", Shape::Word(TickResult::WORDS)),
    Member::new("follow_up", "约定回访", Shape::Day),
    Member::new("replaces", "替代", Shape::Ids),
];

const DECISION_PARTS: &[Member] = &[
    Member::needed("door", "门户", Shape::Id),
    Member::needed("what", "内容", Shape::Word(DecisionKind::WORDS)),
    Member::new("member", "成员", Shape::Id),
    Member::new("reason", "原因", Shape::Text),
    Member::new("cancels", "撤回", Shape::Ids),
];
