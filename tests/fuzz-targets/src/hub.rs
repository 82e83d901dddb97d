//! The hub's whole service: any method, path and body, signed or not.

use std::sync::LazyLock;

use doorknock_hub::service::{Config, Service};
use doorknock_hub::sqlite::SqliteStore;
use doorknock_model::access::{Role, SpaceKind};
use doorknock_model::ids::DocId;
use doorknock_seal::identity::HubSecret;
use doorknock_seal::request::sign_request;
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
const PATHS: [&str; 6] = [
    wire::PATH_HUB,
    wire::PATH_COMMUNITIES,
    wire::PATH_CHARTER,
    wire::PATH_APPEND,
    wire::PATH_SYNC,
    "/elsewhere",
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
    let mut entry = |n: u8| {
        town.entry(&mut writer, rounds, vec![(DocId([n; 16]), vec![n; 99])])
            .bytes
    };
    let entries = vec![entry(1), entry(2)];
    let sync = town.request(vec![start_of(0), start_of(2)], entries);
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
    town.invite(Role::Worker, &["G1"], true);
    bodies.push((wire::PATH_APPEND, town.brought(2).1));
    Scene {
        service,
        town,
        bodies,
        _folder: folder,
    }
});

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
        let sign = u8::from([wire::PATH_CHARTER, wire::PATH_SYNC].contains(path));
        seed(place, seed(sign, body))
    };
    let about = seed(6, [0]);
    SCENE.bodies.iter().map(body).chain([about]).collect()
}
