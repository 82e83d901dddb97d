//! What the tests of this crate share: seeded randomness and a small community.
#![allow(dead_code, reason = "each test file uses its own part")]

pub(crate) mod forge;

use std::sync::atomic::{AtomicU64, Ordering};

use doorknock_model::access::{Role, SpaceKind};
use doorknock_model::ids::{CommunityId, GridId, MemberId, SpaceId};
use doorknock_model::{Entropy, random};
use doorknock_seal::charter::Charter;
use doorknock_seal::identity::{DeviceSecrets, HubSecret, InviteSecret};
use doorknock_seal::sha256;
use doorknock_seal::wrap::{EpochKey, HpkeSecret, Recipient, Wrap, wrap_key};

/// Block n is SHA-256 of seed and n.
pub(crate) struct Seeded(u64, AtomicU64);

impl Seeded {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed, AtomicU64::new(0))
    }
}

impl Entropy for Seeded {
    fn fill(&self, out: &mut [u8]) {
        for chunk in out.chunks_mut(32) {
            let n = self.1.fetch_add(1, Ordering::Relaxed);
            let block = sha256(&[&self.0.to_be_bytes(), &n.to_be_bytes()]);
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
    }
}

pub(crate) const AT: i64 = 1_790_000_000_000;
pub(crate) const DAY: i64 = 86_400_000;
pub(crate) const GRID: GridId = GridId([0x11; 16]);
pub(crate) const OTHER_GRID: GridId = GridId([0x22; 16]);

/// A community of one admin, with nothing but its first statement.
pub(crate) struct World {
    pub(crate) entropy: Seeded,
    pub(crate) hub: HubSecret,
    pub(crate) rescue: HpkeSecret,
    pub(crate) admin: DeviceSecrets,
    pub(crate) common: EpochKey,
    pub(crate) staff: EpochKey,
    pub(crate) genesis: Vec<u8>,
    pub(crate) charter: Charter,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::seeded(1)
    }

    pub(crate) fn seeded(seed: u64) -> Self {
        let entropy = Seeded::new(seed);
        let hub = HubSecret::generate(&entropy);
        let rescue = HpkeSecret::generate(&entropy);
        let admin = DeviceSecrets::generate(&entropy);
        let (common, staff) = (EpochKey::generate(&entropy), EpochKey::generate(&entropy));
        let member = MemberId(random(&entropy));
        let genesis =
            Charter::genesis(&admin, hub.key(), rescue.key(), member, &common, &staff, AT);
        let charter = Charter::found(&genesis).unwrap();
        Self {
            entropy,
            hub,
            rescue,
            admin,
            common,
            staff,
            genesis,
            charter,
        }
    }

    pub(crate) fn community(&self) -> CommunityId {
        self.charter.community()
    }

    pub(crate) fn wraps(&self, space: SpaceId, key: &EpochKey, to: &[Recipient]) -> Vec<Wrap> {
        let wrap = |to| wrap_key(self.community(), space, 0, key, to, &self.entropy).unwrap();
        to.iter().map(wrap).collect()
    }

    /// Creates a space and gives its key.
    pub(crate) fn create_space(&mut self, kind: SpaceKind, grid: GridId) -> (SpaceId, EpochKey) {
        let key = EpochKey::generate(&self.entropy);
        let space = self.charter.space_id(kind, grid);
        let wraps = self.wraps(space, &key, &self.charter.entitled(kind, grid, AT));
        let statement = self
            .charter
            .space_created(&self.admin, kind, grid, &key, &wraps, AT);
        self.charter.extend(&statement).unwrap();
        (space, key)
    }

    /// Issues an invitation that expires a day after [`AT`].
    pub(crate) fn invite(&mut self, role: Role, grids: &[GridId]) -> InviteSecret {
        let invite = InviteSecret::generate(&self.entropy);
        let statement =
            self.charter
                .invite_issued(&self.admin, &invite, role, grids, AT + DAY, &[], AT);
        self.charter.extend(&statement).unwrap();
        invite
    }

    /// Lets a new member in by an invitation.
    pub(crate) fn join(&mut self, invite: &InviteSecret) -> DeviceSecrets {
        let device = DeviceSecrets::generate(&self.entropy);
        let member = MemberId(random(&self.entropy));
        let statement = self.charter.device_joined(invite, &device, member, AT);
        self.charter.extend(&statement).unwrap();
        device
    }

    /// A member of this role and these grids.
    pub(crate) fn admit(&mut self, role: Role, grids: &[GridId]) -> DeviceSecrets {
        let invite = self.invite(role, grids);
        self.join(&invite)
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
