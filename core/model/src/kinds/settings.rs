//! The community's settings: one document in the common space.

use minicbor::{Decode, Encode};

use super::{int_column, opt_int, text, text_column, unpack};
use crate::access::{Roles, SpaceKind};
use crate::kind::{Columns, Field, Kind, Merge, Value};

/// The community's name.
pub const NAME: u16 = 1;
/// Its time zone, in minutes east of UTC. China keeps one zone without daylight saving.
pub const UTC_OFFSET: u16 = 2;
/// A grid, under its id: a packed [`GridRecord`].
pub const GRID: u16 = 3;

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
    ],
};

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
