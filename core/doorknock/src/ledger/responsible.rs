//! 包联台账: who is responsible for which doors, and when each was last visited. The workers a grid
//! names in the charter are responsible for its doors.

use std::collections::HashMap;

use chrono::{DateTime, FixedOffset, NaiveDate};
use doorknock_model::access::Role;
use doorknock_model::address::DoorKind;
use doorknock_model::cadence::Cadence;
use doorknock_model::ids::{GridId, MemberId};
use doorknock_model::kinds::Outcome;
use doorknock_seal::charter::Charter;

use super::LedgerKind;
use super::cells::{self, CellKind, Column, Ledger, LedgerCell};

/// A door.
pub(super) struct Line {
    pub(super) grid: String,
    /// Who is responsible, joined by 、.
    pub(super) who: String,
    pub(super) address: String,
    pub(super) kind: DoorKind,
    /// Who lives there, joined by 、.
    pub(super) people: String,
    /// Those of them with a care need.
    pub(super) in_care: String,
    pub(super) cadence: Option<Cadence>,
    pub(super) last_visit: Option<NaiveDate>,
    pub(super) last_by: Option<String>,
    pub(super) last_outcome: Option<Outcome>,
    /// Days from the latest visit to today.
    pub(super) days_since: Option<i32>,
}

const COLUMNS: &[Column<Line>] = &[
    Column::new("grid", ("网格", "grid"), 14, CellKind::Text, |line| {
        LedgerCell::text(&line.grid)
    }),
    Column::new(
        "who",
        ("责任人", "responsible"),
        16,
        CellKind::Text,
        |line| LedgerCell::text(&line.who),
    ),
    Column::new(
        "address",
        ("门牌", "address"),
        30,
        CellKind::Text,
        |line| LedgerCell::text(&line.address),
    ),
    Column::new("kind", ("类型", "kind"), 10, CellKind::Text, |line| {
        LedgerCell::word(line.kind.word(), line.kind.zh())
    }),
    Column::new("people", ("住户", "people"), 20, CellKind::Text, |line| {
        LedgerCell::text(&line.people)
    }),
    Column::new(
        "in_care",
        ("关爱对象", "in care"),
        20,
        CellKind::Text,
        |line| LedgerCell::text(&line.in_care),
    ),
    Column::new(
        "cadence",
        ("走访频次", "cadence"),
        14,
        CellKind::Text,
        |line| cells::cadence(line.cadence),
    ),
    Column::new(
        "last_visit",
        ("最近走访", "last visit"),
        12,
        CellKind::Date,
        |line| line.last_visit.into(),
    ),
    Column::new("last_by", ("走访人", "by"), 12, CellKind::Text, |line| {
        line.last_by.as_ref().into()
    }),
    Column::new(
        "last_outcome",
        ("结果", "outcome"),
        12,
        CellKind::Text,
        |line| {
            line.last_outcome.map_or(LedgerCell::Empty, |outcome| {
                LedgerCell::word(outcome.word(), outcome.zh())
            })
        },
    ),
    Column::new(
        "days_since",
        ("距今天数", "days since"),
        10,
        CellKind::Number,
        |line| {
            line.days_since
                .map_or(LedgerCell::Empty, |days| LedgerCell::Number(days.into()))
        },
    ),
];

/// The workers named for each grid, by id.
pub(super) fn workers(charter: &Charter) -> HashMap<GridId, Vec<MemberId>> {
    let mut workers: HashMap<_, Vec<_>> = HashMap::new();
    for member in charter.members().filter(|m| m.role == Some(Role::Worker)) {
        for grid in &member.grids {
            workers.entry(*grid).or_default().push(member.id);
        }
    }
    workers
}

/// The ledger of these doors, in their order.
pub(super) fn ledger(as_of: DateTime<FixedOffset>, lines: &[Line]) -> Ledger {
    let kind = LedgerKind::Responsible;
    cells::ledger((kind.word(), kind.title()), as_of, COLUMNS, lines)
}
