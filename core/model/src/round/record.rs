//! Campaigns, periods and rules as they are recorded, read for the round. What lacks something it needs
//! is left out of the list; the record itself stays and is shown.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{Campaign, Days, Period, PlanRule, Selection, date_of};
use crate::address::DoorKind;
use crate::ids::{DocId, DoorId};
use crate::kind::{Item, Kind, Value};
use crate::kinds::{CAMPAIGN, PERIOD, PeriodKind, PlanRuleRecord, unpack};

/// A record's plain fields by number.
pub type Fields = BTreeMap<u16, Value>;

struct Record<'a>(&'static Kind, &'a Fields);

impl Record<'_> {
    fn item(&self, name: &str) -> Option<Item> {
        let field = self.0.field_named(name)?;
        let items = field.shape.items(self.1.get(&field.code)?)?;
        items.into_iter().next().filter(|item| *item != Item::Null)
    }

    fn text(&self, name: &str) -> Option<String> {
        match self.item(name)? {
            Item::Text(text) => Some(text),
            _ => None,
        }
    }

    fn day(&self, name: &str) -> Option<NaiveDate> {
        match self.item(name)? {
            Item::Int(day) => date_of(i32::try_from(day).ok()?),
            _ => None,
        }
    }

    fn id(&self, name: &str) -> Option<[u8; 16]> {
        match self.item(name)? {
            Item::Id(id) => Some(id),
            _ => None,
        }
    }

    fn texts(&self, name: &str) -> Vec<String> {
        match self.item(name) {
            Some(Item::Texts(texts)) => texts,
            _ => Vec::new(),
        }
    }

    fn days(&self) -> Option<Days> {
        Some(Days {
            since: self.day("since")?,
            until: self.day("until")?,
            ended: self.day("ended"),
        })
    }

    fn selection(&self) -> Selection {
        let doors = match self.item("doors") {
            Some(Item::Ids(ids)) => ids.into_iter().map(DoorId).collect(),
            _ => Vec::new(),
        };
        Selection {
            grids: self.texts("grids"),
            compounds: self.texts("compounds"),
            kinds: self.texts("door_kinds"),
            doors,
        }
    }
}

impl Campaign {
    /// From the fields of a [`CAMPAIGN`]; `None` if it lacks one of its days.
    #[must_use]
    pub fn of(id: DocId, fields: &Fields) -> Option<Self> {
        let record = Record(&CAMPAIGN, fields);
        Some(Self {
            id,
            name: record.text("name").unwrap_or_default(),
            days: record.days()?,
            checklist: record.id("checklist"),
            doors: record.selection(),
        })
    }
}

impl Period {
    /// From the fields of a [`PERIOD`]; `None` if it lacks one of its days or its cadence.
    #[must_use]
    pub fn of(id: DocId, fields: &Fields) -> Option<Self> {
        let record = Record(&PERIOD, fields);
        let kind = match record.item("kind") {
            Some(Item::Int(code)) => u8::try_from(code).ok().map(PeriodKind::from_code),
            _ => None,
        };
        Some(Self {
            id,
            name: record.text("name").unwrap_or_default(),
            kind,
            days: record.days()?,
            cadence: record.text("cadence")?.parse().ok()?,
            checklist: record.id("checklist"),
            doors: record.selection(),
            every_door: record.item("every_door") == Some(Item::Bool(true)),
        })
    }
}

impl PlanRule {
    /// From its value in the settings; `None` if it was taken back or this version cannot read it.
    #[must_use]
    pub fn of(value: &Value) -> Option<Self> {
        let record: PlanRuleRecord = unpack(value)?;
        Some(Self {
            compound: record.compound,
            door: DoorKind::from_code(record.door)?,
            cadence: record.cadence.parse().ok()?,
            since: date_of(record.since)?,
            checklist: record.checklist,
        })
    }
}
