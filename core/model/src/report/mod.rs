//! The month report (月报): figures of a grid, a few grids, or a community, derived from what was
//! recorded and never typed. No figure is of one member: nobody is ranked (invariant 7).
//!
//! [`month`] is a pure function of [`Facts`]; the facade gathers them. Days are days since
//! 1970-01-01 in the community's time zone, times are seconds since 1970.

use std::collections::BTreeMap;

use chrono::{Datelike, Months, NaiveDate};

use crate::kinds::{Channel, Outcome, TickResult};
use crate::round::{NEW_HOUSEHOLD_DAYS, Reason, day_of};

/// A calendar month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month {
    first: NaiveDate,
}

impl Month {
    /// The month a day is in.
    #[must_use]
    pub fn of(day: NaiveDate) -> Self {
        let first = day.with_day(1).unwrap_or(day);
        Self { first }
    }

    /// The month of this form: `2026-11`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (year, month) = text.trim().split_once('-')?;
        if year.len() != 4 || month.len() != 2 {
            return None;
        }
        let first = NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, 1)?;
        Some(Self { first })
    }

    /// Its first day.
    #[must_use]
    pub const fn first(self) -> NaiveDate {
        self.first
    }

    /// The first day of the next month.
    #[must_use]
    pub fn next(self) -> NaiveDate {
        self.first
            .checked_add_months(Months::new(1))
            .unwrap_or(NaiveDate::MAX)
    }

    /// Whether the day is in it.
    #[must_use]
    pub fn has(self, day: i32) -> bool {
        (day_of(self.first)..day_of(self.next())).contains(&day)
    }
}

impl std::fmt::Display for Month {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.first.format("%Y-%m"))
    }
}

/// A part of a whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Share {
    /// How many of them.
    pub part: u32,
    /// How many there are.
    pub whole: u32,
}

impl Share {
    fn of<T>(all: impl IntoIterator<Item = T>, counts: impl Fn(&T) -> bool) -> Self {
        let mut share = Self::default();
        for one in all {
            share.whole = share.whole.saturating_add(1);
            share.part = share.part.saturating_add(u32::from(counts(&one)));
        }
        share
    }

    /// Between 0 and 1; `None` of nothing.
    #[must_use]
    pub fn rate(self) -> Option<f64> {
        (self.whole > 0).then(|| f64::from(self.part) / f64::from(self.whole))
    }
}

/// A door, as far as the report needs it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DoorFact {
    /// The first and last day of its plan, as the plan stands now; `None` without one.
    pub plan: Option<(i32, Option<i32>)>,
    /// When a new household moved in.
    pub moved_in: Option<i32>,
    /// The day it was first met from then on.
    pub first_met: Option<i32>,
    /// Whether somebody was reached there in the month: a visit that leaves nothing to knock for
    /// ([`Outcome::tick`]).
    pub reached: bool,
}

/// A visit of the month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitFact {
    /// How it was made.
    pub channel: Channel,
    /// What it found.
    pub outcome: Outcome,
    /// The most urgent reason for which the door was listed that morning; `None` if it was not.
    pub reason: Option<Reason>,
}

impl VisitFact {
    /// Whether somebody stood before the door: a call that is not answered is no door unopened.
    #[must_use]
    pub const fn is_knock(&self) -> bool {
        matches!(self.channel, Channel::InPerson | Channel::AtTheDoor)
    }
}

/// A matter (诉求), as far as the report needs it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MatterFact {
    /// When it was raised; `None` while its raising is not here.
    pub raised: Option<i64>,
    /// Seconds from raising to the first response.
    pub first_response: Option<i64>,
    /// When it was settled, if it is.
    pub settled: Option<i64>,
    /// Whether it ever left the grid.
    pub left_grid: bool,
    /// Whether the resident was content, once asked.
    pub content: Option<bool>,
}

/// A care need, as far as the report needs it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NeedFact {
    /// The days on which it was looked at again.
    pub reviewed: Vec<i32>,
    /// The day by which it is to be looked at next, as things stand now; `None` once it has ended.
    pub due: Option<i32>,
}

/// What the figures are derived from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// The doors.
    pub doors: Vec<DoorFact>,
    /// The month's visits.
    pub visits: Vec<VisitFact>,
    /// Matters raised or settled in the month; others do no harm.
    pub matters: Vec<MatterFact>,
    /// The care needs.
    pub needs: Vec<NeedFact>,
}

impl Facts {
    /// These and those: the facts of two grids together.
    pub fn extend(&mut self, others: &Self) {
        self.doors.extend_from_slice(&others.doors);
        self.visits.extend_from_slice(&others.visits);
        self.matters.extend_from_slice(&others.matters);
        self.needs.extend_from_slice(&others.needs);
    }
}

/// How many, under a word in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// The word in JSON.
    pub word: &'static str,
    /// For people.
    pub zh: &'static str,
    /// How many.
    pub count: u32,
}

/// The figures of a month.
#[derive(Debug, Clone, PartialEq)]
pub struct Figures {
    /// Coverage (走访覆盖率): of the doors with a plan on some day of the month, those where somebody
    /// was reached.
    pub coverage: Share,
    /// Visits.
    pub visits: u32,
    /// Of the knocks, those with nobody home.
    pub nobody_home: Share,
    /// Visits by the reason for which the door was listed, most urgent first; then those without.
    pub by_reason: Vec<Count>,
    /// Visits by what they found.
    pub by_outcome: Vec<Count>,
    /// Visits by how they were made.
    pub by_channel: Vec<Count>,
    /// New households (within [`NEW_HOUSEHOLD_DAYS`] of moving in, not met before the month): of these,
    /// those met by its end.
    pub new_households: Share,
    /// Matters raised.
    pub matters_raised: u32,
    /// Of the matters settled in the month, those that never left the grid (小事不出网格).
    pub in_grid: Share,
    /// Of the matters raised in the month, those that were taken up.
    pub responded: Share,
    /// The median time from raising a matter to first taking it up, in hours.
    pub first_response_hours: Option<f64>,
    /// Of the residents asked about matters settled in the month, those content (满意率).
    pub content: Share,
    /// Of the care needs that were looked at again in the month, or still are to be by its end: those
    /// that were.
    pub reviews: Share,
}

/// Days of a time in a time zone.
pub type DayOf<'f> = &'f dyn Fn(i64) -> i32;

/// The figures of a month: the same facts, in any order, give the same figures.
#[must_use]
pub fn month(month: Month, facts: &Facts, day: DayOf<'_>) -> Figures {
    let (first, next) = (day_of(month.first()), day_of(month.next()));
    let in_month = |at: i64| month.has(day(at));
    let planned = facts.doors.iter().filter(|door| {
        door.plan
            .is_some_and(|(since, until)| since < next && until.is_none_or(|u| u >= first))
    });
    let knocks = facts.visits.iter().filter(|visit| visit.is_knock());
    let matters = || facts.matters.iter();
    let raised = || matters().filter(|m| m.raised.is_some_and(in_month));
    let settled = || matters().filter(|m| m.settled.is_some_and(in_month));
    let mut waits: Vec<i64> = raised().filter_map(|m| m.first_response).collect();
    Figures {
        coverage: Share::of(planned, |door| door.reached),
        visits: count(facts.visits.len()),
        nobody_home: Share::of(knocks, |v| v.outcome == Outcome::NobodyHome),
        by_reason: by_reason(&facts.visits),
        by_outcome: by_word(&facts.visits, |v| {
            (v.outcome.code(), v.outcome.word(), v.outcome.zh())
        }),
        by_channel: by_word(&facts.visits, |v| {
            (v.channel.code(), v.channel.word(), v.channel.zh())
        }),
        new_households: new_households(&facts.doors, first, next),
        matters_raised: count(raised().count()),
        in_grid: Share::of(settled(), |m| !m.left_grid),
        responded: Share::of(raised(), |m| m.first_response.is_some()),
        first_response_hours: median(&mut waits).map(|seconds| seconds / 3600.0),
        content: Share::of(settled().filter_map(|m| m.content), |content| *content),
        reviews: reviews(&facts.needs, month),
    }
}

fn count(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

fn new_households(doors: &[DoorFact], first: i32, next: i32) -> Share {
    let days = i32::try_from(NEW_HOUSEHOLD_DAYS).unwrap_or(i32::MAX);
    let new = doors.iter().filter(|door| {
        let recent = |day: i32| day < next && day.saturating_add(days) > first;
        door.moved_in.is_some_and(recent) && door.first_met.is_none_or(|met| met >= first)
    });
    Share::of(new, |door| door.first_met.is_some_and(|met| met < next))
}

fn reviews(needs: &[NeedFact], month: Month) -> Share {
    let reviewed = |need: &NeedFact| need.reviewed.iter().any(|day| month.has(*day));
    let next = day_of(month.next());
    let asked = needs
        .iter()
        .filter(|need| reviewed(need) || need.due.is_some_and(|due| due < next));
    Share::of(asked, |need| reviewed(need))
}

fn by_word(
    visits: &[VisitFact],
    word: impl Fn(&VisitFact) -> (u8, &'static str, &'static str),
) -> Vec<Count> {
    let mut counts = BTreeMap::new();
    for visit in visits {
        let (code, word, zh) = word(visit);
        let count = counts.entry(code).or_insert(Count { word, zh, count: 0 });
        count.count = count.count.saturating_add(1);
    }
    counts.into_values().collect()
}

fn by_reason(visits: &[VisitFact]) -> Vec<Count> {
    by_word(visits, |visit| match &visit.reason {
        Some(reason) => (reason.rank(), reason.word(), reason.zh()),
        None => (u8::MAX, "unlisted", "清单之外"),
    })
}

/// The middle one, or the mean of the two in the middle.
fn median(seconds: &mut [i64]) -> Option<f64> {
    seconds.sort_unstable();
    let upper = seconds.get(seconds.len() / 2)?;
    let lower = seconds.get((seconds.len() - 1) / 2)?;
    #[allow(
        clippy::cast_precision_loss,
        reason = "seconds of a human lifetime are exact in 53 bits"
    )]
    Some((*lower as f64 + *upper as f64) / 2.0)
}

/// Whether a visit reached somebody, so that the door counts as covered.
#[must_use]
pub fn reached(outcome: Outcome) -> bool {
    outcome.tick() == TickResult::Done
}

#[cfg(test)]
mod tests;
