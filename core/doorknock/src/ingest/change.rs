//! One change: what its fields allow, what it follows, the rebuilt hash; then log and projections.

use std::collections::HashMap;

use doorknock_model::kind::{Kind, Merge};
use doorknock_replica::actor;
use doorknock_replica::change::{self, Op, OpId, Parts, build, genesis};
use doorknock_replica::section::WireChange;
use doorknock_store::log::{DocRow, Heads, NewChunk};

use super::Ingest;
use super::section::{From, replica_code};
use crate::Result;
use crate::apply::{self, Applied};

/// Why a change was not applied.
pub(super) enum Verdict {
    Applied([u8; 32]),
    Known([u8; 32]),
    Waits([u8; 32]),
    Refused(&'static str),
}

impl Ingest<'_> {
    pub(super) fn change(
        &self,
        from: &From<'_>,
        doc: DocRow,
        kind: &'static Kind,
        change: &WireChange,
        deps: Vec<[u8; 32]>,
    ) -> Result<Verdict> {
        if let Some(reason) = self.check_fields(from, doc, kind, &change.ops) {
            return Ok(Verdict::Refused(reason));
        }
        let (heads, first) = apply::heads_or_genesis(self.tx, doc)?;
        let start_op = match self.start_op(doc, &heads, &deps)? {
            Ok(op) => op,
            Err(missing) => return Ok(Verdict::Waits(missing)),
        };
        let actor = actor(
            self.community,
            from.space.id,
            doc.id,
            from.author.device,
            from.author.incarnation,
        );
        let parts = Parts {
            seq: change.seq,
            time: change.time,
            start_op,
            deps,
            ops: change.ops.clone(),
        };
        let built = match build(actor, &parts) {
            Ok(built) => built,
            Err(error) => return Ok(Verdict::Refused(replica_code(error))),
        };
        if built.hash[..4] != change.check {
            return Ok(Verdict::Refused("encoder_mismatch"));
        }
        let last = self.tx.last_seq(doc.ord, from.author.ord)?;
        if change.seq <= last {
            let there = self.tx.hash_of_seq(doc.ord, from.author.ord, change.seq)?;
            let known = there == Some(built.hash);
            return Ok(if known {
                Verdict::Known(built.hash)
            } else {
                Verdict::Refused("forked_actor")
            });
        }
        if change.seq != last + 1 {
            return Ok(Verdict::Refused("sequence_gap"));
        }
        if !first && parts.ops.iter().any(|op| !op.replaces.is_empty()) {
            let document = apply::load(self.tx, doc, &heads)?;
            let seen = |op: &Op| {
                let values = document.values_at(&op.key, &parts.deps);
                op.replaces
                    .iter()
                    .all(|id| values.iter().any(|w| w.op == *id))
            };
            for op in parts.ops.iter().filter(|op| !seen(op)) {
                // Somebody's stale form may replace what another edit has replaced before (rule R3).
                if !self.wrote_before(doc, op, &parts.deps)? {
                    return Ok(Verdict::Refused("replaces_unseen"));
                }
            }
        } else if first && parts.ops.iter().any(|op| !op.replaces.is_empty()) {
            return Ok(Verdict::Refused("replaces_unseen"));
        }
        let heads = heads.after(&parts.deps, built.hash, built.max_op);
        let (author, seq, hash) = (from.author.ord, parts.seq, built.hash);
        let chunk = NewChunk {
            doc: doc.ord,
            author,
            seq,
            mine: false,
            hash,
            heads: &heads,
            change: &built.bytes,
        };
        self.tx.append(&chunk)?;
        let ops = &parts.ops;
        apply::project_change(
            self.tx,
            &Applied {
                doc,
                author,
                hash,
                time: parts.time,
                ops,
                first,
                heads: &heads,
            },
        )?;
        Ok(Verdict::Applied(hash))
    }

    /// Whether everything an operation replaces was written to its key in the history of `deps`, be it
    /// replaced since or not.
    fn wrote_before(&self, doc: DocRow, op: &Op, deps: &[[u8; 32]]) -> Result<bool> {
        let mut history = HashMap::new();
        for chunk in self.tx.chunks_of(doc.ord)? {
            history.insert(chunk.hash, change::read(&chunk.change)?);
        }
        let mut left = op.replaces.clone();
        let mut next = deps.to_vec();
        while let Some(hash) = next.pop() {
            // Gone already, or the genesis.
            let Some((author, parts)) = history.remove(&hash) else {
                continue;
            };
            for (counter, written) in (parts.start_op..).zip(&parts.ops) {
                let id = OpId {
                    counter,
                    actor: author,
                };
                left.retain(|wanted| *wanted != id || written.key != op.key);
            }
            next.extend(parts.deps);
        }
        Ok(left.is_empty())
    }

    /// The number of a change's first operation, or the dependency that is not there.
    fn start_op(
        &self,
        doc: DocRow,
        heads: &Heads,
        deps: &[[u8; 32]],
    ) -> Result<Result<u64, [u8; 32]>> {
        let genesis = genesis(doc.kind);
        let mut greatest = 0;
        let mut all = None;
        for dep in deps {
            let op = if *dep == genesis.hash {
                Some(genesis.max_op)
            } else {
                heads.op(dep)
            };
            let op = match op {
                Some(op) => Some(op),
                // It does not follow the heads: look at every change of the document, once.
                None => {
                    if all.is_none() {
                        all = Some(self.tx.ops_by_hash(doc.ord)?);
                    }
                    all.as_ref().and_then(|all: &Heads| all.op(dep))
                }
            };
            match op {
                Some(op) => greatest = greatest.max(op),
                None => return Ok(Err(*dep)),
            }
        }
        Ok(Ok(greatest + 1))
    }

    /// What a change's fields allow; fields of a newer version are kept as they are.
    fn check_fields(
        &self,
        from: &From<'_>,
        doc: DocRow,
        kind: &Kind,
        ops: &[Op],
    ) -> Option<&'static str> {
        let Some(role) = from.member.role else {
            return Some("unknown_role");
        };
        for (n, op) in ops.iter().enumerate() {
            if ops[..n].iter().any(|earlier| earlier.key == op.key) {
                return Some("key_twice");
            }
            let Some(field) = kind.field(op.key.field) else {
                continue;
            };
            if field.keyed == op.key.id.is_empty() {
                return Some("bad_key");
            }
            if field.merge == Merge::Once && !op.replaces.is_empty() {
                return Some("replaces_written_once");
            }
            if op.value.size() > field.max_bytes {
                return Some("too_large");
            }
            if !kind.may_write(self.community, doc.id, field, from.member.id, role) {
                return Some("role_may_not_write");
            }
        }
        None
    }
}
