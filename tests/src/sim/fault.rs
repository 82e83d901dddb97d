//! A crash at a chosen write.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use doorknock::Fault;

#[derive(Default)]
struct Plan {
    left: Option<u32>,
    fired: Option<&'static str>,
    seen: u32,
}

/// Counts a store's writes and commits, and stops it at the chosen one.
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

    /// Lets everything pass, as after a restart.
    pub fn disarm(&self) {
        let mut plan = self.plan();
        (plan.left, plan.fired) = (None, None);
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
        Arc::new(move |point| this.trip(point))
    }

    fn trip(&self, point: &'static str) -> bool {
        let mut plan = self.plan();
        if point == "stopped?" || plan.fired.is_some() {
            return plan.fired.is_some();
        }
        plan.seen += 1;
        match plan.left {
            Some(0) => plan.fired = Some(point),
            Some(n) => plan.left = Some(n - 1),
            None => {}
        }
        plan.fired.is_some()
    }
}
