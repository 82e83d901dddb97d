//! Needs, reviews and plans on one device and the next.

use doorknock::model::cadence::Cadence;
use doorknock::model::care::{CareCategory, LegalBasis, RiskLevel};
use doorknock::model::ids::DoorId;
use doorknock::model::kinds::{EndReason, Outcome};
use doorknock::{CareReview, Consent, DoorEdit, Doorknock, NewNeed, NewVisit, TodoKind};
use doorknock_tests::{roster, visit};

use crate::street::*;

#[test]
fn a_need_gives_the_door_a_plan_and_its_end_takes_it_off() {
    let Street {
        world,
        li,
        wang,
        door,
        office,
        ..
    } = &street(1);
    let person = li
        .add_care(
            *door,
            " 赵奶奶 ",
            Some("1000-321"),
            &[
                need(CareCategory::ChronicIllness, None),
                need(CareCategory::LivesAlone, None),
            ],
        )
        .unwrap();
    // 独居 asks for a visit a month, 慢病 for one a quarter.
    assert_eq!(cadence(li, *door).as_deref(), Some("monthly"));
    assert!(is_due(li, *door, "2026-11-21"));
    let twice = li.add_care(
        *door,
        "赵奶奶",
        None,
        &[need(CareCategory::LivesAlone, None)],
    );
    assert_eq!(twice.unwrap_err().code(), "need_exists");
    sync(world, &[li, wang, office]);

    // The other phone reads it, and ends one need after the other.
    let detail = wang.person(person).unwrap();
    assert_eq!(detail.info.name.as_deref(), Some("赵奶奶"));
    assert_eq!(detail.info.phone.as_deref(), Some("1000-321"));
    assert_eq!(detail.info.needs.len(), 2);
    assert!(
        detail
            .info
            .needs
            .iter()
            .all(|n| n.basis == Some(LegalBasis::StatutoryDuty)
                && n.review == Some(day("2027-11-21")))
    );
    let end = |category| wang.end_care(person, category, EndReason::Recovered, Some("已好转"));
    end(Some(CareCategory::LivesAlone)).unwrap();
    assert_eq!(cadence(wang, *door).as_deref(), Some("quarterly"));
    end(None).unwrap();
    assert_eq!(cadence(wang, *door), None);
    assert_eq!(end(None).unwrap_err().code(), "no_such_need");
    sync(world, &[wang, li]);
    assert_eq!(cadence(li, *door), None);
    let ended = li.person(person).unwrap().info.needs;
    assert!(
        ended
            .iter()
            .all(|n| n.until == Some(day("2026-11-21")) && n.reason == Some(EndReason::Recovered))
    );
    assert!(li.todos().unwrap().is_empty());

    // What ended may begin again.
    li.add_care(
        *door,
        "赵奶奶",
        None,
        &[need(CareCategory::LivesAlone, Some(RiskLevel::High))],
    )
    .unwrap();
    assert_eq!(cadence(li, *door).as_deref(), Some("weekly"));
}

#[test]
fn a_volunteer_or_anyone_reading_the_card_learns_no_reason() {
    let Street { li, door, .. } = &street(2);
    li.add_care(
        *door,
        "赵奶奶",
        None,
        &[need(CareCategory::LostOnlyChild, None)],
    )
    .unwrap();
    let hex = door.to_string();
    let card: Vec<_> = li
        .dump_projections()
        .unwrap()
        .into_iter()
        .filter(|line| line.starts_with("door ") && line.contains(&hex))
        .collect();
    assert_eq!(card.len(), 1);
    assert!(
        card[0].contains("monthly") && !card[0].contains("赵奶奶"),
        "{card:?}"
    );
    for part in ["risk", "basis", "category", "note", "consent"] {
        assert!(!card[0].contains(part), "{part}: {card:?}");
    }
}

#[test]
fn consent_says_who_when_for_what_and_until_when_and_bounds_the_review() {
    let Street { li, door, .. } = &street(3);
    let consent = Consent {
        by: "本人".to_owned(),
        on: day("2026-11-20"),
        purpose: "定期上门".to_owned(),
        until: day("2027-05-20"),
    };
    let asked = |consent: Consent, review: Option<&str>| {
        let need = NewNeed {
            consent: Some(consent),
            review: review.map(day),
            ..need(CareCategory::EmptyNest, None)
        };
        li.add_care(*door, "孙爷爷", None, &[need])
    };
    let bad = [
        Consent {
            by: " ".to_owned(),
            ..consent.clone()
        },
        Consent {
            purpose: String::new(),
            ..consent.clone()
        },
        Consent {
            on: day("2026-11-22"),
            ..consent.clone()
        },
        Consent {
            until: day("2026-11-20"),
            ..consent.clone()
        },
    ];
    for consent in bad {
        assert_eq!(asked(consent, None).unwrap_err().code(), "bad_consent");
    }
    for review in ["2027-05-21", "2026-11-21", "2020-01-01"] {
        let refused = asked(consent.clone(), Some(review)).unwrap_err();
        assert_eq!(refused.code(), "bad_review", "{review}");
    }
    assert!(li.people_behind(*door).iter().all(|name| name != "孙爷爷"));
    let person = asked(consent.clone(), None).unwrap();
    let needs = li.person(person).unwrap().info.needs;
    assert_eq!(needs[0].consent.as_ref(), Some(&consent));
    assert_eq!(needs[0].basis, Some(LegalBasis::Consent));
    assert_eq!(needs[0].review, Some(consent.until));
}

trait PeopleBehind {
    fn people_behind(&self, door: DoorId) -> Vec<String>;
}

impl PeopleBehind for Doorknock {
    fn people_behind(&self, door: DoorId) -> Vec<String> {
        let people = self.door(door).unwrap().people;
        people.into_iter().filter_map(|p| p.name).collect()
    }
}

#[test]
fn a_review_moves_the_date_and_keeps_who_looked_and_what_they_found() {
    let Street {
        world,
        office,
        li,
        wang,
        door,
        ..
    } = &street(4);
    let person = li
        .add_care(*door, "赵奶奶", None, &[need(CareCategory::Disabled, None)])
        .unwrap();
    assert!(li.care_list(Some("G1"), true).unwrap().is_empty());
    world.clock.advance(366 * 86_400_000);
    let due = li.care_list(None, true).unwrap();
    assert!(due.iter().all(|line| line.review_due));
    assert!(due.iter().any(|line| line.person.person == person));
    assert!(todos(li).contains(&(TodoKind::Review, Some(*door))));
    let wrong = CareReview {
        next: Some(day("2026-01-01")),
        ..CareReview::default()
    };
    assert_eq!(
        li.review_care(person, &wrong).unwrap_err().code(),
        "bad_review"
    );
    let review = CareReview {
        next: Some(day("2028-01-31")),
        note: Some("轮椅已更换".to_owned()),
        ..CareReview::default()
    };
    li.review_care(person, &review).unwrap();
    assert!(!todos(li).contains(&(TodoKind::Review, Some(*door))));
    sync(world, &[li, wang, office]);
    let detail = wang.person(person).unwrap();
    assert_eq!(detail.info.needs[0].review, Some(day("2028-01-31")));
    let kept = &detail.reviews[0];
    assert_eq!(
        (kept.by.as_str(), kept.on, kept.note.as_deref()),
        ("李文丽", Some(day("2027-11-22")), Some("轮椅已更换"))
    );
    assert_eq!(
        cadence(wang, *door).as_deref(),
        Some("monthly"),
        "the plan did not change"
    );
}

#[test]
fn a_risk_that_rises_to_high_is_due_by_the_next_day_whenever_the_last_visit_was() {
    let Street {
        world, li, door, ..
    } = &street(5);
    let person = li
        .add_care(
            *door,
            "赵奶奶",
            None,
            &[need(CareCategory::EmptyNest, None)],
        )
        .unwrap();
    li.log_visit(&visit(*door, "一切正常")).unwrap();
    assert!(!is_due(li, *door, "2026-11-22"));
    let review = CareReview {
        risk: Some(RiskLevel::High),
        ..CareReview::default()
    };
    li.review_care(person, &review).unwrap();
    assert_eq!(cadence(li, *door).as_deref(), Some("weekly"));
    assert!(is_due(li, *door, "2026-11-22"), "by the next day");
    world.clock.advance(86_400_000);
    li.log_visit(&visit(*door, "已探望")).unwrap();
    assert!(!is_due(li, *door, "2026-11-28") && is_due(li, *door, "2026-11-29"));
    // Reviewed again at the same level: no new change, no new visit.
    li.review_care(person, &review).unwrap();
    assert!(!is_due(li, *door, "2026-11-28"));
}

#[test]
fn a_plan_that_a_person_chose_stays_whatever_the_needs_become() {
    let Street { li, door, .. } = &street(9);
    let version = li.door(*door).unwrap().version;
    let daily = DoorEdit {
        cadence: Some(Some(Cadence::Daily)),
        ..DoorEdit::default()
    };
    li.edit_door(*door, &version, &daily).unwrap();
    let person = li
        .add_care(
            *door,
            "赵奶奶",
            None,
            &[need(CareCategory::LivesAlone, None)],
        )
        .unwrap();
    assert_eq!(cadence(li, *door).as_deref(), Some("daily"));
    assert!(li.door(*door).unwrap().info.by_hand);
    li.end_care(person, None, EndReason::Deceased, None)
        .unwrap();
    assert_eq!(cadence(li, *door).as_deref(), Some("daily"));
    assert!(li.todos().unwrap().is_empty());
    assert!(li.replan(*door).unwrap(), "unless somebody lets it follow");
    assert_eq!(cadence(li, *door), None);
}

#[test]
fn the_community_says_how_often_each_level_is_due_and_plans_follow_when_asked_to() {
    let street = street(10);
    let Street {
        office, li, door, ..
    } = &street;
    let high = |home: &Doorknock| home.default_cadences().unwrap()[0];
    assert_eq!(high(li), (RiskLevel::High, Cadence::Weekly));
    let refused = li.set_default_cadence(RiskLevel::High, Cadence::Daily);
    assert_eq!(refused.unwrap_err().code(), "not_office");
    let own = NewNeed {
        cadence: Some(Cadence::EveryDays(3)),
        ..need(CareCategory::Destitute, None)
    };
    li.add_care(
        *door,
        "赵奶奶",
        None,
        &[need(CareCategory::UnableToSelfCare, None)],
    )
    .unwrap();
    street.sync();
    office
        .set_default_cadence(RiskLevel::High, Cadence::EveryDays(5))
        .unwrap();
    street.sync();
    assert_eq!(high(li), (RiskLevel::High, Cadence::EveryDays(5)));
    assert_eq!(todos(li), [(TodoKind::Plan, Some(*door))]);
    assert_eq!(li.replan_all().unwrap(), 1);
    assert_eq!(cadence(li, *door).as_deref(), Some("every:5"));
    assert!(li.todos().unwrap().is_empty());
    // A need's own cadence counts as it is.
    li.add_care(*door, "赵爷爷", None, &[own]).unwrap();
    assert_eq!(cadence(li, *door).as_deref(), Some("every:3"));
    street.sync();
    street.same_everywhere();
}

#[test]
fn people_in_care_are_found_by_category_and_listed_in_walking_order() {
    let Street { li, door, .. } = &street(11);
    assert!(
        li.search("失独", 10).unwrap().is_empty(),
        "nobody yet is {door}"
    );
    let person = li
        .add_care(
            *door,
            "单乐重",
            Some("1000-888"),
            &[need(CareCategory::LostOnlyChild, None)],
        )
        .unwrap();
    for query in ["失独", "shanyuechong", "syc", "0888"] {
        let hits = li.search(query, 10).unwrap();
        assert_eq!(hits[0].id, person.to_string(), "{query}");
    }
    li.end_care(person, None, EndReason::Withdrawn, None)
        .unwrap();
    assert!(li.search("失独", 10).unwrap().is_empty());
    assert!(!li.search("单乐重", 10).unwrap().is_empty());
    let list = li.care_list(Some("G1"), false).unwrap();
    let addresses: Vec<_> = list.iter().map(|line| line.address.clone()).collect();
    let doors: Vec<_> = li
        .doors(None)
        .unwrap()
        .into_iter()
        .map(|d| d.address)
        .collect();
    let in_order: Vec<_> = doors
        .into_iter()
        .filter(|a| addresses.contains(a))
        .collect();
    assert_eq!(addresses, in_order);
    assert_eq!(li.find_person(&person.to_string()[..8]).unwrap(), person);
    assert_eq!(li.find_person("zzzz").unwrap_err().code(), "not_found");
}

#[test]
fn importing_again_changes_no_need_that_the_office_recorded() {
    let street = street(12);
    let Street { office, world, .. } = &street;
    let list = roster(&["G1"], 8);
    let lines = office.care_list(None, false).unwrap();
    let (first, second) = (&lines[0], &lines[1]);
    let review = CareReview {
        next: Some(day("2027-01-31")),
        note: Some("常住女儿家".to_owned()),
        ..CareReview::default()
    };
    office.review_care(first.person.person, &review).unwrap();
    office
        .end_care(second.person.person, None, EndReason::Moved, None)
        .unwrap();
    let before = office.dump_projections().unwrap();
    // A roster still lists, as pressing, whom the office knows to have moved.
    let moved = second.person.name.clone();
    let mut list = list;
    let row = list.rows.iter_mut().find(|row| row.name == moved).unwrap();
    row.risk = Some(RiskLevel::High);
    let again = office
        .import(&list, Default::default(), &world.net(), &mut |_, _| {})
        .unwrap();
    assert_eq!((again.doors_updated, again.unchanged), (0, 8));
    assert_eq!(office.dump_projections().unwrap(), before);
}

#[test]
fn somebody_who_died_leaves_care_once_a_person_confirms_it() {
    let Street { li, door, .. } = &street(15);
    let person = li
        .add_care(*door, "赵奶奶", None, &[need(CareCategory::Disabled, None)])
        .unwrap();
    let found = NewVisit {
        outcome: Outcome::Deceased,
        answers: vec![],
        ..visit(*door, "邻居告知")
    };
    let visit = li.log_visit(&found).unwrap();
    assert_eq!(todos(li), [(TodoKind::Outcome, Some(*door))]);
    assert_eq!(cadence(li, *door).as_deref(), Some("monthly"));
    li.confirm_outcome(visit, &[person]).unwrap();
    assert!(li.todos().unwrap().is_empty());
    assert_eq!(cadence(li, *door), None);
    let ended = li.person(person).unwrap().info.needs;
    assert_eq!(ended[0].reason, Some(EndReason::Deceased));
}
