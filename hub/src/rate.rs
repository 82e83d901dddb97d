//! A limit on how often one key (a device, an address) may ask: token buckets.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

/// How often: `burst` at once, `per_minute` on average.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Requests at once after a rest.
    pub burst: u32,
    /// Requests a minute for ever. 0 refills nothing.
    pub per_minute: u32,
}

/// Buckets are forgotten above this many; see [`Limiter::take`].
const MOST_KEYS: usize = 100_000;
/// A token in the bucket's unit, so that a millisecond's refill is an integer.
const TOKEN: u64 = 60_000;

#[derive(Debug, Clone, Copy)]
struct Bucket {
    tokens: u64,
    at_ms: i64,
}

/// A bucket for each key.
#[derive(Debug)]
pub struct Limiter<K> {
    rate: Rate,
    buckets: Mutex<HashMap<K, Bucket>>,
}

impl<K: Hash + Eq> Limiter<K> {
    /// A limiter whose buckets are all full.
    #[must_use]
    pub fn new(rate: Rate) -> Self {
        Self {
            rate,
            buckets: Mutex::new(HashMap::new()),
        }
    }

    fn full(&self) -> u64 {
        u64::from(self.rate.burst) * TOKEN
    }

    fn refilled(&self, bucket: Bucket, now_ms: i64) -> u64 {
        let elapsed = u64::try_from(now_ms.saturating_sub(bucket.at_ms)).unwrap_or(0);
        let refill = elapsed.saturating_mul(u64::from(self.rate.per_minute));
        bucket.tokens.saturating_add(refill).min(self.full())
    }

    /// Whether the key may ask now, without counting it.
    pub fn allows(&self, key: &K, now_ms: i64) -> bool {
        let buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let tokens = buckets
            .get(key)
            .map_or(self.full(), |bucket| self.refilled(*bucket, now_ms));
        tokens >= TOKEN
    }

    /// Counts a request of the key; `false` if it may not ask now. A clock that goes back refills
    /// nothing and takes nothing away.
    pub fn take(&self, key: K, now_ms: i64) -> bool {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MOST_KEYS && !buckets.contains_key(&key) {
            // Who has been quiet long enough for a full bucket is as good as never seen. If all
            // are busy, starting over bounds the memory at the price of one more burst each.
            buckets.retain(|_, bucket| self.refilled(*bucket, now_ms) < self.full());
            if buckets.len() >= MOST_KEYS {
                buckets.clear();
            }
        }
        let full = self.full();
        let bucket = buckets.entry(key).or_insert(Bucket {
            tokens: full,
            at_ms: now_ms,
        });
        let tokens = self.refilled(*bucket, now_ms);
        let allowed = tokens >= TOKEN;
        *bucket = Bucket {
            tokens: if allowed { tokens - TOKEN } else { tokens },
            at_ms: bucket.at_ms.max(now_ms),
        };
        allowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_allowed_and_then_the_average() {
        let limiter = Limiter::new(Rate {
            burst: 3,
            per_minute: 60,
        });
        let taken = |n, now| (0..n).filter(|_| limiter.take("a", now)).count();
        assert_eq!(taken(5, 0), 3);
        assert_eq!(taken(5, 999), 0);
        assert_eq!(taken(5, 1_000), 1);
        assert_eq!(taken(5, 3_500), 2);
        assert_eq!(taken(9, 1_000_000), 3, "no more than the burst is saved up");
        assert!(!limiter.allows(&"a", 1_000_000));
        assert!(limiter.allows(&"b", 1_000_000), "keys do not share");
    }

    #[test]
    fn a_clock_that_jumps_is_harmless() {
        let limiter = Limiter::new(Rate {
            burst: 1,
            per_minute: 60,
        });
        assert!(limiter.take((), i64::MAX));
        assert!(!limiter.take((), i64::MIN));
        assert!(!limiter.take((), i64::MAX));
    }

    #[test]
    fn strangers_do_not_fill_the_memory() {
        let limiter = Limiter::new(Rate {
            burst: 1,
            per_minute: 0,
        });
        for key in 0..=MOST_KEYS {
            assert!(limiter.take(key, 0));
        }
        assert!(limiter.buckets.lock().unwrap().len() <= MOST_KEYS);
    }
}
