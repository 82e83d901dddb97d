//! The secrets that devices, invitations and the hub have, and signatures.

use std::fmt;

use doorknock_model::ids::{CommunityId, DeviceId, InviteId, derive16};
use doorknock_model::{Entropy, random};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use zeroize::Zeroizing;

use crate::wrap::HpkeSecret;
use crate::{SUITE, hkdf32};

/// What a signature is for. A signature in one context is worth nothing in another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Context {
    /// A charter statement.
    Charter,
    /// An entry's header.
    Entry,
    /// A request to the hub.
    Request,
    /// A hub's receipt or head.
    Receipt,
    /// A snapshot's manifest.
    Snapshot,
}

impl Context {
    const fn name(self) -> &'static str {
        match self {
            Self::Charter => "charter",
            Self::Entry => "entry",
            Self::Request => "request",
            Self::Receipt => "receipt",
            Self::Snapshot => "snapshot",
        }
    }

    /// What is signed: `"doorknock/1 " || context || 0x00 || suite || community || message`.
    #[must_use]
    pub fn message(self, community: CommunityId, message: &[u8]) -> Vec<u8> {
        let head: [&[u8]; 4] = [
            b"doorknock/1 ",
            self.name().as_bytes(),
            &[0, SUITE],
            &community.0,
        ];
        let mut out = head.concat();
        out.extend_from_slice(message);
        out
    }
}

/// Signs with the Ed25519 key of this seed. The community is `CommunityId::default()` (zeros) for
/// a charter's first statement only.
#[must_use]
pub fn sign(seed: &[u8; 32], context: Context, community: CommunityId, message: &[u8]) -> [u8; 64] {
    Seed::new(seed).sign(context, community, message)
}

/// Whether this key signed this message in this context. Strict: weak keys and the second form of
/// a signature are refused, so every implementation agrees.
#[must_use]
pub fn verify(
    key: &[u8; 32],
    context: Context,
    community: CommunityId,
    message: &[u8],
    signature: &[u8; 64],
) -> bool {
    VerifyingKey::from_bytes(key).is_ok_and(|key| {
        let message = context.message(community, message);
        key.verify_strict(&message, &Signature::from_bytes(signature))
            .is_ok()
    })
}

/// Whether an honest holder of a seed could have this public key.
pub(crate) fn sign_key_is_usable(key: &[u8; 32]) -> bool {
    VerifyingKey::from_bytes(key).is_ok_and(|key| !key.is_weak())
}

/// The id of the device with this signing key.
#[must_use]
pub fn device_id(sign_key: &[u8; 32]) -> DeviceId {
    DeviceId(derive16("device", &[sign_key]))
}

/// The id of the invitation with this signing key.
#[must_use]
pub fn invite_id(sign_key: &[u8; 32]) -> InviteId {
    InviteId(derive16("invite", &[sign_key]))
}

/// Who can sign statements and requests: a device or an invitation.
pub trait Signer {
    /// The bytes of its [`DeviceId`] or [`InviteId`].
    fn signer_id(&self) -> [u8; 16];
    /// Its signature.
    fn sign(&self, context: Context, community: CommunityId, message: &[u8]) -> [u8; 64];
}

/// An Ed25519 seed with its public key, which costs as much to make as a signature; wiped when dropped
/// and never printed.
#[derive(Clone)]
struct Seed(SigningKey);

impl Seed {
    fn new(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    fn bytes(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes())
    }

    fn public(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }

    fn sign(&self, context: Context, community: CommunityId, message: &[u8]) -> [u8; 64] {
        self.0.sign(&context.message(community, message)).to_bytes()
    }
}

/// A device's secrets: they never leave its home, except to the platform's key store.
#[derive(Clone)]
pub struct DeviceSecrets {
    sign: Seed,
    hpke: HpkeSecret,
}

impl DeviceSecrets {
    /// A new device.
    #[must_use]
    pub fn generate(entropy: &dyn Entropy) -> Self {
        Self::from_bytes(&Zeroizing::new(random(entropy)))
    }

    /// From what [`Self::to_bytes`] gave.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; 64]) -> Self {
        let mut sign = Zeroizing::new([0; 32]);
        let mut hpke = Zeroizing::new([0; 32]);
        sign.copy_from_slice(&bytes[..32]);
        hpke.copy_from_slice(&bytes[32..]);
        Self {
            sign: Seed::new(&sign),
            hpke: HpkeSecret::from_bytes(&hpke),
        }
    }

    /// The signing seed and the HPKE seed, 32 bytes each.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<[u8; 64]> {
        let mut out = Zeroizing::new([0; 64]);
        out[..32].copy_from_slice(self.sign.bytes().as_ref());
        out[32..].copy_from_slice(self.hpke.to_bytes().as_ref());
        out
    }

    /// The device's id.
    #[must_use]
    pub fn device_id(&self) -> DeviceId {
        device_id(&self.sign_key())
    }

    /// The public signing key.
    #[must_use]
    pub fn sign_key(&self) -> [u8; 32] {
        self.sign.public()
    }

    /// The public HPKE key.
    #[must_use]
    pub fn hpke_key(&self) -> [u8; 32] {
        self.hpke.key()
    }

    /// What opens wraps addressed to the device.
    #[must_use]
    pub const fn hpke(&self) -> &HpkeSecret {
        &self.hpke
    }
}

impl Signer for DeviceSecrets {
    fn signer_id(&self) -> [u8; 16] {
        self.device_id().0
    }

    fn sign(&self, context: Context, community: CommunityId, message: &[u8]) -> [u8; 64] {
        self.sign.sign(context, community, message)
    }
}

/// The secret in an invitation's link: who has it may join once, and until then reads what its
/// role and grids may.
#[derive(Clone)]
pub struct InviteSecret {
    secret: Zeroizing<[u8; 32]>,
    sign: Seed,
    hpke: HpkeSecret,
}

impl InviteSecret {
    /// A new invitation's.
    #[must_use]
    pub fn generate(entropy: &dyn Entropy) -> Self {
        Self::from_bytes(&Zeroizing::new(random(entropy)))
    }

    /// From the 32 bytes of a link.
    #[must_use]
    pub fn from_bytes(secret: &[u8; 32]) -> Self {
        Self {
            secret: Zeroizing::new(*secret),
            sign: Seed::new(&hkdf32(None, secret, "doorknock/1 invite sign")),
            hpke: HpkeSecret::from_bytes(&hkdf32(None, secret, "doorknock/1 invite hpke")),
        }
    }

    /// The 32 bytes of the link.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        self.secret.clone()
    }

    /// The invitation's id.
    #[must_use]
    pub fn invite_id(&self) -> InviteId {
        invite_id(&self.sign_key())
    }

    /// The public signing key.
    #[must_use]
    pub fn sign_key(&self) -> [u8; 32] {
        self.sign.public()
    }

    /// The public HPKE key.
    #[must_use]
    pub fn hpke_key(&self) -> [u8; 32] {
        self.hpke.key()
    }

    /// What opens wraps addressed to the invitation.
    #[must_use]
    pub const fn hpke(&self) -> &HpkeSecret {
        &self.hpke
    }
}

impl Signer for InviteSecret {
    fn signer_id(&self) -> [u8; 16] {
        self.invite_id().0
    }

    fn sign(&self, context: Context, community: CommunityId, message: &[u8]) -> [u8; 64] {
        self.sign.sign(context, community, message)
    }
}

/// The hub's identity: it signs receipts and opens nothing.
#[derive(Clone)]
pub struct HubSecret(Seed);

impl HubSecret {
    /// A new hub's.
    #[must_use]
    pub fn generate(entropy: &dyn Entropy) -> Self {
        Self::from_bytes(&Zeroizing::new(random(entropy)))
    }

    /// From what [`Self::to_bytes`] gave.
    #[must_use]
    pub fn from_bytes(seed: &[u8; 32]) -> Self {
        Self(Seed::new(seed))
    }

    /// The signing seed.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        self.0.bytes()
    }

    /// The public key that a charter's first statement names.
    #[must_use]
    pub fn key(&self) -> [u8; 32] {
        self.0.public()
    }

    /// The hub's signature.
    #[must_use]
    pub fn sign(&self, context: Context, community: CommunityId, message: &[u8]) -> [u8; 64] {
        self.0.sign(context, community, message)
    }
}

/// Secrets are printed by their public side only.
macro_rules! redacted {
    ($($name:ident $public:ident;)*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({:02x?}..)"), &self.$public()[..4])
            }
        }
    )*};
}

redacted! {
    DeviceSecrets sign_key;
    InviteSecret sign_key;
    HubSecret key;
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEED: [u8; 32] = [7; 32];
    const HERE: CommunityId = CommunityId([1; 16]);

    #[test]
    fn a_signature_holds_for_its_key_context_community_and_message_only() {
        let key = Seed::new(&SEED).public();
        let signature = sign(&SEED, Context::Entry, HERE, b"m");
        assert!(verify(&key, Context::Entry, HERE, b"m", &signature));
        for context in [Context::Charter, Context::Request, Context::Receipt] {
            assert!(
                !verify(&key, context, HERE, b"m", &signature),
                "{context:?}"
            );
        }
        let elsewhere = CommunityId([2; 16]);
        assert!(!verify(&key, Context::Entry, elsewhere, b"m", &signature));
        assert!(!verify(&key, Context::Entry, HERE, b"n", &signature));
        let other = Seed::new(&[8; 32]).public();
        assert!(!verify(&other, Context::Entry, HERE, b"m", &signature));
    }

    #[test]
    fn the_suite_is_signed() {
        let mut other_suite = Context::Entry.message(HERE, b"m");
        let at = b"doorknock/1 entry\0".len();
        assert_eq!(other_suite[at], SUITE);
        other_suite[at] = SUITE + 1;
        let signing = SigningKey::from_bytes(&SEED);
        let signature = signing.sign(&other_suite).to_bytes();
        let key = signing.verifying_key().to_bytes();
        assert!(!verify(&key, Context::Entry, HERE, b"m", &signature));
    }

    #[test]
    fn weak_and_impossible_keys_verify_nothing() {
        // The neutral point: any signature of zeros verifies under it where nobody looks.
        let mut neutral = [0; 32];
        neutral[0] = 1;
        let mut signature = [0; 64];
        signature[0] = 1;
        assert!(!verify(&neutral, Context::Entry, HERE, b"m", &signature));
        assert!(!sign_key_is_usable(&neutral));
        assert!(!sign_key_is_usable(&[0; 32]));
        assert!(!verify(
            &[0xff; 32],
            Context::Entry,
            HERE,
            b"m",
            &[0xff; 64]
        ));
    }

    #[test]
    fn secrets_read_back_and_are_not_printed() {
        let device = DeviceSecrets::from_bytes(&std::array::from_fn(|i| i.to_le_bytes()[0]));
        let again = DeviceSecrets::from_bytes(&device.to_bytes());
        assert_eq!(device.device_id(), again.device_id());
        assert_eq!(device.hpke_key(), again.hpke_key());
        assert!(!format!("{device:?}").contains("00, 01"));

        let invite = InviteSecret::from_bytes(&[3; 32]);
        let again = InviteSecret::from_bytes(&invite.to_bytes());
        assert_eq!(invite.invite_id(), again.invite_id());
        assert_ne!(invite.sign_key(), invite.hpke_key());
        assert!(!format!("{invite:?}").contains("03, 03"));
    }
}
