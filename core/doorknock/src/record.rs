//! Recording a visit: the visit in the door's book and the tick on the day's sheet, in one transaction.

use chrono::NaiveDate;
use doorknock_model::access::SpaceKind;
use doorknock_model::checklist::TemplateId;
use doorknock_model::ids::{DoorId, GridId, MatterId, VisitId};
use doorknock_model::kind::Key;
use doorknock_model::kinds::{
    Answer, Channel, Outcome, ROUND_SHEET, Tick, TickResult, VISIT_BOOK, Visit, pack, round_sheet,
    visit_book,
};
use doorknock_model::round::{date_of, day_of, local_day};
use doorknock_store::View;

use crate::Result;
use crate::error::{no_casework, not_found, said};
use crate::home::Doorknock;
use crate::writer::{Writer, with_writer};

type Answered = (Option<TemplateId>, Vec<Option<Answer>>);

/// A visit to record.
#[derive(Debug, Clone)]
pub struct NewVisit {
    /// The door.
    pub door: DoorId,
    /// What it found.
    pub outcome: Outcome,
    /// How it was made.
    pub channel: Channel,
    /// When, in seconds since 1970; now if absent.
    pub at: Option<i64>,
    /// Who came along.
    pub with: Vec<String>,
    /// The checklist that is answered, by code or id; what the day's list has for the door if absent.
    pub checklist: Option<String>,
    /// Answers to its items, each as a person types it: `item=value`.
    pub answers: Vec<String>,
    /// In the worker's words.
    pub summary: Option<String>,
    /// A promised return.
    pub follow_up: Option<NaiveDate>,
    /// The matters raised or dealt with.
    pub matters: Vec<MatterId>,
}

impl Doorknock {
    /// Records a visit: the visit in the door's book and the tick on the day's sheet, in one
    /// transaction. When this returns, the visit survives power loss.
    ///
    /// # Errors
    /// `not_found` for a door that is not here, `no_casework` on a device without the grid's casework,
    /// `bad_answer`, `unknown_item`, `too_large`, `visit_in_future`, `follow_up_in_past`, `disk_full`.
    pub fn log_visit(&self, visit: &NewVisit) -> Result<VisitId> {
        let record = self.visit_record(visit)?;
        let id = self.visit_id();
        self.writing(|inner| with_writer(inner, &self.env, |writer| writer.visit(id, &record)))?;
        Ok(id)
    }

    /// What is recorded of a new visit.
    pub(crate) fn visit_record(&self, visit: &NewVisit) -> Result<Visit> {
        let at = self.visit_time(visit.at)?;
        let (checklist, answers) = self.answered(visit, at)?;
        Ok(Visit {
            door: visit.door,
            at,
            channel: visit.channel,
            outcome: visit.outcome,
            with: names(&visit.with),
            checklist,
            answers,
            summary: words(visit.summary.as_deref()),
            follow_up: visit.follow_up.map(day_of),
            corrects: None,
            void: None,
            why: None,
            matters: (!visit.matters.is_empty()).then(|| visit.matters.clone()),
        })
    }

    /// When a visit took place, in seconds since 1970: not later than tomorrow, by this device's clock.
    pub(crate) fn visit_time(&self, at: Option<i64>) -> Result<i64> {
        let now = self.now_ms().div_euclid(1000);
        let at = at.unwrap_or(now);
        if at > now + 86_400 {
            return Err(said(
                "visit_in_future",
                "走访时间在将来；请核对日期和手机时间。",
                "The visit lies in the future; check its date and the phone's clock.",
            ));
        }
        Ok(at)
    }

    /// The checklist and the answers in its items' positions; neither without answers.
    fn answered(&self, visit: &NewVisit, at: i64) -> Result<Answered> {
        let mut answers = Vec::new();
        if visit.answers.is_empty() {
            return Ok((None, answers));
        }
        let (id, checklist) = self.checklist_of(visit.door, at, visit.checklist.as_deref())?;
        for typed in &visit.answers {
            checklist.answer(&mut answers, typed)?;
        }
        Ok((Some(id), answers))
    }

    pub(crate) fn visit_id(&self) -> VisitId {
        VisitId(self.new_id())
    }
}

/// Text as kept: trimmed, and absent if there is none.
pub(crate) fn words(text: Option<&str>) -> Option<String> {
    text.map(str::trim)
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
}

pub(crate) fn names(all: &[String]) -> Vec<String> {
    all.iter().filter_map(|name| words(Some(name))).collect()
}

/// The spaces of a door's grid, and the grid.
pub(crate) struct Place {
    pub(crate) rounds: u32,
    pub(crate) casework: u32,
    pub(crate) grid: GridId,
}

/// Where a door's records go.
///
/// # Errors
/// `not_found`, `no_casework`.
pub(crate) fn place(view: &View<'_>, door: DoorId) -> Result<Place> {
    let rounds = view
        .door_space(door)?
        .ok_or_else(|| not_found("门户", "door"))?;
    let grid = view
        .space(rounds)?
        .ok_or_else(|| not_found("网格", "grid"))?
        .grid;
    let casework = view
        .space_of(SpaceKind::Casework.code(), grid)?
        .ok_or_else(no_casework)?;
    Ok(Place {
        rounds,
        casework: casework.n,
        grid,
    })
}

impl Writer<'_> {
    /// Puts a visit into the door's book and its tick on the day's sheet.
    pub(crate) fn visit(&mut self, id: VisitId, visit: &Visit) -> Result<()> {
        let place = place(self.tx, visit.door)?;
        let day = local_day(visit.at, self.tx.utc_offset()?);
        if visit.follow_up.is_some_and(|follow_up| follow_up < day) {
            return Err(said(
                "follow_up_in_past",
                "约定回访的日期早于走访日期；请改为当天或以后。",
                "The promised return lies before the visit; choose that day or a later one.",
            ));
        }
        let date = date_of(day).ok_or_else(|| not_found("日期", "date"))?;
        let community = self.identity.community;
        let book = visit_book::book(
            community,
            place.grid,
            visit.door,
            chrono::Datelike::year(&date),
        );
        let sheet = crate::read::round::sheet(community, place.grid, day);
        let undone = visit.void.unwrap_or_default();
        let tick = Tick {
            door: visit.door,
            at: visit.at,
            result: if undone {
                TickResult::Undone
            } else {
                visit.outcome.tick()
            },
            follow_up: visit.follow_up,
            replaces: visit.corrects.clone(),
        };
        let under = |field| Key::with_id(field, id.as_bytes());
        self.put(
            &VISIT_BOOK,
            book,
            place.casework,
            vec![(under(visit_book::VISIT), pack(visit))],
        )?;
        self.put(
            &ROUND_SHEET,
            sheet,
            place.rounds,
            vec![(under(round_sheet::TICK), pack(&tick))],
        )
    }
}
