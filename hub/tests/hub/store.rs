//! The SQLite adapter against the promises of the trait, and what only a file can show.

use doorknock_hub::conformance::conformance;
use doorknock_hub::sqlite::SqliteStore;
use doorknock_hub::store::{HubStore, NewEntry, Placed, StoreError, StoredStatement};
use doorknock_model::ids::{CommunityId, DeviceId, SpaceId};

#[test]
fn the_sqlite_store_keeps_every_promise_of_the_trait() {
    let dir = tempfile::tempdir().unwrap();
    let counter = std::sync::atomic::AtomicU32::new(0);
    conformance(|| {
        let n = counter.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        Box::new(SqliteStore::open(&dir.path().join(format!("{n}.db"))).unwrap())
    });
}

const TOWN: CommunityId = CommunityId([1; 16]);

fn push(store: &SqliteStore, n: u16) -> u64 {
    let mut hash = [0; 32];
    hash[..2].copy_from_slice(&n.to_be_bytes());
    let entry = NewEntry {
        space: SpaceId([3; 16]),
        hash,
        device: DeviceId([5; 16]),
        bytes: b"sealed",
    };
    match store.append(TOWN, &[entry], 1 << 20).unwrap()[0] {
        Placed::At(head) => head.position,
        Placed::Full => panic!("there is room"),
    }
}

#[test]
fn what_was_answered_is_there_after_a_new_start() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("hub.db");
    let store = SqliteStore::open(&path).unwrap();
    store
        .found(TOWN, &StoredStatement::new(b"first"), 1)
        .unwrap();
    assert_eq!(push(&store, 1), 1);
    // The first store is still open: nothing was left for its end to write.
    let again = SqliteStore::open(&path).unwrap();
    assert_eq!(again.head(TOWN, SpaceId([3; 16])).unwrap().position, 1);
    assert_eq!(push(&again, 1), 1);
    assert_eq!(push(&again, 2), 2);
}

#[test]
fn writers_at_the_same_time_leave_no_gap_and_no_double() {
    let dir = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&dir.path().join("hub.db")).unwrap();
    store
        .found(TOWN, &StoredStatement::new(b"first"), 1)
        .unwrap();
    std::thread::scope(|scope| {
        for thread in 0..4u16 {
            let store = &store;
            // Neighbours overlap by half, as phones that resend do.
            scope.spawn(move || {
                for n in 0..20 {
                    push(store, thread * 10 + n);
                }
            });
        }
    });
    let mut positions: Vec<u64> = (0..50).map(|n| push(&store, n)).collect();
    positions.sort_unstable();
    assert_eq!(positions, (1..=50).collect::<Vec<_>>());
}

#[test]
fn a_database_of_a_newer_hub_is_refused_untouched() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("hub.db");
    drop(SqliteStore::open(&path).unwrap());
    let newer = rusqlite::Connection::open(&path).unwrap();
    newer.pragma_update(None, "user_version", 99).unwrap();
    assert!(matches!(
        SqliteStore::open(&path),
        Err(StoreError::Newer { found: 99, .. })
    ));
}

#[test]
fn requests_that_share_a_transaction_each_get_their_own_answer() {
    const OTHER: CommunityId = CommunityId([2; 16]);
    const UNKNOWN: CommunityId = CommunityId([9; 16]);
    let dir = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&dir.path().join("hub.db")).unwrap();
    for town in [TOWN, OTHER] {
        store
            .found(town, &StoredStatement::new(&town.0), 2)
            .unwrap();
    }
    // Every thread brings its own entry and one that all of them bring, to spaces that they share.
    let append = |town: CommunityId, n: u8| {
        let entry = |space: u8, hash: u8| NewEntry {
            space: SpaceId([space; 16]),
            hash: [hash; 32],
            device: DeviceId([n; 16]),
            bytes: &[7; 100],
        };
        store.append(town, &[entry(1, n), entry(2, 200)], 950)
    };
    let positions = |town| {
        let mut all = std::thread::scope(|scope| {
            let threads: Vec<_> = (1..=8u8)
                .map(|n| scope.spawn(move || append(town, n)))
                .collect();
            let done = threads.into_iter().map(|thread| thread.join().unwrap());
            done.collect::<Vec<_>>()
        });
        assert!(append(UNKNOWN, 1).is_err(), "it fails alone");
        all.drain(..).map(Result::unwrap).collect::<Vec<_>>()
    };
    for town in [TOWN, OTHER] {
        let placed = positions(town);
        let mut own: Vec<_> = placed
            .iter()
            .map(|both| match both[0] {
                Placed::At(head) => head.position,
                Placed::Full => panic!("there is room for nine"),
            })
            .collect();
        own.sort_unstable();
        assert_eq!(own, [1, 2, 3, 4, 5, 6, 7, 8]);
        assert!(
            placed.iter().all(|both| both[1] == placed[0][1]),
            "one entry has one place"
        );
        assert_eq!(store.head(town, SpaceId([2; 16])).unwrap().position, 1);
        // Nine of a hundred bytes are held; a tenth does not fit, and what is held is found all the same.
        assert_eq!(append(town, 9).unwrap(), [Placed::Full, placed[0][1]]);
    }
    assert_eq!(store.totals().unwrap().bytes, 2 * (16 + 900));
}
