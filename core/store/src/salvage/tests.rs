use super::*;
use crate::log::{Heads, NewChunk};
use crate::outbox::NewEntry;
use crate::{Options, Store};
use doorknock_model::ids::{DeviceId, DocId, GridId, Incarnation, MemberId, SpaceId};

const KEY: [u8; 32] = [7; 32];
/// Documents, of five changes each.
const DOCS: u8 = 140;

/// A store with some of everything that is looked for, each row telling which it is.
fn filled(path: &Path) -> Store {
    let mut store = Store::open(path, &KEY, Options::default()).unwrap();
    let work = |tx: &crate::Tx<'_>| -> Result<()> {
        tx.set_meta("device", &[9; 64])?;
        for n in 0..4_u8 {
            tx.append_statement(
                n.into(),
                &[[0x83, 0x41, 0, 0x50].as_slice(), &[n; 696]].concat(),
            )?;
            let space = u32::from(n);
            tx.add_space(space, SpaceId([n; 16]), 1, GridId([n; 16]))?;
            tx.add_space_key(space, 0, &[n; 32])?;
            tx.set_last_entry(space, &[n + 100; 32])?;
            tx.set_next_sequence(space, &[n; 8], 5)?;
        }
        let author = tx.author(DeviceId([1; 16]), Incarnation([2; 8]), MemberId([3; 16]))?;
        for n in 0..DOCS {
            let doc = tx.ensure_doc(DocId([n; 16]), 5, 2)?;
            for seq in 1..=5 {
                let hash = [n.wrapping_mul(5).wrapping_add(seq); 32];
                let heads = Heads(vec![(hash, 1)]);
                let change = vec![n; 500];
                tx.append(&NewChunk {
                    doc: doc.ord,
                    author,
                    seq: seq.into(),
                    mine: true,
                    hash,
                    heads: &heads,
                    change: &change,
                })?;
            }
        }
        for n in 0..3_u8 {
            let mut bytes = vec![n; 20_000];
            bytes[..5].copy_from_slice(&[0x83, 0x41, 0, 0x58, 64]);
            tx.add_entry(&NewEntry {
                space: 2,
                hash: [n; 32],
                bytes: &bytes,
                changes: 3,
                visits: 1,
                covers: (0, 0),
            })?;
        }
        Ok(())
    };
    store.write(work).unwrap();
    store
}

/// What can be read of a database.
fn salvaged(path: &Path) -> (Damaged, Found) {
    let copy = path.with_extension("copy");
    let _ = fs::remove_file(&copy);
    let damaged = Damaged::open(path, &KEY, &copy).unwrap();
    let found = damaged.scan().unwrap();
    (damaged, found)
}

fn counts(found: &Found) -> [usize; 9] {
    [
        found.meta.contains_key("device").into(),
        found
            .statements
            .values()
            .filter(|s| s.iter().any(|b| b.len() == 700))
            .count(),
        found.keys.len(),
        found.last_entries.len(),
        found.chain.iter().filter(|c| c.2 == 5).count(),
        found.authors.len(),
        (1..=DOCS.into())
            .filter(|n| found.docs.contains_key(n) || found.doc_ids.contains_key(n))
            .count(),
        found.chunks.len(),
        found.entries.len(),
    ]
}

const ALL: [usize; 9] = [1, 4, 4, 4, 4, 1, DOCS as usize, 5 * DOCS as usize, 3];

#[test]
fn everything_is_read_from_a_sound_database_and_from_one_with_no_first_page() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("home.db");
    drop(filled(&path));
    let sound = fs::read(&path).unwrap();
    for gone in [0, 16, PAGE] {
        let mut bytes = sound.clone();
        bytes[..gone].fill(0);
        fs::write(&path, &bytes).unwrap();
        let (damaged, found) = salvaged(&path);
        assert_eq!(damaged.unreadable(), 0);
        assert_eq!(counts(&found), ALL, "{gone}");
        let pages: std::collections::BTreeSet<_> = found.chunks.values().collect();
        let changes = pages
            .iter()
            .flat_map(|page| damaged.chunks(**page).unwrap());
        let mut good = changes.filter(|c| c.change.len() == 500 && c.author == 1);
        assert_eq!(good.by_ref().count(), 5 * DOCS as usize);
        let page = found.entries.values().next().unwrap();
        assert_eq!(damaged.entries(*page).unwrap()[0].bytes.len(), 20_000);
        assert_eq!(fs::read(&path).unwrap(), bytes, "kept as it is");
    }
}

#[test]
fn one_damaged_page_costs_what_is_on_it_and_no_more() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("home.db");
    drop(filled(&path));
    let sound = fs::read(&path).unwrap();
    let pages = sound.len() / PAGE;
    for page in 2..=pages {
        let mut bytes = sound.clone();
        bytes[(page - 1) * PAGE + 1234] ^= 1;
        fs::write(&path, &bytes).unwrap();
        let (damaged, found) = salvaged(&path);
        assert_eq!(damaged.unreadable(), 1, "page {page}");
        let lost = counts(&found)
            .iter()
            .zip(ALL)
            .map(|(n, all)| all - n)
            .sum::<usize>();
        assert!(
            lost <= 8,
            "page {page} costs {lost} rows: {:?}",
            counts(&found)
        );
    }
}

#[test]
fn what_stands_in_the_log_only_is_read_too_and_another_key_reads_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("home.db");
    let store = filled(&path);
    let killed = dir.path().join("killed.db");
    fs::copy(&path, &killed).unwrap();
    fs::copy(wal::beside(&path), wal::beside(&killed)).unwrap();
    drop(store);
    let (_, found) = salvaged(&killed);
    assert_eq!(counts(&found), ALL);
    // The log's own beginning is gone, and with it SQLite's way into it.
    let mut log = fs::read(wal::beside(&killed)).unwrap();
    log[..32].fill(0);
    fs::write(wal::beside(&killed), log).unwrap();
    let (_, found) = salvaged(&killed);
    assert_eq!(counts(&found), ALL);
    let other = Damaged::open(&killed, &[8; 32], &dir.path().join("other"));
    assert!(matches!(other, Err(StoreError::Unreadable)));
}
