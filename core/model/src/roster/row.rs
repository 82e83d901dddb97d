//! One row of the table to one row of the roster.

use super::field::Field;
use super::fill::Levels;
use super::forbidden::{REMOVED, scrub};
use super::header::Header;
use super::reason::Reason;
use super::{RosterReport, RosterRow, SourceRow};
use crate::address::{Address, AddressParts, DoorKind, half_width, is_blank_mark};
use crate::care::{CareCategory, RiskLevel, parse_categories};

/// The longest grid code, name and external id, in characters.
const LONGEST: usize = 64;
/// Whether the row has nothing in a column that is read.
pub(super) fn is_empty(source: &SourceRow, header: &Header) -> bool {
    header
        .used()
        .all(|i| source.cells.get(i).is_none_or(|c| c.trim().is_empty()))
}

/// Whether the row is a total: its first cell that is not a number says so.
pub(super) fn is_total(source: &SourceRow, header: &Header) -> bool {
    let cells = source
        .cells
        .iter()
        .enumerate()
        .filter(|(i, _)| header.may_look(*i));
    let words = cells.map(|(_, c)| squeezed(c)).filter(|c| !c.is_empty());
    let mut words = words.skip_while(|c| c.chars().all(|c| c.is_ascii_digit()));
    let Some(first) = words.next() else {
        return false;
    };
    let counts = first.strip_prefix('共').is_some_and(|rest| {
        rest.starts_with(|c: char| c.is_ascii_digit()) && rest.contains(['户', '人', '条', '间'])
    });
    counts
        || ["合计", "总计", "小计", "共计", "总户数", "累计"]
            .iter()
            .any(|w| first.starts_with(w))
}

fn squeezed(text: &str) -> String {
    half_width(text)
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect()
}

/// A cell on one line: half-width, trimmed, blanks between Latin words only; empty for the marks
/// people write for "none".
pub(super) fn tidy(cell: &str) -> String {
    let text = half_width(cell);
    let text = text.trim().trim_start_matches('\'');
    let text = text
        .strip_prefix("=\"")
        .and_then(|t| t.strip_suffix('"'))
        .unwrap_or(text);
    if is_blank_mark(text) {
        return String::new();
    }
    let mut out = String::new();
    for word in text.split_whitespace() {
        if out.ends_with(|c: char| c.is_ascii()) && word.starts_with(|c: char| c.is_ascii()) {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// `12.0`, as some programs write a number, to `12`.
pub(super) fn whole_number(text: String) -> String {
    match text.split_once('.') {
        Some((whole, rest))
            if whole.bytes().all(|b| b.is_ascii_digit()) && rest.bytes().all(|b| b == b'0') =>
        {
            whole.to_string()
        }
        _ => text,
    }
}

/// Whether a spreadsheet shortened a long number to the form 3.30106E+11.
fn is_mangled(text: &str) -> bool {
    text.to_ascii_uppercase()
        .split_once("E+")
        .is_some_and(|(number, power)| {
            !number.is_empty()
                && number.bytes().all(|b| b.is_ascii_digit() || b == b'.')
                && power.bytes().all(|b| b.is_ascii_digit())
        })
}

/// The first of a field's columns with a value.
pub(super) fn raw<'a>(source: &'a SourceRow, header: &Header, field: Field) -> &'a str {
    header
        .of(field)
        .filter_map(|i| source.cells.get(i))
        .find(|c| !is_blank_mark(c))
        .map_or("", String::as_str)
}

/// Reads a row. Warnings and counts go to the report; none quotes the row.
pub(super) fn read(
    source: &SourceRow,
    header: &Header,
    levels: Levels,
    default_grid: Option<&str>,
    report: &mut RosterReport,
) -> Result<RosterRow, Reason> {
    let mut cells = Cells {
        source,
        header,
        report,
    };
    let address = cells.address(&levels)?;
    let grid_code = cells.grid(&levels, default_grid)?;
    let (name, empty) = cells.name();
    Ok(RosterRow {
        number: source.number,
        grid_code,
        address,
        external_id: cells.external_id(),
        kind: cells.kind(empty),
        name,
        phone: cells.phone(),
        categories: cells.categories(),
        risk: cells.risk(),
        remark: cells.remark(),
    })
}

struct Cells<'a> {
    source: &'a SourceRow,
    header: &'a Header,
    report: &'a mut RosterReport,
}

impl Cells<'_> {
    fn warn(&mut self, why: Reason) {
        self.report.warnings.push(why.about(self.source.number));
    }

    fn scrubbed(&mut self, text: &str) -> String {
        let (text, removed) = scrub(text);
        self.report.id_numbers_removed += removed;
        text
    }

    /// A field's text, tidied and without identity numbers.
    fn text(&mut self, field: Field) -> String {
        let text = tidy(raw(self.source, self.header, field));
        self.scrubbed(&text)
    }

    /// A part of the place; an identity number in it means that columns are mixed up.
    fn place(&mut self, text: &str) -> Result<String, Reason> {
        let text = self.scrubbed(text);
        if text.contains(REMOVED) {
            return Err(Reason::IdNumberMisplaced);
        }
        if is_mangled(&text) {
            return Err(Reason::NumberMangled);
        }
        Ok(text)
    }

    fn address(&mut self, levels: &Levels) -> Result<Address, Reason> {
        let [_, compound, building, unit] = levels;
        let cell = |field| tidy(raw(self.source, self.header, field));
        let (room, floor, whole) = (cell(Field::Room), cell(Field::Floor), cell(Field::Whole));
        let mut parts = [compound, building, unit, &floor, &room, &whole].map(String::clone);
        for part in &mut parts {
            *part = self.place(part)?;
        }
        let [compound, building, unit, floor, room, whole] =
            [0, 1, 2, 3, 4, 5].map(|i| parts[i].as_str());
        let in_parts = AddressParts {
            compound,
            building,
            unit,
            floor,
            room,
        };
        let apart = Address::parse_parts(&in_parts).map_err(Reason::from);
        let needs_whole = match &apart {
            Ok(address) => address.building.is_empty() && address.unit.is_empty(),
            Err(why) => *why == Reason::NoRoom,
        };
        if whole.is_empty() || !needs_whole {
            return apart;
        }
        match (Address::parse_whole(whole), apart) {
            (Some(found), Err(_)) => Ok(with_columns(found, &in_parts)),
            (Some(found), Ok(apart)) if found.room == apart.room => {
                Ok(with_columns(found, &in_parts))
            }
            (_, Ok(apart)) => Ok(apart),
            (None, Err(_)) => Err(
                match Address::parse_parts(&AddressParts {
                    room: whole,
                    ..Default::default()
                }) {
                    Err(why) => why.into(),
                    Ok(_) => Reason::AddressUnreadable,
                },
            ),
        }
    }

    fn grid(&mut self, levels: &Levels, default_grid: Option<&str>) -> Result<String, Reason> {
        let grid = match default_grid {
            Some(grid) => half_width(grid).trim().to_string(),
            None => self.place(&levels[0])?,
        };
        match grid.chars().count() {
            0 => Err(Reason::NoGrid),
            1..=LONGEST => Ok(grid),
            _ => Err(Reason::GridTooLong),
        }
    }

    /// The name, and whether its cell says that nobody lives here.
    fn name(&mut self) -> (Option<String>, bool) {
        let mut name = self.text(Field::Name);
        if name.is_empty() {
            name = self.text(Field::Householder);
        }
        let name = name.replace(REMOVED, "").trim().to_string();
        if DoorKind::parse(&name) == Some(DoorKind::Vacant) {
            return (None, true);
        }
        if matches!(name.as_str(), "" | "不详" | "未知" | "暂无") {
            return (None, false);
        }
        if name.chars().count() > LONGEST {
            self.warn(Reason::NameTooLong);
            return (None, false);
        }
        (Some(name), false)
    }

    /// The first number of 7 to 12 digits; several may share a cell or stand in several columns.
    fn phone(&mut self) -> Option<String> {
        let columns = self
            .header
            .of(Field::Phone)
            .filter_map(|i| self.source.cells.get(i));
        let cells: Vec<String> = columns.map(|c| tidy(c)).filter(|c| !c.is_empty()).collect();
        let mut seen = false;
        for cell in cells {
            let cell = self.scrubbed(&cell);
            let many = cell.split(['/', '、', ',', ';', '|', '\\']);
            for text in std::iter::once(cell.as_str()).chain(many) {
                if let Some(phone) = phone_number(text) {
                    return Some(phone);
                }
            }
            seen |= !matches!(cell.as_str(), "不详" | "未知" | "暂无" | "没有");
        }
        if seen {
            self.warn(Reason::PhoneInvalid);
        }
        None
    }

    fn categories(&mut self) -> Vec<CareCategory> {
        let mut all = Vec::new();
        let mut strange = false;
        let named: Vec<usize> = self.header.of(Field::Category).collect();
        for cell in named.into_iter().filter_map(|i| self.source.cells.get(i)) {
            let (known, unknown) = parse_categories(cell);
            strange |= !unknown.is_empty();
            all.extend(known);
        }
        for (i, category) in self.header.ticks() {
            match self
                .source
                .cells
                .get(i)
                .map_or(Some(false), |c| ticked(c, category))
            {
                Some(true) => all.push(category),
                Some(false) => {}
                None => strange = true,
            }
        }
        if strange {
            self.warn(Reason::CategoryUnknown);
        }
        all.sort_by_key(|category| category.code());
        all.dedup();
        all
    }

    fn risk(&mut self) -> Option<RiskLevel> {
        let text = tidy(raw(self.source, self.header, Field::Risk));
        let risk = RiskLevel::parse(&text);
        if risk.is_none() && !text.is_empty() {
            self.warn(Reason::RiskUnknown);
        }
        risk
    }

    fn kind(&mut self, empty: bool) -> DoorKind {
        let text = tidy(raw(self.source, self.header, Field::Kind));
        let kind = DoorKind::parse(&text);
        if kind.is_none() && !text.is_empty() {
            self.warn(Reason::KindUnknown);
        }
        kind.unwrap_or(if empty {
            DoorKind::Vacant
        } else {
            DoorKind::Household
        })
    }

    /// All remarks, line by line, on one line.
    fn remark(&mut self) -> Option<String> {
        let columns = self
            .header
            .of(Field::Remark)
            .filter_map(|i| self.source.cells.get(i));
        let lines = columns
            .flat_map(|c| c.lines())
            .map(tidy)
            .filter(|line| !line.is_empty());
        let text = lines.collect::<Vec<_>>().join("；");
        Some(self.scrubbed(&text)).filter(|t| !t.is_empty())
    }

    fn external_id(&mut self) -> Option<String> {
        let id = whole_number(self.text(Field::ExternalId));
        let usable = id.chars().count() <= LONGEST && !is_mangled(&id) && !id.contains(REMOVED);
        if !usable {
            self.warn(Reason::ExternalIdUnusable);
        }
        Some(id).filter(|id| usable && !id.is_empty())
    }
}

/// A whole address is completed from the columns; a compound's column is shorter than the
/// province, city and street a whole address may begin with, and wins.
fn with_columns(mut found: Address, columns: &AddressParts<'_>) -> Address {
    let given = Address::parse_parts(&AddressParts {
        room: "1",
        floor: "",
        ..*columns
    });
    if let Ok(given) = given {
        if !given.compound.is_empty() {
            found.compound = given.compound;
        }
        if found.building.is_empty() {
            found.building = given.building;
        }
        if found.unit.is_empty() {
            found.unit = given.unit;
        }
    }
    found
}

/// Digits only, without the country's code; `None` unless 7 to 12 are left.
fn phone_number(text: &str) -> Option<String> {
    let text = whole_number(text.trim().to_string());
    let text = text
        .strip_prefix("+86")
        .or_else(|| text.strip_prefix("0086"))
        .unwrap_or(&text);
    let digits: String = text.chars().filter(|c| !" -()+".contains(*c)).collect();
    let digits = match digits.strip_prefix("86") {
        Some(rest) if rest.len() == 11 => rest.to_string(),
        _ => digits,
    };
    let fits = (7..=12).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    fits.then_some(digits)
}

/// Whether a cell in a category's own column is ticked; `None` when it cannot be told.
fn ticked(cell: &str, category: CareCategory) -> Option<bool> {
    match squeezed(cell).to_uppercase().as_str() {
        "" | "否" | "无" | "0" | "×" | "X" | "N" | "NO" | "/" | "-" | "FALSE" | "不是" => {
            Some(false)
        }
        "√" | "✓" | "✔" | "☑" | "是" | "有" | "1" | "Y" | "YES" | "TRUE" | "●" | "○" | "V"
        | "对" => Some(true),
        word => (CareCategory::parse(word) == Some(category)).then_some(true),
    }
}
