//! What was written side by side, and what else waits for a person.

use std::time::SystemTime;

use doorknock::model::kind::Shape;

use crate::choices::TodoKind;
use crate::error::Result;
use crate::home::Doorknock;
use crate::ids::Uuid;
use crate::kept::shape;
use crate::records::Bilingual;
use crate::times::{Day, instant};
use crate::value::RecordValue;
use crate::visit::Visit;

/// A fact with several values.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Conflict {
    /// Names it for `resolve`, with what stands side by side, opaque: once something else does, it is another
    /// conflict.
    pub id: String,
    /// The kind of record: its stable name.
    pub kind: String,
    /// The record's id.
    pub record: Uuid,
    /// The field's stable name.
    pub field: String,
    /// The same for people, Chinese.
    pub field_zh: String,
    /// Which of many.
    pub item: Option<String>,
    /// The values, the one shown first.
    pub values: Vec<ConflictValue>,
}

/// One of the values.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ConflictValue {
    /// What.
    pub value: RecordValue,
    /// The name of who wrote it.
    pub by: String,
    /// When.
    pub at: SystemTime,
    /// The field's name, where it is not a value of the fact itself but an edit that had not seen the record's
    /// end.
    pub late: Option<String>,
}

impl From<doorknock::Conflict> for Conflict {
    fn from(conflict: doorknock::Conflict) -> Self {
        let of =
            |late: Option<&str>| -> Shape { shape(conflict.kind, late.unwrap_or(conflict.field)) };
        let value = |value: doorknock::ConflictValue| ConflictValue {
            value: RecordValue::shown(of(value.late), value.data),
            by: value.by,
            at: instant(value.at),
            late: value.late.map(str::to_owned),
        };
        Self {
            id: conflict.id,
            kind: conflict.kind.to_owned(),
            record: conflict.record.into(),
            field: conflict.field.to_owned(),
            field_zh: conflict.field_zh.to_owned(),
            item: conflict.item,
            values: conflict.values.into_iter().map(value).collect(),
        }
    }
}

/// How a person resolves a conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum ConflictChoice {
    /// This value holds.
    Keep {
        /// Its place in [`Conflict::values`]; 0 is the first.
        index: u32,
    },
    /// None holds: the field is cleared; a record that had ended goes on.
    Clear,
}

impl From<ConflictChoice> for doorknock::Choice {
    fn from(choice: ConflictChoice) -> Self {
        match choice {
            ConflictChoice::Keep { index } => {
                Self::Keep(usize::try_from(index).unwrap_or(usize::MAX))
            }
            ConflictChoice::Clear => Self::Clear,
        }
    }
}

/// What a confirmed outcome changed.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Confirmed {
    /// The ids of those whose care needs ended.
    pub people: Vec<Uuid>,
    /// How many needs ended.
    pub needs_ended: u64,
    /// Whether the door came off its plan, because nobody there has a need in force.
    pub plan_ended: bool,
}

/// What waits for a person to decide.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Todo {
    /// What sort.
    pub kind: TodoKind,
    /// The id of the door it is about.
    pub door: Option<Uuid>,
    /// The id of the person it is about.
    pub person: Option<Uuid>,
    /// What is to be decided.
    pub what: Bilingual,
    /// About whom or what.
    pub title: String,
    /// Since when.
    pub since: Option<Day>,
}

impl From<doorknock::Todo> for Todo {
    fn from(todo: doorknock::Todo) -> Self {
        Self {
            kind: todo.kind.into(),
            door: todo.door.map(Uuid::from),
            person: todo.person.map(Uuid::from),
            what: todo.what.into(),
            title: todo.title,
            since: todo.since.map(Day),
        }
    }
}

#[uniffi::export]
impl Doorknock {
    /// Every conflict on this device; few, since each waits for a person.
    ///
    /// # Errors
    /// The database's.
    pub fn conflicts(&self) -> Result<Vec<Conflict>> {
        let conflicts = self.core().conflicts()?;
        Ok(conflicts.into_iter().map(Conflict::from).collect())
    }

    /// Resolves a conflict: every value that was shown side by side is replaced by the chosen one.
    ///
    /// # Errors
    /// `not_found` if it is no longer one or another value has come since, `bad_choice`, `not_allowed`,
    /// `disk_full`.
    pub fn resolve(&self, conflict: String, choice: ConflictChoice) -> Result<()> {
        Ok(self.core().resolve(&conflict, choice.into())?)
    }

    /// Visits that found somebody moved away or deceased and that wait for a person to confirm it; few.
    ///
    /// # Errors
    /// The database's.
    pub fn outcomes_to_confirm(&self) -> Result<Vec<Visit>> {
        let visits = self.core().outcomes_to_confirm()?;
        Ok(visits.into_iter().map(Visit::from).collect())
    }

    /// Confirms what such a visit found. Those people's care needs end on the day of the visit; if nobody at
    /// the door has a need left, it comes off its plan. With nobody named, everybody behind the door is meant
    /// where they moved away, and the only one where somebody died.
    ///
    /// # Errors
    /// `not_found`, `nothing_to_confirm`, `which_person`, `no_casework`, `disk_full`.
    #[uniffi::method(default(people = []))]
    pub fn confirm_outcome(&self, visit: Uuid, people: Vec<Uuid>) -> Result<Confirmed> {
        let people: Vec<_> = people.into_iter().map(Uuid::into).collect();
        let done = self.core().confirm_outcome(visit.into(), &people)?;
        Ok(Confirmed {
            people: done.people.into_iter().map(Uuid::from).collect(),
            needs_ended: done.needs_ended as u64,
            plan_ended: done.plan_ended,
        })
    }

    /// What waits for a person to decide: reviews that fall due, outcomes to confirm, plans that do not follow,
    /// values written side by side, cases to look at again. As long as the office lets it grow.
    ///
    /// # Errors
    /// The database's.
    pub fn todos(&self) -> Result<Vec<Todo>> {
        let todos = self.core().todos()?;
        Ok(todos.into_iter().map(Todo::from).collect())
    }
}
