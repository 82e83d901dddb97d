//! Taking, leaving out, giving, adding: sets of records, so two phones that decide apart see both.

use super::*;

const LI: MemberId = MemberId([11; 16]);
const WANG: MemberId = MemberId([12; 16]);
const OFFICE: MemberId = MemberId([13; 16]);

fn decided(n: u8, by: MemberId, what: DecisionKind) -> Decision {
    Decision {
        id: DecisionId([n; 16]),
        by,
        assignment: matches!(what, DecisionKind::Assign | DecisionKind::Add),
        record: RoundDecision {
            door: household().door,
            what,
            member: None,
            reason: None,
            cancels: None,
        },
    }
}

fn why(mut decision: Decision, reason: &str) -> Decision {
    decision.record.reason = Some(reason.to_owned());
    decision
}

fn cancel(n: u8, by: MemberId, names: &[u8]) -> Decision {
    let mut decision = decided(n, by, DecisionKind::Cancel);
    decision.record.cancels = Some(names.iter().map(|n| DecisionId([*n; 16])).collect());
    decision
}

fn with(decisions: &[Decision]) -> Town {
    let mut town = Town::of(planned("weekly", "2028-05-01"));
    town.decisions = decisions.to_vec();
    town
}

#[test]
fn two_people_who_take_one_door_apart_see_each_other() {
    let (li, wang) = (
        decided(1, LI, DecisionKind::Take),
        decided(2, WANG, DecisionKind::Take),
    );
    let both = with(&[wang.clone(), li.clone()]).list("2028-05-01");
    assert_eq!(both[0].takers, [LI, WANG]);
    assert_eq!(both[0].status, Status::Due);
    // Wang gives way.
    let town = with(&[li, wang, cancel(3, WANG, &[2])]);
    assert_eq!(town.list("2028-05-01")[0].takers, [LI]);
}

#[test]
fn a_door_left_out_comes_back_when_that_is_taken_back_or_on_the_next_day() {
    let skip = why(decided(1, LI, DecisionKind::Skip), "住院，下周回来");
    let town = with(std::slice::from_ref(&skip));
    assert_eq!(town.line("2028-05-01"), "skipped: due");
    let list = town.list("2028-05-01");
    assert_eq!(
        list[0].decisions[0].record.reason.as_deref(),
        Some("住院，下周回来")
    );
    assert_eq!(
        with(&[cancel(2, WANG, &[1]), skip.clone()]).line("2028-05-01"),
        "due: due"
    );
    let mut visited = with(&[skip]);
    let done = [("2028-05-01T16:00", TickResult::Done, None)];
    visited.doors = vec![knocked(planned("weekly", "2028-05-01"), &done)];
    assert_eq!(
        visited.line("2028-05-01"),
        "done: due",
        "somebody went all the same"
    );
}

#[test]
fn casework_gives_doors_to_people_and_adds_doors_that_are_not_due() {
    let mut assign = decided(1, OFFICE, DecisionKind::Assign);
    assign.record.member = Some(LI);
    let add = why(decided(2, OFFICE, DecisionKind::Add), "邻居说两天没见到人");
    let town = with(&[assign, add]);
    let list = town.list("2028-04-30");
    assert_eq!(list[0].assigned, [LI]);
    let added = Reason::Added {
        why: Some("邻居说两天没见到人".to_owned()),
        by: OFFICE,
    };
    assert_eq!(list[0].reasons, [added]);
    assert_eq!(town.line("2028-05-01"), "due: added, due");
    assert_eq!(with(&[]).line("2028-04-30"), "");
}

#[test]
fn who_may_not_assign_cannot_do_so_nor_cancel_an_assignment() {
    // Written where everybody may write: it stands in the document and does not count.
    let mut usurped = decided(1, WANG, DecisionKind::Assign);
    usurped.record.member = Some(LI);
    usurped.assignment = false;
    assert_eq!(with(&[usurped]).list("2028-05-01")[0].assigned, []);

    let mut assign = decided(2, OFFICE, DecisionKind::Assign);
    assign.record.member = Some(LI);
    let by_volunteer = cancel(3, WANG, &[2]);
    let mut by_office = cancel(4, OFFICE, &[2]);
    by_office.assignment = true;
    let assigned = |d: &[Decision]| with(d).list("2028-05-01")[0].assigned.clone();
    assert_eq!(assigned(&[assign.clone(), by_volunteer]), [LI]);
    assert_eq!(assigned(&[by_office, assign]), []);
}

#[test]
fn a_decision_cancels_only_about_its_own_door_and_never_itself() {
    let mut elsewhere = cancel(2, WANG, &[1]);
    elsewhere.record.door = DoorId([9; 16]);
    let mut itself = decided(1, LI, DecisionKind::Take);
    itself.record.cancels = Some(vec![DecisionId([1; 16])]);
    assert_eq!(
        with(&[elsewhere, itself]).list("2028-05-01")[0].takers,
        [LI]
    );
}
