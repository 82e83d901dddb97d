use std::sync::atomic::{AtomicBool, Ordering};

use super::*;

fn open(dir: &Path) -> Store {
    Store::open(&dir.join("home.db"), &[7; 32], Options::default()).unwrap()
}

#[test]
fn what_was_committed_is_there_after_reopening_and_what_failed_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = open(dir.path());
    store.write(|tx| tx.set_meta("a", b"1")).unwrap();
    let failed: Result<()> = store.write(|tx| {
        tx.set_meta("a", b"2")?;
        Err(StoreError::BadRow)
    });
    assert!(failed.is_err());
    drop(store);
    let store = open(dir.path());
    assert_eq!(
        store.view().unwrap().meta("a").unwrap().as_deref(),
        Some(&b"1"[..])
    );
    assert_eq!(store.check().unwrap(), Vec::<String>::new());
}

#[test]
fn another_key_and_a_damaged_file_are_refused_and_kept() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("home.db");
    drop(open(dir.path()));
    let before = std::fs::read(&path).unwrap();
    assert!(
        !before.starts_with(b"SQLite format"),
        "the file is encrypted"
    );
    let wrong = Store::open(&path, &[8; 32], Options::default());
    assert!(matches!(wrong, Err(StoreError::Unreadable)));
    assert_eq!(std::fs::read(&path).unwrap(), before);
    std::fs::write(&path, &before[..before.len() / 2]).unwrap();
    assert!(Store::open(&path, &[7; 32], Options::default()).is_err());
    assert!(path.exists());
}

#[test]
fn the_fault_hook_stops_a_write_as_a_crash_would() {
    let dir = tempfile::tempdir().unwrap();
    for point in ["write", "before commit", "after commit"] {
        let options = Options {
            fault: Some(Arc::new(move |p| match p {
                "stopped?" => Trip::Stop,
                _ if p == point => Trip::Stop,
                _ => Trip::Go,
            })),
        };
        let mut store = Store::open(&dir.path().join("home.db"), &[7; 32], options).unwrap();
        let result: Result<()> = store.write(|tx| tx.set_meta(point, b"x"));
        assert!(matches!(result, Err(StoreError::Stopped)), "{point}");
        assert!(matches!(store.view().map(|_| ()), Err(StoreError::Stopped)));
    }
    let store = open(dir.path());
    let view = store.view().unwrap();
    assert_eq!(view.meta("write").unwrap(), None);
    assert_eq!(view.meta("before commit").unwrap(), None);
    assert!(
        view.meta("after commit").unwrap().is_some(),
        "committed before it stopped"
    );
}

#[test]
fn the_fault_hook_fills_the_disk_and_nothing_of_the_write_is_left() {
    let dir = tempfile::tempdir().unwrap();
    for point in ["write", "before commit"] {
        let full = Arc::new(AtomicBool::new(true));
        let still = full.clone();
        let fault: Fault = Arc::new(move |p| {
            let full = p == point && still.load(Ordering::Relaxed);
            if full { Trip::Full } else { Trip::Go }
        });
        let options = Options { fault: Some(fault) };
        let mut store = Store::open(&dir.path().join("home.db"), &[7; 32], options).unwrap();
        let result: Result<()> = store.write(|tx| tx.set_meta(point, b"x"));
        assert!(matches!(result, Err(StoreError::Full)), "{point}");
        assert_eq!(store.view().unwrap().meta(point).unwrap(), None);
        full.store(false, Ordering::Relaxed);
        let again: Result<()> = store.write(|tx| tx.set_meta(point, b"x"));
        assert!(again.is_ok(), "the store goes on");
    }
}

#[test]
fn hot_queries_use_their_indexes() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let plans = store.view().unwrap().explain_hot_queries().unwrap();
    for line in &plans {
        let full = line.starts_with("SCAN") && !line.contains("USING INDEX");
        assert!(
            !full && !line.contains("TEMP B-TREE FOR ORDER BY"),
            "{line}\n{plans:#?}"
        );
    }
}

#[test]
fn every_declared_column_is_in_the_schema() {
    use doorknock_model::kind::Value;
    use doorknock_model::kinds::KINDS;
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    for field in KINDS.iter().flat_map(|k| k.fields) {
        for (column, _) in field.columns(&Value::Null).unwrap() {
            let sql = format!("SELECT \"{column}\" FROM {} LIMIT 0", field.table);
            assert!(
                store.conn().unwrap().prepare(&sql).is_ok(),
                "{}.{column}",
                field.table
            );
        }
    }
}

#[test]
fn a_savepoint_undoes_only_its_own_work() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = open(dir.path());
    store
        .write(|tx| {
            tx.set_meta("kept", b"x")?;
            let failed: Result<(), StoreError> = tx.attempt(|| {
                tx.set_meta("undone", b"x")?;
                Err(StoreError::BadRow)
            })?;
            assert!(failed.is_err());
            Ok::<_, StoreError>(())
        })
        .unwrap();
    let view = store.view().unwrap();
    assert!(view.meta("kept").unwrap().is_some() && view.meta("undone").unwrap().is_none());
}

#[test]
fn entries_of_an_older_home_keep_their_bytes_and_learn_what_they_cover() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("home.db");
    let old = schema::open_at(&path, &[7; 32], 4).unwrap();
    // Two spaces whose changes lie between one another, one of another's, one not sealed yet.
    old.execute_batch(
        "INSERT INTO doc (id, ord, kind, space) VALUES (x'01', 1, 1, 1), (x'02', 2, 1, 2);
         INSERT INTO chunk (id, doc, author, seq, mine, hash, heads, change) VALUES
           (1, 1, 1, 1, 1, x'', x'', x''), (2, 2, 1, 1, 1, x'', x'', x''),
           (3, 1, 1, 2, 1, x'', x'', x''), (4, 2, 1, 2, 1, x'', x'', x''),
           (5, 2, 9, 1, 0, x'', x'', x''), (6, 2, 1, 3, 1, x'', x'', x''),
           (7, 1, 1, 3, 1, x'', x'', x''), (8, 1, 1, 4, 1, x'', x'', x'');
         INSERT INTO entry (space, hash, bytes, changes, visits, position, refused) VALUES
           (1, zeroblob(32), x'aa', 2, 1, NULL, NULL),
           (2, randomblob(32), x'bb', 3, 0, 4, NULL),
           (1, randomblob(32), x'cc', 1, 1, NULL, 8);",
    )
    .unwrap();
    drop(old);
    let store = open(dir.path());
    let view = store.view().unwrap();
    let covered = |space, change| {
        let entry = view.entry_covering(space, change).unwrap();
        entry.map(|entry| (entry.id, entry.position, entry.refused))
    };
    for (space, change, entry) in [
        (1, 1, Some((1, None, None))),
        (1, 3, Some((1, None, None))),
        (2, 2, Some((2, Some(4), None))),
        (2, 6, Some((2, Some(4), None))),
        (1, 7, Some((3, None, Some(8)))),
        (1, 8, None),
    ] {
        assert_eq!(covered(space, change), entry, "change {change}");
    }
    assert_eq!(view.pending_entries(9, 9).unwrap(), [[0xaa]]);
    let sum = |pending: outbox::Pending| (pending.changes, pending.visits);
    assert_eq!(sum(view.pending_sealed().unwrap()), (3, 2));
    assert_eq!(sum(view.at_hub().unwrap()), (3, 0));
    assert_eq!(view.refused_entries().unwrap(), 1);
}
