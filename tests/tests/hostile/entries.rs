//! Entries by a member that no app would write: each is set aside for its reason, on every device alike, and
//! what lies behind it is applied.

use doorknock::model::access::SpaceKind;
use doorknock::model::ids::{DocId, GridId};
use doorknock::model::kind::{Key, Value};
use doorknock::model::kinds::{DOOR_CARD, MEMBER_CARD, door_card, member_card};
use doorknock_replica::section::Dep;
use doorknock_sync::wire::Verdict;
use doorknock_tests::by_hand::{After, put, section};

use crate::cases::CASES;
use crate::rules::MORE;
use crate::scene::{Scene, has, visit_key};
use crate::texts::TEXTS;

#[test]
fn every_bad_entry_gets_its_verdict_and_blocks_nothing() {
    let mut s = Scene::new();
    let mut expected: Vec<&str> = Vec::new();
    for (n, case) in (0..).zip(CASES.iter().chain(MORE).chain(TEXTS)) {
        (case.write)(&mut s, 1800 + n);
        let good = s.good_visit_behind();
        expected.extend(case.reasons);
        for (home, name) in [(&s.li, "李文丽"), (&s.office, "office")] {
            s.sync(home)
                .unwrap_or_else(|e| panic!("{}: {e}", case.name));
            assert!(
                has(home, &good),
                "{}: what lies behind it is applied",
                case.name
            );
            assert_eq!(s.reasons(name), expected, "{} at {name}", case.name);
            let shown = home
                .quarantine()
                .unwrap()
                .last()
                .map_or("", |line| line.reason.code);
            assert!(
                case.reasons.is_empty() || shown == case.code,
                "{}: {shown}",
                case.name
            );
        }
    }
    for home in [&s.li, &s.office] {
        let status = home.status().unwrap();
        assert_eq!(status.quarantined, expected.len() as u64);
        assert_eq!((status.waiting, status.conflicts), (0, 0));
        assert!(home.doctor().unwrap().ok());
        // Trying it all again gives the same verdicts.
        assert_eq!(home.retry_quarantine().unwrap(), 0);
        assert_eq!(home.status().unwrap().quarantined, expected.len() as u64);
    }
    let info = s.li.community().unwrap().unwrap();
    assert_eq!(info.name.as_deref(), Some("柳荫社区"), "the settings stand");
    assert!(has(&s.li, "原来的") && !has(&s.li, "替换的"));
    assert!(has(&s.li, "甲") && !has(&s.li, "乙"));
}

#[test]
fn the_hub_refuses_what_it_can_judge_without_a_key() {
    let mut s = Scene::new();
    let space = s.villain.space(SpaceKind::Casework, Some("G2"));
    let doc = s.book(2026);
    let elsewhere = s.villain.seal(&s.world, space, vec![(doc, vec![0])]);
    let unknown = s.villain.space(SpaceKind::Casework, Some("G9"));
    let nowhere = s.villain.seal(&s.world, unknown, vec![(doc, vec![0])]);
    let made = s.first(2026, vec![s.visit_op(1, "好")]);
    let good = s.entry_of(2026, &[&made]);
    let mut cut = good.clone();
    cut.truncate(good.len() - 1);
    let mut flipped = good.clone();
    *flipped.last_mut().unwrap() ^= 1;
    let pushed = [elsewhere.clone(), nowhere, cut, flipped.clone(), good];
    let verdicts = s.villain.push(&s.world, &pushed);
    use Verdict::{BadSignature, Malformed, NoRight, Stored, UnknownSpace};
    assert_eq!(
        verdicts,
        [NoRight, UnknownSpace, Malformed, BadSignature, Stored]
    );

    // And where a hub hands it out all the same, the office, which holds that grid, does not take it. Nor
    // one whose signature only a hub believes, which verifies many together.
    s.villain.slip_in(&s.world, space, &elsewhere);
    s.villain.slip_in(&s.world, s.casework(), &flipped);
    s.sync(&s.office).unwrap();
    assert_eq!(
        s.reasons("office"),
        ["entry_bad_signature", "no_right_to_space"]
    );
    assert!(has(&s.office, "好"));
}

#[test]
fn what_only_a_newer_version_knows_is_kept_as_unknown_and_not_set_aside() {
    let mut s = Scene::new();
    let newer_field = put(Key::with_id(77, &[1; 16]), Value::Text("将来".into()));
    let unreadable = put(visit_key(9), Value::Bytes(vec![0xff, 0xff]));
    let made = s.first(
        2026,
        vec![newer_field, unreadable, s.visit_op(1, "同一改动里的走访")],
    );
    let entry = s.entry_of(2026, &[&made]);
    s.push(&entry);
    for home in [&s.li, &s.office] {
        s.sync(home).unwrap();
        let status = home.status().unwrap();
        assert_eq!(
            (status.unknown, status.quarantined, status.waiting),
            (2, 0, 0)
        );
        assert!(has(home, "同一改动里的走访"));
        let before = home.dump_projections().unwrap();
        home.rebuild().unwrap();
        assert_eq!(home.dump_projections().unwrap(), before);
    }
}

#[test]
fn a_change_that_waits_for_what_never_comes_blocks_nothing() {
    let mut s = Scene::new();
    let missing = After {
        dep: Dep::Hash([8; 8]),
        hash: [8; 32],
        max_op: 5,
    };
    let made = s.villain.change(
        s.casework(),
        s.book(2026),
        1,
        &[missing],
        vec![s.visit_op(1, "等不到")],
    );
    let entry = s.entry_of(2026, &[&made]);
    s.push(&entry);
    let good = s.good_visit_behind();
    let own =
        s.li.log_visit(&doorknock_tests::visit(s.door, "同一本册子里的"))
            .unwrap();
    for home in [&s.li, &s.office] {
        s.sync(home).unwrap();
        let status = home.status().unwrap();
        assert_eq!(
            (status.waiting, status.quarantined, status.pending),
            (1, 0, 0)
        );
        assert!(has(home, &good) && !has(home, "等不到"));
        assert!(home.visit(own).is_ok());
        assert!(home.doctor().unwrap().ok());
    }
}

#[test]
fn a_member_may_write_its_own_card_and_door_cards_of_its_grid() {
    let mut s = Scene::new();
    let doc = MEMBER_CARD.document(
        s.villain.community(),
        GridId::default(),
        &[s.villain.member.as_bytes()],
    );
    let space = s.common();
    let name = put(Key::plain(member_card::NAME), Value::Text("手工".into()));
    let made = s.villain.change(
        space,
        doc,
        1,
        &[After::genesis(MEMBER_CARD.code)],
        vec![name],
    );
    let body = section(MEMBER_CARD.code, doc, &[&made]).encode();
    let card = s.villain.seal(&s.world, space, vec![(doc, body)]);
    let space = s.rounds();
    let doc = DocId(space.bind([4; 16]));
    let plan = put(Key::plain(door_card::EXTERNAL_ID), Value::Text("X1".into()));
    let made = s
        .villain
        .change(space, doc, 1, &[After::genesis(DOOR_CARD.code)], vec![plan]);
    let body = section(DOOR_CARD.code, doc, &[&made]).encode();
    let door = s.villain.seal(&s.world, space, vec![(doc, body)]);
    let visit = s.first(2026, vec![s.visit_op(1, "署名")]);
    let visit = s.entry_of(2026, &[&visit]);
    [card, door, visit].iter().for_each(|entry| s.push(entry));
    s.sync(&s.li).unwrap();
    assert_eq!(s.reasons("李文丽"), [] as [&str; 0]);
    let seen = s.li.visits(None, 10).unwrap();
    assert_eq!(
        (seen[0].by.as_str(), seen[0].member),
        ("手工", s.villain.member)
    );
}
