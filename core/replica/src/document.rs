//! A document loaded to compare concurrent values: what each key holds, by whom, and what an edit
//! based on an older version replaces.

use std::panic::{AssertUnwindSafe, catch_unwind};

use automerge::{
    ActorId, Automerge, ChangeHash as AmHash, LoadOptions, ObjId, ObjType, ROOT, ReadDoc,
    TextEncoding,
};
use doorknock_model::kind::{Key, Value};

use crate::change::{OpId, actor_of, from_scalar, genesis};
use crate::splice::Letters;
use crate::{ChangeHash, ReplicaError};

/// One of the values a key holds, with the operation that put it there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Which operation; its actor is the author.
    pub op: OpId,
    /// What.
    pub value: Value,
}

/// A document in memory.
pub struct Document(Automerge);

impl Document {
    /// Loads genesis and changes, each an uncompressed chunk. Verifies that the heads are what the
    /// caller expects, so that a document automerge cannot hold in full is never taken for whole.
    ///
    /// # Errors
    /// [`ReplicaError::Unloadable`] if a chunk is damaged, automerge panics, a dependency is missing,
    /// or the heads differ.
    pub fn load<'a>(
        kind: u16,
        changes: impl IntoIterator<Item = &'a [u8]>,
        heads: &[ChangeHash],
    ) -> Result<Self, ReplicaError> {
        let mut bytes = genesis(kind).bytes;
        changes
            .into_iter()
            .for_each(|change| bytes.extend_from_slice(change));
        let load = || {
            let options = LoadOptions::new().text_encoding(TextEncoding::Utf16CodeUnit);
            Automerge::load_with_options(&bytes, options)
        };
        let doc = catch_unwind(AssertUnwindSafe(load))
            .map_err(|_| ReplicaError::Unloadable)?
            .map_err(|_| ReplicaError::Unloadable)?;
        let mut found: Vec<_> = doc.get_heads().iter().map(|h| h.0).collect();
        let mut wanted = heads.to_vec();
        found.sort_unstable();
        wanted.sort_unstable();
        (found == wanted)
            .then_some(Self(doc))
            .ok_or(ReplicaError::Unloadable)
    }

    /// The values of a key, the one shown first: automerge's winner, which every device agrees on.
    #[must_use]
    pub fn values(&self, key: &Key) -> Vec<Written> {
        self.collect(self.0.get_all(ROOT, key.to_path()), None)
    }

    /// The values of a key as they stood at a version; empty if the version is not known.
    #[must_use]
    pub fn values_at(&self, key: &Key, version: &[ChangeHash]) -> Vec<Written> {
        let heads: Vec<_> = version.iter().copied().map(AmHash).collect();
        if heads.iter().any(|h| self.0.get_change_by_hash(h).is_none()) {
            return Vec::new();
        }
        self.collect(self.0.get_all_at(ROOT, key.to_path(), &heads), Some(&heads))
    }

    /// The key under which a text stands; `None` if there is no such text.
    #[must_use]
    pub fn key_of(&self, text: OpId) -> Option<Key> {
        let mut keys = self.keys().into_iter();
        keys.find(|key| self.values(key).iter().any(|w| w.op == text))
    }

    /// The letters of a text as they stood at a version: what an edit of that version builds on.
    ///
    /// # Errors
    /// [`ReplicaError::Unloadable`] if there is no such text.
    pub fn letters_at(&self, text: OpId, version: &[ChangeHash]) -> Result<Letters, ReplicaError> {
        let heads: Vec<_> = version.iter().copied().map(AmHash).collect();
        let id = ObjId::Id(text.counter, ActorId::from(text.actor.as_slice()), 0);
        let known = self.0.object_type(&id).is_ok_and(|t| t == ObjType::Text);
        if !known || !self.knows(version) {
            return Err(ReplicaError::Unloadable);
        }
        let letter = |item: automerge::iter::ListRangeItem<'_>| {
            let ObjId::Id(counter, actor, _) = item.id() else {
                return None;
            };
            let id = OpId {
                counter,
                actor: actor_of(&actor)?,
            };
            let value = item.value.into_value();
            Some((id, value.as_str()?.chars().next()?))
        };
        let items = self.0.list_range_at(&id, .., &heads);
        Ok(items.filter_map(letter).collect())
    }

    /// Whether a version is part of this document's history.
    #[must_use]
    pub fn knows(&self, version: &[ChangeHash]) -> bool {
        version
            .iter()
            .all(|h| self.0.get_change_by_hash(&AmHash(*h)).is_some())
    }

    /// Every key but the genesis marker.
    #[must_use]
    pub fn keys(&self) -> Vec<Key> {
        self.0
            .keys(ROOT)
            .filter_map(|path| Key::from_path(&path))
            .collect()
    }

    /// The keys whose values were written without having seen what `key` holds now, or after it; none if
    /// it holds nothing.
    #[must_use]
    pub fn written_past(&self, key: &Key) -> Vec<Key> {
        let Some(Written { op, value }) = self.values(key).into_iter().next() else {
            return Vec::new();
        };
        let actor = ActorId::from(op.actor.as_slice());
        let id = ObjId::Id(op.counter, actor, 0);
        let Some(change) = self.0.hash_for_opid(&id).filter(|_| value != Value::Null) else {
            return Vec::new();
        };
        let seen = [change.0];
        let mut keys = self.keys();
        keys.retain(|other| other != key && self.values(other) != self.values_at(other, &seen));
        keys
    }

    /// Values as they are, texts as they read.
    fn collect<E>(
        &self,
        all: Result<Vec<(automerge::Value<'_>, ObjId)>, E>,
        heads: Option<&[AmHash]>,
    ) -> Vec<Written> {
        let mut values: Vec<_> = all
            .unwrap_or_default()
            .into_iter()
            .filter_map(|(value, id)| {
                let ObjId::Id(counter, actor, _) = id else {
                    return None;
                };
                let value = if value.is_object() {
                    let id = ObjId::Id(counter, actor.clone(), 0);
                    let text = match heads {
                        Some(heads) => self.0.text_at(&id, heads),
                        None => self.0.text(&id),
                    };
                    Value::Text(text.ok()?)
                } else {
                    from_scalar(value.as_scalar()?)?
                };
                Some(Written {
                    op: OpId {
                        counter,
                        actor: actor_of(&actor)?,
                    },
                    value,
                })
            })
            .collect();
        values.sort_unstable_by_key(|w| std::cmp::Reverse(w.op));
        values
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::{Change, Op, Parts, build};

    fn put(
        seq: u64,
        actor: u8,
        start_op: u64,
        deps: &[ChangeHash],
        text: &str,
        over: &[OpId],
    ) -> Change {
        let op = Op {
            key: Key::plain(1),
            replaces: over.to_vec(),
            value: Value::Text(text.to_owned()),
        };
        let parts = Parts {
            seq,
            time: 0,
            start_op,
            deps: deps.to_vec(),
            ops: vec![op],
            splices: vec![],
        };
        build([actor; 16], &parts).unwrap()
    }

    fn texts(values: &[Written]) -> Vec<&str> {
        values.iter().filter_map(|w| w.value.as_text()).collect()
    }

    #[test]
    fn values_written_side_by_side_are_both_kept_and_the_winner_is_automerges() {
        let root = genesis(3).hash;
        let a = put(1, 1, 2, &[root], "a", &[]);
        let b = put(1, 2, 2, &[root], "b", &[]);
        let heads = [a.hash, b.hash];
        let doc = Document::load(3, [&a.bytes[..], &b.bytes], &heads).unwrap();
        let values = doc.values(&Key::plain(1));
        assert_eq!(texts(&values), ["b", "a"]);
        let (winner, _) = doc.0.get(ROOT, "1").unwrap().unwrap();
        assert_eq!(winner.as_str(), Some("b"));

        // An edit on top of `a` alone leaves `b` standing; one that names both settles it.
        let over_a = put(2, 1, 3, &[a.hash], "c", &[values[1].op]);
        let heads = [over_a.hash, b.hash];
        let all = [&a.bytes[..], &b.bytes, &over_a.bytes];
        let doc = Document::load(3, all, &heads).unwrap();
        let values = doc.values(&Key::plain(1));
        assert_eq!(texts(&values), ["c", "b"]);
        let both: Vec<_> = values.iter().map(|w| w.op).collect();
        let settled = put(3, 1, 4, &heads, "d", &both);
        let all = [&a.bytes[..], &b.bytes, &over_a.bytes, &settled.bytes];
        let doc = Document::load(3, all, &[settled.hash]).unwrap();
        assert_eq!(texts(&doc.values(&Key::plain(1))), ["d"]);
        assert_eq!(texts(&doc.values_at(&Key::plain(1), &[b.hash])), ["b"]);
        assert!(doc.values_at(&Key::plain(1), &[[9; 32]]).is_empty());
        assert_eq!(doc.keys(), [Key::plain(1)]);
    }

    #[test]
    fn a_document_that_lacks_a_change_is_not_taken_for_whole() {
        let root = genesis(3).hash;
        let a = put(1, 1, 2, &[root], "a", &[]);
        let b = put(2, 1, 3, &[a.hash], "b", &[]);
        assert!(
            Document::load(3, [&b.bytes[..]], &[b.hash]).is_err(),
            "missing dependency"
        );
        assert!(
            Document::load(3, [&a.bytes[..]], &[b.hash]).is_err(),
            "other heads"
        );
        assert!(
            Document::load(4, [&a.bytes[..]], &[a.hash]).is_err(),
            "other kind"
        );
        assert!(
            Document::load(3, [&a.bytes[..], &b.bytes[..20]], &[b.hash]).is_err(),
            "cut short"
        );
        assert!(Document::load(3, [&a.bytes[..], &b.bytes], &[b.hash]).is_ok());
    }
}
