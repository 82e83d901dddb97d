//! Why an entry is refused, for programs and for people.

use doorknock_model::Message;

use crate::cbor::Malformed;

/// Why an entry is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EntryError {
    /// The bytes are not an entry.
    #[error("not an entry")]
    Malformed,
    /// A format, suite or coding of a newer version.
    #[error("an entry of a newer version")]
    Unsupported,
    /// Above a limit of the format ([`crate::limits`]).
    #[error("the entry is too large")]
    TooLarge,
    /// Not signed by this device for this community, or not with these sections.
    #[error("the entry's signature is wrong")]
    BadSignature,
    /// Sealed with other keys, or for another place.
    #[error("a section does not decrypt")]
    CannotDecrypt,
    /// The plaintext's coding or padding is wrong.
    #[error("a section's coding is wrong")]
    Coding,
    /// The body would be larger than the format allows.
    #[error("a section inflates beyond the limit")]
    InflatesTooLarge,
}

impl EntryError {
    /// For people.
    #[must_use]
    pub fn message(self) -> Message {
        let (code, zh, en) = match self {
            Self::Malformed => (
                "entry_malformed",
                "数据包格式错误，已隔离。",
                "not an entry",
            ),
            Self::Unsupported => (
                "entry_newer_version",
                "数据包来自更新的版本。请升级敲门。",
                "the entry is of a newer version; update Doorknock",
            ),
            Self::TooLarge => (
                "entry_too_large",
                "数据包过大，已拒绝。",
                "the entry is too large",
            ),
            Self::BadSignature => (
                "entry_bad_signature",
                "数据包签名不符，已隔离。",
                "the entry's signature is wrong",
            ),
            Self::CannotDecrypt => (
                "entry_cannot_decrypt",
                "数据包无法解密，已隔离。",
                "a section does not decrypt with this space's key",
            ),
            Self::Coding => (
                "entry_coding",
                "数据包编码错误，已隔离。",
                "a section's coding is wrong",
            ),
            Self::InflatesTooLarge => (
                "entry_inflates_too_large",
                "数据包解压后超过上限，已隔离。",
                "a section inflates beyond the limit",
            ),
        };
        Message::new(code, zh, en)
    }
}

impl From<Malformed> for EntryError {
    fn from(_: Malformed) -> Self {
        Self::Malformed
    }
}
