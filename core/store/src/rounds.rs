//! What a round is computed from, beside doors and their states.

use std::collections::BTreeMap;

use doorknock_model::ids::{DecisionId, DocId};
use doorknock_model::kind::Kind;
use doorknock_model::kinds::{CAMPAIGN, PERIOD, SETTINGS, round_sheet, settings, unpack};
use doorknock_model::round::{Campaign, Decision, Fields, Period, PlanRule};

use crate::{Result, View};

impl View<'_> {
    /// Everything decided on a day's sheet, also what no longer counts.
    ///
    /// # Errors
    /// The database's.
    pub fn decisions(&self, space: u32, sheet: DocId) -> Result<Vec<Decision>> {
        let mut all = Vec::new();
        for cell in self.cells_of(sheet)? {
            let record = unpack(&cell.value).filter(|_| cell.space == space);
            let id = DecisionId::from_slice(&cell.key.id);
            let (Some(record), Some(id), Some(author)) = (record, id, cell.author) else {
                continue;
            };
            all.push(Decision {
                id,
                by: self.author_by_ord(author)?.member,
                assignment: cell.key.field == round_sheet::ASSIGNMENT,
                record,
            });
        }
        Ok(all)
    }

    fn plain_fields(&self, kind: &Kind) -> Result<BTreeMap<DocId, Fields>> {
        let mut all: BTreeMap<DocId, Fields> = BTreeMap::new();
        for cell in self.cells(kind.code, None)? {
            if cell.key.id.is_empty() {
                let fields = all.entry(cell.doc).or_default();
                fields.insert(cell.key.field, cell.value);
            }
        }
        Ok(all)
    }

    /// Every campaign.
    ///
    /// # Errors
    /// The database's.
    pub fn campaigns(&self) -> Result<Vec<Campaign>> {
        let all = self.plain_fields(&CAMPAIGN)?;
        let read = |(id, fields)| Campaign::of(id, &fields);
        Ok(all.into_iter().filter_map(read).collect())
    }

    /// Every special period.
    ///
    /// # Errors
    /// The database's.
    pub fn periods(&self) -> Result<Vec<Period>> {
        let all = self.plain_fields(&PERIOD)?;
        let read = |(id, fields)| Period::of(id, &fields);
        Ok(all.into_iter().filter_map(read).collect())
    }

    /// The plans for doors that have none of their own.
    ///
    /// # Errors
    /// The database's.
    pub fn plan_rules(&self) -> Result<Vec<PlanRule>> {
        let cells = self.cells(SETTINGS.code, None)?.into_iter();
        let rules = cells.filter(|cell| cell.key.field == settings::PLAN_RULE);
        Ok(rules.filter_map(|cell| PlanRule::of(&cell.value)).collect())
    }
}
