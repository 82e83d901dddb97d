//! 走访台账: the visits of a period.

use chrono::{DateTime, FixedOffset};
use doorknock_model::checklist::Label;

use super::LedgerKind;
use super::cells::{self, CellKind, Column, Ledger, LedgerCell};
use crate::views::{AnswerLine, VisitInfo};

/// A visit with what stands beside it.
pub(super) struct Line {
    pub(super) grid: String,
    /// A name for the door.
    pub(super) contact: Option<String>,
    pub(super) visit: VisitInfo,
}

const COLUMNS: &[Column<Line>] = &[
    Column::new(
        "at",
        ("走访时间", "at"),
        17,
        CellKind::DateTime,
        |line| LedgerCell::DateTime(line.visit.at.naive_local()),
    ),
    Column::new("grid", ("网格", "grid"), 14, CellKind::Text, |line| {
        LedgerCell::text(&line.grid)
    }),
    Column::new(
        "address",
        ("门牌", "address"),
        30,
        CellKind::Text,
        |line| LedgerCell::text(&line.visit.address),
    ),
    Column::new(
        "contact",
        ("联系人", "contact"),
        12,
        CellKind::Text,
        |line| line.contact.as_ref().into(),
    ),
    Column::new("by", ("走访人", "by"), 12, CellKind::Text, |line| {
        LedgerCell::text(&line.visit.by)
    }),
    Column::new("with", ("同行人", "with"), 16, CellKind::Text, |line| {
        LedgerCell::text(&line.visit.with.join("、"))
    }),
    Column::new(
        "channel",
        ("方式", "channel"),
        10,
        CellKind::Text,
        |line| LedgerCell::word(line.visit.channel.word(), line.visit.channel.zh()),
    ),
    Column::new(
        "outcome",
        ("结果", "outcome"),
        12,
        CellKind::Text,
        |line| LedgerCell::word(line.visit.outcome.word(), line.visit.outcome.zh()),
    ),
    Column::new(
        "summary",
        ("小结", "summary"),
        44,
        CellKind::Text,
        |line| line.visit.summary.as_ref().into(),
    ),
    Column::new(
        "answers",
        ("清单", "checklist"),
        44,
        CellKind::Text,
        |line| answers(&line.visit.answers),
    ),
    Column::new(
        "follow_up",
        ("约定回访", "follow up"),
        12,
        CellKind::Date,
        |line| line.visit.follow_up.into(),
    ),
    Column::new(
        "matters",
        ("涉及诉求", "matters"),
        10,
        CellKind::Number,
        |line| match u32::try_from(line.visit.matters.len()) {
            Ok(0) | Err(_) => LedgerCell::Empty,
            Ok(some) => LedgerCell::Number(some.into()),
        },
    ),
    Column::new(
        "corrected",
        ("更正", "corrected"),
        14,
        CellKind::Text,
        |line| corrected(&line.visit),
    ),
    Column::new("visit", ("走访编号", "id"), 36, CellKind::Text, |line| {
        LedgerCell::Text(line.visit.visit.to_string())
    }),
];

/// A row is the visit as it stands. Of corrections made side by side each is a row, until one settles it.
fn corrected(visit: &VisitInfo) -> LedgerCell {
    match (visit.corrected.is_empty(), visit.beside.is_empty()) {
        (true, true) => LedgerCell::Empty,
        (_, false) => LedgerCell::word("one of several", "多份更正待核对"),
        (false, true) => LedgerCell::word("corrected", "已更正"),
    }
}

fn answers(answers: &[AnswerLine]) -> LedgerCell {
    if answers.is_empty() {
        return LedgerCell::Empty;
    }
    let told = |between: &str, after: &str, word: fn(&Label) -> &String| {
        let told = answers
            .iter()
            .map(|a| format!("{}{after}{}", word(&a.question), word(&a.answer)));
        told.collect::<Vec<_>>().join(between)
    };
    LedgerCell::Word(Label {
        zh: told("；", "：", |label| &label.zh),
        en: told("; ", ": ", |label| &label.en),
    })
}

/// The ledger of these visits, in their order.
pub(super) fn ledger(as_of: DateTime<FixedOffset>, lines: &[Line]) -> Ledger {
    let kind = LedgerKind::Visits;
    cells::ledger((kind.word(), kind.title()), as_of, COLUMNS, lines)
}
