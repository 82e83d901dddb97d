//! A crash at a chosen write, and a disk that is full from some write on.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use doorknock::{Fault, Trip};

/// Writes for which a home's reserve makes room, once it is given back: more than one call ever makes.
const RESERVE_WRITES: u32 = 400;

/// The name of a home's reserve, and of the point at which a home asks whether there is room for one.
const RESERVE: &str = "reserve";

struct Disk {
    room: u32,
    reserve: PathBuf,
    /// Whether the reserve was given back since, and counted.
    given: bool,
    useless: bool,
}

#[derive(Default)]
struct Plan {
    left: Option<u32>,
    fired: Option<&'static str>,
    seen: u32,
    disk: Option<Disk>,
    /// Whether the open transaction has written: one that has not needs no room.
    dirty: bool,
}

/// Counts a store's writes and commits, stops it at the chosen one, and refuses those for which there is no room.
#[derive(Clone, Default)]
pub struct FaultPlan(Arc<Mutex<Plan>>);

impl FaultPlan {
    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stops the store at the n-th point from now, 0 being the next.
    pub fn arm(&self, n: u32) {
        let mut plan = self.plan();
        (plan.left, plan.fired) = (Some(n), None);
    }

    /// Lets everything pass that a disk lets pass, as after a restart.
    pub fn disarm(&self) {
        let mut plan = self.plan();
        (plan.left, plan.fired, plan.dirty) = (None, None, false);
    }

    /// After so many writes the disk of the home in this folder is full.
    pub fn fill(&self, room: u32, home: &Path) {
        let reserve = home.join(RESERVE);
        let given = !reserve.exists();
        self.plan().disk = Some(Disk {
            room,
            reserve,
            given,
            useless: false,
        });
    }

    /// The reserve makes no room: a fault of the program, put in on purpose.
    pub(super) fn make_the_reserve_useless(&self) {
        if let Some(disk) = &mut self.plan().disk {
            disk.useless = true;
        }
    }

    /// There is room again.
    pub fn free(&self) {
        self.plan().disk = None;
    }

    /// Whether the disk is full, or about to be.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.plan().disk.is_some()
    }

    /// Whether the full disk still holds a reserve that can be given back.
    #[must_use]
    pub fn has_reserve(&self) -> bool {
        let plan = self.plan();
        // A home that died when it had given it back has not come to use the room.
        let disk = plan.disk.as_ref();
        disk.is_some_and(|disk| !disk.given && disk.reserve.exists())
    }

    /// The point at which the store was stopped.
    #[must_use]
    pub fn fired(&self) -> Option<&'static str> {
        self.plan().fired
    }

    /// How many points were passed or hit so far.
    #[must_use]
    pub fn seen(&self) -> u32 {
        self.plan().seen
    }

    /// The hook to open a home with.
    #[must_use]
    pub fn hook(&self) -> Fault {
        let this = self.clone();
        Arc::new(move |point| this.plan().trip(point))
    }
}

impl Plan {
    fn trip(&mut self, point: &'static str) -> Trip {
        if point == RESERVE {
            return if self.disk.is_some() {
                Trip::Full
            } else {
                Trip::Go
            };
        }
        if point == "stopped?" || self.fired.is_some() {
            return self.stopped();
        }
        self.seen += 1;
        match self.left {
            Some(0) => self.fired = Some(point),
            Some(n) => self.left = Some(n - 1),
            None => {}
        }
        if self.fired.is_some() {
            return Trip::Stop;
        }
        self.room(point)
    }

    fn stopped(&self) -> Trip {
        if self.fired.is_some() {
            Trip::Stop
        } else {
            Trip::Go
        }
    }

    fn room(&mut self, point: &'static str) -> Trip {
        let needs = match point {
            "write" => true,
            "before commit" => std::mem::take(&mut self.dirty),
            _ => false,
        };
        let Some(disk) = self.disk.as_mut().filter(|_| needs) else {
            return Trip::Go;
        };
        if disk.room == 0 && !disk.given && !disk.useless && !disk.reserve.exists() {
            (disk.given, disk.room) = (true, RESERVE_WRITES);
        }
        let Some(left) = disk.room.checked_sub(1) else {
            self.dirty = false;
            return Trip::Full;
        };
        disk.room = left;
        self.dirty = point == "write";
        Trip::Go
    }
}
