//! Reading: the day's list, doors, visits, search. All from projections; no document is opened.

pub(crate) mod round;
mod search;
mod visits;

pub(crate) use visits::infos;

use std::collections::HashMap;

use chrono::{DateTime, FixedOffset};
use doorknock_model::access::SpaceKind;
use doorknock_model::checklist::TemplateId;
use doorknock_model::ids::{DocId, DoorId, GridId, PersonId};
use doorknock_model::kind::Zone;
use doorknock_model::round::date_of;
use doorknock_store::View;
use doorknock_store::queries::{DoorRow, GridRow};

use crate::Result;
use crate::care::person_info;
use crate::edit::version_of;
use crate::error::{not_found, said};
use crate::home::Doorknock;
use crate::views::{DoorDetail, DoorInfo, GridInfo};

/// Visits shown with a door.
const DOOR_VISITS: u32 = 20;

impl Doorknock {
    /// The grids, in the office's order.
    ///
    /// # Errors
    /// The database's.
    pub fn grids(&self) -> Result<Vec<GridInfo>> {
        let inner = self.lock();
        let view = inner.store.view()?;
        let held: Vec<_> = view
            .spaces()?
            .into_iter()
            .filter(is_rounds)
            .map(|s| s.grid)
            .collect();
        let info = |g: GridRow| GridInfo {
            mine: held.contains(&g.id),
            id: g.id,
            code: g.code,
            name: g.name,
        };
        Ok(view.grids()?.into_iter().map(info).collect())
    }

    pub(crate) fn utc_offset(&self) -> Result<i32> {
        utc_offset(&self.lock().store.view()?)
    }

    /// Doors, by grid and in walking order.
    ///
    /// # Errors
    /// `unknown_grid`.
    pub fn doors(&self, grid_code: Option<&str>) -> Result<Vec<DoorInfo>> {
        let inner = self.lock();
        let view = inner.store.view()?;
        let grids = view.grids()?;
        let wanted = grid_code
            .map(|code| which_grid(&view, Some(code)))
            .transpose()?;
        let mut all = Vec::new();
        for space in view.spaces()?.into_iter().filter(is_rounds) {
            if wanted.as_ref().is_some_and(|(_, n)| *n != space.n) {
                continue;
            }
            let code = grids
                .iter()
                .find(|g| g.id == space.grid)
                .map_or("", |g| &g.code);
            let mut rows = view.doors_of(space.n)?;
            rows.sort_by_cached_key(|row| (row.door.address.walk_order(), row.door.door));
            all.extend(rows.iter().map(|row| door_info(row, code)));
        }
        Ok(all)
    }

    /// A door, who lives there, and its latest visits.
    ///
    /// # Errors
    /// `not_found`.
    pub fn door(&self, door: DoorId) -> Result<DoorDetail> {
        let inner = self.lock();
        let view = inner.store.view()?;
        let row = view.door(door)?.ok_or_else(|| not_found("门户", "door"))?;
        let grid = view.space(row.space)?.map(|s| s.grid).unwrap_or_default();
        let code = view
            .grids()?
            .into_iter()
            .find(|g| g.id == grid)
            .map(|g| g.code)
            .unwrap_or_default();
        let mut people = Vec::new();
        for person in view.people_of(door)? {
            let needs = view.needs_of(person.person)?;
            people.push(person_info(person, needs));
        }
        let visits = infos(&inner, &view, view.visits(Some(door), None, DOOR_VISITS)?)?;
        let info = door_info(&row, &code);
        Ok(DoorDetail {
            version: version_of(&view, DocId(door.0))?,
            info,
            parts: row.door.address,
            external_id: row.external_id,
            people,
            visits,
        })
    }

    /// The door meant by an id or by the beginning of one, four digits or more.
    ///
    /// # Errors
    /// `not_found`, `ambiguous_id`.
    pub fn find_door(&self, text: &str) -> Result<DoorId> {
        if let Ok(door) = text.trim().parse() {
            return Ok(door);
        }
        let found = crate::records::by_prefix(text, |hex| {
            Ok(self.lock().store.view()?.doors_by_prefix(hex)?)
        });
        Ok(DoorId(found?.0))
    }
}

impl Doorknock {
    /// The person meant by an id or by the beginning of one, four digits or more.
    ///
    /// # Errors
    /// `not_found`, `ambiguous_id`.
    pub fn find_person(&self, text: &str) -> Result<PersonId> {
        let found = crate::records::by_prefix(text, |hex| {
            Ok(self.lock().store.view()?.people_by_prefix(hex)?)
        })?;
        Ok(PersonId(found.0))
    }
}

fn is_rounds(space: &doorknock_store::charter::SpaceRow) -> bool {
    SpaceKind::from_code(space.kind) == Some(SpaceKind::Rounds)
}

pub(crate) fn utc_offset(view: &View<'_>) -> Result<i32> {
    Ok(view.settings()?.utc_offset.unwrap_or(8 * 60))
}

/// A time in the community's zone; the zone falls back to UTC if its offset makes no sense.
pub(crate) fn local_time(at: i64, utc_offset: i32) -> DateTime<FixedOffset> {
    Zone(utc_offset).time(at)
}

/// The grids whose rounds this device holds, each with their space, in the office's order.
///
/// # Errors
/// `no_grid`.
pub(crate) fn held_grids(view: &View<'_>) -> Result<Vec<(GridRow, u32)>> {
    let spaces: Vec<_> = view.spaces()?.into_iter().filter(is_rounds).collect();
    let space_of = |grid: GridId| spaces.iter().find(|s| s.grid == grid).map(|s| s.n);
    let grids = view.grids()?.into_iter();
    let held: Vec<_> = grids
        .filter_map(|g| space_of(g.id).map(|n| (g, n)))
        .collect();
    if held.is_empty() {
        return Err(said(
            "no_grid",
            "这台设备上还没有网格；请先同步，或由管理员导入名册。",
            "There is no grid on this device yet; sync first, or let an administrator import a roster.",
        ));
    }
    Ok(held)
}

pub(crate) fn which_grid(view: &View<'_>, code: Option<&str>) -> Result<(GridRow, u32)> {
    let mut held = held_grids(view)?;
    let codes = held
        .iter()
        .map(|(g, _)| g.code.as_str())
        .collect::<Vec<_>>()
        .join("、");
    if let Some(code) = code {
        return held
            .into_iter()
            .find(|(g, _)| g.code == code)
            .ok_or_else(|| {
                said(
                    "unknown_grid",
                    format!("这台设备上没有网格“{code}”；现有：{codes}。"),
                    format!("This device has no grid \"{code}\"; it has: {codes}."),
                )
            });
    }
    match held.len() {
        1 => Ok(held.remove(0)),
        _ => Err(said(
            "which_grid",
            format!("请指明网格：{codes}。"),
            format!("Say which grid: {codes}."),
        )),
    }
}

/// A checklist's code, looked up once for a whole list.
fn checklist_name(
    view: &View<'_>,
    names: &mut HashMap<TemplateId, String>,
    id: TemplateId,
) -> Result<String> {
    if let Some(name) = names.get(&id) {
        return Ok(name.clone());
    }
    let template = crate::templates::find(view, &id)?;
    let name = template.map_or_else(|| "unknown".to_owned(), |t| t.code.clone());
    names.insert(id, name.clone());
    Ok(name)
}

fn door_info(row: &DoorRow, grid: &str) -> DoorInfo {
    let door = &row.door;
    DoorInfo {
        door: door.door,
        grid: grid.to_owned(),
        address: door.address.display_zh(),
        short: door.address.short(),
        kind: door.kind,
        cadence: door.plan.map(|p| p.cadence.to_string()),
        by_hand: row.by_hand,
        last_done: door.state.now.last_done.and_then(date_of),
    }
}
