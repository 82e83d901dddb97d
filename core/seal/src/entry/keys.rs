//! The keys that seal and open sections.

use chacha20::XChaCha20;
use chacha20::cipher::{KeyIvInit as _, StreamCipher as _};
use doorknock_model::ids::SpaceId;
use zeroize::Zeroizing;

use super::EntryError;
use crate::hkdf32;
use crate::wrap::EpochKey;

/// The keys of one epoch of one space, derived from its [`EpochKey`].
#[derive(Clone)]
pub struct SpaceKeys {
    space: SpaceId,
    epoch: u32,
    content: Zeroizing<[u8; 32]>,
}

impl SpaceKeys {
    /// Derives the content key.
    #[must_use]
    pub fn derive(space: SpaceId, epoch: u32, key: &EpochKey) -> Self {
        let content = hkdf32(Some(&space.0), key.as_bytes(), "doorknock/1 content");
        Self {
            space,
            epoch,
            content,
        }
    }

    /// The space.
    #[must_use]
    pub const fn space(&self) -> SpaceId {
        self.space
    }

    /// Which of the space's keys these come from.
    #[must_use]
    pub const fn epoch(&self) -> u32 {
        self.epoch
    }

    /// Turns a section's plaintext into what is sent, and back. What was sent is whole because it is signed.
    pub(super) fn apply(&self, nonce: [u8; 24], bytes: &mut [u8]) -> Result<(), EntryError> {
        let mut cipher = XChaCha20::new(&(*self.content).into(), &nonce.into());
        let applied = cipher.try_apply_keystream(bytes);
        applied.map_err(|_| EntryError::TooLarge)
    }
}

impl std::fmt::Debug for SpaceKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SpaceKeys({}, epoch {})", self.space, self.epoch)
    }
}
