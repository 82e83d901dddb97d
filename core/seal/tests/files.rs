//! Files that carry entries: what goes in comes out, and what was changed on the way is noticed.
#![allow(clippy::unwrap_used, reason = "a test may end by panicking")]

mod common;

use common::Seeded;
use doorknock_seal::file::{FRAME, FileError, FileReader, FileWriter, MAGIC, RECORD};
use doorknock_seal::section::padded_len;
use doorknock_seal::sha256;
use doorknock_seal::wrap::EpochKey;
use proptest::prelude::*;

const HEAD: usize = 40;
const SEALED: usize = FRAME + 16;

fn key(n: u8) -> EpochKey {
    EpochKey::from_bytes(&[n; 32])
}

fn written(records: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut file = FileWriter::begin(&mut bytes, &key(1), &Seeded::new(5)).unwrap();
    for record in records {
        file.record(record).unwrap();
    }
    let length = file.finish().unwrap();
    assert_eq!(length, bytes.len() as u64);
    bytes
}

/// The records that verify, and whether the file is whole.
fn read(bytes: &[u8]) -> Result<(Vec<Vec<u8>>, bool), FileError> {
    let mut file = FileReader::open(bytes, &[key(9), key(1)])?;
    let mut records = Vec::new();
    while let Some(record) = file.record()? {
        records.push(record.to_vec());
    }
    assert!(file.record()?.is_none(), "the end stays the end");
    Ok((records, file.is_whole()))
}

fn some(lengths: &[usize]) -> Vec<Vec<u8>> {
    let record = |(n, length): (usize, &usize)| vec![n.to_le_bytes()[0]; *length];
    lengths.iter().enumerate().map(record).collect()
}

#[test]
fn records_of_any_length_read_back_and_the_length_of_the_file_is_padded() {
    // Around frames, the padding's least, and the largest record.
    let table: [&[usize]; 9] = [
        &[],
        &[1],
        &[59, 1],
        &[60],
        &[FRAME - 4],
        &[FRAME - 3],
        &[FRAME - 5, 1, 1],
        &[3 * FRAME, 7, 2 * FRAME - 30],
        &[RECORD, 1],
    ];
    for lengths in table {
        let records = some(lengths);
        let bytes = written(&records);
        assert_eq!(read(&bytes).unwrap(), (records, true), "{lengths:?}");
        let plain: usize = lengths.iter().map(|length| length + 4).sum();
        let padded = padded_len(plain);
        let frames = padded.div_ceil(FRAME);
        assert_eq!(bytes.len(), HEAD + padded + 16 * frames, "{lengths:?}");
    }
}

#[test]
fn the_bytes_are_a_contract() {
    let bytes = written(&some(&[3, 40_000]));
    assert_eq!(bytes[..8], MAGIC);
    let hash: String = sha256(&[&bytes])
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    assert_eq!(
        hash,
        "3d103fab97e85e30e940c84c3a1b43c03e2d5eb6dd1fb35983166725a4b071d1"
    );
}

#[test]
fn an_empty_record_and_one_too_long_are_not_written() {
    let mut bytes = Vec::new();
    let mut file = FileWriter::begin(&mut bytes, &key(1), &Seeded::new(5)).unwrap();
    assert!(file.record(&[]).is_err());
    assert!(file.record(&vec![0; RECORD + 1]).is_err());
    file.finish().unwrap();
    assert_eq!(read(&bytes).unwrap(), (vec![], true));
}

#[test]
fn a_file_cut_anywhere_gives_the_records_before_the_cut_and_is_not_whole() {
    let records = some(&[10; 4000]);
    let bytes = written(&records);
    assert!(bytes.len() > HEAD + 3 * SEALED);
    let ends = (0..4).flat_map(|n| {
        let end = HEAD + n * SEALED;
        end - 2..end + 3
    });
    for end in ends.chain([0, 7, 8, 20, bytes.len() - 1]) {
        match read(&bytes[..end]) {
            Ok((some, whole)) => {
                assert!(!whole, "cut at {end}");
                assert_eq!(some[..], records[..some.len()], "cut at {end}");
                let frames = (end - HEAD) / SEALED;
                assert_eq!(some.len(), frames * FRAME / 14, "cut at {end}");
            }
            Err(FileError::NotOne) => assert!(end < 8),
            Err(FileError::NotOurs) => assert!(end < HEAD + SEALED, "cut at {end}"),
            Err(error) => unreachable!("{error}"),
        }
    }
}

#[test]
fn frames_cannot_be_moved_repeated_left_out_or_taken_from_another_file() {
    let records = some(&[10; 4000]);
    let bytes = written(&records);
    let frame = |n: usize| bytes[HEAD + n * SEALED..HEAD + (n + 1) * SEALED].to_vec();
    let with = |frames: &[Vec<u8>]| {
        let rest = bytes[HEAD + 3 * SEALED..].to_vec();
        [&bytes[..HEAD], &frames.concat(), &rest].concat()
    };
    assert_eq!(with(&[frame(0), frame(1), frame(2)]), bytes);
    let other = {
        let mut bytes = Vec::new();
        let mut file = FileWriter::begin(&mut bytes, &key(1), &Seeded::new(6)).unwrap();
        records
            .iter()
            .for_each(|record| file.record(record).unwrap());
        file.finish().unwrap();
        bytes[HEAD + SEALED..HEAD + 2 * SEALED].to_vec()
    };
    for frames in [
        vec![frame(0), frame(2), frame(1)],
        vec![frame(0), frame(0), frame(1), frame(2)],
        vec![frame(0), frame(2)],
        vec![frame(0), other, frame(2)],
    ] {
        let (some, whole) = read(&with(&frames)).unwrap();
        assert_eq!((some.len(), whole), (FRAME / 14, false));
    }
    // The last frame alone is marked as such: without it the file does not end, even where a record does.
    let even = written(&some(&[FRAME - 4, 100]));
    let (all, whole) = read(&even[..HEAD + SEALED]).unwrap();
    assert_eq!((all.len(), whole), (1, false));
    let (_, whole) = read(&bytes[..HEAD + 3 * SEALED]).unwrap();
    assert!(!whole);
    let longer = [&bytes[..], &[0]].concat();
    assert!(!read(&longer).unwrap().1);
}

#[test]
fn keys_of_others_and_other_files_are_refused_with_what_to_do() {
    let bytes = written(&some(&[100]));
    let open = |bytes: &[u8], keys: &[EpochKey]| {
        FileReader::open(bytes, keys)
            .map(|_| ())
            .unwrap_err()
            .message()
            .code
    };
    assert_eq!(open(&bytes, &[key(2), key(3)]), "file_not_ours");
    assert_eq!(open(&bytes, &[]), "file_not_ours");
    assert_eq!(open(b"PK\x03\x04 a workbook", &[key(1)]), "file_not_one");
    let mut newer = bytes.clone();
    newer[7] = 2;
    assert_eq!(open(&newer, &[key(1)]), "file_newer_version");
    let mut salted = bytes;
    salted[8] ^= 1;
    assert_eq!(open(&salted, &[key(1)]), "file_not_ours");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_changed_byte_is_noticed_wherever_it_is(
        lengths in proptest::collection::vec(1_usize..9000, 1..8), at: prop::sample::Index, flip in 1_u8..,
    ) {
        let records = some(&lengths);
        let mut bytes = written(&records);
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        match read(&bytes) {
            Ok((some, whole)) => {
                prop_assert!(!whole);
                prop_assert_eq!(&some[..], &records[..some.len()]);
            }
            Err(_) => prop_assert!(at < HEAD + SEALED),
        }
    }

    #[test]
    fn any_bytes_are_a_file_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..400), begins: bool) {
        let bytes = if begins { [&MAGIC[..], &bytes].concat() } else { bytes };
        prop_assert!(read(&bytes).is_err());
    }
}
