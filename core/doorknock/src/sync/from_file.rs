//! Reading a file that another home wrote (docs/sync-by-file.md). What it says is judged like what the hub
//! says; it moves no cursor and is believed of nothing but what verifies.

use std::io::Read;

use chrono::{DateTime, FixedOffset};
use doorknock_model::ids::DeviceId;
use doorknock_seal::entry::Entry;
use doorknock_seal::file::{FileError, FileReader};
use doorknock_seal::receipt::Receipt;
use doorknock_seal::sha256;
use doorknock_store::receipts::Promise;
use doorknock_sync::carry::{CarriedEntry, CarriedReceipt, Record};

use super::to_file::file_keys;
use crate::Result;
use crate::community::extend_from_file;
use crate::home::{Doorknock, Inner};
use crate::ingest::{self, Source, Taken};
use crate::read::local_time;
use crate::records::name_of;

/// How much is taken in within one transaction.
const BATCH: usize = 32;
const BATCH_BYTES: usize = 1 << 20;
/// Statements taken in together: each time the charter is copied.
const STATEMENTS: usize = 256;

/// What reading a file brought.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileRead {
    /// Changes applied here.
    pub pulled: usize,
    /// Inputs set aside.
    pub quarantined: usize,
    /// Changes of this device for which the file brought the hub's receipt.
    pub pushed: usize,
    /// Entries that were read.
    pub entries: usize,
    /// Those of them that were here already.
    pub known: usize,
    /// Those of them that are not for this device, whose spaces it does not hold.
    pub not_for_us: usize,
    /// Charter statements that are new here.
    pub statements: usize,
    /// The charter in the file is not this one's, and was refused.
    pub charter_refused: bool,
    /// Whether the file was read and verified to its end. If not, the rest is missing or damaged.
    pub whole: bool,
    /// Bytes read.
    pub bytes: u64,
    /// Who wrote it, as far as the name is known here.
    pub by: Option<String>,
    /// When, by that device's clock.
    pub at: Option<DateTime<FixedOffset>>,
}

/// What was read and waits to be taken in together.
#[derive(Default)]
struct Batch {
    statements: Vec<Vec<u8>>,
    entries: Vec<CarriedEntry>,
    bytes: usize,
}

/// An entry by its hash.
struct Named {
    hash: [u8; 32],
    entry: CarriedEntry,
}

impl Doorknock {
    /// Takes in what a file holds, as far as it verifies. May be repeated, and in any order with other files and
    /// with the hub; what was taken in stays if a later part fails.
    ///
    /// # Errors
    /// `not_joined`, `file_not_one`, `file_newer_version`, `file_not_ours`, `file_io`, or the database's.
    pub fn sync_from_file(
        &self,
        input: &mut dyn Read,
        progress: &mut dyn FnMut(&FileRead),
    ) -> Result<FileRead> {
        let keys = {
            let inner = self.lock();
            inner.identity()?;
            file_keys(&inner.store.view()?)?
        };
        let mut counted = Counted { input, bytes: 0 };
        let mut file = FileReader::open(&mut counted, &keys).map_err(refused)?;
        let (mut read, mut batch) = (FileRead::default(), Batch::default());
        let mut head = None;
        while let Some(bytes) = file.record().map_err(refused)? {
            match Record::decode(&bytes) {
                Ok(Record::Head { device, at }) => head = Some((device, at)),
                Ok(Record::Statement { bytes, .. }) => batch.statements.push(bytes),
                Ok(Record::Entry(entry)) => {
                    batch.bytes += entry.bytes.len();
                    batch.entries.push(entry);
                }
                Ok(Record::Unknown(_)) => {}
                // A member wrote nonsense; what else it wrote may be sound.
                Err(_) => read.quarantined += 1,
            }
            if batch.is_full() {
                self.take_batch(&mut read, &mut batch)?;
                progress(&read);
            }
        }
        self.take_batch(&mut read, &mut batch)?;
        if let Some((device, at)) = head {
            // Last: the writer may be known by what is in the file.
            self.written_by(&mut read, device, at)?;
        }
        read.whole = file.is_whole();
        drop(file);
        read.bytes = counted.bytes;
        Ok(read)
    }

    fn written_by(&self, read: &mut FileRead, device: DeviceId, at: i64) -> Result<()> {
        let offset = self.utc_offset()?;
        read.at = Some(local_time(at.div_euclid(1000), offset));
        let mut inner = self.lock();
        let member = inner.charter()?.member_of(device).map(|member| member.id);
        let view = inner.store.view()?;
        read.by = member.map(|id| name_of(&inner, &view, id)).transpose()?;
        Ok(())
    }

    /// Statements first: they say who may have written the entries.
    fn take_batch(&self, read: &mut FileRead, batch: &mut Batch) -> Result<()> {
        let Batch {
            statements,
            entries,
            ..
        } = std::mem::take(batch);
        if !statements.is_empty() && !read.charter_refused {
            match self.taking(|inner| extend_from_file(inner, &statements)) {
                Ok(0) => {}
                Ok(new) => {
                    read.statements += new;
                    read.pulled += self.taking(ingest::retry)?;
                }
                Err(error) if error.is_local() => return Err(error),
                Err(_) => read.charter_refused = true,
            }
        }
        read.entries += entries.len();
        let named: Vec<Named> = entries.into_iter().map(Named::new).collect();
        let fresh = self.taking(|inner| fresh(inner, &named))?;
        read.known += fresh.known;
        read.not_for_us += fresh.not_for_us;
        let now = self.now_ms();
        let taken = self.taking(|inner| take_entries(inner, now, &named, &fresh.entries));
        if taken.as_ref().is_err_and(crate::Error::is_full) {
            self.excuse(&picked(&named, &fresh.entries))?;
        }
        let taken = taken?;
        read.pulled += taken.changes;
        read.quarantined += taken.set_aside;
        read.pushed += self.taking(|inner| take_promises(inner, now, &named))?;
        Ok(())
    }
}

impl Batch {
    fn is_full(&self) -> bool {
        self.statements.len() >= STATEMENTS
            || self.entries.len() >= BATCH
            || self.bytes >= BATCH_BYTES
    }
}

impl Named {
    /// What is no entry has no hash of its own, and is set aside under that of its bytes.
    fn new(entry: CarriedEntry) -> Self {
        let hash = Entry::hash_of(&entry.bytes).unwrap_or_else(|_| sha256(&[&entry.bytes]));
        Self { hash, entry }
    }

    fn has_been_at_hub(&self) -> bool {
        self.entry.seen.is_some() || self.entry.receipt.is_some()
    }
}

/// Which entries of a batch are to be taken in.
struct Fresh {
    entries: Vec<usize>,
    known: usize,
    not_for_us: usize,
}

fn fresh(inner: &mut Inner, named: &[Named]) -> Result<Fresh> {
    let device = inner.secrets.device_id();
    let charter = inner.charter()?.clone();
    let mut fresh = Fresh {
        entries: Vec::new(),
        known: 0,
        not_for_us: 0,
    };
    inner.store.write(|tx| {
        for (n, Named { hash, entry }) in named.iter().enumerate() {
            let space = Entry::parse(&entry.bytes).map(|entry| entry.header().space);
            let not_for_us = space.is_ok_and(|space| !charter.may_hold(device, space));
            if not_for_us {
                fresh.not_for_us += 1;
            } else if let Some(row) = tx.entry(hash)? {
                fresh.known += 1;
                // Its bytes may have come from the hub; somebody waits for the receipt.
                if row.position.is_none() && !named[n].has_been_at_hub() {
                    tx.receipt_wanted(hash)?;
                }
            } else {
                fresh.entries.push(n);
            }
        }
        Ok::<_, crate::Error>(())
    })?;
    Ok(fresh)
}

/// The entries that are to be taken in, with their hashes.
fn picked<'n>(named: &'n [Named], which: &[usize]) -> Vec<([u8; 32], &'n [u8])> {
    which
        .iter()
        .filter_map(|n| named.get(*n))
        .map(|named| (named.hash, &named.entry.bytes[..]))
        .collect()
}

/// Takes a batch in; entry by entry where one of them was begun before and not finished.
fn take_entries(inner: &mut Inner, now: i64, named: &[Named], which: &[usize]) -> Result<Taken> {
    let entries = picked(named, which);
    let at_hub = named.iter().filter(|named| named.has_been_at_hub());
    let proven: Vec<[u8; 32]> = at_hub.map(|named| named.hash).collect();
    let source = Source::File(&proven);
    if !ingest::any_attempted(inner, &entries)? {
        return ingest::take_batch(inner, now, &entries, &source);
    }
    let mut all = Taken::default();
    for one in &entries {
        let taken = ingest::take_batch(inner, now, std::slice::from_ref(one), &source)?;
        all.changes += taken.changes;
        all.set_aside += taken.set_aside;
    }
    Ok(all)
}

/// Believes receipts with the hub's signature, and not one that the hub's log as it was read here contradicts:
/// it may be from before the hub was set back. Returns how many changes of this device are newly at the hub.
fn take_promises(inner: &mut Inner, now: i64, named: &[Named]) -> Result<usize> {
    let with: Vec<(&Named, &CarriedReceipt)> = named
        .iter()
        .filter_map(|named| Some((named, named.entry.receipt.as_ref()?)))
        .collect();
    if with.is_empty() {
        return Ok(0);
    }
    let charter = inner.charter()?.clone();
    inner.store.write(|tx| {
        let mut changes = 0;
        for (Named { hash, .. }, carried) in &with {
            let Some(row) = tx.entry(hash)?.filter(|row| row.position.is_none()) else {
                continue;
            };
            let Some(space) = tx.space(row.space)? else {
                continue;
            };
            let CarriedReceipt {
                position,
                running,
                signature,
            } = **carried;
            let receipt = Receipt {
                space: space.id,
                entry: *hash,
                position,
                running,
            };
            let contradicted = position <= space.position && row.seen != Some(position);
            if contradicted || !receipt.verify(&charter.hub_key(), charter.community(), &signature)
            {
                continue;
            }
            let promise = Promise {
                position,
                running,
                signature,
            };
            tx.entry_kept(hash, &promise, now)?;
            changes += row.changes;
        }
        Ok(changes)
    })
}

fn refused(error: FileError) -> crate::Error {
    error.message().into()
}

/// Counts what is read.
struct Counted<'r> {
    input: &'r mut dyn Read,
    bytes: u64,
}

impl Read for Counted<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let read = self.input.read(out)?;
        self.bytes += read as u64;
        Ok(read)
    }
}
