//! Making a new home of what verifies in a damaged one.
//!
//! The damaged files are only read ([`doorknock_store::salvage`]). Nothing found there is believed because
//! it was found: the charter by its signatures, the spaces' keys by the charter's commitments, sealed
//! entries by this device's signature, each change by its hash and by the actor that follows from its
//! author and document ([`log`]). The new home has the same device in it and no cursors, so its
//! next sync brings everything again that is missing, this device's own entries too; what was recorded
//! here and is in no entry that was kept is sealed anew.

mod log;
mod report;
mod verify;

use std::path::{Path, PathBuf};

use doorknock_seal::identity::DeviceSecrets;
use doorknock_store::salvage::Damaged;
use doorknock_store::{StoreError, Tx};
use zeroize::Zeroizing;

pub use report::{SalvageLine, Salvaged};

use crate::Result;
use crate::community::{add_space, set_identity};
use crate::draft;
use crate::env::{Env, KeyStore, Transport};
use crate::error::said;
use crate::home::{self, DATABASE, Doorknock};
use crate::ingest::{self, Kept};
use log::Log;
use verify::Known;

/// Where the damaged database is copied to while it is read.
const COPY: &str = "salvage.tmp";

/// How many changes are taken in within one transaction.
const BATCH: usize = 512;

/// A file that goes when this does.
struct Copy(PathBuf);

impl Drop for Copy {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

impl Doorknock {
    /// Makes a new home in `target`, with a key of its own, of what verifies in the damaged home
    /// `damaged`, which is left as it is. `net` is asked only where the charter or a space's key does not
    /// read. The new home takes the damaged one's place: use one of them from then on.
    ///
    /// # Errors
    /// `no_home`, `busy`, `key_missing`, `home_exists` (in `target`), `salvage_nothing` if no page reads
    /// with this key, `salvage_identity` if the device's own keys do not read, `hub_unreachable`,
    /// and what the disk says.
    pub fn salvage(
        damaged: &Path,
        keys: &dyn KeyStore,
        target: &Path,
        target_keys: &dyn KeyStore,
        env: Env,
        net: &dyn Transport,
    ) -> Result<Salvaged> {
        let _lock = home::lock_existing(damaged)?;
        let key = keys
            .load()?
            .map(Zeroizing::new)
            .ok_or_else(home::key_missing)?;
        std::fs::create_dir_all(target)?;
        home::refuse_existing(target)?;
        let copy = Copy(target.join(COPY));
        // What a salvage that was killed left behind.
        let _ = std::fs::remove_file(&copy.0);
        let pages = Damaged::open(&damaged.join(DATABASE), &key, &copy.0).map_err(nothing)?;
        let found = pages.scan()?;
        let known = Known::verified(&found, net)?;
        let mut lines = vec![
            SalvageLine::charter(known.statements.len()),
            SalvageLine::keys(known.keys.len(), known.keys_missing),
        ];
        let home = Self::create(target, target_keys, env.clone())?;
        let log = Log::new(&known, &found, &pages)?;
        home.take_entries(&known, &log, &mut lines)?;
        let (kinds, maybe_unsent) = home.take_changes(&known, log, &mut lines)?;
        home.take_drafts(&found, &mut lines)?;
        // Last, so that what was cut off before is no member's home.
        home.lock().store.write(|tx| {
            set_identity(tx, known.charter.community(), known.member, &known.hub_url)
        })?;
        drop(home);
        let home = Self::open(target, target_keys, env)?;
        home.keep_rescue(&known.charter.rescue_key());
        Ok(Salvaged {
            pages: pages.pages(),
            unreadable_pages: pages.unreadable(),
            lines,
            kinds,
            maybe_unsent,
            status: home.status()?,
        })
    }

    /// Who this device is, what it may read, and what it sealed.
    fn take_entries(
        &self,
        known: &Known,
        log: &Log<'_>,
        lines: &mut Vec<SalvageLine>,
    ) -> Result<()> {
        let (last, now) = (log.last_entry_number(), self.now_ms());
        let kept = self.lock().store.write(|tx| {
            for (name, value) in &known.meta {
                tx.set_meta(name, value)?;
            }
            for (position, statement) in (0..).zip(&known.statements) {
                tx.append_statement(position, statement)?;
            }
            for (space, key) in &known.keys {
                add_space(tx, &known.charter, *space, key)?;
            }
            let kept = log.entries(|entry| entry.keep(tx, now))?;
            for (space, hash) in log.last_entries() {
                tx.set_last_entry(space, &hash)?;
            }
            for ((space, incarnation), next) in log.chain() {
                tx.set_next_sequence(space, incarnation.as_bytes(), next)?;
            }
            Ok::<_, crate::Error>(kept)
        })?;
        lines.push(SalvageLine::entries(kept, last));
        Ok(())
    }

    /// The log, in its order; then what the entries hold, for what the log lacks. How many changes of each kind,
    /// and how many may be lost that were never sent.
    fn take_changes(
        &self,
        known: &Known,
        mut log: Log<'_>,
        lines: &mut Vec<SalvageLine>,
    ) -> Result<(Vec<report::OfKind>, u64)> {
        let last = log.last_change_number();
        let mut tally = report::Tally::default();
        let mut batch: Vec<Kept> = Vec::new();
        for page in log.pages() {
            for change in log.changes(page)? {
                tally.count(&change);
                batch.push(change);
            }
            if batch.len() >= BATCH {
                self.take_kept(known, &std::mem::take(&mut batch))?;
            }
        }
        self.take_kept(known, &batch)?;
        log.entries(|entry| self.take_kept(known, &entry.kept()))?;
        let inner = self.lock();
        let view = inner.store.view()?;
        let kept = view.change_count()? + view.parked_count()?;
        lines.push(SalvageLine::changes(kept, last));
        Ok((tally.kinds(), log.maybe_unsent()))
    }

    fn take_kept(&self, known: &Known, batch: &[Kept]) -> Result<()> {
        let mine = known.device.device_id();
        ingest::take_kept(&mut self.lock(), &known.charter, mine, self.now_ms(), batch)
    }

    fn take_drafts(
        &self,
        found: &doorknock_store::salvage::Found,
        lines: &mut Vec<SalvageLine>,
    ) -> Result<()> {
        let readable: Vec<_> = found
            .drafts
            .values()
            .filter(|row| draft::reads(row))
            .collect();
        self.lock()
            .store
            .write(|tx: &Tx<'_>| readable.iter().try_for_each(|row| tx.save_draft(row)))?;
        lines.push(SalvageLine::drafts(readable.len(), found.drafts.len()));
        Ok(())
    }
}

/// No page reads: another key, or nothing that can be told from noise.
fn nothing(error: StoreError) -> crate::Error {
    match error {
        StoreError::Unreadable => said(
            "salvage_nothing",
            "用这把密钥读不出任何一页，无法抢救；原文件未改动，请勿删除。已到服务器的记录都在，请向管理员要新的邀请，在新目录里加入。",
            "No page reads with this key, so nothing can be salvaged; the files are as they were, do not delete them. What had reached the hub is there: ask for a new invitation and join in a new folder.",
        ),
        other => other.into(),
    }
}

/// The device's secrets, as a home keeps them.
fn secrets(bytes: &[u8]) -> Option<DeviceSecrets> {
    let bytes = Zeroizing::new(<[u8; 64]>::try_from(bytes).ok()?);
    Some(DeviceSecrets::from_bytes(&bytes))
}
