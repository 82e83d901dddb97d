//! The hub's folder: its lock, its key and its database.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use doorknock_model::{Entropy, Message};
use doorknock_seal::identity::HubSecret;

use crate::sqlite::SqliteStore;
use crate::store::StoreError;

const LOCK: &str = "hub.lock";
const KEY: &str = "hub.key";
const DATABASE: &str = "hub.db";

/// Why the hub does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Another process has the folder.
    #[error("the folder is in use")]
    InUse,
    /// There is a database, but the key with which its receipts were signed is missing.
    #[error("the key file is missing")]
    KeyMissing,
    /// The key file is not one.
    #[error("the key file is damaged")]
    KeyDamaged,
    /// The database does not open.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The address cannot be listened on.
    #[error("cannot listen: {0}")]
    Listen(#[source] io::Error),
    /// The folder cannot be read or written.
    #[error("the folder fails: {0}")]
    Folder(#[from] io::Error),
}

impl StartError {
    /// For the operator.
    #[must_use]
    pub fn message(&self) -> Message {
        let (code, zh, en) = match self {
            Self::InUse => (
                "hub_in_use",
                "数据目录正被另一个中转站进程使用。请先停止它，或换一个 --data 目录。".to_owned(),
                "Another hub process uses the data folder. Stop it first, or name another --data."
                    .to_owned(),
            ),
            Self::KeyMissing => (
                "hub_key_missing",
                format!("缺少密钥文件 {KEY}，但已有数据库。请从备份恢复该文件。"),
                format!("The key file {KEY} is missing beside a database. Restore it from backup."),
            ),
            Self::KeyDamaged => (
                "hub_key_damaged",
                format!("密钥文件 {KEY} 已损坏。请从备份恢复该文件。"),
                format!("The key file {KEY} is damaged. Restore it from backup."),
            ),
            Self::Store(StoreError::Newer { .. }) => (
                "hub_newer_database",
                "数据库由更新版本的中转站写入。请升级 doorknock-hub。".to_owned(),
                "The database was written by a newer hub. Update doorknock-hub.".to_owned(),
            ),
            Self::Store(error) => (
                "hub_database",
                format!("数据库无法打开（{error}）。请检查磁盘，或从备份恢复。"),
                format!("The database does not open ({error}). Check the disk, or restore it."),
            ),
            Self::Listen(error) => (
                "hub_listen",
                format!("无法监听该地址（{error}）。请用 --listen 换一个地址。"),
                format!("Cannot listen on the address ({error}). Name another with --listen."),
            ),
            Self::Folder(error) => (
                "hub_folder",
                format!("数据目录无法读写（{error}）。请检查 --data 及其权限。"),
                format!("The data folder cannot be used ({error}). Check --data and its rights."),
            ),
        };
        Message::new(code, zh, en)
    }
}

/// An open folder. It is locked until this is dropped.
#[derive(Debug)]
pub struct Home {
    /// The hub's identity.
    pub secret: HubSecret,
    /// The database.
    pub store: SqliteStore,
    /// Holds the folder.
    pub lock: File,
}

impl Home {
    /// Opens the folder; makes it, a key and a database where there is none.
    ///
    /// # Errors
    /// Every [`StartError`] but `Listen`.
    pub fn open(folder: &Path, entropy: &dyn Entropy) -> Result<Self, StartError> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)?;
        let lock = private()
            .create(true)
            .truncate(false)
            .open(folder.join(LOCK))?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => StartError::InUse,
            TryLockError::Error(error) => StartError::Folder(error),
        })?;
        let database = folder.join(DATABASE);
        let secret = match fs::read_to_string(folder.join(KEY)) {
            Ok(text) => parse_key(&text).ok_or(StartError::KeyDamaged)?,
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            // Another key would make every charter's hub a stranger.
            Err(_) if database.exists() => return Err(StartError::KeyMissing),
            Err(_) => make_key(folder, entropy)?,
        };
        Ok(Self {
            secret,
            store: SqliteStore::open(&database)?,
            lock,
        })
    }
}

/// A file that only its owner reads.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).mode(0o600);
    options
}

/// The key file's form: 64 hexadecimal digits and a line's end.
fn parse_key(text: &str) -> Option<HubSecret> {
    let digits = text.trim_end();
    if digits.len() != 64 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let mut seed = [0; 32];
    for (byte, at) in seed.iter_mut().zip((0..64).step_by(2)) {
        *byte = u8::from_str_radix(&digits[at..at + 2], 16).ok()?;
    }
    Some(HubSecret::from_bytes(&seed))
}

/// Makes the key durable under its name in one step: there is never half a key.
fn make_key(folder: &Path, entropy: &dyn Entropy) -> Result<HubSecret, StartError> {
    let secret = HubSecret::generate(entropy);
    let digits: String = secret
        .to_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    write_whole(&folder.join(KEY), &format!("{digits}\n"))?;
    File::open(folder)?.sync_all()?;
    Ok(secret)
}

/// Writes a file that appears whole or not at all.
///
/// # Errors
/// What the file system says.
pub fn write_whole(path: &Path, text: &str) -> io::Result<()> {
    let mut draft = path.as_os_str().to_owned();
    draft.push(".new");
    let mut file = private().create(true).truncate(true).open(&draft)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&draft, path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    struct Fixed;
    impl Entropy for Fixed {
        fn fill(&self, out: &mut [u8]) {
            out.fill(0xa5);
        }
    }

    #[test]
    fn a_folder_keeps_its_key_to_itself() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("new/hub");
        let key = Home::open(&folder, &Fixed).unwrap().secret.key();
        assert_eq!(Home::open(&folder, &Fixed).unwrap().secret.key(), key);
        let mode = fs::metadata(folder.join(KEY)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_second_process_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let first = Home::open(dir.path(), &Fixed).unwrap();
        assert!(matches!(
            Home::open(dir.path(), &Fixed),
            Err(StartError::InUse)
        ));
        drop(first);
        assert!(Home::open(dir.path(), &Fixed).is_ok());
    }

    #[test]
    fn a_lost_or_damaged_key_is_never_replaced() {
        let dir = tempfile::tempdir().unwrap();
        drop(Home::open(dir.path(), &Fixed).unwrap());
        let key = dir.path().join(KEY);
        for damaged in ["", "zz", &"g".repeat(64), &"é".repeat(32), &"0".repeat(63)] {
            fs::write(&key, damaged).unwrap();
            assert!(matches!(
                Home::open(dir.path(), &Fixed),
                Err(StartError::KeyDamaged)
            ));
        }
        fs::remove_file(&key).unwrap();
        assert!(matches!(
            Home::open(dir.path(), &Fixed),
            Err(StartError::KeyMissing)
        ));
        assert!(!key.exists());
    }
}
