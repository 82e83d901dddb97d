//! Visits as people read them.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use doorknock_model::checklist::Label;
use doorknock_model::ids::{DoorId, VisitId};
use doorknock_model::kinds::MEMBER_CARD;
use doorknock_model::round::date_of;
use doorknock_store::View;
use doorknock_store::queries::VisitRow;

use super::{local_time, utc_offset};
use crate::Result;
use crate::error::not_found;
use crate::home::{Doorknock, Inner};
use crate::templates;
use crate::views::{AnswerLine, VisitInfo};

impl Doorknock {
    /// Visits, newest first: of a door, or of all.
    ///
    /// # Errors
    /// The database's.
    pub fn visits(&self, door: Option<DoorId>, limit: u32) -> Result<Vec<VisitInfo>> {
        let inner = self.lock();
        let view = inner.store.view()?;
        infos(&inner, &view, view.visits(door, limit)?)
    }

    /// One visit.
    ///
    /// # Errors
    /// `not_found`.
    pub fn visit(&self, visit: VisitId) -> Result<VisitInfo> {
        let inner = self.lock();
        let view = inner.store.view()?;
        let row = view
            .visit(visit)?
            .ok_or_else(|| not_found("走访记录", "visit"))?;
        infos(&inner, &view, vec![row])?
            .pop()
            .ok_or_else(|| not_found("走访记录", "visit"))
    }
}

pub(crate) fn infos(inner: &Inner, view: &View<'_>, rows: Vec<VisitRow>) -> Result<Vec<VisitInfo>> {
    let community = inner.identity()?.community;
    let offset = utc_offset(view)?;
    let mut names = HashMap::new();
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        if let Entry::Vacant(unknown) = names.entry(row.member) {
            let card = MEMBER_CARD.document(community, &[row.member.as_bytes()]);
            let name = view.member_name(card)?;
            let short = || row.member.to_string()[..8].to_owned();
            unknown.insert(name.unwrap_or_else(short));
        }
        let address = view
            .door(row.door)?
            .map(|d| d.door.address.display_zh())
            .unwrap_or_default();
        all.push(VisitInfo {
            visit: row.visit,
            door: row.door,
            address,
            at: local_time(row.at, offset),
            by: names[&row.member].clone(),
            member: row.member,
            device: row.device,
            channel: row.channel,
            outcome: row.outcome,
            with: row
                .companions
                .split('、')
                .filter(|w| !w.is_empty())
                .map(str::to_owned)
                .collect(),
            answers: answers(view, &row)?,
            summary: row.summary,
            follow_up: row.follow_up.and_then(date_of),
        });
    }
    Ok(all)
}

/// Answers with the questions of the version they were given to. Those of a template that is not here are
/// shown by position.
fn answers(view: &View<'_>, row: &VisitRow) -> Result<Vec<AnswerLine>> {
    let template = match &row.checklist {
        Some(id) => templates::find(view, id)?,
        None => None,
    };
    let items: Vec<_> = template.iter().flat_map(|t| t.items()).collect();
    let given = row
        .answers
        .iter()
        .enumerate()
        .filter_map(|(n, a)| a.as_ref().map(|a| (n, a)));
    let lines = given.map(|(n, answer)| match items.get(n) {
        Some(item) => AnswerLine {
            code: item.code.clone(),
            question: item.label.clone(),
            answer: Label {
                zh: item.asks.show(answer, true),
                en: item.asks.show(answer, false),
            },
        },
        None => AnswerLine {
            code: format!("#{}", n + 1),
            question: Label::new("未知项目", "unknown item"),
            answer: Label::new("未知", "unknown"),
        },
    });
    Ok(lines.collect())
}
