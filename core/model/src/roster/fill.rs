//! Blank cells below a value: what merged cells become in a CSV file. The module's page says when
//! a blank is filled.

use super::field::Field;
use super::header::Header;
use super::row::{raw, tidy, whole_number};
use super::{RosterReport, SourceRow};

const LEVELS: [Field; 4] = [Field::Grid, Field::Compound, Field::Building, Field::Unit];

/// What stands in a row's columns of grid, compound, building and unit.
pub(super) type Levels = [String; 4];

/// Gives blank cells of a run the value at its head.
pub(super) struct Filler {
    /// The levels from the widest to the narrowest, which is their order in the table.
    order: Vec<usize>,
    /// Columns that repeat their value on every row, so that a blank is a missing value.
    in_full: [bool; 4],
    above: Levels,
}

impl Filler {
    pub(super) fn new(data: &[&SourceRow], header: &Header) -> Self {
        let mut order: Vec<usize> = (0..4).filter(|level| header.has(LEVELS[*level])).collect();
        order.sort_by_key(|level| header.of(LEVELS[*level]).next());
        let mut in_full = [false; 4];
        let rows: Vec<Levels> = data.iter().map(|source| given(source, header)).collect();
        for pair in rows.windows(2) {
            let (above, own) = (&pair[0], &pair[1]);
            for level in &order {
                let level = *level;
                if !own[level].is_empty() && own[level] != above[level] {
                    break;
                }
                in_full[level] |= !own[level].is_empty();
            }
        }
        Self {
            order,
            in_full,
            above: Levels::default(),
        }
    }

    pub(super) fn levels(
        &mut self,
        source: &SourceRow,
        header: &Header,
        report: &mut RosterReport,
    ) -> Levels {
        let mut levels = given(source, header);
        let has_room = [Field::Room, Field::Whole]
            .iter()
            .any(|f| !raw(source, header, *f).is_empty());
        let mut moved = false;
        for level in &self.order {
            let (own, above) = (&mut levels[*level], &mut self.above[*level]);
            if !own.is_empty() {
                moved |= own != above;
                above.clone_from(own);
            } else if moved {
                above.clear();
            } else if has_room && !self.in_full[*level] && !above.is_empty() {
                own.clone_from(above);
                report.cells_filled_down += 1;
            }
        }
        levels
    }
}

fn given(source: &SourceRow, header: &Header) -> Levels {
    LEVELS.map(|field| whole_number(tidy(raw(source, header, field))))
}
