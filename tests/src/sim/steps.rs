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
use super::node::Slot;
use super::run::{Checked, Run};
use super::sabotage::Sabotage;
use super::stage::copy_home;
use crate::{TestHub, roster};

const DAY_S: i64 = 86_400;
const DAY_MS: i64 = DAY_S * 1000;

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

    fn any_node(&mut self) -> usize {
        self.rng.random_range(0..self.nodes.len())
    }

    fn cut_off(&self, node: usize) -> bool {
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
        let told = |fate| Told { home: node, grid: grid.clone(), fate };
        let name = self.name(node);
        let after = |at: &str| if at == "after commit" { Fate::Maybe } else { Fate::Failed };
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
        self.event("visit", format_args!("{name} {summary} {grid} at {:?}: {fate:?}", visit.at));
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
        let outcomes = [Outcome::Met, Outcome::NobodyHome, Outcome::NobodyHome, Outcome::Refused, Outcome::MovedAway];
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
            outcome: outcomes.choose(&mut self.rng).copied().unwrap_or(Outcome::Met),
            channel: [Channel::InPerson, Channel::Phone].choose(&mut self.rng).copied().unwrap_or(Channel::InPerson),
            at,
            with: vec![],
            answers: if self.rng.random_bool(0.5) { vec!["meals=yes".to_owned()] } else { vec![] },
            summary: Some(summary.to_owned()),
            follow_up: follow_up.and_then(NaiveDate::from_epoch_days),
        }
    }

    /// The roster with other telephone numbers and remarks, at any of the office's homes: where two of
    /// them do it side by side, fields come into conflict.
    fn import_a_changed_roster(&mut self) -> Checked {
        let offices: Vec<_> = self.nodes.iter().filter(|n| n.shape.grids.is_empty()).map(|n| n.index).collect();
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
        let edit = DoorEdit { kind, ..DoorEdit::default() };
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

    fn import(&mut self, node: usize, list: &doorknock::model::roster::Roster, loss: f64) -> Checked {
        let rng = ChaCha20Rng::seed_from_u64(self.rng.random());
        let Some(hub) = self.hub.take() else { return Ok(()) };
        let net = Flaky { hub: &hub, rng: RefCell::new(rng), loss };
        let options = ImportOptions::default();
        let result = self.on(node, |home| home.import(list, options, &net, &mut |_, _| {}));
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
                self.event("import", format_args!("{name} added {added} updated {updated}"));
                Ok(())
            }
            Err(None) => Ok(()),
            Err(Some(error)) => {
                let hub_is_new = self.epoch > 0 && ["charter_busy", "hub_refused"].contains(&error.code());
                let expected = loss > 0.0 && (hub_is_new || ["grids_need_hub", "hub_unreachable"].contains(&error.code()));
                self.event("import failed", format_args!("{name} {}", error.code()));
                if expected { Ok(()) } else { Err(self.failed("importing", &error)) }
            }
        }
    }

    /// Begins a sync; a home may have two under way, as with a background job beside the open app.
    fn start_a_sync(&mut self) -> Checked {
        let node = self.any_node();
        if self.sabotage == Some(Sabotage::NeverSyncs) && node == 1 {
            return Ok(());
        }
        if self.nodes[node].sessions.len() >= 2 {
            self.nodes[node].sessions.remove(0);
        }
        let session = self.nodes[node].home().sync_session();
        self.go_on(node, Slot { awaiting: 0, session, fresh: true })
    }

    fn deliver_a_request(&mut self, keep: bool) -> Checked {
        if self.requests.is_empty() {
            return Ok(());
        }
        let at = self.rng.random_range(0..self.requests.len());
        let (id, node) = (self.requests[at].id, self.requests[at].node);
        let name = self.name(node);
        if self.cut_off(node) {
            self.requests.swap_remove(at);
            self.event("request lost", format_args!("#{id}: {name} is cut off"));
            return Ok(());
        }
        let before = self.hub_bytes();
        let answer = self.hub().handle(&self.requests[at].body);
        self.event("delivered", format_args!("#{id} of {name}: {}{}", answer.status, if keep { ", and will be again" } else { "" }));
        if !keep {
            self.requests.swap_remove(at);
        }
        if let Some(before) = before {
            self.put_hub_back(&before);
        }
        let letter = self.letter(id, node, answer);
        self.answers.push(letter);
        Ok(())
    }

    fn deliver_an_answer(&mut self) -> Checked {
        if self.answers.is_empty() {
            return Ok(());
        }
        let at = self.rng.random_range(0..self.answers.len());
        let letter = self.answers.swap_remove(at);
        let (id, node) = (letter.id, letter.node);
        let name = self.name(node);
        if self.cut_off(node) {
            self.event("answer lost", format_args!("#{id}: {name} is cut off"));
            return Ok(());
        }
        let Some(slot) = self.nodes[node].sessions.iter().position(|s| s.awaiting == id) else {
            self.event("answer too late", format_args!("#{id}: nobody at {name} waits for it"));
            return Ok(());
        };
        let mut slot = self.nodes[node].sessions.remove(slot);
        if letter.epoch != self.epoch {
            slot.fresh = false;
            self.nodes[node].stale = true;
            self.nodes[node].sessions.iter_mut().for_each(|s| s.fresh = false);
        }
        let status = letter.body.status;
        match self.on(node, |home| slot.session.answer(home, letter.body))? {
            Ok(()) => {
                self.event("answered", format_args!("#{id} to {name}: {status}"));
                self.go_on(node, slot)
            }
            Err(None) => Ok(()),
            Err(Some(error)) => {
                self.event("answer refused", format_args!("#{id} at {name}: {}", error.code()));
                // A hub that lost part of the charter refuses what only some homes can bring back.
                if self.epoch > 0 && error.code() == "hub_refused" {
                    return Ok(());
                }
                Err(self.failed("taking an answer", &error))
            }
        }
    }

    fn lose_a_request(&mut self) -> Checked {
        if !self.requests.is_empty() {
            let at = self.rng.random_range(0..self.requests.len());
            let id = self.requests.swap_remove(at).id;
            self.event("request lost", format_args!("#{id}"));
        }
        Ok(())
    }

    fn lose_an_answer(&mut self) -> Checked {
        if !self.answers.is_empty() {
            let at = self.rng.random_range(0..self.answers.len());
            let id = self.answers.swap_remove(at).id;
            self.event("answer lost", format_args!("#{id}"));
        }
        Ok(())
    }

    fn cut_a_home_off(&mut self) -> Checked {
        let node = self.any_node();
        let until = self.step + self.rng.random_range(3..15);
        self.nodes[node].cut_off_until = until;
        let name = self.name(node);
        self.event("cut off", format_args!("{name} until step {until}"));
        Ok(())
    }

    fn crash_a_home(&mut self) -> Checked {
        let node = self.any_node();
        self.restart(node, "is killed")
    }

    fn crash_a_home_at_a_write_to_come(&mut self) -> Checked {
        let node = self.any_node();
        let most = if self.rng.random_bool(0.5) { 12 } else { 60 };
        let n = self.rng.random_range(0..most);
        self.nodes[node].fault.arm(n);
        let name = self.name(node);
        self.event("armed", format_args!("{name}'s store will stop at point {n}"));
        Ok(())
    }

    /// The hub dies; with it, now and then, the answers it had just given.
    fn crash_the_hub(&mut self) -> Checked {
        self.reopen_hub(|_| {});
        let lost = self.rng.random_bool(0.5);
        if lost {
            self.answers.clear();
        }
        self.event("hub crash", if lost { "and every answer on its way is lost" } else { "" });
        Ok(())
    }

    fn reopen_hub(&mut self, between: impl FnOnce(&std::path::Path)) {
        self.hub = None;
        let path = self.folder.path().join("hub.db");
        between(&path);
        self.hub = Some(TestHub::open(&path, &self.hub_clock));
    }

    /// Copies the hub's database, or a home's, for [`Self::restore`].
    fn back_up(&mut self) -> Checked {
        if self.homes_set_back {
            let node = self.any_node();
            let name = self.name(node);
            let copy = self.folder.path().join(format!("{name}-copy"));
            self.nodes[node].stop();
            copy_home(&self.nodes[node].folder, &copy);
            self.nodes[node].copy = Some(copy);
            self.event("home copied", name);
            return self.nodes[node].start().map_err(|e| self.failed("reopening a home", &e));
        }
        let copy = self.folder.path().join(format!("hub-{}.db", self.backups.len()));
        self.reopen_hub(|path| copy_file(path, &copy));
        self.backups.push(copy);
        self.event("hub backed up", "");
        Ok(())
    }

    /// Sets the hub, or a home, back to an older copy (rules R8 and R1).
    fn restore(&mut self) -> Checked {
        if self.homes_set_back { self.set_a_home_back() } else { self.set_the_hub_back() }
    }

    fn set_a_home_back(&mut self) -> Checked {
        let node = self.any_node();
        let Some(copy) = self.nodes[node].copy.clone() else { return Ok(()) };
        // A charter statement that only this office knew would be gone with it.
        if node == 0 && self.third_grid {
            return Ok(());
        }
        let held = self.summaries_at_hub()?;
        let name = self.name(node);
        self.nodes[node].stop();
        copy_home(&copy, &self.nodes[node].folder);
        self.ledger.may_be_lost(node, |summary| held.contains(summary));
        self.event("home set back", name);
        self.nodes[node].start().map_err(|e| self.failed("opening a restored home", &e))
    }

    fn set_the_hub_back(&mut self) -> Checked {
        // A statement that only the hub and some phones knew, followed by another one of the office,
        // splits the charter; that is for the office to settle, not for the homes.
        if self.office_unsure {
            return Ok(());
        }
        let Some(copy) = self.backups.choose(&mut self.rng).cloned() else { return Ok(()) };
        self.reopen_hub(|path| copy_file(&copy, path));
        self.epoch += 1;
        self.forget_observer();
        for node in &mut self.nodes {
            node.stale = true;
            node.sessions.iter_mut().for_each(|s| s.fresh = false);
        }
        self.event("hub set back", copy.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default());
        Ok(())
    }

    fn set_a_clock(&mut self) -> Checked {
        let node = self.any_node();
        let days = self.rng.random_range(-45..=45);
        let ms = self.rng.random_range(0..DAY_MS);
        self.nodes[node].clock.advance(days * DAY_MS + ms);
        let name = self.name(node);
        self.event("clock", format_args!("{name} by {days} days"));
        Ok(())
    }

    fn rebuild_a_home(&mut self) -> Checked {
        let node = self.any_node();
        let name = self.name(node);
        self.event("rebuild", name);
        match self.on(node, |home| home.rebuild())? {
            Ok(()) | Err(None) => Ok(()),
            Err(Some(error)) => Err(self.failed("rebuilding", &error)),
        }
    }

    /// For [`Sabotage::HubForgets`]: the hub's database as it was.
    fn hub_bytes(&mut self) -> Option<Vec<u8>> {
        if self.sabotage != Some(Sabotage::HubForgets) || self.step < 10 {
            return None;
        }
        let mut bytes = None;
        self.reopen_hub(|path| bytes = std::fs::read(path).ok());
        bytes
    }

    fn put_hub_back(&mut self, bytes: &[u8]) {
        self.reopen_hub(|path| {
            let _ = std::fs::write(path, bytes);
            clear_wal(path);
        });
    }
}

#[allow(clippy::expect_used)] // a test's own ground
fn copy_file(from: &std::path::Path, to: &std::path::Path) {
    std::fs::copy(from, to).expect("a database is copied");
    clear_wal(to);
}

fn clear_wal(path: &std::path::Path) {
    for end in ["-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        let _ = std::fs::remove_file(name);
    }
}
