//! The charter: who is in a community and may read and write what.
//!
//! It is one linear chain of signed statements. [`Charter`] is what a verified chain says; whoever
//! extends it by the same statements has the same charter, and a statement that breaks a rule
//! extends nobody's. The statements' bytes are kept by the caller.

mod build;
mod rules;
mod statement;

use std::collections::BTreeMap;

use doorknock_model::Message;
use doorknock_model::access::{Role, SpaceKind};
use doorknock_model::ids::{CommunityId, DeviceId, GridId, InviteId, MemberId, SpaceId};

use crate::Hash;
use crate::cbor::Malformed;
use crate::wrap::{EpochKey, Recipient};

pub use rules::{Effect, NotAllowed};
pub use statement::{Kind, PublicKeys, Statement, statement_hash};

/// Why a statement does not extend a charter. The charter is then as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CharterError {
    /// The bytes are not a statement.
    #[error("not a charter statement")]
    Malformed,
    /// A format or suite of a newer version.
    #[error("a charter statement of a newer version")]
    Unsupported,
    /// This very statement stands in the charter already, at this position: a retry.
    #[error("the charter has this statement already")]
    AlreadyKnown {
        /// Where it stands.
        position: u64,
    },
    /// It was made for another head: the charter has moved since, or the statement is from ahead.
    #[error("the statement does not follow the charter's head")]
    DoesNotFollow,
    /// Its signer did not sign it for this community.
    #[error("the statement's signature is wrong")]
    BadSignature,
    /// Its signer may not say that, or nobody may say it now.
    #[error("the statement is not allowed: {0}")]
    NotAllowed(NotAllowed),
}

impl CharterError {
    /// For people.
    #[must_use]
    pub fn message(self) -> Message {
        let (code, zh, en) = match self {
            Self::Malformed => (
                "charter_malformed",
                "社区章程记录格式错误，未采用。",
                "not a charter statement; nothing was changed",
            ),
            Self::Unsupported => (
                "charter_newer_version",
                "社区章程来自更新的版本。请升级敲门。",
                "the charter is of a newer version; update Doorknock",
            ),
            Self::AlreadyKnown { .. } => (
                "charter_known",
                "该章程记录已存在，无需重复操作。",
                "the charter has this statement already; nothing to do",
            ),
            Self::DoesNotFollow => (
                "charter_moved",
                "社区章程已有更新。请先同步，再重试。",
                "the charter has moved on; sync, then try again",
            ),
            Self::BadSignature => (
                "charter_bad_signature",
                "社区章程记录签名不符，未采用。",
                "the charter statement's signature is wrong; nothing was changed",
            ),
            Self::NotAllowed(why) => return why.message(),
        };
        Message::new(code, zh, en)
    }
}

impl From<Malformed> for CharterError {
    fn from(_: Malformed) -> Self {
        Self::Malformed
    }
}

impl From<NotAllowed> for CharterError {
    fn from(why: NotAllowed) -> Self {
        Self::NotAllowed(why)
    }
}

/// A member's phone or desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Derived from the signing key.
    pub id: DeviceId,
    /// Whose it is.
    pub member: MemberId,
    /// Its public signing key.
    pub sign_key: [u8; 32],
    /// Its public HPKE key.
    pub hpke_key: [u8; 32],
    /// The position of the statement it joined by.
    pub joined_at_position: u64,
}

/// A person who uses the app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Chosen by the member's first device.
    pub id: MemberId,
    /// `None`: a role of a newer version, which may do nothing here.
    pub role: Option<Role>,
    /// The grids the member is named for.
    pub grids: Vec<GridId>,
    /// The member's devices.
    pub devices: Vec<DeviceId>,
}

/// An invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invite {
    /// Derived from the signing key.
    pub id: InviteId,
    /// Its public signing key.
    pub sign_key: [u8; 32],
    /// Its public HPKE key.
    pub hpke_key: [u8; 32],
    /// `None`: a role of a newer version, which may do nothing here.
    pub role: Option<Role>,
    /// The grids it is for.
    pub grids: Vec<GridId>,
    /// The last moment at which it may be used, unix ms.
    pub expires_at: i64,
    /// The admin device that issued it.
    pub issued_by: DeviceId,
    /// The device that used it.
    pub used_by: Option<DeviceId>,
}

impl Invite {
    /// Whether it can still be used at this time (unix ms).
    #[must_use]
    pub const fn is_open(&self, now_ms: i64) -> bool {
        self.used_by.is_none() && now_ms <= self.expires_at
    }
}

/// A unit of sharing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Space {
    /// Counted in the order of appearance: 0 common, 1 staff, then each created.
    pub number: u32,
    /// Derived from the community, kind and grid.
    pub id: SpaceId,
    /// `None`: a kind of a newer version, which nobody holds here.
    pub kind: Option<SpaceKind>,
    /// Zeros for common and staff.
    pub grid: GridId,
    /// The commitments to its keys; the index is the epoch.
    pub commitments: Vec<Hash>,
    /// The position of the statement that made it: its keys' wraps came with that.
    pub since: u64,
}

/// What a verified chain of statements says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charter {
    hub_key: [u8; 32],
    rescue_key: [u8; 32],
    /// The hash of each statement; never empty.
    hashes: Vec<Hash>,
    genesis_hash: Hash,
    head: Hash,
    spaces: Vec<Space>,
    devices: BTreeMap<DeviceId, Device>,
    members: BTreeMap<MemberId, Member>,
    invites: BTreeMap<InviteId, Invite>,
    unknown: u64,
}

impl Charter {
    /// The charter of these statements, first one first.
    ///
    /// # Errors
    /// The first statement's that is refused; [`CharterError::Malformed`] if there is none.
    pub fn replay<B: AsRef<[u8]>>(
        statements: impl IntoIterator<Item = B>,
    ) -> Result<Self, CharterError> {
        let mut statements = statements.into_iter();
        let first = statements.next().ok_or(CharterError::Malformed)?;
        let mut charter = Self::found(first.as_ref())?;
        for statement in statements {
            charter.extend(statement.as_ref())?;
        }
        Ok(charter)
    }

    /// How many statements it has; at least one.
    #[allow(clippy::len_without_is_empty, reason = "a charter is never empty")]
    #[must_use]
    pub const fn len(&self) -> u64 {
        self.hashes.len() as u64
    }

    /// The hash of the last statement.
    #[must_use]
    pub const fn head(&self) -> Hash {
        self.head
    }

    /// The hash of the last of the first `length` statements; `None` for 0 or more than it has.
    #[must_use]
    pub fn head_at(&self, length: u64) -> Option<Hash> {
        let index = usize::try_from(length.checked_sub(1)?).ok()?;
        self.hashes.get(index).copied()
    }

    /// The hash of the first statement.
    #[must_use]
    pub const fn genesis_hash(&self) -> Hash {
        self.genesis_hash
    }

    /// The community: the first 16 bytes of the genesis hash.
    #[must_use]
    pub fn community(&self) -> CommunityId {
        community_of(&self.genesis_hash)
    }

    /// The key with which the hub signs receipts.
    #[must_use]
    pub const fn hub_key(&self) -> [u8; 32] {
        self.hub_key
    }

    /// The public HPKE key of the rescue kit.
    #[must_use]
    pub const fn rescue_key(&self) -> [u8; 32] {
        self.rescue_key
    }

    /// How many statements this version does not fully understand. Above zero the app says that a
    /// newer version is needed.
    #[must_use]
    pub const fn unknown_statements(&self) -> u64 {
        self.unknown
    }

    /// The spaces, by number.
    #[must_use]
    pub fn spaces(&self) -> &[Space] {
        &self.spaces
    }

    /// A space by its id.
    #[must_use]
    pub fn space(&self, id: SpaceId) -> Option<&Space> {
        self.spaces.iter().find(|space| space.id == id)
    }

    /// A space by its number.
    #[must_use]
    pub fn space_by_number(&self, number: u64) -> Option<&Space> {
        self.spaces.get(usize::try_from(number).ok()?)
    }

    /// A space's number.
    #[must_use]
    pub fn space_number(&self, id: SpaceId) -> Option<u32> {
        self.space(id).map(|space| space.number)
    }

    /// The id that a space of this kind and grid has or would have; the grid is
    /// `GridId::default()` for common and staff.
    #[must_use]
    pub fn space_id(&self, kind: SpaceKind, grid: GridId) -> SpaceId {
        self.community().space(kind, grid)
    }

    /// A device.
    #[must_use]
    pub fn device(&self, id: DeviceId) -> Option<&Device> {
        self.devices.get(&id)
    }

    /// All devices, by id.
    pub fn devices(&self) -> impl Iterator<Item = &Device> {
        self.devices.values()
    }

    /// A member.
    #[must_use]
    pub fn member(&self, id: MemberId) -> Option<&Member> {
        self.members.get(&id)
    }

    /// All members, by id.
    pub fn members(&self) -> impl Iterator<Item = &Member> {
        self.members.values()
    }

    /// The member whose device it is.
    #[must_use]
    pub fn member_of(&self, device: DeviceId) -> Option<&Member> {
        self.member(self.device(device)?.member)
    }

    /// An invitation.
    #[must_use]
    pub fn invite(&self, id: InviteId) -> Option<&Invite> {
        self.invites.get(&id)
    }

    /// All invitations, by id.
    pub fn invites(&self) -> impl Iterator<Item = &Invite> {
        self.invites.values()
    }

    /// Whether a device may hold a space's keys; `false` for strangers and unknown spaces.
    #[must_use]
    pub fn may_hold(&self, device: DeviceId, space: SpaceId) -> bool {
        let kind_and_grid = self
            .space(space)
            .and_then(|space| Some((space.kind?, space.grid)));
        match (self.member_of(device), kind_and_grid) {
            (Some(member), Some((kind, grid))) => holds(member.role, &member.grids, kind, grid),
            _ => false,
        }
    }

    /// Everyone to whom the key of a space of this kind and grid is wrapped: devices, and
    /// invitations open at this time (unix ms), each by id.
    #[must_use]
    pub fn entitled(&self, kind: SpaceKind, grid: GridId, now_ms: i64) -> Vec<Recipient> {
        let devices = self.devices.values().filter_map(|device| {
            let member = self.members.get(&device.member)?;
            let recipient = Recipient {
                id: device.id.0,
                hpke_key: device.hpke_key,
            };
            holds(member.role, &member.grids, kind, grid).then_some(recipient)
        });
        let invites = self.invites.values().filter_map(|invite| {
            let recipient = Recipient {
                id: invite.id.0,
                hpke_key: invite.hpke_key,
            };
            let entitled = invite.is_open(now_ms) && holds(invite.role, &invite.grids, kind, grid);
            entitled.then_some(recipient)
        });
        devices.chain(invites).collect()
    }

    /// The spaces whose keys a member of this role and these grids holds, by number.
    #[must_use]
    pub fn entitled_spaces(&self, role: Role, grids: &[GridId]) -> Vec<SpaceId> {
        let held = |space: &&Space| {
            space
                .kind
                .is_some_and(|k| holds(Some(role), grids, k, space.grid))
        };
        self.spaces
            .iter()
            .filter(held)
            .map(|space| space.id)
            .collect()
    }

    /// Whether this is the key the charter committed to.
    #[must_use]
    pub fn accepts_key(&self, space: SpaceId, epoch: u32, key: &EpochKey) -> bool {
        let epoch = usize::try_from(epoch).unwrap_or(usize::MAX);
        self.space(space)
            .and_then(|space| space.commitments.get(epoch))
            == Some(&key.commitment())
    }
}

fn holds(role: Option<Role>, grids: &[GridId], kind: SpaceKind, grid: GridId) -> bool {
    role.is_some_and(|role| role.holds(kind, grids.contains(&grid)))
}

/// The first 16 bytes of the first statement's hash.
fn community_of(genesis_hash: &Hash) -> CommunityId {
    let mut id = CommunityId::default();
    id.0.copy_from_slice(&genesis_hash[..16]);
    id
}
