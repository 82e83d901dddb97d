//! The link that invites: `doorknock://join/1/<base64url of CBOR [hub url, community, genesis hash,
//! charter head, charter length, secret]>`.
//!
//! Whoever holds the link can join, once. It names the charter's first statement and its head at
//! the time, so that a hub cannot show a newcomer another community or an older charter.

use std::fmt;
use std::str::FromStr;

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use doorknock_model::Message;
use doorknock_model::ids::CommunityId;

use crate::identity::InviteSecret;
use crate::{Hash, cbor};

const SCHEME: &str = "doorknock://join/";
const VERSION: &str = "1/";
/// More than any link of this version needs.
const LONGEST: usize = 4096;

/// Why a text is not an invitation's link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InviteLinkError {
    /// Something else altogether.
    #[error("not an invitation link")]
    NotALink,
    /// Made by a newer version.
    #[error("the invitation link is of a newer version")]
    NewerVersion,
    /// A link that lost or changed characters on its way.
    #[error("the invitation link is damaged")]
    Damaged,
}

impl InviteLinkError {
    /// For people.
    #[must_use]
    pub fn message(self) -> Message {
        match self {
            Self::NotALink => Message::new(
                "invite_not_a_link",
                "这不是敲门的邀请链接。请粘贴以 doorknock://join/ 开头的完整链接。",
                "This is not a Doorknock invitation. Paste the whole link, which begins with \
                 doorknock://join/.",
            ),
            Self::NewerVersion => Message::new(
                "invite_newer_version",
                "邀请链接由更新的版本生成。请先升级敲门，再打开链接。",
                "The invitation was made by a newer version. Update Doorknock, then open it again.",
            ),
            Self::Damaged => Message::new(
                "invite_damaged",
                "邀请链接不完整或已被改动。请重新复制完整链接，或请管理员重新发送。",
                "The invitation link is incomplete or was changed. Copy the whole link again, or \
                 ask the office to send it again.",
            ),
        }
    }
}

/// An invitation, as its link carries it. Printing it (`Display`) gives the link, which is a
/// secret; `Debug` hides it.
#[derive(Debug, Clone)]
pub struct InviteLink {
    /// Where the hub is: `http://…` or `https://…`.
    pub hub_url: String,
    /// The community that invites: the first 16 bytes of the genesis hash.
    pub community: CommunityId,
    /// The hash of the charter's first statement.
    pub genesis_hash: Hash,
    /// The hash of the statement the charter ended with when the link was made.
    pub charter_head: Hash,
    /// How many statements the charter had then.
    pub charter_length: u64,
    /// The invitation's secret.
    pub secret: InviteSecret,
}

impl fmt::Display for InviteLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = cbor::write(|e| {
            e.array(6)?
                .str(&self.hub_url)?
                .bytes(&self.community.0)?
                .bytes(&self.genesis_hash)?
                .bytes(&self.charter_head)?
                .u64(self.charter_length)?
                .bytes(self.secret.to_bytes().as_ref())?
                .ok()
        });
        write!(
            f,
            "{SCHEME}{VERSION}{}",
            BASE64_URL_SAFE_NO_PAD.encode(bytes)
        )
    }
}

impl FromStr for InviteLink {
    type Err = InviteLinkError;

    /// Reads a link. White space is ignored wherever it stands: chat programs wrap long lines.
    fn from_str(text: &str) -> Result<Self, InviteLinkError> {
        let text: String = text
            .chars()
            .filter(|c| !c.is_whitespace())
            .take(LONGEST + 1)
            .collect();
        let versioned = text.strip_prefix(SCHEME).ok_or(InviteLinkError::NotALink)?;
        let Some(encoded) = versioned.strip_prefix(VERSION) else {
            let newer = versioned
                .split_once('/')
                .is_some_and(|(n, _)| n.parse::<u32>().is_ok());
            return Err(if newer {
                InviteLinkError::NewerVersion
            } else {
                InviteLinkError::Damaged
            });
        };
        if text.len() > LONGEST {
            return Err(InviteLinkError::Damaged);
        }
        let bytes = BASE64_URL_SAFE_NO_PAD
            .decode(encoded)
            .map_err(|_| InviteLinkError::Damaged)?;
        let link = cbor::read(&bytes, |f| {
            Ok(Self {
                hub_url: f.text()?.to_owned(),
                community: CommunityId(f.fixed()?),
                genesis_hash: f.fixed()?,
                charter_head: f.fixed()?,
                charter_length: f.uint()?,
                secret: InviteSecret::from_bytes(&f.fixed()?),
            })
        })
        .map_err(|_| InviteLinkError::Damaged)?;
        if link.is_plausible() {
            Ok(link)
        } else {
            Err(InviteLinkError::Damaged)
        }
    }
}

impl InviteLink {
    fn is_plausible(&self) -> bool {
        self.genesis_hash.starts_with(&self.community.0)
            && self.charter_length > 0
            && ["http://", "https://"]
                .iter()
                .any(|scheme| self.hub_url.starts_with(scheme))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link() -> InviteLink {
        InviteLink {
            hub_url: "https://hub.example/".into(),
            community: CommunityId([7; 16]),
            genesis_hash: [7; 32],
            charter_head: [8; 32],
            charter_length: 3,
            secret: InviteSecret::from_bytes(&[9; 32]),
        }
    }

    #[test]
    fn a_link_reads_back_even_with_white_space_around_and_within() {
        let text = link().to_string();
        assert!(text.starts_with("doorknock://join/1/"));
        let (a, b) = text.split_at(60);
        for text in [
            text.clone(),
            format!(" \n{text}\r\n\u{3000}"),
            format!("{a}\n{b}"),
        ] {
            let read: InviteLink = text.parse().unwrap();
            assert_eq!(read.to_string(), link().to_string());
            assert_eq!(read.secret.invite_id(), link().secret.invite_id());
        }
    }

    #[test]
    fn what_is_not_a_link_says_why() {
        let text = link().to_string();
        let other_community = InviteLink {
            community: CommunityId([1; 16]),
            ..link()
        };
        let no_url = InviteLink {
            hub_url: "ftp://x".into(),
            ..link()
        };
        let table = [
            ("https://example.com/".into(), InviteLinkError::NotALink),
            (String::new(), InviteLinkError::NotALink),
            (
                "doorknock://join/2/abc".into(),
                InviteLinkError::NewerVersion,
            ),
            ("doorknock://join/".into(), InviteLinkError::Damaged),
            ("doorknock://join/1/".into(), InviteLinkError::Damaged),
            (text[..text.len() - 9].into(), InviteLinkError::Damaged),
            (format!("{text}AAAA"), InviteLinkError::Damaged),
            (format!("{text}。"), InviteLinkError::Damaged),
            (
                format!("{text}{}", "A".repeat(1 << 20)),
                InviteLinkError::Damaged,
            ),
            (other_community.to_string(), InviteLinkError::Damaged),
            (no_url.to_string(), InviteLinkError::Damaged),
        ];
        for (text, why) in table {
            assert_eq!(
                text.parse::<InviteLink>().map(|_| ()),
                Err(why),
                "{text:.60}"
            );
        }
    }

    #[test]
    fn debug_output_keeps_the_secret() {
        let debug = format!("{:?}", link());
        assert!(!debug.contains("9, 9, 9"));
        assert!(!debug.contains("join/1"));
    }
}
