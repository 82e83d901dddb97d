//! A community without homes: its charter, its keys and its devices, for tests and loads that make entries and
//! requests themselves.

use std::collections::BTreeMap;

use doorknock::model::access::{Role, SpaceKind};
use doorknock::model::ids::{CommunityId, DocId, GridId, Incarnation, MemberId, SpaceId};
use doorknock::model::random;
use doorknock_seal::charter::Charter;
use doorknock_seal::entry::{EntryParams, SealedEntry, SpaceKeys, seal_entry};
use doorknock_seal::identity::{DeviceSecrets, HubSecret, InviteSecret};
use doorknock_seal::request::sign_request;
use doorknock_seal::wrap::{EpochKey, HpkeSecret, Recipient, Wrap, wrap_key};
use doorknock_sync::wire::{self, Cursor, SyncRequest};

use crate::SeededEntropy;
use crate::world::START_MS;

const WEEK_MS: i64 = 7 * 86_400_000;

/// A statement with the key wraps that go with it.
#[derive(Debug, Clone)]
pub struct Said {
    /// The statement.
    pub statement: Vec<u8>,
    /// The wraps, in the order hashed.
    pub wraps: Vec<Wrap>,
}

/// A device and its place in the chains of its entries.
#[derive(Clone)]
pub struct Writer {
    /// Its keys.
    pub secrets: DeviceSecrets,
    /// The incarnation it writes as.
    pub incarnation: Incarnation,
    chains: BTreeMap<SpaceId, (u64, [u8; 32])>,
}

/// A charter and all secrets behind it.
pub struct Town {
    /// Randomness, from the seed.
    pub entropy: SeededEntropy,
    /// The hub that the charter names.
    pub hub: HubSecret,
    /// The rescue kit's key.
    pub rescue: HpkeSecret,
    /// The first admin's device.
    pub admin: Writer,
    /// The charter as it stands.
    pub charter: Charter,
    /// All that was said, from the first statement on.
    pub said: Vec<Said>,
    /// The first key of each space.
    pub keys: BTreeMap<SpaceId, EpochKey>,
}

impl Writer {
    fn new(entropy: &SeededEntropy) -> Self {
        Self {
            secrets: DeviceSecrets::generate(entropy),
            incarnation: Incarnation(random(entropy)),
            chains: BTreeMap::new(),
        }
    }
}

#[allow(clippy::expect_used)] // a test's own ground
impl Town {
    /// A community of one admin at the hub with this secret.
    ///
    /// # Panics
    /// Never: a charter takes its own first statement.
    #[must_use]
    pub fn new(seed: u64, hub: HubSecret) -> Self {
        let entropy = SeededEntropy::new(seed);
        let rescue = HpkeSecret::generate(&entropy);
        let admin = Writer::new(&entropy);
        let keys = [EpochKey::generate(&entropy), EpochKey::generate(&entropy)];
        let member = MemberId(random(&entropy));
        let (hub_key, rescue_key) = (hub.key(), rescue.key());
        let statement = Charter::genesis(
            &admin.secrets,
            hub_key,
            rescue_key,
            member,
            &keys[0],
            &keys[1],
            START_MS,
        );
        let charter = Charter::found(&statement).expect("a first statement");
        let spaces = charter.spaces().iter().map(|space| space.id);
        let keys = spaces.zip(keys).collect();
        let wraps = Vec::new();
        let said = vec![Said { statement, wraps }];
        Self {
            entropy,
            hub,
            rescue,
            admin,
            charter,
            said,
            keys,
        }
    }

    /// The community.
    #[must_use]
    pub fn community(&self) -> CommunityId {
        self.charter.community()
    }

    /// Adds a statement to the charter.
    ///
    /// # Panics
    /// If the charter refuses it.
    pub fn say(&mut self, statement: Vec<u8>, wraps: Vec<Wrap>) {
        self.charter
            .extend(&statement)
            .expect("the charter takes it");
        self.said.push(Said { statement, wraps });
    }

    /// Opens a space of a grid.
    ///
    /// # Panics
    /// If there is one already.
    pub fn open(&mut self, kind: SpaceKind, grid: &str) -> SpaceId {
        let grid = self.community().grid(grid);
        let key = EpochKey::generate(&self.entropy);
        let space = self.charter.space_id(kind, grid);
        let to = self.charter.entitled(kind, grid, START_MS);
        let wraps = self.wraps(&[(space, &key)], &to);
        let made =
            self.charter
                .space_created(&self.admin.secrets, kind, grid, &key, &wraps, START_MS);
        self.say(made, wraps);
        self.keys.insert(space, key);
        space
    }

    fn wraps(&self, keys: &[(SpaceId, &EpochKey)], to: &[Recipient]) -> Vec<Wrap> {
        let wrap = |(space, key): &(SpaceId, &EpochKey), to| {
            wrap_key(self.community(), *space, 0, key, to, &self.entropy).expect("usable keys")
        };
        let each = |to| keys.iter().map(move |key| wrap(key, to));
        to.iter().flat_map(each).collect()
    }

    /// Invites somebody, with the keys of their spaces if they are to read.
    ///
    /// # Panics
    /// Never: an admin may.
    pub fn invite(&mut self, role: Role, grids: &[&str], keys: bool) -> InviteSecret {
        let invite = InviteSecret::generate(&self.entropy);
        let grids: Vec<GridId> = grids
            .iter()
            .map(|code| self.community().grid(code))
            .collect();
        let spaces = if keys {
            self.charter.entitled_spaces(role, &grids)
        } else {
            Vec::new()
        };
        let keys: Vec<_> = spaces
            .iter()
            .map(|space| (*space, &self.keys[space]))
            .collect();
        let to = Recipient {
            id: invite.invite_id().0,
            hpke_key: invite.hpke_key(),
        };
        let wraps = self.wraps(&keys, &[to]);
        let (admin, until) = (&self.admin.secrets, START_MS + WEEK_MS);
        let issued = self
            .charter
            .invite_issued(admin, &invite, role, &grids, until, &wraps, START_MS);
        self.say(issued, wraps);
        invite
    }

    /// A new member's device uses an invitation.
    ///
    /// # Panics
    /// If it was used before.
    pub fn join(&mut self, invite: &InviteSecret) -> Writer {
        let writer = Writer::new(&self.entropy);
        let member = MemberId(random(&self.entropy));
        let joined = self
            .charter
            .device_joined(invite, &writer.secrets, member, START_MS);
        self.say(joined, Vec::new());
        writer
    }

    /// The keys with which a space is sealed.
    ///
    /// # Panics
    /// If there is no such space.
    #[must_use]
    pub fn space_keys(&self, space: SpaceId) -> SpaceKeys {
        SpaceKeys::derive(space, 0, &self.keys[&space])
    }

    /// A writer's next entry in a space.
    ///
    /// # Panics
    /// If the format cannot express it.
    pub fn entry(
        &self,
        writer: &mut Writer,
        space: SpaceId,
        bodies: Vec<(DocId, Vec<u8>)>,
    ) -> SealedEntry {
        let (sequence, previous) = writer.chains.get(&space).copied().unwrap_or_default();
        let (community, incarnation) = (self.community(), writer.incarnation);
        let params = EntryParams {
            community,
            incarnation,
            sequence,
            previous,
        };
        let plain: Vec<_> = bodies.into_iter().map(|(_, body)| body).collect();
        let keys = self.space_keys(space);
        let sealed = seal_entry(&params, &keys, &writer.secrets, &plain, &self.entropy);
        let sealed = sealed.expect("within the limits");
        writer.chains.insert(space, (sequence + 1, sealed.hash));
        sealed
    }

    /// What a device that knows the whole charter asks of the hub, and brings.
    #[must_use]
    pub fn request(&self, cursors: Vec<Cursor>, entries: Vec<Vec<u8>>) -> SyncRequest {
        let mut charter_head = [0; 8];
        charter_head.copy_from_slice(&self.charter.head()[..8]);
        SyncRequest {
            community: self.community(),
            charter_length: self.charter.len(),
            charter_head,
            cursors,
            entries,
            limit: wire::DEFAULT_ANSWER_LIMIT,
            own: false,
        }
    }

    /// The same, signed.
    #[must_use]
    pub fn signed(&self, device: &DeviceSecrets, request: &SyncRequest) -> Vec<u8> {
        sign_request(
            wire::PATH_SYNC,
            &wire::encode(request),
            self.community(),
            device,
        )
    }

    /// What brings the n-th statement to the hub: its path and body.
    #[must_use]
    pub fn brought(&self, n: usize) -> (&'static str, Vec<u8>) {
        let Said { statement, wraps } = &self.said[n];
        if n == 0 {
            return (wire::PATH_COMMUNITIES, statement.clone());
        }
        let append = wire::AppendRequest {
            community: self.community(),
            statement: statement.clone(),
            wraps: wraps.iter().map(Wrap::to_bytes).collect(),
        };
        (wire::PATH_APPEND, wire::encode(&append))
    }
}

/// The place before a space's first entry.
#[must_use]
pub const fn start_of(space: u32) -> Cursor {
    Cursor {
        space,
        position: 0,
        running: [0; 4],
    }
}
