//! The keys that seal and open sections.

use chacha20poly1305::aead::KeyInit;
use chacha20poly1305::{Key, XChaCha20Poly1305};
use doorknock_model::ids::SpaceId;
use zeroize::Zeroizing;

use crate::wrap::EpochKey;
use crate::hkdf32;

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

    pub(super) fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&Key::from(*self.content))
    }
}

impl std::fmt::Debug for SpaceKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SpaceKeys({}, epoch {})", self.space, self.epoch)
    }
}
