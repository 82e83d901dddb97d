//! One run: its state, its events, and the few operations that every step is made of.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use doorknock::model::roster::Roster;
use doorknock::{Answer, Doorknock, Error, Request};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;
use tempfile::TempDir;

use super::ledger::Ledger;
use super::node::{Node, Slot};
use super::sabotage::Sabotage;
use super::shown::Shown;
use super::stage::{OBSERVER, SHAPES, Stage, copy_home};
use super::{SHOWN_EVENTS, Tally};
use crate::world::START_MS;
use crate::{HubNet, ManualClock, SeededEntropy, TestHub};

/// Something is not as it must be.
#[derive(Debug, Clone)]
pub struct Violation {
    /// The run's seed.
    pub seed: u64,
    /// After which step.
    pub step: u32,
    /// What is wrong.
    pub what: String,
    /// What happened, oldest first.
    pub events: Vec<String>,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            seed,
            step,
            what,
            events,
        } = self;
        writeln!(f, "=== VIOLATION: seed {seed}, step {step} ===")?;
        writeln!(f, "{what}")?;
        writeln!(f, "--- the last events ---")?;
        for event in &events[events.len().saturating_sub(SHOWN_EVENTS)..] {
            writeln!(f, "{event}")?;
        }
        writeln!(f, "--- replay with ---")?;
        writeln!(
            f,
            "DOORKNOCK_SEED={seed} cargo test -p doorknock-tests --release --test simulate"
        )
    }
}

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
    /// What.
    pub body: T,
}

/// A run.
pub struct Run<'s> {
    pub(super) stage: &'s Stage,
    pub(super) seed: u64,
    pub(super) sabotage: Option<Sabotage>,
    pub(super) rng: ChaCha20Rng,
    pub(super) folder: TempDir,
    pub(super) shape: usize,
    pub(super) nodes: Vec<Node>,
    pub(super) hub: Option<TestHub>,
    pub(super) hub_clock: Arc<ManualClock>,
    /// Counts how often the hub came back from a backup.
    pub(super) epoch: u64,
    pub(super) backups: Vec<PathBuf>,
    pub(super) requests: Vec<Letter<Request>>,
    pub(super) answers: Vec<Letter<Answer>>,
    pub(super) ledger: Ledger,
    pub(super) roster: Roster,
    /// Whether the third grid was begun.
    pub(super) third_grid: bool,
    /// The hub's charter may have what the office does not know yet.
    pub(super) office_unsure: bool,
    /// Homes are set back to copies in this run; else the hub is. Both at once can lose what was said to
    /// be at the hub, and no program could help it.
    pub(super) homes_set_back: bool,
    pub(super) step: u32,
    pub(super) events: Vec<String>,
    pub(super) tally: Tally,
    next_letter: u64,
    observer: Option<Doorknock>,
}

impl<'s> Run<'s> {
    /// Runs a seed to its end.
    ///
    /// # Errors
    /// The first violation.
    pub fn simulate(stage: &'s Stage, seed: u64, sabotage: Option<Sabotage>) -> Checked<Self> {
        let mut run = Self::new(stage, seed, sabotage);
        run.open_nodes()?;
        let steps = run.rng.random_range(40..=80);
        for step in 1..=steps {
            run.step = step;
            run.one_step()?;
        }
        run.finish()?;
        Ok(run)
    }

    #[allow(clippy::expect_used)] // a test's own ground
    fn new(stage: &'s Stage, seed: u64, sabotage: Option<Sabotage>) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let shape = rng.random_range(0..SHAPES.len());
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
            seed,
            sabotage,
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
            third_grid: false,
            office_unsure: false,
            homes_set_back: rng.random_bool(0.5),
            step: 0,
            events: Vec::new(),
            tally: Tally::new(),
            next_letter: 0,
            observer: None,
            rng,
            folder,
        }
    }

    fn open_nodes(&mut self) -> Checked {
        for (index, shape) in SHAPES[self.shape].iter().enumerate() {
            let folder = self.folder.path().join(shape.name);
            let seed = self.seed.wrapping_mul(64).wrapping_add(index as u64);
            let clock = ManualClock::at(START_MS);
            let node = Node::open(index, *shape, folder, clock, seed);
            let node = node.map_err(|e| self.violation(format!("a home does not open: {e}")))?;
            self.nodes.push(node);
        }
        Ok(())
    }

    /// A violation here and now.
    pub(super) fn violation(&self, what: impl Into<String>) -> Box<Violation> {
        Box::new(Violation {
            seed: self.seed,
            step: self.step,
            what: what.into(),
            events: self.events.clone(),
        })
    }

    /// The facade failed where it may not.
    pub(super) fn failed(&self, doing: &str, error: &Error) -> Box<Violation> {
        self.violation(format!("{doing} failed: {} ({error})", error.code()))
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
                    return Err(self.violation("a store stopped that nobody stopped"));
                }
                let point = format!("at `{point}`");
                self.restart(node, point)?;
                Ok(Err(None))
            }
            Err(error) => Ok(Err(Some(error))),
        }
    }

    pub(super) fn letter<T>(&self, id: u64, node: usize, body: T) -> Letter<T> {
        Letter {
            id,
            node,
            epoch: self.epoch,
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
                let letter = self.letter(id, node, request);
                self.requests.push(letter);
                slot.awaiting = id;
                self.nodes[node].sessions.push(slot);
                Ok(())
            }
            Ok(None) => {
                self.event("synced", format_args!("{name} {:?}", slot.session.report()));
                if slot.fresh {
                    self.nodes[node].stale = false;
                    self.office_unsure &= node != 0;
                }
                self.check_claims(node)
            }
            Err(None) => Ok(()),
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
            let entropy = Arc::new(SeededEntropy::new(!self.seed));
            let env = crate::env(&entropy, &self.hub_clock, None);
            let keys = doorknock::FileKeyStore::new(folder.join("key"));
            let home = Doorknock::open(&folder, &keys, env);
            self.observer = Some(home.map_err(|e| self.failed("opening the observer", &e))?);
        }
        let read = |home: &Doorknock| {
            home.sync(&HubNet(self.hub()), &mut |_| {})?;
            Shown::of(home, &self.ledger.places)
        };
        match &self.observer {
            Some(home) => read(home).map_err(|e| self.failed("observing the hub", &e)),
            None => Ok(Shown::default()),
        }
    }

    /// Whether the hub's log has entries that nobody can apply yet.
    pub(super) fn observer_waits(&self) -> Checked<bool> {
        let status = self.observer.as_ref().map(Doorknock::status).transpose();
        let status = status.map_err(|e| self.failed("asking the observer", &e))?;
        Ok(status.is_some_and(|s| s.waiting > 0))
    }

    /// The hub now is another one than the observer knew.
    pub(super) fn forget_observer(&mut self) {
        self.observer = None;
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
