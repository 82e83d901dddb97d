//! Sync: seal what is pending, exchange it, take in what others wrote.
//!
//! [`SyncSession`] hands out requests and takes answers, so that an app's own HTTP client, background
//! rules and proxies apply; [`Doorknock::sync`] drives one with a [`Transport`]. A session may be
//! dropped at any point and nothing is lost: what the hub received is recognised by its hash, what was
//! taken in is committed with its cursor.

use std::collections::{HashSet, VecDeque};

use doorknock_model::access::SpaceKind;
use doorknock_seal::entry::{Entry, EntryError};
use doorknock_seal::receipt::{Receipt, running_hash};
use doorknock_seal::request::sign_request;
use doorknock_sync::session::{Local, Outcome, Session};
use doorknock_sync::wire::{self, PulledItem, Verdict};

use crate::Result;
use crate::community::{
    self, accepted, append_name, append_request, extend_and_keep, post, take_wraps,
};
use crate::env::{Answer, Request, Transport};
use crate::error::{hub_answer, said};
use crate::home::{Doorknock, Identity, Inner};
use crate::ingest::{self, CursorMove};
use crate::outbox;

/// How many bytes of entries one request carries.
const PUSH_BYTES: usize = 1 << 20;

/// How many entries are taken in within one transaction.
const BATCH: usize = 32;

/// When this home last finished a sync: unix milliseconds under this name.
pub(crate) const LAST_SYNC: &str = "last_sync";

/// The hub's log is not what its own signed head says.
const HUB_INCONSISTENT: &str = "hub_inconsistent";

/// The hub lost part of a space's log, or shows another one.
const HUB_RESTARTED: &str = "hub_restarted";

/// What a sync did so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SyncReport {
    /// Changes the hub now holds, by verified receipts.
    pub pushed: usize,
    /// Changes of others applied here.
    pub pulled: usize,
    /// Inputs set aside.
    pub quarantined: usize,
    /// Requests answered.
    pub round_trips: u32,
    /// Bytes of request bodies.
    pub bytes_up: usize,
    /// Bytes of answer bodies.
    pub bytes_down: usize,
}

/// A sync under way: ask [`SyncSession::next`] for a request, carry it, give the answer to
/// [`SyncSession::answer`], until there is none.
#[derive(Default)]
pub struct SyncSession {
    session: Session,
    report: SyncReport,
    give_back: VecDeque<Request>,
    asked: Option<Asked>,
    restarted: HashSet<u32>,
    compared: bool,
    gave_back: bool,
    retried: bool,
}

enum Asked {
    Sync(Vec<[u8; 32]>),
    GiveBack,
}

impl SyncSession {
    /// What was done so far.
    #[must_use]
    pub const fn report(&self) -> SyncReport {
        self.report
    }

    /// The next request to carry, or `None` when the sync is complete.
    ///
    /// # Errors
    /// `not_joined`, or the database's.
    pub fn next(&mut self, home: &Doorknock) -> Result<Option<Request>> {
        if let Some(request) = self.give_back.pop_front() {
            self.report.bytes_up += request.body.len();
            self.asked = Some(Asked::GiveBack);
            return Ok(Some(request));
        }
        if !std::mem::replace(&mut self.retried, true) {
            let now = home.now_ms();
            self.report.pulled += home.writing(|inner| ingest::retry_rested(inner, now))?;
        }
        let local = home.writing(|inner| {
            outbox::seal_pending(inner, &home.env)?;
            local(inner)
        })?;
        let hashes = local
            .entries
            .iter()
            .filter_map(|e| Some(Entry::parse(e).ok()?.hash()))
            .collect();
        let Some(request) = self.session.next(local) else {
            let now = home.now_ms();
            home.writing(|inner| {
                Ok(inner.store.write(|tx| tx.set_meta_number(LAST_SYNC, now))?)
            })?;
            return Ok(None);
        };
        let body = {
            let inner = home.lock();
            sign_request(
                wire::PATH_SYNC,
                &wire::encode(&request),
                request.community,
                &inner.secrets,
            )
        };
        self.report.bytes_up += body.len();
        self.asked = Some(Asked::Sync(hashes));
        Ok(Some(post(wire::PATH_SYNC, body)))
    }

    /// Takes the answer to the last request in.
    ///
    /// # Errors
    /// `hub_refused`, `hub_answer`, `charter_forked`, or the database's. Everything committed before
    /// stays.
    pub fn answer(&mut self, home: &Doorknock, answer: Answer) -> Result<()> {
        self.report.round_trips += 1;
        self.report.bytes_down += answer.body.len();
        let asked = self.asked.take().ok_or_else(hub_answer)?;
        match asked {
            Asked::GiveBack => {
                if answer.status != 200 {
                    // Not this home's to bring: the keys that go with it are at an administrator's.
                    self.give_back.clear();
                }
                Ok(())
            }
            Asked::Sync(hashes) => {
                let body = accepted(answer)?;
                let response: wire::SyncResponse = wire::decode(&body)?;
                let outcome = self.take(home, &hashes, &response)?;
                self.session.finish(&outcome);
                Ok(())
            }
        }
    }

    fn take(
        &mut self,
        home: &Doorknock,
        pushed: &[[u8; 32]],
        response: &wire::SyncResponse,
    ) -> Result<Outcome> {
        let mut outcome = Outcome {
            more: response.more,
            ..Outcome::default()
        };
        outcome.statements = home.writing(|inner| take_charter(inner, response))?;
        if !self.gave_back {
            // Once a session, so that a hub that goes on forgetting keeps nobody busy.
            let lost = home.writing(|inner| what_the_hub_lost(inner, response.charter_length))?;
            self.gave_back = !lost.is_empty();
            outcome.statements += lost.len();
            self.give_back.extend(lost);
        }
        let changes = home.writing(|inner| take_receipts(inner, pushed, &response.receipts))?;
        outcome.stored = changes.len();
        self.report.pushed += changes.iter().sum::<usize>();
        for pulled in &response.pulled {
            self.take_pulled(home, pulled, &mut outcome)?;
        }
        for space in &response.mismatched {
            // Once a session: a hub that goes on saying so is left to itself.
            if self.restarted.insert(*space) {
                home.writing(|inner| start_over(inner, *space, home.now_ms()))?;
                outcome.reset += 1;
            }
        }
        if !response.more && !self.compared {
            // Once a session, so that a hub whose receipts and logs never agree keeps nobody busy.
            self.compared = true;
            home.writing(void_behind_the_log)?;
        }
        outcome.outbox_left = home.writing(|inner| {
            outbox::seal_pending(inner, &home.env)?;
            Ok(!inner.store.view()?.pending_entries(1)?.is_empty())
        })?;
        Ok(outcome)
    }

    fn take_pulled(
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
            home.writing(|inner| {
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
                        let ours = home.lock().store.view()?.entry_space(hash)?;
                        if ours != Some(pulled.space) {
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
            let taken = home.writing(|inner| take_entries(inner, home.now_ms(), &batch, &end))?;
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
        return ingest::take_batch(inner, now_ms, end.space, batch, end);
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
        let taken = ingest::take_batch(inner, now_ms, end.space, std::slice::from_ref(one), &stay)?;
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

/// Spaces in the order they are wanted: names and grids, then today's doors, then history.
fn local(inner: &mut Inner) -> Result<Local> {
    let Identity { community, .. } = inner.identity()?;
    let (charter_length, charter_head) = {
        let charter = inner.charter()?;
        (charter.len(), charter.head())
    };
    let view = inner.store.view()?;
    let mut spaces = view.spaces()?;
    spaces.sort_by_key(|s| {
        (
            SpaceKind::from_code(s.kind) == Some(SpaceKind::Staff),
            s.kind,
            s.n,
        )
    });
    let cursor = |s: &doorknock_store::charter::SpaceRow| {
        let mut running = [0; 8];
        running.copy_from_slice(&s.running[..8]);
        wire::Cursor {
            space: s.n,
            position: s.position,
            running,
        }
    };
    let cursors = spaces.iter().map(cursor).collect();
    let entries = view.pending_entries(PUSH_BYTES)?;
    Ok(Local {
        community,
        charter_length,
        charter_head,
        cursors,
        entries,
    })
}

fn take_charter(inner: &mut Inner, response: &wire::SyncResponse) -> Result<usize> {
    let before = inner.charter()?.len();
    extend_and_keep(inner, &response.statements).map_err(|error| {
        if error.is_local() {
            return error;
        }
        said(
            "charter_forked",
            "服务器给出的社区章程与本机已知的不一致，已拒绝；请联系社区管理员核对服务器。",
            "The hub's charter does not extend the one known here and was refused; ask your administrator to check the hub.",
        )
    })?;
    take_wraps(inner, &response.wraps)?;
    let new = usize::try_from(inner.charter()?.len() - before).unwrap_or(0);
    if new > 0 || !response.wraps.is_empty() {
        ingest::retry(inner)?;
    }
    Ok(new)
}

/// Requests that give the hub back the statements it lost (rule R8).
fn what_the_hub_lost(inner: &mut Inner, length: u64) -> Result<Vec<Request>> {
    let charter = inner.charter()?;
    let (community, ours) = (charter.community(), charter.len());
    if length >= ours {
        return Ok(Vec::new());
    }
    let view = inner.store.view()?;
    let from = usize::try_from(length).unwrap_or(usize::MAX);
    let mut requests = Vec::new();
    for (position, statement) in (0_u64..).zip(view.statements()?).skip(from) {
        // With the wraps that belong to it, where this device made it.
        let made_here = |body: &Vec<u8>| {
            wire::decode::<wire::AppendRequest>(body).is_ok_and(|r| r.statement == statement)
        };
        requests.push(match view.meta(&append_name(position))?.filter(made_here) {
            Some(body) => community::post(wire::PATH_APPEND, body),
            None => append_request(community, statement, &[]),
        });
    }
    Ok(requests)
}

/// Believes a receipt only with the hub's signature. Returns how many changes each newly kept entry holds.
fn take_receipts(
    inner: &mut Inner,
    pushed: &[[u8; 32]],
    receipts: &[wire::Receipt],
) -> Result<Vec<usize>> {
    if receipts.is_empty() {
        return Ok(Vec::new());
    }
    let (hub_key, community) = {
        let charter = inner.charter()?;
        (charter.hub_key(), charter.community())
    };
    inner.store.write(|tx| {
        let mut kept = Vec::new();
        for receipt in receipts.iter().filter(|r| pushed.contains(&r.entry)) {
            let wire::Receipt {
                entry,
                verdict,
                space,
                position,
                running,
                signature,
            } = receipt;
            if *verdict == Verdict::Stored {
                let promise = Receipt {
                    space: *space,
                    entry: *entry,
                    position: *position,
                    running: *running,
                };
                if promise.verify(&hub_key, community, signature)
                    && tx.entry_kept(entry, *position)?
                {
                    kept.push(tx.entry_changes(entry)?);
                }
            } else if is_final(*verdict) {
                tx.entry_refused(entry, verdict.code())?;
            }
        }
        Ok(kept)
    })
}

/// Whether the same entry would be refused again. A hub that does not know the device or the space yet, or is
/// full, may take it later.
const fn is_final(verdict: Verdict) -> bool {
    matches!(
        verdict,
        Verdict::Malformed
            | Verdict::TooLarge
            | Verdict::BadSignature
            | Verdict::NotSenders
            | Verdict::NoRight
    )
}

fn start_over(inner: &mut Inner, space: u32, now_ms: i64) -> Result<()> {
    Ok(inner.store.write(|tx| {
        tx.set_cursor(space, 0, &[0; 32])?;
        tx.receipts_void(space)?;
        tx.notice(HUB_RESTARTED, &space.to_be_bytes(), now_ms)
    })?)
}

/// Takes back receipts for what lies behind the log's end, which is where the cursors are when the
/// hub has no more: it was set back before the cursor had come as far as its receipt (rule R8).
fn void_behind_the_log(inner: &mut Inner) -> Result<()> {
    let spaces = inner.store.view()?.spaces()?;
    Ok(inner.store.write(|tx| {
        spaces
            .iter()
            .try_for_each(|space| tx.void_behind(space.n, space.position).map(|_| ()))
    })?)
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

impl Doorknock {
    /// A new sync, to be driven by the caller.
    #[must_use]
    pub fn sync_session(&self) -> SyncSession {
        SyncSession::default()
    }

    /// Syncs with the hub until nothing is left to do.
    ///
    /// # Errors
    /// As [`SyncSession::answer`], and `hub_unreachable`; a later call goes on where this one stopped.
    pub fn sync(
        &self,
        net: &dyn Transport,
        progress: &mut dyn FnMut(&SyncReport),
    ) -> Result<SyncReport> {
        let hub_url = self.lock().identity()?.hub_url;
        let mut session = self.sync_session();
        while let Some(request) = session.next(self)? {
            let answer = net.exchange(&hub_url, &request)?;
            session.answer(self, answer)?;
            progress(&session.report());
        }
        Ok(session.report())
    }
}
