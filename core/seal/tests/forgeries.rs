//! Forged, damaged and impossible statements: each refused for its reason, changing nothing.
#![allow(clippy::unwrap_used, reason = "a test may end by panicking")]

mod common;

use common::forge::{
    Forged, invite_payload, join_payload, not_allowed, payload_of, refused, space_payload,
};
use common::{AT, GRID, World};
use doorknock_model::access::{Role, SpaceKind};
use doorknock_model::ids::{CommunityId, GridId, MemberId};
use doorknock_seal::charter::{Charter, CharterError, NotAllowed};
use doorknock_seal::identity::{Context, DeviceSecrets, InviteSecret, Signer};
use doorknock_seal::wrap::EpochKey;
use proptest::prelude::*;

#[test]
fn only_an_admins_device_may_speak_for_the_community() {
    let mut world = World::new();
    let worker = world.admit(Role::Worker, &[GRID]);
    let staff = world.admit(Role::Staff, &[]);
    let open = world.invite(Role::Admin, &[]);
    let stranger = DeviceSecrets::generate(&world.entropy);
    let keys = InviteSecret::generate(&world.entropy);
    let payloads = [
        (1, space_payload(2, GRID)),
        (2, invite_payload(keys.sign_key(), keys.hpke_key(), 0)),
        (9, vec![0x80]),
    ];
    for (kind, payload) in payloads {
        let forged = Forged::next(&world.charter, kind, payload);
        let signers: [&dyn Signer; 4] = [&worker, &staff, &stranger, &open];
        for signer in signers {
            let error = refused(&world.charter, &forged.sign(signer));
            assert_eq!(error, not_allowed(NotAllowed::NotAnAdmin), "kind {kind}");
        }
        let claimed = forged.sign_as(world.admin.signer_id(), &worker);
        assert_eq!(
            refused(&world.charter, &claimed),
            CharterError::BadSignature
        );
        assert!(world.charter.check(&forged.sign(&world.admin)).is_ok());
    }
}

#[test]
fn forged_statements_are_refused_each_for_its_reason() {
    let mut world = World::new();
    world.create_space(SpaceKind::Rounds, GRID);
    let used = world.invite(Role::Worker, &[GRID]);
    let device = world.join(&used);
    let open = world.invite(Role::Worker, &[GRID]);
    let fresh = DeviceSecrets::generate(&world.entropy);
    let charter = &world.charter;
    let admin: &dyn Signer = &world.admin;
    let member = MemberId([7; 16]);
    let admins_member = charter.member_of(world.admin.device_id()).unwrap().id;
    let (key, hpke) = (fresh.sign_key(), fresh.hpke_key());
    let ordinary = |kind, payload| Forged::next(charter, kind, payload);
    let space = |code, grid| ordinary(1, space_payload(code, grid));
    let joins = |member, sign, hpke| ordinary(3, join_payload(member, sign, hpke));
    let good = || space(3, GRID);
    let genesis_payload = payload_of(&world.genesis);

    use CharterError::{BadSignature, DoesNotFollow, Malformed, Unsupported};
    use NotAllowed::{Exists, Impossible, InviteUsed, NotAnInvite};
    let no = not_allowed;
    let table: [(&str, Vec<u8>, CharterError); 24] = [
        (
            "other format",
            Forged {
                format: 2,
                ..good()
            }
            .sign(admin),
            Unsupported,
        ),
        (
            "other suite",
            Forged { suite: 2, ..good() }.sign(admin),
            Unsupported,
        ),
        (
            "ahead",
            Forged {
                position: 99,
                ..good()
            }
            .sign(admin),
            DoesNotFollow,
        ),
        (
            "behind",
            Forged {
                position: 1,
                ..good()
            }
            .sign(admin),
            DoesNotFollow,
        ),
        (
            "other past",
            Forged {
                previous: [0; 32],
                ..good()
            }
            .sign(admin),
            DoesNotFollow,
        ),
        (
            "of no community",
            Forged {
                community: CommunityId::default(),
                ..good()
            }
            .sign(admin),
            BadSignature,
        ),
        (
            "as an entry",
            Forged {
                context: Context::Entry,
                ..good()
            }
            .sign(admin),
            BadSignature,
        ),
        (
            "second genesis",
            ordinary(0, genesis_payload).sign(admin),
            no(Impossible),
        ),
        ("same space", space(2, GRID).sign(admin), no(Exists)),
        ("second common", space(0, GRID).sign(admin), no(Impossible)),
        (
            "second staff",
            space(1, GridId::default()).sign(admin),
            no(Impossible),
        ),
        (
            "rounds of no grid",
            space(2, GridId::default()).sign(admin),
            no(Impossible),
        ),
        ("no such code", space(256, GRID).sign(admin), Malformed),
        ("no payload", ordinary(1, vec![]).sign(admin), Malformed),
        (
            "empty payload",
            ordinary(1, vec![0x80]).sign(admin),
            Malformed,
        ),
        (
            "same invite",
            ordinary(2, invite_payload(open.sign_key(), open.hpke_key(), 2)).sign(admin),
            no(Exists),
        ),
        (
            "weak sign key",
            ordinary(2, invite_payload([0; 32], hpke, 2)).sign(admin),
            no(Impossible),
        ),
        (
            "weak hpke key",
            ordinary(2, invite_payload(key, [0; 32], 2)).sign(admin),
            no(Impossible),
        ),
        (
            "admin joins",
            joins(member, key, hpke).sign(admin),
            no(NotAnInvite),
        ),
        (
            "used invite",
            joins(member, key, hpke).sign(&used),
            no(InviteUsed),
        ),
        (
            "claimed invite",
            joins(member, key, hpke).sign_as(open.signer_id(), &used),
            BadSignature,
        ),
        (
            "known device",
            joins(member, device.sign_key(), hpke).sign(&open),
            no(Exists),
        ),
        (
            "the admin's member",
            joins(admins_member, key, hpke).sign(&open),
            no(Exists),
        ),
        (
            "joins with a weak key",
            joins(member, key, [0; 32]).sign(&open),
            no(Impossible),
        ),
    ];
    for (name, statement, error) in table {
        assert_eq!(refused(charter, &statement), error, "{name}");
    }
    assert!(charter.check(&good().sign(admin)).is_ok());
    assert!(charter.check(&joins(member, key, hpke).sign(&open)).is_ok());
}

#[test]
fn a_forged_beginning_founds_nothing() {
    let world = World::new();
    assert!(Charter::found(&world.genesis).is_ok());
    let payload = payload_of(&world.genesis);
    let first = |kind, payload| Forged {
        position: 0,
        previous: [0; 32],
        community: CommunityId::default(),
        ..Forged::next(&world.charter, kind, payload)
    };
    let stranger = DeviceSecrets::generate(&world.entropy);
    let admin = &world.admin;
    assert!(Charter::found(&first(0, payload.clone()).sign(admin)).is_ok());
    let no_hub = [&payload[..3], &[0; 32], &payload[35..]].concat();
    let table = [
        (
            "another kind",
            first(9, payload.clone()).sign(admin),
            CharterError::DoesNotFollow,
        ),
        (
            "later",
            Forged {
                position: 1,
                ..first(0, payload.clone())
            }
            .sign(admin),
            CharterError::DoesNotFollow,
        ),
        (
            "has a past",
            Forged {
                previous: [1; 32],
                ..first(0, payload.clone())
            }
            .sign(admin),
            CharterError::DoesNotFollow,
        ),
        (
            "a stranger",
            first(0, payload.clone()).sign(&stranger),
            CharterError::BadSignature,
        ),
        (
            "claimed",
            first(0, payload.clone()).sign_as(admin.signer_id(), &stranger),
            CharterError::BadSignature,
        ),
        (
            "of a community",
            Forged {
                community: world.community(),
                ..first(0, payload.clone())
            }
            .sign(admin),
            CharterError::BadSignature,
        ),
        (
            "weak hub key",
            first(0, no_hub).sign(admin),
            not_allowed(NotAllowed::Impossible),
        ),
        ("no bytes", vec![], CharterError::Malformed),
    ];
    for (name, statement, error) in table {
        assert_eq!(Charter::found(&statement), Err(error), "{name}");
    }
}

#[test]
fn every_flipped_bit_and_every_cut_of_a_statement_is_refused() {
    let mut world = World::new();
    let key = EpochKey::generate(&world.entropy);
    let made = world
        .charter
        .space_created(&world.admin, SpaceKind::Rounds, GRID, &key, &[], AT);
    for at in 0..made.len() {
        for bit in 0..8 {
            let mut changed = made.clone();
            changed[at] ^= 1 << bit;
            refused(&world.charter, &changed);
        }
        refused(&world.charter, &made[..at]);
    }
    // What is not signed may not vary either: the statement's hash covers it.
    let one_more = [&[0x84], &made[1..], &[0]].concat();
    let longer_head = [&[0x98, 3], &made[1..]].concat();
    for changed in [one_more, longer_head, [&made[..], &[0]].concat()] {
        assert_eq!(refused(&world.charter, &changed), CharterError::Malformed);
    }
    world.charter.extend(&made).unwrap();
}

#[test]
fn huge_statements_and_lists_are_refused() {
    let world = World::new();
    let mut payload = invite_payload([1; 32], [1; 32], 2);
    let at = 1 + 34 + 34 + 1;
    assert_eq!(payload[at], 0x81);
    payload.splice(
        at..=at,
        [0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
    );
    let long = Forged::next(&world.charter, 9, vec![0; 1 << 16]).sign(&world.admin);
    let many = Forged::next(&world.charter, 2, payload).sign(&world.admin);
    let nested = Forged::next(&world.charter, 1, vec![0x81; 60_000]).sign(&world.admin);
    for statement in [long, many, nested] {
        assert_eq!(refused(&world.charter, &statement), CharterError::Malformed);
    }
}

proptest! {
    #[test]
    fn any_bytes_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300), kind in 0u64..6) {
        let world = World::new();
        refused(&world.charter, &bytes);
        prop_assert!(Charter::found(&bytes).is_err());
        let forged = Forged::next(&world.charter, kind, bytes).sign(&world.admin);
        if kind < 4 {
            refused(&world.charter, &forged);
        }
    }
}
