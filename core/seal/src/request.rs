//! Signed requests to the hub.

use doorknock_model::ids::CommunityId;

use crate::identity::{Context, Signer, verify};
use crate::signed::Signed;

/// The bytes are not a signed request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a signed request")]
pub struct MalformedRequest;

/// Signs a request for this path. The path is signed too: a body cannot be replayed elsewhere.
#[must_use]
pub fn sign_request(
    path: &str,
    body: &[u8],
    community: CommunityId,
    signer: &dyn Signer,
) -> Vec<u8> {
    let signature = signer.sign(Context::Request, community, &message(path, body));
    Signed {
        body,
        signer: signer.signer_id(),
        signature,
    }
    .encode()
}

/// `path || 0x00 || body`.
fn message(path: &str, body: &[u8]) -> Vec<u8> {
    [path.as_bytes(), &[0], body].concat()
}

/// A request as it arrived; its body says which community it is for, and that community's charter
/// which key its signer has.
#[derive(Debug, Clone, Copy)]
pub struct SignedRequest<'b>(Signed<'b>);

impl<'b> SignedRequest<'b> {
    /// Reads the envelope, verifying nothing.
    ///
    /// # Errors
    /// [`MalformedRequest`].
    pub fn parse(bytes: &'b [u8]) -> Result<Self, MalformedRequest> {
        Signed::parse(bytes).map(Self).map_err(|_| MalformedRequest)
    }

    /// The body: what is asked.
    #[must_use]
    pub const fn body(&self) -> &'b [u8] {
        self.0.body
    }

    /// The bytes of the id of the device or invitation that claims to ask.
    #[must_use]
    pub const fn signer(&self) -> [u8; 16] {
        self.0.signer
    }

    /// Whether the holder of this key asked this, of this path and community.
    #[must_use]
    pub fn verify(&self, key: &[u8; 32], community: CommunityId, path: &str) -> bool {
        let message = message(path, self.0.body);
        verify(
            key,
            Context::Request,
            community,
            &message,
            &self.0.signature,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::{DeviceSecrets, InviteSecret};

    #[test]
    fn a_request_is_its_signers_for_one_path_and_community() {
        let device = DeviceSecrets::from_bytes(&[5; 64]);
        let here = CommunityId([1; 16]);
        let bytes = sign_request("/v1/sync", b"body", here, &device);
        let request = SignedRequest::parse(&bytes).unwrap();
        assert_eq!(request.body(), b"body");
        assert_eq!(request.signer(), device.device_id().0);
        assert!(request.verify(&device.sign_key(), here, "/v1/sync"));
        assert!(!request.verify(&device.sign_key(), here, "/v1/charter"));
        assert!(!request.verify(&device.sign_key(), CommunityId([2; 16]), "/v1/sync"));
        let invite = InviteSecret::from_bytes(&[5; 32]);
        assert!(!request.verify(&invite.sign_key(), here, "/v1/sync"));
    }

    #[test]
    fn a_changed_or_cut_request_is_refused() {
        let device = DeviceSecrets::from_bytes(&[5; 64]);
        let here = CommunityId([1; 16]);
        let bytes = sign_request("/v1/sync", b"body", here, &device);
        // The signer's id is a claim, looked up by the hub; it is not under the signature.
        let claim = 1 + 5 + 1..1 + 5 + 1 + 16;
        for at in (0..bytes.len()).filter(|at| !claim.contains(at)) {
            for bit in 0..8 {
                let mut changed = bytes.clone();
                changed[at] ^= 1 << bit;
                let passes = SignedRequest::parse(&changed)
                    .is_ok_and(|r| r.verify(&device.sign_key(), here, "/v1/sync"));
                assert!(!passes, "byte {at} bit {bit}");
            }
            assert!(SignedRequest::parse(&bytes[..at]).is_err());
        }
    }
}
