//! The kinds of document there are. Each file declares one and holds its packed records.

pub mod calendar;
pub mod case;
pub mod door_card;
pub mod matter;
pub mod member_card;
pub mod partner;
pub mod person_file;
pub mod round_sheet;
pub mod settings;
pub mod team;
pub mod template;
pub mod visit_book;

pub use calendar::{CAMPAIGN, PERIOD, PeriodKind, SESSION, SessionKind};
pub use case::{CASE, CaseOutcome};
pub use door_card::{DOOR_CARD, DoorAddress, Plan};
pub use matter::MATTER;
pub use member_card::MEMBER_CARD;
pub use partner::{LIST_ITEM, ListKind, ListState, PARTNER, PartnerKind};
pub use person_file::{EndReason, Need, PERSON_FILE, Review};
pub use round_sheet::{DecisionKind, ROUND_SHEET, RoundDecision, Tick, TickResult};
pub use settings::{CompoundKind, CompoundRecord, GridRecord, PlanRuleRecord, SETTINGS};
pub use team::{CREW, CrewKind, DUTY, PAIR};
pub use template::TEMPLATE;
pub use visit_book::{Answer, Channel, Confirmation, Outcome, VISIT_BOOK, Visit};

use crate::ids::derive16;
use crate::kind::{Kind, Value};

/// Every kind this version knows, in order of number.
pub static KINDS: &[&Kind] = &[
    &SETTINGS,
    &MEMBER_CARD,
    &DOOR_CARD,
    &ROUND_SHEET,
    &VISIT_BOOK,
    &PERSON_FILE,
    &CASE,
    &MATTER,
    &CREW,
    &CAMPAIGN,
    &PERIOD,
    &DUTY,
    &SESSION,
    &PAIR,
    &PARTNER,
    &LIST_ITEM,
    &TEMPLATE,
];

/// The kind with this number; `None` for one of a newer version.
#[must_use]
pub fn kind(code: u16) -> Option<&'static Kind> {
    KINDS.iter().copied().find(|k| k.code == code)
}

/// A number that changes with what is declared. What was stored by other kinds is made again from
/// the log, and what they could not judge is judged again. A [`Field::prefer`] counts as there or
/// not: a changed rule is a change of code.
///
/// [`Field::prefer`]: crate::kind::Field::prefer
#[must_use]
pub fn fingerprint(kinds: &[&Kind]) -> i64 {
    let mut text = String::new();
    for kind in kinds {
        text += &format!("{} {} {:?};", kind.code, kind.general, kind.space);
        for f in kind.fields {
            let read = (f.code, f.shape, f.keyed, f.keys, f.merge);
            let shown = (f.table, f.find, f.prefer.is_some(), f.ends);
            text += &format!("{read:?} {shown:?};");
        }
    }
    let [a, b, c, d, e, f, g, h, ..] = derive16("kinds", &[text.as_bytes()]);
    i64::from_be_bytes([a, b, c, d, e, f, g, h])
}

/// Packs a record into a value. Records are CBOR arrays that only grow at the end, so an older
/// app reads a newer one's and the reverse (rule R5).
#[must_use]
pub fn pack<T: minicbor::Encode<()>>(record: &T) -> Value {
    // Writing to a vector cannot fail and the records' encoders are derived.
    Value::Bytes(minicbor::to_vec(record).unwrap_or_default())
}

/// Unpacks a record; `None` if the value is not one this version can read.
#[must_use]
pub fn unpack<'b, T: minicbor::Decode<'b, ()>>(value: &'b Value) -> Option<T> {
    minicbor::decode(value.as_bytes()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::{CELL, Merge};

    #[test]
    fn numbers_are_unique_and_in_order() {
        assert!(KINDS.windows(2).all(|w| w[0].code < w[1].code));
        for kind in KINDS {
            assert!(
                kind.fields.windows(2).all(|w| w[0].code < w[1].code),
                "{}",
                kind.name
            );
        }
    }

    #[test]
    fn every_field_can_be_cleared_and_refuses_nonsense() {
        for field in KINDS.iter().flat_map(|k| k.fields) {
            assert!(field.columns(&Value::Null).is_some(), "{}", field.name);
            let nonsense = Value::Bytes(vec![0xff]);
            assert!(field.columns(&nonsense).is_none(), "{}", field.name);
            assert!(field.merge != Merge::Once || field.keyed, "{}", field.name);
            assert!(field.merge != Merge::Text || field.table == CELL);
        }
    }

    #[test]
    fn another_kind_field_or_word_gives_another_fingerprint() {
        use crate::access::{Roles, SpaceKind};
        use crate::kind::{Field, Find, Shape};
        const SMALL: Kind = Kind {
            code: 1,
            name: "small",
            zh: "小",
            space: SpaceKind::Common,
            own: false,
            general: true,
            writers: Roles::OFFICE,
            fields: &[Field::new(1, "a", "甲", Shape::Text)],
        };
        let with = |field: Field| {
            let fields = Box::leak(Box::new([field]));
            let kind = Kind { fields, ..SMALL };
            fingerprint(&[&kind])
        };
        let all = [
            fingerprint(&[]),
            fingerprint(&[&SMALL]),
            fingerprint(&[&SMALL, &SMALL]),
            with(Field::new(1, "a", "甲", Shape::Int)),
            with(Field::new(1, "a", "甲", Shape::Text).find(Find::Text)),
            with(Field::new(1, "a", "甲", Shape::Text).prefer(|_| 0)),
            with(Field::new(1, "a", "甲", Shape::Word(ListKind::WORDS))),
            with(Field::new(1, "a", "甲", Shape::Word(ListState::WORDS))),
        ];
        let different: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(different.len(), all.len());
        assert_eq!(fingerprint(KINDS), fingerprint(KINDS));
    }

    #[test]
    fn names_are_unique_and_a_record_has_one_end() {
        for kind in KINDS {
            let names: std::collections::BTreeSet<_> = kind.fields.iter().map(|f| f.name).collect();
            assert_eq!(names.len(), kind.fields.len(), "{}", kind.name);
            let ends: Vec<_> = kind.fields.iter().filter(|f| f.ends).collect();
            assert!(
                ends.len() <= 1 && ends.iter().all(|f| !f.keyed),
                "{}",
                kind.name
            );
        }
    }
}
