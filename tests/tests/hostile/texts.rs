//! Bad edits of texts.

use doorknock::model::ids::DocId;
use doorknock::model::kind::{Key, Value};
use doorknock::model::kinds::{CASE, case};
use doorknock_replica::change::{Op, OpId};
use doorknock_replica::splice::{Edit, Run, Splice, TextRef};
use doorknock_tests::by_hand::{After, Made, put, section};

use crate::cases::Case;
use crate::scene::Scene;

fn note(id: u8) -> Key {
    Key::with_id(case::NOTE, &[id; 16])
}

fn typed(key: Key, text: &str) -> Splice {
    let edit = Edit {
        insert: text.to_owned(),
        ..Edit::default()
    };
    let text = TextRef::New(key);
    Splice {
        text,
        edits: vec![edit],
    }
}

fn edit(text: OpId, after: Option<OpId>, delete: Vec<Run>) -> Splice {
    let insert = "补".to_owned();
    let edits = vec![Edit {
        after,
        insert,
        delete,
    }];
    Splice {
        text: TextRef::At(text),
        edits,
    }
}

impl Scene {
    fn case(&self, year: i32) -> DocId {
        let mut id = [0xca; 16];
        id[..4].copy_from_slice(&year.to_be_bytes());
        DocId(self.casework().bind(id))
    }

    fn case_change(&self, year: i32, ops: Vec<Op>, splices: Vec<Splice>) -> Made {
        let after = [After::genesis(CASE.code)];
        self.villain
            .change_with(self.casework(), self.case(year), 1, &after, ops, splices)
    }

    fn case_follow(&self, year: i32, one: &Made, splices: Vec<Splice>) -> Made {
        let after = [After::change(one)];
        self.villain
            .change_with(self.casework(), self.case(year), 2, &after, vec![], splices)
    }

    fn case_op(&self, year: i32, counter: u64) -> OpId {
        self.villain
            .op_id(self.casework(), self.case(year), counter)
    }

    fn push_case(&mut self, year: i32, changes: &[&Made]) {
        let space = self.casework();
        for change in changes {
            let body = section(CASE.code, self.case(year), &[*change]).encode();
            let entry = self
                .villain
                .seal(&self.world, space, vec![(self.case(year), body)]);
            self.push(&entry);
        }
    }
}

pub(crate) const TEXTS: &[Case] = &[
    Case {
        name: "a plain value over a text",
        reasons: &["text_overwritten"],
        code: "against_the_rules",
        write: |s, year| {
            let value = Value::Text("抹掉".into());
            let made = s.case_change(year, vec![put(note(1), value)], vec![]);
            s.push_case(year, &[&made]);
        },
    },
    Case {
        name: "letters typed into what is no text",
        reasons: &["not_a_text"],
        code: "against_the_rules",
        write: |s, year| {
            let made = s.case_change(year, vec![], vec![typed(Key::plain(1), "标题")]);
            s.push_case(year, &[&made]);
        },
    },
    Case {
        name: "one text made twice in a change",
        reasons: &["key_twice"],
        code: "against_the_rules",
        write: |s, year| {
            let made = s.case_change(
                year,
                vec![],
                vec![typed(note(1), "甲"), typed(note(1), "乙")],
            );
            s.push_case(year, &[&made]);
        },
    },
    Case {
        name: "an edit of a text nobody made",
        reasons: &["edits_unseen"],
        code: "against_the_rules",
        write: |s, year| {
            let made = s.case_change(year, vec![], vec![edit(s.case_op(year, 7), None, vec![])]);
            s.push_case(year, &[&made]);
        },
    },
    Case {
        name: "letters typed behind a letter nobody typed",
        reasons: &["edits_unseen"],
        code: "against_the_rules",
        write: |s, year| {
            let one = s.case_change(year, vec![], vec![typed(note(1), "好的")]);
            let (text, ghost) = (s.case_op(year, 2), s.case_op(year, 9));
            let two = s.case_follow(year, &one, vec![edit(text, Some(ghost), vec![])]);
            s.push_case(year, &[&one, &two]);
        },
    },
    Case {
        name: "a text edited by the letters of another",
        reasons: &["edits_unseen"],
        code: "against_the_rules",
        write: |s, year| {
            let texts = vec![typed(note(1), "甲"), typed(note(2), "乙")];
            let one = s.case_change(year, vec![], texts);
            // 2 is the first text, 3 its letter, 4 the second text.
            let (first, second) = (s.case_op(year, 3), s.case_op(year, 4));
            let delete = vec![Run { first, len: 1 }];
            let two = s.case_follow(year, &one, vec![edit(second, None, delete)]);
            s.push_case(year, &[&one, &two]);
        },
    },
    Case {
        name: "letters typed behind one that the same change types later",
        reasons: &["edits_unseen"],
        code: "against_the_rules",
        write: |s, year| {
            // 2 makes the text, 3 is 甲, 4 is 乙.
            let (later, mut splice) = (s.case_op(year, 4), typed(note(1), "甲"));
            splice.edits[0].after = Some(later);
            splice.edits.extend(typed(note(1), "乙").edits);
            let made = s.case_change(year, vec![], vec![splice]);
            s.push_case(year, &[&made]);
        },
    },
    Case {
        name: "letters deleted that the same change types later",
        reasons: &["edits_unseen"],
        code: "against_the_rules",
        write: |s, year| {
            let (first, mut splice) = (s.case_op(year, 5), typed(note(1), "甲"));
            splice.edits[0].delete = vec![Run { first, len: 1 }];
            splice.edits.extend(typed(note(1), "乙").edits);
            let made = s.case_change(year, vec![], vec![splice]);
            s.push_case(year, &[&made]);
        },
    },
    Case {
        name: "a text edited before the same change makes it",
        reasons: &["edits_unseen"],
        code: "against_the_rules",
        write: |s, year| {
            let early = edit(s.case_op(year, 3), None, vec![]);
            let made = s.case_change(year, vec![], vec![early, typed(note(1), "甲")]);
            s.push_case(year, &[&made]);
        },
    },
    Case {
        name: "what the same change typed before is built on and deleted",
        reasons: &[],
        code: "",
        write: |s, year| {
            let (first, mut splice) = (s.case_op(year, 3), typed(note(1), "甲"));
            splice.edits[0].delete = vec![Run { first, len: 1 }];
            splice.edits.push(Edit {
                after: Some(first),
                insert: "乙".to_owned(),
                delete: vec![],
            });
            let made = s.case_change(year, vec![], vec![splice]);
            s.push_case(year, &[&made]);
        },
    },
    Case {
        name: "more letters deleted than there can be",
        reasons: &["too_large"],
        code: "damaged",
        write: |s, year| {
            let mut made = s.case_change(year, vec![], vec![typed(note(1), "甲")]);
            let first = s.case_op(year, 2);
            let delete = vec![Run {
                first,
                len: u32::MAX,
            }];
            made.wire.splices = vec![edit(first, None, delete)];
            s.push_case(year, &[&made]);
        },
    },
    Case {
        name: "a text above its field's limit",
        reasons: &["too_large"],
        code: "damaged",
        write: |s, year| {
            let made = s.case_change(year, vec![], vec![typed(note(1), &"长".repeat(22_000))]);
            s.push_case(year, &[&made]);
        },
    },
];
