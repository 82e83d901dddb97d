//! Which part of what this device holds is asked for.

use chrono::NaiveDate;
use doorknock_model::access::SpaceKind;
use doorknock_model::round::day_of;
use doorknock_store::View;
use doorknock_store::matters::{MatterFilter, MatterRow};
use doorknock_store::queries::GridRow;

use crate::Result;
use crate::error::said;
use crate::read::{held_grids, which_grid};

/// A part of the records.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LedgerScope {
    /// One grid by its code; all that this device holds if `None`.
    pub grid: Option<String>,
    /// The first day, in the community's time zone.
    pub from: Option<NaiveDate>,
    /// The last day, included.
    pub until: Option<NaiveDate>,
}

impl LedgerScope {
    /// From the first second on to before the second: seconds since 1970.
    pub(super) fn seconds(&self, utc_offset: i32) -> Result<(i64, i64)> {
        if let (Some(from), Some(until)) = (self.from, self.until)
            && until < from
        {
            return Err(said(
                "bad_period",
                "截止日期早于起始日期；请核对。",
                "The last day lies before the first; check both.",
            ));
        }
        let from = self.from.map_or(i64::MIN, |day| starts(day, utc_offset));
        let until = self.until.and_then(|day| day.succ_opt());
        Ok((from, until.map_or(i64::MAX, |day| starts(day, utc_offset))))
    }
}

/// The first second of a day in a time zone, since 1970.
pub(crate) fn starts(day: NaiveDate, utc_offset: i32) -> i64 {
    i64::from(day_of(day)) * 86_400 - i64::from(utc_offset) * 60
}

/// A grid with its spaces on this device.
pub(crate) struct Part {
    pub(crate) grid: GridRow,
    /// The rounds space.
    pub(crate) rounds: u32,
    /// The casework space, where this device holds its key.
    pub(crate) casework: Option<u32>,
}

impl Part {
    /// The grid's matters; none without its casework.
    pub(crate) fn matters(&self, view: &View<'_>) -> Result<Vec<MatterRow>> {
        let Some(space) = self.casework else {
            return Ok(Vec::new());
        };
        let filter = MatterFilter {
            space: Some(space),
            ..MatterFilter::default()
        };
        Ok(view.matters(&filter, None, u32::MAX)?)
    }
}

/// The grid of this code, or all of this device's, in the office's order.
pub(crate) fn parts(view: &View<'_>, code: Option<&str>) -> Result<Vec<Part>> {
    let grids = match code {
        Some(code) => vec![which_grid(view, Some(code))?],
        None => held_grids(view)?,
    };
    let part = |(grid, rounds): (GridRow, u32)| {
        let casework = view.space_of(SpaceKind::Casework.code(), grid.id)?;
        Ok(Part {
            grid,
            rounds,
            casework: casework.map(|space| space.n),
        })
    };
    grids.into_iter().map(part).collect()
}
