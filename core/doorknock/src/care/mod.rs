//! People in care: needs with their legal basis and review date, and the due plan that follows from
//! them. A need and the plan change in one transaction; the plan says how often, never why (ADR 9).

mod plan;
mod read;

use chrono::NaiveDate;
use doorknock_model::cadence::Cadence;
use doorknock_model::care::{CareCategory, LegalBasis, RiskLevel};
use doorknock_model::ids::{DocId, DoorId, PersonId};
use doorknock_model::kind::{Key, Value};
use doorknock_model::kinds::{EndReason, Need, PERSON_FILE, Review, pack, person_file};
use doorknock_model::random;
use doorknock_model::round::{date_of, day_of, local_day};
use doorknock_store::care::NeedRow;

pub(crate) use plan::{mismatches, plan_value};
pub(crate) use read::{need_info, person_info};

use crate::Result;
use crate::edit::parse_version;
use crate::error::{not_found, said};
use crate::home::Doorknock;
use crate::record::{Place, place};
use crate::writer::{Writer, with_writer};

/// A need is to be looked at again after this many days, unless somebody says otherwise.
const REVIEW_DAYS: i32 = 365;

/// That somebody agreed to a need's being kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// Who: the resident, or a guardian.
    pub by: String,
    /// When.
    pub on: NaiveDate,
    /// For what.
    pub purpose: String,
    /// Until when.
    pub until: NaiveDate,
}

/// A care need to record.
#[derive(Debug, Clone)]
pub struct NewNeed {
    /// What.
    pub category: CareCategory,
    /// How pressing; the category's usual level if absent.
    pub risk: Option<RiskLevel>,
    /// How often, where that is not the level's.
    pub cadence: Option<Cadence>,
    /// Who agreed; statutory duty is the basis if nobody had to.
    pub consent: Option<Consent>,
    /// When it is to be looked at again: in a year, or when the consent ends, if absent.
    pub review: Option<NaiveDate>,
    /// What whoever visits should know.
    pub note: Option<String>,
}

/// That a person's needs were looked at again.
#[derive(Debug, Clone, Default)]
pub struct CareReview {
    /// Only this need; all of the person's otherwise.
    pub category: Option<CareCategory>,
    /// How pressing they are now. Who says so decides between levels written side by side.
    pub risk: Option<RiskLevel>,
    /// How often; `Some(None)` for what the level says.
    pub cadence: Option<Option<Cadence>>,
    /// A new consent.
    pub consent: Option<Consent>,
    /// When they are to be looked at again: in a year, or when the consent ends, if absent.
    pub next: Option<NaiveDate>,
    /// What was found.
    pub note: Option<String>,
}

/// What to change on a person's file; `None` leaves a field as it is, an empty text clears it.
#[derive(Debug, Clone, Default)]
pub struct PersonEdit {
    /// The name; never empty.
    pub name: Option<String>,
    /// The phone number.
    pub phone: Option<String>,
    /// The remark.
    pub remark: Option<String>,
}

impl Doorknock {
    /// Records care needs of a person behind a door, whose file is made where there is none, and what
    /// follows for the door's plan.
    ///
    /// # Errors
    /// `not_found`, `no_casework`, `bad_name`, `need_exists`, `bad_consent`, `bad_review`, `too_large`,
    /// `disk_full`.
    pub fn add_care(
        &self,
        door: DoorId,
        name: &str,
        phone: Option<&str>,
        needs: &[NewNeed],
    ) -> Result<PersonId> {
        let today = self.today()?;
        let name = named(name)?;
        self.changing(|writer| {
            let Place { casework, grid, .. } = place(writer.tx, door)?;
            let person = writer.identity.community.person(grid, door, name);
            let there = writer.tx.person(person)?;
            let mut values = vec![(Key::plain(person_file::DOOR), Value::Bytes(door.0.to_vec()))];
            if there.is_none() {
                values.push((Key::plain(person_file::NAME), Value::Text(name.to_owned())));
            }
            let phone = phone.map(str::trim).filter(|phone| !phone.is_empty());
            values
                .extend(phone.map(|p| (Key::plain(person_file::PHONE), Value::Text(p.to_owned()))));
            let on_file = writer.tx.needs_of(person)?;
            for need in needs {
                let known = on_file.iter().find(|n| n.category == need.category.code());
                if known.is_some_and(|n| n.until.is_none()) {
                    return Err(need_exists());
                }
                values.push((
                    need_key(need.category.code()),
                    pack(&new_need(need, today)?),
                ));
            }
            writer.set(&PERSON_FILE, DocId(person.0), casework, values)?;
            writer.replan(door, false)?;
            Ok(person)
        })
    }

    /// Records that a person's needs were looked at again: moves their review date, and their risk where
    /// it changed. A risk that rose to high makes a visit due by the next day.
    ///
    /// # Errors
    /// `not_found`, `no_such_need`, `bad_consent`, `bad_review`, `too_large`, `disk_full`.
    pub fn review_care(&self, person: PersonId, review: &CareReview) -> Result<()> {
        let today = self.today()?;
        let category = review.category.map(CareCategory::code);
        let id = random::<16>(&*self.env.entropy);
        self.change_needs(person, category, review.risk.is_some(), |needs| {
            let mut next = i32::MAX;
            for row in needs.iter_mut() {
                reviewed(&mut row.need, review, today)?;
                next = next.min(row.need.review);
            }
            let record = Review {
                on: today,
                next,
                category,
                risk: review.risk.map(RiskLevel::code),
                note: text(review.note.as_deref()),
            };
            Ok(Some((
                Key::with_id(person_file::REVIEW, &id),
                pack(&record),
            )))
        })
    }

    /// Ends a person's need, or all of them, and what follows for the door's plan.
    ///
    /// # Errors
    /// `not_found`, `no_such_need`, `too_large`, `disk_full`.
    pub fn end_care(
        &self,
        person: PersonId,
        category: Option<CareCategory>,
        reason: EndReason,
        note: Option<&str>,
    ) -> Result<()> {
        let today = self.today()?;
        let category = category.map(CareCategory::code);
        self.change_needs(person, category, true, |needs| {
            for row in needs {
                row.need.until = Some(today);
                row.need.reason = Some(reason);
                row.need.note = text(note).or(row.need.note.take());
            }
            Ok(None)
        })
    }

    /// Changes a person's file as somebody saw it at `version` ([`crate::PersonDetail::version`]). Where
    /// another edit came in between, both values are kept and counted as a conflict. Whether anything
    /// differed.
    ///
    /// # Errors
    /// `not_found`, `bad_name`, `bad_version`, `unknown_version`, `too_large`, `disk_full`.
    pub fn edit_person(&self, person: PersonId, version: &str, edit: &PersonEdit) -> Result<bool> {
        let base = parse_version(version)?;
        if let Some(name) = &edit.name {
            named(name)?;
        }
        let fields = [
            (person_file::NAME, &edit.name),
            (person_file::PHONE, &edit.phone),
            (person_file::REMARK, &edit.remark),
        ];
        let value = |typed: &String| text(Some(typed)).map_or(Value::Null, Value::Text);
        let values = fields
            .into_iter()
            .filter_map(|(field, typed)| Some((Key::plain(field), value(typed.as_ref()?))));
        let values: Vec<_> = values.collect();
        self.changing(|writer| {
            let row = writer.tx.person(person)?.ok_or_else(no_person)?;
            let doc = DocId(person.0);
            writer.set_seen(&PERSON_FILE, doc, row.space, values.clone(), Some(&base))
        })
    }

    /// Changes the needs of a person that have not ended, and the door's plan, in one transaction.
    /// `decided`: whoever does it decides between values that stand side by side.
    fn change_needs(
        &self,
        person: PersonId,
        category: Option<u16>,
        decided: bool,
        change: impl Fn(&mut Vec<NeedRow>) -> Result<Option<(Key, Value)>>,
    ) -> Result<()> {
        self.changing(|writer| {
            let row = writer.tx.person(person)?.ok_or_else(no_person)?;
            let mut needs = writer.tx.needs_of(person)?;
            needs.retain(|n| n.until.is_none() && category.is_none_or(|c| c == n.category));
            if needs.is_empty() {
                return Err(said(
                    "no_such_need",
                    "这个人没有这项关爱需求，或已结束；用 care show 查看。",
                    "This person has no such care need, or it has ended; see care show.",
                ));
            }
            let record = change(&mut needs)?;
            let doc = DocId(person.0);
            let values = needs.iter().map(|n| (need_key(n.category), pack(&n.need)));
            let values = values.collect();
            if decided {
                writer.decide(&PERSON_FILE, doc, row.space, values)?;
            } else {
                writer.set(&PERSON_FILE, doc, row.space, values)?;
            }
            if let Some(record) = record {
                writer.put(&PERSON_FILE, doc, row.space, vec![record])?;
            }
            row.door
                .map_or(Ok(()), |door| writer.replan(door, false).map(|_| ()))
        })
    }

    pub(crate) fn changing<T>(&self, work: impl Fn(&mut Writer<'_>) -> Result<T>) -> Result<T> {
        self.writing(|inner| with_writer(inner, &self.env, &work))
    }

    /// Today in the community's time zone, in days since 1970-01-01.
    pub(crate) fn today(&self) -> Result<i32> {
        Ok(local_day(
            self.now_ms().div_euclid(1000),
            self.utc_offset()?,
        ))
    }
}

/// The key of a need of this category.
pub(crate) fn need_key(category: u16) -> Key {
    Key::with_id(person_file::NEED, &category.to_be_bytes())
}

pub(crate) fn new_need(need: &NewNeed, today: i32) -> Result<Need> {
    let risk = need.risk.unwrap_or_else(|| need.category.default_risk());
    let mut record = Need {
        risk: risk.code(),
        basis: LegalBasis::StatutoryDuty.code(),
        since: today,
        cadence: need.cadence.map(|cadence| cadence.to_string()),
        note: text(need.note.as_deref()),
        ..Need::default()
    };
    if let Some(consent) = &need.consent {
        consented(&mut record, consent, today)?;
    }
    record.review = review_day(&record, need.review, today)?;
    Ok(record)
}

/// Sets how pressing a need is; one that rises to high makes a visit due by the next day.
pub(crate) fn set_risk(need: &mut Need, risk: RiskLevel, today: i32) {
    let high = RiskLevel::High.code();
    match (need.risk == high, risk == RiskLevel::High) {
        (false, true) => need.raised = Some(today),
        (_, false) => need.raised = None,
        (true, true) => {}
    }
    need.risk = risk.code();
}

fn reviewed(need: &mut Need, review: &CareReview, today: i32) -> Result<()> {
    if let Some(risk) = review.risk {
        set_risk(need, risk, today);
    }
    if let Some(cadence) = review.cadence {
        need.cadence = cadence.map(|cadence| cadence.to_string());
    }
    if let Some(consent) = &review.consent {
        consented(need, consent, today)?;
    }
    need.review = review_day(need, review.next, today)?;
    Ok(())
}

fn consented(need: &mut Need, consent: &Consent, today: i32) -> Result<()> {
    let (on, until) = (day_of(consent.on), day_of(consent.until));
    let (by, purpose) = (text(Some(&consent.by)), text(Some(&consent.purpose)));
    if by.is_none() || purpose.is_none() || on > today || until < today {
        return Err(said(
            "bad_consent",
            "依据为本人同意时，须写明谁同意、何时同意（不晚于今天）、用于什么、到何时为止（不早于今天）。",
            "A consent says who agreed, when (not after today), for what, and until when (not before today).",
        ));
    }
    need.basis = LegalBasis::Consent.code();
    (need.consent_by, need.consent_for) = (by, purpose);
    (need.consent_on, need.consent_until) = (Some(on), Some(until));
    Ok(())
}

/// When a need is to be looked at again; never after its consent has ended.
fn review_day(need: &Need, wanted: Option<NaiveDate>, today: i32) -> Result<i32> {
    let ends = need.consent_until.unwrap_or(i32::MAX);
    let day = wanted.map_or_else(|| today.saturating_add(REVIEW_DAYS).min(ends), day_of);
    if day <= today || day > ends {
        let last = date_of(ends).filter(|_| ends < i32::MAX);
        let latest = |zh: bool| match last {
            Some(last) if zh => format!("，不晚于同意期限 {last}"),
            Some(last) => format!(" and by {last}, when the consent ends"),
            None => String::new(),
        };
        return Err(said(
            "bad_review",
            format!(
                "复核日期应在今天以后{}；同意已到期的请重新取得同意。",
                latest(true)
            ),
            format!(
                "The review lies after today{}; where the consent has run out, ask for a new one.",
                latest(false)
            ),
        ));
    }
    Ok(day)
}

/// Text that is not blank, trimmed.
fn text(typed: Option<&str>) -> Option<String> {
    let typed = typed?.trim();
    (!typed.is_empty()).then(|| typed.to_owned())
}

fn named(name: &str) -> Result<&str> {
    let name = name.trim();
    if name.is_empty() {
        return Err(said("bad_name", "请填写姓名。", "Give the person's name."));
    }
    Ok(name)
}

fn need_exists() -> crate::Error {
    said(
        "need_exists",
        "这个人已登记这项关爱需求；要修改请用 care review。",
        "This person has this care need already; use care review to change it.",
    )
}

pub(crate) fn no_person() -> crate::Error {
    not_found("人员", "person")
}
