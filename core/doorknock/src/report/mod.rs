//! The month report (月报): what `doorknock_model::report` derives, from what this device holds.

mod activity;
mod sheets;

pub use activity::Activity;

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use chrono::{DateTime, FixedOffset};
use doorknock_model::ids::{CommunityId, DoorId};
use doorknock_model::kinds::TickResult;
use doorknock_model::matter::{Satisfaction, Stage};
use doorknock_model::report::{
    DoorFact, Facts, Figures, MatterFact, Month, NeedFact, VisitFact, month, reached,
};
use doorknock_model::round::{
    Decision, Overlay, Reason, RoundDoor, date_of, day_of, local_day, standing,
};
use doorknock_store::View;
use doorknock_store::matters::MatterRow;
use doorknock_store::queries::DoorRow;

use crate::Result;
use crate::home::Doorknock;
use crate::ledger::{Part, parts, reviews_of, starts};
use crate::read::round::{Inputs, as_of, sheet};
use crate::read::{local_time, utc_offset};

/// The figures of a month, of each grid and of all of them together.
#[derive(Debug, Clone, PartialEq)]
pub struct MonthReport {
    /// The month.
    pub month: Month,
    /// When it was derived; a month that is not over has no final figures.
    pub as_of: DateTime<FixedOffset>,
    /// The grids, in the office's order: those this device holds, or the one asked for.
    pub grids: Vec<GridFigures>,
    /// All of them together.
    pub total: Figures,
    /// Campaigns and sessions, by their first day.
    pub activities: Vec<Activity>,
}

/// The figures of a grid.
#[derive(Debug, Clone, PartialEq)]
pub struct GridFigures {
    /// Its code.
    pub grid: String,
    /// A friendlier name.
    pub name: Option<String>,
    /// The figures.
    pub figures: Figures,
}

impl Doorknock {
    /// The report of a month: this one if none is named, of one grid or of all this device holds.
    ///
    /// # Errors
    /// `not_joined`, `no_grid`, `unknown_grid`.
    pub fn month_report(&self, which: Option<Month>, grid: Option<&str>) -> Result<MonthReport> {
        let now = self.now_ms().div_euclid(1000);
        let inner = self.lock();
        inner.identity()?;
        let view = inner.store.view()?;
        let offset = utc_offset(&view)?;
        let as_of = local_time(now, offset);
        let which = which.unwrap_or_else(|| Month::of(as_of.date_naive()));
        let day = |at| local_day(at, offset);
        let (mut grids, mut all) = (Vec::new(), Facts::default());
        let parts = parts(&view, grid)?;
        let activities = activity::activities(&view, &parts, which, as_of.date_naive(), offset)?;
        for part in parts {
            let facts = facts(&view, &part, which, offset, inner.identity()?.community)?;
            all.extend(&facts);
            grids.push(GridFigures {
                figures: month(which, &facts, &day),
                grid: part.grid.code,
                name: part.grid.name,
            });
        }
        Ok(MonthReport {
            month: which,
            as_of,
            grids,
            total: month(which, &all, &day),
            activities,
        })
    }
}

fn facts(
    view: &View<'_>,
    part: &Part,
    month: Month,
    offset: i32,
    community: CommunityId,
) -> Result<Facts> {
    let mut lists = Lists {
        view,
        part,
        offset,
        community,
        inputs: Inputs::of(view, part.grid.code.clone())?,
        decisions: HashMap::new(),
    };
    let rows = view.doors_of(part.rounds)?;
    let doors: HashMap<DoorId, &DoorRow> = rows.iter().map(|row| (row.door.door, row)).collect();
    let (from, until) = (starts(month.first(), offset), starts(month.next(), offset));
    let rows_of = |space| view.visits_within(space, from, until);
    let visits = part.casework.map(rows_of).transpose()?.unwrap_or_default();
    let mut facts = Facts::default();
    let mut covered = std::collections::HashSet::new();
    for visit in visits {
        if reached(visit.outcome) {
            covered.insert(visit.door);
        }
        let day = local_day(visit.at, offset);
        let reason = match doors.get(&visit.door) {
            Some(row) => lists.reason(&row.door, day)?,
            None => None,
        };
        facts.visits.push(VisitFact {
            channel: visit.channel,
            outcome: visit.outcome,
            reason,
        });
    }
    for row in &rows {
        let door = &row.door;
        let moved_in = door.moved_in.map(day_of);
        facts.doors.push(DoorFact {
            plan: door
                .plan
                .map(|plan| (day_of(plan.since), plan.until.map(day_of))),
            moved_in,
            first_met: match moved_in {
                Some(day) => first_met(view, part.rounds, door.door, day, offset)?,
                None => None,
            },
            reached: covered.contains(&door.door),
        });
    }
    if let Some(space) = part.casework {
        for (person, needs) in view.people_in_care(space)? {
            let reviews = view.reviews_of(person)?;
            facts.needs.extend(needs.iter().map(|need| NeedFact {
                reviewed: reviews_of(&reviews, need.category).collect(),
                due: Some(need.review).filter(|_| need.until.is_none()),
            }));
        }
    }
    facts.matters = part.matters(view)?.iter().map(matter).collect();
    Ok(facts)
}

fn matter(row: &MatterRow) -> MatterFact {
    let settled = !row.open && row.stage != Stage::Withdrawn;
    MatterFact {
        raised: row.raised_at,
        first_response: row.first_response,
        settled: row.ended_at.filter(|_| settled),
        left_grid: row.left_grid,
        content: row.satisfaction.and_then(content),
    }
}

/// 满意 and 基本满意 count as content, as the office counts them.
fn content(satisfaction: Satisfaction) -> Option<bool> {
    match satisfaction {
        Satisfaction::Satisfied | Satisfaction::Basically => Some(true),
        Satisfaction::Dissatisfied => Some(false),
        Satisfaction::Other(_) => None,
    }
}

/// The lists of a grid's days.
struct Lists<'a> {
    view: &'a View<'a>,
    part: &'a Part,
    offset: i32,
    community: CommunityId,
    inputs: Inputs,
    decisions: HashMap<i32, Vec<Decision>>,
}

impl Lists<'_> {
    /// Why the door stood on that morning's list, most urgent first; by its plan, the rules and campaigns as they
    /// stand now.
    fn reason(&mut self, door: &RoundDoor, day: i32) -> Result<Option<Reason>> {
        let Some(date) = date_of(day) else {
            return Ok(None);
        };
        if let Entry::Vacant(unread) = self.decisions.entry(day) {
            let sheet = sheet(self.community, self.part.grid.id, day);
            unread.insert(self.view.decisions(self.part.rounds, sheet)?);
        }
        // As it stood the evening before: what this day's knocks found is no reason for them.
        let before = day.saturating_sub(1);
        let door = as_of(
            self.view,
            self.part.rounds,
            door.clone(),
            before,
            self.offset,
        )?;
        let decisions = &self.decisions[&day];
        let list = self
            .inputs
            .list(date, &[door], decisions, &Overlay::default());
        Ok(list.into_iter().flat_map(|item| item.reasons).next())
    }
}

/// The day somebody was first met there from a day on.
fn first_met(
    view: &View<'_>,
    space: u32,
    door: DoorId,
    from: i32,
    offset: i32,
) -> Result<Option<i32>> {
    let ticks = view.ticks(space, door)?;
    let met = standing(&ticks)
        .into_iter()
        .filter(|tick| tick.result == TickResult::Done);
    let mut days = met.map(|tick| local_day(tick.at, offset));
    Ok(days.find(|day| *day >= from))
}
