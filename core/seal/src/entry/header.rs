//! The header of an entry: what the hub sees and the author signs.

use doorknock_model::ids::{DeviceId, Incarnation, SpaceId};

use super::EntryError;
use crate::cbor::{self, Malformed};
use crate::{FORMAT, SUITE, sha256};

/// The signed header of an entry. It says nothing of the sections: the signature covers their hashes
/// beside it ([`super::Entry::verify`]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Where it was written.
    pub space: SpaceId,
    /// Who wrote it.
    pub device: DeviceId,
    /// The opening of the home that wrote it.
    pub incarnation: Incarnation,
    /// Counts from 0 per space and incarnation.
    pub sequence: u64,
    /// The beginning of the hash of the device's previous entry in this space; zeros for none.
    pub previous: Link,
    /// Which of the space's keys sealed it.
    pub epoch: u32,
    /// Makes the nonces differ even where everything else is the same.
    pub salt: [u8; 8],
}

/// The beginning of an entry's hash, which says what an entry follows. Eight bytes are enough: only
/// the device itself signs what could be taken for its previous entry.
pub type Link = [u8; 8];

impl Header {
    pub(super) fn encode(&self) -> Vec<u8> {
        cbor::write(|e| {
            e.array(9)?
                .u64(FORMAT)?
                .u8(SUITE)?
                .bytes(&self.space.0)?
                .bytes(&self.device.0)?
                .bytes(&self.incarnation.0)?
                .u64(self.sequence)?
                .bytes(&self.previous)?
                .u32(self.epoch)?
                .bytes(&self.salt)?
                .ok()
        })
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, EntryError> {
        let version = cbor::read(bytes, |f| Ok((f.uint()?, f.uint()?)))?;
        if version != (FORMAT, SUITE.into()) {
            return Err(EntryError::Unsupported);
        }
        let header = cbor::read(bytes, |f| {
            f.uint()?;
            f.uint()?;
            Ok(Self {
                space: SpaceId(f.fixed()?),
                device: DeviceId(f.fixed()?),
                incarnation: Incarnation(f.fixed()?),
                sequence: f.uint()?,
                previous: f.fixed()?,
                epoch: u32::try_from(f.uint()?).map_err(|_| Malformed)?,
                salt: f.fixed()?,
            })
        })?;
        Ok(header)
    }
}

/// The nonces of an entry's sections, from all that its header says: index by index.
pub(super) fn nonce(header: &[u8], index: usize) -> [u8; 24] {
    let base = sha256(&[b"doorknock/1 nonce", header]);
    let mut nonce = [0; 24];
    nonce.copy_from_slice(&base[..24]);
    let index = u32::try_from(index).unwrap_or(u32::MAX).to_be_bytes();
    nonce[20..]
        .iter_mut()
        .zip(index)
        .for_each(|(byte, i)| *byte ^= i);
    nonce
}
