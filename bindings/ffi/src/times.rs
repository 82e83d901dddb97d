//! Days and instants, as they cross the border: the other language's own types.
//!
//! A year beyond 1 to 9999 comes only from a broken record, and not every language has it: such a time is
//! shown as the nearest one they all have, so that it keeps no list from being read.

use std::time::{Duration, SystemTime};

use chrono::{DateTime, Datelike, NaiveDate, TimeZone, Utc};

use crate::error::{DoorknockError, bad_date, bad_time};

/// A day of the calendar, without a time zone: `java.time.LocalDate` in Kotlin, `DateComponents` with year, month and day
/// of the Gregorian calendar in Swift, `datetime.date` in Python.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub NaiveDate);

// As the number 20261121: each language takes it apart without a calendar.
uniffi::custom_type!(Day, i64, {
    try_lift: |number| Ok(day_of(number).ok_or_else(bad_date)?),
    lower: |day| number_of(day),
});

fn day_of(number: i64) -> Option<Day> {
    let part = |value: i64| u32::try_from(value).ok();
    let year = i32::try_from(number / 10_000).ok();
    let year = year.filter(|year| (1..=9999).contains(year))?;
    let (month, day) = (part(number / 100 % 100)?, part(number % 100)?);
    NaiveDate::from_ymd_opt(year, month, day).map(Day)
}

fn number_of(Day(date): Day) -> i64 {
    let (year, month, day) = match date.year() {
        ..1 => (1, 1, 1),
        10_000.. => (9999, 12, 31),
        year => (i64::from(year), date.month(), date.day()),
    };
    year * 10_000 + i64::from(month) * 100 + i64::from(day)
}

impl From<NaiveDate> for Day {
    fn from(date: NaiveDate) -> Self {
        Self(date)
    }
}

impl From<Day> for NaiveDate {
    fn from(day: Day) -> Self {
        day.0
    }
}

/// 0001-01-01 and 9999-12-31T23:59:59, in seconds since 1970.
const FIRST: i64 = -62_135_596_800;
const LAST: i64 = 253_402_300_799;

/// A time of the facade's, for the other language.
pub(crate) fn instant<Tz: TimeZone>(at: DateTime<Tz>) -> SystemTime {
    let at = at.with_timezone(&Utc);
    let inside = at.timestamp().clamp(FIRST, LAST);
    let nanos = u64::from(at.timestamp_subsec_nanos());
    let base = SystemTime::UNIX_EPOCH;
    let seconds = Duration::from_secs(inside.unsigned_abs());
    let whole = if inside < 0 {
        base.checked_sub(seconds)
    } else {
        base.checked_add(seconds)
    };
    whole.map_or(base, |whole| whole + Duration::from_nanos(nanos))
}

/// A time of the facade's in unix milliseconds, for the other language.
pub(crate) fn from_millis(at: i64) -> SystemTime {
    let at = at.clamp(FIRST * 1000, LAST * 1000);
    instant(DateTime::from_timestamp_millis(at).unwrap_or(DateTime::UNIX_EPOCH))
}

/// A time of the facade's in seconds since 1970, for the other language.
pub(crate) fn from_seconds(at: i64) -> SystemTime {
    from_millis(at.saturating_mul(1000))
}

/// A time of the other language's, as unix milliseconds.
///
/// # Errors
/// `bad_time` for one that is beyond the calendar.
pub(crate) fn millis(at: SystemTime) -> Result<i64, DoorknockError> {
    let inside = |ms: u128| i64::try_from(ms).ok().filter(|ms| *ms <= LAST * 1000 + 999);
    match at.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => inside(after.as_millis()),
        Err(before) => inside(before.duration().as_millis()).map(|ms| -ms),
    }
    .ok_or_else(bad_time)
}

/// A time of the other language's, in seconds since 1970.
///
/// # Errors
/// As [`millis`].
pub(crate) fn seconds(at: SystemTime) -> Result<i64, DoorknockError> {
    Ok(millis(at)?.div_euclid(1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_cross_and_come_back_and_what_is_no_day_is_an_error() {
        let day = NaiveDate::from_ymd_opt(2026, 11, 21).map(Day);
        assert_eq!(day.map(number_of), Some(20261121));
        assert_eq!(day_of(20261121), day);
        for none in [0, -1, 20260230, 20261301, 100000101, i64::MAX, i64::MIN] {
            assert_eq!(day_of(none), None, "{none}");
        }
        assert_eq!(number_of(Day(NaiveDate::MAX)), 99991231);
        assert_eq!(number_of(Day(NaiveDate::MIN)), 10101);
    }

    #[test]
    fn instants_cross_and_come_back_to_the_millisecond_on_both_sides_of_1970() {
        for ms in [0, 1, 1_795_226_400_123, -1, -86_400_001] {
            let at = DateTime::from_timestamp_millis(ms).unwrap();
            assert_eq!(millis(instant(at)), Ok(ms));
        }
        assert_eq!(
            millis(instant(DateTime::<Utc>::MAX_UTC)).map(|ms| ms / 1000),
            Ok(LAST)
        );
        assert_eq!(millis(instant(DateTime::<Utc>::MIN_UTC)), Ok(FIRST * 1000));
        let far = SystemTime::UNIX_EPOCH + Duration::from_secs(1 << 60);
        assert_eq!(millis(far), Err(bad_time()));
    }
}
