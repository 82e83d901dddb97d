//! All cryptography of the project, byte for byte as `docs/wire-format.md` says.
//!
//! **What it is for.** Who signed this, who may read it, and has anyone touched it on the way:
//!
//! - [`identity`]: the secrets of a device, an invitation and the hub, and signatures in contexts;
//! - [`invite`]: the link that carries an invitation;
//! - [`charter`]: the signed chain of statements saying who may read and write what;
//! - [`wrap`]: a space's epoch key, given to one recipient at a time;
//! - [`entry`]: what one device wrote into one space, sealed;
//! - [`snapshot`]: a space as it stood at a place of its log, in sealed parts;
//! - [`mod@file`]: the same entries in a file, sealed as a whole;
//! - [`dictionary`]: what every program knows of such text before it reads any, so that little is sent;
//! - [`request`] and [`receipt`]: what a client says to the hub, and what the hub promises back.
//!
//! **How it works.** Plain functions over bytes, on top of well-kept crates: Ed25519 signatures,
//! HPKE (RFC 9180) for keys, XChaCha20 under the signature for content, HKDF and SHA-256 in between. What was
//! signed travels as the exact bytes that were signed and is never encoded again. A verified
//! [`charter::Charter`] is a value: the same statements give the same one everywhere.
//!
//! **What it never does.** No input or output, no clock, no randomness of its own (both come in as
//! arguments), no storage. It does not know what is inside a section. Bad bytes are an error, never
//! a panic, and never cost more memory than the limits of the format allow.

mod cbor;
pub mod charter;
pub mod dictionary;
pub mod entry;
pub mod file;
pub mod identity;
pub mod invite;
pub mod limits;
pub mod receipt;
pub mod request;
pub mod section;
mod signed;
pub mod snapshot;
pub mod wrap;

use hkdf::{Hkdf, HmacImpl};
use sha2::{Digest, Sha256};

/// The cipher suite of this version: Ed25519, XChaCha20, HKDF-SHA-256, HPKE with X25519
/// and ChaCha20-Poly1305, zstd.
pub const SUITE: u8 = 1;

/// The format of charter statements and entries of this version.
pub const FORMAT: u64 = 1;

/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// SHA-256 over the parts, one after the other.
#[must_use]
pub fn sha256(parts: &[&[u8]]) -> Hash {
    let mut hash = Sha256::new();
    parts.iter().for_each(|part| hash.update(part));
    hash.finalize().into()
}

/// 32 bytes from HKDF-SHA-256.
fn hkdf32(salt: Option<&[u8]>, secret: &[u8], info: &str) -> zeroize::Zeroizing<[u8; 32]> {
    let mut out = zeroize::Zeroizing::new([0; 32]);
    // HKDF refuses only outputs above 255 hashes; going on with a key of zeros would be worse
    // than stopping.
    if Hkdf::<Sha256>::new(salt, secret)
        .expand(info.as_bytes(), out.as_mut())
        .is_err()
    {
        unreachable!("32 bytes are within what HKDF gives")
    }
    out
}

/// HMAC-SHA-256.
fn hmac(key: &[u8; 32], message: &[u8]) -> Hash {
    let mut mac = hkdf::hmac::Hmac::<Sha256>::new_from_slice(key);
    mac.update(message);
    mac.finalize().into()
}
