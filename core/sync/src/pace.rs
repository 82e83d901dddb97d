//! How much one trip carries, so that it arrives.
//!
//! An answer that a connection cuts off is lost whole. At 30 kbit/s an answer of 1 MiB takes four minutes,
//! and a stairwell's signal does not last as long. So a trip that was lost makes the next ones smaller,
//! and one that was full and arrived makes them larger again. Nothing is timed: the caller notes
//! that a request is out, and a session that begins while the note stands knows that one was lost.

use crate::wire::DEFAULT_ANSWER_LIMIT;

/// The bytes that a trip carries each way, more or less: a single entry may be larger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace(u32);

impl Default for Pace {
    fn default() -> Self {
        Self(Self::MOST)
    }
}

impl Pace {
    /// What a good connection carries.
    pub const MOST: u32 = DEFAULT_ANSWER_LIMIT;
    /// Some five seconds at 30 kbit/s.
    pub const LEAST: u32 = 16 << 10;

    /// As it was kept; anything else is where a new home begins.
    #[must_use]
    pub fn kept(bytes: i64) -> Self {
        let bytes = u32::try_from(bytes).ok();
        bytes
            .filter(|bytes| (Self::LEAST..=Self::MOST).contains(bytes))
            .map_or_else(Self::default, Self)
    }

    /// The bytes.
    #[must_use]
    pub const fn bytes(self) -> u32 {
        self.0
    }

    /// After a trip of which nothing came back.
    #[must_use]
    pub fn lost(self) -> Self {
        Self((self.0 / 4).max(Self::LEAST))
    }

    /// After a trip that carried so many bytes one way. A small one tells nothing of large ones.
    #[must_use]
    pub fn arrived(self, bytes: usize) -> Self {
        let was_full = bytes >= self.0 as usize / 2;
        // By little, since where it had become too much the next that is too much is lost as well.
        let next = if was_full { self.0 / 4 * 5 } else { self.0 };
        Self(next.min(Self::MOST))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_lost_trips_make_it_small_and_full_ones_that_arrive_large_again() {
        let mut pace = Pace::default();
        for _ in 0..3 {
            pace = pace.lost();
        }
        assert_eq!(pace.bytes(), Pace::LEAST);
        assert_eq!(pace.lost(), pace);
        assert_eq!(pace.arrived(700), pace, "a small trip tells nothing");
        let mut trips = 0;
        while pace.bytes() < Pace::MOST {
            pace = pace.arrived(pace.bytes() as usize);
            trips += 1;
        }
        assert_eq!(trips, 19);
        assert_eq!(pace.arrived(usize::MAX), pace);
    }

    #[test]
    fn what_was_kept_is_read_back_and_nonsense_is_not_believed() {
        for bytes in [0, -1, 1, i64::MAX] {
            assert_eq!(Pace::kept(bytes), Pace::default());
        }
        let slow = Pace::default().lost();
        assert_eq!(Pace::kept(slow.bytes().into()), slow);
    }
}
