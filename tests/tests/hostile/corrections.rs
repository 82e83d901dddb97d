//! Corrections that come before what they correct, in circles, of others' doors; records under ids that
//! no app makes.

use doorknock::model::ids::{DocId, VisitId};
use doorknock::model::kind::Key;
use doorknock::model::kinds::{ROUND_SHEET, Tick, TickResult, Visit, pack, unpack};
use doorknock::model::kinds::{round_sheet, visit_book};
use doorknock_replica::change::Op;
use doorknock_tests::by_hand::{After, put, section};
use doorknock_tests::visit;

use crate::scene::{Scene, has, tick_key, visit_key};

impl Scene {
    /// A sheet with these operations in an entry of its own.
    fn push_ticks(&mut self, sheet: &[u8], ops: Vec<Op>) {
        let space = self.rounds();
        let community = self.villain.community();
        let doc: DocId = ROUND_SHEET.document(community, community.grid("G1"), &[sheet]);
        let after = [After::genesis(ROUND_SHEET.code)];
        let made = self.villain.change(space, doc, 1, &after, ops);
        let body = section(ROUND_SHEET.code, doc, &[&made]).encode();
        let entry = self.villain.seal(&self.world, space, vec![(doc, body)]);
        self.push(&entry);
    }

    fn tick(&self, id: u8, result: TickResult, replaces: &[u8]) -> Op {
        let tick = Tick {
            door: self.door,
            at: 1_790_000_000,
            result,
            follow_up: None,
            replaces: Some(replaces.iter().map(|n| VisitId([*n; 16])).collect()),
        };
        put(tick_key(id), pack(&tick))
    }

    fn correction(&self, id: u8, summary: &str, corrects: &[VisitId]) -> Op {
        let mut visit: Visit = unpack(&self.visit_value(summary)).unwrap();
        visit.corrects = Some(corrects.to_vec());
        put(visit_key(id), pack(&visit))
    }

    fn push_book(&mut self, year: i32, ops: Vec<Op>) {
        let made = self.first(year, ops);
        let entry = self.entry_of(year, &[&made]);
        self.push(&entry);
    }
}

#[test]
fn a_correction_may_come_before_what_it_corrects() {
    let mut dumps = Vec::new();
    for correction_first in [true, false] {
        let mut s = Scene::new();
        let original = (s.visit_op(1, "原来的"), s.tick(1, TickResult::Done, &[]));
        let corrected = (
            s.correction(2, "更正的", &[VisitId([1; 16])]),
            s.tick(2, TickResult::NobodyHome, &[1]),
        );
        let mut parts = vec![(2024, original), (2025, corrected)];
        if correction_first {
            parts.reverse();
        }
        for (year, (visit, tick)) in parts {
            s.push_book(year, vec![visit]);
            s.push_ticks(&year.to_be_bytes(), vec![tick]);
            s.sync(&s.li).unwrap();
        }
        assert!(has(&s.li, "更正的") && !has(&s.li, "原来的"));
        let listed = s.li.visits(None, 10).unwrap();
        assert_eq!(listed[0].corrected[0].summary.as_deref(), Some("原来的"));
        assert_eq!(s.li.doors(None).unwrap()[0].last_done, None);
        assert!(s.li.doctor().unwrap().ok());
        dumps.push(s.li.dump_projections().unwrap());
    }
    // Authors and keys differ between the two towns; what is folded does not.
    let folded = |dump: &[String]| {
        let lines = dump.iter().filter(|l| l.starts_with("correction"));
        lines.count()
    };
    assert_eq!(folded(&dumps[0]), 2);
    assert_eq!(folded(&dumps[1]), 2);
}

#[test]
fn a_correction_hides_nothing_of_another_door_and_a_circle_blocks_nothing() {
    let mut s = Scene::new();
    let other = s.li.doors(None).unwrap()[1].door;
    let honest = s.li.log_visit(&visit(other, "别家的走访")).unwrap();
    s.sync(&s.li).unwrap();
    let (one, two) = (VisitId([1; 16]), VisitId([2; 16]));
    let ops = vec![
        s.correction(1, "甲", &[two, honest]),
        s.correction(2, "乙", &[one]),
        s.correction(3, "自己", &[VisitId([3; 16])]),
    ];
    s.push_book(2025, ops);
    let mut tick: Tick = unpack(&s.tick(4, TickResult::Undone, &[]).value).unwrap();
    tick.replaces = Some(vec![honest]);
    s.push_ticks(b"sheet", vec![put(tick_key(4), pack(&tick))]);
    for home in [&s.li, &s.office] {
        s.sync(home).unwrap();
        assert!(has(home, "别家的走访") && has(home, "自己"));
        let done = home
            .doors(None)
            .unwrap()
            .iter()
            .filter(|d| d.last_done.is_some())
            .count();
        assert_eq!(done, 1, "the tick of the other door stands");
        for id in [one, two, honest] {
            home.visit(id).unwrap();
        }
        home.door(s.door).unwrap();
        home.status().unwrap();
        assert!(home.doctor().unwrap().ok());
    }
}

#[test]
fn a_record_under_an_id_that_no_app_makes_is_unknown_and_blocks_nothing() {
    let mut s = Scene::new();
    let ops = [&[7; 3][..], &[8; 40][..]].map(|id| {
        let key = Key::with_id(visit_book::VISIT, id);
        put(key, s.visit_value("短编号"))
    });
    s.push_book(2025, ops.to_vec());
    let tick = s.tick(1, TickResult::Done, &[]).value;
    s.push_ticks(
        b"sheet",
        vec![put(Key::with_id(round_sheet::TICK, &[7; 3]), tick)],
    );
    for home in [&s.li, &s.office] {
        s.sync(home).unwrap();
        assert_eq!(home.visits(None, 10).unwrap(), []);
        assert_eq!(home.status().unwrap().unknown, 3);
        home.round(Some("G1"), None).unwrap();
        assert!(home.doctor().unwrap().ok());
    }
    s.li.log_visit(&visit(s.door, "之后的走访")).unwrap();
    s.sync(&s.li).unwrap();
    assert!(has(&s.li, "之后的走访"));
}
