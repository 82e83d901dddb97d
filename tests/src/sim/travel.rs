//! Steps of the network: syncs begin, requests and answers arrive, are lost, come twice or late.

use doorknock::{Clock, Doorknock};
use rand::RngExt;

use super::garble::SAID_TO_NONSENSE;
use super::node::Slot;
use super::run::{Checked, Run};
use super::sabotage::Sabotage;
use super::spoil::SNAPSHOTS;
use super::steps::DAY_MS;
use super::trouble::clear_wal;
use super::violation::Oracle;
use crate::{HubNet, TestHub};

impl Run<'_> {
    /// Does something with the hub that a home is shown.
    pub(super) fn with_hub<T>(
        &mut self,
        node: usize,
        work: impl FnOnce(&mut Self, &TestHub) -> T,
    ) -> T {
        let forked = self.nodes[node].forked && self.fork.is_some();
        let taken = if forked {
            self.fork.take()
        } else {
            self.hub.take()
        };
        #[allow(clippy::expect_used)] // a test's own ground
        let hub = taken.expect("the hub is up");
        let out = work(self, &hub);
        if forked {
            self.fork = Some(hub);
        } else {
            self.hub = Some(hub);
        }
        out
    }

    /// All of a sync happened now, with the hub that everybody sees: what the home believes is so.
    pub(super) fn synced(&mut self, node: usize) {
        if self.nodes[node].forked {
            return;
        }
        (self.nodes[node].stale, self.nodes[node].new) = (false, false);
        self.office_unsure &= node != 0;
        if self.nodes[node].away_until.is_some() && !self.cut_off(node) {
            self.nodes[node].away_until = None;
            let name = self.name(node);
            self.event("back after a year", name);
        }
    }

    fn note_delay(&mut self, id: u64, sent: i64) {
        if self.hub_clock.now_ms() - sent > 30 * DAY_MS {
            self.event("months late", format_args!("#{id}"));
        }
    }

    /// Whether a home on a full disk keeps its reserve and has nothing to send.
    fn has_nothing_to_say(&self, node: usize) -> Checked<bool> {
        if self.charter_grew || !self.nodes[node].fault.has_reserve() {
            return Ok(false);
        }
        let status = self.ask(node, "the status", Doorknock::status)?;
        Ok(status.pending + status.refused + status.to_bring == 0)
    }

    /// What others wrote may not use up the room that is kept for what is recorded here (rule R4).
    fn check_the_reserve(&self, node: usize, quiet: bool) -> Checked {
        if quiet && !self.nodes[node].fault.has_reserve() {
            let name = self.name(node);
            let what = format!("{name} used its reserve for what others wrote");
            return Err(self.violation(Oracle::Works, what));
        }
        Ok(())
    }

    /// Begins a sync; a home may have two under way, as with a background job beside the open app.
    pub(super) fn start_a_sync(&mut self) -> Checked {
        let node = self.any_node();
        if self.sabotage == Some(Sabotage::NeverSyncs) && node == 1 {
            return Ok(());
        }
        if self.nodes[node].sessions.len() >= 2 {
            self.nodes[node].sessions.remove(0);
        }
        let session = self.nodes[node].home().sync_session();
        self.go_on(
            node,
            Slot {
                awaiting: 0,
                session,
                fresh: true,
                lacked_room: self.nodes[node].fault.is_full(),
            },
        )
    }

    /// Syncs where the network is good.
    pub(super) fn sync_at_once(&mut self) -> Checked {
        let node = self.any_node();
        self.sync_now(node)
    }

    pub(super) fn sync_now(&mut self, node: usize) -> Checked {
        let never = self.sabotage == Some(Sabotage::NeverSyncs) && node == 1;
        if never || self.cut_off(node) {
            return Ok(());
        }
        let quiet = self.has_nothing_to_say(node)?;
        let result = self.with_hub(node, |run, hub| {
            run.on(node, |home| home.sync(&HubNet(hub), &mut |_| {}))
        });
        let name = self.name(node);
        match result? {
            Ok(report) => {
                self.event("synced at once", format_args!("{name} {report:?}"));
                self.report(node, &report);
                self.synced(node);
                self.check_claims(node)
            }
            Err(None) => Ok(()),
            // A hub that lost part of the charter refuses what only some homes can bring back.
            Err(Some(error)) if self.epoch > 0 && error.code() == "hub_refused" => Ok(()),
            Err(Some(error)) if self.for_want_of_room(node, false, &error) => {
                self.check_the_reserve(node, quiet)
            }
            Err(Some(error)) => Err(self.failed("syncing at once", &error)),
        }
    }

    pub(super) fn deliver_a_request(&mut self, keep: bool) -> Checked {
        if self.requests.is_empty() {
            return Ok(());
        }
        let at = self.rng.random_range(0..self.requests.len());
        let (id, node) = (self.requests[at].id, self.requests[at].node);
        let of = (id, node, self.requests[at].path);
        let name = self.name(node);
        if self.cut_off(node) {
            self.requests.swap_remove(at);
            self.event("request lost", format_args!("#{id}: {name} is cut off"));
            return Ok(());
        }
        let before = self.hub_bytes();
        let letter = &self.requests[at];
        let (sent, tampered) = (letter.sent, letter.tampered);
        let hub = self.fork.as_ref().filter(|_| self.nodes[node].forked);
        let answer = hub.unwrap_or(self.hub()).handle(&letter.body);
        self.note_delay(id, sent);
        self.event(
            "delivered",
            format_args!("#{id} of {name}: {}", answer.status),
        );
        if keep {
            self.event("delivered again", format_args!("#{id} of {name} will be"));
        } else {
            self.requests.swap_remove(at);
        }
        if let Some(before) = before {
            self.put_hub_back(&before);
        }
        self.keep_answer(of, &answer);
        let mut letter = self.letter(of, answer);
        letter.tampered = tampered;
        self.answers.push(letter);
        Ok(())
    }

    pub(super) fn deliver_an_answer(&mut self) -> Checked {
        if self.answers.is_empty() {
            return Ok(());
        }
        let at = self.rng.random_range(0..self.answers.len());
        let letter = self.answers.swap_remove(at);
        let (id, node) = (letter.id, letter.node);
        self.note_delay(id, letter.sent);
        let name = self.name(node);
        if self.cut_off(node) {
            self.event("answer lost", format_args!("#{id}: {name} is cut off"));
            return Ok(());
        }
        let Some(slot) = self.nodes[node]
            .sessions
            .iter()
            .position(|s| s.awaiting == id)
        else {
            self.event(
                "answer too late",
                format_args!("#{id}: nobody at {name} waits for it"),
            );
            return Ok(());
        };
        let mut slot = self.nodes[node].sessions.remove(slot);
        if letter.epoch != self.epoch {
            slot.fresh = false;
            self.nodes[node].stale = true;
            self.nodes[node]
                .sessions
                .iter_mut()
                .for_each(|s| s.fresh = false);
        }
        let status = letter.body.status;
        self.nodes[node].spoilt |= letter.tampered && letter.path.starts_with(SNAPSHOTS);
        match self.on(node, |home| slot.session.answer(home, letter.body))? {
            Ok(()) => {
                self.event("answered", format_args!("#{id} to {name}: {status}"));
                if letter.tampered {
                    self.check_claims(node)?;
                }
                self.go_on(node, slot)
            }
            Err(None) => Ok(()),
            Err(Some(error)) => {
                self.event(
                    "answer refused",
                    format_args!("#{id} at {name}: {}", error.code()),
                );
                // A hub that lost part of the charter refuses what only some homes can bring back.
                let lost = self.epoch > 0 && error.code() == "hub_refused";
                let nonsense = letter.tampered && SAID_TO_NONSENSE.contains(&error.code());
                if lost || nonsense || self.for_want_of_room(node, slot.lacked_room, &error) {
                    return Ok(());
                }
                Err(self.failed("taking an answer", &error))
            }
        }
    }

    pub(super) fn lose_a_request(&mut self) -> Checked {
        if !self.requests.is_empty() {
            let at = self.rng.random_range(0..self.requests.len());
            let id = self.requests.swap_remove(at).id;
            self.event("request lost", format_args!("#{id}"));
        }
        Ok(())
    }

    pub(super) fn lose_an_answer(&mut self) -> Checked {
        if !self.answers.is_empty() {
            let at = self.rng.random_range(0..self.answers.len());
            let id = self.answers.swap_remove(at).id;
            self.event("answer lost", format_args!("#{id}"));
        }
        Ok(())
    }

    pub(super) fn cut_a_home_off(&mut self) -> Checked {
        let node = self.any_node();
        let until = self.step + self.rng.random_range(3..15);
        self.nodes[node].cut_off_until = until;
        let name = self.name(node);
        self.event("cut off", format_args!("{name} until step {until}"));
        Ok(())
    }

    /// For [`Sabotage::HubForgets`]: the hub's database as it was.
    pub(super) fn hub_bytes(&mut self) -> Option<Vec<u8>> {
        if self.sabotage != Some(Sabotage::HubForgets) || self.step < 10 {
            return None;
        }
        let mut bytes = None;
        self.reopen_hub(|path| bytes = std::fs::read(path).ok());
        bytes
    }

    pub(super) fn put_hub_back(&mut self, bytes: &[u8]) {
        self.reopen_hub(|path| {
            let _ = std::fs::write(path, bytes);
            clear_wal(path);
        });
    }
}
