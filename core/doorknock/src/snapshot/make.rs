//! Making snapshots: the office's devices do, when a space's log has grown by enough since the last one.

use std::collections::BTreeMap;

use doorknock_model::access::Role;
use doorknock_model::ids::{DeviceId, Incarnation};
use doorknock_model::kinds::{ROUND_SHEET, VISIT_BOOK};
use doorknock_replica::change;
use doorknock_replica::pack::Packer;
use doorknock_seal::request::sign_request;
use doorknock_seal::snapshot::{Level, Manifest, Part, SnapshotKeys, part_hash};
use doorknock_seal::wrap::EpochKey;
use doorknock_store::View;
use doorknock_store::charter::SpaceRow;
use doorknock_store::inbox::Quarantined;
use doorknock_store::log::DocRow;
use doorknock_store::snapshots::PACKED;
use doorknock_sync::wire;

use super::body::{Aside, Body, Packed, Waiting, Who};
use crate::Result;
use crate::community::{accepted, post};
use crate::env::Transport;
use crate::error::hub_answer;
use crate::history;
use crate::home::Doorknock;
use crate::outbox::SEALED;

/// A part's body is closed when it has grown to this many bytes: some 300 KiB sealed.
const PART_BODY: usize = 2 << 20;
/// What waits or is set aside goes along up to this many bytes; with more, the log has to be read.
const LEFT_OVER: usize = 4 << 20;
/// A space's log has grown by enough when this many entries came since the last snapshot, and a quarter of all.
const GROWN_BY: u64 = 512;
/// The rounds of so many days are what today's list may still speak of; older ones are history.
const RECENT_MS: i64 = 62 * 86_400_000;
/// Documents begun in the same period go into the same parts, so that old parts stay as they are.
const PERIOD_MS: i64 = 91 * 86_400_000;

/// What came of making snapshots.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SnapshotReport {
    /// Spaces of which the hub has a new one.
    pub spaces: usize,
    /// Parts that were sent; those that had not changed were not.
    pub parts: usize,
    /// Their bytes.
    pub bytes: usize,
}

/// Which documents stand together, in the order in which they are read: level, the order of kinds, and for
/// history the newest first.
type Group = (u8, u8, i64);

/// A signed manifest, and the sealed parts that it names.
type Made = (Vec<u8>, Vec<Vec<u8>>);

impl Doorknock {
    /// Gives the hub snapshots of the spaces whose logs have grown by enough since the last one, so that new
    /// phones begin quickly. Only on devices of the office, and right after a sync: a space of which something here
    /// is not at the hub yet gets none. Elsewhere it does nothing.
    ///
    /// # Errors
    /// `hub_unreachable`, `hub_refused`, or the database's. What the hub has stays as it was.
    pub fn publish_snapshots(&self, net: &dyn Transport) -> Result<SnapshotReport> {
        self.publish(net, |since, all| since >= GROWN_BY && since >= all / 4)
    }

    /// The same for every space to whose log something came since the last one.
    ///
    /// # Errors
    /// As [`Self::publish_snapshots`].
    pub fn publish_all_snapshots(&self, net: &dyn Transport) -> Result<SnapshotReport> {
        self.publish(net, |since, _| since > 0)
    }

    fn publish(
        &self,
        net: &dyn Transport,
        enough: impl Fn(u64, u64) -> bool,
    ) -> Result<SnapshotReport> {
        let mut report = SnapshotReport::default();
        for space in self.grown(enough)? {
            if let Some((manifest, parts)) = self.make(&space)? {
                self.offer(net, &space, manifest, &parts, &mut report)?;
            }
        }
        Ok(report)
    }

    /// The spaces that are worth a new snapshot, by the entries that came since the last one and all there are.
    fn grown(&self, enough: impl Fn(u64, u64) -> bool) -> Result<Vec<SpaceRow>> {
        let mut inner = self.lock();
        let device = inner.identity()?.device;
        let role = inner.charter()?.member_of(device).and_then(|m| m.role);
        if !matches!(role, Some(Role::Admin | Role::Staff)) {
            return Ok(Vec::new());
        }
        let view = inner.store.view()?;
        let whole = |space: &SpaceRow| {
            view.snapshots()
                .map(|s| s.iter().all(|s| s.space != space.n))
        };
        let mut grown = Vec::new();
        for space in view.spaces()? {
            let last = u64::try_from(view.meta_number(&made_name(space.n))?).unwrap_or(0);
            let since = space.position.saturating_sub(last);
            if enough(since, space.position) && whole(&space)? {
                grown.push(space);
            }
        }
        Ok(grown)
    }

    /// The signed manifest and the sealed parts; `None` if this space cannot have one now.
    fn make(&self, space: &SpaceRow) -> Result<Option<Made>> {
        let now = self.now_ms();
        let inner = self.lock();
        let community = inner.identity()?.community;
        let view = inner.store.view()?;
        if !all_at_hub(&view, space.n)? {
            return Ok(None);
        }
        let Some((epoch, key)) = view.space_keys(space.n)?.pop() else {
            return Ok(None);
        };
        let Some(left_over) = left_over(&view, space.n)? else {
            return Ok(None);
        };
        let keys = SnapshotKeys::derive(space.id, epoch, &EpochKey::from_bytes(&key));
        let mut sealer = Sealer {
            keys: &keys,
            parts: Vec::new(),
            sealed: Vec::new(),
        };
        for ((level, ..), docs) in groups(&view, space.n, now)? {
            let level = if level == 0 {
                Level::Now
            } else {
                Level::History
            };
            let mut body = Body::default();
            let mut bytes = 0;
            for doc in docs {
                let Some(pack) = packed(&view, doc)? else {
                    return Ok(None);
                };
                bytes += pack.len();
                body.packs.push(Packed(pack));
                if bytes >= PART_BODY {
                    sealer.add(level, &std::mem::take(&mut body))?;
                    bytes = 0;
                }
            }
            if !body.packs.is_empty() {
                sealer.add(level, &body)?;
            }
        }
        if left_over != Body::default() {
            sealer.add(Level::Now, &left_over)?;
        }
        if sealer.parts.is_empty() {
            return Ok(None);
        }
        let manifest = Manifest {
            space: space.id,
            epoch,
            position: space.position,
            running: space.running,
            made_at: now,
            parts: sealer.parts,
        };
        let signed = manifest.sign(&inner.secrets, community);
        Ok(Some((signed, sealer.sealed)))
    }

    fn offer(
        &self,
        net: &dyn Transport,
        space: &SpaceRow,
        manifest: Vec<u8>,
        parts: &[Vec<u8>],
        report: &mut SnapshotReport,
    ) -> Result<()> {
        let community = self.lock().identity()?.community;
        let offer = wire::encode(&wire::SnapshotOffer {
            community,
            space: space.n,
            manifest,
        });
        let Some(mut missing) = self.ask(net, wire::PATH_SNAPSHOT_OFFER, &offer)? else {
            return Ok(());
        };
        while let Some(hash) = missing.first().cloned() {
            let part = parts.iter().find(|part| part_hash(part)[..] == hash[..]);
            let part = part.ok_or_else(hub_answer)?;
            let put = wire::encode(&wire::SnapshotPut {
                community,
                space: space.n,
                part: part.clone(),
            });
            let before = missing.len();
            let Some(left) = self.ask(net, wire::PATH_SNAPSHOT_PUT, &put)? else {
                return Ok(());
            };
            missing = left;
            report.parts += 1;
            report.bytes += part.len();
            if missing.len() >= before {
                return Err(hub_answer());
            }
        }
        report.spaces += 1;
        let at = i64::try_from(space.position).unwrap_or(i64::MAX);
        self.writing(|inner| {
            Ok(inner
                .store
                .write(|tx| tx.set_meta_number(&made_name(space.n), at))?)
        })
    }

    /// What the hub still lacks; `None` where it does not want this snapshot, which is its right: an older hub
    /// knows none, another office was faster, its log was set back, its room is used up.
    fn ask(
        &self,
        net: &dyn Transport,
        path: &'static str,
        body: &[u8],
    ) -> Result<Option<Vec<Vec<u8>>>> {
        let (url, request) = {
            let inner = self.lock();
            let identity = inner.identity()?;
            let body = sign_request(path, body, identity.community, &inner.secrets);
            (identity.hub_url, post(path, body))
        };
        let answer = net.exchange(&url, &request)?;
        if matches!(answer.status, 403 | 404 | 409 | 413) {
            return Ok(None);
        }
        let missing: wire::SnapshotMissing = wire::decode(&accepted(answer)?)?;
        Ok(Some(missing.parts))
    }
}

/// Where the position of a space's last snapshot made here is kept.
fn made_name(space: u32) -> String {
    format!("snapshot_made:{space}")
}

struct Sealer<'a> {
    keys: &'a SnapshotKeys,
    parts: Vec<Part>,
    sealed: Vec<Vec<u8>>,
}

impl Sealer<'_> {
    fn add(&mut self, level: Level, body: &Body) -> Result<()> {
        let bytes = wire::encode(body);
        let part = self.keys.seal(&bytes).map_err(|error| error.message())?;
        self.parts.push(Part {
            hash: part_hash(&part),
            size: u32::try_from(part.len()).unwrap_or(u32::MAX),
            level,
        });
        self.sealed.push(part);
        Ok(())
    }
}

/// Whether the hub has everything that is here of a space. What it lacks may yet be lost with this home; whoever
/// began with it would write after it what nobody else could ever apply.
fn all_at_hub(view: &View<'_>, space: u32) -> Result<bool> {
    let sums = view.space_sums(space, view.meta_number(SEALED)?)?;
    Ok(sums.sealed + sums.unsealed + sums.to_bring == 0)
}

/// A space's documents in the order in which they are read.
fn groups(view: &View<'_>, space: u32, now_ms: i64) -> Result<BTreeMap<Group, Vec<DocRow>>> {
    let mut groups: BTreeMap<Group, Vec<DocRow>> = BTreeMap::new();
    for doc in view.docs_in(space)? {
        let Some((first, last)) = times(view, doc)? else {
            continue;
        };
        let group = match doc.kind {
            k if k == VISIT_BOOK.code => (1, 1, -first.div_euclid(PERIOD_MS)),
            k if k == ROUND_SHEET.code && last < now_ms - RECENT_MS => {
                (1, 0, -first.div_euclid(PERIOD_MS))
            }
            k if k == ROUND_SHEET.code => (0, 1, 0),
            _ => (0, 0, 0),
        };
        groups.entry(group).or_default().push(doc);
    }
    for docs in groups.values_mut() {
        docs.sort_by_key(|doc| doc.id);
    }
    Ok(groups)
}

/// When a document's first and last changes were made; `None` while it has none.
fn times(view: &View<'_>, doc: DocRow) -> Result<Option<(i64, i64)>> {
    let times: Vec<_> = history::written(view, doc)?
        .iter()
        .map(|w| w.time)
        .collect();
    let first = times.iter().min().copied();
    Ok(first.zip(times.into_iter().max()))
}

/// A document's history, packed; `None` if it cannot be.
fn packed(view: &View<'_>, doc: DocRow) -> Result<Option<Vec<u8>>> {
    let rows = view.chunks_of(doc.ord)?;
    if let [row] = &rows[..]
        && row.seq == PACKED
    {
        return Ok(Some(history::pack_bytes(&row.change)?));
    }
    let mut packer = Packer::new(doc.kind, doc.id);
    for row in history::changes(view, doc)? {
        let author = view.author_by_ord(row.author)?;
        let (_, parts) = change::read(&row.change)?;
        if packer
            .add((author.device, author.incarnation), row.hash, parts)
            .is_err()
        {
            return Ok(None);
        }
    }
    Ok(Some(packer.finish().encode()))
}

/// What could not be applied here; `None` if there is too much of it.
fn left_over(view: &View<'_>, space: u32) -> Result<Option<Body>> {
    let who = |author: i64| -> Result<Who> {
        let author = view.author_by_ord(author)?;
        let (device, incarnation): (DeviceId, Incarnation) = (author.device, author.incarnation);
        Ok(Who {
            device,
            incarnation,
        })
    };
    let mut body = Body::default();
    let mut bytes = 0;
    for parked in view.parked_in(space)? {
        bytes += parked.section.len();
        body.waiting.push(Waiting {
            waits_for: parked.waits_for,
            author: who(parked.author)?,
            entry: parked.entry,
            section: parked.section,
        });
    }
    let here = |q: &Quarantined| q.space == space;
    for aside in view.quarantined()?.into_iter().filter(here) {
        bytes += aside.bytes.len();
        body.aside.push(Aside {
            entry: aside.entry,
            section: aside.section,
            author: aside.author.map(who).transpose()?,
            reason: aside.reason,
            bytes: aside.bytes,
        });
    }
    Ok((bytes <= LEFT_OVER).then_some(body))
}
