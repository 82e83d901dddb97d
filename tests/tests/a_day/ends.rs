//! What each story ends in, at every home that may know of it.

use doorknock::model::care::RiskLevel;
use doorknock::model::ids::MatterId;
use doorknock::model::kinds::Outcome;
use doorknock::model::matter::{Place, Satisfaction, Stage};
use doorknock::model::report::Month;
use doorknock::{Doorknock, LedgerCell, LedgerKind, LedgerScope};

use crate::stories::{Elder, Flat, Mother};
use crate::town::{DAY, Town};

fn stage(home: &Doorknock, matter: MatterId) -> (Stage, Place, Option<bool>) {
    let info = home.matter(matter).unwrap().info;
    (info.stage, info.place, info.in_grid)
}

pub(crate) fn of_the_mother(town: &Town, mother: &Mother) {
    for home in [&town.chen, &town.office] {
        let detail = home.matter(mother.money).unwrap();
        // Papers handed in on a resident's behalf do not count as leaving the grid.
        assert_eq!(stage(home, mother.money).0, Stage::Closed);
        assert_eq!(detail.info.in_grid, Some(true));
        assert_eq!(detail.granted, Some(true));
        assert_eq!(detail.info.first_response, Some(0));
        let at = home.visit(mother.visit).unwrap().at;
        assert_eq!(
            at.to_rfc3339(),
            "2026-12-08T03:40:00+08:00",
            "a night belongs to its own day"
        );
        let door = home.door(mother.door).unwrap();
        let son = door.people.iter().find(|p| p.person == mother.son).unwrap();
        let need = &son.needs[0];
        assert_eq!(need.risk, Some(RiskLevel::High));
        let consent = need.consent.as_ref().unwrap();
        assert_eq!(
            need.review,
            Some(consent.until),
            "looked at again when the consent ends"
        );
        assert_eq!(
            door.info.cadence.as_deref(),
            Some("weekly"),
            "the plan followed at once"
        );
    }
}

pub(crate) fn of_the_elder(town: &Town, elder: &Elder) {
    for home in [&town.li, &town.office] {
        let case = home.record(elder.case).unwrap();
        assert!(!case.ended && case.conflicts.is_empty());
        let note = case.items.iter().find(|i| i.id == elder.note).unwrap();
        let note = note.data.as_text().unwrap();
        assert_eq!(
            note,
            "儿子电话：老人在家，耳背，敲门要久一点，按两次门铃。已请物业保安晚间多看一眼。"
        );
        let history = home
            .text_history(elder.case, "note", Some(&elder.note))
            .unwrap();
        let mut who: Vec<_> = history.iter().map(|v| v.by.as_str()).collect();
        who.sort_unstable();
        assert_eq!(who, ["周主任", "李文丽", "李文丽"]);
        let door = home.door(elder.door).unwrap();
        assert_eq!(door.info.cadence.as_deref(), Some("daily"));
        assert_eq!(door.info.last_done.unwrap().to_string(), DAY);
        let found = home.search("znn", 20).unwrap();
        assert!(
            found.iter().any(|h| h.id == elder.person.to_string()),
            "周奶奶, by initials"
        );
        // Tomorrow she is on the list again.
        let tomorrow = home
            .round(Some("LY02"), Some("2026-12-09".parse().unwrap()))
            .unwrap();
        assert!(tomorrow.items.iter().any(|i| i.door == elder.door));
        let outcomes: Vec<_> = door.visits.iter().map(|v| v.outcome).collect();
        assert_eq!(
            outcomes,
            [Outcome::Met, Outcome::NobodyHome, Outcome::NobodyHome]
        );
    }
    assert!(
        town.wang.record(elder.case).is_err(),
        "not for a colleague of other grids"
    );
}

pub(crate) fn of_the_dogs(town: &Town, dogs: MatterId) {
    let wrong = crate::town::door(&town.office, "LY07", 1);
    let door = town.office.door(wrong).unwrap();
    assert_eq!(door.visits, [], "what was taken back counts for nothing");
    assert_eq!(door.info.last_done, None);
    for home in [&town.wang, &town.office] {
        assert_eq!(stage(home, dogs), (Stage::Closed, Place::Grid, Some(true)));
        let detail = home.matter(dogs).unwrap();
        assert_eq!(detail.parties, ["三楼住户", "一楼住户"]);
        assert_eq!(detail.agreements, ["到小区外定点喂，联系救助站收容"]);
        assert_eq!(detail.info.satisfaction, Some(Satisfaction::Basically));
    }
}

pub(crate) fn of_the_flat(town: &Town, flat: &Flat) {
    for home in [&town.chen, &town.office] {
        assert_eq!(
            stage(home, flat.window),
            (Stage::Resolved, Place::Grid, Some(true))
        );
        let info = home.matter(flat.window).unwrap().info;
        assert_eq!(info.visit_by, None, "the visit that was wanted took place");
        let visit = &home.door(flat.door).unwrap().visits[0];
        assert_eq!(
            visit.summary.as_deref(),
            Some("物业开门，窗已关好，水阀已关。")
        );
        let cold = home.records("period", None, false).unwrap();
        assert_eq!(cold.len(), 1, "every phone knows of the cold wave");
    }
}

pub(crate) fn of_the_lift(town: &Town, lift: MatterId) {
    for home in [&town.chen, &town.office] {
        assert_eq!(stage(home, lift), (Stage::Closed, Place::Grid, Some(true)));
        let detail = home.matter(lift).unwrap();
        let votes: Vec<_> = detail
            .options
            .iter()
            .map(|o| (o.text.as_deref().unwrap(), o.households, o.chosen))
            .collect();
        assert_eq!(votes, [("整梯更换", 74, true), ("大修", 6, false)]);
        assert_eq!(detail.info.percent, Some(98));
    }
}

pub(crate) fn of_the_sewage(town: &Town, sewage: MatterId) {
    for home in [&town.wang, &town.office] {
        assert_eq!(
            stage(home, sewage),
            (Stage::Closed, Place::Community, Some(false))
        );
        let info = home.matter(sewage).unwrap().info;
        assert_eq!(info.first_response, Some(12 * 60));
        assert!(!info.overdue && info.partners.is_empty());
        assert_eq!(info.satisfaction, Some(Satisfaction::Satisfied));
        let by: Vec<_> = home
            .matter(sewage)
            .unwrap()
            .history
            .into_iter()
            .map(|l| l.by)
            .collect();
        assert_eq!(
            by,
            [
                "王建国",
                "王建国",
                "王建国",
                "周主任",
                "周主任",
                "周主任",
                "王建国",
                "王建国"
            ]
        );
    }
}

/// A ledger's columns as a reader sees them.
fn shown(home: &Doorknock, kind: LedgerKind, scope: &LedgerScope, columns: &[&str]) -> Vec<String> {
    let ledger = home.ledger(kind, scope).unwrap();
    let at = |code: &&str| ledger.columns.iter().position(|c| c.code == *code).unwrap();
    let places: Vec<_> = columns.iter().map(at).collect();
    let cell = |cell: &LedgerCell| match cell {
        LedgerCell::Empty => "–".to_owned(),
        LedgerCell::Text(text) => text.clone(),
        LedgerCell::Word(label) => label.zh.clone(),
        LedgerCell::Date(date) => date.to_string(),
        LedgerCell::DateTime(time) => time.format("%H:%M").to_string(),
        LedgerCell::Number(number) => format!("{number}"),
        LedgerCell::Percent(share) => format!("{:.0}%", share * 100.0),
    };
    let line = |row: &Vec<LedgerCell>| {
        let cells = places.iter().map(|n| cell(&row[*n]));
        cells.collect::<Vec<_>>().join(" ")
    };
    ledger.rows.iter().map(line).collect()
}

pub(crate) fn of_the_ledgers(town: &Town) {
    let day = LedgerScope {
        from: Some(DAY.parse().unwrap()),
        until: Some(DAY.parse().unwrap()),
        ..LedgerScope::default()
    };
    let columns = ["at", "grid", "by", "channel", "outcome"];
    let mut visits = shown(&town.office, LedgerKind::Visits, &day, &columns);
    visits.sort();
    assert_eq!(
        visits,
        [
            "03:40 LY12 陈晓东 入户 见到",
            "15:30 LY02 李文丽 入户 无人在家",
            "16:10 LY02 李文丽 入户 无人在家",
            "19:30 LY02 李文丽 入户 见到",
            "19:30 LY11 陈晓东 门口 见到",
            "21:30 LY06 王建国 入户 见到",
        ]
    );
    let columns = [
        "title",
        "stage",
        "first_response",
        "in_grid",
        "satisfaction",
        "percent",
    ];
    let mut matters = shown(&town.office, LedgerKind::Matters, &day, &columns);
    matters.sort();
    assert_eq!(
        matters,
        [
            "2栋旧电梯更换 已归档 0 是 – 98%",
            "夜里送医与临时救助 已归档 0 是 满意 –",
            "污水外溢 已归档 0.2 否 满意 –",
            "流浪狗纠纷 已归档 0 是 基本满意 –",
            "空房窗户没关，水管要冻裂 已办结 0 是 – –",
        ]
    );
    // A worker's ledger holds the worker's grids.
    assert_eq!(
        shown(&town.wang, LedgerKind::Matters, &day, &columns).len(),
        2
    );
    let columns = ["grid", "name", "category", "risk"];
    let care = shown(
        &town.office,
        LedgerKind::Care,
        &LedgerScope::default(),
        &columns,
    );
    for line in ["LY02 周奶奶 独居 高", "LY12 小远 困境儿童 高"] {
        assert!(care.iter().any(|c| c == line), "{line} in {care:#?}");
    }
    let columns = ["grid", "who"];
    let scope = LedgerScope {
        grid: Some("LY06".to_owned()),
        ..LedgerScope::default()
    };
    let all = shown(&town.office, LedgerKind::Responsible, &scope, &columns);
    assert_eq!(all, vec!["LY06 王建国"; 20]);
}

pub(crate) fn of_the_report(town: &Town) {
    let report = town
        .office
        .month_report(Month::parse("2026-12"), None)
        .unwrap();
    assert_eq!(report.grids.len(), 15);
    let total = &report.total;
    assert_eq!((total.visits, total.matters_raised), (6, 5));
    assert_eq!((total.nobody_home.part, total.nobody_home.whole), (2, 6));
    assert_eq!((total.in_grid.part, total.in_grid.whole), (4, 5));
    assert_eq!((total.responded.part, total.responded.whole), (5, 5));
    assert_eq!(total.first_response_hours, Some(0.0));
    // The sewage visit was at one of the campaign's twenty doors.
    let done: Vec<_> = report
        .activities
        .iter()
        .map(|a| {
            (
                a.name.as_str(),
                a.doors.map(|d| (d.part, d.whole)),
                a.visitors,
            )
        })
        .collect();
    assert_eq!(
        done,
        [
            ("居委会一楼", None, Some(12)),
            ("燃气安全检查", Some((1, 20)), None)
        ]
    );
}

/// Every home agrees with itself, has sent everything, and holds what it may and no more.
pub(crate) fn of_every_home(town: &Town) {
    let office = town.office.dump_projections().unwrap();
    for home in town.homes() {
        let status = home.status().unwrap();
        let left = (
            status.pending,
            status.waiting,
            status.quarantined,
            status.conflicts,
        );
        assert_eq!(left, (0, 0, 0, 0));
        assert!(home.doctor().unwrap().ok());
        for line in home.dump_projections().unwrap() {
            assert!(office.contains(&line), "only on a phone: {line}");
        }
    }
    assert_eq!(town.li.doors(None).unwrap().len(), 100);
    assert_eq!(town.office.doors(None).unwrap().len(), 300);
}
