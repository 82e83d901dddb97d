//! Sync by file: what a home writes lies on a memory stick until somebody reads it, once, often, late, in part, out
//! of order, at a home of another grid, or of another community.

use std::collections::BTreeSet;
use std::io::{self, Write};

use doorknock::{Error, FileRead, FileScope, FileWritten};
use rand::RngExt;

use super::run::{Checked, Run};
use super::sabotage::{self, Sabotage};
use super::violation::Oracle;

/// Sticks that lie about; the oldest is lost.
const KEPT: usize = 8;

/// What a home may say to a file that is none, or not one of its community's.
const NOT_ONE: [&str; 3] = ["file_not_one", "file_newer_version", "file_not_ours"];

/// A file that was written.
pub(super) struct Stick {
    bytes: Vec<u8>,
    /// Whose it is; `None` for another community's.
    home: Option<usize>,
    /// It ends where its medium was full, or its home died.
    torn: bool,
    /// Its home believed receipts that no hub stands for, or may have.
    stale: bool,
    /// The hub's life in which it was written.
    epoch: u64,
    read_by: BTreeSet<usize>,
}

/// A memory stick with so much room.
struct Medium {
    bytes: Vec<u8>,
    room: usize,
}

impl Write for Medium {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let fits = bytes.len().min(self.room - self.bytes.len());
        if fits == 0 && !bytes.is_empty() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.bytes.extend_from_slice(&bytes[..fits]);
        Ok(fits)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Run<'_> {
    /// Somebody writes a file; the medium may be too small, and the home may die over it.
    pub(super) fn write_a_stick(&mut self) -> Checked {
        let node = self.any_node();
        self.write_at(node)
    }

    /// Somebody who never meets the hub hands a file to somebody who does, and gets the hub's receipts back by file.
    pub(super) fn carry_there_and_back(&mut self) -> Checked {
        let (far, near) = (self.any_node(), self.any_node());
        if far == near {
            return Ok(());
        }
        for (from, to) in [(far, near), (near, far)] {
            let before = self.sticks.len();
            self.write_at(from)?;
            if before < self.sticks.len() {
                self.read_at(to, before)?;
            }
            if to == near {
                self.sync_now(near)?;
            }
        }
        Ok(())
    }

    fn write_at(&mut self, node: usize) -> Checked {
        let scope = match self.one_in(3) {
            true => FileScope::Everything,
            false => FileScope::Missing,
        };
        let mut room = usize::MAX;
        match self.rng.random_range(0..10) {
            0 => room = self.rng.random_range(0..6_000),
            1 => {
                let n = self.rng.random_range(0..12);
                self.nodes[node].fault.arm(n);
            }
            _ => {}
        }
        let mut medium = Medium {
            bytes: Vec::new(),
            room,
        };
        let written = self.on(node, |home| home.sync_to_file(&mut medium, scope))?;
        let name = self.name(node);
        let torn = written.is_err();
        match written {
            Ok(written) => {
                self.event("stick written", format_args!("{name} {written:?}"));
                if !self.one_in(6) {
                    self.hand_over(node, &written)?;
                }
            }
            Err(None) => self.event("crash at a stick", format_args!("{name} writes")),
            Err(Some(error)) if room < usize::MAX && error.code() == "file_not_written" => {
                self.event("stick full", format_args!("{name} after {room} bytes"));
            }
            Err(Some(error)) if self.for_want_of_room(node, false, &error) => {}
            Err(Some(error)) => return Err(self.failed("writing a file", &error)),
        }
        self.lay_down(node, medium.bytes, torn)
    }

    fn hand_over(&mut self, node: usize, written: &FileWritten) -> Checked {
        // Whoever dies over it may have noted it.
        self.nodes[node].handed = true;
        match self.on(node, |home| home.handed_to_file(written))? {
            Ok(()) => {
                if self.sabotage == Some(Sabotage::CountsFilesAsHub) {
                    sabotage::count_as_hub(self, node)?;
                }
                Ok(())
            }
            Err(None) => Ok(()),
            Err(Some(error)) if self.for_want_of_room(node, false, &error) => Ok(()),
            Err(Some(error)) => Err(self.failed("handing a file over", &error)),
        }
    }

    fn lay_down(&mut self, node: usize, mut bytes: Vec<u8>, torn: bool) -> Checked {
        if self.sabotage == Some(Sabotage::WritesPlainFiles) {
            let words = self.ask(node, "visits", |home| home.visits(None, 10))?;
            bytes.extend(
                words
                    .into_iter()
                    .flat_map(|v| v.summary)
                    .flat_map(String::into_bytes),
            );
        }
        self.check_it_reveals_nothing(node, &bytes)?;
        if bytes.is_empty() {
            return Ok(());
        }
        self.sticks.push(Stick {
            bytes,
            home: Some(node),
            torn,
            stale: self.nodes[node].stale || self.nodes[node].forked,
            epoch: self.epoch,
            read_by: BTreeSet::new(),
        });
        Ok(())
    }

    /// Whoever finds a file sees noise: nothing that anybody wrote, and nothing of the roster or the community.
    fn check_it_reveals_nothing(&self, node: usize, bytes: &[u8]) -> Checked {
        let community = self.hostile.hand.community();
        let plain = ["住户", "花园", "室", "柳荫", "王奶奶", "备注"].map(str::as_bytes);
        let plain = plain.into_iter().filter(|word| word.len() >= 6);
        let ids = [&community.0[..], b"doorknock", b"meals="];
        let shows = |needle: &[u8]| bytes.windows(needle.len()).any(|part| part == needle);
        let found = plain.chain(ids).any(shows) || self.shows_a_word(bytes);
        if found {
            let what = format!(
                "a file of {} shows the finder what is in it",
                self.name(node)
            );
            return Err(self.violation(Oracle::Hidden, what));
        }
        Ok(())
    }

    /// A word is three letters of three bytes each, of which the first byte tells.
    fn shows_a_word(&self, bytes: &[u8]) -> bool {
        let words = bytes
            .windows(9)
            .filter(|part| (0xe4..=0xe9).contains(&part[0]));
        let mut words = words.filter_map(|part| str::from_utf8(part).ok());
        words.any(|word| self.ledger.knows(word))
    }

    /// Somebody reads one of the files that lie about.
    pub(super) fn read_a_stick(&mut self) -> Checked {
        if self.one_in(12) {
            self.bring_a_foreign_stick();
        }
        // Old ones get lost.
        let lost = self.sticks.len().saturating_sub(KEPT);
        self.sticks.drain(..lost);
        if self.sticks.is_empty() {
            return Ok(());
        }
        let at = self.rng.random_range(0..self.sticks.len());
        let node = self.any_node();
        self.read_at(node, at)
    }

    fn read_at(&mut self, node: usize, at: usize) -> Checked {
        let name = self.name(node);
        let stick = &self.sticks[at];
        let (home, newest) = (
            stick.home,
            self.sticks.iter().rposition(|s| s.home == stick.home),
        );
        let again = stick.read_by.contains(&node);
        let mut bytes = stick.bytes.clone();
        if home.is_some() && newest != Some(at) {
            self.event(
                "stick swapped",
                format_args!("{name} has number {at}, not {newest:?}"),
            );
        }
        if again {
            self.event("stick read again", name);
        }
        let harm = self.harm(&mut bytes);
        if let Some(kind) = harm {
            self.event(kind, name);
        }
        if self.sabotage == Some(Sabotage::CallsDamageWhole) {
            // As if the harm were not seen.
            bytes.clone_from(&self.sticks[at].bytes);
        }
        match self.rng.random_range(0..10) {
            0 => {
                let n = self.rng.random_range(0..30);
                self.nodes[node].fault.arm(n);
            }
            1 if !self.nodes[node].fault.is_full() => {
                let room = self.rng.random_range(0..8);
                let home = &mut self.nodes[node];
                home.fault.fill(room, &home.folder);
            }
            _ => {}
        }
        self.take_a_stick(node, at, &bytes, harm.is_some())
    }

    fn take_a_stick(&mut self, node: usize, at: usize, bytes: &[u8], harmed: bool) -> Checked {
        let name = self.name(node);
        let had_reserve = self.nodes[node].fault.has_reserve();
        if self.sabotage == Some(Sabotage::GivesReserveToFiles) && had_reserve {
            let _ = std::fs::remove_file(self.nodes[node].folder.join("reserve"));
        }
        let twin = |(a, b, _): &(usize, usize, _)| [*a, *b].contains(&node);
        self.twins_met |= self.twins.as_ref().is_some_and(twin);
        let stick = &self.sticks[at];
        let damaged = harmed || stick.torn;
        let (foreign, stale) = (
            stick.home.is_none(),
            stick.stale || stick.epoch != self.epoch,
        );
        if stale || self.nodes[node].forked {
            let home = &mut self.nodes[node];
            home.stale = true;
            home.sessions.iter_mut().for_each(|s| s.fresh = false);
        }
        let read = self.on(node, |home| {
            home.sync_from_file(&mut &bytes[..], &mut |_| {})
        })?;
        if had_reserve && !self.charter_grew && !self.nodes[node].fault.has_reserve() {
            let what = format!("{name} used its reserve for what others wrote");
            return Err(self.violation(Oracle::Works, what));
        }
        match read {
            Ok(read) => self.check_a_read(node, at, read, damaged)?,
            Err(None) => {
                self.event("crash at a stick", format_args!("{name} reads"));
                return Ok(());
            }
            Err(Some(error)) if foreign && error.code() == "file_not_ours" => {
                self.event("foreign stick", name);
            }
            Err(Some(error)) if damaged && NOT_ONE.contains(&error.code()) => {
                self.event("stick refused", format_args!("{name} {}", error.code()));
            }
            Err(Some(error)) => return self.no_room_for_a_stick(node, &error),
        }
        self.check_claims(node)?;
        self.check_places(node, 4)
    }

    fn no_room_for_a_stick(&mut self, node: usize, error: &Error) -> Checked {
        if !self.for_want_of_room(node, false, error) {
            return Err(self.failed("reading a file", error));
        }
        let name = self.name(node);
        self.event("no room for a stick", name);
        Ok(())
    }

    fn check_a_read(&mut self, node: usize, at: usize, read: FileRead, damaged: bool) -> Checked {
        let name = self.name(node);
        self.event("stick read", format_args!("{name} number {at}: {read:?}"));
        if read.pushed > 0 {
            self.event(
                "receipts by stick",
                format_args!("{} for {name}", read.pushed),
            );
        }
        let whole = read.whole;
        if whole == damaged || self.sticks[at].home.is_none() {
            let what = format!("{name} says of a file: whole {whole}, but damaged is {damaged}");
            return Err(self.violation(Oracle::Noticed, what));
        }
        if read.charter_refused {
            let what = format!("{name} refuses the charter of an honest file");
            return Err(self.violation(Oracle::Honest, what));
        }
        if whole {
            self.sticks[at].read_by.insert(node);
        }
        Ok(())
    }

    /// Cuts a file off, or changes a byte of it.
    fn harm(&mut self, bytes: &mut Vec<u8>) -> Option<&'static str> {
        match self.rng.random_range(0..8) {
            0 => {
                bytes.truncate(self.rng.random_range(0..bytes.len()));
                Some("stick cut")
            }
            1 => {
                let at = self.rng.random_range(0..bytes.len());
                bytes[at] ^= 1 << self.rng.random_range(0..8);
                Some("stick garbled")
            }
            _ => None,
        }
    }

    /// A file of another community lies among ours.
    fn bring_a_foreign_stick(&mut self) {
        let other = (self.shape + 1) % super::stage::SHAPES.len();
        self.sticks.push(Stick {
            bytes: self.stage.prepared(other).stick.clone(),
            home: None,
            torn: false,
            stale: false,
            epoch: self.epoch,
            read_by: BTreeSet::new(),
        });
    }
}
