//! One change: what its fields allow, what it follows, the rebuilt hash; then log and projections.

use doorknock_model::kind::Kind;
use doorknock_replica::actor;
use doorknock_replica::change::{Parts, build, genesis};
use doorknock_replica::section::WireChange;
use doorknock_store::log::{DocRow, Heads, NewChunk};

use super::section::{From, replica_code};
use super::{Ingest, UNSENT};
use crate::Result;
use crate::apply::{self, Applied};
use crate::history;

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
        if let Some(reason) = self.check_fields(from, doc, kind, &change.ops, &change.splices) {
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
            splices: change.splices.clone(),
        };
        let built = match build(actor, &parts) {
            Ok(built) => built,
            Err(error) => return Ok(Verdict::Refused(replica_code(error))),
        };
        if built.hash[..4] != change.check {
            return Ok(Verdict::Refused("encoder_mismatch"));
        }
        let last = history::last_seq(self.tx, doc, from.author.ord)?;
        if change.seq <= last {
            let there = history::hash_of_seq(self.tx, doc, from.author.ord, change.seq)?;
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
        if let Some(reason) = self.check_seen(from, doc, kind, actor, &parts, first, &heads)? {
            return Ok(Verdict::Refused(reason));
        }
        let heads = heads.after(&parts.deps, built.hash, built.max_op);
        let (author, seq, hash) = (from.author.ord, parts.seq, built.hash);
        let chunk = NewChunk {
            doc: doc.ord,
            author,
            seq,
            mine: *from.entry == UNSENT,
            hash,
            heads: &heads,
            change: &built.bytes,
        };
        self.tx.append(&chunk)?;
        if from.by_file {
            self.tx.came_by_file()?;
        }
        let ops = &parts.ops;
        apply::project_change(
            self.tx,
            &Applied {
                doc,
                author,
                actor,
                start_op: parts.start_op,
                time: parts.time,
                ops,
                splices: &parts.splices,
                first,
                heads: &heads,
            },
        )?;
        Ok(Verdict::Applied(hash))
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
                        all = Some(history::ops_by_hash(self.tx, doc)?);
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
}
