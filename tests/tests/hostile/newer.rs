//! What a newer version of the app writes: set aside whole, and taken in once this one has learnt it.

use doorknock::model::kinds::VISIT_BOOK;
use doorknock_seal::entry::Entry;
use doorknock_seal::identity::{Context, Signer as _};
use doorknock_seal::sha256;
use doorknock_store::inbox::SetAside;
use doorknock_store::{Options, Store};
use doorknock_tests::by_hand::{ByHand, section};

use crate::scene::{Scene, has};

/// The entry with its first section in another coding, signed again by its author.
fn in_another_coding(author: &ByHand, bytes: &[u8]) -> Vec<u8> {
    let entry = Entry::parse(bytes).unwrap();
    let mut sections: Vec<_> = entry.sections().iter().map(|s| s.to_vec()).collect();
    // A stream cipher turns a flipped bit into a flipped bit: 2 becomes 10, or 1 becomes 9.
    sections[0][0] ^= 0x80;
    let mut d = minicbor::Decoder::new(bytes);
    d.array().unwrap();
    let header = d.bytes().unwrap();
    let hashes: Vec<u8> = sections.iter().flat_map(|s| sha256(&[s])).collect();
    let message = [header, &sha256(&[&hashes])].concat();
    let signature = author
        .secrets
        .sign(Context::Entry, author.community(), &message);
    let mut e = minicbor::Encoder::new(Vec::new());
    e.array(3).unwrap().bytes(header).unwrap();
    e.bytes(&signature).unwrap();
    e.array(sections.len() as u64).unwrap();
    for section in &sections {
        e.bytes(section).unwrap();
    }
    e.into_writer()
}

#[test]
fn a_dictionary_of_a_newer_version_is_waited_for_and_the_other_sections_are_taken() {
    let mut s = Scene::new();
    let space = s.casework();
    let bodies = [(2026, 1, "新词典"), (2025, 2, "旧词典")].map(|(year, id, text)| {
        let made = s.first(year, vec![s.visit_op(id, text)]);
        let doc = s.book(year);
        (doc, section(VISIT_BOOK.code, doc, &[&made]).encode())
    });
    let readable = s.villain.seal(&s.world, space, bodies.to_vec());
    let newer = in_another_coding(&s.villain, &readable);
    s.push(&newer);
    s.sync(&s.li).unwrap();
    assert!(has(&s.li, "旧词典") && !has(&s.li, "新词典"));
    assert_eq!(s.reasons("李文丽"), ["entry_newer_version"]);
    assert_eq!(s.li.quarantine().unwrap()[0].reason.code, "newer_version");
    assert_eq!(s.li.retry_quarantine().unwrap(), 0);
    assert_eq!(s.reasons("李文丽"), ["entry_newer_version"], "still there");

    // The app learns the coding: the same bytes are now those that it can read.
    let folder = s.world.home("李文丽");
    let key = std::fs::read(folder.join("key")).unwrap();
    let key = key.try_into().unwrap();
    let mut store = Store::open(&folder.join("home.db"), &key, Options::default()).unwrap();
    let item = store.view().unwrap().quarantined().unwrap().remove(0);
    assert_eq!(item.bytes, newer, "the whole entry is kept");
    let learnt = store.write(|tx| {
        tx.leave_quarantine(item.id)?;
        tx.set_aside(&SetAside {
            entry: &item.entry,
            space: item.space,
            section: item.section,
            author: item.author,
            reason: &item.reason,
            rules: item.rules,
            at: item.at,
            bytes: &readable,
            by_file: false,
        })
    });
    learnt.unwrap();
    drop(store);
    assert_eq!(s.li.retry_quarantine().unwrap(), 1);
    assert!(has(&s.li, "新词典"));
    assert_eq!(s.reasons("李文丽"), [] as [&str; 0]);
}
