//! A door's card: where it is and how often it is due, without the reason. One document per door in
//! its grid's rounds space, which volunteers hold too: no name, no phone, no care category here
//! (rule R10).

use minicbor::{Decode, Encode};

use super::{int_column, opt_int, text, text_column, unpack};
use crate::access::{Roles, SpaceKind};
use crate::address::Address;
use crate::kind::{Columns, Field, Kind, Merge, Value};

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
}

/// The door card; its subject is the door's id.
pub static DOOR_CARD: Kind = Kind {
    code: 3,
    name: "door_card",
    space: SpaceKind::Rounds,
    own: false,
    fields: &[
        Field {
            code: ADDRESS,
            name: "address",
            keyed: false,
            merge: Merge::Register,
            writers: Roles::CASEWORK,
            max_bytes: 1024,
            table: "door",
            columns: address_columns,
        },
        Field {
            code: KIND,
            name: "kind",
            keyed: false,
            merge: Merge::Register,
            writers: Roles::CASEWORK,
            max_bytes: 8,
            table: "door",
            columns: |v| int_column("kind", v),
        },
        Field {
            code: PLAN,
            name: "plan",
            keyed: false,
            merge: Merge::Register,
            writers: Roles::CASEWORK,
            max_bytes: 256,
            table: "door",
            columns: plan_columns,
        },
        Field {
            code: EXTERNAL_ID,
            name: "external_id",
            keyed: false,
            merge: Merge::Register,
            writers: Roles::CASEWORK,
            max_bytes: 128,
            table: "door",
            columns: |v| text_column("external_id", v),
        },
        Field {
            code: MOVED_IN,
            name: "moved_in",
            keyed: false,
            merge: Merge::Register,
            writers: Roles::CASEWORK,
            max_bytes: 8,
            table: "door",
            columns: |v| int_column("moved_in", v),
        },
    ],
};

fn address_columns(value: &Value) -> Option<Columns> {
    let address: Option<DoorAddress> = match value {
        Value::Null => None,
        _ => Some(unpack(value)?),
    };
    let part = |f: fn(&DoorAddress) -> &String| text(address.as_ref().map_or("", |a| f(a)));
    Some(vec![
        ("compound", part(|a| &a.compound)),
        ("building", part(|a| &a.building)),
        ("unit", part(|a| &a.unit)),
        ("room", part(|a| &a.room)),
        ("floor", opt_int(address.as_ref().and_then(|a| a.floor))),
    ])
}

fn plan_columns(value: &Value) -> Option<Columns> {
    let plan: Option<Plan> = match value {
        Value::Null => None,
        _ => Some(unpack(value)?),
    };
    let Some(plan) = plan else {
        return Some(
            ["cadence", "plan_since", "plan_until", "checklist"]
                .map(|c| (c, Value::Null))
                .to_vec(),
        );
    };
    // A cadence of a newer version must not silently count as "never due".
    plan.cadence.parse::<crate::cadence::Cadence>().ok()?;
    Some(vec![
        ("cadence", text(&plan.cadence)),
        ("plan_since", Value::Int(plan.since.into())),
        ("plan_until", opt_int(plan.until)),
        (
            "checklist",
            plan.checklist
                .map_or(Value::Null, |id| Value::Bytes(id.to_vec())),
        ),
    ])
}
