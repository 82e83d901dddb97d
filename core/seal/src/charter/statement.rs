//! The statements a charter is made of, and their bytes.

use doorknock_model::ids::{CommunityId, DeviceId, GridId, InviteId, MemberId};

use crate::cbor::{self, Malformed};
use crate::identity::{Context, Signer, device_id, invite_id, verify};
use crate::signed::Signed;
use crate::{FORMAT, Hash, SUITE, limits, sha256};

use super::CharterError;

/// A public signing key and a public HPKE key: of a device or an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicKeys {
    /// Ed25519.
    pub sign: [u8; 32],
    /// X25519, for HPKE.
    pub hpke: [u8; 32],
}

impl PublicKeys {
    /// The id of the device with these keys.
    #[must_use]
    pub fn device_id(&self) -> DeviceId {
        device_id(&self.sign)
    }

    /// The id of the invitation with these keys.
    #[must_use]
    pub fn invite_id(&self) -> InviteId {
        invite_id(&self.sign)
    }

    fn write(&self, e: &mut cbor::Writer) -> Result<(), cbor::WriteError> {
        e.bytes(&self.sign)?.bytes(&self.hpke)?.ok()
    }

    fn read(f: &mut cbor::Fields<'_, '_>) -> cbor::Result<Self> {
        Ok(Self {
            sign: f.fixed()?,
            hpke: f.fixed()?,
        })
    }
}

/// What a statement says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// The community begins.
    Genesis {
        /// The hub's signing key.
        hub_key: [u8; 32],
        /// The first admin.
        member: MemberId,
        /// The first admin's device, which signs.
        device: PublicKeys,
        /// The HPKE key of the rescue kit.
        rescue_key: [u8; 32],
        /// The commitments to the first keys of the common and the staff space.
        commitments: [Hash; 2],
    },
    /// A space begins.
    SpaceCreated {
        /// The code of its kind; maybe of a newer version.
        kind: u8,
        /// Its grid.
        grid: GridId,
        /// The commitment to its first key.
        commitment: Hash,
        /// The hash of the wraps that go with the statement.
        wrap_set: Hash,
    },
    /// Somebody is invited.
    InviteIssued {
        /// The invitation's keys.
        keys: PublicKeys,
        /// The code of the role it gives; maybe of a newer version.
        role: u64,
        /// The grids it is for.
        grids: Vec<GridId>,
        /// The last moment at which it may be used, unix ms.
        expires_at: i64,
        /// The hash of the wraps that go with the statement.
        wrap_set: Hash,
    },
    /// A new member's device uses an invitation, which signs.
    DeviceJoined {
        /// The new member.
        member: MemberId,
        /// The device's keys.
        device: PublicKeys,
    },
    /// A kind of a newer version, by its code.
    Unknown(u64),
}

impl Kind {
    const fn code(&self) -> u64 {
        match self {
            Self::Genesis { .. } => 0,
            Self::SpaceCreated { .. } => 1,
            Self::InviteIssued { .. } => 2,
            Self::DeviceJoined { .. } => 3,
            Self::Unknown(code) => *code,
        }
    }

    fn payload(&self) -> Vec<u8> {
        cbor::write(|e| match self {
            Self::Genesis {
                hub_key,
                member,
                device,
                rescue_key,
                commitments,
            } => {
                e.array(7)?.bytes(hub_key)?.bytes(&member.0)?;
                device.write(e)?;
                e.bytes(rescue_key)?
                    .bytes(&commitments[0])?
                    .bytes(&commitments[1])?
                    .ok()
            }
            Self::SpaceCreated {
                kind,
                grid,
                commitment,
                wrap_set,
            } => e
                .array(4)?
                .u8(*kind)?
                .bytes(&grid.0)?
                .bytes(commitment)?
                .bytes(wrap_set)?
                .ok(),
            Self::InviteIssued {
                keys,
                role,
                grids,
                expires_at,
                wrap_set,
            } => {
                e.array(6)?;
                keys.write(e)?;
                e.u64(*role)?
                    .encode(grids)?
                    .i64(*expires_at)?
                    .bytes(wrap_set)?
                    .ok()
            }
            Self::DeviceJoined { member, device } => {
                e.array(3)?.bytes(&member.0)?;
                device.write(e)
            }
            Self::Unknown(_) => e.array(0)?.ok(),
        })
    }

    fn read(code: u64, payload: &[u8]) -> cbor::Result<Self> {
        cbor::read(payload, |f| {
            Ok(match code {
                0 => Self::Genesis {
                    hub_key: f.fixed()?,
                    member: MemberId(f.fixed()?),
                    device: PublicKeys::read(f)?,
                    rescue_key: f.fixed()?,
                    commitments: [f.fixed()?, f.fixed()?],
                },
                1 => Self::SpaceCreated {
                    kind: u8::try_from(f.uint()?).map_err(|_| Malformed)?,
                    grid: GridId(f.fixed()?),
                    commitment: f.fixed()?,
                    wrap_set: f.fixed()?,
                },
                2 => Self::InviteIssued {
                    keys: PublicKeys::read(f)?,
                    role: f.uint()?,
                    grids: f.list(limits::STATEMENT_BYTES, |d| {
                        Ok(GridId(d.bytes()?.try_into().map_err(|_| Malformed)?))
                    })?,
                    expires_at: f.int()?,
                    wrap_set: f.fixed()?,
                },
                3 => Self::DeviceJoined {
                    member: MemberId(f.fixed()?),
                    device: PublicKeys::read(f)?,
                },
                _ => return Err(Malformed),
            })
        })
    }
}

/// A statement as it arrived. Well-formed; nothing is verified yet.
#[derive(Debug, Clone)]
pub struct Statement {
    /// Its place in the chain, 0 for the first.
    pub position: u64,
    /// The hash of the statement before it; zeros for the first.
    pub previous: Hash,
    /// When its author made it, by the author's clock, unix ms.
    pub at: i64,
    /// What it says.
    pub kind: Kind,
    /// The bytes of the id of the device or invitation that claims to have signed it.
    pub signer: [u8; 16],
    /// SHA-256 of the whole statement.
    pub hash: Hash,
    signature: [u8; 64],
    body: Vec<u8>,
}

impl Statement {
    /// Reads a statement.
    ///
    /// # Errors
    /// [`CharterError::Malformed`], or [`CharterError::Unsupported`] for a newer format or suite.
    pub fn parse(bytes: &[u8]) -> Result<Self, CharterError> {
        if bytes.len() > limits::STATEMENT_BYTES {
            return Err(CharterError::Malformed);
        }
        let Signed {
            body,
            signer,
            signature,
        } = Signed::parse(bytes)?;
        let version = cbor::read(body, |f| Ok((f.uint()?, f.uint()?)))?;
        if version != (FORMAT, SUITE.into()) {
            return Err(CharterError::Unsupported);
        }
        let (position, previous, at, code, payload) = cbor::read(body, |f| {
            f.uint()?;
            f.uint()?;
            Ok((f.uint()?, f.fixed()?, f.int()?, f.uint()?, f.bytes()?))
        })?;
        let kind = if code <= 3 {
            Kind::read(code, payload)?
        } else {
            Kind::Unknown(code)
        };
        let (hash, body) = (statement_hash(bytes), body.to_vec());
        Ok(Self {
            position,
            previous,
            at,
            kind,
            signer,
            hash,
            signature,
            body,
        })
    }

    /// The hash of the wraps that go with it; zeros for none ([`crate::wrap::wrap_set_hash`]).
    #[must_use]
    pub const fn wrap_set(&self) -> Hash {
        match self.kind {
            Kind::SpaceCreated { wrap_set, .. } | Kind::InviteIssued { wrap_set, .. } => wrap_set,
            _ => [0; 32],
        }
    }

    /// Whether the holder of this key signed it for this community.
    #[must_use]
    pub fn verify(&self, key: &[u8; 32], community: CommunityId) -> bool {
        verify(
            key,
            Context::Charter,
            community,
            &self.body,
            &self.signature,
        )
    }
}

/// SHA-256 of the whole encoded statement.
#[must_use]
pub fn statement_hash(bytes: &[u8]) -> Hash {
    sha256(&[bytes])
}

/// Where the next statement of a chain goes.
pub(super) struct Place {
    pub(super) community: CommunityId,
    pub(super) position: u64,
    pub(super) previous: Hash,
}

/// Signs a statement.
pub(super) fn sign(place: &Place, at: i64, kind: &Kind, signer: &dyn Signer) -> Vec<u8> {
    let body = cbor::write(|e| {
        e.array(7)?
            .u64(FORMAT)?
            .u8(SUITE)?
            .u64(place.position)?
            .bytes(&place.previous)?
            .i64(at)?
            .u64(kind.code())?
            .bytes(&kind.payload())?
            .ok()
    });
    let signature = signer.sign(Context::Charter, place.community, &body);
    Signed {
        body: &body,
        signer: signer.signer_id(),
        signature,
    }
    .encode()
}
