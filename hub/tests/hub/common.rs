//! A small community behind a hub, for the tests: an office device that is admin, and workers.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use doorknock_hub::service::{Answer, Config, Service};
use doorknock_hub::sqlite::SqliteStore;
use doorknock_model::Entropy;
use doorknock_model::access::{Role, SpaceKind};
use doorknock_model::ids::{CommunityId, GridId, Incarnation, MemberId, SpaceId};
use doorknock_seal::charter::Charter;
use doorknock_seal::entry::{EntryParams, SealedEntry, SpaceKeys, seal_entry};
use doorknock_seal::identity::{DeviceSecrets, HubSecret, InviteSecret, Signer};
use doorknock_seal::request::sign_request;
use doorknock_seal::sha256;
use doorknock_seal::wrap::{EpochKey, Wrap, wrap_key};
use doorknock_sync::wire::{self, Cursor, SyncRequest, SyncResponse};

pub(crate) const NOW: i64 = 1_790_000_000_000;
pub(crate) const DAY: i64 = 24 * 60 * 60 * 1000;
pub(crate) const COMMON: u32 = 0;
pub(crate) const STAFF: u32 = 1;
pub(crate) const ROUNDS: u32 = 2;

/// The same "random" bytes in every run.
#[derive(Default)]
pub(crate) struct Seeded(AtomicU64);

impl Entropy for Seeded {
    fn fill(&self, out: &mut [u8]) {
        for block in out.chunks_mut(32) {
            let n = self.0.fetch_add(1, Ordering::Relaxed);
            let bytes = sha256(&[&n.to_be_bytes()]);
            block.copy_from_slice(&bytes[..block.len()]);
        }
    }
}

/// A hub with one community: the office (admin), and one grid with its rounds space.
pub(crate) struct World {
    pub(crate) dir: tempfile::TempDir,
    pub(crate) hub: HubSecret,
    pub(crate) service: Service<SqliteStore>,
    pub(crate) office: DeviceSecrets,
    pub(crate) charter: Charter,
    pub(crate) genesis: Vec<u8>,
    pub(crate) grid: GridId,
    pub(crate) keys: Vec<(SpaceId, EpochKey)>,
    pub(crate) entropy: Seeded,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(Config::default())
    }

    pub(crate) fn with(config: Config) -> Self {
        let entropy = Seeded::default();
        let hub = HubSecret::generate(&entropy);
        let office = DeviceSecrets::generate(&entropy);
        let keys = [EpochKey::generate(&entropy), EpochKey::generate(&entropy)];
        let rescue = DeviceSecrets::generate(&entropy).hpke_key();
        let member = MemberId([9; 16]);
        let genesis = Charter::genesis(&office, hub.key(), rescue, member, &keys[0], &keys[1], NOW);
        let charter = Charter::found(&genesis).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let service = start(&dir.path().join("hub.db"), &hub, config);
        let grid = charter.community().grid("3");
        let spaces = charter.spaces().iter().map(|space| space.id);
        let keys = spaces.zip(keys).collect();
        let mut world = Self {
            dir,
            hub,
            service,
            office,
            charter,
            genesis,
            grid,
            keys,
            entropy,
        };
        let founded = world.post(wire::PATH_COMMUNITIES, &world.genesis);
        assert_eq!(founded.status, 200);
        world.create_space(SpaceKind::Rounds);
        world
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.dir.path().join("hub.db")
    }

    pub(crate) fn community(&self) -> CommunityId {
        self.charter.community()
    }

    pub(crate) fn post(&self, path: &str, body: &[u8]) -> Answer {
        self.service.handle("POST", path, body, NOW)
    }

    /// Appends a statement at the hub and to the charter.
    pub(crate) fn append(&mut self, statement: &[u8], wraps: &[Wrap]) {
        let answer = self.post(
            wire::PATH_APPEND,
            &append_body(&self.charter, statement, wraps),
        );
        assert_eq!(answer.status, 200, "{}", code(&answer));
        self.charter.extend(statement).unwrap();
    }

    pub(crate) fn create_space(&mut self, kind: SpaceKind) {
        let key = EpochKey::generate(&self.entropy);
        let space = self.charter.space_id(kind, self.grid);
        let community = self.community();
        let wraps: Vec<Wrap> = self
            .charter
            .entitled(kind, self.grid, NOW)
            .iter()
            .map(|to| wrap_key(community, space, 0, &key, to, &self.entropy).unwrap())
            .collect();
        let made = self
            .charter
            .space_created(&self.office, kind, self.grid, &key, &wraps, NOW);
        self.append(&made, &wraps);
        self.keys.push((space, key));
    }

    /// Issues an invitation for a worker of the grid that ends at `expires_at`.
    pub(crate) fn invite(&mut self, expires_at: i64) -> InviteSecret {
        let invite = InviteSecret::generate(&self.entropy);
        let to = doorknock_seal::wrap::Recipient {
            id: invite.signer_id(),
            hpke_key: invite.hpke_key(),
        };
        let grids = [self.grid];
        let wraps: Vec<Wrap> = self
            .charter
            .entitled_spaces(Role::Worker, &grids)
            .iter()
            .map(|space| {
                let (_, key) = self.keys.iter().find(|(id, _)| id == space).unwrap();
                wrap_key(self.community(), *space, 0, key, &to, &self.entropy).unwrap()
            })
            .collect();
        let issued = self.charter.invite_issued(
            &self.office,
            &invite,
            Role::Worker,
            &grids,
            expires_at,
            &wraps,
            NOW,
        );
        self.append(&issued, &wraps);
        invite
    }

    /// A worker of the grid, joined.
    pub(crate) fn worker(&mut self, member: u8) -> DeviceSecrets {
        let invite = self.invite(NOW + DAY);
        let device = DeviceSecrets::generate(&self.entropy);
        let joined = self
            .charter
            .device_joined(&invite, &device, MemberId([member; 16]), NOW);
        self.append(&joined, &[]);
        device
    }

    /// An entry of a device in a space, by the space's number.
    pub(crate) fn entry(&self, device: &DeviceSecrets, space: u32, text: &str) -> SealedEntry {
        let (id, key) = &self.keys[space as usize];
        let keys = SpaceKeys::derive(*id, 0, key);
        let params = EntryParams {
            community: self.community(),
            incarnation: Incarnation::default(),
            sequence: 0,
            previous: [0; 32],
        };
        let body = text.as_bytes().to_vec();
        seal_entry(&params, &keys, device, &[body], &self.entropy).unwrap()
    }

    /// A request that pushes these entries and asks for these spaces from the start.
    pub(crate) fn request(&self, entries: &[&SealedEntry], spaces: &[u32]) -> SyncRequest {
        let cursor = |space: &u32| Cursor {
            space: *space,
            position: 0,
            running: [0; 4],
        };
        SyncRequest {
            community: self.community(),
            charter_length: self.charter.len(),
            charter_head: self.charter.head()[..8].try_into().unwrap(),
            cursors: spaces.iter().map(cursor).collect(),
            entries: entries.iter().map(|entry| entry.bytes.clone()).collect(),
            limit: wire::DEFAULT_ANSWER_LIMIT,
            own: false,
        }
    }

    pub(crate) fn signed(&self, device: &dyn Signer, request: &SyncRequest) -> Vec<u8> {
        sign_request(
            wire::PATH_SYNC,
            &wire::encode(request),
            request.community,
            device,
        )
    }

    pub(crate) fn try_sync(&self, device: &dyn Signer, request: &SyncRequest) -> Answer {
        self.post(wire::PATH_SYNC, &self.signed(device, request))
    }

    pub(crate) fn sync(&self, device: &dyn Signer, request: &SyncRequest) -> SyncResponse {
        let answer = self.try_sync(device, request);
        assert_eq!(answer.status, 200, "{}", code(&answer));
        wire::decode(&answer.body).unwrap()
    }
}

/// A service over the database at this path.
pub(crate) fn start(
    path: &std::path::Path,
    hub: &HubSecret,
    config: Config,
) -> Service<SqliteStore> {
    Service::new(
        SqliteStore::open(path).unwrap(),
        hub.clone(),
        config,
        |_| (),
    )
}

pub(crate) fn append_body(charter: &Charter, statement: &[u8], wraps: &[Wrap]) -> Vec<u8> {
    wire::encode(&wire::AppendRequest {
        community: charter.community(),
        statement: statement.to_vec(),
        wraps: wraps.iter().map(Wrap::to_bytes).collect(),
    })
}

/// The code of a refusal; empty for a success.
pub(crate) fn code(answer: &Answer) -> String {
    match answer.status {
        200 => String::new(),
        _ => wire::decode::<wire::Refusal>(&answer.body).unwrap().code,
    }
}
