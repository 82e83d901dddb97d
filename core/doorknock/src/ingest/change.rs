//! One change: what its fields allow, what it follows, the rebuilt hash; then log and projections.

use doorknock_model::kind::Kind;
use doorknock_replica::change::{Change, Parts, build, genesis};
use doorknock_replica::section::{HashStart, WireChange};
use doorknock_replica::{Actor, actor};
use doorknock_store::log::{DocRow, Heads, NewChunk};

use super::section::{Follows, From, replica_code};
use super::{Ingest, UNSENT};
use crate::Result;
use crate::apply::{self, Applied};
use crate::history;

/// Why a change was not applied.
pub(super) enum Verdict {
    Applied([u8; 32]),
    Known([u8; 32]),
    Waits(HashStart),
    Refused(&'static str),
}

/// How many ways of reading what a change follows are tried. More than one there is only where
/// somebody took pains to make hashes that begin alike.
const READINGS: usize = 16;

impl Ingest<'_> {
    pub(super) fn change(
        &self,
        from: &From<'_>,
        doc: DocRow,
        kind: &'static Kind,
        change: &WireChange,
        follows: &[Follows],
    ) -> Result<Verdict> {
        if let Some(reason) = self.check_fields(from, doc, kind, &change.ops, &change.splices) {
            return Ok(Verdict::Refused(reason));
        }
        let (heads, first) = apply::heads_or_genesis(self.tx, doc)?;
        let actor = actor(
            self.community,
            from.space.id,
            doc.id,
            from.author.device,
            from.author.incarnation,
        );
        let (parts, built) = match self.rebuilt(actor, doc, &heads, change, follows)? {
            Ok(rebuilt) => rebuilt,
            Err(verdict) => return Ok(verdict),
        };
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

    /// The change as its author made it: after the heads, or after whatever else of the document begins as
    /// the change says it follows.
    fn rebuilt(
        &self,
        actor: Actor,
        doc: DocRow,
        heads: &Heads,
        change: &WireChange,
        follows: &[Follows],
    ) -> Result<std::result::Result<(Parts, Change), Verdict>> {
        let genesis = genesis(doc.kind);
        let mut verdict = Verdict::Refused("encoder_mismatch");
        for all in [false, true] {
            let mut known = if all {
                history::ops_by_hash(self.tx, doc)?
            } else {
                heads.clone()
            };
            known.0.push((genesis.hash, genesis.max_op));
            known.0.sort_unstable();
            known.0.dedup();
            let readings = match readings(&known, follows) {
                Ok(readings) => readings,
                Err(missing) => {
                    verdict = Verdict::Waits(missing);
                    continue;
                }
            };
            for deps in readings {
                let parts = parts(change, &deps);
                let built = match build(actor, &parts) {
                    Ok(built) => built,
                    Err(error) => return Ok(Err(Verdict::Refused(replica_code(error)))),
                };
                if built.hash[..4] == change.check {
                    return Ok(Ok((parts, built)));
                }
            }
            verdict = Verdict::Refused("encoder_mismatch");
        }
        Ok(Err(verdict))
    }
}

/// The ways to read what a change follows, with the numbers of those changes' last operations; or what
/// is not there.
fn readings(
    known: &Heads,
    follows: &[Follows],
) -> std::result::Result<Vec<Vec<([u8; 32], u64)>>, HashStart> {
    let mut readings = vec![Vec::new()];
    for one in follows {
        let meant: Vec<_> = known.0.iter().filter(|(hash, _)| one.fits(hash)).collect();
        if meant.is_empty() {
            return Err(one.start());
        }
        let longer = readings.iter().flat_map(|reading| {
            meant
                .iter()
                .map(move |dep| [&reading[..], &[**dep]].concat())
        });
        readings = longer.take(READINGS).collect();
    }
    Ok(readings)
}

fn parts(change: &WireChange, deps: &[([u8; 32], u64)]) -> Parts {
    Parts {
        seq: change.seq,
        time: change.time,
        start_op: 1 + deps.iter().map(|(_, op)| *op).max().unwrap_or(0),
        deps: deps.iter().map(|(hash, _)| *hash).collect(),
        ops: change.ops.clone(),
        splices: change.splices.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_alike_is_read_in_every_way_but_not_without_end() {
        let hash = |start: u8, end: u8| {
            let mut hash = [start; 32];
            hash[31] = end;
            hash
        };
        let start = |byte| Follows::Start([byte; 8]);
        let known = Heads(vec![(hash(1, 1), 5), (hash(1, 2), 7), (hash(2, 0), 9)]);
        let both = readings(&known, &[start(1), start(2)]).unwrap();
        assert_eq!(both.len(), 2);
        assert_eq!(both[0], [(hash(1, 1), 5), (hash(2, 0), 9)]);
        assert_eq!(both[1], [(hash(1, 2), 7), (hash(2, 0), 9)]);
        let one = readings(&known, &[Follows::Known(hash(1, 2))]).unwrap();
        assert_eq!(one, [[(hash(1, 2), 7)]]);
        assert_eq!(readings(&known, &[start(1), start(3)]), Err([3; 8]));
        let many = readings(&known, &[start(1); 16]).unwrap();
        assert_eq!(many.len(), READINGS);
    }
}
