//! Disks: full ones, and those that did not keep what they said was written.

use std::path::{Path, PathBuf};

use doorknock::Error;
use rand::{Rng, RngExt};

use super::run::{Checked, Run};
use super::sabotage::Sabotage;
use super::stage::copy_home;
use super::violation::Oracle;

const DATABASE: &str = "home.db";
const LOG: &str = "home.db-wal";

impl Run<'_> {
    /// From some write on there is no room for more.
    pub(super) fn fill_a_disk(&mut self) -> Checked {
        let node = self.any_node();
        let room = self.rng.random_range(0..12);
        if self.nodes[node].fault.is_full() {
            return Ok(());
        }
        if self.one_in(3) {
            // It was full before, and the reserve went then.
            let _ = std::fs::remove_file(self.nodes[node].folder.join("reserve"));
        }
        let home = &mut self.nodes[node];
        home.fault.fill(room, &home.folder);
        home.sessions.iter_mut().for_each(|s| s.lacked_room = true);
        if self.sabotage == Some(Sabotage::LosesTheReserve) {
            home.fault.make_the_reserve_useless();
        }
        let name = self.name(node);
        self.event("disk full", format_args!("{name}, after {room} writes"));
        Ok(())
    }

    /// Somebody clears some room.
    pub(super) fn free_a_disk(&mut self) -> Checked {
        let full = (0..self.nodes.len()).filter(|node| self.nodes[*node].fault.is_full());
        let full: Vec<_> = full.collect();
        if let Some(node) = self.pick(&full) {
            self.nodes[node].fault.free();
            let name = self.name(node);
            self.event("disk freed", name);
        }
        Ok(())
    }

    /// Whether this is the doing of a disk that is full, or was when something began.
    pub(super) fn for_want_of_room(&mut self, node: usize, before: bool, error: &Error) -> bool {
        let lacked = before || self.nodes[node].fault.is_full();
        let full = matches!(error.code(), "disk_full" | "pull_full") && lacked;
        if full {
            let name = self.name(node);
            self.event("pull stopped", name);
        }
        full
    }

    /// A home dies, and its disk has not kept the end of what the database was told is on it: more than SQLite
    /// was ever promised to survive. It opens with what is left, or says that it cannot and is kept.
    pub(super) fn tear_a_home(&mut self) -> Checked {
        let node = self.any_node();
        let joined_late = self.nodes[node].copy.is_none() && !self.first_copy(node).exists();
        if !self.homes_set_back || node == 0 && self.charter_grew || joined_late {
            return Ok(());
        }
        let held = self.held_by_hub()?;
        let folder = self.nodes[node].folder.clone();
        let kept = [DATABASE, LOG].map(|file| std::fs::read(folder.join(file)));
        let [Ok(database), Ok(mut log)] = kept else {
            return Err(self.violation(Oracle::Works, "an open home has no files"));
        };
        let kind = self.tear(&mut log);
        self.nodes[node].stop();
        put(&folder, &database, &log);
        self.ledger.may_be_lost(node, &held);
        let name = self.name(node);
        self.event(kind, name);
        match self.start_with_room(node) {
            Ok(()) => Ok(()),
            Err(error) if error.code() == "home_unreadable" => {
                self.check_it_is_kept(node, &database)
            }
            Err(error) => Err(self.failed("opening a torn home", &error)),
        }
    }

    /// Opens a home. One whose projections are out of date needs room to be opened: somebody makes some.
    pub(super) fn start_with_room(&mut self, node: usize) -> Result<(), Error> {
        match self.nodes[node].start() {
            Err(error)
                if matches!(error.code(), "disk_full" | "pull_full")
                    && self.nodes[node].fault.is_full() =>
            {
                self.nodes[node].fault.free();
                let name = self.name(node);
                self.event("disk freed", name);
                self.nodes[node].start()
            }
            opened => opened,
        }
    }

    fn tear(&mut self, log: &mut Vec<u8>) -> &'static str {
        let len = log.len();
        // The end of it, or all.
        let from = len - self.rng.random_range(0..=len.min(60_000));
        match self.rng.random_range(0..5) {
            0 => {
                log.clear();
                "log lost"
            }
            1 | 2 => {
                log.truncate(from);
                "tail cut"
            }
            _ => {
                let to = (from + self.rng.random_range(1..=8192)).min(len);
                self.rng.fill_bytes(&mut log[from..to]);
                "tail garbled"
            }
        }
    }

    /// A home as it was when the history began; one that joined later has none.
    fn first_copy(&self, node: usize) -> PathBuf {
        self.stage.prepared(self.shape).folder.join(self.name(node))
    }

    /// What does not open is left as it is; then somebody brings a copy, if there is one.
    fn check_it_is_kept(&mut self, node: usize, database: &[u8]) -> Checked {
        let folder = self.nodes[node].folder.clone();
        let there = std::fs::read(folder.join(DATABASE)).unwrap_or_default();
        if there != database {
            let what = "a home that cannot be read was written to";
            return Err(self.violation(Oracle::Kept, what));
        }
        let first = self.first_copy(node);
        let copy = self.nodes[node].copy.clone().unwrap_or(first);
        copy_home(&copy, &folder);
        let name = self.name(node);
        self.event("home unreadable", name);
        self.nodes[node]
            .start()
            .map_err(|e| self.failed("opening a restored home", &e))
    }
}

#[allow(clippy::expect_used)] // a test's own ground
fn put(folder: &Path, database: &[u8], log: &[u8]) {
    super::trouble::clear_wal(&folder.join(DATABASE));
    std::fs::write(folder.join(DATABASE), database).expect("the database is put back");
    if !log.is_empty() {
        std::fs::write(folder.join(LOG), log).expect("its log is put back");
    }
}
