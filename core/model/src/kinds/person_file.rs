//! The file of a person behind a door, in the grid's casework space: how to reach them and, where
//! there are any, their care needs with risk, legal basis and review date (invariant 7).

use minicbor::{Decode, Encode};

use super::unpack;
use crate::access::{Roles, SpaceKind};
use crate::care::{CareCategory, LegalBasis, RiskLevel};
use crate::kind::{Field, Kind, Member, Shape, Value};
use crate::words::open_enum;

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

/// That needs were looked at again, under a random id: a packed [`Review`].
pub const REVIEW: u16 = 6;

open_enum! {
    /// Why a care need ended.
    EndReason {
        /// They moved away.
        Moved = 0, "moved", "已搬离";
        /// The person has died.
        Deceased = 1, "deceased", "已去世";
        /// It is no longer so.
        Recovered = 2, "recovered", "情况好转";
        /// They no longer agree to its being kept.
        Withdrawn = 3, "withdrawn", "撤回同意";
        /// Any other.
        Another = 4, "other", "其他";
    }
}

/// One care need.
#[derive(Debug, Clone, Default, PartialEq, Eq, Encode, Decode)]
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
    /// When the risk rose to high, if it did: a visit is due by the next day.
    #[n(5)]
    pub raised: Option<i32>,
    /// How often, where that is not the level's: the form of [`crate::cadence::Cadence`]'s `Display`.
    #[n(6)]
    pub cadence: Option<String>,
    /// Why it ended.
    #[n(7)]
    pub reason: Option<EndReason>,
    /// What whoever visits should know.
    #[n(8)]
    pub note: Option<String>,
    /// Who agreed to its being kept: the resident, or a guardian; where consent is the basis.
    #[n(9)]
    pub consent_by: Option<String>,
    /// When.
    #[n(10)]
    pub consent_on: Option<i32>,
    /// For what.
    #[n(11)]
    pub consent_for: Option<String>,
    /// Until when.
    #[n(12)]
    pub consent_until: Option<i32>,
}

impl Need {
    /// The day its plan begins: its own first day, or the one after its risk rose to high.
    #[must_use]
    pub const fn first_day(&self) -> i32 {
        match self.raised {
            Some(day) => day.saturating_add(1),
            None => self.since,
        }
    }
}

/// That care needs were looked at again.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Review {
    /// The day, in days since 1970-01-01.
    #[n(0)]
    pub on: i32,
    /// When they are to be looked at again.
    #[n(1)]
    pub next: i32,
    /// The code of the one category that was looked at; all of the person's otherwise.
    #[n(2)]
    pub category: Option<u16>,
    /// The code of the risk level that was set.
    #[n(3)]
    pub risk: Option<u8>,
    /// What was found.
    #[n(4)]
    pub note: Option<String>,
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
            .max(4096)
            .table("need"),
        Field::new(REVIEW, "review", "复核", Shape::Record(REVIEW_PARTS))
            .once()
            .max(4096),
    ],
};

const NEED_PARTS: &[Member] = &[
    Member::needed("risk", "风险等级", Shape::Word(RiskLevel::WORDS)),
    Member::needed("basis", "依据", Shape::Word(LegalBasis::WORDS)),
    Member::needed("since", "开始", Shape::Day),
    Member::needed("review", "复核日期", Shape::Day),
    Member::new("until", "结束", Shape::Day),
    Member::new("raised", "升为高风险", Shape::Day),
    Member::new("cadence", "频次", Shape::Cadence),
    Member::new("reason", "结束原因", Shape::Word(EndReason::WORDS)),
    Member::new("note", "说明", Shape::Text),
    Member::new("consent_by", "同意人", Shape::Text),
    Member::new("consent_on", "同意日期", Shape::Day),
    Member::new("consent_for", "同意用途", Shape::Text),
    Member::new("consent_until", "同意期限", Shape::Day),
];

const REVIEW_PARTS: &[Member] = &[
    Member::needed("on", "日期", Shape::Day),
    Member::needed("next", "下次复核", Shape::Day),
    Member::new("category", "类别", Shape::Word(CareCategory::WORDS)),
    Member::new("risk", "风险等级", Shape::Word(RiskLevel::WORDS)),
    Member::new("note", "说明", Shape::Text),
];

/// Of two levels set at once the more pressing stands until a person decides; one that goes on, before
/// one that ended.
fn pressing(need: &Value) -> i64 {
    unpack::<Need>(need).map_or(i64::MIN, |need| {
        let ended = if need.until.is_some() { 256 } else { 0 };
        -i64::from(need.risk) - ended
    })
}
