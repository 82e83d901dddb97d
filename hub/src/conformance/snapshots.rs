//! Snapshots: complete when their last part is there, sharing parts, giving way to newer ones.

use super::{OTHER_SPACE, OTHER_TOWN, ROOMY, SPACE, TOWN, town};
use crate::store::snapshots::{Offer, Offered};
use crate::store::{Head, HubStore, Result};

fn offer(n: u8, parts: &[u8]) -> Offer {
    Offer {
        hash: [n; 32],
        manifest: vec![n; 10],
        at: Head {
            position: n.into(),
            running: [n; 32],
        },
        parts: parts.iter().map(|part| ([*part; 32], 4)).collect(),
    }
}

fn lacks(parts: &[u8]) -> Offered {
    Offered::Missing(parts.iter().map(|part| [*part; 32]).collect())
}

pub(super) fn check(store: &dyn HubStore) -> Result<()> {
    town(store)?;
    let put = |n: u8| store.put_part(TOWN, SPACE, &[n; 32], &[n; 4]);
    let newest =
        || Ok::<_, crate::store::StoreError>(store.snapshots(TOWN, SPACE)?.first().cloned());
    let part = |n: u8, offset, limit| store.read_part(TOWN, SPACE, &[n; 32], offset, limit);
    assert_eq!(put(1)?, Offered::Unasked, "nobody offered it");
    assert_eq!(
        store.offer(TOWN, SPACE, &offer(1, &[1, 2]), ROOMY)?,
        lacks(&[1, 2])
    );
    assert_eq!(
        store.put_part(TOWN, SPACE, &[1; 32], &[1; 5])?,
        Offered::Unasked,
        "another size"
    );
    assert_eq!(
        store.put_part(TOWN, OTHER_SPACE, &[1; 32], &[1; 4])?,
        Offered::Unasked
    );
    assert_eq!(put(1)?, lacks(&[2]));
    assert_eq!(newest()?, None, "half of one is none");
    assert_eq!(put(1)?, lacks(&[2]), "a retry");
    assert_eq!(put(2)?, lacks(&[]));
    assert_eq!(newest()?, Some((vec![1; 10], offer(1, &[]).at)));
    assert_eq!(part(2, 1, 2)?, Some(vec![2; 2]));
    assert_eq!(part(2, 4, 9)?, Some(vec![]));
    assert_eq!(part(2, u64::MAX, usize::MAX)?, Some(vec![]));
    assert_eq!(part(9, 0, 9)?, None);
    // One on offer gives way to the next; what it shares with others is not asked for again.
    assert_eq!(
        store.offer(TOWN, SPACE, &offer(2, &[2, 3]), ROOMY)?,
        lacks(&[3])
    );
    assert_eq!(
        store.offer(TOWN, SPACE, &offer(3, &[2, 4]), ROOMY)?,
        lacks(&[4])
    );
    assert_eq!(put(3)?, Offered::Unasked);
    assert_eq!(put(4)?, lacks(&[]));
    assert_eq!(newest()?, Some((vec![3; 10], offer(3, &[]).at)));
    assert_eq!(
        part(1, 0, 9)?,
        Some(vec![1; 4]),
        "the one before can still be read"
    );
    assert_eq!(
        store.offer(TOWN, SPACE, &offer(4, &[4]), ROOMY)?,
        lacks(&[]),
        "all is here"
    );
    assert_eq!(part(1, 0, 9)?, None, "nobody names it");
    assert_eq!(part(2, 0, 9)?, Some(vec![2; 4]));
    assert_eq!(store.snapshots(TOWN, SPACE)?.len(), 2);
    assert!(store.snapshots(OTHER_TOWN, SPACE)?.is_empty());
    assert!(
        store
            .offer(OTHER_TOWN, SPACE, &offer(1, &[1]), ROOMY)
            .is_err()
    );
    // The quota counts what other spaces have too.
    assert_eq!(
        store.offer(TOWN, OTHER_SPACE, &offer(1, &[1, 2]), 15)?,
        Offered::Full
    );
    assert_eq!(
        store.offer(TOWN, OTHER_SPACE, &offer(1, &[1, 2]), 16)?,
        lacks(&[1, 2])
    );
    Ok(())
}
