//! The community's settings: one document in the common space.

use minicbor::{Decode, Encode};

use super::open_enum;
use crate::access::{Roles, SpaceKind};
use crate::care::RiskLevel;
use crate::kind::{Field, Kind, Member, Shape};

/// The community's name.
pub const NAME: u16 = 1;
/// Its time zone, in minutes east of UTC. China keeps one zone without daylight saving.
pub const UTC_OFFSET: u16 = 2;
/// A grid, under its id: a packed [`GridRecord`].
pub const GRID: u16 = 3;

/// A housing estate, under an id derived from its name: a packed [`CompoundRecord`].
pub const COMPOUND: u16 = 4;
/// How often a level of risk is due, under the level's code: a [`crate::cadence::Cadence`].
pub const DEFAULT_CADENCE: u16 = 6;

open_enum! {
    /// What sort of estate a compound is: it will decide the plan for its ordinary doors.
    CompoundKind {
        /// Bought and sold on the market.
        Commodity = 0, "commodity", "商品房";
        /// Public housing sold to its tenants.
        SoldPublic = 1, "sold_public", "售后公房";
        /// An old walk-up.
        WalkUp = 2, "walk_up", "老旧小区";
        /// Waiting to be relocated.
        AwaitingRelocation = 3, "awaiting_relocation", "待动迁";
        /// A shopping street.
        ShoppingStreet = 4, "shopping_street", "商圈";
    }
}

/// A housing estate.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct CompoundRecord {
    /// As in its doors' addresses.
    #[n(0)]
    pub name: String,
    /// Once the office said so.
    #[n(1)]
    pub kind: Option<CompoundKind>,
}

/// What a grid is called.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct GridRecord {
    /// As the office writes it; shown and accepted as given, never parsed for meaning.
    #[n(0)]
    pub code: String,
    /// A friendlier name, if there is one.
    #[n(1)]
    pub name: Option<String>,
    /// Its place in lists.
    #[n(2)]
    pub order: Option<u32>,
}

/// The settings document; its subject is empty.
pub static SETTINGS: Kind = Kind {
    code: 1,
    name: "settings",
    zh: "设置",
    space: SpaceKind::Common,
    own: false,
    general: false,
    writers: Roles::OFFICE,
    fields: &[
        Field::new(NAME, "name", "社区名称", Shape::Text).table("settings"),
        Field::new(UTC_OFFSET, "utc_offset", "时区（分钟）", Shape::Int).table("settings"),
        Field::new(GRID, "grid", "网格", Shape::Record(GRID_PARTS))
            .keyed()
            .max(1024)
            .table("grid"),
        Field::new(COMPOUND, "compound", "小区", Shape::Record(COMPOUND_PARTS))
            .keyed()
            .max(1024)
            .table("compound"),
        Field::new(
            DEFAULT_CADENCE,
            "default_cadence",
            "各风险等级的走访频次",
            Shape::Cadence,
        )
        .keyed_by(RiskLevel::WORDS),
    ],
};

const GRID_PARTS: &[Member] = &[
    Member::needed("code", "编码", Shape::Text),
    Member::new("name", "名称", Shape::Text),
    Member::new("order", "顺序", Shape::Int),
];

const COMPOUND_PARTS: &[Member] = &[
    Member::needed("name", "名称", Shape::Text),
    Member::new("kind", "类型", Shape::Word(CompoundKind::WORDS)),
];
