//! Doors and compounds.

use doorknock::model::Message;
use doorknock::model::address::{self, AddressParts, BadAddress};

use crate::cadence::{Cadence, CadenceEdit};
use crate::choices::{CompoundKind, DoorKind};
use crate::error::{DoorknockError, Result};
use crate::home::Doorknock;
use crate::ids::{Uuid, digits};
use crate::people::Person;
use crate::times::Day;
use crate::visit::Visit;

/// A door.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Door {
    /// Its id.
    pub door: Uuid,
    /// Its grid's code.
    pub grid: String,
    /// Its address, in full.
    pub address: String,
    /// Building, unit and room: 3-2-501.
    pub short: String,
    /// What it is.
    pub kind: DoorKind,
    /// How often it is due; absent if it has no plan.
    pub cadence: Option<Cadence>,
    /// Whether a person chose that; otherwise it follows from care needs.
    pub by_hand: bool,
    /// The day somebody was last met.
    pub last_done: Option<Day>,
}

impl From<doorknock::DoorInfo> for Door {
    fn from(info: doorknock::DoorInfo) -> Self {
        Self {
            door: info.door.into(),
            grid: info.grid,
            address: info.address,
            short: info.short,
            kind: info.kind.into(),
            cadence: info.cadence.as_deref().map(Cadence::read),
            by_hand: info.by_hand,
            last_done: info.last_done.map(Day),
        }
    }
}

/// The parts of an address, each of 64 characters at most.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Address {
    /// The housing estate (小区).
    #[uniffi(default = "")]
    pub compound: String,
    /// The building's number or name (楼栋).
    #[uniffi(default = "")]
    pub building: String,
    /// The unit's number (单元).
    #[uniffi(default = "")]
    pub unit: String,
    /// The floor; read off the room if absent. Basements are negative.
    #[uniffi(default = None)]
    pub floor: Option<i32>,
    /// The room's number or name (房号); never empty.
    pub room: String,
}

impl From<address::Address> for Address {
    fn from(address: address::Address) -> Self {
        Self {
            compound: address.compound,
            building: address.building,
            unit: address.unit,
            floor: address.floor,
            room: address.room,
        }
    }
}

impl TryFrom<Address> for address::Address {
    type Error = DoorknockError;
    fn try_from(address: Address) -> Result<Self> {
        let floor = address.floor.map(|floor| floor.to_string());
        let parts = AddressParts {
            compound: &address.compound,
            building: &address.building,
            unit: &address.unit,
            floor: floor.as_deref().unwrap_or_default(),
            room: &address.room,
        };
        Self::parse_parts(&parts).map_err(bad_address)
    }
}

fn bad_address(why: BadAddress) -> DoorknockError {
    let (zh, en) = match why {
        BadAddress::NoRoom => ("地址缺少房号；请补上。", "The address has no room; add it."),
        BadAddress::TooLong => (
            "地址的一部分太长（最多 64 个字）；请缩短。",
            "A part of the address is too long (64 characters at most); shorten it.",
        ),
        BadAddress::BecameDate => (
            "地址的一部分变成了日期；请重新填写，如 3-2-501。",
            "A part of the address has become a date; write it again, like 3-2-501.",
        ),
    };
    Message::new("bad_address", zh, en).into()
}

/// A door with what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct DoorDetail {
    /// The door.
    pub info: Door,
    /// The parts of its address, as an edit takes them.
    pub parts: Address,
    /// The office's own number.
    pub external_id: Option<String>,
    /// The version shown here, opaque: an edit names it.
    pub version: String,
    /// Who lives there; empty without the grid's casework.
    pub people: Vec<Person>,
    /// The latest visits, newest first, 20 at most.
    pub visits: Vec<Visit>,
}

impl From<doorknock::DoorDetail> for DoorDetail {
    fn from(detail: doorknock::DoorDetail) -> Self {
        Self {
            info: detail.info.into(),
            parts: detail.parts.into(),
            external_id: detail.external_id,
            version: detail.version,
            people: detail.people.into_iter().map(Person::from).collect(),
            visits: detail.visits.into_iter().map(Visit::from).collect(),
        }
    }
}

/// What to change on a door's card; what is absent stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct DoorEdit {
    /// Where it is.
    #[uniffi(default = None)]
    pub address: Option<Address>,
    /// What it is.
    #[uniffi(default = None)]
    pub kind: Option<DoorKind>,
    /// How often it is due; cleared, it comes off the plan.
    #[uniffi(default = None)]
    pub cadence: Option<CadenceEdit>,
}

impl TryFrom<DoorEdit> for doorknock::DoorEdit {
    type Error = DoorknockError;
    fn try_from(edit: DoorEdit) -> Result<Self> {
        Ok(Self {
            address: edit.address.map(Address::try_into).transpose()?,
            kind: edit.kind.map(DoorKind::try_into).transpose()?,
            cadence: edit.cadence.map(CadenceEdit::try_into).transpose()?,
        })
    }
}

/// A housing estate.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Compound {
    /// Its name; empty for doors whose address names none.
    pub name: String,
    /// What sort it is, once the office said so.
    pub kind: Option<CompoundKind>,
    /// Its buildings, in walking order.
    pub buildings: Vec<Building>,
}

/// A building of a compound.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Building {
    /// Its number or name; empty for doors whose address names none.
    pub name: String,
    /// How many doors it has here.
    pub doors: u64,
}

impl From<doorknock::CompoundInfo> for Compound {
    fn from(info: doorknock::CompoundInfo) -> Self {
        let building = |(name, doors)| Building {
            name,
            doors: doors as u64,
        };
        Self {
            name: info.name,
            kind: info.kind.map(CompoundKind::from),
            buildings: info.buildings.into_iter().map(building).collect(),
        }
    }
}

#[uniffi::export]
impl Doorknock {
    /// Doors, by grid and in walking order. A grid has 200 to 400; without one named it is every door held
    /// here, on an office's device some thousands.
    ///
    /// # Errors
    /// `unknown_grid`.
    #[uniffi::method(default(grid = None))]
    pub fn doors(&self, grid: Option<String>) -> Result<Vec<Door>> {
        let doors = self.core().doors(grid.as_deref())?;
        Ok(doors.into_iter().map(Door::from).collect())
    }

    /// A door, who lives there, and its latest visits.
    ///
    /// # Errors
    /// `not_found`.
    pub fn door(&self, door: Uuid) -> Result<DoorDetail> {
        Ok(self.core().door(door.into())?.into())
    }

    /// The id of the door meant by an id as text or by the beginning of one, four digits or more.
    ///
    /// # Errors
    /// `not_found`, `ambiguous_id`.
    pub fn find_door(&self, text: String) -> Result<Uuid> {
        Ok(self.core().find_door(&digits(&text))?.into())
    }

    /// Changes a door's card as somebody saw it at `version` ([`DoorDetail::version`]). Where another edit came
    /// in between, both values are kept and stand as a conflict. Whether anything differed.
    ///
    /// # Errors
    /// `not_found`, `bad_version`, `unknown_version`, `bad_address`, `bad_cadence`, `unknown_choice`,
    /// `disk_full`.
    pub fn edit_door(&self, door: Uuid, version: String, edit: DoorEdit) -> Result<bool> {
        let edit = edit.try_into()?;
        Ok(self.core().edit_door(door.into(), &version, &edit)?)
    }

    /// The compounds of the doors held here, with their buildings; some tens of a community.
    ///
    /// # Errors
    /// The database's.
    pub fn compounds(&self) -> Result<Vec<Compound>> {
        let compounds = self.core().compounds()?;
        Ok(compounds.into_iter().map(Compound::from).collect())
    }

    /// Says what sort of estate a compound is. Office only. Whether anything differed.
    ///
    /// # Errors
    /// `not_office`, `unknown_choice`, `disk_full`.
    pub fn set_compound(&self, name: String, kind: CompoundKind) -> Result<bool> {
        Ok(self.core().set_compound(&name, kind.try_into()?)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_crosses_and_comes_back_and_one_without_a_room_is_refused() {
        let read = address::Address::parse_whole("柳荫新村3栋2单元501室").unwrap();
        let back = address::Address::try_from(Address::from(read.clone()));
        assert_eq!(back, Ok(read));
        let mut none = Address::from(address::Address::default());
        assert_eq!(
            address::Address::try_from(none.clone()),
            Err(bad_address(BadAddress::NoRoom))
        );
        none.room = "五".repeat(65);
        assert_eq!(
            address::Address::try_from(none),
            Err(bad_address(BadAddress::TooLong))
        );
    }
}
