//! People in care as people read them.

use doorknock_model::access::SpaceKind;
use doorknock_model::care::{CareCategory, LegalBasis, RiskLevel};
use doorknock_model::ids::{DocId, PersonId};
use doorknock_model::round::date_of;
use doorknock_store::care::NeedRow;
use doorknock_store::queries::PersonRow;

use super::{Consent, no_person};
use crate::Result;
use crate::edit::version_of;
use crate::home::Doorknock;
use crate::records::name_of;
use crate::views::{CareLine, NeedInfo, PersonDetail, PersonInfo, ReviewInfo};

impl Doorknock {
    /// The people who are in care, in walking order: of one grid or of all whose casework is here. With
    /// `due`, those of whom a need is to be looked at again today or was to be before.
    ///
    /// # Errors
    /// `unknown_grid`.
    pub fn care_list(&self, grid: Option<&str>, due: bool) -> Result<Vec<CareLine>> {
        let today = self.today()?;
        let inner = self.lock();
        let view = inner.store.view()?;
        let grids = view.grids()?;
        let wanted = grid
            .map(|code| crate::read::which_grid(&view, Some(code)).map(|(grid, _)| grid.id))
            .transpose()?;
        let mut all = Vec::new();
        for space in view.spaces()? {
            let other = wanted.is_some_and(|grid| grid != space.grid);
            if other || SpaceKind::from_code(space.kind) != Some(SpaceKind::Casework) {
                continue;
            }
            let code = grids.iter().find(|g| g.id == space.grid);
            let code = code.map(|g| g.code.clone()).unwrap_or_default();
            for (person, mut needs) in view.people_in_care(space.n)? {
                needs.retain(|need| need.until.is_none());
                let is_due = needs.iter().any(|need| need.review <= today);
                let Some(row) = view.person(person)?.filter(|_| !needs.is_empty()) else {
                    continue;
                };
                if due && !is_due {
                    continue;
                }
                let door = row.door.map(|door| view.door(door)).transpose()?.flatten();
                let address = door.map(|door| door.door.address).unwrap_or_default();
                let line = CareLine {
                    grid: code.clone(),
                    door: row.door,
                    address: address.display_zh(),
                    review_due: is_due,
                    person: person_info(row, needs),
                };
                all.push((code.clone(), address.walk_order(), person, line));
            }
        }
        all.sort_by(|a, b| (&a.0, &a.1, a.2).cmp(&(&b.0, &b.1, b.2)));
        Ok(all.into_iter().map(|(.., line)| line).collect())
    }

    /// A person with everything on file, ended needs too.
    ///
    /// # Errors
    /// `not_found`.
    pub fn person(&self, person: PersonId) -> Result<PersonDetail> {
        let inner = self.lock();
        let view = inner.store.view()?;
        let row = view.person(person)?.ok_or_else(no_person)?;
        let address = row.door.map(|door| view.door(door)).transpose()?.flatten();
        let mut reviews = Vec::new();
        for review in view.reviews_of(person)? {
            reviews.push(ReviewInfo {
                on: date_of(review.review.on),
                by: name_of(&inner, &view, review.by)?,
                category: review.review.category.map(CareCategory::from_code),
                risk: review.review.risk.and_then(RiskLevel::from_code),
                next: date_of(review.review.next),
                note: review.review.note,
            });
        }
        Ok(PersonDetail {
            door: row.door,
            address: address
                .map(|door| door.door.address.display_zh())
                .unwrap_or_default(),
            version: version_of(&view, DocId(person.0))?,
            info: person_info(row, view.needs_of(person)?),
            reviews,
        })
    }
}

pub(crate) fn person_info(row: PersonRow, needs: Vec<NeedRow>) -> PersonInfo {
    PersonInfo {
        person: row.person,
        name: row.name,
        phone: row.phone,
        remark: row.remark,
        needs: needs.into_iter().map(need_info).collect(),
    }
}

pub(crate) fn need_info(row: NeedRow) -> NeedInfo {
    let NeedRow { category, need } = row;
    let consent = need
        .consent_by
        .zip(need.consent_on.and_then(date_of))
        .zip(need.consent_for)
        .zip(need.consent_until.and_then(date_of));
    NeedInfo {
        category: CareCategory::from_code(category),
        risk: RiskLevel::from_code(need.risk),
        basis: LegalBasis::from_code(need.basis),
        since: date_of(need.since),
        review: date_of(need.review),
        until: need.until.and_then(date_of),
        cadence: need.cadence,
        reason: need.reason,
        note: need.note,
        consent: consent.map(|(((by, on), purpose), until)| Consent {
            by,
            on,
            purpose,
            until,
        }),
    }
}
