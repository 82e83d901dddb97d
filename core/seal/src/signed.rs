//! The envelope `[body: bstr, signer: bstr16, signature: bstr64]` of statements and requests.

use crate::cbor::{self, Malformed};

/// A parsed envelope; nothing is verified yet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Signed<'b> {
    pub(crate) body: &'b [u8],
    pub(crate) signer: [u8; 16],
    pub(crate) signature: [u8; 64],
}

impl<'b> Signed<'b> {
    /// Reads an envelope. It must be encoded in the one canonical way: what stands outside the
    /// body is not signed, and two encodings of one statement would have two hashes.
    pub(crate) fn parse(bytes: &'b [u8]) -> cbor::Result<Self> {
        let signed = cbor::read(bytes, |f| {
            Ok(Self {
                body: f.bytes()?,
                signer: f.fixed()?,
                signature: f.fixed()?,
            })
        })?;
        if signed.encode() == bytes {
            Ok(signed)
        } else {
            Err(Malformed)
        }
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        cbor::write(|e| {
            e.array(3)?
                .bytes(self.body)?
                .bytes(&self.signer)?
                .bytes(&self.signature)?
                .ok()
        })
    }
}
