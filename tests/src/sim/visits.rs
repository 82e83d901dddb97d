//! Visits, their corrections and drafts, and what is decided about a day's list.

use chrono::NaiveDate;
use doorknock::model::ids::DoorId;
use doorknock::model::kinds::{Channel, Outcome};
use doorknock::{DecisionInfo, Draft, NeedInfo, NewVisit, VisitEdit, VisitInfo};
use rand::RngExt;

use super::ledger::Fact;
use super::office::rewritten;
use super::people::Deed;
use super::run::{Checked, Run};
use super::shown::{cancelled, confirmed, decision, standing};
use super::steps::DAY_S;

type Done = Checked<Option<Deed<'static>>>;

const OUTCOMES: [Outcome; 5] = [
    Outcome::Met,
    Outcome::NobodyHome,
    Outcome::NobodyHome,
    Outcome::Refused,
    Outcome::MovedAway,
];

/// A visit of anybody to any door they hold, often late, sometimes by a clock that is off.
pub(super) fn log(run: &mut Run<'_>, node: usize) -> Done {
    let (door, grid) = run.any_door(node)?;
    let word = run.ledger.word();
    let visit = run.some_visit(node, door, &word);
    let call = move |home: &doorknock::Doorknock| home.log_visit(&visit);
    Ok(Some(Deed::new("visit", &grid, vec![Fact::new(word)], call)))
}

/// One of the visits that a home lists, with its door's grid.
fn any_visit(
    run: &mut Run<'_>,
    node: usize,
    which: impl Fn(&VisitInfo) -> bool,
) -> Checked<Option<(VisitInfo, String)>> {
    let mut all = run.ask(node, "visits", |home| home.visits(None, 1000))?;
    all.retain(which);
    let Some(visit) = run.pick(&all) else {
        return Ok(None);
    };
    let doors = run.ask(node, "doors", super::stage::doors)?;
    let grid = doors.into_iter().find(|(door, _)| *door == visit.door);
    Ok(grid.map(|(_, grid)| (visit, grid)))
}

fn stands(visit: &VisitInfo) -> Fact {
    let word = visit.summary.clone().unwrap_or_default();
    Fact::default().ending(&[standing(&word)])
}

/// A correction of a visit, or of those that stand beside it too.
pub(super) fn correct(run: &mut Run<'_>, node: usize) -> Done {
    let Some((visit, grid)) = any_visit(run, node, |_| true)? else {
        return Ok(None);
    };
    let word = run.ledger.word();
    let settles = if run.one_in(2) {
        visit.beside.clone()
    } else {
        vec![]
    };
    let edit = VisitEdit {
        outcome: run.pick(&OUTCOMES),
        summary: Some(word.clone()),
        settles,
        ..VisitEdit::default()
    };
    run.ledger.places.visits.insert(visit.visit);
    let id = visit.visit;
    let facts = vec![Fact {
        shows: Some(word),
        ..stands(&visit)
    }];
    Ok(Some(Deed::new("correction", &grid, facts, move |home| {
        home.correct_visit(id, &edit)
    })))
}

/// A visit never took place; somebody may find that it did.
pub(super) fn undo(run: &mut Run<'_>, node: usize) -> Done {
    let Some((visit, grid)) = any_visit(run, node, |_| true)? else {
        return Ok(None);
    };
    let word = run.ledger.word();
    run.ledger.places.visits.insert(visit.visit);
    let facts = vec![Fact {
        shows: Some(word.clone()),
        ..stands(&visit)
    }];
    let call = move |home: &doorknock::Doorknock| home.undo_visit(visit.visit, Some(&word));
    Ok(Some(Deed::new("undo", &grid, facts, call)))
}

/// Somebody confirms that people moved away: their needs end, with the notes they had.
pub(super) fn confirm(run: &mut Run<'_>, node: usize) -> Done {
    let open = run.ask(node, "outcomes", doorknock::Doorknock::outcomes_to_confirm)?;
    let Some(visit) = run.pick(&open) else {
        return Ok(None);
    };
    let doors = run.ask(node, "doors", super::stage::doors)?;
    let Some((_, grid)) = doors.into_iter().find(|(door, _)| *door == visit.door) else {
        return Ok(None);
    };
    let id = visit.visit;
    let mut facts = vec![Fact::new(confirmed(id))];
    for person in run
        .ask(node, "a door", |home| home.door(visit.door))?
        .people
    {
        let day = visit.at.date_naive();
        // What began later is another household's.
        let in_force = |need: &&NeedInfo| {
            need.since.is_none_or(|since| since <= day)
                && need.until.is_none_or(|until| until > day)
        };
        for need in person.needs.iter().filter(in_force) {
            facts.push(rewritten(run, node, &person, need.category)?);
        }
    }
    run.ledger.places.confirmed.insert(id);
    let call = move |home: &doorknock::Doorknock| home.confirm_outcome(id, &[]);
    Ok(Some(
        Deed::new("confirmation", &grid, facts, call).may_be_refused(&["which_person"]),
    ))
}

/// Begins a draft, or writes on at one.
pub(super) fn save_draft(run: &mut Run<'_>, node: usize) -> Done {
    let drafts = run.ask(node, "drafts", doorknock::Doorknock::drafts)?;
    let old = run.pick(&drafts).filter(|_| run.one_in(3));
    let (door, grid) = run.any_door(node)?;
    let word = run.ledger.word();
    let before: Vec<_> = old
        .iter()
        .filter_map(|d| d.content.summary.clone())
        .collect();
    let fact = Fact {
        stays: true,
        ..Fact::new(word.clone()).ending(&before)
    };
    let content = Draft {
        door: Some(door),
        summary: Some(word),
        ..Draft::default()
    };
    let id = old.map(|draft| draft.draft);
    Ok(Some(Deed::new("draft", &grid, vec![fact], move |home| {
        home.save_draft(id, &content)
    })))
}

/// A draft becomes a visit, or is thrown away.
pub(super) fn finish_draft(run: &mut Run<'_>, node: usize) -> Done {
    let drafts = run.ask(node, "drafts", doorknock::Doorknock::drafts)?;
    let Some(draft) = run.pick(&drafts) else {
        return Ok(None);
    };
    let ended: Vec<_> = draft.content.summary.into_iter().collect();
    let fact = Fact::default().ending(&ended);
    let id = draft.draft;
    if run.one_in(2) {
        let facts = vec![Fact {
            stays: true,
            ..fact
        }];
        return Ok(Some(Deed::new("draft discarded", "", facts, move |home| {
            home.discard_draft(id)
        })));
    }
    let (door, grid) = run.any_door(node)?;
    let word = run.ledger.word();
    let visit = run.some_visit(node, door, &word);
    let facts = vec![Fact {
        shows: Some(word),
        ..fact
    }];
    Ok(Some(Deed::new("draft logged", &grid, facts, move |home| {
        home.log_draft(id, &visit)
    })))
}

/// Takes a door, leaves one out, adds or assigns one.
pub(super) fn decide(run: &mut Run<'_>, node: usize) -> Done {
    let (door, grid) = run.any_door(node)?;
    let round = run.ask(node, "the list", |home| home.round(Some(&grid), None))?;
    run.ledger.places.sheets.insert((grid.clone(), round.date));
    let way = run.rng.random_range(0..4);
    let reason = run.ledger.word();
    let facts = if way < 2 {
        vec![Fact::new(reason.clone())]
    } else {
        vec![]
    };
    let call = move |home: &doorknock::Doorknock| {
        let id = match way {
            0 => home.skip_door(door, &reason, None)?,
            1 => home.add_to_round(door, &reason, None)?,
            2 => home.take_door(door, None)?,
            _ => {
                let me = home.community()?.map(|c| c.member).unwrap_or_default();
                home.assign_door(door, me, None)?
            }
        };
        Ok(vec![Fact::new(decision(&id.to_string()))])
    };
    Ok(Some(Deed {
        call: Box::new(call),
        ..Deed::new("decision", &grid, facts, |_| Ok(()))
    }))
}

/// Takes back a decision that is seen on the list, or all of one's own about a door.
pub(super) fn take_back(run: &mut Run<'_>, node: usize) -> Done {
    let (_, grid) = run.any_door(node)?;
    let (round, me) = run.ask(node, "the list", |home| {
        Ok((
            home.round(Some(&grid), None)?,
            home.community()?.map(|c| c.member),
        ))
    })?;
    let all = round.items.into_iter();
    let all: Vec<(DoorId, Vec<DecisionInfo>)> =
        all.map(|line| (line.door, line.decisions)).collect();
    let decided: Vec<_> = all.into_iter().filter(|(_, all)| !all.is_empty()).collect();
    let Some((door, decisions)) = run.pick(&decided) else {
        return Ok(None);
    };
    let back = |d: &DecisionInfo| Fact::new(cancelled(&d.decision.to_string()));
    if run.one_in(2) {
        let mine = decisions.iter().filter(|d| Some(d.by.member) == me);
        let facts = mine.map(back).collect();
        return Ok(Some(Deed::new("release", &grid, facts, move |home| {
            home.release_door(door, None)
        })));
    }
    let Some(one) = run.pick(&decisions) else {
        return Ok(None);
    };
    let call = move |home: &doorknock::Doorknock| home.undo_decision(door, one.decision, None);
    Ok(Some(Deed::new("taken back", &grid, vec![back(&one)], call)))
}

impl Run<'_> {
    pub(super) fn some_visit(&mut self, node: usize, door: DoorId, summary: &str) -> NewVisit {
        use doorknock::Clock;
        let now = self.nodes[node].clock.now_ms() / 1000;
        let at = match self.rng.random_range(0..4) {
            0 => None,
            1 => Some(now - self.rng.random_range(0..3600)),
            2 => Some(now - self.rng.random_range(0..3 * DAY_S)),
            // A small set of times, so that visits meet at the same second.
            _ => Some(now / DAY_S * DAY_S - DAY_S * self.rng.random_range(0..30)),
        };
        let promised = self.rng.random_bool(0.2);
        let day = at.unwrap_or(now) / DAY_S + self.rng.random_range(1..20);
        let follow_up = i32::try_from(day).ok().filter(|_| promised);
        NewVisit {
            door,
            outcome: self.pick(&OUTCOMES).unwrap_or(Outcome::Met),
            channel: self
                .pick(&[Channel::InPerson, Channel::Phone])
                .unwrap_or(Channel::InPerson),
            at,
            with: vec![],
            checklist: None,
            answers: if self.rng.random_bool(0.5) {
                vec!["meals=yes".to_owned()]
            } else {
                vec![]
            },
            summary: Some(summary.to_owned()),
            follow_up: follow_up.and_then(NaiveDate::from_epoch_days),
            matters: vec![],
        }
    }
}
