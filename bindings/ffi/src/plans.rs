//! How often doors are due: by their care needs, or by rules for those that have no plan of their own.

use doorknock::model::checklist::TemplateId;

use crate::cadence::Cadence;
use crate::choices::{CompoundKind, DoorKind, RiskLevel};
use crate::error::Result;
use crate::home::Doorknock;
use crate::ids::Uuid;
use crate::times::Day;

/// How often doors of one kind are due that have no plan of their own.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct PlanRule {
    /// In compounds of this kind; absent for all that no closer rule covers.
    pub compound: Option<CompoundKind>,
    /// Doors of this kind.
    pub door: DoorKind,
    /// How often.
    pub cadence: Cadence,
    /// Since when; first visits are spread over one cadence from this day.
    pub since: Day,
    /// The id of the checklist to use.
    pub checklist: Option<Uuid>,
}

impl From<doorknock::RuleInfo> for PlanRule {
    fn from(info: doorknock::RuleInfo) -> Self {
        Self {
            compound: info.compound.map(CompoundKind::from),
            door: info.door.into(),
            cadence: info.cadence.into(),
            since: info.since.into(),
            checklist: info.checklist.map(Uuid),
        }
    }
}

/// How often a level of risk is due.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct DefaultCadence {
    /// The level.
    pub risk: RiskLevel,
    /// How often.
    pub cadence: Cadence,
}

#[uniffi::export]
impl Doorknock {
    /// The rules, by kind of compound and of door; one for each at most.
    ///
    /// # Errors
    /// The database's.
    pub fn plan_rules(&self) -> Result<Vec<PlanRule>> {
        let rules = self.core().plan_rules()?;
        Ok(rules.into_iter().map(PlanRule::from).collect())
    }

    /// Says how often doors of one kind are due, from today on; without a cadence the rule is taken away.
    /// Whether anything differed. Office only.
    ///
    /// # Errors
    /// `not_office`, `bad_cadence`, `unknown_choice`, `disk_full`.
    #[uniffi::method(default(checklist = None))]
    pub fn set_plan_rule(
        &self,
        compound: Option<CompoundKind>,
        door: DoorKind,
        cadence: Option<Cadence>,
        checklist: Option<Uuid>,
    ) -> Result<bool> {
        let compound = compound.map(CompoundKind::try_into).transpose()?;
        let cadence = cadence.map(Cadence::try_into).transpose()?;
        let checklist: Option<TemplateId> = checklist.map(|Uuid(id)| id);
        let plan = cadence.map(|cadence| (cadence, checklist));
        Ok(self
            .core()
            .set_plan_rule(compound, door.try_into()?, plan)?)
    }

    /// How often each level of risk is due in this community, most pressing first.
    ///
    /// # Errors
    /// The database's.
    pub fn default_cadences(&self) -> Result<Vec<DefaultCadence>> {
        let line = |(risk, cadence): (doorknock::model::care::RiskLevel, _)| DefaultCadence {
            risk: risk.into(),
            cadence: Cadence::from(cadence),
        };
        Ok(self
            .core()
            .default_cadences()?
            .into_iter()
            .map(line)
            .collect())
    }

    /// Says how often a level of risk is due. Office only. Plans made before follow with `replan_all`. Whether
    /// anything differed.
    ///
    /// # Errors
    /// `not_office`, `bad_cadence`, `unknown_choice`, `disk_full`.
    pub fn set_default_cadence(&self, risk: RiskLevel, cadence: Cadence) -> Result<bool> {
        let (risk, cadence) = (risk.try_into()?, cadence.try_into()?);
        Ok(self.core().set_default_cadence(risk, cadence)?)
    }

    /// Lets a door's plan follow its care needs again, also where a person had chosen it. Whether anything
    /// differed.
    ///
    /// # Errors
    /// `not_found`, `disk_full`.
    pub fn replan(&self, door: Uuid) -> Result<bool> {
        Ok(self.core().replan(door.into())?)
    }

    /// Mends every plan here that does not follow the care needs; those that a person chose stay. How many.
    ///
    /// # Errors
    /// `disk_full`.
    pub fn replan_all(&self) -> Result<u64> {
        Ok(self.core().replan_all()? as u64)
    }
}
