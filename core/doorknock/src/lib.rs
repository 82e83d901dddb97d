//! Doorknock's facade: the one crate that apps, the desk and the tests use.
//!
//! **What it is for.** A community's records on a phone (visits, people in care, matters, cases, and
//! whatever kinds are declared): recorded offline, kept through power loss, merged, and synced
//! sealed through a hub that cannot read them. Ledgers, reports and the export are made here as data.
//!
//! **How it works.** A [`Doorknock`] is an open *home*: a folder with an encrypted database
//! ([`doorknock_store`]), held by one process. Every opening draws a new incarnation (rule R1). Recording
//! builds changes ([`doorknock_replica`]), appends them to the log and projects them in one
//! transaction. Sync seals them into entries ([`doorknock_seal`]), exchanges them with the hub
//! ([`doorknock_sync`]) as requests and answers that the caller carries, and takes others' entries in
//! behind guards (`ingest`). All methods take `&self`, may be called from any thread, and hold no lock
//! while they call out.
//!
//! **What it never does.** It opens no connection of its own ([`Transport`] is the caller's), asks no
//! wall clock to merge, reports nothing as sent without the hub's verified receipt, and puts no
//! personal data into errors.

mod apply;
mod care;
mod community;
mod correct;
mod decide;
mod doctor;
mod draft;
mod edit;
mod env;
mod error;
mod export;
mod history;
mod home;
mod import;
mod ingest;
mod ledger;
mod lifecycle;
mod matter;
mod observe;
mod outbox;
mod outcome;
mod page;
mod place;
mod read;
mod record;
mod records;
mod report;
mod room;
mod rules;
mod salvage;
mod snapshot;
mod status;
mod sync;
mod templates;
mod todo;
mod views;
mod writer;

pub use doorknock_model as model;
pub use doorknock_store::{Fault, Trip};

pub use care::{CareReview, Consent, NewNeed, PersonEdit};
pub use community::{CommunityInfo, Joined, MemberInfo};
pub use correct::VisitEdit;
pub use doctor::{Check, DoctorReport};
pub use draft::{Draft, DraftInfo};
pub use edit::DoorEdit;
pub use env::{Answer, Clock, Env, FileKeyStore, KeyStore, Request, Transport, Unreachable};
pub use error::Error;
pub use export::{EXPORT_VERSION, ExportLine};
pub use home::Doorknock;
pub use import::{ImportOptions, ImportReport};
pub use ledger::{CellKind, Ledger, LedgerCell, LedgerColumn, LedgerKind, LedgerScope};
pub use matter::{
    AwaitedVisit, MatterDetail, MatterInfo, MatterLine, MattersWanted, NewMatter, NewStep,
};
pub use observe::{Change, ChangeKind, Observer, Subscription};
pub use outcome::Confirmed;
pub use page::Page;
pub use place::{Place, SpaceStatus, Waiting, Whereabouts};
pub use record::NewVisit;
pub use records::{Choice, Conflict, ConflictValue, Record, RecordItem, TextVersion};
pub use report::{Activity, GridFigures, MonthReport};
pub use rules::RuleInfo;
pub use salvage::{SalvageLine, Salvaged};
pub use snapshot::SnapshotReport;
pub use status::{QuarantineLine, Status};
pub use sync::{FileRead, FileScope, FileWritten, FirstSync, SyncReport, SyncSession};
pub use templates::TemplateInfo;
pub use views::{
    AnswerLine, CareLine, CompoundInfo, DecisionInfo, DoorDetail, DoorInfo, GridInfo, MemberName,
    NeedInfo, PersonDetail, PersonInfo, ReviewInfo, Round, RoundLine, SearchHit, Todo, TodoKind,
    VisitInfo,
};

/// The result of this crate's functions.
pub type Result<T, E = Error> = std::result::Result<T, E>;
