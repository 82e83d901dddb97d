//! Matters as people write them down: `raise, accept, resolve, escalate <2` is four steps, each
//! after the one before, but the last, which follows the second.

mod properties;
mod sums;
mod tables;

use super::{Effect, Logged, MatterEvent, MatterState, Satisfaction, Step, Urgency, state};
use crate::ids::EventId;

/// When the first step of a story is made; each further one an hour later.
const START: i64 = 1_800_000_000;
const HOUR: i64 = 3600;

fn id(n: usize) -> EventId {
    let mut bytes = [0; 16];
    bytes[15] = u8::try_from(n).unwrap();
    EventId(bytes)
}

/// Reads a story. `step details <after`, steps apart by commas; `after` is the numbers of steps,
/// counted from 1, joined by `+`; 0 for none.
fn story(text: &str) -> Vec<Logged> {
    let told = text.split(',').map(str::trim).enumerate();
    told.map(|(n, line)| read(n, line)).collect()
}

fn read(n: usize, line: &str) -> Logged {
    let mut words = line.split_whitespace();
    let word = words.next().unwrap();
    let step = Step::ALL.iter().find(|s| s.word() == word);
    let step = *step.unwrap_or_else(|| panic!("no step {word}"));
    let before = if n == 0 { vec![] } else { vec![id(n)] };
    let at = START + i64::try_from(n).unwrap() * HOUR;
    let mut event = MatterEvent::new(step, before, at);
    for word in words {
        detail(&mut event, word);
    }
    Logged {
        id: id(n + 1),
        version: 0,
        event,
    }
}

fn detail(event: &mut MatterEvent, word: &str) {
    if let Some(after) = word.strip_prefix('<') {
        let numbers = after.split('+').map(|n| n.parse().unwrap());
        event.after = numbers.filter(|n| *n > 0).map(id).collect();
        return;
    }
    let (name, value) = word.split_once('=').unwrap();
    match name {
        "by" => event.partner = Some(value.to_owned()),
        "due" => event.due = Some(START + value.parse::<i64>().unwrap() * HOUR),
        "visit" => event.visit_by = Some(value.parse().unwrap()),
        "text" => event.text = Some(value.to_owned()),
        "percent" => event.percent = Some(value.parse().unwrap()),
        "for" => event.option = Some(id(value.parse().unwrap())),
        "households" => event.households = Some(value.parse().unwrap()),
        "parties" => event.parties = Some(value.split('+').map(str::to_owned).collect()),
        "granted" => event.granted = Some(value == "yes"),
        "content" => {
            let found = Satisfaction::ALL.iter().find(|s| s.word() == value);
            event.satisfaction = Some(*found.unwrap());
        }
        _ => panic!("no detail {name}"),
    }
}

/// The same steps under ids in the opposite order.
fn renamed(steps: &[Logged]) -> Vec<Logged> {
    let other = |id: EventId| EventId(id.0.map(|b| if b == 0 { 0 } else { 255 - b }));
    let rename = |logged: &Logged| {
        let mut renamed = logged.clone();
        renamed.id = other(logged.id);
        renamed.event.after = logged.event.after.iter().copied().map(other).collect();
        renamed.event.option = logged.event.option.map(other);
        renamed
    };
    steps.iter().map(rename).collect()
}

/// A state in short: stage, place, then the steps without effect (`!`), overruled (`~`).
fn short(state: &MatterState) -> String {
    let mut short = format!("{} {}", state.stage.word(), state.place.word());
    let mut marks: Vec<_> = state.history.iter().filter_map(mark).collect();
    marks.sort_unstable();
    for (number, sign) in marks {
        short += &format!(" {sign}{number}");
    }
    short
}

fn mark(line: &super::Line) -> Option<(u8, char)> {
    let sign = match line.effect {
        Effect::Applied => return None,
        Effect::Overruled => '~',
        Effect::NotPossible => '!',
        Effect::Unknown => '?',
        Effect::TooMany => '+',
    };
    Some((line.id.0[15], sign))
}

fn now(text: &str) -> MatterState {
    state(Urgency::Hard, &story(text))
}
