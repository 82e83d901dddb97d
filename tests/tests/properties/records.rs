//! Random histories of records: edits of what somebody saw before, texts that several edit, ends, conflicts
//! resolved while others write on.

use doorknock::model::ids::DocId;
use doorknock::model::kind::Data;
use doorknock::{Choice, Doorknock};
use proptest::prelude::*;

use crate::histories::{Town, is_sound};

/// Something that happens. Numbers are taken modulo what there is.
#[derive(Debug, Clone)]
enum Event {
    Add {
        home: usize,
        case: bool,
    },
    Edit {
        home: usize,
        record: usize,
        value: u8,
        stale: bool,
    },
    Write {
        home: usize,
        record: usize,
        text: String,
        stale: bool,
    },
    Append {
        home: usize,
        record: usize,
        text: String,
    },
    End {
        home: usize,
        record: usize,
    },
    Resolve {
        home: usize,
        keep: Option<usize>,
    },
    Sync {
        home: usize,
    },
    Reopen {
        home: usize,
    },
}

fn events(most: usize) -> impl Strategy<Value = Vec<Event>> {
    let home = || 0..3_usize;
    let record = || 0..6_usize;
    let event = prop_oneof![
        2 => (home(), any::<bool>()).prop_map(|(home, case)| Event::Add { home, case }),
        4 => (home(), record(), 0..4_u8, any::<bool>())
            .prop_map(|(home, record, value, stale)| Event::Edit { home, record, value, stale }),
        4 => (home(), record(), "[甲乙丙]{0,6}", any::<bool>())
            .prop_map(|(home, record, text, stale)| Event::Write { home, record, text, stale }),
        2 => (home(), record(), "[丁戊]{1,4}")
            .prop_map(|(home, record, text)| Event::Append { home, record, text }),
        1 => (home(), record()).prop_map(|(home, record)| Event::End { home, record }),
        2 => (home(), proptest::option::of(0..3_usize))
            .prop_map(|(home, keep)| Event::Resolve { home, keep }),
        4 => home().prop_map(|home| Event::Sync { home }),
        1 => home().prop_map(|home| Event::Reopen { home }),
    ];
    proptest::collection::vec(event, 1..most)
}

fn text(text: impl Into<String>) -> Data {
    Data::text(text)
}

/// What is there on a home, cases and crews, in a fixed order.
fn records(home: &Doorknock) -> Vec<(DocId, bool)> {
    let ids = |kind: &str| home.records(kind, None, true).unwrap();
    let cases = ids("case").into_iter().map(|r| (r.id, true));
    cases
        .chain(ids("crew").into_iter().map(|r| (r.id, false)))
        .collect()
}

/// The oldest version of a record that each home saw.
type Seen = std::collections::HashMap<(usize, DocId), String>;

fn play(town: &mut Town, seen: &mut Seen, event: &Event) {
    match event {
        Event::Sync { home } => return town.play(&crate::histories::Event::Sync { home: *home }),
        Event::Reopen { home } => {
            return town.play(&crate::histories::Event::Reopen { home: *home });
        }
        _ => {}
    }
    let (n, pick) = match event {
        Event::Add { home, .. } | Event::Resolve { home, .. } => (*home, 0),
        Event::Edit { home, record, .. }
        | Event::Write { home, record, .. }
        | Event::Append { home, record, .. }
        | Event::End { home, record } => (*home, *record),
        Event::Sync { .. } | Event::Reopen { .. } => return,
    };
    let home = town.home(n);
    let all = records(home);
    let chosen = (!all.is_empty()).then(|| all[pick % all.len()]);
    let mut version = |id: DocId, stale: bool| {
        let now = home.record(id).unwrap().version;
        let first = seen.entry((n, id)).or_insert_with(|| now.clone()).clone();
        if stale { first } else { now }
    };
    match (event, chosen) {
        (Event::Add { case: true, .. }, _) => {
            let values = [("title", text("个案")), ("plan", text("计划"))];
            home.add_record("case", Some("G1"), &values).unwrap();
        }
        (Event::Add { .. }, _) => {
            let values = [("name", text("敲门组"))];
            home.add_record("crew", Some("G1"), &values).unwrap();
        }
        (Event::Resolve { keep, .. }, _) => {
            if let Some(conflict) = home.conflicts().unwrap().first() {
                let values = conflict.values.iter().filter(|v| v.late.is_none()).count();
                let choice = keep.map_or(Choice::Clear, |n| Choice::Keep(n % values));
                home.resolve(&conflict.id, choice).unwrap();
            }
        }
        (Event::Edit { value, stale, .. }, Some((id, case))) => {
            let version = version(id, *stale);
            let field = if case { "review" } else { "ended" };
            let day = text(format!("2026-12-0{}", value + 1));
            home.edit_record(id, Some(&version), &[(field, day)])
                .unwrap();
        }
        (
            Event::Write {
                text: new, stale, ..
            },
            Some((id, true)),
        ) => {
            let version = version(id, *stale);
            home.edit_text(id, "plan", None, &version, new).unwrap();
        }
        (Event::Append { text: new, .. }, Some((id, true))) => {
            home.append_record(id, "note", None, &text(new)).unwrap();
        }
        (Event::End { .. }, Some((id, true))) => {
            let parts = vec![("outcome".to_owned(), text("settled"))];
            home.end_record(id, None, Some(Data::Map(parts))).unwrap();
        }
        _ => {}
    }
}

fn config() -> ProptestConfig {
    let cases = if cfg!(debug_assertions) { 24 } else { 64 };
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn records_agree_everywhere_and_a_rebuild_changes_nothing(events in events(50)) {
        let mut town = Town::new();
        let mut seen = Seen::new();
        for event in &events {
            play(&mut town, &mut seen, event);
        }
        for home in 0..3 {
            is_sound(town.home(home));
        }
        town.sync_all();
        let dumps: Vec<_> = (0..3).map(|home| town.home(home).dump_projections().unwrap()).collect();
        prop_assert_eq!(&dumps[0], &dumps[1]);
        prop_assert_eq!(&dumps[0], &dumps[2]);
        // Everything in conflict can be resolved, and then nothing is.
        for _ in 0..100 {
            let Some(conflict) = town.home(1).conflicts().unwrap().into_iter().next() else { break };
            town.home(1).resolve(&conflict.id, Choice::Keep(0)).unwrap();
        }
        town.sync_all();
        for home in 0..3 {
            is_sound(town.home(home));
            prop_assert_eq!(town.home(home).status().unwrap().conflicts, 0);
            prop_assert!(town.home(home).doctor().unwrap().ok());
        }
    }
}
