//! The community's settings: one document in the common space.

use minicbor::{Decode, Encode};

use super::{int_column, open_enum, opt_int, text, text_column, unpack};
use crate::access::{Roles, SpaceKind};
use crate::kind::{Columns, Field, Kind, Merge, Value};

/// The community's name.
pub const NAME: u16 = 1;
/// Its time zone, in minutes east of UTC. China keeps one zone without daylight saving.
pub const UTC_OFFSET: u16 = 2;
/// A grid, under its id: a packed [`GridRecord`].
pub const GRID: u16 = 3;

/// A housing estate, under an id derived from its name: a packed [`CompoundRecord`].
pub const COMPOUND: u16 = 4;

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
    space: SpaceKind::Common,
    own: false,
    fields: &[
        Field {
            code: NAME,
            name: "name",
            keyed: false,
            merge: Merge::Register,
            writers: Roles::OFFICE,
            max_bytes: 256,
            table: "settings",
            columns: |v| text_column("name", v),
        },
        Field {
            code: UTC_OFFSET,
            name: "utc_offset",
            keyed: false,
            merge: Merge::Register,
            writers: Roles::OFFICE,
            max_bytes: 8,
            table: "settings",
            columns: |v| int_column("utc_offset", v),
        },
        Field {
            code: GRID,
            name: "grid",
            keyed: true,
            merge: Merge::Register,
            writers: Roles::OFFICE,
            max_bytes: 1024,
            table: "grid",
            columns: grid_columns,
        },
        Field {
            code: COMPOUND,
            name: "compound",
            keyed: true,
            merge: Merge::Register,
            writers: Roles::OFFICE,
            max_bytes: 1024,
            table: "compound",
            columns: compound_columns,
        },
    ],
};

fn compound_columns(value: &Value) -> Option<Columns> {
    if *value == Value::Null {
        return Some(vec![("name", Value::Null), ("kind", Value::Null)]);
    }
    let compound: CompoundRecord = unpack(value)?;
    let kind = compound.kind.map(CompoundKind::code);
    Some(vec![
        ("name", text(&compound.name)),
        ("kind", opt_int(kind)),
    ])
}

fn grid_columns(value: &Value) -> Option<Columns> {
    if *value == Value::Null {
        return Some(vec![
            ("code", Value::Null),
            ("name", Value::Null),
            ("ord", Value::Null),
        ]);
    }
    let grid: GridRecord = unpack(value)?;
    let name = grid.name.as_deref().map_or(Value::Null, text);
    Some(vec![
        ("code", text(&grid.code)),
        ("name", name),
        ("ord", opt_int(grid.order)),
    ])
}
