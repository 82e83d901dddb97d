//! Visits: recording them, listing them, showing one.

use doorknock::{Doorknock, NewVisit, VisitInfo};
use serde_json::{Value, json};

use super::Desk;
use crate::cli::{ListVisits, LogVisit, ShowVisit};
use crate::lang::{Lang, clock};
use crate::output::{Failure, Reply, fields, rfc3339, table};

/// `visit log`: `{"visit"}`.
pub(super) fn log(desk: &Desk, args: LogVisit) -> Result<Reply, Failure> {
    let home = desk.open()?;
    let visit = NewVisit {
        door: home.find_door(&args.door)?,
        outcome: args.outcome,
        channel: args.channel,
        at: args.at.map(|at| at.timestamp()),
        with: args.with,
        checklist: None,
        answers: args.answer,
        summary: args.summary,
        follow_up: args.follow_up,
    };
    let id = home.log_visit(&visit)?;
    let kept = desk.pick(
        "已保存在本机，同步后到服务器。",
        "Kept on this machine; sync sends it.",
    );
    Ok(Reply::new(
        json!({ "visit": id }),
        format!("{kept}\n{}: {id}", desk.pick("编号", "id")),
    ))
}

/// `visit list`: `{"visits"}`, newest first.
pub(super) fn list(desk: &Desk, args: &ListVisits) -> Result<Reply, Failure> {
    let home = desk.open()?;
    let door = args
        .door
        .as_deref()
        .map(|door| home.find_door(door))
        .transpose()?;
    let visits = home.visits(door, args.limit)?;
    let json = json!({ "visits": visits.iter().map(line).collect::<Vec<_>>() });
    if visits.is_empty() {
        return Ok(Reply::new(
            json,
            desk.pick("还没有走访记录。", "There are no visits yet."),
        ));
    }
    Ok(Reply::new(json, rows(desk.lang, &visits)))
}

/// `visit show`: a visit of the list with everything else there is to it.
pub(super) fn show(desk: &Desk, args: &ShowVisit) -> Result<Reply, Failure> {
    let home: Doorknock = desk.open()?;
    let visit = home.visit(args.visit)?;
    Ok(Reply::new(whole(&visit), page(desk.lang, &visit)))
}

/// A visit as `visit list` gives it.
pub(super) fn line(visit: &VisitInfo) -> Value {
    json!({
        "visit": visit.visit,
        "door": visit.door,
        "at": rfc3339(&visit.at),
        "by": visit.by,
        "outcome": visit.outcome.word(),
        "summary": visit.summary,
        "follow_up": visit.follow_up,
    })
}

fn whole(visit: &VisitInfo) -> Value {
    let mut json = line(visit);
    let answers = visit.answers.iter().map(|answer| {
        json!({
            "item": answer.code,
            "question": { "zh": answer.question.zh, "en": answer.question.en },
            "answer": { "zh": answer.answer.zh, "en": answer.answer.en },
        })
    });
    json["address"] = json!(visit.address);
    json["member"] = json!(visit.member);
    json["device"] = json!(visit.device);
    json["channel"] = json!(visit.channel.word());
    json["with"] = json!(visit.with);
    json["answers"] = answers.collect();
    json
}

/// A table of visits.
pub(super) fn rows(lang: Lang, visits: &[VisitInfo]) -> String {
    let header = match lang {
        Lang::Zh => ["时间", "门户", "结果", "走访人", "小结", "回访", "编号"],
        Lang::En => ["at", "door", "outcome", "by", "summary", "follow up", "id"],
    };
    table(
        &header,
        visits.iter().map(|visit| {
            vec![
                clock(&visit.at),
                visit.address.clone(),
                lang.word(visit.outcome.word(), visit.outcome.zh()),
                visit.by.clone(),
                visit.summary.clone().unwrap_or_default(),
                visit
                    .follow_up
                    .map(|day| day.to_string())
                    .unwrap_or_default(),
                visit.visit.to_string(),
            ]
        }),
    )
}

fn page(lang: Lang, visit: &VisitInfo) -> String {
    let mut shown = vec![
        (lang.pick("时间", "at"), clock(&visit.at)),
        (
            lang.pick("门户", "door"),
            format!("{} ({})", visit.address, visit.door),
        ),
        (lang.pick("走访人", "by"), visit.by.clone()),
        (
            lang.pick("同行", "with"),
            visit.with.join(lang.pick("、", ", ")),
        ),
        (
            lang.pick("方式", "channel"),
            lang.word(visit.channel.word(), visit.channel.zh()),
        ),
        (
            lang.pick("结果", "outcome"),
            lang.word(visit.outcome.word(), visit.outcome.zh()),
        ),
        (
            lang.pick("小结", "summary"),
            visit.summary.clone().unwrap_or_default(),
        ),
        (
            lang.pick("约定回访", "follow up"),
            visit
                .follow_up
                .map(|day| day.to_string())
                .unwrap_or_default(),
        ),
        (lang.pick("编号", "id"), visit.visit.to_string()),
    ];
    for answer in &visit.answers {
        let question = lang.pick(&answer.question.zh, &answer.question.en);
        shown.push((
            question,
            lang.pick(&answer.answer.zh, &answer.answer.en).to_owned(),
        ));
    }
    fields(&shown)
}
