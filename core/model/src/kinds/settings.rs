//! The community's settings: one document in the common space.

use minicbor::{Decode, Encode};

use crate::access::{Roles, SpaceKind};
use crate::address::DoorKind;
use crate::care::RiskLevel;
use crate::kind::{Field, Kind, Member, Shape};
use crate::words::open_enum;

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

/// How often doors without a plan of their own are due, under [`PlanRuleRecord::key`]: a packed
/// [`PlanRuleRecord`].
pub const PLAN_RULE: u16 = 5;

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

/// How often doors of one kind are due, in compounds of one kind or in all.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct PlanRuleRecord {
    /// In compounds of this kind; `None` for all that no closer rule covers.
    #[n(0)]
    pub compound: Option<CompoundKind>,
    /// The code of [`crate::address::DoorKind`].
    #[n(1)]
    pub door: u8,
    /// The form of [`crate::cadence::Cadence`]'s `Display`.
    #[n(2)]
    pub cadence: String,
    /// Since when, in days since 1970-01-01.
    #[n(3)]
    pub since: i32,
    /// The checklist to use: 16 bytes of a template's id.
    #[cbor(n(4), with = "minicbor::bytes")]
    pub checklist: Option<[u8; 16]>,
}

impl PlanRuleRecord {
    /// The id a rule stands under, so that there is one for each pair: the codes of the compound's
    /// kind (255 for all) and of the door's.
    #[must_use]
    pub const fn key(compound: Option<CompoundKind>, door: u8) -> [u8; 2] {
        let compound = match compound {
            Some(kind) => kind.code(),
            None => u8::MAX,
        };
        [compound, door]
    }
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
            PLAN_RULE,
            "plan_rule",
            "默认走访计划",
            Shape::Record(PLAN_RULE_PARTS),
        )
        .keyed(),
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

const PLAN_RULE_PARTS: &[Member] = &[
    Member::new("compound", "小区类型", Shape::Word(CompoundKind::WORDS)),
    Member::needed("door", "门户类型", Shape::Word(DoorKind::WORDS)),
    Member::needed("cadence", "频次", Shape::Cadence),
    Member::needed("since", "开始", Shape::Day),
    Member::new("checklist", "清单", Shape::Id),
];

const COMPOUND_PARTS: &[Member] = &[
    Member::needed("name", "名称", Shape::Text),
    Member::new("kind", "类型", Shape::Word(CompoundKind::WORDS)),
];
