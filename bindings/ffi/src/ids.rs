//! Ids, as they cross the border: the other language's own type for sixteen bytes.

use doorknock::model::ids::{
    CommunityId, DecisionId, DeviceId, DocId, DoorId, EventId, GridId, MatterId, MemberId,
    PersonId, VisitId,
};

use crate::error::DoorknockError;

/// An id: `java.util.UUID` in Kotlin, `UUID` in Swift, `uuid.UUID` in Python. On the command line, in
/// exports and in errors the same id is its 32 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Uuid(pub [u8; 16]);

uniffi::custom_type!(Uuid, Vec<u8>, {
    try_lift: |bytes| Ok(Uuid(bytes.try_into().map_err(|_| no_id())?)),
    lower: |id| id.0.to_vec(),
});

fn no_id() -> DoorknockError {
    doorknock::model::Message::new(
        "bad_id",
        "编号不对；编号有十六个字节。",
        "This is no id; an id has sixteen bytes.",
    )
    .into()
}

macro_rules! ids {
    ($($name:ident)*) => {$(
        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                Self(id.0)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id.0)
            }
        }
    )*};
}

ids!(CommunityId DecisionId DeviceId DocId DoorId EventId GridId MatterId MemberId PersonId VisitId);

/// An id, or the beginning of one, as somebody wrote it: the languages write theirs with hyphens, the facade
/// takes digits alone. What is no id is left as it is.
pub(crate) fn digits(text: &str) -> String {
    let of_id = |c: char| c.is_ascii_hexdigit() || c == '-';
    if text.trim().chars().all(of_id) {
        text.replace('-', "")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_may_be_written_with_hyphens_and_a_word_stays_a_word() {
        let id = "0199a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b";
        assert_eq!(digits(id), "0199a1b2c3d47e5f8a9b0c1d2e3f4a5b");
        assert_eq!(digits("0199a1b2-c3"), "0199a1b2c3");
        assert_eq!(digits("care-visit"), "care-visit");
    }
}
