//! Every snapshot that an office ever offered: what a hub may still hand out that should give way to a newer one.

use std::cell::RefCell;
use std::collections::BTreeMap;

use doorknock::{Answer, Request, Transport, Unreachable};
use doorknock_seal::request::SignedRequest;
use doorknock_seal::snapshot::part_hash;
use doorknock_sync::wire::{self, SnapshotOffer, SnapshotPut};

use super::steps::Flaky;

/// Manifests and parts.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    /// How often an office made some.
    pub(super) made: u32,
    /// With their spaces' numbers, oldest first.
    pub(super) manifests: Vec<(u32, Vec<u8>)>,
    /// By their hashes.
    pub(super) parts: BTreeMap<[u8; 32], Vec<u8>>,
}

impl Shelf {
    /// Keeps what a request offers.
    fn keep(&mut self, request: &Request) -> Option<()> {
        let signed = SignedRequest::parse(&request.body).ok()?;
        match request.path {
            wire::PATH_SNAPSHOT_OFFER => {
                let offer: SnapshotOffer = wire::decode(signed.body()).ok()?;
                self.manifests.push((offer.space, offer.manifest));
            }
            wire::PATH_SNAPSHOT_PUT => {
                let put: SnapshotPut = wire::decode(signed.body()).ok()?;
                self.parts.insert(part_hash(&put.part), put.part);
            }
            _ => {}
        }
        Some(())
    }
}

/// The network of an office that offers snapshots, with somebody who keeps them all.
pub(super) struct Upload<'a> {
    pub(super) net: Flaky<'a>,
    pub(super) shelf: RefCell<&'a mut Shelf>,
}

impl Transport for Upload<'_> {
    fn exchange(&self, hub_url: &str, request: &Request) -> Result<Answer, Unreachable> {
        let _ = self.shelf.borrow_mut().keep(request);
        self.net.exchange(hub_url, request)
    }
}
