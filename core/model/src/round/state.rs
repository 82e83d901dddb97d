//! What the round needs to know of a door's past: folded from its ticks, kept as one row per door
//! so that today's list need not read history.

use std::collections::HashSet;

use minicbor::{Decode, Encode};

use super::local_day;
use crate::ids::VisitId;
use crate::kinds::{Tick, TickResult};

/// A part of the day, in the community's time zone; a retry is made in another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayPart {
    /// Before noon.
    Morning,
    /// Noon to six.
    Afternoon,
    /// From six in the evening.
    Evening,
}

impl DayPart {
    /// The bits of all parts.
    pub const ALL_BITS: u8 = 0b111;

    /// The part of the day that a time of day (seconds since midnight) falls into.
    #[must_use]
    pub const fn of(second_of_day: i64) -> Self {
        match second_of_day {
            ..43_200 => Self::Morning,
            43_200..64_800 => Self::Afternoon,
            _ => Self::Evening,
        }
    }

    /// The bit in [`Past::tried_parts`].
    #[must_use]
    pub const fn bit(self) -> u8 {
        match self {
            Self::Morning => 1,
            Self::Afternoon => 2,
            Self::Evening => 4,
        }
    }
}

/// A tick as the fold sees it, with the id it stands under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Knock {
    /// The visit's id.
    pub visit: VisitId,
    /// When, in seconds since 1970.
    pub at: i64,
    /// How it ended.
    pub result: TickResult,
    /// When somebody promised to come back, in days since 1970-01-01.
    pub follow_up: Option<i32>,
    /// The ticks of the same door that this one stands in for.
    pub replaces: Vec<VisitId>,
}

impl Knock {
    /// A tick under its id.
    #[must_use]
    pub fn new(visit: VisitId, tick: Tick) -> Self {
        Self {
            visit,
            at: tick.at,
            result: tick.result,
            follow_up: tick.follow_up,
            replaces: tick.replaces.unwrap_or_default(),
        }
    }
}

/// A door's ticks that no other stands in for, in order of time and id, but for those that say that a
/// visit never took place.
#[must_use]
pub fn standing(knocks: &[Knock]) -> Vec<&Knock> {
    let replaced: HashSet<_> = knocks
        .iter()
        .flat_map(|by| by.replaces.iter().filter(|id| **id != by.visit))
        .collect();
    let mut standing: Vec<_> = knocks
        .iter()
        .filter(|k| k.result != TickResult::Undone && !replaced.contains(&k.visit))
        .collect();
    standing.sort_by_key(|k| (k.at, k.visit));
    standing
}

/// Where a door stands. Days count from 1970-01-01 in the community's time zone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Past {
    /// The day of the last knock that counts as done.
    #[n(0)]
    pub last_done: Option<i32>,
    /// The day of the last knock of any kind.
    #[n(1)]
    pub last_try: Option<i32>,
    /// Knocks with nobody home since the last done one.
    #[n(2)]
    pub tries: u8,
    /// The parts of the day of those knocks: [`DayPart::bit`]s.
    #[n(3)]
    pub tried_parts: u8,
    /// The promised return that is still open.
    #[n(4)]
    pub follow_up: Option<i32>,
}

impl Past {
    fn knock(&mut self, day: i32, part: DayPart, knock: &Knock) {
        self.last_try = Some(day);
        match knock.result {
            TickResult::Undone => {}
            TickResult::NobodyHome => {
                self.tries = self.tries.saturating_add(1);
                self.tried_parts |= part.bit();
                self.follow_up = knock.follow_up.or(self.follow_up);
            }
            TickResult::NotDone => {
                (self.tries, self.tried_parts) = (0, 0);
                self.follow_up = knock.follow_up.or(self.follow_up);
            }
            TickResult::Done | TickResult::Other(_) => {
                self.last_done = Some(day);
                (self.tries, self.tried_parts) = (0, 0);
                self.follow_up = knock.follow_up;
            }
        }
    }
}

/// A door's past up to its latest knock, with that day kept apart: the list of a day gives its
/// reasons as they stood that morning, and its status as it stands now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct DoorState {
    /// The day of the latest knock.
    #[n(0)]
    pub day: Option<i32>,
    /// How things stood before that day.
    #[n(1)]
    pub before: Past,
    /// How they stand after the latest knock.
    #[n(2)]
    pub now: Past,
}

impl DoorState {
    /// Folds all ticks of a door, in whatever order they are given. One that another names in
    /// `replaces` counts for nothing, and so does the one that undoes it.
    #[must_use]
    pub fn of(knocks: &[Knock], utc_offset_minutes: i32) -> Self {
        Self::up_to(i32::MAX, knocks, utc_offset_minutes)
    }

    /// The same up to the end of a day (days since 1970-01-01).
    #[must_use]
    pub fn up_to(day: i32, knocks: &[Knock], utc_offset_minutes: i32) -> Self {
        let mut state = Self::default();
        let in_time = |knock: &&Knock| local_day(knock.at, utc_offset_minutes) <= day;
        for knock in standing(knocks).into_iter().filter(in_time) {
            state.fold(knock, utc_offset_minutes);
        }
        state
    }

    /// Takes in the next tick, one that replaces nothing and that nothing replaces. Ticks must come
    /// in the order of (time, id): the caller folds anew ([`Self::of`]) when an older one arrives
    /// late or one replaces another.
    pub fn fold(&mut self, knock: &Knock, utc_offset_minutes: i32) {
        if knock.result == TickResult::Undone {
            return;
        }
        let day = local_day(knock.at, utc_offset_minutes);
        if self.day != Some(day) {
            self.before = self.now;
            self.day = Some(day);
        }
        let local = knock.at.saturating_add(i64::from(utc_offset_minutes) * 60);
        let part = DayPart::of(local.rem_euclid(86_400));
        self.now.knock(day, part, knock);
    }
}
