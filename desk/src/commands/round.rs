//! The door-knock list of a day.

use doorknock::model::kinds::DecisionKind;
use doorknock::model::round::{DayPart, Reason, Status};
use doorknock::{DecisionInfo, MemberName, Round, RoundLine};
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
        "takers": line.takers.iter().map(member).collect::<Vec<_>>(),
        "assigned": line.assigned.iter().map(member).collect::<Vec<_>>(),
        "decisions": line.decisions.iter().map(decision).collect::<Vec<_>>(),
    })
}

fn member(member: &MemberName) -> Value {
    json!({ "member": member.member, "name": member.name })
}

fn decision(decision: &DecisionInfo) -> Value {
    json!({
        "decision": decision.decision,
        "what": decision.what.word(),
        "by": member(&decision.by),
        "member": decision.member.as_ref().map(member),
        "reason": decision.reason,
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
            parts_left,
            suggest_call,
        } => json!({
            "kind": kind,
            "tries": tries,
            "tried_parts": parts(*tried_parts).map(|(word, _)| word).collect::<Vec<_>>(),
            "parts_left": parts(*parts_left).map(|(word, _)| word).collect::<Vec<_>>(),
            "suggest_call": suggest_call,
        }),
        Reason::Matter { by, matter } => json!({ "kind": kind, "by": by, "matter": matter }),
        Reason::Period {
            due,
            days,
            name,
            kind: what,
            until,
            period,
        } => json!({
            "kind": kind,
            "due": due,
            "days": days,
            "name": name,
            "period_kind": what.map(|w| w.word()),
            "until": until,
            "period": period,
        }),
        Reason::Added { why, by } => json!({ "kind": kind, "why": why, "by": by }),
        Reason::Review { on } => json!({ "kind": kind, "on": on }),
        Reason::Campaign {
            until,
            name,
            campaign,
        } => json!({ "kind": kind, "until": until, "name": name, "campaign": campaign }),
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
    let count = |status| round.items.iter().filter(|l| l.status == status).count();
    let (due, done) = (count(Status::Due), count(Status::Done));
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
        let mark = match line.status {
            Status::Done => "✓",
            Status::Skipped => "—",
            Status::Due => "",
        };
        let reasons = line.reasons.iter().map(|reason| said(lang, reason));
        let why: Vec<String> = reasons.chain(left_out(lang, line)).collect();
        vec![
            mark.to_owned(),
            line.address.clone(),
            why.join(lang.pick("；", "; ")),
            line.contact.clone().unwrap_or_default(),
            who(lang, line),
            short(line.door),
        ]
    });
    let header = match lang {
        Lang::Zh => ["", "门户", "事由", "联系人", "谁去", "编号"],
        Lang::En => ["", "door", "why", "contact", "who goes", "id"],
    };
    format!("{head}\n{}", table(&header, rows))
}

/// Who goes there: everybody who took it, and those it was given to.
fn who(lang: Lang, line: &RoundLine) -> String {
    let given = line.assigned.iter().filter(|m| !line.takers.contains(m));
    let given = given.map(|m| match lang {
        Lang::Zh => format!("{}（指派）", m.name),
        Lang::En => format!("{} (assigned)", m.name),
    });
    let all: Vec<_> = line
        .takers
        .iter()
        .map(|m| m.name.clone())
        .chain(given)
        .collect();
    all.join(lang.pick("、", ", "))
}

/// Why it is left out.
fn left_out(lang: Lang, line: &RoundLine) -> impl Iterator<Item = String> {
    let skips = line
        .decisions
        .iter()
        .filter(|d| d.what == DecisionKind::Skip);
    skips.map(move |skip| {
        let reason = skip.reason.as_deref().unwrap_or_default();
        match lang {
            Lang::Zh => format!("{} 跳过：{reason}", skip.by.name),
            Lang::En => format!("left out by {}: {reason}", skip.by.name),
        }
    })
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
            parts_left,
            suggest_call,
        } => {
            let joined = |bits| {
                let words = parts(bits).map(|(en, zh)| lang.pick(zh, en));
                words.collect::<Vec<_>>().join(lang.pick("、", ", "))
            };
            let (tried, left) = (joined(*tried_parts), joined(*parts_left));
            let said = match lang {
                Lang::Zh => format!("无人在家 {tries} 次（{tried}）"),
                Lang::En => format!("nobody home {tries}x ({tried})"),
            };
            said + &match (suggest_call, lang) {
                (true, _) => lang
                    .pick("，宜电话或问邻居", ", call or ask a neighbour")
                    .to_owned(),
                (false, _) if left.is_empty() => String::new(),
                (false, Lang::Zh) => format!("，可改在{left}"),
                (false, Lang::En) => format!(", try {left}"),
            }
        }
        Reason::Matter { by: Some(by), .. } if chinese => {
            format!("诉求待上门，{} 前", by.format("%m-%d"))
        }
        Reason::Matter { .. } => lang
            .pick("诉求待上门", "a matter awaits a visit")
            .to_owned(),
        Reason::Period { name, days: 0, .. } => name.clone(),
        Reason::Period { name, days, .. } if chinese => format!("{name}，逾期 {days} 天"),
        Reason::Period { name, days, .. } => format!("{name}, {days}d overdue"),
        Reason::Added { why, .. } => {
            let why = why.as_deref().unwrap_or_default();
            format!("{}{why}", lang.pick("加入：", "added: "))
        }
        Reason::Review { .. } => lang
            .pick("关爱需求待复核", "a care need to review")
            .to_owned(),
        Reason::Campaign { name, until, .. } if chinese => {
            format!("{name}（至 {}）", until.format("%m-%d"))
        }
        Reason::Campaign { name, until, .. } => format!("{name} (until {})", until.format("%m-%d")),
        Reason::Due { .. } => lang.pick("今日应访", "due today").to_owned(),
        Reason::NewHousehold { since } if chinese => format!("{} 新入住", since.format("%m-%d")),
        Reason::NewHousehold { since } => format!("moved in {}", since.format("%m-%d")),
    }
}

#[cfg(test)]
mod tests {
    use doorknock::model::ids::{DocId, MatterId, MemberId};
    use doorknock::model::kinds::PeriodKind;

    use super::*;

    #[test]
    fn every_reason_has_its_kind_its_facts_and_a_sentence() {
        let day = "2026-11-20".parse().unwrap();
        let id = DocId([7; 16]);
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
                    parts_left: 0,
                    suggest_call: true,
                },
                r#"{"kind":"nobody_home","suggest_call":true,"tried_parts":["morning","evening"],"parts_left":[],"tries":3}"#,
                "无人在家 3 次（上午、晚上），宜电话或问邻居",
            ),
            (
                Reason::NobodyHome {
                    tries: 1,
                    tried_parts: 1,
                    parts_left: 6,
                    suggest_call: false,
                },
                r#"{"kind":"nobody_home","suggest_call":false,"tried_parts":["morning"],"parts_left":["afternoon","evening"],"tries":1}"#,
                "无人在家 1 次（上午），可改在下午、晚上",
            ),
            (
                Reason::Matter {
                    by: Some(day),
                    matter: MatterId([7; 16]),
                },
                r#"{"kind":"matter","by":"2026-11-20","matter":"07070707070707070707070707070707"}"#,
                "诉求待上门，11-20 前",
            ),
            (
                Reason::Period {
                    due: day,
                    days: 2,
                    name: "Flood".to_owned(),
                    kind: Some(PeriodKind::Flood),
                    until: day,
                    period: id,
                },
                r#"{"kind":"period","due":"2026-11-20","days":2,"name":"Flood","period_kind":"flood","until":"2026-11-20","period":"07070707070707070707070707070707"}"#,
                "Flood，逾期 2 天",
            ),
            (
                Reason::Added {
                    why: Some("light on".to_owned()),
                    by: MemberId([7; 16]),
                },
                r#"{"kind":"added","why":"light on","by":"07070707070707070707070707070707"}"#,
                "加入：light on",
            ),
            (
                Reason::Review { on: day },
                r#"{"kind":"review","on":"2026-11-20"}"#,
                "关爱需求待复核",
            ),
            (
                Reason::Campaign {
                    until: day,
                    name: "Winter".to_owned(),
                    campaign: id,
                },
                r#"{"kind":"campaign","until":"2026-11-20","name":"Winter","campaign":"07070707070707070707070707070707"}"#,
                "Winter（至 11-20）",
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
