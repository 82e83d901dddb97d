//! What was undertaken in a month: campaigns with their coverage, sessions with their visitors.

use chrono::NaiveDate;
use doorknock_model::checklist::Label;
use doorknock_model::kinds::{CAMPAIGN, SESSION, SessionKind};
use doorknock_model::report::{Month, Share};
use doorknock_model::round::{Campaign, date_of, day_of};
use doorknock_store::View;

use crate::Result;
use crate::ledger::Part;
use crate::read::round::as_of;

/// A campaign or a session.
#[derive(Debug, Clone, PartialEq)]
pub struct Activity {
    /// What sort of activity.
    pub kind: Label,
    /// As people call it: a campaign's name, a session's place.
    pub name: String,
    /// The first day.
    pub since: NaiveDate,
    /// The last day.
    pub until: NaiveDate,
    /// Of a campaign's doors, those where somebody was met within its days.
    pub doors: Option<Share>,
    /// How many came to a session.
    pub visitors: Option<u32>,
}

/// The campaigns that touch a month, as far as they went in these grids until `today`, then its sessions.
pub(super) fn activities(
    view: &View<'_>,
    parts: &[Part],
    month: Month,
    today: NaiveDate,
    offset: i32,
) -> Result<Vec<Activity>> {
    let mut all = Vec::new();
    for campaign in view.campaigns()? {
        let days = &campaign.days;
        let last = days.ended.and_then(|ended| ended.pred_opt());
        let until = last.map_or(days.until, |last| last.min(days.until));
        if days.since >= month.next() || until < month.first() {
            continue;
        }
        let doors = coverage(view, parts, &campaign, until.min(today), offset)?;
        all.push(Activity {
            kind: Label::new(CAMPAIGN.zh, CAMPAIGN.name),
            name: campaign.name,
            since: days.since,
            until,
            doors: Some(doors),
            visitors: None,
        });
    }
    all.extend(sessions(view, month)?);
    all.sort_by(|a, b| (a.since, &a.name).cmp(&(b.since, &b.name)));
    Ok(all)
}

fn coverage(
    view: &View<'_>,
    parts: &[Part],
    campaign: &Campaign,
    until: NaiveDate,
    offset: i32,
) -> Result<Share> {
    let (since, last) = (day_of(campaign.days.since), day_of(until));
    let mut share = Share::default();
    for part in parts {
        for row in view.doors_of(part.rounds)? {
            if !campaign.doors.takes(&part.grid.code, &row.door) {
                continue;
            }
            let door = as_of(view, part.rounds, row.door, last, offset)?;
            let met = door.state.now.last_done.is_some_and(|done| done >= since);
            share.whole += 1;
            share.part += u32::from(met);
        }
    }
    Ok(share)
}

fn sessions(view: &View<'_>, month: Month) -> Result<Vec<Activity>> {
    let mut all = Vec::new();
    let cells = view.cells(SESSION.code, None)?;
    for cells in cells.chunk_by(|a, b| a.doc == b.doc) {
        let number = |name: &str| {
            let field = SESSION.field_named(name)?;
            let cell = cells.iter().find(|c| c.key.field == field.code)?;
            cell.value.as_int().and_then(|n| i32::try_from(n).ok())
        };
        let place = SESSION.field_named("place").and_then(|field| {
            let cell = cells.iter().find(|c| c.key.field == field.code)?;
            cell.value.as_text()
        });
        let (Some(on), Some(kind)) = (number("on").and_then(date_of), number("kind")) else {
            continue;
        };
        if number("ended").is_some() || !month.has(day_of(on)) {
            continue;
        }
        let kind = SessionKind::from_code(u8::try_from(kind).unwrap_or(u8::MAX));
        all.push(Activity {
            kind: Label::new(kind.zh(), &kind.word().replace('_', " ")),
            name: place.unwrap_or_default().to_owned(),
            since: on,
            until: on,
            doors: None,
            visitors: number("visitors").and_then(|n| u32::try_from(n).ok()),
        });
    }
    Ok(all)
}
