//! What a change may do: its fields' writers and limits, and that it builds only on what its author can
//! have seen.

use std::collections::{HashMap, HashSet};

use doorknock_model::kind::{Key, Kind, Merge};
use doorknock_replica::Actor;
use doorknock_replica::change::{self, Op, OpId, Parts};
use doorknock_replica::splice::{Made, Splice, TextRef};
use doorknock_store::log::{DocRow, Heads};

use super::Ingest;
use super::section::From;
use crate::Result;
use crate::apply;
use crate::history;

/// Changes with their authors.
type History = Vec<(Actor, Parts)>;

impl Ingest<'_> {
    /// What a change's fields allow; fields of a newer version are kept as they are.
    pub(crate) fn check_fields(
        &self,
        from: &From<'_>,
        doc: DocRow,
        kind: &Kind,
        ops: &[Op],
        splices: &[Splice],
    ) -> Option<&'static str> {
        let mut keys = HashSet::new();
        for op in ops {
            if !keys.insert(&op.key) {
                return Some("key_twice");
            }
            let field = kind.field(op.key.field);
            if field.is_some_and(|f| f.merge == Merge::Once) && !op.replaces.is_empty() {
                return Some("replaces_written_once");
            }
            if field.is_some_and(|f| f.merge == Merge::Text) {
                return Some("text_overwritten");
            }
            let refused = self.check_field(from, doc, kind, &op.key, op.value.size());
            if refused.is_some() {
                return refused;
            }
        }
        for splice in splices {
            // A text that is there already is looked up once its history is known to be there.
            let TextRef::New(key) = &splice.text else {
                continue;
            };
            if !keys.insert(key) {
                return Some("key_twice");
            }
            let refused = self.check_text(from, doc, kind, key, splice);
            if refused.is_some() {
                return refused;
            }
        }
        None
    }

    fn check_text(
        &self,
        from: &From<'_>,
        doc: DocRow,
        kind: &Kind,
        key: &Key,
        splice: &Splice,
    ) -> Option<&'static str> {
        let field = kind.field(key.field);
        if field.is_some_and(|f| f.merge != Merge::Text) {
            return Some("not_a_text");
        }
        let typed = splice.edits.iter().map(|e| e.insert.len()).sum();
        self.check_field(from, doc, kind, key, typed)
    }

    fn check_field(
        &self,
        from: &From<'_>,
        doc: DocRow,
        kind: &Kind,
        key: &Key,
        bytes: usize,
    ) -> Option<&'static str> {
        let Some(role) = from.member.role else {
            return Some("unknown_role");
        };
        let field = kind.field(key.field)?;
        if field.keyed == key.id.is_empty() {
            return Some("bad_key");
        }
        if bytes > field.max_bytes {
            return Some("too_large");
        }
        let may = kind.may_write(self.community, doc.id, field, from.member.id, role);
        (!may).then_some("role_may_not_write")
    }

    /// Whether a change builds only on what stands in the history of what it follows.
    #[allow(clippy::too_many_arguments)] // the parts of one change under one verdict
    pub(super) fn check_seen(
        &self,
        from: &From<'_>,
        doc: DocRow,
        kind: &Kind,
        actor: Actor,
        parts: &Parts,
        first: bool,
        heads: &Heads,
    ) -> Result<Option<&'static str>> {
        let replacing: Vec<_> = parts
            .ops
            .iter()
            .filter(|o| !o.replaces.is_empty())
            .collect();
        if replacing.is_empty() && parts.splices.is_empty() {
            return Ok(None);
        }
        let mut unseen = replacing;
        if !first && !unseen.is_empty() {
            let document = apply::load(self.tx, doc, heads)?;
            unseen.retain(|op| {
                let values = document.values_at(&op.key, &parts.deps);
                !op.replaces
                    .iter()
                    .all(|id| values.iter().any(|w| w.op == *id))
            });
        }
        if unseen.is_empty() && parts.splices.is_empty() {
            return Ok(None);
        }
        let mut history = self.history(doc, &parts.deps)?;
        // Somebody's stale form may replace what another edit has replaced before (rule R3).
        if !unseen.iter().all(|op| wrote_before(&history, op)) {
            return Ok(Some("replaces_unseen"));
        }
        // A splice may also build on what the same change types, where it stands before.
        history.push((actor, parts.clone()));
        let mut number = parts.start_op.saturating_add(parts.ops.len() as u64);
        for splice in &parts.splices {
            if !splice.builds_backwards(actor, number) {
                return Ok(Some("edits_unseen"));
            }
            number = number.saturating_add(splice.op_count());
            let Some(key) = builds_on(&history, splice) else {
                return Ok(Some("edits_unseen"));
            };
            if let (TextRef::At(_), Some(key)) = (&splice.text, key) {
                let refused = self.check_text(from, doc, kind, &key, splice);
                if refused.is_some() {
                    return Ok(refused);
                }
            }
        }
        Ok(None)
    }

    /// The changes that `deps` follow, and themselves.
    fn history(&self, doc: DocRow, deps: &[[u8; 32]]) -> Result<History> {
        let mut all = HashMap::new();
        for chunk in history::changes(self.tx, doc)? {
            all.insert(chunk.hash, change::read(&chunk.change)?);
        }
        let mut next = deps.to_vec();
        let mut history = Vec::new();
        while let Some(hash) = next.pop() {
            // Gone already, or the genesis.
            if let Some((author, parts)) = all.remove(&hash) {
                next.extend(&parts.deps);
                history.push((author, parts));
            }
        }
        Ok(history)
    }
}

/// Whether everything an operation replaces was written to its key, be it replaced since or not.
fn wrote_before(history: &History, op: &Op) -> bool {
    let mut left = op.replaces.clone();
    for (actor, parts) in history {
        for (counter, written) in (parts.start_op..).zip(&parts.ops) {
            let id = OpId {
                counter,
                actor: *actor,
            };
            left.retain(|wanted| *wanted != id || written.key != op.key);
        }
    }
    left.is_empty()
}

/// `None` if the splice names a text or a letter that is not in the history; else the key of the
/// text, where the splice does not make it itself.
fn builds_on(history: &History, splice: &Splice) -> Option<Option<Key>> {
    let mut letters: HashSet<OpId> = splice.letters().collect();
    let mut key = None;
    for (actor, parts) in history {
        let mut next = parts.start_op + parts.ops.len() as u64;
        for earlier in &parts.splices {
            let own = earlier == splice;
            for (counter, made) in earlier.made(*actor, next) {
                let id = OpId {
                    counter,
                    actor: *actor,
                };
                match (&splice.text, made) {
                    (TextRef::At(text), Made::Text(of)) if id == *text => key = Some(of),
                    (TextRef::At(text), Made::Letter(of)) if of == *text => {
                        letters.remove(&id);
                    }
                    (TextRef::New(_), Made::Letter(_)) if own => {
                        letters.remove(&id);
                    }
                    _ => {}
                }
            }
            next += earlier.op_count();
        }
    }
    let known = key.is_some() || matches!(splice.text, TextRef::New(_));
    (known && letters.is_empty()).then_some(key)
}
