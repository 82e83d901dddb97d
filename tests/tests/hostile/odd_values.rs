//! Values that no app writes, under keys and in shapes that every device must still read past.

use doorknock::model::access::SpaceKind;
use doorknock::model::ids::DocId;
use doorknock::model::kind::{Key, Kind, Value};
use doorknock::model::kinds::{
    MATTER, Need, PERSON_FILE, ROUND_SHEET, matter, pack, person_file, round_sheet, visit_book,
};
use doorknock::model::round::day_of;
use doorknock_replica::change::Op;
use doorknock_store::log::{Heads, NewChunk};
use doorknock_store::{Options, Store};
use doorknock_tests::by_hand::{After, Made, put, section};
use doorknock_tests::visit;

use crate::scene::{Scene, has};

impl Scene {
    fn file(&self) -> DocId {
        DocId(self.casework().bind([0xd0; 16]))
    }

    /// Entries with these changes of one document, one behind the other, in the casework space or the
    /// rounds.
    fn push_changes(&mut self, kind: &'static Kind, doc: DocId, changes: Vec<Vec<Op>>) {
        let space = match kind.space {
            SpaceKind::Rounds => self.rounds(),
            _ => self.casework(),
        };
        let mut before: Option<Made> = None;
        for (seq, ops) in (1..).zip(changes) {
            let after = before
                .as_ref()
                .map_or_else(|| After::genesis(kind.code), After::change);
            let made = self.villain.change(space, doc, seq, &[after], ops);
            let body = section(kind.code, doc, &[&made]).encode();
            let entry = self.villain.seal(&self.world, space, vec![(doc, body)]);
            self.push(&entry);
            before = Some(made);
        }
    }

    /// Everybody syncs, reads everything that a day needs, and what they wrote themselves stands.
    fn everybody_works_on(&mut self) {
        let good = self.good_visit_behind();
        for home in [&self.li, &self.office] {
            self.sync(home).unwrap();
            assert!(has(home, &good), "what lies behind it is applied");
            home.round(Some("G1"), None).unwrap();
            home.care_list(Some("G1"), false).unwrap();
            home.todos().unwrap();
            home.templates().unwrap();
            home.month_report(None, None).unwrap();
            assert!(home.doctor().unwrap().ok(), "{:?}", home.doctor().unwrap());
        }
        self.li.log_visit(&visit(self.door, "自己的走访")).unwrap();
        self.sync(&self.li).unwrap();
        self.sync(&self.office).unwrap();
        assert!(has(&self.office, "自己的走访"));
    }

    fn person_ops(&self) -> Vec<Op> {
        let plain = |field, value| put(Key::plain(field), value);
        vec![
            plain(person_file::DOOR, Value::Bytes(self.door.0.to_vec())),
            plain(person_file::NAME, Value::Text("钱奶奶".into())),
        ]
    }
}

#[test]
fn an_empty_record_under_a_good_id_is_unknown_and_blocks_nothing() {
    let mut s = Scene::new();
    let empty = |field| put(Key::with_id(field, &[9; 16]), Value::Null);
    let made = s.first(2025, vec![empty(visit_book::VISIT)]);
    let entry = s.entry_of(2025, &[&made]);
    s.push(&entry);
    let sheet = DocId(s.rounds().bind([0xd2; 16]));
    let fields = [
        round_sheet::TICK,
        round_sheet::DECISION,
        round_sheet::ASSIGNMENT,
    ];
    s.push_changes(&ROUND_SHEET, sheet, vec![fields.map(empty).to_vec()]);
    let doc = DocId(s.casework().bind([0xd1; 16]));
    s.push_changes(&MATTER, doc, vec![vec![empty(matter::EVENT)]]);
    let mut person = s.person_ops();
    person.push(empty(person_file::REVIEW));
    s.push_changes(&PERSON_FILE, s.file(), vec![person]);
    s.everybody_works_on();
    assert_eq!(s.li.status().unwrap().unknown, 6);
}

#[test]
fn a_need_under_an_id_that_is_no_category_is_unknown_and_blocks_nothing() {
    let mut s = Scene::new();
    let need = pack(&Need::default());
    let mut ops = s.person_ops();
    for id in [&[1][..], &[1; 3], &[1; 16]] {
        ops.push(put(Key::with_id(person_file::NEED, id), need.clone()));
    }
    s.push_changes(&PERSON_FILE, s.file(), vec![ops]);
    s.everybody_works_on();
    assert_eq!(s.li.status().unwrap().unknown, 3);
    let listed = s.li.care_list(Some("G1"), false).unwrap();
    let name = Some("钱奶奶");
    assert!(
        listed
            .iter()
            .all(|line| line.person.name.as_deref() != name)
    );
}

#[test]
fn a_value_that_cannot_be_read_leaves_no_trace_of_the_one_it_replaced() {
    // The genesis has the operation 1, the door is 2, the name 3, and so on.
    let later = [
        Value::Int(5),
        Value::Text("孙奶奶".into()),
        Value::Bool(true),
    ];
    for changes in 1..=3 {
        let mut s = Scene::new();
        let replacing = |(counter, value): (u64, &Value)| Op {
            key: Key::plain(person_file::NAME),
            replaces: vec![s.villain.op_id(s.casework(), s.file(), counter)],
            value: value.clone(),
        };
        let mut all = vec![s.person_ops()];
        all.extend(
            (3..)
                .zip(&later[..changes])
                .map(|change| vec![replacing(change)]),
        );
        s.push_changes(&PERSON_FILE, s.file(), all);
        s.everybody_works_on();
        let readable = changes == 2;
        assert_eq!(s.li.status().unwrap().unknown, u64::from(!readable));
        let people = s.li.door(s.door).unwrap().people;
        let names: Vec<_> = people.iter().filter_map(|p| p.name.as_deref()).collect();
        assert!(!names.contains(&"钱奶奶"), "it was replaced");
        assert_eq!(names.contains(&"孙奶奶"), readable);
    }
}

#[test]
fn nobody_takes_the_id_of_a_document_of_another_grid() {
    let mut s = Scene::new();
    let community = s.villain.community();
    let day = day_of(s.li.round(Some("G1"), None).unwrap().date);
    let grid = community.grid("G2");
    let sheet = ROUND_SHEET.document(community, grid, &[grid.as_bytes(), &day.to_be_bytes()]);
    let decision = |id| put(Key::with_id(round_sheet::DECISION, &[id; 16]), Value::Null);
    s.push_changes(&ROUND_SHEET, sheet, vec![vec![decision(9)]]);
    // Nor by its beginning: with the check of the space it is written to it is another document.
    let alike = DocId(s.rounds().bind(sheet.0));
    s.push_changes(&ROUND_SHEET, alike, vec![vec![decision(8)]]);
    s.sync(&s.office).unwrap();
    let door = s.office.doors(Some("G2")).unwrap()[0].door;
    s.office.log_visit(&visit(door, "二号网格")).unwrap();
    s.sync(&s.office).unwrap();
    let wang = s.world.phone(&s.office, "王建国", &["G2"]).unwrap();
    assert!(has(&wang, "二号网格"));
    wang.log_visit(&visit(door, "也在二号")).unwrap();
    for home in [&wang, &s.li, &s.office] {
        s.sync(home).unwrap();
    }
    assert!(has(&s.office, "也在二号"));
    assert!(s.office.doctor().unwrap().ok());
    for home in ["office", "李文丽"] {
        assert_eq!(s.reasons(home), ["document_of_other_space"], "{home}");
    }
}

#[test]
fn a_document_that_cannot_be_read_again_keeps_no_home_from_opening() {
    let s = Scene::new();
    let good = s.li.log_visit(&visit(s.door, "好的走访")).unwrap();
    let person = s.file();
    let Scene { world, li, .. } = s;
    drop(li);
    let folder = world.home("李文丽");
    let key = std::fs::read(folder.join("key")).unwrap();
    let file = folder.join("home.db");
    let mut store = Store::open(&file, &key.try_into().unwrap(), Options::default()).unwrap();
    let damaged = store.write(|tx| {
        let mut chunk = tx.chunks_from(0, 1)?.remove(0);
        let doc = tx.ensure_doc(person, PERSON_FILE.code, 0)?.ord;
        chunk.change.truncate(9);
        let heads = Heads(vec![([7; 32], 3)]);
        tx.append(&NewChunk {
            doc,
            author: chunk.author,
            seq: 1,
            mine: false,
            hash: [7; 32],
            heads: &heads,
            change: &chunk.change,
        })?;
        // As after an update that projects otherwise.
        tx.set_meta_number("projector", 0)
    });
    damaged.unwrap();
    drop(store);
    let li = world.open("李文丽", None).unwrap();
    assert_eq!(li.visits(None, 10).unwrap()[0].visit, good);
    let report = li.doctor().unwrap();
    let bad: Vec<_> = report.checks.iter().filter(|c| !c.ok).collect();
    assert_eq!(bad.len(), 1, "{bad:?}");
    assert_eq!(bad[0].code, "documents");
}
