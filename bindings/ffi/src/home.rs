//! The one object: an open home.

use std::path::PathBuf;
use std::sync::Arc;

use doorknock::Env;

use crate::error::Result;
use crate::keys::{Clock, KeyStore, Lent, Told};

/// An open home: the folder with one device's records. One process holds it at a time; a second
/// gets the code `busy`. The folder belongs where only the app can read, and in no backup: the key that opens
/// it ([`KeyStore`]) stays on this device, and two devices that go on from one copy are reported as copied.
#[derive(uniffi::Object)]
pub struct Doorknock {
    home: Arc<doorknock::Doorknock>,
}

#[uniffi::export]
impl Doorknock {
    /// Makes a home in a folder that holds none, and draws its key unless `keys` holds one already. The
    /// clock is the system's unless a test lends one.
    ///
    /// # Errors
    /// `home_exists`, `busy`, `key_unavailable`, or what the disk says.
    #[uniffi::constructor(default(clock = None))]
    pub fn create(
        home: String,
        keys: Arc<dyn KeyStore>,
        clock: Option<Arc<dyn Clock>>,
    ) -> Result<Arc<Self>> {
        let made = doorknock::Doorknock::create(&PathBuf::from(home), &Lent(keys), env(clock))?;
        Ok(Arc::new(Self {
            home: Arc::new(made),
        }))
    }

    /// Opens a home.
    ///
    /// # Errors
    /// `no_home`, `busy`, `key_missing`, `key_unavailable`, `home_unreadable`, `home_too_new`.
    #[uniffi::constructor(default(clock = None))]
    pub fn open(
        home: String,
        keys: Arc<dyn KeyStore>,
        clock: Option<Arc<dyn Clock>>,
    ) -> Result<Arc<Self>> {
        let opened = doorknock::Doorknock::open(&PathBuf::from(home), &Lent(keys), env(clock))?;
        Ok(Arc::new(Self {
            home: Arc::new(opened),
        }))
    }

    /// Lets the database, its write-ahead log and the lock file go: for an app that goes into the background, where iOS ends
    /// apps that hold a lock on a file. Waits for the call that uses the database at this moment, never for the
    /// network. Until [`Doorknock::resume`] every call fails with `paused`, also a `HubCall` under way at
    /// its next step; what it had recorded or taken in before is kept. Paused twice is paused.
    ///
    /// # Errors
    /// `shut_down`.
    pub fn pause(&self) -> Result<()> {
        Ok(self.core().pause()?)
    }

    /// Takes the files again. Does nothing if the home is not paused.
    ///
    /// # Errors
    /// `shut_down`; `busy` and whatever opening says: the home is paused as before, and this can be called again.
    pub fn resume(&self) -> Result<()> {
        Ok(self.core().resume()?)
    }

    /// The same as [`Doorknock::pause`], for good: every later call fails with `shut_down`. The home can be opened
    /// again at once, though this object or a call under way lives on. Shut down twice is shut down.
    pub fn shutdown(&self) {
        self.core().shutdown();
    }
}

impl Doorknock {
    /// The facade's home, for the calls that stand in other files.
    pub(crate) fn core(&self) -> &doorknock::Doorknock {
        &self.home
    }

    /// The same for a call under way, which may outlive this object.
    pub(crate) fn shared(&self) -> Arc<doorknock::Doorknock> {
        Arc::clone(&self.home)
    }
}

fn env(clock: Option<Arc<dyn Clock>>) -> Env {
    let system = Env::system();
    match clock {
        Some(clock) => Env {
            clock: Arc::new(Told(clock)),
            ..system
        },
        None => system,
    }
}
