//! Verified charters in memory, one for each community in use.
//!
//! The database is the truth: before a charter is used it is brought up to the length the
//! database has, so several services over one database see one charter.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use doorknock_model::ids::CommunityId;
use doorknock_seal::charter::{Charter, CharterError};

use crate::store::{HubStore, StoreError};

/// Bytes of statements read at once while a charter is rebuilt.
const BATCH: usize = 1 << 20;

/// Why there is no charter.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The database does not hold the community.
    #[error("no such community")]
    Unknown,
    /// The database holds statements that do not make a charter.
    #[error("a stored charter is refused: {0}")]
    Damaged(#[from] CharterError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

type Slot = Arc<Mutex<Option<Arc<Charter>>>>;

/// The cache.
#[derive(Debug, Default)]
pub struct Charters(Mutex<HashMap<CommunityId, Slot>>);

impl Charters {
    /// The community's charter as the database has it now. The value is a snapshot: who holds it
    /// keeps nobody waiting.
    pub fn get(&self, store: &dyn HubStore, id: CommunityId) -> Result<Arc<Charter>, LoadError> {
        // Asked first, so that strangers' made-up ids take no memory.
        let length = store.charter_length(id)?.ok_or(LoadError::Unknown)?;
        let slot = {
            let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(slots.entry(id).or_default())
        };
        let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
        let mut held = slot.take();
        while held.as_ref().map_or(0, |charter| charter.len()) < length {
            held = Some(Arc::new(grow(store, id, held.as_deref())?));
        }
        let charter = held.ok_or(LoadError::Unknown)?;
        *slot = Some(Arc::clone(&charter));
        Ok(charter)
    }
}

/// The charter with the next batch of stored statements.
fn grow(
    store: &dyn HubStore,
    id: CommunityId,
    held: Option<&Charter>,
) -> Result<Charter, LoadError> {
    let from = held.map_or(0, Charter::len);
    let mut statements = store.statements(id, from, BATCH)?.into_iter();
    let mut charter = match held {
        Some(charter) => charter.clone(),
        None => Charter::found(&statements.next().ok_or(LoadError::Unknown)?.bytes)?,
    };
    for statement in statements {
        charter.extend(&statement.bytes)?;
    }
    if charter.len() == from {
        Err(LoadError::Unknown)
    } else {
        Ok(charter)
    }
}
