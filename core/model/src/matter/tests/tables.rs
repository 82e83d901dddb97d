//! Every step and kind, as a table a person can read.

use super::super::{Choice, MatterKind};
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
fn deadlines() {
    let table = [
        (Urgency::Urgent, "raise", Some(24)),
        (Urgency::Hard, "raise", Some(7 * 24)),
        (Urgency::Worry, "raise", Some(15 * 24)),
        (Urgency::Urgent, "raise due=5", Some(5)),
        (Urgency::Urgent, "raise, accept due=48", Some(48)),
        (
            Urgency::Urgent,
            "raise, accept due=48, progress due=60",
            Some(60),
        ),
        // Side by side: the earlier.
        (
            Urgency::Urgent,
            "raise, accept due=48, progress due=60 <1",
            Some(48),
        ),
        // A partner's deadline is not the matter's.
        (Urgency::Urgent, "raise, dispatch by=水务 due=12", Some(24)),
        (Urgency::Urgent, "raise, resolve", None),
        // A new day for what is reopened, at its hour.
        (Urgency::Urgent, "raise, resolve, reopen", Some(26)),
    ];
    for (urgency, text, hours) in table {
        let due = state(urgency, &story(text)).due;
        assert_eq!(due, hours.map(|h| START + h * HOUR), "{text}");
    }
    let waiting = now("raise, dispatch by=水务 due=12");
    assert!(!waiting.overdue(START + 12 * HOUR) && waiting.overdue(START + 12 * HOUR + 1));
    assert!(!now("raise, dispatch by=水务 due=12, answer").overdue(START + 13 * HOUR));
    assert!(!now("raise, resolve").overdue(i64::MAX));
}

#[test]
fn responses_places_and_reopenings() {
    let first = |text| now(text).first_response;
    assert_eq!(first("raise"), None);
    assert_eq!(
        first("raise, report"),
        None,
        "telling the community helps nobody yet"
    );
    assert_eq!(first("raise, report, accept, resolve"), Some(2 * HOUR));
    assert_eq!(first("raise, escalate"), Some(HOUR));
    let mut early = story("raise, accept");
    early[1].event.at = START - 5;
    assert_eq!(state(Urgency::Hard, &early).first_response, Some(0));

    let in_grid = |text| now(text).in_grid();
    assert_eq!(in_grid("raise, accept"), None);
    assert_eq!(in_grid("raise, withdraw"), None);
    assert_eq!(in_grid("raise, resolve, close"), Some(true));
    assert_eq!(in_grid("raise, escalate, resolve"), Some(false));
    assert_eq!(
        in_grid("raise, dispatch by=物业, answer, resolve"),
        Some(false)
    );
    assert_eq!(
        in_grid("raise, apply, submit by=街道, decide granted=yes"),
        Some(true)
    );

    let reopened = |text| now(text).reopened;
    assert_eq!(reopened("raise, resolve"), 0);
    assert_eq!(reopened("raise, resolve, reopen, resolve, reopen"), 2);
    assert_eq!(reopened("raise, resolve, reopen, reopen <2"), 1);
    assert_eq!(
        reopened("raise, resolve, reopen, reopen <2, resolve <3+4, reopen"),
        2
    );

    assert_eq!(
        now("raise, accept, resolve").ended_at,
        Some(START + 2 * HOUR)
    );
    assert_eq!(now("raise, resolve, reopen").ended_at, None);
}

#[test]
fn the_residents_answer() {
    use Satisfaction::{Basically, Dissatisfied, Satisfied};
    let table = [
        (
            "raise, resolve, feedback content=satisfied",
            Some(Satisfied),
        ),
        (
            "raise, resolve, feedback content=satisfied, feedback content=basically",
            Some(Basically),
        ),
        (
            "raise, resolve, feedback content=dissatisfied, feedback content=satisfied",
            Some(Satisfied),
        ),
        // Side by side: the less content.
        (
            "raise, resolve, feedback content=satisfied, feedback content=dissatisfied <2",
            Some(Dissatisfied),
        ),
        (
            "raise, resolve, feedback content=dissatisfied, reopen",
            None,
        ),
        ("raise, feedback content=satisfied", None),
    ];
    for (text, content) in table {
        assert_eq!(now(text).satisfaction, content, "{text}");
    }
    assert_eq!(now("raise, resolve, feedback percent=98").percent, Some(98));
    assert_eq!(
        now("raise, resolve, feedback percent=98, feedback percent=60 <2").percent,
        Some(60)
    );
    assert_eq!(now("raise, resolve, feedback percent=101").percent, None);
}

#[test]
fn a_visit_asked_for_stands_until_something_came_of_it() {
    let table = [
        ("raise visit=20", Some(20)),
        ("raise visit=20, accept, escalate", Some(20)),
        ("raise visit=20, accept visit=22", Some(22)),
        (
            "raise visit=20, progress visit=22 <1, progress visit=21 <1",
            Some(21),
        ),
        ("raise visit=20, progress", None),
        ("raise, progress, progress visit=30", Some(30)),
        ("raise visit=20, resolve", None),
        ("raise visit=20, resolve, reopen", None),
        ("raise visit=20, progress <1, accept visit=25 <1", Some(25)),
    ];
    for (text, day) in table {
        assert_eq!(now(text).visit_by, day, "{text}");
    }
}

#[test]
fn mediation() {
    let state = now(
        "raise, accept, meeting parties=甲方+乙方, meeting parties=乙方+物业, agree text=分摊费用",
    );
    assert_eq!(short(&state), "resolved grid");
    assert_eq!(
        (state.special.meetings, state.special.parties.join("、")),
        (2, "甲方、乙方、物业".into())
    );
    assert_eq!(state.special.agreements, ["分摊费用"]);
    assert_eq!(
        short(&now("raise, meeting, resolve")),
        "resolved grid",
        "ended without agreement"
    );
}

#[test]
fn deliberation_counts_households_by_option() {
    let text = "raise, option text=加装电梯, option text=维修楼道, opinion for=2 households=30, \
                opinion for=3 households=12, opinion for=2 households=5 <3, \
                opinion for=2 households=-2 <6, resolve for=2 <4+5+7, feedback percent=98";
    let state = now(text);
    assert_eq!(
        (short(&state), state.percent),
        ("fed_back grid".into(), Some(98))
    );
    let choice = |n, text: &str, households, chosen| Choice {
        event: id(n),
        text: Some(text.into()),
        households,
        chosen,
    };
    assert_eq!(
        state.special.options,
        [
            choice(2, "加装电梯", 33, true),
            choice(3, "维修楼道", 12, false)
        ]
    );
    let below = now("raise, option, opinion for=2 households=-9");
    assert_eq!(below.special.options[0].households, 0);
    let late = "raise, option, opinion for=2 households=4, resolve <2";
    assert_eq!(
        now(late).special.options[0].households,
        4,
        "taken before it was known to be over"
    );
    let after = now("raise, option, resolve, opinion for=2 households=4");
    assert_eq!(
        (short(&after), after.special.options[0].households),
        ("resolved grid !4".into(), 0)
    );
}

#[test]
fn call_out() {
    let called = |state: MatterState| state.special.called;
    let text = "raise, call by=水务, call by=城管, report_in by=城管";
    assert_eq!(short(&now(text)), "in_hand partner");
    assert_eq!(
        called(now(text)),
        [("水务".to_owned(), false), ("城管".to_owned(), true)]
    );
    let both = format!("{text}, report_in by=水务");
    assert_eq!(short(&now(&both)), "in_hand grid");
    assert!(called(now(&both)).iter().all(|(_, came)| *came));
}

#[test]
fn benefit_application() {
    let text = "raise, accept, apply text=高龄津贴, submit by=街道 due=240";
    let waiting = now(text);
    assert_eq!(short(&waiting), "in_hand partner");
    assert_eq!(waiting.awaited[0].partner.as_deref(), Some("街道"));
    let granted = now(&format!("{text}, decide granted=yes"));
    assert_eq!(
        (short(&granted), granted.special.granted),
        ("resolved grid".into(), Some(true))
    );
    let both = now(&format!("{text}, decide granted=yes, decide granted=no <4"));
    assert_eq!(both.special.granted, Some(false), "a person sorts it out");
    let refused = now(&format!("{text}, decide granted=no, reopen"));
    assert_eq!(short(&refused), "in_hand grid");
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

#[test]
fn a_record_reads_back_and_one_that_is_shorter_or_longer_reads_too() {
    let full = &story("dispatch by=水务 due=3 visit=9 text=漏水 percent=7 for=1 households=2 parties=甲+乙 granted=yes content=satisfied")[0].event;
    let bytes = minicbor::to_vec(full).unwrap();
    assert_eq!(&minicbor::decode::<MatterEvent>(&bytes).unwrap(), full);
    // Of the first version: three members.
    let short = [0x83, 0x02, 0x80, 0x05];
    let read: MatterEvent = minicbor::decode(&short).unwrap();
    assert_eq!(read, MatterEvent::new(Step::Accept, vec![], 5));
    // Of a newer one: a member more.
    let mut longer = bytes.clone();
    longer[0] += 1;
    longer.push(0x07);
    assert_eq!(&minicbor::decode::<MatterEvent>(&longer).unwrap(), full);
    assert!(minicbor::decode::<MatterEvent>(&[0xff]).is_err());
}
