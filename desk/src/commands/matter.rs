//! Matters: raising them, their steps, lists, and one with its history.

mod page;
mod sheet;

use std::path::Path;

use doorknock::model::Message;
use doorknock::model::ids::{DocId, EventId, PersonId};
use doorknock::model::matter::Step;
use doorknock::{Doorknock, MatterDetail, MatterLine, MattersWanted, NewMatter, NewStep};
use doorknock_desk::out_file::OutFile;
use serde_json::json;

use super::Desk;
use super::place::{place_json, place_text};
use crate::matters::{Act, FixedVerb, ListMatters, MatterVerb, Raise, Sheet, ShowMatter, name};
use crate::output::{Failure, Reply};

/// Runs a command of matters.
pub(super) fn run(desk: &Desk, verb: MatterVerb) -> Result<Reply, Failure> {
    match verb {
        MatterVerb::Fixed(FixedVerb::Raise(args)) => raise(desk, args),
        MatterVerb::Fixed(FixedVerb::List(args)) => list(desk, args),
        MatterVerb::Fixed(FixedVerb::Show(args)) => show(desk, &args),
        MatterVerb::Fixed(FixedVerb::Sheet(args)) => sheet_again(desk, &args),
        MatterVerb::Act(typed) => act(desk, typed),
    }
}

/// `matter raise`: as a step's.
fn raise(desk: &Desk, args: Raise) -> Result<Reply, Failure> {
    let home = desk.open()?;
    let door = args
        .door
        .as_deref()
        .map(|door| home.find_door(door))
        .transpose()?;
    let person = match (door, &args.person) {
        (Some(door), Some(name)) => Some(person(&home, door, name)?),
        _ => None,
    };
    let new = NewMatter {
        description: args.description,
        kind: args.kind,
        door,
        person,
        grid: args.grid,
        step: NewStep {
            at: args.at.map(|at| at.timestamp()),
            due: args.due,
            visit_by: args.visit_by,
            visit: args.visit,
            ..NewStep::new(Step::Raise)
        },
        ..NewMatter::new(&args.title, args.urgency, args.source)
    };
    let matter = home.matter(home.raise_matter(&new)?)?;
    let raised = matter.history.first().map(|l| l.event);
    Ok(done(desk, &matter, raised.unwrap_or_default()))
}

fn person(
    home: &Doorknock,
    door: doorknock::model::ids::DoorId,
    name: &str,
) -> Result<PersonId, Failure> {
    let people = home.door(door)?.people;
    let mut found = people.iter().filter(|p| p.name.as_deref() == Some(name));
    match (found.next(), found.next()) {
        (Some(person), None) => Ok(person.person),
        _ => Err(Message::new(
            "not_found",
            "这一户没有这个姓名；请用 door show 核对，或先不填。",
            "Nobody of this name lives behind that door; see door show, or leave it out.",
        )
        .into()),
    }
}

/// `matter list`: `{"matters"}`.
fn list(desk: &Desk, args: ListMatters) -> Result<Reply, Failure> {
    let home = desk.open()?;
    let wanted = MattersWanted {
        grid: args.grid,
        door: args
            .door
            .as_deref()
            .map(|door| home.find_door(door))
            .transpose()?,
        open: args.open,
        overdue: args.overdue,
        visit: args.visit,
    };
    let matters = home.matters(&wanted, args.limit)?;
    let json = json!({ "matters": matters.iter().map(page::line).collect::<Vec<_>>() });
    if matters.is_empty() {
        let none = desk.pick("没有这样的诉求。", "There are no such matters.");
        return Ok(Reply::new(json, none));
    }
    Ok(Reply::new(json, page::rows(desk.lang, &matters)))
}

/// `matter show`: a matter of the list with everything else there is to it.
fn show(desk: &Desk, args: &ShowMatter) -> Result<Reply, Failure> {
    let home = desk.open()?;
    let matter = home.matter(home.find_matter(&args.matter)?)?;
    let place = home.place_of(DocId(matter.info.matter.0), None)?;
    let mut json = page::whole(&matter);
    json["where"] = place_json(desk.lang, &place);
    let page = page::page(desk.lang, &matter);
    let text = format!("{page}\n{}", place_text(desk.lang, &place));
    Ok(Reply::new(json, text))
}

/// `matter sheet`: `{"matter","file"}`.
fn sheet_again(desk: &Desk, args: &Sheet) -> Result<Reply, Failure> {
    let out = OutFile::begin(&args.out, args.force)?;
    let home = desk.open()?;
    let matter = home.matter(home.find_matter(&args.matter)?)?;
    let sent = |line: &&MatterLine| line.step == Step::Dispatch && line.effect.counts();
    let Some(line) = matter.history.iter().rfind(sent) else {
        return Err(Message::new(
            "not_dispatched",
            "这件诉求还没有派单；请先用 matter dispatch。",
            "This matter was not dispatched yet; use matter dispatch.",
        )
        .into());
    };
    sheet::write(desk, &home, (out, &args.out), (&matter, line))?;
    let mut reply = Reply::new(json!({ "matter": matter.info.matter }), "");
    written(desk, &mut reply, &args.out);
    Ok(reply)
}

fn written(desk: &Desk, reply: &mut Reply, path: &Path) {
    let file = path.display().to_string();
    let wrote = desk.pick("派单已写入文件", "The sheet was written");
    reply.text = format!("{}\n{wrote}: {file}", reply.text).trim().to_owned();
    reply.json["file"] = json!(file);
}

/// A step: `{"matter","event","stage","place","open","next"}`, and `"file"`.
fn act(desk: &Desk, typed: Act) -> Result<Reply, Failure> {
    // Before the step is recorded: a sheet that cannot be written must not leave a partner unasked.
    let out = match &typed.out {
        Some(path) => Some((OutFile::begin(path, typed.force)?, path.as_path())),
        None => None,
    };
    let home = desk.open()?;
    let id = home.find_matter(&typed.matter)?;
    let mut step = typed.step;
    if let Some(option) = &typed.option {
        step.option = Some(choice(&home.matter(id)?, option)?);
    }
    let event = home.act_on_matter(id, &step)?;
    let matter = home.matter(id)?;
    let mut reply = done(desk, &matter, event);
    let line = matter.history.iter().find(|l| l.event == event);
    if let (Some((out, path)), Some(line)) = (out, line) {
        sheet::write(desk, &home, (out, path), (&matter, line))?;
        written(desk, &mut reply, path);
    }
    Ok(reply)
}

/// The option of this number, from 1, or of this text.
fn choice(matter: &MatterDetail, typed: &str) -> Result<EventId, Failure> {
    let number = typed.parse::<usize>().ok().and_then(|n| n.checked_sub(1));
    let found = match number {
        Some(n) => matter.options.get(n),
        None => matter
            .options
            .iter()
            .find(|o| o.text.as_deref() == Some(typed)),
    };
    let found = found.map(|o| o.event);
    found.ok_or_else(|| {
        Message::new(
            "not_found",
            "没有这个方案；请用 matter show 核对。",
            "There is no such option; see matter show.",
        )
        .into()
    })
}

fn done(desk: &Desk, matter: &MatterDetail, event: EventId) -> Reply {
    let info = &matter.info;
    let next: Vec<_> = matter.next.iter().map(|s| name(*s)).collect();
    let kept = desk.pick(
        "已保存在本机，同步后到服务器。",
        "Kept on this machine; sync sends it.",
    );
    let text = format!("{kept}\n{}", page::state(desk.lang, matter));
    Reply::new(
        json!({
            "matter": info.matter,
            "event": event,
            "stage": info.stage.word(),
            "place": info.place.word(),
            "open": info.open,
            "next": next,
        }),
        text,
    )
}
