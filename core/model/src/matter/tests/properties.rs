//! What holds for any steps whatever.

use proptest::prelude::*;
use proptest::sample::subsequence;

use super::super::{MAX_STEPS, MatterKind};
use super::*;

/// A step that names some of those before it (or, of a hostile author, any).
fn step(n: usize, total: usize) -> impl Strategy<Value = Logged> {
    let what = 0..Step::ALL.len() + 1;
    let known = prop::collection::vec(0..n.max(1), 0..3);
    let mad = prop::collection::vec(0..total + 2, 0..2);
    let details = (
        prop::option::of(0..3_u8),
        prop::option::of(-2..9_i32),
        prop::option::of(1..=total),
        any::<bool>(),
    );
    (what, known, mad, prop::bool::weighted(0.1), details).prop_map(
        move |(what, known, mad, is_mad, details)| {
            let step = Step::ALL.get(what).copied().unwrap_or(Step::Other(99));
            let after = if is_mad { mad } else { known };
            let mut event =
                MatterEvent::new(step, after.into_iter().map(|n| id(n + 1)).collect(), START);
            event.partner = details.0.map(|p| p.to_string());
            event.households = details.1;
            event.visit_by = details.1;
            event.due = details.1.map(i64::from);
            event.percent = details.1.map(|n| n * 30);
            event.option = details.2.map(id);
            event.granted = details.3.then_some(true);
            event.at = START + i64::from(details.1.unwrap_or(0));
            Logged {
                id: id(n + 1),
                version: 0,
                event,
            }
        },
    )
}

fn steps() -> impl Strategy<Value = Vec<Logged>> {
    (1..24_usize).prop_flat_map(|total| (0..total).map(|n| step(n, total)).collect::<Vec<_>>())
}

/// Some of them, in any order.
fn arrived(all: Vec<Logged>) -> impl Strategy<Value = (Vec<Logged>, Vec<Logged>)> {
    let some = subsequence(all.clone(), 0..=all.len());
    some.prop_flat_map(|some| (Just(some.clone()), Just(some).prop_shuffle()))
}

fn honest(state: &MatterState) -> MatterState {
    // The order of a history is by ids where nothing else decides; lists of names follow it.
    let mut honest = state.clone();
    honest.history.clear();
    honest.heads.clear();
    honest.awaited.clear();
    honest.special = Default::default();
    honest.raised_at = None;
    honest.first_response = None;
    honest
}

proptest! {
    #[test]
    fn any_part_of_the_steps_gives_the_same_state_in_any_order((one, other) in steps().prop_flat_map(arrived)) {
        prop_assert_eq!(state(Urgency::Hard, &one), state(Urgency::Hard, &other));
    }

    #[test]
    fn a_step_more_takes_no_other_from_the_history((some, _) in steps().prop_flat_map(arrived)) {
        let whole = state(Urgency::Hard, &some);
        prop_assert_eq!(whole.history.len(), some.len());
        for n in 0..some.len() {
            let mut fewer = some.clone();
            let left_out = fewer.remove(n);
            let before = state(Urgency::Hard, &fewer);
            for line in &before.history {
                prop_assert!(whole.history.iter().any(|l| (l.id, l.version) == (line.id, line.version)));
            }
            prop_assert!(before.history.iter().all(|l| l.id != left_out.id));
        }
    }

    /// What one sees and does cannot be undone by what others did side by side.
    #[test]
    fn what_was_possible_when_it_was_done_takes_effect_whatever_else_arrives(
        (seen, all) in steps().prop_flat_map(|all| (subsequence(all.clone(), 0..=all.len()), Just(all))),
        pick in any::<prop::sample::Index>(),
    ) {
        // Only what was seen with its past whole, as a log gives it.
        let ids: Vec<_> = seen.iter().map(|l| l.id).collect();
        prop_assume!(seen.iter().all(|l| l.event.after.iter().all(|a| ids.contains(a))));
        let before = state(Urgency::Hard, &seen);
        let allowed = before.allowed(MatterKind::Ordinary);
        prop_assume!(!allowed.is_empty());
        let mut event = MatterEvent::new(*pick.get(&allowed), before.heads.clone(), START);
        event.text = Some("mine".to_owned());
        let mine = Logged { id: id(200), version: 0, event };
        let mut whole = all;
        whole.push(mine);
        let after = state(Urgency::Hard, &whole);
        let line = after.history.iter().find(|l| l.id == id(200)).unwrap();
        prop_assert!(line.effect.counts(), "{:?}", line);
    }

    /// Ids decide nothing but the order in which side-by-side steps are shown.
    #[test]
    fn the_state_does_not_hang_on_how_ids_sort(all in steps()) {
        // A ring is opened at its smallest id; honest steps make none.
        let place = |id: EventId| all.iter().position(|l| l.id == id);
        prop_assume!(all.iter().enumerate().all(|(n, l)| l.event.after.iter().all(|a| place(*a).is_none_or(|p| p < n))));
        let (one, other) = (state(Urgency::Hard, &all), state(Urgency::Hard, &renamed(&all)));
        prop_assert_eq!(honest(&one), honest(&other));
    }

    #[test]
    fn a_matter_is_over_exactly_when_it_can_be_reopened((some, _) in steps().prop_flat_map(arrived)) {
        let state = state(Urgency::Hard, &some);
        let allowed = state.allowed(MatterKind::Ordinary);
        prop_assert_eq!(!state.open, allowed.contains(&Step::Reopen));
        prop_assert_eq!(state.open, allowed.contains(&Step::Resolve));
        prop_assert_eq!(state.open, state.stage.code() < 4);
    }
}

#[test]
fn steps_beyond_the_bound_are_kept_and_change_nothing() {
    let before = |n: u16| if n == 0 { vec![] } else { vec![wide(n - 1)] };
    let many = u16::try_from(MAX_STEPS).unwrap() + 3;
    let line = |n| Logged {
        id: wide(n),
        version: 0,
        event: MatterEvent::new(
            if n == 0 { Step::Raise } else { Step::Progress },
            before(n),
            START,
        ),
    };
    let all: Vec<_> = (0..many).map(line).collect();
    let state = state(Urgency::Hard, &all);
    assert_eq!(state.history.len(), usize::from(many));
    let over = state.history.iter().filter(|l| l.effect == Effect::TooMany);
    assert_eq!(over.count(), 3);
    assert!(state.allowed(MatterKind::Ordinary).is_empty());
}

fn wide(n: u16) -> EventId {
    let mut bytes = [0; 16];
    bytes[14..].copy_from_slice(&n.to_be_bytes());
    EventId(bytes)
}
