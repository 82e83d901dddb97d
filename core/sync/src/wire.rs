//! The hub protocol's requests and answers (`docs/wire-format.md`, "Hub protocol").
//!
//! Every structure is a CBOR array. Elements that a later version adds at its end are ignored;
//! a missing element is an error unless the field is an `Option`. Statements, wraps and entries
//! are carried as the exact bytes that were signed and are never looked into here.

use doorknock_model::ids::{CommunityId, SpaceId};
use minicbor::{Decode, Decoder, Encode};

mod codec;
mod snapshot;

pub use codec::{Malformed, decode, encode};
pub use snapshot::*;

/// The hub's name and protocol version; GET, no body.
pub const PATH_HUB: &str = "/v1/hub";
/// Brings a new community's first statement.
pub const PATH_COMMUNITIES: &str = "/v1/communities";
/// Reads the charter; signed by a device or an invite.
pub const PATH_CHARTER: &str = "/v1/charter";
/// Extends the charter by one statement.
pub const PATH_APPEND: &str = "/v1/charter/append";
/// Pushes and pulls entries; signed by a device.
pub const PATH_SYNC: &str = "/v1/sync";

/// The type of every body and answer of the protocol.
pub const CONTENT_TYPE: &str = "application/cbor";
/// The protocol version a hub of this build speaks.
pub const PROTOCOL: u32 = 1;
/// The largest request body in bytes; a hub answers a larger one with 413.
pub const REQUEST_LIMIT: usize = 4 << 20;
/// The largest answer in bytes that a hub ever gives, whatever the request asks for.
pub const ANSWER_LIMIT: usize = 8 << 20;
/// The answer limit a client asks for unless it has a reason.
pub const DEFAULT_ANSWER_LIMIT: u32 = 1 << 20;
/// The most bytes of pulled items in one answer, whatever the request asks for (a single item may
/// be up to an entry's limit, which is less).
pub const PULL_LIMIT: u32 = 2 << 20;
/// The most entries in one [`SyncRequest`]; a hub answers more with 413.
pub const ENTRIES_LIMIT: usize = 2_048;
/// The most cursors in one [`SyncRequest`]; a hub answers more with 413.
pub const CURSORS_LIMIT: usize = 1_024;
/// The most statements, wraps, entries or items in one list. Bounds what a list of empty strings
/// can make a reader allocate.
pub const LIST_LIMIT: usize = 1 << 16;

/// What the app's HTTP client is to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpRequest {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// One of the paths above, to be put behind the hub's address.
    pub path: &'static str,
    /// The body; empty for GET. Its type is [`CONTENT_TYPE`].
    pub body: Vec<u8>,
}

impl HttpRequest {
    /// Asks for [`HubInfo`].
    #[must_use]
    pub const fn hub() -> Self {
        Self {
            method: "GET",
            path: PATH_HUB,
            body: Vec::new(),
        }
    }

    /// A POST of this body to one of the protocol's paths.
    #[must_use]
    pub const fn post(path: &'static str, body: Vec<u8>) -> Self {
        Self {
            method: "POST",
            path,
            body,
        }
    }
}

/// Answer of [`PATH_HUB`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct HubInfo {
    /// The Ed25519 key that signs receipts; a charter names it.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub hub_key: [u8; 32],
    /// The protocol version, [`PROTOCOL`].
    #[n(1)]
    pub protocol: u32,
}

/// Answer of [`PATH_COMMUNITIES`]. The request's body is the first statement itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct CommunityResponse {
    /// The community that the statement founds.
    #[n(0)]
    pub community: CommunityId,
}

/// Body of a signed request to [`PATH_CHARTER`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct CharterRequest {
    /// The community.
    #[n(0)]
    pub community: CommunityId,
    /// The first position wanted, which is the number of statements the asker holds.
    #[n(1)]
    pub from: u64,
}

/// Answer of [`PATH_CHARTER`]. A hub may give fewer statements than it has: who still has more
/// to read asks again from behind the last one; an empty list is the end.
#[derive(Debug, Clone, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct CharterResponse {
    /// Statements in order, the first at position `from`.
    #[cbor(n(0), with = "codec::list")]
    pub statements: Vec<Vec<u8>>,
    /// The wraps addressed to the signer that were stored with these statements.
    #[cbor(n(1), with = "codec::list")]
    pub wraps: Vec<Vec<u8>>,
}

/// Body of [`PATH_APPEND`]; not signed, because the statement is.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct AppendRequest {
    /// The community.
    #[n(0)]
    pub community: CommunityId,
    /// The statement.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub statement: Vec<u8>,
    /// The wraps whose set the statement names by hash, in the order hashed.
    #[cbor(n(2), with = "codec::list")]
    pub wraps: Vec<Vec<u8>>,
}

/// Answer of [`PATH_APPEND`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct AppendResponse {
    /// How many statements the hub's charter has now.
    #[n(0)]
    pub length: u64,
}

/// How far a client has read one space.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Cursor {
    /// The space's number in the charter.
    #[n(0)]
    pub space: u32,
    /// The last position read; 0 before the first.
    #[n(1)]
    pub position: u64,
    /// The first 4 bytes of the running hash at that position. A log that differs and begins alike is
    /// noticed by its signed head.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub running: [u8; 4],
}

/// Body of a signed request to [`PATH_SYNC`].
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct SyncRequest {
    /// The community.
    #[n(0)]
    pub community: CommunityId,
    /// How many statements the client holds.
    #[n(1)]
    pub charter_length: u64,
    /// The first 8 bytes of its last statement's hash.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub charter_head: [u8; 8],
    /// The spaces to read, the most needed first.
    #[n(3)]
    pub cursors: Vec<Cursor>,
    /// Entries to store.
    #[cbor(n(4), with = "codec::list")]
    pub entries: Vec<Vec<u8>>,
    /// The most bytes of pulled items wanted; one item is given even where it is larger.
    #[n(5)]
    pub limit: u32,
    /// Whether the device's own entries are wanted in full (a new start after a mismatch).
    #[n(6)]
    pub own: bool,
}

/// Answer of [`PATH_SYNC`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct SyncResponse {
    /// The statements after the client's last; all from the first on if the client's head is not
    /// the hub's statement at that position.
    #[cbor(n(0), with = "codec::list")]
    pub statements: Vec<Vec<u8>>,
    /// The wraps addressed to the device that were stored with these statements.
    #[cbor(n(1), with = "codec::list")]
    pub wraps: Vec<Vec<u8>>,
    /// One for each entry pushed, in order.
    #[n(2)]
    pub receipts: Vec<Receipt>,
    /// What was read, by space; at most [`LIST_LIMIT`] items in all.
    #[cbor(n(3), with = "codec::pulled")]
    pub pulled: Vec<Pulled>,
    /// Whether something the request asked for did not fit into this answer.
    #[n(4)]
    pub more: bool,
    /// Spaces whose log does not continue the client's cursor.
    #[n(5)]
    pub mismatched: Vec<u32>,
    /// How many statements the hub's charter has.
    #[n(6)]
    pub charter_length: u64,
}

/// What became of one pushed entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Receipt {
    /// The entry's hash; zeros if the entry has no form to take one from.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub entry: [u8; 32],
    /// Stored, or why not.
    #[n(1)]
    pub verdict: Verdict,
    /// The space; zeros if not known.
    #[n(2)]
    pub space: SpaceId,
    /// Its position in the space's log, from 1; 0 unless stored.
    #[n(3)]
    pub position: u64,
    /// The space's running hash at that position; zeros unless stored.
    #[cbor(n(4), with = "minicbor::bytes")]
    pub running: [u8; 32],
    /// The hub's signature, context `receipt`; zeros unless stored.
    #[cbor(n(5), with = "minicbor::bytes")]
    pub signature: [u8; 64],
}

impl Receipt {
    /// A refusal of the entry with this hash.
    #[must_use]
    pub const fn refused(entry: [u8; 32], verdict: Verdict, space: SpaceId) -> Self {
        Self {
            entry,
            verdict,
            space,
            position: 0,
            running: [0; 32],
            signature: [0; 64],
        }
    }
}

/// Whether the hub holds an entry. Codes are frozen; one this build does not know is kept. Code 5 stays
/// reserved: hubs gave it for another device's entry until any member's device could bring one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// On the hub's disk, now or before.
    Stored,
    /// Not the form of an entry.
    Malformed,
    /// Larger than the format allows.
    TooLarge,
    /// The signature or a section's hash does not fit.
    BadSignature,
    /// The charter names no such device.
    UnknownDevice,
    /// The charter names no such space.
    UnknownSpace,
    /// The device may not hold the space.
    NoRight,
    /// The community has used up its room at this hub.
    Quota,
    /// A code of a newer hub: a refusal.
    Other(u32),
}

impl Verdict {
    /// The frozen code.
    #[must_use]
    pub const fn code(self) -> u32 {
        match self {
            Self::Stored => 0,
            Self::Malformed => 1,
            Self::TooLarge => 2,
            Self::BadSignature => 3,
            Self::UnknownDevice => 4,
            Self::UnknownSpace => 6,
            Self::NoRight => 7,
            Self::Quota => 8,
            Self::Other(code) => code,
        }
    }

    /// The verdict with this code.
    #[must_use]
    pub const fn from_code(code: u32) -> Self {
        match code {
            0 => Self::Stored,
            1 => Self::Malformed,
            2 => Self::TooLarge,
            3 => Self::BadSignature,
            4 => Self::UnknownDevice,
            6 => Self::UnknownSpace,
            7 => Self::NoRight,
            8 => Self::Quota,
            other => Self::Other(other),
        }
    }
}

impl<C> Encode<C> for Verdict {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut minicbor::Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.u32(self.code())?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Verdict {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        d.u32().map(Self::from_code)
    }
}

/// A stretch of one space's log.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Pulled {
    /// The space's number in the charter.
    #[n(0)]
    pub space: u32,
    /// The position of the first item; the others follow without a gap.
    #[n(1)]
    pub first: u64,
    /// The items.
    #[cbor(n(2), with = "codec::items")]
    pub items: Vec<PulledItem>,
    /// The position of the log's last entry.
    #[n(3)]
    pub head: u64,
    /// The running hash there.
    #[cbor(n(4), with = "minicbor::bytes")]
    pub head_running: [u8; 32],
    /// The hub's signature, context `receipt`, with an entry hash of zeros.
    #[cbor(n(5), with = "minicbor::bytes")]
    pub head_signature: [u8; 64],
}

/// One position of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PulledItem {
    /// An entry of the asking device, which has it: its hash only.
    Own([u8; 32]),
    /// An entry's bytes.
    Entry(Vec<u8>),
}

impl<C> Encode<C> for PulledItem {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut minicbor::Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        match self {
            Self::Own(hash) => e.array(1)?.bytes(hash)?.ok(),
            Self::Entry(bytes) => e.bytes(bytes)?.ok(),
        }
    }
}

impl<'b, C> Decode<'b, C> for PulledItem {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        if d.datatype()? == minicbor::data::Type::Bytes {
            return Ok(Self::Entry(d.bytes()?.to_vec()));
        }
        let wrong = || minicbor::decode::Error::message("an item is an entry or [entry hash]");
        let length = d.array()?.filter(|n| *n > 0).ok_or_else(wrong)?;
        let hash = d.bytes()?.try_into().map_err(|_| wrong())?;
        for _ in 1..length {
            d.skip()?;
        }
        Ok(Self::Own(hash))
    }
}

/// The body of every 4xx and 5xx answer.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Refusal {
    /// Stable, lower-case, words joined by underscores.
    #[n(0)]
    pub code: String,
    /// Chinese.
    #[n(1)]
    pub zh: String,
    /// English.
    #[n(2)]
    pub en: String,
}
