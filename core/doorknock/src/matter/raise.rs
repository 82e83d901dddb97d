//! Raising a matter.

use doorknock_model::ids::{DocId, EventId, MatterId};
use doorknock_model::kind::{Key, Value};
use doorknock_model::kinds::{MATTER, matter, pack};
use doorknock_model::matter::Step;
use doorknock_model::random;

use super::act::event;
use super::{NewMatter, NewStep};
use crate::Result;
use crate::error::{not_found, said};
use crate::home::Doorknock;
use crate::record::place;
use crate::writer::{Writer, with_writer};

/// A matter's id and that of its first step, drawn before the transaction.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MatterIds {
    pub(crate) matter: [u8; 16],
    pub(crate) event: EventId,
}

impl Doorknock {
    /// Raises a matter: what it is, and its first step, in one transaction.
    ///
    /// # Errors
    /// `missing_field` without a title, `not_found` for a door that is not here, `which_grid`,
    /// `unknown_grid`, `no_casework`, `step_in_future`, `due_in_past`, `too_large`, `disk_full`.
    pub fn raise_matter(&self, new: &NewMatter) -> Result<MatterId> {
        let ids = self.matter_ids();
        let space = match new.door {
            Some(_) => None,
            None => Some(self.space_for(&MATTER, new.grid.as_deref())?),
        };
        let now = self.now_ms().div_euclid(1000);
        self.writing(|inner| {
            with_writer(inner, &self.env, |writer| {
                writer.raise(ids, new, space, now)
            })
        })
    }

    /// Ids for a matter that is raised inside another transaction. The matter's begins at random, so
    /// that its beginning tells it from others of the same day.
    pub(crate) fn matter_ids(&self) -> MatterIds {
        MatterIds {
            matter: random(&*self.env.entropy),
            event: EventId(self.new_id()),
        }
    }
}

impl Writer<'_> {
    /// Raises a matter in this transaction: in its door's grid, or in the casework space given. `now`
    /// is in seconds since 1970.
    pub(crate) fn raise(
        &mut self,
        ids: MatterIds,
        new: &NewMatter,
        space: Option<u32>,
        now: i64,
    ) -> Result<MatterId> {
        let title = new.title.trim();
        if title.is_empty() {
            return Err(said(
                "missing_field",
                "缺少“标题”（title）；请补上。",
                "\"title\" is missing; add it.",
            ));
        }
        let space = match (new.door, space) {
            (Some(door), _) => place(self.tx, door)?.casework,
            (None, Some(space)) => space,
            (None, None) => return Err(not_found("网格", "grid")),
        };
        let step = NewStep {
            step: Step::Raise,
            ..new.step.clone()
        };
        let event = event(&step, Vec::new(), now, self.tx.utc_offset()?)?;
        let id = |id: [u8; 16]| Value::Bytes(id.to_vec());
        let description = new.description.as_deref().map(str::trim);
        let facts = [
            (matter::TITLE, Some(Value::Text(title.to_owned()))),
            (matter::DOOR, new.door.map(|d| id(d.0))),
            (matter::PERSON, new.person.map(|p| id(p.0))),
            (matter::KIND, Some(Value::Int(new.kind.code().into()))),
            (matter::URGENCY, Some(Value::Int(new.urgency.code().into()))),
            (matter::SOURCE, Some(Value::Int(new.source.code().into()))),
            (
                matter::DESCRIPTION,
                description
                    .filter(|d| !d.is_empty())
                    .map(|d| Value::Text(d.to_owned())),
            ),
        ];
        let plain = |(field, value): (u16, Option<Value>)| Some((Key::plain(field), value?));
        let mut puts: Vec<_> = facts.into_iter().filter_map(plain).collect();
        puts.push((
            Key::with_id(matter::EVENT, ids.event.as_bytes()),
            pack(&event),
        ));
        let row = self.tx.space(space)?;
        let row = row.ok_or_else(|| not_found("网格", "grid"))?;
        let matter = row.id.bind(ids.matter);
        self.put(&MATTER, DocId(matter), space, puts)?;
        Ok(MatterId(matter))
    }
}
