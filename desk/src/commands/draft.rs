//! Recording a visit, from a draft or not, and the drafts.

use doorknock::model::kinds::Channel;
use doorknock::{Doorknock, Draft, DraftInfo, NewVisit};
use serde_json::{Value, json};

use super::Desk;
use crate::cli::{DraftVerb, LogVisit, OneDraft};
use crate::lang::{Lang, clock};
use crate::output::{Failure, Reply, fields, rfc3339, table};

/// `visit log`: `{"visit"}`, or `{"draft"}` with `--draft`.
pub(super) fn log(desk: &Desk, args: LogVisit) -> Result<Reply, Failure> {
    let home = desk.open()?;
    let (only_draft, from) = (args.draft, args.from_draft);
    let draft = written(&home, args)?;
    if only_draft {
        let id = home.save_draft(from, &draft)?;
        let kept = desk.pick(
            "已存为草稿，只在本机。",
            "Saved as a draft, on this machine only.",
        );
        return Ok(Reply::new(
            json!({ "draft": id }),
            format!("{kept}\n{}: {id}", desk.pick("编号", "id")),
        ));
    }
    let visit = complete(draft)?;
    let id = match from {
        Some(draft) => home.log_draft(draft, &visit)?,
        None => home.log_visit(&visit)?,
    };
    let kept = desk.pick(
        "已保存在本机，同步后到服务器。",
        "Kept on this machine; sync sends it.",
    );
    Ok(Reply::new(
        json!({ "visit": id }),
        format!("{kept}\n{}: {id}", desk.pick("编号", "id")),
    ))
}

/// What was given, over what the draft had.
fn written(home: &Doorknock, args: LogVisit) -> Result<Draft, Failure> {
    let mut draft = match args.from_draft {
        Some(draft) => home.draft(draft)?.content,
        None => Draft::default(),
    };
    if let Some(door) = &args.door {
        draft.door = Some(home.find_door(door)?);
    }
    draft.outcome = args.outcome.or(draft.outcome);
    draft.channel = args.channel.or(draft.channel);
    draft.at = args.at.map(|at| at.timestamp()).or(draft.at);
    draft.summary = args.summary.or(draft.summary);
    draft.follow_up = args.follow_up.or(draft.follow_up);
    draft.checklist = args.checklist.or(draft.checklist);
    draft.answers.extend(args.answer);
    draft.with.extend(args.with);
    draft.matters.extend(args.matter);
    Ok(draft)
}

fn complete(draft: Draft) -> Result<NewVisit, Failure> {
    let lacks = |option: &str| {
        Failure::usage(doorknock::model::Message::new(
            "usage",
            format!(
                "用法错误：草稿里没有 {option}，请补上。用 doorknock visit log --help 查看用法。"
            ),
            format!("Usage: the draft has no {option}; give it. See doorknock visit log --help."),
        ))
    };
    Ok(NewVisit {
        door: draft.door.ok_or_else(|| lacks("--door"))?,
        outcome: draft.outcome.ok_or_else(|| lacks("--outcome"))?,
        channel: draft.channel.unwrap_or(Channel::InPerson),
        at: draft.at,
        with: draft.with,
        checklist: draft.checklist,
        answers: draft.answers,
        summary: draft.summary,
        follow_up: draft.follow_up,
        matters: draft.matters,
    })
}

/// `visit draft list | show | discard`.
pub(super) fn run(desk: &Desk, verb: &DraftVerb) -> Result<Reply, Failure> {
    match verb {
        DraftVerb::List => list(desk),
        DraftVerb::Show(args) => show(desk, args),
        DraftVerb::Discard(args) => {
            desk.open()?.discard_draft(args.draft)?;
            let done = desk.pick("草稿已丢弃。", "The draft is gone.");
            Ok(Reply::new(json!({ "draft": args.draft }), done))
        }
    }
}

/// `{"drafts"}`, the one saved last first.
fn list(desk: &Desk) -> Result<Reply, Failure> {
    let drafts = desk.open()?.drafts()?;
    let json = json!({ "drafts": drafts.iter().map(line).collect::<Vec<_>>() });
    if drafts.is_empty() {
        return Ok(Reply::new(
            json,
            desk.pick("没有草稿。", "There are no drafts."),
        ));
    }
    let header = match desk.lang {
        Lang::Zh => ["保存时间", "门户", "小结", "编号"],
        Lang::En => ["saved", "door", "summary", "id"],
    };
    let rows = drafts.iter().map(|draft| {
        vec![
            clock(&draft.saved),
            draft.address.clone().unwrap_or_default(),
            draft.content.summary.clone().unwrap_or_default(),
            draft.draft.to_string(),
        ]
    });
    Ok(Reply::new(json, table(&header, rows)))
}

fn show(desk: &Desk, args: &OneDraft) -> Result<Reply, Failure> {
    let draft = desk.open()?.draft(args.draft)?;
    let content = &draft.content;
    let lang = desk.lang;
    let text = fields(&[
        (lang.pick("保存时间", "saved"), clock(&draft.saved)),
        (
            lang.pick("门户", "door"),
            draft.address.clone().unwrap_or_default(),
        ),
        (
            lang.pick("结果", "outcome"),
            content
                .outcome
                .map(|o| lang.word(o.word(), o.zh()))
                .unwrap_or_default(),
        ),
        (
            lang.pick("小结", "summary"),
            content.summary.clone().unwrap_or_default(),
        ),
        (
            lang.pick("回答", "answers"),
            content.answers.join(lang.pick("、", ", ")),
        ),
        (lang.pick("编号", "id"), draft.draft.to_string()),
    ]);
    Ok(Reply::new(line(&draft), text))
}

fn line(draft: &DraftInfo) -> Value {
    let content = &draft.content;
    let at = content
        .at
        .and_then(|at| chrono::DateTime::from_timestamp(at, 0));
    json!({
        "draft": draft.draft,
        "saved": rfc3339(&draft.saved),
        "door": content.door,
        "address": draft.address,
        "outcome": content.outcome.map(|o| o.word()),
        "channel": content.channel.map(|c| c.word()),
        "at": at.map(|at| rfc3339(&at.with_timezone(draft.saved.offset()))),
        "with": content.with,
        "checklist": content.checklist,
        "answers": content.answers,
        "summary": content.summary,
        "follow_up": content.follow_up,
        "matters": content.matters,
    })
}
