//! Sync: seal what is pending, exchange it, take in what others wrote.
//!
//! [`SyncSession`] hands out requests and takes answers, so that an app's own HTTP client, background
//! rules and proxies apply; [`Doorknock::sync`] drives one with a [`Transport`]. A session may be
//! dropped at any point and nothing is lost: what the hub received is recognised by its hash, what was
//! taken in is committed with its cursor.

mod hub;
mod pull;

use std::collections::{HashSet, VecDeque};

use doorknock_model::access::SpaceKind;
use doorknock_seal::entry::Entry;
use doorknock_seal::request::sign_request;
use doorknock_sync::pace::Pace;
use doorknock_sync::session::{Local, Outcome, Session};
use doorknock_sync::wire::{self};

use hub::{start_over, take_charter, take_receipts, void_behind_the_log, what_the_hub_lost};

use crate::Result;
use crate::community::{accepted, post};
use crate::env::{Answer, Request, Transport};
use crate::error::hub_answer;
use crate::home::{Doorknock, Identity, Inner};
use crate::ingest::{self};
use crate::outbox;

/// How much a trip carries, as the last ones went.
const PACE: &str = "pace";

/// A request is out whose answer was not taken in.
const ASKED: &str = "asked";

/// When this home last finished a sync: unix milliseconds under this name.
pub(crate) const LAST_SYNC: &str = "last_sync";

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
    /// The disk has no room for what others wrote; what is here is still sent.
    full: Option<crate::Error>,
}

enum Asked {
    /// The entries pushed, and the bytes of the request.
    Sync(Vec<[u8; 32]>, usize),
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
    /// `not_joined`, `pull_full` at the end of a sync that only sent, or the database's.
    pub fn next(&mut self, home: &Doorknock) -> Result<Option<Request>> {
        if let Some(request) = self.give_back.pop_front() {
            self.report.bytes_up += request.body.len();
            self.asked = Some(Asked::GiveBack);
            return Ok(Some(request));
        }
        if !std::mem::replace(&mut self.retried, true) {
            let now = home.now_ms();
            match home.taking(|inner| ingest::retry_rested(inner, now)) {
                Err(error) if error.is_full() => self.full = Some(error),
                pulled => self.report.pulled += pulled?,
            }
            // A note that it could not make only leaves the pace as it was.
            let _ = home.writing(lost_before);
        }
        let mut local = home.writing(|inner| {
            outbox::seal_pending(inner, &home.env)?;
            local(inner)
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
            let now = home.now_ms();
            home.writing(|inner| {
                Ok(inner.store.write(|tx| tx.set_meta_number(LAST_SYNC, now))?)
            })?;
            home.keep_reserve();
            return Ok(None);
        };
        let _ = home.writing(asking);
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
        self.asked = Some(Asked::Sync(hashes, body.len()));
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
            Asked::Sync(hashes, up) => {
                let arrived = up.max(answer.body.len());
                let _ = home.writing(|inner| answered(inner, arrived));
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
        if !response.more && self.full.is_none() && !self.compared {
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
    let limit = Pace::kept(view.meta_number(PACE)?).bytes();
    let entries = view.pending_entries(limit as usize)?;
    Ok(Local {
        community,
        charter_length,
        charter_head,
        cursors,
        entries,
        limit,
    })
}

/// A note that still stands when a session begins is of a trip that was lost.
fn lost_before(inner: &mut Inner) -> Result<()> {
    let view = inner.store.view()?;
    if view.meta_number(ASKED)? == 0 {
        return Ok(());
    }
    let pace = Pace::kept(view.meta_number(PACE)?).lost();
    Ok(inner.store.write(|tx| {
        tx.set_meta_number(PACE, pace.bytes().into())?;
        tx.set_meta_number(ASKED, 0)
    })?)
}

fn asking(inner: &mut Inner) -> Result<()> {
    Ok(inner.store.write(|tx| tx.set_meta_number(ASKED, 1))?)
}

/// An answer came, whatever it says.
fn answered(inner: &mut Inner, bytes: usize) -> Result<()> {
    let pace = Pace::kept(inner.store.view()?.meta_number(PACE)?).arrived(bytes);
    Ok(inner.store.write(|tx| {
        tx.set_meta_number(PACE, pace.bytes().into())?;
        tx.set_meta_number(ASKED, 0)
    })?)
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
