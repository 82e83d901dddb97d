//! The export: every write this device holds, in the order of its log, one line each
//! (docs/export.md). Whoever keeps the cursor of the last line it read whole goes on from there and
//! gets each later write exactly once, also what came by sync: the log is only ever appended to.

use std::collections::HashMap;

use doorknock_model::access::SpaceKind;
use doorknock_model::ids::{DeviceId, DocId, GridId, MemberId};
use doorknock_model::kind::{Data, Key, Kind, Zone};
use doorknock_model::kinds;
use doorknock_replica::change::{self, OpId, Parts};
use doorknock_replica::document::Document;
use doorknock_replica::splice::TextRef;
use doorknock_store::View;
use doorknock_store::log::{ChunkRow, DocRow, Heads};
use doorknock_store::snapshots::PACKED;

use crate::Result;
use crate::apply;
use crate::error::said;
use crate::history;
use crate::home::Doorknock;
use crate::records::item_name;

/// The version of the lines' schema. Lines only gain members; a change of meaning is a new version.
pub const EXPORT_VERSION: u32 = 1;

/// Times in lines do not depend on the community's settings.
const UTC: Zone = Zone(0);

/// One write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportLine {
    /// Where to go on after this line.
    pub cursor: String,
    /// The kind of record; its number, if this version does not know it.
    pub kind: String,
    /// The document.
    pub id: DocId,
    /// The kind of space it lives in.
    pub space: &'static str,
    /// The grid whose space it is, where the kind of space is per grid.
    pub grid: Option<GridId>,
    /// When it was written by the writer's clock, unix milliseconds. Data, not an order.
    pub at: i64,
    /// The member who wrote it.
    pub by: MemberId,
    /// The device that signed it.
    pub device: DeviceId,
    /// The field; its number, if this version does not know it; empty if the change cannot be read.
    pub field: String,
    /// Which of many: an id, or a word where the field's ids stand for words.
    pub key: Option<String>,
    /// The name of this write, which later ones say that they replace.
    pub op: String,
    /// The writes whose values it replaces. What no other line of its key replaces still stands.
    pub replaces: Vec<String>,
    /// The value; of text that several people edit, as it reads after this write. `None` if this
    /// version cannot read it.
    pub value: Option<Data>,
}

/// A place in the log: how many writes of one change were handed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cursor {
    chunk: i64,
    /// Tells this log from another device's, and from one that was set back: [`tag`].
    tag: u64,
    writes: usize,
}

impl Cursor {
    fn text(self) -> String {
        format!("{:x}-{}-{:016x}", self.chunk, self.writes, self.tag)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.trim().split('-');
        let cursor = Self {
            chunk: i64::from_str_radix(parts.next()?, 16).ok()?,
            writes: parts.next()?.parse().ok()?,
            tag: u64::from_str_radix(parts.next()?, 16).ok()?,
        };
        (parts.next().is_none() && cursor.text() == text.trim()).then_some(cursor)
    }
}

/// What a cursor carries of a change in the log of a device: two logs may have the same change at the
/// same place and others before it.
fn tag(device: DeviceId, hash: &[u8; 32]) -> u64 {
    let first = |bytes: &[u8]| bytes.iter().take(8).fold(0, |n, b| n << 8 | u64::from(*b));
    first(&device.0) ^ first(hash)
}

impl Doorknock {
    /// The writes of up to `changes` changes after a cursor, or from the beginning. Empty at the end
    /// of the log; every change gives a line or more.
    ///
    /// # Errors
    /// `not_joined`; `cursor_unknown` if the cursor is not of this device's log.
    pub fn export(&self, since: Option<&str>, changes: u32) -> Result<Vec<ExportLine>> {
        let inner = self.lock();
        let device = inner.identity()?.device;
        let view = inner.store.view()?;
        let since = match since {
            Some(text) => Some(known(&view, device, text)?),
            None => None,
        };
        let from = since.map_or(i64::MIN, |cursor| cursor.chunk);
        let mut exporter = Exporter::new(&view, device);
        let mut lines = Vec::new();
        for chunk in view.chunks_from(from, changes.saturating_add(1))? {
            let writes = exporter.lines(&chunk)?;
            let done = since.filter(|cursor| cursor.chunk == chunk.id);
            lines.extend(writes.into_iter().skip(done.map_or(0, |c| c.writes)));
        }
        Ok(lines)
    }
}

/// The heads after a change that is the next of its document's history.
fn following(before: Heads, change: &ChunkRow) -> Heads {
    let deps = change::read(&change.change).map_or(Vec::new(), |(_, parts)| parts.deps);
    before.after(&deps, change.hash, 0)
}

/// The cursor, if it is of this log.
fn known(view: &View<'_>, device: DeviceId, text: &str) -> Result<Cursor> {
    let cursor = Cursor::parse(text);
    let found = cursor.map(|c| view.chunk(c.chunk)).transpose()?.flatten();
    cursor
        .zip(found)
        .filter(|(cursor, chunk)| cursor.tag == tag(device, &chunk.hash))
        .map(|(cursor, _)| cursor)
        .ok_or_else(|| {
            said(
                "cursor_unknown",
                "这个游标不属于本机的记录（来自另一台设备，或本机由备份恢复）；请从头导出。",
                "This cursor is not of this device's log (another device's, or this one was restored); export from the beginning.",
            )
        })
}

struct Exporter<'v, 'c> {
    view: &'v View<'c>,
    /// This one.
    device: DeviceId,
    docs: HashMap<i64, DocRow>,
    spaces: HashMap<u32, (&'static str, Option<GridId>)>,
    /// Documents with text, as they stand now.
    texts: HashMap<i64, Option<Document>>,
}

/// A write of a change, before it stands in a line.
struct Write {
    key: Option<Key>,
    op: OpId,
    replaces: Vec<OpId>,
    value: Option<Data>,
}

impl<'v, 'c> Exporter<'v, 'c> {
    fn new(view: &'v View<'c>, device: DeviceId) -> Self {
        Self {
            view,
            device,
            docs: HashMap::new(),
            spaces: HashMap::new(),
            texts: HashMap::new(),
        }
    }

    /// The lines of a row of the log: of a change, or of all that a packed history holds.
    fn lines(&mut self, row: &ChunkRow) -> Result<Vec<ExportLine>> {
        let doc = self.doc(row.doc)?;
        let packed = row.seq == PACKED;
        // One that cannot be built has a line that says no more than that it is there.
        let changes = match packed.then(|| history::built(self.view, doc, row)) {
            Some(Ok(changes)) => changes,
            _ => vec![row.clone()],
        };
        let mut lines = Vec::new();
        let mut before = apply::genesis_heads(doc.kind);
        for change in &changes {
            let after = if packed {
                before = following(before, change);
                before.hashes()
            } else {
                self.view.heads_at(row.id)?.hashes()
            };
            lines.extend(self.change(change, row, doc, &after, lines.len())?);
        }
        Ok(lines)
    }

    fn change(
        &mut self,
        chunk: &ChunkRow,
        row: &ChunkRow,
        doc: DocRow,
        after: &[[u8; 32]],
        before: usize,
    ) -> Result<Vec<ExportLine>> {
        let author = self.view.author_by_ord(chunk.author)?;
        let (space, grid) = self.space(doc.space)?;
        let kind = kinds::kind(doc.kind);
        // One bad record never blocks the rest: doctor tells of it, and the line is there.
        let (at, writes) = match change::read(&chunk.change) {
            Ok((actor, parts)) => (parts.time, self.writes(after, doc, kind, actor, &parts)?),
            Err(_) => (0, Vec::new()),
        };
        let unreadable = || Write {
            key: None,
            op: OpId::default(),
            replaces: Vec::new(),
            value: None,
        };
        let writes = if writes.is_empty() {
            vec![unreadable()]
        } else {
            writes
        };
        let line = |(n, write): (usize, Write)| {
            let field = write.key.as_ref().map(|key| field_of(kind, key));
            ExportLine {
                cursor: Cursor {
                    chunk: row.id,
                    tag: tag(self.device, &row.hash),
                    writes: before + n + 1,
                }
                .text(),
                kind: kind.map_or_else(|| doc.kind.to_string(), |k| k.name.to_owned()),
                id: doc.id,
                space,
                grid,
                at,
                by: author.member,
                device: author.device,
                field: field.unwrap_or_default(),
                key: write.key.as_ref().and_then(|key| key_of(kind, key)),
                op: name(write.op),
                replaces: write.replaces.into_iter().map(name).collect(),
                value: write.value,
            }
        };
        Ok(writes.into_iter().enumerate().map(line).collect())
    }

    fn writes(
        &mut self,
        after: &[[u8; 32]],
        doc: DocRow,
        kind: Option<&Kind>,
        actor: [u8; 16],
        parts: &Parts,
    ) -> Result<Vec<Write>> {
        let field = |key: &Key| kind.and_then(|kind| kind.field(key.field));
        let mut writes = Vec::new();
        let mut next = parts.start_op;
        for op in &parts.ops {
            writes.push(Write {
                value: field(&op.key).and_then(|f| f.shape.show(&op.value, UTC)),
                key: Some(op.key.clone()),
                op: OpId {
                    counter: next,
                    actor,
                },
                replaces: op.replaces.clone(),
            });
            next += 1;
        }
        for splice in &parts.splices {
            let document = self.document(doc)?;
            let key = match &splice.text {
                TextRef::New(key) => Some(key.clone()),
                TextRef::At(text) => document.and_then(|document| document.key_of(*text)),
            };
            let document = self.document(doc)?;
            let value = key.as_ref().zip(document).and_then(|(key, document)| {
                let reads = document.values_at(key, after).into_iter().next()?;
                field(key)?.shape.show(&reads.value, UTC)
            });
            writes.push(Write {
                key,
                op: OpId {
                    counter: next,
                    actor,
                },
                replaces: Vec::new(),
                value,
            });
            next += splice.op_count();
        }
        Ok(writes)
    }

    fn doc(&mut self, ord: i64) -> Result<DocRow> {
        if let Some(doc) = self.docs.get(&ord) {
            return Ok(*doc);
        }
        let doc = self.view.doc_by_ord(ord)?;
        self.docs.insert(ord, doc);
        Ok(doc)
    }

    fn space(&mut self, n: u32) -> Result<(&'static str, Option<GridId>)> {
        if let Some(space) = self.spaces.get(&n) {
            return Ok(*space);
        }
        let row = self.view.space(n)?;
        let kind = row.as_ref().and_then(|row| SpaceKind::from_code(row.kind));
        let grid = row.filter(|_| kind.is_some_and(SpaceKind::per_grid));
        let space = (
            kind.map_or("unknown", SpaceKind::name),
            grid.map(|row| row.grid),
        );
        self.spaces.insert(n, space);
        Ok(space)
    }

    fn document(&mut self, doc: DocRow) -> Result<Option<&Document>> {
        if !self.texts.contains_key(&doc.ord) {
            let heads = self.view.heads(&doc)?.unwrap_or_default();
            let document = apply::load(self.view, doc, &heads).ok();
            self.texts.insert(doc.ord, document);
        }
        Ok(self.texts.get(&doc.ord).and_then(Option::as_ref))
    }
}

fn name(op: OpId) -> String {
    format!("{}@{}", op.counter, DocId(op.actor))
}

fn field_of(kind: Option<&Kind>, key: &Key) -> String {
    let field = kind.and_then(|kind| kind.field(key.field));
    field.map_or_else(|| key.field.to_string(), |field| field.name.to_owned())
}

fn key_of(kind: Option<&Kind>, key: &Key) -> Option<String> {
    let hex = || key.id.iter().map(|byte| format!("{byte:02x}")).collect();
    let field = kind.and_then(|kind| kind.field(key.field));
    let named = field.map_or_else(hex, |field| item_name(field, &key.id));
    (!key.id.is_empty()).then_some(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_nothing_else_is_one() {
        let cursor = Cursor {
            chunk: 0x4d2,
            tag: 0x00ab,
            writes: 3,
        };
        let text = cursor.text();
        assert_eq!(text, "4d2-3-00000000000000ab");
        assert_eq!(Cursor::parse(&format!(" {text}\n")), Some(cursor));
        for bad in [
            "",
            "4d2",
            "4d2-3",
            "4D2-3-00000000000000ab",
            "4d2-03-00000000000000ab",
            "4d2-3-ab",
            "4d2-3-00000000000000ab-1",
            "-4d2-3-00000000000000ab",
            "4d2--3-00000000000000ab",
            "游标",
        ] {
            assert_eq!(Cursor::parse(bad), None, "{bad}");
        }
    }
}
