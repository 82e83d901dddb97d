//! Observers: which records changed, so that screens can read again what they show.

use std::sync::{Arc, Mutex, PoisonError};

use crate::home::Doorknock;
use crate::ids::Uuid;

/// What changed.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum ChangeKind {
    /// A door.
    Door,
    /// A visit, a correction of one, or its confirmation.
    Visit,
    /// A day's list: somebody knocked, took, left out, added or assigned a door. The id is its sheet's.
    Round,
    /// Somebody's file.
    Person,
    /// A matter.
    Matter,
    /// A record of another kind.
    Record {
        /// The kind's name.
        name: String,
    },
    /// A draft on this device.
    Draft,
    /// The community: its settings, grids, compounds, members. No id.
    Community,
    /// Counts in the status may have changed. No id.
    Status,
    /// So much that it is not told apart: read again whatever is shown. No id.
    Everything,
}

impl From<doorknock::ChangeKind> for ChangeKind {
    fn from(kind: doorknock::ChangeKind) -> Self {
        use doorknock::ChangeKind as Core;
        match kind {
            Core::Door => Self::Door,
            Core::Visit => Self::Visit,
            Core::Round => Self::Round,
            Core::Person => Self::Person,
            Core::Matter => Self::Matter,
            Core::Record(name) => Self::Record {
                name: name.to_owned(),
            },
            Core::Draft => Self::Draft,
            Core::Community => Self::Community,
            Core::Status => Self::Status,
            Core::Everything => Self::Everything,
        }
    }
}

/// Something that changed on this device, recorded here or taken in: what it is, never what is in it.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Change {
    /// What it is.
    pub kind: ChangeKind,
    /// Its id; none of the kinds that have none.
    pub id: Option<Uuid>,
    /// The id of the door it belongs to, where the change itself says so.
    pub door: Option<Uuid>,
}

impl From<&doorknock::Change> for Change {
    fn from(change: &doorknock::Change) -> Self {
        Self {
            kind: change.kind.into(),
            id: change.id.map(Uuid),
            door: change.door.map(Uuid::from),
        }
    }
}

/// What an [`Observer`] may raise. It is swallowed: what was recorded is recorded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum ObserverError {
    /// The observer failed.
    #[error("the observer failed")]
    Failed,
}

impl From<uniffi::UnexpectedUniFFICallbackError> for ObserverError {
    fn from(_: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Failed
    }
}

/// Is told what changed.
#[uniffi::export(with_foreign)]
pub trait Observer: Send + Sync {
    /// These changed; each is named once. Called on the thread that made the change, after it was committed, with no
    /// lock held: the home may be asked from here, but the call that made the change returns only afterwards. Be quick; leave the
    /// thread for anything else.
    ///
    /// # Errors
    /// Whatever is raised here is swallowed.
    fn changed(&self, changes: Vec<Change>) -> Result<(), ObserverError>;
}

/// The app's observer as the facade tells it.
struct Told(Arc<dyn Observer>);

impl doorknock::Observer for Told {
    fn changed(&self, changes: &[doorknock::Change]) {
        let changes = changes.iter().map(Change::from).collect();
        let _ = self.0.changed(changes);
    }
}

/// Keeps an observer. Stopped or released, it is told nothing more; what another thread is telling it at that
/// moment still comes.
#[derive(uniffi::Object)]
pub struct Subscription(Mutex<Option<doorknock::Subscription>>);

#[uniffi::export]
impl Subscription {
    /// Ends it; a second time nothing happens.
    pub fn stop(&self) {
        let kept = self.0.lock();
        drop(kept.unwrap_or_else(PoisonError::into_inner).take());
    }
}

#[uniffi::export]
impl Doorknock {
    /// Tells `observer` what changes from now on, until the subscription is stopped or released. It outlasts
    /// pauses.
    pub fn observe(&self, observer: Arc<dyn Observer>) -> Arc<Subscription> {
        let subscription = self.core().observe(Arc::new(Told(observer)));
        Arc::new(Subscription(Mutex::new(Some(subscription))))
    }
}
