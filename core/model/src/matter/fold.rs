//! From the steps to the state.

use super::event::{Logged, MatterEvent, Step, Urgency};
use super::order::{Node, Set, ordered};
use super::past::{Move, Moves};
use super::rules::{Role, Standing, answers, possible, role};
use super::state::{Effect, Line, MAX_STEPS, MatterState};
use super::sums;
use crate::ids::EventId;

/// A matter's state: a function of the *set* of its steps, whatever order they are given in. The
/// urgency gives the deadline where no step names one.
#[must_use]
pub fn state(urgency: Urgency, events: &[Logged]) -> MatterState {
    let nodes = ordered(events);
    let mut fold = Fold::default();
    for node in &nodes {
        fold.take(node);
    }
    fold.finish(urgency, &nodes)
}

#[derive(Default)]
struct Fold<'a> {
    moves: Moves<'a>,
    /// Of each step, the moves it follows and itself.
    seen: Vec<Set>,
    counts: Vec<&'a MatterEvent>,
    history: Vec<Line>,
    /// The last sight and how things stood in it: opinions come by the hundred on one past.
    last: Option<(Set, Standing)>,
}

impl<'a> Fold<'a> {
    fn take(&mut self, node: &Node<'a>) {
        let event = &node.logged.event;
        let mut past = Set::default();
        node.after
            .iter()
            .filter_map(|n| self.seen.get(*n))
            .for_each(|s| past.join(s));
        let effect = self.effect(event, &past);
        let mut seen = past.clone();
        if effect.counts() {
            if role(event.step) == Role::Count {
                self.counts.push(event);
            } else {
                seen.insert(self.moves.0.len());
                let line = self.history.len();
                self.moves.0.push(Move {
                    id: node.logged.id,
                    line,
                    event,
                    past,
                });
            }
        }
        self.seen.push(seen);
        let (id, version) = (node.logged.id, node.logged.version);
        self.history.push(Line {
            id,
            version,
            effect,
        });
    }

    fn effect(&mut self, event: &MatterEvent, past: &Set) -> Effect {
        if role(event.step) == Role::Unknown {
            return Effect::Unknown;
        }
        if self.moves.0.len() >= MAX_STEPS && role(event.step) != Role::Count {
            return Effect::TooMany;
        }
        let standing = match &self.last {
            Some((sight, standing)) if sight == past => *standing,
            _ => self.moves.standing(past),
        };
        self.last = Some((past.clone(), standing));
        if possible(event.step, &standing) && self.is_whole(event, past) {
            Effect::Applied
        } else {
            Effect::NotPossible
        }
    }

    /// Whether what the step refers to is in its author's sight.
    fn is_whole(&self, event: &MatterEvent, past: &Set) -> bool {
        let is_option = |id| {
            let mut options = self
                .moves
                .within(past)
                .filter(|(_, m)| m.event.step == Step::Propose);
            options.any(|(_, m)| m.id == id)
        };
        match event.step {
            Step::Opinion => event.households.is_some() && event.option.is_some_and(is_option),
            step if answers(step) => {
                let awaited = self.moves.awaited(past);
                let of =
                    |m: &&Move<'_>| event.partner.is_none() || m.event.partner == event.partner;
                awaited.iter().any(of)
            }
            _ => true,
        }
    }

    fn finish(mut self, urgency: Urgency, nodes: &[Node<'_>]) -> MatterState {
        let mut all = Set::default();
        (0..self.moves.0.len()).for_each(|n| all.insert(n));
        self.mark_overruled(&all);
        let moves = &self.moves;
        let standing = moves.standing(&all);
        let raised_at = sums::raised_at(moves, &all);
        let (satisfaction, percent) = sums::content(moves, &all);
        MatterState {
            stage: standing.stage,
            place: moves.place(&all),
            open: standing.open,
            raised_at,
            first_response: sums::first_response(moves, &all, raised_at),
            due: sums::due(moves, &all, urgency).filter(|_| standing.open),
            ended_at: sums::ended_at(moves, &all).filter(|_| !standing.open),
            left_grid: moves.left_grid(&all),
            awaited: sums::awaited(moves, &all),
            visit_by: sums::visit_by(moves, &all).filter(|_| standing.open),
            satisfaction,
            percent,
            reopened: sums::reopened(moves),
            special: sums::special(moves, &all, &self.counts),
            heads: heads(nodes),
            full: moves.0.len() >= MAX_STEPS,
            history: self.history,
            standing,
        }
    }

    /// An ending is overruled where a step still asks for action that neither follows nor precedes
    /// it.
    fn mark_overruled(&mut self, all: &Set) {
        let ended = self.moves.ended(all);
        let is_ask = |m: &Move<'_>| matches!(role(m.event.step), Role::Ask(_));
        let asks = self.moves.within(all);
        let live: Vec<_> = asks
            .filter(|(n, m)| is_ask(m) && !ended.contains(*n))
            .collect();
        let ends = self.moves.within(all).filter(|(_, m)| m.ends());
        for (n, end) in ends {
            let beside =
                |(l, ask): &(usize, &Move<'_>)| !end.past.contains(*l) && !ask.past.contains(n);
            if live.iter().any(beside)
                && let Some(line) = self.history.get_mut(end.line)
            {
                line.effect = Effect::Overruled;
            }
        }
    }
}

/// The steps that no other names.
fn heads(nodes: &[Node<'_>]) -> Vec<EventId> {
    let mut followed = Set::default();
    nodes
        .iter()
        .flat_map(|node| &node.after)
        .for_each(|n| followed.insert(*n));
    let last = nodes
        .iter()
        .enumerate()
        .filter(|(n, _)| !followed.contains(*n));
    let mut heads: Vec<_> = last.map(|(_, node)| node.logged.id).collect();
    heads.sort_unstable();
    heads.dedup();
    heads
}
