//! Key wraps: opened by their recipient, for their community, space and epoch, and by nobody else.

#![allow(clippy::unwrap_used, reason = "a test may end by panicking")]

mod common;

use common::{AT, GRID, OTHER_GRID, Seeded, World};
use doorknock_model::access::{Role, SpaceKind};
use doorknock_model::ids::{CommunityId, SpaceId};
use doorknock_seal::identity::{DeviceSecrets, InviteSecret};
use doorknock_seal::wrap::{
    EpochKey, HpkeSecret, Recipient, Wrap, WrapError, open_from, open_wrap, seal_to, wrap_key,
    wrap_set_hash,
};

const HERE: CommunityId = CommunityId([1; 16]);
const SPACE: SpaceId = SpaceId([2; 16]);

fn one_wrap() -> (DeviceSecrets, EpochKey, Wrap) {
    let entropy = Seeded::new(3);
    let device = DeviceSecrets::generate(&entropy);
    let key = EpochKey::generate(&entropy);
    let to = Recipient {
        id: device.device_id().0,
        hpke_key: device.hpke_key(),
    };
    let wrap = wrap_key(HERE, SPACE, 4, &key, &to, &entropy).unwrap();
    (device, key, wrap)
}

#[test]
fn a_wrap_reads_back_and_opens_for_its_recipient_only() {
    let (device, key, wrap) = one_wrap();
    let wrap = Wrap::from_bytes(&wrap.to_bytes()).unwrap();
    assert_eq!(
        open_wrap(HERE, &wrap, device.hpke()).unwrap().as_bytes(),
        key.as_bytes()
    );
    assert_eq!(wrap.sealed.len(), 80);

    let other = InviteSecret::from_bytes(&[9; 32]);
    let cases = [
        open_wrap(HERE, &wrap, other.hpke()),
        open_wrap(CommunityId([0; 16]), &wrap, device.hpke()),
        open_wrap(
            HERE,
            &Wrap {
                space: SpaceId([0; 16]),
                ..wrap.clone()
            },
            device.hpke(),
        ),
        open_wrap(
            HERE,
            &Wrap {
                epoch: 5,
                ..wrap.clone()
            },
            device.hpke(),
        ),
        open_wrap(
            HERE,
            &Wrap {
                recipient: [0; 16],
                ..wrap.clone()
            },
            device.hpke(),
        ),
    ];
    for (i, opened) in cases.into_iter().enumerate() {
        assert_eq!(opened.map(|_| ()), Err(WrapError::CannotOpen), "{i}");
    }
}

#[test]
fn a_changed_or_cut_wrap_does_not_open() {
    let (device, _, wrap) = one_wrap();
    for at in 0..wrap.sealed.len() {
        let mut changed = wrap.clone();
        changed.sealed[at] ^= 0x80;
        assert!(open_wrap(HERE, &changed, device.hpke()).is_err(), "{at}");
        changed.sealed.truncate(at);
        assert!(
            open_wrap(HERE, &changed, device.hpke()).is_err(),
            "cut at {at}"
        );
    }
    let bytes = wrap.to_bytes();
    for cut in 0..bytes.len() {
        assert_eq!(Wrap::from_bytes(&bytes[..cut]), Err(WrapError::Malformed));
    }
}

#[test]
fn a_sealed_key_of_another_length_is_no_epoch_key() {
    let (device, _, wrap) = one_wrap();
    let info = [&b"doorknock/1 wrap"[..], &HERE.0, &SPACE.0].concat();
    let aad = [&wrap.recipient[..], &wrap.epoch.to_be_bytes()].concat();
    let sealed = seal_to(&device.hpke_key(), &info, &aad, &[7; 31], &Seeded::new(1)).unwrap();
    let opened = open_wrap(HERE, &Wrap { sealed, ..wrap }, device.hpke());
    assert_eq!(opened.map(|_| ()), Err(WrapError::Malformed));
}

#[test]
fn anything_can_be_sealed_to_the_rescue_key() {
    let entropy = Seeded::new(5);
    let rescue = HpkeSecret::generate(&entropy);
    let sealed = seal_to(&rescue.key(), b"database", b"home", b"key", &entropy).unwrap();
    assert_eq!(
        open_from(&rescue, b"database", b"home", &sealed)
            .unwrap()
            .as_slice(),
        b"key"
    );
    let again = HpkeSecret::from_bytes(&rescue.to_bytes());
    assert!(open_from(&again, b"database", b"home", &sealed).is_ok());
    for (info, aad) in [
        (b"database".as_slice(), b"away".as_slice()),
        (b"other", b"home"),
    ] {
        let opened = open_from(&rescue, info, aad, &sealed);
        assert_eq!(opened, Err(WrapError::CannotOpen));
    }
    assert_eq!(
        open_from(&rescue, b"", b"", &[0; 31]),
        Err(WrapError::Malformed)
    );
    assert_eq!(
        open_from(&rescue, b"", b"", &[0; 80]),
        Err(WrapError::CannotOpen)
    );
    assert_eq!(
        seal_to(&[0; 32], b"", b"", b"", &entropy),
        Err(WrapError::BadKey)
    );
}

#[test]
fn sealing_is_as_random_as_its_entropy() {
    let seal = |seed| {
        seal_to(
            &HpkeSecret::from_bytes(&[1; 32]).key(),
            b"",
            b"",
            b"x",
            &Seeded::new(seed),
        )
    };
    assert_eq!(seal(1), seal(1));
    assert_ne!(seal(1), seal(2));
}

#[test]
fn a_wrap_set_is_known_by_its_hash() {
    let (_, _, wrap) = one_wrap();
    let other = Wrap {
        epoch: 9,
        ..wrap.clone()
    };
    assert_eq!(wrap_set_hash(&[]), [0; 32]);
    let pair = [wrap.clone(), other.clone()];
    assert_ne!(wrap_set_hash(&pair), wrap_set_hash(&pair[..1]));
    assert_ne!(wrap_set_hash(&pair), wrap_set_hash(&[other, wrap]));
}

#[test]
fn keys_reach_exactly_those_who_may_hold_them() {
    let mut world = World::new();
    let staff = world.admit(Role::Staff, &[]);
    let worker = world.admit(Role::Worker, &[GRID]);
    let neighbour = world.admit(Role::Worker, &[OTHER_GRID]);
    let volunteer = world.admit(Role::Volunteer, &[GRID]);
    let open = world.invite(Role::Worker, &[GRID]);
    let ids = |world: &World, kind, now| -> Vec<[u8; 16]> {
        let mut ids: Vec<_> = world
            .charter
            .entitled(kind, GRID, now)
            .iter()
            .map(|r| r.id)
            .collect();
        ids.sort_unstable();
        ids
    };
    let expected = |devices: &[&DeviceSecrets], invites: &[&InviteSecret]| {
        let devices = devices.iter().map(|d| d.device_id().0);
        let mut ids: Vec<_> = devices
            .chain(invites.iter().map(|i| i.invite_id().0))
            .collect();
        ids.sort_unstable();
        ids
    };
    let admin = &world.admin;
    let casework = expected(&[admin, &staff, &worker], &[&open]);
    assert_eq!(ids(&world, SpaceKind::Casework, AT), casework);
    let rounds = expected(&[admin, &staff, &worker, &volunteer], &[&open]);
    assert_eq!(ids(&world, SpaceKind::Rounds, AT), rounds);
    assert_eq!(
        ids(&world, SpaceKind::Staff, AT),
        expected(&[admin, &staff], &[])
    );
    let all = expected(&[admin, &staff, &worker, &neighbour, &volunteer], &[&open]);
    assert_eq!(ids(&world, SpaceKind::Common, AT), all);
    let late = expected(&[admin, &staff, &worker], &[]);
    assert_eq!(
        ids(&world, SpaceKind::Casework, AT + common::DAY + 1),
        late,
        "invite expired"
    );

    let (space, key) = world.create_space(SpaceKind::Casework, GRID);
    let wraps = world.wraps(
        space,
        &key,
        &world.charter.entitled(SpaceKind::Casework, GRID, AT),
    );
    let mine = wraps
        .iter()
        .find(|w| w.recipient == open.invite_id().0)
        .unwrap();
    let opened = open_wrap(world.community(), mine, open.hpke()).unwrap();
    assert!(world.charter.accepts_key(space, 0, &opened));
    assert!(!world.charter.accepts_key(space, 1, &opened));
    assert!(!world.charter.accepts_key(space, 0, &world.common));
    assert!(world.charter.may_hold(worker.device_id(), space));
    assert!(!world.charter.may_hold(neighbour.device_id(), space));
    assert!(!world.charter.may_hold(volunteer.device_id(), space));
    assert!(!world.charter.may_hold(worker.device_id(), SpaceId([9; 16])));
    let common = world.charter.spaces()[0].id;
    assert_eq!(
        world.charter.entitled_spaces(Role::Worker, &[GRID]),
        [common, space]
    );
    assert_eq!(
        world.charter.entitled_spaces(Role::Worker, &[OTHER_GRID]),
        [common]
    );
}
