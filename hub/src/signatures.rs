//! Signatures at a hub's pace: receipts by the thousand, and whole requests checked at once.
//!
//! Two thirds of what an entry costs is signatures, so a hub takes the libraries that are fastest at its
//! two tasks. What is signed is the same, byte for byte, as [`HubSecret::sign`] signs (RFC 8032 leaves no
//! choice); what is checked differs from a phone's strict check only for signatures that no honest device
//! makes (docs/adr/0019-the-hub-checks-signatures-together.md).

use aws_lc_rs::signature::Ed25519KeyPair;
use doorknock_model::ids::CommunityId;
use doorknock_seal::entry::Entry;
use doorknock_seal::identity::{Context, HubSecret};
use doorknock_seal::receipt::Receipt;
use ed25519_zebra::{Signature, VerificationKeyBytes, batch};
use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;

/// Signs receipts.
pub(crate) struct Signer(Ed25519KeyPair);

impl Signer {
    #[allow(clippy::expect_used)] // every 32 bytes are a seed
    pub(crate) fn new(secret: &HubSecret) -> Self {
        let pair = Ed25519KeyPair::from_seed_unchecked(&secret.to_bytes()[..]);
        Self(pair.expect("a seed has 32 bytes"))
    }

    /// The same bytes as [`Receipt::sign`].
    pub(crate) fn sign(&self, promise: &Receipt, community: CommunityId) -> [u8; 64] {
        let message = Context::Receipt.message(community, &promise.message());
        let mut signature = [0; 64];
        signature.copy_from_slice(self.0.sign(&message).as_ref());
        signature
    }
}

/// Whether each entry was signed with the key beside it; a hundred cost a quarter of what each costs alone. Where it is
/// not so, whoever asks of each alone gets to know which: what is good is good in any company (ZIP 215).
pub(crate) fn verify_together(community: CommunityId, entries: &[(&Entry<'_>, [u8; 32])]) -> bool {
    let mut all = batch::Verifier::new();
    for (entry, key) in entries {
        let message = Context::Entry.message(community, &entry.message());
        all.queue((
            VerificationKeyBytes::from(*key),
            Signature::from_bytes(entry.signature()),
            &message,
        ));
    }
    all.verify(UnwrapErr(SysRng)).is_ok()
}

#[cfg(test)]
mod tests;
