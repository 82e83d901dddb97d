//! Sync: seal what is pending, exchange it, take in what others wrote.
//!
//! [`SyncSession`] hands out requests and takes answers, so that an app's own HTTP client, background
//! rules and proxies apply; [`Doorknock::sync`] drives one with a [`Transport`]. A session may be
//! dropped at any point and nothing is lost: what the hub received is recognised by its hash, what was
//! taken in is committed with its cursor.

mod first;
mod from_file;
mod hub;
mod pace;
mod pull;
mod to_file;

pub use from_file::FileRead;
pub use to_file::{FileScope, FileWritten};

use std::collections::{HashSet, VecDeque};

use doorknock_model::access::SpaceKind;
use doorknock_seal::entry::Entry;
use doorknock_seal::request::sign_request;
use doorknock_store::charter::SpaceRow;
use doorknock_store::snapshots::PartRow;
use doorknock_store::{Touched, View};
use doorknock_sync::session::{Local, Outcome, Session};
use doorknock_sync::wire::{self};

use hub::{
    Stored, offer_refused_again, read_again, start_over, take_charter, take_charter_alone,
    take_receipts, void_behind_the_log, what_the_hub_lost,
};

use crate::Result;
use crate::community::{self, BOUND_IDS, accepted, ask_for_keys, post};
use crate::env::{Answer, Request, Transport};
use crate::error::{hub_answer, said};
use crate::home::{Doorknock, Identity, Inner};
use crate::ingest::{self};
use crate::outbox;

/// When this home last finished a sync: unix milliseconds under this name.
pub(crate) const LAST_SYNC: &str = "last_sync";

/// What a sync did so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SyncReport {
    /// Changes the hub now holds, by verified receipts.
    pub pushed: usize,
    /// Entries of others that were brought to the hub, by its receipts: from a file, or what it had lost.
    pub relayed: usize,
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
    /// How far a first sync is, while one is under way.
    pub first_sync: Option<FirstSync>,
}

/// How far a first sync is: snapshots are read in the place of logs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FirstSync {
    /// Bytes of the snapshots that are being read.
    pub bytes: u64,
    /// Bytes of them that have come.
    pub come: u64,
    /// Whether today's doors have all they need; what is missing is history.
    pub today_ready: bool,
}

/// A sync under way: ask [`SyncSession::next`] for a request, carry it, give the answer to
/// [`SyncSession::answer`], until there is none.
#[derive(Default)]
pub struct SyncSession {
    session: Session,
    report: SyncReport,
    give_back: VecDeque<Request>,
    ask_keys: Option<VecDeque<Request>>,
    asked: Option<Asked>,
    restarted: HashSet<u32>,
    compared: bool,
    /// The hub's logs were read to their ends: what of others' is not in them, it lost.
    caught_up: bool,
    gave_back: bool,
    retried: bool,
    /// Whether the charter is the hub's, so that whoever made a snapshot or wrote what is in it is known.
    knows_charter: bool,
    /// Whether it was asked which snapshots there are.
    looked: bool,
    /// Spaces whose snapshot the hub no longer had.
    lost: HashSet<u32>,
    /// The disk has no room for what others wrote; what is here is still sent.
    full: Option<crate::Error>,
}

enum Asked {
    /// The entries pushed, and the bytes of the request.
    Sync(Vec<[u8; 32]>, usize),
    GiveBack,
    Charter,
    /// Snapshots of these spaces.
    Find(Vec<u32>),
    Piece(PartRow, u64),
    Keys,
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
    /// `not_joined`, `pull_full` at the end of a sync that only sent, or the database's.
    pub fn next(&mut self, home: &Doorknock) -> Result<Option<Request>> {
        if let Some(request) = self.give_back.pop_front() {
            return Ok(Some(self.send(request, Asked::GiveBack)));
        }
        if !std::mem::replace(&mut self.retried, true) {
            let now = home.now_ms();
            match home.taking(|inner| ingest::retry_rested(inner, now)) {
                Err(error) if error.is_full() => self.full = Some(error),
                pulled => self.report.pulled += pulled?,
            }
            home.writing(|inner| offer_refused_again(inner, now))?;
            home.noting(pace::lost_before)?;
        }
        if self.ask_keys.is_none() {
            // Once a session: what does not open today may not open tomorrow either.
            self.ask_keys = Some(
                home.writing(|inner| {
                    refuse_trial_homes(inner)?;
                    ask_for_keys(inner)
                })?
                .into(),
            );
        }
        if let Some(request) = self.ask_keys.as_mut().and_then(VecDeque::pop_front) {
            return Ok(Some(self.send(request, Asked::Keys)));
        }
        if self.full.is_none()
            && let Some(request) = self.next_for_snapshot(home, false)?
        {
            return Ok(Some(request));
        }
        let mut local = home.writing(|inner| {
            outbox::seal_pending(inner, &home.env)?;
            outbox::seal_again(inner, &home.env)?;
            local(inner, self.caught_up)
        })?;
        if self.full.is_some() {
            local.cursors.clear();
        }
        let hashes = local
            .entries
            .iter()
            .filter_map(|e| Some(Entry::parse(e).ok()?.hash()))
            .collect();
        let Some(request) = self.session.next(local) else {
            if let Some(full) = self.full.take() {
                return Err(full);
            }
            if let Some(request) = self.next_for_snapshot(home, true)? {
                return Ok(Some(request));
            }
            let now = home.now_ms();
            home.noting(|inner| {
                Ok(inner.store.write(|tx| {
                    tx.touch(Touched::Status);
                    tx.set_meta_number(LAST_SYNC, now)
                })?)
            })?;
            home.keep_reserve();
            return Ok(None);
        };
        home.noting(pace::asking)?;
        let body = {
            let inner = home.lock();
            sign_request(
                wire::PATH_SYNC,
                &wire::encode(&request),
                request.community,
                &inner.secrets,
            )
        };
        let up = body.len();
        Ok(Some(self.send(
            post(wire::PATH_SYNC, body),
            Asked::Sync(hashes, up),
        )))
    }

    fn send(&mut self, request: Request, asked: Asked) -> Request {
        self.report.bytes_up += request.body.len();
        self.asked = Some(asked);
        request
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
            Asked::Charter => {
                let new = take_charter_alone(home, &answer)?;
                self.knows_charter = new == 0;
                Ok(())
            }
            Asked::Find(spaces) => self.take_found(home, &spaces, answer),
            Asked::Piece(part, offset) => self.take_piece(home, &part, offset, answer),
            Asked::Keys => {
                take_charter_alone(home, &answer)?;
                Ok(())
            }
            Asked::Sync(hashes, up) => {
                let arrived = up.max(answer.body.len());
                home.noting(|inner| pace::answered(inner, arrived))?;
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
        let charter = wire::CharterResponse {
            statements: response.statements.clone(),
            wraps: response.wraps.clone(),
        };
        let now = home.now_ms();
        outcome.statements = home.writing(|inner| take_charter(inner, &charter, now))?;
        if !self.gave_back {
            // Once a session, so that a hub that goes on forgetting keeps nobody busy.
            let lost = home.writing(|inner| what_the_hub_lost(inner, response.charter_length))?;
            self.gave_back = !lost.is_empty();
            outcome.statements += lost.len();
            self.give_back.extend(lost);
        }
        let now = home.now_ms();
        let Stored {
            entries,
            changes,
            relayed,
            doubtful,
        } = home.writing(|inner| take_receipts(inner, pushed, &response.receipts, now))?;
        outcome.stored = entries;
        self.report.pushed += changes;
        self.report.relayed += relayed;
        for space in doubtful {
            if self.restarted.insert(space) {
                home.writing(|inner| read_again(inner, space))?;
                outcome.reset += 1;
            }
        }
        for pulled in &response.pulled {
            match self.take_pulled(home, pulled, &mut outcome) {
                // What others wrote is at the hub and can wait; what was recorded here is to go there.
                Err(error) if error.is_full() => {
                    self.full = Some(error);
                    outcome.more = false;
                    break;
                }
                taken => taken?,
            }
        }
        for space in &response.mismatched {
            // Once a session: a hub that goes on saying so is left to itself.
            if self.restarted.insert(*space) {
                home.writing(|inner| start_over(inner, *space, home.now_ms()))?;
                outcome.reset += 1;
            }
        }
        // Only where the cursors are at the end of the logs; a space that starts over is read again first.
        let at_the_end = !response.more && self.full.is_none() && outcome.reset == 0;
        outcome.caught_up = at_the_end && !self.caught_up;
        self.caught_up |= at_the_end;
        if at_the_end && !self.compared {
            // Once a session, so that a hub whose receipts and logs never agree keeps nobody busy.
            self.compared = true;
            home.writing(void_behind_the_log)?;
        }
        outcome.outbox_left = home.writing(|inner| {
            outbox::seal_pending(inner, &home.env)?;
            Ok(!to_push(&inner.store.view()?, self.caught_up, 1)?.is_empty())
        })?;
        Ok(outcome)
    }
}

/// The order in which spaces are wanted: names and grids, then today's doors, then history.
pub(crate) fn order(space: &SpaceRow) -> (bool, u8, u32) {
    let staff = SpaceKind::from_code(space.kind) == Some(SpaceKind::Staff);
    (staff, space.kind, space.n)
}

/// Own entries first, then others'; those that the hub lost, once its logs are read.
fn to_push(view: &View<'_>, caught_up: bool, bytes: usize) -> Result<Vec<Vec<u8>>> {
    let most = wire::ENTRIES_LIMIT;
    let mut entries = view.pending_entries(most, bytes)?;
    let taken: usize = entries.iter().map(Vec::len).sum();
    if taken < bytes && entries.len() < most {
        let left = (most - entries.len(), bytes - taken);
        entries.extend(view.entries_to_bring(caught_up, left.0, left.1)?);
    }
    Ok(entries)
}

/// A home whose documents have ids that are bound to no space: every device would refuse them.
fn refuse_trial_homes(inner: &Inner) -> Result<()> {
    inner.identity()?;
    if inner.store.view()?.meta(BOUND_IDS)?.is_some() {
        return Ok(());
    }
    Err(said(
        "home_of_trial_version",
        "这份数据由试用版建立，编号规则已改，不能再同步；内容仍可查看和导出，请用新版重新加入社区。",
        "A trial version made this home, and what it holds can no longer be synced; read and export it, and join again with this version.",
    ))
}

fn local(inner: &mut Inner, caught_up: bool) -> Result<Local> {
    let Identity { community, .. } = inner.identity()?;
    let (charter_length, charter_head) = community::asked(inner)?;
    let view = inner.store.view()?;
    let mut spaces = view.spaces()?;
    spaces.sort_by_key(order);
    let cursor = |s: &SpaceRow| {
        let mut running = [0; 4];
        running.copy_from_slice(&s.running[..4]);
        wire::Cursor {
            space: s.n,
            position: s.position,
            running,
        }
    };
    let cursors = spaces.iter().map(cursor).collect();
    let limit = pace::bytes(&view)?;
    let entries = to_push(&view, caught_up, limit as usize)?;
    Ok(Local {
        community,
        charter_length,
        charter_head,
        cursors,
        entries,
        limit,
    })
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
