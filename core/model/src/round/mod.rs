//! The round: a grid's door-knock list for a day, computed and never stored.
//!
//! [`round`] is a pure function of the doors' cards, the state folded from their ticks
//! ([`DoorState`]) and the date: the same inputs give the same list on every device, whatever
//! its clock or time zone. It needs nothing from the casework space, so a volunteer's phone can
//! compute it (docs/design.md).

mod state;

pub use state::{DayPart, DoorState, Past};

use chrono::{Days, NaiveDate};

use crate::address::{Address, DoorKind};
use crate::cadence::Cadence;
use crate::ids::DoorId;

/// After this many knocks with nobody home, a call or a neighbour is suggested instead.
pub const MAX_TRIES: u8 = 3;

/// A household counts as new for this many days after moving in.
pub const NEW_HOUSEHOLD_DAYS: u64 = 30;

/// Days since 1970-01-01 as a date; `None` beyond the calendar.
#[must_use]
pub fn date_of(day: i32) -> Option<NaiveDate> {
    NaiveDate::from_epoch_days(day)
}

/// A date as days since 1970-01-01.
#[must_use]
pub fn day_of(date: NaiveDate) -> i32 {
    date.to_epoch_days()
}

/// The day of a time (seconds since 1970) in a time zone.
#[must_use]
pub fn local_day(at: i64, utc_offset_minutes: i32) -> i32 {
    let local = at.saturating_add(i64::from(utc_offset_minutes) * 60);
    i32::try_from(local.div_euclid(86_400)).unwrap_or(i32::MAX)
}

/// A door's plan, in the round's terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DuePlan {
    /// How often.
    pub cadence: Cadence,
    /// The first day.
    pub since: NaiveDate,
    /// The last day, if it ends.
    pub until: Option<NaiveDate>,
    /// The checklist to use.
    pub checklist: Option<[u8; 16]>,
}

/// A door as the round sees it.
#[derive(Debug, Clone)]
pub struct RoundDoor {
    /// Which.
    pub door: DoorId,
    /// Where.
    pub address: Address,
    /// What.
    pub kind: DoorKind,
    /// When it is due, if it is.
    pub plan: Option<DuePlan>,
    /// When a new household moved in.
    pub moved_in: Option<NaiveDate>,
    /// What happened there so far.
    pub state: DoorState,
}

/// Why a door is on the list. In order of urgency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// Somebody promised to come back by this day.
    FollowUp {
        /// The promised day.
        on: NaiveDate,
    },
    /// The cadence passed this many days ago.
    Overdue {
        /// The day it was due.
        due: NaiveDate,
        /// Days since then, 1 or more.
        days: i64,
    },
    /// Nobody was home at the last knocks.
    NobodyHome {
        /// How often in a row.
        tries: u8,
        /// The parts of the day already tried: [`DayPart::bit`]s.
        tried_parts: u8,
        /// After [`MAX_TRIES`]: call, or ask a neighbour, instead of knocking again.
        suggest_call: bool,
    },
    /// The cadence is due today.
    Due {
        /// Today.
        due: NaiveDate,
    },
    /// A new household, not yet met.
    NewHousehold {
        /// The day it moved in.
        since: NaiveDate,
    },
}

impl Reason {
    /// The word in JSON.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::FollowUp { .. } => "follow_up",
            Self::Overdue { .. } => "overdue",
            Self::NobodyHome { .. } => "nobody_home",
            Self::Due { .. } => "due",
            Self::NewHousehold { .. } => "new_household",
        }
    }

    /// In a few words, for a column or a count.
    #[must_use]
    pub const fn zh(&self) -> &'static str {
        match self {
            Self::FollowUp { .. } => "约定回访",
            Self::Overdue { .. } => "逾期未访",
            Self::NobodyHome { .. } => "上次无人在家",
            Self::Due { .. } => "到期应访",
            Self::NewHousehold { .. } => "新入住",
        }
    }

    /// Smaller is more urgent.
    pub(crate) const fn rank(&self) -> u8 {
        match self {
            Self::FollowUp { .. } => 0,
            Self::Overdue { .. } => 1,
            Self::NobodyHome { .. } => 2,
            Self::Due { .. } => 3,
            Self::NewHousehold { .. } => 4,
        }
    }
}

/// What became of it that day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// To be knocked on.
    Due,
    /// Done, or tried to its end, that day.
    Done,
}

impl Status {
    /// The word in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Done => "done",
        }
    }
}

/// One line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoundItem {
    /// Which door.
    pub door: DoorId,
    /// Where.
    pub address: Address,
    /// Done or not.
    pub status: Status,
    /// Why, most urgent first; empty if it was visited without being due.
    pub reasons: Vec<Reason>,
    /// The checklist to use.
    pub checklist: Option<[u8; 16]>,
}

/// The list of a day: what is due first, most urgent first, then in walking order.
///
/// Each door's state must hold no knock later than `date`; for a day in the past the caller
/// folds the ticks up to that day.
#[must_use]
pub fn round(date: NaiveDate, doors: &[RoundDoor]) -> Vec<RoundItem> {
    let mut items: Vec<_> = doors
        .iter()
        .filter_map(|door| item(date, door))
        .map(|item| {
            let urgency = item.reasons.first().map_or(u8::MAX, Reason::rank);
            (
                (item.status, urgency, item.address.walk_order(), item.door),
                item,
            )
        })
        .collect();
    items.sort_by(|(a, _), (b, _)| a.cmp(b));
    items.into_iter().map(|(_, item)| item).collect()
}

fn item(date: NaiveDate, door: &RoundDoor) -> Option<RoundItem> {
    let today = day_of(date);
    let knocked_today = door.state.day == Some(today);
    let morning = if knocked_today {
        door.state.before
    } else {
        door.state.now
    };
    let now = door.state.now;
    let mut reasons = reasons(date, door, &morning);
    let done = knocked_today && now.tries == 0;
    if knocked_today && now.tries > 0 {
        reasons.retain(|r| !matches!(r, Reason::NobodyHome { .. }));
        reasons.extend(nobody_home(&now));
        reasons.sort_by_key(Reason::rank);
    }
    if reasons.is_empty() && !knocked_today {
        return None;
    }
    let checklist = door.plan.and_then(|p| p.checklist);
    let status = if done { Status::Done } else { Status::Due };
    Some(RoundItem {
        door: door.door,
        address: door.address.clone(),
        status,
        reasons,
        checklist,
    })
}

fn reasons(date: NaiveDate, door: &RoundDoor, past: &Past) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if let Some(on) = past.follow_up.and_then(date_of).filter(|on| *on <= date) {
        reasons.push(Reason::FollowUp { on });
    }
    if let Some(plan) = door
        .plan
        .filter(|p| p.since <= date && p.until.is_none_or(|u| date <= u))
    {
        let due = plan
            .cadence
            .next_due(past.last_done.and_then(date_of), plan.since);
        match (date - due).num_days() {
            0 => reasons.push(Reason::Due { due }),
            days @ 1.. => reasons.push(Reason::Overdue { due, days }),
            _ => {}
        }
    }
    reasons.extend(nobody_home(past));
    let is_new = |since: NaiveDate| {
        since <= date
            && date
                < since
                    .checked_add_days(Days::new(NEW_HOUSEHOLD_DAYS))
                    .unwrap_or(since)
    };
    if let Some(since) = door.moved_in.filter(|since| is_new(*since))
        && past
            .last_done
            .and_then(date_of)
            .is_none_or(|done| done < since)
    {
        reasons.push(Reason::NewHousehold { since });
    }
    reasons.sort_by_key(Reason::rank);
    reasons
}

fn nobody_home(past: &Past) -> Option<Reason> {
    (past.tries > 0).then_some(Reason::NobodyHome {
        tries: past.tries,
        tried_parts: past.tried_parts,
        suggest_call: past.tries >= MAX_TRIES,
    })
}

#[cfg(test)]
mod tests;
