//! A member's card: the name colleagues see. One document per member in the common space, which
//! the member writes; the office may correct it. The charter, which the hub can read, names nobody.

use super::text_column;
use crate::access::{Roles, SpaceKind};
use crate::kind::{Field, Kind, Merge};

/// The member's name.
pub const NAME: u16 = 1;

/// The member card; its subject is the member's id.
pub static MEMBER_CARD: Kind = Kind {
    code: 2,
    name: "member_card",
    space: SpaceKind::Common,
    own: true,
    fields: &[Field {
        code: NAME,
        name: "name",
        keyed: false,
        merge: Merge::Register,
        writers: Roles::OFFICE,
        max_bytes: 128,
        table: "member",
        columns: |v| text_column("name", v),
    }],
};
