//! Where a matter stands, step by step, as tables a person can read.

use super::super::MatterKind;
use super::*;

/// What the story comes to: also when its steps arrive in the opposite order, and under ids that
/// sort the opposite way.
fn check(what: &str, text: &str, expected: &str) {
    let steps = story(text);
    assert_eq!(short(&state(Urgency::Hard, &steps)), expected, "{what}");
    let backwards: Vec<_> = steps.iter().rev().cloned().collect();
    assert_eq!(
        state(Urgency::Hard, &backwards),
        state(Urgency::Hard, &steps),
        "{what}"
    );
    let other = state(Urgency::Hard, &renamed(&steps));
    let plain = |short: &str| short.split(' ').take(2).collect::<Vec<_>>().join(" ");
    assert_eq!(plain(&short(&other)), plain(expected), "{what}, renamed");
}

#[test]
fn one_step_after_the_other() {
    let table = [
        ("raised", "raise", "raised grid"),
        ("reported", "raise, report", "reported grid"),
        ("accepted", "raise, report, accept", "accepted grid"),
        ("accepted at once", "raise, accept", "accepted grid"),
        ("in hand", "raise, accept, progress", "in_hand grid"),
        ("worked on at once", "raise, progress", "in_hand grid"),
        ("noted twice", "raise, progress, progress", "in_hand grid"),
        ("resolved", "raise, accept, resolve", "resolved grid"),
        ("fed back", "raise, resolve, feedback", "fed_back grid"),
        (
            "told again",
            "raise, resolve, feedback, feedback",
            "fed_back grid",
        ),
        ("closed", "raise, resolve, feedback, close", "closed grid"),
        (
            "an anonymous tip is closed untold",
            "raise, resolve, close",
            "closed grid",
        ),
        ("taken back", "raise, accept, withdraw", "withdrawn grid"),
        ("handed up", "raise, accept, escalate", "reported community"),
        (
            "accepted up there",
            "raise, escalate, accept",
            "accepted community",
        ),
        (
            "dispatched",
            "raise, escalate, dispatch by=水务",
            "in_hand partner",
        ),
        (
            "answered",
            "raise, escalate, dispatch by=水务, answer by=水务",
            "in_hand community",
        ),
        (
            "answered in the grid",
            "raise, dispatch by=物业, answer",
            "in_hand grid",
        ),
        (
            "two partners, one answered",
            "raise, dispatch by=水务, dispatch by=物业, answer by=物业",
            "in_hand partner",
        ),
        (
            "both answered",
            "raise, dispatch by=水务, dispatch by=物业, answer by=物业, answer by=水务",
            "in_hand grid",
        ),
        (
            "settled before the partner answered",
            "raise, dispatch by=水务, resolve",
            "resolved grid",
        ),
        ("reopened", "raise, resolve, close, reopen", "in_hand grid"),
        (
            "reopened up there",
            "raise, escalate, resolve, reopen",
            "in_hand community",
        ),
        (
            "taken back, and not after all",
            "raise, withdraw, reopen",
            "in_hand grid",
        ),
        (
            "settled again",
            "raise, resolve, reopen, resolve, feedback",
            "fed_back grid",
        ),
    ];
    for (what, text, expected) in table {
        check(what, text, expected);
    }
}

#[test]
fn what_is_not_possible_is_kept_marked_and_changes_nothing() {
    let table = [
        ("raised twice", "raise, accept, raise", "accepted grid !3"),
        (
            "reported after it was accepted",
            "raise, accept, report",
            "accepted grid !3",
        ),
        (
            "accepted twice",
            "raise, accept, accept",
            "accepted grid !3",
        ),
        (
            "handed up twice",
            "raise, escalate, escalate",
            "reported community !3",
        ),
        (
            "an answer nobody asked for",
            "raise, answer by=水务",
            "raised grid !2",
        ),
        (
            "an answer from somebody else",
            "raise, dispatch by=水务, answer by=物业",
            "in_hand partner !3",
        ),
        (
            "told before it is settled",
            "raise, accept, feedback",
            "accepted grid !3",
        ),
        (
            "closed before it is settled",
            "raise, accept, close",
            "accepted grid !3",
        ),
        (
            "work on a closed matter",
            "raise, resolve, close, progress",
            "closed grid !4",
        ),
        (
            "settled twice",
            "raise, resolve, resolve",
            "resolved grid !3",
        ),
        (
            "told after it was closed",
            "raise, resolve, close, feedback",
            "closed grid !4",
        ),
        (
            "reopened while open",
            "raise, accept, reopen",
            "accepted grid !3",
        ),
        (
            "taken back after it was settled",
            "raise, resolve, withdraw",
            "resolved grid !3",
        ),
        (
            "an opinion on no option",
            "raise, opinion for=1 households=3",
            "raised grid !2",
        ),
        (
            "what follows a void step applies",
            "raise, close, accept",
            "accepted grid !2",
        ),
    ];
    for (what, text, expected) in table {
        check(what, text, expected);
    }
}

#[test]
fn side_by_side() {
    let table = [
        (
            "resolved here, handed up there: open, for the community to accept",
            "raise, accept, resolve, escalate <2",
            "reported community ~3",
        ),
        (
            "resolved, told and closed here, dispatched there: open",
            "raise, resolve, feedback, close, dispatch by=水务 <1",
            "in_hand partner ~2",
        ),
        (
            "settled by who had seen both: over",
            "raise, accept, resolve, escalate <2, resolve <3+4",
            "resolved community",
        ),
        (
            "resolved here, a note there: resolved, and the note is kept",
            "raise, accept, resolve, progress <2",
            "resolved grid",
        ),
        (
            "resolved here, accepted there: resolved",
            "raise, resolve, accept <1",
            "resolved grid",
        ),
        (
            "resolved here, taken back there: the resident is told",
            "raise, resolve, withdraw <1",
            "resolved grid",
        ),
        (
            "resolved twice: once over",
            "raise, resolve, resolve <1",
            "resolved grid",
        ),
        (
            "told here, closed there: still open to more answers",
            "raise, resolve, feedback, close <2",
            "fed_back grid",
        ),
        (
            "reopened here, closed there: open",
            "raise, resolve, close, reopen <2",
            "in_hand grid",
        ),
        (
            "reopened twice",
            "raise, resolve, reopen, reopen <2",
            "in_hand grid",
        ),
        (
            "one reopened and settled, the other only reopened: open",
            "raise, resolve, reopen, resolve, reopen <2",
            "in_hand grid ~4",
        ),
        (
            "accepted here, worked on there",
            "raise, accept, progress <1",
            "in_hand grid",
        ),
        (
            "handed up here, worked on there",
            "raise, escalate, progress <1",
            "reported community",
        ),
        (
            "handed up twice",
            "raise, escalate, escalate <1",
            "reported community",
        ),
        (
            "handed up here, dispatched there",
            "raise, escalate, dispatch by=物业 <1",
            "reported partner",
        ),
        (
            "answered here, asked again there",
            "raise, dispatch by=水务, answer, dispatch by=水务 <2",
            "in_hand partner",
        ),
        (
            "a late word on an ending that was reopened since",
            "raise, resolve, reopen, resolve, close, feedback <2",
            "closed grid",
        ),
        (
            "what each asked for, each settled: over",
            "raise, escalate, resolve, dispatch <1, withdraw",
            "resolved community",
        ),
        (
            "raised twice",
            "raise, raise <0, accept <1+2",
            "accepted grid",
        ),
    ];
    for (what, text, expected) in table {
        check(what, text, expected);
    }
}

#[test]
fn what_is_missing_or_mad_is_harmless() {
    let table = [
        (
            "the raising is not here",
            "accept <9, progress",
            "in_hand grid",
        ),
        (
            "nor needed for an end",
            "progress <9, resolve",
            "resolved grid",
        ),
        (
            "a step that follows itself",
            "raise, accept <1+2",
            "accepted grid",
        ),
        ("named twice", "raise, accept <1+1", "accepted grid"),
    ];
    for (what, text, expected) in table {
        check(what, text, expected);
    }
    assert_eq!(short(&state(Urgency::Hard, &[])), "raised grid");
    let ring = now("raise <3, accept, resolve");
    assert_eq!((ring.history.len(), ring.heads.len()), (3, 1));
    let mut newer = story("raise, accept, resolve");
    newer[1].event.step = Step::Other(77);
    assert_eq!(short(&state(Urgency::Hard, &newer)), "resolved grid ?2");
}

#[test]
fn what_may_be_done_next() {
    let words = |text: &str, kind| {
        let allowed = if text.is_empty() {
            state(Urgency::Hard, &[])
        } else {
            now(text)
        };
        let words: Vec<_> = allowed.allowed(kind).iter().map(|s| s.word()).collect();
        words.join(" ")
    };
    use MatterKind::{Benefit, CallOut, Deliberation, Mediation, Ordinary};
    let table = [
        (
            Ordinary,
            "raise",
            "report accept progress escalate dispatch resolve withdraw",
        ),
        (
            Ordinary,
            "raise, accept",
            "progress escalate dispatch resolve withdraw",
        ),
        (
            Ordinary,
            "raise, escalate",
            "accept progress dispatch resolve withdraw",
        ),
        (
            Ordinary,
            "raise, dispatch by=水务",
            "progress escalate dispatch answer resolve withdraw",
        ),
        (Ordinary, "raise, resolve", "feedback close reopen"),
        (
            Ordinary,
            "raise, resolve, feedback",
            "feedback close reopen",
        ),
        (Ordinary, "raise, resolve, close", "reopen"),
        (Ordinary, "raise, withdraw", "reopen"),
        (
            Mediation,
            "raise, accept",
            "progress escalate dispatch resolve withdraw meeting agree",
        ),
        (
            Deliberation,
            "raise, accept",
            "progress escalate dispatch resolve withdraw option",
        ),
        (
            Deliberation,
            "raise, option",
            "progress escalate dispatch resolve withdraw option opinion",
        ),
        (
            CallOut,
            "raise, accept",
            "progress escalate dispatch resolve withdraw call",
        ),
        (
            CallOut,
            "raise, call by=水务",
            "progress escalate dispatch answer resolve withdraw call report_in",
        ),
        (
            Benefit,
            "raise, accept",
            "progress escalate dispatch resolve withdraw apply submit decide",
        ),
    ];
    for (kind, text, expected) in table {
        assert_eq!(words(text, kind), expected, "{text}");
    }
}
