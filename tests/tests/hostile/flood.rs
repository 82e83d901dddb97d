//! A member that makes a home work: long chains backwards, many branches, times at the end of the world.

use doorknock::model::ids::{DocId, Incarnation};
use doorknock::model::kinds::{ROUND_SHEET, Tick, TickResult, VISIT_BOOK, Visit, pack};
use doorknock_replica::section::limits;
use doorknock_tests::by_hand::{After, put, section};
use doorknock_tests::visit;

use crate::scene::{Scene, has, tick_key, visit_key};

#[test]
fn a_long_chain_that_comes_backwards_is_applied_without_deep_recursion() {
    let mut s = Scene::new();
    let (space, doc) = (s.casework(), s.book(2026));
    let mut chain = vec![s.first(2026, vec![put(visit_key(0), s.visit_value("第0环"))])];
    for n in 1..3000_u64 {
        let mut id = [0; 16];
        id[..8].copy_from_slice(&n.to_be_bytes());
        let key = doorknock::model::kind::Key::with_id(1, &id);
        let after = [After::change(chain.last().unwrap())];
        chain.push(s.villain.change(
            space,
            doc,
            n + 1,
            &after,
            vec![put(key, s.visit_value("环"))],
        ));
    }
    let entries: Vec<_> = chain
        .iter()
        .rev()
        .map(|made| {
            let body = section(VISIT_BOOK.code, doc, &[made]).encode();
            s.villain.seal(&s.world, space, vec![(doc, body)])
        })
        .collect();
    for part in entries.chunks(1000) {
        s.villain.push(&s.world, part);
    }
    // On a small stack, as a phone's worker threads have.
    let synced = std::thread::scope(|scope| {
        let small = std::thread::Builder::new().stack_size(512 * 1024);
        small
            .spawn_scoped(scope, || s.sync(&s.li))
            .unwrap()
            .join()
            .unwrap()
    });
    synced.unwrap();
    let status = s.li.status().unwrap();
    assert_eq!((status.waiting, status.quarantined), (0, 0));
    assert_eq!(s.li.visits(None, 10_000).unwrap().len(), 3000);
}

#[test]
fn a_document_with_very_many_branches_can_still_be_written_by_everyone() {
    let mut s = Scene::new();
    let year = 2026;
    let (space, doc) = (s.casework(), s.book(year));
    for n in 0..u8::try_from(limits::DEPS + 5).unwrap() {
        s.villain.incarnation = Incarnation([n; 8]);
        let made = s.first(year, vec![s.visit_op(n, "分支")]);
        let body = section(VISIT_BOOK.code, doc, &[&made]).encode();
        let entry = s.villain.seal(&s.world, space, vec![(doc, body)]);
        s.push(&entry);
    }
    s.sync(&s.li).unwrap();
    s.li.log_visit(&visit(s.door, "第一次合并")).unwrap();
    s.li.log_visit(&visit(s.door, "第二次合并")).unwrap();
    for home in [&s.li, &s.office, &s.li] {
        s.sync(home).unwrap();
    }
    assert_eq!(s.reasons("office"), [] as [&str; 0]);
    assert!(has(&s.office, "第一次合并") && has(&s.office, "第二次合并"));
    for home in [&s.li, &s.office] {
        assert!(home.doctor().unwrap().ok());
    }
}

#[test]
fn two_ticks_under_one_id_and_time_fold_alike_in_any_order() {
    let mut s = Scene::new();
    let space = s.rounds();
    let doc = DocId(space.bind([7; 16]));
    let tick = |result| Tick {
        door: s.door,
        at: 1_790_000_000,
        result,
        follow_up: None,
        replaces: None,
    };
    let (done, nobody) = (
        s.tick_value(&tick(TickResult::Done)),
        s.tick_value(&tick(TickResult::NobodyHome)),
    );
    let after = [After::genesis(ROUND_SHEET.code)];
    let one = s
        .villain
        .change(space, doc, 1, &after, vec![put(tick_key(1), done)]);
    s.villain.incarnation = Incarnation([2; 8]);
    let two = s
        .villain
        .change(space, doc, 1, &after, vec![put(tick_key(1), nobody)]);
    // Whatever their hashes: of the two orders in which they may come, both are tried.
    let mut states = Vec::new();
    for order in [[&one, &two], [&two, &one]] {
        let mut s = Scene::new();
        for made in order {
            s.villain.incarnation = if made.hash == two.hash {
                Incarnation([2; 8])
            } else {
                Incarnation([1; 8])
            };
            let after = [After::genesis(ROUND_SHEET.code)];
            let space = s.rounds();
            let again = s
                .villain
                .change(space, doc, 1, &after, made.wire.ops.clone());
            let body = section(ROUND_SHEET.code, doc, &[&again]).encode();
            let entry = s.villain.seal(&s.world, space, vec![(doc, body)]);
            s.push(&entry);
        }
        s.sync(&s.li).unwrap();
        let before = s.li.dump_projections().unwrap();
        s.li.rebuild().unwrap();
        assert_eq!(
            s.li.dump_projections().unwrap(),
            before,
            "a rebuild changes nothing"
        );
        states.push(
            before
                .into_iter()
                .filter(|l| l.starts_with("door_state"))
                .collect::<Vec<_>>(),
        );
    }
    assert_eq!(states[0], states[1]);
}

#[test]
fn times_at_the_ends_of_the_world_are_data_like_any_other() {
    let mut s = Scene::new();
    let space = s.rounds();
    let sheet = DocId(space.bind([6; 16]));
    let extremes = [i64::MIN, i64::MAX, i64::MIN / 2, -1, 0, 253_402_300_800];
    let days = [Some(i32::MIN), Some(i32::MAX), None, Some(0)];
    let mut ticks = Vec::new();
    let mut visits = Vec::new();
    for (n, (at, follow_up)) in
        (0_u8..).zip(extremes.iter().flat_map(|at| days.map(|day| (*at, day))))
    {
        let tick = Tick {
            door: s.door,
            at,
            result: TickResult::from_code(n % 4),
            follow_up,
            replaces: None,
        };
        ticks.push(put(tick_key(n), pack(&tick)));
        let mut visit: Visit = doorknock::model::kinds::unpack(&s.visit_value("极端")).unwrap();
        (visit.at, visit.follow_up) = (at, follow_up);
        visits.push(put(visit_key(n), pack(&visit)));
    }
    let made = s
        .villain
        .change(space, sheet, 1, &[After::genesis(ROUND_SHEET.code)], ticks);
    let body = section(ROUND_SHEET.code, sheet, &[&made]).encode();
    let entry = s.villain.seal(&s.world, space, vec![(sheet, body)]);
    s.push(&entry);
    let made = s.first(2026, visits);
    let entry = s.entry_of(2026, &[&made]);
    s.push(&entry);
    for home in [&s.li, &s.office] {
        s.sync(home).unwrap();
        assert_eq!(home.status().unwrap().quarantined, 0);
        assert_eq!(home.visits(None, 100).unwrap().len(), 24);
        home.round(Some("G1"), None).unwrap();
        for date in [chrono::NaiveDate::MIN, chrono::NaiveDate::MAX] {
            let _ = home.round(Some("G1"), Some(date));
        }
        home.door(s.door).unwrap();
        home.doors(None).unwrap();
        home.search("极端", 100).unwrap();
        assert!(home.doctor().unwrap().ok());
    }
    s.li.log_visit(&visit(s.door, "之后的走访")).unwrap();
    assert!(has(&s.li, "之后的走访"));
}
