//! What follows from the steps: deadlines, responses, satisfaction, and what each kind adds up to.

use super::super::Choice;
use super::*;

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
