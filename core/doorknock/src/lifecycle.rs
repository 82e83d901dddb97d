//! Letting a home's files go and taking them again, while its object lives on: a phone's app that goes into the
//! background may hold no lock on a file.

use crate::Result;
use crate::home::Doorknock;

impl Doorknock {
    /// Lets the database, its write-ahead log and the lock file go. Waits for the call that uses the database at this
    /// moment, never for the network. Until [`Self::resume`] every call fails with `paused`, also one that is under
    /// way, at its next step; what it had recorded or taken in before is kept. Paused twice is paused.
    ///
    /// # Errors
    /// `shut_down`.
    pub fn pause(&self) -> Result<()> {
        let mut inner = self.lock();
        if let Err(error) = inner.store.is_open() {
            let error = crate::Error::from(error);
            return if error.is_paused() {
                Ok(())
            } else {
                Err(error)
            };
        }
        inner.rest(false);
        Ok(())
    }

    /// Takes the files again, as a new incarnation (rule R1). Does nothing if the home is not paused.
    ///
    /// # Errors
    /// `shut_down`; `busy` and whatever opening says: the home is paused as before, and this can be called again.
    pub fn resume(&self) -> Result<()> {
        let mut inner = self.lock();
        match inner.store.is_open().map_err(crate::Error::from) {
            Err(error) if error.is_paused() => self.begin_again(&mut inner)?,
            open => return open,
        }
        drop(inner);
        self.rebuild_if_outdated()?;
        self.keep_reserve();
        Ok(())
    }

    /// The same as [`Self::pause`], for good: every later call fails with `shut_down`. Another opening may have the
    /// home at once, though this object or a call under way lives on.
    pub fn shutdown(&self) {
        self.lock().rest(true);
    }
}

impl crate::home::Inner {
    fn rest(&mut self, for_good: bool) {
        self.forget();
        self.store.close(for_good);
        // Last: whoever has the lock may open the database.
        self.lock = None;
    }
}
