//! Charters: what extends one, and what does not.

#![allow(clippy::unwrap_used, reason = "a test may end by panicking")]

mod common;

use common::forge::{Forged, invite_payload, not_allowed, refused, space_payload};
use common::{AT, DAY, GRID, OTHER_GRID, World};
use doorknock_model::access::{Role, SpaceKind};
use doorknock_model::ids::{GridId, MemberId};
use doorknock_seal::charter::{
    Charter, CharterError, Effect, Kind, NotAllowed, Statement, statement_hash,
};
use doorknock_seal::identity::{DeviceSecrets, InviteSecret};
use doorknock_seal::wrap::EpochKey;

#[test]
fn a_community_begins_with_its_first_admin() {
    let world = World::new();
    let charter = &world.charter;
    let genesis_hash = statement_hash(&world.genesis);
    assert_eq!((charter.len(), charter.head()), (1, genesis_hash));
    assert_eq!(charter.genesis_hash(), genesis_hash);
    assert_eq!(charter.community().0, genesis_hash[..16]);
    assert_eq!(charter.hub_key(), world.hub.key());
    assert_eq!(charter.rescue_key(), world.rescue.key());

    let device = charter.device(world.admin.device_id()).unwrap();
    assert_eq!(
        (device.sign_key, device.joined_at_position),
        (world.admin.sign_key(), 0)
    );
    let member = charter.member(device.member).unwrap();
    assert_eq!(
        (member.role, &member.devices[..]),
        (Some(Role::Admin), &[device.id][..])
    );

    let kinds: Vec<_> = charter
        .spaces()
        .iter()
        .map(|s| (s.number, s.kind))
        .collect();
    assert_eq!(
        kinds,
        [(0, Some(SpaceKind::Common)), (1, Some(SpaceKind::Staff))]
    );
    let common = charter.space_id(SpaceKind::Common, GridId::default());
    assert!(charter.accepts_key(common, 0, &world.common));
    assert!(charter.may_hold(device.id, common));
}

#[test]
fn spaces_invitations_and_members_come_in_order() {
    let mut world = World::new();
    let (rounds, _) = world.create_space(SpaceKind::Rounds, GRID);
    let (casework, _) = world.create_space(SpaceKind::Casework, GRID);
    let device = world.admit(Role::Worker, &[GRID]);
    let charter = &world.charter;
    assert_eq!(
        (charter.space_number(rounds), charter.space_number(casework)),
        (Some(2), Some(3))
    );
    assert_eq!(charter.space_by_number(3).unwrap().id, casework);
    assert_eq!(charter.space_by_number(u64::MAX), None);
    assert_eq!((charter.len(), charter.unknown_statements()), (5, 0));

    let known = charter.device(device.device_id()).unwrap();
    assert_eq!(
        (known.joined_at_position, known.hpke_key),
        (4, device.hpke_key())
    );
    let member = charter.member_of(known.id).unwrap();
    assert_eq!(
        (member.role, &member.grids[..]),
        (Some(Role::Worker), &[GRID][..])
    );
    let invite = charter.invites().next().unwrap();
    assert_eq!(invite.used_by, Some(known.id));
    assert_eq!(invite.issued_by, world.admin.device_id());
    assert!(!invite.is_open(AT));
    assert_eq!(charter.head_at(5), Some(charter.head()));
    assert_eq!(charter.head_at(1), Some(charter.genesis_hash()));
    assert_eq!((charter.head_at(0), charter.head_at(6)), (None, None));
}

#[test]
fn the_same_statements_give_the_same_charter() {
    let mut world = World::new();
    let mut statements = vec![world.genesis.clone()];
    let key = EpochKey::generate(&world.entropy);
    let made = world
        .charter
        .space_created(&world.admin, SpaceKind::Rounds, GRID, &key, &[], AT);
    assert!(matches!(
        world.charter.extend(&made),
        Ok(Effect::SpaceCreated(_))
    ));
    statements.push(made);
    assert_eq!(Charter::replay(&statements).unwrap(), world.charter);
    let nothing: [Vec<u8>; 0] = [];
    assert_eq!(Charter::replay(nothing), Err(CharterError::Malformed));
    assert_eq!(
        Charter::replay(&statements[1..]),
        Err(CharterError::DoesNotFollow)
    );
}

#[test]
fn a_retry_is_told_from_a_statement_that_came_too_late() {
    let mut world = World::new();
    let key = EpochKey::generate(&world.entropy);
    let make = |charter: &Charter, grid| {
        charter.space_created(&world.admin, SpaceKind::Rounds, grid, &key, &[], AT)
    };
    let first = make(&world.charter, GRID);
    let late = make(&world.charter, OTHER_GRID);
    world.charter.extend(&first).unwrap();
    let known = |position| CharterError::AlreadyKnown { position };
    assert_eq!(refused(&world.charter, &first), known(1));
    assert_eq!(refused(&world.charter, &world.genesis), known(0));
    assert_eq!(refused(&world.charter, &late), CharterError::DoesNotFollow);
    let again = make(&world.charter, OTHER_GRID);
    world.charter.extend(&again).unwrap();
    assert_eq!(refused(&world.charter, &first), known(1));
}

#[test]
fn an_invitation_is_used_once_and_in_time() {
    let mut world = World::new();
    let invite = world.invite(Role::Worker, &[GRID]);
    let (one, two) = (
        DeviceSecrets::generate(&world.entropy),
        DeviceSecrets::generate(&world.entropy),
    );
    let join = |charter: &Charter, device, at| {
        charter.device_joined(&invite, device, MemberId([7; 16]), at)
    };
    let late = join(&world.charter, &one, AT + DAY + 1);
    assert_eq!(
        refused(&world.charter, &late),
        not_allowed(NotAllowed::InviteExpired)
    );
    let joined = world.charter.extend(&join(&world.charter, &one, AT + DAY));
    assert_eq!(joined, Ok(Effect::DeviceJoined(one.device_id())));

    // Its answer was lost and the charter moved: the device makes the statement anew.
    world.create_space(SpaceKind::Rounds, GRID);
    let before = world.charter.clone();
    let again = world
        .charter
        .extend(&join(&world.charter, &one, AT + 3 * DAY));
    assert_eq!(again, Ok(Effect::JoinedBefore(one.device_id())));
    assert_eq!(world.charter.len(), before.len() + 1);
    assert!(world.charter.devices().eq(before.devices()));
    assert!(world.charter.members().eq(before.members()));

    let other = join(&world.charter, &two, AT);
    assert_eq!(
        refused(&world.charter, &other),
        not_allowed(NotAllowed::InviteUsed)
    );
}

#[test]
fn what_a_newer_version_says_extends_the_chain_and_gives_no_rights() {
    let mut world = World::new();
    let keys = InviteSecret::generate(&world.entropy);
    let statements = [
        (9, vec![0x83, 1, 2, 3], Effect::Unknown),
        (u64::MAX, vec![], Effect::Unknown),
        (
            2,
            invite_payload(keys.sign_key(), keys.hpke_key(), 77),
            Effect::InviteIssued(keys.invite_id()),
        ),
    ];
    for (i, (kind, payload, effect)) in statements.into_iter().enumerate() {
        let statement = Forged::next(&world.charter, kind, payload).sign(&world.admin);
        assert_eq!(world.charter.extend(&statement), Ok(effect));
        assert_eq!(world.charter.unknown_statements(), i as u64 + 1);
    }
    let spaces = Forged::next(&world.charter, 1, space_payload(200, GRID)).sign(&world.admin);
    world.charter.extend(&spaces).unwrap();
    let space = &world.charter.spaces()[2];
    assert_eq!(
        (space.number, space.kind),
        (2, None),
        "numbers are the same in every version"
    );
    assert!(!world.charter.may_hold(world.admin.device_id(), space.id));

    let device = world.join(&keys);
    let member = world.charter.member_of(device.device_id()).unwrap();
    assert_eq!(member.role, None);
    for space in world.charter.spaces() {
        assert!(!world.charter.may_hold(device.device_id(), space.id));
    }
    let common = world
        .charter
        .entitled(SpaceKind::Common, GridId::default(), AT);
    assert!(common.iter().all(|r| r.id != device.device_id().0));
    let (rounds, _) = world.create_space(SpaceKind::Rounds, GRID);
    assert_eq!(world.charter.space_number(rounds), Some(3));
}

#[test]
fn a_payload_may_grow_at_its_end() {
    let mut world = World::new();
    let mut payload = space_payload(2, GRID);
    payload[0] += 1;
    payload.extend([0x61, b'x']);
    let statement = Forged::next(&world.charter, 1, payload).sign(&world.admin);
    assert!(matches!(
        world.charter.extend(&statement),
        Ok(Effect::SpaceCreated(_))
    ));
}

#[test]
fn a_statement_says_what_goes_with_it() {
    let world = World::new();
    let key = EpochKey::generate(&world.entropy);
    let space = world.charter.space_id(SpaceKind::Rounds, GRID);
    let wraps = world.wraps(
        space,
        &key,
        &world.charter.entitled(SpaceKind::Rounds, GRID, AT),
    );
    let made = world
        .charter
        .space_created(&world.admin, SpaceKind::Rounds, GRID, &key, &wraps, AT);
    let statement = Statement::parse(&made).unwrap();
    assert_eq!(
        statement.wrap_set(),
        doorknock_seal::wrap::wrap_set_hash(&wraps)
    );
    assert_eq!((statement.at, statement.position), (AT, 1));
    assert_eq!(statement.hash, statement_hash(&made));
    assert!(matches!(
        statement.kind,
        Kind::SpaceCreated { grid: GRID, .. }
    ));
    assert_eq!(
        Statement::parse(&world.genesis).unwrap().wrap_set(),
        [0; 32]
    );
}

#[test]
fn refusals_speak_both_languages() {
    let message = not_allowed(NotAllowed::InviteExpired).message();
    assert_eq!(message.code, "invite_expired");
    assert!(message.zh.contains("过期") && message.en.contains("expired"));
    assert_eq!(CharterError::DoesNotFollow.message().code, "charter_moved");
}
