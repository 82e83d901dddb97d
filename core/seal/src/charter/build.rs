//! Making statements. Each function gives the bytes of the statement that follows the charter it
//! is called on; [`Charter::extend`] then judges them like anybody else's.

use doorknock_model::access::{Role, SpaceKind};
use doorknock_model::ids::{CommunityId, GridId, MemberId};

use super::Charter;
use super::statement::{Kind, Place, PublicKeys, sign};
use crate::identity::{DeviceSecrets, InviteSecret, Signer};
use crate::wrap::{EpochKey, Wrap, wrap_set_hash};

impl From<&DeviceSecrets> for PublicKeys {
    fn from(device: &DeviceSecrets) -> Self {
        Self {
            sign: device.sign_key(),
            hpke: device.hpke_key(),
        }
    }
}

impl From<&InviteSecret> for PublicKeys {
    fn from(invite: &InviteSecret) -> Self {
        Self {
            sign: invite.sign_key(),
            hpke: invite.hpke_key(),
        }
    }
}

impl Charter {
    /// The first statement of a new community, whose first admin is `member` with this device.
    /// `rescue_key` is the public HPKE key of the rescue kit; times are unix ms.
    #[must_use]
    pub fn genesis(
        device: &DeviceSecrets,
        hub_key: [u8; 32],
        rescue_key: [u8; 32],
        member: MemberId,
        common_key: &EpochKey,
        staff_key: &EpochKey,
        at: i64,
    ) -> Vec<u8> {
        let kind = Kind::Genesis {
            hub_key,
            member,
            device: device.into(),
            rescue_key,
            commitments: [common_key.commitment(), staff_key.commitment()],
        };
        let first = Place {
            community: CommunityId::default(),
            position: 0,
            previous: [0; 32],
        };
        sign(&first, at, &kind, device)
    }

    /// A new space of a grid. `wraps` give its key to all of [`Charter::entitled`].
    #[must_use]
    pub fn space_created(
        &self,
        admin: &DeviceSecrets,
        kind: SpaceKind,
        grid: GridId,
        key: &EpochKey,
        wraps: &[Wrap],
        at: i64,
    ) -> Vec<u8> {
        let (commitment, wrap_set) = (key.commitment(), wrap_set_hash(wraps));
        let kind = Kind::SpaceCreated {
            kind: kind.code(),
            grid,
            commitment,
            wrap_set,
        };
        self.next(at, &kind, admin)
    }

    /// An invitation, usable once until `expires_at`. `wraps` give it the keys of all of
    /// [`Charter::entitled_spaces`].
    #[allow(clippy::too_many_arguments, reason = "they are the statement's fields")]
    #[must_use]
    pub fn invite_issued(
        &self,
        admin: &DeviceSecrets,
        invite: &InviteSecret,
        role: Role,
        grids: &[GridId],
        expires_at: i64,
        wraps: &[Wrap],
        at: i64,
    ) -> Vec<u8> {
        let kind = Kind::InviteIssued {
            keys: invite.into(),
            role: role.code().into(),
            grids: grids.to_vec(),
            expires_at,
            wrap_set: wrap_set_hash(wraps),
        };
        self.next(at, &kind, admin)
    }

    /// A new member's first device uses an invitation.
    #[must_use]
    pub fn device_joined(
        &self,
        invite: &InviteSecret,
        device: &DeviceSecrets,
        member: MemberId,
        at: i64,
    ) -> Vec<u8> {
        self.next(
            at,
            &Kind::DeviceJoined {
                member,
                device: device.into(),
            },
            invite,
        )
    }

    fn next(&self, at: i64, kind: &Kind, signer: &dyn Signer) -> Vec<u8> {
        let (community, position, previous) = (self.community(), self.len(), self.head());
        sign(
            &Place {
                community,
                position,
                previous,
            },
            at,
            kind,
            signer,
        )
    }
}
