//! What must be so: of a home's claims at any time, and of everything in the end.

use doorknock::{Doorknock, Error, Status};

use super::ledger::{Fate, Told};
use super::node::Node;
use super::run::{Checked, Run};
use super::sabotage::Sabotage;
use super::shown::{Shown, is_name};
use super::violation::Oracle;
use crate::HubNet;

/// Rounds of syncing after which everything must have come to rest.
const ROUNDS: u32 = 12;

impl Run<'_> {
    /// "At the hub" is said only of what is there, and "nothing pending" only when all is.
    pub(super) fn check_claims(&mut self, node: usize) -> Checked {
        if self.nodes[node].stale {
            return Ok(());
        }
        let (status, me) = match claims(self.nodes[node].home()) {
            Ok(claims) => claims,
            Err(error) => return Err(self.failed("asking for the status", &error)),
        };
        let held = self.held_by_hub()?;
        if self.epoch > 0 && self.observer_waits()? {
            // The hub holds what it cannot show: changes after one that a restored hub has lost.
            return Ok(());
        }
        let name = self.name(node);
        let mine = me
            .and_then(|me| held.visits_by.get(&me))
            .copied()
            .unwrap_or(0);
        if status.at_hub_visits > mine {
            let said = status.at_hub_visits;
            let what =
                format!("{name} says {said} of its visits are at the hub, which holds {mine}");
            return Err(self.violation(Oracle::Status, what));
        }
        let missing = self.ledger.missing(node, &held);
        if let Some(missing) = missing.filter(|_| status.pending == 0) {
            let fact = &missing.fact;
            let what = format!("{name} has nothing pending, but {fact:?} is not at the hub");
            return Err(self.violation(Oracle::Status, what));
        }
        Ok(())
    }

    /// Heals everything, syncs until nothing moves, and checks all there is to check.
    pub(super) fn finish(&mut self) -> Checked {
        self.step += 1;
        self.requests.clear();
        self.answers.clear();
        for node in &mut self.nodes {
            node.fault.disarm();
            node.fault.free();
            node.cut_off_until = 0;
            node.sessions.clear();
        }
        if self.sabotage != Some(Sabotage::StaysForked) {
            self.end_the_fork()?;
        }
        self.event("healed", "");
        // What a damaged answer called refused is offered again after a day.
        self.pass(2);
        self.send_by_hand_again();
        self.sabotage_the_hub();
        self.come_to_rest()?;
        self.retry_the_unlucky()?;
        self.sabotage_a_home()?;
        self.check_words()?;
        self.check_status()?;
        self.check_every_place()?;
        self.check_judgements()?;
        self.check_a_copy_is_noticed()?;
        self.check_projections()
    }

    fn come_to_rest(&mut self) -> Checked {
        let mut last = None;
        for round in 1..=ROUNDS {
            let (mut moved, mut error) = (false, None);
            for node in 0..self.nodes.len() {
                if self.sabotage == Some(Sabotage::NeverSyncs) && node == 1 {
                    continue;
                }
                let result = self.with_hub(node, |run, hub| {
                    let home = run.nodes[node].home();
                    home.sync(&HubNet(hub), &mut |_| {})
                });
                let name = self.name(node);
                match result {
                    Ok(report) => {
                        moved |= report.pushed + report.pulled > 0 || report.round_trips > 1;
                        self.synced(node);
                        self.report(node, &report);
                        self.event("final sync", format_args!("{round} {name} {report:?}"));
                        self.check_claims(node)?;
                    }
                    Err(e) => {
                        self.event(
                            "final sync failed",
                            format_args!("{round} {name} {}", e.code()),
                        );
                        error = Some(e);
                    }
                }
            }
            if !moved && error.is_none() {
                return Ok(());
            }
            last = error;
        }
        Err(match last {
            Some(error) => self.failed("syncing in the end", &error),
            None => self.violation(Oracle::Works, "the homes do not come to rest"),
        })
    }

    /// Everything written is where it may be: once, and not what it took the place of.
    fn check_words(&mut self) -> Checked {
        for node in &self.nodes {
            let shown = Shown::of(node.home(), &self.ledger.places);
            let shown = shown.map_err(|e| self.failed("reading everything", &e))?;
            let holds = self.ledger.holding(&shown);
            let name = node.shape.name;
            for (n, told) in self.ledger.all() {
                let first = self.ledger.is_first(n);
                if let Some((oracle, wrong)) = wrong(node, &shown, told, holds[n], first) {
                    let what = format!("{:?} ({:?}) {wrong}: at {name}", told.fact, told.fate);
                    return Err(self.violation(oracle, what));
                }
            }
            let unknown = |word: &&str| !is_name(word) && !self.ledger.knows(word);
            if let Some(unknown) = shown.words().find(unknown) {
                let what = format!("{name} has something that nobody wrote: {unknown}");
                return Err(self.violation(Oracle::Gone, what));
            }
        }
        Ok(())
    }

    /// A home that was killed again and again while it took the same entry in has set it aside: nothing tells
    /// that from a crash. It is then tried again by hand.
    fn retry_the_unlucky(&mut self) -> Checked {
        for node in 0..self.nodes.len() {
            let lines = self.nodes[node].home().quarantine();
            let lines = lines.map_err(|e| self.failed("listing the quarantine", &e))?;
            if lines.iter().any(|line| line.reason.code == "crashed_twice") {
                self.event("tried again", self.nodes[node].shape.name);
                let done = self.nodes[node].home().retry_quarantine();
                done.map_err(|e| self.failed("trying the quarantine again", &e))?;
            }
        }
        Ok(())
    }

    fn sabotage_the_hub(&mut self) {
        if self.sabotage == Some(Sabotage::HubSlipsAStrangerIn) {
            super::sabotage::slip_a_stranger_in(self);
        }
    }

    fn sabotage_a_home(&mut self) -> Checked {
        match self.sabotage {
            Some(Sabotage::TampersWithOneHome) => super::sabotage::tamper(self, 1),
            Some(Sabotage::CopiesUnnoticed) => super::sabotage::report_nothing(self),
            Some(Sabotage::JudgesOtherwise) => super::sabotage::judge_otherwise(self),
            Some(Sabotage::NeverRelays) => super::sabotage::keep_an_entry(self),
            Some(Sabotage::LacksAPartOfASnapshot) => super::sabotage::forget_a_pack(self),
            Some(Sabotage::TampersWithEveryHome) => super::sabotage::tamper(self, usize::MAX),
            _ => Ok(()),
        }
    }
}

/// What is wrong with something written, at a home. `first`: it was this that brought its word.
fn wrong(
    node: &Node,
    shown: &Shown,
    told: &Told,
    holds: bool,
    first: bool,
) -> Option<(Oracle, &'static str)> {
    let fact = &told.fact;
    let word = fact.shows.as_deref();
    let count = word.map_or(0, |word| shown.count(word));
    let entitled = match fact.stays {
        true => told.home == node.index,
        false => node.shape.holds(&told.grid),
    };
    let there = match told.fate {
        Fate::Kept => entitled && word.is_none_or(|_| count > 0),
        Fate::Maybe => count > 0,
        Fate::Failed => false,
    };
    let ended = || fact.ends.iter().any(|word| shown.count(word) > 0);
    match told.fate {
        _ if count > 1 => Some((Oracle::Once, "is there more than once")),
        _ if first && !entitled && count > 0 => {
            Some((Oracle::Gone, "is at a home that may not have it"))
        }
        Fate::Kept if entitled && !holds => Some((Oracle::Kept, "is lost")),
        Fate::Failed if first && count > 0 && !word.is_some_and(is_name) => {
            Some((Oracle::Gone, "failed and is there all the same"))
        }
        _ if there && ended() => Some((
            Oracle::Gone,
            "took the place of something that is there all the same",
        )),
        _ => None,
    }
}

fn claims(home: &Doorknock) -> Result<(Status, Option<doorknock::model::ids::MemberId>), Error> {
    Ok((home.status()?, home.community()?.map(|c| c.member)))
}
