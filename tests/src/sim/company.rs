//! Who else is there: a copy of a home in use beside it, a second program on one home, somebody who joins late,
//! and an app that was updated.

use std::path::PathBuf;

use doorknock::model::access::Role;
use doorknock::{Clock, Doorknock, FileKeyStore};
use doorknock_store::StoreError;

use super::ledger::{Fact, Fate};
use super::people::Deed;
use super::run::{Checked, Run};
use super::sabotage::{Sabotage, store_in};
use super::stage::{HomeShape, copy_home};
use super::violation::Oracle;
use crate::{HubNet, ManualClock, SeededEntropy};

const TWIN: &str = "twin";
const TEN_YEARS_MS: i64 = 3650 * 86_400_000;

/// Whoever may join late.
const LATE: [HomeShape; 3] = [
    HomeShape {
        name: "chen",
        grids: &["G1"],
    },
    HomeShape {
        name: "zhou",
        grids: &["G1", "G2"],
    },
    HomeShape {
        name: "sun",
        grids: &["G2"],
    },
];

/// What a home keeps of the versions that projected and judged what is in it.
const VERSIONS: [&str; 2] = ["projector", "rules"];

impl Run<'_> {
    /// Somebody sets up a second phone from a copy of the first, and both are used.
    pub(super) fn use_a_copy(&mut self) -> Checked {
        let node = self.any_node();
        let new = self.ask(node, "doors", super::stage::doors)?.is_empty();
        if new
            || self.twins.is_some()
            || self.nodes[node].forked
            || self.nodes[node].fault.is_full()
        {
            return Ok(());
        }
        let from = self.nodes[node].folder.clone();
        let to = self.folder.path().join(TWIN);
        self.nodes[node].stop();
        copy_home(&from, &to);
        self.nodes[node]
            .start()
            .map_err(|e| self.failed("reopening a home", &e))?;
        let shape = HomeShape {
            name: TWIN,
            ..self.nodes[node].shape
        };
        let twin = self.nodes.len();
        let clock = ManualClock::at(self.nodes[node].clock.now_ms());
        self.open_node(shape, clock, twin)?;
        let of = &self.nodes[node];
        let (stale, new, late, by) = (of.stale, of.new, of.late, of.by_snapshot);
        let (spoilt, handed, crashes) = (of.spoilt, of.handed, of.crashes);
        let home = &mut self.nodes[twin];
        (home.stale, home.new, home.late, home.by_snapshot) = (stale, new, late, by);
        (home.spoilt, home.handed, home.crashes) = (spoilt, handed, crashes);
        let name = self.name(node);
        self.event("copy in use", name);
        // Whose drafts they were has them on the first phone.
        let all = self.ask(twin, "drafts", Doorknock::drafts)?;
        for draft in all {
            let done = self.nodes[twin].home().discard_draft(draft.draft);
            done.map_err(|e| self.failed("discarding a draft", &e))?;
        }
        let (door, grid) = self.any_door(node)?;
        let words = [self.ledger.word(), self.ledger.word()];
        for (at, word) in [node, twin].into_iter().zip(&words) {
            let visit = crate::visit(door, word);
            let call = move |home: &Doorknock| home.log_visit(&visit);
            let deed = Deed::new("visit", &grid, vec![Fact::new(word.clone())], call);
            self.perform(at, deed)?;
        }
        self.twins = Some((node, twin, words));
        Ok(())
    }

    /// Where both went on from one entry, everybody else who may read it is told.
    pub(super) fn check_a_copy_is_noticed(&self) -> Checked {
        let Some((home, twin, words)) = &self.twins else {
            return Ok(());
        };
        let both = words.iter().all(|word| {
            let told = self.ledger.all().map(|(_, told)| told);
            let mut of = told.filter(|told| told.fact.shows.as_ref() == Some(word));
            of.all(|told| told.fate == Fate::Kept)
        });
        let grid = |node: usize| &self.nodes[node].shape;
        if self.twins_met {
            return Ok(());
        }
        for node in 0..self.nodes.len() {
            let reads_it = grid(*home).grids.iter().all(|code| grid(node).holds(code))
                && (!grid(*home).grids.is_empty() || grid(node).grids.is_empty());
            // A snapshot has what was written, and not by which entries.
            let by_snapshot = self.nodes[node].late && self.shelf.made > 0;
            if !both || node == *home || node == *twin || !reads_it || by_snapshot {
                continue;
            }
            let status = self.ask(node, "the status", Doorknock::status)?;
            if !status.notices.iter().any(|n| n.code == "device_copied") {
                let (name, of) = (self.name(node), self.name(*home));
                let what = format!("{name} does not notice that {of} is in use twice");
                return Err(self.violation(Oracle::Noticed, what));
            }
        }
        Ok(())
    }

    /// Another program opens a home that is in use.
    pub(super) fn open_a_second_time(&mut self) -> Checked {
        let node = self.any_node();
        if self.sabotage == Some(Sabotage::SharesAHome) {
            let _ = std::fs::remove_file(self.nodes[node].folder.join("lock"));
        }
        let name = self.name(node);
        self.event("second process", name);
        match self.nodes[node].open_beside() {
            Err(error) if error.code() == "busy" => Ok(()),
            Err(error) => Err(self.failed("opening a home in use", &error)),
            Ok(_) => {
                let what = format!("{name} is opened twice at a time");
                Err(self.violation(Oracle::Works, what))
            }
        }
    }

    /// The office invites somebody, whose new home gets all there is.
    pub(super) fn join_late(&mut self) -> Checked {
        let there = |shape: &&HomeShape| self.nodes.iter().any(|n| n.shape.name == shape.name);
        let Some(shape) = LATE.iter().find(|shape| !there(shape)).copied() else {
            return Ok(());
        };
        if self.cut_off(0) || self.nodes[0].fault.is_full() {
            return Ok(());
        }
        let Some(link) = self.invite(Role::Worker, shape.grids)? else {
            return Ok(());
        };
        let index = self.nodes.len();
        let Some(from) = self.home_joined(shape.name, &link, 0, index)? else {
            return Ok(());
        };
        let to = self.folder.path().join(shape.name);
        std::fs::rename(&from, &to).map_err(|e| self.failed("moving a home", &e.into()))?;
        let clock = self.nodes[0].clock.now_ms();
        self.open_node(shape, ManualClock::at(clock), index)?;
        let home = &mut self.nodes[index];
        (home.new, home.late, home.stale) = (true, true, self.epoch > 0);
        self.event("late joiner", shape.name);
        Ok(())
    }

    /// The office's invitation; `None` if it could not be had.
    pub(super) fn invite(&mut self, role: Role, grids: &[&str]) -> Checked<Option<String>> {
        self.charter_grew = true;
        let grids: Vec<_> = grids.iter().map(|code| (*code).to_owned()).collect();
        let invited = self.with_hub(0, |run, hub| {
            let net = HubNet(hub);
            run.on(0, |home| home.invite(role, &grids, TEN_YEARS_MS, &net))
        })?;
        self.office_unsure = true;
        match invited {
            Ok(link) => Ok(Some(link)),
            Err(None) => Ok(None),
            Err(Some(error)) if self.hub_is_new(&error) => Ok(None),
            Err(Some(error)) => Err(self.failed("inviting", &error)),
        }
    }

    /// A new home that has joined, in a folder of its own; `None` if the hub does not know the invitation.
    pub(super) fn home_joined(
        &self,
        name: &'static str,
        link: &str,
        seed: u64,
        index: usize,
    ) -> Checked<Option<PathBuf>> {
        let folder = self.folder.path().join("joins");
        let _ = std::fs::remove_dir_all(&folder);
        let entropy = SeededEntropy::new(self.case.seed ^ 0x6a6f_696e ^ seed ^ index as u64);
        let clock = ManualClock::at(self.nodes[0].clock.now_ms());
        let env = crate::env(&entropy.into(), &clock.into(), None);
        let keys = FileKeyStore::new(folder.join("key"));
        let made = std::fs::create_dir_all(&folder).map_err(doorknock::Error::from);
        let home = made.and_then(|()| Doorknock::create(&folder, &keys, env));
        let home = home.map_err(|e| self.failed("making a home", &e))?;
        match home.join(link, name, &HubNet(self.hub())) {
            Ok(_) => Ok(Some(folder)),
            Err(error) if self.hub_is_new(&error) => Ok(None),
            Err(error) => Err(self.failed("joining", &error)),
        }
    }

    /// A hub that lost part of the charter refuses what only some homes can bring back.
    pub(super) fn hub_is_new(&self, error: &doorknock::Error) -> bool {
        self.epoch > 0 && ["charter_busy", "hub_refused"].contains(&error.code())
    }

    /// A home is opened by a version whose projector and rules are not those it was written by.
    pub(super) fn update_an_app(&mut self) -> Checked {
        let node = self.any_node();
        let folder = self.nodes[node].folder.clone();
        self.nodes[node].stop();
        outdate(&folder)
            .map_err(|e| self.violation(Oracle::Works, format!("outdating a home failed: {e}")))?;
        let name = self.name(node);
        self.event("update", name);
        self.start_with_room(node)
            .map_err(|e| self.failed("opening an updated home", &e))
    }
}

fn outdate(folder: &std::path::Path) -> Result<(), StoreError> {
    store_in(folder)?.write(|tx| {
        let mut versions = VERSIONS.iter();
        versions.try_for_each(|name| tx.set_meta_number(name, 0))
    })
}
