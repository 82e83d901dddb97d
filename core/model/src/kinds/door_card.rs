//! A door's card: where it is and how often it is due, without the reason. One document per door in
//! its grid's rounds space, which volunteers hold too: no name, no phone, no care category here
//! (rule R10).

use minicbor::{Decode, Encode};

use super::unpack;
use crate::access::{Roles, SpaceKind};
use crate::address::{Address, DoorKind};
use crate::cadence::Cadence;
use crate::kind::{Field, Kind, Member, Shape, Value};

/// Where it is: a packed [`DoorAddress`]. One fact, so it is edited and conflicts as a whole.
pub const ADDRESS: u16 = 1;
/// What it is: the code of [`crate::address::DoorKind`].
pub const KIND: u16 = 2;
/// When it is due: a packed [`Plan`].
pub const PLAN: u16 = 3;
/// The office's own number for the door, if the roster gives one.
pub const EXTERNAL_ID: u16 = 4;
/// The day a new household moved in, in days since 1970-01-01.
pub const MOVED_IN: u16 = 5;

/// The parts of an address, normalised by [`crate::address`].
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct DoorAddress {
    /// The housing estate; may be empty.
    #[n(0)]
    pub compound: String,
    /// Building number or name.
    #[n(1)]
    pub building: String,
    /// Unit (staircase); may be empty.
    #[n(2)]
    pub unit: String,
    /// Room.
    #[n(3)]
    pub room: String,
    /// Floor, given or read off the room; basements are negative.
    #[n(4)]
    pub floor: Option<i32>,
}

impl From<&Address> for DoorAddress {
    fn from(address: &Address) -> Self {
        Self {
            compound: address.compound.clone(),
            building: address.building.clone(),
            unit: address.unit.clone(),
            room: address.room.clone(),
            floor: address.floor,
        }
    }
}

/// The due plan of a door, which never says why.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Plan {
    /// The form of [`crate::cadence::Cadence`]'s `Display`.
    #[n(0)]
    pub cadence: String,
    /// The first day, in days since 1970-01-01.
    #[n(1)]
    pub since: i32,
    /// The last day, if it ends.
    #[n(2)]
    pub until: Option<i32>,
    /// The checklist to use: 16 bytes of a template's id.
    #[cbor(n(3), with = "minicbor::bytes")]
    pub checklist: Option<[u8; 16]>,
    /// Whether a person chose it; otherwise it follows when what it was made from changes.
    #[n(4)]
    pub by_hand: Option<bool>,
}

/// The door card; its subject is the door's id.
pub static DOOR_CARD: Kind = Kind {
    code: 3,
    name: "door_card",
    zh: "门户",
    space: SpaceKind::Rounds,
    own: false,
    general: false,
    writers: Roles::CASEWORK,
    fields: &[
        Field::new(ADDRESS, "address", "地址", Shape::Record(ADDRESS_PARTS))
            .max(1024)
            .table("door"),
        Field::new(KIND, "kind", "类型", Shape::Word(DoorKind::WORDS)).table("door"),
        Field::new(PLAN, "plan", "走访计划", Shape::Record(PLAN_PARTS))
            .prefer(closest)
            .table("door"),
        Field::new(EXTERNAL_ID, "external_id", "户编码", Shape::Text).table("door"),
        Field::new(MOVED_IN, "moved_in", "入住日期", Shape::Day).table("door"),
    ],
};

const ADDRESS_PARTS: &[Member] = &[
    Member::needed("compound", "小区", Shape::Text),
    Member::needed("building", "楼栋", Shape::Text),
    Member::needed("unit", "单元", Shape::Text),
    Member::needed("room", "房号", Shape::Text),
    Member::new("floor", "楼层", Shape::Int),
];

const PLAN_PARTS: &[Member] = &[
    Member::needed("cadence", "频次", Shape::Cadence),
    Member::needed("since", "开始", Shape::Day),
    Member::new("until", "结束", Shape::Day),
    Member::new("checklist", "清单", Shape::Id),
    Member::new("by_hand", "人工设定", Shape::Bool),
];

/// Of plans written side by side the one a person chose is shown, then the more frequent.
fn closest(plan: &Value) -> i64 {
    let Some(plan) = unpack::<Plan>(plan) else {
        return -1;
    };
    let chosen = if plan.by_hand == Some(true) { 1000 } else { 0 };
    let cadence = plan.cadence.parse::<Cadence>();
    chosen + cadence.map_or(0, |cadence| i64::from(cadence.visits_a_year()))
}
