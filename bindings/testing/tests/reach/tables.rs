//! The community, plans, checklists, ledgers, the report, the export, files, upkeep.

use doorknock_ffi::{
    Cadence, ChecklistAsks, CompoundKind, DoorKind, FileScope, LedgerCell, LedgerKind, MemberRole,
    RecordValue, RiskLevel,
};

use super::{Scene, code, day, hex, met};

#[test]
fn the_community_and_its_plans_are_the_offices_to_set() {
    let scene = Scene::new();
    let (li, office) = (&scene.li, &scene.office);
    let here = li.community().unwrap().unwrap();
    assert_eq!((here.role, here.utc_offset), (MemberRole::Worker, 480));
    assert_eq!(here.name.as_deref(), Some("柳荫社区"));
    let grids = li.grids().unwrap();
    assert_eq!((grids[0].code.as_str(), grids[0].mine), ("G1", true));

    let (walk_up, household) = (Some(CompoundKind::WalkUp), DoorKind::Household);
    let rule = Some(Cadence::EveryDays { days: 60 });
    let refused = li.set_plan_rule(walk_up, household, rule.clone(), None);
    assert_eq!(code(refused), "not_office");
    assert!(
        office
            .set_compound("花园".to_owned(), CompoundKind::WalkUp)
            .unwrap()
    );
    assert!(
        office
            .set_plan_rule(walk_up, household, rule.clone(), None)
            .unwrap()
    );
    assert!(
        office
            .set_default_cadence(RiskLevel::General, Cadence::Monthly)
            .unwrap()
    );
    scene.sync();
    let rules = li.plan_rules().unwrap();
    assert_eq!(
        (rules[0].compound, Some(&rules[0].cadence)),
        (walk_up, rule.as_ref())
    );
    assert_eq!(li.compounds().unwrap()[0].kind, walk_up);
    let general = li.default_cadences().unwrap().remove(2);
    assert_eq!(
        (general.risk, general.cadence),
        (RiskLevel::General, Cadence::Monthly)
    );
    assert!(
        office
            .set_plan_rule(walk_up, household, None, None)
            .unwrap()
    );
    assert!(!office.replan(scene.doors()[0]).unwrap());
    assert_eq!(office.replan_all().unwrap(), 0);
}

#[test]
fn a_checklist_of_the_communitys_own_is_added_answered_and_retired() {
    let scene = Scene::new();
    let (li, office) = (&scene.li, &scene.office);
    let rows = [
        ["清单", "stairs", "楼道巡查", "Stairway check", "1", ""],
        ["分组", "", "消防", "Fire", "", ""],
        [
            "项目",
            "lamp",
            "应急灯",
            "Emergency lamp",
            "选择",
            "亮=works/不亮=dark",
        ],
    ];
    let rows = || rows.map(|row| row.map(str::to_owned).to_vec()).to_vec();
    assert_eq!(code(li.add_template(rows())), "not_office");
    let added = office.add_template(rows()).unwrap();
    scene.sync();
    let shown = li.template("stairs".to_owned()).unwrap();
    assert_eq!(shown, added);
    let ChecklistAsks::OneOf { options } = &shown.groups[0].items[0].asks else {
        unreachable!("one of two was asked for");
    };
    let mut new = met(scene.doors()[0], "巡查");
    new.checklist = Some("stairs".to_owned());
    new.answers = vec![format!("lamp={}", options[1].zh)];
    let visit = li.log_visit(new).unwrap();
    assert_eq!(li.visit(visit).unwrap().answers[0].answer.en, "dark");
    assert!(office.retire_template("stairs".to_owned()).unwrap());
    let all = office.templates().unwrap();
    assert!(
        all.iter()
            .any(|list| list.code == "stairs" && list.retired.is_some())
    );
    assert!(all.iter().any(|list| list.built_in));
}

#[test]
fn ledgers_the_report_and_the_export_cross_as_data() {
    let scene = Scene::new();
    let (li, office) = (&scene.li, &scene.office);
    let visit = li.log_visit(met(scene.doors()[0], "照常")).unwrap();
    scene.sync();
    let ledger = office.ledger(LedgerKind::Visits, None, None, None).unwrap();
    assert_eq!(ledger.rows[0].cells.len(), ledger.columns.len());
    assert!(
        ledger.rows[0]
            .cells
            .iter()
            .any(|cell| matches!(cell, LedgerCell::Time { .. }))
    );
    let no_period = office.ledger(LedgerKind::Care, None, Some(day("2026-01-01")), None);
    assert_eq!(code(no_period), "no_period");
    let long_ago = Some(day("2020-01-31"));
    let none = office
        .ledger(LedgerKind::Visits, None, None, long_ago)
        .unwrap();
    assert_eq!(none.rows, []);

    let report = office.month_report(None, Some("G1".to_owned())).unwrap();
    assert_eq!(
        (report.total.visits, report.grids[0].grid.as_str()),
        (1, "G1")
    );
    assert_eq!(report.sheets.len(), 3);
    let before = office.month_report(long_ago, None).unwrap();
    assert_eq!((before.first, before.total.visits), (day("2020-01-01"), 0));

    let (mut lines, mut after) = (Vec::new(), None);
    loop {
        let more = office.export(after, 3).unwrap();
        let Some(last) = more.last() else { break };
        after = Some(last.cursor.clone());
        lines.extend(more);
    }
    let key = hex(visit);
    let line = lines
        .iter()
        .find(|line| line.key.as_deref() == Some(&key) && line.kind == "visit_book");
    let Some(RecordValue::Parts { parts }) = &line.unwrap().value else {
        unreachable!("a visit has parts");
    };
    assert!(
        parts
            .iter()
            .any(|part| matches!(part.value, RecordValue::Time { .. }))
    );
    assert_eq!(
        code(office.export(Some("00-0-00".to_owned()), 1)),
        "cursor_unknown"
    );
}

#[test]
fn a_file_carries_a_visit_past_the_hub() {
    let scene = Scene::new();
    let (li, office) = (&scene.li, &scene.office);
    let visit = li.log_visit(met(scene.doors()[0], "没有信号")).unwrap();
    let path = scene
        .folder
        .path()
        .join("给办公室.knock")
        .display()
        .to_string();
    let written = li.sync_to_file(path.clone(), FileScope::Missing).unwrap();
    assert!(written.own > 0 && written.bytes > 0);
    assert_eq!(
        code(li.sync_to_file(path.clone(), FileScope::Missing)),
        "file_exists"
    );
    let place = || li.place_of_visit(visit).unwrap().says.unwrap().code;
    assert_eq!(place(), "sealed");
    li.handed_to_file(written).unwrap();
    assert_eq!(place(), "carried");
    let read = office.sync_from_file(path.clone()).unwrap();
    assert!(read.whole && read.pulled > 0);
    assert_eq!(read.by.as_deref(), Some("李文丽"));
    assert_eq!(
        office.visit(visit).unwrap().summary.as_deref(),
        Some("没有信号")
    );
    assert_eq!(
        code(office.sync_from_file(format!("{path}.none"))),
        "file_io"
    );

    let nowhere = scene.folder.path().join("none/x").display().to_string();
    assert_eq!(
        code(li.sync_to_file(nowhere, FileScope::Everything)),
        "file_not_written"
    );
    assert!(office.doctor().unwrap().ok);
    office.rebuild().unwrap();
    while office.maintain().unwrap() {}
}
