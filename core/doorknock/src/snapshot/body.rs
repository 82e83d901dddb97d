//! A part's body: `[[pack: bstr …], [parked …], [set aside …]]`. What its maker could not apply goes along, to
//! be judged again by whoever reads it.

use doorknock_model::ids::{DeviceId, Incarnation};
use minicbor::{Decode, Encode};

/// An opening of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub(super) struct Who {
    #[n(0)]
    pub(super) device: DeviceId,
    #[n(1)]
    pub(super) incarnation: Incarnation,
}

/// A change that waits for another.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub(super) struct Waiting {
    #[cbor(n(0), with = "minicbor::bytes")]
    pub(super) waits_for: [u8; 8],
    #[n(1)]
    pub(super) author: Who,
    #[cbor(n(2), with = "minicbor::bytes")]
    pub(super) entry: [u8; 32],
    #[cbor(n(3), with = "minicbor::bytes")]
    pub(super) section: Vec<u8>,
}

/// An input that was set aside.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub(super) struct Aside {
    #[cbor(n(0), with = "minicbor::bytes")]
    pub(super) entry: [u8; 32],
    /// -1 for the whole entry.
    #[n(1)]
    pub(super) section: i64,
    #[n(2)]
    pub(super) author: Option<Who>,
    #[n(3)]
    pub(super) reason: String,
    #[cbor(n(4), with = "minicbor::bytes")]
    pub(super) bytes: Vec<u8>,
}

/// A document's packed history, as its bytes stand in the part.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(transparent)]
pub(super) struct Packed(#[cbor(n(0), with = "minicbor::bytes")] pub(super) Vec<u8>);

/// What a part holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub(super) struct Body {
    #[n(0)]
    pub(super) packs: Vec<Packed>,
    #[n(1)]
    pub(super) waiting: Vec<Waiting>,
    #[n(2)]
    pub(super) aside: Vec<Aside>,
}
