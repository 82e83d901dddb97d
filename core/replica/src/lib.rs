//! Records as automerge documents. The only crate that names automerge.
//!
//! **What it is for.** Merging what several phones wrote, without losing any of it.
//!
//! **How it works.** A document is a root map of flat keys ([`doorknock_model::kind`]) that hold scalars,
//! or a text that several people edit ([`splice`]); a text is made once, by the device that makes its
//! record, so no two devices make the same one twice (rule R5). A change is a handful of puts and
//! splices. It is *built from parts* ([`change::build`]) and never
//! parsed from foreign bytes: the wire carries the parts ([`section`]), and the receiver
//! derives the actor from the entry's device and incarnation, the first operation number from the
//! dependencies, and the bytes from automerge's own encoder. A forged actor or a malformed automerge
//! chunk cannot be expressed, which is the first half of rule R2 and why
//! docs/adr/0002-changes-travel-as-parts.md chose this form.
//!
//! Recording a visit needs no loaded document: the heads and the greatest operation number are
//! enough. Documents are loaded ([`document::Document`]) where concurrent values of a register must be
//! compared, and such documents are small.
//!
//! **What it never does.** It keeps no state, touches no database, and never hands automerge a
//! change whose dependencies are not there.

pub mod change;
pub mod document;
pub mod pack;
pub mod section;
pub mod splice;

/// SHA-256 of a change's encoded bytes: automerge's change hash.
pub type ChangeHash = [u8; 32];

/// The identity under which one opening of a home writes to one document (rule R1).
pub type Actor = [u8; 16];

use doorknock_model::ids::{CommunityId, DeviceId, DocId, Incarnation, SpaceId, derive16};

/// The actor of a device's incarnation in a document.
#[must_use]
pub fn actor(
    community: CommunityId,
    space: SpaceId,
    doc: DocId,
    device: DeviceId,
    incarnation: Incarnation,
) -> Actor {
    derive16(
        "actor",
        &[
            community.as_bytes(),
            space.as_bytes(),
            doc.as_bytes(),
            device.as_bytes(),
            incarnation.as_bytes(),
        ],
    )
}

/// What is wrong with a change or a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReplicaError {
    /// Not of the form that docs/wire-format.md describes.
    #[error("malformed")]
    Malformed,
    /// Beyond a limit of the format.
    #[error("too large")]
    TooLarge,
    /// The change as rebuilt here has another hash than where it was made.
    #[error("encoder mismatch")]
    EncoderMismatch,
    /// automerge refused what was stored, or panicked on it.
    #[error("document cannot be loaded")]
    Unloadable,
}
