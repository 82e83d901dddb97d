//! One run: its state, its events, and the few operations that every step is made of.

use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use doorknock::model::roster::Roster;
use doorknock::{Answer, Clock, Doorknock, Error, Request};
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;
use tempfile::TempDir;

use super::Tally;
use super::ledger::Ledger;
use super::node::{Node, Slot};
use super::sabotage::Sabotage;
use super::shelf::Shelf;
use super::shown::Shown;
use super::stage::{HomeShape, OBSERVER, SHAPES, Stage, copy_home};
use super::steps::STEPS;
use super::sticks::Stick;
use super::villain::Hostile;
use super::violation::{Case, Oracle, Violation};
use crate::world::START_MS;
use crate::{HubNet, ManualClock, SeededEntropy, TestHub};

/// What a step, or a check, comes to.
pub(super) type Checked<T = ()> = Result<T, Box<Violation>>;

/// A request or an answer on its way.
pub(super) struct Letter<T> {
    /// The request's number; its answer bears the same.
    pub id: u64,
    /// Whose.
    pub node: usize,
    /// The hub's life in which it was answered.
    pub epoch: u64,
    /// When it set out, by the hub's clock.
    pub sent: i64,
    /// What was asked.
    pub path: &'static str,
    /// Somebody changed it on its way, or answered in the hub's place.
    pub tampered: bool,
    /// What.
    pub body: T,
}

/// A run.
pub struct Run<'s> {
    pub(super) stage: &'s Stage,
    pub(super) case: Case,
    pub(super) sabotage: Option<Sabotage>,
    /// The randomness of the step under way.
    pub(super) rng: ChaCha20Rng,
    pub(super) folder: TempDir,
    pub(super) shape: usize,
    pub(super) nodes: Vec<Node>,
    pub(super) hub: Option<TestHub>,
    pub(super) hub_clock: Arc<ManualClock>,
    /// Counts how often the hub came back from a backup.
    pub(super) epoch: u64,
    /// Copies of the hub's database, with how often snapshots had been made by then.
    pub(super) backups: Vec<(PathBuf, u32)>,
    pub(super) requests: Vec<Letter<Request>>,
    pub(super) answers: Vec<Letter<Answer>>,
    pub(super) ledger: Ledger,
    pub(super) roster: Roster,
    /// Whether the office began to extend the charter.
    pub(super) charter_grew: bool,
    /// The hub's charter may have what the office does not know yet.
    pub(super) office_unsure: bool,
    /// Homes are set back to copies in this run; else the hub is. Both at once can lose what was said to
    /// be at the hub, and no program could help it.
    pub(super) homes_set_back: bool,
    /// A hub with a log of its own, that some homes are shown.
    pub(super) fork: Option<TestHub>,
    /// Somebody changed an answer: a home may well report that the hub contradicts itself.
    pub(super) tampered: bool,
    /// Beginnings of hashes of entries that are nobody's: made of damage, or of a lie.
    pub(super) bogus: BTreeSet<String>,
    /// Older answers, for a hub that gives them again.
    pub(super) old_answers: Vec<Letter<Answer>>,
    /// What a member's device wrote that no app of this version writes.
    pub(super) hostile: Hostile,
    /// A home that is used beside its copy, the copy, and what each wrote first.
    pub(super) twins: Option<(usize, usize, [String; 2])>,
    /// One of them read a file, and may have gone on from what the other wrote.
    pub(super) twins_met: bool,
    /// Files that were written, wherever they are.
    pub(super) sticks: Vec<Stick>,
    /// Snapshots that were ever made.
    pub(super) shelf: Shelf,
    pub(super) step: u32,
    pub(super) events: Vec<String>,
    pub(super) tally: Tally,
    next_letter: u64,
    observer: Option<Doorknock>,
    /// What the observer last showed, and how much the ledger held then.
    held: Option<(usize, Shown)>,
}

impl<'s> Run<'s> {
    /// Runs a history to its end.
    ///
    /// # Errors
    /// The first violation.
    pub fn simulate(stage: &'s Stage, case: &Case) -> Checked<Self> {
        let mut fate = ChaCha20Rng::seed_from_u64(case.seed);
        let mut run = Self::new(stage, case, &mut fate);
        run.open_nodes()?;
        let steps = fate.random_range(40..=80);
        for step in 1..=steps {
            let kind = STEPS.choose_weighted(&mut fate, |(weight, _)| *weight);
            // Each step has a seed of its own: what is left of a history does what it did in the whole.
            let seed = fate.random();
            if let Ok((_, act)) = kind
                && case.keeps(step)
            {
                (run.step, run.rng) = (step, ChaCha20Rng::seed_from_u64(seed));
                *run.tally.entry("step").or_default() += 1;
                act(&mut run)?;
            }
        }
        run.step = steps;
        run.finish()?;
        Ok(run)
    }

    #[allow(clippy::expect_used)] // a test's own ground
    fn new(stage: &'s Stage, case: &Case, fate: &mut ChaCha20Rng) -> Self {
        let shape = fate.random_range(0..SHAPES.len());
        let prepared = stage.prepared(shape);
        let folder = stage.folder();
        for home in SHAPES[shape] {
            copy_home(
                &prepared.folder.join(home.name),
                &folder.path().join(home.name),
            );
        }
        std::fs::copy(prepared.folder.join("hub.db"), folder.path().join("hub.db"))
            .expect("the hub's database is copied");
        let hub_clock = Arc::new(ManualClock::at(START_MS));
        let hub = TestHub::open(&folder.path().join("hub.db"), &hub_clock);
        Self {
            stage,
            case: case.clone(),
            sabotage: case.sabotage,
            shape,
            nodes: Vec::new(),
            hub: Some(hub),
            hub_clock,
            epoch: 0,
            backups: Vec::new(),
            requests: Vec::new(),
            answers: Vec::new(),
            ledger: prepared.ledger.clone(),
            roster: prepared.roster.clone(),
            charter_grew: false,
            office_unsure: false,
            homes_set_back: fate.random_bool(0.5),
            fork: None,
            tampered: false,
            bogus: BTreeSet::new(),
            old_answers: Vec::new(),
            hostile: Hostile::new(prepared.villain.clone(), case.seed),
            twins: None,
            twins_met: false,
            sticks: Vec::new(),
            shelf: Shelf::default(),
            step: 0,
            events: Vec::new(),
            tally: Tally::new(),
            next_letter: 0,
            observer: None,
            held: None,
            rng: ChaCha20Rng::seed_from_u64(case.seed),
            folder,
        }
    }

    fn open_nodes(&mut self) -> Checked {
        for (index, shape) in SHAPES[self.shape].iter().enumerate() {
            self.open_node(*shape, ManualClock::at(START_MS), index)?;
        }
        Ok(())
    }

    /// Opens the home of this name in the run's folder.
    pub(super) fn open_node(
        &mut self,
        shape: HomeShape,
        clock: ManualClock,
        index: usize,
    ) -> Checked {
        let folder = self.folder.path().join(shape.name);
        let seed = self.case.seed.wrapping_mul(64).wrapping_add(index as u64);
        let node = Node::open(index, shape, folder, clock, seed);
        let mut node = node.map_err(|e| self.failed("opening a home", &e))?;
        if self.sabotage == Some(Sabotage::ReusesIncarnations) {
            node.reuses_incarnations(seed);
        }
        self.nodes.push(node);
        Ok(())
    }

    /// A violation here and now.
    pub(super) fn violation(&self, oracle: Oracle, what: impl Into<String>) -> Box<Violation> {
        Box::new(Violation {
            case: self.case.clone(),
            oracle,
            step: self.step,
            what: what.into(),
            events: self.events.clone(),
            tally: self.tally.clone(),
        })
    }

    /// The facade failed where it may not.
    pub(super) fn failed(&self, doing: &str, error: &Error) -> Box<Violation> {
        let what = format!("{doing} failed: {} ({error})", error.code());
        self.violation(Oracle::Works, what)
    }

    pub(super) fn event(&mut self, kind: &'static str, what: impl fmt::Display) {
        *self.tally.entry(kind).or_default() += 1;
        self.events.push(format!("{:>3} {kind}: {what}", self.step));
    }

    pub(super) fn name(&self, node: usize) -> &'static str {
        self.nodes[node].shape.name
    }

    #[allow(clippy::expect_used)] // a test's own ground
    pub(super) fn hub(&self) -> &TestHub {
        self.hub.as_ref().expect("the hub is up")
    }

    /// A home died at some write, or is made to: it is opened again.
    pub(super) fn restart(&mut self, node: usize, why: impl fmt::Display) -> Checked {
        let name = self.name(node);
        self.event("crash", format_args!("{name} {why}"));
        self.nodes[node].crashes += 1;
        self.nodes[node].stop();
        self.nodes[node]
            .start()
            .map_err(|e| self.failed("reopening a home", &e))
    }

    /// Does something to a home; a stop of its store is followed by a restart and gives `None`.
    pub(super) fn on<T>(
        &mut self,
        node: usize,
        work: impl FnOnce(&Doorknock) -> Result<T, Error>,
    ) -> Checked<Result<T, Option<Error>>> {
        match work(self.nodes[node].home()) {
            Ok(value) => Ok(Ok(value)),
            Err(error) if error.is_stopped() => {
                let point = self.nodes[node].fault.fired().unwrap_or("nowhere");
                if point == "nowhere" {
                    return Err(
                        self.violation(Oracle::Works, "a store stopped that nobody stopped")
                    );
                }
                let point = format!("at `{point}`");
                self.restart(node, point)?;
                Ok(Err(None))
            }
            Err(error) => Ok(Err(Some(error))),
        }
    }

    pub(super) fn letter<T>(
        &self,
        (id, node, path): (u64, usize, &'static str),
        body: T,
    ) -> Letter<T> {
        Letter {
            id,
            node,
            path,
            epoch: self.epoch,
            sent: self.hub_clock.now_ms(),
            tampered: false,
            body,
        }
    }

    /// Asks a session for its next request and puts that on its way.
    pub(super) fn go_on(&mut self, node: usize, mut slot: Slot) -> Checked {
        let next = self.on(node, |home| slot.session.next(home))?;
        let name = self.name(node);
        match next {
            Ok(Some(request)) => {
                self.next_letter += 1;
                let id = self.next_letter;
                self.event("request", format_args!("#{id} of {name}"));
                let letter = self.letter((id, node, request.path), request);
                self.requests.push(letter);
                slot.awaiting = id;
                self.nodes[node].sessions.push(slot);
                Ok(())
            }
            Ok(None) => {
                self.event("synced", format_args!("{name} {:?}", slot.session.report()));
                self.report(node, &slot.session.report());
                if slot.fresh {
                    self.synced(node);
                }
                self.check_claims(node)
            }
            Err(None) => Ok(()),
            Err(Some(error)) if self.for_want_of_room(node, slot.lacked_room, &error) => Ok(()),
            Err(Some(error)) => Err(self.failed("asking for the next request", &error)),
        }
    }

    /// What the hub holds, as a home shows it that does nothing else.
    pub(super) fn held_by_hub(&mut self) -> Checked<Shown> {
        if self.observer.is_none() {
            let from = self.stage.prepared(self.shape).folder.join(OBSERVER);
            let folder = self
                .folder
                .path()
                .join(format!("{OBSERVER}-{}", self.epoch));
            copy_home(&from, &folder);
            let entropy = Arc::new(SeededEntropy::new(!self.case.seed));
            let env = crate::env(&entropy, &self.hub_clock, None);
            let keys = doorknock::FileKeyStore::new(folder.join("key"));
            let home = Doorknock::open(&folder, &keys, env);
            self.observer = Some(home.map_err(|e| self.failed("opening the observer", &e))?);
        }
        let Some(home) = &self.observer else {
            return Ok(Shown::default());
        };
        let known = self.ledger.all().count();
        let read = || {
            let brought = home.sync(&HubNet(self.hub()), &mut |_| {})?.pulled;
            let before = self.held.as_ref().filter(|_| brought == 0);
            match before {
                // Nothing is new at the hub, nor in where to look.
                Some((at, shown)) if *at == known => Ok(shown.clone()),
                _ => Shown::of(home, &self.ledger.places),
            }
        };
        let shown = read().map_err(|e| self.failed("observing the hub", &e))?;
        self.held = Some((known, shown.clone()));
        Ok(shown)
    }

    /// What the observer says, as it last looked.
    pub(super) fn observed<T: Default>(
        &self,
        question: impl FnOnce(&Doorknock) -> Result<T, Error>,
    ) -> Checked<T> {
        let answer = self.observer.as_ref().map(question).transpose();
        let answer = answer.map_err(|e| self.failed("asking the observer", &e))?;
        Ok(answer.unwrap_or_default())
    }

    /// Whether the hub's log has entries that nobody can apply yet.
    pub(super) fn observer_waits(&self) -> Checked<bool> {
        self.observed(|home| Ok(home.status()?.waiting > 0))
    }

    /// The hub now is another one than the observer knew.
    pub(super) fn forget_observer(&mut self) {
        (self.observer, self.held) = (None, None);
    }

    /// What happened, oldest first.
    #[must_use]
    pub fn events(&self) -> &[String] {
        &self.events
    }

    /// How often each thing happened.
    #[must_use]
    pub const fn tally(&self) -> &Tally {
        &self.tally
    }
}
