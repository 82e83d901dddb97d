//! Faults of the program itself, put in on purpose: an oracle that does not notice them is worth nothing.

use doorknock::model::access::SpaceKind;
use doorknock::model::ids::{DocId, Incarnation, SpaceId, derive16};
use doorknock::model::kind::Key;
use doorknock_hub::store::{HubStore, NewEntry};
use doorknock_seal::entry::{EntryParams, SpaceKeys, seal_entry};
use doorknock_seal::identity::{DeviceSecrets, Signer};
use doorknock_seal::wrap::EpochKey;
use doorknock_store::{Options, Store, StoreError};

use super::run::{Checked, Run};
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
    let entropy = SeededEntropy::new(run.seed);
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
        let folder = run.nodes[node].folder.clone();
        run.nodes[node].stop();
        tamper_with(&folder).map_err(|e| run.violation(format!("tampering failed: {e}")))?;
        run.nodes[node]
            .start()
            .map_err(|e| run.failed("reopening a home", &e))?;
    }
    Ok(())
}

fn tamper_with(folder: &std::path::Path) -> Result<(), StoreError> {
    let key = std::fs::read(folder.join("key"))
        .ok()
        .and_then(|k| k.try_into().ok());
    let mut store = Store::open(
        &folder.join("home.db"),
        &key.unwrap_or_default(),
        Options::default(),
    )?;
    store.write(|tx| tx.set_conflict(0, DocId([9; 16]), &Key::plain(1), 2))
}
