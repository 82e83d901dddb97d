//! Correcting and undoing visits, and confirming what they found.

use doorknock::VisitEdit;
use serde_json::json;

use super::{Desk, visit};
use crate::cli::{ConfirmVisit, CorrectVisit, UndoVisit};
use crate::lang::Lang;
use crate::output::{Failure, Reply};

/// `visit correct`: `{"visit"}`, the id of the record that stands in.
pub(super) fn correct(desk: &Desk, args: CorrectVisit) -> Result<Reply, Failure> {
    let edit = VisitEdit {
        outcome: args.outcome,
        channel: args.channel,
        at: args.at.map(|at| at.timestamp()),
        with: (!args.with.is_empty()).then_some(args.with),
        answers: args.answer,
        summary: args.summary,
        follow_up: args.follow_up,
        matters: (!args.matter.is_empty()).then_some(args.matter),
        why: args.why,
        settles: args.settles,
    };
    let id = desk.open()?.correct_visit(args.visit, &edit)?;
    let done = desk.pick(
        "已更正，原记录保留。",
        "Corrected; the record before is kept.",
    );
    Ok(Reply::new(
        json!({ "visit": id }),
        format!("{done}\n{}: {id}", desk.pick("编号", "id")),
    ))
}

/// `visit undo`: `{"visit"}`, the id of the record that says so.
pub(super) fn undo(desk: &Desk, args: &UndoVisit) -> Result<Reply, Failure> {
    let id = desk.open()?.undo_visit(args.visit, args.why.as_deref())?;
    let done = desk.pick(
        "已撤销，原记录保留；更正下面的编号可以恢复。",
        "Undone; the record is kept. Correcting the id below brings it back.",
    );
    Ok(Reply::new(
        json!({ "visit": id }),
        format!("{done}\n{}: {id}", desk.pick("编号", "id")),
    ))
}

/// `visit confirm`: `{"visits"}` that wait; with an id `{"people", "needs_ended", "plan_ended"}`.
pub(super) fn confirm(desk: &Desk, args: &ConfirmVisit) -> Result<Reply, Failure> {
    let home = desk.open()?;
    let Some(visit) = args.visit else {
        let waiting = home.outcomes_to_confirm()?;
        let json = json!({ "visits": waiting.iter().map(visit::line).collect::<Vec<_>>() });
        if waiting.is_empty() {
            let none = desk.pick(
                "没有待确认的搬离或去世。",
                "Nobody who moved away or died waits to be confirmed.",
            );
            return Ok(Reply::new(json, none));
        }
        return Ok(Reply::new(json, visit::rows(desk.lang, &waiting)));
    };
    let confirmed = home.confirm_outcome(visit, &args.person)?;
    let json = json!({
        "people": confirmed.people,
        "needs_ended": confirmed.needs_ended,
        "plan_ended": confirmed.plan_ended,
    });
    let ended = confirmed.needs_ended;
    let mut text = match desk.lang {
        Lang::Zh => format!("已确认，结束关爱需求 {ended} 项。"),
        Lang::En => format!("Confirmed; care needs ended: {ended}."),
    };
    if confirmed.plan_ended {
        text += desk.pick(
            "这一户不再定期走访。",
            " The door is no longer visited regularly.",
        );
    }
    Ok(Reply::new(json, text))
}
