//! The one object: an open home.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, NaiveDate};
use doorknock::model::roster::{self, RowMessage, SourceRow};
use doorknock::{Env, FileKeyStore, ImportOptions};

use crate::error::{DoorknockError, bad_date, bad_time};
use crate::records::{ImportReport, Joined, RefusedRow, Role, SearchHit, Status, SyncReport};
use crate::round::Round;
use crate::transport::{Carried, Transport};
use crate::visit::{NewVisit, Visit};

const DAY_MS: i64 = 86_400_000;

/// An open home: the folder with one device's records. One process holds it at a time; a second
/// gets the code `busy`. The database's key lies beside it in the file `key`, so the folder belongs where
/// only the app can read, and in no backup.
#[derive(uniffi::Object)]
pub struct Doorknock {
    home: doorknock::Doorknock,
}

type Result<T> = std::result::Result<T, DoorknockError>;

#[uniffi::export]
impl Doorknock {
    /// Makes a home in a folder that holds none.
    ///
    /// # Errors
    /// `home_exists`, `busy`, or what the disk says.
    #[uniffi::constructor]
    pub fn create(home: String) -> Result<Arc<Self>> {
        let home = PathBuf::from(home);
        let home = doorknock::Doorknock::create(&home, &keys(&home), Env::system())?;
        Ok(Arc::new(Self { home }))
    }

    /// Opens a home.
    ///
    /// # Errors
    /// `no_home`, `busy`, `key_missing`, `home_unreadable`, `home_too_new`.
    #[uniffi::constructor]
    pub fn open(home: String) -> Result<Arc<Self>> {
        let home = PathBuf::from(home);
        let home = doorknock::Doorknock::open(&home, &keys(&home), Env::system())?;
        Ok(Arc::new(Self { home }))
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
    ) -> Result<String> {
        let net = Carried(transport);
        let id = self
            .home
            .create_community(&name, &hub_url, &admin_name, &net)?;
        Ok(id.to_string())
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
            .home
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
        Ok(self.home.invite(role.into(), &grids, valid_ms, &net)?)
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
        let joined = self.home.join(&link, &name, &Carried(transport))?;
        Ok(Joined {
            member: joined.member.to_string(),
            device: joined.device.to_string(),
        })
    }

    /// Syncs with the hub until nothing is left to do.
    ///
    /// # Errors
    /// `hub_unreachable`, `hub_refused`, `hub_answer`; a later call goes on where this one stopped.
    pub fn sync(&self, transport: Arc<dyn Transport>) -> Result<SyncReport> {
        let report = self.home.sync(&Carried(transport), &mut |_| {})?;
        Ok(report.into())
    }

    /// Today's list of a grid; of the only grid of this device if none is named.
    ///
    /// # Errors
    /// `which_grid`, `unknown_grid`, `no_grid`, `not_joined`.
    #[uniffi::method(default(grid = None))]
    pub fn today(&self, grid: Option<String>) -> Result<Round> {
        Ok(self.home.round(grid.as_deref(), None)?.into())
    }

    /// Records a visit and returns its id. When this returns, the visit survives power loss.
    ///
    /// # Errors
    /// `not_found`, `no_casework`, `bad_answer`, `unknown_item`, `too_large`, `visit_in_future`,
    /// `follow_up_in_past`, `bad_date`, `bad_time`, `unknown_choice`, `disk_full`.
    pub fn log_visit(&self, visit: NewVisit) -> Result<String> {
        let day = |text: String| text.parse::<NaiveDate>().map_err(|_| bad_date());
        let time = |text: String| DateTime::parse_from_rfc3339(&text).map_err(|_| bad_time());
        let visit = doorknock::NewVisit {
            door: self.home.find_door(&visit.door)?,
            outcome: visit.outcome.try_into()?,
            channel: visit.channel.try_into()?,
            at: visit.at.map(time).transpose()?.map(|at| at.timestamp()),
            with: visit.companions,
            checklist: None,
            answers: visit.answers,
            summary: visit.summary,
            follow_up: visit.follow_up.map(day).transpose()?,
            matters: vec![],
        };
        Ok(self.home.log_visit(&visit)?.to_string())
    }

    /// Visits, newest first: of a door, or of all.
    ///
    /// # Errors
    /// `not_found`, `not_joined`.
    pub fn visits(&self, door: Option<String>, limit: u32) -> Result<Vec<Visit>> {
        let door = door.map(|door| self.home.find_door(&door)).transpose()?;
        let visits = self.home.visits(door, limit)?;
        Ok(visits.into_iter().map(Visit::from).collect())
    }

    /// Finds doors, people and visits as people type: two characters, pinyin, initials, a phone's
    /// tail, `3-2-501`.
    ///
    /// # Errors
    /// The database's.
    pub fn search(&self, query: String, limit: u32) -> Result<Vec<SearchHit>> {
        let hits = self.home.search(&query, limit)?;
        Ok(hits.into_iter().map(SearchHit::from).collect())
    }

    /// Where this home stands.
    ///
    /// # Errors
    /// The database's.
    pub fn status(&self) -> Result<Status> {
        Ok(self.home.status()?.into())
    }
}

fn keys(home: &Path) -> FileKeyStore {
    FileKeyStore::new(home.join("key"))
}

fn refused_row(row: RowMessage) -> RefusedRow {
    RefusedRow {
        row: row.row,
        reason: row.reason.into(),
    }
}
