//! 关爱对象台账: the people in care, each need with its legal ground and the day it is looked at
//! again (invariant 7). The roster's remark and the needs' notes are left out: a ledger is handed on,
//! and they were not written for that.

use chrono::{DateTime, FixedOffset, NaiveDate};
use doorknock_model::cadence::Cadence;
use doorknock_model::care::{LegalBasis, RiskLevel};

use super::LedgerKind;
use super::cells::{self, CellKind, Column, Ledger, LedgerCell};
use crate::views::NeedInfo;

/// A need of a person behind a door.
pub(super) struct Line {
    pub(super) grid: String,
    pub(super) address: Option<String>,
    pub(super) name: Option<String>,
    pub(super) phone: Option<String>,
    pub(super) need: NeedInfo,
    /// The day it was last looked at again.
    pub(super) reviewed: Option<NaiveDate>,
    /// How often the door is due.
    pub(super) cadence: Option<Cadence>,
    /// The day somebody was last met there.
    pub(super) last_met: Option<NaiveDate>,
}

const COLUMNS: &[Column<Line>] = &[
    Column::new("grid", ("网格", "grid"), 14, CellKind::Text, |line| {
        LedgerCell::text(&line.grid)
    }),
    Column::new(
        "address",
        ("门牌", "address"),
        30,
        CellKind::Text,
        |line| line.address.as_ref().into(),
    ),
    Column::new("name", ("姓名", "name"), 12, CellKind::Text, |line| {
        line.name.as_ref().into()
    }),
    Column::new(
        "phone",
        ("联系电话", "phone"),
        16,
        CellKind::Text,
        |line| line.phone.as_ref().into(),
    ),
    Column::new(
        "category",
        ("关爱类别", "category"),
        14,
        CellKind::Text,
        |line| LedgerCell::word(line.need.category.word(), line.need.category.zh()),
    ),
    Column::new(
        "risk",
        ("风险等级", "risk"),
        10,
        CellKind::Text,
        |line| {
            line.need.risk.map_or_else(unknown, |risk: RiskLevel| {
                LedgerCell::word(risk.word(), risk.zh())
            })
        },
    ),
    Column::new("basis", ("依据", "basis"), 16, CellKind::Text, |line| {
        line.need.basis.map_or_else(unknown, basis)
    }),
    Column::new(
        "since",
        ("起始日期", "since"),
        12,
        CellKind::Date,
        |line| line.need.since.into(),
    ),
    Column::new(
        "review",
        ("复核日期", "review"),
        12,
        CellKind::Date,
        |line| line.need.review.into(),
    ),
    Column::new(
        "reviewed",
        ("最近复核", "reviewed"),
        12,
        CellKind::Date,
        |line| line.reviewed.into(),
    ),
    Column::new(
        "consent_by",
        ("同意人", "consent by"),
        12,
        CellKind::Text,
        |line| line.need.consent.as_ref().map(|consent| &consent.by).into(),
    ),
    Column::new(
        "consent_for",
        ("同意用途", "consent for"),
        20,
        CellKind::Text,
        |line| {
            line.need
                .consent
                .as_ref()
                .map(|consent| &consent.purpose)
                .into()
        },
    ),
    Column::new(
        "consent_on",
        ("同意日期", "consent on"),
        12,
        CellKind::Date,
        |line| line.need.consent.as_ref().map(|consent| consent.on).into(),
    ),
    Column::new(
        "consent_until",
        ("同意至", "consent until"),
        12,
        CellKind::Date,
        |line| {
            line.need
                .consent
                .as_ref()
                .map(|consent| consent.until)
                .into()
        },
    ),
    Column::new(
        "cadence",
        ("走访频次", "cadence"),
        14,
        CellKind::Text,
        |line| cells::cadence(line.cadence),
    ),
    Column::new(
        "last_met",
        ("最近见到", "last met"),
        12,
        CellKind::Date,
        |line| line.last_met.into(),
    ),
];

fn unknown() -> LedgerCell {
    LedgerCell::word("unknown", "未知")
}

fn basis(basis: LegalBasis) -> LedgerCell {
    LedgerCell::word(basis.word(), basis.zh())
}

/// The ledger of these needs, in their order.
pub(super) fn ledger(as_of: DateTime<FixedOffset>, lines: &[Line]) -> Ledger {
    let kind = LedgerKind::Care;
    cells::ledger((kind.word(), kind.title()), as_of, COLUMNS, lines)
}
