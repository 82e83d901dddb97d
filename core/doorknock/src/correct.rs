//! Corrections: a new record that stands in for earlier ones, which are kept. Made side by side they
//! stand side by side, until one names them all.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use doorknock_model::ids::{MatterId, VisitId};
use doorknock_model::kinds::{Channel, Outcome, Visit};
use doorknock_model::round::day_of;
use doorknock_store::View;
use doorknock_store::visits::VisitRow;

use crate::Result;
use crate::error::{not_found, said};
use crate::home::Doorknock;
use crate::record::{names, words};
use crate::templates::find;
use crate::writer::with_writer;

/// What to correct of a visit; `None` leaves it as it was. The door cannot be corrected: a visit at
/// the wrong door is undone there and recorded at the right one.
#[derive(Debug, Clone, Default)]
pub struct VisitEdit {
    /// What it found.
    pub outcome: Option<Outcome>,
    /// How it was made.
    pub channel: Option<Channel>,
    /// When, in seconds since 1970.
    pub at: Option<i64>,
    /// Who came along.
    pub with: Option<Vec<String>>,
    /// Answers, each as a person types it: `item=value`. Other items keep theirs.
    pub answers: Vec<String>,
    /// In the worker's words; blank takes it away.
    pub summary: Option<String>,
    /// A promised return; `Some(None)` takes it away.
    pub follow_up: Option<Option<NaiveDate>>,
    /// The matters raised or dealt with.
    pub matters: Option<Vec<MatterId>>,
    /// Why it is corrected.
    pub why: Option<String>,
    /// Other corrections of the same visit that this one settles ([`crate::VisitInfo::beside`]).
    pub settles: Vec<VisitId>,
}

impl Doorknock {
    /// Corrects a visit: the record is kept, and a new one stands in for it on every device, on the day's
    /// list too. Returns the new record's id.
    ///
    /// # Errors
    /// `not_found`, `no_casework`, `other_door`, `bad_answer`, `unknown_item`, `too_large`,
    /// `visit_in_future`, `follow_up_in_past`, `disk_full`.
    pub fn correct_visit(&self, visit: VisitId, edit: &VisitEdit) -> Result<VisitId> {
        let (row, corrects) = self.seen(visit, &edit.settles)?;
        // Of a visit that was undone, what it was before comes back.
        let row = self.undone(&row)?.unwrap_or(row);
        let mut record = as_recorded(&row);
        record.at = match edit.at {
            Some(at) => self.visit_time(Some(at))?,
            None => row.at,
        };
        record.outcome = edit.outcome.unwrap_or(row.outcome);
        record.channel = edit.channel.unwrap_or(row.channel);
        if let Some(with) = &edit.with {
            record.with = names(with);
        }
        if !edit.answers.is_empty() {
            self.answer(&mut record, &edit.answers)?;
        }
        if let Some(summary) = &edit.summary {
            record.summary = words(Some(summary));
        }
        if let Some(follow_up) = edit.follow_up {
            record.follow_up = follow_up.map(day_of);
        }
        if let Some(matters) = &edit.matters {
            record.matters = Some(matters.clone());
        }
        record.why = words(edit.why.as_deref());
        record.corrects = Some(corrects);
        self.stand_in(&record)
    }

    /// Says that a visit never took place: it was recorded by mistake. The record is kept; lists and the
    /// round go on as if it were not there. A correction of what this returns brings it back.
    ///
    /// # Errors
    /// `not_found`, `no_casework`, `disk_full`.
    pub fn undo_visit(&self, visit: VisitId, why: Option<&str>) -> Result<VisitId> {
        let (row, corrects) = self.seen(visit, &[])?;
        self.stand_in(&Visit {
            door: row.door,
            at: row.at,
            channel: row.channel,
            outcome: row.outcome,
            with: Vec::new(),
            checklist: None,
            answers: Vec::new(),
            summary: None,
            follow_up: None,
            corrects: Some(corrects),
            void: Some(true),
            why: words(why),
            matters: None,
        })
    }

    /// Lets one of several corrections made side by side hold: a record like it stands in for them all.
    pub(crate) fn settle_visit(&self, chosen: VisitId, others: &[VisitId]) -> Result<VisitId> {
        let (row, corrects) = self.seen(chosen, others)?;
        self.stand_in(&Visit {
            corrects: Some(corrects),
            void: row.void.then_some(true),
            why: row.why.clone(),
            ..as_recorded(&row)
        })
    }

    /// What a record that says that a visit never took place stands in for: of several the one that no
    /// other of them stands in for.
    fn undone(&self, row: &VisitRow) -> Result<Option<VisitRow>> {
        if !row.void {
            return Ok(None);
        }
        let inner = self.lock();
        let view = inner.store.view()?;
        let mut named = Vec::new();
        for id in &row.corrects {
            let of_door = view.visit(*id)?.filter(|r| r.door == row.door && !r.void);
            named.extend(of_door);
        }
        let earlier: BTreeSet<_> = named.iter().flat_map(|r| r.corrects.clone()).collect();
        named.retain(|r| !earlier.contains(&r.visit));
        Ok(named.into_iter().max_by_key(|r| r.visit))
    }

    /// Puts answers beside those given before, in the version of the checklist that was used.
    fn answer(&self, record: &mut Visit, typed: &[String]) -> Result<()> {
        let missing = || not_found("清单", "checklist");
        let template = match &record.checklist {
            Some(id) => {
                let inner = self.lock();
                find(&inner.store.view()?, id)?.ok_or_else(missing)?
            }
            None => self.checklist_of(record.door, record.at, None)?.1,
        };
        for typed in typed {
            template.answer(&mut record.answers, typed)?;
        }
        record.checklist = Some(template.id());
        Ok(())
    }

    fn stand_in(&self, record: &Visit) -> Result<VisitId> {
        let id = self.visit_id();
        self.writing(|inner| with_writer(inner, &self.env, |writer| writer.visit(id, record)))?;
        Ok(id)
    }

    /// The record that somebody saw, and all that a correction of it stands in for: it, what it stood in
    /// for, and the same of those it settles.
    fn seen(&self, visit: VisitId, settles: &[VisitId]) -> Result<(VisitRow, Vec<VisitId>)> {
        let inner = self.lock();
        let view = inner.store.view()?;
        let row = record(&view, visit)?;
        let mut all: BTreeSet<_> = row.corrects.iter().copied().collect();
        all.insert(visit);
        for other in settles {
            let other = record(&view, *other)?;
            if other.door != row.door {
                return Err(said(
                    "other_door",
                    "这两条走访记录不属于同一户；请核对编号。",
                    "These visits are of two doors; check their ids.",
                ));
            }
            all.extend(other.corrects);
            all.insert(other.visit);
        }
        Ok((row, all.into_iter().collect()))
    }
}

fn record(view: &View<'_>, visit: VisitId) -> Result<VisitRow> {
    view.visit(visit)?
        .ok_or_else(|| not_found("走访记录", "visit"))
}

/// The record as somebody once made it.
pub(crate) fn as_recorded(row: &VisitRow) -> Visit {
    let with: Vec<_> = row.companions.split('、').map(str::to_owned).collect();
    Visit {
        door: row.door,
        at: row.at,
        channel: row.channel,
        outcome: row.outcome,
        with: names(&with),
        checklist: row.checklist,
        answers: row.answers.clone(),
        summary: row.summary.clone(),
        follow_up: row.follow_up,
        corrects: None,
        void: None,
        why: None,
        matters: (!row.matters.is_empty()).then(|| row.matters.clone()),
    }
}
