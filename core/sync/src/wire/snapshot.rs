//! The messages about snapshots. Manifests and parts are opaque bytes here.

use doorknock_model::ids::CommunityId;
use minicbor::{Decode, Encode};

use super::codec;

/// Asks for the manifests of spaces; signed by a device.
pub const PATH_SNAPSHOT_FIND: &str = "/v1/snapshot/find";
/// Reads a piece of a part; signed by a device.
pub const PATH_SNAPSHOT_READ: &str = "/v1/snapshot/read";
/// Offers a manifest, and learns which of its parts the hub lacks; signed by a device.
pub const PATH_SNAPSHOT_OFFER: &str = "/v1/snapshot/offer";
/// Brings a part of a manifest that was offered; signed by a device.
pub const PATH_SNAPSHOT_PUT: &str = "/v1/snapshot/put";

/// Body of a signed request to [`PATH_SNAPSHOT_FIND`].
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct SnapshotFind {
    /// The community.
    #[n(0)]
    pub community: CommunityId,
    /// The spaces' numbers.
    #[n(1)]
    pub spaces: Vec<u32>,
}

/// Answer of [`PATH_SNAPSHOT_FIND`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct SnapshotFound {
    /// The spaces of which the hub has a snapshot that its log continues.
    #[n(0)]
    pub spaces: Vec<u32>,
    /// Their manifests, in the same order.
    #[cbor(n(1), with = "codec::list")]
    pub manifests: Vec<Vec<u8>>,
}

/// Body of a signed request to [`PATH_SNAPSHOT_READ`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct SnapshotRead {
    /// The community.
    #[n(0)]
    pub community: CommunityId,
    /// The space's number.
    #[n(1)]
    pub space: u32,
    /// The part's hash.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub part: [u8; 32],
    /// Where the piece begins.
    #[n(3)]
    pub offset: u64,
    /// The most bytes wanted.
    #[n(4)]
    pub limit: u32,
}

/// Answer of [`PATH_SNAPSHOT_READ`].
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct SnapshotPiece {
    /// The bytes; fewer than wanted where the part ends or the hub gives less.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub bytes: Vec<u8>,
}

/// Body of a signed request to [`PATH_SNAPSHOT_OFFER`].
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct SnapshotOffer {
    /// The community.
    #[n(0)]
    pub community: CommunityId,
    /// The space's number.
    #[n(1)]
    pub space: u32,
    /// The manifest.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub manifest: Vec<u8>,
}

/// Answer of [`PATH_SNAPSHOT_OFFER`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct SnapshotMissing {
    /// The hashes of the parts that the hub lacks; with none missing the snapshot is handed out.
    #[cbor(n(0), with = "codec::list")]
    pub parts: Vec<Vec<u8>>,
}

/// Body of a signed request to [`PATH_SNAPSHOT_PUT`], which is answered like an offer: by what is
/// still missing.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct SnapshotPut {
    /// The community.
    #[n(0)]
    pub community: CommunityId,
    /// The space's number.
    #[n(1)]
    pub space: u32,
    /// The part.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub part: Vec<u8>,
}
