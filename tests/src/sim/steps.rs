//! The steps of a run: each picks what it does by the run's randomness.

use std::cell::RefCell;

use doorknock::{Answer, ImportOptions, Request, Transport, Unreachable};
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;

use super::run::{Checked, Run};
use crate::{TestHub, roster};

pub(super) const DAY_S: i64 = 86_400;
pub(super) const DAY_MS: i64 = DAY_S * 1000;

pub(super) type Step = fn(&mut Run<'_>) -> Checked;

/// The steps with their weights. One that is added is one line here, and its names in the catalogue.
pub(super) const STEPS: [(u32, Step); 43] = [
    (60, |run| run.act()),
    (4, |run| run.import_a_changed_roster()),
    (2, |run| run.import_a_new_grid()),
    (16, |run| run.start_a_sync()),
    (12, |run| run.sync_at_once()),
    (36, |run| run.deliver_a_request(false)),
    (36, |run| run.deliver_an_answer()),
    (3, |run| run.deliver_a_request(true)),
    (2, |run| run.lose_a_request()),
    (3, |run| run.lose_an_answer()),
    (2, |run| run.cut_a_home_off()),
    (2, |run| run.crash_a_home()),
    (7, |run| run.crash_a_home_at_a_write_to_come()),
    (2, |run| run.crash_the_hub()),
    (5, |run| run.back_up()),
    (4, |run| run.restore()),
    (3, |run| run.set_a_clock()),
    (1, |run| run.rebuild_a_home()),
    (4, |run| run.garble_a_request()),
    (5, |run| run.garble_an_answer()),
    (2, |run| run.let_months_pass()),
    (2, |run| run.leave_for_a_year()),
    (4, |run| run.fill_a_disk()),
    (3, |run| run.free_a_disk()),
    (4, |run| run.tear_a_home()),
    (1, |run| run.open_a_second_time()),
    (2, |run| run.use_a_copy()),
    (4, |run| run.look_at_a_status()),
    (1, |run| run.join_late()),
    (1, |run| run.join_again()),
    (5, |run| run.make_snapshots()),
    (5, |run| run.begin_badly()),
    (5, |run| run.write_a_stick()),
    (8, |run| run.read_a_stick()),
    (4, |run| run.carry_there_and_back()),
    (1, |run| run.update_an_app()),
    (7, |run| run.lie()),
    (2, |run| run.replay()),
    (4, |run| run.forget_what_is_acknowledged()),
    (2, |run| run.fork_the_hub()),
    (2, |run| run.end_the_fork()),
    (5, |run| run.write_what_no_app_writes()),
    (4, |run| run.write_what_is_newer()),
];

/// The network of an import that makes a grid: it works, or fails before or after the hub acted.
pub(super) struct Flaky<'a> {
    pub(super) hub: &'a TestHub,
    pub(super) rng: RefCell<ChaCha20Rng>,
    pub(super) loss: f64,
}

impl Transport for Flaky<'_> {
    fn exchange(&self, _hub_url: &str, request: &Request) -> Result<Answer, Unreachable> {
        if self.rng.borrow_mut().random_bool(self.loss) {
            return Err(Unreachable::NoNetwork);
        }
        let answer = self.hub.handle(request);
        if self.rng.borrow_mut().random_bool(self.loss) {
            return Err(Unreachable::Broken);
        }
        Ok(answer)
    }
}

impl Run<'_> {
    pub(super) fn any_node(&mut self) -> usize {
        self.rng.random_range(0..self.nodes.len())
    }

    pub(super) fn cut_off(&self, node: usize) -> bool {
        let home = &self.nodes[node];
        home.cut_off_until > self.step || home.away_until.is_some_and(|until| until > self.step)
    }

    /// The roster with other telephone numbers and remarks, at any of the office's homes: where two of
    /// them do it side by side, fields come into conflict.
    fn import_a_changed_roster(&mut self) -> Checked {
        let offices: Vec<_> = self
            .nodes
            .iter()
            .filter(|n| n.shape.grids.is_empty() && !n.new)
            .map(|n| n.index)
            .collect();
        let node = offices.choose(&mut self.rng).copied().unwrap_or(0);
        let mut list = self.roster.clone();
        for row in &mut list.rows {
            if self.rng.random_bool(0.2) {
                row.phone = Some(format!("1000{:07}", self.rng.random_range(0..100)));
            }
            if self.rng.random_bool(0.1) {
                row.remark = Some(format!("备注{}", self.rng.random_range(0..5)));
            }
            if self.rng.random_bool(0.1) {
                row.external_id = Some(format!("E{}", self.rng.random_range(0..5)));
            }
        }
        self.import(node, &list, 0.0)
    }

    /// A third grid, which extends the charter through the hub.
    fn import_a_new_grid(&mut self) -> Checked {
        if self.cut_off(0) {
            return Ok(());
        }
        self.charter_grew = true;
        let mut list = roster(&["G1", "G2", "G3"], 2);
        list.rows.retain(|row| row.grid_code == "G3");
        self.import(0, &list, 0.15)
    }

    fn import(
        &mut self,
        node: usize,
        list: &doorknock::model::roster::Roster,
        loss: f64,
    ) -> Checked {
        let rng = ChaCha20Rng::seed_from_u64(self.rng.random());
        let result = self.with_hub(node, |run, hub| {
            let rng = RefCell::new(rng);
            let net = Flaky { hub, rng, loss };
            let options = ImportOptions::default();
            run.on(node, |home| {
                home.import(list, options, &net, &mut |_, _| {})
            })
        })?;
        let name = self.name(node);
        if loss > 0.0 {
            self.office_unsure |= result.is_err();
        }
        match result {
            Ok(report) => {
                let (added, updated) = (report.doors_added, report.doors_updated);
                self.event(
                    "import",
                    format_args!("{name} added {added} updated {updated}"),
                );
                Ok(())
            }
            Err(None) => Ok(()),
            Err(Some(error)) => {
                let expected = loss > 0.0
                    && (self.hub_is_new(&error)
                        || ["grids_need_hub", "hub_unreachable"].contains(&error.code()))
                    || matches!(error.code(), "disk_full" | "pull_full")
                        && self.nodes[node].fault.is_full();
                self.event("import failed", format_args!("{name} {}", error.code()));
                if expected {
                    Ok(())
                } else {
                    Err(self.failed("importing", &error))
                }
            }
        }
    }
}
