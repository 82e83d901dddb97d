//! Where a home says its visits are, against where they are.

use doorknock::{Place, VisitInfo};
use rand::seq::SliceRandom;

use super::run::{Checked, Run};
use super::shown::Shown;
use super::violation::Oracle;

impl Run<'_> {
    /// Asks a home where some of its visits are.
    pub(super) fn check_places(&mut self, node: usize, most: usize) -> Checked {
        let mut all = self.ask(node, "visits", |home| home.visits(None, 1000))?;
        all.shuffle(&mut self.rng);
        all.truncate(most);
        let held = self.held_by_hub()?;
        if self.nodes[node].stale || self.epoch > 0 && self.observer_waits()? {
            return Ok(());
        }
        for visit in all {
            let place = self.place(node, &visit)?;
            self.check_a_place(node, &visit, place, &held)?;
        }
        Ok(())
    }

    fn place(&self, node: usize, visit: &VisitInfo) -> Checked<Option<Place>> {
        self.ask(node, "a visit's place", |home| {
            Ok(home.place_of_visit(visit.visit)?.place)
        })
    }

    fn check_a_place(
        &mut self,
        node: usize,
        visit: &VisitInfo,
        place: Option<Place>,
        held: &Shown,
    ) -> Checked {
        let word = visit.summary.as_ref().or(visit.why.as_ref());
        let at_hub = word.is_none_or(|word| held.count(word) > 0);
        let wrong = match place {
            Some(Place::AtHub { .. }) if !at_hub => "is at the hub",
            // Whether it still has it is another question.
            Some(Place::FromOthers { by_file: false, .. }) if !at_hub && self.epoch == 0 => {
                "came from the hub"
            }
            Some(Place::Carried { .. }) if !self.nodes[node].handed => "was carried away by file",
            Some(Place::Carried { .. }) => {
                self.event("carried", self.name(node));
                return Ok(());
            }
            Some(Place::FromOthers { by_file: true, .. }) => {
                self.event("came by file", self.name(node));
                return Ok(());
            }
            _ => return Ok(()),
        };
        let name = self.name(node);
        let what = format!("{name} says that {word:?} {wrong}, and it is not so");
        Err(self.violation(Oracle::Status, what))
    }

    /// In the end everything of everybody is at the hub, and each home says so of its own.
    pub(super) fn check_every_place(&mut self) -> Checked {
        for node in 0..self.nodes.len() {
            self.check_places(node, usize::MAX)?;
            for visit in self.ask(node, "visits", |home| home.visits(None, 1000))? {
                let place = self.place(node, &visit)?;
                let there = matches!(place, Some(Place::AtHub { .. } | Place::FromOthers { .. }));
                if !there {
                    let (name, word) = (self.name(node), visit.summary);
                    let what = format!("{name} says in the end that {word:?} is {place:?}");
                    return Err(self.violation(Oracle::Status, what));
                }
            }
        }
        Ok(())
    }
}
