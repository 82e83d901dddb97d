//! The encrypted database of one home. The only crate that names rusqlite.
//!
//! **What it is for.** Keeping what was recorded through power loss, and answering the day's
//! questions quickly.
//!
//! **How it works.** SQLCipher with a raw 32-byte key, WAL, `synchronous=FULL`. The log of changes
//! ([`log`]) is the truth; tables beside it are projections ([`project`]) that a rebuild makes
//! again. All writing goes through [`Store::write`]: one transaction, and nothing is acknowledged
//! before its COMMIT. [`View`] reads, [`Tx`] writes.
//!
//! What was measured (docs/performance.md): dirty pages decide the cost of a write, so the log is one
//! append-only table whose rows carry the document's heads, entries to send are found by a
//! watermark, and visits are indexed for search in batches before the next search, not when they are
//! recorded.
//!
//! **What it never does.** It judges nothing it is given and knows no key but the database's. It
//! never deletes a database that does not open.

pub mod care;
pub mod carried;
pub mod cells;
pub mod charter;
pub mod drafts;
pub mod inbox;
mod knocks;
pub mod log;
pub mod matters;
pub mod outbox;
pub mod places;
pub mod project;
pub mod queries;
pub mod receipts;
pub mod rounds;
pub mod salvage;
mod schema;
pub mod search;
pub mod snapshots;
pub mod templates;
mod touched;
pub mod visits;
mod wal;
pub mod whole;

use std::cell::RefCell;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use touched::Touched;

use rusqlite::{Connection, ErrorCode, Params, TransactionBehavior};

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The disk is full. Nothing was written.
    #[error("the disk is full")]
    Full,
    /// The file is not this key's database, or it is damaged. It is kept as it is.
    #[error("the database cannot be read with this key")]
    Unreadable,
    /// A newer version wrote it.
    #[error("the database was written by a newer version")]
    TooNew,
    /// The fault hook stopped this store; it refuses everything until it is opened again.
    #[error("stopped by the fault hook")]
    Stopped,
    /// It was closed ([`Store::close`]).
    #[error("the database is closed")]
    Closed {
        /// Whether it is not to be opened again.
        for_good: bool,
    },
    /// A row is not what this version writes.
    #[error("a row in the database makes no sense")]
    BadRow,
    /// A file cannot be read or written.
    #[error("file error")]
    Io(#[from] std::io::Error),
    /// Anything else SQLite reports.
    #[error("database error")]
    Sql(#[source] rusqlite::Error),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        // Where a full disk has no room for the index of the write-ahead log, SQLite says so in another way.
        let no_room = error
            .sqlite_error()
            .is_some_and(|e| e.extended_code == rusqlite::ffi::SQLITE_IOERR_SHMSIZE);
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full,
            _ if no_room => Self::Full,
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => Self::Unreadable,
            _ => Self::Sql(error),
        }
    }
}

impl StoreError {
    /// Whether the fault is in what was to be written or read, not in the disk or the file: another record
    /// may fare better.
    #[must_use]
    pub fn is_of_data(&self) -> bool {
        use rusqlite::Error as Sql;
        match self {
            Self::BadRow => true,
            Self::Sql(error) => {
                let code = error.sqlite_error_code();
                matches!(
                    error,
                    Sql::FromSqlConversionFailure(..)
                        | Sql::IntegralValueOutOfRange(..)
                        | Sql::InvalidColumnType(..)
                        | Sql::Utf8Error(..)
                ) || matches!(
                    code,
                    Some(
                        ErrorCode::ConstraintViolation
                            | ErrorCode::TypeMismatch
                            | ErrorCode::TooBig
                    )
                )
            }
            _ => false,
        }
    }
}

/// The result of this crate's functions.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// Asked before every write and around every commit, with the point's name. For the simulator.
pub type Fault = Arc<dyn Fn(&'static str) -> Trip + Send + Sync>;

/// What happens at a point that a [`Fault`] is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trip {
    /// Nothing.
    Go,
    /// The store stops there as a crash would.
    Stop,
    /// The disk is full, and the store goes on.
    Full,
}

/// Asks the hook about a point.
fn passing(fault: Option<&Fault>, point: &'static str) -> Result<()> {
    match fault.map_or(Trip::Go, |fault| fault(point)) {
        Trip::Go => Ok(()),
        Trip::Stop => Err(StoreError::Stopped),
        Trip::Full => Err(StoreError::Full),
    }
}

/// How to open a store.
#[derive(Clone, Default)]
pub struct Options {
    /// See [`Fault`].
    pub fault: Option<Fault>,
}

/// An open database.
pub struct Store {
    /// None once it was closed.
    conn: Option<Connection>,
    closed_for_good: bool,
    path: PathBuf,
    fault: Option<Fault>,
    stopped: bool,
    /// What was committed since somebody last asked.
    touched: Vec<Touched>,
}

impl Store {
    /// Opens or creates the database and brings its schema up to date.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] for another key or a damaged file, [`StoreError::TooNew`],
    /// [`StoreError::Full`].
    pub fn open(path: &Path, key: &[u8; 32], options: Options) -> Result<Self> {
        let conn = schema::open(path, key)?;
        let Options { fault } = options;
        Ok(Self {
            conn: Some(conn),
            closed_for_good: false,
            path: path.to_owned(),
            fault,
            stopped: false,
            touched: Vec::new(),
        })
    }

    /// Lets the files go: the database, its write-ahead log and their locks. Everything asked of it then fails with
    /// [`StoreError::Closed`]. What was closed for good stays so.
    pub fn close(&mut self, for_good: bool) {
        self.conn = None;
        self.closed_for_good |= for_good;
    }

    /// Whether it can be asked.
    ///
    /// # Errors
    /// [`StoreError::Closed`], [`StoreError::Stopped`].
    pub fn is_open(&self) -> Result<()> {
        self.conn().map(drop)
    }

    fn conn(&self) -> Result<&Connection> {
        if self.stopped {
            return Err(StoreError::Stopped);
        }
        self.conn.as_ref().ok_or(StoreError::Closed {
            for_good: self.closed_for_good,
        })
    }

    /// Reads.
    ///
    /// # Errors
    /// [`StoreError::Stopped`] after the fault hook fired, [`StoreError::Closed`].
    pub fn view(&self) -> Result<View<'_>> {
        Ok(View { conn: self.conn()? })
    }

    /// Runs `work` in one transaction and commits. When this returns `Ok`, the work survives power
    /// loss; on any error nothing of it remains.
    ///
    /// # Errors
    /// What `work` returns, or the database's own.
    pub fn write<T, E: From<StoreError>>(
        &mut self,
        work: impl FnOnce(&Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.conn()?;
        let fault = self.fault.clone();
        let pass = |point| passing(fault.as_ref(), point);
        let for_good = self.closed_for_good;
        let result = (|| {
            let conn = self.conn.as_mut().ok_or(StoreError::Closed { for_good })?;
            let sql = conn
                .transaction_with_behavior(TransactionBehavior::Immediate)
                .map_err(StoreError::from)?;
            let tx = Tx {
                view: View { conn: &sql },
                fault: fault.clone(),
                touched: RefCell::default(),
            };
            let value = work(&tx)?;
            let touched = tx.touched.into_inner();
            pass("before commit")?;
            sql.commit().map_err(StoreError::from)?;
            for touched in touched {
                touched::add(&mut self.touched, touched);
            }
            pass("after commit")?;
            Ok(value)
        })();
        // Any fault leaves the store unusable, as a crash would, whatever error `work` made of it.
        self.stopped = matches!(pass("stopped?"), Err(StoreError::Stopped));
        result
    }

    /// Work for a quiet moment: settles documents' heads, merges the search index in small steps and
    /// moves the WAL into the database. Returns whether more is left.
    ///
    /// # Errors
    /// The database's.
    pub fn maintain(&mut self) -> Result<bool> {
        let unsettled = self.write(|tx| tx.settle_heads())?;
        let more = self.write(|tx| tx.merge_search_index())? || unsettled;
        self.conn()?
            .query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?;
        Ok(more)
    }

    /// Every inconsistency SQLite and the cipher find; empty when sound.
    ///
    /// # Errors
    /// The database's.
    pub fn check(&self) -> Result<Vec<String>> {
        let mut problems = Vec::new();
        for pragma in [
            "PRAGMA cipher_integrity_check",
            "PRAGMA integrity_check(20)",
        ] {
            let mut statement = self.conn()?.prepare(pragma)?;
            let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
            problems.extend(rows.collect::<Result<Vec<_>, _>>()?);
        }
        problems.retain(|line| line != "ok");
        Ok(problems)
    }

    /// Where the database is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Reading. Methods stand with what they read: [`charter`], [`log`], [`queries`], ….
pub struct View<'c> {
    conn: &'c Connection,
}

/// Writing, inside one transaction.
pub struct Tx<'c> {
    view: View<'c>,
    fault: Option<Fault>,
    touched: RefCell<Vec<Touched>>,
}

impl<'c> Deref for Tx<'c> {
    type Target = View<'c>;
    fn deref(&self) -> &View<'c> {
        &self.view
    }
}

impl Tx<'_> {
    /// Runs one statement; every write of this crate passes here.
    fn exec(&self, sql: &str, params: impl Params) -> Result<usize> {
        passing(self.fault.as_ref(), "write")?;
        Ok(self.conn.prepare_cached(sql)?.execute(params)?)
    }

    /// The same for what counts in a home's status.
    fn exec_status(&self, sql: &str, params: impl Params) -> Result<usize> {
        let rows = self.exec(sql, params)?;
        if rows > 0 {
            self.touch(Touched::Status);
        }
        Ok(rows)
    }

    /// Runs `work`; if it fails, what it wrote is undone and the transaction goes on.
    ///
    /// # Errors
    /// The database's own, as the outer result; `work`'s as the inner.
    pub fn attempt<T, E>(&self, work: impl FnOnce() -> Result<T, E>) -> Result<Result<T, E>> {
        self.conn.prepare_cached("SAVEPOINT attempt")?.execute([])?;
        let before = self.touched.borrow().len();
        let result = work();
        if result.is_err() {
            self.touched.borrow_mut().truncate(before);
            self.conn
                .prepare_cached("ROLLBACK TO attempt")?
                .execute([])?;
        }
        self.conn.prepare_cached("RELEASE attempt")?.execute([])?;
        Ok(result)
    }
}

/// A blob column as a fixed array.
fn fixed<const N: usize>(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<[u8; N]> {
    let bytes = row.get_ref(column)?.as_blob()?;
    bytes
        .try_into()
        .map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, N as i64))
}

#[cfg(test)]
mod tests;
