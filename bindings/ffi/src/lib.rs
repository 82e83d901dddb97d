//! The core for Kotlin, Swift and Python: the facade's calls in types that cross the language border.
//!
//! **What it is for.** Apps on phones, and scripts. An app holds one [`Doorknock`], calls it from
//! any thread but the UI's, and carries the requests of each [`HubCall`] with its own HTTP client.
//!
//! **How it works.** uniffi reads the attributes here and writes the other languages' side
//! (`bindings/README.md`). Each call converts its arguments, calls the facade, and converts what comes
//! back: immutable records, ids, days and instants in the other language's own types, and one error
//! with a stable code and a sentence in both languages. Calls block. A home's files are let go by `shutdown`, for
//! a while by `pause`, and with the last reference to its object.
//!
//! **What it never does.** It decides nothing, keeps nothing and opens no connection; and it panics
//! on no input. It exports no method called `close`, which would hide the generated one.

// uniffi's attributes expand to `extern "C"` functions that take pointers from the other language;
// nothing written by hand here is unsafe.
#![allow(unsafe_code)]

mod cadence;
mod call;
mod checklists;
mod choices;
mod community;
mod conflicts;
mod decide;
mod doors;
mod drafts;
mod error;
mod export;
mod files;
mod home;
mod ids;
mod kept;
mod keys;
mod kinds;
mod ledgers;
mod matter;
mod matters;
mod network;
mod observe;
mod people;
mod places;
mod plans;
mod reason;
mod records;
mod report;
mod round;
mod times;
mod upkeep;
mod value;
mod visit;
mod visits;

pub use cadence::{Cadence, CadenceEdit, DayEdit, Weekday};
pub use call::{HubAnswer, HubCall, HubOutcome, HubRequest};
pub use checklists::{Checklist, ChecklistAsks, ChecklistGroup, ChecklistItem};
pub use choices::{
    CareCategory, Channel, CompoundKind, DecisionKind, DoorKind, EndReason, LegalBasis, MemberRole,
    Outcome, PeriodKind, RiskLevel, TodoKind,
};
pub use community::{Community, GridInfo, Member};
pub use conflicts::{Confirmed, Conflict, ConflictChoice, ConflictValue, Todo};
pub use doors::{Address, Building, Compound, Door, DoorDetail, DoorEdit};
pub use drafts::{Draft, SavedDraft};
pub use error::DoorknockError;
pub use export::ExportLine;
pub use files::{FileRead, FileScope, FileWritten};
pub use home::Doorknock;
pub use ids::Uuid;
pub use kept::{KeptRecord, RecordItem, RecordPage, TextVersion};
pub use keys::{Clock, FileKeys, KeyStore, KeyStoreError};
pub use kinds::{FieldInfo, FieldRule, FieldShape, KindInfo, PartInfo, WordInfo};
pub use ledgers::{CellKind, Ledger, LedgerCell, LedgerColumn, LedgerKind, LedgerRow};
pub use matter::{
    AwaitedPartner, Called, Matter, MatterDetail, MatterLine, MatterOption, StepEffect,
};
pub use matters::{
    AwaitedVisit, MatterKind, MatterPage, MatterPlace, MatterSource, MatterStage, MatterStep,
    MattersWanted, NewMatter, NewStep, Satisfaction, Urgency,
};
pub use observe::{Change, ChangeKind, Observer, ObserverError, Subscription};
pub use people::{
    CareLine, CareNeed, CareReview, CareReviewed, Consent, NewCareNeed, Person, PersonDetail,
    PersonEdit,
};
pub use places::{Place, QuarantineLine, SpaceStatus, Waiting, Whereabouts};
pub use plans::{DefaultCadence, PlanRule};
pub use reason::{DayPart, RoundReason};
pub use records::{
    Bilingual, FirstSync, ImportReport, Joined, Notice, RefusedRow, Role, RosterOptions, SearchHit,
    SnapshotReport, Status, SyncProgress, SyncReport,
};
pub use report::{Activity, Count, Figures, GridFigures, MonthReport, Share};
pub use round::{Decision, MemberName, Round, RoundLine, RoundStatus};
pub use times::Day;
pub use upkeep::{Check, DoctorReport};
pub use value::{NamedValue, RecordValue};
pub use visit::{Answer, NewVisit, Visit};
pub use visits::{VisitEdit, VisitPage};

uniffi::setup_scaffolding!("doorknock");
