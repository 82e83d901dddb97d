//! B10: a whole community's documents, from what a hub hands to a new phone, against automerge's own sync
//! of the same documents. Neither has a database (docs/adr/0020-a-first-sync-against-automerge.md).

use std::collections::HashSet;
use std::path::Path;
use std::time::Instant;

use automerge::Automerge;
use automerge::sync::{State, SyncDoc};
use doorknock::model::ids::{CommunityId, DocId, SpaceId};
use doorknock_hub::store::snapshots::SnapshotStore;
use doorknock_replica::change::genesis;
use doorknock_replica::pack::Pack;
use doorknock_seal::snapshot::{SignedManifest, SnapshotKeys};
use doorknock_seal::wrap::EpochKey;
use doorknock_store::{Options, Store};
use doorknock_tests::World;

use crate::Failure;

/// Sealed parts of snapshots as the hub keeps them, each space's with its keys.
pub(crate) struct Parts {
    community: CommunityId,
    spaces: Vec<(SpaceId, SnapshotKeys, Vec<Vec<u8>>)>,
}

fn open(home: &Path) -> Result<Store, Failure> {
    let key: [u8; 32] = std::fs::read(home.join("key"))?
        .try_into()
        .map_err(|_| "no key")?;
    Ok(Store::open(
        &home.join("home.db"),
        &key,
        Options::default(),
    )?)
}

/// The newest snapshots that a home may read.
pub(crate) fn parts(world: &World, home: &Path) -> Result<Parts, Failure> {
    let store = open(home)?;
    let view = store.view()?;
    let community = view.meta("community")?.ok_or("no community")?;
    let community = CommunityId::from_slice(&community).ok_or("no community")?;
    let hub = world.hub.service().store();
    let mut spaces = Vec::new();
    for space in view.spaces()? {
        let kept = hub.snapshots(community, space.id)?;
        let Some((manifest, _)) = kept.first() else {
            continue;
        };
        let signed = SignedManifest::parse(manifest)?;
        let manifest = signed.manifest();
        let keys = view.space_keys(space.n)?;
        let (epoch, key) = (keys.into_iter().find(|(epoch, _)| *epoch == manifest.epoch))
            .ok_or("a space's key is missing")?;
        let keys = SnapshotKeys::derive(space.id, epoch, &EpochKey::from_bytes(&key));
        let read = |part: &doorknock_seal::snapshot::Part| {
            let bytes = hub.read_part(community, space.id, &part.hash, 0, part.size as usize)?;
            bytes.ok_or_else(|| Failure::from("a part is missing"))
        };
        let sealed: Result<Vec<_>, Failure> = manifest.parts.iter().map(read).collect();
        spaces.push((space.id, keys, sealed?));
    }
    Ok(Parts { community, spaces })
}

/// The packed documents in a part's body.
fn packs(body: &[u8]) -> Result<Vec<Vec<u8>>, Failure> {
    let mut d = minicbor::Decoder::new(body);
    d.array()?;
    let count = d.array()?.ok_or("no count")?;
    Ok((0..count)
        .map(|_| d.bytes().map(<[u8]>::to_vec))
        .collect::<Result<_, _>>()?)
}

/// What a first sync does with documents: every part opened and authenticated, every history unpacked, its
/// values there to be read. Microseconds, and the documents.
pub(crate) fn unpacked(parts: &Parts) -> Result<(f64, Vec<(SpaceId, Pack)>), Failure> {
    let mut docs = Vec::new();
    let start = Instant::now();
    for (space, keys, sealed) in &parts.spaces {
        for part in sealed {
            for pack in packs(&keys.open(part)?)? {
                let pack = Pack::decode(&pack)?;
                let (authors, numbers) = (pack.actors(parts.community, *space), pack.numbers()?);
                if authors.is_empty() || numbers.len() != pack.changes.len() {
                    return Err("a pack has no authors".into());
                }
                docs.push((*space, pack));
            }
        }
    }
    Ok((start.elapsed().as_secs_f64() * 1e6, docs))
}

/// What is left to quiet moments: every change built, its hash made, every document loaded by automerge and
/// its heads compared with those that were named. Microseconds.
pub(crate) fn built(parts: &Parts, docs: &[(SpaceId, Pack)]) -> Result<f64, Failure> {
    let start = Instant::now();
    for (space, pack) in docs {
        let mut bytes = genesis(pack.kind).bytes;
        for (_, change) in pack.build(parts.community, *space)? {
            bytes.extend_from_slice(&change.bytes);
        }
        let heads = Automerge::load(&bytes)?.get_heads();
        let named = |head: &automerge::ChangeHash| pack.heads.iter().any(|h| h.1 == head.0);
        if heads.len() != pack.heads.len() || !heads.iter().all(named) {
            return Err("a document is not what its pack says".into());
        }
    }
    Ok(start.elapsed().as_secs_f64() * 1e6)
}

/// automerge's own sync of these documents of a home to a peer that has none.
pub(crate) fn automerge_sync(home: &Path, wanted: &HashSet<DocId>) -> Result<f64, Failure> {
    let store = open(home)?;
    let view = store.view()?;
    let (mut seconds, mut synced) = (0.0, 0);
    for doc in view.docs()?.into_iter().filter(|d| wanted.contains(&d.id)) {
        let mut bytes = genesis(doc.kind).bytes;
        view.chunks_of(doc.ord)?
            .iter()
            .for_each(|chunk| bytes.extend_from_slice(&chunk.change));
        let mut from = Automerge::load(&bytes)?;
        let (mut to, mut here, mut there) = (Automerge::new(), State::new(), State::new());
        let start = Instant::now();
        loop {
            let one = from.generate_sync_message(&mut here);
            let other = to.generate_sync_message(&mut there);
            if one.is_none() && other.is_none() {
                break;
            }
            if let Some(message) = one {
                to.receive_sync_message(&mut there, message)?;
            }
            if let Some(message) = other {
                from.receive_sync_message(&mut here, message)?;
            }
        }
        seconds += start.elapsed().as_secs_f64();
        synced += 1;
        if from.get_heads() != to.get_heads() {
            return Err("automerge did not sync".into());
        }
    }
    if synced != wanted.len() {
        return Err(format!("{synced} of {} documents were synced", wanted.len()).into());
    }
    Ok(seconds * 1e6)
}
