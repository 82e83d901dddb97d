//! Joining with an invitation link.

use doorknock_model::access::SpaceKind;
use doorknock_model::ids::{CommunityId, DeviceId, GridId, MemberId};
use doorknock_model::random;
use doorknock_seal::charter::Charter;
use doorknock_seal::identity::{DeviceSecrets, Signer};
use doorknock_seal::invite::InviteLink;
use doorknock_seal::request::sign_request;
use doorknock_seal::wrap::{Wrap, WrapError};
use doorknock_sync::wire;

use super::charter::{TRIES, add_space, append_request, extend_and_keep, opened};
use super::{accepted, adopt_identity, check_name, post, set_identity};
use crate::Result;
use crate::env::Transport;
use crate::error::{hub_answer, said};
use crate::home::Doorknock;
use crate::writer::with_writer;

/// A device that joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Joined {
    /// The member.
    pub member: MemberId,
    /// The device.
    pub device: DeviceId,
}

impl Doorknock {
    /// Joins with an invitation link. Safe to call again after a failure: the device keeps its keys, and
    /// the charter takes one device per invitation.
    ///
    /// # Errors
    /// `already_joined`, the link's own errors, `hub_unreachable`, `hub_refused`, `wrong_community`, and
    /// the charter's (`invite_used`, `invite_expired`, …).
    pub fn join(&self, link: &str, name: &str, net: &dyn Transport) -> Result<Joined> {
        check_name(name)?;
        self.refuse_if_joined()?;
        let link: InviteLink = link
            .parse()
            .map_err(|e: doorknock_seal::invite::InviteLinkError| e.message())?;
        let member = self.member_to_be()?;
        let mut last = None;
        for _ in 0..TRIES {
            let (statements, wraps) =
                fetch_charter(net, &link.hub_url, link.community, &link.secret)?;
            let mut charter = verified(&link, &statements)?;
            let statement = {
                let inner = self.lock();
                charter.device_joined(&link.secret, &inner.secrets, member, self.now_ms())
            };
            let mut all = statements;
            let already = charter.device(self.lock().secrets.device_id()).is_some();
            if !already {
                charter.extend(&statement)?;
                let request = append_request(charter.community(), statement.clone(), &[]);
                let answer = net.exchange(&link.hub_url, &request)?;
                if answer.status == 409 {
                    last = Some(accepted(answer));
                    continue;
                }
                accepted(answer)?;
                all.push(statement);
            }
            return self.enter(&link, &charter, &all, &wraps, member, name);
        }
        Err(last.and_then(Result::err).unwrap_or_else(hub_answer))
    }

    /// The member this device will be: drawn once, so that a retry says the same.
    fn member_to_be(&self) -> Result<MemberId> {
        let fresh = MemberId(random(&*self.env.entropy));
        self.writing(|inner| {
            if let Some(id) = inner
                .store
                .view()?
                .meta("member")?
                .and_then(|b| MemberId::from_slice(&b))
            {
                return Ok(id);
            }
            inner.store.write(|tx| tx.set_meta("member", &fresh.0))?;
            Ok(fresh)
        })
    }

    fn enter(
        &self,
        link: &InviteLink,
        charter: &Charter,
        statements: &[Vec<u8>],
        wraps: &[Wrap],
        member: MemberId,
        name: &str,
    ) -> Result<Joined> {
        let keys = opened(charter, link.secret.hpke(), wraps.iter().cloned());
        let common = charter.space_id(SpaceKind::Common, GridId::default());
        if !keys.iter().any(|(space, _)| *space == common) {
            // Without what everybody shares there is nothing to join; calling again asks again.
            return Err(WrapError::CannotOpen.into());
        }
        self.writing(|inner| {
            inner.store.write(|tx| {
                for (position, statement) in (0..).zip(statements) {
                    tx.append_statement(position, statement)?;
                }
                for (space, key) in &keys {
                    add_space(tx, charter, *space, key)?;
                }
                set_identity(tx, charter.community(), member, &link.hub_url)
            })?;
            adopt_identity(inner)?;
            // Says which keys did not come.
            extend_and_keep(inner, &[], &[], self.now_ms())?;
            with_writer(inner, &self.env, |writer| writer.member_card(name))
        })?;
        self.keep_rescue(&charter.rescue_key());
        let device = self.lock().secrets.device_id();
        Ok(Joined { member, device })
    }
}

/// The whole charter as the hub has it, and the keys that came with its statements, for a device that
/// joined before; of its own community or not at all.
pub(crate) fn device_charter(
    net: &dyn Transport,
    hub_url: &str,
    community: CommunityId,
    device: &DeviceSecrets,
) -> Result<(Charter, Vec<Vec<u8>>, Vec<Wrap>)> {
    let (statements, wraps) = fetch_charter(net, hub_url, community, device)?;
    let charter = Charter::replay(&statements)?;
    if charter.community() != community {
        return Err(hub_answer());
    }
    Ok((charter, statements, wraps))
}

fn fetch_charter(
    net: &dyn Transport,
    hub_url: &str,
    community: CommunityId,
    signer: &dyn Signer,
) -> Result<(Vec<Vec<u8>>, Vec<Wrap>)> {
    let (mut statements, mut wraps) = (Vec::new(), Vec::new());
    loop {
        let from = statements.len() as u64;
        let body = wire::encode(&wire::CharterRequest { community, from });
        let body = sign_request(wire::PATH_CHARTER, &body, community, signer);
        let body = accepted(net.exchange(hub_url, &post(wire::PATH_CHARTER, body))?)?;
        let response: wire::CharterResponse = wire::decode(&body)?;
        let read = response.wraps.iter();
        wraps.extend(read.filter_map(|bytes| Wrap::from_bytes(bytes).ok()));
        if response.statements.is_empty() {
            return Ok((statements, wraps));
        }
        statements.extend(response.statements);
    }
}

/// The charter, if it is the one the link speaks of: same first statement, and the head of then in it.
fn verified(link: &InviteLink, statements: &[Vec<u8>]) -> Result<Charter> {
    let charter = Charter::replay(statements)?;
    let same = charter.community() == link.community
        && charter.genesis_hash() == link.genesis_hash
        && charter.head_at(link.charter_length) == Some(link.charter_head);
    if same {
        return Ok(charter);
    }
    Err(said(
        "wrong_community",
        "服务器给出的社区与邀请不符；请勿继续，联系发邀请的人核对。",
        "The hub's community is not the one of this invitation; stop here and ask whoever invited you.",
    ))
}
