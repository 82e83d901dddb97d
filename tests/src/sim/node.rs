//! A home of a run, with its sessions and what may happen to it.

use std::path::PathBuf;
use std::sync::Arc;

use doorknock::{Doorknock, Env, Error, FileKeyStore, SyncSession};

use super::fault::FaultPlan;
use super::papers::Form;
use super::stage::HomeShape;
use crate::{ManualClock, SeededEntropy};

/// A sync under way.
pub struct Slot {
    /// The request it waits for.
    pub awaiting: u64,
    /// The facade's session.
    pub session: SyncSession,
    /// Whether all of it happened since the hub last came back from a backup.
    pub fresh: bool,
    /// Whether the disk was full at some time since it began.
    pub lacked_room: bool,
}

/// A home.
pub struct Node {
    /// Its place in the run.
    pub index: usize,
    /// What it is.
    pub shape: HomeShape,
    /// Its folder.
    pub folder: PathBuf,
    /// Its clock, which may be off.
    pub clock: Arc<ManualClock>,
    /// Stops its store.
    pub fault: FaultPlan,
    /// Its syncs under way, oldest first.
    pub sessions: Vec<Slot>,
    /// The step until which nothing reaches it and nothing leaves it.
    pub cut_off_until: u32,
    /// It may believe receipts of a hub that has since lost what they are for.
    pub stale: bool,
    /// What people there have open on their screens.
    pub(super) forms: Vec<Form>,
    /// An older copy of it, if one was made.
    pub copy: Option<PathBuf>,
    /// The step until which it is away for a year.
    pub away_until: Option<u32>,
    /// It is shown another log than the others.
    pub forked: bool,
    /// It has joined in this run, and no sync of it was completed yet.
    pub new: bool,
    /// It joined in this run.
    pub late: bool,
    /// It began with snapshots.
    pub by_snapshot: bool,
    /// A snapshot it asked for was withheld, changed or another one.
    pub spoilt: bool,
    /// It said of a file that it is in its place.
    pub handed: bool,
    /// How often it died.
    pub crashes: u32,
    entropy: Arc<SeededEntropy>,
    /// A fault of the program, put in on purpose: each opening draws what the one before drew.
    drawn_again: Option<u64>,
    home: Option<Doorknock>,
}

impl Node {
    /// Opens a home.
    ///
    /// # Errors
    /// The facade's.
    pub fn open(
        index: usize,
        shape: HomeShape,
        folder: PathBuf,
        clock: ManualClock,
        seed: u64,
    ) -> Result<Self, Error> {
        let mut node = Self {
            index,
            shape,
            folder,
            clock: Arc::new(clock),
            fault: FaultPlan::default(),
            sessions: Vec::new(),
            cut_off_until: 0,
            stale: false,
            forms: Vec::new(),
            copy: None,
            away_until: None,
            forked: false,
            new: false,
            late: false,
            by_snapshot: false,
            spoilt: false,
            handed: false,
            crashes: 0,
            drawn_again: None,
            entropy: Arc::new(SeededEntropy::new(seed)),
            home: None,
        };
        node.start()?;
        Ok(node)
    }

    /// The open home.
    ///
    /// # Panics
    /// Between [`Self::stop`] and [`Self::start`].
    #[must_use]
    #[allow(clippy::expect_used)] // a test's own ground
    pub fn home(&self) -> &Doorknock {
        self.home.as_ref().expect("the home is open")
    }

    /// Ends its process: what was in memory is gone, and so are its syncs.
    pub fn stop(&mut self) {
        self.home = None;
        self.sessions.clear();
    }

    /// Opens it again, as a new incarnation.
    ///
    /// # Errors
    /// The facade's.
    pub fn start(&mut self) -> Result<(), Error> {
        self.fault.disarm();
        if let Some(seed) = self.drawn_again {
            self.entropy = Arc::new(SeededEntropy::new(seed));
        }
        self.home = Some(self.open_beside()?);
        Ok(())
    }

    /// Another program opens it.
    ///
    /// # Errors
    /// The facade's: it is in use.
    pub fn open_beside(&self) -> Result<Doorknock, Error> {
        let env = Env {
            entropy: self.entropy.clone(),
            clock: self.clock.clone(),
            fault: Some(self.fault.hook()),
        };
        let keys = FileKeyStore::new(self.folder.join("key"));
        Doorknock::open(&self.folder, &keys, env)
    }

    /// Has every opening from now on draw the same incarnation.
    pub(super) const fn reuses_incarnations(&mut self, seed: u64) {
        self.drawn_again = Some(seed);
    }

    /// The summaries of all its visits.
    ///
    /// # Errors
    /// The facade's.
    pub fn summaries(&self) -> Result<Vec<String>, Error> {
        let visits = self.home().visits(None, 100_000)?;
        Ok(visits
            .into_iter()
            .map(|v| v.summary.unwrap_or_default())
            .collect())
    }
}
