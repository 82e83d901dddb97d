//! What the service needs from a database to hand out snapshots. They may be thrown away at any time; the
//! log has everything.

use doorknock_model::ids::{CommunityId, SpaceId};

use super::{Hash, Head, Result};

/// A manifest to keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The manifest's hash.
    pub hash: Hash,
    /// The manifest.
    pub manifest: Vec<u8>,
    /// The place in the space's log that it is of.
    pub at: Head,
    /// Its parts in order: hash and bytes.
    pub parts: Vec<(Hash, u64)>,
}

/// What came of an offer, or of a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Offered {
    /// These parts are not here yet; with none missing the snapshot is complete.
    Missing(Vec<Hash>),
    /// The quota for snapshots is used up.
    Full,
    /// No snapshot on offer names this part.
    Unasked,
}

/// Snapshots per space: at most one on offer, and the newest two that are complete, so that a phone that
/// reads one while the next comes can go on.
pub trait SnapshotStore {
    /// Keeps a manifest on offer in the place of the one before, unless its parts alone exceed `quota`
    /// bytes. One that is complete is handed out from then on, and what no kept manifest names is
    /// dropped. One that is kept already stays.
    fn offer(
        &self,
        community: CommunityId,
        space: SpaceId,
        offer: &Offer,
        quota: u64,
    ) -> Result<Offered>;

    /// Keeps a part that the manifest on offer names.
    fn put_part(
        &self,
        community: CommunityId,
        space: SpaceId,
        hash: &Hash,
        bytes: &[u8],
    ) -> Result<Offered>;

    /// The complete snapshots of a space, the newest first: manifest and place.
    fn snapshots(&self, community: CommunityId, space: SpaceId) -> Result<Vec<(Vec<u8>, Head)>>;

    /// Bytes of a part from an offset on, at most `limit`; `None` if it is not here.
    fn read_part(
        &self,
        community: CommunityId,
        space: SpaceId,
        hash: &Hash,
        offset: u64,
        limit: usize,
    ) -> Result<Option<Vec<u8>>>;
}
