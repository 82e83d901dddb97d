//! Corrections of one visit that did not know of each other, as conflicts like any other.

use doorknock_model::ids::VisitId;
use doorknock_model::kind::{Data, Key, Zone};
use doorknock_model::kinds::{VISIT_BOOK, pack, visit_book};
use doorknock_store::View;
use doorknock_store::visits::VisitRow;

use super::conflict::bad_choice;
use super::{Choice, Conflict, ConflictValue, item_name, name_of};
use crate::Result;
use crate::correct::as_recorded;
use crate::error::not_found;
use crate::home::{Doorknock, Inner};
use crate::read::{local_time, utc_offset};

/// The corrections that stand in for a record and that no other record stands in for.
fn standing(view: &View<'_>, visit: VisitId) -> Result<Vec<VisitRow>> {
    let Some(row) = view.visit(visit)? else {
        return Ok(Vec::new());
    };
    let mut all = Vec::new();
    for other in view.standing_in_for(&row)? {
        let other = view.visit(other)?.filter(|o| o.door == row.door);
        if let Some(other) = other
            && view.standing_in_for(&other)?.is_empty()
        {
            all.push(other);
        }
    }
    Ok(all)
}

pub(super) fn conflicts(inner: &Inner, view: &View<'_>) -> Result<Vec<Conflict>> {
    let mut all: Vec<Conflict> = Vec::new();
    let mut told: Vec<Vec<VisitId>> = Vec::new();
    for visit in view.visits_in_conflict()? {
        let rows = standing(view, visit)?;
        let ids: Vec<_> = rows.iter().map(|row| row.visit).collect();
        // A visit that was corrected before is in conflict with each of its earlier records.
        if rows.len() < 2 || told.contains(&ids) {
            continue;
        }
        told.push(ids);
        all.extend(conflict(inner, view, visit, &rows)?);
    }
    Ok(all)
}

fn conflict(
    inner: &Inner,
    view: &View<'_>,
    visit: VisitId,
    rows: &[VisitRow],
) -> Result<Option<Conflict>> {
    let (Some(field), Some(first)) = (VISIT_BOOK.field(visit_book::VISIT), rows.first()) else {
        return Ok(None);
    };
    let offset = utc_offset(view)?;
    let mut values = Vec::new();
    for row in rows {
        let mut record = as_recorded(row);
        record.void = row.void.then_some(true);
        record.why.clone_from(&row.why);
        let data = field.shape.show(&pack(&record), Zone(offset));
        values.push(ConflictValue {
            data: data.unwrap_or(Data::Null),
            by: name_of(inner, view, row.member)?,
            at: local_time(recorded_at(row.visit), offset),
            late: None,
        });
    }
    let key = Key::with_id(visit_book::VISIT, visit.as_bytes());
    Ok(Some(Conflict {
        id: format!("{}:{}", first.book, key.to_path()),
        kind: VISIT_BOOK.name,
        record: first.book,
        field: field.name,
        field_zh: field.zh,
        item: Some(item_name(field, visit.as_bytes())),
        values,
    }))
}

/// When a record was made, in seconds since 1970: its id is a `UUIDv7`.
fn recorded_at(visit: VisitId) -> i64 {
    let millis = visit.0[..6]
        .iter()
        .fold(0, |ms, byte| ms << 8 | i64::from(*byte));
    millis.div_euclid(1000)
}

impl Doorknock {
    pub(super) fn resolve_visit(&self, key: &Key, choice: Choice) -> Result<()> {
        let gone = || not_found("冲突", "conflict");
        let visit = VisitId::from_slice(&key.id).ok_or_else(gone)?;
        let rows = {
            let inner = self.lock();
            standing(&inner.store.view()?, visit)?
        };
        if rows.len() < 2 {
            return Err(gone());
        }
        let Choice::Keep(n) = choice else {
            return Err(bad_choice());
        };
        let chosen = rows.get(n).ok_or_else(bad_choice)?.visit;
        let others: Vec<_> = rows
            .iter()
            .map(|row| row.visit)
            .filter(|v| *v != chosen)
            .collect();
        self.settle_visit(chosen, &others).map(drop)
    }
}
