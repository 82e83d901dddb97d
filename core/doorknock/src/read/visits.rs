//! Visits as people read them.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

use doorknock_model::checklist::Label;
use doorknock_model::ids::{DoorId, MemberId, VisitId};
use doorknock_model::round::date_of;
use doorknock_store::View;
use doorknock_store::visits::{VisitMark, VisitRow};

use super::{local_time, utc_offset};
use crate::Result;
use crate::error::not_found;
use crate::home::{Doorknock, Inner};
use crate::page::{List, Page, cursor, cursor_of, cut, one_more};
use crate::records::name_of;
use crate::templates;
use crate::views::{AnswerLine, VisitInfo};

impl Doorknock {
    /// Visits as they stand, newest first: of a door, or of all. One that was corrected is listed as its
    /// correction, one that never took place is not listed.
    ///
    /// # Errors
    /// The database's.
    pub fn visits(&self, door: Option<DoorId>, limit: u32) -> Result<Vec<VisitInfo>> {
        Ok(self.visits_page(door, None, limit)?.items)
    }

    /// The same in pages: the first, or the one that begins at a cursor ([`Page::next`]), of `limit` visits,
    /// one at least. All visits are in the order of recording, those of a door in that of their times. A
    /// visit that is corrected meanwhile stands where its correction does: of all visits, first.
    ///
    /// # Errors
    /// `bad_cursor`.
    pub fn visits_page(
        &self,
        door: Option<DoorId>,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<VisitInfo>> {
        let mark = after
            .map(|text| cursor_of(List::Visits, text))
            .transpose()?;
        let mark = mark.map(|(at, visit, version)| VisitMark { at, visit, version });
        let inner = self.lock();
        let view = inner.store.view()?;
        let mut rows = view.visits(door, mark.as_ref(), one_more(limit))?;
        let next = cut(&mut rows, limit, |row| {
            cursor(List::Visits, &(row.at, row.visit, row.version))
        });
        let items = infos(&inner, &view, rows)?;
        Ok(Page { items, next })
    }

    /// One record of a visit, also one that was corrected.
    ///
    /// # Errors
    /// `not_found`.
    pub fn visit(&self, visit: VisitId) -> Result<VisitInfo> {
        let inner = self.lock();
        let view = inner.store.view()?;
        let gone = || not_found("走访记录", "visit");
        let row = view.visit(visit)?.ok_or_else(gone)?;
        let corrected_by = view.standing_in_for(&row)?;
        let info = infos(&inner, &view, vec![row])?.pop().ok_or_else(gone)?;
        Ok(VisitInfo {
            corrected_by,
            ..info
        })
    }
}

/// Records of visits for people, each with those it stands in for.
pub(crate) fn infos(inner: &Inner, view: &View<'_>, rows: Vec<VisitRow>) -> Result<Vec<VisitInfo>> {
    let offset = utc_offset(view)?;
    let mut names = HashMap::new();
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        let mut earlier = Vec::new();
        for id in &row.corrects {
            earlier.extend(view.visit(*id)?.filter(|e| e.door == row.door));
        }
        earlier.sort_by_key(|row| Reverse(row.visit));
        let beside = beside(view, &row, &earlier)?;
        let earlier = earlier.into_iter();
        let corrected = earlier
            .map(|row| info(inner, view, &mut names, offset, row))
            .collect::<Result<_>>()?;
        all.push(VisitInfo {
            corrected,
            beside,
            ..info(inner, view, &mut names, offset, row)?
        });
    }
    Ok(all)
}

/// What else stands in for the same records: corrections that did not know of each other.
fn beside(view: &View<'_>, row: &VisitRow, earlier: &[VisitRow]) -> Result<Vec<VisitId>> {
    let mut all = Vec::new();
    for named in earlier {
        for other in view.standing_in_for(named)? {
            let known = other == row.visit || row.corrects.contains(&other) || all.contains(&other);
            let Some(other) = view.visit(other)?.filter(|_| !known) else {
                continue;
            };
            if view.standing_in_for(&other)?.is_empty() {
                all.push(other.visit);
            }
        }
    }
    all.sort_unstable();
    Ok(all)
}

fn info(
    inner: &Inner,
    view: &View<'_>,
    names: &mut HashMap<MemberId, String>,
    offset: i32,
    row: VisitRow,
) -> Result<VisitInfo> {
    if let Entry::Vacant(unknown) = names.entry(row.member) {
        unknown.insert(name_of(inner, view, row.member)?);
    }
    let address = view
        .door(row.door)?
        .map(|d| d.door.address.display_zh())
        .unwrap_or_default();
    Ok(VisitInfo {
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
        matters: row.matters,
        void: row.void,
        why: row.why,
        corrected: Vec::new(),
        corrected_by: Vec::new(),
        beside: Vec::new(),
    })
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

#[cfg(test)]
mod tests {
    use doorknock_model::checklist::Template;
    use doorknock_model::ids::{DeviceId, DocId, Incarnation, MemberId};
    use doorknock_model::kind::{Key, Value};
    use doorknock_model::kinds::{Answer, Channel, Outcome, TEMPLATE, template};
    use doorknock_store::project::Origin;
    use doorknock_store::{Options, Store, StoreError};

    use super::*;

    #[test]
    fn answers_that_came_before_their_checklist_show_once_it_is_there() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("home.db");
        let mut store = Store::open(&path, &[7; 32], Options::default()).unwrap();
        let common = doorknock_model::ids::SpaceId([9; 16]);
        store
            .write(|tx| tx.add_space(0, common, 0, doorknock_model::ids::GridId::default()))
            .unwrap();
        let text = "清单,stairs,楼道巡查\n分组,,消防\n项目,exit,通道畅通,Way out clear,是否";
        let checklist = Template::parse(text).unwrap();
        let row = VisitRow {
            visit: VisitId([1; 16]),
            door: DoorId([2; 16]),
            at: 0,
            device: DeviceId([3; 16]),
            member: MemberId([4; 16]),
            channel: Channel::InPerson,
            outcome: Outcome::Met,
            companions: String::new(),
            checklist: Some(checklist.id()),
            answers: vec![Some(Answer::YesNo(true))],
            summary: None,
            follow_up: None,
            space: 0,
            book: DocId([6; 16]),
            corrects: vec![],
            void: false,
            why: None,
            matters: vec![],
            version: 1,
        };
        let shown = |store: &Store| answers(&store.view().unwrap(), &row).unwrap().remove(0);
        assert_eq!(shown(&store).code, "#1");
        // What stands under the id but is not the checklist that gives it changes nothing.
        for (version, packed, question) in [
            (
                1,
                Template::parse(&text.replace("畅通", "关闭")).unwrap(),
                "未知项目",
            ),
            (2, checklist.clone(), "通道畅通"),
        ] {
            store
                .write(|tx| {
                    let author =
                        tx.author(DeviceId([3; 16]), Incarnation([5; 8]), MemberId([4; 16]))?;
                    let origin = Origin {
                        space: 0,
                        doc: DocId(common.bind(checklist.id())),
                        kind: TEMPLATE.code,
                        author,
                        at: 0,
                        version,
                        folds: true,
                    };
                    let field = TEMPLATE.field(template::BODY).unwrap();
                    let key = Key::with_id(template::BODY, &checklist.id());
                    let read = tx.project(&origin, field, &key, &Value::Bytes(packed.packed()))?;
                    assert!(read);
                    Ok::<_, StoreError>(())
                })
                .unwrap();
            assert_eq!(shown(&store).question.zh, question);
        }
        assert_eq!(shown(&store).answer.zh, "是");
    }
}
