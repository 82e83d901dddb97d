//! The calls that need the hub, each a [`HubCall`].

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use doorknock::model::Message;
use doorknock::model::roster::{self, SourceRow};
use doorknock::{Answer, Request, SyncSession, Transport, Unreachable};

use crate::call::{Carried, HubAnswer, HubCall, HubOutcome, HubRequest, Step, Work};
use crate::error::Result;
use crate::home::Doorknock;
use crate::records::{ImportReport, Joined, Role, RosterOptions, SyncProgress};

const DAY_MS: i64 = 86_400_000;

type Core = doorknock::Doorknock;

#[uniffi::export]
impl Doorknock {
    /// Founds a community at a hub; this home becomes its first admin's device. Ends with
    /// [`HubOutcome::Community`].
    ///
    /// Errors: `already_joined`, `bad_name`, `hub_unreachable`, `hub_refused`, `hub_answer`, `hub_protocol`.
    pub fn create_community(
        &self,
        name: String,
        hub_url: String,
        admin_name: String,
    ) -> Arc<HubCall> {
        self.on_a_thread(move |core, net| {
            let id = core.create_community(&name, &hub_url, &admin_name, net)?;
            Ok(HubOutcome::Community { id: id.into() })
        })
    }

    /// Joins with an invitation link. Safe to call again after a failure. Ends with [`HubOutcome::Joined`].
    ///
    /// Errors: `already_joined`, `bad_name`, the link's own, `wrong_community`, `hub_unreachable`, `hub_refused`,
    /// `invite_used`, `invite_expired`.
    pub fn join(&self, link: String, name: String) -> Arc<HubCall> {
        self.on_a_thread(move |core, net| {
            let joined = Joined::from(core.join(&link, &name, net)?);
            Ok(HubOutcome::Joined { joined })
        })
    }

    /// Invites somebody: a link that one device can use within so many days. Ends with [`HubOutcome::Invitation`].
    ///
    /// Errors: `not_admin`, `unknown_grid`, `grid_needed`, `hub_unreachable`, `hub_refused`.
    pub fn invite(&self, role: Role, grids: Vec<String>, valid_days: u32) -> Arc<HubCall> {
        let valid_ms = i64::from(valid_days) * DAY_MS;
        self.on_a_thread(move |core, net| {
            let link = core.invite(role.into(), &grids, valid_ms, net)?;
            Ok(HubOutcome::Invitation { link })
        })
    }

    /// Imports a roster given as a table: rows of cells, the header among the first. Importing the same table twice
    /// changes nothing. Only grids that are not there yet need the hub. Ends with [`HubOutcome::Imported`].
    ///
    /// Errors: what is wrong with the table as a whole, `not_joined`, `grids_need_hub`, `not_admin`, `disk_full`.
    pub fn import_roster(&self, rows: Vec<Vec<String>>, options: RosterOptions) -> Arc<HubCall> {
        self.on_a_thread(move |core, net| {
            let rows: Vec<_> = (1..)
                .zip(rows)
                .map(|(number, cells)| SourceRow { number, cells })
                .collect();
            let roster = roster::read(&rows, options.default_grid.as_deref())?;
            let done = core.import(&roster, options.into(), net, &mut |_, _| {})?;
            let report = ImportReport::of(roster.report, done);
            Ok(HubOutcome::Imported { report })
        })
    }

    /// Syncs with the hub until nothing is left to do. Ends with [`HubOutcome::Synced`]; [`HubCall::progress`] says
    /// how far it is. Several at once lose nothing, but ask the hub for the same twice:
    /// the libraries for Android and iOS let one wait for the other.
    ///
    /// Errors: `not_joined`, `hub_unreachable`, `hub_refused`, `hub_answer`, `charter_forked`, `pull_full`.
    pub fn sync(&self) -> Arc<HubCall> {
        let core = self.shared();
        HubCall::new(Sync {
            session: core.sync_session(),
            core,
            hub_url: None,
        })
    }

    /// Gives the hub snapshots of what has grown since the last ones, so that new phones begin quickly. On devices of the
    /// office, best right after a sync; elsewhere it does nothing. Ends with [`HubOutcome::Published`].
    ///
    /// Errors: `not_joined`, `hub_unreachable`, `hub_refused`.
    pub fn publish_snapshots(&self) -> Arc<HubCall> {
        self.on_a_thread(|core, net| {
            let report = core.publish_snapshots(net)?.into();
            Ok(HubOutcome::Published { report })
        })
    }
}

impl Doorknock {
    fn on_a_thread(
        &self,
        call: impl FnOnce(&Core, &dyn Transport) -> Result<HubOutcome> + Send + 'static,
    ) -> Arc<HubCall> {
        let core = self.shared();
        HubCall::new(Threaded {
            begin: Some(Box::new(move |net| call(&core, net))),
            steps: None,
            carried: None,
        })
    }
}

/// A sync: the facade's session, which is driven as it is.
struct Sync {
    core: Arc<Core>,
    session: SyncSession,
    hub_url: Option<String>,
}

impl Work for Sync {
    fn next(&mut self) -> Result<Step> {
        let Some(request) = self.session.next(&self.core)? else {
            let report = self.session.report().into();
            return Ok(Step::Done(HubOutcome::Synced { report }));
        };
        if self.hub_url.is_none() {
            self.hub_url = self.core.community()?.map(|community| community.hub_url);
        }
        let hub_url = self.hub_url.as_deref().unwrap_or_default();
        Ok(Step::Ask(as_asked(hub_url, &request)))
    }

    fn take(&mut self, carried: Carried) -> Result<()> {
        let answer = as_answered(carried).map_err(doorknock::Error::from)?;
        Ok(self.session.answer(&self.core, answer)?)
    }

    fn progress(&self) -> Option<SyncProgress> {
        Some(self.session.report().into())
    }
}

type Begin = Box<dyn FnOnce(&dyn Transport) -> Result<HubOutcome> + Send>;

/// A call on a thread of its own, which ends with the channels to it.
struct Threaded {
    begin: Option<Begin>,
    steps: Option<Receiver<Result<Step>>>,
    carried: Option<Sender<Carried>>,
}

impl Threaded {
    fn begin(&mut self, begin: Begin) -> std::io::Result<()> {
        let (step, steps) = channel();
        let (carried, taken) = channel();
        let work = move || {
            let line = Line { step, taken };
            let outcome = begin(&line);
            // Nobody listens where the call was cancelled.
            let _ = line.step.send(outcome.map(Step::Done));
        };
        std::thread::Builder::new()
            .name("doorknock-call".to_owned())
            .spawn(work)?;
        (self.steps, self.carried) = (Some(steps), Some(carried));
        Ok(())
    }
}

impl Work for Threaded {
    fn next(&mut self) -> Result<Step> {
        if let Some(begin) = self.begin.take() {
            self.begin(begin).map_err(doorknock::Error::from)?;
        }
        // No step comes from a thread that fell.
        let step = self.steps.as_ref().and_then(|steps| steps.recv().ok());
        step.unwrap_or_else(|| Err(broken_off()))
    }

    fn take(&mut self, carried: Carried) -> Result<()> {
        let sent = self.carried.as_ref().map(|line| line.send(carried));
        match sent {
            Some(Ok(())) => Ok(()),
            _ => Err(broken_off()),
        }
    }
}

/// The thread's end of the channels.
struct Line {
    step: Sender<Result<Step>>,
    taken: Receiver<Carried>,
}

impl Transport for Line {
    fn exchange(&self, hub_url: &str, request: &Request) -> Result<Answer, Unreachable> {
        let step = Step::Ask(as_asked(hub_url, request));
        let sent = self.step.send(Ok(step));
        sent.map_err(|_| Unreachable::GivenUp)?;
        as_answered(self.taken.recv().map_err(|_| Unreachable::GivenUp)?)
    }
}

fn as_asked(hub_url: &str, request: &Request) -> HubRequest {
    HubRequest {
        hub_url: hub_url.to_owned(),
        method: request.method.to_owned(),
        path: request.path.to_owned(),
        body: request.body.clone(),
    }
}

fn as_answered(carried: Carried) -> Result<Answer, Unreachable> {
    let HubAnswer { status, body } = carried?;
    Ok(Answer { status, body })
}

fn broken_off() -> crate::DoorknockError {
    Message::new(
        "call_broken_off",
        "操作意外中断；已记录的都在本机，请重试。",
        "The call broke off; everything recorded is kept here, try again.",
    )
    .into()
}

#[cfg(test)]
mod tests;
