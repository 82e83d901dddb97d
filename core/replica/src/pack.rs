//! A document's whole history in few bytes: what a snapshot holds, and what a phone that began with
//! one keeps in its log in the place of the changes (docs/wire-format.md, "Snapshots").
//!
//! A pack leaves out what follows from the rest. An author's ids are counted, and its sequence numbers count up, since the history
//! is whole; operations are numbered by what a change follows; what a change follows is named by
//! how far back it stands; hashes are made again. Reading the values needs no automerge; building the
//! changes ([`Pack::build`]) does, and shows whether the heads are the ones that the pack names.

use doorknock_model::ids::{CommunityId, DeviceId, DocId, Incarnation, Recorder, SpaceId};
use minicbor::{Decoder, Encoder};

use crate::change::{self, Change, Op, Parts};
use crate::section::ids::Ids;
use crate::section::{
    EncodeResult, array, bad, fixed, limits, list, read_op, skip, text, write_op,
};
use crate::splice::Splice;
use crate::{Actor, ChangeHash, ReplicaError, actor};

/// A document's history, oldest change first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pack {
    /// The document's kind.
    pub kind: u16,
    /// The document.
    pub doc: DocId,
    /// Who wrote: each opening of each device.
    pub authors: Vec<(DeviceId, Incarnation)>,
    /// The changes that no other follows: their places in `changes`, and their hashes.
    pub heads: Vec<(usize, ChangeHash)>,
    /// The changes.
    pub changes: Vec<PackedChange>,
}

/// A change of a pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackedChange {
    /// Its author's place in [`Pack::authors`].
    pub author: usize,
    /// When it was made, in unix milliseconds.
    pub time: i64,
    /// The places of the changes it follows; `None` for the genesis.
    pub deps: Vec<Option<usize>>,
    /// What it puts.
    pub ops: Vec<Op>,
    /// What it does to texts.
    pub splices: Vec<Splice>,
}

/// What follows from a change's place in its history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numbers {
    /// The author's n-th change, 1 first.
    pub seq: u64,
    /// The number of its first operation.
    pub start_op: u64,
    /// The number of its last.
    pub last_op: u64,
}

/// Packs a document's changes, given in an order in which each comes after what it follows.
#[derive(Debug)]
pub struct Packer {
    pack: Pack,
    hashes: std::collections::HashMap<ChangeHash, usize>,
}

impl Packer {
    /// A pack of no changes yet.
    #[must_use]
    pub fn new(kind: u16, doc: DocId) -> Self {
        let pack = Pack {
            kind,
            doc,
            authors: Vec::new(),
            heads: Vec::new(),
            changes: Vec::new(),
        };
        Self {
            pack,
            hashes: std::collections::HashMap::new(),
        }
    }

    /// Adds the next change.
    ///
    /// # Errors
    /// [`ReplicaError::Malformed`] if something that it follows was not added before.
    pub fn add(
        &mut self,
        author: (DeviceId, Incarnation),
        hash: ChangeHash,
        parts: Parts,
    ) -> Result<(), ReplicaError> {
        let genesis = change::genesis(self.pack.kind).hash;
        let place = |dep: &ChangeHash| match self.hashes.get(dep) {
            Some(n) => Ok(Some(*n)),
            None if *dep == genesis => Ok(None),
            None => Err(ReplicaError::Malformed),
        };
        let deps: Vec<_> = parts.deps.iter().map(place).collect::<Result<_, _>>()?;
        let authors = &mut self.pack.authors;
        let known = authors.iter().rposition(|a| *a == author);
        let author = known.unwrap_or_else(|| {
            authors.push(author);
            authors.len() - 1
        });
        let n = self.pack.changes.len();
        self.pack.heads.retain(|(at, _)| !deps.contains(&Some(*at)));
        self.pack.heads.push((n, hash));
        self.hashes.insert(hash, n);
        self.pack.changes.push(PackedChange {
            author,
            time: parts.time,
            deps,
            ops: parts.ops,
            splices: parts.splices,
        });
        Ok(())
    }

    /// The pack.
    #[must_use]
    pub fn finish(self) -> Pack {
        self.pack
    }
}

impl Pack {
    /// The numbers of each change.
    ///
    /// # Errors
    /// [`ReplicaError::TooLarge`] if operation numbers would leave their range.
    pub fn numbers(&self) -> Result<Vec<Numbers>, ReplicaError> {
        let genesis = change::genesis(self.kind).max_op;
        let mut last_seq = vec![0_u64; self.authors.len()];
        let mut all: Vec<Numbers> = Vec::with_capacity(self.changes.len());
        for change in &self.changes {
            let after = change.deps.iter().map(|dep| match dep {
                Some(n) => all.get(*n).map_or(u64::MAX, |n| n.last_op),
                None => genesis,
            });
            let start_op = after.max().unwrap_or(0).saturating_add(1);
            let spliced = change.splices.iter().map(Splice::op_count);
            let count = spliced.fold(change.ops.len() as u64, u64::saturating_add);
            let last_op = start_op.saturating_add(count).saturating_sub(1);
            if last_op >= change::MAX_OP {
                return Err(ReplicaError::TooLarge);
            }
            let seq = last_seq
                .get_mut(change.author)
                .ok_or(ReplicaError::Malformed)?;
            *seq += 1;
            all.push(Numbers {
                seq: *seq,
                start_op,
                last_op,
            });
        }
        Ok(all)
    }

    /// The actor of each author.
    #[must_use]
    pub fn actors(&self, community: CommunityId, space: SpaceId) -> Vec<Actor> {
        let of = |(device, incarnation): &(DeviceId, Incarnation)| {
            actor(community, space, self.doc, *device, *incarnation)
        };
        self.authors.iter().map(of).collect()
    }

    /// Builds the changes, each with its parts.
    ///
    /// # Errors
    /// [`ReplicaError::EncoderMismatch`] if the heads are not the ones that the pack names; what
    /// [`change::build`] says.
    pub fn build(
        &self,
        community: CommunityId,
        space: SpaceId,
    ) -> Result<Vec<(Parts, Change)>, ReplicaError> {
        let genesis = change::genesis(self.kind).hash;
        let actors = self.actors(community, space);
        let mut all: Vec<(Parts, Change)> = Vec::with_capacity(self.changes.len());
        for (change, numbers) in self.changes.iter().zip(self.numbers()?) {
            let dep = |dep: &Option<usize>| match dep {
                Some(n) => all.get(*n).map(|(_, change)| change.hash),
                None => Some(genesis),
            };
            let deps: Option<Vec<_>> = change.deps.iter().map(dep).collect();
            let parts = Parts {
                seq: numbers.seq,
                time: change.time,
                start_op: numbers.start_op,
                deps: deps.ok_or(ReplicaError::Malformed)?,
                ops: change.ops.clone(),
                splices: change.splices.clone(),
            };
            let actor = actors.get(change.author).ok_or(ReplicaError::Malformed)?;
            let change = change::build(*actor, &parts)?;
            all.push((parts, change));
        }
        let named =
            |(n, hash): &(usize, ChangeHash)| all.get(*n).is_some_and(|c| c.1.hash == *hash);
        if self.heads.iter().all(named) {
            Ok(all)
        } else {
            Err(ReplicaError::EncoderMismatch)
        }
    }

    /// The bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut e = Encoder::new(Vec::new());
        // Writing to a vector cannot fail.
        let _ = self.write(&mut e);
        e.into_writer()
    }

    fn write(&self, e: &mut Encoder<Vec<u8>>) -> EncodeResult {
        e.array(5)?.u16(self.kind)?.bytes(&self.doc.0)?;
        e.array(self.authors.len() as u64)?;
        for (device, incarnation) in &self.authors {
            e.array(2)?.bytes(&device.0)?.bytes(&incarnation.0)?;
        }
        e.array(self.heads.len() as u64)?;
        for (n, hash) in &self.heads {
            e.array(2)?.u64(*n as u64)?.bytes(hash)?;
        }
        e.array(self.changes.len() as u64)?;
        let mut before = Before::new(&self.authors);
        for (n, change) in self.changes.iter().enumerate() {
            write_change(e, n, change, &mut before)?;
        }
        Ok(())
    }

    /// Reads a pack. Elements beyond those known are skipped.
    ///
    /// # Errors
    /// [`ReplicaError::Malformed`], [`ReplicaError::TooLarge`].
    pub fn decode(bytes: &[u8]) -> Result<Self, ReplicaError> {
        let d = &mut Decoder::new(bytes);
        let pack = Self::read(d)?;
        (d.position() == bytes.len())
            .then_some(pack)
            .ok_or(ReplicaError::Malformed)
    }

    fn read(d: &mut Decoder<'_>) -> Result<Self, ReplicaError> {
        let extra = array(d, 5)?;
        let kind = d.u16().map_err(bad)?;
        let doc = DocId(fixed(d)?);
        // Each item has bytes of its own, so no claimed length takes more memory than what came.
        let authors = list(d, usize::MAX, |d| {
            let extra = array(d, 2)?;
            let author = (DeviceId(fixed(d)?), Incarnation(fixed(d)?));
            skip(d, extra)?;
            Ok(author)
        })?;
        let heads = list(d, usize::MAX, |d| {
            let extra = array(d, 2)?;
            let head = (place(d)?, fixed(d)?);
            skip(d, extra)?;
            Ok(head)
        })?;
        let len = array(d, 0)?;
        let (mut changes, mut before) = (Vec::new(), Before::new(&authors));
        for n in 0..len {
            let n = usize::try_from(n).map_err(|_| ReplicaError::TooLarge)?;
            changes.push(read_change(d, n, &mut before)?);
        }
        skip(d, extra)?;
        let pack = Self {
            kind,
            doc,
            authors,
            heads,
            changes,
        };
        pack.is_whole()
            .then_some(pack)
            .ok_or(ReplicaError::Malformed)
    }

    /// Whether every author is there and the heads are exactly the changes that no other follows.
    fn is_whole(&self) -> bool {
        let mut followed = vec![false; self.changes.len()];
        for dep in self.changes.iter().flat_map(|c| c.deps.iter().flatten()) {
            followed[*dep] = true;
        }
        let unfollowed = followed.iter().filter(|f| !**f).count();
        let mut heads: Vec<_> = self.heads.iter().map(|(n, _)| *n).collect();
        heads.sort_unstable();
        heads.dedup();
        let is_head = |n: &usize| followed.get(*n) == Some(&false);
        !self.changes.is_empty()
            && self.changes.iter().all(|c| c.author < self.authors.len())
            && heads.len() == self.heads.len()
            && heads.len() == unfollowed
            && heads.iter().all(is_head)
    }
}

/// What the changes before left behind: the time of the last, and of each author whose ids go without
/// saying, and how far it had counted ([`Recorder`]).
struct Before {
    time: i64,
    authors: Vec<(Recorder, u32)>,
}

impl Before {
    fn new(authors: &[(DeviceId, Incarnation)]) -> Self {
        let author = |(device, incarnation): &(DeviceId, Incarnation)| {
            let recorder = Recorder {
                device: *device,
                incarnation: *incarnation,
            };
            (recorder, 0)
        };
        Self {
            time: 0,
            authors: authors.iter().map(author).collect(),
        }
    }

    /// The ids of a change by this author, made at this time.
    fn ids(&mut self, author: usize, time: i64) -> Option<(Ids<'_>, &mut u32)> {
        self.time = time;
        let (recorder, count) = self.authors.get_mut(author)?;
        let ids = Ids {
            recorder: Some(recorder),
            time,
            count: *count,
        };
        Some((ids, count))
    }
}

fn write_change(
    e: &mut Encoder<Vec<u8>>,
    n: usize,
    change: &PackedChange,
    before: &mut Before,
) -> EncodeResult {
    e.array(if change.splices.is_empty() { 4 } else { 5 })?
        .u64(change.author as u64)?
        .i64(change.time.wrapping_sub(before.time))?
        .array(change.deps.len() as u64)?;
    for dep in &change.deps {
        e.u64(dep.map_or(0, |at| (n - at) as u64))?;
    }
    let nobody = &mut 0;
    let mut ids = Ids {
        recorder: None,
        time: change.time,
        count: 0,
    };
    let mut count = nobody;
    if let Some(of) = before.ids(change.author, change.time) {
        (ids, count) = of;
    }
    e.array(change.ops.len() as u64)?;
    for op in &change.ops {
        write_op(e, op, &mut ids)?;
    }
    if !change.splices.is_empty() {
        text::write_splices(e, &change.splices, &mut ids)?;
    }
    *count = ids.count;
    Ok(())
}

fn place(d: &mut Decoder<'_>) -> Result<usize, ReplicaError> {
    usize::try_from(d.u64().map_err(bad)?).map_err(|_| ReplicaError::Malformed)
}

fn read_change(
    d: &mut Decoder<'_>,
    n: usize,
    before: &mut Before,
) -> Result<PackedChange, ReplicaError> {
    let mut extra = array(d, 4)?;
    let author = place(d)?;
    let time = before.time.wrapping_add(d.i64().map_err(bad)?);
    let deps = list(d, limits::DEPS, |d| {
        let back = place(d)?;
        match n.checked_sub(back) {
            Some(_) if back == 0 => Ok(None),
            Some(at) => Ok(Some(at)),
            None => Err(ReplicaError::Malformed),
        }
    })?;
    let (mut ids, count) = before.ids(author, time).ok_or(ReplicaError::Malformed)?;
    let ops = list(d, limits::OPS, |d| read_op(d, &mut ids))?;
    let mut splices = Vec::new();
    if extra > 0 {
        extra -= 1;
        splices = text::read_splices(d, &mut ids)?;
    }
    *count = ids.count;
    skip(d, extra)?;
    if deps.is_empty() || (ops.is_empty() && splices.is_empty()) {
        return Err(ReplicaError::Malformed);
    }
    Ok(PackedChange {
        author,
        time,
        deps,
        ops,
        splices,
    })
}

#[cfg(test)]
mod tests;
