//! Finding the header and what its columns mean.

use super::forbidden::{is_forbidden, scrub, squeeze};
use super::{ColumnUsed, RosterReport, SourceRow};
use crate::address::{half_width, is_blank_mark};
use crate::care::CareCategory;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Grid,
    Compound,
    Building,
    Unit,
    Floor,
    Room,
    /// The whole address in one cell.
    Whole,
    Name,
    /// The householder, owner or person in charge: the name where a row has no other.
    Householder,
    Phone,
    Category,
    /// A column of ticks for one category.
    Tick(CareCategory),
    Risk,
    Kind,
    ExternalId,
    Remark,
    /// A running number; not read.
    Sequence,
}

/// Field, its name in code, and its headers as [`plain`] leaves them.
const NAMES: &[(Field, &str, &[&str])] = &[
    (Field::Grid, "grid", &[
        "网格", "网格编码", "网格编号", "网格号", "网格代码", "网格名称", "网格名", "grid", "gridcode",
        "微网格", "责任网格",
    ]),
    (Field::Compound, "compound", &[
        "小区", "小区名", "小区名称", "院落", "院落名称", "楼院", "小区院落", "片区", "compound", "estate",
    ]),
    (Field::Building, "building", &[
        "楼栋", "楼栋号", "栋", "栋号", "楼号", "幢", "幢号", "楼幢", "楼幢号", "座", "号楼", "楼",
        "楼宇", "楼栋单元", "building",
    ]),
    (Field::Unit, "unit", &["单元", "单元号", "单元门", "门栋", "门", "unit"]),
    (Field::Floor, "floor", &["楼层", "层", "所在层", "floor"]),
    (Field::Room, "room", &[
        "房号", "门牌号", "门牌", "室", "室号", "房间号", "房间", "房屋号", "户号", "房室号", "户室号",
        "门号", "房屋门牌号", "room", "roomno", "door",
    ]),
    (Field::Whole, "address", &[
        "地址", "详细地址", "住址", "家庭住址", "家庭地址", "居住地址", "现住址", "现居住地址", "房屋地址",
        "居住详址", "详址", "常住地址", "经营地址", "address",
    ]),
    (Field::Name, "name", &["姓名", "居民姓名", "住户姓名", "人员姓名", "对象姓名", "name"]),
    (Field::Householder, "name", &[
        "户主", "户主姓名", "户主名称", "业主", "业主姓名", "负责人", "负责人姓名", "经营者", "店主",
        "法人代表", "法定代表人", "联系人", "联系人姓名", "承租人", "householder", "owner",
    ]),
    (Field::Phone, "phone", &[
        "电话", "联系电话", "电话号码", "手机", "手机号", "手机号码", "联系方式", "联系手机",
        "联系电话号码", "移动电话", "固定电话", "座机", "户主电话", "业主电话", "户主联系电话",
        "本人电话", "本人联系电话", "phone", "tel", "telephone", "mobile", "phonenumber",
    ]),
    (Field::Category, "category", &[
        "关爱类别", "人员类别", "重点人群类别", "重点人群", "重点人员类别", "类别", "对象类别", "人群类别",
        "人群分类", "人员分类", "关爱对象类别", "重点关爱类别", "特殊人群类别", "特殊人群", "特殊群体",
        "困难类别", "困难类型", "人员类型", "关爱类型", "关爱对象", "重点关爱对象", "重点关爱",
        "category", "categories", "carecategory",
    ]),
    (Field::Risk, "risk", &["风险等级", "风险", "风险级别", "关注等级", "关爱等级", "risk", "risklevel"]),
    (Field::Kind, "kind", &[
        "房屋类型", "门类型", "房屋类别", "户类型", "户别", "房屋性质", "房屋用途", "用途", "房屋状态",
        "居住状态", "kind", "type", "doorkind",
    ]),
    (Field::ExternalId, "external_id", &[
        "户编码", "房屋编码", "户编号", "房屋编号", "房屋代码", "户代码", "家庭编号", "房屋id",
        "externalid", "doorid",
    ]),
    (Field::Remark, "remark", &["备注", "备注信息", "说明", "备注说明", "附注", "remark", "remarks", "note", "notes"]),
    (Field::Sequence, "sequence", &["序号", "序", "no", "no.", "行号", "#", "number"]),
];

impl Field {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Tick(category) => category.name(),
            field => NAMES.iter().find(|n| n.0 == field).map_or("", |n| n.1),
        }
    }

    /// What a single header names, by its whole text.
    fn of(header: &str) -> Option<Self> {
        let header = plain(header);
        let exact = |text: &str| {
            NAMES.iter().find(|n| n.2.contains(&text)).map(|n| n.0)
        };
        let trimmed = ["所属", "所在", "是否为", "是否是", "是否", "*"]
            .iter()
            .fold(header.as_str(), |h, lead| h.strip_prefix(lead).unwrap_or(h))
            .trim_end_matches(|c: char| c.is_ascii_digit() || ":*#".contains(c));
        exact(&header)
            .or_else(|| exact(trimmed))
            .or_else(|| Self::of_several(&header))
            .or_else(|| CareCategory::parse(trimmed).map(Self::Tick))
    }

    /// 「楼栋/幢」 is one field under two names; 「楼栋-单元-室」 is a whole address.
    fn of_several(header: &str) -> Option<Self> {
        let pieces: Vec<&str> =
            header.split(['/', '、', '-', '或', '\\', '|']).filter(|p| !p.is_empty()).collect();
        if pieces.len() < 2 {
            return None;
        }
        let fields: Vec<Self> = pieces
            .iter()
            .map(|p| NAMES.iter().find(|n| n.2.contains(p)).map(|n| n.0))
            .collect::<Option<_>>()?;
        let is_part = |f: &Self| {
            matches!(f, Self::Compound | Self::Building | Self::Unit | Self::Floor | Self::Room)
        };
        let is_name = |f: &Self| matches!(f, Self::Name | Self::Householder);
        if fields.iter().all(|f| *f == fields[0]) {
            Some(fields[0])
        } else if fields.iter().all(is_name) {
            Some(Self::Name)
        } else {
            (fields.iter().all(is_part) && fields.contains(&Self::Room)).then_some(Self::Whole)
        }
    }
}

/// The header without blanks and what stands in brackets.
fn plain(header: &str) -> String {
    let mut depth = 0_u32;
    let squeezed = squeeze(header);
    let out: String = squeezed
        .chars()
        .filter(|c| {
            let open = matches!(c, '(' | '[' | '【' | '{' | '〔' | '<');
            let close = matches!(c, ')' | ']' | '】' | '}' | '〕' | '>');
            depth = if open { depth + 1 } else { depth };
            let keep = depth == 0;
            depth = if close { depth.saturating_sub(1) } else { depth };
            keep && !close
        })
        .collect();
    if out.is_empty() { squeezed } else { out }
}

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
            let group = above.filter(|cells| is_group(cells)).map(spread).unwrap_or_default();
            let own = &rows[i].cells;
            let single = columns(&group, own, false);
            // A CSV file has nothing below a header that was merged downwards.
            let double = above.filter(|_| has_words_only(own)).map(|above| {
                columns(&spread(above), &over(above, own), true)
            });
            for found in [Some(single), double].into_iter().flatten() {
                let score = score(&found);
                if score >= 2 && best.as_ref().is_none_or(|(most, _)| score > *most) {
                    let header =
                        Self { rows_above: i + 1, columns: found, cells: own.clone() };
                    best = Some((score, header));
                }
            }
        }
        best.map(|(_, header)| header)
    }

    /// The columns of a field, left to right.
    pub(super) fn of(&self, field: Field) -> impl Iterator<Item = usize> {
        let is = move |c: &Column| c.meaning == Meaning::Used(field);
        self.columns.iter().enumerate().filter(move |(_, c)| is(c)).map(|(i, _)| i)
    }

    pub(super) fn has(&self, field: Field) -> bool {
        self.of(field).next().is_some()
    }

    /// The columns of ticks.
    pub(super) fn ticks(&self) -> impl Iterator<Item = (usize, CareCategory)> {
        self.columns.iter().enumerate().filter_map(|(i, c)| match c.meaning {
            Meaning::Used(Field::Tick(category)) => Some((i, category)),
            _ => None,
        })
    }

    /// The columns that say something about a door.
    pub(super) fn used(&self) -> impl Iterator<Item = usize> {
        let counts = |c: &Column| {
            matches!(c.meaning, Meaning::Used(field) if field != Field::Sequence)
        };
        self.columns.iter().enumerate().filter(move |(_, c)| counts(c)).map(|(i, _)| i)
    }

    /// Whether a column's cells may be looked at.
    pub(super) fn may_look(&self, column: usize) -> bool {
        self.columns.get(column).is_none_or(|c| c.meaning != Meaning::Forbidden)
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
            below.iter().any(|row| row.cells.get(i).is_some_and(|c| !is_blank_mark(c)))
        };
        let widest = below.iter().map(|row| row.cells.len()).max().unwrap_or(0);
        for i in 0..widest.max(self.columns.len()) {
            let column = self.columns.get(i);
            let title = column.map(|c| c.title.clone()).unwrap_or_default();
            match column.map_or(Meaning::Blank, |c| c.meaning) {
                Meaning::Used(Field::Sequence) => {}
                Meaning::Used(field) => {
                    report.columns_used.push(ColumnUsed { header: title, field: field.name() });
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
        let group = group.get(i).filter(|g| squeeze(g) != squeeze(own)).map_or("", String::as_str);
        let mut meaning = meaning(group, own);
        // In two rows read as one header, a word of the upper row is a group's name.
        if doubled && matches!(meaning, Meaning::Used(Field::Tick(_))) && group.is_empty() {
            meaning = Meaning::Unknown;
        }
        out.push(Column { title: title(group, own), meaning });
    }
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

/// Leaves a field one column: of a grid's code and name the code, else the first.
fn keep_one(columns: &mut [Column], field: Field) {
    let is = |c: &Column| c.meaning == Meaning::Used(field);
    let is_code = |c: &Column| {
        ["编码", "代码", "编号", "code"].iter().any(|w| squeeze(&c.title).contains(w))
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
        "紧急", "家属", "亲属", "子女", "监护", "房东", "家庭成员", "帮扶", "包联", "网格员", "楼栋长",
        "志愿者", "结对", "责任人", "民警", "配偶",
    ];
    let (above, whole) = (squeeze(group), squeeze(own));
    if whole.is_empty() {
        return Meaning::Blank;
    }
    if [whole.as_str(), &above, &format!("{above}{whole}")].into_iter().any(is_forbidden) {
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
    let forbidden = columns.iter().filter(|c| c.meaning == Meaning::Forbidden).count();
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
    let short = words.iter().all(|w| w.chars().count() <= 12 && !w.contains(':'));
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
        own.get(i).filter(|c| !c.trim().is_empty()).or_else(|| above.get(i)).cloned()
    };
    (0..above.len().max(own.len())).map(|i| pick(i).unwrap_or_default()).collect()
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
