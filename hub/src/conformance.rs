//! What every [`HubStore`] must do. An adapter's tests call [`conformance`] with a maker of empty
//! stores; a panic names the broken promise.

mod snapshots;

use doorknock_model::ids::{CommunityId, DeviceId, SpaceId};

use crate::store::{
    Extension, Founding, Head, HubStore, NewEntry, Placed, Read, Result, StoredStatement,
    StoredWrap, Totals,
};

/// A check and the promise that it holds the store to.
type Check = (&'static str, fn(&dyn HubStore) -> Result<()>);

const TOWN: CommunityId = CommunityId([1; 16]);
const OTHER_TOWN: CommunityId = CommunityId([2; 16]);
const SPACE: SpaceId = SpaceId([3; 16]);
const OTHER_SPACE: SpaceId = SpaceId([4; 16]);
const PHONE: DeviceId = DeviceId([5; 16]);
const DESK: DeviceId = DeviceId([6; 16]);
const ROOMY: u64 = 1 << 30;
const ALL: Read = Read {
    after: 0,
    max_bytes: usize::MAX,
    max_items: usize::MAX,
    without: None,
};

/// Runs every check, each on a fresh, empty store.
///
/// # Panics
///
/// If the store breaks a promise of the trait or fails.
pub fn conformance(make: impl Fn() -> Box<dyn HubStore>) {
    let checks: [Check; 9] = [
        ("founding is idempotent and bounded", founding),
        ("the charter grows only from its head", charter),
        ("wraps are found by recipient and position", wraps),
        ("an append is gapless and idempotent", append),
        ("running hashes chain the entries", running),
        ("a quota stops what exceeds it and nothing else", quota),
        (
            "a read is bounded, but never empty where there is something",
            read,
        ),
        ("an unknown or absurd position is not an error", absurd),
        (
            "a snapshot is whole or not there, and gives way",
            snapshots::check,
        ),
    ];
    for (promise, check) in checks {
        let outcome = check(&*make());
        assert!(outcome.is_ok(), "{promise}: {outcome:?}");
    }
}

fn statement(n: u8) -> StoredStatement {
    StoredStatement::new(&[n; 100])
}

fn entry(n: u8, bytes: &[u8]) -> NewEntry<'_> {
    NewEntry {
        space: SPACE,
        hash: [n; 32],
        device: PHONE,
        bytes,
    }
}

fn town(store: &dyn HubStore) -> Result<()> {
    assert_eq!(store.found(TOWN, &statement(0), 10)?, Founding::Held);
    Ok(())
}

fn founding(store: &dyn HubStore) -> Result<()> {
    assert_eq!(store.charter_length(TOWN)?, None);
    assert_eq!(store.found(TOWN, &statement(0), 1)?, Founding::Held);
    assert_eq!(
        store.found(TOWN, &statement(0), 1)?,
        Founding::Held,
        "again"
    );
    assert_eq!(store.found(OTHER_TOWN, &statement(1), 1)?, Founding::Full);
    assert_eq!(
        store.charter_length(OTHER_TOWN)?,
        None,
        "a refused community leaves no trace"
    );
    assert_eq!(store.found(OTHER_TOWN, &statement(1), 2)?, Founding::Held);
    assert_eq!(store.charter_length(TOWN)?, Some(1));
    assert_eq!(store.statements(TOWN, 0, 1000)?, [statement(0)]);
    Ok(())
}

fn charter(store: &dyn HubStore) -> Result<()> {
    let extend = |head: &StoredStatement, next: &StoredStatement, quota| {
        store.extend(TOWN, &head.hash, next, &[], quota)
    };
    assert_eq!(
        extend(&statement(0), &statement(1), ROOMY)?,
        Extension::Unknown
    );
    town(store)?;
    assert_eq!(
        extend(&statement(9), &statement(1), ROOMY)?,
        Extension::Moved
    );
    assert_eq!(
        extend(&statement(0), &statement(1), ROOMY)?,
        Extension::Held { length: 2 }
    );
    assert_eq!(
        extend(&statement(0), &statement(2), ROOMY)?,
        Extension::Moved
    );
    assert_eq!(extend(&statement(1), &statement(2), 299)?, Extension::Full);
    assert_eq!(
        extend(&statement(1), &statement(2), 300)?,
        Extension::Held { length: 3 }
    );
    assert_eq!(
        extend(&statement(0), &statement(1), ROOMY)?,
        Extension::Held { length: 3 }
    );
    assert_eq!(store.charter_length(TOWN)?, Some(3));
    assert_eq!(
        store.statements(TOWN, 1, 1000)?,
        [statement(1), statement(2)]
    );
    assert_eq!(
        store.statements(TOWN, 0, 1)?,
        [statement(0)],
        "at least one"
    );
    assert_eq!(
        store.statements(TOWN, 0, 200)?,
        [statement(0), statement(1)]
    );
    assert_eq!(store.statement_position(TOWN, &statement(2).hash)?, Some(2));
    assert_eq!(store.statement_position(TOWN, &statement(7).hash)?, None);
    Ok(())
}

fn wraps(store: &dyn HubStore) -> Result<()> {
    town(store)?;
    let wrap = |recipient, n| StoredWrap {
        recipient: [recipient; 16],
        bytes: vec![n; 8],
    };
    let set = [wrap(1, 10), wrap(2, 20), wrap(1, 11)];
    store.extend(TOWN, &statement(0).hash, &statement(1), &set, ROOMY)?;
    store.extend(
        TOWN,
        &statement(1).hash,
        &statement(2),
        &[wrap(1, 12)],
        ROOMY,
    )?;
    let of = |recipient, from, to| store.wraps(TOWN, &[recipient; 16], from, to);
    assert_eq!(of(1, 0, 3)?, [[10; 8], [11; 8], [12; 8]]);
    assert_eq!(of(1, 2, 3)?, [[12; 8]]);
    assert_eq!(of(1, 0, 2)?, [[10; 8], [11; 8]]);
    assert_eq!(of(2, 0, u64::MAX)?, [[20; 8]]);
    assert!(of(3, 0, 3)?.is_empty());
    assert!(store.wraps(OTHER_TOWN, &[1; 16], 0, 3)?.is_empty());
    Ok(())
}

fn append(store: &dyn HubStore) -> Result<()> {
    town(store)?;
    let body = [7; 50];
    let (a, b, c) = (entry(1, &body), entry(2, &body), entry(3, &body));
    let elsewhere = NewEntry {
        space: OTHER_SPACE,
        ..a
    };
    let first = store.append(TOWN, &[a, b, elsewhere, a], ROOMY)?;
    let at = |head: Head| Placed::At(head);
    let one = Head::default().next(&a.hash);
    let two = one.next(&b.hash);
    assert_eq!(
        first,
        [at(one), at(two), at(one), at(one)],
        "one log each, no entry twice"
    );
    let second = store.append(TOWN, &[b, c, a], ROOMY)?;
    assert_eq!(second, [at(two), at(two.next(&c.hash)), at(one)]);
    assert_eq!(store.head(TOWN, SPACE)?, two.next(&c.hash));
    let hashes: Vec<_> = store
        .read(TOWN, SPACE, ALL)?
        .iter()
        .map(|item| item.hash)
        .collect();
    assert_eq!(hashes, [a.hash, b.hash, c.hash]);
    assert_eq!(
        store.totals()?,
        Totals {
            communities: 1,
            entries: 4,
            bytes: 300
        }
    );
    Ok(())
}

fn running(store: &dyn HubStore) -> Result<()> {
    town(store)?;
    store.append(TOWN, &[entry(1, b"x"), entry(2, b"x")], ROOMY)?;
    let one = Head::default().next(&[1; 32]);
    assert_eq!(store.running(TOWN, SPACE, 0)?, Some([0; 32]));
    assert_eq!(
        store.running(TOWN, OTHER_SPACE, 0)?,
        Some([0; 32]),
        "an empty log too"
    );
    assert_eq!(store.running(TOWN, SPACE, 1)?, Some(one.running));
    assert_eq!(
        store.running(TOWN, SPACE, 2)?,
        Some(one.next(&[2; 32]).running)
    );
    assert_eq!(store.running(TOWN, SPACE, 3)?, None);
    assert_eq!(store.running(TOWN, OTHER_SPACE, 1)?, None);
    Ok(())
}

fn quota(store: &dyn HubStore) -> Result<()> {
    town(store)?;
    let (small, large) = ([0; 40], [0; 100]);
    let placed = store.append(
        TOWN,
        &[entry(1, &small), entry(2, &large), entry(3, &small)],
        100,
    )?;
    let one = Head::default().next(&[1; 32]);
    let two = one.next(&[3; 32]);
    assert_eq!(placed, [Placed::At(one), Placed::Full, Placed::At(two)]);
    let again = store.append(TOWN, &[entry(1, &small), entry(4, &small)], 100)?;
    assert_eq!(
        again,
        [Placed::At(one), Placed::Full],
        "what is held needs no room"
    );
    store.found(OTHER_TOWN, &statement(1), 10)?;
    let other = store.append(OTHER_TOWN, &[entry(1, &large)], 100)?;
    assert_eq!(other, [Placed::At(one)], "a quota is one community's");
    Ok(())
}

fn read(store: &dyn HubStore) -> Result<()> {
    town(store)?;
    let body = [7; 95];
    let own = NewEntry {
        device: DESK,
        ..entry(2, &body)
    };
    store.append(
        TOWN,
        &[entry(1, &body), own, entry(3, &body), entry(4, &body)],
        ROOMY,
    )?;
    let numbers = |part| -> Result<Vec<(u8, bool)>> {
        let items = store.read(TOWN, SPACE, part)?;
        Ok(items
            .iter()
            .map(|item| (item.hash[0], item.bytes.is_some()))
            .collect())
    };
    assert_eq!(numbers(ALL)?, [(1, true), (2, true), (3, true), (4, true)]);
    assert_eq!(
        numbers(Read {
            without: Some(DESK),
            after: 1,
            ..ALL
        })?[0],
        (2, false)
    );
    assert_eq!(
        numbers(Read {
            max_bytes: 250,
            ..ALL
        })?,
        [(1, true), (2, true)]
    );
    assert_eq!(
        numbers(Read {
            max_bytes: 1,
            after: 2,
            ..ALL
        })?,
        [(3, true)]
    );
    assert_eq!(
        numbers(Read {
            max_items: 3,
            after: 2,
            ..ALL
        })?,
        [(3, true), (4, true)]
    );
    assert_eq!(
        numbers(Read {
            max_items: 1,
            ..ALL
        })?,
        [(1, true)]
    );
    assert!(numbers(Read { after: 4, ..ALL })?.is_empty());
    assert!(store.read(OTHER_TOWN, SPACE, ALL)?.is_empty());
    Ok(())
}

fn absurd(store: &dyn HubStore) -> Result<()> {
    town(store)?;
    store.append(TOWN, &[entry(1, b"x")], ROOMY)?;
    assert_eq!(store.running(TOWN, SPACE, u64::MAX)?, None);
    assert!(
        store
            .read(
                TOWN,
                SPACE,
                Read {
                    after: u64::MAX,
                    ..ALL
                }
            )?
            .is_empty()
    );
    assert!(store.statements(TOWN, u64::MAX, 10)?.is_empty());
    assert!(store.wraps(TOWN, &[0; 16], u64::MAX, u64::MAX)?.is_empty());
    assert!(store.wraps(OTHER_TOWN, &[0; 16], 5, 2)?.is_empty());
    assert_eq!(store.head(OTHER_TOWN, SPACE)?, Head::default());
    assert!(
        store.append(OTHER_TOWN, &[entry(1, b"x")], ROOMY).is_err(),
        "no such community"
    );
    Ok(())
}
