//! Writing a file that carries entries to other homes (docs/sync-by-file.md).

use std::io::Write;

use doorknock_model::access::SpaceKind;
use doorknock_model::ids::GridId;
use doorknock_seal::file::FileWriter;
use doorknock_seal::wrap::EpochKey;
use doorknock_store::View;
use doorknock_store::carried::Carried;
use doorknock_sync::carry::{CarriedEntry, CarriedReceipt, Record};

use crate::Result;
use crate::error::{not_joined, said};
use crate::home::Doorknock;
use crate::outbox;

/// How many bytes of entries are in memory at a time.
const PAGE_BYTES: usize = 1 << 20;

/// Which entries go into a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FileScope {
    /// What the other side may lack: own entries without the hub's receipt, and all of others' that are kept here.
    #[default]
    Missing,
    /// Own entries with a receipt too, as far as their bytes are kept.
    Everything,
}

/// What was written into a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FileWritten {
    /// Changes of this device.
    pub changes: usize,
    /// Entries of this device.
    pub own: usize,
    /// Entries of others.
    pub relayed: usize,
    /// Receipts of the hub among them.
    pub receipts: usize,
    /// Statements of the charter.
    pub statements: usize,
    /// The file's length in bytes.
    pub bytes: u64,
    /// The last entry looked at, for [`Doorknock::handed_to_file`]; it means nothing outside this home.
    pub up_to: i64,
}

impl Doorknock {
    /// Writes a file for other homes of this community: phone to desk, desk to phone, phone to phone. Whoever finds
    /// it sees noise; every member's device can read it, and takes of it what it may.
    ///
    /// When the file is safe in its place, say so with [`Self::handed_to_file`].
    ///
    /// # Errors
    /// `not_joined`, `space_key_missing`, `file_not_written`, or the database's.
    pub fn sync_to_file(&self, out: &mut dyn Write, scope: FileScope) -> Result<FileWritten> {
        self.lock().identity()?;
        self.writing(|inner| {
            outbox::seal_pending(inner, &self.env)?;
            outbox::seal_again(inner, &self.env)
        })?;
        let (keys, device) = {
            let inner = self.lock();
            (file_keys(&inner.store.view()?)?, inner.secrets.device_id())
        };
        let key = keys.last().ok_or_else(not_joined)?;
        let mut file = FileWriter::begin(out, key, &*self.env.entropy).map_err(failed)?;
        let mut done = FileWritten::default();
        let mut write = |record: &Record| file.record(&record.encode()).map_err(failed);
        let at = self.now_ms();
        write(&Record::Head { device, at })?;
        let statements = self.lock().store.view()?.statements()?;
        for (position, bytes) in (0..).zip(statements) {
            write(&Record::Statement { position, bytes })?;
            done.statements += 1;
        }
        let everything = scope == FileScope::Everything;
        loop {
            let page = {
                let inner = self.lock();
                let view = inner.store.view()?;
                view.entries_to_carry(done.up_to, everything, PAGE_BYTES)?
            };
            if page.is_empty() {
                break;
            }
            for entry in page {
                done.count(&entry);
                write(&Record::Entry(carried(entry)))?;
            }
        }
        done.bytes = file.finish().map_err(failed)?;
        Ok(done)
    }

    /// Notes that a file was written and is where it was to go: what it carries is shown as carried away, which
    /// is not the same as at the hub.
    ///
    /// # Errors
    /// The database's.
    pub fn handed_to_file(&self, written: &FileWritten) -> Result<()> {
        let now = self.now_ms();
        self.writing(|inner| {
            Ok(inner
                .store
                .write(|tx| tx.handed_to_file(written.up_to, now))?)
        })
    }
}

impl FileWritten {
    fn count(&mut self, entry: &Carried) {
        self.up_to = entry.id;
        self.changes += entry.changes;
        self.receipts += usize::from(entry.promise.is_some());
        if entry.own {
            self.own += 1;
        } else {
            self.relayed += 1;
        }
    }
}

fn carried(entry: Carried) -> CarriedEntry {
    CarriedEntry {
        bytes: entry.bytes,
        receipt: entry.promise.map(|promise| CarriedReceipt {
            position: promise.position,
            running: promise.running,
            signature: promise.signature,
        }),
        seen: entry.seen,
    }
}

/// The secrets that files are sealed under, oldest first: the common space's, which every member holds.
pub(super) fn file_keys(view: &View<'_>) -> Result<Vec<EpochKey>> {
    let common = view.space_of(SpaceKind::Common.code(), GridId::default())?;
    let common = common.ok_or_else(not_joined)?;
    let keys = view.space_keys(common.n)?;
    Ok(keys
        .iter()
        .map(|(_, key)| EpochKey::from_bytes(key))
        .collect())
}

#[allow(clippy::needless_pass_by_value)] // as `map_err` wants it
fn failed(error: std::io::Error) -> crate::Error {
    said(
        "file_not_written",
        format!(
            "同步文件没有写成（{}）；请检查存储设备和剩余空间后重试。",
            error.kind()
        ),
        format!(
            "The sync file was not written ({}); check the medium and its space, then try again.",
            error.kind()
        ),
    )
}
