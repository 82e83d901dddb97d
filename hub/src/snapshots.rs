//! `/v1/snapshot/…`: offered by the office's devices, read by everybody who may hold the space.

use doorknock_model::access::Role;
use doorknock_model::ids::{DeviceId, SpaceId};
use doorknock_seal::charter::Charter;
use doorknock_seal::limits::SNAPSHOT_PART_BYTES;
use doorknock_seal::snapshot::{SignedManifest, part_hash};
use doorknock_seal::{Hash, sha256};
use doorknock_sync::wire;

use crate::refusal;
use crate::service::{Asked, Service, Stop};
use crate::store::HubStore;
use crate::store::snapshots::{Offer, Offered};

impl<S: HubStore> Service<S> {
    pub(crate) fn snapshot_find(&self, body: &[u8], now_ms: i64) -> Result<Vec<u8>, Stop> {
        let Asked {
            signer,
            request,
            charter,
        } = self.asked(
            wire::PATH_SNAPSHOT_FIND,
            body,
            |r: &wire::SnapshotFind| r.community,
            false,
            now_ms,
        )?;
        let mut found = wire::SnapshotFound::default();
        let mut bytes = 0;
        for number in request.spaces.into_iter().take(wire::CURSORS_LIMIT) {
            let Some(space) = held(&charter, DeviceId(signer), number) else {
                continue;
            };
            // One that this log does not continue is of a log that the hub has lost since.
            for (manifest, at) in self.store.snapshots(charter.community(), space)? {
                let here = self
                    .store
                    .running(charter.community(), space, at.position)?;
                if here == Some(at.running) && bytes + manifest.len() <= wire::ANSWER_LIMIT / 2 {
                    bytes += manifest.len();
                    found.spaces.push(number);
                    found.manifests.push(manifest);
                    break;
                }
            }
        }
        Ok(wire::encode(&found))
    }

    pub(crate) fn snapshot_read(&self, body: &[u8], now_ms: i64) -> Result<Vec<u8>, Stop> {
        let Asked {
            signer,
            request,
            charter,
        } = self.asked(
            wire::PATH_SNAPSHOT_READ,
            body,
            |r: &wire::SnapshotRead| r.community,
            false,
            now_ms,
        )?;
        let space = held(&charter, DeviceId(signer), request.space).ok_or(refusal::NO_SNAPSHOT)?;
        let limit = request.limit.min(wire::PULL_LIMIT) as usize;
        let (part, offset) = (&request.part, request.offset);
        let community = charter.community();
        let bytes = self
            .store
            .read_part(community, space, part, offset, limit)?
            .ok_or(refusal::NO_SNAPSHOT)?;
        Ok(wire::encode(&wire::SnapshotPiece { bytes }))
    }

    pub(crate) fn snapshot_offer(&self, body: &[u8], now_ms: i64) -> Result<Vec<u8>, Stop> {
        let Asked {
            signer,
            request,
            charter,
        } = self.asked(
            wire::PATH_SNAPSHOT_OFFER,
            body,
            |r: &wire::SnapshotOffer| r.community,
            false,
            now_ms,
        )?;
        let space = offering(&charter, DeviceId(signer), request.space)?;
        let signed =
            SignedManifest::parse(&request.manifest).map_err(|_| refusal::SNAPSHOT_REFUSED)?;
        let manifest = signed.manifest();
        let maker = charter
            .device(signed.maker())
            .filter(|device| offering(&charter, device.id, request.space).is_ok());
        let honest = maker.is_some_and(|m| signed.verify(&m.sign_key, charter.community()));
        if !honest || manifest.space != space || manifest.parts.is_empty() {
            return Err(refusal::SNAPSHOT_REFUSED.into());
        }
        let community = charter.community();
        let here = self.store.running(community, space, manifest.position)?;
        if here != Some(manifest.running) {
            return Err(refusal::SNAPSHOT_STALE.into());
        }
        let offer = Offer {
            hash: sha256(&[&request.manifest]),
            at: crate::store::Head {
                position: manifest.position,
                running: manifest.running,
            },
            parts: manifest
                .parts
                .iter()
                .map(|part| (part.hash, part.size.into()))
                .collect(),
            manifest: request.manifest,
        };
        let quota = self.config.snapshot_quota;
        offered(self.store.offer(community, space, &offer, quota)?)
    }

    pub(crate) fn snapshot_put(&self, body: &[u8], now_ms: i64) -> Result<Vec<u8>, Stop> {
        let Asked {
            signer,
            request,
            charter,
        } = self.asked(
            wire::PATH_SNAPSHOT_PUT,
            body,
            |r: &wire::SnapshotPut| r.community,
            false,
            now_ms,
        )?;
        let space = offering(&charter, DeviceId(signer), request.space)?;
        if request.part.len() > SNAPSHOT_PART_BYTES {
            return Err(refusal::TOO_LARGE.into());
        }
        let (community, hash) = (charter.community(), part_hash(&request.part));
        let kept = self
            .store
            .put_part(community, space, &hash, &request.part)?;
        offered(kept)
    }
}

/// The space of this number, if the device may hold it.
fn held(charter: &Charter, device: DeviceId, number: u32) -> Option<SpaceId> {
    let space = charter.space_by_number(number.into())?.id;
    charter.may_hold(device, space).then_some(space)
}

/// The space, if the device is the office's and may hold it: whoever makes a snapshot is believed in what
/// others wrote.
fn offering(charter: &Charter, device: DeviceId, number: u32) -> Result<SpaceId, Stop> {
    let role = charter.member_of(device).and_then(|member| member.role);
    held(charter, device, number)
        .filter(|_| matches!(role, Some(Role::Admin | Role::Staff)))
        .ok_or_else(|| refusal::SNAPSHOT_REFUSED.into())
}

fn offered(offered: Offered) -> Result<Vec<u8>, Stop> {
    let list = |hashes: Vec<Hash>| hashes.into_iter().map(|hash| hash.to_vec()).collect();
    match offered {
        Offered::Missing(hashes) => Ok(wire::encode(&wire::SnapshotMissing {
            parts: list(hashes),
        })),
        Offered::Full => Err(refusal::SNAPSHOT_FULL.into()),
        Offered::Unasked => Err(refusal::SNAPSHOT_REFUSED.into()),
    }
}
