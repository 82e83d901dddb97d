//! Deciding about a day's list. `date` is today if absent; decisions about a day that is over are refused.

use chrono::NaiveDate;

use crate::error::Result;
use crate::home::Doorknock;
use crate::ids::Uuid;
use crate::times::Day;

fn on(date: Option<Day>) -> Option<NaiveDate> {
    date.map(Day::into)
}

#[uniffi::export]
impl Doorknock {
    /// Takes a door: the author goes there. Returns the decision's id; taking the door again returns the same.
    ///
    /// # Errors
    /// `not_found`, `day_is_over`, `bad_date`, `disk_full`.
    #[uniffi::method(default(date = None))]
    pub fn take_door(&self, door: Uuid, date: Option<Day>) -> Result<Uuid> {
        Ok(self.core().take_door(door.into(), on(date))?.into())
    }

    /// Leaves a door out of a day's list, for a reason that the whole crew reads. Returns the decision's id.
    ///
    /// # Errors
    /// `reason_needed`, `not_found`, `day_is_over`, `too_large`, `bad_date`, `disk_full`.
    #[uniffi::method(default(date = None))]
    pub fn skip_door(&self, door: Uuid, reason: String, date: Option<Day>) -> Result<Uuid> {
        let decision = self.core().skip_door(door.into(), &reason, on(date))?;
        Ok(decision.into())
    }

    /// Gives a door to a member of the grid's crew. Casework only. Returns the decision's id.
    ///
    /// # Errors
    /// `not_casework`, `not_found`, `not_in_crew`, `day_is_over`, `bad_date`, `disk_full`.
    #[uniffi::method(default(date = None))]
    pub fn assign_door(&self, door: Uuid, member: Uuid, date: Option<Day>) -> Result<Uuid> {
        let decision = self
            .core()
            .assign_door(door.into(), member.into(), on(date))?;
        Ok(decision.into())
    }

    /// Puts a door on a day's list, for a reason that the whole crew reads. Casework only. Returns the
    /// decision's id.
    ///
    /// # Errors
    /// `not_casework`, `reason_needed`, `not_found`, `day_is_over`, `too_large`, `bad_date`, `disk_full`.
    #[uniffi::method(default(date = None))]
    pub fn add_to_round(&self, door: Uuid, reason: String, date: Option<Day>) -> Result<Uuid> {
        let decision = self.core().add_to_round(door.into(), &reason, on(date))?;
        Ok(decision.into())
    }

    /// Takes back a decision that counts ([`crate::Decision`]): releases a door, brings back one that was left
    /// out.
    ///
    /// # Errors
    /// `not_found` if there is none, `not_casework` for an assignment, `day_is_over`, `bad_date`, `disk_full`.
    #[uniffi::method(default(date = None))]
    pub fn undo_decision(&self, door: Uuid, decision: Uuid, date: Option<Day>) -> Result<()> {
        let (door, decision) = (door.into(), decision.into());
        Ok(self.core().undo_decision(door, decision, on(date))?)
    }

    /// Takes back everything that this member decided about a door that day; how many decisions that was.
    ///
    /// # Errors
    /// `not_found` for the door, `day_is_over`, `bad_date`, `disk_full`.
    #[uniffi::method(default(date = None))]
    pub fn release_door(&self, door: Uuid, date: Option<Day>) -> Result<u64> {
        Ok(self.core().release_door(door.into(), on(date))? as u64)
    }
}
