//! The same entries in any order give the same documents.

use doorknock::model::access::Role;
use doorknock::model::ids::{CommunityId, DeviceId, SpaceId};
use doorknock_hub::store::{HubStore, NewEntry, Read};
use doorknock_seal::entry::Entry;
use doorknock_store::{Options, Store};
use doorknock_tests::TestHub;
use proptest::prelude::*;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha20Rng;

use crate::histories::{Town, events, is_sound};

/// An entry as the hub keeps it.
struct Kept {
    space: SpaceId,
    device: DeviceId,
    hash: [u8; 32],
    bytes: Vec<u8>,
}

fn log_of(hub: &TestHub, community: CommunityId, spaces: &[SpaceId]) -> Vec<Kept> {
    let all = Read {
        after: 0,
        max_bytes: usize::MAX,
        max_items: usize::MAX,
        without: None,
    };
    let mut log = Vec::new();
    for space in spaces {
        for item in hub.service().store().read(community, *space, all).unwrap() {
            let bytes = item.bytes.unwrap();
            let device = Entry::parse(&bytes).unwrap().header().device;
            log.push(Kept {
                space: *space,
                device,
                hash: item.hash,
                bytes,
            });
        }
    }
    log
}

/// Every document's heads, sorted, by its id.
fn heads(town: &Town, home: &str) -> Vec<(String, Vec<[u8; 32]>)> {
    let folder = town.world.home(home);
    let key = std::fs::read(folder.join("key"))
        .unwrap()
        .try_into()
        .unwrap();
    let store = Store::open(&folder.join("home.db"), &key, Options::default()).unwrap();
    let view = store.view().unwrap();
    let mut all = Vec::new();
    for doc in view.docs().unwrap() {
        let mut hashes = view.heads(&doc).unwrap().unwrap_or_default().hashes();
        hashes.sort_unstable();
        all.push((doc.id.to_string(), hashes));
    }
    all.retain(|(_, hashes)| !hashes.is_empty());
    all.sort_unstable();
    all
}

/// A hub with the same charter, and the entries in another order.
fn hub_in_order(town: &Town, name: &str, log: &[Kept], community: CommunityId) -> TestHub {
    let from = town.world.home("hub.db");
    let path = town.world.home(name);
    // Its charter alone: the homes' logs begin anew.
    let source = rusqlite::Connection::open(&from).unwrap();
    source
        .execute("VACUUM INTO ?1", [path.to_str().unwrap()])
        .unwrap();
    let db = rusqlite::Connection::open(&path).unwrap();
    for table in ["entries", "spaces"] {
        db.execute(&format!("DELETE FROM {table}"), []).unwrap();
    }
    drop(db);
    let hub = TestHub::open(&path, &town.world.clock);
    let entry = |kept: &Kept| {
        let Kept {
            space,
            device,
            hash,
            ..
        } = *kept;
        hub.service()
            .store()
            .append(
                community,
                &[NewEntry {
                    space,
                    hash,
                    device,
                    bytes: &kept.bytes,
                }],
                u64::MAX,
            )
            .unwrap();
    };
    log.iter().for_each(entry);
    hub
}

fn config() -> ProptestConfig {
    let cases = if cfg!(debug_assertions) { 16 } else { 48 };
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_order_of_delivery_gives_the_same_documents(events in events(40), seeds in any::<[u64; 2]>()) {
        let mut town = Town::new();
        // Two desks that joined and have read nothing yet but the charter.
        let readers = ["读者甲", "读者乙"];
        for name in readers {
            let link = town.home(0).invite(Role::Staff, &[], 86_400_000, &town.world.net()).unwrap();
            let reader = town.world.create(name).unwrap();
            reader.join(&link, name, &town.world.net()).unwrap();
        }
        for event in &events {
            town.play(event);
        }
        town.sync_all();
        let office = town.home(0);
        let community = office.community().unwrap().unwrap().id;
        let expected = without_cards(office.dump_projections().unwrap());
        let office_heads = heads(&town, "office");
        let spaces = spaces_of(&town);
        let mut log = log_of(&town.world.hub, community, &spaces);
        for (name, seed) in readers.iter().zip(seeds) {
            log.shuffle(&mut ChaCha20Rng::seed_from_u64(seed));
            let hub = hub_in_order(&town, &format!("hub-{name}.db"), &log, community);
            let reader = town.world.open(name, None).unwrap();
            reader.sync(&doorknock_tests::HubNet(&hub), &mut |_| {}).unwrap();
            let status = reader.status().unwrap();
            prop_assert_eq!((status.waiting, status.quarantined), (0, 0), "{:?}", reader.quarantine().unwrap());
            prop_assert_eq!(&without_cards(reader.dump_projections().unwrap()), &expected);
            is_sound(&reader);
            prop_assert!(reader.doctor().unwrap().ok());
            drop(reader);
            let read = heads(&town, name);
            prop_assert!(office_heads.iter().all(|doc| read.contains(doc)));
        }
    }
}

/// All but the members' cards: a reader has one of its own, which nobody has read yet.
fn without_cards(mut dump: Vec<String>) -> Vec<String> {
    dump.retain(|line| !line.starts_with("member "));
    dump
}

fn spaces_of(town: &Town) -> Vec<SpaceId> {
    let folder = town.world.home("office");
    let key = std::fs::read(folder.join("key"))
        .unwrap()
        .try_into()
        .unwrap();
    let store = Store::open(&folder.join("home.db"), &key, Options::default()).unwrap();
    store
        .view()
        .unwrap()
        .spaces()
        .unwrap()
        .into_iter()
        .map(|s| s.id)
        .collect()
}
