//! A phone as it was once, over and over.

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use doorknock::{Doorknock, FileKeyStore};
use doorknock_tests::{SeededEntropy, World};
use tempfile::TempDir;

/// A folder, in memory where the system has such.
pub(crate) fn folder() -> TempDir {
    let folder = match Path::new("/dev/shm") {
        memory if memory.is_dir() => tempfile::tempdir_in(memory),
        _ => tempfile::tempdir(),
    };
    folder.expect("a folder")
}

/// A home's folder that is to be copied.
pub(crate) fn keep(world: &World, name: &str) -> PathBuf {
    let home = world.home(name);
    // A reserve of a megabyte would be copied for every input.
    fs::write(home.join("reserve"), b"-").expect("a reserve");
    home
}

/// The home that was kept, fresh, in a folder of its own.
pub(crate) fn fresh(world: &World, home: &Path, folder: &TempDir) -> (Doorknock, PathBuf) {
    thread_local! { static COPIES: Cell<u32> = const { Cell::new(0) }; }
    let thread = format!("{:?}", std::thread::current().id());
    let copy = folder
        .path()
        .join(format!("{thread}-{}", COPIES.replace(COPIES.get() + 1)));
    fs::create_dir_all(&copy).expect("a folder");
    for file in fs::read_dir(home).expect("the home's folder") {
        let file = file.expect("a file");
        fs::copy(file.path(), copy.join(file.file_name())).expect("a copy");
    }
    let env = doorknock_tests::env(&Arc::new(SeededEntropy::new(8)), &world.clock, None);
    let keys = FileKeyStore::new(copy.join("key"));
    let opened = Doorknock::open(&copy, &keys, env).expect("the home opens");
    (opened, copy)
}

/// Whatever it took in, it reads like any other.
pub(crate) fn reads(home: &Doorknock) {
    let status = home.status().expect("a status");
    if let Err(error) = home.round(Some("G1"), None) {
        assert_eq!(error.code(), "no_grid", "a phone that read no roster yet");
    }
    home.visits(None, 100).expect("visits");
    home.conflicts().expect("conflicts");
    home.search("走访", 5).expect("an answer");
    home.export(None, 100).expect("lines");
    let aside = home.quarantine().expect("a list").len() as u64;
    assert_eq!(aside, status.quarantined);
}
