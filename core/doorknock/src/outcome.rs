//! What follows when a visit found that somebody moved away or died. Nothing by itself: it is a task until a
//! person confirms it, and then care needs end and the door comes off its plan, in one transaction.

use doorknock_model::ids::{DocId, PersonId, VisitId};
use doorknock_model::kind::{Key, Value};
use doorknock_model::kinds::{
    Confirmation, DOOR_CARD, EndReason, Need, Outcome, PERSON_FILE, VISIT_BOOK, door_card, pack,
    visit_book,
};
use doorknock_model::round::local_day;
use doorknock_store::View;
use doorknock_store::care::NeedRow;
use doorknock_store::visits::VisitRow;

use crate::Result;
use crate::care::need_key;
use crate::error::{not_found, said};
use crate::home::Doorknock;
use crate::read::infos;
use crate::record::place;
use crate::views::VisitInfo;
use crate::writer::{Writer, with_writer};

/// What a confirmation changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmed {
    /// Whose care needs ended.
    pub people: Vec<PersonId>,
    /// How many needs ended.
    pub needs_ended: usize,
    /// Whether the door came off its plan, because nobody there has a need in force.
    pub plan_ended: bool,
}

impl Doorknock {
    /// Visits that found somebody moved away or deceased, and that wait for a person to confirm it.
    ///
    /// # Errors
    /// The database's.
    pub fn outcomes_to_confirm(&self) -> Result<Vec<VisitInfo>> {
        let inner = self.lock();
        let view = inner.store.view()?;
        infos(&inner, &view, view.visits_to_confirm()?)
    }

    /// Confirms what such a visit found. Those people's care needs end on the day of the visit; if nobody at
    /// the door has a need left, it comes off its plan. With nobody named, everybody behind the door is meant
    /// where they moved away, and the only one where somebody died.
    ///
    /// # Errors
    /// `not_found`, `nothing_to_confirm`, `which_person`, `no_casework`, `disk_full`.
    pub fn confirm_outcome(&self, visit: VisitId, people: &[PersonId]) -> Result<Confirmed> {
        self.writing(|inner| with_writer(inner, &self.env, |writer| writer.confirm(visit, people)))
    }
}

impl Writer<'_> {
    fn confirm(&mut self, visit: VisitId, named: &[PersonId]) -> Result<Confirmed> {
        let row = self
            .tx
            .visit(visit)?
            .ok_or_else(|| not_found("走访记录", "visit"))?;
        let gone = matches!(row.outcome, Outcome::MovedAway | Outcome::Deceased);
        if !gone || row.void || !self.tx.standing_in_for(&row)?.is_empty() {
            return Err(said(
                "nothing_to_confirm",
                "这次走访没有需要确认的搬离或去世；请核对编号。",
                "This visit found nobody moved away or deceased; check its id.",
            ));
        }
        let people = who(self.tx, &row, named)?;
        let place = place(self.tx, row.door)?;
        let day = local_day(row.at, self.tx.utc_offset()?);
        let mut needs_ended = 0;
        let mut left = 0;
        for person in self.tx.people_of(row.door)? {
            // What began later is another household's.
            let in_force =
                |need: &NeedRow| need.since <= day && need.until.is_none_or(|until| until > day);
            let needs = self.tx.needs_of(person.person)?.into_iter();
            let (needs, later): (Vec<_>, Vec<_>) = needs.partition(in_force);
            left += later.iter().filter(|need| need.until.is_none()).count();
            if people.contains(&person.person) {
                needs_ended += needs.len();
                let ended = needs.iter().map(|need| ended(need, day, row.outcome));
                let ended = ended.collect();
                let file = DocId(person.person.0);
                self.decide(&PERSON_FILE, file, person.space, ended)?;
            } else {
                left += needs.len();
            }
        }
        let plan_ended = if left == 0 {
            let off = vec![(Key::plain(door_card::PLAN), Value::Null)];
            self.decide(&DOOR_CARD, DocId(row.door.0), place.rounds, off)?
        } else {
            self.replan(row.door, false)?;
            false
        };
        let on = local_day(self.now_ms.div_euclid(1000), self.tx.utc_offset()?);
        let people_gone = people.clone();
        let confirmation = Confirmation { people, on };
        let key = Key::with_id(visit_book::CONFIRMATION, visit.as_bytes());
        self.put(
            &VISIT_BOOK,
            row.book,
            row.space,
            vec![(key, pack(&confirmation))],
        )?;
        Ok(Confirmed {
            people: people_gone,
            needs_ended,
            plan_ended,
        })
    }
}

/// Who is gone: those named, or those who can only be meant.
fn who(view: &View<'_>, row: &VisitRow, named: &[PersonId]) -> Result<Vec<PersonId>> {
    let there: Vec<_> = view.people_of(row.door)?.iter().map(|p| p.person).collect();
    if named.is_empty() && (row.outcome == Outcome::MovedAway || there.len() <= 1) {
        return Ok(there);
    }
    if named.is_empty() {
        return Err(said(
            "which_person",
            "这一户不止一人；请指明是谁。",
            "More than one person lives there; say who it is.",
        ));
    }
    if named.iter().any(|person| !there.contains(person)) {
        return Err(not_found("人员", "person"));
    }
    Ok(named.to_vec())
}

fn ended(row: &NeedRow, day: i32, outcome: Outcome) -> (Key, Value) {
    let reason = match outcome {
        Outcome::Deceased => EndReason::Deceased,
        _ => EndReason::Moved,
    };
    let record = Need {
        until: Some(day),
        reason: Some(reason),
        ..row.need.clone()
    };
    (need_key(row.category), pack(&record))
}
