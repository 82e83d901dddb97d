//! Identifiers: 16 opaque bytes (an incarnation has 8), written as lower-case hexadecimal digits.
//!
//! Three families share the form. *Random* ids (devices, members) are bytes made by the caller,
//! because this crate has no randomness. *Derived* ids are the first 16 bytes
//! of a SHA-256 over a label and parts, so that two devices that mean the same thing (the door
//! behind one address, the round sheet of one grid and day) name the same document without
//! talking to each other. *Record* ids ([`Recorder`]) are UUIDv7 that their author's opening of a home counts.
//!
//! A document's id, random or derived, ends with a check of its space ([`SpaceId::bind`]): a document of
//! another space cannot have it.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

use crate::access::SpaceKind;

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
    /// One automerge document. Derived or random, and bound to its space.
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
    /// A visit. A record id.
    VisitId: 16;
    /// Something decided about a day's list. Random.
    DecisionId: 16;
    /// A matter; also the id of its document. Random.
    MatterId: 16;
    /// A step of a matter. A record id.
    EventId: 16;
    /// A person in care (or a household's contact); also the id of the file's document. Derived.
    PersonId: 16;
}

/// Bytes of a document's id that say what it is; the others are the check of its space.
pub const SUBJECT: usize = 12;

impl SpaceId {
    /// The id of a document of this space that begins like `id`: its last four bytes are a check of both.
    #[must_use]
    pub fn bind(&self, id: [u8; 16]) -> [u8; 16] {
        let mut bound = id;
        let check = derive16("bound", &[&self.0, &id[..SUBJECT]]);
        bound[SUBJECT..].copy_from_slice(&check[..16 - SUBJECT]);
        bound
    }

    /// The document of this space whose id begins so.
    #[must_use]
    pub fn document(&self, subject: [u8; SUBJECT]) -> DocId {
        let mut id = [0; 16];
        id[..SUBJECT].copy_from_slice(&subject);
        DocId(self.bind(id))
    }

    /// Whether a document of this id may be of this space.
    #[must_use]
    pub fn holds(&self, document: DocId) -> bool {
        self.bind(document.0) == document.0
    }
}

impl CommunityId {
    /// The space of this kind; the grid is `GridId::default()` for common and staff.
    #[must_use]
    pub fn space(&self, kind: SpaceKind, grid: GridId) -> SpaceId {
        self.space_of_code(kind.code(), grid)
    }

    /// The same for a kind that this version may not know.
    #[must_use]
    pub fn space_of_code(&self, kind: u8, grid: GridId) -> SpaceId {
        SpaceId(derive16("space", &[&self.0, &[kind], &grid.0]))
    }

    /// The grid with this code.
    #[must_use]
    pub fn grid(&self, code: &str) -> GridId {
        GridId(derive16("grid", &[&self.0, code.as_bytes()]))
    }

    /// A grid's door with this address key (see [`crate::address::Address::key`]).
    #[must_use]
    pub fn door(&self, grid: GridId, address_key: &str) -> DoorId {
        let door = derive16("door", &[&self.0, address_key.as_bytes()]);
        DoorId(self.space(SpaceKind::Rounds, grid).bind(door))
    }

    /// The person of this name behind a grid's door.
    #[must_use]
    pub fn person(&self, grid: GridId, door: DoorId, name: &str) -> PersonId {
        let person = derive16("person", &[&self.0, &door.0, name.trim().as_bytes()]);
        PersonId(self.space(SpaceKind::Casework, grid).bind(person))
    }

    /// The key under which a compound of this name stands in the settings.
    #[must_use]
    pub fn compound(&self, name: &str) -> [u8; 16] {
        derive16("compound", &[&self.0, name.as_bytes()])
    }

    /// A document's id: in this space, of this kind, about this subject.
    #[must_use]
    pub fn document(&self, space: SpaceId, kind: u16, subject: &[&[u8]]) -> DocId {
        let kind = kind.to_be_bytes();
        let mut parts: Vec<&[u8]> = vec![&self.0, &kind];
        parts.extend(subject);
        DocId(space.bind(derive16("document", &parts)))
    }
}

/// Whose records an id may be of: a device and its opening of a home. Record ids are UUIDv7; behind the
/// time stand a count and a hash of time, count and recorder. So they are as good as random to all
/// others, and an entry, whose header names the recorder, need not spell them out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recorder {
    /// The device.
    pub device: DeviceId,
    /// The opening of its home.
    pub incarnation: Incarnation,
}

impl Recorder {
    /// How far the count goes before it begins again.
    pub const COUNTS: u32 = 1 << 26;

    /// The id that this recorder gives at this time (unix milliseconds) and count.
    #[must_use]
    pub fn id(&self, millis: u64, count: u32) -> [u8; 16] {
        let time = (millis << 16).to_be_bytes();
        let [a, b, c, d] = (count % Self::COUNTS).to_be_bytes();
        let parts = [
            &self.device.0[..],
            &self.incarnation.0,
            &time,
            &[a, b, c, d],
        ];
        let hash = derive16("record", &parts);
        let mut id = [0; 16];
        id[..6].copy_from_slice(&time[..6]);
        // 12 bits of the count behind the version, 14 behind the variant.
        id[6] = 0x70 | a << 2 | b >> 6;
        id[7] = b << 2 | c >> 6;
        id[8] = 0x80 | c & 0x3f;
        id[9] = d;
        id[10..].copy_from_slice(&hash[..6]);
        id
    }

    /// Time and count of an id that this recorder gave.
    #[must_use]
    pub fn gave(&self, id: &[u8]) -> Option<(u64, u32)> {
        let id: &[u8; 16] = id.try_into().ok()?;
        let mut time = [0; 8];
        time[2..].copy_from_slice(&id[..6]);
        let (hi, lo) = (u32::from(id[6] & 0x0f), u32::from(id[8] & 0x3f));
        let count = hi << 22 | u32::from(id[7]) << 14 | lo << 8 | u32::from(id[9]);
        let found = (u64::from_be_bytes(time), count);
        (self.id(found.0, found.1) == *id).then_some(found)
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

    #[test]
    fn a_documents_id_is_of_one_space() {
        let community = CommunityId([1; 16]);
        let [here, there] = ["G1", "G2"].map(|code| community.grid(code));
        let rounds = |grid| community.space(SpaceKind::Rounds, grid);
        let door = DocId(community.door(here, "某小区3栋").0);
        assert!(rounds(here).holds(door));
        assert!(!rounds(there).holds(door));
        assert!(!community.space(SpaceKind::Casework, here).holds(door));
        let moved = community.door(there, "某小区3栋");
        assert_eq!(moved.0[..12], door.0[..12], "the same address");
        let taken = DocId(rounds(there).bind(door.0));
        assert_ne!(taken, door);
        for at in 0..16 {
            let mut other = door;
            other.0[at] ^= 1;
            assert!(!rounds(here).holds(other), "byte {at}");
        }
    }

    #[test]
    fn a_record_id_is_a_uuid_v7_that_only_its_recorder_gave() {
        let recorder = Recorder {
            device: DeviceId([1; 16]),
            incarnation: Incarnation([2; 8]),
        };
        let other = Recorder {
            incarnation: Incarnation([3; 8]),
            ..recorder
        };
        let mut last = [0; 16];
        for count in [
            0,
            1,
            63,
            64,
            255,
            256,
            1 << 14,
            1 << 22,
            Recorder::COUNTS - 1,
        ] {
            let id = recorder.id(1_795_226_400_123, count);
            assert_eq!((id[6] >> 4, id[8] >> 6), (7, 2));
            assert_eq!(recorder.gave(&id), Some((1_795_226_400_123, count)));
            assert_eq!(other.gave(&id), None);
            assert!(id > last, "in order");
            last = id;
        }
        assert_eq!(recorder.gave(&[7; 16]), None);
        assert_eq!(recorder.gave(&[]), None);
    }
}
