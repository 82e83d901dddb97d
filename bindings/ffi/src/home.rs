//! The one object: an open home.

use std::path::PathBuf;
use std::sync::Arc;

use doorknock::model::roster::{self, RowMessage, SourceRow};
use doorknock::{Env, ImportOptions};

use crate::error::Result;
use crate::ids::Uuid;
use crate::keys::{Clock, KeyStore, Lent, Told};
use crate::records::{ImportReport, Joined, RefusedRow, Role, SyncReport};
use crate::transport::{Carried, Transport};

const DAY_MS: i64 = 86_400_000;

/// An open home: the folder with one device's records. One process holds it at a time; a second
/// gets the code `busy`. The folder belongs where only the app can read, and in no backup: the key that opens
/// it ([`KeyStore`]) stays on this device, and two devices that go on from one copy are reported as copied.
#[derive(uniffi::Object)]
pub struct Doorknock {
    home: doorknock::Doorknock,
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
        Ok(Arc::new(Self { home: made }))
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
        Ok(Arc::new(Self { home: opened }))
    }

    /// Founds a community at a hub; this home becomes its first admin's device. Returns its id.
    ///
    /// # Errors
    /// `already_joined`, `hub_unreachable`, `hub_refused`, `hub_answer`.
    pub fn create_community(
        &self,
        name: String,
        hub_url: String,
        admin_name: String,
        transport: Arc<dyn Transport>,
    ) -> Result<Uuid> {
        let net = Carried(transport);
        let id = self
            .core()
            .create_community(&name, &hub_url, &admin_name, &net)?;
        Ok(id.into())
    }

    /// Imports a roster given as a table: rows of cells, the header among the first. `default_grid` is the
    /// grid of every row if there is no such column. Importing the same table twice changes nothing.
    ///
    /// # Errors
    /// What is wrong with the table as a whole, `not_joined`, `grids_need_hub`, `not_admin`.
    pub fn import_roster_rows(
        &self,
        rows: Vec<Vec<String>>,
        default_grid: Option<String>,
        transport: Arc<dyn Transport>,
    ) -> Result<ImportReport> {
        let rows: Vec<_> = (1..)
            .zip(rows)
            .map(|(number, cells)| SourceRow { number, cells })
            .collect();
        let roster = roster::read(&rows, default_grid.as_deref())?;
        let net = Carried(transport);
        let done = self
            .core()
            .import(&roster, ImportOptions::default(), &net, &mut |_, _| {})?;
        let read = roster.report;
        let refused = read.rows_refused.into_iter().chain(done.rows_refused);
        Ok(ImportReport {
            doors_added: done.doors_added as u64,
            doors_updated: done.doors_updated as u64,
            unchanged: done.unchanged as u64,
            rows_refused: refused.map(refused_row).collect(),
            columns_dropped: read.columns_dropped,
            columns_unknown: read.columns_unknown,
        })
    }

    /// Invites somebody: a link that one device can use within so many days. It holds a secret; send it
    /// to nobody else.
    ///
    /// # Errors
    /// `not_admin`, `unknown_grid`, `grid_needed`, `hub_unreachable`, `hub_refused`.
    pub fn invite(
        &self,
        role: Role,
        grids: Vec<String>,
        valid_days: u32,
        transport: Arc<dyn Transport>,
    ) -> Result<String> {
        let valid_ms = i64::from(valid_days) * DAY_MS;
        let net = Carried(transport);
        Ok(self.core().invite(role.into(), &grids, valid_ms, &net)?)
    }

    /// Joins with an invitation link. Safe to call again after a failure.
    ///
    /// # Errors
    /// `already_joined`, the link's own, `hub_unreachable`, `hub_refused`, `invite_used`, `invite_expired`.
    pub fn join(
        &self,
        link: String,
        name: String,
        transport: Arc<dyn Transport>,
    ) -> Result<Joined> {
        let joined = self.core().join(&link, &name, &Carried(transport))?;
        Ok(Joined {
            member: joined.member.into(),
            device: joined.device.into(),
        })
    }

    /// Syncs with the hub until nothing is left to do.
    ///
    /// # Errors
    /// `hub_unreachable`, `hub_refused`, `hub_answer`; a later call goes on where this one stopped.
    pub fn sync(&self, transport: Arc<dyn Transport>) -> Result<SyncReport> {
        let report = self.core().sync(&Carried(transport), &mut |_| {})?;
        Ok(report.into())
    }
}

impl Doorknock {
    /// The facade's home, for the calls that stand in other files.
    pub(crate) const fn core(&self) -> &doorknock::Doorknock {
        &self.home
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

fn refused_row(row: RowMessage) -> RefusedRow {
    RefusedRow {
        row: row.row,
        reason: row.reason.into(),
    }
}
