//! 诉求台账: what residents asked for, and what became of it. The description is left out: a resident's
//! own words were not said to be handed on.

use chrono::{DateTime, FixedOffset};

use super::LedgerKind;
use super::cells::{self, CellKind, Column, Ledger, LedgerCell};
use crate::matter::MatterInfo;

/// A matter with the name of who raised it.
pub(super) struct Line {
    pub(super) name: Option<String>,
    pub(super) matter: MatterInfo,
}

const COLUMNS: &[Column<Line>] = &[
    Column::new(
        "raised",
        ("收集时间", "raised"),
        17,
        CellKind::DateTime,
        |line| time(line.matter.raised_at),
    ),
    Column::new("grid", ("网格", "grid"), 14, CellKind::Text, |line| {
        LedgerCell::text(&line.matter.grid)
    }),
    Column::new("title", ("诉求", "matter"), 36, CellKind::Text, |line| {
        LedgerCell::text(&line.matter.title)
    }),
    Column::new("kind", ("类型", "kind"), 12, CellKind::Text, |line| {
        LedgerCell::word(line.matter.kind.word(), line.matter.kind.zh())
    }),
    Column::new(
        "urgency",
        ("急难愁", "urgency"),
        10,
        CellKind::Text,
        |line| LedgerCell::word(line.matter.urgency.word(), line.matter.urgency.zh()),
    ),
    Column::new("source", ("来源", "source"), 12, CellKind::Text, |line| {
        LedgerCell::word(line.matter.source.word(), line.matter.source.zh())
    }),
    Column::new(
        "address",
        ("门牌", "address"),
        30,
        CellKind::Text,
        |line| LedgerCell::text(&line.matter.address),
    ),
    Column::new(
        "name",
        ("反映人", "raised by"),
        12,
        CellKind::Text,
        |line| line.name.as_ref().into(),
    ),
    Column::new("stage", ("进展", "stage"), 10, CellKind::Text, |line| {
        LedgerCell::word(line.matter.stage.word(), line.matter.stage.zh())
    }),
    Column::new("place", ("承办", "with"), 10, CellKind::Text, |line| {
        LedgerCell::word(line.matter.place.word(), line.matter.place.zh())
    }),
    Column::new(
        "partners",
        ("待回单单位", "partners awaited"),
        20,
        CellKind::Text,
        |line| LedgerCell::text(&line.matter.partners.join("、")),
    ),
    Column::new(
        "first_response",
        ("首次响应（小时）", "first response (h)"),
        12,
        CellKind::Number,
        |line| line.matter.first_response.map_or(LedgerCell::Empty, hours),
    ),
    Column::new(
        "due",
        ("办理期限", "due"),
        17,
        CellKind::DateTime,
        |line| time(line.matter.due),
    ),
    Column::new("overdue", ("逾期", "overdue"), 8, CellKind::Text, |line| {
        yes_no(line.matter.open.then_some(line.matter.overdue))
    }),
    Column::new(
        "ended",
        ("办结时间", "settled"),
        17,
        CellKind::DateTime,
        |line| time(line.matter.ended_at),
    ),
    Column::new(
        "in_grid",
        ("网格内办结", "settled in grid"),
        12,
        CellKind::Text,
        |line| yes_no(line.matter.in_grid),
    ),
    Column::new(
        "satisfaction",
        ("满意度", "satisfaction"),
        12,
        CellKind::Text,
        |line| {
            let satisfaction = line.matter.satisfaction;
            satisfaction.map_or(LedgerCell::Empty, |s| LedgerCell::word(s.word(), s.zh()))
        },
    ),
    Column::new(
        "percent",
        ("征询满意率", "content, opinion round"),
        12,
        CellKind::Percent,
        |line| {
            let percent = line.matter.percent;
            percent.map_or(LedgerCell::Empty, |p| {
                LedgerCell::Percent(f64::from(p) / 100.0)
            })
        },
    ),
    Column::new(
        "reopened",
        ("重办次数", "reopened"),
        10,
        CellKind::Number,
        |line| LedgerCell::Number(line.matter.reopened.into()),
    ),
    Column::new(
        "matter",
        ("诉求编号", "id"),
        36,
        CellKind::Text,
        |line| LedgerCell::Text(line.matter.matter.to_string()),
    ),
];

fn time(at: Option<DateTime<FixedOffset>>) -> LedgerCell {
    at.map_or(LedgerCell::Empty, |at| {
        LedgerCell::DateTime(at.naive_local())
    })
}

/// To a tenth of an hour.
fn hours(seconds: i64) -> LedgerCell {
    let tenths = i32::try_from(seconds / 360).unwrap_or(i32::MAX);
    LedgerCell::Number(f64::from(tenths) / 10.0)
}

fn yes_no(answer: Option<bool>) -> LedgerCell {
    match answer {
        None => LedgerCell::Empty,
        Some(true) => LedgerCell::word("yes", "是"),
        Some(false) => LedgerCell::word("no", "否"),
    }
}

/// The ledger of these matters, in their order.
pub(super) fn ledger(as_of: DateTime<FixedOffset>, lines: &[Line]) -> Ledger {
    let kind = LedgerKind::Matters;
    cells::ledger((kind.word(), kind.title()), as_of, COLUMNS, lines)
}
