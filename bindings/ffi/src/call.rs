//! A call that needs the hub, as requests to carry and answers to give back: whose HTTP client carries them, on
//! which thread, and when that is cancelled, is the app's own.
//!
//! A sync is such a dialogue already and runs on the caller's threads. The facade's other calls ask a
//! [`doorknock::Transport`] in the middle of their work: each runs on a thread of its own, which waits while its
//! request is carried. Both are a [`Work`].

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use doorknock::Unreachable;
use doorknock::model::Message;

use crate::error::{DoorknockError, Result};
use crate::ids::Uuid;
use crate::records::{ImportReport, Joined, SnapshotReport, SyncProgress, SyncReport};

/// A request to carry to the hub: `method` to `hub_url` followed by `path`. A body that is not empty is
/// `application/cbor`. Redirects must not be followed: they would take the request to somebody else.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct HubRequest {
    /// The hub's address, without a slash at its end.
    pub hub_url: String,
    /// `GET` or `POST`.
    pub method: String,
    /// Begins with a slash.
    pub path: String,
    /// May be empty.
    pub body: Vec<u8>,
}

/// What the hub answered, whatever its status.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct HubAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

/// Why no whole answer came. People are told it in the core's words, in both languages; what an HTTP client says
/// itself may name an address, a proxy's password or a peer's text.
#[uniffi::remote(Enum)]
pub enum Unreachable {
    /// The device has no network now.
    NoNetwork,
    /// No host has the hub's name.
    NoSuchHost,
    /// The hub's address is none.
    BadAddress,
    /// Nobody listens there.
    Refused,
    /// The answer did not come in time.
    TimedOut,
    /// TLS failed: a certificate that is not trusted, or somebody in between.
    Insecure,
    /// The system allows no connection without TLS.
    Unencrypted,
    /// The proxy that the device is set to use failed.
    Proxy,
    /// The answer is larger than a hub's.
    TooLarge,
    /// The connection broke, or failed for a reason that nobody could name.
    Broken,
    /// The call was given up while its request was under way.
    GivenUp,
    /// The app's own HTTP client failed in a way that it should not.
    Client,
}

/// What came of a call.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum HubOutcome {
    /// A community was founded.
    Community {
        /// Its id.
        id: Uuid,
    },
    /// This device joined.
    Joined {
        /// As whom.
        joined: Joined,
    },
    /// Somebody is invited.
    Invitation {
        /// The link for one device. It holds a secret; send it to nobody else.
        link: String,
    },
    /// A roster was imported.
    Imported {
        /// What came of it.
        report: ImportReport,
    },
    /// A sync is complete.
    Synced {
        /// What it did.
        report: SyncReport,
    },
    /// Snapshots are at the hub.
    Published {
        /// How much.
        report: SnapshotReport,
    },
}

/// What a call does next.
pub(crate) enum Step {
    /// It waits for the answer to a request.
    Ask(HubRequest),
    /// It is done.
    Done(HubOutcome),
}

/// An answer, or why none came.
pub(crate) type Carried = std::result::Result<HubAnswer, Unreachable>;

/// A call under way. Dropping it ends it.
pub(crate) trait Work: Send {
    /// Goes on until a request has to be carried or the end; only after an answer to the last one.
    fn next(&mut self) -> Result<Step>;

    /// Takes what came of the request; a failure ends the call.
    fn take(&mut self, carried: Carried) -> Result<()>;

    /// How far a sync is.
    fn progress(&self) -> Option<SyncProgress> {
        None
    }
}

enum State {
    Running {
        work: Box<dyn Work>,
        /// The request whose answer is awaited.
        asked: Option<HubRequest>,
    },
    Ended(Result<HubOutcome>),
}

/// A call that needs the hub. Nothing happens before the first [`HubCall::next`]; then, until that returns none,
/// carry each request and give back the answer:
///
/// ```text
/// while request = call.next()
///     try   call.answer(my HTTP client's answer to request)
///     catch call.failed(NoNetwork)
/// outcome = call.result()
/// ```
///
/// No call of this object waits for the network, and each may come from any thread. A call that is
/// cancelled, released or failed loses nothing that was recorded or taken in; the same call made again goes on from there.
#[derive(uniffi::Object)]
pub struct HubCall {
    cancelled: AtomicBool,
    state: Mutex<State>,
    progress: Mutex<Option<SyncProgress>>,
}

impl HubCall {
    pub(crate) fn new(work: impl Work + 'static) -> Arc<Self> {
        let work = Box::new(work);
        Arc::new(Self {
            cancelled: AtomicBool::new(false),
            state: Mutex::new(State::Running { work, asked: None }),
            progress: Mutex::default(),
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the call where it failed, or was cancelled meanwhile, and notes how far it is.
    fn after<T>(&self, state: &mut State, result: Result<T>) -> Result<T> {
        let result = match result {
            Ok(_) if self.cancelled.load(Ordering::SeqCst) => Err(cancelled()),
            result => result,
        };
        if let State::Running { work, .. } = &state
            && let Some(progress) = work.progress()
        {
            *self.progress.lock().unwrap_or_else(PoisonError::into_inner) = Some(progress);
        }
        if let Err(error) = &result {
            *state = State::Ended(Err(error.clone()));
        }
        result
    }
}

#[uniffi::export]
impl HubCall {
    /// The request to carry now, or none when the call is done. Asked again before its answer was given, it is the same
    /// request. Does the call's local work, which may take a while: not for the UI's thread.
    ///
    /// # Errors
    /// What ended the call: its own errors, `hub_unreachable` after [`HubCall::failed`], `call_cancelled`,
    /// `paused`, `shut_down`.
    pub fn next(&self) -> Result<Option<HubRequest>> {
        let mut state = self.state();
        let step = match &mut *state {
            State::Ended(Ok(_)) => return Ok(None),
            State::Ended(Err(error)) => return Err(error.clone()),
            State::Running {
                asked: Some(asked), ..
            } => Ok(Step::Ask(asked.clone())),
            State::Running { work, .. } => work.next(),
        };
        match self.after(&mut state, step)? {
            Step::Done(outcome) => {
                *state = State::Ended(Ok(outcome));
                Ok(None)
            }
            Step::Ask(request) => {
                if let State::Running { asked, .. } = &mut *state {
                    *asked = Some(request.clone());
                }
                Ok(Some(request))
            }
        }
    }

    /// Gives the hub's answer to the last request, whatever its status. Takes it in, which may take a while.
    ///
    /// # Errors
    /// What ended the call, as [`HubCall::next`]; `call_not_asking` if no request waits for an answer.
    pub fn answer(&self, answer: HubAnswer) -> Result<()> {
        self.carried(Ok(answer))
    }

    /// Says that no whole answer came. The next [`HubCall::next`] then fails, with `hub_unreachable` and the reason.
    pub fn failed(&self, why: Unreachable) {
        // What comes of it is told by `next`.
        let _ = self.carried(Err(why));
    }

    /// How far a sync is; none of other calls and before the first answer.
    pub fn progress(&self) -> Option<SyncProgress> {
        let progress = self.progress.lock();
        progress.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What came of the call, once [`HubCall::next`] returned none.
    ///
    /// # Errors
    /// `call_unfinished` before the end, or what ended the call.
    pub fn result(&self) -> Result<HubOutcome> {
        match &*self.state() {
            State::Running { .. } => Err(unfinished()),
            State::Ended(result) => result.clone(),
        }
    }

    /// Ends the call; a second time, or after its end, nothing happens. Waits for nothing: work that another
    /// thread is doing for this call at this moment is still finished and kept.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::SeqCst);
        if let Ok(mut state) = self.state.try_lock()
            && matches!(*state, State::Running { .. })
        {
            *state = State::Ended(Err(cancelled()));
        }
    }
}

impl HubCall {
    fn carried(&self, carried: Carried) -> Result<()> {
        let mut state = self.state();
        let taken = match &mut *state {
            State::Ended(Err(error)) => return Err(error.clone()),
            State::Ended(Ok(_)) | State::Running { asked: None, .. } => return Err(not_asking()),
            State::Running { work, asked } => {
                *asked = None;
                work.take(carried)
            }
        };
        self.after(&mut state, taken)
    }
}

fn cancelled() -> DoorknockError {
    Message::new(
        "call_cancelled",
        "操作已取消；记录都在本机，下次会接着做。",
        "This was cancelled; everything is kept here, and the next time goes on from there.",
    )
    .into()
}

fn unfinished() -> DoorknockError {
    Message::new(
        "call_unfinished",
        "操作还没有完成。",
        "The call is not finished: carry its requests until there is none.",
    )
    .into()
}

fn not_asking() -> DoorknockError {
    Message::new(
        "call_not_asking",
        "现在没有等待回复的请求。",
        "No request of this call waits for an answer.",
    )
    .into()
}
