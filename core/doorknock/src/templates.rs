//! Checklists: built in, and the community's own.

use std::borrow::Cow;

use chrono::NaiveDate;
use doorknock_model::checklist::{Template, TemplateId, all_built_in, built_in, care_visit_id};
use doorknock_model::ids::{CommunityId, DocId, DoorId, GridId};
use doorknock_model::kind::{Key, Value};
use doorknock_model::kinds::{TEMPLATE, template};
use doorknock_model::round::{date_of, local_day};
use doorknock_store::View;

use crate::Result;
use crate::error::said;
use crate::home::Doorknock;
use crate::read::round::listed_checklist;
use crate::read::utc_offset;

/// A checklist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateInfo {
    /// Its id, derived from its content.
    pub id: TemplateId,
    /// The checklist.
    pub template: Template,
    /// Whether every community has it.
    pub built_in: bool,
    /// Since when it is no longer offered.
    pub retired: Option<NaiveDate>,
}

impl Doorknock {
    /// Every checklist, retired ones and older versions too: the built-in ones, then the community's own
    /// by code and version.
    ///
    /// # Errors
    /// The database's.
    pub fn templates(&self) -> Result<Vec<TemplateInfo>> {
        all(&self.lock().store.view()?)
    }

    /// The checklist with this id, or the newest version with this code.
    ///
    /// # Errors
    /// `no_such_checklist`, which names those there are.
    pub fn template(&self, which: &str) -> Result<TemplateInfo> {
        choose(all(&self.lock().store.view()?)?, which)
    }

    /// Adds a checklist that was read from a table ([`Template::parse`], [`Template::from_rows`]). Adding
    /// the same one again changes nothing. Office only.
    ///
    /// # Errors
    /// `not_office`, `template_code_taken`, `template_version`, `disk_full`.
    pub fn add_template(&self, template: &Template) -> Result<TemplateInfo> {
        self.refuse_unless_office()?;
        let id = template.id();
        self.changing(|writer| {
            let there = all(writer.tx)?;
            if let Some(same) = there.iter().find(|t| t.id == id) {
                return Ok(same.clone());
            }
            let same_code = || there.iter().filter(|t| t.template.code == template.code);
            if same_code().any(|t| t.built_in) {
                return Err(said(
                    "template_code_taken",
                    "这个代码属于内置清单；请给清单换一个代码。",
                    "This code belongs to a built-in checklist; give yours another.",
                ));
            }
            let newest = same_code().map(|t| t.template.version).max().unwrap_or(0);
            if template.version <= newest {
                let next = newest.saturating_add(1);
                return Err(said(
                    "template_version",
                    format!("已有第 {newest} 版；内容有改动请把版本写成 {next}。"),
                    format!(
                        "There is a version {newest}; write version {next} for changed content."
                    ),
                ));
            }
            let body = Key::with_id(template::BODY, &id);
            let value = Value::Bytes(template.packed());
            let doc = template_document(writer.identity.community, &id);
            writer.put(&TEMPLATE, doc, 0, vec![(body, value)])?;
            Ok(TemplateInfo {
                id,
                template: template.clone(),
                built_in: false,
                retired: None,
            })
        })
    }

    /// No longer offers one of the community's own checklists. Answers given to it keep their questions.
    /// Office only. Whether it was offered until now.
    ///
    /// # Errors
    /// `not_office`, `no_such_checklist`, `template_built_in`, `disk_full`.
    pub fn retire_template(&self, which: &str) -> Result<bool> {
        self.refuse_unless_office()?;
        let today = self.today()?;
        let found = self.template(which)?;
        if found.built_in {
            return Err(said(
                "template_built_in",
                "内置清单不能停用；不需要时不选用即可。",
                "A built-in checklist cannot be retired; just do not choose it.",
            ));
        }
        if found.retired.is_some() {
            return Ok(false);
        }
        self.changing(|writer| {
            let retired = (Key::plain(template::RETIRED), Value::Int(today.into()));
            let doc = template_document(writer.identity.community, &found.id);
            writer.set(&TEMPLATE, doc, 0, vec![retired])
        })
    }

    /// The checklist that answers are given to: the one named; otherwise the one the list of that day
    /// has for the door, the door's plan's, or the care visit.
    pub(crate) fn checklist_of(
        &self,
        door: DoorId,
        at: i64,
        named: Option<&str>,
    ) -> Result<Checklist> {
        if let Some(which) = named {
            let found = self.template(which)?;
            return match found.retired {
                None => Ok((found.id, Cow::Owned(found.template))),
                Some(_) => Err(said(
                    "template_retired",
                    "这张清单已停用；用 template list 查看可用的清单。",
                    "This checklist was retired; template list shows those in use.",
                )),
            };
        }
        let inner = self.lock();
        let view = inner.store.view()?;
        let day = local_day(at, utc_offset(&view)?);
        let plan = view.door(door)?.and_then(|row| row.door.plan);
        let planned = plan.and_then(|plan| plan.checklist);
        let listed = listed_checklist(&view, door, day)?;
        for id in [listed, planned, Some(care_visit_id())]
            .into_iter()
            .flatten()
        {
            if let Some(template) = find(&view, &id)? {
                return Ok((id, template));
            }
        }
        Err(unknown(&all(&view)?))
    }
}

/// A checklist with its id.
/// A community's own checklist is named by its content everywhere; its document begins alike and is bound to
/// the common space, where it stands.
fn template_document(community: CommunityId, id: &TemplateId) -> DocId {
    let common = community.space(TEMPLATE.space, GridId::default());
    DocId(common.bind(*id))
}

pub(crate) type Checklist = (TemplateId, Cow<'static, Template>);

fn all(view: &View<'_>) -> Result<Vec<TemplateInfo>> {
    let built_in = all_built_in().map(|(id, template)| TemplateInfo {
        id,
        template: template.clone(),
        built_in: true,
        retired: None,
    });
    let own = view.templates()?.into_iter().map(|row| TemplateInfo {
        id: row.id,
        template: row.template,
        built_in: false,
        retired: row.retired.and_then(date_of),
    });
    Ok(built_in.chain(own).collect())
}

/// By id, or the newest version of a code; one that is in use before one that was retired.
fn choose(all: Vec<TemplateInfo>, which: &str) -> Result<TemplateInfo> {
    let which = which.trim();
    let id = which.parse::<DocId>().map(|id| id.0).ok();
    let named = |t: &&TemplateInfo| Some(t.id) == id || t.template.code == which;
    let found = all.iter().filter(named);
    found
        .max_by_key(|t| (t.retired.is_none(), t.template.version, t.id))
        .cloned()
        .ok_or_else(|| unknown(&all))
}

fn unknown(all: &[TemplateInfo]) -> crate::Error {
    let mut codes: Vec<_> = all
        .iter()
        .filter(|t| t.retired.is_none())
        .map(|t| t.template.code.as_str())
        .collect();
    codes.dedup();
    said(
        "no_such_checklist",
        format!("没有这个清单；现有：{}。", codes.join("、")),
        format!(
            "There is no such checklist; there are: {}.",
            codes.join(", ")
        ),
    )
}

/// A checklist by its id, built in or the community's own; `None` while it is not here.
pub(crate) fn find(view: &View<'_>, id: &TemplateId) -> Result<Option<Cow<'static, Template>>> {
    if let Some(template) = built_in(id) {
        return Ok(Some(Cow::Borrowed(template)));
    }
    Ok(view.template(id)?.map(|row| Cow::Owned(row.template)))
}
