//! Epoch keys and how they reach those who may hold them: HPKE (RFC 9180, base mode).

use std::convert::Infallible;
use std::fmt;

use doorknock_model::ids::{CommunityId, SpaceId};
use doorknock_model::{Entropy, random};
use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::rand_core::{TryCryptoRng, TryRng};
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};
use minicbor::decode::Decoder;
use zeroize::Zeroizing;

use crate::cbor::{self, Malformed};
use crate::{Hash, sha256};

/// Bytes of the encapsulated key in front of every HPKE ciphertext.
const ENCAPSULATED: usize = 32;

/// Why a wrap or another HPKE message cannot be made or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WrapError {
    /// The bytes are not a wrap.
    #[error("not a key wrap")]
    Malformed,
    /// The recipient's public key is not one anybody can hold the secret of.
    #[error("the recipient's key is unusable")]
    BadKey,
    /// It is for someone else, for another place, or was changed on its way.
    #[error("the sealed key does not open")]
    CannotOpen,
}

/// An HPKE secret: 32 bytes from which RFC 9180's `DeriveKeyPair` makes the key pair.
#[derive(Clone)]
pub struct HpkeSecret(Zeroizing<[u8; 32]>);

impl HpkeSecret {
    /// A new one.
    #[must_use]
    pub fn generate(entropy: &dyn Entropy) -> Self {
        Self(Zeroizing::new(random(entropy)))
    }

    /// From what [`Self::to_bytes`] gave.
    #[must_use]
    pub fn from_bytes(seed: &[u8; 32]) -> Self {
        Self(Zeroizing::new(*seed))
    }

    /// The seed.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        self.0.clone()
    }

    /// The public key.
    #[must_use]
    pub fn key(&self) -> [u8; 32] {
        X25519HkdfSha256::derive_keypair(self.0.as_ref())
            .1
            .to_bytes()
            .into()
    }
}

impl fmt::Debug for HpkeSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HpkeSecret(..)")
    }
}

/// [`Entropy`] in the shape HPKE asks for, so that a seeded run seals the same bytes again.
struct Rng<'a>(&'a dyn Entropy);

impl TryRng for Rng<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_le_bytes(random(self.0)))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_le_bytes(random(self.0)))
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        self.0.fill(out);
        Ok(())
    }
}

impl TryCryptoRng for Rng<'_> {}

/// Seals `plaintext` to a public HPKE key: the encapsulated key (32 bytes), then the ciphertext.
/// `info` says what it is for, `aad` what it belongs to; opening needs the same.
///
/// # Errors
/// [`WrapError::BadKey`] if the key is a point of small order.
pub fn seal_to(
    hpke_key: &[u8; 32],
    info: &[u8],
    aad: &[u8],
    plaintext: &[u8],
    entropy: &dyn Entropy,
) -> Result<Vec<u8>, WrapError> {
    let key = <X25519HkdfSha256 as Kem>::PublicKey::from_bytes(hpke_key)
        .map_err(|_| WrapError::BadKey)?;
    let (encapsulated, ciphertext) =
        hpke::single_shot_seal_with_rng::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
            &OpModeS::Base,
            &key,
            info,
            plaintext,
            aad,
            &mut Rng(entropy),
        )
        .map_err(|_| WrapError::BadKey)?;
    Ok([&encapsulated.to_bytes()[..], &ciphertext].concat())
}

/// Opens what [`seal_to`] sealed.
///
/// # Errors
/// [`WrapError::CannotOpen`] if the secret, `info` or `aad` are others, or the bytes were changed.
pub fn open_from(
    secret: &HpkeSecret,
    info: &[u8],
    aad: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, WrapError> {
    let (encapsulated, ciphertext) = sealed
        .split_at_checked(ENCAPSULATED)
        .ok_or(WrapError::Malformed)?;
    let encapsulated = <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(encapsulated)
        .map_err(|_| WrapError::Malformed)?;
    hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
        &OpModeR::Base,
        &X25519HkdfSha256::derive_keypair(secret.0.as_ref()).0,
        &encapsulated,
        info,
        ciphertext,
        aad,
    )
    .map(Zeroizing::new)
    .map_err(|_| WrapError::CannotOpen)
}

/// Whether something can be sealed to this public key. A charter that let an unusable one in
/// could never give a key to everyone again.
pub(crate) fn hpke_key_is_usable(key: &[u8; 32]) -> bool {
    struct Fixed;
    impl Entropy for Fixed {
        fn fill(&self, out: &mut [u8]) {
            out.fill(1);
        }
    }
    seal_to(key, b"", b"", b"", &Fixed).is_ok()
}

/// A space's secret of one epoch; everything in the space is sealed with keys derived from it.
#[derive(Clone)]
pub struct EpochKey(Zeroizing<[u8; 32]>);

impl EpochKey {
    /// A new one.
    #[must_use]
    pub fn generate(entropy: &dyn Entropy) -> Self {
        Self(Zeroizing::new(random(entropy)))
    }

    /// From its 32 bytes.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(Zeroizing::new(*bytes))
    }

    /// The 32 bytes; whoever stores them must keep them secret.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// What the charter says about the key without giving it away.
    #[must_use]
    pub fn commitment(&self) -> Hash {
        sha256(&[b"doorknock/1 commitment", self.as_bytes()])
    }
}

impl fmt::Debug for EpochKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EpochKey(..)")
    }
}

/// Whom a key is wrapped for: a device or an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recipient {
    /// The bytes of the device's or the invitation's id.
    pub id: [u8; 16],
    /// Its public HPKE key.
    pub hpke_key: [u8; 32],
}

/// An epoch key, sealed to one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrap {
    /// The device's or the invitation's id.
    pub recipient: [u8; 16],
    /// Whose key it is.
    pub space: SpaceId,
    /// Which of the space's keys.
    pub epoch: u32,
    /// Encapsulated key and ciphertext.
    pub sealed: Vec<u8>,
}

impl Wrap {
    /// The wrap's CBOR.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        cbor::write(|e| e.encode(self)?.ok())
    }

    /// Reads a wrap.
    ///
    /// # Errors
    /// [`WrapError::Malformed`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, WrapError> {
        cbor::read(bytes, Self::fields).map_err(|_| WrapError::Malformed)
    }

    fn fields(f: &mut cbor::Fields<'_, '_>) -> cbor::Result<Self> {
        Ok(Self {
            recipient: f.fixed()?,
            space: SpaceId(f.fixed()?),
            epoch: u32::try_from(f.uint()?).map_err(|_| Malformed)?,
            sealed: f.bytes()?.to_vec(),
        })
    }
}

impl<C> minicbor::Encode<C> for Wrap {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut minicbor::Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.array(4)?
            .bytes(&self.recipient)?
            .bytes(&self.space.0)?
            .u32(self.epoch)?
            .bytes(&self.sealed)?
            .ok()
    }
}

impl<'b, C> minicbor::Decode<'b, C> for Wrap {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        cbor::array(d, Self::fields).map_err(|_| minicbor::decode::Error::message("not a key wrap"))
    }
}

fn info(community: CommunityId, space: SpaceId) -> Vec<u8> {
    [&b"doorknock/1 wrap"[..], &community.0, &space.0].concat()
}

fn aad(recipient: [u8; 16], epoch: u32) -> Vec<u8> {
    [&recipient[..], &epoch.to_be_bytes()].concat()
}

/// Wraps a key for one recipient.
///
/// # Errors
/// [`WrapError::BadKey`]; a charter admits no such recipient.
pub fn wrap_key(
    community: CommunityId,
    space: SpaceId,
    epoch: u32,
    key: &EpochKey,
    to: &Recipient,
    entropy: &dyn Entropy,
) -> Result<Wrap, WrapError> {
    let (info, aad) = (info(community, space), aad(to.id, epoch));
    let sealed = seal_to(&to.hpke_key, &info, &aad, key.as_bytes(), entropy)?;
    Ok(Wrap {
        recipient: to.id,
        space,
        epoch,
        sealed,
    })
}

/// Opens a wrap addressed to the holder of this secret. The key still has to be compared with the
/// charter's commitment ([`crate::charter::Charter::accepts_key`]): HPKE does not say who sealed it.
///
/// # Errors
/// [`WrapError::CannotOpen`] or [`WrapError::Malformed`].
pub fn open_wrap(
    community: CommunityId,
    wrap: &Wrap,
    secret: &HpkeSecret,
) -> Result<EpochKey, WrapError> {
    let (info, aad) = (info(community, wrap.space), aad(wrap.recipient, wrap.epoch));
    let opened = open_from(secret, &info, &aad, &wrap.sealed)?;
    let key = opened
        .as_slice()
        .try_into()
        .map_err(|_| WrapError::Malformed)?;
    Ok(EpochKey::from_bytes(key))
}

/// What a statement says about the wraps that go with it: SHA-256 of their CBOR array in this
/// order; zeros for none.
#[must_use]
pub fn wrap_set_hash(wraps: &[Wrap]) -> Hash {
    if wraps.is_empty() {
        [0; 32]
    } else {
        sha256(&[&cbor::write(|e| e.encode(wraps)?.ok())])
    }
}
