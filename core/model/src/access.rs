//! Who may see and write what: roles and kinds of space (docs/design.md, rule R10).

use crate::words::closed_enum;

closed_enum! {
    /// What a member is in the community. Codes are frozen: they stand in the charter.
    Role {
        /// May change the charter: spaces, invitations, members. Includes everything staff may do.
        Admin = 0, "admin", "管理员";
        /// Office staff: every grid's rounds and casework.
        Staff = 1, "staff", "社区工作人员";
        /// A grid worker: the rounds and casework of the grids named in the charter.
        Worker = 2, "worker", "网格员";
        /// A volunteer: the rounds of the grids named; never casework. Comes in a later version; the
        /// code is reserved so that no other meaning takes it.
        Volunteer = 3, "volunteer", "志愿者";
    }
}

impl Role {
    /// Whether a member of this role holds the keys of a space of this kind. `in_grid` says
    /// whether the space belongs to a grid the member is named for.
    #[must_use]
    pub const fn holds(self, space: SpaceKind, in_grid: bool) -> bool {
        match (self, space) {
            (_, SpaceKind::Common) | (Self::Admin | Self::Staff, _) => true,
            (_, SpaceKind::Staff) => false,
            (Self::Worker, SpaceKind::Rounds | SpaceKind::Casework) => in_grid,
            (Self::Volunteer, SpaceKind::Rounds) => in_grid,
            (Self::Volunteer, SpaceKind::Casework) => false,
        }
    }
}

/// The kinds of space. Codes are frozen: they stand in the charter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SpaceKind {
    /// Every member: settings, member cards, checklists, campaigns, periods, sessions, partners, lists.
    Common,
    /// Staff only: duty, mentoring pairs.
    Staff,
    /// A grid's crew: door cards with a reason-free plan, round sheets, crews.
    Rounds,
    /// A grid's worker and casework staff: visit books, files of people, cases, matters.
    Casework,
}

impl SpaceKind {
    /// Every kind, in code order.
    pub const ALL: [Self; 4] = [Self::Common, Self::Staff, Self::Rounds, Self::Casework];

    /// The frozen code.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Common => 0,
            Self::Staff => 1,
            Self::Rounds => 2,
            Self::Casework => 3,
        }
    }

    /// The kind with this code; `None` for one of a newer version.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.code() == code)
    }

    /// The word in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Common => "common",
            Self::Staff => "staff",
            Self::Rounds => "rounds",
            Self::Casework => "casework",
        }
    }

    /// Whether each grid has a space of this kind of its own.
    #[must_use]
    pub const fn per_grid(self) -> bool {
        matches!(self, Self::Rounds | Self::Casework)
    }
}

/// A set of roles, for "who may write".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Roles(u8);

impl Roles {
    /// Everyone, volunteers too.
    pub const EVERYONE: Self = Self(0b1111);
    /// Admins and staff.
    pub const OFFICE: Self = Self(0b0011);
    /// Admins, staff and grid workers.
    pub const CASEWORK: Self = Self(0b0111);

    /// Whether the role is in the set.
    #[must_use]
    pub const fn contains(self, role: Role) -> bool {
        self.0 & (1 << role.code()) != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn casework_is_held_by_the_grids_worker_and_staff_only() {
        let table = [
            (Role::Admin, false, true),
            (Role::Staff, false, true),
            (Role::Worker, true, true),
            (Role::Worker, false, false),
            (Role::Volunteer, true, false),
            (Role::Volunteer, false, false),
        ];
        for (role, in_grid, holds) in table {
            assert_eq!(
                role.holds(SpaceKind::Casework, in_grid),
                holds,
                "{role:?} {in_grid}"
            );
        }
    }

    #[test]
    fn codes_read_back() {
        for role in Role::ALL {
            assert_eq!(Role::from_code(role.code()), Some(role));
        }
        for kind in SpaceKind::ALL {
            assert_eq!(SpaceKind::from_code(kind.code()), Some(kind));
        }
        assert_eq!(Role::from_code(9), None);
    }
}
