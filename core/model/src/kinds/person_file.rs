//! The file of a person behind a door, in the grid's casework space: how to reach them and, where
//! there are any, their care needs with risk, legal basis and review date (invariant 7).

use minicbor::{Decode, Encode};

use super::{opt_int, text_column, unpack};
use crate::access::{Roles, SpaceKind};
use crate::kind::{Columns, Field, Kind, Merge, Value};

/// The door: 16 bytes.
pub const DOOR: u16 = 1;
/// The name.
pub const NAME: u16 = 2;
/// A phone number.
pub const PHONE: u16 = 3;
/// The roster's remark.
pub const REMARK: u16 = 4;
/// A care need, under its category's code (`u16` big-endian): a packed [`Need`].
pub const NEED: u16 = 5;

/// One care need.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Need {
    /// The code of [`crate::care::RiskLevel`].
    #[n(0)]
    pub risk: u8,
    /// The code of [`crate::care::LegalBasis`].
    #[n(1)]
    pub basis: u8,
    /// Since when, in days since 1970-01-01.
    #[n(2)]
    pub since: i32,
    /// When the need is to be looked at again, in days since 1970-01-01.
    #[n(3)]
    pub review: i32,
    /// When it ended, if it has.
    #[n(4)]
    pub until: Option<i32>,
}

/// The person file; its subject is the person's id.
pub static PERSON_FILE: Kind = Kind {
    code: 6,
    name: "person_file",
    space: SpaceKind::Casework,
    own: false,
    fields: &[
        Field {
            code: DOOR,
            name: "door",
            keyed: false,
            merge: Merge::Register,
            writers: Roles::CASEWORK,
            max_bytes: 16,
            table: "person",
            columns: door_column,
        },
        Field {
            code: NAME,
            name: "name",
            keyed: false,
            merge: Merge::Register,
            writers: Roles::CASEWORK,
            max_bytes: 128,
            table: "person",
            columns: |v| text_column("name", v),
        },
        Field {
            code: PHONE,
            name: "phone",
            keyed: false,
            merge: Merge::Register,
            writers: Roles::CASEWORK,
            max_bytes: 64,
            table: "person",
            columns: |v| text_column("phone", v),
        },
        Field {
            code: REMARK,
            name: "remark",
            keyed: false,
            merge: Merge::Register,
            writers: Roles::CASEWORK,
            max_bytes: 8 * 1024,
            table: "person",
            columns: |v| text_column("remark", v),
        },
        Field {
            code: NEED,
            name: "need",
            keyed: true,
            merge: Merge::Register,
            writers: Roles::CASEWORK,
            max_bytes: 256,
            table: "need",
            columns: need_columns,
        },
    ],
};

fn door_column(value: &Value) -> Option<Columns> {
    match value {
        Value::Bytes(id) if id.len() == 16 => Some(vec![("door", value.clone())]),
        Value::Null => Some(vec![("door", Value::Null)]),
        _ => None,
    }
}

fn need_columns(value: &Value) -> Option<Columns> {
    let names = ["risk", "basis", "since", "review", "until"];
    if *value == Value::Null {
        return Some(names.map(|n| (n, Value::Null)).to_vec());
    }
    let need: Need = unpack(value)?;
    Some(vec![
        ("risk", Value::Int(need.risk.into())),
        ("basis", Value::Int(need.basis.into())),
        ("since", Value::Int(need.since.into())),
        ("review", Value::Int(need.review.into())),
        ("until", opt_int(need.until)),
    ])
}
