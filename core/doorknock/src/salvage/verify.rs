//! What of a damaged home can be believed.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};

use doorknock_model::ids::{
    CommunityId, DeviceId, DocId, Incarnation, MemberId, Recorder, SpaceId,
};
use doorknock_model::kinds::{self, VISIT_BOOK, visit_book};
use doorknock_replica::actor;
use doorknock_replica::change::{self, Parts, genesis};
use doorknock_replica::pack::Pack;
use doorknock_replica::section::Section;
use doorknock_seal::charter::Charter;
use doorknock_seal::entry::{Entry, SpaceKeys};
use doorknock_seal::identity::DeviceSecrets;
use doorknock_seal::sha256;
use doorknock_seal::wrap::{self, EpochKey};
use doorknock_store::Tx;
use doorknock_store::log::{ChunkRow, DocRow};
use doorknock_store::outbox::NewEntry;
use doorknock_store::salvage::{Damaged, EntryRow, Found};
use doorknock_store::snapshots::PACKED;

use crate::Result;
use crate::community::device_charter;
use crate::env::Transport;
use crate::error::said;
use crate::history;
use crate::ingest::Kept;
use crate::outbox;

/// Single values that are kept as they are. Watermarks are not: the new home begins its own.
const META: [&str; 2] = ["device", "rescue_secret"];
const META_BEGINNINGS: [&str; 2] = ["append:", "space_key:"];

/// Who this device is, and its keys.
pub(super) struct Known {
    pub(super) device: DeviceSecrets,
    pub(super) member: MemberId,
    pub(super) hub_url: String,
    pub(super) meta: Vec<(String, Vec<u8>)>,
    pub(super) charter: Charter,
    pub(super) statements: Vec<Vec<u8>>,
    pub(super) keys: Vec<(SpaceId, EpochKey)>,
    /// How many spaces this device may read whose keys are lost.
    pub(super) keys_missing: usize,
}

impl Known {
    pub(super) fn verified(found: &Found, net: &dyn Transport) -> Result<Self> {
        let text = |name: &str| String::from_utf8(found.meta.get(name)?.clone()).ok();
        let device = found.meta.get("device").and_then(|b| super::secrets(b));
        let community = found.meta.get("community");
        let community = community.and_then(|b| CommunityId::from_slice(b));
        let (Some(device), Some(community), Some(hub_url)) = (device, community, text("hub_url"))
        else {
            return Err(no_identity());
        };
        let mut known = replayed(found, community);
        let mut keys = known
            .as_ref()
            .map_or_else(Vec::new, |(c, _)| kept_keys(found, c));
        let complete = known.as_ref().is_some_and(|(charter, _)| {
            charter.member_of(device.device_id()).is_some()
                && missing(charter, device.device_id(), &keys) == 0
                && knows_authors(charter, found)
        });
        if !complete {
            // What does not read here stands at the hub; its statements are verified like any.
            match device_charter(net, &hub_url, community, &device) {
                Ok((charter, statements, wraps)) => {
                    keys = kept_keys(found, &charter);
                    for sealed in &wraps {
                        let key = wrap::open_wrap(community, sealed, device.hpke())?;
                        if charter.accepts_key(sealed.space, sealed.epoch, &key) {
                            keys.push((sealed.space, key));
                        }
                    }
                    known = Some((charter, statements));
                }
                Err(error) if known.is_none() => return Err(error),
                Err(_) => (),
            }
        }
        let (charter, statements) = known.ok_or_else(no_identity)?;
        let member = charter.member_of(device.device_id()).map(|m| m.id);
        let wanted = |name: &str| {
            META.contains(&name) || META_BEGINNINGS.iter().any(|b| name.starts_with(b))
        };
        let meta = found.meta.iter().filter(|(name, _)| wanted(name));
        Ok(Self {
            member: member.ok_or_else(no_identity)?,
            hub_url,
            meta: meta
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
            keys_missing: missing(&charter, device.device_id(), &keys),
            device,
            charter,
            statements,
            keys,
        })
    }

    fn space(&self, number: u32) -> Option<SpaceId> {
        Some(self.charter.space_by_number(number.into())?.id)
    }
}

/// The charter as far as its statements read, from the first on.
fn replayed(found: &Found, community: CommunityId) -> Option<(Charter, Vec<Vec<u8>>)> {
    // Something else of a statement's shape may stand under its number.
    let at = |position: i64| found.statements.get(&position).into_iter().flatten();
    let founded = |bytes: &&Vec<u8>| {
        Charter::found(bytes).is_ok_and(|charter| charter.community() == community)
    };
    let first = at(0).find(founded)?.clone();
    let mut charter = Charter::found(&first).ok()?;
    let mut statements = vec![first];
    for position in 1.. {
        let next = at(position).find(|bytes| charter.extend(bytes).is_ok());
        let Some(next) = next else {
            break;
        };
        statements.push(next.clone());
    }
    Some((charter, statements))
}

/// The spaces' keys that are those the charter commits to.
fn kept_keys(found: &Found, charter: &Charter) -> Vec<(SpaceId, EpochKey)> {
    let mut keys: Vec<(SpaceId, EpochKey)> = Vec::new();
    // An administrator's home also has those of spaces it made, beside.
    let made = found
        .meta
        .iter()
        .filter(|(name, _)| name.starts_with("space_key:"));
    let made = made.filter_map(|(_, value)| <[u8; 32]>::try_from(value.as_slice()).ok());
    let all: HashSet<[u8; 32]> = found.keys.iter().map(|k| k.2).chain(made).collect();
    for key in &all {
        let key = || EpochKey::from_bytes(key);
        let of = charter
            .spaces()
            .iter()
            .filter(|s| charter.accepts_key(s.id, 0, &key()));
        keys.extend(of.map(|space| (space.id, key())));
    }
    keys
}

fn missing(charter: &Charter, device: DeviceId, keys: &[(SpaceId, EpochKey)]) -> usize {
    let held = |space: &SpaceId| keys.iter().any(|(id, _)| id == space);
    let spaces = charter.spaces().iter().map(|s| s.id);
    spaces
        .filter(|space| charter.may_hold(device, *space) && !held(space))
        .count()
}

fn knows_authors(charter: &Charter, found: &Found) -> bool {
    let mut devices = found.authors.values().map(|author| author.0);
    devices.all(|device| charter.member_of(device).is_some())
}

fn no_identity() -> crate::Error {
    said(
        "salvage_identity",
        "存放本机身份和密钥的那一页已损坏，无法重建能同步的数据；原文件未改动，请勿删除。已到服务器的记录都在，请向管理员要新的邀请，在新目录里加入。",
        "The page with this device's identity and keys does not read, so no home that could sync can be made; the files are as they were, do not delete them. What had reached the hub is there: ask for a new invitation and join in a new folder.",
    )
}

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

/// The damaged home's log and entries, each row verified as it is read.
pub(super) struct Log<'a> {
    known: &'a Known,
    found: &'a Found,
    pages: &'a Damaged,
    docs: HashMap<i64, DocRow>,
    /// What this device's kept entries hold.
    sealed: HashSet<(DocId, Incarnation, u64)>,
    last_entries: RefCell<HashMap<u32, [u8; 32]>>,
    chain: BTreeMap<(u32, Incarnation), u64>,
}

impl<'a> Log<'a> {
    pub(super) fn new(known: &'a Known, found: &'a Found, pages: &'a Damaged) -> Result<Self> {
        let mut log = Self {
            known,
            found,
            pages,
            docs: found.docs.clone(),
            sealed: HashSet::new(),
            last_entries: RefCell::default(),
            chain: BTreeMap::new(),
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
            if row.seq == PACKED {
                changes.extend(self.packed(row).unwrap_or_default());
            } else {
                changes.extend(self.change(row));
            }
        }
        Ok(changes)
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
