//! Identifiers: 16 opaque bytes (an incarnation has 8), written as lower-case hexadecimal digits.
//!
//! Two families share the form. *Random* ids (devices, members, visits) are UUIDv7 or random bytes
//! made by the caller, because this crate has no randomness. *Derived* ids are the first 16 bytes
//! of a SHA-256 over a label and parts, so that two devices that mean the same thing (the door
//! behind one address, the round sheet of one grid and day) name the same document without
//! talking to each other.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

/// Why a string is not an identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an id is hexadecimal digits, two for each of its bytes")]
pub struct BadId;

/// Derives 16 bytes from a label and length-prefixed parts: `SHA-256("doorknock/1 " || label ||
/// for each part: u32 big-endian length || part)[..16]`.
#[must_use]
pub fn derive16(label: &str, parts: &[&[u8]]) -> [u8; 16] {
    let mut hash = Sha256::new();
    hash.update(b"doorknock/1 ");
    hash.update(label.as_bytes());
    for part in parts {
        let len = u32::try_from(part.len()).unwrap_or(u32::MAX);
        hash.update(len.to_be_bytes());
        hash.update(part);
    }
    let digest = hash.finalize();
    let mut out = [0; 16];
    out.copy_from_slice(&digest[..16]);
    out
}

fn parse_hex<const N: usize>(text: &str) -> Result<[u8; N], BadId> {
    let digits = text.as_bytes();
    if digits.len() != 2 * N {
        return Err(BadId);
    }
    let nibble = |b: u8| char::from(b).to_digit(16).ok_or(BadId);
    let mut out = [0; N];
    for (byte, pair) in out.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = u8::try_from(nibble(pair[0])? * 16 + nibble(pair[1])?).map_err(|_| BadId)?;
    }
    Ok(out)
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident: $len:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub [u8; $len]);

        impl $name {
            /// The bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; $len] { &self.0 }

            #[doc = concat!("From a slice of exactly ", $len, " bytes.")]
            #[must_use]
            pub fn from_slice(bytes: &[u8]) -> Option<Self> { bytes.try_into().ok().map(Self) }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|b| write!(f, "{b:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl FromStr for $name {
            type Err = BadId;
            fn from_str(text: &str) -> Result<Self, BadId> { parse_hex(text).map(Self) }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }

        impl<C> minicbor::Encode<C> for $name {
            fn encode<W: minicbor::encode::Write>(
                &self, e: &mut minicbor::Encoder<W>, _: &mut C,
            ) -> Result<(), minicbor::encode::Error<W::Error>> {
                e.bytes(&self.0)?.ok()
            }
        }

        impl<'b, C> minicbor::Decode<'b, C> for $name {
            fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
                Self::from_slice(d.bytes()?)
                    .ok_or_else(|| minicbor::decode::Error::message(concat!("an id of ", $len, " bytes")))
            }
        }
    )*};
}

ids! {
    /// A community: the first 16 bytes of the hash of its charter's first statement.
    CommunityId: 16;
    /// A unit of sharing: documents plus epoch keys. Derived.
    SpaceId: 16;
    /// One automerge document. Derived.
    DocId: 16;
    /// A person who uses the app. Random.
    MemberId: 16;
    /// A member's phone or desk. Derived from its signing key.
    DeviceId: 16;
    /// One opening of a home (rule R1). Random.
    Incarnation: 8;
    /// An invitation in the charter. Derived from its signing key.
    InviteId: 16;
    /// A grid. Derived from the community and the grid's code.
    GridId: 16;
    /// A door; also the id of its card's document. Derived from its address key.
    DoorId: 16;
    /// A visit. UUIDv7.
    VisitId: 16;
    /// Something decided about a day's list. Random.
    DecisionId: 16;
    /// A matter; also the id of its document. Random.
    MatterId: 16;
    /// A step of a matter. UUIDv7.
    EventId: 16;
    /// A person in care (or a household's contact); also the id of the file's document. Derived.
    PersonId: 16;
}

impl CommunityId {
    /// The grid with this code.
    #[must_use]
    pub fn grid(&self, code: &str) -> GridId {
        GridId(derive16("grid", &[&self.0, code.as_bytes()]))
    }

    /// The door with this address key (see [`crate::address::Address::key`]).
    #[must_use]
    pub fn door(&self, address_key: &str) -> DoorId {
        DoorId(derive16("door", &[&self.0, address_key.as_bytes()]))
    }

    /// The person of this name behind a door.
    #[must_use]
    pub fn person(&self, door: DoorId, name: &str) -> PersonId {
        PersonId(derive16(
            "person",
            &[&self.0, &door.0, name.trim().as_bytes()],
        ))
    }

    /// The key under which a compound of this name stands in the settings.
    #[must_use]
    pub fn compound(&self, name: &str) -> [u8; 16] {
        derive16("compound", &[&self.0, name.as_bytes()])
    }

    /// A document's id: of this kind, about this subject.
    #[must_use]
    pub fn document(&self, kind: u16, subject: &[&[u8]]) -> DocId {
        let kind = kind.to_be_bytes();
        let mut parts: Vec<&[u8]> = vec![&self.0, &kind];
        parts.extend(subject);
        DocId(derive16("document", &parts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_what_it_prints() {
        let id = DoorId(derive16("door", &[b"a", b"b"]));
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!("xyz".parse::<DoorId>(), Err(BadId));
        assert_eq!("é".repeat(16).parse::<DoorId>(), Err(BadId));
    }

    #[test]
    fn an_incarnation_has_eight_bytes() {
        let id = Incarnation(*b"12345678");
        assert_eq!(id.to_string(), "3132333435363738");
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!("0".repeat(32).parse::<Incarnation>(), Err(BadId));
        let bytes = minicbor::to_vec(id).unwrap();
        assert_eq!(minicbor::decode::<Incarnation>(&bytes).unwrap(), id);
        assert!(minicbor::decode::<DoorId>(&bytes).is_err());
    }

    #[test]
    fn parts_are_length_prefixed_so_their_border_matters() {
        assert_ne!(derive16("x", &[b"ab", b"c"]), derive16("x", &[b"a", b"bc"]));
    }
}
