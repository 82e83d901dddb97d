//! Writing documents: puts and splices become a change, the change goes into the log and its
//! projections, in one transaction. No document is loaded for what is written once.

use std::collections::HashSet;

use doorknock_model::ids::{DocId, Incarnation};
use doorknock_model::kind::{Key, Kind, Value};
use doorknock_replica::change::{Op, OpId, Parts, build};
use doorknock_replica::section::limits;
use doorknock_replica::splice::{self, Edit, Splice, TextRef};
use doorknock_replica::{ChangeHash, actor};
use doorknock_store::Tx;
use doorknock_store::log::{Heads, NewChunk};

use crate::Result;
use crate::apply::{self, Applied};
use crate::env::Env;
use crate::error::{not_found, said};
use crate::home::{CachedDoc, Identity, Inner};

/// Writes documents within one transaction.
pub(crate) struct Writer<'a> {
    pub(crate) tx: &'a Tx<'a>,
    pub(crate) identity: Identity,
    incarnation: Incarnation,
    author: Option<i64>,
    pub(crate) now_ms: i64,
    docs: &'a std::collections::HashMap<DocId, CachedDoc>,
    docs_complete: bool,
    touched: Vec<(DocId, CachedDoc)>,
}

/// Runs `work` with a writer in one transaction; memory follows only after the COMMIT (rule R4).
pub(crate) fn with_writer<T>(
    inner: &mut Inner,
    env: &Env,
    work: impl FnOnce(&mut Writer<'_>) -> Result<T>,
) -> Result<T> {
    let identity = inner.identity()?;
    let (incarnation, author, now_ms) = (inner.incarnation, inner.author, env.clock.now_ms());
    let Inner {
        store,
        docs,
        docs_complete,
        ..
    } = inner;
    let docs_complete = *docs_complete;
    let (value, author, touched) = store.write(|tx| {
        let mut writer = Writer {
            tx,
            identity,
            incarnation,
            author,
            now_ms,
            docs,
            docs_complete,
            touched: Vec::new(),
        };
        let value = work(&mut writer)?;
        Ok::<_, crate::Error>((value, writer.author, writer.touched))
    })?;
    inner.author = author;
    inner.remember(touched);
    Ok(value)
}

impl Writer<'_> {
    /// Puts values under keys that nobody has written: write-once records, or a new document's
    /// first values.
    pub(crate) fn put(
        &mut self,
        kind: &Kind,
        doc: DocId,
        space: u32,
        puts: Vec<(Key, Value)>,
    ) -> Result<()> {
        self.put_with_texts(kind, doc, space, puts, vec![])
    }

    /// Puts the first values of a new record, and makes its texts.
    pub(crate) fn put_with_texts(
        &mut self,
        kind: &Kind,
        doc: DocId,
        space: u32,
        puts: Vec<(Key, Value)>,
        texts: Vec<(Key, String)>,
    ) -> Result<()> {
        let op = |(key, value)| Op {
            key,
            replaces: Vec::new(),
            value,
        };
        let splice = |(key, insert): (Key, String)| Splice {
            text: TextRef::New(key),
            edits: vec![Edit {
                insert,
                ..Edit::default()
            }],
        };
        for (key, text) in &texts {
            check_size(kind, key, text.len())?;
        }
        let ops = puts.into_iter().map(op).collect();
        let splices = texts.into_iter().map(splice).collect();
        self.write(kind, doc, space, ops, splices)
    }

    /// Turns a text into `new` for somebody who saw it as it stood at `base`; what others wrote since
    /// stays. Whether anything differed.
    pub(crate) fn edit_text(
        &mut self,
        kind: &Kind,
        doc: DocId,
        space: u32,
        key: &Key,
        base: &[ChangeHash],
        new: &str,
    ) -> Result<bool> {
        let (_, document) = apply::open(self.tx, doc)?.ok_or_else(|| not_found("文字", "text"))?;
        if !document.knows(base) {
            return Err(unknown_version());
        }
        let text = document.values(key).into_iter().next();
        let text = text.ok_or_else(|| not_found("文字", "text"))?.op;
        let letters = document.letters_at(text, base)?;
        let edits = splice::edits(&letters, new);
        if edits.is_empty() {
            return Ok(false);
        }
        check_size(kind, key, edits.iter().map(|edit| edit.insert.len()).sum())?;
        let text = TextRef::At(text);
        self.write(kind, doc, space, vec![], vec![Splice { text, edits }])?;
        Ok(true)
    }

    /// Puts one value in the place of all that stand side by side, so that a conflict ends. Where only
    /// some of them were `seen`, the others stay beside it.
    pub(crate) fn settle(
        &mut self,
        kind: &Kind,
        doc: DocId,
        space: u32,
        key: Key,
        value: Value,
        seen: Option<&[OpId]>,
    ) -> Result<()> {
        let (heads, document) =
            apply::open(self.tx, doc)?.ok_or_else(|| not_found("记录", "record"))?;
        let all = document.values_at(&key, &followed(&heads));
        let replaces = all
            .into_iter()
            .map(|w| w.op)
            .filter(|op| seen.is_none_or(|seen| seen.contains(op)))
            .take(limits::REPLACES)
            .collect();
        let op = Op {
            key,
            replaces,
            value,
        };
        self.write(kind, doc, space, vec![op], vec![])
    }

    /// Sets registers: what differs from the value shown replaces it; other values of a conflict stay
    /// (rule R3). Whether anything differed.
    pub(crate) fn set(
        &mut self,
        kind: &Kind,
        doc: DocId,
        space: u32,
        values: Vec<(Key, Value)>,
    ) -> Result<bool> {
        self.set_seen(kind, doc, space, values, None)
    }

    /// The same for somebody who saw the document as it stood at `base`: only what was shown then is
    /// replaced, so that a form saved after somebody else's edit becomes a conflict, never a loss.
    pub(crate) fn set_seen(
        &mut self,
        kind: &Kind,
        doc: DocId,
        space: u32,
        values: Vec<(Key, Value)>,
        base: Option<&[ChangeHash]>,
    ) -> Result<bool> {
        let Some((heads, document)) = apply::open(self.tx, doc)? else {
            let values: Vec<_> = values
                .into_iter()
                .filter(|(_, v)| *v != Value::Null)
                .collect();
            let any = !values.is_empty();
            if any {
                self.put(kind, doc, space, values)?;
            }
            return Ok(any);
        };
        let follows = followed(&heads);
        if base.is_some_and(|base| !document.knows(base)) {
            return Err(unknown_version());
        }
        let mut ops = Vec::new();
        for (key, value) in values {
            let mut all = document.values_at(&key, base.unwrap_or(&follows));
            let values: Vec<_> = all.iter().map(|w| &w.value).collect();
            let shown = kind
                .field(key.field)
                .and_then(|field| field.shown(&values))
                .map(|n| all.swap_remove(n));
            if shown.as_ref().map_or(&Value::Null, |w| &w.value) != &value {
                ops.push(Op {
                    key,
                    replaces: shown.into_iter().map(|w| w.op).collect(),
                    value,
                });
            }
        }
        let any = !ops.is_empty();
        if any {
            self.write(kind, doc, space, ops, vec![])?;
        }
        Ok(any)
    }

    fn write(
        &mut self,
        kind: &Kind,
        doc: DocId,
        space: u32,
        mut ops: Vec<Op>,
        splices: Vec<Splice>,
    ) -> Result<()> {
        for op in &ops {
            check_size(kind, &op.key, op.value.size())?;
        }
        last_of_each_key(&mut ops);
        let author = self.author()?;
        let known = self
            .touched
            .iter()
            .rev()
            .find(|(id, _)| *id == doc)
            .map(|(_, cached)| cached);
        let known = known.or_else(|| self.docs.get(&doc)).cloned();
        let (row, before, seq, first) = if let Some(cached) = known {
            let row = doorknock_store::log::DocRow {
                ord: cached.ord,
                id: doc,
                kind: kind.code,
                space,
            };
            (row, cached.heads, cached.seq, false)
        } else {
            let row = self.tx.ensure_doc(doc, kind.code, space)?;
            if (row.kind, row.space) != (kind.code, space) {
                return Err(elsewhere());
            }
            crate::snapshot::check_pack(self.tx, row, self.now_ms)?;
            let (heads, first) = apply::heads_or_genesis(self.tx, row)?;
            // Every document this incarnation wrote is in memory, unless some were forgotten.
            let seq = if self.docs_complete {
                0
            } else {
                self.tx.last_seq(row.ord, author)?
            };
            (row, heads, seq, first)
        };
        let author = self.author()?;
        let Identity {
            community, device, ..
        } = self.identity;
        let id = self
            .tx
            .space(space)?
            .ok_or_else(|| not_found("空间", "space"))?
            .id;
        let parts = Parts {
            seq: seq + 1,
            time: self.now_ms,
            start_op: before.max_op() + 1,
            deps: followed(&before),
            ops,
            splices,
        };
        let actor = actor(community, id, doc, device, self.incarnation);
        let change = build(actor, &parts)?;
        let heads = before.after(&parts.deps, change.hash, change.max_op);
        self.tx.append(&NewChunk {
            doc: row.ord,
            author,
            seq: parts.seq,
            mine: true,
            hash: change.hash,
            heads: &heads,
            change: &change.bytes,
        })?;
        let ops = &parts.ops;
        apply::project_change(
            self.tx,
            &Applied {
                doc: row,
                author,
                actor,
                start_op: parts.start_op,
                time: self.now_ms,
                ops,
                splices: &parts.splices,
                first,
                heads: &heads,
            },
        )?;
        self.touched.push((
            doc,
            CachedDoc {
                ord: row.ord,
                heads,
                seq: parts.seq,
            },
        ));
        Ok(())
    }

    /// A document's version as it stands in this transaction.
    pub(crate) fn heads_of(&self, doc: DocId) -> Result<Vec<ChangeHash>> {
        let row = self.tx.doc(doc)?;
        let heads = row.map(|row| self.tx.heads(&row)).transpose()?.flatten();
        Ok(heads.unwrap_or_default().hashes())
    }

    fn author(&mut self) -> Result<i64> {
        if let Some(author) = self.author {
            return Ok(author);
        }
        let Identity { device, member, .. } = self.identity;
        let author = self.tx.author(device, self.incarnation, member)?;
        self.author = Some(author);
        Ok(author)
    }
}

/// The heads that the next change follows: all, or of very many as many as a change may name, the newest
/// first, so that its operations' numbers follow from them.
fn followed(heads: &Heads) -> Vec<ChangeHash> {
    let mut newest = heads.0.clone();
    newest.sort_unstable_by_key(|(hash, op)| (std::cmp::Reverse(*op), *hash));
    newest.truncate(limits::DEPS);
    newest.into_iter().map(|(hash, _)| hash).collect()
}

/// Somebody wrote a document of another kind under this id; every other device would refuse ours.
fn elsewhere() -> crate::Error {
    said(
        "record_elsewhere",
        "这份资料的编号已被另一种资料占用，没有保存；请告知社区管理员，由其核查待处理的数据。",
        "A record of another kind holds the id of this one, so nothing was saved; tell the community's administrator, who sees in the quarantine what came in.",
    )
}

fn unknown_version() -> crate::Error {
    said(
        "unknown_version",
        "这份资料的版本无法识别；请重新打开后再修改。",
        "The version this edit is based on is not known here; open the record again and repeat the edit.",
    )
}

/// Every device refuses a change that writes a key twice: of several values for one the last counts.
fn last_of_each_key(ops: &mut Vec<Op>) {
    let mut keys = HashSet::new();
    ops.reverse();
    ops.retain(|op| keys.insert(op.key.clone()));
    ops.reverse();
}

/// Every device refuses what is beyond its field's limit; what is typed into a text at once counts.
fn check_size(kind: &Kind, key: &Key, bytes: usize) -> Result<()> {
    let limit = kind.field(key.field).map_or(0, |f| f.max_bytes);
    if bytes > limit {
        return Err(doorknock_replica::ReplicaError::TooLarge.into());
    }
    Ok(())
}
