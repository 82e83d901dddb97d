//! What people decide about a day's list: to take a door, to leave it out, to give it to somebody,
//! to add it. Each decision is a record of its own and none is replaced: one counts until another
//! names it in `cancels`, in whatever order they arrive.

use std::collections::HashMap;

use crate::ids::{DecisionId, MemberId};
use crate::kinds::{DecisionKind, RoundDecision};

/// A decision with what its place and signature say of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Its id.
    pub id: DecisionId,
    /// Who decided.
    pub by: MemberId,
    /// Whether it stands among the assignments, which only the grid's casework may write.
    pub assignment: bool,
    /// What was recorded.
    pub record: RoundDecision,
}

impl Decision {
    /// Whether it stands where such a decision may stand: anybody takes and leaves out, only casework
    /// assigns and adds.
    fn in_its_place(&self) -> bool {
        match self.record.what {
            DecisionKind::Take | DecisionKind::Skip => !self.assignment,
            DecisionKind::Assign | DecisionKind::Add => self.assignment,
            DecisionKind::Cancel => true,
            DecisionKind::Other(_) => false,
        }
    }

    /// Whether it may cancel `other`: an assignment is cancelled only by casework.
    fn may_cancel(&self, other: &Self) -> bool {
        self.record.door == other.record.door && (self.assignment || !other.assignment)
    }
}

/// The decisions that count, in order of id: those that no other names in `cancels`.
#[must_use]
pub fn effective(decisions: &[Decision]) -> Vec<&Decision> {
    let mut named: HashMap<DecisionId, Vec<&Decision>> = HashMap::new();
    for by in decisions {
        for id in by.record.cancels.iter().flatten() {
            named.entry(*id).or_default().push(by);
        }
    }
    let cancelled = |d: &Decision| {
        let by = named.get(&d.id).map_or(&[][..], Vec::as_slice);
        by.iter().any(|by| by.id != d.id && by.may_cancel(d))
    };
    let mut standing: Vec<_> = decisions
        .iter()
        .filter(|d| d.record.what != DecisionKind::Cancel && d.in_its_place() && !cancelled(d))
        .collect();
    standing.sort_by_key(|d| (d.id, d.by, d.assignment));
    standing
}
