//! Visits: listing them, showing one.

use doorknock::{Doorknock, VisitInfo};
use serde_json::{Value, json};

use super::Desk;
use super::place::{place_json, place_text};
use crate::cli::{ListVisits, ShowVisit};
use crate::lang::{Lang, clock};
use crate::output::{Failure, Reply, fields, rfc3339, table};

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
    let place = home.place_of_visit(args.visit)?;
    let mut json = whole(&visit);
    json["where"] = place_json(desk.lang, &place);
    let text = format!(
        "{}\n{}",
        page(desk.lang, &visit),
        place_text(desk.lang, &place)
    );
    Ok(Reply::new(json, text))
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
        "corrects": visit.corrected.iter().map(|earlier| earlier.visit).collect::<Vec<_>>(),
        "beside": visit.beside,
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
    json["matters"] = json!(visit.matters);
    json["void"] = json!(visit.void);
    json["why"] = json!(visit.why);
    json["corrected"] = visit.corrected.iter().map(whole).collect();
    json["corrected_by"] = json!(visit.corrected_by);
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
                lang.word(visit.outcome.word(), visit.outcome.zh()) + mark(lang, visit),
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

/// What to know of a line of the list beside its outcome.
fn mark(lang: Lang, visit: &VisitInfo) -> &'static str {
    match (visit.beside.is_empty(), visit.corrected.is_empty()) {
        (false, _) => lang.pick("（更正有冲突）", " (corrections conflict)"),
        (true, false) => lang.pick("（已更正）", " (corrected)"),
        (true, true) => "",
    }
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
    shown.extend(about_corrections(lang, visit));
    for answer in &visit.answers {
        let question = lang.pick(&answer.question.zh, &answer.question.en);
        shown.push((
            question,
            lang.pick(&answer.answer.zh, &answer.answer.en).to_owned(),
        ));
    }
    fields(&shown)
}

fn about_corrections(lang: Lang, visit: &VisitInfo) -> Vec<(&'static str, String)> {
    let mut shown = Vec::new();
    if visit.void {
        let void = lang.pick("这次走访没有发生", "the visit never took place");
        shown.push((lang.pick("撤销", "undone"), void.to_owned()));
    }
    if let Some(why) = &visit.why {
        shown.push((lang.pick("更正原因", "why corrected"), why.clone()));
    }
    for earlier in &visit.corrected {
        let outcome = lang.word(earlier.outcome.word(), earlier.outcome.zh());
        let summary = earlier.summary.as_deref().unwrap_or_default();
        let before = format!("{} {outcome} {summary}（{}）", earlier.by, earlier.visit);
        shown.push((lang.pick("原记录", "before"), before));
    }
    for by in &visit.corrected_by {
        shown.push((lang.pick("已由此更正", "corrected by"), by.to_string()));
    }
    for other in &visit.beside {
        shown.push((
            lang.pick("另有更正", "also corrected by"),
            other.to_string(),
        ));
    }
    shown
}
