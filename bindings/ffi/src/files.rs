//! Sync by file: what a phone without a signal hands to another device (docs/sync-by-file.md).

use std::fs::File;
use std::io::{BufReader, BufWriter, Error, Write};
use std::path::Path;
use std::time::SystemTime;

use doorknock::model::Message;

use crate::error::{DoorknockError, Result};
use crate::home::Doorknock;
use crate::times::instant;

/// Which entries go into a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum FileScope {
    /// What the other side may lack: own entries without the hub's receipt, and all of others' that are kept here.
    Missing,
    /// Own entries with a receipt too, as far as their bytes are kept.
    Everything,
}

impl From<FileScope> for doorknock::FileScope {
    fn from(scope: FileScope) -> Self {
        match scope {
            FileScope::Missing => Self::Missing,
            FileScope::Everything => Self::Everything,
        }
    }
}

/// What was written into a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct FileWritten {
    /// Changes of this device.
    pub changes: u64,
    /// Entries of this device.
    pub own: u64,
    /// Entries of others.
    pub relayed: u64,
    /// Receipts of the hub among them.
    pub receipts: u64,
    /// Statements of the charter.
    pub statements: u64,
    /// The file's length in bytes.
    pub bytes: u64,
    /// How far this home's log was looked at, for `handed_to_file`.
    pub up_to: i64,
}

/// What reading a file brought.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct FileRead {
    /// Changes applied here.
    pub pulled: u64,
    /// Inputs set aside.
    pub quarantined: u64,
    /// Changes of this device for which the file brought the hub's receipt.
    pub pushed: u64,
    /// Entries that were read.
    pub entries: u64,
    /// Those of them that were here already.
    pub known: u64,
    /// Those of them that are not for this device, whose spaces it does not hold.
    pub not_for_us: u64,
    /// Charter statements that are new here.
    pub statements: u64,
    /// Whether the charter in the file is not this one's, and was refused.
    pub charter_refused: bool,
    /// Whether the file was read and verified to its end. If not, the rest is missing or damaged.
    pub whole: bool,
    /// Bytes read.
    pub bytes: u64,
    /// The name of who wrote it, as far as it is known here.
    pub by: Option<String>,
    /// When, by that device's clock.
    pub at: Option<SystemTime>,
}

impl From<doorknock::FileRead> for FileRead {
    fn from(read: doorknock::FileRead) -> Self {
        Self {
            pulled: read.pulled as u64,
            quarantined: read.quarantined as u64,
            pushed: read.pushed as u64,
            entries: read.entries as u64,
            known: read.known as u64,
            not_for_us: read.not_for_us as u64,
            statements: read.statements as u64,
            charter_refused: read.charter_refused,
            whole: read.whole,
            bytes: read.bytes,
            by: read.by,
            at: read.at.map(instant),
        }
    }
}

fn not_written(error: &Error) -> DoorknockError {
    Message::new(
        "file_not_written",
        format!(
            "同步文件没有写成（{}）；请检查存储空间和位置后重试。",
            error.kind()
        ),
        format!(
            "The sync file was not written ({}); check the place and its space, then try again.",
            error.kind()
        ),
    )
    .into()
}

fn not_read(error: &Error) -> DoorknockError {
    Message::new(
        "file_io",
        format!(
            "读不到这个文件（{}）；请检查文件和存储设备后重试。",
            error.kind()
        ),
        format!(
            "The file cannot be read ({}); check it and the medium, then try again.",
            error.kind()
        ),
    )
    .into()
}

#[uniffi::export]
impl Doorknock {
    /// Writes a new file for other homes of this community. Whoever finds it sees noise; every member's device can
    /// read it, and takes of it what it may. A file that was not written whole is removed. What is handed over
    /// is not yet at the hub: say `handed_to_file` once it is where it was to go.
    ///
    /// # Errors
    /// `file_exists`, `file_not_written`, `not_joined`, `space_key_missing`.
    pub fn sync_to_file(&self, path: String, scope: FileScope) -> Result<FileWritten> {
        let path = Path::new(&path);
        let file = File::create_new(path).map_err(|error| match error.kind() {
            std::io::ErrorKind::AlreadyExists => exists(),
            _ => not_written(&error),
        })?;
        let written = self.write_into(file, scope);
        if written.is_err() {
            let _ = std::fs::remove_file(path);
        }
        written
    }

    /// Notes that a file was handed over: what it carries is shown as carried away, which is not the same as at
    /// the hub.
    ///
    /// # Errors
    /// `disk_full`.
    pub fn handed_to_file(&self, written: FileWritten) -> Result<()> {
        let written = doorknock::FileWritten {
            up_to: written.up_to,
            ..doorknock::FileWritten::default()
        };
        Ok(self.core().handed_to_file(&written)?)
    }

    /// Takes in what a file holds, as far as it verifies. May be repeated, and in any order with other files and
    /// with the hub; what was taken in stays if a later part fails.
    ///
    /// # Errors
    /// `file_io`, `not_joined`, `file_not_one`, `file_newer_version`, `file_not_ours`, `pull_full`.
    pub fn sync_from_file(&self, path: String) -> Result<FileRead> {
        let file = File::open(path).map_err(|error| not_read(&error))?;
        let mut file = BufReader::new(file);
        Ok(self.core().sync_from_file(&mut file, &mut |_| {})?.into())
    }
}

impl Doorknock {
    fn write_into(&self, file: File, scope: FileScope) -> Result<FileWritten> {
        let mut out = BufWriter::new(file);
        let written = self.core().sync_to_file(&mut out, scope.into())?;
        let whole = out.flush().and_then(|()| out.get_ref().sync_all());
        whole.map_err(|error| not_written(&error))?;
        Ok(FileWritten {
            changes: written.changes as u64,
            own: written.own as u64,
            relayed: written.relayed as u64,
            receipts: written.receipts as u64,
            statements: written.statements as u64,
            bytes: written.bytes,
            up_to: written.up_to,
        })
    }
}

fn exists() -> DoorknockError {
    Message::new(
        "file_exists",
        "这里已有同名文件；请换一个文件名。",
        "There is a file of this name already; choose another.",
    )
    .into()
}
