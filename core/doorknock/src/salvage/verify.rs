//! Who a damaged home's device is, and what of its charter and keys can be believed.

use std::collections::HashSet;

use doorknock_model::ids::{CommunityId, DeviceId, MemberId, SpaceId};
use doorknock_seal::charter::Charter;
use doorknock_seal::identity::DeviceSecrets;
use doorknock_seal::wrap::{self, EpochKey};
use doorknock_store::salvage::Found;

use crate::Result;
use crate::community::device_charter;
use crate::env::Transport;
use crate::error::said;

/// Single values that are kept as they are. Watermarks are not: the new home begins its own.
const META: [&str; 2] = ["device", "rescue_secret"];
const META_BEGINNINGS: [&str; 2] = ["append:", "space_key:"];

/// Who this device is, and its keys.
pub(super) struct Known {
    pub(super) device: DeviceSecrets,
    pub(super) member: MemberId,
    pub(super) hub_url: String,
    pub(super) meta: Vec<(String, Vec<u8>)>,
    pub(super) charter: Charter,
    pub(super) statements: Vec<Vec<u8>>,
    pub(super) keys: Vec<(SpaceId, EpochKey)>,
    /// How many spaces this device may read whose keys are lost.
    pub(super) keys_missing: usize,
}

impl Known {
    pub(super) fn verified(found: &Found, net: &dyn Transport) -> Result<Self> {
        let text = |name: &str| String::from_utf8(found.meta.get(name)?.clone()).ok();
        let device = found.meta.get("device").and_then(|b| super::secrets(b));
        let community = found.meta.get("community");
        let community = community.and_then(|b| CommunityId::from_slice(b));
        let (Some(device), Some(community), Some(hub_url)) = (device, community, text("hub_url"))
        else {
            return Err(no_identity());
        };
        let mut known = replayed(found, community);
        let mut keys = known
            .as_ref()
            .map_or_else(Vec::new, |(c, _)| kept_keys(found, c));
        let complete = known.as_ref().is_some_and(|(charter, _)| {
            charter.member_of(device.device_id()).is_some()
                && missing(charter, device.device_id(), &keys) == 0
                && knows_authors(charter, found)
        });
        if !complete {
            // What does not read here stands at the hub; its statements are verified like any.
            match device_charter(net, &hub_url, community, &device) {
                Ok((charter, statements, wraps)) => {
                    keys = kept_keys(found, &charter);
                    for sealed in &wraps {
                        let key = wrap::open_wrap(community, sealed, device.hpke())?;
                        if charter.accepts_key(sealed.space, sealed.epoch, &key) {
                            keys.push((sealed.space, key));
                        }
                    }
                    known = Some((charter, statements));
                }
                Err(error) if known.is_none() => return Err(error),
                Err(_) => (),
            }
        }
        let (charter, statements) = known.ok_or_else(no_identity)?;
        let member = charter.member_of(device.device_id()).map(|m| m.id);
        let wanted = |name: &str| {
            META.contains(&name) || META_BEGINNINGS.iter().any(|b| name.starts_with(b))
        };
        let meta = found.meta.iter().filter(|(name, _)| wanted(name));
        Ok(Self {
            member: member.ok_or_else(no_identity)?,
            hub_url,
            meta: meta
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
            keys_missing: missing(&charter, device.device_id(), &keys),
            device,
            charter,
            statements,
            keys,
        })
    }

    pub(super) fn space(&self, number: u32) -> Option<SpaceId> {
        Some(self.charter.space_by_number(number.into())?.id)
    }
}

/// The charter as far as its statements read, from the first on.
fn replayed(found: &Found, community: CommunityId) -> Option<(Charter, Vec<Vec<u8>>)> {
    // Something else of a statement's shape may stand under its number.
    let at = |position: i64| found.statements.get(&position).into_iter().flatten();
    let founded = |bytes: &&Vec<u8>| {
        Charter::found(bytes).is_ok_and(|charter| charter.community() == community)
    };
    let first = at(0).find(founded)?.clone();
    let mut charter = Charter::found(&first).ok()?;
    let mut statements = vec![first];
    for position in 1.. {
        let next = at(position).find(|bytes| charter.extend(bytes).is_ok());
        let Some(next) = next else {
            break;
        };
        statements.push(next.clone());
    }
    Some((charter, statements))
}

/// The spaces' keys that are those the charter commits to.
fn kept_keys(found: &Found, charter: &Charter) -> Vec<(SpaceId, EpochKey)> {
    let mut keys: Vec<(SpaceId, EpochKey)> = Vec::new();
    // An administrator's home also has those of spaces it made, beside.
    let made = found
        .meta
        .iter()
        .filter(|(name, _)| name.starts_with("space_key:"));
    let made = made.filter_map(|(_, value)| <[u8; 32]>::try_from(value.as_slice()).ok());
    let all: HashSet<[u8; 32]> = found.keys.iter().map(|k| k.2).chain(made).collect();
    for key in &all {
        let key = || EpochKey::from_bytes(key);
        let of = charter
            .spaces()
            .iter()
            .filter(|s| charter.accepts_key(s.id, 0, &key()));
        keys.extend(of.map(|space| (space.id, key())));
    }
    keys
}

fn missing(charter: &Charter, device: DeviceId, keys: &[(SpaceId, EpochKey)]) -> usize {
    let held = |space: &SpaceId| keys.iter().any(|(id, _)| id == space);
    let spaces = charter.spaces().iter().map(|s| s.id);
    spaces
        .filter(|space| charter.may_hold(device, *space) && !held(space))
        .count()
}

fn knows_authors(charter: &Charter, found: &Found) -> bool {
    let mut devices = found.authors.values().map(|author| author.0);
    devices.all(|device| charter.member_of(device).is_some())
}

fn no_identity() -> crate::Error {
    said(
        "salvage_identity",
        "存放本机身份和密钥的那一页已损坏，无法重建能同步的数据；原文件未改动，请勿删除。已到服务器的记录都在，请向管理员要新的邀请，在新目录里加入。",
        "The page with this device's identity and keys does not read, so no home that could sync can be made; the files are as they were, do not delete them. What had reached the hub is there: ask for a new invitation and join in a new folder.",
    )
}
