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

use std::cell::RefCell;
use std::collections::HashMap;

use doorknock_model::access::SpaceKind;
use doorknock_model::ids::{CommunityId, DeviceId};
use doorknock_model::kind::{Kind, Merge};
use doorknock_model::kinds;
use doorknock_replica::actor;
use doorknock_replica::change::{self, Op, OpId, Parts, build, genesis};
use doorknock_replica::section::{Dep, Section, WireChange};
use doorknock_seal::charter::{Charter, Member};
use doorknock_seal::entry::{Entry, SpaceKeys};
use doorknock_seal::wrap::EpochKey;
use doorknock_store::charter::SpaceRow;
use doorknock_store::inbox::{Quarantined, SetAside};
use doorknock_store::log::{AuthorRow, DocRow, Heads, NewChunk};
use doorknock_store::{StoreError, Tx};

use crate::Result;
use crate::apply::{self, Applied};
use crate::home::Inner;

/// The version of the rules below; what was set aside under another is judged again.
pub(crate) const RULES: u32 = 1;

/// The app ended too often while this was read.
const CRASHED: &str = "crashed_twice";

/// A copied home is reported under this code.
pub(crate) const COPIED: &str = "device_copied";

/// A section whose document is not the one its tag is for.
const WRONG_TAG: &str = "wrong_document_tag";

/// What became of a batch.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Taken {
    pub(crate) changes: usize,
    pub(crate) set_aside: usize,
}

impl Taken {
    const fn add(&mut self, other: Self) {
        self.changes += other.changes;
        self.set_aside += other.set_aside;
    }
}

/// Where a batch ends in a space's log.
pub(crate) struct CursorMove<'a> {
    pub(crate) space: u32,
    pub(crate) position: u64,
    pub(crate) running: [u8; 32],
    /// The entries passed on the way, this device's own ones too.
    pub(crate) passed: &'a [[u8; 32]],
}

impl CursorMove<'_> {
    /// Moves the cursor; receipts that what it passes contradicts are taken back with it.
    pub(crate) fn apply(&self, tx: &Tx<'_>) -> Result<(), StoreError> {
        let before = self.position.saturating_sub(self.passed.len() as u64);
        tx.void_replaced(self.space, before, self.passed)?;
        tx.set_cursor(self.space, self.position, &self.running)
    }
}

/// Takes entries of one space in, in the order of the hub's log, and moves the cursor, in one
/// transaction.
pub(crate) fn take_batch(
    inner: &mut Inner,
    now_ms: i64,
    space: u32,
    entries: &[([u8; 32], &[u8])],
    cursor: &CursorMove<'_>,
) -> Result<Taken> {
    let charter = inner.charter()?.clone();
    let identity = inner.identity()?;
    let crashed = begin_attempts(inner, entries)?;
    // What is remembered of documents may be outdated by what comes in.
    inner.forget_docs();
    let mine = identity.device;
    inner.store.write(|tx| {
        let ingest = Ingest {
            tx,
            charter: &charter,
            community: charter.community(),
            mine,
            now_ms,
            applied: RefCell::default(),
        };
        let mut taken = Taken::default();
        for (hash, bytes) in entries {
            let one = if crashed.contains(hash) {
                ingest.set_aside(hash, space, None, CRASHED, bytes)?;
                Taken {
                    changes: 0,
                    set_aside: 1,
                }
            } else {
                let mut one = ingest.entry(space, hash, bytes)?;
                one.add(ingest.release()?);
                one
            };
            taken.changes += one.changes;
            taken.set_aside += one.set_aside;
            tx.end_attempt(hash)?;
        }
        cursor.apply(tx)?;
        Ok::<_, crate::Error>(taken)
    })
}

/// How often taking an entry in may end with the app before the entry is set aside. The first time may be
/// another entry's doing, of the same batch; after that it is taken in alone, and two more times
/// it was to blame, or had no luck: a phone that kills the app looks the same as a crash.
const STRIKES: u32 = 3;

/// Notes the attempts durably, before anything is parsed. Returns those that crashed too often before.
fn begin_attempts(inner: &mut Inner, entries: &[([u8; 32], &[u8])]) -> Result<Vec<[u8; 32]>> {
    let mut crashed = Vec::new();
    inner.store.write(|tx| {
        for (hash, _) in entries {
            if tx.attempts(hash)? >= STRIKES {
                crashed.push(*hash);
            }
            tx.begin_attempt(hash)?;
        }
        Ok::<_, StoreError>(())
    })?;
    Ok(crashed)
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

/// Reasons that may pass: a statement or a key that has come since, a newer version of the app.
const RETRIED: [&str; 5] = [
    "unknown_device",
    "no_right_to_space",
    "no_key_for_epoch",
    "unknown_role",
    "newer_kind",
];

/// Judges again what is in quarantine for a reason that may have passed, or under older rules.
/// Returns how many changes were applied.
pub(crate) fn retry(inner: &mut Inner) -> Result<usize> {
    let mut waiting: Vec<_> = inner.store.view()?.quarantined()?;
    waiting.retain(|q| RETRIED.contains(&q.reason.as_str()) || q.rules != RULES);
    judge_again(inner, waiting)
}

/// How long what ended with the app too often is left alone before it is tried again by itself.
const REST_MS: i64 = 86_400_000;

/// Tries again, once a day, what was set aside because the app ended while it was read. A phone that kills
/// the app looks like a crash, and a good entry must not wait for a person; one that does crash
/// the app does so once a day, and blocks nothing.
pub(crate) fn retry_rested(inner: &mut Inner, now_ms: i64) -> Result<usize> {
    let mut waiting: Vec<_> = inner.store.view()?.quarantined()?;
    waiting.retain(|q| q.reason == CRASHED && (now_ms - q.at).abs() >= REST_MS);
    inner.store.write(|tx| {
        waiting.iter().try_for_each(|q| {
            tx.postpone_quarantine(q.id, now_ms)?;
            tx.end_attempt(&q.entry)
        })
    })?;
    judge_again(inner, waiting)
}

/// Judges everything in quarantine again, also what the app crashed on.
pub(crate) fn retry_all(inner: &mut Inner) -> Result<usize> {
    let waiting = inner.store.view()?.quarantined()?;
    inner
        .store
        .write(|tx| waiting.iter().try_for_each(|q| tx.end_attempt(&q.entry)))?;
    judge_again(inner, waiting)
}

/// One input after the other, each noted as attempted like any other: it may crash the app.
fn judge_again(inner: &mut Inner, waiting: Vec<Quarantined>) -> Result<usize> {
    if waiting.is_empty() {
        return Ok(0);
    }
    let charter = inner.charter()?.clone();
    let mine = inner.identity()?.device;
    inner.forget_docs();
    let mut changes = 0;
    for item in waiting {
        if !begin_attempts(inner, &[(item.entry, &item.bytes)])?.is_empty() {
            continue;
        }
        changes += inner.store.write(|tx| {
            let ingest = Ingest {
                tx,
                charter: &charter,
                community: charter.community(),
                mine,
                now_ms: item.at,
                applied: RefCell::default(),
            };
            tx.leave_quarantine(item.id)?;
            let mut taken = ingest.again(&item)?;
            taken.add(ingest.release()?);
            tx.end_attempt(&item.entry)?;
            Ok::<_, crate::Error>(taken.changes)
        })?;
    }
    Ok(changes)
}

struct Ingest<'a> {
    tx: &'a Tx<'a>,
    charter: &'a Charter,
    community: CommunityId,
    mine: DeviceId,
    now_ms: i64,
    /// Changes that were applied and may be what parked ones wait for. A list, not a recursion: a chain
    /// that came backwards may be as long as its author likes.
    applied: RefCell<Vec<[u8; 32]>>,
}

/// Why a change was not applied.
enum Verdict {
    Applied([u8; 32]),
    Known([u8; 32]),
    Waits([u8; 32]),
    Refused(&'static str),
}

impl Ingest<'_> {
    fn set_aside(
        &self,
        entry: &[u8; 32],
        space: u32,
        section: Option<(i64, i64)>,
        reason: &str,
        bytes: &[u8],
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
        };
        Ok(self.tx.set_aside(&item)?)
    }

    fn entry(&self, space: u32, hash: &[u8; 32], bytes: &[u8]) -> Result<Taken> {
        let refuse = |reason: &str| {
            self.set_aside(hash, space, None, reason, bytes)?;
            Ok(Taken {
                changes: 0,
                set_aside: 1,
            })
        };
        let entry = match Entry::parse(bytes) {
            Ok(entry) => entry,
            Err(error) => return refuse(error.message().code),
        };
        let header = entry.header();
        let Some(row) = self.tx.space(space)?.filter(|row| row.id == header.space) else {
            return refuse("wrong_space");
        };
        let Some(device) = self.charter.device(header.device) else {
            return refuse("unknown_device");
        };
        if let Err(error) = entry.verify(self.community, &device.sign_key) {
            return refuse(error.message().code);
        }
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
        if header.device == self.mine && header.previous == row.last_entry {
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
        let from = From {
            entry: hash,
            space: &row,
            author: &author,
            member,
        };
        let mut taken = Taken::default();
        for n in 0..entry.sections().len() {
            let one = self.section(&from, n, &entry, &keys)?;
            taken.changes += one.changes;
            taken.set_aside += one.set_aside;
        }
        Ok(taken)
    }

    /// One input out of quarantine: a whole entry, or a section whose author was established.
    fn again(&self, item: &Quarantined) -> Result<Taken> {
        let Some(author) = item.author else {
            return self.entry(item.space, &item.entry, &item.bytes);
        };
        let author = self.tx.author_by_ord(author)?;
        let space = self.tx.space(item.space)?;
        // What was signed under another document's tag stays so, whatever version judges it.
        let section = Section::decode(&item.bytes)
            .ok()
            .filter(|_| item.reason != WRONG_TAG);
        if let (Some(space), Some(member), Some(section)) =
            (space, self.charter.member(author.member), section)
        {
            let from = From {
                entry: &item.entry,
                space: &space,
                author: &author,
                member,
            };
            return self.changes(&from, item.section, &section);
        }
        let at = Some((item.section, author.ord));
        self.set_aside(&item.entry, item.space, at, &item.reason, &item.bytes)?;
        Ok(Taken {
            changes: 0,
            set_aside: 1,
        })
    }

    fn section(
        &self,
        from: &From<'_>,
        n: usize,
        entry: &Entry<'_>,
        keys: &SpaceKeys,
    ) -> Result<Taken> {
        let number = i64::try_from(n).unwrap_or(i64::MAX);
        let refuse = |reason: &str, bytes: &[u8]| {
            self.set_aside(
                from.entry,
                from.space.n,
                Some((number, from.author.ord)),
                reason,
                bytes,
            )?;
            Ok(Taken {
                changes: 0,
                set_aside: 1,
            })
        };
        let body = match entry.open_section(n, keys) {
            Ok(body) => body,
            Err(error) => return refuse(error.message().code, entry.sections()[n]),
        };
        let section = match Section::decode(&body) {
            Ok(section) => section,
            Err(error) => return refuse(replica_code(error), &body),
        };
        if keys.document_tag(section.doc) != entry.header().sections[n].tag {
            return refuse(WRONG_TAG, &body);
        }
        self.changes(from, number, &section)
    }

    /// Applies a section's changes, fresh or from parking.
    fn changes(&self, from: &From<'_>, number: i64, section: &Section) -> Result<Taken> {
        let refuse = |reason: &str, section: &Section| {
            let at = Some((number, from.author.ord));
            self.set_aside(from.entry, from.space.n, at, reason, &section.encode())?;
            Ok::<_, crate::Error>(())
        };
        let Some(kind) = kinds::kind(section.kind) else {
            refuse("newer_kind", section)?;
            return Ok(Taken {
                changes: 0,
                set_aside: 1,
            });
        };
        if SpaceKind::from_code(from.space.kind) != Some(kind.space) {
            refuse("kind_in_wrong_space", section)?;
            return Ok(Taken {
                changes: 0,
                set_aside: 1,
            });
        }
        let known = self.tx.doc(section.doc)?;
        if known.is_some_and(|doc| doc.space != from.space.n || doc.kind != section.kind) {
            refuse("document_elsewhere", section)?;
            return Ok(Taken {
                changes: 0,
                set_aside: 1,
            });
        }
        let doc = self
            .tx
            .ensure_doc(section.doc, section.kind, from.space.n)?;
        let mut taken = Taken::default();
        let mut hashes: Vec<Option<[u8; 32]>> = Vec::new();
        for (n, change) in section.changes.iter().enumerate() {
            let Some(deps) = resolve(section.kind, &change.deps, &hashes) else {
                refuse("depends_on_refused", &alone(section, n, &hashes))?;
                taken.set_aside += 1;
                hashes.push(None);
                continue;
            };
            // A failed write of one change is undone by itself and blocks no other.
            match self
                .tx
                .attempt(|| self.change(from, doc, kind, change, deps))?
            {
                Ok(Verdict::Applied(hash)) => {
                    taken.changes += 1;
                    hashes.push(Some(hash));
                    self.applied.borrow_mut().push(hash);
                }
                Ok(Verdict::Known(hash)) => hashes.push(Some(hash)),
                Ok(Verdict::Waits(hash)) => {
                    // What follows in the section may name this change by its place, so it waits too.
                    let rest = rest(section, n, &hashes).encode();
                    self.tx
                        .park(&hash, from.author.ord, from.space.n, from.entry, &rest)?;
                    return Ok(taken);
                }
                Ok(Verdict::Refused(reason)) => {
                    refuse(reason, &alone(section, n, &hashes))?;
                    taken.set_aside += 1;
                    hashes.push(None);
                }
                Err(error) if error.is_local() => return Err(error),
                Err(_) => {
                    refuse("document_unreadable", &alone(section, n, &hashes))?;
                    taken.set_aside += 1;
                    hashes.push(None);
                }
            }
        }
        Ok(taken)
    }

    /// Applies what waited for the changes applied so far, and what waited for that.
    fn release(&self) -> Result<Taken> {
        let mut taken = Taken::default();
        loop {
            let Some(hash) = self.applied.borrow_mut().pop() else {
                return Ok(taken);
            };
            for parked in self.tx.waiting_for(&hash)? {
                self.tx.unpark(parked.id)?;
                let author = self.tx.author_by_ord(parked.author)?;
                let (Some(space), Some(member)) = (
                    self.tx.space(parked.space)?,
                    self.charter.member(author.member),
                ) else {
                    continue;
                };
                let from = From {
                    entry: &parked.entry,
                    space: &space,
                    author: &author,
                    member,
                };
                if let Ok(section) = Section::decode(&parked.section) {
                    taken.add(self.changes(&from, 0, &section)?);
                }
            }
        }
    }

    fn change(
        &self,
        from: &From<'_>,
        doc: DocRow,
        kind: &'static Kind,
        change: &WireChange,
        deps: Vec<[u8; 32]>,
    ) -> Result<Verdict> {
        if let Some(reason) = self.check_fields(from, doc, kind, &change.ops) {
            return Ok(Verdict::Refused(reason));
        }
        let (heads, first) = apply::heads_or_genesis(self.tx, doc)?;
        let start_op = match self.start_op(doc, &heads, &deps)? {
            Ok(op) => op,
            Err(missing) => return Ok(Verdict::Waits(missing)),
        };
        let actor = actor(
            self.community,
            from.space.id,
            doc.id,
            from.author.device,
            from.author.incarnation,
        );
        let parts = Parts {
            seq: change.seq,
            time: change.time,
            start_op,
            deps,
            ops: change.ops.clone(),
        };
        let built = match build(actor, &parts) {
            Ok(built) => built,
            Err(error) => return Ok(Verdict::Refused(replica_code(error))),
        };
        if built.hash[..4] != change.check {
            return Ok(Verdict::Refused("encoder_mismatch"));
        }
        let last = self.tx.last_seq(doc.ord, from.author.ord)?;
        if change.seq <= last {
            let there = self.tx.hash_of_seq(doc.ord, from.author.ord, change.seq)?;
            let known = there == Some(built.hash);
            return Ok(if known {
                Verdict::Known(built.hash)
            } else {
                Verdict::Refused("forked_actor")
            });
        }
        if change.seq != last + 1 {
            return Ok(Verdict::Refused("sequence_gap"));
        }
        if !first && parts.ops.iter().any(|op| !op.replaces.is_empty()) {
            let document = apply::load(self.tx, doc, &heads)?;
            let seen = |op: &Op| {
                let values = document.values_at(&op.key, &parts.deps);
                op.replaces
                    .iter()
                    .all(|id| values.iter().any(|w| w.op == *id))
            };
            for op in parts.ops.iter().filter(|op| !seen(op)) {
                // Somebody's stale form may replace what another edit has replaced before (rule R3).
                if !self.wrote_before(doc, op, &parts.deps)? {
                    return Ok(Verdict::Refused("replaces_unseen"));
                }
            }
        } else if first && parts.ops.iter().any(|op| !op.replaces.is_empty()) {
            return Ok(Verdict::Refused("replaces_unseen"));
        }
        let heads = heads.after(&parts.deps, built.hash, built.max_op);
        let (author, seq, hash) = (from.author.ord, parts.seq, built.hash);
        let chunk = NewChunk {
            doc: doc.ord,
            author,
            seq,
            mine: false,
            hash,
            heads: &heads,
            change: &built.bytes,
        };
        self.tx.append(&chunk)?;
        let ops = &parts.ops;
        apply::project_change(
            self.tx,
            &Applied {
                doc,
                author,
                hash,
                ops,
                first,
                heads: &heads,
            },
        )?;
        Ok(Verdict::Applied(hash))
    }

    /// Whether everything an operation replaces was written to its key in the history of `deps`, be it
    /// replaced since or not.
    fn wrote_before(&self, doc: DocRow, op: &Op, deps: &[[u8; 32]]) -> Result<bool> {
        let mut history = HashMap::new();
        for chunk in self.tx.chunks_of(doc.ord)? {
            history.insert(chunk.hash, change::read(&chunk.change)?);
        }
        let mut left = op.replaces.clone();
        let mut next = deps.to_vec();
        while let Some(hash) = next.pop() {
            // Gone already, or the genesis.
            let Some((author, parts)) = history.remove(&hash) else {
                continue;
            };
            for (counter, written) in (parts.start_op..).zip(&parts.ops) {
                let id = OpId {
                    counter,
                    actor: author,
                };
                left.retain(|wanted| *wanted != id || written.key != op.key);
            }
            next.extend(parts.deps);
        }
        Ok(left.is_empty())
    }

    /// The number of a change's first operation, or the dependency that is not there.
    fn start_op(
        &self,
        doc: DocRow,
        heads: &Heads,
        deps: &[[u8; 32]],
    ) -> Result<Result<u64, [u8; 32]>> {
        let genesis = genesis(doc.kind);
        let mut greatest = 0;
        let mut all = None;
        for dep in deps {
            let op = if *dep == genesis.hash {
                Some(genesis.max_op)
            } else {
                heads.op(dep)
            };
            let op = match op {
                Some(op) => Some(op),
                // It does not follow the heads: look at every change of the document, once.
                None => {
                    if all.is_none() {
                        all = Some(self.tx.ops_by_hash(doc.ord)?);
                    }
                    all.as_ref().and_then(|all: &Heads| all.op(dep))
                }
            };
            match op {
                Some(op) => greatest = greatest.max(op),
                None => return Ok(Err(*dep)),
            }
        }
        Ok(Ok(greatest + 1))
    }

    /// What a change's fields allow; fields of a newer version are kept as they are.
    fn check_fields(
        &self,
        from: &From<'_>,
        doc: DocRow,
        kind: &Kind,
        ops: &[Op],
    ) -> Option<&'static str> {
        let Some(role) = from.member.role else {
            return Some("unknown_role");
        };
        for (n, op) in ops.iter().enumerate() {
            if ops[..n].iter().any(|earlier| earlier.key == op.key) {
                return Some("key_twice");
            }
            let Some(field) = kind.field(op.key.field) else {
                continue;
            };
            if field.keyed == op.key.id.is_empty() {
                return Some("bad_key");
            }
            if field.merge == Merge::Once && !op.replaces.is_empty() {
                return Some("replaces_written_once");
            }
            if op.value.size() > field.max_bytes {
                return Some("too_large");
            }
            if !kind.may_write(self.community, doc.id, field, from.member.id, role) {
                return Some("role_may_not_write");
            }
        }
        None
    }
}

/// Where a section came from.
struct From<'a> {
    entry: &'a [u8; 32],
    space: &'a SpaceRow,
    author: &'a AuthorRow,
    member: &'a Member,
}

fn replica_code(error: doorknock_replica::ReplicaError) -> &'static str {
    match error {
        doorknock_replica::ReplicaError::TooLarge => "too_large",
        doorknock_replica::ReplicaError::EncoderMismatch => "encoder_mismatch",
        _ => "malformed",
    }
}

/// Stands for a change that was refused, and whose hash was never made.
const REFUSED: [u8; 32] = [0; 32];

/// Dependencies as hashes; `None` if one names a change of this section that was refused.
fn resolve(kind: u16, deps: &[Dep], hashes: &[Option<[u8; 32]>]) -> Option<Vec<[u8; 32]>> {
    deps.iter()
        .map(|dep| match dep {
            Dep::Genesis => Some(genesis(kind).hash),
            Dep::InSection(n) => hashes.get(*n).copied().flatten(),
            Dep::Hash(hash) => Some(*hash).filter(|hash| *hash != REFUSED),
        })
        .collect()
}

/// The section's changes from the n-th on, with dependencies on earlier ones by hash.
fn rest(section: &Section, from: usize, hashes: &[Option<[u8; 32]>]) -> Section {
    let renumber = |dep: &Dep| match dep {
        Dep::InSection(n) if *n >= from => Dep::InSection(n - from),
        Dep::InSection(n) => hashes
            .get(*n)
            .copied()
            .flatten()
            .map_or(Dep::Hash(REFUSED), Dep::Hash),
        other => *other,
    };
    let changes = section.changes[from..].iter().map(|change| WireChange {
        deps: change.deps.iter().map(renumber).collect(),
        ..change.clone()
    });
    Section {
        kind: section.kind,
        doc: section.doc,
        changes: changes.collect(),
        context: None,
    }
}

/// The n-th change as a section of its own.
fn alone(section: &Section, n: usize, hashes: &[Option<[u8; 32]>]) -> Section {
    let mut one = rest(section, n, hashes);
    one.changes.truncate(1);
    one
}
