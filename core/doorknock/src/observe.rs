//! Telling whoever watches what changed: which records, never what is in them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use doorknock_model::ids::DoorId;
use doorknock_model::kind::Value;
use doorknock_model::kinds::{
    self, DOOR_CARD, MATTER, MEMBER_CARD, PERSON_FILE, ROUND_SHEET, SETTINGS, VISIT_BOOK,
};
use doorknock_replica::change::Op;
use doorknock_store::log::DocRow;
use doorknock_store::{Touched, Tx};

use crate::home::Doorknock;

/// Something that changed on this device, recorded here or taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// What it is.
    pub kind: ChangeKind,
    /// Its id; none of the kinds that have none.
    pub id: Option<[u8; 16]>,
    /// The door it belongs to, where the change itself says so.
    pub door: Option<DoorId>,
}

/// What changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    /// A door.
    Door,
    /// A visit, a correction of one, or its confirmation.
    Visit,
    /// A day's list: somebody knocked, took, left out, added or assigned a door. The id is its sheet's.
    Round,
    /// Somebody's file.
    Person,
    /// A matter.
    Matter,
    /// A record of another kind, by the kind's name.
    Record(&'static str),
    /// A draft on this device.
    Draft,
    /// The community: its settings, grids, compounds, members. No id.
    Community,
    /// Counts in the status may have changed. No id.
    Status,
    /// So much that it is not told apart: read again whatever is shown. No id.
    Everything,
}

/// Is told what changed.
pub trait Observer: Send + Sync {
    /// These changed; each is named once. Called on the thread that made the change, right after it was committed, with no
    /// lock held: the home may be asked from here.
    fn changed(&self, changes: &[Change]);
}

/// Keeps an observer; dropped, it is told nothing more. What another thread is telling it at that moment still comes.
pub struct Subscription {
    observers: Weak<Observers>,
    number: u64,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if let Some(observers) = self.observers.upgrade() {
            observers.list().1.retain(|(n, _)| *n != self.number);
        }
    }
}

/// Who watches, and how many ever did.
type List = (u64, Vec<(u64, Arc<dyn Observer>)>);

#[derive(Default)]
pub(crate) struct Observers(Mutex<List>);

impl Observers {
    fn list(&self) -> MutexGuard<'_, List> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn tell(&self, touched: &[Touched]) {
        if touched.is_empty() {
            return;
        }
        let watching: Vec<_> = self.list().1.iter().map(|(_, o)| Arc::clone(o)).collect();
        if watching.is_empty() {
            return;
        }
        let changes: Vec<_> = touched.iter().map(Change::from).collect();
        for observer in watching {
            observer.changed(&changes);
        }
    }
}

impl Doorknock {
    /// Tells `observer` what changes from now on, also by calls that are under way, until the subscription is dropped.
    pub fn observe(&self, observer: Arc<dyn Observer>) -> Subscription {
        let mut list = self.observers.list();
        list.0 += 1;
        let number = list.0;
        list.1.push((number, observer));
        Subscription {
            observers: Arc::downgrade(&self.observers),
            number,
        }
    }
}

/// Notes the records that a change of a document writes.
pub(crate) fn note(tx: &Tx<'_>, doc: DocRow, ops: &[Op]) {
    let whole = |door| Touched::Record {
        kind: doc.kind,
        id: doc.id.0,
        door,
    };
    if doc.kind == VISIT_BOOK.code {
        for op in ops {
            if let Ok(id) = op.key.id.as_slice().try_into() {
                let (kind, door) = (doc.kind, door_of(&op.value));
                tx.touch(Touched::Record { kind, id, door });
            }
        }
    } else if doc.kind == ROUND_SHEET.code {
        ops.iter()
            .for_each(|op| tx.touch(whole(door_of(&op.value))));
    } else if [SETTINGS.code, MEMBER_CARD.code].contains(&doc.kind) {
        tx.touch(Touched::Community);
    } else if doc.kind == DOOR_CARD.code {
        tx.touch(whole(Some(DoorId(doc.id.0))));
    } else {
        tx.touch(whole(None));
    }
}

/// The door that a record of a visit book or a round sheet begins with.
fn door_of(value: &Value) -> Option<DoorId> {
    let Value::Bytes(packed) = value else {
        return None;
    };
    let mut parts = minicbor::Decoder::new(packed);
    parts.array().ok()?;
    DoorId::from_slice(parts.bytes().ok()?)
}

impl From<&Touched> for Change {
    fn from(touched: &Touched) -> Self {
        let none = |kind| Self {
            kind,
            id: None,
            door: None,
        };
        match *touched {
            Touched::Record { kind, id, door } => Self {
                kind: kind_of(kind),
                id: Some(id),
                door,
            },
            Touched::Draft(draft) => Self {
                id: Some(draft.0),
                ..none(ChangeKind::Draft)
            },
            Touched::Community => none(ChangeKind::Community),
            Touched::Status => none(ChangeKind::Status),
            Touched::Everything => none(ChangeKind::Everything),
        }
    }
}

fn kind_of(code: u16) -> ChangeKind {
    match code {
        code if code == DOOR_CARD.code => ChangeKind::Door,
        code if code == VISIT_BOOK.code => ChangeKind::Visit,
        code if code == ROUND_SHEET.code => ChangeKind::Round,
        code if code == PERSON_FILE.code => ChangeKind::Person,
        code if code == MATTER.code => ChangeKind::Matter,
        code => ChangeKind::Record(kinds::kind(code).map_or("unknown", |kind| kind.name)),
    }
}
