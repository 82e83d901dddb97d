//! The steps in an order that puts each after those it names, and what each had seen.

use std::collections::BTreeSet;
use std::collections::HashMap;

use super::event::Logged;
use crate::ids::EventId;

/// A set of small numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Set(Vec<u64>);

impl Set {
    pub(super) fn insert(&mut self, n: usize) {
        if self.0.len() <= n / 64 {
            self.0.resize(n / 64 + 1, 0);
        }
        self.0[n / 64] |= 1 << (n % 64);
    }

    pub(super) fn contains(&self, n: usize) -> bool {
        self.0.get(n / 64).is_some_and(|w| w & 1 << (n % 64) != 0)
    }

    pub(super) fn join(&mut self, other: &Self) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            *mine |= theirs;
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = usize> {
        let words = self.0.iter().enumerate();
        words.flat_map(|(n, w)| {
            (0..64)
                .filter(move |b| w & 1 << b != 0)
                .map(move |b| n * 64 + b)
        })
    }
}

/// A step with the places, in the order, of those it names.
pub(super) struct Node<'a> {
    pub(super) logged: &'a Logged,
    pub(super) after: Vec<usize>,
}

/// Each step after those it names; where that leaves a choice, the smaller id first. What is
/// named and not there is left out. Steps that name one another in a ring, which no honest device
/// writes, are taken by id as if the ring were open there.
pub(super) fn ordered(events: &[Logged]) -> Vec<Node<'_>> {
    let mut all: Vec<&Logged> = events.iter().collect();
    all.sort_unstable_by_key(|l| (l.id, l.version));
    all.dedup_by_key(|l| (l.id, l.version));
    let mut named: HashMap<EventId, Vec<usize>> = HashMap::new();
    for (n, logged) in all.iter().enumerate() {
        named.entry(logged.id).or_default().push(n);
    }
    let mut followers = vec![Vec::new(); all.len()];
    let mut waits = vec![0_usize; all.len()];
    for (n, logged) in all.iter().enumerate() {
        let after: BTreeSet<EventId> = logged.event.after.iter().copied().collect();
        for before in after.iter().filter_map(|id| named.get(id)).flatten() {
            if *before != n {
                followers[*before].push(n);
                waits[n] += 1;
            }
        }
    }
    let mut ready: BTreeSet<usize> = (0..all.len()).filter(|n| waits[*n] == 0).collect();
    let mut waiting: BTreeSet<usize> = (0..all.len()).filter(|n| waits[*n] > 0).collect();
    let mut place = vec![None; all.len()];
    let mut befores = vec![Vec::new(); all.len()];
    let mut nodes = Vec::with_capacity(all.len());
    while let Some(n) = ready.pop_first().or_else(|| waiting.pop_first()) {
        let at = nodes.len();
        place[n] = Some(at);
        for follower in std::mem::take(&mut followers[n]) {
            if place[follower].is_some() {
                continue; // the ring was opened there
            }
            befores[follower].push(at);
            waits[follower] -= 1;
            if waits[follower] == 0 && waiting.remove(&follower) {
                ready.insert(follower);
            }
        }
        nodes.push(Node {
            logged: all[n],
            after: std::mem::take(&mut befores[n]),
        });
    }
    nodes
}
