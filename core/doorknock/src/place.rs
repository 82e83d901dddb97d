//! Where a record is: on this device only, sealed, carried away by file, at the hub, from somebody else; what
//! waits, and for what. Every answer is derived from rows, here and nowhere else: a change's place in the log
//! against the sealed watermark and the entries that cover it.

use chrono::{DateTime, FixedOffset};
use doorknock_model::Message;
use doorknock_model::access::SpaceKind;
use doorknock_model::checklist::Label;
use doorknock_model::ids::{DocId, VisitId};
use doorknock_replica::change::{self, Parts};
use doorknock_replica::section::Section;
use doorknock_replica::splice::TextRef;
use doorknock_store::View;
use doorknock_store::log::{ChunkRow, DocRow};
use doorknock_store::outbox::EntryRow;
use doorknock_store::places::{Origin, Waits};

use crate::Result;
use crate::apply;
use crate::error::not_found;
use crate::history;
use crate::home::{Doorknock, Inner};
use crate::outbox::SEALED;
use crate::read::{local_time, utc_offset};
use crate::records::name_of;
use crate::status::{QuarantineLine, quarantine_line};

/// Where a change is. Own ones from the least safe to the safest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The hub refused it: it stays here, and staff should be told.
    Refused,
    /// On this device only.
    HereOnly,
    /// Sealed, and waits to be sent.
    Sealed {
        /// The hub had it once and lost it: its receipt proved void.
        voided: bool,
    },
    /// Handed to a file. Not the same as at the hub.
    Carried {
        /// When the file was written.
        at: DateTime<FixedOffset>,
        /// The hub had it once and lost it: its receipt proved void.
        voided: bool,
    },
    /// At the hub, by its verified receipt.
    AtHub {
        /// Its place in the space's log there.
        position: u64,
    },
    /// Somebody else's.
    FromOthers {
        /// Whose, by name.
        by: String,
        /// Whether it came by file; if not, from the hub.
        by_file: bool,
    },
}

impl Place {
    /// For people.
    #[must_use]
    pub fn message(&self) -> Message {
        match self {
            Self::Refused => Message::new(
                "refused",
                "服务器拒收，只在本机；请联系社区管理员",
                "the hub refused it, it is on this device only; ask your administrator",
            ),
            Self::HereOnly => Message::new("here_only", "只在本机", "on this device only"),
            Self::Sealed { voided: false } => {
                Message::new("sealed", "待发送", "waiting to be sent")
            }
            Self::Carried { at, voided: false } => {
                let at = at.format("%Y-%m-%d %H:%M");
                Message::new(
                    "carried",
                    format!("已随文件带出（{at}），服务器尚未确认"),
                    format!("carried away by file ({at}), not confirmed by the hub"),
                )
            }
            Self::Sealed { voided: true } | Self::Carried { voided: true, .. } => Message::new(
                "receipt_void",
                "待重新发送：服务器曾收下，后来丢失",
                "to be sent again: the hub had it and lost it",
            ),
            Self::AtHub { position } => Message::new(
                "at_hub",
                format!("已到服务器（第 {position} 号）"),
                format!("at the hub (number {position})"),
            ),
            Self::FromOthers { by, by_file } => {
                let (code, zh, en) = if *by_file {
                    ("from_file", "经文件收到", "came by file")
                } else {
                    ("from_hub", "经服务器收到", "came from the hub")
                };
                Message::new(code, format!("{by} 的记录，{zh}"), format!("{by}'s, {en}"))
            }
        }
    }

    const fn safety(&self) -> u8 {
        match self {
            Self::Refused => 0,
            Self::HereOnly => 1,
            Self::Sealed { .. } => 2,
            Self::Carried { .. } => 3,
            Self::AtHub { .. } => 4,
            Self::FromOthers { .. } => 5,
        }
    }
}

/// Where a record is, all its changes together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whereabouts {
    /// Where the least safe of this device's changes to it is; if it made none, whose the newest one is. `None`
    /// if nothing of the record could be applied yet.
    pub place: Option<Place>,
    /// What of its document waits.
    pub waiting: Vec<Waiting>,
    /// What of its document was set aside.
    pub set_aside: Vec<QuarantineLine>,
}

/// A change of somebody's that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Whose it is, by name.
    pub by: String,
    /// The beginning of the hash of the entry it came in.
    pub entry: String,
    /// The beginning of the hash of an earlier entry of the same device that has not come, if one is missing.
    pub missing: Option<String>,
    /// What it waits for, as far as known.
    pub reason: Message,
}

/// What of a space is where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpaceStatus {
    /// Its number in the charter.
    pub number: u32,
    /// `common`, `staff`, `rounds`, `casework`; empty for one of a newer version.
    pub kind: &'static str,
    /// For people, with the grid's name.
    pub name: Label,
    /// The grid's code, where it is a grid's.
    pub grid: Option<String>,
    /// Changes recorded here without a verified receipt.
    pub pending: u64,
    /// Those of them that were handed to a file.
    pub carried: u64,
    /// Those of them that the hub refused.
    pub refused: u64,
    /// Changes of this device at the hub, by verified receipts.
    pub at_hub: u64,
    /// Others' changes that wait for another.
    pub waiting: u64,
    /// Inputs set aside.
    pub set_aside: u64,
    /// Others' entries kept here for the hub, which is not known to have them.
    pub to_bring: u64,
    /// How far the hub's log was taken in.
    pub position: u64,
}

impl Doorknock {
    /// Where a record is: a whole document, or what stands in it under an id, such as a matter's step or a case's
    /// note.
    ///
    /// # Errors
    /// `not_found`, or the database's.
    pub fn place_of(&self, doc: DocId, item: Option<&str>) -> Result<Whereabouts> {
        let gone = || not_found("记录", "record");
        let item = item.map(|hex| bytes(hex).ok_or_else(gone)).transpose()?;
        self.place(doc, item.as_deref())
    }

    fn place(&self, doc: DocId, item: Option<&[u8]>) -> Result<Whereabouts> {
        let inner = self.lock();
        let view = inner.store.view()?;
        let found = whereabouts(&inner, &view, doc, item)?;
        let empty = found.place.is_none() && found.waiting.is_empty() && found.set_aside.is_empty();
        if empty {
            return Err(not_found("记录", "record"));
        }
        Ok(found)
    }

    /// Where a visit's record is.
    ///
    /// # Errors
    /// `not_found`, or the database's.
    pub fn place_of_visit(&self, visit: VisitId) -> Result<Whereabouts> {
        let row = self.lock().store.view()?.visit(visit)?;
        let row = row.ok_or_else(|| not_found("走访记录", "visit"))?;
        self.place(row.book, Some(visit.as_bytes()))
    }

    /// Everything that waits, and for what, as far as known.
    ///
    /// # Errors
    /// The database's.
    pub fn waiting(&self) -> Result<Vec<Waiting>> {
        let inner = self.lock();
        let view = inner.store.view()?;
        let waits = view.waits(None)?;
        waits
            .iter()
            .map(|wait| waiting(&inner, &view, wait))
            .collect()
    }
}

/// One line for each space this device holds.
pub(crate) fn spaces(view: &View<'_>) -> Result<Vec<SpaceStatus>> {
    let watermark = view.meta_number(SEALED)?;
    let grids = view.grids()?;
    let mut all = Vec::new();
    for space in view.spaces()? {
        let sums = view.space_sums(space.n, watermark)?;
        let kind = SpaceKind::from_code(space.kind);
        let grid = kind
            .filter(|kind| kind.per_grid())
            .and_then(|_| grids.iter().find(|grid| grid.id == space.grid));
        let grid_name = grid.map_or("", |grid| grid.name.as_ref().unwrap_or(&grid.code));
        all.push(SpaceStatus {
            number: space.n,
            kind: kind.map_or("", SpaceKind::name),
            name: space_name(kind, grid_name),
            grid: grid.map(|grid| grid.code.clone()),
            pending: sums.sealed + sums.unsealed,
            carried: sums.carried,
            refused: sums.refused,
            at_hub: sums.at_hub,
            waiting: sums.waiting,
            set_aside: sums.set_aside,
            to_bring: sums.to_bring,
            position: space.position,
        });
    }
    Ok(all)
}

fn space_name(kind: Option<SpaceKind>, grid: &str) -> Label {
    let (zh, en) = match kind {
        Some(SpaceKind::Common) => ("全社区", "everybody's"),
        Some(SpaceKind::Staff) => ("工作人员", "staff"),
        Some(SpaceKind::Rounds) => ("上门清单", "rounds"),
        Some(SpaceKind::Casework) => ("走访档案", "casework"),
        _ => ("更新版本的内容", "of a newer version"),
    };
    Label::new(format!("{grid} {zh}").trim(), format!("{grid} {en}").trim())
}

fn whereabouts(
    inner: &Inner,
    view: &View<'_>,
    id: DocId,
    item: Option<&[u8]>,
) -> Result<Whereabouts> {
    let mut found = Whereabouts {
        place: None,
        waiting: Vec::new(),
        set_aside: Vec::new(),
    };
    let of_doc = |body: &[u8]| Section::decode(body).is_ok_and(|section| section.doc == id);
    let doc = view.doc(id)?;
    if let Some(doc) = doc {
        for origin in touching(view, doc, item)? {
            let place = place(inner, view, doc, &origin)?;
            // Of equally safe ones the later one, so of others' the newest.
            let worse = |held: &Place| place.safety() <= held.safety();
            if found.place.as_ref().is_none_or(worse) {
                found.place = Some(place);
            }
        }
    }
    for wait in view.waits(doc.map(|doc| doc.space))? {
        if of_doc(&wait.section) {
            found.waiting.push(waiting(inner, view, &wait)?);
        }
    }
    let offset = utc_offset(view)?;
    for input in view.quarantined()? {
        if input.author.is_some() && of_doc(&input.bytes) {
            found.set_aside.push(quarantine_line(&input, offset));
        }
    }
    Ok(found)
}

/// A document's changes with where they came from; those that came packed with a snapshot are others'.
fn origins(view: &View<'_>, doc: DocRow) -> Result<Vec<Origin>> {
    let mut all = view.origins(doc.ord)?;
    let Some(pack) = view.pack_of(doc.ord)? else {
        return Ok(all);
    };
    all.retain(|origin| origin.id != pack.id);
    let built = history::built(view, doc, &pack)?;
    let origin = |row: ChunkRow| Origin {
        id: row.id,
        author: row.author,
        mine: false,
        by_file: false,
        change: row.change,
    };
    all.splice(0..0, built.into_iter().map(origin));
    Ok(all)
}

/// A document's changes, or those of them that write under an id.
fn touching(view: &View<'_>, doc: DocRow, item: Option<&[u8]>) -> Result<Vec<Origin>> {
    let mut all = origins(view, doc)?;
    let Some(item) = item else {
        return Ok(all);
    };
    let document = match view.heads(&doc)? {
        Some(heads) => apply::load(view, doc, &heads)?,
        None => return Ok(Vec::new()),
    };
    let touches = |parts: &Parts| {
        let written = parts.ops.iter().any(|op| op.key.id == item);
        written
            || parts.splices.iter().any(|splice| match &splice.text {
                TextRef::New(key) => key.id == item,
                TextRef::At(text) => document.key_of(*text).is_some_and(|key| key.id == item),
            })
    };
    let mut keep = Vec::with_capacity(all.len());
    for origin in &all {
        let (_, parts) = change::read(&origin.change)?;
        keep.push(touches(&parts));
    }
    let mut keep = keep.into_iter();
    all.retain(|_| keep.next().unwrap_or(false));
    Ok(all)
}

fn place(inner: &Inner, view: &View<'_>, doc: DocRow, origin: &Origin) -> Result<Place> {
    if !origin.mine {
        let author = view.author_by_ord(origin.author)?;
        return Ok(Place::FromOthers {
            by: name_of(inner, view, author.member)?,
            by_file: origin.by_file,
        });
    }
    if origin.id > view.meta_number(SEALED)? {
        return Ok(Place::HereOnly);
    }
    let Some(entry) = view.entry_covering(doc.space, origin.id)? else {
        return Ok(Place::HereOnly);
    };
    let EntryRow {
        position,
        voided,
        refused,
        carried,
        ..
    } = entry;
    let offset = utc_offset(view)?;
    Ok(match (position, refused, carried) {
        (Some(position), ..) => Place::AtHub { position },
        (None, Some(_), _) => Place::Refused,
        (None, None, Some(at)) => Place::Carried {
            at: local_time(at.div_euclid(1000), offset),
            voided,
        },
        (None, None, None) => Place::Sealed { voided },
    })
}

fn waiting(inner: &Inner, view: &View<'_>, wait: &Waits) -> Result<Waiting> {
    let author = view.author_by_ord(wait.author)?;
    let by = name_of(inner, view, author.member)?;
    let missing = view.missing_before(wait.space, &wait.entry)?;
    let reason = if missing.is_some() {
        Message::new(
            "earlier_entry",
            format!("{by} 的修改在等前文；{by} 的设备还有更早的一批没有收到"),
            format!(
                "{by}'s change follows one that is not here; an earlier entry of {by}'s device has not come"
            ),
        )
    } else {
        Message::new(
            "another_change",
            format!("{by} 的修改在等别人的一处修改，它还没有收到"),
            format!("{by}'s change follows somebody else's that has not come"),
        )
    };
    Ok(Waiting {
        by,
        entry: short(&wait.entry),
        missing: missing.as_ref().map(|m| short(m)),
        reason,
    })
}

/// The bytes of an id in hexadecimal.
pub(crate) fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = hex
        .chars()
        .map(|c| c.to_digit(16)?.try_into().ok())
        .collect::<Option<_>>()?;
    let pairs = digits.chunks_exact(2);
    let whole = !digits.is_empty() && pairs.remainder().is_empty();
    whole.then(|| pairs.map(|pair| pair[0] << 4 | pair[1]).collect())
}

fn short(hash: &[u8]) -> String {
    hash.iter().take(8).map(|b| format!("{b:02x}")).collect()
}
