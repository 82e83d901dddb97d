//! Whatever is sent, the hub answers with 200 or a 4xx that says why, and does not panic.

use std::sync::LazyLock;

use doorknock_hub::service::Answer;
use doorknock_model::ids::MemberId;
use doorknock_seal::identity::DeviceSecrets;
use doorknock_seal::request::sign_request;
use doorknock_sync::wire::{self, Cursor};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::common::{COMMON, DAY, NOW, ROUNDS, World, append_body, code};

const PATHS: [&str; 6] = [
    wire::PATH_HUB,
    wire::PATH_COMMUNITIES,
    wire::PATH_CHARTER,
    wire::PATH_APPEND,
    wire::PATH_SYNC,
    "/elsewhere",
];

/// A hub, and for each path a body that it takes.
struct Target {
    world: World,
    bodies: Vec<(&'static str, Vec<u8>)>,
}

static TARGET: LazyLock<Target> = LazyLock::new(|| {
    let mut world = World::new();
    let invite = world.invite(NOW + DAY);
    let device = DeviceSecrets::generate(&world.entropy);
    let joined = world
        .charter
        .device_joined(&invite, &device, MemberId([1; 16]), NOW);
    let charter = wire::encode(&wire::CharterRequest {
        community: world.community(),
        from: 0,
    });
    let entries = [COMMON, ROUNDS].map(|space| world.entry(&world.office, space, "text"));
    let request = world.request(&[&entries[0], &entries[1]], &[COMMON, ROUNDS]);
    let bodies = vec![
        (wire::PATH_COMMUNITIES, world.genesis.clone()),
        (wire::PATH_CHARTER, charter),
        (wire::PATH_APPEND, append_body(&world.charter, &joined, &[])),
        (wire::PATH_SYNC, wire::encode(&request)),
    ];
    Target { world, bodies }
});

fn is_signed(path: &str) -> bool {
    [wire::PATH_CHARTER, wire::PATH_SYNC].contains(&path)
}

fn sign(world: &World, path: &str, body: &[u8]) -> Vec<u8> {
    sign_request(path, body, world.community(), &world.office)
}

/// 200, or a 4xx with a readable refusal; never a caught panic.
fn check(world: &World, answer: &Answer) {
    assert!(
        answer.status == 200 || (400..500).contains(&answer.status),
        "{}",
        answer.status
    );
    assert_eq!(answer.status == 200, code(answer).is_empty());
    assert_eq!(world.service.metrics().sum("panics_total"), 0);
}

/// Small damage: bytes changed, cut out, doubled or put in.
#[derive(Debug, Clone)]
enum Damage {
    Set(Index, u8),
    Cut(Index, Index),
    Double(Index, Index),
    Insert(Index, Vec<u8>),
}

fn damage() -> impl Strategy<Value = Damage> {
    let at = any::<Index>;
    prop_oneof![
        4 => (at(), any::<u8>()).prop_map(|(i, byte)| Damage::Set(i, byte)),
        1 => (at(), at()).prop_map(|(i, j)| Damage::Cut(i, j)),
        1 => (at(), at()).prop_map(|(i, j)| Damage::Double(i, j)),
        1 => (at(), vec(any::<u8>(), 1..10)).prop_map(|(i, bytes)| Damage::Insert(i, bytes)),
    ]
}

fn apply(body: &mut Vec<u8>, damage: &Damage) {
    if body.is_empty() {
        return;
    }
    let span = |i: &Index, j: &Index| {
        let (i, j) = (i.index(body.len()), j.index(body.len()));
        i.min(j)..i.max(j)
    };
    match damage {
        Damage::Set(i, byte) => {
            let at = i.index(body.len());
            body[at] = *byte;
        }
        Damage::Cut(i, j) => drop(body.drain(span(i, j))),
        Damage::Double(i, j) => body.extend_from_within(span(i, j)),
        Damage::Insert(i, bytes) => {
            let at = i.index(body.len());
            body.splice(at..at, bytes.iter().copied());
        }
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_to_any_path(
        path in 0..PATHS.len(),
        method in prop_oneof![Just("POST"), Just("GET"), Just("PUT"), Just("")],
        body in vec(any::<u8>(), 0..200),
        signed in any::<bool>(),
        now in any::<i64>(),
    ) {
        let (world, path) = (&TARGET.world, PATHS[path]);
        let body = if signed { sign(world, path, &body) } else { body };
        check(world, &world.service.handle(method, path, &body, now));
    }

    #[test]
    fn a_good_body_with_damage_signed_before_or_after_it(
        which in any::<Index>(),
        damages in vec(damage(), 1..5),
        sign_last in any::<bool>(),
    ) {
        let world = &TARGET.world;
        let (path, body) = &TARGET.bodies[which.index(TARGET.bodies.len())];
        let mut body = body.clone();
        if is_signed(path) && !sign_last {
            body = sign(world, path, &body);
        }
        damages.iter().for_each(|damage| apply(&mut body, damage));
        if is_signed(path) && sign_last {
            body = sign(world, path, &body);
        }
        check(world, &world.post(path, &body));
    }

    #[test]
    fn a_member_with_absurd_wishes(
        charter_length in prop_oneof![any::<u64>(), 0..5u64],
        charter_head in any::<[u8; 8]>(),
        cursors in vec((0..5u32, prop_oneof![any::<u64>(), 0..3u64], any::<bool>()), 0..8),
        entries in vec(vec(any::<u8>(), 0..50), 0..4),
        limit in any::<u32>(),
        own in any::<bool>(),
        from in any::<u64>(),
    ) {
        let world = &TARGET.world;
        let cursors = cursors.into_iter().map(|(space, position, zero)| Cursor {
            space,
            position,
            running: if zero { [0; 4] } else { charter_head[..4].try_into().unwrap() },
        });
        let community = world.community();
        let request = wire::SyncRequest {
            community, charter_length, charter_head, cursors: cursors.collect(), entries, limit, own,
        };
        let answer = world.try_sync(&world.office, &request);
        prop_assert_eq!(answer.status, 200);
        let answer: wire::SyncResponse = wire::decode(&answer.body).unwrap();
        prop_assert_eq!(answer.receipts.len(), request.entries.len());
        let charter = wire::encode(&wire::CharterRequest { community, from });
        check(world, &world.post(wire::PATH_CHARTER, &sign(world, wire::PATH_CHARTER, &charter)));
    }
}

#[test]
fn undamaged_the_bodies_are_good() {
    let Target { world, bodies } = &*TARGET;
    for (path, body) in bodies {
        let body = if is_signed(path) {
            sign(world, path, body)
        } else {
            body.clone()
        };
        let answer = world.post(path, &body);
        assert_eq!(answer.status, 200, "{path}: {}", code(&answer));
    }
}
