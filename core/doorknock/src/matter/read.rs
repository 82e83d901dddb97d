//! Matters as people read them.

use doorknock_model::access::SpaceKind;
use doorknock_model::ids::{DocId, MatterId};
use doorknock_model::kinds::MATTER;
use doorknock_model::matter::{Stage, state};
use doorknock_model::round::date_of;
use doorknock_store::View;
use doorknock_store::matters::{MatterFilter, MatterMark, MatterRow, StepRow};
use doorknock_store::queries::GridRow;

use super::{AwaitedVisit, MatterDetail, MatterInfo, MatterLine, MattersWanted};
use crate::Result;
use crate::error::not_found;
use crate::home::{Doorknock, Inner};
use crate::page::{List, Page, cursor, cursor_of, cut, one_more};
use crate::read::{local_time, utc_offset, which_grid};
use crate::records::{by_prefix, name_of};

impl Doorknock {
    /// Matters: open ones first, by their deadlines; then those that are over, the latest first.
    ///
    /// # Errors
    /// `unknown_grid`, `not_joined`.
    pub fn matters(&self, wanted: &MattersWanted, limit: u32) -> Result<Vec<MatterInfo>> {
        Ok(self.matters_page(wanted, None, limit)?.items)
    }

    /// The same in pages: the first, or the one that begins at a cursor ([`Page::next`]), of `limit` matters,
    /// one at least. One whose deadline changes or that is settled meanwhile is shown where it then stands,
    /// which may be a page that was read, or a second time.
    ///
    /// # Errors
    /// `unknown_grid`, `not_joined`, `bad_cursor`.
    pub fn matters_page(
        &self,
        wanted: &MattersWanted,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<MatterInfo>> {
        let mark = after.map(|text| cursor_of(List::Matters, text));
        let mark = mark.transpose()?.map(MatterMark::new);
        let now = self.now_ms().div_euclid(1000);
        let inner = self.lock();
        inner.identity()?;
        let view = inner.store.view()?;
        let filter = MatterFilter {
            space: casework(&view, wanted.grid.as_deref())?,
            door: wanted.door,
            open: wanted.open,
            late_at: wanted.overdue.then_some(now),
            visit: wanted.visit,
        };
        let (grids, offset) = (view.grids()?, utc_offset(&view)?);
        let mut rows = view.matters(&filter, mark.as_ref(), one_more(limit))?;
        let next = cut(&mut rows, limit, |row| {
            cursor(List::Matters, &MatterMark::from(row).parts())
        });
        let rows = rows.into_iter();
        let items = rows.map(|row| info(&view, &grids, row, (now, offset)));
        let items = items.collect::<Result<_>>()?;
        Ok(Page { items, next })
    }

    /// A matter with its history.
    ///
    /// # Errors
    /// `not_found`.
    pub fn matter(&self, id: MatterId) -> Result<MatterDetail> {
        let now = self.now_ms().div_euclid(1000);
        let inner = self.lock();
        let view = inner.store.view()?;
        let row = view
            .matter(id)?
            .ok_or_else(|| not_found("诉求", "matter"))?;
        let (facts, steps) = view.matter_record(id)?;
        let logged: Vec<_> = steps.iter().map(|s| s.logged.clone()).collect();
        let state = state(facts.urgency, &logged);
        let offset = utc_offset(&view)?;
        let mut history = Vec::with_capacity(steps.len());
        for kept in &state.history {
            let of = |s: &&StepRow| (s.logged.id, s.logged.version) == (kept.id, kept.version);
            if let Some(step) = steps.iter().find(of) {
                history.push(line(&inner, &view, step, kept.effect, offset)?);
            }
        }
        let person = facts.person.map(|p| view.person(p)).transpose()?.flatten();
        let awaited = state.awaited.iter();
        Ok(MatterDetail {
            next: state.allowed(facts.kind),
            awaited: awaited
                .map(|a| {
                    let due = a.due.map(|due| local_time(due, offset));
                    (a.partner.clone().unwrap_or_default(), due)
                })
                .collect(),
            info: info(&view, &view.grids()?, row, (now, offset))?,
            description: facts.description,
            person_name: person.and_then(|p| p.name),
            version: crate::edit::version_of(&view, DocId(id.0))?,
            parties: state.special.parties,
            meetings: state.special.meetings,
            agreements: state.special.agreements,
            options: state.special.options,
            called: state.special.called,
            granted: state.special.granted,
            history,
        })
    }

    /// The matter meant by an id or by the beginning of one, four digits or more.
    ///
    /// # Errors
    /// `not_found`, `ambiguous_id`.
    pub fn find_matter(&self, text: &str) -> Result<MatterId> {
        let found = by_prefix(text, |hex| {
            Ok(self
                .lock()
                .store
                .view()?
                .records_by_prefix(MATTER.code, hex)?)
        })?;
        Ok(MatterId(found.0))
    }

    /// The doors of a grid (the only one of this device if none is named) where a matter awaits a visit,
    /// the earliest day first. Empty on a device without the grid's casework.
    ///
    /// # Errors
    /// `which_grid`, `unknown_grid`.
    pub fn matters_awaiting_visit(&self, grid_code: Option<&str>) -> Result<Vec<AwaitedVisit>> {
        let inner = self.lock();
        let view = inner.store.view()?;
        let (grid, _) = which_grid(&view, grid_code)?;
        let space = view.space_of(SpaceKind::Casework.code(), grid.id)?;
        space.map_or_else(|| Ok(Vec::new()), |space| awaiting_visit(&view, space.n))
    }
}

/// The doors of a casework space where a matter awaits a visit, the earliest day first.
pub(crate) fn awaiting_visit(view: &View<'_>, space: u32) -> Result<Vec<AwaitedVisit>> {
    let filter = MatterFilter {
        space: Some(space),
        visit: true,
        ..MatterFilter::default()
    };
    let rows = view.matters(&filter, None, u32::MAX)?.into_iter();
    let mut visits: Vec<_> = rows
        .filter_map(|row| {
            Some(AwaitedVisit {
                door: row.facts.door?,
                by: row.visit_by.and_then(date_of)?,
                matter: row.matter,
                title: row.facts.title.unwrap_or_default(),
            })
        })
        .collect();
    visits.sort_by_key(|v| (v.by, v.door, v.matter));
    Ok(visits)
}

fn casework(view: &View<'_>, grid: Option<&str>) -> Result<Option<u32>> {
    let Some(code) = grid else { return Ok(None) };
    let (grid, _) = which_grid(view, Some(code))?;
    let space = view.space_of(SpaceKind::Casework.code(), grid.id)?;
    Ok(Some(space.ok_or_else(crate::error::no_casework)?.n))
}

pub(crate) fn info(
    view: &View<'_>,
    grids: &[GridRow],
    row: MatterRow,
    (now, offset): (i64, i32),
) -> Result<MatterInfo> {
    let grid = view.space(row.space)?.map(|s| s.grid);
    let grid = grids
        .iter()
        .find(|g| Some(g.id) == grid)
        .map(|g| g.code.clone());
    let door = row.facts.door.map(|d| view.door(d)).transpose()?.flatten();
    let time = |at: Option<i64>| at.map(|at| local_time(at, offset));
    let late = row
        .due
        .into_iter()
        .chain(row.partner_due)
        .any(|due| due < now);
    let settled = !row.open && row.stage != Stage::Withdrawn;
    let partners = row.partners.split('、').filter(|p| !p.is_empty());
    Ok(MatterInfo {
        matter: row.matter,
        grid: grid.unwrap_or_default(),
        title: row.facts.title.unwrap_or_default(),
        kind: row.facts.kind,
        urgency: row.facts.urgency,
        source: row.facts.source,
        door: row.facts.door,
        address: door
            .map(|d| d.door.address.display_zh())
            .unwrap_or_default(),
        person: row.facts.person,
        open: row.open,
        stage: row.stage,
        place: row.place,
        raised_at: time(row.raised_at),
        first_response: row.first_response,
        ended_at: time(row.ended_at),
        due: time(row.due),
        overdue: row.open && late,
        partners: partners.map(str::to_owned).collect(),
        in_grid: settled.then_some(!row.left_grid),
        visit_by: row.visit_by.and_then(date_of),
        satisfaction: row.satisfaction,
        percent: row.percent,
        reopened: row.reopened,
    })
}

fn line(
    inner: &Inner,
    view: &View<'_>,
    step: &StepRow,
    effect: doorknock_model::matter::Effect,
    offset: i32,
) -> Result<MatterLine> {
    let author = view.author_by_ord(step.author)?;
    let event = step.logged.event.clone();
    Ok(MatterLine {
        event: step.logged.id,
        step: event.step,
        at: local_time(event.at, offset),
        by: name_of(inner, view, author.member)?,
        member: author.member,
        device: author.device,
        effect,
        text: event.text,
        partner: event.partner,
        due: event.due.map(|due| local_time(due, offset)),
        visit_by: event.visit_by.and_then(date_of),
        visit: event.visit,
        satisfaction: event.satisfaction,
        percent: event.percent,
        option: event.option,
        households: event.households,
        parties: event.parties.unwrap_or_default(),
        granted: event.granted,
    })
}
