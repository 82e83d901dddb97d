//! Snapshots by an office's device that misbehaves, and what an honest one hands on of what it set aside.

use doorknock::Doorknock;
use doorknock::model::access::Role;
use doorknock::model::ids::{DocId, SpaceId};
use doorknock::model::kinds::VISIT_BOOK;
use doorknock_hub::store::HubStore;
use doorknock_replica::change::Parts;
use doorknock_replica::pack::{Pack, Packer};
use doorknock_seal::snapshot::{Level, Manifest, Part, SnapshotKeys, part_hash};
use doorknock_sync::wire;
use doorknock_tests::by_hand::{After, ByHand, Made};
use doorknock_tests::visit;
use minicbor::Encoder;

use crate::scene::{Scene, has};

/// A body of packs and nothing else.
fn body(packs: &[Vec<u8>]) -> Vec<u8> {
    let mut e = Encoder::new(Vec::new());
    e.array(3).unwrap().array(packs.len() as u64).unwrap();
    for pack in packs {
        e.bytes(pack).unwrap();
    }
    e.array(0).unwrap().array(0).unwrap();
    e.into_writer()
}

/// What one device wrote into a document, packed.
fn packed(by: &ByHand, doc: DocId, made: &[(&Made, u64)]) -> Pack {
    let mut packer = Packer::new(VISIT_BOOK.code, doc);
    let mut deps = vec![After::genesis(VISIT_BOOK.code).hash];
    for (made, start_op) in made {
        let parts = Parts {
            seq: made.wire.seq,
            time: made.wire.time,
            start_op: *start_op,
            deps: deps.clone(),
            ops: made.wire.ops.clone(),
            splices: vec![],
        };
        packer
            .add((by.secrets.device_id(), by.incarnation), made.hash, parts)
            .unwrap();
        deps = vec![made.hash];
    }
    packer.finish()
}

/// Has the hub hand out a snapshot of a space that consists of these bodies.
fn offer(s: &Scene, by: &ByHand, space: SpaceId, bodies: &[Vec<u8>]) {
    let (epoch, key) = by.epoch_key(space);
    let keys = SnapshotKeys::derive(space, epoch, &key);
    let parts: Vec<_> = bodies.iter().map(|body| keys.seal(body).unwrap()).collect();
    let community = by.community();
    let head = s
        .world
        .hub
        .service()
        .store()
        .head(community, space)
        .unwrap();
    let part = |bytes: &Vec<u8>| Part {
        hash: part_hash(bytes),
        size: u32::try_from(bytes.len()).unwrap(),
        level: Level::Now,
    };
    let manifest = Manifest {
        space,
        epoch,
        position: head.position,
        running: head.running,
        made_at: 0,
        parts: parts.iter().map(part).collect(),
    };
    let number = by.charter.space_number(space).unwrap();
    let offer = wire::SnapshotOffer {
        community,
        space: number,
        manifest: manifest.sign(&by.secrets, community),
    };
    let _: wire::SnapshotMissing = by.ask(&s.world, wire::PATH_SNAPSHOT_OFFER, &offer);
    let mut missing = 1;
    for part in parts {
        let put = wire::SnapshotPut {
            community,
            space: number,
            part,
        };
        let left: wire::SnapshotMissing = by.ask(&s.world, wire::PATH_SNAPSHOT_PUT, &put);
        missing = left.parts.len();
    }
    assert_eq!(missing, 0);
}

/// An office's device that was put together by hand, and a phone that has joined and not synced.
fn office_and_phone(s: &Scene) -> (ByHand, Doorknock) {
    let net = s.world.net();
    let link = s.office.invite(Role::Staff, &[], 86_400_000, &net).unwrap();
    let staff = ByHand::join(&s.world, &link);
    let grids = ["G1".to_owned()];
    let link = s
        .office
        .invite(Role::Worker, &grids, 86_400_000, &net)
        .unwrap();
    let new = s.world.create("new").unwrap();
    new.join(&link, "新来的", &net).unwrap();
    (staff, new)
}

fn same(s: &Scene, new: &Doorknock) {
    for home in [new, &s.li, new] {
        s.sync(home).unwrap();
    }
    let (mine, others) = (
        new.dump_projections().unwrap(),
        s.li.dump_projections().unwrap(),
    );
    let only = |a: &[String], b: &[String]| -> Vec<String> {
        a.iter().filter(|line| !b.contains(line)).cloned().collect()
    };
    assert_eq!(
        (only(&mine, &others), only(&others, &mine)),
        (vec![], vec![])
    );
    assert!(new.doctor().unwrap().ok());
}

/// A book with a visit that is in the log, and one that says it has other hashes.
fn wrong_hashes(s: &Scene, staff: &ByHand) -> (DocId, Pack) {
    let doc = s.book(2026);
    let made = staff.change(
        s.casework(),
        doc,
        1,
        &[After::genesis(VISIT_BOOK.code)],
        vec![s.visit_op(9, "从来没有的走访")],
    );
    let mut pack = packed(staff, doc, &[(&made, 2)]);
    pack.heads[0].1 = [7; 32];
    (doc, pack)
}

#[test]
fn histories_with_other_hashes_than_they_name_are_found_in_a_quiet_moment() {
    let s = Scene::new();
    s.li.log_visit(&visit(s.door, "真的走访")).unwrap();
    s.sync(&s.li).unwrap();
    let (staff, new) = office_and_phone(&s);
    let (_, pack) = wrong_hashes(&s, &staff);
    offer(&s, &staff, s.casework(), &[body(&[pack.encode()])]);
    s.sync(&new).unwrap();
    assert!(
        has(&new, "从来没有的走访"),
        "the office is believed at first"
    );
    assert!(!new.doctor().unwrap().ok(), "the doctor sees it");
    while new.maintain().unwrap() {}
    assert!(!has(&new, "从来没有的走访"));
    same(&s, &new);
    assert!(has(&new, "真的走访"));
}

#[test]
fn and_before_anything_is_written_on_top_of_them() {
    let s = Scene::new();
    s.li.log_visit(&visit(s.door, "真的走访")).unwrap();
    s.sync(&s.li).unwrap();
    let (staff, new) = office_and_phone(&s);
    // The book that the phone will write to next.
    let year = 2026_i32;
    let (doc, pack) = wrong_hashes(&s, &staff);
    assert_eq!(doc, s.book(year));
    offer(&s, &staff, s.casework(), &[body(&[pack.encode()])]);
    s.sync(&new).unwrap();
    new.log_visit(&visit(s.door, "新来的记的")).unwrap();
    s.sync(&new).unwrap();
    s.sync(&s.li).unwrap();
    assert!(
        has(&s.li, "新来的记的"),
        "what is written follows true hashes"
    );
    assert_eq!(s.li.status().unwrap().waiting, 0);
    drop(new);
    let new = s.world.open("new", None).unwrap();
    same(&s, &new);
}

#[test]
fn a_snapshot_that_breaks_the_rules_is_left_and_the_log_is_read() {
    let mut s = Scene::new();
    s.li.log_visit(&visit(s.door, "真的走访")).unwrap();
    s.sync(&s.li).unwrap();
    let common = s.common();
    let casework = s.casework();
    let ops = vec![s.visit_op(9, "不该有的")];
    let by = |who: &ByHand, space, doc| {
        let after = [After::genesis(VISIT_BOOK.code)];
        let made = who.change(space, doc, 1, &after, ops.clone());
        packed(who, doc, &[(&made, 2)])
    };
    type Bodies = Vec<Vec<u8>>;
    for n in 0..4 {
        let (staff, new) = office_and_phone(&s);
        let good = by(&staff, casework, s.book(2026));
        let mut stranger = good.clone();
        stranger.authors[0].0 = doorknock::model::ids::DeviceId([3; 16]);
        let mut unknown_kind = good.clone();
        unknown_kind.kind = 999;
        let (space, bodies): (SpaceId, Bodies) = match n {
            // A book among what everybody holds.
            0 => (
                common,
                vec![body(&[by(&staff, common, s.book(2026)).encode()])],
            ),
            1 => (casework, vec![body(&[stranger.encode()])]),
            2 => (casework, vec![body(&[good.encode(), vec![0xff; 9]])]),
            _ => (casework, vec![body(&[unknown_kind.encode()])]),
        };
        offer(&s, &staff, space, &bodies);
        s.sync(&new).unwrap();
        assert!(!has(&new, "不该有的"), "case {n}");
        let refused = new
            .status()
            .unwrap()
            .notices
            .iter()
            .any(|n| n.code == "snapshot_refused");
        assert!(refused, "case {n}");
        same(&s, &new);
        drop(new);
        std::fs::remove_dir_all(s.world.home("new")).unwrap();
        s.good_visit_behind();
    }
}

#[test]
fn what_the_office_set_aside_or_could_not_apply_yet_is_handed_on() {
    let mut s = Scene::new();
    let broken = s.entry(2026, vec![vec![0xff; 20]]);
    let first = s.first(2025, vec![s.visit_op(1, "先来的")]);
    let (space, doc) = (s.casework(), s.book(2025));
    let after = [After::change(&first)];
    let second = s
        .villain
        .change(space, doc, 2, &after, vec![s.visit_op(2, "后来的")]);
    let waits = s.entry_of(2025, &[&second]);
    s.push(&broken);
    s.push(&waits);
    let good = s.good_visit_behind();
    s.sync(&s.office).unwrap();
    let made = s.office.publish_all_snapshots(&s.world.net()).unwrap();
    assert!(made.spaces > 0);
    let (_, new) = office_and_phone(&s);
    s.sync(&new).unwrap();
    let status = new.status().unwrap();
    assert_eq!((status.quarantined, status.waiting), (1, 1), "{status:?}");
    assert!(has(&new, &good));
    let comes = s.entry_of(2025, &[&first]);
    s.push(&comes);
    s.sync(&new).unwrap();
    assert!(has(&new, "先来的") && has(&new, "后来的"));
    assert_eq!(new.status().unwrap().waiting, 0);
    same(&s, &new);
}
