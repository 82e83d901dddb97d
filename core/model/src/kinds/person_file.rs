//! The file of a person behind a door, in the grid's casework space: how to reach them and, where
//! there are any, their care needs with risk, legal basis and review date (invariant 7).

use minicbor::{Decode, Encode};

use super::unpack;
use crate::access::{Roles, SpaceKind};
use crate::care::{CareCategory, LegalBasis, RiskLevel};
use crate::kind::{Field, Kind, Member, Shape, Value};

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
    zh: "人员档案",
    space: SpaceKind::Casework,
    own: false,
    general: false,
    writers: Roles::CASEWORK,
    fields: &[
        Field::new(DOOR, "door", "门户", Shape::Id).table("person"),
        Field::new(NAME, "name", "姓名", Shape::Text)
            .max(128)
            .table("person"),
        Field::new(PHONE, "phone", "电话", Shape::Text)
            .max(64)
            .table("person"),
        Field::new(REMARK, "remark", "备注", Shape::Text)
            .max(8 * 1024)
            .table("person"),
        Field::new(NEED, "need", "关爱需求", Shape::Record(NEED_PARTS))
            .keyed_by(CareCategory::WORDS)
            .prefer(pressing)
            .table("need"),
    ],
};

const NEED_PARTS: &[Member] = &[
    Member::needed("risk", "风险等级", Shape::Word(RiskLevel::WORDS)),
    Member::needed("basis", "依据", Shape::Word(LegalBasis::WORDS)),
    Member::needed("since", "开始", Shape::Day),
    Member::needed("review", "复核日期", Shape::Day),
    Member::new("until", "结束", Shape::Day),
];

/// Of two levels set at once the more pressing stands until a person decides.
fn pressing(need: &Value) -> i64 {
    unpack::<Need>(need).map_or(i64::MIN, |need| -i64::from(need.risk))
}
