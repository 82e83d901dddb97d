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
use doorknock_sync::session::{Local, Outcome, Session};
use doorknock_sync::wire::{self};

use hub::{start_over, take_charter, take_receipts, void_behind_the_log, what_the_hub_lost};

use crate::Result;
use crate::community::{BOUND_IDS, accepted, ask_for_keys, post};
use crate::env::{Answer, Request, Transport};
use crate::error::{hub_answer, said};
use crate::home::{Doorknock, Identity, Inner};
use crate::ingest::{self};
use crate::outbox;

/// How many bytes of entries one request carries.
const PUSH_BYTES: usize = 1 << 20;

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
    ask_keys: Option<VecDeque<Request>>,
    asked: Option<Asked>,
    restarted: HashSet<u32>,
    compared: bool,
    gave_back: bool,
    retried: bool,
}

enum Asked {
    Sync(Vec<[u8; 32]>),
    GiveBack,
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
            self.report.bytes_up += request.body.len();
            self.asked = Some(Asked::Keys);
            return Ok(Some(request));
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
            Asked::Keys => {
                // It was worth asking; all else goes on without.
                let said = wire::decode::<wire::CharterResponse>(&answer.body).ok();
                if let Some(said) = said.filter(|_| answer.status == 200) {
                    let now = home.now_ms();
                    home.writing(|inner| take_charter(inner, &said, now))?;
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
}

/// A home whose documents have ids that are bound to no space: every device would refuse them.
fn refuse_trial_homes(inner: &Inner) -> Result<()> {
    if inner.store.view()?.meta(BOUND_IDS)?.is_some() {
        return Ok(());
    }
    Err(said(
        "home_of_trial_version",
        "这份数据由试用版建立，编号规则已改，不能再同步；内容仍可查看和导出，请用新版重新加入社区。",
        "A trial version made this home, and what it holds can no longer be synced; read and export it, and join again with this version.",
    ))
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
        let mut running = [0; 4];
        running.copy_from_slice(&s.running[..4]);
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
