//! What waits for a person to decide.

use chrono::NaiveDate;
use doorknock_model::checklist::Label;
use doorknock_model::ids::{DocId, DoorId, PersonId};
use doorknock_model::kind::{Data, Key};
use doorknock_model::kinds::{self, CASE, DOOR_CARD, PERSON_FILE};
use doorknock_store::View;

use crate::Result;
use crate::care::mismatches;
use crate::home::Doorknock;
use crate::read::local_time;
use crate::views::{Todo, TodoKind};

impl Doorknock {
    /// What waits for a person to decide: reviews that fall due, outcomes to confirm, plans that do not follow,
    /// values written side by side.
    ///
    /// # Errors
    /// The database's.
    pub fn todos(&self) -> Result<Vec<Todo>> {
        let mut all = Vec::new();
        for line in self.care_list(None, true)? {
            let first = line.person.needs.iter().filter_map(|n| n.review).min();
            all.push(Todo {
                kind: TodoKind::Review,
                door: line.door,
                person: Some(line.person.person),
                what: Label::new("关爱需求到期复核", "care needs to look at again"),
                title: titled(line.person.name, line.address),
                since: first,
            });
        }
        for visit in self.outcomes_to_confirm()? {
            all.push(Todo {
                kind: TodoKind::Outcome,
                door: Some(visit.door),
                person: None,
                what: Label::new(
                    &format!("走访发现{}，请确认", visit.outcome.zh()),
                    &format!(
                        "a visit found: {}; confirm it",
                        visit.outcome.word().replace('_', " ")
                    ),
                ),
                title: visit.address,
                since: Some(visit.at.date_naive()),
            });
        }
        all.extend(self.cases_to_review()?);
        let inner = self.lock();
        let view = inner.store.view()?;
        let mut replanned = Vec::new();
        for mismatch in mismatches(&view)? {
            let door = &mismatch.door.door;
            replanned.push(DocId(door.door.0));
            let what = match mismatch.wanted {
                Some(wanted) => Label::new(
                    &format!("走访计划与关爱需求不符，应为 {}", wanted.cadence),
                    &format!(
                        "the plan does not follow the care needs, which ask for {}",
                        wanted.cadence
                    ),
                ),
                None => Label::new(
                    "走访计划已无关爱需求可依",
                    "the plan has no care need left to follow",
                ),
            };
            all.push(Todo {
                kind: TodoKind::Plan,
                door: Some(door.door),
                person: None,
                what,
                title: door.address.display_zh(),
                since: None,
            });
        }
        let plan = Key::plain(kinds::door_card::PLAN);
        for row in view.conflicts()? {
            let Some(key) = row.key else { continue };
            if key != plan || !replanned.contains(&row.doc) {
                all.extend(conflict(&view, row.doc, &key)?);
            }
        }
        Ok(all)
    }
}

impl Doorknock {
    /// Open cases whose review date has come.
    fn cases_to_review(&self) -> Result<Vec<Todo>> {
        let today = local_time(self.now_ms().div_euclid(1000), self.utc_offset()?).date_naive();
        let cases = self.records(CASE.name, None, false)?.into_iter();
        let due = cases.filter_map(|case| {
            let review: NaiveDate = case.get("review")?.as_text()?.parse().ok()?;
            (review <= today).then(|| Todo {
                kind: TodoKind::Case,
                door: case
                    .get("door")
                    .and_then(Data::as_text)
                    .and_then(|id| id.parse().ok()),
                person: case
                    .get("person")
                    .and_then(Data::as_text)
                    .and_then(|id| id.parse().ok()),
                what: Label::new("个案到期复核", "a case to look at again"),
                title: case.title(),
                since: Some(review),
            })
        });
        Ok(due.collect())
    }
}

fn conflict(view: &View<'_>, doc: DocId, key: &Key) -> Result<Option<Todo>> {
    let kind = view.doc(doc)?.and_then(|row| kinds::kind(row.kind));
    let Some((kind, field)) = kind.and_then(|kind| Some((kind, kind.field(key.field)?))) else {
        return Ok(None);
    };
    let (mut door, mut person, mut name) = (None, None, None);
    if kind.code == DOOR_CARD.code {
        door = Some(DoorId(doc.0));
    } else if kind.code == PERSON_FILE.code {
        person = Some(PersonId(doc.0));
        let row = view.person(PersonId(doc.0))?;
        door = row.as_ref().and_then(|row| row.door);
        name = row.and_then(|row| row.name);
    }
    let address = door.map(|door| view.door(door)).transpose()?.flatten();
    let address = address.map(|row| row.door.address.display_zh());
    Ok(Some(Todo {
        kind: TodoKind::Conflict,
        door,
        person,
        what: Label::new(
            &format!("{}的“{}”有几种写法", kind.zh, field.zh),
            &format!(
                "{} holds several values side by side: {}",
                kind.name, field.name
            ),
        ),
        title: titled(name, address.unwrap_or_default()),
        since: None,
    }))
}

fn titled(name: Option<String>, address: String) -> String {
    let parts = [name.unwrap_or_default(), address];
    parts.join(" ").trim().to_owned()
}
