//! Steps of the network: syncs begin, requests and answers arrive, are lost, come twice or late.

use rand::RngExt;

use super::node::Slot;
use super::run::{Checked, Run};
use super::sabotage::Sabotage;
use super::trouble::clear_wal;
use crate::HubNet;

impl Run<'_> {
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
            },
        )
    }

    /// Syncs where the network is good.
    pub(super) fn sync_at_once(&mut self) -> Checked {
        let node = self.any_node();
        let never = self.sabotage == Some(Sabotage::NeverSyncs) && node == 1;
        if never || self.cut_off(node) {
            return Ok(());
        }
        let Some(hub) = self.hub.take() else {
            return Ok(());
        };
        let result = self.on(node, |home| home.sync(&HubNet(&hub), &mut |_| {}));
        self.hub = Some(hub);
        let name = self.name(node);
        match result? {
            Ok(report) => {
                self.event("synced at once", format_args!("{name} {report:?}"));
                self.nodes[node].stale = false;
                self.office_unsure &= node != 0;
                self.check_claims(node)
            }
            Err(None) => Ok(()),
            // A hub that lost part of the charter refuses what only some homes can bring back.
            Err(Some(error)) if self.epoch > 0 && error.code() == "hub_refused" => Ok(()),
            Err(Some(error)) => Err(self.failed("syncing at once", &error)),
        }
    }

    pub(super) fn deliver_a_request(&mut self, keep: bool) -> Checked {
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
        self.event(
            "delivered",
            format_args!(
                "#{id} of {name}: {}{}",
                answer.status,
                if keep { ", and will be again" } else { "" }
            ),
        );
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

    pub(super) fn deliver_an_answer(&mut self) -> Checked {
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
        match self.on(node, |home| slot.session.answer(home, letter.body))? {
            Ok(()) => {
                self.event("answered", format_args!("#{id} to {name}: {status}"));
                self.go_on(node, slot)
            }
            Err(None) => Ok(()),
            Err(Some(error)) => {
                self.event(
                    "answer refused",
                    format_args!("#{id} at {name}: {}", error.code()),
                );
                // A hub that lost part of the charter refuses what only some homes can bring back.
                if self.epoch > 0 && error.code() == "hub_refused" {
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
