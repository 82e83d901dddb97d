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
