//! The community: this device in it, its members, its grids.

use crate::choices::MemberRole;
use crate::error::Result;
use crate::home::Doorknock;
use crate::ids::{Uuid, digits};
use crate::round::MemberName;

/// This device in its community.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Community {
    /// The community's id.
    pub id: Uuid,
    /// Its name, once its settings came.
    pub name: Option<String>,
    /// The member's role.
    pub role: MemberRole,
    /// The member's id.
    pub member: Uuid,
    /// The device's id.
    pub device: Uuid,
    /// The hub's address.
    pub hub_url: String,
    /// The community's time zone, in minutes east of UTC: days and the times people are shown are its own,
    /// whatever the phone is set to.
    pub utc_offset: i32,
}

impl From<doorknock::CommunityInfo> for Community {
    fn from(info: doorknock::CommunityInfo) -> Self {
        Self {
            id: info.id.into(),
            name: info.name,
            role: info.role.into(),
            member: info.member.into(),
            device: info.device.into(),
            hub_url: info.hub_url,
            utc_offset: info.utc_offset,
        }
    }
}

/// A member of the community.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Member {
    /// Who.
    pub who: MemberName,
    /// The role.
    pub role: MemberRole,
    /// The codes of the grids the member is named for; admins and staff have every grid without being named.
    pub grids: Vec<String>,
    /// Whether it is this device's own member.
    pub me: bool,
}

/// A grid.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct GridInfo {
    /// Its id.
    pub id: Uuid,
    /// Its code, as the office writes it: what calls take as `grid`.
    pub code: String,
    /// A friendlier name.
    pub name: Option<String>,
    /// Whether this device holds the grid's rounds.
    pub mine: bool,
}

#[uniffi::export]
impl Doorknock {
    /// This device in its community; absent before it joined.
    ///
    /// # Errors
    /// The database's.
    pub fn community(&self) -> Result<Option<Community>> {
        Ok(self.core().community()?.map(Community::from))
    }

    /// The members of the community, by id; some tens.
    ///
    /// # Errors
    /// `not_joined`.
    pub fn members(&self) -> Result<Vec<Member>> {
        let member = |info: doorknock::MemberInfo| Member {
            who: info.who.into(),
            role: info.role.into(),
            grids: info.grids,
            me: info.me,
        };
        Ok(self.core().members()?.into_iter().map(member).collect())
    }

    /// The id of the member meant by an id as text, the beginning of one (four digits or more),
    /// or a name.
    ///
    /// # Errors
    /// `not_found`, `ambiguous_name`.
    pub fn find_member(&self, text: String) -> Result<Uuid> {
        Ok(self.core().find_member(&digits(&text))?.into())
    }

    /// The grids, in the office's order; some tens at most.
    ///
    /// # Errors
    /// The database's.
    pub fn grids(&self) -> Result<Vec<GridInfo>> {
        let grid = |info: doorknock::GridInfo| GridInfo {
            id: info.id.into(),
            code: info.code,
            name: info.name,
            mine: info.mine,
        };
        Ok(self.core().grids()?.into_iter().map(grid).collect())
    }
}
