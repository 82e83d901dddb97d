//! Records of every general kind, by their declarations alone: add, edit, list, show, end.
//!
//! A field of ids named like a kind refers to records of that kind; `door`, `doors` and `person` refer to
//! those. Ids may be given by their beginning, four digits or more.

mod conflict;
mod side_by_side;
mod text;
mod write;

pub use conflict::{Choice, Conflict, ConflictValue};
pub(crate) use side_by_side::recorded_at;
pub use text::TextVersion;

use chrono::{DateTime, FixedOffset};
use doorknock_model::ids::{DocId, GridId, MemberId};
use doorknock_model::kind::{Data, Field, Kind, Merge, Zone};
use doorknock_model::kinds::{KINDS, MEMBER_CARD};
use doorknock_store::View;
use doorknock_store::cells::CellRow;

use crate::Result;
use crate::error::{not_found, said};
use crate::home::{Doorknock, Inner};
use crate::page::{List, Page, cursor, cursor_of, cut, one_more};
use crate::read::{local_time, utc_offset};

/// A record.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Its id.
    pub id: DocId,
    /// Its kind's name.
    pub kind: &'static str,
    /// Its grid's code, where its kind is per grid.
    pub grid: Option<String>,
    /// The version shown here: an edit names it.
    pub version: String,
    /// Whether it has ended.
    pub ended: bool,
    /// The plain fields that hold something, in the order of their declaration.
    pub values: Vec<(&'static str, Data)>,
    /// What stands under ids, in the order in which it was recorded.
    pub items: Vec<RecordItem>,
    /// The fields in conflict.
    pub conflicts: Vec<&'static str>,
}

/// One of many values of a field.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordItem {
    /// The field.
    pub field: &'static str,
    /// The id, or the word it is the code of.
    pub id: String,
    /// Who recorded it, for what is written once.
    pub by: Option<String>,
    /// When, in the community's time zone.
    pub at: Option<DateTime<FixedOffset>>,
    /// What.
    pub data: Data,
}

impl Record {
    /// A plain field's value.
    #[must_use]
    pub fn get(&self, field: &str) -> Option<&Data> {
        self.values
            .iter()
            .find(|(n, _)| *n == field)
            .map(|(_, data)| data)
    }

    /// A line for people: the first needed text.
    #[must_use]
    pub fn title(&self) -> String {
        let kind = KINDS.iter().find(|k| k.name == self.kind);
        let fields = kind.map_or(&[][..], |k| k.fields);
        let needed = fields.iter().filter(|f| f.needed);
        needed
            .filter_map(|f| self.get(f.name))
            .map(plain)
            .collect::<Vec<_>>()
            .join(" ")
    }
}

/// A value on one line.
fn plain(data: &Data) -> String {
    match data {
        Data::Null => String::new(),
        Data::Bool(bool) => bool.to_string(),
        Data::Int(int) => int.to_string(),
        Data::Text(text) => text.clone(),
        Data::List(all) => all.iter().map(plain).collect::<Vec<_>>().join("、"),
        Data::Map(parts) => parts
            .iter()
            .map(|(_, d)| plain(d))
            .collect::<Vec<_>>()
            .join(" "),
    }
}

/// The general kind of this name.
pub(crate) fn general(name: &str) -> Result<&'static Kind> {
    let found = KINDS.iter().find(|k| k.general && k.name == name);
    found.copied().ok_or_else(|| {
        said(
            "unknown_kind",
            "没有这种记录；请核对类型名称。",
            "There is no such kind of record; check its name.",
        )
    })
}

fn kind_of(code: u16) -> Result<&'static Kind> {
    doorknock_model::kinds::kind(code).ok_or_else(|| not_found("记录", "record"))
}

/// An id as people name it: the word it is the code of, or its digits.
pub(crate) fn item_name(field: &Field, id: &[u8]) -> String {
    let code = <[u8; 2]>::try_from(id).map(u16::from_be_bytes);
    let word = code
        .ok()
        .and_then(|code| field.keys?.iter().find(|w| w.code == code));
    word.map_or_else(
        || id.iter().map(|b| format!("{b:02x}")).collect(),
        |w| w.word.to_owned(),
    )
}

/// The name of a member, or the beginning of the id while the name is not here.
pub(crate) fn name_of(inner: &Inner, view: &View<'_>, member: MemberId) -> Result<String> {
    let community = inner.identity()?.community;
    let card = MEMBER_CARD.document(community, GridId::default(), &[member.as_bytes()]);
    let short = || member.to_string()[..8].to_owned();
    Ok(view.member_name(card)?.unwrap_or_else(short))
}

impl Doorknock {
    /// The kinds of record that are added, edited and listed by their declaration.
    pub fn record_kinds() -> impl Iterator<Item = &'static Kind> {
        KINDS.iter().copied().filter(|k| k.general)
    }

    /// Records of a kind: of one grid or of all, with those that have ended or without.
    ///
    /// # Errors
    /// `unknown_kind`, `unknown_grid`, `not_joined`.
    pub fn records(&self, kind: &str, grid: Option<&str>, ended: bool) -> Result<Vec<Record>> {
        Ok(self.records_page(kind, grid, ended, None, u32::MAX)?.items)
    }

    /// The same in pages: the first, or the one that begins at a cursor ([`Page::next`]), of `limit` records,
    /// one at least. In the order of their ids, which says nothing.
    ///
    /// # Errors
    /// `unknown_kind`, `unknown_grid`, `not_joined`, `bad_cursor`.
    pub fn records_page(
        &self,
        kind: &str,
        grid: Option<&str>,
        ended: bool,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<Record>> {
        let kind = general(kind)?;
        let after = after.map(|text| cursor_of(List::Records, text));
        let mut after: Option<(u32, DocId)> = after.transpose()?;
        let inner = self.lock();
        let view = inner.store.view()?;
        let space = space_asked(&view, kind, grid)?;
        let read = one_more(limit);
        let mut found: Vec<(u32, Record)> = Vec::new();
        // Those that have ended may be many, and are passed over.
        while found.len() < usize::try_from(read).unwrap_or(usize::MAX) {
            let ids = view.records_of(kind.code, space, after, read)?;
            for (space, doc) in &ids {
                let record = record(&inner, &view, kind, &view.cells_of(*doc)?)?;
                if ended || !record.ended {
                    found.push((*space, record));
                }
            }
            after = ids.last().copied();
            if ids.len() < usize::try_from(read).unwrap_or(usize::MAX) {
                break;
            }
        }
        let next = cut(&mut found, limit, |(space, record)| {
            cursor(List::Records, &(space, record.id))
        });
        let items = found.into_iter().map(|(_, record)| record).collect();
        Ok(Page { items, next })
    }

    /// One record.
    ///
    /// # Errors
    /// `not_found`.
    pub fn record(&self, id: DocId) -> Result<Record> {
        let inner = self.lock();
        let view = inner.store.view()?;
        let cells = view.cells_of(id)?;
        let first = cells.first().ok_or_else(|| not_found("记录", "record"))?;
        record(&inner, &view, kind_of(first.kind)?, &cells)
    }

    /// The record of a kind meant by an id or by the beginning of one, four digits or more.
    ///
    /// # Errors
    /// `not_found`, `ambiguous_id`, `unknown_kind`.
    pub fn find_record(&self, kind: &str, text: &str) -> Result<DocId> {
        let kind = general(kind)?;
        by_prefix(text, |hex| {
            let view = self.lock();
            Ok(view.store.view()?.records_by_prefix(kind.code, hex)?)
        })
    }

    /// The records that refer to a door, a person or another record.
    ///
    /// # Errors
    /// `not_joined`.
    pub fn referring_to(&self, id: &[u8; 16]) -> Result<Vec<Record>> {
        let inner = self.lock();
        let view = inner.store.view()?;
        let mut all = Vec::new();
        for (kind, doc) in view.referring_to(id)? {
            let kind = kind_of(kind)?;
            if kind.general {
                all.push(record(&inner, &view, kind, &view.cells_of(doc)?)?);
            }
        }
        Ok(all)
    }
}

/// The space of a kind's records in the grid asked for, if it is one per grid.
fn space_asked(view: &View<'_>, kind: &Kind, grid: Option<&str>) -> Result<Option<u32>> {
    let Some(code) = grid.filter(|_| kind.space.per_grid()) else {
        return Ok(None);
    };
    let unknown = || not_found("网格", "grid");
    let known = view.grids()?.into_iter().find(|g| g.code == code);
    let grid = known.ok_or_else(unknown)?.id;
    let space = view.space_of(kind.space.code(), grid)?;
    Ok(Some(space.ok_or_else(unknown)?.n))
}

/// The one document whose id begins with these digits.
pub(crate) fn by_prefix(text: &str, find: impl Fn(&str) -> Result<Vec<DocId>>) -> Result<DocId> {
    let text = text.trim();
    if text.len() < 4 || text.len() > 32 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(not_found("记录", "record"));
    }
    match find(text)?[..] {
        [doc] => Ok(doc),
        [] => Err(not_found("记录", "record")),
        _ => Err(said(
            "ambiguous_id",
            "有多条记录以这几位开头；请多写几位编号。",
            "Several records begin with these digits; write more of the id.",
        )),
    }
}

fn record(inner: &Inner, view: &View<'_>, kind: &Kind, cells: &[CellRow]) -> Result<Record> {
    let offset = utc_offset(view)?;
    let first = cells.first().ok_or_else(|| not_found("记录", "record"))?;
    let space = view.space(first.space)?;
    let grid = space.filter(|_| kind.space.per_grid()).map(|s| s.grid);
    let grids = view.grids()?;
    let code = grid.and_then(|grid| grids.iter().find(|g| g.id == grid).map(|g| g.code.clone()));
    let mut record = Record {
        id: first.doc,
        kind: KINDS
            .iter()
            .find(|k| k.code == kind.code)
            .map_or("", |k| k.name),
        grid: code,
        version: crate::edit::version_of(view, first.doc)?,
        ended: false,
        values: Vec::new(),
        items: Vec::new(),
        conflicts: Vec::new(),
    };
    for cell in cells {
        let field = doorknock_model::kinds::kind(kind.code).and_then(|k| k.field(cell.key.field));
        let Some(field) = field else { continue };
        let data = field.shape.show(&cell.value, Zone(offset));
        let Some(data) = data.filter(|d| *d != Data::Null) else {
            continue;
        };
        record.ended |= field.ends;
        if !field.keyed {
            record.values.push((field.name, data));
            continue;
        }
        let author = cell.author.map(|ord| view.author_by_ord(ord)).transpose()?;
        let by = author.map(|a| name_of(inner, view, a.member)).transpose()?;
        record.items.push(RecordItem {
            field: field.name,
            id: item_name(field, &cell.key.id),
            by,
            at: cell.at.map(|ms| local_time(ms.div_euclid(1000), offset)),
            data,
        });
    }
    for key in view.conflicts_of(first.space, first.doc)? {
        record
            .conflicts
            .extend(kind.field(key.field).map(|f| f.name));
    }
    record.conflicts.dedup();
    Ok(record)
}

/// Whether a field's text is edited, not replaced.
pub(crate) fn is_text(field: &Field) -> bool {
    field.merge == Merge::Text
}
