//! Steps of bad luck: crashes, clocks, and databases that are set back.

use rand::RngExt;
use rand::seq::IndexedRandom;

use super::run::{Checked, Run};
use super::stage::copy_home;
use crate::TestHub;

impl Run<'_> {
    pub(super) fn crash_a_home(&mut self) -> Checked {
        let node = self.any_node();
        self.restart(node, "is killed")
    }

    pub(super) fn crash_a_home_at_a_write_to_come(&mut self) -> Checked {
        let node = self.any_node();
        let most = if self.rng.random_bool(0.5) { 12 } else { 60 };
        let n = self.rng.random_range(0..most);
        self.nodes[node].fault.arm(n);
        let name = self.name(node);
        self.event(
            "armed",
            format_args!("{name}'s store will stop at point {n}"),
        );
        Ok(())
    }

    /// The hub dies; with it, now and then, the answers it had just given.
    pub(super) fn crash_the_hub(&mut self) -> Checked {
        self.reopen_hub(|_| {});
        let lost = self.rng.random_bool(0.5);
        if lost {
            self.answers.clear();
        }
        self.event(
            "hub crash",
            if lost {
                "and every answer on its way is lost"
            } else {
                ""
            },
        );
        Ok(())
    }

    pub(super) fn reopen_hub(&mut self, between: impl FnOnce(&std::path::Path)) {
        self.hub = None;
        let path = self.folder.path().join("hub.db");
        between(&path);
        self.hub = Some(TestHub::open(&path, &self.hub_clock));
    }

    /// Copies the hub's database, or a home's, for [`Self::restore`].
    pub(super) fn back_up(&mut self) -> Checked {
        if self.homes_set_back {
            let node = self.any_node();
            let name = self.name(node);
            let copy = self.folder.path().join(format!("{name}-copy"));
            self.nodes[node].stop();
            copy_home(&self.nodes[node].folder, &copy);
            self.nodes[node].copy = Some(copy);
            self.event("home copied", name);
            return self.nodes[node]
                .start()
                .map_err(|e| self.failed("reopening a home", &e));
        }
        let copy = self
            .folder
            .path()
            .join(format!("hub-{}.db", self.backups.len()));
        self.reopen_hub(|path| copy_file(path, &copy));
        self.backups.push((copy, self.shelf.made));
        self.event("hub backed up", "");
        Ok(())
    }

    /// Sets the hub, or a home, back to an older copy (rules R8 and R1).
    pub(super) fn restore(&mut self) -> Checked {
        if self.homes_set_back {
            self.set_a_home_back()
        } else {
            self.set_the_hub_back()
        }
    }

    pub(super) fn set_a_home_back(&mut self) -> Checked {
        let node = self.any_node();
        let Some(copy) = self.nodes[node].copy.clone() else {
            return Ok(());
        };
        // A charter statement that only this office knew would be gone with it.
        if node == 0 && self.charter_grew {
            return Ok(());
        }
        let held = self.held_by_hub()?;
        let name = self.name(node);
        self.nodes[node].stop();
        copy_home(&copy, &self.nodes[node].folder);
        self.ledger.may_be_lost(node, &held);
        self.event("home set back", name);
        self.nodes[node]
            .start()
            .map_err(|e| self.failed("opening a restored home", &e))
    }

    pub(super) fn set_the_hub_back(&mut self) -> Checked {
        // A statement that only the hub and some phones knew, followed by another one of the office,
        // splits the charter; that is for the office to settle, not for the homes.
        if self.office_unsure {
            return Ok(());
        }
        let Some((copy, made)) = self.backups.choose(&mut self.rng).cloned() else {
            return Ok(());
        };
        self.reopen_hub(|path| copy_file(&copy, path));
        self.log_is_another();
        self.forget_observer();
        if made < self.shelf.made {
            self.event("snapshots lost", "");
        }
        // As a device does that notices; this one syncs at no step of its own.
        self.send_by_hand_again();
        self.event(
            "hub set back",
            copy.file_name()
                .map(|n| n.to_string_lossy().into_owned())
                .unwrap_or_default(),
        );
        Ok(())
    }

    pub(super) fn set_a_clock(&mut self) -> Checked {
        let node = self.any_node();
        let days = self.rng.random_range(-45..=45);
        let ms = self.rng.random_range(0..super::steps::DAY_MS);
        self.nodes[node]
            .clock
            .advance(days * super::steps::DAY_MS + ms);
        let name = self.name(node);
        self.event("clock", format_args!("{name} by {days} days"));
        Ok(())
    }

    /// Somebody looks at what their home says, whatever is under way.
    pub(super) fn look_at_a_status(&mut self) -> Checked {
        let node = self.any_node();
        self.check_claims(node)
    }

    /// Every clock moves on; what is on its way stays on its way.
    pub(super) fn let_months_pass(&mut self) -> Checked {
        let days = self.rng.random_range(30..200);
        self.pass(days);
        self.event("months pass", format_args!("{days} days"));
        Ok(())
    }

    pub(super) fn pass(&mut self, days: i64) {
        let clocks = self.nodes.iter().map(|node| &node.clock);
        for clock in clocks.chain([&self.hub_clock]) {
            clock.advance(days * super::steps::DAY_MS);
        }
    }

    /// Somebody is away for a year without a signal, and may write all the same; the others go on.
    pub(super) fn leave_for_a_year(&mut self) -> Checked {
        let node = self.any_node();
        let until = self.step + self.rng.random_range(10..25);
        self.nodes[node].away_until = Some(until);
        self.pass(365);
        let name = self.name(node);
        self.event("away for a year", format_args!("{name} until step {until}"));
        Ok(())
    }

    pub(super) fn rebuild_a_home(&mut self) -> Checked {
        let node = self.any_node();
        let name = self.name(node);
        self.event("rebuild", name);
        match self.on(node, |home| home.rebuild())? {
            Ok(()) | Err(None) => Ok(()),
            Err(Some(error)) if self.for_want_of_room(node, false, &error) => Ok(()),
            Err(Some(error)) => Err(self.failed("rebuilding", &error)),
        }
    }
}

#[allow(clippy::expect_used)] // a test's own ground
pub(super) fn copy_file(from: &std::path::Path, to: &std::path::Path) {
    std::fs::copy(from, to).expect("a database is copied");
    clear_wal(to);
}

pub(super) fn clear_wal(path: &std::path::Path) {
    for end in ["-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        let _ = std::fs::remove_file(name);
    }
}
