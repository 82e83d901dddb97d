//! What a request may ask for, and how often.

use crate::common::{COMMON, NOW, ROUNDS, World, code, start};
use doorknock_hub::rate::Rate;
use doorknock_hub::service::Config;
use doorknock_seal::identity::DeviceSecrets;
use doorknock_sync::wire::{self};

#[test]
fn a_request_is_its_signers_alone() {
    let mut world = World::new();
    let worker = world.worker(1);
    let stranger = DeviceSecrets::generate(&world.entropy);
    let request = world.request(&[], &[COMMON]);
    assert_eq!(code(&world.try_sync(&stranger, &request)), "unknown_signer");
    let mut body = world.signed(&worker, &request);
    *body.last_mut().unwrap() ^= 1;
    assert_eq!(code(&world.post(wire::PATH_SYNC, &body)), "bad_signature");
    let body = world.signed(&worker, &request);
    assert_eq!(
        code(&world.post(wire::PATH_CHARTER, &body)),
        "bad_signature",
        "another path"
    );
    let mut elsewhere = request;
    elsewhere.community.0[0] ^= 1;
    assert_eq!(
        code(&world.try_sync(&worker, &elsewhere)),
        "unknown_community"
    );
}

#[test]
fn a_busy_device_is_slowed_down_and_nobody_else() {
    let mut world = World::new();
    let worker = world.worker(1);
    let rate = Rate {
        burst: 2,
        per_minute: 60,
    };
    let config = Config {
        device_rate: Some(rate),
        ..Config::default()
    };
    world.service = start(&world.path(), &world.hub, config);
    let request = world.request(&[], &[]);
    let body = world.signed(&worker, &request);
    let at = |now| {
        world
            .service
            .handle("POST", wire::PATH_SYNC, &body, now)
            .status
    };
    assert_eq!(
        [at(NOW), at(NOW), at(NOW), at(NOW + 1000)],
        [200, 200, 429, 200]
    );
    assert_eq!(world.try_sync(&world.office, &request).status, 200);
    // Who forges the worker's name does not use up the worker's rate.
    let mut forged = body.clone();
    *forged.last_mut().unwrap() ^= 1;
    for _ in 0..5 {
        assert_eq!(code(&world.post(wire::PATH_SYNC, &forged)), "bad_signature");
    }
    assert_eq!(at(NOW + 60_000), 200);
}

#[test]
fn more_entries_or_cursors_than_the_protocol_allows_are_refused_whole() {
    let world = World::new();
    let mut request = world.request(&[], &[]);
    request.entries = vec![Vec::new(); wire::ENTRIES_LIMIT + 1];
    assert_eq!(code(&world.try_sync(&world.office, &request)), "too_large");
    let many = vec![COMMON; wire::CURSORS_LIMIT + 1];
    let request = world.request(&[], &many);
    assert_eq!(code(&world.try_sync(&world.office, &request)), "too_large");
}

#[test]
fn the_counters_count_what_happened() {
    let mut world = World::new();
    let worker = world.worker(1);
    let entry = world.entry(&worker, ROUNDS, "a");
    let mut request = world.request(&[&entry], &[]);
    request.entries.push(b"garbage".to_vec());
    world.sync(&worker, &request);
    world.post("/nowhere", b"");
    let page = world
        .service
        .metrics()
        .render(world.service.totals().unwrap());
    for line in [
        "doorknock_hub_entries_total{verdict=\"0\"} 1",
        "doorknock_hub_entries_total{verdict=\"1\"} 1",
        "doorknock_hub_refusals_total{code=\"not_found\"} 1",
        "doorknock_hub_stored_entries 1",
        "doorknock_hub_communities 1",
    ] {
        assert!(page.lines().any(|l| l == line), "{line} in\n{page}");
    }
}
