//! Finding the header and what its columns mean.

use super::field::{Field, plain};
use super::forbidden::{is_forbidden, scrub, squeeze};
use super::{ColumnUsed, RosterReport, SourceRow};
use crate::address::{half_width, is_blank_mark};
use crate::care::CareCategory;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    Used(Field),
    Forbidden,
    Unknown,
    /// No header at all.
    Blank,
}

#[derive(Debug, Clone)]
struct Column {
    /// As the report names it.
    title: String,
    meaning: Meaning,
}

/// The header, found.
#[derive(Debug, Clone)]
pub(super) struct Header {
    /// How many rows, from the first of the file, stand above the data.
    pub(super) rows_above: usize,
    columns: Vec<Column>,
    /// The lowest header row's cells, to know it again.
    cells: Vec<String>,
}

impl Header {
    /// How many of the first rows may be titles and notes.
    const SEARCHED: usize = 30;

    /// The row, or two rows, among the first ones in which most columns have a meaning.
    pub(super) fn find(rows: &[SourceRow]) -> Option<Self> {
        let mut best: Option<(usize, Self)> = None;
        for i in 0..rows.len().min(Self::SEARCHED) {
            let above = i.checked_sub(1).map(|above| rows[above].cells.as_slice());
            let group = above
                .filter(|cells| is_group(cells))
                .map(spread)
                .unwrap_or_default();
            let own = &rows[i].cells;
            let single = columns(&group, own, false);
            // A CSV file has nothing below a header that was merged downwards.
            let double = above
                .filter(|_| has_words_only(own))
                .map(|above| columns(&spread(above), &over(above, own), true));
            for found in [Some(single), double].into_iter().flatten() {
                let score = score(&found);
                if score >= 2 && best.as_ref().is_none_or(|(most, _)| score > *most) {
                    let header = Self {
                        rows_above: i + 1,
                        columns: found,
                        cells: own.clone(),
                    };
                    best = Some((score, header));
                }
            }
        }
        best.map(|(_, header)| header)
    }

    /// The columns of a field, left to right.
    pub(super) fn of(&self, field: Field) -> impl Iterator<Item = usize> {
        let is = move |c: &Column| c.meaning == Meaning::Used(field);
        self.columns
            .iter()
            .enumerate()
            .filter(move |(_, c)| is(c))
            .map(|(i, _)| i)
    }

    pub(super) fn has(&self, field: Field) -> bool {
        self.of(field).next().is_some()
    }

    /// The columns of ticks.
    pub(super) fn ticks(&self) -> impl Iterator<Item = (usize, CareCategory)> {
        self.columns
            .iter()
            .enumerate()
            .filter_map(|(i, c)| match c.meaning {
                Meaning::Used(Field::Tick(category)) => Some((i, category)),
                _ => None,
            })
    }

    /// The columns that say something about a door.
    pub(super) fn used(&self) -> impl Iterator<Item = usize> {
        let counts =
            |c: &Column| matches!(c.meaning, Meaning::Used(field) if field != Field::Sequence);
        self.columns
            .iter()
            .enumerate()
            .filter(move |(_, c)| counts(c))
            .map(|(i, _)| i)
    }

    /// Whether a column's cells may be looked at.
    pub(super) fn may_look(&self, column: usize) -> bool {
        self.columns
            .get(column)
            .is_none_or(|c| c.meaning != Meaning::Forbidden)
    }

    /// Whether a row below is the header printed again.
    pub(super) fn is_repeated_by(&self, source: &SourceRow) -> bool {
        let same = |i: &usize| {
            let mine = self.cells.get(*i).map(|c| squeeze(c)).unwrap_or_default();
            let theirs = source.cells.get(*i).map(|c| squeeze(c)).unwrap_or_default();
            !mine.is_empty() && mine == theirs
        };
        self.used().filter(same).count() >= 2
    }

    /// Names the columns used, dropped and unknown. Columns without a header count as unknown
    /// when the rows below have something in them.
    pub(super) fn report(&self, below: &[SourceRow], report: &mut RosterReport) {
        let filled = |i: usize| {
            below
                .iter()
                .any(|row| row.cells.get(i).is_some_and(|c| !is_blank_mark(c)))
        };
        let widest = below.iter().map(|row| row.cells.len()).max().unwrap_or(0);
        for i in 0..widest.max(self.columns.len()) {
            let column = self.columns.get(i);
            let title = column.map(|c| c.title.clone()).unwrap_or_default();
            match column.map_or(Meaning::Blank, |c| c.meaning) {
                Meaning::Used(Field::Sequence) => {}
                Meaning::Used(field) => {
                    report.columns_used.push(ColumnUsed {
                        header: title,
                        field: field.name(),
                    });
                }
                Meaning::Forbidden => report.columns_dropped.push(title),
                Meaning::Unknown => report.columns_unknown.push(title),
                Meaning::Blank if filled(i) => {
                    report.columns_unknown.push(format!("第{}列", i + 1));
                }
                Meaning::Blank => {}
            }
        }
    }
}

/// What every column means, from its own header and that of the group above it.
fn columns(group: &[String], own: &[String], doubled: bool) -> Vec<Column> {
    let mut out: Vec<Column> = Vec::new();
    for (i, own) in own.iter().enumerate() {
        let group = group
            .get(i)
            .filter(|g| squeeze(g) != squeeze(own))
            .map_or("", String::as_str);
        let mut meaning = meaning(group, own);
        // In two rows read as one header, a word of the upper row is a group's name.
        if doubled && matches!(meaning, Meaning::Used(Field::Tick(_))) && group.is_empty() {
            meaning = Meaning::Unknown;
        }
        out.push(Column {
            title: title(group, own),
            meaning,
        });
    }
    door_number(&mut out);
    for field in ONCE {
        keep_one(&mut out, field);
    }
    out
}

/// Fields that a second column does not add to: a second 姓名 is somebody else's.
const ONCE: [Field; 12] = [
    Field::Grid,
    Field::Compound,
    Field::Building,
    Field::Unit,
    Field::Floor,
    Field::Room,
    Field::Whole,
    Field::Name,
    Field::Risk,
    Field::Kind,
    Field::ExternalId,
    Field::Sequence,
];

/// 门号 is the room in one city and the unit in another: the unit where a room stands to its right.
fn door_number(columns: &mut [Column]) {
    let is = |c: &Column, field| c.meaning == Meaning::Used(field);
    if columns.iter().any(|c| is(c, Field::Unit)) {
        return;
    }
    let rooms: Vec<usize> = (0..columns.len())
        .filter(|i| is(&columns[*i], Field::Room))
        .collect();
    if let [first, _, ..] = rooms[..]
        && plain(&columns[first].title) == "门号"
    {
        columns[first].meaning = Meaning::Used(Field::Unit);
    }
}

/// Leaves a field one column: of a grid's code and name the code, else the first.
fn keep_one(columns: &mut [Column], field: Field) {
    let is = |c: &Column| c.meaning == Meaning::Used(field);
    let is_code = |c: &Column| {
        ["编码", "代码", "编号", "code"]
            .iter()
            .any(|w| squeeze(&c.title).contains(w))
    };
    let kept = columns
        .iter()
        .position(|c| is(c) && field == Field::Grid && is_code(c))
        .or_else(|| columns.iter().position(is));
    for (i, column) in columns.iter_mut().enumerate() {
        if is(column) && Some(i) != kept {
            column.meaning = Meaning::Unknown;
        }
    }
}

fn meaning(group: &str, own: &str) -> Meaning {
    // Whose name and phone these are, when not the resident's.
    const OTHERS: [&str; 16] = [
        "紧急",
        "家属",
        "亲属",
        "子女",
        "监护",
        "房东",
        "家庭成员",
        "帮扶",
        "包联",
        "网格员",
        "楼栋长",
        "志愿者",
        "结对",
        "责任人",
        "民警",
        "配偶",
    ];
    let (above, whole) = (squeeze(group), squeeze(own));
    if whole.is_empty() {
        return Meaning::Blank;
    }
    if [whole.as_str(), &above, &format!("{above}{whole}")]
        .into_iter()
        .any(is_forbidden)
    {
        return Meaning::Forbidden;
    }
    if OTHERS.iter().any(|other| above.contains(other)) {
        return Meaning::Unknown;
    }
    let field = Field::of(own).or_else(|| Field::of(&format!("{group}{own}")));
    field.map_or(Meaning::Unknown, Meaning::Used)
}

/// Distinct fields and forbidden columns; nothing without a column that tells the door.
fn score(columns: &[Column]) -> usize {
    let mut fields: Vec<Field> = Vec::new();
    for column in columns {
        if let Meaning::Used(field) = column.meaning
            && !fields.contains(&field)
        {
            fields.push(field);
        }
    }
    let forbidden = columns
        .iter()
        .filter(|c| c.meaning == Meaning::Forbidden)
        .count();
    if fields.contains(&Field::Room) || fields.contains(&Field::Whole) {
        fields.len() + usize::from(forbidden > 0)
    } else {
        0
    }
}

/// A row of group headers names at least two things, shortly and without numbers; a title is one
/// thing, and a note (填表人：…) has a colon.
fn is_group(cells: &[String]) -> bool {
    let mut words: Vec<String> = cells.iter().map(|c| squeeze(c)).collect();
    words.retain(|w| !w.is_empty());
    words.dedup();
    let short = words
        .iter()
        .all(|w| w.chars().count() <= 12 && !w.contains(':'));
    words.len() >= 2 && short && has_words_only(cells)
}

/// Whether the row may be a header: data has a number in every row.
fn has_words_only(cells: &[String]) -> bool {
    let number = |c: &String| {
        let digits = half_width(c).chars().filter(char::is_ascii_digit).count();
        digits >= 2 || (digits == 1 && c.trim().len() == 1)
    };
    cells.iter().any(|c| !c.trim().is_empty()) && !cells.iter().any(number)
}

/// Group headers, each reaching right until the next.
fn spread(cells: &[String]) -> Vec<String> {
    let mut last = String::new();
    cells
        .iter()
        .map(|cell| {
            if !cell.trim().is_empty() {
                last.clone_from(cell);
            }
            last.clone()
        })
        .collect()
}

/// The lower row, and where it is blank the upper.
fn over(above: &[String], own: &[String]) -> Vec<String> {
    let pick = |i: usize| {
        own.get(i)
            .filter(|c| !c.trim().is_empty())
            .or_else(|| above.get(i))
            .cloned()
    };
    (0..above.len().max(own.len()))
        .map(|i| pick(i).unwrap_or_default())
        .collect()
}

/// A header as the report shows it: on one line, short, and without identity numbers, should a
/// row of data have been taken for a header.
fn title(group: &str, own: &str) -> String {
    let clean = |text: &str| {
        let line: String = half_width(text).split_whitespace().collect();
        scrub(&line).0.chars().take(30).collect::<String>()
    };
    match (clean(group), clean(own)) {
        (group, own) if group.is_empty() || own.is_empty() => own,
        (group, own) => format!("{group}/{own}"),
    }
}
