//! What people do at their homes, offline and on what they last saw.

use std::fmt;

use doorknock::model::ids::DoorId;
use doorknock::{Doorknock, Error};
use rand::RngExt;
use rand::seq::IndexedRandom;

use super::ledger::{Fact, Fate};
use super::run::{Checked, Run};
use super::sabotage::Sabotage;
use super::violation::Oracle;
use super::{office, papers, visits};

/// A call of the facade; what it wrote beside what was known before.
type Call<'a> = Box<dyn Fn(&Doorknock) -> Result<Vec<Fact>, Error> + 'a>;

/// Somebody's call of the facade, with what it writes.
pub(super) struct Deed<'a> {
    /// What.
    pub what: &'static str,
    /// The code of the grid whose people may know of it.
    pub grid: String,
    /// What it writes; the call may name more.
    pub facts: Vec<Fact>,
    /// What it may be refused for, in plain words or because of others.
    pub refused: &'static [&'static str],
    /// The call.
    pub call: Call<'a>,
}

impl<'a> Deed<'a> {
    /// A deed that writes these, and of which nothing more is to be known after the call.
    pub(super) fn new<T>(
        what: &'static str,
        grid: &str,
        facts: Vec<Fact>,
        call: impl Fn(&Doorknock) -> Result<T, Error> + 'a,
    ) -> Self {
        Self {
            what,
            grid: grid.to_owned(),
            facts,
            refused: &[],
            call: Box::new(move |home| call(home).map(|_| Vec::new())),
        }
    }

    pub(super) fn may_be_refused(mut self, codes: &'static [&'static str]) -> Self {
        self.refused = codes;
        self
    }
}

type Action = fn(&mut Run<'_>, usize) -> Checked<Option<Deed<'static>>>;

/// What people do, with its weights.
const ACTIONS: [(u32, Action); 22] = [
    (16, visits::log),
    (4, visits::correct),
    (2, visits::undo),
    (4, visits::confirm),
    (4, visits::save_draft),
    (5, visits::finish_draft),
    (4, visits::decide),
    (3, visits::take_back),
    (2, papers::open_a_case),
    (3, papers::add_a_note),
    (2, papers::begin_a_crew),
    (12, papers::open_a_form),
    (14, papers::save_a_form),
    (2, papers::close_a_case),
    (7, papers::resolve),
    (4, office::raise_a_matter),
    (8, office::act_on_a_matter),
    (5, office::add_care),
    (4, office::review_care),
    (2, office::end_care),
    (1, office::replan),
    (1, office::replan_all),
];

impl Run<'_> {
    /// Somebody works for a while at some home.
    pub(super) fn act(&mut self) -> Checked {
        let node = self.any_node();
        if self.ask(node, "doors", super::stage::doors)?.is_empty() {
            // Somebody who has just joined, and has nothing yet.
            return Ok(());
        }
        for _ in 0..self.rng.random_range(1..=6) {
            let Ok((_, action)) = ACTIONS.choose_weighted(&mut self.rng, |(weight, _)| *weight)
            else {
                return Ok(());
            };
            if let Some(deed) = action(self, node)? {
                self.perform(node, deed)?;
            }
        }
        Ok(())
    }

    pub(super) fn perform(&mut self, node: usize, mut deed: Deed<'_>) -> Checked {
        let sabotage = self.sabotage.filter(|_| self.step > 15);
        let had_reserve = self.nodes[node].fault.has_reserve();
        let skipped = sabotage == Some(Sabotage::Loses(deed.what));
        let result = match skipped {
            true => Ok(Vec::new()),
            false => (deed.call)(self.nodes[node].home()),
        };
        let fired = self.nodes[node].fault.fired();
        let refused_room = self.lacked_room(node, result.as_ref().err(), had_reserve)?;
        let (fate, failure) = match result {
            Ok(_) if sabotage == Some(Sabotage::KeepsAFailed(deed.what)) => (Fate::Failed, None),
            Ok(more) => {
                deed.facts.extend(more);
                (Fate::Kept, None)
            }
            Err(error) if error.is_stopped() && fired == Some("after commit") => {
                (Fate::Maybe, None)
            }
            Err(error) if error.is_stopped() && fired.is_some() => (Fate::Failed, None),
            Err(error) => (Fate::Failed, Some(error)),
        };
        let words: Vec<_> = deed
            .facts
            .iter()
            .map(|f| f.shows.as_deref().unwrap_or("-"))
            .collect();
        let name = self.name(node);
        let at = deed.grid.as_str();
        self.event(deed.what, format_args!("{name} {at} {words:?}: {fate:?}"));
        for fact in std::mem::take(&mut deed.facts) {
            self.ledger.note(node, &deed.grid, fate, fact);
        }
        if let Some(error) = failure {
            // What was open on the screen may be gone with the copy.
            let gone = ["unknown_version", "not_found"].contains(&error.code());
            let set_back = self.homes_set_back && gone;
            self.event("refused", error.code());
            if refused_room && sabotage == Some(Sabotage::KeepsWhatHadNoRoom) {
                self.nodes[node].fault.free();
                let _ = (deed.call)(self.nodes[node].home());
            }
            if !set_back && !refused_room && !deed.refused.contains(&error.code()) {
                return Err(self.failed(deed.what, &error));
            }
        } else if fired.is_some() {
            return self.restart(node, format_args!("at `{}`", fired.unwrap_or("")));
        } else if sabotage == Some(Sabotage::Doubles(deed.what)) {
            let _ = self.on(node, |home| (deed.call)(home))?;
        }
        Ok(())
    }

    /// Whether a call was refused for a full disk: then its reserve was used up, and nothing of it is left.
    fn lacked_room(
        &mut self,
        node: usize,
        error: Option<&Error>,
        had_reserve: bool,
    ) -> Checked<bool> {
        let name = self.name(node);
        let full = self.nodes[node].fault.is_full();
        let refused =
            full && error.is_some_and(|error| matches!(error.code(), "disk_full" | "pull_full"));
        if refused && had_reserve {
            let what = format!("{name} refuses to record while it keeps a reserve");
            return Err(self.violation(Oracle::Works, what));
        }
        if refused {
            self.event("no room for it", name);
        } else if had_reserve && full && !self.nodes[node].fault.has_reserve() {
            self.event("reserve used", name);
        }
        Ok(refused)
    }

    /// What a home says.
    pub(super) fn ask<T>(
        &self,
        node: usize,
        what: impl fmt::Display,
        question: impl FnOnce(&Doorknock) -> Result<T, Error>,
    ) -> Checked<T> {
        let answer = question(self.nodes[node].home());
        answer.map_err(|e| self.failed(&format!("asking for {what}"), &e))
    }

    pub(super) fn pick<T: Clone>(&mut self, all: &[T]) -> Option<T> {
        all.choose(&mut self.rng).cloned()
    }

    pub(super) fn one_in(&mut self, n: u32) -> bool {
        self.rng.random_ratio(1, n)
    }

    /// A door that the home holds, with its grid's code.
    pub(super) fn any_door(&mut self, node: usize) -> Checked<(DoorId, String)> {
        let doors = self.ask(node, "doors", super::stage::doors)?;
        let door = self.pick(&doors);
        door.ok_or_else(|| self.violation(Oracle::Works, "a home lists no doors"))
    }
}
