//! The month report (月报).

use std::time::SystemTime;

use doorknock::model::report;

use crate::error::Result;
use crate::home::Doorknock;
use crate::ledgers::Ledger;
use crate::records::Bilingual;
use crate::times::{Day, instant};

/// The figures of a month, of each grid and of all of them together. None is of one member: nobody is ranked.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct MonthReport {
    /// The first day of the month.
    pub first: Day,
    /// When it was derived; a month that is not over has no final figures.
    pub as_of: SystemTime,
    /// The grids, in the office's order: those this device holds, or the one asked for.
    pub grids: Vec<GridFigures>,
    /// All of them together.
    pub total: Figures,
    /// Campaigns and sessions, by their first day.
    pub activities: Vec<Activity>,
    /// The same as three tables: the figures, a row for each grid and the last for all of them; the visits by
    /// reason, outcome and channel; campaigns and sessions.
    pub sheets: Vec<Ledger>,
}

/// The figures of a grid.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct GridFigures {
    /// Its code.
    pub grid: String,
    /// A friendlier name.
    pub name: Option<String>,
    /// The figures.
    pub figures: Figures,
}

/// A part of a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct Share {
    /// How many of them.
    pub part: u32,
    /// How many there are; of none there is no rate.
    pub whole: u32,
}

impl From<report::Share> for Share {
    fn from(share: report::Share) -> Self {
        let report::Share { part, whole } = share;
        Self { part, whole }
    }
}

/// How often something is.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Count {
    /// The stable word.
    pub word: String,
    /// For people, Chinese.
    pub zh: String,
    /// How often.
    pub count: u32,
}

/// The figures of a month.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct Figures {
    /// Coverage (走访覆盖率): of the doors with a plan on some day of the month, those where somebody was reached.
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
    /// New households not met before the month: of these, those met by its end.
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
    /// Of the care needs that were looked at again in the month, or still are to be by its end: those that were.
    pub reviews: Share,
}

fn counts(counts: Vec<report::Count>) -> Vec<Count> {
    let count = |count: report::Count| Count {
        word: count.word.to_owned(),
        zh: count.zh.to_owned(),
        count: count.count,
    };
    counts.into_iter().map(count).collect()
}

impl From<report::Figures> for Figures {
    fn from(figures: report::Figures) -> Self {
        Self {
            coverage: figures.coverage.into(),
            visits: figures.visits,
            nobody_home: figures.nobody_home.into(),
            by_reason: counts(figures.by_reason),
            by_outcome: counts(figures.by_outcome),
            by_channel: counts(figures.by_channel),
            new_households: figures.new_households.into(),
            matters_raised: figures.matters_raised,
            in_grid: figures.in_grid.into(),
            responded: figures.responded.into(),
            first_response_hours: figures.first_response_hours,
            content: figures.content.into(),
            reviews: figures.reviews.into(),
        }
    }
}

/// A campaign or a session.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Activity {
    /// What sort of activity.
    pub kind: Bilingual,
    /// As people call it: a campaign's name, a session's place.
    pub name: String,
    /// The first day.
    pub since: Day,
    /// The last day.
    pub until: Day,
    /// Of a campaign's doors, those where somebody was met within its days.
    pub doors: Option<Share>,
    /// How many came to a session.
    pub visitors: Option<u32>,
}

impl From<doorknock::Activity> for Activity {
    fn from(activity: doorknock::Activity) -> Self {
        Self {
            kind: activity.kind.into(),
            name: activity.name,
            since: activity.since.into(),
            until: activity.until.into(),
            doors: activity.doors.map(Share::from),
            visitors: activity.visitors,
        }
    }
}

impl From<doorknock::MonthReport> for MonthReport {
    fn from(report: doorknock::MonthReport) -> Self {
        let grid = |grid: doorknock::GridFigures| GridFigures {
            grid: grid.grid,
            name: grid.name,
            figures: grid.figures.into(),
        };
        Self {
            first: report.month.first().into(),
            as_of: instant(report.as_of),
            sheets: report.sheets().into_iter().map(Ledger::from).collect(),
            grids: report.grids.into_iter().map(grid).collect(),
            total: report.total.into(),
            activities: report.activities.into_iter().map(Activity::from).collect(),
        }
    }
}

#[uniffi::export]
impl Doorknock {
    /// The report of the month that a day is in, of this month if none is named; of one grid by its code, or of
    /// all this device holds.
    ///
    /// # Errors
    /// `not_joined`, `no_grid`, `unknown_grid`, `bad_date`.
    #[uniffi::method(default(day = None, grid = None))]
    pub fn month_report(&self, day: Option<Day>, grid: Option<String>) -> Result<MonthReport> {
        let month = day.map(|Day(day)| report::Month::of(day));
        Ok(self.core().month_report(month, grid.as_deref())?.into())
    }
}
