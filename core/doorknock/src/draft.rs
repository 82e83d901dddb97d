//! Half-written visits. They stay on this device: rows of its database, in no document, never sent. What is
//! saved survives a crash.

use chrono::{DateTime, FixedOffset, NaiveDate};
use doorknock_model::ids::{DoorId, MatterId, VisitId};
use doorknock_model::kinds::{Channel, Outcome};
use doorknock_model::round::{date_of, day_of};
use doorknock_store::drafts::DraftRow;
use minicbor::{Decode, Encode};

use crate::error::not_found;
use crate::home::Doorknock;
use crate::read::{local_time, utc_offset};
use crate::record::NewVisit;
use crate::writer::with_writer;
use crate::{Error, Result};

/// As much of a visit as somebody has written; everything may be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    /// The door.
    pub door: Option<DoorId>,
    /// What it found.
    pub outcome: Option<Outcome>,
    /// How it was made.
    pub channel: Option<Channel>,
    /// When, in seconds since 1970.
    pub at: Option<i64>,
    /// Who came along.
    pub with: Vec<String>,
    /// The checklist answered, by its code; the door's own if absent.
    pub checklist: Option<String>,
    /// Answers as typed: `item=value`; not checked before the visit is recorded.
    pub answers: Vec<String>,
    /// In the worker's words.
    pub summary: Option<String>,
    /// A promised return.
    pub follow_up: Option<NaiveDate>,
    /// The matters raised or dealt with.
    pub matters: Vec<MatterId>,
}

/// A draft as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftInfo {
    /// Its id; the visit made of it gets one of its own.
    pub draft: VisitId,
    /// When it was last saved.
    pub saved: DateTime<FixedOffset>,
    /// The door's address, if it names a door that is here.
    pub address: Option<String>,
    /// What was written.
    pub content: Draft,
}

/// The form in the database; only grows at its end, since an update of the app finds older ones.
#[derive(Encode, Decode)]
#[cbor(array)]
struct Packed {
    #[n(0)]
    door: Option<DoorId>,
    #[n(1)]
    outcome: Option<Outcome>,
    #[n(2)]
    channel: Option<Channel>,
    #[n(3)]
    at: Option<i64>,
    #[n(4)]
    with: Vec<String>,
    #[n(5)]
    answers: Vec<String>,
    #[n(6)]
    summary: Option<String>,
    #[n(7)]
    follow_up: Option<i32>,
    #[n(8)]
    matters: Vec<MatterId>,
    #[n(9)]
    checklist: Option<String>,
}

impl From<&Draft> for Packed {
    fn from(draft: &Draft) -> Self {
        Self {
            door: draft.door,
            outcome: draft.outcome,
            channel: draft.channel,
            at: draft.at,
            with: draft.with.clone(),
            answers: draft.answers.clone(),
            summary: draft.summary.clone(),
            follow_up: draft.follow_up.map(day_of),
            matters: draft.matters.clone(),
            checklist: draft.checklist.clone(),
        }
    }
}

impl From<Packed> for Draft {
    fn from(packed: Packed) -> Self {
        Self {
            door: packed.door,
            outcome: packed.outcome,
            channel: packed.channel,
            at: packed.at,
            with: packed.with,
            answers: packed.answers,
            summary: packed.summary,
            follow_up: packed.follow_up.and_then(date_of),
            matters: packed.matters,
            checklist: packed.checklist,
        }
    }
}

/// Whether a row is a draft's.
pub(crate) fn reads(row: &DraftRow) -> bool {
    minicbor::decode::<Packed>(&row.body).is_ok()
}

fn no_draft() -> Error {
    not_found("草稿", "draft")
}

impl Doorknock {
    /// Saves a draft: a new one, or in place of the one with this id. When this returns, it survives
    /// power loss.
    ///
    /// # Errors
    /// `disk_full`.
    pub fn save_draft(&self, draft: Option<VisitId>, content: &Draft) -> Result<VisitId> {
        let row = DraftRow {
            id: draft.unwrap_or_else(|| self.visit_id()),
            door: content.door,
            saved: self.now_ms(),
            body: minicbor::to_vec(Packed::from(content)).unwrap_or_default(),
        };
        self.writing(|inner| Ok(inner.store.write(|tx| tx.save_draft(&row))?))?;
        Ok(row.id)
    }

    /// The drafts on this device, the one saved last first.
    ///
    /// # Errors
    /// The database's.
    pub fn drafts(&self) -> Result<Vec<DraftInfo>> {
        let rows = self.lock().store.view()?.drafts()?;
        rows.into_iter().map(|row| self.draft_info(row)).collect()
    }

    /// One draft.
    ///
    /// # Errors
    /// `not_found`.
    pub fn draft(&self, draft: VisitId) -> Result<DraftInfo> {
        let row = self.lock().store.view()?.draft(draft)?;
        self.draft_info(row.ok_or_else(no_draft)?)
    }

    /// Throws a draft away.
    ///
    /// # Errors
    /// `not_found`.
    pub fn discard_draft(&self, draft: VisitId) -> Result<()> {
        let found = self.writing(|inner| Ok(inner.store.write(|tx| tx.discard_draft(draft))?))?;
        if found { Ok(()) } else { Err(no_draft()) }
    }

    /// Records the visit that a draft has become. The draft goes in the same transaction: there is never
    /// neither, and never both.
    ///
    /// # Errors
    /// `not_found` for a draft that is not there, so that a visit is not recorded twice; as
    /// [`Self::log_visit`].
    pub fn log_draft(&self, draft: VisitId, visit: &NewVisit) -> Result<VisitId> {
        let record = self.visit_record(visit)?;
        let id = self.visit_id();
        self.writing(|inner| {
            with_writer(inner, &self.env, |writer| {
                if !writer.tx.discard_draft(draft)? {
                    return Err(no_draft());
                }
                writer.visit(id, &record)
            })
        })?;
        Ok(id)
    }

    fn draft_info(&self, row: DraftRow) -> Result<DraftInfo> {
        let inner = self.lock();
        let view = inner.store.view()?;
        let door = row.door.map(|door| view.door(door)).transpose()?.flatten();
        Ok(DraftInfo {
            draft: row.id,
            saved: local_time(row.saved.div_euclid(1000), utc_offset(&view)?),
            address: door.map(|d| d.door.address.display_zh()),
            content: minicbor::decode::<Packed>(&row.body)
                .map(Draft::from)
                .unwrap_or_default(),
        })
    }
}
