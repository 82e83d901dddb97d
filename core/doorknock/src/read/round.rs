//! The day's list, from projections alone. The state of each door is kept folded, so no history is
//! read for today.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use doorknock_model::access::SpaceKind;
use doorknock_model::checklist::TemplateId;
use doorknock_model::ids::{CommunityId, DocId, DoorId, GridId, MemberId};
use doorknock_model::kinds::{CompoundKind, ROUND_SHEET};
use doorknock_model::round::{
    Base, Campaign, Decision, DoorState, Overlay, Period, PlanRule, RoundDoor, RoundItem, date_of,
    day_of, local_day, round,
};
use doorknock_store::View;

use super::{checklist_name, local_time, utc_offset, which_grid};
use crate::Result;
use crate::error::not_found;
use crate::home::{Doorknock, Inner};
use crate::matter::read::awaiting_visit;
use crate::records::name_of;
use crate::views::{DecisionInfo, MemberName, Round, RoundLine};

impl Doorknock {
    /// A grid's list for a day: the only grid of this device if none is named, today if no day is.
    ///
    /// # Errors
    /// `which_grid`, `unknown_grid`, `not_joined`.
    pub fn round(&self, grid_code: Option<&str>, date: Option<NaiveDate>) -> Result<Round> {
        let now = self.now_ms().div_euclid(1000);
        let inner = self.lock();
        let community = inner.identity()?.community;
        let view = inner.store.view()?;
        let (grid, space) = which_grid(&view, grid_code)?;
        let offset = utc_offset(&view)?;
        let date = date
            .or_else(|| date_of(local_day(now, offset)))
            .ok_or_else(|| not_found("日期", "date"))?;
        let day = day_of(date);
        let mut doors = Vec::new();
        for row in view.doors_of(space)? {
            doors.push(as_of(&view, space, row.door, day, offset)?);
        }
        let inputs = Inputs::of(&view, grid.code.clone())?;
        let decisions = view.decisions(space, sheet(community, grid.id, day))?;
        let overlay = overlay(&view, grid.id, day, local_day(now, offset))?;
        let list = inputs.list(date, &doors, &decisions, &overlay);
        let contacts = view.contacts_of(grid.id)?;
        let mut names = Names::new(&inner, &view);
        let mut items = Vec::with_capacity(list.len());
        for item in list {
            let contact = contacts.get(&item.door).cloned();
            items.push(names.line(item, contact)?);
        }
        Ok(Round {
            date,
            grid: grid.code,
            as_of: local_time(now, offset),
            items,
        })
    }
}

/// A day's sheet.
pub(crate) fn sheet(community: CommunityId, grid: GridId, day: i32) -> DocId {
    ROUND_SHEET.document(community, grid, &[grid.as_bytes(), &day.to_be_bytes()])
}

/// What every list of a grid is computed from, beside doors and the day's decisions.
pub(crate) struct Inputs {
    grid: String,
    compounds: BTreeMap<String, CompoundKind>,
    rules: Vec<PlanRule>,
    campaigns: Vec<Campaign>,
    periods: Vec<Period>,
}

impl Inputs {
    pub(crate) fn of(view: &View<'_>, grid: String) -> Result<Self> {
        let kinds = view.compounds()?.into_iter();
        let known = |(name, kind): (_, Option<u8>)| Some((name, CompoundKind::from_code(kind?)));
        Ok(Self {
            grid,
            compounds: kinds.filter_map(known).collect(),
            rules: view.plan_rules()?,
            campaigns: view.campaigns()?,
            periods: view.periods()?,
        })
    }

    pub(crate) fn list(
        &self,
        date: NaiveDate,
        doors: &[RoundDoor],
        decisions: &[Decision],
        overlay: &Overlay,
    ) -> Vec<RoundItem> {
        let base = Base {
            date,
            grid: &self.grid,
            doors,
            compounds: &self.compounds,
            rules: &self.rules,
            campaigns: &self.campaigns,
            periods: &self.periods,
            decisions,
        };
        round(&base, overlay)
    }
}

/// The checklist that the list of a day has for a door; what casework adds to the list has none.
pub(crate) fn listed_checklist(
    view: &View<'_>,
    door: DoorId,
    day: i32,
) -> Result<Option<TemplateId>> {
    let (Some(row), Some(date)) = (view.door(door)?, date_of(day)) else {
        return Ok(None);
    };
    let space = view.space(row.space)?.map(|space| space.grid);
    let mut grids = view.grids()?.into_iter();
    let grid = grids.find(|g| Some(g.id) == space).map(|g| g.code);
    let door = as_of(view, row.space, row.door, day, utc_offset(view)?)?;
    let inputs = Inputs::of(view, grid.unwrap_or_default())?;
    let list = inputs.list(date, &[door], &[], &Overlay::default());
    Ok(list.into_iter().find_map(|item| item.checklist))
}

/// What this device's casework adds; nothing where it holds none. What awaits a visit now says nothing of
/// days that are over.
fn overlay(view: &View<'_>, grid: GridId, day: i32, today: i32) -> Result<Overlay> {
    let mut overlay = Overlay::default();
    let Some(casework) = view.space_of(SpaceKind::Casework.code(), grid)? else {
        return Ok(overlay);
    };
    for (door, review) in view.reviews_due(casework.n, day)? {
        overlay.doors.entry(door).or_default().review = date_of(review);
    }
    if day >= today {
        for visit in awaiting_visit(view, casework.n)? {
            let of_door = overlay.doors.entry(visit.door).or_default();
            of_door.matters.push((visit.matter, Some(visit.by)));
        }
    }
    Ok(overlay)
}

/// A door with its state as it stood at the end of a day: as kept, or, for a day before its latest
/// knock, folded again up to that day.
pub(crate) fn as_of(
    view: &View<'_>,
    space: u32,
    mut door: RoundDoor,
    day: i32,
    offset: i32,
) -> Result<RoundDoor> {
    if door.state.day.is_some_and(|latest| latest > day) {
        door.state = DoorState::up_to(day, &view.ticks(space, door.door)?, offset);
    }
    Ok(door)
}

/// The names of members and checklists, each looked up once.
struct Names<'a> {
    inner: &'a Inner,
    view: &'a View<'a>,
    known: HashMap<MemberId, String>,
    checklists: HashMap<TemplateId, String>,
}

impl<'a> Names<'a> {
    fn new(inner: &'a Inner, view: &'a View<'a>) -> Self {
        Self {
            inner,
            view,
            known: HashMap::new(),
            checklists: HashMap::new(),
        }
    }

    fn of(&mut self, member: MemberId) -> Result<MemberName> {
        let name = match self.known.get(&member) {
            Some(name) => name.clone(),
            None => {
                let name = name_of(self.inner, self.view, member)?;
                self.known.insert(member, name.clone());
                name
            }
        };
        Ok(MemberName { member, name })
    }

    fn all(&mut self, members: Vec<MemberId>) -> Result<Vec<MemberName>> {
        members.into_iter().map(|member| self.of(member)).collect()
    }

    fn decision(&mut self, decision: Decision) -> Result<DecisionInfo> {
        let record = decision.record;
        Ok(DecisionInfo {
            decision: decision.id,
            what: record.what,
            by: self.of(decision.by)?,
            member: record.member.map(|m| self.of(m)).transpose()?,
            reason: record.reason,
        })
    }

    fn line(&mut self, item: RoundItem, contact: Option<String>) -> Result<RoundLine> {
        let decisions = item.decisions.into_iter().map(|d| self.decision(d));
        let decisions = decisions.collect::<Result<_>>()?;
        let checklist = item
            .checklist
            .map(|id| checklist_name(self.view, &mut self.checklists, id));
        Ok(RoundLine {
            contact,
            door: item.door,
            address: item.address.display_zh(),
            status: item.status,
            reasons: item.reasons,
            checklist: checklist.transpose()?,
            takers: self.all(item.takers)?,
            assigned: self.all(item.assigned)?,
            decisions,
        })
    }
}
