//! The keys that seal and open sections.

use chacha20poly1305::aead::KeyInit;
use chacha20poly1305::{Key, XChaCha20Poly1305};
use doorknock_model::ids::{DocId, SpaceId};
use zeroize::Zeroizing;

use crate::wrap::EpochKey;
use crate::{hkdf32, hmac};

/// The keys of one epoch of one space, derived from its [`EpochKey`].
#[derive(Clone)]
pub struct SpaceKeys {
    space: SpaceId,
    epoch: u32,
    content: Zeroizing<[u8; 32]>,
    tag: Zeroizing<[u8; 32]>,
}

impl SpaceKeys {
    /// Derives the content key and the tag key.
    #[must_use]
    pub fn derive(space: SpaceId, epoch: u32, key: &EpochKey) -> Self {
        let derive = |info| hkdf32(Some(&space.0), key.as_bytes(), info);
        let (content, tag) = (derive("doorknock/1 content"), derive("doorknock/1 tag"));
        Self {
            space,
            epoch,
            content,
            tag,
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

    /// A document's tag: the same for every entry of the epoch, and nothing to whoever lacks the
    /// keys.
    #[must_use]
    pub fn document_tag(&self, document: DocId) -> [u8; 8] {
        let full = hmac(&self.tag, &document.0);
        let mut tag = [0; 8];
        tag.copy_from_slice(&full[..8]);
        tag
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
