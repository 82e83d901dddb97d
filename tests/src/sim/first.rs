//! Snapshots: the office makes them now and then; homes that join late, or again, begin with them, and much goes
//! wrong meanwhile.

use std::cell::{Cell, RefCell};

use doorknock::SyncReport;
use doorknock::model::access::Role;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;

use super::Tally;
use super::garble::SAID_TO_NONSENSE;
use super::run::{Checked, Run};
use super::shelf::Upload;
use super::spoil::Torn;
use super::steps::Flaky;

impl Run<'_> {
    /// The office makes snapshots of what it holds, in step with the hub or not.
    pub(super) fn make_snapshots(&mut self) -> Checked {
        let offices = (0..self.nodes.len()).filter(|n| self.nodes[*n].shape.grids.is_empty());
        let offices: Vec<_> = offices.collect();
        let node = self.pick(&offices).unwrap_or(0);
        if self.cut_off(node) {
            return Ok(());
        }
        if !self.one_in(3) {
            self.sync_now(node)?;
        }
        let loss = if self.one_in(4) { 0.3 } else { 0.0 };
        let (all, crash) = (!self.one_in(8), self.one_in(10));
        if crash {
            let n = self.rng.random_range(0..6);
            self.nodes[node].fault.arm(n);
        }
        let rng = RefCell::new(ChaCha20Rng::seed_from_u64(self.rng.random()));
        let mut shelf = std::mem::take(&mut self.shelf);
        let made = self.with_hub(node, |run, hub| {
            let net = Upload {
                net: Flaky { hub, rng, loss },
                shelf: RefCell::new(&mut shelf),
            };
            run.on(node, |home| match all {
                true => home.publish_all_snapshots(&net),
                false => home.publish_snapshots(&net),
            })
        });
        self.shelf = shelf;
        let name = self.name(node);
        match made? {
            Ok(made) if made.spaces > 0 => {
                self.shelf.made += 1;
                self.event("snapshots made", format_args!("{name} {made:?}"));
                Ok(())
            }
            Ok(_) | Err(None) => Ok(()),
            Err(Some(error)) if loss > 0.0 && error.code() == "hub_unreachable" => {
                self.event("upload cut", name);
                Ok(())
            }
            Err(Some(error))
                if self.hub_is_new(&error) || self.for_want_of_room(node, false, &error) =>
            {
                Ok(())
            }
            Err(Some(error)) => Err(self.failed("making snapshots", &error)),
        }
    }

    /// A phone is lost, with what nobody else has of it, and its worker joins again with a new one.
    pub(super) fn join_again(&mut self) -> Checked {
        let node = self.rng.random_range(1..self.nodes.len());
        let twin = |(a, b, _): &(usize, usize, _)| [*a, *b].contains(&node);
        let busy = self.cut_off(0) || self.nodes[0].fault.is_full();
        if !self.homes_set_back || busy || self.twins.as_ref().is_some_and(twin) {
            return Ok(());
        }
        let shape = self.nodes[node].shape;
        let role = match shape.grids {
            [] => Role::Staff,
            _ => Role::Worker,
        };
        let Some(link) = self.invite(role, shape.grids)? else {
            return Ok(());
        };
        let held = self.held_by_hub()?;
        let seed = u64::from(self.step) << 32;
        let Some(folder) = self.home_joined(shape.name, &link, seed, node)? else {
            return Ok(());
        };
        let home = &mut self.nodes[node];
        home.stop();
        home.fault.free();
        home.forms.clear();
        let moved = std::fs::remove_dir_all(&home.folder);
        let moved = moved.and_then(|()| std::fs::rename(&folder, &home.folder));
        (home.new, home.late, home.by_snapshot) = (true, true, false);
        moved.map_err(|e| self.failed("moving a home", &e.into()))?;
        self.ledger.may_be_lost(node, &held);
        self.event("joined again", shape.name);
        self.nodes[node]
            .start()
            .map_err(|e| self.failed("opening a new home", &e))
    }

    /// A home begins, and it goes badly more than once. Somebody joins for it, if nobody is new.
    pub(super) fn begin_badly(&mut self) -> Checked {
        if self.shelf.made == 0 || self.one_in(2) {
            self.make_snapshots()?;
        }
        if self.new_home().is_none() {
            match self.one_in(3) {
                true => self.join_again()?,
                false => self.join_late()?,
            }
        }
        for _ in 0..self.rng.random_range(1..=3) {
            if let Some(node) = self.new_home() {
                self.download_badly(node)?;
            }
        }
        Ok(())
    }

    /// A home that has joined in this run and did not finish a sync yet.
    fn new_home(&self) -> Option<usize> {
        let mut all = 0..self.nodes.len();
        all.find(|node| self.nodes[*node].new && !self.cut_off(*node))
    }

    /// A first sync over a network that fails in the middle of a part, from a hub that lies, or at a home that
    /// dies or has no room.
    fn download_badly(&mut self, node: usize) -> Checked {
        let (mut cut_after, mut lies) = (None, 0.0);
        match self.rng.random_range(0..8) {
            0..3 => cut_after = Some(self.rng.random_range(1..12)),
            3..6 => lies = 0.25,
            6 => {
                let n = self.rng.random_range(0..150);
                self.nodes[node].fault.arm(n);
            }
            _ => {
                let room = self.rng.random_range(0..80);
                let home = &mut self.nodes[node];
                home.fault.fill(room, &home.folder);
            }
        }
        let rng = RefCell::new(ChaCha20Rng::seed_from_u64(self.rng.random()));
        let piece = self.rng.random_range(1..2000);
        let shelf = std::mem::take(&mut self.shelf);
        let (synced, done, asked) = self.with_hub(node, |run, hub| {
            let net = Torn {
                hub,
                shelf: &shelf,
                rng,
                cut_after,
                piece,
                lies,
                done: RefCell::default(),
                answers: Cell::default(),
                midst: Cell::default(),
            };
            let synced = run.on(node, |home| home.sync(&net, &mut |_| {}));
            (synced, net.done.into_inner(), net.answers.get())
        });
        self.shelf = shelf;
        let name = self.name(node);
        self.note_spoilt(node, &done);
        match synced? {
            Ok(report) => {
                self.event("synced at once", format_args!("{name} {report:?}"));
                self.report(node, &report);
                self.synced(node);
                self.check_claims(node)
            }
            Err(None) if asked > 2 => {
                self.event("crash in a first sync", name);
                Ok(())
            }
            Err(None) => Ok(()),
            Err(Some(error)) => {
                let nonsense = lies > 0.0 && SAID_TO_NONSENSE.contains(&error.code());
                let cut = cut_after.is_some() && error.code() == "hub_unreachable";
                if nonsense
                    || cut
                    || self.hub_is_new(&error)
                    || self.for_want_of_room(node, false, &error)
                {
                    return Ok(());
                }
                Err(self.failed("a first sync", &error))
            }
        }
    }

    fn note_spoilt(&mut self, node: usize, done: &Tally) {
        let name = self.name(node);
        for (kind, n) in done {
            self.event(kind, format_args!("{name}, {n} times"));
            let torn = *kind == "download torn";
            self.nodes[node].spoilt |= !torn;
            self.tampered |= !torn;
        }
    }

    /// What is to be noted of a sync that was completed.
    pub(super) fn report(&mut self, node: usize, report: &SyncReport) {
        let name = self.name(node);
        if report.relayed > 0 {
            self.event("relayed", format_args!("{} by {name}", report.relayed));
        }
        if report.first_sync.is_some() && !self.nodes[node].by_snapshot {
            self.nodes[node].by_snapshot = true;
            self.event("began with snapshots", name);
        }
    }
}
