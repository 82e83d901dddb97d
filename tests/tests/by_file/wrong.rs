//! Files that a member's device made up: judged like what a hub hands out.

use doorknock_seal::file::FileWriter;
use doorknock_sync::carry::{CarriedEntry, CarriedReceipt, Record};
use doorknock_tests::by_hand::ByHand;
use doorknock_tests::{Crew, SeededEntropy};

use crate::{count, door, file, log, read, state};
use doorknock::FileScope;

/// A file of these records.
fn made_up(villain: &ByHand, records: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let entropy = SeededEntropy::new(7);
    let mut file = FileWriter::begin(&mut bytes, villain.common_key(), &entropy).unwrap();
    for record in records {
        file.record(record).unwrap();
    }
    file.finish().unwrap();
    bytes
}

fn entry(bytes: &[u8], receipt: Option<CarriedReceipt>) -> Vec<u8> {
    let bytes = bytes.to_vec();
    Record::Entry(CarriedEntry {
        bytes,
        receipt,
        seen: None,
    })
    .encode()
}

fn villain(crew: &Crew) -> ByHand {
    let role = doorknock::model::access::Role::Worker;
    let grids = ["G1".to_owned()];
    let net = crew.world.net();
    let link = crew.office.invite(role, &grids, 86_400_000, &net).unwrap();
    let villain = ByHand::join(&crew.world, &link);
    crew.sync();
    villain
}

/// The sealed entries of a home's file.
fn entries(villain: &ByHand, bytes: &[u8]) -> Vec<CarriedEntry> {
    let key = std::slice::from_ref(villain.common_key());
    let mut file = doorknock_seal::file::FileReader::open(bytes, key).unwrap();
    let mut all = Vec::new();
    while let Some(record) = file.record().unwrap() {
        if let Record::Entry(entry) = Record::decode(&record).unwrap() {
            all.push(entry);
        }
    }
    all
}

#[test]
fn nonsense_and_forgeries_are_set_aside_and_the_good_entry_among_them_is_taken() {
    let crew = Crew::new(81, &["G1"], 6);
    let villain = villain(&crew);
    log(&crew.li, door(&crew, 0), "真的");
    let good = entries(&villain, &file(&crew.li, FileScope::Missing));
    assert!(!good.is_empty());
    let mut forged = good[0].bytes.clone();
    let last = forged.len() - 1;
    forged[last] ^= 1;
    let mut records = vec![
        b"no CBOR at all".to_vec(),
        Record::Unknown(99).encode(),
        entry(b"not an entry", None),
        entry(&forged, None),
        entry(&[0x80; 5000], None),
        Record::Statement {
            position: 0,
            bytes: b"not a statement".to_vec(),
        }
        .encode(),
    ];
    records.extend(good.iter().map(|good| entry(&good.bytes, None)));
    let done = read(&crew.wang, &made_up(&villain, &records));
    assert!(done.whole && done.charter_refused, "{done:?}");
    assert_eq!((done.quarantined, count(&crew.wang)), (4, 1), "{done:?}");
    let reasons: Vec<_> = crew
        .wang
        .quarantine()
        .unwrap()
        .iter()
        .map(|l| l.reason.code)
        .collect();
    assert_eq!(reasons, ["damaged"; 3]);
    // None of it is carried on or brought to the hub.
    let report = crew.wang.sync(&crew.world.net(), &mut |_| {}).unwrap();
    assert_eq!(report.relayed, good.len(), "{report:?}");
}

#[test]
fn a_receipt_that_the_hub_did_not_sign_convinces_nobody() {
    let crew = Crew::new(82, &["G1"], 6);
    let villain = villain(&crew);
    let visit = log(&crew.li, door(&crew, 0), "还没送到");
    let mine = entries(&villain, &file(&crew.li, FileScope::Missing));
    let receipt = CarriedReceipt {
        position: 9,
        running: [1; 32],
        signature: [2; 64],
    };
    let records: Vec<_> = mine
        .iter()
        .map(|e| entry(&e.bytes, Some(receipt)))
        .collect();
    let done = read(&crew.li, &made_up(&villain, &records));
    assert_eq!((done.pushed, done.known), (0, mine.len()), "{done:?}");
    assert_eq!(state(&crew.li, visit), "carried");
    // Another entry's true receipt is no better.
    crew.wang
        .log_visit(&doorknock_tests::visit(door(&crew, 1), "送到了"))
        .unwrap();
    let theirs = file(&crew.wang, FileScope::Missing);
    read(&crew.office, &theirs);
    crew.office.sync(&crew.world.net(), &mut |_| {}).unwrap();
    let with = entries(&villain, &file(&crew.office, FileScope::Missing));
    let true_receipts: Vec<_> = with.iter().filter_map(|e| e.receipt).collect();
    assert!(!true_receipts.is_empty());
    for receipt in true_receipts {
        let records: Vec<_> = mine
            .iter()
            .map(|e| entry(&e.bytes, Some(receipt)))
            .collect();
        assert_eq!(read(&crew.li, &made_up(&villain, &records)).pushed, 0);
    }
    assert_eq!(state(&crew.li, visit), "carried");
}
