//! Entries through the hub: pushed, numbered, receipted, pulled.

use crate::common::{COMMON, NOW, ROUNDS, STAFF, World, code, start};
use doorknock_hub::service::Config;
use doorknock_hub::store::HubStore;
use doorknock_model::ids::SpaceId;
use doorknock_seal::entry::SealedEntry;
use doorknock_seal::identity::DeviceSecrets;
use doorknock_seal::receipt::{Receipt, running_hash};
use doorknock_sync::wire::{self, Cursor, PulledItem, SyncResponse, Verdict};

/// The entries of an answer by space, each space's as (hash or bytes).
fn items(answer: &SyncResponse, space: u32) -> &[PulledItem] {
    answer
        .pulled
        .iter()
        .find(|part| part.space == space)
        .map_or(&[], |part| &part.items)
}

fn check_signature(world: &World, receipt: &wire::Receipt) {
    let promise = Receipt {
        space: receipt.space,
        entry: receipt.entry,
        position: receipt.position,
        running: receipt.running,
    };
    assert!(promise.verify(
        &world.charter.hub_key(),
        world.community(),
        &receipt.signature
    ));
}

fn cursor(space: u32, position: u64, running: &[u8; 32]) -> Cursor {
    Cursor {
        space,
        position,
        running: running[..4].try_into().unwrap(),
    }
}

#[test]
fn what_is_pushed_is_numbered_without_gaps_and_receipted() {
    let mut world = World::new();
    let worker = world.worker(1);
    let entries: Vec<SealedEntry> = (0..4)
        .map(|n| world.entry(&worker, ROUNDS, &format!("{n}")))
        .collect();
    let first = world.sync(&worker, &world.request(&[&entries[0], &entries[1]], &[]));
    let office = world.entry(&world.office, ROUNDS, "office");
    let second = world.sync(&world.office, &world.request(&[&office], &[]));
    let third = world.sync(&worker, &world.request(&[&entries[2], &entries[3]], &[]));

    let receipts = [first.receipts, second.receipts, third.receipts].concat();
    let mut running = [0; 32];
    let order = [&entries[0], &entries[1], &office, &entries[2], &entries[3]];
    for ((receipt, entry), position) in receipts.iter().zip(order).zip(1..) {
        running = running_hash(&running, &entry.hash);
        assert_eq!(
            (receipt.verdict, receipt.position),
            (Verdict::Stored, position)
        );
        assert_eq!((receipt.entry, receipt.running), (entry.hash, running));
        check_signature(&world, receipt);
    }
}

#[test]
fn an_answer_that_got_lost_is_given_again_byte_for_byte_even_by_a_new_process() {
    let mut world = World::new();
    let worker = world.worker(1);
    let entry = world.entry(&worker, ROUNDS, "met");
    let body = world.signed(&worker, &world.request(&[&entry], &[]));
    let lost = world.post(wire::PATH_SYNC, &body);
    assert_eq!(world.post(wire::PATH_SYNC, &body), lost);
    // Killed between commit and answer: nothing is closed, another process opens the file.
    let again = start(&world.path(), &world.hub, Config::default());
    assert_eq!(again.handle("POST", wire::PATH_SYNC, &body, NOW), lost);
    assert_eq!(again.totals().unwrap().entries, 1);
}

#[test]
fn one_bad_entry_never_holds_up_the_rest() {
    let mut world = World::new();
    let (worker, other) = (world.worker(1), world.worker(2));
    let stranger = DeviceSecrets::generate(&world.entropy);
    let good = [
        world.entry(&worker, ROUNDS, "a"),
        world.entry(&worker, COMMON, "b"),
    ];
    let mut forged = world.entry(&worker, ROUNDS, "c").bytes;
    // The last byte of the signature: header (2 bytes length), signature (2), before the sections.
    let at = forged
        .windows(2)
        .rposition(|pair| pair == [0x58, 0x40])
        .unwrap();
    forged[at + 2 + 63] ^= 1;
    let mut torn = world.entry(&worker, ROUNDS, "d").bytes;
    *torn.last_mut().unwrap() ^= 1;
    let nowhere = {
        // Sealed for a space that the charter does not name, in this community.
        let id = world.keys[0].0;
        world.keys[0].0 = SpaceId([0xee; 16]);
        let entry = world.entry(&worker, COMMON, "e");
        world.keys[0].0 = id;
        entry.bytes
    };
    let table = [
        (good[0].bytes.clone(), Verdict::Stored),
        (b"garbage".to_vec(), Verdict::Malformed),
        (Vec::new(), Verdict::Malformed),
        (vec![0; (1 << 20) + 1], Verdict::TooLarge),
        (forged, Verdict::BadSignature),
        (torn, Verdict::BadSignature),
        (
            world.entry(&stranger, ROUNDS, "f").bytes,
            Verdict::UnknownDevice,
        ),
        // Another's, brought by this worker: judged by its author.
        (world.entry(&other, ROUNDS, "g").bytes, Verdict::Stored),
        (world.entry(&other, STAFF, "i").bytes, Verdict::NoRight),
        (nowhere, Verdict::UnknownSpace),
        (world.entry(&worker, STAFF, "h").bytes, Verdict::NoRight),
        (good[1].bytes.clone(), Verdict::Stored),
    ];
    let mut request = world.request(&[], &[]);
    request.entries = table.iter().map(|(bytes, _)| bytes.clone()).collect();
    let answer = world.sync(&worker, &request);
    assert_eq!(answer.receipts.len(), table.len());
    for (i, (receipt, (_, verdict))) in answer.receipts.iter().zip(&table).enumerate() {
        assert_eq!(receipt.verdict, *verdict, "entry {i}");
        let stored = receipt.verdict == Verdict::Stored;
        assert_eq!(
            (receipt.position > 0, receipt.signature != [0; 64]),
            (stored, stored)
        );
    }
    assert_eq!(world.service.totals().unwrap().entries, 3);
}

#[test]
fn what_another_member_brings_is_its_authors_and_the_receipt_is_the_same_for_both() {
    let mut world = World::new();
    let (author, carrier) = (world.worker(1), world.worker(2));
    let entry = world.entry(&author, ROUNDS, "by hand");
    let brought = world.sync(&carrier, &world.request(&[&entry], &[ROUNDS]));
    assert_eq!(brought.receipts[0].verdict, Verdict::Stored);
    check_signature(&world, &brought.receipts[0]);
    // The carrier reads it like any other's; its author has it already.
    let full = PulledItem::Entry(entry.bytes.clone());
    assert_eq!(items(&brought, ROUNDS), [full]);
    let later = world.sync(&author, &world.request(&[&entry], &[ROUNDS]));
    assert_eq!(later.receipts, brought.receipts);
    assert_eq!(items(&later, ROUNDS), [PulledItem::Own(entry.hash)]);
    assert_eq!(world.service.totals().unwrap().entries, 1);

    // Who is no member brings nothing.
    let stranger = DeviceSecrets::generate(&world.entropy);
    let refused = world.try_sync(&stranger, &world.request(&[&entry], &[]));
    assert_eq!(code(&refused), "unknown_signer");
}

#[test]
fn a_carrier_without_the_right_to_a_space_may_bring_and_may_not_read() {
    let mut world = World::new();
    let worker = world.worker(1);
    let entry = world.entry(&world.office, STAFF, "duty");
    let answer = world.sync(&worker, &world.request(&[&entry], &[STAFF]));
    assert_eq!(answer.receipts[0].verdict, Verdict::Stored);
    assert!(answer.pulled.is_empty());
}

#[test]
fn a_quota_refuses_what_is_new_and_keeps_what_is_held() {
    let mut world = World::new();
    let worker = world.worker(1);
    let (a, b) = (
        world.entry(&worker, ROUNDS, "a"),
        world.entry(&worker, ROUNDS, "b"),
    );
    let config = Config {
        entry_quota: a.bytes.len() as u64,
        ..Config::default()
    };
    world.service = start(&world.path(), &world.hub, config);
    let answer = world.sync(&worker, &world.request(&[&a, &b, &a], &[]));
    let verdicts: Vec<_> = answer
        .receipts
        .iter()
        .map(|receipt| receipt.verdict)
        .collect();
    assert_eq!(verdicts, [Verdict::Stored, Verdict::Quota, Verdict::Stored]);
    assert_eq!(answer.receipts[1].entry, b.hash);
}

#[test]
fn own_entries_come_back_as_hashes_and_others_in_full() {
    let mut world = World::new();
    let (worker, other) = (world.worker(1), world.worker(2));
    let (mine, theirs) = (
        world.entry(&worker, ROUNDS, "a"),
        world.entry(&other, ROUNDS, "b"),
    );
    world.sync(&other, &world.request(&[&theirs], &[]));
    let mut request = world.request(&[&mine], &[ROUNDS, COMMON]);
    let answer = world.sync(&worker, &request);
    let stub = PulledItem::Own(mine.hash);
    let full = PulledItem::Entry(theirs.bytes.clone());
    assert_eq!(items(&answer, ROUNDS), [full.clone(), stub]);
    assert_eq!(answer.pulled.len(), 1, "a space without news takes no room");
    assert!(!answer.more);

    let part = &answer.pulled[0];
    assert_eq!((part.first, part.head), (1, 2));
    let promise = Receipt::head(world.keys[2].0, part.head, part.head_running);
    let hub = world.charter.hub_key();
    assert!(promise.verify(&hub, world.community(), &part.head_signature));
    assert_eq!(part.head_running, answer.receipts[0].running);

    request.own = true;
    let answer = world.sync(&worker, &request);
    assert_eq!(
        items(&answer, ROUNDS),
        [full, PulledItem::Entry(mine.bytes)]
    );

    request.cursors = vec![cursor(ROUNDS, part.head, &part.head_running)];
    let nothing = world.sync(&worker, &request);
    assert!(nothing.pulled.is_empty() && nothing.mismatched.is_empty() && !nothing.more);
}

#[test]
fn an_answer_is_cut_at_its_limit_and_says_so_until_all_is_read() {
    let mut world = World::new();
    let (worker, reader) = (world.worker(1), world.worker(2));
    let mut pushed = Vec::new();
    for space in [COMMON, ROUNDS] {
        for n in 0..5 {
            pushed.push((space, world.entry(&worker, space, &format!("{space} {n}"))));
        }
    }
    let all: Vec<&SealedEntry> = pushed.iter().map(|(_, entry)| entry).collect();
    world.sync(&worker, &world.request(&all, &[]));
    let size = all[0].bytes.len();
    for limit in [0, size * 2 + 20, size * 6, size * 20] {
        // Rounds first: the order is the reader's.
        let mut request = world.request(&[], &[ROUNDS, COMMON]);
        request.limit = u32::try_from(limit).unwrap();
        let (mut read, mut trips) = (Vec::new(), 0);
        loop {
            let answer = world.sync(&reader, &request);
            trips += 1;
            let bytes: usize = answer
                .pulled
                .iter()
                .map(|part| part.items.len() * size)
                .sum();
            assert!(bytes <= limit.max(size), "{bytes} of {limit}");
            for part in &answer.pulled {
                let place = request
                    .cursors
                    .iter_mut()
                    .find(|c| c.space == part.space)
                    .unwrap();
                assert_eq!(part.first, place.position + 1);
                for item in &part.items {
                    let PulledItem::Entry(bytes) = item else {
                        panic!("another's entry")
                    };
                    read.push((part.space, bytes.clone()));
                    place.position += 1;
                }
                let log = world.service.store();
                let id = world.keys[part.space as usize].0;
                let running = log
                    .running(world.community(), id, place.position)
                    .unwrap()
                    .unwrap();
                place.running = running[..4].try_into().unwrap();
            }
            if !answer.more {
                break;
            }
            assert!(!answer.pulled.is_empty(), "each trip brings something");
        }
        let expected: Vec<_> = pushed.iter().map(|(s, e)| (*s, e.bytes.clone())).collect();
        assert_eq!(
            read,
            [&expected[5..], &expected[..5]].concat(),
            "limit {limit}"
        );
        assert_eq!(trips == 1, limit == size * 20);
    }
}

#[test]
fn an_entry_too_large_for_what_is_left_waits_for_its_turn_and_then_comes() {
    let mut world = World::new();
    let (worker, reader) = (world.worker(1), world.worker(2));
    let noise: String = (0..1_000u32)
        .map(|n| format!("{:x}", n.wrapping_mul(0x9e37_79b9)))
        .collect();
    let (small, large) = (
        world.entry(&worker, ROUNDS, "a"),
        world.entry(&worker, COMMON, &noise),
    );
    let late = world.entry(&worker, COMMON, "b");
    world.sync(&worker, &world.request(&[&small, &large, &late], &[]));
    let mut request = world.request(&[], &[ROUNDS, COMMON]);
    request.limit = 1_000;
    assert!(small.bytes.len() < 1_000 && large.bytes.len() > 2_000);
    let answer = world.sync(&reader, &request);
    assert_eq!(
        (items(&answer, ROUNDS).len(), items(&answer, COMMON).len()),
        (1, 0)
    );
    assert!(answer.more);
    request.cursors.remove(0);
    let answer = world.sync(&reader, &request);
    assert_eq!(items(&answer, COMMON), [PulledItem::Entry(large.bytes)]);
    assert!(answer.more);
}

#[test]
fn spaces_without_a_right_or_a_name_or_named_twice_are_passed_over() {
    let mut world = World::new();
    let worker = world.worker(1);
    let entries: Vec<_> = [COMMON, STAFF, ROUNDS]
        .map(|space| world.entry(&world.office, space, "x"))
        .into();
    let all: Vec<_> = entries.iter().collect();
    world.sync(&world.office, &world.request(&all, &[]));
    let request = world.request(&[], &[STAFF, 77, u32::MAX, ROUNDS, ROUNDS, COMMON]);
    let answer = world.sync(&worker, &request);
    let spaces: Vec<u32> = answer.pulled.iter().map(|part| part.space).collect();
    assert_eq!(spaces, [ROUNDS, COMMON]);
    assert!(answer.mismatched.is_empty() && !answer.more);
}

#[test]
fn a_hub_restored_from_an_older_backup_is_noticed_and_made_whole_again() {
    let mut world = World::new();
    let (worker, reader) = (world.worker(1), world.worker(2));
    let entries: Vec<_> = (0..3)
        .map(|n| world.entry(&worker, ROUNDS, &format!("{n}")))
        .collect();
    world.sync(&worker, &world.request(&[&entries[0]], &[]));
    let backup = world.dir.path().join("backup.db");
    let file = rusqlite::Connection::open(world.path()).unwrap();
    file.execute("VACUUM INTO ?1", [backup.to_str().unwrap()])
        .unwrap();
    let late = world.worker(3);
    let answer = world.sync(&worker, &world.request(&[&entries[1], &entries[2]], &[]));
    let held = answer.receipts[1];

    world.service = start(&backup, &world.hub, Config::default());
    // The charter lost two statements: the client sees it and brings them.
    let at_head = |space| cursor(space, held.position, &held.running);
    let mut request = world.request(&[], &[]);
    request.cursors = vec![at_head(ROUNDS)];
    let answer = world.sync(&worker, &request);
    assert_eq!(answer.charter_length, world.charter.len() - 2);
    assert!(answer.statements.is_empty());
    assert_eq!(answer.mismatched, [ROUNDS]);
    assert!(answer.pulled.is_empty());
    assert_eq!(code(&world.try_sync(&late, &request)), "unknown_signer");

    // Another entry takes a lost position: the same length, another history.
    let other = [
        world.entry(&reader, ROUNDS, "x"),
        world.entry(&reader, ROUNDS, "y"),
    ];
    world.sync(&reader, &world.request(&[&other[0], &other[1]], &[]));
    assert_eq!(world.sync(&worker, &request).mismatched, [ROUNDS]);

    // The space is started over: everything again, from 0, own entries in full.
    let all: Vec<_> = entries.iter().collect();
    let mut over = world.request(&all, &[ROUNDS]);
    over.own = true;
    let answer = world.sync(&worker, &over);
    let positions: Vec<u64> = answer
        .receipts
        .iter()
        .map(|receipt| receipt.position)
        .collect();
    assert_eq!(positions, [1, 4, 5]);
    assert_eq!(items(&answer, ROUNDS).len(), 5);
    let head = answer.receipts[2];
    request.cursors = vec![cursor(ROUNDS, head.position, &head.running)];
    assert!(world.sync(&worker, &request).mismatched.is_empty());
}

#[test]
fn a_client_behind_in_the_charter_gets_the_rest_and_one_on_another_branch_gets_all() {
    let mut world = World::new();
    let worker = world.worker(1);
    let behind = world.charter.clone();
    let later = world.worker(2);
    let mut request = world.request(&[], &[]);
    request.charter_length = behind.len();
    request.charter_head = behind.head()[..8].try_into().unwrap();
    let answer = world.sync(&worker, &request);
    assert_eq!(answer.statements.len(), 2);
    assert_eq!(answer.charter_length, world.charter.len());
    assert!(!answer.more);
    let mut grown = behind;
    for bytes in &answer.statements {
        grown.extend(bytes).unwrap();
    }
    assert_eq!(grown, world.charter);
    assert!(grown.device(later.device_id()).is_some());

    request.charter_head = [0xee; 8];
    let answer = world.sync(&worker, &request);
    assert_eq!(answer.statements.len() as u64, world.charter.len());
    assert_eq!(answer.statements[0], world.genesis);
}
