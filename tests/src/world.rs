//! A hub and homes in a folder.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use doorknock::model::access::Role;
use doorknock::model::ids::DoorId;
use doorknock::model::kinds::{Channel, Outcome};
use doorknock::model::roster::{self, Roster, SourceRow};
use doorknock::{Doorknock, Env, Error, Fault, FileKeyStore, ImportOptions, NewVisit};

use crate::{HubNet, ManualClock, SeededEntropy, TestHub};

pub(crate) const WEEK_MS: i64 = 7 * 86_400_000;

/// 2026-11-21 10:00 in China.
pub(crate) const START_MS: i64 = 1_795_226_400_000;

/// A hub and homes, all of it decided by a seed.
pub struct World {
    folder: PathBuf,
    /// Randomness of every home.
    pub entropy: Arc<SeededEntropy>,
    /// Time of every home and the hub.
    pub clock: Arc<ManualClock>,
    /// The hub.
    pub hub: TestHub,
}

impl World {
    /// A world in an existing folder.
    #[must_use]
    pub fn new(folder: &Path, seed: u64) -> Self {
        let clock = Arc::new(ManualClock::at(START_MS));
        let hub = TestHub::open(&folder.join("hub.db"), &clock);
        let entropy = Arc::new(SeededEntropy::new(seed));
        Self {
            folder: folder.to_owned(),
            entropy,
            clock,
            hub,
        }
    }

    fn env(&self, fault: Option<Fault>) -> Env {
        crate::env(&self.entropy, &self.clock, fault)
    }

    /// The folder of a home.
    #[must_use]
    pub fn home(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Makes a home.
    ///
    /// # Errors
    /// As [`Doorknock::create`].
    pub fn create(&self, name: &str) -> Result<Doorknock, Error> {
        let home = self.home(name);
        std::fs::create_dir_all(&home)?;
        Doorknock::create(&home, &FileKeyStore::new(home.join("key")), self.env(None))
    }

    /// Opens a home, with a fault hook if wanted.
    ///
    /// # Errors
    /// As [`Doorknock::open`].
    pub fn open(&self, name: &str, fault: Option<Fault>) -> Result<Doorknock, Error> {
        let home = self.home(name);
        Doorknock::open(&home, &FileKeyStore::new(home.join("key")), self.env(fault))
    }

    /// The network to the hub, when it works.
    #[must_use]
    pub const fn net(&self) -> HubNet<'_> {
        HubNet(&self.hub)
    }

    /// An office with a community and an imported roster.
    ///
    /// # Errors
    /// The facade's.
    pub fn office(&self, roster: &Roster) -> Result<Doorknock, Error> {
        let office = self.create("office")?;
        let net = self.net();
        office.create_community("柳荫社区", "http://hub", "周主任", &net)?;
        office.import(roster, ImportOptions::default(), &net, &mut |_, _| {})?;
        office.sync(&net, &mut |_| {})?;
        Ok(office)
    }

    /// A phone that joined and synced.
    ///
    /// # Errors
    /// The facade's.
    pub fn phone(
        &self,
        office: &Doorknock,
        name: &str,
        grids: &[&str],
    ) -> Result<Doorknock, Error> {
        self.join(office, name, Role::Worker, grids)
    }

    /// A desk of the office's staff that joined and synced; it holds every grid.
    ///
    /// # Errors
    /// The facade's.
    pub fn staff(&self, office: &Doorknock, name: &str) -> Result<Doorknock, Error> {
        self.join(office, name, Role::Staff, &[])
    }

    fn join(
        &self,
        office: &Doorknock,
        name: &str,
        role: Role,
        grids: &[&str],
    ) -> Result<Doorknock, Error> {
        let net = self.net();
        let grids: Vec<String> = grids.iter().map(|g| (*g).to_owned()).collect();
        let link = office.invite(role, &grids, WEEK_MS, &net)?;
        let home = self.create(name)?;
        home.join(&link, name, &net)?;
        home.sync(&net, &mut |_| {})?;
        Ok(home)
    }
}

/// A roster of so many doors in each of these grids.
///
/// # Panics
/// Never: the table is one the reader knows.
#[must_use]
#[allow(clippy::expect_used)] // a test's own ground
pub fn roster(grids: &[&str], doors: u32) -> Roster {
    let header = [
        "网格",
        "小区",
        "楼栋",
        "单元",
        "房号",
        "户主",
        "电话",
        "关爱类别",
    ];
    let mut rows = vec![SourceRow {
        number: 1,
        cells: header.map(str::to_owned).to_vec(),
    }];
    for (g, grid) in grids.iter().enumerate() {
        for n in 0..doors {
            let room = (n / 4 + 1) * 100 + n % 4 + 1;
            let category = ["", "独居", "残疾、低保", ""][n as usize % 4];
            let cells = [
                (*grid).to_owned(),
                format!("花园{}", g + 1),
                "3栋".to_owned(),
                "1单元".to_owned(),
                format!("{room}室"),
                format!("住户{}", n + 1),
                format!("1000{:07}", u64::from(n) + 1000 * g as u64),
                category.to_owned(),
            ];
            let number = u32::try_from(rows.len()).unwrap_or(u32::MAX) + 1;
            rows.push(SourceRow {
                number,
                cells: cells.to_vec(),
            });
        }
    }
    roster::read(&rows, None).expect("the header is known")
}

/// A visit to a door.
#[must_use]
pub fn visit(door: DoorId, summary: &str) -> NewVisit {
    NewVisit {
        door,
        outcome: Outcome::Met,
        channel: Channel::InPerson,
        at: None,
        with: vec![],
        checklist: None,
        answers: vec!["meals=yes".to_owned(), "mood=好".to_owned()],
        summary: Some(summary.to_owned()),
        follow_up: None,
        matters: vec![],
    }
}
