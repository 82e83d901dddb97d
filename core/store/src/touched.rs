//! What transactions changed, for whoever watches: noted while they write, and told only of what was committed.

use doorknock_model::ids::{DoorId, VisitId};

use crate::{Store, Tx};

/// Something that changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Touched {
    /// A record.
    Record {
        /// The number of its document's kind.
        kind: u16,
        /// Its id; the document's where it is the whole document.
        id: [u8; 16],
        /// The door it belongs to, where the record itself says so.
        door: Option<DoorId>,
    },
    /// A draft.
    Draft(VisitId),
    /// Who is in the community, and what it is called.
    Community,
    /// What waits, is at the hub, was set aside, or is to be told to people.
    Status,
    /// So much that it is not told apart.
    Everything,
}

/// Of more than this much at a time it is only said that everything changed.
const MOST: usize = 500;

impl Tx<'_> {
    /// Notes that something changed; it is told once this transaction is committed.
    pub fn touch(&self, touched: Touched) {
        add(&mut self.touched.borrow_mut(), touched);
    }
}

impl Store {
    /// What was committed since this was last asked, each thing once.
    pub fn take_touched(&mut self) -> Vec<Touched> {
        let mut touched = std::mem::take(&mut self.touched);
        touched.sort_unstable();
        touched.dedup();
        touched
    }
}

/// Adds what is new. Of records only the last is compared: a record's values come one after another, and many
/// records in one transaction must cost nothing.
pub(crate) fn add(all: &mut Vec<Touched>, touched: Touched) {
    let known = match touched {
        Touched::Record { .. } => all.last() == Some(&touched),
        _ => all.contains(&touched),
    };
    if known || all.first() == Some(&Touched::Everything) {
        return;
    }
    if touched == Touched::Everything || all.len() >= MOST {
        *all = vec![Touched::Everything];
    } else {
        all.push(touched);
    }
}
