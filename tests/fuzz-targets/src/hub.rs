//! The hub's whole service: any method, path and body, signed or not.

use std::sync::LazyLock;

use doorknock_hub::service::{Config, Service};
use doorknock_hub::sqlite::SqliteStore;
use doorknock_model::access::{Role, SpaceKind};
use doorknock_model::ids::{DocId, SpaceId};
use doorknock_seal::entry::SealedEntry;
use doorknock_seal::identity::HubSecret;
use doorknock_seal::receipt::running_hash;
use doorknock_seal::request::sign_request;
use doorknock_seal::snapshot::{Level, Manifest, Part, SnapshotKeys, part_hash};
use doorknock_sync::wire;
use doorknock_tests::town::{Town, start_of};
use tempfile::TempDir;

use crate::{Target, seed};

/// See the module.
pub const TARGET: Target = Target {
    name: "hub",
    run,
    seeds,
};

const NOW: i64 = 1_795_226_400_000;
const PATHS: [&str; 10] = [
    wire::PATH_HUB,
    wire::PATH_COMMUNITIES,
    wire::PATH_CHARTER,
    wire::PATH_APPEND,
    wire::PATH_SYNC,
    "/elsewhere",
    wire::PATH_SNAPSHOT_FIND,
    wire::PATH_SNAPSHOT_READ,
    wire::PATH_SNAPSHOT_OFFER,
    wire::PATH_SNAPSHOT_PUT,
];
/// Of these, the ones that a device signs.
const SIGNED: [&str; 6] = [
    wire::PATH_CHARTER,
    wire::PATH_SYNC,
    wire::PATH_SNAPSHOT_FIND,
    wire::PATH_SNAPSHOT_READ,
    wire::PATH_SNAPSHOT_OFFER,
    wire::PATH_SNAPSHOT_PUT,
];
const METHODS: [&str; 3] = ["POST", "GET", "PUT"];

struct Scene {
    service: Service<SqliteStore>,
    town: Town,
    /// Bodies that are taken, by path.
    bodies: Vec<(&'static str, Vec<u8>)>,
    _folder: TempDir,
}

static SCENE: LazyLock<Scene> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    let store = SqliteStore::open(&folder.path().join("hub.db")).expect("a database");
    // What little there is room for keeps a long run small.
    let config = Config {
        entry_quota: 1 << 20,
        charter_quota: 1 << 20,
        snapshot_quota: 1 << 20,
        communities: 4,
        ..Config::default()
    };
    let hub = HubSecret::from_bytes(&[42; 32]);
    let service = Service::new(store, hub.clone(), config, |_| ());
    let mut town = Town::new(5, hub);
    let rounds = town.open(SpaceKind::Rounds, "G1");
    for n in 0..town.said.len() {
        let (path, body) = town.brought(n);
        assert_eq!(service.handle("POST", path, &body, NOW).status, 200);
    }
    let mut writer = town.admin.clone();
    let mut entry = |n: u8| town.entry(&mut writer, rounds, vec![(DocId([n; 16]), vec![n; 99])]);
    let entries = [entry(1), entry(2)];
    let pushed = entries.iter().map(|entry| entry.bytes.clone()).collect();
    let sync = town.request(vec![start_of(0), start_of(2)], pushed);
    // They are there before any input, so that the log is the one that the snapshot is of.
    let body = town.signed(&town.admin.secrets, &sync);
    let synced = service.handle("POST", wire::PATH_SYNC, &body, NOW);
    assert_eq!(synced.status, 200);
    let snapshots = snapshots(&service, &town, rounds, &entries);
    let charter = wire::CharterRequest {
        community: town.community(),
        from: 0,
    };
    let mut bodies = vec![
        (wire::PATH_COMMUNITIES, town.said[0].statement.clone()),
        (wire::PATH_CHARTER, wire::encode(&charter)),
        (wire::PATH_SYNC, wire::encode(&sync)),
        (wire::PATH_APPEND, town.brought(1).1),
    ];
    bodies.extend(snapshots);
    town.invite(Role::Worker, &["G1"], true);
    bodies.push((wire::PATH_APPEND, town.brought(2).1));
    Scene {
        service,
        town,
        bodies,
        _folder: folder,
    }
});

/// A snapshot of a log of these entries that names these parts.
fn manifest(town: &Town, space: SpaceId, entries: &[SealedEntry], parts: &[&Vec<u8>]) -> Vec<u8> {
    let named = |part: &&Vec<u8>| Part {
        hash: part_hash(part),
        size: u32::try_from(part.len()).expect("small"),
        level: Level::Now,
    };
    let hashes = entries.iter().map(|entry| entry.hash);
    let manifest = Manifest {
        space,
        epoch: 0,
        position: entries.len() as u64,
        running: hashes.fold([0; 32], |running, hash| running_hash(&running, &hash)),
        made_at: NOW,
        parts: parts.iter().map(named).collect(),
    };
    manifest.sign(&town.admin.secrets, town.community())
}

/// The hub hands out a snapshot, and another one is on offer of which a part never comes: so a part is taken as often as
/// it is brought.
fn snapshots(
    service: &Service<SqliteStore>,
    town: &Town,
    space: SpaceId,
    entries: &[SealedEntry],
) -> [(&'static str, Vec<u8>); 4] {
    let keys = SnapshotKeys::derive(space, 0, &town.keys[&space]);
    let part = |n: u8| keys.seal(&[0x83, 0x80, 0x80, n]).expect("small");
    let (community, number) = (town.community(), 2);
    let offer = |manifest| {
        let offer = wire::SnapshotOffer {
            community,
            space: number,
            manifest,
        };
        (wire::PATH_SNAPSHOT_OFFER, wire::encode(&offer))
    };
    let put = |part: &Vec<u8>| {
        let put = wire::SnapshotPut {
            community,
            space: number,
            part: part.clone(),
        };
        (wire::PATH_SNAPSHOT_PUT, wire::encode(&put))
    };
    let [whole, brought, missing] = [0x80, 0x81, 0x82].map(part);
    let first = manifest(town, space, &entries[..1], &[&whole]);
    for (path, body) in [offer(first), put(&whole)] {
        let body = sign_request(path, &body, community, &town.admin.secrets);
        assert_eq!(service.handle("POST", path, &body, NOW).status, 200);
    }
    let find = wire::SnapshotFind {
        community,
        spaces: vec![0, number, 9],
    };
    let read = wire::SnapshotRead {
        community,
        space: number,
        part: part_hash(&whole),
        offset: 3,
        limit: 50,
    };
    [
        offer(manifest(town, space, entries, &[&brought, &missing])),
        put(&brought),
        (wire::PATH_SNAPSHOT_FIND, wire::encode(&find)),
        (wire::PATH_SNAPSHOT_READ, wire::encode(&read)),
    ]
}

/// A byte for path and method, one for whether the body is to be signed, the body.
fn run(data: &[u8]) -> bool {
    let [place, sign, body @ ..] = data else {
        return false;
    };
    let path = PATHS[usize::from(*place) % PATHS.len()];
    let method = METHODS[usize::from(*place) / PATHS.len() % METHODS.len()];
    let Scene { service, town, .. } = &*SCENE;
    let signed = sign_request(path, body, town.community(), &town.admin.secrets);
    let body = if sign % 2 == 1 { &signed } else { body };
    let answer = service.handle(method, path, body, NOW);
    assert!(
        answer.status == 200 || (400..500).contains(&answer.status),
        "{}",
        answer.status
    );
    assert_eq!(service.metrics().sum("panics_total"), 0);
    if answer.status != 200 {
        wire::decode::<wire::Refusal>(&answer.body).expect("a refusal says why");
    }
    answer.status == 200
}

fn seeds() -> Vec<Vec<u8>> {
    let body = |(path, body): &(&str, Vec<u8>)| {
        let place = PATHS.iter().position(|p| p == path).expect("a path");
        let place = u8::try_from(place).expect("few paths");
        let sign = u8::from(SIGNED.contains(path));
        seed(place, seed(sign, body))
    };
    let about = seed(u8::try_from(PATHS.len()).expect("few paths"), [0]);
    SCENE.bodies.iter().map(body).chain([about]).collect()
}
