//! A disk with no room left: what is recorded here may still use the reserve, what others wrote may not (rule R4).

use std::collections::HashSet;
use std::path::Path;

use doorknock_store::{Store, StoreError, Trip};

use crate::Result;
use crate::error::pull_full;
use crate::home::{Doorknock, Inner};
use crate::ingest;

const RESERVE: &str = "reserve";
const RESERVE_BYTES: usize = 1 << 20;
/// Empty, for which there is room where there is none: what was begun and not taken in is no sign of a crash.
const NO_ROOM: &str = "no-room";

impl Doorknock {
    /// Runs a write; after a failure memory is forgotten, so that it never runs ahead of the database.
    /// On a full disk the reserve is given back and the write is tried once more.
    pub(crate) fn writing<T>(&self, work: impl Fn(&mut Inner) -> Result<T>) -> Result<T> {
        let mut result = self.attempt(&work);
        if result.as_ref().is_err_and(crate::Error::is_full)
            && std::fs::remove_file(self.path.join(RESERVE)).is_ok()
        {
            result = self.attempt(&work);
        }
        result
    }

    /// Runs a write of what others wrote: it leaves the reserve to what is recorded here and to sending it,
    /// and stops first (rule R4).
    pub(crate) fn taking<T>(&self, work: impl Fn(&mut Inner) -> Result<T>) -> Result<T> {
        let full = |error: crate::Error| if error.is_full() { pull_full() } else { error };
        // What was given back is not there to be filled from outside.
        self.reserve().map_err(|error| full(error.into()))?;
        self.attempt(&work).map_err(full)
    }

    /// Notes something that is a help and no more: without room it is not noted, and the reserve stays.
    ///
    /// # Errors
    /// If the store has stopped: what comes next would be told so anyway.
    pub(crate) fn noting(&self, work: impl Fn(&mut Inner) -> Result<()>) -> Result<()> {
        match self.attempt(&work) {
            Err(error) if error.is_stopped() => Err(error),
            _ => Ok(()),
        }
    }

    /// Takes back that these entries were begun: the disk was full. Where not even that has room, an empty file
    /// tells it to the next opening.
    pub(crate) fn excuse(&self, entries: &[([u8; 32], &[u8])]) -> Result<()> {
        if !ingest::excuse(&mut self.lock(), entries)? {
            let _ = std::fs::write(self.path.join(NO_ROOM), []);
        }
        Ok(())
    }

    /// Keeps the reserve; it is a help, so failing to is no error.
    pub(crate) fn keep_reserve(&self) {
        let _ = self.reserve();
    }

    fn reserve(&self) -> std::io::Result<()> {
        let path = self.path.join(RESERVE);
        if std::fs::metadata(&path).is_ok_and(|file| file.len() == RESERVE_BYTES as u64) {
            return Ok(());
        }
        if (self.env.fault.as_ref()).is_some_and(|fault| fault(RESERVE) == Trip::Full) {
            return Err(std::io::ErrorKind::StorageFull.into());
        }
        // Written, not sparse: the space has to be there when it is needed. Half of it is none.
        std::fs::write(&path, vec![0x55; RESERVE_BYTES]).inspect_err(|_| {
            let _ = std::fs::remove_file(&path);
        })
    }
}

/// What an earlier opening had no room to take back is taken back now; if there is still no room, in mind.
pub(crate) fn excused_before(store: &mut Store, home: &Path) -> Result<HashSet<[u8; 32]>> {
    let mark = home.join(NO_ROOM);
    if !mark.exists() {
        return Ok(HashSet::new());
    }
    match store.write(|tx| tx.end_attempts()) {
        Err(StoreError::Full) => Ok(store.view()?.attempted()?.into_iter().collect()),
        done => {
            done?;
            let _ = std::fs::remove_file(mark);
            Ok(HashSet::new())
        }
    }
}
