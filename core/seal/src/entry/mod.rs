//! Entries: what one device wrote into one space, sealed.
//!
//! An entry is a signed header and sealed sections, one per document. The header names each
//! section's hash, so that the hub can check an entry without a key and a section can later be
//! erased while the header still verifies.

mod error;
mod header;
mod keys;

use chacha20poly1305::aead::{Aead, Payload};
use doorknock_model::ids::{CommunityId, DocId, Incarnation};
use doorknock_model::{Entropy, random};
use zeroize::Zeroizing;

use crate::cbor;
use crate::identity::{Context, DeviceKey, DeviceSecrets, Signer as _};
use crate::{Hash, limits, section, sha256};

pub use error::EntryError;
pub use header::{Header, SectionHead};
pub use keys::SpaceKeys;

/// Bytes that sealing adds to a plaintext.
const TAG: usize = 16;

/// One document's part of an entry, before sealing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SectionPlain {
    /// The document; only its tag is visible outside.
    pub document: DocId,
    /// The section's CBOR.
    pub body: Vec<u8>,
}

/// Where an entry stands. Space and epoch come with the keys, the device with its secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntryParams {
    /// The community, which the signature covers.
    pub community: CommunityId,
    /// The opening of the home that writes.
    pub incarnation: Incarnation,
    /// Counts from 0 per space and incarnation.
    pub sequence: u64,
    /// The hash of the device's previous entry in this space, across incarnations; zeros for none.
    pub previous: Hash,
}

/// An entry ready to be stored and sent, byte for byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedEntry {
    /// The entry.
    pub bytes: Vec<u8>,
    /// Its hash.
    pub hash: Hash,
}

/// Seals sections into an entry and signs it.
///
/// # Errors
/// [`EntryError::TooLarge`] above a limit of the format, [`EntryError::Malformed`] without a section.
pub fn seal_entry(
    params: &EntryParams,
    keys: &SpaceKeys,
    device: &DeviceSecrets,
    sections: &[SectionPlain],
    entropy: &dyn Entropy,
) -> Result<SealedEntry, EntryError> {
    if sections.is_empty() {
        return Err(EntryError::Malformed);
    }
    if sections.len() > limits::SECTIONS {
        return Err(EntryError::TooLarge);
    }
    let head = |s: &SectionPlain| SectionHead {
        tag: keys.document_tag(s.document),
        hash: [0; 32],
    };
    let mut header = Header {
        space: keys.space(),
        device: device.device_id(),
        incarnation: params.incarnation,
        sequence: params.sequence,
        previous: params.previous,
        epoch: keys.epoch(),
        salt: random(entropy),
        sections: sections.iter().map(head).collect(),
    };
    let aad = header.additional_data();
    let cipher = keys.cipher();
    let mut sealed = Vec::with_capacity(sections.len());
    for (i, plain) in sections.iter().enumerate() {
        let plain = Zeroizing::new(section::pack(&plain.body)?);
        let bytes = cipher
            .encrypt(
                &header.nonce(i),
                Payload {
                    msg: &plain,
                    aad: &aad,
                },
            )
            .map_err(|_| EntryError::TooLarge)?;
        header.sections[i].hash = sha256(&[&bytes]);
        sealed.push(bytes);
    }
    let header = header.encode();
    let signature = device.sign(Context::Entry, params.community, &header);
    let bytes = encode_entry(&header, &signature, sealed.iter().map(Vec::as_slice));
    if bytes.len() > limits::ENTRY_BYTES {
        return Err(EntryError::TooLarge);
    }
    Ok(SealedEntry {
        bytes,
        hash: sha256(&[&header, &signature]),
    })
}

fn encode_entry<'s>(
    header: &[u8],
    signature: &[u8; 64],
    sections: impl ExactSizeIterator<Item = &'s [u8]>,
) -> Vec<u8> {
    cbor::write(|e| {
        e.array(3)?
            .bytes(header)?
            .bytes(signature)?
            .array(sections.len() as u64)?;
        for section in sections {
            e.bytes(section)?;
        }
        Ok(())
    })
}

/// An entry as it arrived: well-formed, within the limits, its sections those of its header. Its
/// signature is not verified until [`Entry::verify`].
#[derive(Debug, Clone)]
pub struct Entry<'b> {
    header: Header,
    header_bytes: &'b [u8],
    signature: [u8; 64],
    sections: Vec<&'b [u8]>,
    hash: Hash,
}

impl<'b> Entry<'b> {
    /// Reads an entry; needs no keys.
    ///
    /// # Errors
    /// [`EntryError::TooLarge`], [`EntryError::Malformed`], [`EntryError::Unsupported`] or
    /// [`EntryError::SectionHash`].
    pub fn parse(bytes: &'b [u8]) -> Result<Self, EntryError> {
        if bytes.len() > limits::ENTRY_BYTES {
            return Err(EntryError::TooLarge);
        }
        let (header_bytes, signature, sections) = cbor::read(bytes, |f| {
            let (header, signature) = (f.bytes()?, f.fixed()?);
            Ok((
                header,
                signature,
                f.list(limits::SECTIONS, |d| Ok(d.bytes()?))?,
            ))
        })?;
        let header = Header::decode(header_bytes)?;
        // Only the header is signed, so around it nothing may vary that its hash does not fix.
        let canonical = encode_entry(header_bytes, &signature, sections.iter().copied()) == bytes;
        if !canonical || sections.is_empty() || sections.len() != header.sections.len() {
            return Err(EntryError::Malformed);
        }
        for (section, head) in sections.iter().zip(&header.sections) {
            if section.len() > section::LONGEST + TAG {
                return Err(EntryError::TooLarge);
            }
            if sha256(&[section]) != head.hash {
                return Err(EntryError::SectionHash);
            }
        }
        let hash = sha256(&[header_bytes, &signature]);
        Ok(Self {
            header,
            header_bytes,
            signature,
            sections,
            hash,
        })
    }

    /// The hash of an entry of any version: its outer form never changes. For one that
    /// [`Entry::parse`] calls [`EntryError::Unsupported`]; nothing of it is checked.
    ///
    /// # Errors
    /// [`EntryError::Malformed`].
    pub fn hash_of(bytes: &[u8]) -> Result<Hash, EntryError> {
        let (header, signature) = cbor::read(bytes, |f| Ok((f.bytes()?, f.fixed::<64>()?)))?;
        Ok(sha256(&[header, &signature]))
    }

    /// The signed header.
    #[must_use]
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// The entry's hash: SHA-256 of header and signature, which fixes the sections too.
    #[must_use]
    pub const fn hash(&self) -> Hash {
        self.hash
    }

    /// The sealed sections.
    #[must_use]
    pub fn sections(&self) -> &[&'b [u8]] {
        &self.sections
    }

    /// Checks that the device with this key signed the entry for this community.
    ///
    /// # Errors
    /// [`EntryError::BadSignature`], also if the key is not the header's device's.
    pub fn verify(&self, community: CommunityId, sign_key: &[u8; 32]) -> Result<(), EntryError> {
        self.verify_by(community, &DeviceKey::new(sign_key))
    }

    /// The same with a key that is used for many entries.
    ///
    /// # Errors
    /// As [`Entry::verify`].
    pub fn verify_by(&self, community: CommunityId, key: &DeviceKey) -> Result<(), EntryError> {
        let own = key.device_id() == self.header.device;
        let (header, signature) = (self.header_bytes, &self.signature);
        if own && key.verify(Context::Entry, community, header, signature) {
            Ok(())
        } else {
            Err(EntryError::BadSignature)
        }
    }

    /// The body of section `index`. Whether the document it names has the tag that the header
    /// gives is for the caller to compare.
    ///
    /// # Errors
    /// [`EntryError::CannotDecrypt`] (also for keys of another space or epoch),
    /// [`EntryError::Coding`], [`EntryError::InflatesTooLarge`]; [`EntryError::Malformed`] if there
    /// is no such section.
    pub fn open_section(&self, index: usize, keys: &SpaceKeys) -> Result<Vec<u8>, EntryError> {
        let sealed = self.sections.get(index).ok_or(EntryError::Malformed)?;
        if (keys.space(), keys.epoch()) != (self.header.space, self.header.epoch) {
            return Err(EntryError::CannotDecrypt);
        }
        let aad = self.header.additional_data();
        let plain = keys
            .cipher()
            .decrypt(
                &self.header.nonce(index),
                Payload {
                    msg: sealed,
                    aad: &aad,
                },
            )
            .map_err(|_| EntryError::CannotDecrypt)?;
        section::unpack(&Zeroizing::new(plain))
    }
}
