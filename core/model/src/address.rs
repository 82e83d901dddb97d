//! Where a door is: the parts of an address, normalised, so that one door written in two ways is
//! one door.
//!
//! Rosters write the same door as 「3栋2单元501室」, 「３幢 二单元 501」 or 「3-2-501」. Parsing brings
//! every part to one form: half-width, upper-case, without the words that only say what the number
//! counts (栋, 单元, 室). [`Address::key`] is what a door's id is derived from, so it is frozen: a
//! change to it would make every door a new one.
//!
//! Only the words around numbers are read. What a compound is called, and what a building's number
//! means, is taken as given.

mod scan;
#[cfg(test)]
mod tests;

use scan::{bare, became_date, fold, last_is_alnum, tidy};
pub(crate) use scan::{half_width, is_blank_mark};

use crate::words::closed_enum;

closed_enum! {
    /// What kind of door one knocks on. Codes are frozen.
    #[derive(Default)]
    DoorKind {
        /// 住户: people live here.
        #[default]
        Household = 0, "household", "住户";
        /// 商户.
        Shop = 1, "shop", "商户";
        /// 企业 or another organisation.
        Enterprise = 2, "enterprise", "企业";
        /// 公共设施: a gatehouse, a boiler room, a bicycle shed.
        Facility = 3, "facility", "设施";
        /// 空置: nobody lives or works here now.
        Vacant = 4, "vacant", "空置";
    }
}

impl DoorKind {
    /// Reads what rosters write in a "kind of door" cell.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Some(match tidy(text).as_str() {
            "住户" | "居民" | "居民户" | "家庭" | "家庭户" | "住宅" | "自住" | "出租"
            | "出租房" | "租住" | "HOUSEHOLD" => Self::Household,
            "商户" | "商铺" | "店铺" | "门店" | "沿街商铺" | "底商" | "个体户" | "个体工商户"
            | "SHOP" => Self::Shop,
            "企业" | "公司" | "单位" | "企事业单位" | "ENTERPRISE" => Self::Enterprise,
            "设施" | "公共设施" | "公共用房" | "物业用房" | "FACILITY" => {
                Self::Facility
            }
            "空置" | "空置房" | "空房" | "空户" | "空关" | "空关房" | "闲置" | "无人居住"
            | "VACANT" => Self::Vacant,
            _ => return None,
        })
    }
}

/// The cells an address is written in; what a roster lacks is left empty.
#[derive(Debug, Clone, Copy, Default)]
pub struct AddressParts<'a> {
    /// 小区.
    pub compound: &'a str,
    /// 楼栋.
    pub building: &'a str,
    /// 单元.
    pub unit: &'a str,
    /// 楼层, where a roster has such a column.
    pub floor: &'a str,
    /// 房号.
    pub room: &'a str,
}

/// Why cells are not an address. Never names what stood in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadAddress {
    /// There is no room.
    #[error("no room")]
    NoRoom,
    /// A part is longer than [`Address::MAX_PART`] characters.
    #[error("a part of the address is too long")]
    TooLong,
    /// The spreadsheet turned something like 3-2 into a date.
    #[error("a part of the address has become a date")]
    BecameDate,
}

/// The parts of an address, normalised.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Address {
    /// The housing estate; may be empty where a grid has one only, or none.
    pub compound: String,
    /// The building's number or name without its counter word; may be empty.
    pub building: String,
    /// The unit's number; may be empty.
    pub unit: String,
    /// The floor, given or read off the room (501 is on 5, 1203 on 12); basements are negative.
    pub floor: Option<i32>,
    /// The room's number or name; never empty. On floors whose rooms are merely 1, 2, 3 it begins
    /// with the floor: 「5层1」.
    pub room: String,
}

impl Address {
    /// The longest part, in characters.
    pub const MAX_PART: usize = 64;

    /// Reads an address from a roster's cells.
    ///
    /// A building's cell may also hold the unit, and a room's cell the unit or all of the address
    /// (「2-501」, 「3-2-501」), as long as that agrees with the other cells.
    ///
    /// # Errors
    /// [`BadAddress`]; the first that applies.
    pub fn parse_parts(parts: &AddressParts<'_>) -> Result<Self, BadAddress> {
        if [parts.building, parts.unit, parts.room]
            .into_iter()
            .any(became_date)
        {
            return Err(BadAddress::BecameDate);
        }
        let mut address = Self {
            compound: tidy(parts.compound),
            building: tidy(parts.building),
            unit: bare(&tidy(parts.unit), scan::UNIT),
            floor: None,
            room: bare(&tidy(parts.room), scan::ROOM),
        };
        address.split_building();
        address.split_room();
        if address.room.is_empty() {
            return Err(BadAddress::NoRoom);
        }
        address.place_on_floor(scan::floor_number(parts.floor));
        let all = [
            &address.compound,
            &address.building,
            &address.unit,
            &address.room,
        ];
        if all.iter().any(|part| part.chars().count() > Self::MAX_PART) {
            return Err(BadAddress::TooLong);
        }
        Ok(address)
    }

    /// Reads an address written in one cell: 「阳光花园3栋2单元501室」, 「3-2-501」, 「3栋501」,
    /// 「柳荫路120弄3号501室」. `None` when no room, or nothing but a room, can be told apart.
    #[must_use]
    pub fn parse_whole(text: &str) -> Option<Self> {
        if became_date(text) {
            return None;
        }
        let text = tidy(text);
        let found = scan::marked(&text, false).or_else(|| scan::dashed(&text))?;
        let address = Self::parse_parts(&AddressParts {
            compound: &found.before,
            building: &found.building,
            unit: &found.unit,
            floor: &found.floor,
            room: &found.room,
        })
        .ok()?;
        let only_a_room = address.compound.is_empty() && address.building.is_empty();
        (!only_a_room || !address.unit.is_empty()).then_some(address)
    }

    /// Takes apart a building's cell that also names the compound or the unit.
    fn split_building(&mut self) {
        let cell = std::mem::take(&mut self.building);
        let found = scan::marked(&cell, true).filter(|found| {
            found.room.is_empty() && found.floor.is_empty() && !found.building.is_empty()
        });
        match found.filter(|found| self.agrees(found)) {
            Some(found) => self.take(&found),
            None => self.building = bare(&cell, scan::BUILDING),
        }
    }

    /// Takes apart a room's cell that also names the unit or the whole address.
    fn split_room(&mut self) {
        let building_known = !self.building.is_empty();
        let marked = scan::marked(&self.room, false)
            .filter(|f| !f.room.is_empty() && (f.sure || !f.floor.is_empty() || !building_known));
        let found = marked.or_else(|| {
            let mut found = scan::dashed(&self.room).filter(|f| f.before.is_empty())?;
            // With the building in its own column, the number before the room is the unit.
            if found.unit.is_empty() && (building_known || !self.unit.is_empty()) {
                found.unit = std::mem::take(&mut found.building);
            }
            Some(found)
        });
        if let Some(found) = found.filter(|found| self.agrees(found)) {
            self.take(&found);
            self.room = bare(&found.room, scan::ROOM);
            self.place_on_floor(scan::floor_number(&found.floor));
        }
    }

    /// Whether what a cell says contradicts nothing known from the others.
    fn agrees(&self, found: &scan::Found) -> bool {
        let same = |a: &str, b: &str| a.is_empty() || b.is_empty() || fold(a) == fold(b);
        same(&self.compound, &found.before)
            && same(&self.building, &found.building)
            && same(&self.unit, &found.unit)
    }

    fn take(&mut self, found: &scan::Found) {
        for (mine, theirs) in [
            (&mut self.compound, &found.before),
            (&mut self.building, &found.building),
            (&mut self.unit, &found.unit),
        ] {
            if mine.is_empty() {
                theirs.clone_into(mine);
            }
        }
    }

    /// Sets the floor. A room whose number does not tell its floor takes it into its name, so that
    /// room 1 on floor 4 and room 1 on floor 5 are two doors.
    fn place_on_floor(&mut self, given: Option<i32>) {
        if let Some((_, room)) = self.room.split_once('层')
            && scan::floor_of(room).is_some_and(|floor| Some(floor) == scan::floor_of(&self.room))
        {
            self.room = room.to_string();
        }
        let told = scan::floor_of(&self.room);
        if let (Some(floor), None) = (given, told) {
            let basement = if floor < 0 { "B" } else { "" };
            self.room = format!("{basement}{}层{}", floor.abs(), self.room);
        }
        self.floor = given.or(told);
    }

    /// A compound's name in the form it has in addresses.
    #[must_use]
    pub fn compound_name(text: &str) -> String {
        tidy(text)
    }

    /// What tells this door's compound from another's: the compound, or the grid where the roster
    /// names none.
    #[must_use]
    pub fn scope(&self, grid_code: &str) -> String {
        if self.compound.is_empty() {
            format!("grid:{}", grid_code.trim())
        } else {
            fold(&self.compound)
        }
    }

    /// The key a door's id is derived from (`CommunityId::door`), equal for one door written in
    /// different ways. `scope` is [`Self::scope`]. Frozen: scope, building, unit and room joined
    /// by U+001F, numbers without leading zeros.
    #[must_use]
    pub fn key(&self, scope: &str) -> String {
        [
            scope,
            &fold(&self.building),
            &fold(&self.unit),
            &fold(&self.room),
        ]
        .join("\u{1f}")
    }

    /// 「阳光花园3栋2单元501室」. Reads back to the same key, but for buildings without a number.
    #[must_use]
    pub fn display_zh(&self) -> String {
        let counted = |part: &str, word: &str| {
            let word = if last_is_alnum(part) { word } else { "" };
            format!("{part}{word}")
        };
        let alone = self.building.is_empty() && self.unit.is_empty();
        let mut out = self.compound.clone();
        for part in [
            counted(&self.building, "栋"),
            counted(&self.unit, "单元"),
            counted(&self.room, if alone { "号" } else { "室" }),
        ] {
            let border =
                last_is_alnum(&out) && part.starts_with(|c: char| c.is_ascii_alphanumeric());
            out.push_str(if border { " " } else { "" });
            out.push_str(&part);
        }
        out
    }

    /// 「3-2-501」, for lists in which the compound is known.
    #[must_use]
    pub fn short(&self) -> String {
        let parts = [&self.building, &self.unit, &self.room].map(String::as_str);
        parts
            .into_iter()
            .filter(|p| !p.is_empty())
            .collect::<Vec<_>>()
            .join("-")
    }

    /// Bytes that sort in walking order: compound, building, unit, floor, room; numbers by their
    /// value (2 before 10), a part that is missing first. Only for comparing; never stored beyond
    /// a projection.
    #[must_use]
    pub fn walk_order(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for part in [&self.compound, &self.building, &self.unit] {
            natural(&mut out, part);
        }
        // Shifted so that basements sort below the ground floor as unsigned bytes.
        let floor = self.floor.map_or(0, |floor| i64::from(floor) + (1 << 31));
        out.extend(u32::try_from(floor).unwrap_or(u32::MAX).to_be_bytes());
        natural(&mut out, &self.room);
        out
    }
}

/// Appends a part so that bytes compare as people count: a run of digits is its length, then the
/// digits. Tags: 1 end, 2 number, 3 text; so a shorter part comes first, and numbers before names.
fn natural(out: &mut Vec<u8>, part: &str) {
    let part = fold(part);
    let mut rest = part.as_str();
    while let Some(first) = rest.chars().next() {
        let digits = first.is_ascii_digit();
        let end = rest
            .find(|c: char| c.is_ascii_digit() != digits)
            .unwrap_or(rest.len());
        let (run, tail) = rest.split_at(end);
        out.push(if digits { 2 } else { 3 });
        if digits {
            out.push(u8::try_from(run.len()).unwrap_or(u8::MAX));
        }
        out.extend(run.as_bytes());
        rest = tail;
    }
    out.push(1);
}
