//! Sync files: the sealed frames, the records inside, and what a record says.

use std::sync::LazyLock;

use aead_stream::{Key, NewStream, Nonce, StreamBE32, StreamPrimitive};
use chacha20poly1305::XChaCha20Poly1305;
use doorknock_model::ids::DeviceId;
use doorknock_seal::file::{FRAME, FileReader, FileWriter, MAGIC, RECORD};
use doorknock_seal::identity::HubSecret;
use doorknock_seal::wrap::EpochKey;
use doorknock_sync::carry::{CarriedEntry, CarriedReceipt, Record};
use doorknock_tests::SeededEntropy;
use doorknock_tests::town::Town;
use hkdf::Hkdf;
use sha2::Sha256;

use crate::{Parts, Target, seed};

/// See the module.
pub const TARGET: Target = Target {
    name: "file",
    run,
    seeds,
};

type Cipher = XChaCha20Poly1305;

static TOWN: LazyLock<Town> = LazyLock::new(|| Town::new(10, HubSecret::from_bytes(&[42; 32])));

fn key() -> EpochKey {
    TOWN.keys[&TOWN.charter.spaces()[0].id].clone()
}

fn run(data: &[u8]) -> bool {
    match data.split_first() {
        Some((0, bytes)) => read(bytes).is_some_and(|(_, whole)| whole),
        Some((1, bytes)) => inside(bytes),
        Some((2, bytes)) => written(bytes),
        Some((3, bytes)) => record(bytes),
        _ => false,
    }
}

/// A file's records as far as they verify, and whether it is whole.
fn read(bytes: &[u8]) -> Option<(Vec<Vec<u8>>, bool)> {
    let keys = [EpochKey::from_bytes(&[1; 32]), key()];
    let mut file = FileReader::open(bytes, &keys).ok()?;
    let mut records = Vec::new();
    while let Some(record) = file.record().expect("memory does not fail") {
        assert!(!record.is_empty() && record.len() <= RECORD);
        records.push(record.to_vec());
    }
    let length: usize = records.iter().map(|record| 4 + record.len()).sum();
    assert!(length <= bytes.len(), "more than there was");
    let end = file.record().expect("memory does not fail");
    assert!(end.is_none(), "the end stays the end");
    Some((records, file.is_whole()))
}

/// Whatever stands in the frames, whose tags a mutation would always break.
fn inside(plain: &[u8]) -> bool {
    if plain.is_empty() {
        return false;
    }
    let salt = [3; 32];
    let mut secret = [0; 32];
    Hkdf::<Sha256>::new(Some(&salt), key().as_bytes())
        .expand(b"doorknock/1 sync file", &mut secret)
        .expect("32 bytes");
    let nonce = Nonce::<Cipher, StreamBE32<Cipher>>::default();
    let stream = StreamBE32::<Cipher>::new(&Key::<Cipher>::from(secret), &nonce);
    let mut bytes = [&MAGIC[..], &salt].concat();
    let last = plain.chunks(FRAME).count() - 1;
    for (n, frame) in plain.chunks(FRAME).enumerate() {
        let number = u32::try_from(n).expect("few frames");
        bytes.extend(stream.encrypt(number, n == last, frame).expect("a frame"));
    }
    let (records, whole) = read(&bytes).expect("a file that opens");
    let mut at = 0;
    for record in &records {
        assert_eq!(plain[at + 4..at + 4 + record.len()], record[..]);
        at += 4 + record.len();
    }
    // Nothing but padding may stand behind the last record of a whole file; behind a length of zero nobody looks.
    let rest = &plain[at..];
    assert!(!whole || rest.iter().take(4).all(|byte| *byte == 0));
    whole && !records.is_empty()
}

/// What is written is read; cut anywhere, the records before the cut are.
fn written(bytes: &[u8]) -> bool {
    let mut parts = Parts(bytes);
    let (Some(cut), mut records) = (parts.bytes(), Vec::new()) else {
        return false;
    };
    while let Some(record) = parts.bytes() {
        if !record.is_empty() {
            records.push(record.to_vec());
        }
    }
    let mut file = Vec::new();
    let entropy = SeededEntropy::new(4);
    let mut writer = FileWriter::begin(&mut file, &key(), &entropy).expect("memory");
    for record in &records {
        writer.record(record).expect("a record within the limit");
    }
    assert_eq!(writer.finish().expect("memory"), file.len() as u64);
    assert_eq!(read(&file), Some((records.clone(), true)));
    let cut = cut
        .iter()
        .fold(0_usize, |n, byte| n << 8 | usize::from(*byte));
    file.truncate(cut % file.len());
    if let Some((before, whole)) = read(&file) {
        assert!(!whole && records.starts_with(&before));
    }
    !records.is_empty()
}

fn record(bytes: &[u8]) -> bool {
    let Ok(record) = Record::decode(bytes) else {
        return false;
    };
    assert_eq!(Record::decode(&record.encode()).as_ref(), Ok(&record));
    true
}

fn seeds() -> Vec<Vec<u8>> {
    let entry = |receipt, seen| {
        Record::Entry(CarriedEntry {
            bytes: vec![5; 90],
            receipt,
            seen,
        })
    };
    let receipt = CarriedReceipt {
        position: 3,
        running: [6; 32],
        signature: [7; 64],
    };
    let records = [
        Record::Head {
            device: DeviceId([2; 16]),
            at: 1_790_000_000_000,
        },
        Record::Statement {
            position: 0,
            bytes: TOWN.said[0].statement.clone(),
        },
        entry(None, None),
        entry(Some(receipt), Some(3)),
        Record::Unknown(9),
    ];
    let records: Vec<_> = records.iter().map(Record::encode).collect();
    let framed = |record: &Vec<u8>| {
        let length = u32::try_from(record.len()).expect("small");
        [&length.to_be_bytes()[..], record].concat()
    };
    let mut plain: Vec<u8> = records.iter().flat_map(framed).collect();
    let bare = plain.clone();
    plain.resize(plain.len() + 40, 0);
    let mut file = Vec::new();
    let entropy = SeededEntropy::new(5);
    let mut writer = FileWriter::begin(&mut file, &key(), &entropy).expect("memory");
    for record in &records {
        writer.record(record).expect("a record");
    }
    writer.finish().expect("memory");
    let cut: [&[u8]; 1] = [&[1, 44]];
    let parts: Vec<&[u8]> = records.iter().map(Vec::as_slice).collect();
    let each = records.iter().map(|record| seed(3, record));
    let whole = [
        seed(0, file),
        seed(1, plain),
        seed(1, bare),
        seed(2, Parts::of(&[&cut[..], &parts].concat())),
    ];
    whole.into_iter().chain(each).collect()
}
