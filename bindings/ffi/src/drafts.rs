//! Half-written visits. They stay on this device and are never sent.

use std::time::SystemTime;

use crate::choices::{Channel, Outcome};
use crate::error::{DoorknockError, Result};
use crate::home::Doorknock;
use crate::ids::Uuid;
use crate::times::{Day, from_seconds, instant, seconds};
use crate::visit::NewVisit;

/// As much of a visit as somebody has written; everything may be missing, and nothing is checked before the
/// visit is recorded.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Draft {
    /// The door's id.
    #[uniffi(default = None)]
    pub door: Option<Uuid>,
    /// What it found.
    #[uniffi(default = None)]
    pub outcome: Option<Outcome>,
    /// How it was made.
    #[uniffi(default = None)]
    pub channel: Option<Channel>,
    /// When.
    #[uniffi(default = None)]
    pub at: Option<SystemTime>,
    /// Who came along.
    #[uniffi(default = [])]
    pub companions: Vec<String>,
    /// The checklist answered, by its code; the door's own if absent.
    #[uniffi(default = None)]
    pub checklist: Option<String>,
    /// Answers, each `item=value`.
    #[uniffi(default = [])]
    pub answers: Vec<String>,
    /// In the worker's words.
    #[uniffi(default = None)]
    pub summary: Option<String>,
    /// A promised return.
    #[uniffi(default = None)]
    pub follow_up: Option<Day>,
    /// The ids of the matters raised or dealt with.
    #[uniffi(default = [])]
    pub matters: Vec<Uuid>,
}

/// A draft as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct SavedDraft {
    /// Its id; the visit made of it gets one of its own.
    pub draft: Uuid,
    /// When it was last saved.
    pub saved: SystemTime,
    /// The door's address, if it names a door that is here.
    pub address: Option<String>,
    /// What was written.
    pub content: Draft,
}

impl TryFrom<Draft> for doorknock::Draft {
    type Error = DoorknockError;
    fn try_from(draft: Draft) -> Result<Self> {
        Ok(Self {
            door: draft.door.map(Uuid::into),
            outcome: draft.outcome.map(Outcome::try_into).transpose()?,
            channel: draft.channel.map(Channel::try_into).transpose()?,
            at: draft.at.map(seconds).transpose()?,
            with: draft.companions,
            checklist: draft.checklist,
            answers: draft.answers,
            summary: draft.summary,
            follow_up: draft.follow_up.map(Day::into),
            matters: draft.matters.into_iter().map(Uuid::into).collect(),
        })
    }
}

impl From<doorknock::Draft> for Draft {
    fn from(draft: doorknock::Draft) -> Self {
        Self {
            door: draft.door.map(Uuid::from),
            outcome: draft.outcome.map(Outcome::from),
            channel: draft.channel.map(Channel::from),
            at: draft.at.map(from_seconds),
            companions: draft.with,
            checklist: draft.checklist,
            answers: draft.answers,
            summary: draft.summary,
            follow_up: draft.follow_up.map(Day),
            matters: draft.matters.into_iter().map(Uuid::from).collect(),
        }
    }
}

impl From<doorknock::DraftInfo> for SavedDraft {
    fn from(info: doorknock::DraftInfo) -> Self {
        Self {
            draft: info.draft.into(),
            saved: instant(info.saved),
            address: info.address,
            content: info.content.into(),
        }
    }
}

#[uniffi::export]
impl Doorknock {
    /// Saves a draft: a new one, or in place of the one with this id, and returns its id. When this returns,
    /// it survives power loss; save as often as the app is put in the background.
    ///
    /// # Errors
    /// `bad_date`, `bad_time`, `unknown_choice`, `disk_full`.
    #[uniffi::method(default(draft = None))]
    pub fn save_draft(&self, content: Draft, draft: Option<Uuid>) -> Result<Uuid> {
        let content = content.try_into()?;
        Ok(self
            .core()
            .save_draft(draft.map(Uuid::into), &content)?
            .into())
    }

    /// The drafts on this device, the one saved last first; as many as its owner left lying about.
    ///
    /// # Errors
    /// The database's.
    pub fn drafts(&self) -> Result<Vec<SavedDraft>> {
        let drafts = self.core().drafts()?;
        Ok(drafts.into_iter().map(SavedDraft::from).collect())
    }

    /// One draft.
    ///
    /// # Errors
    /// `not_found`.
    pub fn draft(&self, draft: Uuid) -> Result<SavedDraft> {
        Ok(self.core().draft(draft.into())?.into())
    }

    /// Throws a draft away.
    ///
    /// # Errors
    /// `not_found`.
    pub fn discard_draft(&self, draft: Uuid) -> Result<()> {
        Ok(self.core().discard_draft(draft.into())?)
    }

    /// Records the visit that a draft has become, and returns the visit's id. The draft goes in the same
    /// transaction: there is never neither, and never both.
    ///
    /// # Errors
    /// `not_found` for a draft that is not there, so that a visit is not recorded twice; as `log_visit`.
    pub fn log_draft(&self, draft: Uuid, visit: NewVisit) -> Result<Uuid> {
        let visit = visit.try_into()?;
        Ok(self.core().log_draft(draft.into(), &visit)?.into())
    }
}
