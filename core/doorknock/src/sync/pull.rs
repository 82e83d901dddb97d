//! Taking in what others wrote, and checking it against the hub's signed head.

use doorknock_seal::entry::{Entry, EntryError};
use doorknock_seal::receipt::{Receipt, running_hash};
use doorknock_sync::session::Outcome;
use doorknock_sync::wire::{self, PulledItem};

use super::SyncSession;
use crate::Result;
use crate::error::hub_answer;
use crate::home::{Doorknock, Inner};
use crate::ingest::{self, CursorMove, Source};

/// How many entries are taken in within one transaction.
const BATCH: usize = 32;

/// The hub's log is not what its own signed head says.
const HUB_INCONSISTENT: &str = "hub_inconsistent";

impl SyncSession {
    pub(super) fn take_pulled(
        &mut self,
        home: &Doorknock,
        pulled: &wire::Pulled,
        outcome: &mut Outcome,
    ) -> Result<()> {
        let Some((mut position, mut running)) = home.writing(|inner| cursor_for(inner, pulled))?
        else {
            return Ok(());
        };
        let hashes = item_hashes(pulled);
        let honest = |hashes: &Vec<[u8; 32]>| {
            home.writing(|inner| head_is_honest(inner, pulled, running, hashes))
        };
        let honest = hashes.as_ref().map(honest).transpose()?.unwrap_or(false);
        let Some(hashes) = hashes.filter(|_| honest) else {
            // This space waits until the hub is put right; the others go on.
            home.taking(|inner| {
                let at = home.now_ms();
                Ok(inner
                    .store
                    .write(|tx| tx.notice(HUB_INCONSISTENT, &pulled.space.to_be_bytes(), at))?)
            })?;
            return Ok(());
        };
        let mut items = pulled.items.iter().zip(&hashes).peekable();
        while items.peek().is_some() {
            let mut batch: Vec<([u8; 32], &[u8])> = Vec::new();
            let mut end = CursorMove {
                space: pulled.space,
                position,
                running,
                passed: &[],
            };
            while batch.len() < BATCH
                && let Some((item, hash)) = items.peek()
            {
                match item {
                    PulledItem::Entry(bytes) => batch.push((**hash, bytes)),
                    PulledItem::Own(_) => {
                        let ours = home.lock().store.view()?.entry(hash)?;
                        if ours.map(|entry| entry.space) != Some(pulled.space) {
                            outcome.own_missing = true;
                            break;
                        }
                    }
                }
                end.position += 1;
                end.running = running_hash(&end.running, hash);
                items.next();
            }
            if end.position == position {
                break;
            }
            end.passed = passed_by(&hashes, pulled.first, position, end.position);
            let taken = home.taking(|inner| take_entries(inner, home.now_ms(), &batch, &end));
            if taken.as_ref().is_err_and(crate::Error::is_full) {
                home.excuse(&batch)?;
            }
            let taken = taken?;
            self.report.pulled += taken.changes;
            self.report.quarantined += taken.set_aside;
            outcome.advanced += end.position - position;
            (position, running) = (end.position, end.running);
        }
        Ok(())
    }
}

/// Takes a batch in; entry by entry where one of them was begun before and not finished.
fn take_entries(
    inner: &mut Inner,
    now_ms: i64,
    batch: &[([u8; 32], &[u8])],
    end: &CursorMove<'_>,
) -> Result<ingest::Taken> {
    if !ingest::any_attempted(inner, batch)? {
        return ingest::take_batch(inner, now_ms, batch, &Source::Log(end));
    }
    let mut all = ingest::Taken::default();
    let before = inner
        .store
        .view()?
        .space(end.space)?
        .ok_or_else(hub_answer)?;
    let stay = CursorMove {
        space: end.space,
        position: before.position,
        running: before.running,
        passed: &[],
    };
    for one in batch {
        let one = std::slice::from_ref(one);
        let taken = ingest::take_batch(inner, now_ms, one, &Source::Log(&stay))?;
        all.changes += taken.changes;
        all.set_aside += taken.set_aside;
    }
    inner.store.write(|tx| end.apply(tx))?;
    Ok(all)
}

/// The hashes of the entries after one position up to another, of those that begin at `first`.
fn passed_by(hashes: &[[u8; 32]], first: u64, after: u64, to: u64) -> &[[u8; 32]] {
    let place = |position: u64| usize::try_from(position.checked_sub(first - 1)?).ok();
    let range = place(after).zip(place(to)).map(|(a, b)| a..b);
    range
        .and_then(|range| hashes.get(range))
        .unwrap_or_default()
}

/// The cursor, if what was pulled begins right after it.
fn cursor_for(inner: &Inner, pulled: &wire::Pulled) -> Result<Option<(u64, [u8; 32])>> {
    let space = inner.store.view()?.space(pulled.space)?;
    Ok(space
        .filter(|s| pulled.first == s.position + 1)
        .map(|s| (s.position, s.running)))
}

/// The entries' hashes; `None` if one is no entry, which an honest hub does not store. One of a newer
/// version has a hash like any other.
fn item_hashes(pulled: &wire::Pulled) -> Option<Vec<[u8; 32]>> {
    let hash = |bytes: &[u8]| match Entry::parse(bytes) {
        Ok(entry) => Some(entry.hash()),
        Err(EntryError::Unsupported) => Entry::hash_of(bytes).ok(),
        Err(_) => None,
    };
    pulled
        .items
        .iter()
        .map(|item| match item {
            PulledItem::Own(hash) => Some(*hash),
            PulledItem::Entry(bytes) => hash(bytes),
        })
        .collect()
}

/// Whether the hub's signed head agrees with the entries it sent, where they reach it.
fn head_is_honest(
    inner: &mut Inner,
    pulled: &wire::Pulled,
    running: [u8; 32],
    hashes: &[[u8; 32]],
) -> Result<bool> {
    let Some(space) = inner.store.view()?.space(pulled.space)? else {
        return Ok(false);
    };
    let charter = inner.charter()?;
    let head = Receipt::head(space.id, pulled.head, pulled.head_running);
    if !head.verify(
        &charter.hub_key(),
        charter.community(),
        &pulled.head_signature,
    ) {
        return Ok(false);
    }
    let end = space.position + hashes.len() as u64;
    let computed = hashes
        .iter()
        .fold(running, |running, hash| running_hash(&running, hash));
    Ok(end < pulled.head || (end == pulled.head && computed == pulled.head_running))
}
