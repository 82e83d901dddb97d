//! A home: its folder, lock, database, and what is kept in memory while it is open.
//!
//! | file | what it is |
//! |---|---|
//! | `home.db` | the encrypted database |
//! | `lock` | held by the one process that has the home open |
//! | `rescue.key` | the database's key, sealed to the community's rescue key (rule R4) |
//! | `reserve` | space that is given back when the disk is full, so that recording goes on (rule R4) |
//! | `no-room` | empty, for a while: what was begun when the disk was full is no sign of a crash |

use std::collections::{HashMap, HashSet};
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use doorknock_model::ids::{CommunityId, DeviceId, DocId, Incarnation, MemberId, Recorder};
use doorknock_model::random;
use doorknock_seal::charter::Charter;
use doorknock_seal::identity::DeviceSecrets;
use doorknock_store::log::Heads;
use doorknock_store::{Options, Store, StoreError};
use zeroize::Zeroizing;

use crate::Result;
use crate::env::{Env, KeyStore};
use crate::error::{not_joined, said};
use crate::observe::Observers;
use crate::room::excused_before;

pub(crate) const DATABASE: &str = "home.db";
const DATABASE_LOG: &str = "home.db-wal";
/// A database has at least one page.
const PAGE_BYTES: u64 = 4096;
const LOCK: &str = "lock";

/// How many documents' heads are kept in memory.
const CACHED_DOCS: usize = 4096;

/// An open home. One process at a time; any thread.
pub struct Doorknock {
    pub(crate) env: Env,
    pub(crate) path: PathBuf,
    pub(crate) key: Zeroizing<[u8; 32]>,
    /// Names what this opening records, and how many it named. `inner` is never taken while this is held.
    recorder: Mutex<(Recorder, u32)>,
    inner: Mutex<Inner>,
    pub(crate) observers: Arc<Observers>,
}

/// Who this device is in its community.
#[derive(Clone)]
pub(crate) struct Identity {
    pub(crate) community: CommunityId,
    pub(crate) member: MemberId,
    pub(crate) device: DeviceId,
    pub(crate) hub_url: String,
}

/// A document as this opening last left it.
#[derive(Clone)]
pub(crate) struct CachedDoc {
    pub(crate) ord: i64,
    pub(crate) heads: Heads,
    pub(crate) seq: u64,
}

pub(crate) struct Inner {
    pub(crate) store: Store,
    pub(crate) incarnation: Incarnation,
    pub(crate) secrets: DeviceSecrets,
    pub(crate) identity: Option<Identity>,
    /// The number of this incarnation in `author`, once it has written.
    pub(crate) author: Option<i64>,
    pub(crate) docs: HashMap<DocId, CachedDoc>,
    /// Whether every document this incarnation wrote is in `docs`.
    pub(crate) docs_complete: bool,
    /// Entries that were begun and not taken in, though the app did not end: the disk was full.
    pub(crate) excused: HashSet<[u8; 32]>,
    charter: Option<Charter>,
    /// The lock file, while the store is open.
    pub(crate) lock: Option<File>,
}

impl Inner {
    pub(crate) fn identity(&self) -> Result<Identity> {
        self.identity.clone().ok_or_else(not_joined)
    }

    /// The verified charter, replayed on first use: reading the day's list does not need it.
    pub(crate) fn charter(&mut self) -> Result<&mut Charter> {
        if self.charter.is_none() {
            let statements = self.store.view()?.statements()?;
            if statements.is_empty() {
                return Err(not_joined());
            }
            self.charter = Some(Charter::replay(statements)?);
        }
        self.charter.as_mut().ok_or_else(not_joined)
    }

    /// Forgets what is in memory: it may be ahead of the database after a failure.
    pub(crate) fn forget(&mut self) {
        self.forget_docs();
        self.author = None;
        self.charter = None;
    }

    /// Forgets documents' heads: others may have written.
    pub(crate) fn forget_docs(&mut self) {
        self.docs.clear();
        self.docs_complete = false;
    }

    pub(crate) fn remember(&mut self, touched: Vec<(DocId, CachedDoc)>) {
        if self.docs.len() + touched.len() > CACHED_DOCS {
            self.forget_docs();
        }
        self.docs.extend(touched);
    }
}

impl Doorknock {
    /// Makes a new home in a folder that holds none.
    ///
    /// # Errors
    /// `home_exists`, `busy`, or what the disk says.
    pub fn create(home: &Path, keys: &dyn KeyStore, env: Env) -> Result<Self> {
        refuse_existing(home)?;
        std::fs::create_dir_all(home)?;
        let lock = lock(home)?;
        // A key without a database is what a crash right here leaves; it is used, never replaced.
        let key = if let Some(key) = keys.load()? {
            Zeroizing::new(key)
        } else {
            let key = Zeroizing::new(random::<32>(&*env.entropy));
            keys.save(&key)?;
            key
        };
        Self::open_locked(home, &key, env, lock)
    }

    /// Opens a home.
    ///
    /// # Errors
    /// `no_home`, `busy` (another process has it open), `key_missing`, `home_unreadable`,
    /// `home_too_new`. Files are never deleted or replaced.
    pub fn open(home: &Path, keys: &dyn KeyStore, env: Env) -> Result<Self> {
        if !home.join(DATABASE).exists() {
            return Err(no_home());
        }
        if written(home) < PAGE_BYTES {
            // SQLite would make a new database of it, and this would seem never to have been a home.
            return Err(StoreError::Unreadable.into());
        }
        let lock = lock(home)?;
        let Some(key) = keys.load()?.map(Zeroizing::new) else {
            return Err(key_missing());
        };
        Self::open_locked(home, &key, env, lock)
    }

    fn open_locked(home: &Path, key: &[u8; 32], env: Env, lock: File) -> Result<Self> {
        let (inner, recorder) = begin(home, key, &env, lock)?;
        let key = Zeroizing::new(*key);
        let this = Self {
            env,
            path: home.to_owned(),
            key,
            recorder: Mutex::new((recorder, 0)),
            inner: Mutex::new(inner),
            observers: Arc::default(),
        };
        this.rebuild_if_outdated()?;
        this.keep_reserve();
        Ok(this)
    }

    /// Opens it again, as a new incarnation (rule R1), in the place of the one that was closed.
    pub(crate) fn begin_again(&self, inner: &mut Inner) -> Result<()> {
        let lock = lock(&self.path)?;
        let recorder;
        (*inner, recorder) = begin(&self.path, &self.key, &self.env, lock)?;
        *self.recorder() = (recorder, 0);
        Ok(())
    }

    fn recorder(&self) -> MutexGuard<'_, (Recorder, u32)> {
        let recorder = self.recorder.lock();
        recorder.unwrap_or_else(PoisonError::into_inner)
    }

    /// The state of this home. A panic elsewhere leaves nothing half-done in it, since every
    /// change goes through one transaction; what is cached is forgotten to be sure.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner
            .lock()
            .unwrap_or_else(|poisoned: PoisonError<_>| {
                self.inner.clear_poison();
                let mut inner = poisoned.into_inner();
                inner.forget();
                inner
            })
    }

    /// Tries a write, and tells the observers what of it was committed, once no lock is held. A page that did not
    /// read ends the connection, also for what has nothing to do with it, so the write is tried once more
    /// on a new one.
    pub(crate) fn attempt<T>(&self, work: &impl Fn(&mut Inner) -> Result<T>) -> Result<T> {
        let mut inner = self.lock();
        let mut result = work(&mut inner);
        if result.as_ref().is_err_and(crate::Error::is_unreadable)
            && let Ok(store) = open_store(&self.path, &self.key, &self.env)
        {
            inner.store = store;
            inner.forget();
            result = work(&mut inner);
        }
        if result.is_err() {
            inner.forget();
        }
        let touched = inner.store.take_touched();
        drop(inner);
        self.observers.tell(&touched);
        result
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.env.clock.now_ms()
    }

    /// The id of a new record.
    pub(crate) fn new_id(&self) -> [u8; 16] {
        let millis = u64::try_from(self.now_ms()).unwrap_or(0);
        let mut recorder = self.recorder();
        let n = recorder.1;
        recorder.1 = n.wrapping_add(1);
        recorder.0.id(millis, n)
    }
}

/// A new incarnation on the home's database.
fn begin(home: &Path, key: &[u8; 32], env: &Env, lock: File) -> Result<(Inner, Recorder)> {
    let mut store = open_store(home, key, env)?;
    let secrets = device_secrets(&mut store, env)?;
    let identity = read_identity(&store.view()?, secrets.device_id())?;
    let incarnation = Incarnation(random(&*env.entropy));
    let recorder = Recorder {
        device: secrets.device_id(),
        incarnation,
    };
    let excused = excused_before(&mut store, home)?;
    let inner = Inner {
        store,
        incarnation,
        secrets,
        identity,
        author: None,
        docs: HashMap::new(),
        docs_complete: true,
        excused,
        charter: None,
        lock: Some(lock),
    };
    Ok((inner, recorder))
}

fn open_store(home: &Path, key: &[u8; 32], env: &Env) -> Result<Store> {
    let options = Options {
        fault: env.fault.clone(),
    };
    Ok(Store::open(&home.join(DATABASE), key, options)?)
}

/// How many bytes the database has on the disk; none is what a crash while making a home leaves.
fn written(home: &Path) -> u64 {
    let len = |name| std::fs::metadata(home.join(name)).map_or(0, |file| file.len());
    len(DATABASE) + len(DATABASE_LOG)
}

fn no_home() -> crate::Error {
    said(
        "no_home",
        "这里还没有数据；请先创建社区（community create）或用邀请链接加入（join）。",
        "There is no home here; create a community or join one with an invitation link first.",
    )
}

pub(crate) fn key_missing() -> crate::Error {
    said(
        "key_missing",
        "找不到数据库密钥；数据库已原样保留，请联系社区管理员。",
        "The database's key is missing; the database is kept as it is, ask your administrator.",
    )
}

pub(crate) fn refuse_existing(home: &Path) -> Result<()> {
    if home.join(DATABASE).exists() && written(home) > 0 {
        return Err(said(
            "home_exists",
            "这个目录里已有数据；请换一个目录。",
            "There is a home in this folder already; choose another.",
        ));
    }
    Ok(())
}

fn lock(home: &Path) -> Result<File> {
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(home.join(LOCK))?;
    take(file)
}

/// The lock of a home whose files are only read: one that is not there is not made.
pub(crate) fn lock_existing(home: &Path) -> Result<Option<File>> {
    if !home.join(DATABASE).exists() {
        return Err(no_home());
    }
    match File::open(home.join(LOCK)) {
        Ok(file) => take(file).map(Some),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn take(file: File) -> Result<File> {
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(said(
            "busy",
            "另一个程序正在使用这份数据；请等它结束，或先关闭它。",
            "Another program has this home open; wait for it to end, or close it.",
        )),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

/// The device's keys: made when the home is made, before anybody could know them.
fn device_secrets(store: &mut Store, env: &Env) -> Result<DeviceSecrets> {
    let kept = store.view()?.meta("device")?.map(Zeroizing::new);
    if let Some(bytes) = kept
        .and_then(|b| <[u8; 64]>::try_from(b.as_slice()).ok())
        .map(Zeroizing::new)
    {
        return Ok(DeviceSecrets::from_bytes(&bytes));
    }
    let secrets = DeviceSecrets::generate(&*env.entropy);
    store.write(|tx| tx.set_meta("device", &secrets.to_bytes()[..]))?;
    Ok(secrets)
}

pub(crate) fn read_identity(
    view: &doorknock_store::View<'_>,
    device: DeviceId,
) -> Result<Option<Identity>> {
    let community = view
        .meta("community")?
        .and_then(|b| CommunityId::from_slice(&b));
    let member = view.meta("member")?.and_then(|b| MemberId::from_slice(&b));
    let hub_url = view
        .meta("hub_url")?
        .and_then(|b| String::from_utf8(b).ok());
    let joined = view.meta("joined")?.is_some();
    Ok(community.zip(member).zip(hub_url).filter(|_| joined).map(
        |((community, member), hub_url)| Identity {
            community,
            member,
            device,
            hub_url,
        },
    ))
}
