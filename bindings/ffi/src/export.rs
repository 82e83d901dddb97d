//! The export: every write this device holds, in the order of its log (docs/export.md).

use std::time::SystemTime;

use crate::error::Result;
use crate::home::Doorknock;
use crate::ids::Uuid;
use crate::kept::shape;
use crate::times::from_millis;
use crate::value::RecordValue;

/// One write.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ExportLine {
    /// Where to go on after this line, opaque.
    pub cursor: String,
    /// The kind of record; its number, if this version does not know it.
    pub kind: String,
    /// The id of the document.
    pub id: Uuid,
    /// The kind of space it lives in: `common`, `staff`, `rounds`, `casework`.
    pub space: String,
    /// The id of the grid whose space it is, where the kind of space is per grid.
    pub grid: Option<Uuid>,
    /// When it was written by the writer's clock. Data, not an order.
    pub at: SystemTime,
    /// The id of the member who wrote it.
    pub by: Uuid,
    /// The id of the device that signed it.
    pub device: Uuid,
    /// The field; its number, if this version does not know it; empty if the change cannot be read.
    pub field: String,
    /// Which of many: an id in hexadecimal digits, or a word where the field's ids stand for words.
    pub key: Option<String>,
    /// The name of this write, opaque: later ones say that they replace it.
    pub op: String,
    /// The writes whose values it replaces. What no other line of its key replaces still stands.
    pub replaces: Vec<String>,
    /// The value; of text that several people edit, as it reads after this write. Absent if this version cannot
    /// read it.
    pub value: Option<RecordValue>,
}

impl From<doorknock::ExportLine> for ExportLine {
    fn from(line: doorknock::ExportLine) -> Self {
        let shape = shape(&line.kind, &line.field);
        Self {
            cursor: line.cursor,
            kind: line.kind,
            id: line.id.into(),
            space: line.space.to_owned(),
            grid: line.grid.map(Uuid::from),
            at: from_millis(line.at),
            by: line.by.into(),
            device: line.device.into(),
            field: line.field,
            key: line.key,
            op: line.op,
            replaces: line.replaces,
            value: line.value.map(|data| RecordValue::shown(shape, data)),
        }
    }
}

#[uniffi::export]
impl Doorknock {
    /// The writes of up to `changes` changes after a cursor, or from the beginning: every change gives a line or
    /// more, a visit some ten. Empty at the end of the log. Whoever keeps the cursor of the last line it read
    /// goes on from there and gets each later write exactly once, also what came by sync.
    ///
    /// # Errors
    /// `not_joined`; `cursor_unknown` if the cursor is not of this device's log.
    #[uniffi::method(default(after = None, changes = 200))]
    pub fn export(&self, after: Option<String>, changes: u32) -> Result<Vec<ExportLine>> {
        let lines = self.core().export(after.as_deref(), changes)?;
        Ok(lines.into_iter().map(ExportLine::from).collect())
    }
}
