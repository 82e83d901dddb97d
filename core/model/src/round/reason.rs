//! Why a door is on the list.

use std::collections::HashMap;

use chrono::{Days, NaiveDate};

use super::state::{DayPart, Past};
use super::{Base, RoundDoor, date_of, plan};
use crate::checklist::TemplateId;
use crate::ids::{DocId, DoorId, MatterId, MemberId};
use crate::kinds::PeriodKind;

/// After this many knocks with nobody home, a call or a neighbour is suggested instead.
pub const MAX_TRIES: u8 = 3;

/// A household counts as new for this many days after moving in.
pub const NEW_HOUSEHOLD_DAYS: u64 = 30;

/// Why a door is on the list. In order of urgency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// Somebody promised to come back by this day.
    FollowUp {
        /// The promised day.
        on: NaiveDate,
    },
    /// A resident's matter awaits a visit. Known to devices with the grid's casework only.
    Matter {
        /// The day by which it is to be dealt with, if there is one.
        by: Option<NaiveDate>,
        /// The matter.
        matter: MatterId,
    },
    /// 特殊时期: due at the cadence of a heat wave, cold wave, flood, epidemic.
    Period {
        /// The day it was due.
        due: NaiveDate,
        /// Days since then; 0 is today.
        days: i64,
        /// The period's name.
        name: String,
        /// What it is.
        kind: Option<PeriodKind>,
        /// Its last day.
        until: NaiveDate,
        /// The period.
        period: DocId,
    },
    /// The cadence passed this many days ago.
    Overdue {
        /// The day it was due.
        due: NaiveDate,
        /// Days since then, 1 or more.
        days: i64,
    },
    /// Nobody was home at the last knocks.
    NobodyHome {
        /// How often in a row.
        tries: u8,
        /// The parts of the day already tried: [`DayPart::bit`]s.
        tried_parts: u8,
        /// The parts of the day left to try, in the same form; none once a call is suggested.
        parts_left: u8,
        /// After [`MAX_TRIES`]: call, or ask a neighbour, instead of knocking again.
        suggest_call: bool,
    },
    /// Somebody put the door on the list.
    Added {
        /// Why.
        why: Option<String>,
        /// Who.
        by: MemberId,
    },
    /// The cadence is due today.
    Due {
        /// Today.
        due: NaiveDate,
    },
    /// A care need is to be looked at again. Known to devices with the grid's casework only.
    Review {
        /// Since this day.
        on: NaiveDate,
    },
    /// 专项走访: not yet visited for a campaign.
    Campaign {
        /// Its last day.
        until: NaiveDate,
        /// Its name.
        name: String,
        /// The campaign.
        campaign: DocId,
    },
    /// A new household, not yet met.
    NewHousehold {
        /// The day it moved in.
        since: NaiveDate,
    },
}

impl Reason {
    /// The word in JSON.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::FollowUp { .. } => "follow_up",
            Self::Matter { .. } => "matter",
            Self::Period { .. } => "period",
            Self::Overdue { .. } => "overdue",
            Self::NobodyHome { .. } => "nobody_home",
            Self::Added { .. } => "added",
            Self::Due { .. } => "due",
            Self::Review { .. } => "review",
            Self::Campaign { .. } => "campaign",
            Self::NewHousehold { .. } => "new_household",
        }
    }

    /// In a few words, for a column or a count.
    #[must_use]
    pub const fn zh(&self) -> &'static str {
        match self {
            Self::FollowUp { .. } => "约定回访",
            Self::Matter { .. } => "诉求待上门",
            Self::Period { .. } => "特殊时期",
            Self::Overdue { .. } => "逾期未访",
            Self::NobodyHome { .. } => "上次无人在家",
            Self::Added { .. } => "临时加入",
            Self::Due { .. } => "到期应访",
            Self::Review { .. } => "关爱复核",
            Self::Campaign { .. } => "专项走访",
            Self::NewHousehold { .. } => "新入住",
        }
    }

    /// Orders reasons by urgency, and those of one urgency by what they are about, so that the order
    /// is the same everywhere.
    pub(super) fn order(&self) -> (u8, NaiveDate, [u8; 16], &str) {
        let (day, about, text) = match self {
            Self::FollowUp { on } | Self::Review { on } => (Some(*on), [0; 16], ""),
            Self::Matter { by, matter } => (*by, matter.0, ""),
            Self::Period { due, period, .. } => (Some(*due), period.0, ""),
            Self::Overdue { due, .. } | Self::Due { due } => (Some(*due), [0; 16], ""),
            Self::NobodyHome { .. } => (None, [0; 16], ""),
            Self::Added { why, by } => (None, by.0, why.as_deref().unwrap_or("")),
            Self::Campaign {
                until, campaign, ..
            } => (Some(*until), campaign.0, ""),
            Self::NewHousehold { since } => (Some(*since), [0; 16], ""),
        };
        // What has no day comes after what has one.
        (self.rank(), day.unwrap_or(NaiveDate::MAX), about, text)
    }

    /// Smaller is more urgent.
    pub(crate) const fn rank(&self) -> u8 {
        match self {
            Self::FollowUp { .. } => 0,
            Self::Matter { .. } => 1,
            Self::Period { .. } => 2,
            Self::Overdue { .. } => 3,
            Self::NobodyHome { .. } => 4,
            Self::Added { .. } => 5,
            Self::Due { .. } => 6,
            Self::Review { .. } => 7,
            Self::Campaign { .. } => 8,
            Self::NewHousehold { .. } => 9,
        }
    }
}

/// What the grid's casework adds to the list. A phone without casework computes the round with an
/// empty one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overlay {
    /// By door.
    pub doors: HashMap<DoorId, Casework>,
}

/// What the casework of one door asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Casework {
    /// Matters that await a visit, each with the day by which it is to be dealt with.
    pub matters: Vec<(MatterId, Option<NaiveDate>)>,
    /// The earliest day on which a care need of somebody there is to be looked at again.
    pub review: Option<NaiveDate>,
}

/// A door's reasons but for what people decided, in no order, and the checklist that goes with them.
pub(super) fn reasons(
    base: &Base<'_>,
    door: &RoundDoor,
    casework: Option<&Casework>,
    morning: &Past,
    tried: &Past,
) -> (Vec<Reason>, Option<TemplateId>) {
    let date = base.date;
    let last_done = morning.last_done.and_then(date_of);
    let mut reasons = Vec::new();
    let promised = morning.follow_up.and_then(date_of);
    reasons.extend(
        promised
            .filter(|on| *on <= date)
            .map(|on| Reason::FollowUp { on }),
    );
    reasons.extend(nobody_home(tried));
    reasons.extend(new_household(date, door, last_done));
    if let Some(casework) = casework {
        let matter = |&(matter, by): &_| Reason::Matter { by, matter };
        reasons.extend(casework.matters.iter().map(matter));
        let review = casework.review.filter(|on| *on <= date);
        reasons.extend(review.map(|on| Reason::Review { on }));
    }
    let own = plan::in_force(base, door);
    let own_checklist = own.and_then(|plan| plan.checklist);
    let campaign = campaigns(base, door, last_done, &mut reasons);
    let checklist = match periods(base, door, last_done, &mut reasons) {
        Some(period) => period.or(campaign).or(own_checklist),
        None => {
            let due = own.and_then(|plan| plan.due_by(date, last_done));
            reasons.extend(due.map(|due| match (date - due).num_days() {
                0 => Reason::Due { due },
                days => Reason::Overdue { due, days },
            }));
            campaign.or(own_checklist)
        }
    };
    (reasons, checklist)
}

fn campaigns(
    base: &Base<'_>,
    door: &RoundDoor,
    last_done: Option<NaiveDate>,
    reasons: &mut Vec<Reason>,
) -> Option<TemplateId> {
    let mut open: Vec<_> = base
        .campaigns
        .iter()
        .filter(|campaign| campaign.wants(base, door, last_done))
        .collect();
    open.sort_by_key(|campaign| (campaign.days.until, campaign.id));
    reasons.extend(open.iter().map(|campaign| Reason::Campaign {
        until: campaign.days.until,
        name: campaign.name.clone(),
        campaign: campaign.id,
    }));
    open.iter().find_map(|campaign| campaign.checklist)
}

/// The reasons that periods give, and the checklist of the first; `None` where no period covers the
/// door, so that its own plan counts.
fn periods(
    base: &Base<'_>,
    door: &RoundDoor,
    last_done: Option<NaiveDate>,
    reasons: &mut Vec<Reason>,
) -> Option<Option<TemplateId>> {
    let mut running: Vec<_> = base
        .periods
        .iter()
        .filter(|period| period.covers(base, door))
        .collect();
    running.sort_by_key(|period| (period.days.since, period.id));
    reasons.extend(running.iter().filter_map(|period| {
        let due = period.due_by(base.date, last_done)?;
        Some(Reason::Period {
            due,
            days: (base.date - due).num_days(),
            name: period.name.clone(),
            kind: period.kind,
            until: period.days.until,
            period: period.id,
        })
    }));
    let first = running.first()?;
    Some(
        first
            .checklist
            .or_else(|| running.iter().find_map(|p| p.checklist)),
    )
}

fn new_household(
    date: NaiveDate,
    door: &RoundDoor,
    last_done: Option<NaiveDate>,
) -> Option<Reason> {
    let since = door.moved_in?;
    let until = since
        .checked_add_days(Days::new(NEW_HOUSEHOLD_DAYS))
        .unwrap_or(since);
    let met = last_done.is_some_and(|done| done >= since);
    ((since..until).contains(&date) && !met).then_some(Reason::NewHousehold { since })
}

fn nobody_home(past: &Past) -> Option<Reason> {
    let suggest_call = past.tries >= MAX_TRIES;
    let untried = DayPart::ALL_BITS & !past.tried_parts;
    (past.tries > 0).then_some(Reason::NobodyHome {
        tries: past.tries,
        tried_parts: past.tried_parts,
        parts_left: if suggest_call { 0 } else { untried },
        suggest_call,
    })
}
