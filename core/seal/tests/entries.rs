//! Entries: sealed, opened, and refused when anything about them is wrong.

#![allow(clippy::unwrap_used, reason = "a test may end by panicking")]

mod common;

use common::{GRID, World};
use doorknock_model::access::SpaceKind;
use doorknock_model::ids::{CommunityId, Incarnation};
use doorknock_seal::entry::{
    Entry, EntryError, EntryParams, SealedEntry, SpaceKeys, link, seal_entry,
};
use doorknock_seal::identity::{Context, DeviceSecrets, Signer};
use doorknock_seal::{limits, sha256};
use proptest::prelude::*;

fn params(world: &World) -> EntryParams {
    let community = world.community();
    EntryParams {
        community,
        incarnation: Incarnation([4; 8]),
        sequence: 7,
        previous: [5; 32],
    }
}

fn keys(world: &World) -> SpaceKeys {
    SpaceKeys::derive(world.charter.spaces()[0].id, 0, &world.common)
}

fn seal(world: &World, sections: &[Vec<u8>]) -> Result<SealedEntry, EntryError> {
    seal_entry(
        &params(world),
        &keys(world),
        &world.admin,
        sections,
        &world.entropy,
    )
}

/// Parses, verifies and opens everything, as a reader with the keys does.
fn read(world: &World, bytes: &[u8]) -> Result<Vec<Vec<u8>>, EntryError> {
    let entry = Entry::parse(bytes)?;
    let verified = entry.verify(world.community(), &world.admin.sign_key())?;
    (0..entry.sections().len())
        .map(|i| verified.open_section(i, &keys(world)))
        .collect()
}

/// The entry's three parts, to be put together wrongly.
fn parts(bytes: &[u8]) -> (Vec<u8>, Vec<u8>, Vec<Vec<u8>>) {
    let mut d = minicbor::Decoder::new(bytes);
    d.array().unwrap();
    let (header, signature) = (d.bytes().unwrap().to_vec(), d.bytes().unwrap().to_vec());
    let count = d.array().unwrap().unwrap();
    (
        header,
        signature,
        (0..count).map(|_| d.bytes().unwrap().to_vec()).collect(),
    )
}

fn assemble(header: &[u8], signature: &[u8], sections: &[Vec<u8>]) -> Vec<u8> {
    let mut e = minicbor::Encoder::new(Vec::new());
    e.array(3)
        .unwrap()
        .bytes(header)
        .unwrap()
        .bytes(signature)
        .unwrap();
    e.array(sections.len() as u64).unwrap();
    for section in sections {
        e.bytes(section).unwrap();
    }
    e.into_writer()
}

/// Signs a changed entry again, as its own author could.
fn resign(world: &World, device: &DeviceSecrets, header: &[u8], sections: &[Vec<u8>]) -> Vec<u8> {
    let hashes: Vec<u8> = sections.iter().flat_map(|s| sha256(&[s])).collect();
    let message = [header, &sha256(&[&hashes])].concat();
    let signature = device.sign(Context::Entry, world.community(), &message);
    assemble(header, &signature, sections)
}

#[test]
fn what_is_sealed_reads_back() {
    let world = World::new();
    let sections = [b"one".to_vec(), vec![9; 5000], b"".to_vec()];
    let sealed = seal(&world, &sections).unwrap();
    let entry = Entry::parse(&sealed.bytes).unwrap();
    let header = entry.header();
    assert_eq!(entry.hash(), sealed.hash);
    assert_eq!(header.device, world.admin.device_id());
    assert_eq!(header.space, world.charter.spaces()[0].id);
    assert_eq!(
        (header.sequence, header.previous, header.epoch),
        (7, [5; 8], 0)
    );
    assert_eq!(header.incarnation, Incarnation([4; 8]));
    let bodies = read(&world, &sealed.bytes).unwrap();
    assert_eq!(bodies, sections);
    assert_eq!(link(&sealed.hash), sealed.hash[..8]);
    assert_eq!(Entry::hash_of(&sealed.bytes), Ok(sealed.hash));
    let key = world.admin.sign_key();
    let verified = entry.verify(world.community(), &key).unwrap();
    let none = verified.open_section(3, &keys(&world));
    assert_eq!(none, Err(EntryError::Malformed));
}

#[test]
fn every_flipped_bit_and_every_cut_is_refused() {
    let world = World::new();
    let sealed = seal(&world, &[b"one".to_vec(), b"two".to_vec()])
        .unwrap()
        .bytes;
    for at in 0..sealed.len() {
        for bit in 0..8 {
            let mut changed = sealed.clone();
            changed[at] ^= 1 << bit;
            assert!(read(&world, &changed).is_err(), "byte {at}, bit {bit}");
        }
        assert!(Entry::parse(&sealed[..at]).is_err(), "cut at {at}");
    }
    assert!(Entry::parse(&[&sealed[..], &[0]].concat()).is_err());
}

#[test]
fn no_other_encoding_of_the_frame_has_the_same_hash() {
    let world = World::new();
    let sealed = seal(&world, &[b"one".to_vec()]).unwrap().bytes;
    let (header, signature, sections) = parts(&sealed);
    assert_eq!(assemble(&header, &signature, &sections), sealed);
    let longer_head = [&[0x98, 3], &sealed[1..]].concat();
    let one_more = [&[0x84], &sealed[1..], &[0x00]].concat();
    for bytes in [longer_head, one_more] {
        assert_eq!(Entry::parse(&bytes).map(|_| ()), Err(EntryError::Malformed));
    }
}

#[test]
fn an_entry_is_its_device_and_communitys_only() {
    let world = World::new();
    let sealed = seal(&world, &[b"one".to_vec()]).unwrap().bytes;
    let entry = Entry::parse(&sealed).unwrap();
    let key = world.admin.sign_key();
    assert_eq!(entry.verify(world.community(), &key).map(drop), Ok(()));
    assert_eq!(
        entry.verify(CommunityId([0; 16]), &key).map(drop),
        Err(EntryError::BadSignature)
    );

    // Signed by another device, under the first one's name and under its own key.
    let stranger = DeviceSecrets::generate(&world.entropy);
    let (header, _, sections) = parts(&sealed);
    let forged = resign(&world, &stranger, &header, &sections);
    let forged = Entry::parse(&forged).unwrap();
    for key in [key, stranger.sign_key()] {
        assert_eq!(
            forged.verify(world.community(), &key).map(drop),
            Err(EntryError::BadSignature)
        );
    }

    // A signature made for something else.
    let signature = world
        .admin
        .sign(Context::Request, world.community(), &header);
    let other = assemble(&header, &signature, &sections);
    assert_eq!(read(&world, &other), Err(EntryError::BadSignature));
}

#[test]
fn only_the_keys_of_the_space_and_epoch_open_a_section() {
    let mut world = World::new();
    let sealed = seal(&world, &[b"one".to_vec()]).unwrap().bytes;
    let entry = Entry::parse(&sealed).unwrap();
    let community = world.community();
    let entry = entry.verify(community, &world.admin.sign_key()).unwrap();
    let common = world.charter.spaces()[0].id;
    let (space, key) = world.create_space(SpaceKind::Rounds, GRID);
    for keys in [
        SpaceKeys::derive(common, 0, &key),
        SpaceKeys::derive(common, 1, &world.common),
        SpaceKeys::derive(space, 0, &world.common),
        SpaceKeys::derive(space, 0, &key),
    ] {
        assert!(entry.open_section(0, &keys).is_err(), "{keys:?}");
    }
    assert_eq!(entry.open_section(0, &keys(&world)).unwrap(), b"one");
}

#[test]
fn a_section_in_another_place_does_not_open_even_if_its_author_signs() {
    let world = World::new();
    let device = &world.admin;
    let first = seal(&world, &[b"one".to_vec(), b"two".to_vec()])
        .unwrap()
        .bytes;
    let second = seal(&world, &[b"six".to_vec(), b"ten".to_vec()])
        .unwrap()
        .bytes;
    let (signed, signature, sections) = parts(&first);
    let (_, _, others) = parts(&second);

    let swapped = [sections[1].clone(), sections[0].clone()];
    let bytes = assemble(&signed, &signature, &swapped);
    assert_eq!(read(&world, &bytes), Err(EntryError::BadSignature));

    // The author signs the moved sections: in another place they are noise.
    assert!(read(&world, &resign(&world, device, &signed, &sections)).is_ok());
    for moved in [
        swapped.to_vec(),
        vec![others[0].clone(), sections[1].clone()],
    ] {
        assert!(read(&world, &resign(&world, device, &signed, &moved)).is_err());
    }
}

#[test]
fn every_header_field_is_bound_to_the_sections() {
    let world = World::new();
    let sealed = seal(&world, &[b"one".to_vec()]).unwrap().bytes;
    let (header, _, sections) = parts(&sealed);
    let mut opened = 0;
    for at in 0..header.len() {
        let mut header = header.clone();
        header[at] ^= 1;
        let bytes = resign(&world, &world.admin, &header, &sections);
        opened += usize::from(read(&world, &bytes).is_ok());
    }
    assert_eq!(opened, 0);
}

#[test]
fn an_entry_with_an_erased_section_keeps_its_hash() {
    let world = World::new();
    let sealed = seal(&world, &[b"one".to_vec(), b"two".to_vec()]).unwrap();
    let (header, signature, sections) = parts(&sealed.bytes);
    let mut e = minicbor::Encoder::new(Vec::new());
    e.array(3).unwrap().bytes(&header).unwrap();
    e.bytes(&signature).unwrap().array(2).unwrap();
    e.array(1).unwrap().bytes(&sha256(&[&sections[0]])).unwrap();
    e.bytes(&sections[1]).unwrap();
    assert_eq!(Entry::hash_of(&e.into_writer()), Ok(sealed.hash));
}

#[test]
fn another_format_or_suite_is_of_a_newer_version() {
    let world = World::new();
    let sealed = seal(&world, &[b"one".to_vec()]).unwrap().bytes;
    let (header, _, sections) = parts(&sealed);
    for at in [1, 2] {
        let mut header = header.clone();
        assert_eq!(header[at], 1);
        header[at] = 2;
        let bytes = resign(&world, &world.admin, &header, &sections);
        assert_eq!(read(&world, &bytes), Err(EntryError::Unsupported));
    }
}

#[test]
fn a_header_may_grow_at_its_end() {
    let world = World::new();
    let sealed = seal(&world, &[b"one".to_vec()]).unwrap().bytes;
    let (mut header, _, sections) = parts(&sealed);
    assert_eq!(header[0], 0x89);
    header[0] = 0x8a;
    header.extend([0x82, 0x01, 0x61, b'x']);
    let bytes = resign(&world, &world.admin, &header, &sections);
    let entry = Entry::parse(&bytes).unwrap();
    let key = world.admin.sign_key();
    let verified = entry.verify(world.community(), &key).unwrap();
    // What it says there is bound to the sections like all else.
    assert!(verified.open_section(0, &keys(&world)).is_err());
}

#[test]
fn limits_hold_for_writers_and_readers() {
    let world = World::new();
    let noise = |n: usize| {
        let mut body = vec![0; n];
        doorknock_model::Entropy::fill(&world.entropy, &mut body);
        body
    };
    assert_eq!(seal(&world, &[]), Err(EntryError::Malformed));
    let many = vec![Vec::new(); limits::SECTIONS + 1];
    assert_eq!(seal(&world, &many), Err(EntryError::TooLarge));
    let full = seal(&world, &many[1..]).unwrap();
    assert_eq!(read(&world, &full.bytes).unwrap().len(), limits::SECTIONS);

    let largest = noise(limits::SECTION_BODY_BYTES);
    let sealed = seal(&world, std::slice::from_ref(&largest)).unwrap();
    assert_eq!(
        read(&world, &sealed.bytes).unwrap(),
        std::slice::from_ref(&largest)
    );
    let too_long = noise(limits::SECTION_BODY_BYTES + 1);
    assert_eq!(seal(&world, &[too_long]), Err(EntryError::TooLarge));
    assert_eq!(
        seal(&world, &[largest.clone(), largest]),
        Err(EntryError::TooLarge)
    );

    let huge = vec![0x83; limits::ENTRY_BYTES + 1];
    assert_eq!(Entry::parse(&huge).map(|_| ()), Err(EntryError::TooLarge));

    let (header, signature, mut sections) = parts(&full.bytes);
    sections.push(sections[0].clone());
    let bytes = assemble(&header, &signature, &sections);
    assert_eq!(Entry::parse(&bytes).map(|_| ()), Err(EntryError::Malformed));
    sections.truncate(3);
    let bytes = assemble(&header, &signature, &sections);
    assert_eq!(read(&world, &bytes), Err(EntryError::BadSignature));
}

#[test]
fn equal_writing_looks_different_and_sizes_tell_little() {
    let world = World::new();
    let sections = [b"yes".to_vec()];
    let (one, two) = (
        seal(&world, &sections).unwrap(),
        seal(&world, &sections).unwrap(),
    );
    assert_ne!(one.hash, two.hash);
    assert_ne!(parts(&one.bytes).2, parts(&two.bytes).2);
    let other = seal(&world, &[b"refused to open the door today".to_vec()]).unwrap();
    assert_eq!(parts(&one.bytes).2[0].len(), parts(&other.bytes).2[0].len());
}

#[test]
fn messages_are_in_both_languages_and_name_nothing() {
    let message = EntryError::BadSignature.message();
    assert_eq!(message.code, "entry_bad_signature");
    assert!(message.zh.contains("签名"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_bytes_are_an_entry_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(Entry::parse(&bytes).is_err());
        let framed = assemble(&bytes, &[0; 64], std::slice::from_ref(&bytes));
        prop_assert!(Entry::parse(&framed).is_err());
    }

    #[test]
    fn any_sections_read_back(bodies in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..600), 1..6)) {
        let world = World::new();
        prop_assert_eq!(read(&world, &seal(&world, &bodies).unwrap().bytes).unwrap(), bodies);
    }
}
