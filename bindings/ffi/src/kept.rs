//! Records of the declared kinds: cases and their notes, crews, campaigns, periods, duty, sessions, pairs,
//! partners, the three lists.

use std::time::SystemTime;

use doorknock::model::kind::{Data, Kind, Shape};
use doorknock::model::kinds::KINDS;

use crate::error::Result;
use crate::home::Doorknock;
use crate::ids::{Uuid, digits};
use crate::times::instant;
use crate::value::{NamedValue, RecordValue};

/// A record of a declared kind.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct KeptRecord {
    /// Its id.
    pub id: Uuid,
    /// Its kind's name ([`crate::KindInfo::name`]).
    pub kind: String,
    /// A line for people.
    pub title: String,
    /// Its grid's code, where its kind is per grid.
    pub grid: Option<String>,
    /// The version shown here, opaque: an edit names it.
    pub version: String,
    /// Whether it has ended.
    pub ended: bool,
    /// The plain fields that hold something, in the order of their declaration.
    pub values: Vec<NamedValue>,
    /// What stands under ids, in the order in which it was recorded.
    pub items: Vec<RecordItem>,
    /// The names of the fields in conflict.
    pub conflicts: Vec<String>,
}

/// One of many values of a field.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct RecordItem {
    /// The field's name.
    pub field: String,
    /// The id in hexadecimal digits, or the word it is the code of: what calls take as `item`.
    pub item: String,
    /// The name of who recorded it, for what is written once.
    pub by: Option<String>,
    /// When, for what is written once.
    pub at: Option<SystemTime>,
    /// What.
    pub value: RecordValue,
}

/// The kind of this name.
fn kind_named(name: &str) -> Option<&'static Kind> {
    KINDS.iter().copied().find(|kind| kind.name == name)
}

/// What a field of a kind looks like.
pub(crate) fn shape(kind: &str, field: &str) -> Shape {
    let field = kind_named(kind).and_then(|kind| kind.field_named(field));
    field.map_or(Shape::Packed, |field| field.shape)
}

impl From<doorknock::Record> for KeptRecord {
    fn from(record: doorknock::Record) -> Self {
        let title = record.title();
        let value = |(name, data): (&str, Data)| NamedValue {
            name: name.to_owned(),
            value: RecordValue::shown(shape(record.kind, name), data),
        };
        let item = |item: doorknock::RecordItem| RecordItem {
            field: item.field.to_owned(),
            item: item.id,
            by: item.by,
            at: item.at.map(instant),
            value: RecordValue::shown(shape(record.kind, item.field), item.data),
        };
        Self {
            id: record.id.into(),
            kind: record.kind.to_owned(),
            title,
            grid: record.grid,
            version: record.version,
            ended: record.ended,
            values: record.values.into_iter().map(value).collect(),
            items: record.items.into_iter().map(item).collect(),
            conflicts: record.conflicts.into_iter().map(str::to_owned).collect(),
        }
    }
}

/// A page of records.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct RecordPage {
    /// The records.
    pub items: Vec<KeptRecord>,
    /// Where the next page begins, opaque; absent on the last.
    pub next: Option<String>,
}

impl From<doorknock::Page<doorknock::Record>> for RecordPage {
    fn from(page: doorknock::Page<doorknock::Record>) -> Self {
        Self {
            items: page.items.into_iter().map(KeptRecord::from).collect(),
            next: page.next,
        }
    }
}

/// A text as one author left it.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct TextVersion {
    /// Which, opaque; an edit may name it as its base.
    pub version: String,
    /// The author's name.
    pub by: String,
    /// When.
    pub at: SystemTime,
    /// The whole text as this author saw it afterwards.
    pub text: String,
}

impl From<doorknock::TextVersion> for TextVersion {
    fn from(version: doorknock::TextVersion) -> Self {
        Self {
            version: version.version,
            by: version.by,
            at: instant(version.at),
            text: version.text,
        }
    }
}

/// Values as the facade takes them.
fn taken(values: Vec<NamedValue>) -> Result<Vec<(String, Data)>> {
    let taken = |named: NamedValue| Ok((named.name, named.value.taken()?));
    values.into_iter().map(taken).collect()
}

fn named(values: &[(String, Data)]) -> Vec<(&str, Data)> {
    let named = values.iter();
    named
        .map(|(name, data)| (name.as_str(), data.clone()))
        .collect()
}

#[uniffi::export]
impl Doorknock {
    /// Records of a kind in pages of `limit`, one at least: of one grid or of all, with those that have ended
    /// or without. In the order of their ids, which says nothing: sort what is shown. `after` is
    /// [`RecordPage::next`] of the page before; what is added or comes in meanwhile makes the next page skip
    /// nothing and show nothing twice.
    ///
    /// # Errors
    /// `unknown_kind`, `not_found` for a grid that is not here, `not_joined`, `bad_cursor`.
    #[uniffi::method(default(grid = None, ended = false, after = None, limit = 50))]
    pub fn records(
        &self,
        kind: String,
        grid: Option<String>,
        ended: bool,
        after: Option<String>,
        limit: u32,
    ) -> Result<RecordPage> {
        let (grid, after) = (grid.as_deref(), after.as_deref());
        let page = self.core().records_page(&kind, grid, ended, after, limit)?;
        Ok(page.into())
    }

    /// One record.
    ///
    /// # Errors
    /// `not_found`.
    pub fn record(&self, id: Uuid) -> Result<KeptRecord> {
        Ok(self.core().record(id.into())?.into())
    }

    /// The id of the record of a kind meant by an id as text or by the beginning of one, four digits or more.
    ///
    /// # Errors
    /// `not_found`, `ambiguous_id`, `unknown_kind`.
    pub fn find_record(&self, kind: String, text: String) -> Result<Uuid> {
        Ok(self.core().find_record(&kind, &digits(&text))?.into())
    }

    /// The records that refer to a door, a person or another record: few.
    ///
    /// # Errors
    /// `not_joined`.
    pub fn referring_to(&self, id: Uuid) -> Result<Vec<KeptRecord>> {
        let records = self.core().referring_to(&id.0)?;
        Ok(records.into_iter().map(KeptRecord::from).collect())
    }

    /// Adds a record with its plain fields and returns its id. `grid` is needed only on a device that holds
    /// several, for kinds that are per grid, and where no field `door` says it.
    ///
    /// # Errors
    /// `unknown_kind`, `unknown_field`, `bad_value`, `missing_field`, `which_grid`, `not_allowed`,
    /// `unknown_choice`, `too_large`, `disk_full`.
    #[uniffi::method(default(grid = None))]
    pub fn add_record(
        &self,
        kind: String,
        values: Vec<NamedValue>,
        grid: Option<String>,
    ) -> Result<Uuid> {
        let values = taken(values)?;
        let core = self.core();
        let id = core.add_record(&kind, grid.as_deref(), &named(&values))?;
        Ok(id.into())
    }

    /// Changes plain fields of a record, or of a matter, as somebody saw it at `version`
    /// ([`KeptRecord::version`]); where another edit came in between, both values are kept as a conflict, and
    /// texts are merged. Without a version, as it stands now. Whether anything differed.
    ///
    /// # Errors
    /// As `add_record`, and `not_found`, `bad_version`, `unknown_version`.
    #[uniffi::method(default(version = None))]
    pub fn edit_record(
        &self,
        id: Uuid,
        values: Vec<NamedValue>,
        version: Option<String>,
    ) -> Result<bool> {
        let values = taken(values)?;
        let core = self.core();
        Ok(core.edit_record(id.into(), version.as_deref(), &named(&values))?)
    }

    /// Adds to a field that holds many: under a new id, or, for one whose ids are words, under `item`. A value
    /// that needs a day `on` and names none is of today. Returns what the value stands under
    /// ([`RecordItem::item`]).
    ///
    /// # Errors
    /// As `add_record`, and `not_found`, `which_item`.
    #[uniffi::method(default(item = None))]
    pub fn append_record(
        &self,
        id: Uuid,
        field: String,
        value: RecordValue,
        item: Option<String>,
    ) -> Result<String> {
        let data = value.taken()?;
        let core = self.core();
        Ok(core.append_record(id.into(), &field, item.as_deref(), &data)?)
    }

    /// Ends a record: with what its ending field takes, or today. Whether anything differed.
    ///
    /// # Errors
    /// As `edit_record`; `no_end` for a kind that never ends.
    #[uniffi::method(default(version = None, value = None))]
    pub fn end_record(
        &self,
        id: Uuid,
        version: Option<String>,
        value: Option<RecordValue>,
    ) -> Result<bool> {
        let data = value.map(RecordValue::taken).transpose()?;
        Ok(self
            .core()
            .end_record(id.into(), version.as_deref(), data)?)
    }

    /// Turns a text of a record into `text` for somebody who saw it at `version` ([`KeptRecord::version`] or
    /// [`TextVersion::version`]); what others wrote since stays, and nobody's sentence is lost. `item` names
    /// one of many ([`RecordItem::item`]). Whether anything differed.
    ///
    /// # Errors
    /// `not_found`, `bad_version`, `unknown_version`, `not_allowed`, `too_large`, `disk_full`.
    #[uniffi::method(default(item = None))]
    pub fn edit_text(
        &self,
        id: Uuid,
        field: String,
        version: String,
        text: String,
        item: Option<String>,
    ) -> Result<bool> {
        let (core, item) = (self.core(), item.as_deref().map(digits));
        Ok(core.edit_text(id.into(), &field, item.as_deref(), &version, &text)?)
    }

    /// Who wrote what of a text, oldest first; as many as it was saved times.
    ///
    /// # Errors
    /// `not_found`.
    #[uniffi::method(default(item = None))]
    pub fn text_history(
        &self,
        id: Uuid,
        field: String,
        item: Option<String>,
    ) -> Result<Vec<TextVersion>> {
        let (core, item) = (self.core(), item.as_deref().map(digits));
        let versions = core.text_history(id.into(), &field, item.as_deref())?;
        Ok(versions.into_iter().map(TextVersion::from).collect())
    }
}
