//! Sealing what was recorded into entries, at the moment of sending. An entry is kept and sent byte
//! for byte from then on (rule R6).

use std::collections::HashMap;

use doorknock_model::ids::{Recorder, SpaceId, VisitId};
use doorknock_model::kinds::{VISIT_BOOK, visit_book};
use doorknock_replica::change::{self, Parts};
use doorknock_replica::section::{Context, Dep, Section, WireChange, limits, start};
use doorknock_seal::entry::{EntryParams, SpaceKeys, seal_entry};
use doorknock_seal::wrap::EpochKey;
use doorknock_store::log::{AuthorRow, ChunkRow, DocRow};
use doorknock_store::outbox::NewEntry;
use doorknock_store::{Tx, View};

use crate::Result;
use crate::env::Env;
use crate::error::{not_found, said};
use crate::home::Inner;

/// Everything recorded here up to this place in the log is sealed.
pub(crate) const SEALED: &str = "sealed";

/// How many changes are looked at in one go, and how large an entry's plain content grows.
const BATCH: u32 = 2048;
const ENTRY_PLAIN_BYTES: usize = 384 * 1024;

/// Seals what is recorded and not sealed yet. One transaction a batch.
pub(crate) fn seal_pending(inner: &mut Inner, env: &Env) -> Result<()> {
    loop {
        let rows = {
            let view = inner.store.view()?;
            view.mine_after(view.meta_number(SEALED)?, BATCH)?
        };
        let Some(last) = rows.last().map(|row| row.id) else {
            return Ok(());
        };
        seal_rows(inner, env, rows, |tx| tx.set_meta_number(SEALED, last))?;
    }
}

/// Seals again what a hub lost that was set back by more than entries are kept here. The changes are the same
/// ones, so whoever has the first entry knows them.
pub(crate) fn seal_again(inner: &mut Inner, env: &Env) -> Result<()> {
    let lost = inner.store.view()?.let_go_too_early()?;
    for (entry, space, first, last) in lost {
        let rows = inner.store.view()?.mine_between(space, first, last)?;
        seal_rows(inner, env, rows, |tx| tx.forget_entry(entry))?;
    }
    Ok(())
}

/// Seals changes recorded here, with what is to be noted of it in the same transaction.
fn seal_rows(
    inner: &mut Inner,
    env: &Env,
    rows: Vec<ChunkRow>,
    note: impl Fn(&Tx<'_>) -> doorknock_store::Result<()>,
) -> Result<()> {
    let (charter_length, charter_head) = {
        let charter = inner.charter()?;
        let mut head = [0; 16];
        head.copy_from_slice(&charter.head()[..16]);
        (charter.len(), head)
    };
    let identity = inner.identity()?;
    let Inner { store, secrets, .. } = inner;
    store.write(|tx| {
        for group in grouped(tx, rows)? {
            let space = tx.space(group.space)?.ok_or_else(|| not_found("空间", "space"))?;
            let (epoch, key) = tx.space_keys(space.n)?.pop().ok_or_else(|| {
                said(
                    "space_key_missing",
                    "缺少一个网格的密钥，相关记录暂不能上传；请联系社区管理员。",
                    "A grid's key is missing, so its records cannot be sent yet; ask your administrator.",
                )
            })?;
            let keys = SpaceKeys::derive(space.id, epoch, &EpochKey::from_bytes(&key));
            let context = Context { charter_length, charter_head, hub_position: space.position };
            let community = identity.community;
            let bodies = group.sections(space.id, context)?;
            let incarnation = group.author.incarnation;
            let sequence = tx.next_sequence(space.n, incarnation.as_bytes())?;
            let params =
                EntryParams { community, incarnation, sequence, previous: space.last_entry };
            let sealed = seal_entry(&params, &keys, secrets, &bodies, &*env.entropy)
                .map_err(|error| error.message())?;
            tx.add_entry(&NewEntry {
                space: space.n,
                hash: sealed.hash,
                bytes: &sealed.bytes,
                changes: group.chunks.len(),
                visits: group.visits,
                covers: group.covers(),
            })?;
            tx.set_last_entry(space.n, &sealed.hash)?;
            tx.set_next_sequence(space.n, incarnation.as_bytes(), sequence + 1)?;
        }
        Ok::<_, crate::Error>(note(tx)?)
    })
}

/// What goes into one entry: one author, one space, in the order of the log.
struct Group {
    space: u32,
    author: AuthorRow,
    chunks: Vec<(DocRow, ChunkRow)>,
    docs: HashMap<i64, usize>,
    bytes: usize,
    visits: usize,
}

fn grouped(view: &View<'_>, rows: Vec<ChunkRow>) -> Result<Vec<Group>> {
    let mut done: Vec<Group> = Vec::new();
    let mut open: Vec<Group> = Vec::new();
    for row in rows {
        let doc = view.doc_by_ord(row.doc)?;
        let full = |g: &Group| {
            let in_doc = g.docs.get(&row.doc).copied();
            g.bytes + row.change.len() > ENTRY_PLAIN_BYTES
                || in_doc.is_none() && g.docs.len() >= doorknock_seal::limits::SECTIONS
                || in_doc.is_some_and(|n| n >= limits::CHANGES)
        };
        // A space's entries are chained, so a new group for a space closes the one before it.
        if let Some(at) = open.iter().position(|g| g.space == doc.space)
            && (open[at].author.ord != row.author || full(&open[at]))
        {
            done.push(open.remove(at));
        }
        let at = match open.iter().position(|g| g.space == doc.space) {
            Some(at) => at,
            None => {
                let author = view.author_by_ord(row.author)?;
                let (chunks, docs) = (Vec::new(), HashMap::new());
                open.push(Group {
                    space: doc.space,
                    author,
                    chunks,
                    docs,
                    bytes: 0,
                    visits: 0,
                });
                open.len() - 1
            }
        };
        let group = &mut open[at];
        group.bytes += row.change.len();
        let visit = doc.kind == VISIT_BOOK.code && visit_recorded(&row.change)?.is_some();
        group.visits += usize::from(visit);
        *group.docs.entry(row.doc).or_default() += 1;
        group.chunks.push((doc, row));
    }
    done.extend(open);
    Ok(done)
}

/// The visit that a change of a visit book records, if it does. A book holds confirmations too.
pub(crate) fn visit_recorded(change: &[u8]) -> Result<Option<VisitId>> {
    let (_, parts) = change::read(change)?;
    let mut keys = parts.ops.iter().map(|op| &op.key);
    let key = keys.find(|key| key.field == visit_book::VISIT);
    Ok(key
        .and_then(|key| key.id.as_slice().try_into().ok())
        .map(VisitId))
}

impl Group {
    /// The first and the last of its changes in the log.
    fn covers(&self) -> (i64, i64) {
        let id = |chunk: Option<&(DocRow, ChunkRow)>| chunk.map_or(0, |(_, row)| row.id);
        (id(self.chunks.first()), id(self.chunks.last()))
    }

    fn sections(&self, space: SpaceId, context: Context) -> Result<Vec<Vec<u8>>> {
        let recorder = Recorder {
            device: self.author.device,
            incarnation: self.author.incarnation,
        };
        let mut order: Vec<DocRow> = Vec::new();
        let mut by_doc: HashMap<i64, Vec<WireChange>> = HashMap::new();
        let mut hashes: HashMap<i64, Vec<[u8; 32]>> = HashMap::new();
        for (doc, chunk) in &self.chunks {
            if !by_doc.contains_key(&doc.ord) {
                order.push(*doc);
            }
            let (_, parts) = change::read(&chunk.change)?;
            let earlier = hashes.entry(doc.ord).or_default();
            by_doc
                .entry(doc.ord)
                .or_default()
                .push(to_wire(doc.kind, parts, chunk.hash, earlier));
            earlier.push(chunk.hash);
        }
        let mut context = Some(context);
        Ok(order
            .into_iter()
            .map(|doc| {
                let changes = by_doc.remove(&doc.ord).unwrap_or_default();
                let section = Section {
                    kind: doc.kind,
                    doc: doc.id,
                    changes,
                    context: context.take(),
                };
                section.encode_by(&recorder, space)
            })
            .collect())
    }
}

pub(crate) fn to_wire(kind: u16, parts: Parts, hash: [u8; 32], earlier: &[[u8; 32]]) -> WireChange {
    let genesis = change::genesis(kind).hash;
    let dep = |dep: [u8; 32]| match earlier.iter().position(|h| *h == dep) {
        Some(n) => Dep::InSection(n),
        None if dep == genesis => Dep::Genesis,
        None => Dep::Hash(start(&dep)),
    };
    let mut check = [0; 4];
    check.copy_from_slice(&hash[..4]);
    WireChange {
        seq: parts.seq,
        time: parts.time,
        deps: parts.deps.into_iter().map(dep).collect(),
        ops: parts.ops,
        splices: parts.splices,
        check,
    }
}
