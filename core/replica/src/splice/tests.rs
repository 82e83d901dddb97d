use proptest::prelude::*;

use super::*;
use crate::ChangeHash;
use crate::change::{Change, Parts, build, genesis, read};
use crate::document::Document;

const KIND: u16 = 8;

/// A text with everything written to it, as several devices see it.
struct Pad {
    key: Key,
    object: OpId,
    changes: Vec<Change>,
}

fn parts(seq: u64, start_op: u64, deps: Vec<ChangeHash>, splice: Splice) -> Parts {
    Parts {
        seq,
        time: 0,
        start_op,
        deps,
        ops: vec![],
        splices: vec![splice],
    }
}

impl Pad {
    fn new(text: &str) -> Self {
        let key = Key::with_id(7, &[1, 2]);
        let insert = Edit {
            insert: text.to_owned(),
            ..Edit::default()
        };
        let edits = if text.is_empty() {
            vec![]
        } else {
            vec![insert]
        };
        let text = TextRef::New(key.clone());
        let genesis = genesis(KIND);
        let parts = parts(1, 2, vec![genesis.hash], Splice { text, edits });
        let change = build([9; 16], &parts).unwrap();
        Self {
            key,
            object: OpId {
                counter: 2,
                actor: [9; 16],
            },
            changes: vec![change],
        }
    }

    fn document(&self, heads: &[ChangeHash]) -> Document {
        Document::load(KIND, self.changes.iter().map(|c| &c.bytes[..]), heads).unwrap()
    }

    /// Somebody saves `new`, having seen the text as it stood after `base`.
    fn edit(&mut self, actor: u8, seq: u64, base: usize, heads: &[ChangeHash], new: &str) -> bool {
        let seen = [self.changes[base].hash];
        let letters = self.document(heads).letters_at(self.object, &seen).unwrap();
        let edits = edits(&letters, new);
        if edits.is_empty() {
            return false;
        }
        let text = TextRef::At(self.object);
        let start = self.changes[base].max_op + 1;
        let parts = parts(seq, start, seen.to_vec(), Splice { text, edits });
        self.changes.push(build([actor; 16], &parts).unwrap());
        true
    }

    fn text(&self, heads: &[ChangeHash]) -> String {
        let values = self.document(heads).values(&self.key);
        assert_eq!(values.len(), 1);
        values[0].value.as_text().unwrap().to_owned()
    }
}

#[test]
fn two_who_edit_one_version_both_keep_their_sentences() {
    let mut pad = Pad::new("周一上门，老人说腰疼。\n约好周三陪同就医。");
    let first = pad.changes[0].hash;
    assert!(pad.edit(
        1,
        1,
        0,
        &[first],
        "周一上门，老人说腰疼，已三天。\n约好周三陪同就医。"
    ));
    let a = pad.changes[1].hash;
    let both_see = "周一上门，老人说腰疼。\n约好周四陪同就医。\n女儿周末回来。";
    assert!(pad.edit(2, 1, 0, &[a], both_see));
    let b = pad.changes[2].hash;
    let merged = pad.text(&[a, b]);
    assert_eq!(
        merged,
        "周一上门，老人说腰疼，已三天。\n约好周四陪同就医。\n女儿周末回来。"
    );
    pad.changes.swap(1, 2);
    assert_eq!(
        pad.text(&[a, b]),
        merged,
        "the order of arrival changes nothing"
    );
}

#[test]
fn a_text_built_from_parts_is_the_one_automerge_would_write() {
    use automerge::transaction::Transactable;
    use automerge::{AutoCommit, ROOT};
    let pad = Pad::new("好a");
    let mut doc = AutoCommit::new().with_actor(ActorId::from([9; 16].as_slice()));
    doc.load_incremental(&genesis(KIND).bytes).unwrap();
    let text = doc.put_object(ROOT, "7/0102", ObjType::Text).unwrap();
    doc.splice_text(&text, 0, 0, "好a").unwrap();
    doc.commit_with(automerge::transaction::CommitOptions::default().with_time(0));
    let theirs = doc.get_changes(&[automerge::ChangeHash(genesis(KIND).hash)]);
    assert_eq!(pad.changes[0].bytes, theirs[0].raw_bytes());
}

#[test]
fn a_long_text_replaced_as_a_whole_is_still_the_new_one() {
    let old = "甲".repeat(3000);
    let mut pad = Pad::new(&old);
    let first = pad.changes[0].hash;
    let new = "乙".repeat(2500);
    assert!(pad.edit(1, 1, 0, &[first], &new));
    assert_eq!(pad.text(&[pad.changes[1].hash]), new);
}

proptest! {
    #[test]
    fn any_edit_gives_the_text_that_was_meant(old in "[甲乙丙a。]{0,30}", new in "[甲乙丙a。]{0,30}") {
        let mut pad = Pad::new(&old);
        let first = pad.changes[0].hash;
        let changed = pad.edit(1, 1, 0, &[first], &new);
        prop_assert_eq!(changed, old != new);
        prop_assert_eq!(pad.text(&[pad.changes.last().unwrap().hash]), new);
    }

    #[test]
    fn concurrent_edits_agree_whatever_comes_first_and_what_both_typed_is_there(
        old in "[甲乙丙]{0,12}", mine in "[甲乙丙]{0,12}", theirs in "[甲乙丙]{0,12}", add in "[1-9]{1,4}",
    ) {
        let mut pad = Pad::new(&old);
        let first = pad.changes[0].hash;
        pad.edit(1, 1, 0, &[first], &format!("{mine}{add}"));
        let a = pad.changes[1].hash;
        pad.edit(2, 1, 0, &[a], &format!("x{theirs}"));
        let b = pad.changes[2].hash;
        let merged = pad.text(&[a, b]);
        prop_assert!(merged.contains(&add) && merged.contains('x'), "{}", merged);
        pad.changes.swap(1, 2);
        prop_assert_eq!(pad.text(&[a, b]), merged);
    }

    #[test]
    fn a_change_with_splices_reads_back_to_the_same_bytes(old in "[甲乙a]{0,20}", new in "[甲乙a]{0,20}") {
        let mut pad = Pad::new(&old);
        let first = pad.changes[0].hash;
        pad.edit(1, 1, 0, &[first], &new);
        for change in &pad.changes {
            let (actor, parts) = read(&change.bytes).unwrap();
            prop_assert_eq!(&build(actor, &parts).unwrap(), change);
        }
    }
}
