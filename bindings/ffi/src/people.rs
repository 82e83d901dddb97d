//! People and their care needs.

use crate::cadence::{Cadence, CadenceEdit};
use crate::choices::{CareCategory, EndReason, LegalBasis, RiskLevel};
use crate::error::{DoorknockError, Result};
use crate::home::Doorknock;
use crate::ids::{Uuid, digits};
use crate::times::Day;

/// A person behind a door.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Person {
    /// Its id.
    pub person: Uuid,
    /// The name.
    pub name: Option<String>,
    /// A phone number.
    pub phone: Option<String>,
    /// The roster's remark.
    pub remark: Option<String>,
    /// Care needs.
    pub needs: Vec<CareNeed>,
}

impl From<doorknock::PersonInfo> for Person {
    fn from(info: doorknock::PersonInfo) -> Self {
        Self {
            person: info.person.into(),
            name: info.name,
            phone: info.phone,
            remark: info.remark,
            needs: info.needs.into_iter().map(CareNeed::from).collect(),
        }
    }
}

/// A care need.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct CareNeed {
    /// What.
    pub category: CareCategory,
    /// How pressing.
    pub risk: RiskLevel,
    /// On what legal ground it is kept.
    pub basis: LegalBasis,
    /// Since when.
    pub since: Option<Day>,
    /// When it is to be looked at again.
    pub review: Option<Day>,
    /// When it ended.
    pub until: Option<Day>,
    /// How often, where that is not the level's.
    pub cadence: Option<Cadence>,
    /// Why it ended.
    pub reason: Option<EndReason>,
    /// What whoever visits should know.
    pub note: Option<String>,
    /// Who agreed to its being kept, where consent is the basis.
    pub consent: Option<Consent>,
}

impl From<doorknock::NeedInfo> for CareNeed {
    fn from(info: doorknock::NeedInfo) -> Self {
        Self {
            category: info.category.into(),
            risk: info.risk.into(),
            basis: info.basis.into(),
            since: info.since.map(Day),
            review: info.review.map(Day),
            until: info.until.map(Day),
            cadence: info.cadence.as_deref().map(Cadence::read),
            reason: info.reason.map(EndReason::from),
            note: info.note,
            consent: info.consent.map(Consent::from),
        }
    }
}

/// That somebody agreed to a need's being kept.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Consent {
    /// Who: the resident, or a guardian.
    pub by: String,
    /// When.
    pub on: Day,
    /// For what.
    pub purpose: String,
    /// Until when.
    pub until: Day,
}

impl From<doorknock::Consent> for Consent {
    fn from(consent: doorknock::Consent) -> Self {
        Self {
            by: consent.by,
            on: consent.on.into(),
            purpose: consent.purpose,
            until: consent.until.into(),
        }
    }
}

impl From<Consent> for doorknock::Consent {
    fn from(consent: Consent) -> Self {
        Self {
            by: consent.by,
            on: consent.on.into(),
            purpose: consent.purpose,
            until: consent.until.into(),
        }
    }
}

/// A person in care, as lists show them.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct CareLine {
    /// The grid's code.
    pub grid: String,
    /// The door's id.
    pub door: Option<Uuid>,
    /// Its address; empty while its card is not here.
    pub address: String,
    /// Who, with the needs that have not ended.
    pub person: Person,
    /// Whether a need is to be looked at again.
    pub review_due: bool,
}

impl From<doorknock::CareLine> for CareLine {
    fn from(line: doorknock::CareLine) -> Self {
        Self {
            grid: line.grid,
            door: line.door.map(Uuid::from),
            address: line.address,
            person: line.person.into(),
            review_due: line.review_due,
        }
    }
}

/// A person with everything on file.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct PersonDetail {
    /// The person, ended needs too.
    pub info: Person,
    /// The door's id.
    pub door: Option<Uuid>,
    /// Its address; empty while its card is not here.
    pub address: String,
    /// The version shown here, opaque: an edit names it.
    pub version: String,
    /// When needs were looked at again, oldest first.
    pub reviews: Vec<CareReviewed>,
}

impl From<doorknock::PersonDetail> for PersonDetail {
    fn from(detail: doorknock::PersonDetail) -> Self {
        let reviews = detail.reviews.into_iter().map(CareReviewed::from);
        Self {
            info: detail.info.into(),
            door: detail.door.map(Uuid::from),
            address: detail.address,
            version: detail.version,
            reviews: reviews.collect(),
        }
    }
}

/// That a person's needs were looked at again, as it was recorded.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct CareReviewed {
    /// The day.
    pub on: Option<Day>,
    /// The name of who did.
    pub by: String,
    /// The one need that was looked at; all of them otherwise.
    pub category: Option<CareCategory>,
    /// The level that was set.
    pub risk: Option<RiskLevel>,
    /// When they were to be looked at next.
    pub next: Option<Day>,
    /// What was found.
    pub note: Option<String>,
}

impl From<doorknock::ReviewInfo> for CareReviewed {
    fn from(info: doorknock::ReviewInfo) -> Self {
        Self {
            on: info.on.map(Day),
            by: info.by,
            category: info.category.map(CareCategory::from),
            risk: info.risk.map(RiskLevel::from),
            next: info.next.map(Day),
            note: info.note,
        }
    }
}

/// What to change on a person's file; what is absent stays as it is, an empty text clears it.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct PersonEdit {
    /// The name; never empty.
    #[uniffi(default = None)]
    pub name: Option<String>,
    /// The phone number.
    #[uniffi(default = None)]
    pub phone: Option<String>,
    /// The remark.
    #[uniffi(default = None)]
    pub remark: Option<String>,
}

/// A care need to record.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct NewCareNeed {
    /// What.
    pub category: CareCategory,
    /// How pressing; the category's usual level if absent.
    #[uniffi(default = None)]
    pub risk: Option<RiskLevel>,
    /// How often, where that is not the level's.
    #[uniffi(default = None)]
    pub cadence: Option<Cadence>,
    /// Who agreed; statutory duty is the basis if nobody had to.
    #[uniffi(default = None)]
    pub consent: Option<Consent>,
    /// When it is to be looked at again: in a year, or when the consent ends, if absent.
    #[uniffi(default = None)]
    pub review: Option<Day>,
    /// What whoever visits should know.
    #[uniffi(default = None)]
    pub note: Option<String>,
}

impl TryFrom<NewCareNeed> for doorknock::NewNeed {
    type Error = DoorknockError;
    fn try_from(need: NewCareNeed) -> Result<Self> {
        Ok(Self {
            category: need.category.try_into()?,
            risk: need.risk.map(RiskLevel::try_into).transpose()?,
            cadence: need.cadence.map(Cadence::try_into).transpose()?,
            consent: need.consent.map(Consent::into),
            review: need.review.map(Day::into),
            note: need.note,
        })
    }
}

/// That a person's needs were looked at again, to record.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct CareReview {
    /// Only this need; all of the person's otherwise.
    #[uniffi(default = None)]
    pub category: Option<CareCategory>,
    /// How pressing they are now.
    #[uniffi(default = None)]
    pub risk: Option<RiskLevel>,
    /// How often; cleared, what the level says.
    #[uniffi(default = None)]
    pub cadence: Option<CadenceEdit>,
    /// A new consent.
    #[uniffi(default = None)]
    pub consent: Option<Consent>,
    /// When they are to be looked at again: in a year, or when the consent ends, if absent.
    #[uniffi(default = None)]
    pub next: Option<Day>,
    /// What was found.
    #[uniffi(default = None)]
    pub note: Option<String>,
}

impl TryFrom<CareReview> for doorknock::CareReview {
    type Error = DoorknockError;
    fn try_from(review: CareReview) -> Result<Self> {
        Ok(Self {
            category: review.category.map(CareCategory::try_into).transpose()?,
            risk: review.risk.map(RiskLevel::try_into).transpose()?,
            cadence: review.cadence.map(CadenceEdit::try_into).transpose()?,
            consent: review.consent.map(Consent::into),
            next: review.next.map(Day::into),
            note: review.note,
        })
    }
}

#[uniffi::export]
impl Doorknock {
    /// The people who are in care, in walking order: of one grid or of all whose casework is here, a tenth of
    /// a grid's households or so. With `due`, those of whom a need is to be looked at again by today.
    ///
    /// # Errors
    /// `unknown_grid`.
    #[uniffi::method(default(grid = None, due = false))]
    pub fn care_list(&self, grid: Option<String>, due: bool) -> Result<Vec<CareLine>> {
        let lines = self.core().care_list(grid.as_deref(), due)?;
        Ok(lines.into_iter().map(CareLine::from).collect())
    }

    /// A person with everything on file, ended needs too.
    ///
    /// # Errors
    /// `not_found`.
    pub fn person(&self, person: Uuid) -> Result<PersonDetail> {
        Ok(self.core().person(person.into())?.into())
    }

    /// The id of the person meant by an id as text or by the beginning of one, four digits or more.
    ///
    /// # Errors
    /// `not_found`, `ambiguous_id`.
    pub fn find_person(&self, text: String) -> Result<Uuid> {
        Ok(self.core().find_person(&digits(&text))?.into())
    }

    /// Changes a person's file as somebody saw it at `version` ([`PersonDetail::version`]). Where another edit
    /// came in between, both values are kept and stand as a conflict. Whether anything differed.
    ///
    /// # Errors
    /// `not_found`, `bad_name`, `bad_version`, `unknown_version`, `too_large`, `disk_full`.
    pub fn edit_person(&self, person: Uuid, version: String, edit: PersonEdit) -> Result<bool> {
        let PersonEdit {
            name,
            phone,
            remark,
        } = edit;
        let edit = doorknock::PersonEdit {
            name,
            phone,
            remark,
        };
        Ok(self.core().edit_person(person.into(), &version, &edit)?)
    }

    /// Records care needs of a person behind a door, whose file is made where there is none, and what follows
    /// for the door's plan, in one transaction. Returns the person's id.
    ///
    /// # Errors
    /// `not_found`, `no_casework`, `bad_name`, `need_exists`, `bad_consent`, `bad_review`, `bad_cadence`,
    /// `unknown_choice`, `too_large`, `disk_full`.
    #[uniffi::method(default(phone = None))]
    pub fn add_care(
        &self,
        door: Uuid,
        name: String,
        needs: Vec<NewCareNeed>,
        phone: Option<String>,
    ) -> Result<Uuid> {
        let needs = needs.into_iter().map(NewCareNeed::try_into);
        let needs = needs.collect::<Result<Vec<_>>>()?;
        let core = self.core();
        let person = core.add_care(door.into(), &name, phone.as_deref(), &needs)?;
        Ok(person.into())
    }

    /// Records that a person's needs were looked at again: moves their review date, and their risk where it
    /// changed.
    ///
    /// # Errors
    /// `not_found`, `no_such_need`, `bad_consent`, `bad_review`, `bad_cadence`, `unknown_choice`, `too_large`,
    /// `disk_full`.
    pub fn review_care(&self, person: Uuid, review: CareReview) -> Result<()> {
        let review = review.try_into()?;
        Ok(self.core().review_care(person.into(), &review)?)
    }

    /// Ends a person's need, or all of them, and what follows for the door's plan.
    ///
    /// # Errors
    /// `not_found`, `no_such_need`, `unknown_choice`, `too_large`, `disk_full`.
    #[uniffi::method(default(category = None, note = None))]
    pub fn end_care(
        &self,
        person: Uuid,
        reason: EndReason,
        category: Option<CareCategory>,
        note: Option<String>,
    ) -> Result<()> {
        let category = category.map(CareCategory::try_into).transpose()?;
        let reason = reason.try_into()?;
        let core = self.core();
        Ok(core.end_care(person.into(), category, reason, note.as_deref())?)
    }
}
