//! What an app lends a home: a place for its key, and in tests a clock.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use doorknock::FileKeyStore;
use doorknock::model::Message;

use crate::times::millis;

/// Raised by the app's [`KeyStore`] when the key cannot be read or kept now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum KeyStoreError {
    /// Not now: the phone is locked, the key store does not answer. The call fails with `key_unavailable`.
    #[error("{why}")]
    Unavailable {
        /// The reason in a few words, without personal data: people are shown it.
        why: String,
    },
}

impl From<uniffi::UnexpectedUniFFICallbackError> for KeyStoreError {
    /// The app raised something else. Its text may say anything, so none of it is shown.
    fn from(_: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Unavailable {
            why: "应用的密钥存储出错 / the app's key store failed".to_owned(),
        }
    }
}

/// Where the database's 32-byte key lives: the platform's key store, or a file ([`FileKeys`]). Asked while a home is
/// created or opened, on the calling thread.
#[uniffi::export(with_foreign)]
pub trait KeyStore: Send + Sync {
    /// The key, if there is one.
    ///
    /// # Errors
    /// [`KeyStoreError`] if there may be one and it cannot be read now. Never answer "none" then: the home
    /// would seem to have lost its key.
    fn load(&self) -> Result<Option<Vec<u8>>, KeyStoreError>;

    /// Keeps a new key durably; never replaces one.
    ///
    /// # Errors
    /// [`KeyStoreError`] if it cannot be kept.
    fn save(&self, key: Vec<u8>) -> Result<(), KeyStoreError>;
}

/// The key in a file that only its owner can read: for desks and scripts, whose disk should be encrypted.
#[derive(uniffi::Object)]
pub struct FileKeys(FileKeyStore);

#[uniffi::export]
impl FileKeys {
    /// The key at this path. Its folder must be there.
    #[uniffi::constructor]
    pub fn new(path: String) -> Arc<Self> {
        Arc::new(Self(FileKeyStore::new(PathBuf::from(path))))
    }
}

#[uniffi::export]
impl KeyStore for FileKeys {
    fn load(&self) -> Result<Option<Vec<u8>>, KeyStoreError> {
        let key = doorknock::KeyStore::load(&self.0).map_err(unavailable)?;
        Ok(key.map(|key| key.to_vec()))
    }

    fn save(&self, key: Vec<u8>) -> Result<(), KeyStoreError> {
        let key = as_key(key).map_err(unavailable)?;
        doorknock::KeyStore::save(&self.0, &key).map_err(unavailable)
    }
}

fn unavailable(error: doorknock::Error) -> KeyStoreError {
    let Message { zh, en, .. } = error.message();
    KeyStoreError::Unavailable {
        why: format!("{zh} / {en}"),
    }
}

fn as_key(bytes: Vec<u8>) -> Result<[u8; 32], doorknock::Error> {
    bytes.try_into().map_err(|_| {
        Message::new(
            "key_damaged",
            "密钥存储给出的不是数据库密钥（应为 32 字节）；数据库不会被改动。",
            "What the key store gave is no database key (it has 32 bytes); the database is left alone.",
        )
        .into()
    })
}

/// The app's key store as the facade calls it.
pub(crate) struct Lent(pub(crate) Arc<dyn KeyStore>);

impl doorknock::KeyStore for Lent {
    fn load(&self) -> doorknock::Result<Option<[u8; 32]>> {
        let key = self.0.load().map_err(key_unavailable)?;
        key.map(as_key).transpose()
    }

    fn save(&self, key: &[u8; 32]) -> doorknock::Result<()> {
        self.0.save(key.to_vec()).map_err(key_unavailable)
    }
}

fn key_unavailable(KeyStoreError::Unavailable { why }: KeyStoreError) -> doorknock::Error {
    Message::new(
        "key_unavailable",
        format!("现在取不到数据库密钥（{why}）；请解锁手机后再试，数据未受影响。"),
        format!(
            "The database's key cannot be had now ({why}); unlock the phone and try again, nothing is lost."
        ),
    )
    .into()
}

/// Wall time, for tests: homes take the system's if they are given none.
#[uniffi::export(with_foreign)]
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> SystemTime;
}

/// The app's clock as the facade asks it.
pub(crate) struct Told(pub(crate) Arc<dyn Clock>);

impl doorknock::Clock for Told {
    fn now_ms(&self) -> i64 {
        millis(self.0.now()).unwrap_or(0)
    }
}
