//! Snapshots: everything a space held at a place of its log, in sealed parts, so that a new phone need
//! not read the log from its beginning (docs/wire-format.md, "Snapshots").
//!
//! A [`Manifest`] names the parts by hash and is signed by the office's device that made them. A part
//! is sealed with keys of the space's epoch; its nonce follows from its content, so that a part which
//! did not change since the last snapshot has the same bytes and is not sent again. That tells the
//! hub that two snapshots share a part, and nothing else.

use std::io::Read;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use doorknock_model::ids::{CommunityId, DeviceId, SpaceId};
use zeroize::Zeroizing;
use zstd::stream::read::Decoder as Inflate;

use crate::cbor::{self, Malformed};
use crate::entry::EntryError;
use crate::identity::{Context, DeviceSecrets, Signer as _, verify};
use crate::section::padded_len;
use crate::signed::Signed;
use crate::wrap::EpochKey;
use crate::{FORMAT, Hash, SUITE, hkdf32, hmac, limits, sha256};

/// Bytes of a nonce.
const NONCE: usize = 24;
/// Parts are made once and read by many.
const ZSTD_LEVEL: i32 = 15;
/// Reading keeps at most this window (4 MiB), whatever a frame asks for.
const WINDOW_LOG: u32 = 22;

/// When a part is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// For today's doors.
    Now,
    /// To look something up.
    History,
}

/// What a manifest says of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// SHA-256 of the sealed part.
    pub hash: Hash,
    /// Its bytes.
    pub size: u32,
    /// When it is needed; one of a newer version counts as history.
    pub level: Level,
}

/// What a snapshot is of, and its parts in the order to read them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The space.
    pub space: SpaceId,
    /// Which of its keys sealed the parts.
    pub epoch: u32,
    /// The place in the space's log up to which everything is in it.
    pub position: u64,
    /// The running hash there.
    pub running: Hash,
    /// When it was made, by the maker's clock: unix milliseconds.
    pub made_at: i64,
    /// The parts.
    pub parts: Vec<Part>,
}

impl Manifest {
    /// Signs it as this device.
    #[must_use]
    pub fn sign(&self, device: &DeviceSecrets, community: CommunityId) -> Vec<u8> {
        let body = self.encode();
        let signature = device.sign(Context::Snapshot, community, &body);
        Signed {
            body: &body,
            signer: device.signer_id(),
            signature,
        }
        .encode()
    }

    fn encode(&self) -> Vec<u8> {
        cbor::write(|e| {
            e.array(8)?
                .u64(FORMAT)?
                .u8(SUITE)?
                .bytes(&self.space.0)?
                .u32(self.epoch)?
                .u64(self.position)?
                .bytes(&self.running)?
                .i64(self.made_at)?
                .array(self.parts.len() as u64)?;
            for part in &self.parts {
                let level = u8::from(part.level == Level::History);
                e.array(3)?.bytes(&part.hash)?.u32(part.size)?.u8(level)?;
            }
            Ok(())
        })
    }

    fn decode(bytes: &[u8]) -> Result<Self, EntryError> {
        let version = cbor::read(bytes, |f| Ok((f.uint()?, f.uint()?)))?;
        if version != (FORMAT, SUITE.into()) {
            return Err(EntryError::Unsupported);
        }
        let manifest = cbor::read(bytes, |f| {
            f.uint()?;
            f.uint()?;
            Ok(Self {
                space: SpaceId(f.fixed()?),
                epoch: u32::try_from(f.uint()?).map_err(|_| Malformed)?,
                position: f.uint()?,
                running: f.fixed()?,
                made_at: f.int()?,
                parts: f.list(limits::SNAPSHOT_PARTS, |d| {
                    cbor::array(d, |f| {
                        Ok(Part {
                            hash: f.fixed()?,
                            size: u32::try_from(f.uint()?).map_err(|_| Malformed)?,
                            level: match f.uint()? {
                                0 => Level::Now,
                                _ => Level::History,
                            },
                        })
                    })
                })?,
            })
        })?;
        let fits = |part: &Part| (1..=limits::SNAPSHOT_PART_BYTES).contains(&(part.size as usize));
        if manifest.parts.iter().all(fits) {
            Ok(manifest)
        } else {
            Err(EntryError::TooLarge)
        }
    }
}

/// A manifest as it arrived.
#[derive(Debug, Clone)]
pub struct SignedManifest<'b> {
    signed: Signed<'b>,
    manifest: Manifest,
}

impl<'b> SignedManifest<'b> {
    /// Reads a manifest, verifying nothing.
    ///
    /// # Errors
    /// [`EntryError::Malformed`], [`EntryError::Unsupported`], [`EntryError::TooLarge`].
    pub fn parse(bytes: &'b [u8]) -> Result<Self, EntryError> {
        let signed = Signed::parse(bytes)?;
        let manifest = Manifest::decode(signed.body)?;
        Ok(Self { signed, manifest })
    }

    /// What it says.
    #[must_use]
    pub const fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The device that claims to have made it.
    #[must_use]
    pub const fn maker(&self) -> DeviceId {
        DeviceId(self.signed.signer)
    }

    /// Whether the device with this key made it for this community.
    #[must_use]
    pub fn verify(&self, key: &[u8; 32], community: CommunityId) -> bool {
        let Signed {
            body, signature, ..
        } = &self.signed;
        verify(key, Context::Snapshot, community, body, signature)
    }
}

/// The keys that seal the parts of one epoch of one space.
#[derive(Clone)]
pub struct SnapshotKeys {
    space: SpaceId,
    epoch: u32,
    content: Zeroizing<[u8; 32]>,
    nonce: Zeroizing<[u8; 32]>,
}

impl std::fmt::Debug for SnapshotKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SnapshotKeys({}, epoch {})", self.space, self.epoch)
    }
}

impl SnapshotKeys {
    /// Derives them from the epoch's secret.
    #[must_use]
    pub fn derive(space: SpaceId, epoch: u32, key: &EpochKey) -> Self {
        let derive = |info| hkdf32(Some(&space.0), key.as_bytes(), info);
        Self {
            space,
            epoch,
            content: derive("doorknock/1 snapshot"),
            nonce: derive("doorknock/1 snapshot nonce"),
        }
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&Key::from(*self.content))
    }

    /// `space || epoch (u32 big-endian)`.
    fn additional_data(&self) -> Vec<u8> {
        [&self.space.0[..], &self.epoch.to_be_bytes()].concat()
    }

    /// Seals a part: `nonce || ciphertext`. The same body gives the same bytes.
    ///
    /// # Errors
    /// [`EntryError::TooLarge`] above [`limits::SNAPSHOT_BODY_BYTES`] or, sealed, above
    /// [`limits::SNAPSHOT_PART_BYTES`].
    pub fn seal(&self, body: &[u8]) -> Result<Vec<u8>, EntryError> {
        if body.len() > limits::SNAPSHOT_BODY_BYTES {
            return Err(EntryError::TooLarge);
        }
        let coded = deflate(body).map_err(|_| EntryError::Coding)?;
        let len = u32::try_from(coded.len()).map_err(|_| EntryError::TooLarge)?;
        let mut plain = Zeroizing::new([&len.to_be_bytes()[..], &coded].concat());
        let padded = padded_len(plain.len());
        plain.resize(padded, 0);
        let mut nonce = [0; NONCE];
        nonce.copy_from_slice(&hmac(&self.nonce, &plain)[..NONCE]);
        let payload = Payload {
            msg: &plain,
            aad: &self.additional_data(),
        };
        let sealed = self
            .cipher()
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| EntryError::TooLarge)?;
        let part = [&nonce[..], &sealed].concat();
        if part.len() > limits::SNAPSHOT_PART_BYTES {
            return Err(EntryError::TooLarge);
        }
        Ok(part)
    }

    /// Opens a part; the body is at most [`limits::SNAPSHOT_BODY_BYTES`].
    ///
    /// # Errors
    /// [`EntryError::CannotDecrypt`], [`EntryError::Coding`], [`EntryError::InflatesTooLarge`].
    pub fn open(&self, part: &[u8]) -> Result<Vec<u8>, EntryError> {
        let (nonce, sealed) = part
            .split_first_chunk::<NONCE>()
            .ok_or(EntryError::CannotDecrypt)?;
        let payload = Payload {
            msg: sealed,
            aad: &self.additional_data(),
        };
        let plain = self
            .cipher()
            .decrypt(&XNonce::from(*nonce), payload)
            .map(Zeroizing::new)
            .map_err(|_| EntryError::CannotDecrypt)?;
        let (len, rest) = plain.split_first_chunk().ok_or(EntryError::Coding)?;
        let len = usize::try_from(u32::from_be_bytes(*len)).map_err(|_| EntryError::Coding)?;
        let coded = rest.get(..len).ok_or(EntryError::Coding)?;
        inflate(coded)
    }
}

fn deflate(body: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), ZSTD_LEVEL)?;
    encoder.window_log(WINDOW_LOG)?;
    encoder.include_contentsize(false)?;
    // Tables of this size: most parts are small, and those for any size are 30 MB.
    encoder.set_pledged_src_size(u64::try_from(body.len()).ok())?;
    std::io::Write::write_all(&mut encoder, body)?;
    encoder.finish()
}

/// Inflates one frame, never beyond the limit and without believing the size it claims.
fn inflate(coded: &[u8]) -> Result<Vec<u8>, EntryError> {
    let bad = |_| EntryError::Coding;
    let mut decoder = Inflate::with_buffer(coded).map_err(bad)?.single_frame();
    decoder.window_log_max(WINDOW_LOG).map_err(bad)?;
    let limit = limits::SNAPSHOT_BODY_BYTES;
    let mut body = Vec::new();
    let most = u64::try_from(limit).unwrap_or(u64::MAX);
    let read = decoder.by_ref().take(most + 1).read_to_end(&mut body);
    read.map_err(bad)?;
    if body.len() > limit {
        return Err(EntryError::InflatesTooLarge);
    }
    if decoder.finish().is_empty() {
        Ok(body)
    } else {
        Err(EntryError::Coding)
    }
}

/// The hash under which a manifest names a part.
#[must_use]
pub fn part_hash(part: &[u8]) -> Hash {
    sha256(&[part])
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: CommunityId = CommunityId([1; 16]);
    const SPACE: SpaceId = SpaceId([2; 16]);

    fn keys(epoch: u32) -> SnapshotKeys {
        SnapshotKeys::derive(SPACE, epoch, &EpochKey::from_bytes(&[7; 32]))
    }

    fn manifest() -> Manifest {
        let part = |n: u8, level| Part {
            hash: [n; 32],
            size: 100,
            level,
        };
        Manifest {
            space: SPACE,
            epoch: 3,
            position: 77,
            running: [4; 32],
            made_at: -5,
            parts: vec![part(1, Level::Now), part(2, Level::History)],
        }
    }

    #[test]
    fn a_manifest_is_its_makers_for_one_community() {
        let device = DeviceSecrets::from_bytes(&[5; 64]);
        let bytes = manifest().sign(&device, HERE);
        let read = SignedManifest::parse(&bytes).unwrap();
        assert_eq!(read.manifest(), &manifest());
        assert_eq!(read.maker(), device.device_id());
        assert!(read.verify(&device.sign_key(), HERE));
        assert!(!read.verify(&device.sign_key(), CommunityId([9; 16])));
        let other = DeviceSecrets::from_bytes(&[6; 64]);
        assert!(!read.verify(&other.sign_key(), HERE));
        // The signer's id is a claim, looked up by whoever reads it.
        let claim = bytes.len() - 66 - 16..bytes.len() - 66;
        for at in (0..bytes.len()).filter(|at| !claim.contains(at)) {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            let passes =
                SignedManifest::parse(&changed).is_ok_and(|m| m.verify(&device.sign_key(), HERE));
            assert!(!passes, "byte {at}");
            assert!(SignedManifest::parse(&bytes[..at]).is_err());
        }
    }

    #[test]
    fn a_part_that_no_part_can_be_is_refused_before_it_is_fetched() {
        let device = DeviceSecrets::from_bytes(&[5; 64]);
        let most = u32::try_from(limits::SNAPSHOT_PART_BYTES).unwrap();
        for size in [0, most + 1, u32::MAX] {
            let mut wrong = manifest();
            wrong.parts[1].size = size;
            let bytes = wrong.sign(&device, HERE);
            assert!(SignedManifest::parse(&bytes).is_err(), "{size}");
        }
        let mut many = manifest();
        many.parts = vec![many.parts[0]; limits::SNAPSHOT_PARTS + 1];
        assert!(SignedManifest::parse(&many.sign(&device, HERE)).is_err());
    }

    #[test]
    fn a_part_opens_with_its_own_keys_only_and_the_same_body_gives_the_same_bytes() {
        let body = "老人精神不错，血压一百三".repeat(200).into_bytes();
        let part = keys(0).seal(&body).unwrap();
        assert_eq!(part, keys(0).seal(&body).unwrap());
        assert_eq!(keys(0).open(&part).unwrap(), body);
        assert_eq!(keys(1).open(&part), Err(EntryError::CannotDecrypt));
        let elsewhere = SnapshotKeys::derive(SpaceId([9; 16]), 0, &EpochKey::from_bytes(&[7; 32]));
        assert_eq!(elsewhere.open(&part), Err(EntryError::CannotDecrypt));
        let mut other = body.clone();
        other[0] ^= 1;
        let other = keys(0).seal(&other).unwrap();
        assert_ne!(other[..NONCE], part[..NONCE], "no nonce twice");
        for at in [0, NONCE, part.len() - 1] {
            let mut changed = part.clone();
            changed[at] ^= 1;
            assert_eq!(keys(0).open(&changed), Err(EntryError::CannotDecrypt));
            assert_eq!(keys(0).open(&part[..at]), Err(EntryError::CannotDecrypt));
        }
    }

    #[test]
    fn a_bomb_is_stopped_and_what_is_too_large_is_not_sealed() {
        let keys = keys(0);
        let seal = |coded: &[u8]| {
            let len = u32::try_from(coded.len()).unwrap().to_be_bytes();
            let plain = [&len[..], coded].concat();
            let aad = keys.additional_data();
            let payload = Payload {
                msg: &plain,
                aad: &aad,
            };
            let nonce = [0; NONCE];
            let sealed = keys
                .cipher()
                .encrypt(&XNonce::from(nonce), payload)
                .unwrap();
            [&nonce[..], &sealed].concat()
        };
        let bomb = deflate(&vec![0; limits::SNAPSHOT_BODY_BYTES + 1]).unwrap();
        assert_eq!(keys.open(&seal(&bomb)), Err(EntryError::InflatesTooLarge));
        assert_eq!(keys.open(&seal(b"no frame")), Err(EntryError::Coding));
        let two = [deflate(b"a").unwrap(), deflate(b"b").unwrap()].concat();
        assert_eq!(keys.open(&seal(&two)), Err(EntryError::Coding));
        let large = vec![0; limits::SNAPSHOT_BODY_BYTES + 1];
        assert_eq!(keys.seal(&large), Err(EntryError::TooLarge));
    }
}
