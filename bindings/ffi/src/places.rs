//! Where records are, and what waits or was set aside.

use std::time::SystemTime;

use crate::error::Result;
use crate::home::Doorknock;
use crate::ids::{Uuid, digits};
use crate::records::{Bilingual, Notice};
use crate::times::instant;

/// Where a change is. Own ones from the least safe to the safest.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum Place {
    /// The hub refused it: it stays here, and staff should be told.
    Refused,
    /// On this device only.
    HereOnly,
    /// Sealed, and waits to be sent.
    Sealed {
        /// The hub had it once and lost it: its receipt proved void.
        voided: bool,
    },
    /// Handed to a file. Not the same as at the hub.
    Carried {
        /// When the file was written.
        at: SystemTime,
        /// The hub had it once and lost it: its receipt proved void.
        voided: bool,
    },
    /// At the hub, by its verified receipt.
    AtHub {
        /// Its place in the space's log there.
        position: u64,
    },
    /// Somebody else's.
    FromOthers {
        /// Whose, by name.
        by: String,
        /// Whether it came by file; if not, from the hub.
        by_file: bool,
    },
}

impl From<doorknock::Place> for Place {
    fn from(place: doorknock::Place) -> Self {
        match place {
            doorknock::Place::Refused => Self::Refused,
            doorknock::Place::HereOnly => Self::HereOnly,
            doorknock::Place::Sealed { voided } => Self::Sealed { voided },
            doorknock::Place::Carried { at, voided } => Self::Carried {
                at: instant(at),
                voided,
            },
            doorknock::Place::AtHub { position } => Self::AtHub { position },
            doorknock::Place::FromOthers { by, by_file } => Self::FromOthers { by, by_file },
        }
    }
}

/// Where a record is, all its changes together.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Whereabouts {
    /// Where the least safe of this device's changes to it is; if it made none, whose the newest one is. Absent
    /// if nothing of the record could be applied yet.
    pub place: Option<Place>,
    /// The same for people.
    pub says: Option<Notice>,
    /// What of its document waits.
    pub waiting: Vec<Waiting>,
    /// What of its document was set aside.
    pub set_aside: Vec<QuarantineLine>,
}

impl From<doorknock::Whereabouts> for Whereabouts {
    fn from(found: doorknock::Whereabouts) -> Self {
        Self {
            says: found.place.as_ref().map(|place| place.message().into()),
            place: found.place.map(Place::from),
            waiting: found.waiting.into_iter().map(Waiting::from).collect(),
            set_aside: lines(found.set_aside),
        }
    }
}

/// A change of somebody's that waits.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Waiting {
    /// Whose it is, by name.
    pub by: String,
    /// The beginning of the hash of the entry it came in.
    pub entry: String,
    /// The beginning of the hash of an earlier entry of the same device that has not come, if one is missing.
    pub missing: Option<String>,
    /// What it waits for, as far as known.
    pub reason: Notice,
}

impl From<doorknock::Waiting> for Waiting {
    fn from(waiting: doorknock::Waiting) -> Self {
        Self {
            by: waiting.by,
            entry: waiting.entry,
            missing: waiting.missing,
            reason: waiting.reason.into(),
        }
    }
}

/// A line of the quarantine.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct QuarantineLine {
    /// The beginning of the entry's hash.
    pub entry: String,
    /// Why it was set aside.
    pub reason: Notice,
    /// When.
    pub at: SystemTime,
}

fn lines(lines: Vec<doorknock::QuarantineLine>) -> Vec<QuarantineLine> {
    let line = |line: doorknock::QuarantineLine| QuarantineLine {
        entry: line.entry,
        reason: line.reason.into(),
        at: instant(line.at),
    };
    lines.into_iter().map(line).collect()
}

/// What of a space is where.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct SpaceStatus {
    /// Its number in the charter.
    pub number: u32,
    /// `common`, `staff`, `rounds`, `casework`; empty for one of a newer version.
    pub kind: String,
    /// For people, with the grid's name.
    pub name: Bilingual,
    /// The grid's code, where it is a grid's.
    pub grid: Option<String>,
    /// Changes recorded here without a verified receipt.
    pub pending: u64,
    /// Those of them that were handed to a file.
    pub carried: u64,
    /// Those of them that the hub refused.
    pub refused: u64,
    /// Changes of this device at the hub, by verified receipts.
    pub at_hub: u64,
    /// Others' changes that wait for another.
    pub waiting: u64,
    /// Inputs set aside.
    pub set_aside: u64,
    /// Others' entries kept here for the hub, which is not known to have them.
    pub to_bring: u64,
    /// How far the hub's log was taken in.
    pub position: u64,
}

impl From<doorknock::SpaceStatus> for SpaceStatus {
    fn from(space: doorknock::SpaceStatus) -> Self {
        Self {
            number: space.number,
            kind: space.kind.to_owned(),
            name: space.name.into(),
            grid: space.grid,
            pending: space.pending,
            carried: space.carried,
            refused: space.refused,
            at_hub: space.at_hub,
            waiting: space.waiting,
            set_aside: space.set_aside,
            to_bring: space.to_bring,
            position: space.position,
        }
    }
}

#[uniffi::export]
impl Doorknock {
    /// Where a record is: all of it, or what stands in it under an id, such as a matter's step or a case's note
    /// (`item`: its id as text).
    ///
    /// # Errors
    /// `not_found`.
    #[uniffi::method(default(item = None))]
    pub fn place_of(&self, record: Uuid, item: Option<String>) -> Result<Whereabouts> {
        let item = item.as_deref().map(digits);
        let found = self.core().place_of(record.into(), item.as_deref())?;
        Ok(found.into())
    }

    /// Where a visit's record is.
    ///
    /// # Errors
    /// `not_found`.
    pub fn place_of_visit(&self, visit: Uuid) -> Result<Whereabouts> {
        Ok(self.core().place_of_visit(visit.into())?.into())
    }

    /// Everything that waits, and for what, as far as known. Empty but for seconds on most days; as many as
    /// `Status::waiting` says.
    ///
    /// # Errors
    /// The database's.
    pub fn waiting(&self) -> Result<Vec<Waiting>> {
        let waiting = self.core().waiting()?;
        Ok(waiting.into_iter().map(Waiting::from).collect())
    }

    /// What was set aside, oldest first; as many as `Status::quarantined` says, none on most days.
    ///
    /// # Errors
    /// The database's.
    pub fn quarantine(&self) -> Result<Vec<QuarantineLine>> {
        Ok(lines(self.core().quarantine()?))
    }

    /// Judges everything that was set aside again: after an update, or because the app had no luck with it.
    /// Returns how many changes were applied.
    ///
    /// # Errors
    /// `not_joined`.
    pub fn retry_quarantine(&self) -> Result<u64> {
        Ok(self.core().retry_quarantine()? as u64)
    }
}
