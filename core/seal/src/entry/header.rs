//! The header of an entry: what the hub sees and the author signs.

use chacha20poly1305::XNonce;
use doorknock_model::ids::{DeviceId, Incarnation, SpaceId};
use minicbor::decode::Decoder;

use super::EntryError;
use crate::cbor::{self, Malformed};
use crate::{FORMAT, Hash, SUITE, limits};

/// The signed header of an entry.
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
    /// The hash of the device's previous entry in this space; zeros for none.
    pub previous: Hash,
    /// Which of the space's keys sealed it.
    pub epoch: u32,
    /// The base of the sections' nonces.
    pub salt: [u8; 24],
    /// What it says of each section, in order.
    pub sections: Vec<SectionHead>,
}

/// What the header says of a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SectionHead {
    /// [`super::SpaceKeys::document_tag`] of its document.
    pub tag: [u8; 8],
    /// SHA-256 of the sealed section.
    pub hash: Hash,
}

impl Header {
    fn write_fields(&self, e: &mut cbor::Writer) -> Result<(), cbor::WriteError> {
        e.array(10)?
            .u64(FORMAT)?
            .u8(SUITE)?
            .bytes(&self.space.0)?
            .bytes(&self.device.0)?
            .bytes(&self.incarnation.0)?
            .u64(self.sequence)?
            .bytes(&self.previous)?
            .u32(self.epoch)?
            .bytes(&self.salt)?
            .array(self.sections.len() as u64)?
            .ok()
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        cbor::write(|e| {
            self.write_fields(e)?;
            for section in &self.sections {
                e.array(2)?.bytes(&section.tag)?.bytes(&section.hash)?;
            }
            Ok(())
        })
    }

    /// What every section is bound to: the header with tags alone in the place of tags and hashes.
    pub(super) fn additional_data(&self) -> Vec<u8> {
        cbor::write(|e| {
            self.write_fields(e)?;
            for section in &self.sections {
                e.bytes(&section.tag)?;
            }
            Ok(())
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
                sections: f.list(limits::SECTIONS, section_head)?,
            })
        })?;
        Ok(header)
    }

    pub(super) fn nonce(&self, index: usize) -> XNonce {
        let index = u32::try_from(index).unwrap_or(u32::MAX).to_be_bytes();
        let mut nonce = self.salt;
        nonce[20..]
            .iter_mut()
            .zip(index)
            .for_each(|(byte, i)| *byte ^= i);
        nonce.into()
    }
}

fn section_head(decoder: &mut Decoder<'_>) -> cbor::Result<SectionHead> {
    cbor::array(decoder, |f| {
        Ok(SectionHead {
            tag: f.fixed()?,
            hash: f.fixed()?,
        })
    })
}
