//! The door-knock list of a day.

use doorknock::model::round::{DayPart, Reason, Status};
use doorknock::{Round, RoundLine};
use serde_json::{Value, json};

use super::Desk;
use crate::cli::RoundArgs;
use crate::lang::{Lang, clock};
use crate::output::{Failure, Reply, rfc3339, short, table};

/// `round`: `{"date", "grid", "as_of", "items"}`.
pub(super) fn round(desk: &Desk, args: &RoundArgs) -> Result<Reply, Failure> {
    let round = desk.open()?.round(args.grid.as_deref(), args.date)?;
    let items: Vec<Value> = round.items.iter().map(item).collect();
    let json = json!({
        "date": round.date,
        "grid": round.grid,
        "as_of": rfc3339(&round.as_of),
        "items": items,
    });
    Ok(Reply::new(json, text(desk.lang, &round)))
}

fn item(line: &RoundLine) -> Value {
    json!({
        "door": line.door,
        "address": line.address,
        "status": line.status.word(),
        "reasons": line.reasons.iter().map(reason).collect::<Vec<_>>(),
        "checklist": line.checklist,
    })
}

fn reason(reason: &Reason) -> Value {
    let kind = reason.word();
    match reason {
        Reason::FollowUp { on } => json!({ "kind": kind, "on": on }),
        Reason::Overdue { due, days } => json!({ "kind": kind, "due": due, "days": days }),
        Reason::NobodyHome {
            tries,
            tried_parts,
            suggest_call,
        } => json!({
            "kind": kind,
            "tries": tries,
            "tried_parts": parts(*tried_parts).map(|(word, _)| word).collect::<Vec<_>>(),
            "suggest_call": suggest_call,
        }),
        Reason::Due { due } => json!({ "kind": kind, "due": due }),
        Reason::NewHousehold { since } => json!({ "kind": kind, "since": since }),
    }
}

fn parts(bits: u8) -> impl Iterator<Item = (&'static str, &'static str)> {
    let all = [
        (DayPart::Morning, ("morning", "上午")),
        (DayPart::Afternoon, ("afternoon", "下午")),
        (DayPart::Evening, ("evening", "晚上")),
    ];
    all.into_iter()
        .filter(move |(part, _)| bits & part.bit() != 0)
        .map(|(_, words)| words)
}

fn text(lang: Lang, round: &Round) -> String {
    let done = round
        .items
        .iter()
        .filter(|line| line.status == Status::Done)
        .count();
    let due = round.items.len() - done;
    let (date, grid, as_of) = (round.date, &round.grid, clock(&round.as_of));
    let head = match lang {
        Lang::Zh => format!("{date} 网格 {grid}：待敲 {due}，已完成 {done}（截至 {as_of}）"),
        Lang::En => format!("{date} grid {grid}: {due} to knock, {done} done (as of {as_of})"),
    };
    if round.items.is_empty() {
        return format!(
            "{head}\n{}",
            lang.pick("今天没有要敲的门。", "No door is due.")
        );
    }
    let rows = round.items.iter().map(|line| {
        let mark = if line.status == Status::Done {
            "✓"
        } else {
            ""
        };
        let why: Vec<String> = line
            .reasons
            .iter()
            .map(|reason| said(lang, reason))
            .collect();
        vec![
            mark.to_owned(),
            line.address.clone(),
            why.join(lang.pick("；", "; ")),
            line.contact.clone().unwrap_or_default(),
            short(line.door),
        ]
    });
    let header = match lang {
        Lang::Zh => ["", "门户", "事由", "联系人", "编号"],
        Lang::En => ["", "door", "why", "contact", "id"],
    };
    format!("{head}\n{}", table(&header, rows))
}

/// A reason for people.
fn said(lang: Lang, reason: &Reason) -> String {
    let chinese = lang == Lang::Zh;
    match reason {
        Reason::FollowUp { on } if chinese => format!("约定 {} 回访", on.format("%m-%d")),
        Reason::FollowUp { on } => format!("return promised for {}", on.format("%m-%d")),
        Reason::Overdue { days, .. } if chinese => format!("逾期 {days} 天"),
        Reason::Overdue { days: 1, .. } => "1 day overdue".to_owned(),
        Reason::Overdue { days, .. } => format!("{days} days overdue"),
        Reason::NobodyHome {
            tries,
            tried_parts,
            suggest_call,
        } => {
            let tried = parts(*tried_parts).map(|(en, zh)| lang.pick(zh, en));
            let tried = tried.collect::<Vec<_>>().join(lang.pick("、", ", "));
            let mut said = match lang {
                Lang::Zh => format!("无人在家 {tries} 次（{tried}）"),
                Lang::En => format!("nobody home {tries}x ({tried})"),
            };
            if *suggest_call {
                said += lang.pick("，宜电话或问邻居", ", call or ask a neighbour");
            }
            said
        }
        Reason::Due { .. } => lang.pick("今日应访", "due today").to_owned(),
        Reason::NewHousehold { since } if chinese => format!("{} 新入住", since.format("%m-%d")),
        Reason::NewHousehold { since } => format!("moved in {}", since.format("%m-%d")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_its_kind_its_facts_and_a_sentence() {
        let day = "2026-11-20".parse().unwrap();
        let table = [
            (
                Reason::FollowUp { on: day },
                r#"{"kind":"follow_up","on":"2026-11-20"}"#,
                "约定 11-20 回访",
            ),
            (
                Reason::Overdue { due: day, days: 3 },
                r#"{"days":3,"due":"2026-11-20","kind":"overdue"}"#,
                "逾期 3 天",
            ),
            (
                Reason::NobodyHome {
                    tries: 3,
                    tried_parts: 5,
                    suggest_call: true,
                },
                r#"{"kind":"nobody_home","suggest_call":true,"tried_parts":["morning","evening"],"tries":3}"#,
                "无人在家 3 次（上午、晚上），宜电话或问邻居",
            ),
            (
                Reason::Due { due: day },
                r#"{"due":"2026-11-20","kind":"due"}"#,
                "今日应访",
            ),
            (
                Reason::NewHousehold { since: day },
                r#"{"kind":"new_household","since":"2026-11-20"}"#,
                "11-20 新入住",
            ),
        ];
        for (why, json, zh) in table {
            let expected: Value = serde_json::from_str(json).unwrap();
            assert_eq!(reason(&why), expected);
            assert_eq!(said(Lang::Zh, &why), zh);
            assert!(said(Lang::En, &why).is_ascii());
        }
    }
}
