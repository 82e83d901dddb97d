//! Taking others' entries in: every guard of rule R2, in order, and the same verdict on every device.
//!
//! 1. The entry's hash is noted as attempted before it is parsed; one that crashed the app twice is
//!    set aside ([`take_batch`]).
//! 2. Form and limits, the device's membership, its right to the space, its signature.
//! 3. Each section on its own: decryption, form, kind and space.
//! 4. Each change on its own: fields and roles, dependencies there (else parked), sequence, the rebuilt
//!    hash, what it replaces; then log and projections, in a savepoint.
//!
//! Whatever fails is set aside with its reason; everything else flows.

mod again;
mod change;
mod check;
mod kept;
pub(crate) mod section;

pub(crate) use again::{retry, retry_all, retry_rested};
pub(crate) use kept::{Kept, take_kept};

use std::cell::RefCell;

use doorknock_model::access::Role;
use doorknock_model::ids::{CommunityId, DeviceId};
use doorknock_seal::charter::Charter;
use doorknock_seal::entry::{Entry, EntryError, SpaceKeys, link};
use doorknock_seal::wrap::EpochKey;
use doorknock_store::inbox::SetAside;
use doorknock_store::log::AuthorRow;
use doorknock_store::{StoreError, Tx};

use section::From;

use crate::Result;
use crate::home::Inner;

/// The version of the rules below; what was set aside under another is judged again.
pub(crate) const RULES: u32 = 3;

/// The app ended too often while this was read.
pub(super) const CRASHED: &str = "crashed_twice";

/// Stands for the entry of a change that was recorded on this device and has none yet.
pub(super) const UNSENT: [u8; 32] = [0; 32];

/// A copied home is reported under this code.
pub(crate) const COPIED: &str = "device_copied";

/// What became of a batch.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Taken {
    pub(crate) changes: usize,
    pub(crate) set_aside: usize,
}

/// Where a batch ends in a space's log.
pub(crate) struct CursorMove<'a> {
    pub(crate) space: u32,
    pub(crate) position: u64,
    pub(crate) running: [u8; 32],
    /// The entries passed on the way, this device's own ones too.
    pub(crate) passed: &'a [[u8; 32]],
}

/// Where a batch came from.
pub(crate) enum Source<'a> {
    /// A space's log at the hub.
    Log(&'a CursorMove<'a>),
    /// A file, which moves no cursor; with those of its entries that the hub is said to have.
    File(&'a [[u8; 32]]),
}

/// How often taking an entry in may end with the app before the entry is set aside. The first time may be
/// another entry's doing, of the same batch; after that it is taken in alone, and two more times
/// it was to blame, or had no luck: a phone that kills the app looks the same as a crash.
const STRIKES: u32 = 3;

pub(crate) struct Ingest<'a> {
    pub(crate) tx: &'a Tx<'a>,
    pub(crate) charter: &'a Charter,
    pub(crate) community: CommunityId,
    pub(crate) mine: DeviceId,
    /// Whether the bytes of all entries are kept, to be carried and given back (rule R8).
    pub(crate) keeps: bool,
    /// Of a file's entries, those that the hub is said to have: nobody waits for their receipts.
    pub(crate) proven: &'a [[u8; 32]],
    pub(crate) now_ms: i64,
    /// Changes that were applied and may be what parked ones wait for. A list, not a recursion: a chain
    /// that came backwards may be as long as its author likes.
    pub(crate) applied: RefCell<Vec<[u8; 32]>>,
}

impl<'a> Ingest<'a> {
    /// One that keeps no bytes of entries and is told of no receipts.
    pub(crate) fn new(tx: &'a Tx<'a>, charter: &'a Charter, mine: DeviceId, now_ms: i64) -> Self {
        Self {
            tx,
            charter,
            community: charter.community(),
            mine,
            keeps: false,
            proven: &[],
            now_ms,
            applied: RefCell::default(),
        }
    }
}

impl Ingest<'_> {
    pub(super) fn set_aside(
        &self,
        entry: &[u8; 32],
        space: u32,
        section: Option<(i64, i64)>,
        reason: &str,
        bytes: &[u8],
        by_file: bool,
    ) -> Result<()> {
        let (rules, at) = (RULES, self.now_ms);
        let (section, author) = section.map_or((-1, None), |(n, author)| (n, Some(author)));
        let item = SetAside {
            entry,
            space,
            section,
            author,
            reason,
            rules,
            at,
            bytes,
            by_file,
        };
        Ok(self.tx.set_aside(&item)?)
    }

    fn refuse(
        &self,
        log: Option<u32>,
        space: Option<u32>,
        entry: &[u8; 32],
        reason: &str,
        bytes: &[u8],
    ) -> Result<Taken> {
        let space = space.unwrap_or(0);
        self.set_aside(entry, space, None, reason, bytes, log.is_none())?;
        Ok(Taken {
            changes: 0,
            set_aside: 1,
        })
    }

    /// Takes one entry in. The hub's logs say to which space it belongs; in a file only its own header does.
    pub(super) fn entry(&self, log: Option<u32>, hash: &[u8; 32], bytes: &[u8]) -> Result<Taken> {
        let entry = match Entry::parse(bytes) {
            Ok(entry) => entry,
            Err(error) => return self.refuse(log, log, hash, error.message().code, bytes),
        };
        let header = entry.header();
        let named = self.charter.space_number(header.space);
        let refuse = |reason| self.refuse(log, log.or(named), hash, reason, bytes);
        let space = log.or(named).unwrap_or(u32::MAX);
        let Some(row) = self.tx.space(space)?.filter(|row| row.id == header.space) else {
            // A file may be ahead of the key, which only the hub brings.
            let reason = log.map_or("no_key_for_epoch", |_| "wrong_space");
            return refuse(reason);
        };
        let Some(device) = self.charter.device(header.device) else {
            return refuse("unknown_device");
        };
        let verified = match entry.verify(self.community, &device.sign_key) {
            Ok(verified) => verified,
            Err(error) => return refuse(error.message().code),
        };
        let member = self.charter.member_of(header.device);
        let Some(member) = member.filter(|_| self.charter.may_hold(header.device, header.space))
        else {
            return refuse("no_right_to_space");
        };
        let Some(key) = self
            .tx
            .space_keys(space)?
            .into_iter()
            .find(|(e, _)| *e == header.epoch)
        else {
            return refuse("no_key_for_epoch");
        };
        if self
            .tx
            .note_successor(space, header.device, &header.previous, hash)?
        {
            self.tx
                .notice(COPIED, header.device.as_bytes(), self.now_ms)?;
        }
        if header.device == self.mine && header.previous == link(&row.last_entry) {
            // Our own chain went on before this home was restored from a copy.
            self.tx.set_last_entry(space, hash)?;
        }
        let keys = SpaceKeys::derive(row.id, key.0, &EpochKey::from_bytes(&key.1));
        let ord = self
            .tx
            .author(header.device, header.incarnation, member.id)?;
        let author = AuthorRow {
            ord,
            device: header.device,
            incarnation: header.incarnation,
            member: member.id,
        };
        let wanted = log.is_none() && !self.proven.contains(hash);
        if self.keeps || wanted {
            self.tx.keep_entry(space, hash, bytes)?;
        }
        if wanted {
            self.tx.receipt_wanted(hash)?;
        }
        let from = From {
            entry: hash,
            space: &row,
            author: &author,
            member,
            by_file: log.is_none(),
        };
        let mut taken = Taken::default();
        let mut newer = None;
        for n in 0..entry.sections().len() {
            let opened = verified.open_section(n, &keys);
            if let Err(error @ EntryError::Unsupported) = opened {
                newer = Some(error);
                continue;
            }
            taken.add(self.section(&from, n, opened, entry.sections()[n])?);
        }
        if let Some(error) = newer {
            // Sealed as it is: a version that knows the coding opens it with all that the header says.
            taken.add(refuse(error.message().code)?);
        }
        Ok(taken)
    }
}

impl Taken {
    pub(crate) const fn add(&mut self, other: Self) {
        self.changes += other.changes;
        self.set_aside += other.set_aside;
    }
}

impl CursorMove<'_> {
    /// Moves the cursor; receipts that what it passes contradicts are taken back with it.
    pub(crate) fn apply(&self, tx: &Tx<'_>) -> Result<(), StoreError> {
        let before = self.position.saturating_sub(self.passed.len() as u64);
        tx.void_replaced(self.space, before, self.passed)?;
        for (position, hash) in (before + 1..).zip(self.passed) {
            tx.entry_seen(hash, position)?;
        }
        tx.set_cursor(self.space, self.position, &self.running)
    }
}

/// Takes entries in, in one transaction: of one space's log at the hub, in its order and with the move of the
/// cursor, or of a file.
pub(crate) fn take_batch(
    inner: &mut Inner,
    now_ms: i64,
    entries: &[([u8; 32], &[u8])],
    source: &Source<'_>,
) -> Result<Taken> {
    let charter = inner.charter()?.clone();
    let identity = inner.identity()?;
    let (log, proven) = match source {
        Source::Log(cursor) => (Some(cursor.space), &[][..]),
        Source::File(proven) => (None, *proven),
    };
    let crashed = begin_attempts(inner, entries)?;
    // What is remembered of documents may be outdated by what comes in.
    inner.forget_docs();
    let mine = identity.device;
    inner.store.write(|tx| {
        let ingest = Ingest {
            keeps: keeps_all(&charter, mine),
            proven,
            ..Ingest::new(tx, &charter, mine, now_ms)
        };
        let mut taken = Taken::default();
        for (hash, bytes) in entries {
            let one = if crashed.contains(hash) {
                ingest.set_aside(hash, log.unwrap_or(0), None, CRASHED, bytes, log.is_none())?;
                Taken {
                    changes: 0,
                    set_aside: 1,
                }
            } else {
                let mut one = ingest.entry(log, hash, bytes)?;
                one.add(ingest.release()?);
                one
            };
            taken.changes += one.changes;
            taken.set_aside += one.set_aside;
            tx.end_attempt(hash)?;
        }
        if let Source::Log(cursor) = source {
            cursor.apply(tx)?;
        }
        Ok::<_, crate::Error>(taken)
    })
}

/// Whether a device keeps the bytes of all entries it takes in: the office's do (rule R8).
pub(crate) fn keeps_all(charter: &Charter, device: DeviceId) -> bool {
    let role = charter.member_of(device).and_then(|member| member.role);
    matches!(role, Some(Role::Admin | Role::Staff))
}

/// Notes the attempts durably, before anything is parsed. Returns those that crashed too often before.
pub(crate) fn begin_attempts(
    inner: &mut Inner,
    entries: &[([u8; 32], &[u8])],
) -> Result<Vec<[u8; 32]>> {
    let mut crashed = Vec::new();
    let Inner { store, excused, .. } = inner;
    store.write(|tx| {
        for (hash, _) in entries.iter().filter(|(hash, _)| !excused.contains(hash)) {
            if tx.attempts(hash)? >= STRIKES {
                crashed.push(*hash);
            }
            tx.begin_attempt(hash)?;
        }
        Ok::<_, StoreError>(())
    })?;
    Ok(crashed)
}

/// Takes back that these were begun: it was the disk that had no room, and three such days must not look
/// like three crashes. Where there is no room to say even that, it is kept in mind. Whether it is on the disk.
pub(crate) fn excuse(inner: &mut Inner, entries: &[([u8; 32], &[u8])]) -> Result<bool> {
    let taken_back = inner.store.write(|tx| {
        let mut all = entries.iter();
        all.try_for_each(|(hash, _)| tx.end_attempt(hash))
    });
    match taken_back {
        Err(StoreError::Full) => {
            inner.excused.extend(entries.iter().map(|(hash, _)| *hash));
            Ok(false)
        }
        done => Ok(done.map(|()| true)?),
    }
}

/// Whether one of these was begun and not finished: such entries are taken in one by one, so that a
/// good one is not counted with a bad one.
pub(crate) fn any_attempted(inner: &Inner, entries: &[([u8; 32], &[u8])]) -> Result<bool> {
    let view = inner.store.view()?;
    for (hash, _) in entries {
        if view.attempts(hash)? > 0 {
            return Ok(true);
        }
    }
    Ok(false)
}
