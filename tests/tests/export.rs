//! The export: every write once, in the order of the device's log, and lines from which a reader can
//! tell what stands.

#![allow(clippy::unwrap_used)] // a test that cannot go on has failed

use std::collections::{BTreeSet, HashSet};

use doorknock::model::kind::Data;
use doorknock::{Doorknock, ExportLine};
use doorknock_tests::{Crew, visit};
use proptest::prelude::*;

fn text(text: &str) -> Data {
    Data::text(text)
}

fn scene(seed: u64) -> Crew {
    Crew::new(seed, &["G1"], 4)
}

/// Everything after a cursor, in pages of so many changes.
fn all(home: &Doorknock, since: Option<&str>, changes: u32) -> Vec<ExportLine> {
    let mut lines = home.export(since, changes).unwrap();
    let mut page = lines.clone();
    while let Some(last) = page.pop() {
        page = home.export(Some(&last.cursor), changes).unwrap();
        assert_ne!(
            page.last().map(|l| &l.cursor),
            Some(&last.cursor),
            "it goes on"
        );
        lines.extend_from_slice(&page);
    }
    lines
}

fn end(home: &Doorknock) -> String {
    all(home, None, 100).pop().unwrap().cursor
}

/// What stands under a field of a document, as docs/export.md tells a reader to find it.
fn standing<'l>(lines: &'l [ExportLine], id: &str, field: &str) -> BTreeSet<&'l str> {
    let of = |line: &&ExportLine| line.id.to_string() == id && line.field == field;
    let replaced: HashSet<&String> = lines.iter().filter(of).flat_map(|l| &l.replaces).collect();
    let stands = lines
        .iter()
        .filter(of)
        .filter(|line| !replaced.contains(&line.op));
    stands
        .filter_map(|line| line.value.as_ref()?.as_text())
        .collect()
}

#[test]
fn a_reader_of_the_lines_finds_values_side_by_side_and_what_ended_the_conflict() {
    let scene = scene(1);
    let crew = scene
        .li
        .add_record("crew", None, &[("name", text("三栋敲门组"))])
        .unwrap();
    scene.sync();
    let version = scene.li.record(crew).unwrap().version;
    for (home, name) in [(&scene.li, "李文丽"), (&scene.wang, "王建国")] {
        home.edit_record(crew, Some(&version), &[("worker", text(name))])
            .unwrap();
    }
    scene.sync();
    let id = crew.to_string();
    for home in [&scene.office, &scene.li, &scene.wang] {
        let lines = all(home, None, 100);
        assert_eq!(standing(&lines, &id, "worker"), ["李文丽", "王建国"].into());
        assert_eq!(standing(&lines, &id, "name"), ["三栋敲门组"].into());
    }
    let version = scene.office.record(crew).unwrap().version;
    let decided = [("worker", text("李文丽"))];
    scene
        .office
        .edit_record(crew, Some(&version), &decided)
        .unwrap();
    assert_eq!(
        standing(&all(&scene.office, None, 100), &id, "worker"),
        ["李文丽"].into()
    );
}

#[test]
fn text_that_several_people_edit_stands_in_each_line_as_it_then_reads() {
    let scene = scene(2);
    let before = end(&scene.office);
    let case = scene
        .li
        .add_record("case", None, &[("title", text("出院后照护"))])
        .unwrap();
    let note = scene
        .li
        .append_record(case, "note", None, &text("腰疼。"))
        .unwrap();
    scene.sync();
    let version = scene.wang.record(case).unwrap().version;
    for (home, edit) in [(&scene.li, "腰疼。陪同就医。"), (&scene.wang, "腰疼三天。")]
    {
        assert!(
            home.edit_text(case, "note", Some(&note), &version, edit)
                .unwrap()
        );
    }
    scene.sync();
    let lines = all(&scene.office, Some(&before), 1);
    let notes: Vec<&ExportLine> = lines.iter().filter(|line| line.field == "note").collect();
    assert!(
        notes
            .iter()
            .all(|line| line.key.as_deref() == Some(&*note) && line.kind == "case")
    );
    let reads: Vec<_> = notes
        .iter()
        .map(|line| line.value.clone().unwrap())
        .collect();
    let merged = "腰疼三天。陪同就医。";
    let (first, last) = (&reads[0], &reads[reads.len() - 1]);
    assert_eq!(
        (reads.len(), first, last),
        (3, &text("腰疼。"), &text(merged))
    );
    assert!([text("腰疼。陪同就医。"), text("腰疼三天。")].contains(&reads[1]));
}

#[test]
fn a_cursor_is_of_one_log_and_survives_a_restart_a_rebuild_and_tidying() {
    let scene = scene(3);
    let here = end(&scene.office);
    let error = scene.li.export(Some(&here), 10).unwrap_err();
    assert_eq!(error.code(), "cursor_unknown");
    while scene.office.maintain().unwrap() {}
    scene.office.rebuild().unwrap();
    let lines = all(&scene.office, None, 7);
    drop(scene.office);
    let office = scene.world.open("office", None).unwrap();
    assert_eq!(all(&office, None, 1000), lines);
    assert_eq!(office.export(Some(&here), 10).unwrap(), []);
    let door = office.doors(None).unwrap()[0].door;
    office.log_visit(&visit(door, "小结")).unwrap();
    let fields: Vec<_> = office.export(Some(&here), 10).unwrap();
    let fields: BTreeSet<_> = fields.iter().map(|line| line.field.clone()).collect();
    assert_eq!(fields, ["tick".to_owned(), "visit".to_owned()].into());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn however_it_is_cut_every_write_is_handed_out_once_and_in_one_order(
        seed in 0_u64..1000,
        days in prop::collection::vec((0_usize..3, any::<bool>(), 1_u32..9, any::<prop::sample::Index>()), 1..8),
    ) {
        let scene = scene(seed);
        let homes = [&scene.office, &scene.li, &scene.wang];
        let doors = scene.office.doors(None).unwrap();
        let mut taken: Vec<ExportLine> = Vec::new();
        for (who, synced, changes, at) in days {
            let door = at.get(&doors).door;
            homes[who].log_visit(&visit(door, "小结")).unwrap();
            if synced {
                scene.sync();
            }
            // The reader kept part of a page, and comes back with the last line it has whole.
            let since = taken.last().map(|line| line.cursor.clone());
            let page = scene.office.export(since.as_deref(), changes).unwrap();
            let kept = at.index(page.len() + 1);
            taken.extend(page.into_iter().take(kept));
        }
        scene.sync();
        let since = taken.last().map(|line| line.cursor.clone());
        taken.extend(all(&scene.office, since.as_deref(), 3));
        prop_assert_eq!(&taken, &all(&scene.office, None, 1000));
        let named: HashSet<_> = taken.iter().map(|line| (line.id, line.op.clone())).collect();
        prop_assert_eq!(named.len(), taken.len());
        // Two phones of one grid hold the same writes, each in its own order.
        let [li, wang] = [&scene.li, &scene.wang].map(|home| {
            let lines = all(home, None, 50);
            lines.into_iter().map(|l| (l.id, l.op)).collect::<HashSet<_>>()
        });
        prop_assert_eq!(li, wang);
    }
}
