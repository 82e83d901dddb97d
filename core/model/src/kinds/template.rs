//! A community's own checklist, in the common space. Its document's id is the template's, which is
//! derived from its content: two devices that add the same one add one document.

use crate::access::{Roles, SpaceKind};
use crate::checklist::text::MAX_PACKED;
use crate::kind::{Field, Kind, Member, Shape};

/// The checklist, under its id: a packed [`crate::checklist::Template`].
pub const BODY: u16 = 1;
/// Since when it is no longer offered; answers given to it keep their questions.
pub const RETIRED: u16 = 2;

/// A checklist.
pub static TEMPLATE: Kind = Kind {
    code: 19,
    name: "template",
    zh: "走访清单",
    space: SpaceKind::Common,
    own: false,
    general: false,
    writers: Roles::OFFICE,
    fields: &[
        Field::new(BODY, "body", "内容", Shape::Record(BODY_PARTS))
            .once()
            .max(MAX_PACKED),
        Field::new(RETIRED, "retired", "停用日期", Shape::Day),
    ],
};

const BODY_PARTS: &[Member] = &[
    Member::needed("code", "代码", Shape::Text),
    Member::needed("version", "版本", Shape::Int),
    Member::needed("label", "名称", Shape::Packed),
    Member::needed("groups", "分组", Shape::Packed),
];
