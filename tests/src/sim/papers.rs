//! Records of general kinds, texts that several edit, and what stands side by side.

use doorknock::model::address::DoorKind;
use doorknock::model::ids::{DocId, DoorId};
use doorknock::model::kind::Data;
use doorknock::model::kinds::VISIT_BOOK;
use doorknock::{Choice, DoorEdit, Doorknock, Record};
use rand::RngExt;

use super::ledger::Fact;
use super::people::Deed;
use super::run::{Checked, Run};
use super::sabotage::Sabotage;
use super::shown::{beside, words_of};

type Done = Checked<Option<Deed<'static>>>;

/// Something that somebody has open on a screen, as it stood when it was opened.
#[derive(Debug, Clone)]
pub(super) enum Form {
    /// A door's card.
    Door(DoorId, String),
    /// A crew, with whoever is named as its worker.
    Crew(Record, Vec<String>),
    /// A text of a case: its plan, or a note.
    Text(Record, Option<String>, Vec<String>),
}

pub(super) fn open_a_case(run: &mut Run<'_>, node: usize) -> Done {
    let (_, grid) = run.any_door(node)?;
    let (title, plan) = (run.ledger.word(), run.ledger.word());
    let facts = vec![Fact::new(title.clone()), Fact::new(plan.clone())];
    let at = grid.clone();
    let call = move |home: &Doorknock| {
        let values = [("title", Data::text(&*title)), ("plan", Data::text(&*plan))];
        home.add_record("case", Some(&at), &values)
    };
    Ok(Some(Deed::new("case", &grid, facts, call)))
}

pub(super) fn begin_a_crew(run: &mut Run<'_>, node: usize) -> Done {
    let (_, grid) = run.any_door(node)?;
    let word = run.ledger.word();
    let facts = vec![Fact::new(word.clone())];
    let at = grid.clone();
    let call =
        move |home: &Doorknock| home.add_record("crew", Some(&at), &[("name", Data::text(&*word))]);
    Ok(Some(Deed::new("crew", &grid, facts, call)))
}

fn any_record(run: &mut Run<'_>, node: usize, kind: &str) -> Checked<Option<(Record, String)>> {
    let all = run.ask(node, "records", |home| home.records(kind, None, true))?;
    let record = run.pick(&all);
    Ok(record.map(|record| (record.clone(), record.grid.unwrap_or_default())))
}

pub(super) fn add_a_note(run: &mut Run<'_>, node: usize) -> Done {
    let Some((case, grid)) = any_record(run, node, "case")? else {
        return Ok(None);
    };
    let word = run.ledger.word();
    let facts = vec![Fact::new(word.clone())];
    let call =
        move |home: &Doorknock| home.append_record(case.id, "note", None, &Data::text(&*word));
    Ok(Some(Deed::new("note", &grid, facts, call)))
}

/// Opens something that is saved later, whatever others write meanwhile.
pub(super) fn open_a_form(run: &mut Run<'_>, node: usize) -> Done {
    let form = match run.rng.random_range(0..7) {
        0 => {
            let (door, _) = run.any_door(node)?;
            let detail = run.ask(node, "a door", |home| home.door(door))?;
            Some(Form::Door(door, detail.version))
        }
        1..3 => match any_record(run, node, "crew")? {
            Some((crew, _)) => {
                let mut seen = run.ask(node, "conflicts", |home| {
                    beside(home, crew.id, "worker", None)
                })?;
                seen.extend(crew.get("worker").map(words_of).unwrap_or_default());
                Some(Form::Crew(crew, seen))
            }
            None => None,
        },
        _ => match any_record(run, node, "case")? {
            Some((case, _)) => {
                let notes = case
                    .items
                    .iter()
                    .map(|item| (Some(item.id.clone()), words_of(&item.data)));
                let plan = case.get("plan").map(|data| (None, words_of(data)));
                let texts: Vec<_> = notes.chain(plan).collect();
                run.pick(&texts)
                    .map(|(item, words)| Form::Text(case, item, words))
            }
            None => None,
        },
    };
    run.nodes[node].forms.extend(form);
    Ok(None)
}

/// Saves one of the forms that are open; a note is often left open, and saved again on the same base.
pub(super) fn save_a_form(run: &mut Run<'_>, node: usize) -> Done {
    let open = run.nodes[node].forms.len();
    if open == 0 {
        return Ok(None);
    }
    let at = run.rng.random_range(0..open);
    let form = run.nodes[node].forms[at].clone();
    if !run.one_in(3) {
        run.nodes[node].forms.swap_remove(at);
    }
    Ok(Some(match form {
        Form::Door(door, version) => {
            let edit = DoorEdit {
                kind: run.pick(&DoorKind::ALL),
                ..DoorEdit::default()
            };
            Deed::new("edit", "", vec![], move |home| {
                home.edit_door(door, &version, &edit)
            })
        }
        Form::Crew(crew, seen) => {
            let word = run.ledger.word();
            let facts = vec![Fact::new(word.clone()).after(&seen)];
            let call = move |home: &Doorknock| {
                home.edit_record(
                    crew.id,
                    Some(&crew.version),
                    &[("worker", Data::text(&*word))],
                )
            };
            Deed::new("record", &crew.grid.unwrap_or_default(), facts, call)
        }
        Form::Text(case, item, words) => edit_a_text(run, node, case, item, words),
    }))
}

/// Puts a sentence between those that are there, takes one of one's own away, or rewrites it.
fn edit_a_text(
    run: &mut Run<'_>,
    node: usize,
    case: Record,
    item: Option<String>,
    mut words: Vec<String>,
) -> Deed<'static> {
    let mine = |n: &usize| run.ledger.is_of(&words[*n], node);
    let mine: Vec<_> = (0..words.len()).filter(mine).collect();
    let old = run.pick(&mine).filter(|_| run.one_in(3));
    let at = old.unwrap_or(run.rng.random_range(0..=words.len()));
    let gone: Vec<_> = old.map(|at| words.remove(at)).into_iter().collect();
    let new = (gone.is_empty() || !run.one_in(3)).then(|| run.ledger.word());
    words.splice(at..at, new.clone());
    if run.sabotage == Some(Sabotage::KeepsWhatIsTakenOut) {
        words.extend(gone.clone());
    }
    let facts = vec![Fact {
        shows: new,
        ..Fact::default().ending(&gone)
    }];
    let (id, version, text) = (case.id, case.version, words.concat());
    let field = if item.is_some() { "note" } else { "plan" };
    let call = move |home: &Doorknock| home.edit_text(id, field, item.as_deref(), &version, &text);
    Deed::new("text", &case.grid.unwrap_or_default(), facts, call)
}

/// Ends a case, also one that somebody ended before.
pub(super) fn close_a_case(run: &mut Run<'_>, node: usize) -> Done {
    let Some((case, grid)) = any_record(run, node, "case")? else {
        return Ok(None);
    };
    let mut seen = run.ask(node, "conflicts", |home| {
        beside(home, case.id, "closed", None)
    })?;
    seen.extend(case.get("closed").map(words_of).unwrap_or_default());
    let word = run.ledger.word();
    let facts = vec![Fact::new(word.clone()).after(&seen)];
    let call = move |home: &Doorknock| {
        let part = |name: &str, text: &str| (name.to_owned(), Data::text(text));
        let data = Data::Map(vec![part("outcome", "settled"), part("why", &word)]);
        home.end_record(case.id, None, Some(data))
    };
    Ok(Some(Deed::new("end", &grid, facts, call)))
}

/// Decides between values that stand side by side.
pub(super) fn resolve(run: &mut Run<'_>, node: usize) -> Done {
    let mut conflicts = run.ask(node, "conflicts", Doorknock::conflicts)?;
    // Corrections side by side are settled by `correct`, which this ledger can follow.
    conflicts.retain(|conflict| conflict.kind != VISIT_BOOK.name);
    let Some(conflict) = run.pick(&conflicts) else {
        return Ok(None);
    };
    let grid = run.ask(node, "a record", |home| Ok(grid_of(home, conflict.record)))?;
    let values: Vec<_> = conflict
        .values
        .into_iter()
        .filter(|v| v.late.is_none())
        .collect();
    // A roster's remarks are nobody's words.
    let known = |data: &Data| {
        let mut words = words_of(data);
        words.retain(|word| run.ledger.knows(word));
        words
    };
    let seen: Vec<_> = values.iter().flat_map(|v| known(&v.data)).collect();
    let words: Vec<_> = values.iter().map(|v| known(&v.data)).collect();
    let clear = values.is_empty() || run.one_in(5);
    let n = run.rng.random_range(0..values.len().max(1));
    let kept = if clear { vec![] } else { words[n].clone() };
    let fact = Fact {
        shows: kept.into_iter().next(),
        ..Fact::default().after(&seen)
    };
    let facts = if seen.is_empty() { vec![] } else { vec![fact] };
    let choice = if clear {
        Choice::Clear
    } else {
        Choice::Keep(n)
    };
    let id = conflict.id;
    let deed = Deed::new("resolution", &grid, facts, move |home| {
        home.resolve(&id, choice)
    });
    Ok(Some(deed.may_be_refused(&["not_allowed"])))
}

fn grid_of(home: &Doorknock, record: DocId) -> String {
    let record = home.record(record);
    record
        .ok()
        .and_then(|record| record.grid)
        .unwrap_or_default()
}
