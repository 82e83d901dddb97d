//! A document's history, whether its changes stand in the log one by one or came packed with a snapshot.
//!
//! Reading values needs no automerge ([`written`]); where hashes count, a packed history is built, and building it
//! shows whether it is what it says.

use doorknock_model::ids::{CommunityId, SpaceId};
use doorknock_replica::change::{self, Op};
use doorknock_replica::pack::{Pack, PackedChange};
use doorknock_replica::section::{Dep, Section, WireChange, start};
use doorknock_replica::{Actor, ReplicaError};
use doorknock_store::View;
use doorknock_store::log::{ChunkRow, DocRow, Heads};
use doorknock_store::snapshots::PACKED;

use crate::Result;
use crate::error::not_found;

/// What one change writes.
pub(crate) struct Written {
    /// The author's number.
    pub(crate) author: i64,
    pub(crate) actor: Actor,
    pub(crate) start_op: u64,
    /// Unix milliseconds.
    pub(crate) time: i64,
    pub(crate) ops: Vec<Op>,
}

/// Level of compression of what is kept: written once, read seldom.
const ZSTD_LEVEL: i32 = 3;

/// A pack as its row keeps it.
pub(crate) fn squeeze(pack: &[u8]) -> Result<Vec<u8>> {
    Ok(zstd::bulk::compress(pack, ZSTD_LEVEL)?)
}

fn unsqueezed(bytes: &[u8]) -> Result<Pack> {
    Ok(Pack::decode(&pack_bytes(bytes)?)?)
}

/// A pack's bytes, out of its row.
pub(crate) fn pack_bytes(row: &[u8]) -> Result<Vec<u8>> {
    let most = doorknock_seal::limits::SNAPSHOT_BODY_BYTES;
    Ok(zstd::bulk::decompress(row, most).map_err(|_| ReplicaError::Malformed)?)
}

fn community(view: &View<'_>) -> Result<CommunityId> {
    view.meta("community")?
        .and_then(|b| CommunityId::from_slice(&b))
        .ok_or_else(crate::error::not_joined)
}

fn space_of(view: &View<'_>, doc: DocRow) -> Result<SpaceId> {
    let space = view.space(doc.space)?;
    Ok(space.ok_or_else(|| not_found("空间", "space"))?.id)
}

/// The numbers of a pack's authors.
fn authors(view: &View<'_>, pack: &Pack) -> Result<Vec<i64>> {
    let number = |(device, incarnation): &_| {
        let found = view.author_of(*device, *incarnation)?;
        found.ok_or_else(|| not_found("作者", "author"))
    };
    pack.authors.iter().map(number).collect()
}

/// What a pack's changes write, in order.
pub(crate) fn written_in(
    view: &View<'_>,
    doc: DocRow,
    pack: Pack,
    authors: &[i64],
) -> Result<Vec<Written>> {
    let actors = pack.actors(community(view)?, space_of(view, doc)?);
    let numbers = pack.numbers()?;
    let changes = pack.changes.into_iter().zip(numbers);
    let written = changes.map(|(change, numbers)| {
        let author = change.author;
        Some(Written {
            author: *authors.get(author)?,
            actor: *actors.get(author)?,
            start_op: numbers.start_op,
            time: change.time,
            ops: change.ops,
        })
    });
    let all: Option<Vec<_>> = written.collect();
    Ok(all.ok_or(ReplicaError::Malformed)?)
}

/// What a document's changes write, in order. Nothing is built.
pub(crate) fn written(view: &View<'_>, doc: DocRow) -> Result<Vec<Written>> {
    let mut all = Vec::new();
    for row in view.chunks_of(doc.ord)? {
        if row.seq == PACKED {
            let pack = unsqueezed(&row.change)?;
            let authors = authors(view, &pack)?;
            all.extend(written_in(view, doc, pack, &authors)?);
        } else {
            let (actor, parts) = change::read(&row.change)?;
            all.push(Written {
                author: row.author,
                actor,
                start_op: parts.start_op,
                time: parts.time,
                ops: parts.ops,
            });
        }
    }
    Ok(all)
}

/// A document's changes, in order, each as the log would have it.
pub(crate) fn changes(view: &View<'_>, doc: DocRow) -> Result<Vec<ChunkRow>> {
    let mut all = Vec::new();
    for row in view.chunks_of(doc.ord)? {
        if row.seq == PACKED {
            all.extend(built(view, doc, &row)?);
        } else {
            all.push(row);
        }
    }
    Ok(all)
}

/// The changes of a packed history; each has the row's place in the log.
pub(crate) fn built(view: &View<'_>, doc: DocRow, row: &ChunkRow) -> Result<Vec<ChunkRow>> {
    let pack = unsqueezed(&row.change)?;
    let authors = authors(view, &pack)?;
    let built = pack.build(community(view)?, space_of(view, doc)?)?;
    let row = |(of, (parts, change)): (&PackedChange, (change::Parts, change::Change))| {
        Some(ChunkRow {
            id: row.id,
            doc: doc.ord,
            author: *authors.get(of.author)?,
            hash: change.hash,
            change: change.bytes,
            seq: parts.seq,
        })
    };
    let all: Option<Vec<_>> = pack.changes.iter().zip(built).map(row).collect();
    Ok(all.ok_or(ReplicaError::Malformed)?)
}

/// The changes of a pack as entries carry them, each alone, with its author's place in the pack.
pub(crate) fn sections(
    pack: &Pack,
    community: CommunityId,
    space: SpaceId,
) -> Result<Vec<(usize, Section)>> {
    let genesis = change::genesis(pack.kind).hash;
    let built = pack.build(community, space)?;
    let section = |(of, (parts, change)): (&PackedChange, (change::Parts, change::Change))| {
        let dep = |dep: [u8; 32]| match dep {
            dep if dep == genesis => Dep::Genesis,
            dep => Dep::Hash(start(&dep)),
        };
        let mut check = [0; 4];
        check.copy_from_slice(&change.hash[..4]);
        let wire = WireChange {
            seq: parts.seq,
            time: parts.time,
            deps: parts.deps.into_iter().map(dep).collect(),
            ops: parts.ops,
            splices: parts.splices,
            check,
        };
        let section = Section {
            kind: pack.kind,
            doc: pack.doc,
            changes: vec![wire],
            context: None,
        };
        (of.author, section)
    };
    Ok(pack.changes.iter().zip(built).map(section).collect())
}

/// The greatest sequence number of an author in a document, 0 if none.
pub(crate) fn last_seq(view: &View<'_>, doc: DocRow, author: i64) -> Result<u64> {
    let last = view.last_seq(doc.ord, author)?;
    if last > 0 {
        return Ok(last);
    }
    let Some(row) = view.pack_of(doc.ord)? else {
        return Ok(0);
    };
    let pack = unsqueezed(&row.change)?;
    let authors = authors(view, &pack)?;
    let of = |change: &&PackedChange| authors.get(change.author) == Some(&author);
    Ok(pack.changes.iter().filter(of).count() as u64)
}

/// The hash of the change of an author with this sequence number.
pub(crate) fn hash_of_seq(
    view: &View<'_>,
    doc: DocRow,
    author: i64,
    seq: u64,
) -> Result<Option<[u8; 32]>> {
    if let Some(hash) = view.hash_of_seq(doc.ord, author, seq)? {
        return Ok(Some(hash));
    }
    let Some(row) = view.pack_of(doc.ord)? else {
        return Ok(None);
    };
    let mut built = built(view, doc, &row)?.into_iter();
    let found = built.find(|change| change.author == author && change.seq == seq);
    Ok(found.map(|change| change.hash))
}

/// The greatest operation number of each change of a document, by hash. Looks at all of them: for changes
/// that do not simply follow the heads.
pub(crate) fn ops_by_hash(view: &View<'_>, doc: DocRow) -> Result<Heads> {
    let mut all = view.ops_by_hash(doc.ord)?;
    if let Some(row) = view.pack_of(doc.ord)? {
        let pack = unsqueezed(&row.change)?;
        let built = pack.build(community(view)?, space_of(view, doc)?)?;
        all.0.extend(
            built
                .into_iter()
                .map(|(_, change)| (change.hash, change.max_op)),
        );
    }
    Ok(all)
}
