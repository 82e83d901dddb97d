//! What two phones write at once.

use doorknock::model::cadence::Cadence;
use doorknock::model::care::{CareCategory, RiskLevel};
use doorknock::model::ids::PersonId;
use doorknock::model::kinds::EndReason;
use doorknock::{CareReview, DoorEdit, Doorknock, PersonEdit, TodoKind};

use crate::street::*;

#[test]
fn categories_that_two_phones_add_unite_and_the_higher_of_two_risks_stands() {
    let street = street(6);
    let Street {
        office,
        li,
        wang,
        door,
        ..
    } = &street;
    let person = li
        .add_care(
            *door,
            "赵奶奶",
            None,
            &[need(CareCategory::LivesAlone, None)],
        )
        .unwrap();
    street.sync();
    // Offline: one adds a category and lowers the risk, the other adds another and raises it.
    let risk = |risk| CareReview {
        category: Some(CareCategory::LivesAlone),
        risk: Some(risk),
        ..CareReview::default()
    };
    li.add_care(*door, "赵奶奶", None, &[need(CareCategory::Disabled, None)])
        .unwrap();
    li.review_care(person, &risk(RiskLevel::General)).unwrap();
    wang.add_care(
        *door,
        "赵奶奶",
        None,
        &[need(CareCategory::ChronicIllness, None)],
    )
    .unwrap();
    wang.review_care(person, &risk(RiskLevel::High)).unwrap();
    street.sync();
    for home in [li, wang, office] {
        let needs = home.person(person).unwrap().info.needs;
        let of = |category| needs.iter().find(|n| n.category == category).unwrap();
        assert_eq!(needs.len(), 3);
        assert_eq!(of(CareCategory::LivesAlone).risk, Some(RiskLevel::High));
        assert_eq!(of(CareCategory::Disabled).risk, Some(RiskLevel::Key));
        assert_eq!(cadence(home, *door).as_deref(), Some("weekly"));
        assert!(todos(home).contains(&(TodoKind::Conflict, Some(*door))));
        assert_eq!(home.person(person).unwrap().reviews.len(), 2);
    }
    street.same_everywhere();
    // Whoever says so decides, everywhere.
    office.review_care(person, &risk(RiskLevel::Key)).unwrap();
    street.sync();
    for home in [li, wang, office] {
        assert_eq!(cadence(home, *door).as_deref(), Some("monthly"));
        assert_eq!(home.status().unwrap().conflicts, 0);
        assert!(home.todos().unwrap().is_empty());
    }
    street.same_everywhere();
}

#[test]
fn two_phone_numbers_written_at_once_are_both_kept_until_somebody_decides() {
    let street = street(7);
    let Street {
        office, li, wang, ..
    } = &street;
    let person: PersonId = li.care_list(None, false).unwrap()[0].person.person;
    let phone = |text: &str| PersonEdit {
        phone: Some(text.to_owned()),
        ..PersonEdit::default()
    };
    let version = |home: &Doorknock| home.person(person).unwrap().version;
    assert!(
        li.edit_person(person, &version(li), &phone("1000-111"))
            .unwrap()
    );
    assert!(
        wang.edit_person(person, &version(wang), &phone("1000-222"))
            .unwrap()
    );
    street.sync();
    for home in [li, wang, office] {
        assert_eq!(home.status().unwrap().conflicts, 1);
        assert_eq!(todos(home).len(), 1);
    }
    street.same_everywhere();
    // A form opened before somebody else saved it becomes a conflict, never a loss.
    let old = version(office);
    let name = |name: &str| PersonEdit {
        name: Some(name.to_owned()),
        ..PersonEdit::default()
    };
    office.edit_person(person, &old, &name("钱奶奶")).unwrap();
    office.edit_person(person, &old, &name("钱大娘")).unwrap();
    assert_eq!(office.status().unwrap().conflicts, 2);
    let blank = office.edit_person(person, &version(office), &name("  "));
    assert_eq!(blank.unwrap_err().code(), "bad_name");
    let cleared = PersonEdit {
        remark: Some(String::new()),
        ..PersonEdit::default()
    };
    assert!(
        !office
            .edit_person(person, &version(office), &cleared)
            .unwrap()
    );
}

#[test]
fn needs_changed_on_two_phones_at_once_may_leave_the_plan_behind_and_a_person_mends_it() {
    let street = street(8);
    let Street {
        office,
        li,
        wang,
        door,
        ..
    } = &street;
    let person = li
        .add_care(
            *door,
            "赵奶奶",
            None,
            &[need(CareCategory::LivesAlone, None)],
        )
        .unwrap();
    street.sync();
    // Both end a need: for each there is one left, for both there is none.
    wang.add_care(
        *door,
        "赵爷爷",
        None,
        &[need(CareCategory::LivesAlone, None)],
    )
    .unwrap();
    street.sync();
    let end = |home: &Doorknock, person| home.end_care(person, None, EndReason::Moved, None);
    let other = wang
        .care_list(None, false)
        .unwrap()
        .into_iter()
        .find(|line| line.person.name.as_deref() == Some("赵爷爷"))
        .unwrap();
    end(li, person).unwrap();
    end(wang, other.person.person).unwrap();
    street.sync();
    for home in [li, wang, office] {
        assert_eq!(cadence(home, *door).as_deref(), Some("monthly"));
        assert_eq!(todos(home), [(TodoKind::Plan, Some(*door))]);
    }
    assert!(office.replan(*door).unwrap() && !office.replan(*door).unwrap());
    street.sync();
    for home in [li, wang, office] {
        assert_eq!(cadence(home, *door), None);
        assert!(home.todos().unwrap().is_empty());
        assert_eq!(home.status().unwrap().conflicts, 0);
    }
    street.same_everywhere();
}

#[test]
fn a_plan_that_a_person_chose_stands_over_one_that_followed_from_a_need_at_the_same_time() {
    let street = street(14);
    let Street {
        office, li, wang, ..
    } = &street;
    let doors = li.doors(None).unwrap();
    let free: Vec<_> = doors.iter().filter(|d| d.cadence.is_none()).collect();
    assert!(free.len() >= 4);
    for door in &free {
        let quarterly = DoorEdit {
            cadence: Some(Some(Cadence::Quarterly)),
            ..DoorEdit::default()
        };
        let version = li.door(door.door).unwrap().version;
        li.edit_door(door.door, &version, &quarterly).unwrap();
        let lives_alone = need(CareCategory::LivesAlone, None);
        wang.add_care(door.door, "赵奶奶", None, &[lives_alone])
            .unwrap();
    }
    street.sync();
    for home in [li, wang, office] {
        for door in &free {
            assert_eq!(cadence(home, door.door).as_deref(), Some("quarterly"));
            assert!(todos(home).contains(&(TodoKind::Conflict, Some(door.door))));
        }
    }
    street.same_everywhere();
}
