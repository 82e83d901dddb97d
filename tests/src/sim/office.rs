//! Matters and care.

use chrono::NaiveDate;
use doorknock::model::cadence::Cadence;
use doorknock::model::care::{CareCategory, RiskLevel};
use doorknock::model::ids::DocId;
use doorknock::model::kinds::{EndReason, PERSON_FILE};
use doorknock::model::matter::{MatterKind, Source, Step, Urgency};
use doorknock::{
    CareLine, CareReview, Clock, Doorknock, MattersWanted, NewMatter, NewNeed, NewStep, PersonInfo,
};

use super::ledger::Fact;
use super::people::Deed;
use super::run::{Checked, Run};
use super::shown::beside;
use super::steps::DAY_S;

type Done = Checked<Option<Deed<'static>>>;

/// A day after today, by the home's clock.
fn soon(run: &Run<'_>, node: usize) -> Option<NaiveDate> {
    let day = run.nodes[node].clock.now_ms() / 1000 / DAY_S + 10;
    i32::try_from(day).ok().and_then(NaiveDate::from_epoch_days)
}

pub(super) fn raise_a_matter(run: &mut Run<'_>, node: usize) -> Done {
    let (door, grid) = run.any_door(node)?;
    let word = run.ledger.word();
    let facts = vec![Fact::new(word.clone())];
    let mut matter = NewMatter::new(&word, Urgency::Worry, Source::DoorVisit);
    matter.door = Some(door);
    matter.kind = run.pick(MatterKind::ALL).unwrap_or(MatterKind::Ordinary);
    matter.step.visit_by = soon(run, node).filter(|_| run.one_in(2));
    Ok(Some(Deed::new("matter", &grid, facts, move |home| {
        home.raise_matter(&matter)
    })))
}

/// One of the steps that are possible by what the home knows.
pub(super) fn act_on_a_matter(run: &mut Run<'_>, node: usize) -> Done {
    let all = MattersWanted::default();
    let all = run.ask(node, "matters", |home| home.matters(&all, 1000))?;
    let Some(matter) = run.pick(&all) else {
        return Ok(None);
    };
    let detail = run.ask(node, "a matter", |home| home.matter(matter.matter))?;
    let Some(step) = run.pick(&detail.next) else {
        return Ok(None);
    };
    let word = run.ledger.word();
    let options: Vec<_> = detail.options.iter().map(|o| o.event).collect();
    let names = !matches!(step, Step::Answer | Step::ReportIn);
    let new = NewStep {
        text: Some(word.clone()),
        partner: names.then(|| "物业".to_owned()),
        due: soon(run, node).filter(|_| step == Step::Dispatch),
        option: run.pick(&options).filter(|_| step == Step::Opinion),
        households: (step == Step::Opinion).then_some(3),
        granted: (step == Step::Decide).then_some(true),
        ..NewStep::new(step)
    };
    let facts = vec![Fact::new(word)];
    let call = move |home: &Doorknock| home.act_on_matter(matter.matter, &new);
    Ok(Some(Deed::new("matter step", &matter.grid, facts, call)))
}

/// A need of one of two people behind a door; two homes may record the same.
pub(super) fn add_care(run: &mut Run<'_>, node: usize) -> Done {
    let (door, grid) = run.any_door(node)?;
    let name = run.pick(&["王奶奶", "赵爷爷"]).unwrap_or("王奶奶");
    let community = run.ask(node, "the community", Doorknock::community)?;
    let community = community.map(|c| c.id).unwrap_or_default();
    let person = community.person(community.grid(&grid), door, name);
    run.ledger.places.people.insert(person);
    let category = any_category(run);
    let there = run.nodes[node].home().person(person).ok();
    let seen = match there {
        Some(there) => notes_of(run, node, &there.info, category)?.1,
        None => vec![],
    };
    let word = run.ledger.word();
    let facts = vec![Fact::new(word.clone()).after(&seen)];
    let need = NewNeed {
        category,
        risk: any_risk(run),
        cadence: None,
        consent: None,
        review: None,
        note: Some(word),
    };
    let call = move |home: &Doorknock| home.add_care(door, name, None, std::slice::from_ref(&need));
    Ok(Some(
        Deed::new("care", &grid, facts, call).may_be_refused(&["need_exists"]),
    ))
}

fn any_category(run: &mut Run<'_>) -> CareCategory {
    let few = [CareCategory::LivesAlone, CareCategory::Disabled];
    run.pick(&few).unwrap_or(CareCategory::LivesAlone)
}

fn any_risk(run: &mut Run<'_>) -> Option<RiskLevel> {
    let risk = run.pick(&RiskLevel::ALL);
    risk.filter(|_| run.one_in(2))
}

/// The notes of a need: the one shown first, then those beside it.
fn notes_of(
    run: &Run<'_>,
    node: usize,
    person: &PersonInfo,
    category: CareCategory,
) -> Checked<(Option<String>, Vec<String>)> {
    let record = DocId(person.person.0);
    let words = PERSON_FILE.field_named("need").and_then(|field| field.keys);
    let mut words = words.into_iter().flatten();
    let item = words.find(|word| word.code == category.code());
    let item = item.map(|word| word.word);
    let mut seen = run.ask(node, "conflicts", |home| beside(home, record, "need", item))?;
    let need = person.needs.iter().find(|need| need.category == category);
    let note = need.and_then(|need| need.note.clone());
    seen.extend(note.clone());
    Ok((note, seen))
}

/// What becomes of a need's notes when it is written again: the one shown is kept, those beside it may go.
pub(super) fn rewritten(
    run: &Run<'_>,
    node: usize,
    person: &PersonInfo,
    category: CareCategory,
) -> Checked<Fact> {
    let (note, seen) = notes_of(run, node, person, category)?;
    Ok(Fact {
        shows: note,
        ..Fact::default().after(&seen)
    })
}

/// Somebody in care, a need that has not ended, and the grid.
fn in_care(run: &mut Run<'_>, node: usize) -> Checked<Option<(PersonInfo, CareCategory, String)>> {
    let list = run.ask(node, "the care list", |home| home.care_list(None, false))?;
    let Some(CareLine { person, grid, .. }) = run.pick(&list) else {
        return Ok(None);
    };
    run.ledger.places.people.insert(person.person);
    let need = run.pick(&person.needs);
    Ok(need.map(|need| (person, need.category, grid)))
}

/// A need is looked at again: that is a record of its own, and the need keeps its note.
pub(super) fn review_care(run: &mut Run<'_>, node: usize) -> Done {
    let Some((person, category, grid)) = in_care(run, node)? else {
        return Ok(None);
    };
    let word = run.ledger.word();
    let review = CareReview {
        category: Some(category),
        risk: any_risk(run),
        // Another one each time: what does not differ is not written.
        cadence: Some(Some(Cadence::EveryDays(run.ledger.count() % 366 + 1))),
        note: Some(word.clone()),
        ..CareReview::default()
    };
    let facts = vec![Fact::new(word), rewritten(run, node, &person, category)?];
    let call = move |home: &Doorknock| home.review_care(person.person, &review);
    Ok(Some(Deed::new("review", &grid, facts, call)))
}

pub(super) fn end_care(run: &mut Run<'_>, node: usize) -> Done {
    let Some((person, category, grid)) = in_care(run, node)? else {
        return Ok(None);
    };
    let (_, seen) = notes_of(run, node, &person, category)?;
    let word = run.ledger.word();
    let facts = vec![Fact::new(word.clone()).after(&seen)];
    let (id, why) = (person.person, EndReason::Recovered);
    let call = move |home: &Doorknock| home.end_care(id, Some(category), why, Some(&word));
    Ok(Some(Deed::new("care ended", &grid, facts, call)))
}

pub(super) fn replan(run: &mut Run<'_>, node: usize) -> Done {
    let (door, grid) = run.any_door(node)?;
    Ok(Some(Deed::new("replan", &grid, vec![], move |home| {
        home.replan(door)
    })))
}

pub(super) fn replan_all(_: &mut Run<'_>, _: usize) -> Done {
    Ok(Some(Deed::new("replan", "", vec![], Doorknock::replan_all)))
}
