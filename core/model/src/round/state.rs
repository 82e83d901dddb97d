//! What the round needs to know of a door's past: folded from its ticks, kept as one row per door
//! so that today's list need not read history.

use minicbor::{Decode, Encode};

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
    fn knock(&mut self, day: i32, part: DayPart, tick: &Tick) {
        self.last_try = Some(day);
        match tick.result {
            TickResult::NobodyHome => {
                self.tries = self.tries.saturating_add(1);
                self.tried_parts |= part.bit();
                self.follow_up = tick.follow_up.or(self.follow_up);
            }
            TickResult::NotDone => {
                (self.tries, self.tried_parts) = (0, 0);
                self.follow_up = tick.follow_up.or(self.follow_up);
            }
            TickResult::Done | TickResult::Other(_) => {
                self.last_done = Some(day);
                (self.tries, self.tried_parts) = (0, 0);
                self.follow_up = tick.follow_up;
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
    /// Takes in the next knock. Ticks must come in the order of (time, id): the caller folds anew
    /// from the first when an older one arrives late.
    pub fn fold(&mut self, tick: &Tick, utc_offset_minutes: i32) {
        let local = tick.at.saturating_add(i64::from(utc_offset_minutes) * 60);
        let day = i32::try_from(local.div_euclid(86_400)).unwrap_or(i32::MAX);
        if self.day != Some(day) {
            self.before = self.now;
            self.day = Some(day);
        }
        self.now
            .knock(day, DayPart::of(local.rem_euclid(86_400)), tick);
    }
}
