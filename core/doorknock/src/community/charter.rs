//! The charter on this device: extending it at the hub, keeping what came, and the keys that travel with
//! its statements.

use doorknock_model::access::Role;
use doorknock_model::ids::{CommunityId, SpaceId};
use doorknock_seal::charter::{Charter, CharterError, Space};
use doorknock_seal::identity::DeviceSecrets;
use doorknock_seal::request::sign_request;
use doorknock_seal::wrap::{self, EpochKey, HpkeSecret, Recipient, Wrap};
use doorknock_store::Tx;
use doorknock_sync::wire;

use super::{accepted, post};
use crate::Result;
use crate::env::{Request, Transport};
use crate::error::said;
use crate::home::{Doorknock, Identity, Inner};

/// How often a statement is made again when others extended the charter first.
pub(super) const TRIES: usize = 8;

/// The space keys of this home, for wrapping.
pub(super) struct Keys<'a> {
    inner: &'a Inner,
    home: &'a Doorknock,
}

impl Doorknock {
    /// Appends a statement to the charter at the hub: brings the local charter up to date, lets
    /// `make` make the statement for its head (or say that none is needed), and tries again while others
    /// are faster.
    pub(super) fn extend_charter(
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
            let now = self.now_ms();
            self.writing(|inner| {
                extend_and_keep(inner, std::slice::from_ref(&statement), &[], now)
            })?;
            return Ok(identity);
        }
        Err(said(
            "charter_busy",
            "其他管理员正在修改社区设置；请稍后再试。",
            "Other administrators are changing the community; try again in a moment.",
        ))
    }

    /// Fetches the charter's statements that are not here yet; the hub cuts long answers.
    pub(super) fn catch_up_charter(&self, net: &dyn Transport) -> Result<()> {
        while self.fetch_some_charter(net)? > 0 {}
        Ok(())
    }

    fn fetch_some_charter(&self, net: &dyn Transport) -> Result<usize> {
        let (identity, request) = {
            let mut inner = self.lock();
            let identity = inner.identity()?;
            let from = asked(&mut inner)?.0;
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
        let now = self.now_ms();
        self.writing(|inner| extend_and_keep(inner, &response.statements, &response.wraps, now))?;
        Ok(response.statements.len())
    }
}

impl Keys<'_> {
    pub(super) fn wraps(
        &self,
        charter: &Charter,
        space: SpaceId,
        to: &Recipient,
    ) -> Result<Vec<Wrap>> {
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

/// Extends the charter in memory and on disk, with the spaces that the wraps for this device open.
/// Statements already held are skipped; one that does not extend this charter is refused, whoever sent it
/// (rule R8). All in one transaction: the hub gives a wrap only with the statement it came with, and
/// who has the statement asks again only for a key that could not be read ([`ask_for_keys`]).
pub(crate) fn extend_and_keep(
    inner: &mut Inner,
    statements: &[Vec<u8>],
    wraps: &[Vec<u8>],
    now_ms: i64,
) -> Result<()> {
    let Extended { next, fresh, upto } = extended(inner.charter()?, statements)?;
    let wraps = wraps
        .iter()
        .filter_map(|bytes| Wrap::from_bytes(bytes).ok());
    let keys = opened(&next, inner.secrets.hpke(), wraps);
    let lacking = lacking(inner, &next, &keys)?;
    let asked = asked(inner)?.0;
    if fresh.is_empty() && keys.is_empty() && lacking.is_empty() && upto <= asked {
        return Ok(());
    }
    inner.store.write(|tx| {
        fresh
            .into_iter()
            .try_for_each(|(position, bytes)| tx.append_statement(position, bytes))?;
        keys.iter()
            .try_for_each(|(space, key)| add_space(tx, &next, *space, key))?;
        lacking
            .iter()
            .try_for_each(|space| tx.notice(KEY_MISSING, &space.id.0, now_ms))?;
        note_asked(tx, &next, upto.max(asked))
    })?;
    *inner.charter()? = next;
    Ok(())
}

/// Extends the charter by statements that came in a file, without the key wraps that only the hub gives: it is
/// asked for these statements again. Returns how many are new.
pub(crate) fn extend_from_file(inner: &mut Inner, statements: &[Vec<u8>]) -> Result<usize> {
    let Extended { next, fresh, .. } = extended(inner.charter()?, statements)?;
    let asked = asked(inner)?.0;
    let count = fresh.len();
    if count > 0 {
        inner.store.write(|tx| {
            fresh
                .into_iter()
                .try_for_each(|(position, bytes)| tx.append_statement(position, bytes))?;
            note_asked(tx, &next, asked)
        })?;
        *inner.charter()? = next;
    }
    Ok(count)
}

/// How many statements the hub was asked for, where a file brought more; absent where it brought none.
const ASKED: &str = "charter_asked";

/// How many of the charter's statements came from the hub or were asked of it, with the head of that many.
pub(crate) fn asked(inner: &mut Inner) -> Result<(u64, [u8; 32])> {
    let number = inner.store.view()?.meta_number(ASKED)?;
    let charter = inner.charter()?;
    let asked = u64::try_from(number).unwrap_or(0);
    Ok(match charter.head_at(asked) {
        Some(head) => (asked, head),
        None => (charter.len(), charter.head()),
    })
}

fn note_asked(tx: &Tx<'_>, charter: &Charter, asked: u64) -> doorknock_store::Result<()> {
    let behind = if asked < charter.len() { asked } else { 0 };
    let behind = i64::try_from(behind).unwrap_or(0);
    if tx.meta_number(ASKED)? == behind {
        return Ok(());
    }
    tx.set_meta_number(ASKED, behind)
}

/// A charter with statements that are or were behind it.
struct Extended<'s> {
    next: Charter,
    /// Those that are new, with their positions.
    fresh: Vec<(u64, &'s Vec<u8>)>,
    /// How many statements there are up to the last of those given.
    upto: u64,
}

fn extended<'s>(charter: &Charter, statements: &'s [Vec<u8>]) -> Result<Extended<'s>> {
    let mut next = charter.clone();
    let (mut fresh, mut upto) = (Vec::new(), 0);
    for bytes in statements {
        let position = next.len();
        match next.extend(bytes) {
            Ok(_) => {
                fresh.push((position, bytes));
                upto = next.len();
            }
            Err(CharterError::AlreadyKnown { position }) => upto = position + 1,
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Extended { next, fresh, upto })
}

/// Where the request that appended a statement is kept, with its wraps, in case the hub loses it.
pub(crate) fn append_name(position: u64) -> String {
    format!("append:{position}")
}

/// The key of a space that this device may hold has not come in a form it can read.
pub(crate) const KEY_MISSING: &str = "space_key_unreadable";

/// The keys in these wraps that are the charter's. What does not open, or is another key, is one space's
/// trouble and keeps nothing else from going on.
pub(super) fn opened(
    charter: &Charter,
    secret: &HpkeSecret,
    wraps: impl Iterator<Item = Wrap>,
) -> Vec<(SpaceId, EpochKey)> {
    let key = |sealed: Wrap| {
        let key = wrap::open_wrap(charter.community(), &sealed, secret).ok()?;
        let good = charter.accepts_key(sealed.space, sealed.epoch, &key);
        good.then_some((sealed.space, key))
    };
    wraps.filter_map(key).collect()
}

/// The spaces that the charter lets this device hold and whose key is neither here nor among these.
fn lacking(inner: &Inner, charter: &Charter, keys: &[(SpaceId, EpochKey)]) -> Result<Vec<Space>> {
    let device = inner.secrets.device_id();
    let view = inner.store.view()?;
    let mut lacking = Vec::new();
    for space in charter.spaces() {
        let wanted = space.kind.is_some() && charter.may_hold(device, space.id);
        let came = keys.iter().any(|(id, _)| *id == space.id);
        if wanted && !came && view.space_keys(space.number)?.is_empty() {
            lacking.push(space.clone());
        }
    }
    Ok(lacking)
}

/// Requests for the wraps of keys that are lacking here: the hub gives a wrap only with the statement it
/// came with, so they ask from there.
pub(crate) fn ask_for_keys(inner: &mut Inner) -> Result<Vec<Request>> {
    let charter = inner.charter()?.clone();
    let community = charter.community();
    let mut requests = Vec::new();
    for space in lacking(inner, &charter, &[])? {
        let from = space.since;
        let body = wire::encode(&wire::CharterRequest { community, from });
        let body = sign_request(wire::PATH_CHARTER, &body, community, &inner.secrets);
        requests.push(post(wire::PATH_CHARTER, body));
    }
    Ok(requests)
}

pub(crate) fn add_space(
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
    tx.add_space_key(space.number, 0, key.as_bytes())?;
    tx.drop_notice(KEY_MISSING, &space.id.0)
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
