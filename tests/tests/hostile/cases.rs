//! Entries that no app would write, each with the reason it must be set aside for.

use doorknock::model::ids::DocId;
use doorknock::model::kind::{Key, Value};
use doorknock::model::kinds::{PERSON_FILE, ROUND_SHEET, VISIT_BOOK, person_file};
use doorknock_replica::change::{Op, OpId};
use doorknock_replica::section::{Dep, limits};
use doorknock_tests::by_hand::{After, put, section};

use crate::scene::{Scene, visit_key};

/// What a case does, and the raw reason and the code it is set aside for; none where it is taken in.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) reasons: &'static [&'static str],
    pub(crate) code: &'static str,
    pub(crate) write: fn(&mut Scene, i32),
}

pub(crate) const CASES: &[Case] = &[
    Case {
        name: "noise for a section",
        reasons: &["malformed"],
        code: "damaged",
        write: |s, year| {
            let entry = s.entry(year, vec![vec![0xff, 0, 1, 2]]);
            s.push(&entry);
        },
    },
    Case {
        name: "a section cut short",
        reasons: &["malformed"],
        code: "damaged",
        write: |s, year| {
            let made = s.first(year, vec![s.visit_op(1, "截断")]);
            let mut body = section(VISIT_BOOK.code, s.book(year), &[&made]).encode();
            body.truncate(body.len() - 3);
            let entry = s.entry(year, vec![body]);
            s.push(&entry);
        },
    },
    Case {
        name: "bytes behind a section",
        reasons: &["malformed"],
        code: "damaged",
        write: |s, year| {
            let made = s.first(year, vec![s.visit_op(1, "尾巴")]);
            let mut body = section(VISIT_BOOK.code, s.book(year), &[&made]).encode();
            body.push(0);
            let entry = s.entry(year, vec![body]);
            s.push(&entry);
        },
    },
    Case {
        name: "a value above its field's limit",
        reasons: &["too_large"],
        code: "damaged",
        write: |s, year| {
            let made = s.first(year, vec![s.visit_op(1, &"长".repeat(12_000))]);
            let entry = s.entry_of(year, &[&made]);
            s.push(&entry);
        },
    },
    Case {
        name: "a value above the format's limit",
        reasons: &["too_large"],
        code: "damaged",
        write: |s, year| {
            let made = s.first(
                year,
                vec![put(visit_key(1), Value::Bytes(vec![7; limits::VALUE + 1]))],
            );
            let entry = s.entry_of(year, &[&made]);
            s.push(&entry);
        },
    },
    Case {
        name: "too many operations",
        reasons: &["too_large"],
        code: "damaged",
        write: |s, year| {
            let ops = (0..=64).map(|n| s.visit_op(n, "多")).collect();
            let made = s.first(year, ops);
            let entry = s.entry_of(year, &[&made]);
            s.push(&entry);
        },
    },
    Case {
        name: "too many changes",
        reasons: &["too_large"],
        code: "damaged",
        write: |s, year| {
            let made = s.first(year, vec![s.visit_op(1, "多")]);
            let entry = s.entry_of(year, &vec![&made; limits::CHANGES + 1]);
            s.push(&entry);
        },
    },
    Case {
        name: "too many dependencies",
        reasons: &["too_large"],
        code: "damaged",
        write: |s, year| {
            let mut made = s.first(year, vec![s.visit_op(1, "多")]);
            made.wire.deps = vec![Dep::Genesis; limits::DEPS + 1];
            let entry = s.entry_of(year, &[&made]);
            s.push(&entry);
        },
    },
    Case {
        name: "a kind of a newer version",
        reasons: &["newer_kind"],
        code: "newer_version",
        write: |s, year| {
            let after = [After::genesis(99)];
            let made = s.villain.change(
                s.casework(),
                s.book(year),
                1,
                &after,
                vec![s.visit_op(1, "新")],
            );
            let body = section(99, s.book(year), &[&made]).encode();
            let entry = s.entry(year, vec![body]);
            s.push(&entry);
        },
    },
    Case {
        name: "a kind in another kind of space",
        reasons: &["kind_in_wrong_space"],
        code: "against_the_rules",
        write: |s, year| {
            let space = s.rounds();
            let doc = DocId(space.bind(s.book(year).0));
            let after = [After::genesis(VISIT_BOOK.code)];
            let made = s
                .villain
                .change(space, doc, 1, &after, vec![s.visit_op(1, "外")]);
            let body = section(VISIT_BOOK.code, doc, &[&made]).encode();
            let entry = s.villain.seal(&s.world, space, vec![(doc, body)]);
            s.push(&entry);
        },
    },
    Case {
        name: "a document of another space under its id",
        reasons: &["document_of_other_space"],
        code: "against_the_rules",
        write: |s, _| {
            let (space, doc) = (s.casework(), DocId(s.door.0));
            let after = [After::genesis(VISIT_BOOK.code)];
            let made = s
                .villain
                .change(space, doc, 1, &after, vec![s.visit_op(1, "占")]);
            let body = section(VISIT_BOOK.code, doc, &[&made]).encode();
            let entry = s.villain.seal(&s.world, space, vec![(doc, body)]);
            s.push(&entry);
        },
    },
    Case {
        name: "a document of this space under the id of one of another kind",
        reasons: &["document_elsewhere"],
        code: "against_the_rules",
        write: |s, _| {
            let (space, doc) = (s.rounds(), DocId(s.door.0));
            let op = put(Key::with_id(1, &[9; 16]), Value::Null);
            let after = [After::genesis(ROUND_SHEET.code)];
            let made = s.villain.change(space, doc, 1, &after, vec![op]);
            let body = section(ROUND_SHEET.code, doc, &[&made]).encode();
            let entry = s.villain.seal(&s.world, space, vec![(doc, body)]);
            s.push(&entry);
        },
    },
    Case {
        name: "one key twice in a change",
        reasons: &["key_twice"],
        code: "against_the_rules",
        write: |s, year| {
            let made = s.first(year, vec![s.visit_op(1, "一"), s.visit_op(1, "二")]);
            let entry = s.entry_of(year, &[&made]);
            s.push(&entry);
        },
    },
    Case {
        name: "a keyed field without an id",
        reasons: &["bad_key"],
        code: "against_the_rules",
        write: |s, year| {
            let made = s.first(year, vec![put(Key::plain(1), s.visit_value("无号"))]);
            let entry = s.entry_of(year, &[&made]);
            s.push(&entry);
        },
    },
    Case {
        name: "a write-once record replaced",
        reasons: &["replaces_written_once"],
        code: "against_the_rules",
        write: |s, year| {
            let one = s.first(year, vec![s.visit_op(1, "原来的")]);
            let replaces = vec![s.villain.op_id(s.casework(), s.book(year), one.max_op)];
            let op = Op {
                key: visit_key(1),
                replaces,
                value: s.visit_value("替换的"),
            };
            let two = s.villain.change(
                s.casework(),
                s.book(year),
                2,
                &[After::change(&one)],
                vec![op],
            );
            let entry = s.entry_of(year, &[&one, &two]);
            s.push(&entry);
        },
    },
    Case {
        name: "a value replaced that its author never saw",
        reasons: &["replaces_unseen"],
        code: "against_the_rules",
        write: |s, year| {
            let community = s.villain.community();
            let subject: [&[u8]; 1] = [&year.to_be_bytes()];
            let doc = PERSON_FILE.document(community, community.grid("G1"), &subject);
            let unseen = OpId {
                counter: 2,
                actor: [9; 16],
            };
            let op = Op {
                key: Key::plain(person_file::NAME),
                replaces: vec![unseen],
                value: Value::Text("改".into()),
            };
            let made = s.villain.change(
                s.casework(),
                doc,
                1,
                &[After::genesis(PERSON_FILE.code)],
                vec![op],
            );
            let body = section(PERSON_FILE.code, doc, &[&made]).encode();
            let space = s.casework();
            let entry = s.villain.seal(&s.world, space, vec![(doc, body)]);
            s.push(&entry);
        },
    },
    Case {
        name: "a sequence number left out",
        reasons: &["sequence_gap"],
        code: "against_the_rules",
        write: |s, year| {
            let after = [After::genesis(VISIT_BOOK.code)];
            let made = s.villain.change(
                s.casework(),
                s.book(year),
                3,
                &after,
                vec![s.visit_op(1, "跳号")],
            );
            let entry = s.entry_of(year, &[&made]);
            s.push(&entry);
        },
    },
];
