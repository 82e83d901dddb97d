//! Plans for doors that have none of their own, by kind of compound and of door. Settings: the office
//! writes them.

use chrono::NaiveDate;
use doorknock_model::address::DoorKind;
use doorknock_model::cadence::Cadence;
use doorknock_model::checklist::TemplateId;
use doorknock_model::ids::GridId;
use doorknock_model::kind::{Key, Value};
use doorknock_model::kinds::{CompoundKind, PlanRuleRecord, SETTINGS, pack, settings};

use crate::Result;
use crate::home::Doorknock;
use crate::writer::with_writer;

/// How often doors of one kind are due that have no plan of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RuleInfo {
    /// In compounds of this kind; `None` for all that no closer rule covers.
    pub compound: Option<CompoundKind>,
    /// Doors of this kind.
    pub door: DoorKind,
    /// How often.
    pub cadence: Cadence,
    /// Since when; first visits are spread over one cadence from this day.
    pub since: NaiveDate,
    /// The checklist to use.
    pub checklist: Option<TemplateId>,
}

impl Doorknock {
    /// The rules, by kind of compound and of door.
    ///
    /// # Errors
    /// The database's.
    pub fn plan_rules(&self) -> Result<Vec<RuleInfo>> {
        let rules = self.lock().store.view()?.plan_rules()?.into_iter();
        let mut all: Vec<_> = rules
            .map(|rule| RuleInfo {
                compound: rule.compound,
                door: rule.door,
                cadence: rule.cadence,
                since: rule.since,
                checklist: rule.checklist,
            })
            .collect();
        all.sort_by_key(|rule| PlanRuleRecord::key(rule.compound, rule.door.code()));
        Ok(all)
    }

    /// Says how often doors of one kind are due, from today on; `None` takes the rule away. Whether anything
    /// differed. Office only.
    ///
    /// # Errors
    /// `not_office`, `disk_full`.
    pub fn set_plan_rule(
        &self,
        compound: Option<CompoundKind>,
        door: DoorKind,
        plan: Option<(Cadence, Option<TemplateId>)>,
    ) -> Result<bool> {
        self.refuse_unless_office()?;
        let same = |rule: &RuleInfo| (rule.compound, rule.door) == (compound, door);
        let there = self.plan_rules()?.into_iter().find(same);
        if there.map(|rule| (rule.cadence, rule.checklist)) == plan {
            return Ok(false);
        }
        let today = self.today()?;
        let value = plan.map_or(Value::Null, |(cadence, checklist)| {
            pack(&PlanRuleRecord {
                compound,
                door: door.code(),
                cadence: cadence.to_string(),
                since: today,
                checklist,
            })
        });
        let key = Key::with_id(
            settings::PLAN_RULE,
            &PlanRuleRecord::key(compound, door.code()),
        );
        self.writing(|inner| {
            with_writer(inner, &self.env, |writer| {
                let settings = SETTINGS.document(writer.identity.community, GridId::default(), &[]);
                writer.set(&SETTINGS, settings, 0, vec![(key.clone(), value.clone())])
            })
        })
    }
}
