//! Founding a community, inviting, joining, and adding grids: what changes the charter. All of it is
//! done online, because the charter is one linear chain that the hub keeps (rule R9).

use doorknock_model::access::{Role, SpaceKind};
use doorknock_model::ids::{CommunityId, DeviceId, GridId, MemberId, SpaceId};
use doorknock_model::kind::{Key, Value};
use doorknock_model::kinds::{GridRecord, MEMBER_CARD, SETTINGS, member_card, pack, settings};
use doorknock_model::random;
use doorknock_seal::charter::{Charter, CharterError};
use doorknock_seal::identity::{DeviceSecrets, InviteSecret};
use doorknock_seal::invite::InviteLink;
use doorknock_seal::request::sign_request;
use doorknock_seal::wrap::{self, EpochKey, HpkeSecret, Recipient, Wrap};
use doorknock_store::Tx;
use doorknock_sync::wire;

use crate::Result;
use crate::env::{Answer, Request, Transport};
use crate::error::{hub_answer, said};
use crate::home::{Doorknock, Identity, Inner};
use crate::record::with_writer;

/// How often a statement is made again when others extended the charter first.
const TRIES: usize = 8;

/// A device that joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Joined {
    /// The member.
    pub member: MemberId,
    /// The device.
    pub device: DeviceId,
}

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
                let doc = SETTINGS.document(community, &[]);
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

    /// Invites somebody: a link that one device can use. It holds a secret; send it to nobody else.
    ///
    /// # Errors
    /// `not_admin`, `unknown_grid`, `grid_needed`, `hub_unreachable`, `hub_refused`.
    pub fn invite(
        &self,
        role: Role,
        grid_codes: &[String],
        valid_for_ms: i64,
        net: &dyn Transport,
    ) -> Result<String> {
        let grids = self.invited_grids(role, grid_codes)?;
        let secret = InviteSecret::generate(&*self.env.entropy);
        let identity = self.extend_charter(net, |charter, admin, keys| {
            let now = self.now_ms();
            let recipient = Recipient {
                id: secret.invite_id().0,
                hpke_key: secret.hpke_key(),
            };
            let mut wraps = Vec::new();
            for space in charter.entitled_spaces(role, &grids) {
                wraps.extend(keys.wraps(charter, space, &recipient)?);
            }
            let expires = now.saturating_add(valid_for_ms);
            let statement =
                charter.invite_issued(admin, &secret, role, &grids, expires, &wraps, now);
            Ok(Some((statement, wraps)))
        })?;
        let mut inner = self.lock();
        let charter = inner.charter()?;
        let link = InviteLink {
            hub_url: identity.hub_url,
            community: charter.community(),
            genesis_hash: charter.genesis_hash(),
            charter_head: charter.head(),
            charter_length: charter.len(),
            secret,
        };
        Ok(link.to_string())
    }

    fn invited_grids(&self, role: Role, codes: &[String]) -> Result<Vec<GridId>> {
        if !matches!(role, Role::Worker | Role::Staff) {
            return Err(said(
                "role_not_offered",
                "目前只能邀请网格员（worker）和社区工作人员（staff）。",
                "Only workers and staff can be invited in this version.",
            ));
        }
        let grids = self.grids()?;
        let mut ids = Vec::new();
        for code in codes {
            let grid = grids.iter().find(|g| g.code == *code).ok_or_else(|| {
                let known = grids
                    .iter()
                    .map(|g| g.code.as_str())
                    .collect::<Vec<_>>()
                    .join("、");
                said(
                    "unknown_grid",
                    format!("没有网格“{code}”；现有网格：{known}。"),
                    format!("There is no grid \"{code}\"; the grids are: {known}."),
                )
            })?;
            ids.push(grid.id);
        }
        if role == Role::Worker && ids.is_empty() {
            return Err(said(
                "grid_needed",
                "邀请网格员须指明网格（--grid）。",
                "A worker's invitation needs a grid (--grid).",
            ));
        }
        Ok(ids)
    }

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
            let (statements, wraps) = fetch_charter(net, &link)?;
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
        let mut keys = Vec::new();
        for sealed in wraps {
            let key = wrap::open_wrap(charter.community(), sealed, link.secret.hpke())?;
            if charter.accepts_key(sealed.space, sealed.epoch, &key) {
                keys.push((sealed.space, key));
            }
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
            with_writer(inner, &self.env, |writer| writer.member_card(name))
        })?;
        self.keep_rescue(&charter.rescue_key());
        let device = self.lock().secrets.device_id();
        Ok(Joined { member, device })
    }

    /// Makes the grids that are not there yet, with their two spaces each.
    pub(crate) fn ensure_grids(&self, codes: &[String], net: &dyn Transport) -> Result<()> {
        let community = self.lock().identity()?.community;
        for code in codes {
            let grid = community.grid(code);
            for kind in [SpaceKind::Rounds, SpaceKind::Casework] {
                let fresh = EpochKey::generate(&*self.env.entropy);
                let key = self.pending_key(&community.0, kind, grid, fresh)?;
                self.extend_charter(net, |charter, admin, _| {
                    if charter.space(charter.space_id(kind, grid)).is_some() {
                        return Ok(None);
                    }
                    let wraps = wraps_for_all(self, charter, kind, grid, &key)?;
                    let statement =
                        charter.space_created(admin, kind, grid, &key, &wraps, self.now_ms());
                    Ok(Some((statement, wraps)))
                })?;
                self.adopt_space(kind, grid, &key)?;
            }
            self.writing(|inner| {
                with_writer(inner, &self.env, |writer| {
                    let doc = SETTINGS.document(community, &[]);
                    let order = u32::try_from(writer.tx.grids()?.len()).unwrap_or(0);
                    let record = GridRecord {
                        code: code.clone(),
                        name: None,
                        order: Some(order),
                    };
                    let key = Key::with_id(settings::GRID, grid.as_bytes());
                    writer.set(&SETTINGS, doc, 0, vec![(key, pack(&record))])
                })
            })?;
        }
        Ok(())
    }

    /// A new space's key, kept before the charter commits to it: a crash in between loses nothing.
    fn pending_key(
        &self,
        community: &[u8],
        kind: SpaceKind,
        grid: GridId,
        fresh: EpochKey,
    ) -> Result<EpochKey> {
        let hex: String = community
            .iter()
            .chain(&grid.0)
            .map(|b| format!("{b:02x}"))
            .collect();
        let name = format!("space_key:{}:{hex}", kind.code());
        self.writing(|inner| {
            let kept = inner.store.view()?.meta(&name)?;
            if let Some(key) = kept.and_then(|b| <[u8; 32]>::try_from(b).ok()) {
                return Ok(EpochKey::from_bytes(&key));
            }
            inner
                .store
                .write(|tx| tx.set_meta(&name, fresh.as_bytes()))?;
            Ok(EpochKey::from_bytes(fresh.as_bytes()))
        })
    }

    fn adopt_space(&self, kind: SpaceKind, grid: GridId, key: &EpochKey) -> Result<()> {
        self.writing(|inner| {
            let charter = inner.charter()?.clone();
            let space = charter.space_id(kind, grid);
            if !charter.accepts_key(space, 0, key) {
                // Another admin made it first; its key comes with the next sync, wrapped for us.
                return Ok(());
            }
            Ok(inner
                .store
                .write(|tx| add_space(tx, &charter, space, key))?)
        })
    }

    /// Appends a statement to the charter at the hub: brings the local charter up to date, lets
    /// `make` make the statement for its head (or say that none is needed), and tries again while others
    /// are faster.
    fn extend_charter(
        &self,
        net: &dyn Transport,
        make: impl Fn(&Charter, &DeviceSecrets, &Keys<'_>) -> Result<Option<(Vec<u8>, Vec<Wrap>)>>,
    ) -> Result<Identity> {
        let identity = self.lock().identity()?;
        for _ in 0..TRIES {
            self.catch_up_charter(net)?;
            let made = {
                let mut inner = self.lock();
                let charter = inner.charter()?.clone();
                let is_admin =
                    charter.member_of(identity.device).and_then(|m| m.role) == Some(Role::Admin);
                if !is_admin {
                    return Err(said(
                        "not_admin",
                        "只有社区管理员的设备能做这件事；请在管理员的设备上操作。",
                        "Only an administrator's device can do this; do it there.",
                    ));
                }
                let keys = Keys {
                    inner: &inner,
                    home: self,
                };
                make(&charter, &inner.secrets, &keys)?
            };
            let Some((statement, wraps)) = made else {
                return Ok(identity);
            };
            let request = append_request(identity.community, statement.clone(), &wraps);
            // Kept first: the hub may take it and the answer not come, and the wraps are nowhere else.
            self.writing(|inner| {
                let name = append_name(inner.charter()?.len());
                Ok(inner.store.write(|tx| tx.set_meta(&name, &request.body))?)
            })?;
            let answer = net.exchange(&identity.hub_url, &request)?;
            if answer.status == 409 {
                continue;
            }
            accepted(answer)?;
            self.writing(|inner| extend_and_keep(inner, std::slice::from_ref(&statement)))?;
            return Ok(identity);
        }
        Err(said(
            "charter_busy",
            "其他管理员正在修改社区设置；请稍后再试。",
            "Other administrators are changing the community; try again in a moment.",
        ))
    }

    /// Fetches the charter's statements that are not here yet; the hub cuts long answers.
    fn catch_up_charter(&self, net: &dyn Transport) -> Result<()> {
        while self.fetch_some_charter(net)? > 0 {}
        Ok(())
    }

    fn fetch_some_charter(&self, net: &dyn Transport) -> Result<usize> {
        let (identity, request) = {
            let mut inner = self.lock();
            let identity = inner.identity()?;
            let from = inner.charter()?.len();
            let body = wire::encode(&wire::CharterRequest {
                community: identity.community,
                from,
            });
            let body = sign_request(
                wire::PATH_CHARTER,
                &body,
                identity.community,
                &inner.secrets,
            );
            (identity, post(wire::PATH_CHARTER, body))
        };
        let body = accepted(net.exchange(&identity.hub_url, &request)?)?;
        let response: wire::CharterResponse = wire::decode(&body)?;
        self.writing(|inner| {
            extend_and_keep(inner, &response.statements)?;
            take_wraps(inner, &response.wraps)
        })?;
        Ok(response.statements.len())
    }

    fn refuse_if_joined(&self) -> Result<()> {
        if self.lock().identity.is_none() {
            return Ok(());
        }
        Err(said(
            "already_joined",
            "这台设备已在一个社区里；要加入另一个，请换一个目录（--home）。",
            "This device is in a community already; use another folder (--home) for another one.",
        ))
    }

    /// Seals the database's key to the community's rescue key, beside the database (rule R4). A help
    /// for later, so a failure here does not undo the joining.
    fn keep_rescue(&self, rescue_key: &[u8; 32]) {
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
        let Some(identity) = inner.identity.clone() else {
            return Ok(None);
        };
        let role = inner
            .charter()?
            .member(identity.member)
            .and_then(|m| m.role);
        let name = inner.store.view()?.settings()?.name;
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
        }))
    }
}

/// The space keys of this home, for wrapping.
struct Keys<'a> {
    inner: &'a Inner,
    home: &'a Doorknock,
}

impl Keys<'_> {
    fn wraps(&self, charter: &Charter, space: SpaceId, to: &Recipient) -> Result<Vec<Wrap>> {
        let number = charter.space_number(space).unwrap_or(u32::MAX);
        let mut wraps = Vec::new();
        for (epoch, key) in self.inner.store.view()?.space_keys(number)? {
            let key = EpochKey::from_bytes(&key);
            let entropy = &*self.home.env.entropy;
            wraps.push(wrap::wrap_key(
                charter.community(),
                space,
                epoch,
                &key,
                to,
                entropy,
            )?);
        }
        if wraps.is_empty() {
            return Err(said(
                "space_key_missing",
                "这台设备还没有收到某个网格的密钥；请先同步再邀请。",
                "This device has not received a grid's key yet; sync, then invite.",
            ));
        }
        Ok(wraps)
    }
}

fn wraps_for_all(
    home: &Doorknock,
    charter: &Charter,
    kind: SpaceKind,
    grid: GridId,
    key: &EpochKey,
) -> Result<Vec<Wrap>> {
    let space = charter.space_id(kind, grid);
    let entropy = &*home.env.entropy;
    charter
        .entitled(kind, grid, home.now_ms())
        .iter()
        .map(|to| {
            Ok(wrap::wrap_key(
                charter.community(),
                space,
                0,
                key,
                to,
                entropy,
            )?)
        })
        .collect()
}

/// Extends the charter in memory and on disk. Statements already held are skipped; one that does not
/// extend this charter is refused, whoever sent it (rule R8).
pub(crate) fn extend_and_keep(inner: &mut Inner, statements: &[Vec<u8>]) -> Result<()> {
    let mut next = inner.charter()?.clone();
    let mut fresh = Vec::new();
    for bytes in statements {
        let position = next.len();
        match next.extend(bytes) {
            Ok(_) => fresh.push((position, bytes)),
            Err(CharterError::AlreadyKnown { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    if fresh.is_empty() {
        return Ok(());
    }
    inner.store.write(|tx| {
        fresh
            .into_iter()
            .try_for_each(|(position, bytes)| tx.append_statement(position, bytes))
    })?;
    *inner.charter()? = next;
    Ok(())
}

/// Where the request that appended a statement is kept, with its wraps, in case the hub loses it.
pub(crate) fn append_name(position: u64) -> String {
    format!("append:{position}")
}

/// Opens the wraps that are for this device and adds the spaces they open.
pub(crate) fn take_wraps(inner: &mut Inner, wraps: &[Vec<u8>]) -> Result<()> {
    if wraps.is_empty() {
        return Ok(());
    }
    let charter = inner.charter()?.clone();
    let mut keys = Vec::new();
    for bytes in wraps {
        let sealed = Wrap::from_bytes(bytes)?;
        let key = wrap::open_wrap(charter.community(), &sealed, inner.secrets.hpke())?;
        if charter.accepts_key(sealed.space, sealed.epoch, &key) {
            keys.push((sealed.space, key));
        }
    }
    Ok(inner.store.write(|tx| {
        keys.iter()
            .try_for_each(|(space, key)| add_space(tx, &charter, *space, key))
    })?)
}

fn add_space(
    tx: &Tx<'_>,
    charter: &Charter,
    space: SpaceId,
    key: &EpochKey,
) -> doorknock_store::Result<()> {
    // Wraps for spaces of a newer version's kind are left for that version.
    let Some((space, kind)) = charter.space(space).and_then(|s| Some((s, s.kind?))) else {
        return Ok(());
    };
    tx.add_space(space.number, space.id, kind.code(), space.grid)?;
    tx.add_space_key(space.number, 0, key.as_bytes())
}

fn set_identity(
    tx: &Tx<'_>,
    community: CommunityId,
    member: MemberId,
    hub_url: &str,
) -> doorknock_store::Result<()> {
    tx.set_meta("community", &community.0)?;
    tx.set_meta("member", &member.0)?;
    tx.set_meta("hub_url", hub_url.as_bytes())?;
    tx.set_meta("joined", b"1")
}

fn adopt_identity(inner: &mut Inner) -> Result<()> {
    let device = inner.secrets.device_id();
    inner.identity = crate::home::read_identity(&inner.store.view()?, device)?;
    Ok(())
}

impl crate::record::Writer<'_> {
    fn member_card(&mut self, name: &str) -> Result<()> {
        let doc = MEMBER_CARD.document(self.identity.community, &[self.identity.member.as_bytes()]);
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

fn check_name(name: &str) -> Result<()> {
    if name.trim().is_empty() || name.len() > 120 {
        return Err(said(
            "bad_name",
            "名称不能为空，也不能超过四十个字。",
            "A name must not be empty or longer than 120 bytes.",
        ));
    }
    Ok(())
}

fn fetch_charter(net: &dyn Transport, link: &InviteLink) -> Result<(Vec<Vec<u8>>, Vec<Wrap>)> {
    let (mut statements, mut wraps) = (Vec::new(), Vec::new());
    loop {
        let from = statements.len() as u64;
        let body = wire::encode(&wire::CharterRequest {
            community: link.community,
            from,
        });
        let body = sign_request(wire::PATH_CHARTER, &body, link.community, &link.secret);
        let body = accepted(net.exchange(&link.hub_url, &post(wire::PATH_CHARTER, body))?)?;
        let response: wire::CharterResponse = wire::decode(&body)?;
        for bytes in &response.wraps {
            wraps.push(Wrap::from_bytes(bytes)?);
        }
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

pub(crate) fn append_request(
    community: CommunityId,
    statement: Vec<u8>,
    wraps: &[Wrap],
) -> Request {
    let wraps = wraps.iter().map(Wrap::to_bytes).collect();
    post(
        wire::PATH_APPEND,
        wire::encode(&wire::AppendRequest {
            community,
            statement,
            wraps,
        }),
    )
}

pub(crate) const fn post(path: &'static str, body: Vec<u8>) -> Request {
    Request {
        method: "POST",
        path,
        body,
    }
}
