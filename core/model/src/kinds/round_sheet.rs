//! A grid's round sheet for one day, in its rounds space: what people did about the list, never the
//! list itself, which is computed ([`crate::round`]).

use minicbor::{Decode, Encode};

use super::open_enum;
use crate::access::{Roles, SpaceKind};
use crate::ids::DoorId;
use crate::kind::{Field, Kind, Member, Shape};

/// A tick, under the visit's id: a packed [`Tick`].
pub const TICK: u16 = 1;

open_enum! {
    /// How a knock ended, as coarsely as the whole crew may know it.
    TickResult {
        /// Somebody was met, or the visit needs no other try.
        Done = 0, "done", "已完成";
        /// Nobody answered: it is tried again.
        NobodyHome = 1, "nobody_home", "无人在家";
        /// Not done, and not to be tried again by itself (refused).
        NotDone = 2, "not_done", "未完成";
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
    fields: &[Field::new(TICK, "tick", "敲门", Shape::Record(TICK_PARTS))
        .once()
        .table("tick")],
};

const TICK_PARTS: &[Member] = &[
    Member::needed("door", "门户", Shape::Id),
    Member::needed("at", "时间", Shape::Time),
    Member::needed("result", "结果", Shape::Word(TickResult::WORDS)),
    Member::new("follow_up", "约定回访", Shape::Day),
];
