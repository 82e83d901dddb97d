//! Homes whose files were damaged: a clear code, the file kept, never a panic.

use std::path::Path;

use doorknock::{Doorknock, Error};
use doorknock_tests::{World, roster, visit};
use proptest::prelude::*;

struct Kept {
    folder: tempfile::TempDir,
    world: World,
    bytes: Vec<u8>,
}

impl Kept {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let world = World::new(folder.path(), 11);
        let office = world.office(&roster(&["G1"], 4)).unwrap();
        let door = office.doors(None).unwrap()[0].door;
        office.log_visit(&visit(door, "损坏之前")).unwrap();
        drop(office);
        let bytes = std::fs::read(folder.path().join("office/home.db")).unwrap();
        Self {
            folder,
            world,
            bytes,
        }
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("office/home.db")
    }

    /// Opens a home with this file and uses it in every way; whatever fails says so by a code.
    fn use_damaged(&self, bytes: &[u8]) -> Result<(), String> {
        for end in ["-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{end}", self.path().display()));
        }
        std::fs::write(self.path(), bytes).unwrap();
        let opened = self.world.open("office", None);
        let result = opened
            .and_then(|home| use_all(&home, &self.world))
            .map_err(|e| e.code().to_owned());
        assert!(self.path().exists(), "the file is kept");
        result
    }
}

fn use_all(home: &Doorknock, world: &World) -> Result<(), Error> {
    let doctor = home.doctor();
    home.status()?;
    for door in home.doors(None)? {
        home.door(door.door)?;
        home.log_visit(&visit(door.door, "之后"))?;
    }
    home.visits(None, 100)?;
    home.search("损坏", 10)?;
    home.round(None, None)?;
    home.sync(&world.net(), &mut |_| {})?;
    home.rebuild()?;
    doctor.map(|_| ())
}

/// The codes that say of a home that its files are not in order.
const CODES: [&str; 5] = [
    "home_unreadable",
    "home_damaged",
    "database",
    "document_unreadable",
    "home_io",
];

fn is_named(result: &Result<(), String>) -> bool {
    result
        .as_ref()
        .map_or_else(|code| CODES.contains(&code.as_str()), |()| true)
}

#[test]
fn a_cut_file_is_unreadable_and_kept_as_it_is() {
    let kept = Kept::new();
    let whole = kept.bytes.len();
    for len in [
        0,
        1,
        16,
        100,
        512,
        4095,
        4096,
        4097,
        whole / 2,
        whole - 4096,
        whole - 1,
    ] {
        let cut = &kept.bytes[..len];
        let result = kept.use_damaged(cut);
        assert!(
            result.is_err(),
            "cut to {len} of {whole} bytes and nobody noticed"
        );
        assert!(is_named(&result), "cut to {len}: {result:?}");
        if len <= 4096 {
            assert_eq!(result, Err("home_unreadable".to_owned()), "cut to {len}");
            assert_eq!(std::fs::read(kept.path()).unwrap(), cut, "cut to {len}");
        }
    }
    assert_eq!(
        kept.use_damaged(&kept.bytes),
        Ok(()),
        "and the whole file opens"
    );
}

#[test]
fn another_file_in_the_place_of_the_database_is_unreadable() {
    let kept = Kept::new();
    let plain = b"SQLite format 3\0 but not really".to_vec();
    for bytes in [
        plain,
        vec![0; 8192],
        vec![0xff; 100_000],
        b"<html>".to_vec(),
    ] {
        assert_eq!(kept.use_damaged(&bytes), Err("home_unreadable".to_owned()));
        assert_eq!(std::fs::read(kept.path()).unwrap(), bytes);
    }
}

#[test]
fn a_damaged_or_missing_key_is_named_and_replaces_nothing() {
    let kept = Kept::new();
    let key = kept.folder.path().join("office/key");
    let good = std::fs::read(&key).unwrap();
    let code = |kept: &Kept| kept.world.open("office", None).err().map(|e| e.code());
    std::fs::write(&key, &good[..31]).unwrap();
    assert_eq!(code(&kept), Some("key_damaged"));
    std::fs::write(&key, [7; 32]).unwrap();
    assert_eq!(code(&kept), Some("home_unreadable"));
    std::fs::remove_file(&key).unwrap();
    assert_eq!(code(&kept), Some("key_missing"));
    assert!(!key.exists());
    assert_eq!(std::fs::read(kept.path()).unwrap(), kept.bytes);
    std::fs::write(&key, &good).unwrap();
    assert_eq!(code(&kept), None);
}

#[test]
fn an_empty_log_beside_the_database_is_got_over_and_a_damaged_one_is_kept() {
    let kept = Kept::new();
    let wal = Path::new(&format!("{}-wal", kept.path().display())).to_owned();
    // Acknowledged visits may have stood in these; opening would be to throw them away.
    for bytes in [vec![0xff; 10_000], b"noise".repeat(3000)] {
        std::fs::write(&wal, &bytes).unwrap();
        let error = kept.world.open("office", None).err().unwrap();
        assert_eq!(error.code(), "home_unreadable");
        assert_eq!(std::fs::read(&wal).unwrap(), bytes);
    }
    for bytes in [vec![], vec![0; 32], vec![0; 10_000]] {
        std::fs::write(kept.path(), &kept.bytes).unwrap();
        std::fs::write(&wal, &bytes).unwrap();
        let home = kept.world.open("office", None).unwrap();
        assert_eq!(home.visits(None, 10).unwrap().len(), 1);
        assert!(home.doctor().unwrap().ok());
        drop(home);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_file_overwritten_anywhere_is_named_or_harmless(
        at: prop::sample::Index, len in 1_usize..6000, with: u8,
    ) {
        let kept = Kept::new();
        let mut bytes = kept.bytes.clone();
        let at = at.index(bytes.len());
        let end = (at + len).min(bytes.len());
        bytes[at..end].fill(with);
        let result = kept.use_damaged(&bytes);
        prop_assert!(is_named(&result), "{at}..{end}: {result:?}");
    }
}
