//! Seeded randomness and a clock that a test moves.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use doorknock::model::Entropy;
use doorknock::{Clock, Env, Fault};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;

/// Bytes that a seed decides.
pub struct SeededEntropy(Mutex<ChaCha20Rng>);

impl SeededEntropy {
    /// From a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(ChaCha20Rng::seed_from_u64(seed)))
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, out: &mut [u8]) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .fill_bytes(out);
    }
}

/// A clock that stands still until it is moved.
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// At these unix milliseconds.
    #[must_use]
    pub const fn at(ms: i64) -> Self {
        Self(AtomicI64::new(ms))
    }

    /// Moves it.
    pub fn advance(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::Relaxed);
    }
}

impl Clock for ManualClock {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// An environment of these.
#[must_use]
pub fn env(entropy: &Arc<SeededEntropy>, clock: &Arc<ManualClock>, fault: Option<Fault>) -> Env {
    Env {
        entropy: entropy.clone(),
        clock: clock.clone(),
        fault,
    }
}
