//! Visits: recording, correcting, reading them.

use std::time::SystemTime;

use crate::cadence::DayEdit;
use crate::choices::{Channel, Outcome};
use crate::error::{DoorknockError, Result};
use crate::home::Doorknock;
use crate::ids::Uuid;
use crate::times::seconds;
use crate::visit::{NewVisit, Visit};

/// A page of visits.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct VisitPage {
    /// The visits, newest first.
    pub items: Vec<Visit>,
    /// Where the next page begins, opaque; absent on the last.
    pub next: Option<String>,
}

impl From<doorknock::Page<doorknock::VisitInfo>> for VisitPage {
    fn from(page: doorknock::Page<doorknock::VisitInfo>) -> Self {
        Self {
            items: page.items.into_iter().map(Visit::from).collect(),
            next: page.next,
        }
    }
}

/// What to correct of a visit; what is absent stays as it was. The door cannot be corrected: a visit at the
/// wrong door is undone there and recorded at the right one.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct VisitEdit {
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
    #[uniffi(default = None)]
    pub companions: Option<Vec<String>>,
    /// Answers, each `item=value`. Other items keep theirs.
    #[uniffi(default = [])]
    pub answers: Vec<String>,
    /// In the worker's words; blank takes it away.
    #[uniffi(default = None)]
    pub summary: Option<String>,
    /// A promised return.
    #[uniffi(default = None)]
    pub follow_up: Option<DayEdit>,
    /// The ids of the matters raised or dealt with, all of them.
    #[uniffi(default = None)]
    pub matters: Option<Vec<Uuid>>,
    /// Why it is corrected.
    #[uniffi(default = None)]
    pub why: Option<String>,
    /// The ids of other corrections of the same visit that this one settles ([`Visit::beside`]).
    #[uniffi(default = [])]
    pub settles: Vec<Uuid>,
}

impl TryFrom<VisitEdit> for doorknock::VisitEdit {
    type Error = DoorknockError;
    fn try_from(edit: VisitEdit) -> Result<Self> {
        let ids = |ids: Vec<Uuid>| ids.into_iter().map(Uuid::into).collect();
        Ok(Self {
            outcome: edit.outcome.map(Outcome::try_into).transpose()?,
            channel: edit.channel.map(Channel::try_into).transpose()?,
            at: edit.at.map(seconds).transpose()?,
            with: edit.companions,
            answers: edit.answers,
            summary: edit.summary,
            follow_up: edit.follow_up.map(DayEdit::into),
            matters: edit.matters.map(ids),
            why: edit.why,
            settles: edit.settles.into_iter().map(Uuid::into).collect(),
        })
    }
}

#[uniffi::export]
impl Doorknock {
    /// Records a visit and returns its id. When this returns, the visit survives power loss.
    ///
    /// # Errors
    /// `not_found` for a door that is not here, `no_casework` on a device without the grid's casework,
    /// `bad_answer`, `unknown_item`, `no_such_checklist`, `template_retired`, `too_large`, `visit_in_future`,
    /// `follow_up_in_past`, `bad_date`, `bad_time`, `unknown_choice`, `disk_full`.
    pub fn log_visit(&self, visit: NewVisit) -> Result<Uuid> {
        Ok(self.core().log_visit(&visit.try_into()?)?.into())
    }

    /// Corrects a visit: the record is kept, and a new one, whose id this returns, stands in for it on every
    /// device, on the day's list too.
    ///
    /// # Errors
    /// `not_found`, `no_casework`, `other_door`, `bad_answer`, `unknown_item`, `too_large`, `visit_in_future`,
    /// `follow_up_in_past`, `bad_date`, `bad_time`, `unknown_choice`, `disk_full`.
    pub fn correct_visit(&self, visit: Uuid, edit: VisitEdit) -> Result<Uuid> {
        let corrected = self.core().correct_visit(visit.into(), &edit.try_into()?)?;
        Ok(corrected.into())
    }

    /// Says that a visit never took place: it was recorded by mistake. The record is kept; lists and the
    /// round go on as if it were not there. Returns the id of a record whose correction brings it back.
    ///
    /// # Errors
    /// `not_found`, `no_casework`, `disk_full`.
    #[uniffi::method(default(why = None))]
    pub fn undo_visit(&self, visit: Uuid, why: Option<String>) -> Result<Uuid> {
        Ok(self.core().undo_visit(visit.into(), why.as_deref())?.into())
    }

    /// Visits as they stand, newest first, in pages of `limit`, one at least: of a door, in the order of their
    /// times, or of all, in the order of recording. `after` is [`VisitPage::next`] of the page before; what is
    /// recorded or comes in meanwhile makes the next page skip nothing and show nothing twice. One that was
    /// corrected is listed as its correction; one that never took place is not listed.
    ///
    /// # Errors
    /// `bad_cursor`.
    #[uniffi::method(default(door = None, after = None, limit = 50))]
    pub fn visits(
        &self,
        door: Option<Uuid>,
        after: Option<String>,
        limit: u32,
    ) -> Result<VisitPage> {
        let door = door.map(Uuid::into);
        let page = self.core().visits_page(door, after.as_deref(), limit)?;
        Ok(page.into())
    }

    /// One record of a visit, also one that was corrected.
    ///
    /// # Errors
    /// `not_found`.
    pub fn visit(&self, visit: Uuid) -> Result<Visit> {
        Ok(self.core().visit(visit.into())?.into())
    }
}
