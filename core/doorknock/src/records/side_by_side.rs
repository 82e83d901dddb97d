//! Corrections of one visit that did not know of each other, as conflicts like any other.

use doorknock_model::ids::{DocId, VisitId, derive16};
use doorknock_model::kind::{Data, Zone};
use doorknock_model::kinds::{VISIT_BOOK, pack, visit_book};
use doorknock_store::View;
use doorknock_store::visits::VisitRow;

use super::conflict::bad_choice;
use super::{Choice, Conflict, ConflictValue, item_name, name_of};
use crate::Result;
use crate::correct::as_recorded;
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

/// Each conflict with the corrections it is between, in the order they are shown in.
pub(super) fn conflicts(inner: &Inner, view: &View<'_>) -> Result<Vec<(Conflict, Vec<VisitId>)>> {
    let mut all: Vec<(Conflict, Vec<VisitId>)> = Vec::new();
    for visit in view.visits_in_conflict()? {
        let rows = standing(view, visit)?;
        let ids: Vec<_> = rows.iter().map(|row| row.visit).collect();
        if rows.len() < 2 || all.iter().any(|(_, told)| *told == ids) {
            continue;
        }
        if let Some(conflict) = conflict(inner, view, visit, &rows)? {
            all.push((conflict, ids));
        }
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
    // Of what is shown, so that nobody resolves away what came since.
    let shown: Vec<_> = rows.iter().map(|row| &row.visit.0[..]).collect();
    Ok(Some(Conflict {
        id: DocId(derive16("corrections", &shown)).to_string(),
        kind: VISIT_BOOK.name,
        record: first.book,
        field: field.name,
        field_zh: field.zh,
        item: Some(item_name(field, visit.as_bytes())),
        values,
    }))
}

/// When a record was made, in seconds since 1970: its id is a `UUIDv7`.
pub(crate) fn recorded_at(visit: VisitId) -> i64 {
    let millis = visit.0[..6]
        .iter()
        .fold(0, |ms, byte| ms << 8 | i64::from(*byte));
    millis.div_euclid(1000)
}

impl Doorknock {
    /// Resolves a conflict between corrections; whether it is one.
    pub(super) fn resolve_visit(&self, conflict_id: &str, choice: Choice) -> Result<bool> {
        let found = {
            let inner = self.lock();
            let all = conflicts(&inner, &inner.store.view()?)?;
            all.into_iter().find(|(c, _)| c.id == conflict_id)
        };
        let Some((_, ids)) = found else {
            return Ok(false);
        };
        let Choice::Keep(n) = choice else {
            return Err(bad_choice());
        };
        let chosen = *ids.get(n).ok_or_else(bad_choice)?;
        let others: Vec<_> = ids.into_iter().filter(|id| *id != chosen).collect();
        self.settle_visit(chosen, &others)?;
        Ok(true)
    }
}
