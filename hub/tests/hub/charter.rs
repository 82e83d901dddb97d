//! Communities and their charters at the hub.

use crate::common::{DAY, NOW, World, append_body, code, start};
use doorknock_hub::service::Config;
use doorknock_model::access::SpaceKind;
use doorknock_model::ids::MemberId;
use doorknock_seal::identity::{DeviceSecrets, HubSecret, Signer};
use doorknock_seal::request::sign_request;
use doorknock_seal::wrap::{EpochKey, Wrap, open_wrap};
use doorknock_sync::wire;

fn length(answer: &doorknock_hub::service::Answer) -> u64 {
    assert_eq!(answer.status, 200, "{}", code(answer));
    wire::decode::<wire::AppendResponse>(&answer.body)
        .unwrap()
        .length
}

fn read(world: &World, signer: &dyn Signer, from: u64) -> wire::CharterResponse {
    let request = wire::CharterRequest {
        community: world.community(),
        from,
    };
    let body = wire::encode(&request);
    let signed = sign_request(wire::PATH_CHARTER, &body, request.community, signer);
    let answer = world.post(wire::PATH_CHARTER, &signed);
    assert_eq!(answer.status, 200, "{}", code(&answer));
    wire::decode(&answer.body).unwrap()
}

#[test]
fn founding_twice_is_founding_once() {
    let world = World::new();
    let again = world.post(wire::PATH_COMMUNITIES, &world.genesis);
    let founded: wire::CommunityResponse = wire::decode(&again.body).unwrap();
    assert_eq!(founded.community, world.community());
    assert_eq!(
        read(&world, &world.office, 0).statements.len(),
        2,
        "nothing was reset"
    );
}

#[test]
fn a_community_of_another_hub_or_one_too_many_is_refused() {
    let world = World::new();
    let stranger = HubSecret::from_bytes(&[7; 32]);
    let other = start(
        &world.dir.path().join("other.db"),
        &stranger,
        Config::default(),
    );
    let answer = other.handle("POST", wire::PATH_COMMUNITIES, &world.genesis, NOW);
    assert_eq!((answer.status, &*code(&answer)), (403, "other_hub"));
    let config = Config {
        communities: 0,
        ..Config::default()
    };
    let full = start(&world.dir.path().join("full.db"), &world.hub, config);
    let answer = full.handle("POST", wire::PATH_COMMUNITIES, &world.genesis, NOW);
    assert_eq!((answer.status, &*code(&answer)), (403, "hub_full"));
}

#[test]
fn of_two_statements_for_one_place_the_second_is_told_to_sync_first() {
    let mut world = World::new();
    let behind = world.charter.clone();
    let key = EpochKey::generate(&world.entropy);
    world.create_space(SpaceKind::Casework);
    let grid = behind.community().grid("4");
    let late = behind.space_created(&world.office, SpaceKind::Rounds, grid, &key, &[], NOW);
    let answer = world.post(wire::PATH_APPEND, &append_body(&behind, &late, &[]));
    assert_eq!((answer.status, &*code(&answer)), (409, "charter_moved"));
    let length_now = read(&world, &world.office, 0).statements.len() as u64;
    assert_eq!(length_now, world.charter.len());
}

#[test]
fn the_very_statement_again_is_a_success_even_after_others() {
    let mut world = World::new();
    let (charter, office) = (world.charter.clone(), world.office.clone());
    let key = EpochKey::generate(&world.entropy);
    let grid = charter.community().grid("4");
    let made = charter.space_created(&office, SpaceKind::Casework, grid, &key, &[], NOW);
    world.append(&made, &[]);
    let body = append_body(&charter, &made, &[]);
    assert_eq!(length(&world.post(wire::PATH_APPEND, &body)), 3);
    world.worker(1);
    assert_eq!(length(&world.post(wire::PATH_APPEND, &body)), 5);
    let again = start(&world.path(), &world.hub, Config::default());
    assert_eq!(
        length(&again.handle("POST", wire::PATH_APPEND, &body, NOW)),
        5
    );
}

#[test]
fn only_an_admin_extends_the_charter_and_only_with_the_wraps_it_names() {
    let mut world = World::new();
    let worker = world.worker(1);
    let key = EpochKey::generate(&world.entropy);
    let by = |device: &DeviceSecrets, wraps: &[Wrap]| {
        world
            .charter
            .space_created(device, SpaceKind::Casework, world.grid, &key, wraps, NOW)
    };
    let wrap = Wrap {
        recipient: worker.signer_id(),
        space: world.keys[0].0,
        epoch: 0,
        sealed: vec![1; 80],
    };
    let other = Wrap {
        epoch: 1,
        ..wrap.clone()
    };
    let named = std::slice::from_ref(&wrap);
    let both = [wrap.clone(), other.clone()];
    let table: [(Vec<u8>, &[Wrap], &str); 6] = [
        (by(&worker, &[]), &[], "statement_refused"),
        (by(&world.office, named), &[], "wraps_mismatch"),
        (
            by(&world.office, named),
            std::slice::from_ref(&other),
            "wraps_mismatch",
        ),
        (by(&world.office, named), &both, "wraps_mismatch"),
        (by(&world.office, &[]), named, "wraps_mismatch"),
        (by(&world.office, named), named, ""),
    ];
    for (statement, wraps, expected) in table {
        let body = append_body(&world.charter, &statement, wraps);
        assert_eq!(code(&world.post(wire::PATH_APPEND, &body)), expected);
    }
}

#[test]
fn a_wrap_in_another_encoding_is_not_the_one_that_was_hashed() {
    let world = World::new();
    let wrap = Wrap {
        recipient: [1; 16],
        space: world.keys[0].0,
        epoch: 0,
        sealed: vec![1; 80],
    };
    let key = EpochKey::generate(&world.entropy);
    let wraps = [wrap.clone()];
    let (kind, grid) = (SpaceKind::Casework, world.grid);
    let statement = world
        .charter
        .space_created(&world.office, kind, grid, &key, &wraps, NOW);
    // The same values with a fifth element, which a reader skips.
    let mut longer = wrap.to_bytes();
    longer[0] = 0x85;
    longer.push(0);
    let body = wire::encode(&wire::AppendRequest {
        community: world.community(),
        statement,
        wraps: vec![longer],
    });
    assert_eq!(
        code(&world.post(wire::PATH_APPEND, &body)),
        "wraps_mismatch"
    );
}

#[test]
fn an_invitation_may_be_used_a_day_late_by_the_hubs_clock_and_no_later() {
    let mut world = World::new();
    let invite = world.invite(NOW);
    let device = DeviceSecrets::generate(&world.entropy);
    // The phone's clock says "in time" both times.
    let joined = world
        .charter
        .device_joined(&invite, &device, MemberId([1; 16]), NOW);
    let body = append_body(&world.charter, &joined, &[]);
    let at = |now| world.service.handle("POST", wire::PATH_APPEND, &body, now);
    assert_eq!(code(&at(NOW + DAY + 1)), "invite_expired");
    assert_eq!(length(&at(NOW + DAY)), 4);
    assert_eq!(
        length(&at(NOW + 9 * DAY)),
        4,
        "a retry of what is held is never late"
    );
}

#[test]
fn a_join_told_again_at_a_later_head_adds_nothing() {
    let mut world = World::new();
    let invite = world.invite(NOW + DAY);
    let device = DeviceSecrets::generate(&world.entropy);
    let member = MemberId([1; 16]);
    let joined = world.charter.device_joined(&invite, &device, member, NOW);
    world.append(&joined, &[]);
    let again = world
        .charter
        .device_joined(&invite, &device, member, NOW + 5);
    let body = append_body(&world.charter, &again, &[]);
    assert_eq!(
        length(&world.post(wire::PATH_APPEND, &body)),
        world.charter.len()
    );
    assert_eq!(
        read(&world, &device, 0).statements.len() as u64,
        world.charter.len()
    );
    let thief = DeviceSecrets::generate(&world.entropy);
    let stolen = world
        .charter
        .device_joined(&invite, &thief, MemberId([2; 16]), NOW);
    let body = append_body(&world.charter, &stolen, &[]);
    assert_eq!(
        code(&world.post(wire::PATH_APPEND, &body)),
        "statement_refused"
    );
}

#[test]
fn an_invitee_reads_the_charter_and_opens_its_wraps_but_may_not_sync() {
    let mut world = World::new();
    let invite = world.invite(NOW + DAY);
    let answer = read(&world, &invite, 0);
    assert_eq!(answer.statements[0], world.genesis);
    assert_eq!(answer.statements.len(), 3);
    let opened: Vec<_> = answer
        .wraps
        .iter()
        .map(|bytes| {
            let wrap = Wrap::from_bytes(bytes).unwrap();
            let key = open_wrap(world.community(), &wrap, invite.hpke()).unwrap();
            assert!(world.charter.accepts_key(wrap.space, wrap.epoch, &key));
            wrap.space
        })
        .collect();
    assert_eq!(
        opened,
        [world.keys[0].0, world.keys[2].0],
        "common and rounds, not staff"
    );
    assert!(
        read(&world, &invite, 3).wraps.is_empty(),
        "only those of the statements given"
    );
    assert!(read(&world, &invite, u64::MAX).statements.is_empty());
    let refused = world.try_sync(&invite, &world.request(&[], &[0]));
    assert_eq!(code(&refused), "unknown_signer");
}

#[test]
fn a_charter_has_a_quota_of_its_own() {
    let mut world = World::new();
    let config = Config {
        charter_quota: 1,
        ..Config::default()
    };
    world.service = start(&world.path(), &world.hub, config);
    let key = EpochKey::generate(&world.entropy);
    let grid = world.grid;
    let made =
        world
            .charter
            .space_created(&world.office, SpaceKind::Casework, grid, &key, &[], NOW);
    let answer = world.post(wire::PATH_APPEND, &append_body(&world.charter, &made, &[]));
    assert_eq!(code(&answer), "charter_full");
}
