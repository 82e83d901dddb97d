//! One plain day at one home, to be crashed at each of its writes in turn.

use std::collections::BTreeSet;

use doorknock::{Doorknock, Error, ImportOptions};
use tempfile::TempDir;

use super::node::Node;
use super::stage::{HomeShape, SHAPES, Stage, copy_home};
use crate::world::START_MS;
use crate::{HubNet, ManualClock, TestHub, visit};

/// The home whose day it is: the office, which does everything there is to do.
const OFFICE: usize = 0;
const COLLEAGUE: usize = 1;

/// A day at the office of a prepared community, with a colleague who writes too.
pub struct Day<'s> {
    stage: &'s Stage,
    nodes: Vec<Node>,
    hub: TestHub,
    kept: BTreeSet<String>,
    failed: BTreeSet<String>,
    folder: TempDir,
}

impl<'s> Day<'s> {
    /// Copies the community.
    ///
    /// # Panics
    /// If it cannot be opened.
    #[must_use]
    #[allow(clippy::expect_used)] // a test's own ground
    pub fn begin(stage: &'s Stage) -> Self {
        let prepared = &stage.prepared(0).folder;
        let folder = stage.folder();
        let hub_db = folder.path().join("hub.db");
        std::fs::copy(prepared.join("hub.db"), &hub_db).expect("the hub's database is copied");
        let open = |(index, shape): (usize, &HomeShape)| {
            let home = folder.path().join(shape.name);
            copy_home(&prepared.join(shape.name), &home);
            let clock = ManualClock::at(START_MS);
            Node::open(index, *shape, home, clock, 100 + index as u64).expect("a home opens")
        };
        let nodes: Vec<_> = SHAPES[0].iter().take(2).enumerate().map(open).collect();
        let hub = TestHub::open(&hub_db, &nodes[OFFICE].clock);
        let (kept, failed) = Default::default();
        Self {
            stage,
            nodes,
            hub,
            kept,
            failed,
            folder,
        }
    }

    /// Plays the day with a crash at the n-th write or commit of the office, and checks that everything
    /// acknowledged is at both homes in the end, once. How many writes and commits there were.
    ///
    /// # Panics
    /// If something is lost, doubled, or fails that may not.
    pub fn play(mut self, crash: Option<u32>) -> u32 {
        if let Some(n) = crash {
            self.nodes[OFFICE].fault.arm(n);
        }
        let before = self.nodes[OFFICE].fault.seen();
        let mut list = self.stage.prepared(0).roster.clone();
        list.rows[0].phone = Some("10000000099".to_owned());
        list.rows[5].remark = Some("改过".to_owned());
        self.log(OFFICE, 0, "早上");
        self.log(COLLEAGUE, 1, "同事");
        self.sync(COLLEAGUE);
        self.office(|home, net| home.sync(net, &mut |_| {}).map(|_| ()));
        self.office(|home, net| {
            home.import(&list, ImportOptions::default(), net, &mut |_, _| {})
                .map(|_| ())
        });
        self.log(OFFICE, 1, "中午");
        self.log(OFFICE, 1, "下午");
        self.office(|home, net| home.sync(net, &mut |_| {}).map(|_| ()));
        self.office(|home, _| home.rebuild());
        let points = self.nodes[OFFICE].fault.seen() - before;
        self.nodes[OFFICE].fault.disarm();
        for node in [OFFICE, COLLEAGUE, OFFICE, COLLEAGUE] {
            self.sync(node);
        }
        self.check(crash);
        drop(self.folder);
        points
    }

    #[allow(clippy::expect_used)] // a test's own ground
    fn log(&mut self, node: usize, door: usize, summary: &str) {
        let home = self.nodes[node].home();
        let door = home.doors(Some("G1")).expect("doors")[door].door;
        let result = home.log_visit(&visit(door, summary));
        match (result, self.nodes[node].fault.fired()) {
            (Ok(_), _) => drop(self.kept.insert(summary.to_owned())),
            (Err(error), Some(at)) if error.is_stopped() => {
                if at != "after commit" {
                    self.failed.insert(summary.to_owned());
                }
                self.nodes[node].stop();
                self.nodes[node].start().expect("it opens again");
            }
            (Err(error), _) => unreachable!("recording failed: {error}"),
        }
    }

    /// Something at the office, once more after a crash.
    #[allow(clippy::expect_used)] // a test's own ground
    fn office(&mut self, work: impl Fn(&Doorknock, &HubNet<'_>) -> Result<(), Error>) {
        let net = HubNet(&self.hub);
        if let Err(error) = work(self.nodes[OFFICE].home(), &net) {
            assert!(error.is_stopped(), "{error}");
            self.nodes[OFFICE].stop();
            self.nodes[OFFICE].start().expect("it opens again");
            work(self.nodes[OFFICE].home(), &net).expect("it works after the crash");
        }
    }

    #[allow(clippy::expect_used)] // a test's own ground
    fn sync(&self, node: usize) {
        self.nodes[node]
            .home()
            .sync(&HubNet(&self.hub), &mut |_| {})
            .expect("a sync");
    }

    #[allow(clippy::expect_used)] // a test's own ground
    fn check(&self, crash: Option<u32>) {
        for node in &self.nodes {
            let name = node.shape.name;
            let mut found = node.summaries().expect("visits");
            found.sort();
            let count = found.len();
            found.dedup();
            assert_eq!(
                found.len(),
                count,
                "doubled at {name}, crash at {crash:?}: {found:?}"
            );
            for summary in &self.kept {
                assert!(
                    found.contains(summary),
                    "{summary} lost at {name}, crash at {crash:?}"
                );
            }
            for summary in &self.failed {
                assert!(
                    !found.contains(summary),
                    "{summary} is at {name}, crash at {crash:?}"
                );
            }
            let status = node.home().status().expect("a status");
            let left = (
                status.pending,
                status.waiting,
                status.quarantined,
                status.refused,
            );
            assert_eq!(left, (0, 0, 0, 0), "{name}, crash at {crash:?}");
            assert!(
                node.home().doctor().expect("a doctor").ok(),
                "{name}, crash at {crash:?}"
            );
        }
        let office = self.nodes[OFFICE]
            .home()
            .dump_projections()
            .expect("a dump");
        let mut own = self.nodes[COLLEAGUE]
            .home()
            .dump_projections()
            .expect("a dump");
        own.retain(|line| !office.contains(line));
        assert_eq!(own, [] as [String; 0], "crash at {crash:?}");
    }
}
