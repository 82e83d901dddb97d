//! The round: a grid's door-knock list for a day, computed and never stored.
//!
//! [`round`] is a pure function: the same inputs give the same list on every device, whatever its
//! clock or time zone. What it needs is in two parts. [`Base`] is what stands in the common space and
//! the grid's rounds: doors' cards, the state folded from their ticks ([`DoorState`]), rules,
//! campaigns, special periods, people's decisions; a phone without casework computes the round from
//! it. [`Overlay`] is what only the grid's casework knows (docs/rounds.md).

mod decision;
mod plan;
mod reason;
mod record;
mod state;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

pub use decision::{Decision, effective};
pub use plan::{Campaign, Days, DuePlan, Period, PlanRule, Selection};
pub use reason::{Casework, MAX_TRIES, NEW_HOUSEHOLD_DAYS, Overlay, Reason};
pub use record::Fields;
pub use state::{DayPart, DoorState, Knock, Past, standing};

use crate::address::{Address, DoorKind};
use crate::checklist::TemplateId;
use crate::ids::{DoorId, MemberId};
use crate::kinds::{CompoundKind, DecisionKind};

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

/// A door as the round sees it.
#[derive(Debug, Clone)]
pub struct RoundDoor {
    /// Which.
    pub door: DoorId,
    /// Where.
    pub address: Address,
    /// What.
    pub kind: DoorKind,
    /// When it is due, if it has a plan of its own.
    pub plan: Option<DuePlan>,
    /// When a new household moved in.
    pub moved_in: Option<NaiveDate>,
    /// What happened there so far: no knock later than the round's date. For a day in the past the
    /// caller folds the ticks up to that day.
    pub state: DoorState,
}

/// What everybody of the grid's crew can know.
#[derive(Debug, Clone, Copy)]
pub struct Base<'a> {
    /// The day.
    pub date: NaiveDate,
    /// The code of the grid whose list it is.
    pub grid: &'a str,
    /// Its doors.
    pub doors: &'a [RoundDoor],
    /// What sort of estate each compound is, by name.
    pub compounds: &'a BTreeMap<String, CompoundKind>,
    /// Plans for doors without one.
    pub rules: &'a [PlanRule],
    /// 专项走访, of any time.
    pub campaigns: &'a [Campaign],
    /// 特殊时期, of any time.
    pub periods: &'a [Period],
    /// Everything decided about this day's list, also what no longer counts.
    pub decisions: &'a [Decision],
}

/// What became of it that day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// To be knocked on.
    Due,
    /// Somebody decided to leave it out today.
    Skipped,
    /// Done, or not to be tried again, that day.
    Done,
}

impl Status {
    /// The word in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Skipped => "skipped",
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
    /// What became of it.
    pub status: Status,
    /// Why, most urgent first; empty if it was visited or given to somebody without being due.
    pub reasons: Vec<Reason>,
    /// The checklist to use: a special period's, else a campaign's, else the plan's.
    pub checklist: Option<TemplateId>,
    /// Everybody who took it, in order of id: two who did so apart see each other here.
    pub takers: Vec<MemberId>,
    /// Everybody it was given to, in order of id.
    pub assigned: Vec<MemberId>,
    /// The decisions that count, in order of id.
    pub decisions: Vec<Decision>,
}

/// The list of a day: what is due first, most urgent first, then in walking order.
#[must_use]
pub fn round(base: &Base<'_>, overlay: &Overlay) -> Vec<RoundItem> {
    let mut decided: BTreeMap<DoorId, Vec<Decision>> = BTreeMap::new();
    for decision in effective(base.decisions) {
        let of_door = decided.entry(decision.record.door).or_default();
        of_door.push(decision.clone());
    }
    let mut items: Vec<_> = base
        .doors
        .iter()
        .filter_map(|door| {
            item(
                base,
                overlay,
                door,
                decided.remove(&door.door).unwrap_or_default(),
            )
        })
        .map(|item| {
            let urgency = item.reasons.first().map_or(u8::MAX, Reason::rank);
            let order = (item.status, urgency, item.address.walk_order(), item.door);
            (order, item)
        })
        .collect();
    items.sort_by(|(a, _), (b, _)| a.cmp(b));
    items.into_iter().map(|(_, item)| item).collect()
}

fn item(
    base: &Base<'_>,
    overlay: &Overlay,
    door: &RoundDoor,
    decisions: Vec<Decision>,
) -> Option<RoundItem> {
    let knocked_today = door.state.day == Some(day_of(base.date));
    let now = &door.state.now;
    let morning = if knocked_today {
        &door.state.before
    } else {
        now
    };
    // Met in the morning, it stays done whatever a later knock found.
    let done = knocked_today && (now.tries == 0 || now.last_done == door.state.day);
    // Reasons stand as they were in the morning; of tries, today's count too.
    let tried = if done { morning } else { now };
    let casework = overlay.doors.get(&door.door);
    let (mut reasons, checklist) = reason::reasons(base, door, casework, morning, tried);
    let of = |kind| decisions.iter().filter(move |d| d.record.what == kind);
    reasons.extend(of(DecisionKind::Add).map(|added| Reason::Added {
        why: added.record.reason.clone(),
        by: added.by,
    }));
    reasons.sort_by(|a, b| a.order().cmp(&b.order()));
    let takers: BTreeSet<_> = of(DecisionKind::Take).map(|d| d.by).collect();
    let assigned: BTreeSet<_> = of(DecisionKind::Assign)
        .filter_map(|d| d.record.member)
        .collect();
    let listed = !reasons.is_empty() || knocked_today || !takers.is_empty() || !assigned.is_empty();
    let skipped = of(DecisionKind::Skip).next().is_some();
    let status = match (done, skipped) {
        (true, _) => Status::Done,
        (false, true) => Status::Skipped,
        (false, false) => Status::Due,
    };
    listed.then(|| RoundItem {
        door: door.door,
        address: door.address.clone(),
        status,
        reasons,
        checklist,
        takers: takers.into_iter().collect(),
        assigned: assigned.into_iter().collect(),
        decisions,
    })
}

#[cfg(test)]
mod tests;
