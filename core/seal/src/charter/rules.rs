//! What a statement needs to extend a charter, and what it then changes.

use doorknock_model::Message;
use doorknock_model::access::{Role, SpaceKind};
use doorknock_model::ids::{DeviceId, GridId, InviteId, MemberId, SpaceId};

use super::statement::{Kind, PublicKeys, Statement};
use super::{Charter, CharterError, Device, Invite, Member, Space, community_of};
use crate::Hash;
use crate::identity::sign_key_is_usable;
use crate::wrap::hpke_key_is_usable;

/// What a statement did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Effect {
    /// A space began.
    SpaceCreated(SpaceId),
    /// Somebody was invited.
    InviteIssued(InviteId),
    /// A device joined.
    DeviceJoined(DeviceId),
    /// The device had joined by this invitation before: nothing changed.
    JoinedBefore(DeviceId),
    /// A kind of a newer version: nothing changed that this version knows of.
    Unknown,
}

/// The rule a statement breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotAllowed {
    /// The signer is no device of an admin.
    #[error("its signer is not an admin's device")]
    NotAnAdmin,
    /// The signer is no invitation of this charter.
    #[error("its signer is not an invitation")]
    NotAnInvite,
    /// Another device used the invitation.
    #[error("the invitation was used by another device")]
    InviteUsed,
    /// The invitation expired before the statement's time.
    #[error("the invitation had expired")]
    InviteExpired,
    /// There is such a space, invitation, device or member already.
    #[error("it exists already")]
    Exists,
    /// A first statement in another place, a space of a kind that is not per grid or without a
    /// grid, or a key that cannot work.
    #[error("it says something that cannot be")]
    Impossible,
}

impl NotAllowed {
    /// For people.
    #[must_use]
    pub fn message(self) -> Message {
        let (code, zh, en) = match self {
            Self::NotAnAdmin => (
                "not_an_admin",
                "只有管理员可以这样做。请联系社区管理员。",
                "only an admin may do this; ask the community's office",
            ),
            Self::NotAnInvite => (
                "invite_unknown",
                "社区不认识这份邀请。请管理员重新发送邀请链接。",
                "the community does not know this invitation; ask the office for a new link",
            ),
            Self::InviteUsed => (
                "invite_used",
                "这份邀请已被另一台设备使用。请管理员重新发送邀请链接。",
                "another device has used this invitation; ask the office for a new link",
            ),
            Self::InviteExpired => (
                "invite_expired",
                "这份邀请已过期。请管理员重新发送邀请链接。",
                "this invitation has expired; ask the office for a new link",
            ),
            Self::Exists => (
                "charter_exists",
                "已经存在，未重复创建。",
                "it exists already",
            ),
            Self::Impossible => (
                "charter_impossible",
                "社区章程记录内容不成立，未采用。",
                "the charter statement says something that cannot be; nothing was changed",
            ),
        };
        Message::new(code, zh, en)
    }
}

impl Charter {
    /// A charter of its first statement alone.
    ///
    /// # Errors
    /// Any [`CharterError`] but [`CharterError::AlreadyKnown`].
    pub fn found(first: &[u8]) -> Result<Self, CharterError> {
        let statement = Statement::parse(first)?;
        let Kind::Genesis {
            hub_key,
            member,
            device,
            rescue_key,
            commitments,
        } = statement.kind
        else {
            return Err(CharterError::DoesNotFollow);
        };
        if statement.position != 0 || statement.previous != [0; 32] {
            return Err(CharterError::DoesNotFollow);
        }
        let signed = statement.signer == device.device_id().0
            && statement.verify(&device.sign, Default::default());
        if !signed {
            return Err(CharterError::BadSignature);
        }
        let usable = sign_key_is_usable(&hub_key) && hpke_key_is_usable(&rescue_key);
        if !usable || !are_usable(&device) {
            return Err(NotAllowed::Impossible.into());
        }
        let mut charter = Self {
            hub_key,
            rescue_key,
            hashes: vec![statement.hash],
            genesis_hash: statement.hash,
            head: statement.hash,
            spaces: Vec::new(),
            devices: Default::default(),
            members: Default::default(),
            invites: Default::default(),
            unknown: 0,
        };
        let [common, staff] = commitments;
        charter.add_space(SpaceKind::Common.code(), GridId::default(), common);
        charter.add_space(SpaceKind::Staff.code(), GridId::default(), staff);
        charter.add_member(member, Some(Role::Admin), Vec::new(), device, 0);
        Ok(charter)
    }

    /// Judges a statement against this charter, changing nothing.
    ///
    /// # Errors
    /// Any [`CharterError`].
    pub fn check(&self, bytes: &[u8]) -> Result<(Statement, Effect), CharterError> {
        let statement = Statement::parse(bytes)?;
        if (statement.position, statement.previous) != (self.len(), self.head) {
            let known = self.hashes.iter().position(|hash| *hash == statement.hash);
            return Err(match known {
                Some(position) => CharterError::AlreadyKnown {
                    position: position as u64,
                },
                None => CharterError::DoesNotFollow,
            });
        }
        let effect = match &statement.kind {
            Kind::DeviceJoined { member, device } => {
                let invite = self.signing_invite(&statement)?;
                self.judge_join(invite, *member, device, statement.at)?
            }
            kind => {
                self.require_admin(&statement)?;
                self.judge_admins(kind)?
            }
        };
        Ok((statement, effect))
    }

    /// Extends the charter by the statement that follows its head. On an error nothing changed.
    ///
    /// # Errors
    /// Any [`CharterError`].
    pub fn extend(&mut self, bytes: &[u8]) -> Result<Effect, CharterError> {
        let (statement, effect) = self.check(bytes)?;
        self.apply(statement, effect);
        Ok(effect)
    }

    /// The invitation that signed the statement.
    fn signing_invite(&self, statement: &Statement) -> Result<&Invite, CharterError> {
        let invite = self
            .invite(InviteId(statement.signer))
            .ok_or(NotAllowed::NotAnInvite)?;
        let signed = statement.verify(&invite.sign_key, self.community());
        if signed {
            Ok(invite)
        } else {
            Err(CharterError::BadSignature)
        }
    }

    /// Fails unless an admin's device signed the statement.
    fn require_admin(&self, statement: &Statement) -> Result<(), CharterError> {
        let device = self
            .device(DeviceId(statement.signer))
            .ok_or(NotAllowed::NotAnAdmin)?;
        if !statement.verify(&device.sign_key, self.community()) {
            return Err(CharterError::BadSignature);
        }
        match self.member(device.member).and_then(|member| member.role) {
            Some(Role::Admin) => Ok(()),
            _ => Err(NotAllowed::NotAnAdmin.into()),
        }
    }

    /// The effect of what admins say.
    fn judge_admins(&self, kind: &Kind) -> Result<Effect, NotAllowed> {
        match kind {
            Kind::SpaceCreated { kind, grid, .. } => {
                // A kind of a newer version takes its number, so that all versions count alike.
                let per_grid = SpaceKind::from_code(*kind).is_none_or(SpaceKind::per_grid);
                if !per_grid || *grid == GridId::default() {
                    return Err(NotAllowed::Impossible);
                }
                let id = self.community().space_of_code(*kind, *grid);
                let exists = self.space(id).is_some();
                if exists {
                    Err(NotAllowed::Exists)
                } else {
                    Ok(Effect::SpaceCreated(id))
                }
            }
            Kind::InviteIssued { keys, .. } => {
                let id = keys.invite_id();
                match (self.invite(id), are_usable(keys)) {
                    (Some(_), _) => Err(NotAllowed::Exists),
                    (None, false) => Err(NotAllowed::Impossible),
                    (None, true) => Ok(Effect::InviteIssued(id)),
                }
            }
            Kind::Unknown(_) => Ok(Effect::Unknown),
            Kind::Genesis { .. } | Kind::DeviceJoined { .. } => Err(NotAllowed::Impossible),
        }
    }

    /// The effect of using an invitation.
    fn judge_join(
        &self,
        invite: &Invite,
        member: MemberId,
        keys: &PublicKeys,
        at: i64,
    ) -> Result<Effect, NotAllowed> {
        let id = keys.device_id();
        if let Some(user) = invite.used_by {
            let same = self
                .device(user)
                .is_some_and(|device| (device.sign_key, device.hpke_key) == (keys.sign, keys.hpke));
            return if same {
                Ok(Effect::JoinedBefore(id))
            } else {
                Err(NotAllowed::InviteUsed)
            };
        }
        if !invite.is_open(at) {
            return Err(NotAllowed::InviteExpired);
        }
        // Naming an existing member would give the invitation that member's rights.
        if self.device(id).is_some() || self.member(member).is_some() {
            return Err(NotAllowed::Exists);
        }
        if are_usable(keys) {
            Ok(Effect::DeviceJoined(id))
        } else {
            Err(NotAllowed::Impossible)
        }
    }

    /// Records a statement that [`Self::check`] let pass.
    fn apply(&mut self, statement: Statement, effect: Effect) {
        let position = self.len();
        match (statement.kind, effect) {
            (
                Kind::SpaceCreated {
                    kind,
                    grid,
                    commitment,
                    ..
                },
                _,
            ) => {
                self.add_space(kind, grid, commitment);
            }
            (
                Kind::InviteIssued {
                    keys,
                    role,
                    grids,
                    expires_at,
                    ..
                },
                Effect::InviteIssued(id),
            ) => {
                let role = u8::try_from(role).ok().and_then(Role::from_code);
                self.unknown += u64::from(role.is_none());
                let (sign_key, hpke_key) = (keys.sign, keys.hpke);
                let (issued_by, used_by) = (DeviceId(statement.signer), None);
                let invite = Invite {
                    id,
                    sign_key,
                    hpke_key,
                    role,
                    grids,
                    expires_at,
                    issued_by,
                    used_by,
                };
                self.invites.insert(id, invite);
            }
            (Kind::DeviceJoined { member, device }, Effect::DeviceJoined(id)) => {
                if let Some(invite) = self.invites.get_mut(&InviteId(statement.signer)) {
                    invite.used_by = Some(id);
                    let (role, grids) = (invite.role, invite.grids.clone());
                    self.add_member(member, role, grids, device, position);
                }
            }
            (Kind::Unknown(_), _) => self.unknown += 1,
            _ => {}
        }
        self.hashes.push(statement.hash);
        self.head = statement.hash;
    }

    fn add_space(&mut self, code: u8, grid: GridId, commitment: Hash) {
        let kind = SpaceKind::from_code(code);
        self.unknown += u64::from(kind.is_none());
        let id = community_of(&self.genesis_hash).space_of_code(code, grid);
        let number = u32::try_from(self.spaces.len()).unwrap_or(u32::MAX);
        self.spaces.push(Space {
            number,
            id,
            kind,
            grid,
            commitments: vec![commitment],
            since: self.len(),
        });
    }

    fn add_member(
        &mut self,
        id: MemberId,
        role: Option<Role>,
        grids: Vec<GridId>,
        keys: PublicKeys,
        joined_at_position: u64,
    ) {
        let (sign_key, hpke_key) = (keys.sign, keys.hpke);
        let device = Device {
            id: keys.device_id(),
            member: id,
            sign_key,
            hpke_key,
            joined_at_position,
        };
        self.members.insert(
            id,
            Member {
                id,
                role,
                grids,
                devices: vec![device.id],
            },
        );
        self.devices.insert(device.id, device);
    }
}

fn are_usable(keys: &PublicKeys) -> bool {
    sign_key_is_usable(&keys.sign) && hpke_key_is_usable(&keys.hpke)
}
