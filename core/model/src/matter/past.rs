//! What is true of a matter in the sight of a set of its steps. Every step's author saw such a
//! set, its past; the whole matter is the set of all steps. Both are judged by the same functions.

use super::event::{MatterEvent, Step};
use super::order::Set;
use super::rules::{Place, Role, Stage, Standing, answers, awaits, leaves_grid, role};
use crate::ids::EventId;

/// A step that took effect and moves the matter.
pub(super) struct Move<'a> {
    pub(super) id: EventId,
    /// Its line of the history.
    pub(super) line: usize,
    pub(super) event: &'a MatterEvent,
    /// The moves it follows, by number.
    pub(super) past: Set,
}

impl Move<'_> {
    pub(super) fn role(&self) -> Role {
        role(self.event.step)
    }

    pub(super) fn ends(&self) -> bool {
        matches!(self.role(), Role::End(_))
    }

    /// Whether this answers that move, number `n`: it follows it and names the same partner, or
    /// none.
    pub(super) fn answers(&self, n: usize, ask: &Move<'_>) -> bool {
        let names = self.event.partner.as_ref();
        answers(self.event.step)
            && self.past.contains(n)
            && (names.is_none() || names == ask.event.partner.as_ref())
    }
}

/// All moves, in an order that puts each after its past.
#[derive(Default)]
pub(super) struct Moves<'a>(pub(super) Vec<Move<'a>>);

impl<'a> Moves<'a> {
    pub(super) fn within<'m>(
        &'m self,
        sight: &'m Set,
    ) -> impl Iterator<Item = (usize, &'m Move<'a>)> {
        sight.iter().filter_map(|n| Some((n, self.0.get(n)?)))
    }

    /// Of the moves that the test picks, those that no other of them follows: the last, or the
    /// last ones where several were made side by side.
    pub(super) fn last<'m>(
        &'m self,
        sight: &'m Set,
        picks: impl Fn(&MatterEvent) -> bool,
    ) -> Vec<(usize, &'m Move<'a>)> {
        let picked: Vec<_> = self.within(sight).filter(|(_, m)| picks(m.event)).collect();
        let mut followed = Set::default();
        picked.iter().for_each(|(_, m)| followed.join(&m.past));
        picked
            .into_iter()
            .filter(|(n, _)| !followed.contains(*n))
            .collect()
    }

    /// What the endings in sight follow, and so ended.
    pub(super) fn ended(&self, sight: &Set) -> Set {
        let mut ended = Set::default();
        for (_, end) in self.within(sight).filter(|(_, m)| m.ends()) {
            ended.join(&end.past);
        }
        ended
    }

    /// Whether the matter is open: some step that asked for action is followed by no ending.
    fn open(&self, sight: &Set, ended: &Set) -> bool {
        let mut asks = self
            .within(sight)
            .filter(|(_, m)| matches!(m.role(), Role::Ask(_)));
        let raised = self.within(sight).any(|(_, m)| m.event.step == Step::Raise);
        let over = self.within(sight).any(|(_, m)| m.ends());
        // Where the raising itself is not to be seen, any ending ends it.
        asks.any(|(n, _)| !ended.contains(n)) || (!raised && !over)
    }

    /// The steps in sight whose partner is still awaited.
    pub(super) fn awaited<'m>(&'m self, sight: &'m Set) -> Vec<&'m Move<'a>> {
        let ended = self.ended(sight);
        let asks = self
            .within(sight)
            .filter(|(n, m)| awaits(m.event.step) && !ended.contains(*n));
        let answered =
            |n: usize, ask: &Move<'_>| self.within(sight).any(|(_, m)| m.answers(n, ask));
        asks.filter(|(n, m)| !answered(*n, m))
            .map(|(_, m)| m)
            .collect()
    }

    fn escalated(&self, sight: &Set) -> bool {
        self.within(sight)
            .any(|(_, m)| m.event.step == Step::Escalate)
    }

    /// Whether it was ever taken out of the grid.
    pub(super) fn left_grid(&self, sight: &Set) -> bool {
        self.within(sight).any(|(_, m)| leaves_grid(m.event.step))
    }

    pub(super) fn place(&self, sight: &Set) -> Place {
        if !self.awaited(sight).is_empty() {
            Place::Partner
        } else if self.escalated(sight) {
            Place::Community
        } else {
            Place::Grid
        }
    }

    pub(super) fn standing(&self, sight: &Set) -> Standing {
        let ended = self.ended(sight);
        let open = self.open(sight, &ended);
        let has = |step| self.within(sight).any(|(_, m)| m.event.step == step);
        Standing {
            stage: if open {
                self.stage_open(sight)
            } else {
                self.stage_over(sight)
            },
            open,
            raised: has(Step::Raise),
            escalated: has(Step::Escalate),
            awaiting: open && !self.awaited(sight).is_empty(),
            options: has(Step::Propose),
        }
    }

    /// By the last step of work: of several side by side handing it up counts most, as nobody up
    /// there has accepted it yet; else the furthest.
    fn stage_open(&self, sight: &Set) -> Stage {
        let works = |e: &MatterEvent| matches!(role(e.step), Role::Work(_) | Role::Ask(_));
        let last = self.last(sight, works);
        if last.iter().any(|(_, m)| m.event.step == Step::Escalate) {
            return Stage::Reported;
        }
        let stage = |m: &Move<'_>| match m.role() {
            Role::Work(stage) | Role::Ask(stage) => Some(stage),
            _ => None,
        };
        let furthest = last
            .iter()
            .filter_map(|(_, m)| stage(m))
            .max_by_key(|s| s.code());
        furthest.unwrap_or(Stage::Raised)
    }

    /// By the last step since its end: of several side by side the one that leaves most to do.
    fn stage_over(&self, sight: &Set) -> Stage {
        let stage = |e: &MatterEvent| match role(e.step) {
            Role::End(stage) | Role::After(stage) => Some(stage),
            _ => None,
        };
        let last = self.last(sight, |e| stage(e).is_some());
        let knows_all = |past: &Set| {
            let mut asks = self
                .within(sight)
                .filter(|(_, m)| matches!(m.role(), Role::Ask(_)));
            asks.all(|(n, _)| past.contains(n))
        };
        let least = |some: &mut dyn Iterator<Item = &(usize, &Move<'_>)>| {
            some.filter_map(|(_, m)| stage(m.event))
                .min_by_key(|s| s.code())
        };
        // A late word on an earlier ending does not undo what followed the reopening.
        least(&mut last.iter().filter(|(_, m)| knows_all(&m.past)))
            .or_else(|| least(&mut last.iter()))
            .unwrap_or(Stage::Resolved)
    }
}
