//! A member's card: the name colleagues see. One document per member in the common space, which
//! the member writes; the office may correct it. The charter, which the hub can read, names nobody.

use crate::access::{Roles, SpaceKind};
use crate::kind::{Field, Kind, Shape};

/// The member's name.
pub const NAME: u16 = 1;

/// The member card; its subject is the member's id.
pub static MEMBER_CARD: Kind = Kind {
    code: 2,
    name: "member_card",
    zh: "成员",
    space: SpaceKind::Common,
    own: true,
    general: false,
    writers: Roles::OFFICE,
    fields: &[Field::new(NAME, "name", "姓名", Shape::Text)
        .max(128)
        .table("member")],
};
