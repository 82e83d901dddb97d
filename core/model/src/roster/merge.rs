//! Rows that say the same: one person is one row, one door is one grid's.

use std::collections::HashMap;

use super::reason::Reason;
use super::{RosterReport, RosterRow};
use crate::address::DoorKind;

/// What the rows so far said of a door.
struct Door {
    grid_code: String,
    kind: DoorKind,
    external_id: Option<String>,
    /// The last person's row, which a row without a name continues.
    last: usize,
}

/// Unites rows as they come.
#[derive(Default)]
pub(super) struct Merger {
    pub(super) rows: Vec<RosterRow>,
    doors: HashMap<String, Door>,
    people: HashMap<(String, Option<String>), usize>,
    /// External id to the door that has it.
    ids: HashMap<String, String>,
}

impl Merger {
    /// Takes a row in: a new door, another person behind a known one, or more about a person.
    pub(super) fn admit(&mut self, mut row: RosterRow, report: &mut RosterReport) {
        let key = row.door_key();
        let number = row.number;
        let mut warn = |why: Reason| report.warnings.push(why.about(number));
        if let Some(door) = self.doors.get(&key) {
            if door.grid_code != row.grid_code {
                report
                    .rows_refused
                    .push(Reason::DoorInTwoGrids.about(number));
                return;
            }
            if door.kind != row.kind && row.kind != DoorKind::Household {
                warn(Reason::KindDiffers);
            }
            row.kind = door.kind;
        }
        if !self.id_fits(&key, &row) {
            warn(Reason::ExternalIdRepeated);
            row.external_id = None;
        }
        if let Some(id) = &row.external_id {
            self.ids.insert(id.clone(), key.clone());
        }
        let person = (key.clone(), row.name.clone());
        let known = match (&row.name, self.doors.get(&key)) {
            (None, Some(door)) => Some(door.last),
            _ => self.people.get(&person).copied(),
        };
        let at = known.unwrap_or(self.rows.len());
        let door = self.doors.entry(key).or_insert_with(|| Door {
            grid_code: row.grid_code.clone(),
            kind: row.kind,
            external_id: None,
            last: at,
        });
        door.last = at;
        door.external_id = door.external_id.take().or_else(|| row.external_id.clone());
        row.external_id.clone_from(&door.external_id);
        self.people.insert(person, at);
        match self.rows.get_mut(at) {
            Some(first) => {
                report.rows_merged += 1;
                if unite(first, row) {
                    report.warnings.push(Reason::PhoneDiffers.about(number));
                }
            }
            None => self.rows.push(row),
        }
    }

    /// Whether the row's external id is neither another door's nor a second one of this door.
    fn id_fits(&self, key: &str, row: &RosterRow) -> bool {
        let Some(id) = &row.external_id else {
            return true;
        };
        let doors_own = self
            .doors
            .get(key)
            .and_then(|door| door.external_id.as_ref());
        self.ids.get(id).is_none_or(|door| door == key) && doors_own.is_none_or(|own| own == id)
    }
}

/// Adds what a later row says of the same person; true when it has another phone, which is not
/// taken.
fn unite(first: &mut RosterRow, more: RosterRow) -> bool {
    first.categories.extend(more.categories);
    first.categories.sort_by_key(|category| category.code());
    first.categories.dedup();
    first.risk = first.risk.into_iter().chain(more.risk).min();
    if let Some(text) = more.remark
        && first
            .remark
            .as_ref()
            .is_none_or(|have| !have.split('；').any(|part| part == text))
    {
        first.remark = Some(match first.remark.take() {
            Some(have) => format!("{have}；{text}"),
            None => text,
        });
    }
    first.external_id = first.external_id.take().or(more.external_id);
    let differs = first.phone.is_some() && more.phone.is_some() && first.phone != more.phone;
    first.phone = first.phone.take().or(more.phone);
    differs
}
