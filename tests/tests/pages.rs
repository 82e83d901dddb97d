//! Long lists in pages: whatever comes in between two pages, nothing that stood is skipped or shown twice.

#![allow(clippy::unwrap_used)] // a test that cannot go on has failed

use std::fmt::Debug;

use doorknock::model::ids::DocId;
use doorknock::model::kind::Data;
use doorknock::model::matter::{Source, Step, Urgency};
use doorknock::{Doorknock, MattersWanted, NewMatter, NewStep, Page, VisitEdit};
use doorknock_tests::{Crew, visit};

const MINUTE_MS: i64 = 60_000;

/// All of a list, page by page; `between` is done after each page but the last.
fn pages<T>(
    read: impl Fn(Option<&str>) -> doorknock::Result<Page<T>>,
    mut between: impl FnMut(usize),
) -> Vec<T> {
    let (mut all, mut after) = (Vec::new(), None);
    for n in 0.. {
        assert!(n < 100, "the pages have no end");
        let page = read(after.as_deref()).unwrap();
        all.extend(page.items);
        after = page.next;
        if after.is_none() {
            break;
        }
        between(n);
    }
    all
}

/// Pages of every size together are the list in one piece.
fn all_sizes<T: Debug + PartialEq>(
    whole: &[T],
    read: impl Fn(Option<&str>, u32) -> doorknock::Result<Page<T>>,
) {
    let len = u32::try_from(whole.len()).unwrap();
    assert!(len > 5, "too few to tell pages from a list");
    for limit in 0..=len + 1 {
        let all = pages(|after| read(after, limit), |_| {});
        assert_eq!(all, whole, "pages of {limit}");
    }
}

/// What stood before is read once each and in its place, whatever came in between.
fn in_place<T: Copy + Debug + PartialEq>(read: &[T], stood: &[T]) {
    let seen: Vec<T> = (read.iter().copied())
        .filter(|id| stood.contains(id))
        .collect();
    assert_eq!(seen, stood);
}

fn doors(home: &Doorknock) -> Vec<doorknock::model::ids::DoorId> {
    let doors = home.doors(Some("G1")).unwrap();
    doors.into_iter().map(|door| door.door).collect()
}

#[test]
fn visits_in_pages_skip_and_double_nothing_while_others_come_in() {
    let crew = Crew::new(71, &["G1"], 4);
    let doors = doors(&crew.li);
    for (later, door) in [(0, doors[0]), (MINUTE_MS, doors[1])].repeat(4) {
        // Two of one minute, so that not only their times tell them apart.
        crew.world.clock.advance(later);
        crew.li.log_visit(&visit(door, "照常")).unwrap();
        crew.wang.log_visit(&visit(doors[2], "照常")).unwrap();
    }
    let whole = crew.li.visits(None, 100).unwrap();
    all_sizes(&whole, |after, limit| {
        crew.li.visits_page(None, after, limit)
    });
    let of_door = crew.li.visits(Some(doors[0]), 100).unwrap();
    assert_eq!(of_door.len(), 4);
    for limit in 1..5 {
        let all = pages(
            |after| crew.li.visits_page(Some(doors[0]), after, limit),
            |_| {},
        );
        assert_eq!(all, of_door);
    }

    // Between the pages somebody records one, somebody else's come in, and one that was read is corrected.
    let mut corrected = Vec::new();
    let read = pages(
        |after| crew.li.visits_page(None, after, 3),
        |n| {
            crew.li.log_visit(&visit(doors[3], "中途")).unwrap();
            if n == 0 {
                crew.sync();
                let edit = VisitEdit {
                    summary: Some("更正".to_owned()),
                    ..VisitEdit::default()
                };
                corrected.push(crew.li.correct_visit(whole[0].visit, &edit).unwrap());
            }
        },
    );
    let ids: Vec<_> = read.iter().map(|visit| visit.visit).collect();
    let stood: Vec<_> = whole.iter().map(|visit| visit.visit).collect();
    in_place(&ids, &stood);
    let mut once = ids.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), ids.len());
    assert!(
        ids.len() > stood.len(),
        "what came in was old enough to be read too"
    );
    let first = crew.li.visits_page(None, None, 100).unwrap();
    let first: Vec<_> = first.items.iter().map(|visit| visit.visit).collect();
    assert!(corrected.iter().all(|id| first.contains(id)));
}

#[test]
fn matters_in_pages_skip_and_double_nothing_while_others_are_raised() {
    let crew = Crew::new(72, &["G1"], 4);
    let raise = |title: &str, urgency| {
        let door = doors(&crew.li)[0];
        let new = NewMatter {
            door: Some(door),
            ..NewMatter::new(title, urgency, Source::DoorVisit)
        };
        crew.li.raise_matter(&new).unwrap()
    };
    // Several of one moment, so that neither deadline nor raising tells them apart; half of them are over.
    for n in 0..12 {
        let urgency = [Urgency::Urgent, Urgency::Hard, Urgency::Worry][n / 2 % 3];
        let matter = raise("水管漏水", urgency);
        if n % 2 == 1 {
            let settled = NewStep {
                text: Some("已修好".to_owned()),
                ..NewStep::new(Step::Resolve)
            };
            crew.li.act_on_matter(matter, &settled).unwrap();
        }
        crew.world.clock.advance(MINUTE_MS * i64::from(n % 4 == 3));
    }
    let all = MattersWanted::default();
    let whole = crew.li.matters(&all, 100).unwrap();
    assert_eq!(whole.iter().filter(|matter| matter.open).count(), 6);
    all_sizes(&whole, |after, limit| {
        crew.li.matters_page(&all, after, limit)
    });

    let read = pages(
        |after| crew.li.matters_page(&all, after, 2),
        |n| {
            // One that belongs before what was read, and one that belongs after all that is open.
            raise("中途", [Urgency::Urgent, Urgency::Worry][n % 2]);
        },
    );
    let stood: Vec<_> = whole.iter().map(|matter| matter.matter).collect();
    let ids: Vec<_> = read.iter().map(|matter| matter.matter).collect();
    in_place(&ids, &stood);
    let open = MattersWanted {
        open: true,
        ..MattersWanted::default()
    };
    let page = crew.li.matters_page(&open, None, 6).unwrap();
    assert!(page.items.iter().all(|matter| matter.open) && page.next.is_some());
}

#[test]
fn records_in_pages_pass_over_what_has_ended_and_skip_nothing() {
    let crew = Crew::new(73, &["G1"], 2);
    let add = |name: &str| {
        let values = [
            ("name", Data::text(name)),
            ("kind", Data::text("department")),
        ];
        crew.office.add_record("partner", None, &values).unwrap()
    };
    let all: Vec<DocId> = (0..12).map(|n| add(&format!("协办单位{n}"))).collect();
    for partner in all.iter().step_by(3) {
        crew.office.end_record(*partner, None, None).unwrap();
    }
    let read = |ended: bool| crew.office.records("partner", None, ended).unwrap();
    assert_eq!((read(true).len(), read(false).len()), (12, 8));
    for ended in [true, false] {
        all_sizes(&read(ended), |after, limit| {
            let office = &crew.office;
            office.records_page("partner", None, ended, after, limit)
        });
    }
    let stood: Vec<_> = read(false).iter().map(|record| record.id).collect();
    let among = pages(
        |after| crew.office.records_page("partner", None, false, after, 2),
        |n| {
            add(&format!("中途{n}"));
        },
    );
    let ids: Vec<_> = among.iter().map(|record| record.id).collect();
    in_place(&ids, &stood);
}

#[test]
fn a_cursor_is_of_one_list_and_nonsense_is_none() {
    let crew = Crew::new(74, &["G1"], 2);
    let door = doors(&crew.li)[0];
    for _ in 0..2 {
        crew.li.log_visit(&visit(door, "照常")).unwrap();
    }
    let next = crew.li.visits_page(None, None, 1).unwrap().next.unwrap();
    assert!(
        crew.li
            .visits_page(None, Some(&next), 1)
            .unwrap()
            .next
            .is_none()
    );
    let code = |result: doorknock::Result<()>| result.unwrap_err().code();
    let of_matters = |after: &str| {
        let all = MattersWanted::default();
        crew.li.matters_page(&all, Some(after), 1).map(drop)
    };
    let of_records = |after: &str| {
        let page = crew.li.records_page("crew", None, true, Some(after), 1);
        page.map(drop)
    };
    let of_visits = |after: &str| crew.li.visits_page(None, Some(after), 1).map(drop);
    assert_eq!(code(of_matters(&next)), "bad_cursor");
    assert_eq!(code(of_records(&next)), "bad_cursor");
    for nonsense in ["", "00", "柳荫", "8301", &next[..next.len() - 2]] {
        assert_eq!(code(of_visits(nonsense)), "bad_cursor", "{nonsense}");
    }
}
