//! Entries: what one device wrote into one space, sealed.
//!
//! An entry is a header and sealed sections, one per document, and a signature over the header and
//! the sections' hashes. The hashes do not travel: who has the sections makes them again. So the hub can
//! check an entry without a key, and of a section that is erased later its hash alone has to stay.

mod error;
mod header;
mod keys;

use doorknock_model::ids::{CommunityId, Incarnation};
use doorknock_model::{Entropy, random};
use zeroize::Zeroizing;

use crate::cbor;
use crate::identity::{Context, DeviceSecrets, Signer as _, device_id, verify};
use crate::{Hash, limits, section, sha256};

pub use error::EntryError;
pub use header::{Header, Link};
pub use keys::SpaceKeys;

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

/// Seals the bodies of sections into an entry and signs it.
///
/// # Errors
/// [`EntryError::TooLarge`] above a limit of the format, [`EntryError::Malformed`] without a section.
pub fn seal_entry(
    params: &EntryParams,
    keys: &SpaceKeys,
    device: &DeviceSecrets,
    bodies: &[Vec<u8>],
    entropy: &dyn Entropy,
) -> Result<SealedEntry, EntryError> {
    if bodies.is_empty() {
        return Err(EntryError::Malformed);
    }
    if bodies.len() > limits::SECTIONS {
        return Err(EntryError::TooLarge);
    }
    let header = Header {
        space: keys.space(),
        device: device.device_id(),
        incarnation: params.incarnation,
        sequence: params.sequence,
        previous: link(&params.previous),
        epoch: keys.epoch(),
        salt: random(entropy),
    };
    let header = header.encode();
    let mut sealed = Vec::with_capacity(bodies.len());
    for (i, body) in bodies.iter().enumerate() {
        let mut bytes = section::pack(body)?;
        keys.apply(header::nonce(&header, i), &mut bytes)?;
        sealed.push(bytes);
    }
    let root = root(sealed.iter().map(|bytes| sha256(&[bytes])));
    let message = [&header[..], &root].concat();
    let signature = device.sign(Context::Entry, params.community, &message);
    let bytes = encode_entry(&header, &signature, sealed.iter().map(Vec::as_slice));
    if bytes.len() > limits::ENTRY_BYTES {
        return Err(EntryError::TooLarge);
    }
    Ok(SealedEntry {
        bytes,
        hash: sha256(&[&message, &signature]),
    })
}

/// What the next entry says it follows.
#[must_use]
pub fn link(hash: &Hash) -> Link {
    let [a, b, c, d, e, f, g, h, ..] = *hash;
    [a, b, c, d, e, f, g, h]
}

/// One hash for all the sections, from theirs.
fn root(hashes: impl Iterator<Item = Hash>) -> Hash {
    let all: Vec<u8> = hashes.flatten().collect();
    sha256(&[&all])
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

/// An entry as it arrived: well-formed and within the limits. Its signature, and so whether its
/// sections are its own, is not verified until [`Entry::verify`].
#[derive(Debug, Clone)]
pub struct Entry<'b> {
    header: Header,
    header_bytes: &'b [u8],
    root: Hash,
    signature: [u8; 64],
    sections: Vec<&'b [u8]>,
}

impl<'b> Entry<'b> {
    /// Reads an entry; needs no keys.
    ///
    /// # Errors
    /// [`EntryError::TooLarge`], [`EntryError::Malformed`] or [`EntryError::Unsupported`].
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
        // Around what is signed nothing may vary that the entry's hash does not fix.
        let canonical = encode_entry(header_bytes, &signature, sections.iter().copied()) == bytes;
        if !canonical || sections.is_empty() {
            return Err(EntryError::Malformed);
        }
        if sections.iter().any(|s| s.len() > section::LONGEST) {
            return Err(EntryError::TooLarge);
        }
        Ok(Self {
            header,
            header_bytes,
            root: root(sections.iter().map(|bytes| sha256(&[bytes]))),
            signature,
            sections,
        })
    }

    /// The hash of an entry of any version: its outer form never changes. For one that
    /// [`Entry::parse`] calls [`EntryError::Unsupported`]; nothing of it is checked.
    ///
    /// # Errors
    /// [`EntryError::Malformed`].
    pub fn hash_of(bytes: &[u8]) -> Result<Hash, EntryError> {
        let hash = cbor::read(bytes, |f| {
            let (header, signature) = (f.bytes()?, f.fixed::<64>()?);
            let hashes = f.list(bytes.len(), section_hash)?;
            Ok(sha256(&[header, &root(hashes.into_iter()), &signature]))
        })?;
        Ok(hash)
    }

    /// The signed header.
    #[must_use]
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// The entry's hash: SHA-256 of header, sections' hashes and signature.
    #[must_use]
    pub fn hash(&self) -> Hash {
        sha256(&[self.header_bytes, &self.root, &self.signature])
    }

    /// The sealed sections.
    #[must_use]
    pub fn sections(&self) -> &[&'b [u8]] {
        &self.sections
    }

    /// Checks that the device with this key signed the entry for this community, with these sections.
    ///
    /// # Errors
    /// [`EntryError::BadSignature`], also if the key is not the header's device's.
    pub fn verify(
        &self,
        community: CommunityId,
        sign_key: &[u8; 32],
    ) -> Result<Verified<'_, 'b>, EntryError> {
        let own = device_id(sign_key) == self.header.device;
        let message = self.message();
        if own
            && verify(
                sign_key,
                Context::Entry,
                community,
                &message,
                &self.signature,
            )
        {
            Ok(Verified(self))
        } else {
            Err(EntryError::BadSignature)
        }
    }

    /// What its author signs, in the context [`Context::Entry`]: the header and the hash over the sections' hashes.
    #[must_use]
    pub fn message(&self) -> Vec<u8> {
        [self.header_bytes, &self.root].concat()
    }

    /// The signature, not checked.
    #[must_use]
    pub const fn signature(&self) -> &[u8; 64] {
        &self.signature
    }
}

/// An entry whose signature was verified. Only such a one opens: sections carry no check of their own,
/// because the signature covers every byte of them.
#[derive(Debug, Clone, Copy)]
pub struct Verified<'e, 'b>(&'e Entry<'b>);

impl Verified<'_, '_> {
    /// The body of section `index`.
    ///
    /// # Errors
    /// [`EntryError::CannotDecrypt`] for keys of another space or epoch,
    /// [`EntryError::Coding`], [`EntryError::InflatesTooLarge`], [`EntryError::Unsupported`] for a
    /// coding of a newer version; [`EntryError::Malformed`] if there is no such section.
    pub fn open_section(&self, index: usize, keys: &SpaceKeys) -> Result<Vec<u8>, EntryError> {
        let entry = self.0;
        let sealed = entry.sections.get(index).ok_or(EntryError::Malformed)?;
        if (keys.space(), keys.epoch()) != (entry.header.space, entry.header.epoch) {
            return Err(EntryError::CannotDecrypt);
        }
        let mut plain = Zeroizing::new(sealed.to_vec());
        keys.apply(header::nonce(entry.header_bytes, index), &mut plain)?;
        section::unpack(&plain)
    }
}

/// A section's hash, of its bytes; one that is erased stands as `[hash]`, in versions that erase.
fn section_hash(d: &mut minicbor::Decoder<'_>) -> cbor::Result<Hash> {
    if d.datatype()? == minicbor::data::Type::Bytes {
        return Ok(sha256(&[d.bytes()?]));
    }
    cbor::array(d, |f| f.fixed())
}
