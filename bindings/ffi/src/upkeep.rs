//! Checking a home, and work for quiet moments.

use crate::error::Result;
use crate::home::Doorknock;
use crate::records::Bilingual;

/// One thing that was checked.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Check {
    /// A stable code: `database`, `charter`, `documents`, `projections`.
    pub code: String,
    /// What was checked.
    pub name: Bilingual,
    /// Whether it is sound.
    pub ok: bool,
    /// What was found, or what to do.
    pub detail: Bilingual,
}

/// What a check of the home found.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct DoctorReport {
    /// Whether everything is sound.
    pub ok: bool,
    /// Each check.
    pub checks: Vec<Check>,
}

impl From<doorknock::DoctorReport> for DoctorReport {
    fn from(report: doorknock::DoctorReport) -> Self {
        let check = |check: doorknock::Check| Check {
            code: check.code.to_owned(),
            name: check.name.into(),
            ok: check.ok,
            detail: check.detail.into(),
        };
        Self {
            ok: report.ok(),
            checks: report.checks.into_iter().map(check).collect(),
        }
    }
}

#[uniffi::export]
impl Doorknock {
    /// Checks the database's pages, every document, the charter, and that the lists are what the log gives. Changes
    /// nothing but lists, which are made again if they differ. Takes seconds for a grid's years; other calls wait
    /// meanwhile.
    ///
    /// # Errors
    /// The database's, if it cannot even be read.
    pub fn doctor(&self) -> Result<DoctorReport> {
        Ok(self.core().doctor()?.into())
    }

    /// Empties the lists and makes them again from the log. Other calls wait meanwhile.
    ///
    /// # Errors
    /// The database's; nothing is changed then.
    pub fn rebuild(&self) -> Result<()> {
        Ok(self.core().rebuild()?)
    }

    /// A step of the work for a quiet moment, a fraction of a second; whether more is left. Call it in a
    /// background task until it says no, or until the system ends the task: nothing is lost then.
    ///
    /// # Errors
    /// The database's.
    pub fn maintain(&self) -> Result<bool> {
        Ok(self.core().maintain()?)
    }
}
