//! A door's visit book for one calendar year, in its grid's casework space. Visits are write-once
//! packed records under UUIDv7 ids, so the book has no limit and two phones never collide.

use minicbor::{Decode, Encode};

use crate::access::{Roles, SpaceKind};
use crate::ids::{CommunityId, DocId, DoorId, GridId, MatterId, PersonId, SUBJECT, VisitId};
use crate::kind::{Field, Kind, Member, Shape};
use crate::kinds::TickResult;
use crate::words::open_enum;

/// A visit, under its id: a packed [`Visit`].
pub const VISIT: u16 = 1;
/// That what a visit found was confirmed, under the visit's id: a packed [`Confirmation`].
pub const CONFIRMATION: u16 = 2;

open_enum! {
    /// How the visit was made.
    Channel {
        /// Inside the home.
        InPerson = 0, "in_person", "入户";
        /// At the door, not inside.
        AtTheDoor = 1, "at_the_door", "门口";
        /// By telephone.
        Phone = 2, "phone", "电话";
        /// By video call.
        Video = 3, "video", "视频";
    }
}

open_enum! {
    /// What the visit found.
    Outcome {
        /// Somebody was met.
        Met = 0, "met", "见到";
        /// Nobody answered.
        NobodyHome = 1, "nobody_home", "无人在家";
        /// The visit was declined.
        Refused = 2, "refused", "拒访";
        /// They have moved away.
        MovedAway = 3, "moved_away", "已搬离";
        /// The person has died.
        Deceased = 4, "deceased", "已去世";
    }
}

impl Outcome {
    /// What the whole crew may know of it: no more than whether the door needs another knock.
    #[must_use]
    pub const fn tick(self) -> TickResult {
        match self {
            Self::NobodyHome => TickResult::NobodyHome,
            Self::Refused => TickResult::NotDone,
            Self::Met | Self::MovedAway | Self::Deceased | Self::Other(_) => TickResult::Done,
        }
    }
}

/// The answer to one checklist item.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(flat)]
pub enum Answer {
    /// Yes or no.
    #[n(0)]
    YesNo(#[n(0)] bool),
    /// The number of the choice, 0 first.
    #[n(1)]
    Choice(#[n(0)] u8),
    /// A number.
    #[n(2)]
    Number(#[n(0)] i64),
    /// Text.
    #[n(3)]
    Text(#[n(0)] String),
}

/// One visit, as recorded. The author is whoever's device signed it, never a field.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Visit {
    /// Which door.
    #[n(0)]
    pub door: DoorId,
    /// When it took place, in seconds since 1970.
    #[n(1)]
    pub at: i64,
    /// How.
    #[n(2)]
    pub channel: Channel,
    /// What was found.
    #[n(3)]
    pub outcome: Outcome,
    /// Who else came along.
    #[n(4)]
    pub with: Vec<String>,
    /// The checklist answered: a template's id.
    #[cbor(n(5), with = "minicbor::bytes")]
    pub checklist: Option<[u8; 16]>,
    /// Answers by the items' position in the template, which never changes.
    #[n(6)]
    pub answers: Vec<Option<Answer>>,
    /// In the worker's words.
    #[n(7)]
    pub summary: Option<String>,
    /// When a return was promised, in days since 1970-01-01.
    #[n(8)]
    pub follow_up: Option<i32>,
    /// The door's visits, or corrections of them, that this record stands in for. They are kept.
    #[n(9)]
    pub corrects: Option<Vec<VisitId>>,
    /// Whether the visit that this record stands in for never took place.
    #[n(10)]
    pub void: Option<bool>,
    /// Why it was corrected.
    #[n(11)]
    pub why: Option<String>,
    /// The matters that were raised or dealt with.
    #[n(12)]
    pub matters: Option<Vec<MatterId>>,
}

/// Somebody confirmed that people moved away or died, and their care needs ended with it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Confirmation {
    /// Who is gone.
    #[n(0)]
    pub people: Vec<PersonId>,
    /// When it was confirmed, in days since 1970-01-01.
    #[n(1)]
    pub on: i32,
}

/// A door's book of a year: its id begins like the door's, so that a visit, which names the door, is told in
/// few bytes.
#[must_use]
pub fn book(community: CommunityId, grid: GridId, door: DoorId, year: i32) -> DocId {
    let mut subject = [0; SUBJECT];
    let (begins, ends) = subject.split_at_mut(SUBJECT - 2);
    begins.copy_from_slice(&door.0[..SUBJECT - 2]);
    let [.., high, low] = year.to_be_bytes();
    ends.copy_from_slice(&[high, low]);
    community.space(VISIT_BOOK.space, grid).document(subject)
}

/// The visit book; see [`book`].
pub static VISIT_BOOK: Kind = Kind {
    code: 5,
    name: "visit_book",
    zh: "走访记录",
    space: SpaceKind::Casework,
    own: false,
    general: false,
    writers: Roles::CASEWORK,
    fields: &[
        Field::new(VISIT, "visit", "走访", Shape::Record(VISIT_PARTS))
            .once()
            .max(32 * 1024)
            .table("visit"),
        Field::new(
            CONFIRMATION,
            "confirmation",
            "确认",
            Shape::Record(CONFIRMATION_PARTS),
        )
        .once()
        .max(1024),
    ],
};

const CONFIRMATION_PARTS: &[Member] = &[
    Member::needed("people", "人员", Shape::Ids),
    Member::needed("on", "日期", Shape::Day),
];

const VISIT_PARTS: &[Member] = &[
    Member::needed("door", "门户", Shape::Id),
    Member::needed("at", "时间", Shape::Time),
    Member::needed("channel", "方式", Shape::Word(Channel::WORDS)),
    Member::needed("outcome", "结果", Shape::Word(Outcome::WORDS)),
    Member::needed("with", "同行人", Shape::Texts),
    Member::new("checklist", "清单", Shape::Id),
    Member::needed("answers", "回答", Shape::Packed),
    Member::new("summary", "小结", Shape::Text),
    Member::new("follow_up", "约定回访", Shape::Day),
    Member::new("corrects", "更正", Shape::Ids),
    Member::new("void", "作废", Shape::Bool),
    Member::new("why", "更正原因", Shape::Text),
    Member::new("matters", "诉求", Shape::Ids),
];
