//! What a home needs from outside: time, randomness, a place for its key, a way to the hub.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use doorknock_model::Entropy;
use doorknock_store::Fault;

use crate::Result;
use crate::error::said;

/// Wall time. It is data and never decides a merge.
pub trait Clock: Send + Sync {
    /// Unix milliseconds.
    fn now_ms(&self) -> i64;
}

/// Time, randomness, and for the simulator a fault hook.
#[derive(Clone)]
pub struct Env {
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Wall time.
    pub clock: Arc<dyn Clock>,
    /// Stops the store at chosen points, or fills the disk.
    pub fault: Option<Fault>,
}

impl Env {
    /// The operating system's randomness and clock.
    #[must_use]
    pub fn system() -> Self {
        Self {
            entropy: Arc::new(System),
            clock: Arc::new(System),
            fault: None,
        }
    }
}

struct System;

impl Entropy for System {
    #[allow(clippy::expect_used)] // without randomness no key is safe; there is nothing to fall back to
    fn fill(&self, out: &mut [u8]) {
        getrandom::fill(out).expect("the operating system gives no randomness");
    }
}

impl Clock for System {
    fn now_ms(&self) -> i64 {
        chrono::Utc::now().timestamp_millis()
    }
}

/// Where the database's 32-byte key lives: Keystore, Keychain, or a file.
pub trait KeyStore: Send + Sync {
    /// The key, if there is one.
    ///
    /// # Errors
    /// If the key exists and cannot be read now (a locked phone).
    fn load(&self) -> Result<Option<[u8; 32]>>;

    /// Keeps a new key durably; never replaces one.
    ///
    /// # Errors
    /// If it cannot be kept.
    fn save(&self, key: &[u8; 32]) -> Result<()>;
}

/// A key in a file that only its owner can read: for desks, whose disk should be encrypted.
pub struct FileKeyStore {
    path: PathBuf,
}

impl FileKeyStore {
    /// The key at this path.
    #[must_use]
    pub const fn new(path: PathBuf) -> Self {
        Self { path }
    }
}

impl KeyStore for FileKeyStore {
    fn load(&self) -> Result<Option<[u8; 32]>> {
        match std::fs::read(&self.path) {
            Ok(bytes) => bytes.try_into().map(Some).map_err(|_| {
                said(
                    "key_damaged",
                    "密钥文件已损坏；请从备份恢复，数据库不会被改动。",
                    "The key file is damaged; restore it from a backup, the database is left alone.",
                )
            }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn save(&self, key: &[u8; 32]) -> Result<()> {
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&self.path)?;
        file.write_all(key)?;
        file.sync_all()?;
        Ok(())
    }
}

/// A request to carry to the hub: `method` to the hub's address followed by `path`, with `body` as
/// `application/cbor` if there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// Begins with a slash.
    pub path: &'static str,
    /// May be empty.
    pub body: Vec<u8>,
}

/// What the hub answered, whatever its status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

/// Why no whole answer came. People are told it in these words and no others: what a client says itself may name
/// an address, a proxy's password or a peer's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.words().1)]
pub enum Unreachable {
    /// The device has no network now.
    NoNetwork,
    /// No host has the hub's name.
    NoSuchHost,
    /// The hub's address is none.
    BadAddress,
    /// Nobody listens there.
    Refused,
    /// The answer did not come in time.
    TimedOut,
    /// TLS failed: a certificate that is not trusted, or somebody in between.
    Insecure,
    /// The system allows no connection without TLS.
    Unencrypted,
    /// The proxy that the device is set to use failed.
    Proxy,
    /// The answer is larger than a hub's.
    TooLarge,
    /// The connection broke, or failed for a reason that nobody could name.
    Broken,
    /// The call was given up while its request was under way.
    GivenUp,
    /// The app's own HTTP client failed in a way that it should not.
    Client,
}

impl Unreachable {
    /// The reason in Chinese and in English.
    #[must_use]
    pub const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::NoNetwork => ("没有网络", "no network"),
            Self::NoSuchHost => ("找不到主机名", "no such host"),
            Self::BadAddress => ("地址无效", "not a valid address"),
            Self::Refused => ("连接被拒绝", "connection refused"),
            Self::TimedOut => ("超时", "timed out"),
            Self::Insecure => ("安全连接失败", "the secure connection failed"),
            Self::Unencrypted => (
                "不允许不加密的连接",
                "connections without encryption are not allowed",
            ),
            Self::Proxy => ("代理不可用", "the proxy does not work"),
            Self::TooLarge => ("回复过大", "the answer is too large"),
            Self::Broken => ("连接中断", "the connection broke"),
            Self::GivenUp => ("操作已取消", "cancelled"),
            Self::Client => ("应用网络组件出错", "the app's HTTP client failed"),
        }
    }
}

/// Carries requests. Called with no lock held.
pub trait Transport {
    /// One exchange.
    ///
    /// # Errors
    /// [`Unreachable`] if no whole answer came; any HTTP status is an answer.
    fn exchange(&self, hub_url: &str, request: &Request) -> Result<Answer, Unreachable>;
}
