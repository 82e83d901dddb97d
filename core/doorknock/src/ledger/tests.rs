#![allow(clippy::unwrap_used)] // a test that cannot go on has failed

use chrono::{DateTime, FixedOffset};
use doorknock_model::address::DoorKind;
use doorknock_model::cadence::Cadence;
use doorknock_model::ids::{DeviceId, MatterId, VisitId};
use doorknock_model::kinds::{Channel, Outcome};

use doorknock_model::care::{CareCategory, LegalBasis, RiskLevel};

use super::*;
use crate::care::Consent;
use crate::views::{AnswerLine, NeedInfo, VisitInfo};

fn now() -> DateTime<FixedOffset> {
    "2026-11-20T09:30:00+08:00".parse().unwrap()
}

/// The cell of a row under a column's code, after every cell was seen to be of its column's kind.
fn cell<'l>(ledger: &'l Ledger, row: usize, code: &str) -> &'l LedgerCell {
    for row in &ledger.rows {
        assert_eq!(row.len(), ledger.columns.len());
        for (cell, column) in row.iter().zip(&ledger.columns) {
            let fits = match cell {
                LedgerCell::Empty => true,
                LedgerCell::Text(_) | LedgerCell::Word(_) => column.kind == CellKind::Text,
                LedgerCell::Date(_) => column.kind == CellKind::Date,
                LedgerCell::DateTime(_) => column.kind == CellKind::DateTime,
                LedgerCell::Number(_) => column.kind == CellKind::Number,
                LedgerCell::Percent(_) => column.kind == CellKind::Percent,
            };
            assert!(fits, "{}: {cell:?}", column.code);
        }
    }
    let n = ledger.columns.iter().position(|c| c.code == code).unwrap();
    &ledger.rows[row][n]
}

fn word(zh: &str, en: &str) -> LedgerCell {
    LedgerCell::Word(Label::new(zh, en))
}

#[test]
fn a_visits_row_has_the_communitys_time_words_and_answers_in_both_languages() {
    let answer = |zh: &str, en: &str| AnswerLine {
        code: "item".to_owned(),
        question: Label::new(&format!("问{zh}"), &format!("ask {en}")),
        answer: Label::new(zh, en),
    };
    let visit = VisitInfo {
        visit: VisitId([1; 16]),
        door: DoorId([2; 16]),
        address: "柳荫新村1栋101".to_owned(),
        at: "2026-11-20T23:30:00+08:00".parse().unwrap(),
        by: "李文丽".to_owned(),
        member: MemberId([3; 16]),
        device: DeviceId([4; 16]),
        channel: Channel::Phone,
        outcome: Outcome::Other(99),
        with: vec!["甲".to_owned(), "乙".to_owned()],
        answers: vec![answer("好", "good"), answer("否", "no")],
        summary: None,
        follow_up: Some("2026-12-01".parse().unwrap()),
        matters: vec![],
        void: false,
        why: None,
        corrected: vec![],
        corrected_by: vec![],
        beside: vec![],
    };
    let bare = VisitInfo {
        answers: Vec::new(),
        follow_up: None,
        ..visit.clone()
    };
    let settled = VisitInfo {
        corrected: vec![bare.clone()],
        matters: vec![MatterId([5; 16])],
        ..bare.clone()
    };
    let beside = VisitInfo {
        beside: vec![VisitId([6; 16])],
        ..settled.clone()
    };
    let line = |visit| visits::Line {
        grid: "LY01".to_owned(),
        contact: None,
        visit,
    };
    let lines = [visit, bare, settled, beside].map(line);
    let marks = ["", "", "已更正", "多份更正待核对"];
    let ledger = visits::ledger(now(), &lines);
    for (row, mark) in marks.into_iter().enumerate() {
        match cell(&ledger, row, "corrected") {
            LedgerCell::Word(word) => assert_eq!(word.zh, mark),
            other => assert_eq!((other, mark), (&LedgerCell::Empty, "")),
        }
    }
    assert_eq!(*cell(&ledger, 1, "matters"), LedgerCell::Empty);
    assert_eq!(*cell(&ledger, 2, "matters"), LedgerCell::Number(1.0));
    let at = |code| cell(&ledger, 0, code).clone();
    let time = "2026-11-20T23:30:00".parse().unwrap();
    assert_eq!(at("at"), LedgerCell::DateTime(time));
    assert_eq!(at("with"), LedgerCell::Text("甲、乙".to_owned()));
    assert_eq!(at("channel"), word("电话", "phone"));
    assert_eq!(at("outcome"), word("未知", "unknown"));
    assert_eq!(
        at("answers"),
        word("问好：好；问否：否", "ask good: good; ask no: no")
    );
    assert_eq!(
        at("follow_up"),
        LedgerCell::Date("2026-12-01".parse().unwrap())
    );
    assert_eq!(at("visit"), LedgerCell::Text("01".repeat(16)));
    for code in ["contact", "summary"] {
        assert_eq!(at(code), LedgerCell::Empty, "{code}");
    }
    for code in ["answers", "follow_up"] {
        assert_eq!(*cell(&ledger, 1, code), LedgerCell::Empty, "{code}");
    }
}

#[test]
fn a_need_is_told_with_its_ground_and_its_review_and_what_is_newer_as_unknown() {
    let need = |risk, basis: Option<LegalBasis>| NeedInfo {
        category: CareCategory::LivesAlone,
        risk,
        basis,
        since: Some("2026-01-01".parse().unwrap()),
        review: Some("2027-01-01".parse().unwrap()),
        until: None,
        cadence: None,
        reason: None,
        note: None,
        consent: basis.map(|_| Consent {
            by: "张三之女".to_owned(),
            on: "2026-01-01".parse().unwrap(),
            purpose: "日常探访".to_owned(),
            until: "2027-01-01".parse().unwrap(),
        }),
    };
    let line = |need, cadence| care::Line {
        grid: "LY01".to_owned(),
        address: None,
        name: Some("张三".to_owned()),
        phone: Some("1000-001".to_owned()),
        need,
        reviewed: None,
        cadence,
        last_met: None,
    };
    let lines = [
        line(
            need(Some(RiskLevel::High), Some(LegalBasis::Consent)),
            Some(Cadence::EveryDays(10)),
        ),
        line(need(None, None), None),
    ];
    let ledger = care::ledger(now(), &lines);
    let at = |row, code| cell(&ledger, row, code).clone();
    assert_eq!(at(0, "phone"), LedgerCell::Text("1000-001".to_owned()));
    assert_eq!(at(0, "category"), word("独居", "lives alone"));
    assert_eq!(at(0, "risk"), word("高", "high"));
    assert_eq!(at(0, "basis"), word("本人同意", "consent"));
    assert_eq!(at(0, "cadence"), word("每 10 天", "every 10 days"));
    assert_eq!(
        at(0, "review"),
        LedgerCell::Date("2027-01-01".parse().unwrap())
    );
    assert_eq!(at(0, "consent_by"), LedgerCell::Text("张三之女".to_owned()));
    assert_eq!(at(0, "consent_until"), at(0, "review"));
    assert_eq!(at(1, "consent_on"), LedgerCell::Empty);
    assert_eq!(at(1, "risk"), word("未知", "unknown"));
    assert_eq!(at(1, "basis"), word("未知", "unknown"));
    // What stands in the person's file and was not written to be handed on.
    assert!(
        ledger
            .columns
            .iter()
            .all(|c| !matches!(c.code, "remark" | "note"))
    );
}

#[test]
fn a_door_never_visited_has_nothing_of_a_visit() {
    let never = responsible::Line {
        grid: "LY01".to_owned(),
        who: String::new(),
        address: "柳荫新村1栋101".to_owned(),
        kind: DoorKind::Shop,
        people: String::new(),
        in_care: String::new(),
        cadence: None,
        last_visit: None,
        last_by: None,
        last_outcome: None,
        days_since: None,
    };
    let ledger = responsible::ledger(now(), &[never]);
    assert_eq!(*cell(&ledger, 0, "kind"), word("商户", "shop"));
    for code in [
        "who",
        "people",
        "last_visit",
        "last_by",
        "last_outcome",
        "days_since",
    ] {
        assert_eq!(*cell(&ledger, 0, code), LedgerCell::Empty, "{code}");
    }
}

#[test]
fn a_period_is_whole_days_of_the_communitys_time_zone() {
    let day = |text: &str| Some(text.parse().unwrap());
    let scope = |from, until| LedgerScope {
        grid: None,
        from,
        until,
    };
    let one = scope(day("1970-01-02"), day("1970-01-02"));
    assert_eq!(one.seconds(0).unwrap(), (86_400, 172_800));
    assert_eq!(
        one.seconds(480).unwrap(),
        (86_400 - 28_800, 172_800 - 28_800)
    );
    assert_eq!(
        scope(None, None).seconds(480).unwrap(),
        (i64::MIN, i64::MAX)
    );
    let backwards = scope(day("1970-01-02"), day("1970-01-01"));
    assert_eq!(backwards.seconds(0).unwrap_err().code(), "bad_period");
}

#[test]
fn every_ledger_has_a_word_and_a_title_that_a_sheet_can_have() {
    for kind in LedgerKind::ALL {
        let Label { zh, en } = kind.title();
        for title in [zh, en] {
            assert!((1..=31).contains(&title.encode_utf16().count()), "{title}");
            assert!(!title.contains(['[', ']', ':', '*', '?', '/', '\\', '\'']));
        }
        assert_eq!(
            LedgerKind::ALL
                .iter()
                .filter(|k| k.word() == kind.word())
                .count(),
            1
        );
    }
}
