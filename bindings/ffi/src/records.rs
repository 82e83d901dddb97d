//! What crosses the border: immutable records. Each says the same as the facade's type it comes from.

use std::time::SystemTime;

use doorknock::model::Message;
use doorknock::model::access;
use doorknock::model::checklist::Label;
use doorknock::model::ids::DocId;
use doorknock::model::roster;

use crate::error::Result;
use crate::home::Doorknock;
use crate::ids::Uuid;
use crate::places::SpaceStatus;
use crate::times::instant;

/// Who can be invited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum Role {
    /// A grid worker: the grids named.
    Worker,
    /// Office staff: every grid.
    Staff,
}

impl From<Role> for access::Role {
    fn from(role: Role) -> Self {
        match role {
            Role::Worker => Self::Worker,
            Role::Staff => Self::Staff,
        }
    }
}

/// A text in both languages. (Not called `Text`: that is a view in SwiftUI and in Compose.)
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Bilingual {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl From<Label> for Bilingual {
    fn from(label: Label) -> Self {
        let Label { zh, en } = label;
        Self { zh, en }
    }
}

/// A report for people, with a stable code for programs.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Notice {
    /// Stable, lower-case, words joined by underscores.
    pub code: String,
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl From<Message> for Notice {
    fn from(message: Message) -> Self {
        let Message { code, zh, en } = message;
        Self {
            code: code.to_owned(),
            zh,
            en,
        }
    }
}

/// A device that joined.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Joined {
    /// The member's id.
    pub member: Uuid,
    /// The device's id.
    pub device: Uuid,
}

impl From<doorknock::Joined> for Joined {
    fn from(joined: doorknock::Joined) -> Self {
        Self {
            member: joined.member.into(),
            device: joined.device.into(),
        }
    }
}

/// How to import a roster.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct RosterOptions {
    /// The code of every row's grid, if there is no such column.
    #[uniffi(default = None)]
    pub default_grid: Option<String>,
    /// Report what would happen, and change nothing.
    #[uniffi(default = false)]
    pub dry_run: bool,
}

impl From<RosterOptions> for doorknock::ImportOptions {
    fn from(options: RosterOptions) -> Self {
        let dry_run = options.dry_run;
        Self { dry_run }
    }
}

/// A row of a roster that was not taken.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct RefusedRow {
    /// Its number among the rows given, 1 first.
    pub row: u32,
    /// Why.
    pub reason: Notice,
}

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ImportReport {
    /// Doors that are new.
    pub doors_added: u64,
    /// Doors of which something changed, or of someone behind them.
    pub doors_updated: u64,
    /// Doors of which nothing changed.
    pub unchanged: u64,
    /// Rows not taken.
    pub rows_refused: Vec<RefusedRow>,
    /// Columns that may not be kept.
    pub columns_dropped: Vec<String>,
    /// Columns whose meaning is not known; not kept either.
    pub columns_unknown: Vec<String>,
}

impl ImportReport {
    /// What was wrong with the table, and what came of the rest.
    pub(crate) fn of(read: roster::RosterReport, done: doorknock::ImportReport) -> Self {
        let refused = read.rows_refused.into_iter().chain(done.rows_refused);
        Self {
            doors_added: done.doors_added as u64,
            doors_updated: done.doors_updated as u64,
            unchanged: done.unchanged as u64,
            rows_refused: refused.map(RefusedRow::from).collect(),
            columns_dropped: read.columns_dropped,
            columns_unknown: read.columns_unknown,
        }
    }
}

impl From<roster::RowMessage> for RefusedRow {
    fn from(row: roster::RowMessage) -> Self {
        Self {
            row: row.row,
            reason: row.reason.into(),
        }
    }
}

/// What making snapshots did.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct SnapshotReport {
    /// Spaces of which the hub has a new one.
    pub spaces: u64,
    /// Parts that were sent; those that had not changed were not.
    pub parts: u64,
    /// Their bytes.
    pub bytes: u64,
}

impl From<doorknock::SnapshotReport> for SnapshotReport {
    fn from(report: doorknock::SnapshotReport) -> Self {
        Self {
            spaces: report.spaces as u64,
            parts: report.parts as u64,
            bytes: report.bytes as u64,
        }
    }
}

/// How far a sync is.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct SyncProgress {
    /// What it did so far.
    pub report: SyncReport,
    /// How far a first sync is, while one is under way.
    pub first_sync: Option<FirstSync>,
}

impl From<doorknock::SyncReport> for SyncProgress {
    fn from(report: doorknock::SyncReport) -> Self {
        Self {
            first_sync: report.first_sync.map(FirstSync::from),
            report: report.into(),
        }
    }
}

/// How far a first sync is: snapshots are read in the place of logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct FirstSync {
    /// Bytes of the snapshots that are being read.
    pub bytes: u64,
    /// Bytes of them that have come.
    pub come: u64,
    /// Whether today's doors have all they need; what is missing is history.
    pub today_ready: bool,
}

impl From<doorknock::FirstSync> for FirstSync {
    fn from(first: doorknock::FirstSync) -> Self {
        Self {
            bytes: first.bytes,
            come: first.come,
            today_ready: first.today_ready,
        }
    }
}

/// What a sync did.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct SyncReport {
    /// Changes the hub now holds, by verified receipts.
    pub pushed: u64,
    /// Entries of others that were brought to the hub: from a file, or what it had lost.
    pub relayed: u64,
    /// Changes of others applied here.
    pub pulled: u64,
    /// Inputs set aside.
    pub quarantined: u64,
    /// Requests answered.
    pub round_trips: u32,
    /// Bytes of request bodies.
    pub bytes_up: u64,
    /// Bytes of answer bodies.
    pub bytes_down: u64,
}

impl From<doorknock::SyncReport> for SyncReport {
    fn from(report: doorknock::SyncReport) -> Self {
        Self {
            pushed: report.pushed as u64,
            relayed: report.relayed as u64,
            pulled: report.pulled as u64,
            quarantined: report.quarantined as u64,
            round_trips: report.round_trips,
            bytes_up: report.bytes_up as u64,
            bytes_down: report.bytes_down as u64,
        }
    }
}

/// Something a search found.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct SearchHit {
    /// `door`, `person`, `visit`, or the name of another kind of record.
    pub kind: String,
    /// Its id.
    pub id: Uuid,
    /// A line for people.
    pub title: String,
    /// The id of the door it belongs to.
    pub door: Option<Uuid>,
}

impl From<doorknock::SearchHit> for SearchHit {
    fn from(hit: doorknock::SearchHit) -> Self {
        Self {
            kind: hit.kind.to_owned(),
            // The facade writes the digits of an id there, whatever the kind.
            id: hit.id.parse().map(|DocId(id)| Uuid(id)).unwrap_or_default(),
            title: hit.title,
            door: hit.door.map(Uuid::from),
        }
    }
}

/// Where a home stands, never a guess.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Status {
    /// Changes recorded here for which no verified receipt is held.
    pub pending: u64,
    /// Visits among them.
    pub pending_visits: u64,
    /// When the oldest of those visits was recorded.
    pub unsent_since: Option<SystemTime>,
    /// Changes of this device that the hub holds, by verified receipts.
    pub at_hub: u64,
    /// Visits among them.
    pub at_hub_visits: u64,
    /// Changes of others that wait for another change.
    pub waiting: u64,
    /// Inputs set aside.
    pub quarantined: u64,
    /// Entries of this device that the hub refused.
    pub refused: u64,
    /// Keys that hold several values written side by side.
    pub conflicts: u64,
    /// Values of newer versions.
    pub unknown: u64,
    /// When a sync was last completed.
    pub last_sync: Option<SystemTime>,
    /// Others' entries kept here for the hub, which is not known to have them.
    pub to_bring: u64,
    /// What of each space this device holds is where.
    pub spaces: Vec<SpaceStatus>,
    /// Reports for people.
    pub notices: Vec<Notice>,
}

impl From<doorknock::Status> for Status {
    fn from(status: doorknock::Status) -> Self {
        Self {
            pending: status.pending,
            pending_visits: status.pending_visits,
            unsent_since: status.unsent_since.map(instant),
            at_hub: status.at_hub,
            at_hub_visits: status.at_hub_visits,
            waiting: status.waiting,
            quarantined: status.quarantined,
            refused: status.refused,
            conflicts: status.conflicts,
            unknown: status.unknown,
            last_sync: status.last_sync.map(instant),
            to_bring: status.to_bring,
            spaces: status.spaces.into_iter().map(SpaceStatus::from).collect(),
            notices: status.notices.into_iter().map(Notice::from).collect(),
        }
    }
}

#[uniffi::export]
impl Doorknock {
    /// Finds doors, people, visits and other records as people type: two characters, pinyin, initials, a phone's
    /// tail, `3-2-501`; people in care also by their category. The best first, `limit` at most: who does not
    /// find it among those types more.
    ///
    /// # Errors
    /// The database's.
    #[uniffi::method(default(limit = 20))]
    pub fn search(&self, query: String, limit: u32) -> Result<Vec<SearchHit>> {
        let hits = self.core().search(&query, limit)?;
        Ok(hits.into_iter().map(SearchHit::from).collect())
    }

    /// Where this home stands.
    ///
    /// # Errors
    /// The database's.
    pub fn status(&self) -> Result<Status> {
        Ok(self.core().status()?.into())
    }
}
