//! Appending entries: what several requests bring at once goes into one transaction, so that they share
//! its pages and its way to the disk.
//!
//! There is no thread for it and no delay. A request puts its entries into a queue and asks for the
//! writer. Whoever gets it takes along all that wait by then; the others find their answer there when
//! their turn comes.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};

use doorknock_model::ids::{CommunityId, DeviceId, SpaceId};
use rusqlite::{Connection, OptionalExtension, params};

use super::{SqliteStore, community, int, size, space, transact, uint};
use crate::store::{Hash, Head, NewEntry, Placed, Result, StoreError};

type Answer = Result<Vec<Placed>>;

/// An entry that its request lends nobody: another one's thread may write it.
struct Brought {
    space: SpaceId,
    hash: Hash,
    device: DeviceId,
    bytes: Vec<u8>,
}

/// What one request brings.
struct Waiting {
    community: CommunityId,
    entries: Vec<Brought>,
    quota: u64,
    answer: Sender<Answer>,
}

/// What waits for the writer.
#[derive(Default)]
pub(super) struct Queue(Mutex<Vec<Waiting>>);

impl std::fmt::Debug for Queue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Queue(..)")
    }
}

impl Queue {
    fn join(
        &self,
        community: CommunityId,
        entries: &[NewEntry<'_>],
        quota: u64,
    ) -> Receiver<Answer> {
        let (answer, hear) = channel();
        let brought = |entry: &NewEntry<'_>| Brought {
            space: entry.space,
            hash: entry.hash,
            device: entry.device,
            bytes: entry.bytes.to_vec(),
        };
        let entries = entries.iter().map(brought).collect();
        self.lock().push(Waiting {
            community,
            entries,
            quota,
            answer,
        });
        hear
    }

    fn take(&self) -> Vec<Waiting> {
        std::mem::take(&mut *self.lock())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Waiting>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SqliteStore {
    /// [`crate::store::HubStore::append`].
    pub(super) fn append_together(
        &self,
        id: CommunityId,
        entries: &[NewEntry<'_>],
        quota: u64,
    ) -> Answer {
        let hear = self.queue.join(id, entries, quota);
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let told = hear.try_recv();
        if told.is_err() {
            let group = self.queue.take();
            answer(&mut writer, group);
        }
        drop(writer);
        // Nobody is left to answer where the thread that took these along ended in a panic.
        told.or_else(|_| hear.recv())
            .unwrap_or_else(|_| Err(StoreError::Failed("a write was given up".into())))
    }
}

/// Stores what a group brings, all of it in one transaction if that succeeds, and tells each.
fn answer(writer: &mut Connection, group: Vec<Waiting>) {
    let together = transact(writer, |db| write(db, &group));
    let answers = match together {
        Ok(answers) => answers,
        // What fails for one of them, a full disk say, need not fail for the others.
        Err(_) if group.len() > 1 => group
            .iter()
            .map(|one| transact(writer, |db| write(db, std::slice::from_ref(one)))?.remove(0))
            .collect(),
        Err(error) => vec![Err(error)],
    };
    for (waiting, answer) in group.into_iter().zip(answers) {
        // One that no longer listens has lost its answer, not its entries.
        let _ = waiting.answer.send(answer);
    }
}

fn write(db: &Connection, group: &[Waiting]) -> Result<Vec<Answer>> {
    let mut batch = Batch {
        db,
        logs: HashMap::new(),
        used: HashMap::new(),
    };
    let answers = group.iter().map(|waiting| batch.request(waiting));
    let answers = answers.collect::<Result<_>>()?;
    batch.finish()?;
    Ok(answers)
}

/// A space's log as the batch has it so far; its row is written at the end.
struct Log {
    row: i64,
    head: Head,
}

/// One transaction's work. What it changes often is kept here and written once.
struct Batch<'c> {
    db: &'c Connection,
    logs: HashMap<(i64, SpaceId), Option<Log>>,
    /// Bytes of entries of each community.
    used: HashMap<i64, u64>,
}

impl Batch<'_> {
    fn request(&mut self, waiting: &Waiting) -> Result<Answer> {
        let Some((row, _)) = community(self.db, waiting.community)? else {
            return Ok(Err(StoreError::Failed("no such community".into())));
        };
        let entries = waiting.entries.iter();
        let placed = entries.map(|entry| self.entry(row, waiting, entry));
        placed.collect::<Result<_>>().map(Ok)
    }

    fn entry(&mut self, row: i64, waiting: &Waiting, entry: &Brought) -> Result<Placed> {
        let db = self.db;
        let log = match self.logs.entry((row, entry.space)) {
            Slot::Occupied(log) => log.into_mut(),
            Slot::Vacant(log) => {
                let found = space(db, waiting.community, entry.space)?;
                log.insert(found.map(|(row, head)| Log { row, head }))
            }
        };
        let used = match self.used.entry(row) {
            Slot::Occupied(used) => used.into_mut(),
            Slot::Vacant(used) => used.insert(entry_bytes(db, row)?),
        };
        let more = used.saturating_add(size(&entry.bytes));
        if more > waiting.quota {
            let held = log.as_ref().map(|log| held(db, log.row, &entry.hash));
            let held = held.transpose()?.flatten();
            return Ok(held.map_or(Placed::Full, Placed::At));
        }
        let log = match log {
            Some(log) => log,
            None => log.insert(begin(db, row, entry.space)?),
        };
        let next = log.head.next(&entry.hash);
        if !insert(db, log.row, &next, entry)? {
            let held = held(db, log.row, &entry.hash)?;
            return held
                .map(Placed::At)
                .ok_or_else(|| StoreError::Failed("an entry is hidden".into()));
        }
        (log.head, *used) = (next, more);
        Ok(Placed::At(next))
    }

    fn finish(self) -> Result<()> {
        let mut head = self
            .db
            .prepare_cached("UPDATE spaces SET head = ?2, running = ?3 WHERE space = ?1")?;
        for log in self.logs.into_values().flatten() {
            head.execute(params![log.row, int(log.head.position), log.head.running])?;
        }
        let mut used = self
            .db
            .prepare_cached("UPDATE communities SET entry_bytes = ?2 WHERE community = ?1")?;
        for (row, bytes) in self.used {
            used.execute(params![row, int(bytes)])?;
        }
        Ok(())
    }
}

fn entry_bytes(db: &Connection, community: i64) -> Result<u64> {
    let mut query =
        db.prepare_cached("SELECT entry_bytes FROM communities WHERE community = ?1")?;
    Ok(query.query_row([community], |row| uint(row, 0))?)
}

/// A new space's row.
fn begin(db: &Connection, community: i64, space: SpaceId) -> Result<Log> {
    let (head, id) = (Head::default(), space.as_bytes());
    db.prepare_cached("INSERT INTO spaces (community, id, running) VALUES (?1, ?2, ?3)")?
        .execute(params![community, id, head.running])?;
    Ok(Log {
        row: db.last_insert_rowid(),
        head,
    })
}

/// Whether it was not held before.
fn insert(db: &Connection, space: i64, at: &Head, entry: &Brought) -> Result<bool> {
    let mut insert = db.prepare_cached(
        "INSERT INTO entries VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (space, hash) DO NOTHING",
    )?;
    let (position, device) = (int(at.position), entry.device.as_bytes());
    let row = params![space, position, entry.hash, device, at.running, entry.bytes];
    Ok(insert.execute(row)? > 0)
}

fn held(db: &Connection, space: i64, hash: &Hash) -> Result<Option<Head>> {
    let mut query =
        db.prepare_cached("SELECT position, running FROM entries WHERE space = ?1 AND hash = ?2")?;
    let held = query.query_row(params![space, hash], |row| {
        Ok(Head {
            position: uint(row, 0)?,
            running: row.get(1)?,
        })
    });
    Ok(held.optional()?)
}
