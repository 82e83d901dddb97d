//! Snapshots: offered by the office, completed part by part, read in pieces, dropped when others come.

use crate::common::{NOW, ROUNDS, World, code};
use doorknock_hub::service::{Answer, Config};
use doorknock_hub::store::{Head, HubStore};
use doorknock_seal::identity::{DeviceSecrets, Signer};
use doorknock_seal::request::sign_request;
use doorknock_seal::snapshot::{Level, Manifest, Part, part_hash};
use doorknock_sync::wire;

fn post<T: minicbor::Encode<()>>(
    world: &World,
    path: &'static str,
    by: &dyn Signer,
    body: &T,
) -> Answer {
    let body = sign_request(path, &wire::encode(body), world.community(), by);
    world.post(path, &body)
}

fn manifest(world: &World, maker: &DeviceSecrets, at: Head, parts: &[&[u8]]) -> Vec<u8> {
    let part = |bytes: &&[u8]| Part {
        hash: part_hash(bytes),
        size: u32::try_from(bytes.len()).unwrap(),
        level: Level::Now,
    };
    let manifest = Manifest {
        space: world.charter.space_by_number(ROUNDS.into()).unwrap().id,
        epoch: 0,
        position: at.position,
        running: at.running,
        made_at: NOW,
        parts: parts.iter().map(part).collect(),
    };
    manifest.sign(maker, world.community())
}

fn offer(world: &World, by: &dyn Signer, manifest: Vec<u8>) -> Answer {
    let offer = wire::SnapshotOffer {
        community: world.community(),
        space: ROUNDS,
        manifest,
    };
    post(world, wire::PATH_SNAPSHOT_OFFER, by, &offer)
}

fn put(world: &World, by: &dyn Signer, part: &[u8]) -> Answer {
    let put = wire::SnapshotPut {
        community: world.community(),
        space: ROUNDS,
        part: part.to_vec(),
    };
    post(world, wire::PATH_SNAPSHOT_PUT, by, &put)
}

fn missing(answer: &Answer) -> usize {
    assert_eq!(answer.status, 200, "{}", code(answer));
    let missing: wire::SnapshotMissing = wire::decode(&answer.body).unwrap();
    missing.parts.len()
}

fn found(world: &World, by: &dyn Signer) -> Vec<Vec<u8>> {
    let find = wire::SnapshotFind {
        community: world.community(),
        spaces: vec![ROUNDS, 99],
    };
    let answer = post(world, wire::PATH_SNAPSHOT_FIND, by, &find);
    let found: wire::SnapshotFound = wire::decode(&answer.body).unwrap();
    assert!(found.spaces.iter().all(|space| *space == ROUNDS));
    found.manifests
}

fn read(world: &World, by: &dyn Signer, part: &[u8], offset: u64, limit: u32) -> Answer {
    let read = wire::SnapshotRead {
        community: world.community(),
        space: ROUNDS,
        part: part_hash(part),
        offset,
        limit,
    };
    post(world, wire::PATH_SNAPSHOT_READ, by, &read)
}

fn piece(answer: &Answer) -> Vec<u8> {
    assert_eq!(answer.status, 200, "{}", code(answer));
    let piece: wire::SnapshotPiece = wire::decode(&answer.body).unwrap();
    piece.bytes
}

/// A world with two entries in the log; the places behind each.
fn world() -> (World, DeviceSecrets, [Head; 2]) {
    let mut world = World::new();
    let worker = world.worker(1);
    let heads = ["a", "b"].map(|text| {
        let entry = world.entry(&worker, ROUNDS, text);
        world.sync(&worker, &world.request(&[&entry], &[]));
        let space = world.charter.space_by_number(ROUNDS.into()).unwrap().id;
        world
            .service
            .store()
            .head(world.community(), space)
            .unwrap()
    });
    (world, worker, heads)
}

#[test]
fn it_is_handed_out_when_its_last_part_is_there_and_read_from_any_byte() {
    let (world, worker, [_, head]) = world();
    let parts: [&[u8]; 2] = [b"the first part", b"the second"];
    let signed = manifest(&world, &world.office, head, &parts);
    assert_eq!(missing(&offer(&world, &world.office, signed.clone())), 2);
    assert_eq!(missing(&put(&world, &world.office, parts[1])), 1);
    assert!(found(&world, &worker).is_empty(), "half of one is none");
    assert_eq!(missing(&put(&world, &world.office, parts[0])), 0);
    assert_eq!(found(&world, &worker), std::slice::from_ref(&signed));
    assert_eq!(missing(&offer(&world, &world.office, signed)), 0, "a retry");
    let size = parts[0].len() as u64;
    for offset in 0..=size {
        let got = piece(&read(&world, &worker, parts[0], offset, 5));
        let from = usize::try_from(offset).unwrap();
        assert_eq!(got, parts[0][from..(from + 5).min(parts[0].len())]);
    }
    assert!(piece(&read(&world, &worker, parts[0], u64::MAX, u32::MAX)).is_empty());
    assert_eq!(
        code(&read(&world, &worker, b"another", 0, 9)),
        "no_snapshot"
    );
}

#[test]
fn only_the_offices_devices_offer_and_only_of_the_log_that_is_here() {
    let (mut world, worker, [_, head]) = world();
    let parts: [&[u8]; 1] = [b"part"];
    let signed = manifest(&world, &world.office, head, &parts);
    let refused = |answer: &Answer| assert_eq!(code(answer), "snapshot_refused");
    refused(&offer(&world, &worker, signed.clone()));
    refused(&offer(
        &world,
        &world.office,
        manifest(&world, &worker, head, &parts),
    ));
    refused(&offer(
        &world,
        &world.office,
        manifest(&world, &world.office, head, &[]),
    ));
    refused(&offer(&world, &world.office, b"no manifest".to_vec()));
    let mut changed = signed;
    let last = changed.len() - 1;
    changed[last] ^= 1;
    refused(&offer(&world, &world.office, changed));
    refused(&put(&world, &world.office, parts[0]));
    for at in [
        Head {
            position: 3,
            ..head
        },
        Head {
            running: [1; 32],
            ..head
        },
        Head {
            position: 1,
            ..head
        },
    ] {
        let stale = offer(
            &world,
            &world.office,
            manifest(&world, &world.office, at, &parts),
        );
        assert_eq!(code(&stale), "snapshot_stale");
    }
    let stranger = DeviceSecrets::generate(&world.entropy);
    let answer = read(&world, &stranger, parts[0], 0, 9);
    assert_eq!(code(&answer), "unknown_signer");
    // An invitation is no device.
    let invite = world.invite(NOW + 1000);
    let find = wire::SnapshotFind {
        community: world.community(),
        spaces: vec![ROUNDS],
    };
    let answer = post(&world, wire::PATH_SNAPSHOT_FIND, &invite, &find);
    assert_eq!(code(&answer), "unknown_signer");
}

#[test]
fn one_of_a_log_that_the_hub_has_lost_is_not_handed_out() {
    let (world, worker, [first, second]) = world();
    for (head, part) in [(first, b"old".as_slice()), (second, b"new")] {
        let signed = manifest(&world, &world.office, head, &[part]);
        offer(&world, &world.office, signed);
        assert_eq!(missing(&put(&world, &world.office, part)), 0);
    }
    let newest = manifest(&world, &world.office, second, &[b"new"]);
    assert_eq!(found(&world, &worker), [newest]);
    // Set back to where the log had one entry, and gone on with another.
    let db = rusqlite::Connection::open(world.path()).unwrap();
    db.execute_batch("DELETE FROM entries WHERE position = 2")
        .unwrap();
    let oldest = manifest(&world, &world.office, first, &[b"old"]);
    assert_eq!(found(&world, &worker), [oldest]);
}

#[test]
fn shared_parts_are_kept_once_and_what_nobody_names_is_dropped() {
    let (world, worker, [head, _]) = world();
    let kept = || {
        let db = rusqlite::Connection::open(world.path()).unwrap();
        let count: i64 = db
            .query_row("SELECT count(*) FROM parts", [], |row| row.get(0))
            .unwrap();
        count
    };
    let mut sent = 0;
    for n in 0..5_u8 {
        let own = [b"part of ".as_slice(), &[n]].concat();
        let signed = manifest(&world, &world.office, head, &[b"shared", &own]);
        let answer = offer(&world, &world.office, signed);
        let lacks: wire::SnapshotMissing = wire::decode(&answer.body).unwrap();
        for part in [b"shared".as_slice(), &own] {
            if lacks.parts.contains(&part_hash(part).to_vec()) {
                put(&world, &world.office, part);
                sent += 1;
            }
        }
    }
    assert_eq!(sent, 2 + 4, "the shared part is sent once");
    assert_eq!(kept(), 1 + 2, "the newest two snapshots' parts");
    let newest = manifest(&world, &world.office, head, &[b"shared", b"part of \x04"]);
    assert_eq!(found(&world, &worker), [newest]);
    // One that reads the snapshot before can go on.
    assert_eq!(
        piece(&read(&world, &worker, b"part of \x03", 0, 99)),
        b"part of \x03"
    );
    assert_eq!(
        code(&read(&world, &worker, b"part of \x02", 0, 99)),
        "no_snapshot"
    );
}

#[test]
fn the_room_for_snapshots_has_an_end() {
    let mut world = World::with(Config {
        snapshot_quota: 10,
        ..Config::default()
    });
    let worker = world.worker(1);
    let entry = world.entry(&worker, ROUNDS, "a");
    world.sync(&worker, &world.request(&[&entry], &[]));
    let space = world.charter.space_by_number(ROUNDS.into()).unwrap().id;
    let head = world
        .service
        .store()
        .head(world.community(), space)
        .unwrap();
    let large = manifest(&world, &world.office, head, &[b"eleven byte"]);
    assert_eq!(code(&offer(&world, &world.office, large)), "snapshot_full");
    let small = manifest(&world, &world.office, head, &[b"ten bytes!"]);
    assert_eq!(missing(&offer(&world, &world.office, small)), 1);
}
