//! Founding a community, and what every step that changes the charter shares. All of it is done
//! online, because the charter is one linear chain that the hub keeps (rule R9,
//! docs/adr/0007-charter-changes-are-online.md).

mod charter;
mod grids;
mod invite;
mod join;

pub(crate) use charter::{
    KEY_MISSING, add_space, append_name, append_request, ask_for_keys, asked, extend_and_keep,
    extend_from_file,
};
pub use join::Joined;
pub(crate) use join::device_charter;

use doorknock_model::access::{Role, SpaceKind};
use doorknock_model::ids::{CommunityId, DeviceId, GridId, MemberId};
use doorknock_model::kind::{Key, Value};
use doorknock_model::kinds::{MEMBER_CARD, SETTINGS, member_card, settings};
use doorknock_model::random;
use doorknock_seal::charter::{Charter, Member};
use doorknock_seal::wrap::{self, EpochKey, HpkeSecret};
use doorknock_store::Tx;
use doorknock_sync::wire;

use crate::Result;
use crate::env::{Answer, Request, Transport};
use crate::error::{hub_answer, said};
use crate::home::{Doorknock, Identity, Inner};
use crate::read::utc_offset;
use crate::records::name_of;
use crate::views::MemberName;
use crate::writer::with_writer;

/// This device in its community.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommunityInfo {
    /// The community.
    pub id: CommunityId,
    /// Its name, once its settings came.
    pub name: Option<String>,
    /// The member's role; `None` for one of a newer version.
    pub role: Option<Role>,
    /// The member.
    pub member: MemberId,
    /// The device.
    pub device: DeviceId,
    /// The hub's address.
    pub hub_url: String,
    /// The community's time zone, in minutes east of UTC.
    pub utc_offset: i32,
}

/// A member of the community.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberInfo {
    /// Who, by id and name.
    pub who: MemberName,
    /// The role; `None` for one of a newer version.
    pub role: Option<Role>,
    /// The codes of the grids the member is named for; admins and staff have every grid without being named.
    pub grids: Vec<String>,
    /// Whether it is this device's own member.
    pub me: bool,
}

pub(crate) const fn post(path: &'static str, body: Vec<u8>) -> Request {
    Request {
        method: "POST",
        path,
        body,
    }
}

impl Doorknock {
    /// Founds a community at a hub; this home becomes its first admin's device.
    ///
    /// # Errors
    /// `already_joined`, `hub_unreachable`, `hub_refused`, `hub_answer`.
    pub fn create_community(
        &self,
        name: &str,
        hub_url: &str,
        admin_name: &str,
        net: &dyn Transport,
    ) -> Result<CommunityId> {
        check_name(name)?;
        check_name(admin_name)?;
        self.refuse_if_joined()?;
        let hub_url = hub_url.trim().trim_end_matches('/');
        let info = accepted(net.exchange(
            hub_url,
            &Request {
                method: "GET",
                path: wire::PATH_HUB,
                body: vec![],
            },
        )?)?;
        let info: wire::HubInfo = wire::decode(&info)?;
        if info.protocol != wire::PROTOCOL {
            return Err(said(
                "hub_protocol",
                "服务器的版本与本应用不匹配；请升级其中较旧的一个。",
                "The hub speaks another version of the protocol; update the older of the two.",
            ));
        }
        let entropy = &*self.env.entropy;
        let (common, staff) = (EpochKey::generate(entropy), EpochKey::generate(entropy));
        let rescue = HpkeSecret::generate(entropy);
        let member = MemberId(random(entropy));
        let genesis = {
            let inner = self.lock();
            let at = self.now_ms();
            Charter::genesis(
                &inner.secrets,
                info.hub_key,
                rescue.key(),
                member,
                &common,
                &staff,
                at,
            )
        };
        let charter = Charter::found(&genesis)?;
        accepted(net.exchange(hub_url, &post(wire::PATH_COMMUNITIES, genesis.clone()))?)?;
        self.writing(|inner| {
            let keys = [(SpaceKind::Common, &common), (SpaceKind::Staff, &staff)];
            inner.store.write(|tx| {
                tx.append_statement(0, &genesis)?;
                for (kind, key) in keys {
                    add_space(tx, &charter, charter.space_id(kind, GridId::default()), key)?;
                }
                // Until the recovery kit is made, the founding desk keeps the rescue secret.
                tx.set_meta("rescue_secret", &rescue.to_bytes()[..])?;
                set_identity(tx, charter.community(), member, hub_url)
            })?;
            adopt_identity(inner)?;
            with_writer(inner, &self.env, |writer| {
                let community = writer.identity.community;
                let doc = SETTINGS.document(community, GridId::default(), &[]);
                let values = vec![
                    (
                        Key::plain(settings::NAME),
                        Value::Text(name.trim().to_owned()),
                    ),
                    (Key::plain(settings::UTC_OFFSET), Value::Int(8 * 60)),
                ];
                writer.set(&SETTINGS, doc, 0, values)?;
                writer.member_card(admin_name)
            })
        })?;
        self.keep_rescue(&rescue.key());
        Ok(charter.community())
    }

    pub(super) fn refuse_if_joined(&self) -> Result<()> {
        let inner = self.lock();
        inner.store.is_open()?;
        if inner.identity.is_none() {
            return Ok(());
        }
        Err(said(
            "already_joined",
            "这台设备已在一个社区里；要加入另一个，请换一个数据目录。",
            "This device is in a community already; use another home folder for another one.",
        ))
    }

    /// Seals the database's key to the community's rescue key, beside the database (rule R4). A help
    /// for later, so a failure here does not undo the joining.
    pub(crate) fn keep_rescue(&self, rescue_key: &[u8; 32]) {
        let Some(identity) = self.lock().identity.clone() else {
            return;
        };
        let sealed = wrap::seal_to(
            rescue_key,
            b"doorknock/1 rescue",
            &identity.device.0,
            &self.key[..],
            &*self.env.entropy,
        );
        if let Ok(sealed) = sealed {
            let _ = std::fs::write(self.path.join("rescue.key"), sealed);
        }
    }

    /// This device in its community; `None` before it joined.
    ///
    /// # Errors
    /// The database's.
    pub fn community(&self) -> Result<Option<CommunityInfo>> {
        let mut inner = self.lock();
        inner.store.is_open()?;
        let Some(identity) = inner.identity.clone() else {
            return Ok(None);
        };
        let role = inner
            .charter()?
            .member(identity.member)
            .and_then(|m| m.role);
        let view = inner.store.view()?;
        let name = view.settings()?.name;
        let utc_offset = utc_offset(&view)?;
        let Identity {
            community,
            member,
            device,
            hub_url,
        } = identity;
        Ok(Some(CommunityInfo {
            id: community,
            name,
            role,
            member,
            device,
            hub_url,
            utc_offset,
        }))
    }

    /// The members of the community, by id.
    ///
    /// # Errors
    /// `not_joined`.
    pub fn members(&self) -> Result<Vec<MemberInfo>> {
        let mut inner = self.lock();
        let me = inner.identity()?.member;
        let members: Vec<_> = inner.charter()?.members().cloned().collect();
        let view = inner.store.view()?;
        let grids = view.grids()?;
        let info = |member: Member| {
            let code = |id: &GridId| grids.iter().find(|g| g.id == *id).map(|g| g.code.clone());
            Ok(MemberInfo {
                who: MemberName {
                    member: member.id,
                    name: name_of(&inner, &view, member.id)?,
                },
                role: member.role,
                grids: member.grids.iter().filter_map(code).collect(),
                me: member.id == me,
            })
        };
        members.into_iter().map(info).collect()
    }
}

/// Reads a hub's answer, or its refusal as an error.
pub(crate) fn accepted(answer: Answer) -> Result<Vec<u8>> {
    if answer.status == 200 {
        return Ok(answer.body);
    }
    let refusal: wire::Refusal = wire::decode(&answer.body).map_err(|_| hub_answer())?;
    // A code of the hub's is not one of ours: keep ours stable and pass its sentence on.
    Err(said("hub_refused", refusal.zh, refusal.en))
}

/// Says that this home's documents have ids that are bound to their spaces (ADR 15).
pub(crate) const BOUND_IDS: &str = "bound_ids";

pub(crate) fn set_identity(
    tx: &Tx<'_>,
    community: CommunityId,
    member: MemberId,
    hub_url: &str,
) -> doorknock_store::Result<()> {
    tx.set_meta("community", &community.0)?;
    tx.set_meta("member", &member.0)?;
    tx.set_meta("hub_url", hub_url.as_bytes())?;
    tx.set_meta(BOUND_IDS, b"1")?;
    tx.set_meta("joined", b"1")
}

pub(super) fn adopt_identity(inner: &mut Inner) -> Result<()> {
    let device = inner.secrets.device_id();
    inner.identity = crate::home::read_identity(&inner.store.view()?, device)?;
    Ok(())
}

impl crate::writer::Writer<'_> {
    pub(super) fn member_card(&mut self, name: &str) -> Result<()> {
        let Identity {
            community, member, ..
        } = self.identity;
        let doc = MEMBER_CARD.document(community, GridId::default(), &[member.as_bytes()]);
        let value = Value::Text(name.trim().to_owned());
        self.set(
            &MEMBER_CARD,
            doc,
            0,
            vec![(Key::plain(member_card::NAME), value)],
        )?;
        Ok(())
    }
}

pub(super) fn check_name(name: &str) -> Result<()> {
    if name.trim().is_empty() || name.len() > 120 {
        return Err(said(
            "bad_name",
            "名称不能为空，也不能超过四十个字。",
            "A name must not be empty or longer than 120 bytes.",
        ));
    }
    Ok(())
}
