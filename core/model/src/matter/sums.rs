//! What a matter's moves add up to, beside where it stands.
//!
//! Where a fact may be named again (a deadline, a wish for a visit, the resident's answer), the
//! last naming counts. Of several made side by side the strictest does: the earliest deadline, the
//! earliest visit, the least content answer.

use super::event::{MatterEvent, Satisfaction, Step, Urgency};
use super::order::Set;
use super::past::{Move, Moves};
use super::rules::{Role, awaits, keeps_visit, responds, role};
use super::state::{Awaited, Choice, Special};

fn of(step: Step) -> impl Fn(&MatterEvent) -> bool {
    move |event| event.step == step
}

pub(super) fn raised_at(moves: &Moves<'_>, all: &Set) -> Option<i64> {
    let mut raised = moves
        .within(all)
        .filter(|(_, m)| m.event.step == Step::Raise);
    raised.next().map(|(_, m)| m.event.at)
}

pub(super) fn first_response(moves: &Moves<'_>, all: &Set, raised: Option<i64>) -> Option<i64> {
    let responses = moves.within(all).filter(|(_, m)| responds(m.event.step));
    let first = responses.map(|(_, m)| m.event.at).min()?;
    Some(first.saturating_sub(raised?).max(0))
}

pub(super) fn due(moves: &Moves<'_>, all: &Set, urgency: Urgency) -> Option<i64> {
    let starts = |e: &MatterEvent| matches!(e.step, Step::Raise | Step::Reopen);
    let names = |e: &MatterEvent| starts(e) || (e.due.is_some() && !awaits(e.step));
    let due = |e: &MatterEvent| {
        e.due
            .unwrap_or_else(|| e.at.saturating_add(urgency.limit()))
    };
    moves
        .last(all, names)
        .iter()
        .map(|(_, m)| due(m.event))
        .min()
}

pub(super) fn ended_at(moves: &Moves<'_>, all: &Set) -> Option<i64> {
    let ends = |e: &MatterEvent| matches!(role(e.step), Role::End(_));
    moves.last(all, ends).iter().map(|(_, m)| m.event.at).max()
}

pub(super) fn visit_by(moves: &Moves<'_>, all: &Set) -> Option<i32> {
    let says = |e: &MatterEvent| e.visit_by.is_some() || e.visit.is_some() || !keeps_visit(e.step);
    moves
        .last(all, says)
        .iter()
        .filter_map(|(_, m)| m.event.visit_by)
        .min()
}

pub(super) fn content(moves: &Moves<'_>, all: &Set) -> (Option<Satisfaction>, Option<i32>) {
    let asked = |e: &MatterEvent| matches!(e.step, Step::Feedback | Step::Reopen);
    let last = moves.last(all, asked);
    let answers = || {
        last.iter()
            .map(|(_, m)| m.event)
            .filter(|e| e.step == Step::Feedback)
    };
    let least = answers()
        .filter_map(|e| e.satisfaction)
        .max_by_key(|s| s.code());
    let fewest = answers()
        .filter_map(|e| e.percent)
        .filter(|p| (0..=100).contains(p))
        .min();
    (least, fewest)
}

/// The longest chain of reopenings: two people who reopen it side by side reopen it once.
pub(super) fn reopened(moves: &Moves<'_>) -> u32 {
    let mut chains: Vec<(usize, u32)> = Vec::new();
    for (n, reopen) in moves
        .0
        .iter()
        .enumerate()
        .filter(|(_, m)| m.event.step == Step::Reopen)
    {
        let before = chains.iter().filter(|(b, _)| reopen.past.contains(*b));
        let chain = before
            .map(|(_, chain)| *chain)
            .max()
            .unwrap_or(0)
            .saturating_add(1);
        chains.push((n, chain));
    }
    chains.iter().map(|(_, chain)| *chain).max().unwrap_or(0)
}

pub(super) fn awaited(moves: &Moves<'_>, all: &Set) -> Vec<Awaited> {
    let line = |m: &Move<'_>| Awaited {
        event: m.id,
        step: m.event.step,
        partner: m.event.partner.clone(),
        due: m.event.due,
    };
    moves.awaited(all).into_iter().map(line).collect()
}

pub(super) fn special(moves: &Moves<'_>, all: &Set, counts: &[&MatterEvent]) -> Special {
    let mut parties: Vec<String> = Vec::new();
    for (_, meeting) in moves.within(all) {
        for party in meeting.event.parties.iter().flatten() {
            if !parties.contains(party) {
                parties.push(party.clone());
            }
        }
    }
    let meetings = moves
        .within(all)
        .filter(|(_, m)| m.event.step == Step::Meeting)
        .count();
    let agreed = moves.last(all, of(Step::Agree)).into_iter();
    let decided = moves.last(all, of(Step::Decide)).into_iter();
    Special {
        parties,
        meetings: u32::try_from(meetings).unwrap_or(u32::MAX),
        agreements: agreed.filter_map(|(_, m)| m.event.text.clone()).collect(),
        options: options(moves, all, counts),
        called: called(moves, all),
        granted: decided.filter_map(|(_, m)| m.event.granted).min(),
    }
}

fn options(moves: &Moves<'_>, all: &Set, counts: &[&MatterEvent]) -> Vec<Choice> {
    let chosen: Vec<_> = moves.last(all, of(Step::Resolve));
    let proposed = moves
        .within(all)
        .filter(|(_, m)| m.event.step == Step::Propose);
    let choice = |m: &Move<'_>| {
        let opinions = counts.iter().filter(|e| e.option == Some(m.id));
        let sum: i64 = opinions.filter_map(|e| e.households).map(i64::from).sum();
        Choice {
            event: m.id,
            text: m.event.text.clone(),
            households: u32::try_from(sum.max(0)).unwrap_or(u32::MAX),
            chosen: chosen.iter().any(|(_, r)| r.event.option == Some(m.id)),
        }
    };
    proposed.map(|(_, m)| choice(m)).collect()
}

fn called(moves: &Moves<'_>, all: &Set) -> Vec<(String, bool)> {
    let calls = moves
        .within(all)
        .filter(|(_, m)| m.event.step == Step::Call);
    let came = |n: usize, call: &Move<'_>| moves.within(all).any(|(_, m)| m.answers(n, call));
    let line = |n, m: &Move<'_>| (m.event.partner.clone().unwrap_or_default(), came(n, m));
    calls.map(|(n, m)| line(n, m)).collect()
}
