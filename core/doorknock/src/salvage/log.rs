//! The damaged home's log and entries, each row verified as it is read.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};

use doorknock_model::ids::{DeviceId, DocId, Incarnation, Recorder, SpaceId};
use doorknock_model::kinds::{self, VISIT_BOOK, visit_book};
use doorknock_replica::actor;
use doorknock_replica::change::{self, Parts, genesis};
use doorknock_replica::pack::Pack;
use doorknock_replica::section::Section;
use doorknock_seal::entry::{Entry, SpaceKeys};
use doorknock_seal::sha256;
use doorknock_store::Tx;
use doorknock_store::log::{ChunkRow, DocRow};
use doorknock_store::outbox::NewEntry;
use doorknock_store::salvage::{Damaged, EntryRow, Found};
use doorknock_store::snapshots::PACKED;

use super::verify::Known;
use crate::Result;
use crate::history;
use crate::ingest::Kept;
use crate::outbox;

/// An entry whose author's signature holds.
pub(super) struct KeptEntry {
    /// Whether it is this device's.
    own: bool,
    space: u32,
    hash: [u8; 32],
    bytes: Vec<u8>,
    /// Where the hub keeps it, by a receipt that was verified in the damaged home.
    position: Option<u64>,
    kept: Vec<Kept>,
}

impl KeptEntry {
    /// Keeps it.
    pub(super) fn keep(&self, tx: &Tx<'_>, now_ms: i64) -> Result<()> {
        if !self.own {
            return Ok(tx.keep_entry(self.space, &self.hash, &self.bytes)?);
        }
        let changes = self.kept.iter().flat_map(|kept| &kept.section.changes);
        let is_visit = |kept: &&Kept| kept.section.kind == VISIT_BOOK.code;
        let of_books = self.kept.iter().filter(is_visit);
        let ops = of_books.flat_map(|kept| &kept.section.changes);
        let visits = ops.filter(|c| c.ops.iter().any(|op| op.key.field == visit_book::VISIT));
        tx.add_entry(&NewEntry {
            space: self.space,
            hash: self.hash,
            bytes: &self.bytes,
            changes: changes.count(),
            visits: visits.count(),
            // Where its changes stand in the new log is not known yet.
            covers: (0, 0),
        })?;
        if let Some(position) = self.position {
            tx.entry_salvaged(&self.hash, position, now_ms)?;
        }
        Ok(())
    }

    /// What it holds, for what the log lacks.
    pub(super) fn kept(self) -> Vec<Kept> {
        self.kept
    }
}

/// See the module.
pub(super) struct Log<'a> {
    known: &'a Known,
    found: &'a Found,
    pages: &'a Damaged,
    docs: HashMap<i64, DocRow>,
    /// What this device's kept entries hold.
    sealed: HashSet<(DocId, Incarnation, u64)>,
    last_entries: RefCell<HashMap<u32, [u8; 32]>>,
    chain: BTreeMap<(u32, Incarnation), u64>,
    /// Up to where everything recorded here is in an entry.
    watermark: i64,
    /// How many changes behind it verified.
    kept_behind: i64,
}

impl<'a> Log<'a> {
    pub(super) fn new(known: &'a Known, found: &'a Found, pages: &'a Damaged) -> Result<Self> {
        let watermark = found.meta.get(outbox::SEALED);
        let watermark = watermark.and_then(|b| b.as_slice().try_into().ok());
        let mut log = Self {
            known,
            found,
            pages,
            docs: found.docs.clone(),
            sealed: HashSet::new(),
            last_entries: RefCell::default(),
            chain: BTreeMap::new(),
            watermark: watermark.map_or(0, i64::from_be_bytes),
            kept_behind: 0,
        };
        let mine = known.device.device_id();
        let mut own: HashSet<Incarnation> = HashSet::new();
        own.extend(found.authors.values().filter(|a| a.0 == mine).map(|a| a.1));
        let (mut sealed, mut chain, mut last) = (HashSet::new(), BTreeMap::new(), HashMap::new());
        log.entries(|entry| {
            let Some(parsed) = Entry::parse(&entry.bytes).ok().filter(|_| entry.own) else {
                return Ok(());
            };
            let header = parsed.header();
            last.insert(entry.space, entry.hash);
            let next = chain.entry((entry.space, header.incarnation)).or_default();
            *next = (header.sequence + 1).max(*next);
            own.insert(header.incarnation);
            for kept in &entry.kept {
                for change in &kept.section.changes {
                    sealed.insert((kept.section.doc, header.incarnation, change.seq));
                }
            }
            Ok(())
        })?;
        for (space, incarnation, next) in &found.chain {
            // Other rows have the same shape.
            if own.contains(incarnation) {
                let known: &mut u64 = chain.entry((*space, *incarnation)).or_default();
                *known = (*next).max(*known);
            }
        }
        last.extend(&found.last_entries);
        log.sealed = sealed;
        log.chain = chain;
        log.last_entries = RefCell::new(last);
        Ok(log)
    }

    /// Each entry that verifies, in order. How many.
    pub(super) fn entries(&self, mut each: impl FnMut(KeptEntry) -> Result<()>) -> Result<usize> {
        let mut kept = 0;
        for page in in_order(&self.found.entries) {
            for row in self.pages.entries(page)? {
                if let Some(entry) = self.entry(row) {
                    each(entry)?;
                    kept += 1;
                }
            }
        }
        Ok(kept)
    }

    fn entry(&self, row: EntryRow) -> Option<KeptEntry> {
        let charter = &self.known.charter;
        let entry = Entry::parse(&row.bytes).ok()?;
        let mine = self.known.device.device_id();
        let by = entry.header().device;
        let author = charter.device(by)?;
        let verified = entry.verify(charter.community(), &author.sign_key).ok()?;
        let number = charter.space_number(entry.header().space)?;
        let header = entry.header();
        let key = self
            .known
            .keys
            .iter()
            .find(|(space, _)| *space == header.space);
        let keys = key.map(|(space, key)| SpaceKeys::derive(*space, header.epoch, key));
        let recorder = Recorder {
            device: header.device,
            incarnation: header.incarnation,
        };
        let open = |n| {
            let body = verified.open_section(n, keys.as_ref()?).ok()?;
            Section::decode_by(&body, &recorder, header.space).ok()
        };
        let sections = (0..entry.sections().len()).filter_map(open);
        let kept = sections.map(|section| Kept {
            device: header.device,
            incarnation: header.incarnation,
            space: number,
            section,
            from: entry.hash(),
        });
        let kept = kept.collect();
        let (own, hash) = (by == mine, entry.hash());
        drop(entry);
        Some(KeptEntry {
            own,
            space: number,
            hash,
            bytes: row.bytes,
            position: self.found.positions.get(&hash).copied(),
            kept,
        })
    }

    pub(super) fn last_entries(&self) -> Vec<(u32, [u8; 32])> {
        self.last_entries
            .borrow()
            .iter()
            .map(|(n, hash)| (*n, *hash))
            .collect()
    }

    pub(super) fn chain(&self) -> Vec<((u32, Incarnation), u64)> {
        self.chain.iter().map(|(of, next)| (*of, *next)).collect()
    }

    pub(super) fn last_entry_number(&self) -> i64 {
        self.found.entries.keys().next_back().copied().unwrap_or(0)
    }

    pub(super) fn last_change_number(&self) -> i64 {
        self.found.chunks.keys().next_back().copied().unwrap_or(0)
    }

    /// The pages with changes, in the order of the log.
    pub(super) fn pages(&self) -> Vec<u32> {
        in_order(&self.found.chunks)
    }

    /// The changes on a page that verify.
    pub(super) fn changes(&mut self, page: u32) -> Result<Vec<Kept>> {
        let rows = self.pages.chunks(page)?;
        let mut changes = Vec::new();
        for row in &rows {
            let before = changes.len();
            if row.seq == PACKED {
                changes.extend(self.packed(row).unwrap_or_default());
            } else {
                changes.extend(self.change(row));
            }
            if row.id > self.watermark {
                self.kept_behind += i64::try_from(changes.len() - before).unwrap_or(0);
            }
        }
        Ok(changes)
    }

    /// How many changes behind the watermark did not read or verify, others' among them: the log is
    /// numbered without gaps.
    pub(super) fn maybe_unsent(&self) -> u64 {
        let behind = self.last_change_number() - self.watermark;
        u64::try_from(behind - self.kept_behind).unwrap_or(0)
    }

    /// The changes of a packed history that is what its row and its heads say.
    fn packed(&self, row: &ChunkRow) -> Option<Vec<Kept>> {
        let bytes = history::pack_bytes(&row.change).ok()?;
        let doc = self.docs.get(&row.doc)?;
        let pack = Pack::decode(&bytes).ok()?;
        if sha256(&[&bytes]) != row.hash || (pack.doc, pack.kind) != (doc.id, doc.kind) {
            return None;
        }
        let (community, space) = (self.known.charter.community(), self.known.space(doc.space)?);
        let sections = history::sections(&pack, community, space).ok()?;
        let kept = sections.into_iter().map(|(author, section)| {
            let (device, incarnation) = *pack.authors.get(author)?;
            Some(Kept {
                device,
                incarnation,
                space: doc.space,
                section,
                from: row.hash,
            })
        });
        kept.collect()
    }

    fn change(&mut self, row: &ChunkRow) -> Option<Kept> {
        let (by, parts) = change::read(&row.change).ok()?;
        if change::build(by, &parts).ok()?.hash != row.hash {
            return None;
        }
        let (device, incarnation, _) = *self.found.authors.get(&row.author)?;
        let doc = self.document(row.doc, by, &parts, device, incarnation)?;
        let is_unsent = device == self.known.device.device_id()
            && !self.sealed.contains(&(doc.id, incarnation, parts.seq));
        let change = outbox::to_wire(doc.kind, parts, row.hash, &[]);
        let section = Section {
            kind: doc.kind,
            doc: doc.id,
            changes: vec![change],
            context: None,
        };
        let from = if is_unsent { Kept::UNSENT } else { row.hash };
        Some(Kept {
            device,
            incarnation,
            space: doc.space,
            section,
            from,
        })
    }

    /// The document of a change, if the change's actor is its author's there. Where its row does not read,
    /// the index may know its id; its space is the one with which the actor follows, and its kind
    /// the one whose genesis its first change names.
    fn document(
        &mut self,
        ord: i64,
        by: [u8; 16],
        parts: &Parts,
        device: DeviceId,
        incarnation: Incarnation,
    ) -> Option<DocRow> {
        let charter = &self.known.charter;
        let is_actor = |space: SpaceId, doc: DocId| {
            by == actor(charter.community(), space, doc, device, incarnation)
        };
        if let Some(doc) = self.docs.get(&ord) {
            let space = self.known.space(doc.space)?;
            return is_actor(space, doc.id).then_some(*doc);
        }
        let kind = kinds::KINDS
            .iter()
            .find(|kind| parts.deps.contains(&genesis(kind.code).hash))?;
        for id in self.found.doc_ids.get(&ord)? {
            let space = charter.spaces().iter().find(|s| is_actor(s.id, *id));
            if let Some(space) = space {
                let (id, kind, space) = (*id, kind.code, space.number);
                let doc = DocRow {
                    ord,
                    id,
                    kind,
                    space,
                };
                self.docs.insert(ord, doc);
                return Some(doc);
            }
        }
        None
    }
}

/// Each page once, in the order of the rows' numbers.
fn in_order(rows: &BTreeMap<i64, u32>) -> Vec<u32> {
    let mut pages: Vec<u32> = rows.values().copied().collect();
    pages.dedup();
    pages
}
