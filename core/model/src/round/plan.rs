//! When a door is due: by its own plan, by a rule of the settings, in a special period, for a
//! campaign.

use chrono::NaiveDate;

use super::{Base, RoundDoor};
use crate::address::{Address, DoorKind};
use crate::cadence::Cadence;
use crate::checklist::TemplateId;
use crate::ids::{DocId, DoorId, derive16};
use crate::kinds::{CompoundKind, PeriodKind};

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
    pub checklist: Option<TemplateId>,
}

impl DuePlan {
    /// The day it has been due since, if it is due by `date`.
    pub(super) fn due_by(
        &self,
        date: NaiveDate,
        last_done: Option<NaiveDate>,
    ) -> Option<NaiveDate> {
        Some(self.cadence.next_due(last_done, self.since)).filter(|due| *due <= date)
    }
}

/// A rule of the settings: how often doors that have no plan of their own are due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanRule {
    /// In compounds of this kind; `None` for all that no closer rule covers.
    pub compound: Option<CompoundKind>,
    /// Doors of this kind.
    pub door: DoorKind,
    /// How often.
    pub cadence: Cadence,
    /// Since when the rule is in force. First visits are spread over one cadence from this day, so
    /// that a whole grid does not fall due at once; doors of one floor stay together.
    pub since: NaiveDate,
    /// The checklist to use.
    pub checklist: Option<TemplateId>,
}

impl PlanRule {
    fn plan(&self, address: &Address) -> DuePlan {
        let floor = address.floor.unwrap_or_default().to_be_bytes();
        let parts = [&address.compound, &address.building, &address.unit].map(|p| p.as_bytes());
        let hash = derive16("spread", &[parts[0], parts[1], parts[2], &floor]);
        let number = u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]);
        let later = chrono::Days::new(u64::from(number % u32::from(self.cadence.days())));
        DuePlan {
            cadence: self.cadence,
            since: self.since.checked_add_days(later).unwrap_or(self.since),
            until: None,
            checklist: self.checklist,
        }
    }
}

/// The plan in force for a door on a day: its own, or that of the rule that fits best.
pub(super) fn in_force(base: &Base<'_>, door: &RoundDoor) -> Option<DuePlan> {
    let own = own_plan(base.date, door);
    own.or_else(|| {
        let compound = base.compounds.get(&door.address.compound).copied();
        let fits = |rule: &&PlanRule| {
            rule.door == door.kind
                && rule.since <= base.date
                && (rule.compound.is_none() || rule.compound == compound)
        };
        // Of equal fit the newest; the rest of the key only makes the choice the same everywhere.
        let closest = |rule: &&PlanRule| {
            let text = rule.cadence.to_string();
            (rule.compound.is_some(), rule.since, text, rule.checklist)
        };
        let rule = base.rules.iter().filter(fits).max_by_key(closest)?;
        Some(rule.plan(&door.address))
    })
}

/// The door's own plan, if it runs on this day.
fn own_plan(date: NaiveDate, door: &RoundDoor) -> Option<DuePlan> {
    door.plan
        .filter(|p| p.since <= date && p.until.is_none_or(|until| date <= until))
}

/// The days between which something runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days {
    /// The first day.
    pub since: NaiveDate,
    /// The last day.
    pub until: NaiveDate,
    /// The day on which the office ended it early; from then on it counts no more.
    pub ended: Option<NaiveDate>,
}

impl Days {
    fn contain(&self, date: NaiveDate) -> bool {
        (self.since..=self.until).contains(&date) && self.ended.is_none_or(|ended| date < ended)
    }
}

/// 专项走访: a set of doors to visit between two days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Campaign {
    /// Which.
    pub id: DocId,
    /// As people call it.
    pub name: String,
    /// When.
    pub days: Days,
    /// The checklist to use.
    pub checklist: Option<TemplateId>,
    /// Which doors.
    pub doors: Selection,
}

impl Campaign {
    /// Whether the door is still to be visited for it: one visit within its days is enough.
    pub(super) fn wants(
        &self,
        base: &Base<'_>,
        door: &RoundDoor,
        last_done: Option<NaiveDate>,
    ) -> bool {
        self.days.contain(base.date)
            && last_done.is_none_or(|done| done < self.days.since)
            && self.doors.takes(base.grid, door)
    }
}

/// Which doors something is about: those named, and those that meet every condition given. With
/// nothing given, all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// In one of these grids, by code; empty: in any.
    pub grids: Vec<String>,
    /// In one of these compounds, by name; empty: in any.
    pub compounds: Vec<String>,
    /// Of one of these kinds, by word or Chinese term; empty: of any.
    pub kinds: Vec<String>,
    /// These doors, whatever the conditions say.
    pub doors: Vec<DoorId>,
}

impl Selection {
    /// Whether it is about this door of a grid.
    #[must_use]
    pub fn takes(&self, grid: &str, door: &RoundDoor) -> bool {
        if self.doors.contains(&door.door) {
            return true;
        }
        let meets = |wanted: &[String], is: &[&str]| {
            wanted.is_empty() || wanted.iter().any(|w| is.contains(&w.trim()))
        };
        let no_condition =
            self.grids.is_empty() && self.compounds.is_empty() && self.kinds.is_empty();
        (self.doors.is_empty() || !no_condition)
            && meets(&self.grids, &[grid])
            && meets(&self.kinds, &[door.kind.word(), door.kind.zh()])
            && (self.compounds.is_empty() || {
                let compound = &door.address.compound;
                let mut names = self.compounds.iter();
                names.any(|name| Address::compound_name(name) == *compound)
            })
    }
}

/// 特殊时期: between two days the doors it is about are due at its cadence, not their plan's. Its first
/// visit is due on its first day, whenever the last one was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    /// Which.
    pub id: DocId,
    /// As people call it.
    pub name: String,
    /// What it is.
    pub kind: Option<PeriodKind>,
    /// When.
    pub days: Days,
    /// How often.
    pub cadence: Cadence,
    /// The checklist to use.
    pub checklist: Option<TemplateId>,
    /// Which doors; where it names no kinds of door, those of them that have a plan of their own.
    pub doors: Selection,
    /// Doors without a plan of their own too.
    pub every_door: bool,
}

impl Period {
    /// Whether the door is due by this period on this day.
    pub(super) fn covers(&self, base: &Base<'_>, door: &RoundDoor) -> bool {
        self.days.contain(base.date)
            && self.doors.takes(base.grid, door)
            && (self.every_door
                || !self.doors.kinds.is_empty()
                || own_plan(base.date, door).is_some())
    }

    /// The day it has been due since, if it is. Only visits within the period count for it.
    pub(super) fn due_by(
        &self,
        date: NaiveDate,
        last_done: Option<NaiveDate>,
    ) -> Option<NaiveDate> {
        let plan = DuePlan {
            cadence: self.cadence,
            since: self.days.since,
            until: None,
            checklist: None,
        };
        plan.due_by(date, last_done)
    }
}
