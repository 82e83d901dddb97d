//! Ledgers (台账): the tables every office keeps and hands up, made from what was recorded once.
//!
//! A ledger is plain data: titled columns and typed cells. The desk writes it as a workbook; nothing
//! here knows a file. Each is declared in a file of its own as a list of columns, each with a
//! function from a row's facts to a cell, so a column and its cells cannot come apart.

mod care;
pub(crate) mod cells;
mod matters;
mod responsible;
mod scope;
#[cfg(test)]
mod tests;
mod visits;

pub use cells::{CellKind, Ledger, LedgerCell, LedgerColumn};
pub use scope::LedgerScope;
pub(crate) use scope::{Part, parts, starts};

use std::collections::HashMap;

use doorknock_model::checklist::Label;
use doorknock_model::ids::{DoorId, MemberId};
use doorknock_model::round::{date_of, local_day};
use doorknock_store::View;
use doorknock_store::care::ReviewRow;
use doorknock_store::matters::MatterRow;
use doorknock_store::queries::DoorRow;

use crate::Result;
use crate::error::said;
use crate::home::Doorknock;
use crate::matter::info;
use crate::read::{infos, local_time, utc_offset};
use crate::records::name_of;

/// Which ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LedgerKind {
    /// 走访台账: one row for each visit.
    Visits,
    /// 诉求台账: one row for each matter.
    Matters,
    /// 关爱对象台账: one row for each care need of a person.
    Care,
    /// 包联台账: one row for each door, with who is responsible and the latest visit.
    Responsible,
}

impl LedgerKind {
    /// Every ledger.
    pub const ALL: [Self; 4] = [Self::Visits, Self::Matters, Self::Care, Self::Responsible];

    /// The word on the command line.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Visits => "visits",
            Self::Matters => "matters",
            Self::Care => "care",
            Self::Responsible => "responsible",
        }
    }

    /// Its title, also the name of its sheet.
    #[must_use]
    pub fn title(self) -> Label {
        match self {
            Self::Visits => Label::new("走访台账", "visits"),
            Self::Matters => Label::new("诉求台账", "matters"),
            Self::Care => Label::new("关爱对象台账", "people in care"),
            Self::Responsible => Label::new("包联台账", "responsibility"),
        }
    }

    /// Whether its rows have a date that a period can be asked of; the others say how things stand.
    #[must_use]
    pub const fn has_period(self) -> bool {
        matches!(self, Self::Visits | Self::Matters)
    }
}

impl Doorknock {
    /// A ledger of what this device holds.
    ///
    /// # Errors
    /// `not_joined`, `no_grid`, `unknown_grid`, `bad_period`, `no_period` for a ledger that says how
    /// things stand and was asked for a period.
    pub fn ledger(&self, kind: LedgerKind, scope: &LedgerScope) -> Result<Ledger> {
        if !kind.has_period() && (scope.from.is_some() || scope.until.is_some()) {
            return Err(said(
                "no_period",
                "这份台账反映当前情况，没有起止日期；请去掉起止日期。",
                "This ledger says how things stand today; leave out the first and the last day.",
            ));
        }
        let now = self.now_ms().div_euclid(1000);
        let mut inner = self.lock();
        inner.identity()?;
        let responsible = responsible::workers(inner.charter()?);
        let view = inner.store.view()?;
        let offset = utc_offset(&view)?;
        let as_of = local_time(now, offset);
        let today = local_day(now, offset);
        let parts = parts(&view, scope.grid.as_deref())?;
        Ok(match kind {
            LedgerKind::Visits => {
                let (from, until) = scope.seconds(offset)?;
                let mut lines = Vec::new();
                for part in &parts {
                    let rows = match part.casework {
                        Some(space) => view.visits_within(space, from, until)?,
                        None => Vec::new(),
                    };
                    let contacts = view.contacts_of(part.grid.id)?;
                    for visit in infos(&inner, &view, rows)? {
                        lines.push(visits::Line {
                            grid: part.grid.code.clone(),
                            contact: contacts.get(&visit.door).cloned(),
                            visit,
                        });
                    }
                }
                visits::ledger(as_of, &lines)
            }
            LedgerKind::Matters => {
                let period = scope.seconds(offset)?;
                let mut lines = Vec::new();
                for part in &parts {
                    lines.extend(matter_lines(&view, part, period, (now, offset))?);
                }
                matters::ledger(as_of, &lines)
            }
            LedgerKind::Care => {
                let mut lines = Vec::new();
                for part in &parts {
                    lines.extend(care_lines(&view, part)?);
                }
                care::ledger(as_of, &lines)
            }
            LedgerKind::Responsible => {
                let name = |member| name_of(&inner, &view, member);
                let mut lines = Vec::new();
                for part in &parts {
                    let who = responsible.get(&part.grid.id);
                    let who = who.into_iter().flatten().map(|member| name(*member));
                    let who = who.collect::<Result<Vec<_>>>()?.join("、");
                    lines.extend(responsible_lines(&view, part, &who, today, &name)?);
                }
                responsible::ledger(as_of, &lines)
            }
        })
    }
}

/// A grid's doors in walking order.
fn doors(view: &View<'_>, part: &Part) -> Result<Vec<DoorRow>> {
    let mut rows = view.doors_of(part.rounds)?;
    rows.sort_by_cached_key(|row| (row.door.address.walk_order(), row.door.door));
    Ok(rows)
}

/// The matters raised in a period, in order of time; of all times, also those whose raising is not here.
fn matter_lines(
    view: &View<'_>,
    part: &Part,
    (from, until): (i64, i64),
    now_and_offset: (i64, i32),
) -> Result<Vec<matters::Line>> {
    let grids = view.grids()?;
    let mut rows = part.matters(view)?;
    rows.retain(|row| match row.raised_at {
        Some(at) => (from..until).contains(&at),
        None => (from, until) == (i64::MIN, i64::MAX),
    });
    rows.sort_by_key(|row| (row.raised_at, row.matter));
    let line = |row: MatterRow| {
        let person = row.facts.person.map(|p| view.person(p)).transpose()?;
        Ok(matters::Line {
            name: person.flatten().and_then(|person| person.name),
            matter: info(view, &grids, row, now_and_offset)?,
        })
    };
    rows.into_iter().map(line).collect()
}

fn care_lines(view: &View<'_>, part: &Part) -> Result<Vec<care::Line>> {
    let Some(space) = part.casework else {
        return Ok(Vec::new());
    };
    let doors = doors(view, part)?;
    let places: HashMap<DoorId, usize> = doors
        .iter()
        .enumerate()
        .map(|(n, row)| (row.door.door, n))
        .collect();
    let mut needs = view.people_in_care(space)?;
    let mut lines = Vec::new();
    for person in view.people_in(space)? {
        let place = person.door.and_then(|door| places.get(&door)).copied();
        let door = place.and_then(|n| doors.get(n)).map(|row| &row.door);
        let needs = needs.remove(&person.person).unwrap_or_default();
        let reviews = if needs.is_empty() {
            Vec::new()
        } else {
            view.reviews_of(person.person)?
        };
        for need in needs {
            // What has ended is no longer handed on.
            if need.until.is_some() {
                continue;
            }
            let line = care::Line {
                grid: part.grid.code.clone(),
                address: door.map(|d| d.address.display_zh()),
                name: person.name.clone(),
                phone: person.phone.clone(),
                reviewed: reviews_of(&reviews, need.category).last().and_then(date_of),
                need: crate::care::need_info(need),
                cadence: door.and_then(|d| d.plan).map(|plan| plan.cadence),
                last_met: door.and_then(|d| d.state.now.last_done).and_then(date_of),
            };
            lines.push((place.unwrap_or(usize::MAX), line));
        }
    }
    // Stable: people of one door stay in order of name, a person's needs in order of category.
    lines.sort_by_key(|(place, _)| *place);
    Ok(lines.into_iter().map(|(_, line)| line).collect())
}

/// The days on which a need was looked at again, the earliest first.
pub(crate) fn reviews_of(reviews: &[ReviewRow], category: u16) -> impl Iterator<Item = i32> {
    let of_it = reviews
        .iter()
        .filter(move |row| row.review.category.is_none_or(|c| c == category));
    of_it.map(|row| row.review.on)
}

fn responsible_lines(
    view: &View<'_>,
    part: &Part,
    who: &str,
    today: i32,
    name: &dyn Fn(MemberId) -> Result<String>,
) -> Result<Vec<responsible::Line>> {
    let mut people: HashMap<DoorId, Vec<(String, bool)>> = HashMap::new();
    let mut latest = HashMap::new();
    if let Some(space) = part.casework {
        let needs = view.people_in_care(space)?;
        for person in view.people_in(space)? {
            let needs = needs.get(&person.person).into_iter().flatten();
            let in_care = needs.into_iter().any(|need| need.until.is_none());
            if let (Some(door), Some(name)) = (person.door, person.name) {
                people.entry(door).or_default().push((name, in_care));
            }
        }
        latest = view.latest_visits(space)?;
    }
    let offset = utc_offset(view)?;
    let mut lines = Vec::new();
    for row in doors(view, part)? {
        let people = people.remove(&row.door.door).unwrap_or_default();
        let named = |in_care: bool| {
            let some = people.iter().filter(|(_, care)| *care || !in_care);
            some.map(|(name, _)| name.as_str())
                .collect::<Vec<_>>()
                .join("、")
        };
        let visit = latest.get(&row.door.door);
        let day = visit.map(|visit| local_day(visit.at, offset));
        lines.push(responsible::Line {
            grid: part.grid.code.clone(),
            who: who.to_owned(),
            address: row.door.address.display_zh(),
            kind: row.door.kind,
            people: named(false),
            in_care: named(true),
            cadence: row.door.plan.map(|plan| plan.cadence),
            last_visit: day.and_then(date_of),
            last_by: visit.map(|v| name(v.member)).transpose()?,
            last_outcome: visit.map(|v| v.outcome),
            days_since: day.map(|day| today.saturating_sub(day)),
        });
    }
    Ok(lines)
}
