//! The steps of a run: each picks what it does by the run's randomness.

use std::cell::RefCell;

use chrono::NaiveDate;
use doorknock::model::address::DoorKind;
use doorknock::model::ids::DoorId;
use doorknock::model::kinds::{Channel, Outcome};
use doorknock::{Answer, DoorEdit, ImportOptions, NewVisit, Request, Transport, Unreachable};
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;

use super::ledger::{Fate, Told};
use super::run::{Checked, Run};
use super::sabotage::Sabotage;
use crate::{TestHub, roster};

const DAY_S: i64 = 86_400;
pub(super) const DAY_MS: i64 = DAY_S * 1000;

type Step = fn(&mut Run<'_>) -> Checked;

/// The steps with their weights.
const STEPS: [(u32, Step); 18] = [
    (26, |run| run.log_a_visit()),
    (4, |run| run.import_a_changed_roster()),
    (2, |run| run.import_a_new_grid()),
    (5, |run| run.edit_a_door()),
    (16, |run| run.start_a_sync()),
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
];

/// The network of an import that makes a grid: it works, or fails before or after the hub acted.
struct Flaky<'a> {
    hub: &'a TestHub,
    rng: RefCell<ChaCha20Rng>,
    loss: f64,
}

impl Transport for Flaky<'_> {
    fn exchange(&self, _hub_url: &str, request: &Request) -> Result<Answer, Unreachable> {
        let lost = |what: &str| Err(Unreachable(what.to_owned()));
        if self.rng.borrow_mut().random_bool(self.loss) {
            return lost("request lost");
        }
        let answer = self.hub.handle(request);
        if self.rng.borrow_mut().random_bool(self.loss) {
            return lost("answer lost");
        }
        Ok(answer)
    }
}

impl Run<'_> {
    pub(super) fn one_step(&mut self) -> Checked {
        let total: u32 = STEPS.iter().map(|(weight, _)| weight).sum();
        let mut pick = self.rng.random_range(0..total);
        for (weight, step) in STEPS {
            if pick < weight {
                return step(self);
            }
            pick -= weight;
        }
        Ok(())
    }

    pub(super) fn any_node(&mut self) -> usize {
        self.rng.random_range(0..self.nodes.len())
    }

    pub(super) fn cut_off(&self, node: usize) -> bool {
        self.nodes[node].cut_off_until > self.step
    }

    /// A visit of anybody to any door they hold, often late, sometimes by a clock that is off.
    fn log_a_visit(&mut self) -> Checked {
        let node = self.any_node();
        let held: Vec<(DoorId, String)> = match super::stage::doors(self.nodes[node].home()) {
            Ok(doors) => doors,
            Err(error) => return Err(self.failed("listing doors", &error)),
        };
        let Some((door, grid)) = held.choose(&mut self.rng).cloned() else {
            return Err(self.violation("a home lists no doors"));
        };
        let summary = self.ledger.next_summary();
        let visit = self.some_visit(node, door, &summary);
        let lost = self.sabotage == Some(Sabotage::LosesAVisit) && self.step > 15;
        let told = |fate| Told {
            home: node,
            grid: grid.clone(),
            fate,
        };
        let name = self.name(node);
        let after = |at: &str| {
            if at == "after commit" {
                Fate::Maybe
            } else {
                Fate::Failed
            }
        };
        if lost {
            self.ledger.note(summary, told(Fate::Kept));
            return Ok(());
        }
        let again = self.sabotage == Some(Sabotage::DoublesAVisit) && self.step > 15;
        let kept = self.sabotage == Some(Sabotage::KeepsAFailedVisit) && self.step > 15;
        let result = self.nodes[node].home().log_visit(&visit);
        let fired = self.nodes[node].fault.fired();
        let fate = match (&result, fired) {
            (Ok(_), _) if kept => Fate::Failed,
            (Ok(_), _) => Fate::Kept,
            (Err(error), Some(at)) if error.is_stopped() => after(at),
            (Err(error), _) => return Err(self.failed("recording a visit", error)),
        };
        self.event(
            "visit",
            format_args!("{name} {summary} {grid} at {:?}: {fate:?}", visit.at),
        );
        self.ledger.note(summary, told(fate));
        if result.is_err() {
            return self.restart(node, format!("at `{}`", fired.unwrap_or("")));
        }
        if again {
            let _ = self.on(node, |home| home.log_visit(&visit))?;
        }
        Ok(())
    }

    fn some_visit(&mut self, node: usize, door: DoorId, summary: &str) -> NewVisit {
        use doorknock::Clock;
        let outcomes = [
            Outcome::Met,
            Outcome::NobodyHome,
            Outcome::NobodyHome,
            Outcome::Refused,
            Outcome::MovedAway,
        ];
        let now = self.nodes[node].clock.now_ms() / 1000;
        let at = match self.rng.random_range(0..4) {
            0 => None,
            1 => Some(now - self.rng.random_range(0..3600)),
            2 => Some(now - self.rng.random_range(0..3 * DAY_S)),
            // A small set of times, so that visits meet at the same second.
            _ => Some(now / DAY_S * DAY_S - DAY_S * self.rng.random_range(0..30)),
        };
        let promised = self.rng.random_bool(0.2);
        let day = at.unwrap_or(now) / DAY_S + self.rng.random_range(1..20);
        let follow_up = i32::try_from(day).ok().filter(|_| promised);
        NewVisit {
            door,
            outcome: outcomes
                .choose(&mut self.rng)
                .copied()
                .unwrap_or(Outcome::Met),
            channel: [Channel::InPerson, Channel::Phone]
                .choose(&mut self.rng)
                .copied()
                .unwrap_or(Channel::InPerson),
            at,
            with: vec![],
            checklist: None,
            answers: if self.rng.random_bool(0.5) {
                vec!["meals=yes".to_owned()]
            } else {
                vec![]
            },
            summary: Some(summary.to_owned()),
            follow_up: follow_up.and_then(NaiveDate::from_epoch_days),
            matters: vec![],
        }
    }

    /// The roster with other telephone numbers and remarks, at any of the office's homes: where two of
    /// them do it side by side, fields come into conflict.
    fn import_a_changed_roster(&mut self) -> Checked {
        let offices: Vec<_> = self
            .nodes
            .iter()
            .filter(|n| n.shape.grids.is_empty())
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

    /// Opens a form on a door's card, or saves the one that is open, however long ago that was.
    fn edit_a_door(&mut self) -> Checked {
        let node = self.any_node();
        let name = self.name(node);
        let Some((door, version)) = self.nodes[node].form.take() else {
            let doors = super::stage::doors(self.nodes[node].home());
            let doors = doors.map_err(|e| self.failed("listing doors", &e))?;
            let Some((door, _)) = doors.choose(&mut self.rng) else {
                return Ok(());
            };
            let detail = self.nodes[node].home().door(*door);
            let detail = detail.map_err(|e| self.failed("reading a door", &e))?;
            self.nodes[node].form = Some((*door, detail.version));
            return Ok(());
        };
        let kind = DoorKind::ALL.choose(&mut self.rng).copied();
        let edit = DoorEdit {
            kind,
            ..DoorEdit::default()
        };
        self.event("edit", format_args!("{name} door {door} {kind:?}"));
        match self.on(node, |home| home.edit_door(door, &version, &edit))? {
            Ok(_) | Err(None) => Ok(()),
            // Its home was set back since.
            Err(Some(error)) if self.homes_set_back && error.code() == "unknown_version" => Ok(()),
            Err(Some(error)) => Err(self.failed("editing a door", &error)),
        }
    }

    /// A third grid, which extends the charter through the hub.
    fn import_a_new_grid(&mut self) -> Checked {
        if self.cut_off(0) {
            return Ok(());
        }
        self.third_grid = true;
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
        let Some(hub) = self.hub.take() else {
            return Ok(());
        };
        let net = Flaky {
            hub: &hub,
            rng: RefCell::new(rng),
            loss,
        };
        let options = ImportOptions::default();
        let result = self.on(node, |home| {
            home.import(list, options, &net, &mut |_, _| {})
        });
        drop(net);
        self.hub = Some(hub);
        let name = self.name(node);
        let result = result?;
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
                let hub_is_new =
                    self.epoch > 0 && ["charter_busy", "hub_refused"].contains(&error.code());
                let expected = loss > 0.0
                    && (hub_is_new
                        || ["grids_need_hub", "hub_unreachable"].contains(&error.code()));
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
