//! Edits of text that several people write at once: automerge's text objects, as parts.
//!
//! A [`Splice`] names a text, or makes one under a key, and inserts and deletes letters by the
//! names of their neighbours, so that two edits of one version both keep what they wrote.

use automerge::legacy::{ElementId, Key as AmKey, ObjectId, Op as AmOp, OpId as AmOpId, OpType};
use automerge::{ActorId, ObjType, ScalarValue};
use doorknock_model::kind::Key;

use crate::Actor;
use crate::change::{OpId, actor_of};

/// Which text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextRef {
    /// A new one under this key.
    New(Key),
    /// The one that this operation made.
    At(OpId),
}

/// Letters that one author typed in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// The first.
    pub first: OpId,
    /// How many, 1 or more.
    pub len: u32,
}

/// One place of a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edit {
    /// The letter behind which it inserts; none for the beginning.
    pub after: Option<OpId>,
    /// What it inserts.
    pub insert: String,
    /// What it deletes.
    pub delete: Vec<Run>,
}

/// What a change does to one text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Splice {
    /// Which.
    pub text: TextRef,
    /// Where and what.
    pub edits: Vec<Edit>,
}

/// What an operation of a splice made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Made {
    /// A text under a key.
    Text(Key),
    /// A letter of the text that this operation made.
    Letter(OpId),
}

impl Splice {
    /// How many operations it is.
    #[must_use]
    pub fn op_count(&self) -> u64 {
        let made = u64::from(matches!(self.text, TextRef::New(_)));
        let edits = self.edits.iter().map(Edit::op_count);
        edits.fold(made, u64::saturating_add)
    }

    /// The text's name, for a splice whose first operation has this number.
    #[must_use]
    pub fn object(&self, actor: Actor, first: u64) -> OpId {
        match &self.text {
            TextRef::New(_) => OpId {
                counter: first,
                actor,
            },
            TextRef::At(id) => *id,
        }
    }

    /// What its operations make, each with its number.
    pub fn made(&self, actor: Actor, first: u64) -> impl Iterator<Item = (u64, Made)> + '_ {
        let object = self.object(actor, first);
        let made = match &self.text {
            TextRef::New(key) => Some((first, Made::Text(key.clone()))),
            TextRef::At(_) => None,
        };
        let mut next = first + u64::from(made.is_some());
        let letters = self.edits.iter().flat_map(move |edit| {
            let start = next;
            next += edit.op_count();
            (start..).zip(edit.insert.chars().map(move |_| Made::Letter(object)))
        });
        made.into_iter().chain(letters)
    }

    /// The names of letters it builds on or deletes.
    pub fn letters(&self) -> impl Iterator<Item = OpId> + '_ {
        self.edits.iter().flat_map(|edit| {
            let deleted = edit.delete.iter().flat_map(|run| {
                (0..u64::from(run.len)).map(|n| OpId {
                    counter: run.first.counter.saturating_add(n),
                    actor: run.first.actor,
                })
            });
            edit.after.into_iter().chain(deleted)
        })
    }

    /// Whether each of its operations names, of what its own author made, only what an earlier operation
    /// made; `first` is the number of its first. automerge cannot hold a change in which one does not.
    #[must_use]
    pub fn builds_backwards(&self, actor: Actor, first: u64) -> bool {
        let made = |id: OpId, by: u64| id.actor != actor || id.counter < by;
        let mut next = match &self.text {
            TextRef::New(_) => first.saturating_add(1),
            TextRef::At(text) if made(*text, first) => first,
            TextRef::At(_) => return false,
        };
        self.edits.iter().all(|edit| {
            let typed_at = next;
            next = next.saturating_add(edit.insert.chars().count() as u64);
            let deleted = edit.delete.iter().all(|run| {
                let last = run.first.counter.saturating_add(u64::from(run.len) - 1);
                let last = OpId {
                    counter: last,
                    actor: run.first.actor,
                };
                // The run's last letter is its youngest, and the first deletion the earliest.
                let well = made(last, next);
                next = next.saturating_add(u64::from(run.len));
                well
            });
            deleted && edit.after.is_none_or(|after| made(after, typed_at))
        })
    }

    pub(crate) fn to_automerge(&self, actor: Actor, first: u64, ops: &mut Vec<AmOp>) {
        let object = self.object(actor, first);
        let mut next = first;
        if let TextRef::New(key) = &self.text {
            ops.push(AmOp {
                action: OpType::Make(ObjType::Text),
                obj: ObjectId::Root,
                key: AmKey::Map(key.to_path().into()),
                pred: Vec::new().into(),
                insert: false,
            });
            next += 1;
        }
        let obj = || ObjectId::Id(name(object));
        for edit in &self.edits {
            let mut after = edit.after;
            for letter in edit.insert.chars() {
                let element = after.map_or(ElementId::Head, |id| ElementId::Id(name(id)));
                ops.push(AmOp {
                    action: OpType::Put(ScalarValue::Str(letter.to_string().into())),
                    obj: obj(),
                    key: AmKey::Seq(element),
                    pred: Vec::new().into(),
                    insert: true,
                });
                after = Some(OpId {
                    counter: next,
                    actor,
                });
                next += 1;
            }
            for run in &edit.delete {
                for n in 0..u64::from(run.len) {
                    let letter = name(OpId {
                        counter: run.first.counter.saturating_add(n),
                        actor: run.first.actor,
                    });
                    ops.push(AmOp {
                        action: OpType::Delete,
                        obj: obj(),
                        key: AmKey::Seq(ElementId::Id(letter.clone())),
                        pred: vec![letter].into(),
                        insert: false,
                    });
                    next += 1;
                }
            }
        }
    }
}

impl Edit {
    fn op_count(&self) -> u64 {
        let deleted = self.delete.iter().map(|run| u64::from(run.len));
        deleted.fold(self.insert.chars().count() as u64, u64::saturating_add)
    }
}

fn name(id: OpId) -> AmOpId {
    AmOpId::new(id.counter, &ActorId::from(id.actor.as_slice()))
}

fn named(id: &AmOpId) -> Option<OpId> {
    Some(OpId {
        counter: id.counter(),
        actor: actor_of(id.actor())?,
    })
}

/// Reads the operations of a change that are not puts back into splices; `number` is the first
/// one's.
pub(crate) fn from_automerge(actor: Actor, number: u64, ops: &[AmOp]) -> Option<Vec<Splice>> {
    let mut splices: Vec<Splice> = Vec::new();
    // The letter inserted last, which the next one may follow.
    let mut last = None;
    let mut object = None;
    for (counter, op) in (number..).zip(ops) {
        let here = OpId { counter, actor };
        let of = match (&op.action, &op.obj, &op.key) {
            (OpType::Make(ObjType::Text), ObjectId::Root, AmKey::Map(path)) => {
                let text = TextRef::New(Key::from_path(path)?);
                splices.push(Splice {
                    text,
                    edits: Vec::new(),
                });
                (object, last) = (Some(here), None);
                continue;
            }
            (_, ObjectId::Id(id), AmKey::Seq(_)) => named(id)?,
            _ => return None,
        };
        if object != Some(of) {
            let text = TextRef::At(of);
            splices.push(Splice {
                text,
                edits: Vec::new(),
            });
            (object, last) = (Some(of), None);
        }
        let edits = &mut splices.last_mut()?.edits;
        match (&op.action, &op.key) {
            (OpType::Put(ScalarValue::Str(letter)), AmKey::Seq(element)) if op.insert => {
                let after = element.as_opid().map(named).map(Option::unwrap_or_default);
                let letter = letter.chars().next()?;
                let typed_on = last.is_some() && after == last;
                match edits.last_mut().filter(|e| typed_on && e.delete.is_empty()) {
                    Some(edit) => edit.insert.push(letter),
                    None => edits.push(Edit {
                        after,
                        insert: letter.to_string(),
                        delete: Vec::new(),
                    }),
                }
                last = Some(here);
            }
            (OpType::Delete, AmKey::Seq(ElementId::Id(id))) => {
                let id = named(id)?;
                if edits.is_empty() {
                    edits.push(Edit::default());
                }
                let runs = &mut edits.last_mut()?.delete;
                match runs.last_mut().filter(|run| follows(run, id)) {
                    Some(run) => run.len += 1,
                    None => runs.push(Run { first: id, len: 1 }),
                }
            }
            _ => return None,
        }
    }
    Some(splices)
}

fn follows(run: &Run, id: OpId) -> bool {
    run.first.actor == id.actor && run.first.counter + u64::from(run.len) == id.counter
}

/// A text's letters in order, each with its name.
pub type Letters = Vec<(OpId, char)>;

/// Above this many comparisons the middle of a text is replaced as a whole.
const MOST_COMPARISONS: usize = 4_000_000;

/// The edits that turn the letters into `new`.
#[must_use]
pub fn edits(old: &Letters, new: &str) -> Vec<Edit> {
    let old_letters: Vec<char> = old.iter().map(|(_, c)| *c).collect();
    let new: Vec<char> = new.chars().collect();
    let same =
        |pairs: &mut dyn Iterator<Item = (&char, &char)>| pairs.take_while(|(a, b)| a == b).count();
    let head = same(&mut old_letters.iter().zip(&new));
    let (old_rest, new_rest) = (&old_letters[head..], &new[head..]);
    let tail = same(&mut old_rest.iter().rev().zip(new_rest.iter().rev()));
    let old_mid = &old_rest[..old_rest.len() - tail];
    let new_mid = &new_rest[..new_rest.len() - tail];
    let mut edits = Vec::new();
    let mut edit = |at: usize, deleted: usize, inserted: &[char]| {
        let at = head + at;
        edits.push(Edit {
            after: at.checked_sub(1).map(|n| old[n].0),
            insert: inserted.iter().collect(),
            delete: runs(&old[at..at + deleted]),
        });
    };
    if old_mid.is_empty() && new_mid.is_empty() {
        return edits;
    }
    if old_mid.len().saturating_mul(new_mid.len()) > MOST_COMPARISONS {
        edit(0, old_mid.len(), new_mid);
        return edits;
    }
    for op in similar::capture_diff_slices(similar::Algorithm::Myers, old_mid, new_mid) {
        let (tag, from, to) = op.as_tag_tuple();
        if tag != similar::DiffTag::Equal {
            edit(from.start, from.len(), &new_mid[to]);
        }
    }
    edits
}

fn runs(letters: &[(OpId, char)]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (id, _) in letters {
        match runs.last_mut().filter(|run| follows(run, *id)) {
            Some(run) => run.len += 1,
            None => runs.push(Run { first: *id, len: 1 }),
        }
    }
    runs
}

#[cfg(test)]
mod tests;
