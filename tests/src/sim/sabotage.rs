//! Faults of the program itself, put in on purpose: an oracle that does not notice them is worth nothing.

use doorknock::model::access::SpaceKind;
use doorknock::model::ids::{DocId, Incarnation, SpaceId, derive16};
use doorknock::model::kind::Key;
use doorknock_hub::store::{HubStore, NewEntry};
use doorknock_seal::entry::{Entry, EntryParams, SpaceKeys, seal_entry};
use doorknock_seal::identity::{DeviceSecrets, Signer};
use doorknock_seal::wrap::EpochKey;
use doorknock_store::receipts::Promise;
use doorknock_store::{Options, Store, StoreError};

use super::run::{Checked, Run};
use super::violation::Oracle;
use crate::SeededEntropy;

/// What is wrong with the program in this run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sabotage {
    /// Deeds of this name are acknowledged and not done.
    Loses(&'static str),
    /// They are done twice.
    Doubles(&'static str),
    /// Their calls fail, and they are done all the same.
    KeepsAFailed(&'static str),
    /// A sentence that was taken out of a text stays in it.
    KeepsWhatIsTakenOut,
    /// The hub signs receipts for entries that it then does not have.
    HubForgets,
    /// One home shows what the others do not.
    TampersWithOneHome,
    /// All homes show what the log does not give.
    TampersWithEveryHome,
    /// The hub hands out an entry of a stranger.
    HubSlipsAStrangerIn,
    /// One home never syncs again.
    NeverSyncs,
    /// Each opening of a home draws the incarnation of the one before (rule R1).
    ReusesIncarnations,
    /// Two programs may hold a home.
    SharesAHome,
    /// A copy of a home in use is noticed by nobody.
    CopiesUnnoticed,
    /// The space kept for a full disk makes no room.
    LosesTheReserve,
    /// What failed for want of room is done all the same.
    KeepsWhatHadNoRoom,
    /// Receipts are believed that no hub stands for.
    BelievesAnyReceipt,
    /// Some homes go on seeing another log.
    StaysForked,
    /// One home takes in what the others set aside, or the other way round.
    JudgesOtherwise,
    /// What was handed to a file counts as at the hub.
    CountsFilesAsHub,
    /// Files hold what they carry in plain words too.
    WritesPlainFiles,
    /// A file that was cut off or changed counts as whole.
    CallsDamageWhole,
    /// The room kept for recording is given to what comes by file.
    GivesReserveToFiles,
    /// What came by file for the hub is not brought there.
    NeverRelays,
    /// A home that began with snapshots lacks one document of them.
    LacksAPartOfASnapshot,
}

/// A stranger's entry in the common space, as no honest hub takes it.
///
/// # Panics
/// If the facade or the hub's store fails.
#[allow(clippy::expect_used)] // a test's own ground
pub(super) fn slip_a_stranger_in(run: &mut Run<'_>) {
    let info = run.nodes[0]
        .home()
        .community()
        .ok()
        .flatten()
        .expect("the office is in a community");
    let kind = [SpaceKind::Common.code()];
    let space = SpaceId(derive16("space", &[&info.id.0, &kind, &[0; 16]]));
    let entropy = SeededEntropy::new(run.case.seed);
    let keys = SpaceKeys::derive(space, 0, &EpochKey::generate(&entropy));
    let stranger = DeviceSecrets::generate(&entropy);
    let params = EntryParams {
        community: info.id,
        incarnation: Incarnation([1; 8]),
        sequence: 0,
        previous: [0; 32],
    };
    let entry =
        seal_entry(&params, &keys, &stranger, &[vec![0]], &entropy).expect("an entry is sealed");
    let device = doorknock::model::ids::DeviceId(stranger.signer_id());
    let new = NewEntry {
        space,
        hash: entry.hash,
        device,
        bytes: &entry.bytes,
    };
    let store = run.hub().service().store();
    store
        .append(info.id, &[new], u64::MAX)
        .expect("the hub's store takes it");
}

/// Writes a conflict that no document has into the first homes' projections.
pub(super) fn tamper(run: &mut Run<'_>, homes: usize) -> Checked {
    for node in 0..homes.min(run.nodes.len()) {
        changed(run, node, |store| {
            store.write(|tx| tx.set_conflict(0, DocId([9; 16]), &Key::plain(1), 2))
        })?;
    }
    Ok(())
}

/// All homes forget what they had to report.
pub(super) fn report_nothing(run: &mut Run<'_>) -> Checked {
    for node in 0..run.nodes.len() {
        let folder = run.nodes[node].folder.clone();
        run.nodes[node].stop();
        let forgotten = forget_notices(&folder);
        forgotten.map_err(|e| run.violation(Oracle::Works, format!("tampering failed: {e}")))?;
        run.nodes[node]
            .start()
            .map_err(|e| run.failed("reopening a home", &e))?;
    }
    Ok(())
}

/// The store has no such call: no app takes a notice back.
fn forget_notices(folder: &std::path::Path) -> rusqlite::Result<()> {
    let key = std::fs::read(folder.join("key")).unwrap_or_default();
    let key: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    let database = rusqlite::Connection::open(folder.join("home.db"))?;
    database.pragma_update(None, "key", format!("x'{key}'"))?;
    database.execute_batch("PRAGMA cipher_hmac_algorithm = HMAC_SHA256; DELETE FROM notice;")
}

/// One home forgets what it has set aside.
pub(super) fn judge_otherwise(run: &mut Run<'_>) -> Checked {
    changed(run, 1, |store| {
        let all = store.view()?.quarantined()?;
        store.write(|tx| all.iter().try_for_each(|q| tx.leave_quarantine(q.id)))
    })
}

/// What is pending at a home gets receipts that nobody gave.
pub(super) fn count_as_hub(run: &mut Run<'_>, node: usize) -> Checked {
    changed(run, node, |store| {
        let all = store.view()?.entries_to_carry(0, false, usize::MAX)?;
        let pending = all.iter().filter(|e| e.own && e.promise.is_none());
        let pending = pending.filter_map(|e| Entry::hash_of(&e.bytes).ok());
        let pending: Vec<_> = pending.collect();
        let promise = Promise {
            position: 1 << 40,
            running: [0; 32],
            signature: [0; 64],
        };
        store.write(|tx| {
            let mut all = pending.iter();
            all.try_for_each(|hash| tx.entry_kept(hash, &promise, 0).map(drop))
        })
    })
}

/// One home has something for the hub that it never brings.
pub(super) fn keep_an_entry(run: &mut Run<'_>) -> Checked {
    changed(run, 1, |store| {
        store.write(|tx| {
            tx.keep_entry(0, &[9; 32], &[9; 40])?;
            tx.receipt_wanted(&[9; 32])
        })
    })
}

/// Homes that began with snapshots lose one of the documents that came with them.
pub(super) fn forget_a_pack(run: &mut Run<'_>) -> Checked {
    for node in (0..run.nodes.len())
        .filter(|n| run.nodes[*n].by_snapshot)
        .collect::<Vec<_>>()
    {
        changed(run, node, |store| {
            let view = store.view()?;
            let mut packed = Vec::new();
            for doc in view.docs()? {
                packed.extend(view.pack_of(doc.ord)?.map(|row| row.doc));
            }
            let last = packed.pop();
            store.write(|tx| {
                last.map_or(Ok(()), |doc| tx.forget_pack(doc))?;
                // So that it is shown no longer, either.
                tx.set_meta_number("projector", 0)
            })
        })?;
    }
    Ok(())
}

/// Changes a home's database while nobody has it open.
fn changed(
    run: &mut Run<'_>,
    node: usize,
    work: impl FnOnce(&mut Store) -> Result<(), StoreError>,
) -> Checked {
    let folder = run.nodes[node].folder.clone();
    run.nodes[node].stop();
    let done = store_in(&folder).and_then(|mut store| work(&mut store));
    done.map_err(|e| run.violation(Oracle::Works, format!("tampering failed: {e}")))?;
    run.nodes[node]
        .start()
        .map_err(|e| run.failed("reopening a home", &e))
}

/// The database of a home that nobody has open.
pub(super) fn store_in(folder: &std::path::Path) -> Result<Store, StoreError> {
    let key = std::fs::read(folder.join("key"));
    let key = key.ok().and_then(|key| key.try_into().ok());
    let database = folder.join("home.db");
    Store::open(&database, &key.unwrap_or_default(), Options::default())
}
