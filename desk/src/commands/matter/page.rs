//! Matters as people and programs read them.

use doorknock::model::matter::{Choice, Effect};
use doorknock::{MatterDetail, MatterInfo, MatterLine};
use serde_json::{Value, json};

use crate::lang::{Lang, clock};
use crate::matters::name;
use crate::output::{fields, rfc3339, short, table};

/// A matter as `matter list` gives it. `first_response` is in seconds.
pub(super) fn line(matter: &MatterInfo) -> Value {
    json!({
        "matter": matter.matter,
        "grid": matter.grid,
        "title": matter.title,
        "kind": matter.kind.word(),
        "urgency": matter.urgency.word(),
        "source": matter.source.word(),
        "door": matter.door,
        "address": matter.address,
        "open": matter.open,
        "stage": matter.stage.word(),
        "place": matter.place.word(),
        "partners": matter.partners,
        "raised_at": matter.raised_at.as_ref().map(rfc3339),
        "first_response": matter.first_response,
        "due": matter.due.as_ref().map(rfc3339),
        "overdue": matter.overdue,
        "ended_at": matter.ended_at.as_ref().map(rfc3339),
        "in_grid": matter.in_grid,
        "visit_by": matter.visit_by,
        "satisfaction": matter.satisfaction.map(|s| s.word()),
        "percent": matter.percent,
        "reopened": matter.reopened,
    })
}

/// A matter as `matter show` gives it.
pub(super) fn whole(matter: &MatterDetail) -> Value {
    let mut json = line(&matter.info);
    let option = |o: &Choice| json!({ "option": o.event, "text": o.text, "households": o.households, "chosen": o.chosen });
    let awaited = matter.awaited.iter();
    let called = matter.called.iter();
    json["description"] = json!(matter.description);
    json["person"] = json!(matter.person_name);
    json["version"] = json!(matter.version);
    json["next"] = matter.next.iter().map(|s| name(*s)).collect();
    json["awaited"] = awaited
        .map(|(partner, due)| json!({ "partner": partner, "due": due.as_ref().map(rfc3339) }))
        .collect();
    json["parties"] = json!(matter.parties);
    json["meetings"] = json!(matter.meetings);
    json["agreements"] = json!(matter.agreements);
    json["options"] = matter.options.iter().map(option).collect();
    json["called"] = called
        .map(|(partner, came)| json!({ "partner": partner, "came": came }))
        .collect();
    json["granted"] = json!(matter.granted);
    json["history"] = matter.history.iter().map(step).collect();
    json
}

fn step(line: &MatterLine) -> Value {
    json!({
        "event": line.event,
        "step": line.step.word(),
        "at": rfc3339(&line.at),
        "by": line.by,
        "member": line.member,
        "device": line.device,
        "effect": line.effect.word(),
        "text": line.text,
        "partner": line.partner,
        "due": line.due.as_ref().map(rfc3339),
        "visit_by": line.visit_by,
        "visit": line.visit,
        "satisfaction": line.satisfaction.map(|s| s.word()),
        "percent": line.percent,
        "option": line.option,
        "households": line.households,
        "parties": line.parties,
        "granted": line.granted,
    })
}

/// A table of matters.
pub(super) fn rows(lang: Lang, matters: &[MatterInfo]) -> String {
    let header = match lang {
        Lang::Zh => ["编号", "标题", "门户", "程度", "进度", "在办", "期限"],
        Lang::En => ["id", "title", "door", "urgency", "stage", "with", "due"],
    };
    let rows = matters.iter().map(|matter| {
        vec![
            short(matter.matter),
            matter.title.clone(),
            matter.address.clone(),
            lang.word(matter.urgency.word(), matter.urgency.zh()),
            lang.word(matter.stage.word(), matter.stage.zh()),
            with(lang, matter),
            due(lang, matter),
        ]
    });
    table(&header, rows)
}

fn with(lang: Lang, matter: &MatterInfo) -> String {
    if matter.partners.is_empty() {
        lang.word(matter.place.word(), matter.place.zh())
    } else {
        matter.partners.join(lang.pick("、", ", "))
    }
}

fn due(lang: Lang, matter: &MatterInfo) -> String {
    let due = matter.due.as_ref().map(clock).unwrap_or_default();
    if matter.overdue {
        format!("{due} {}", lang.pick("超期", "late"))
    } else {
        due
    }
}

/// Where it stands and what may be done next, on two lines.
pub(super) fn state(lang: Lang, matter: &MatterDetail) -> String {
    let info = &matter.info;
    let stage = lang.word(info.stage.word(), info.stage.zh());
    let next: Vec<_> = matter
        .next
        .iter()
        .map(|s| match lang {
            Lang::Zh => format!("{}（{}）", name(*s), s.zh()),
            Lang::En => name(*s).to_owned(),
        })
        .collect();
    format!(
        "{} {}: {stage}, {}\n{}: {}",
        lang.pick("诉求", "Matter"),
        short(info.matter),
        with(lang, info),
        lang.pick("下一步可以", "Next"),
        next.join(lang.pick("、", ", "))
    )
}

/// Everything there is to a matter.
pub(super) fn page(lang: Lang, matter: &MatterDetail) -> String {
    let info = &matter.info;
    let text = |text: Option<&String>| text.cloned().unwrap_or_default();
    let shown = [
        (lang.pick("编号", "id"), info.matter.to_string()),
        (lang.pick("标题", "title"), info.title.clone()),
        (
            lang.pick("内容", "description"),
            text(matter.description.as_ref()),
        ),
        (lang.pick("门户", "door"), info.address.clone()),
        (
            lang.pick("反映人", "raised by"),
            text(matter.person_name.as_ref()),
        ),
        (
            lang.pick("类型", "kind"),
            lang.word(info.kind.word(), info.kind.zh()),
        ),
        (
            lang.pick("程度", "urgency"),
            lang.word(info.urgency.word(), info.urgency.zh()),
        ),
        (
            lang.pick("来源", "source"),
            lang.word(info.source.word(), info.source.zh()),
        ),
        (lang.pick("期限", "due"), due(lang, info)),
        (
            lang.pick("请在此前走访", "visit by"),
            info.visit_by.map(|d| d.to_string()).unwrap_or_default(),
        ),
        (
            lang.pick("满意度", "satisfaction"),
            info.satisfaction
                .map(|s| lang.word(s.word(), s.zh()))
                .unwrap_or_default(),
        ),
        (
            lang.pick("满意率", "content"),
            info.percent.map(|p| format!("{p}%")).unwrap_or_default(),
        ),
        (
            lang.pick("当事人", "parties"),
            matter.parties.join(lang.pick("、", ", ")),
        ),
        (
            lang.pick("协议", "agreement"),
            matter.agreements.join(lang.pick("；", "; ")),
        ),
        (lang.pick("方案", "options"), options(lang, &matter.options)),
        (lang.pick("吹哨", "called"), called(lang, &matter.called)),
        (lang.pick("审批", "decision"), granted(lang, matter.granted)),
    ];
    format!(
        "{}\n\n{}\n\n{}",
        state(lang, matter),
        fields(&shown),
        history(lang, &matter.history)
    )
}

fn options(lang: Lang, options: &[Choice]) -> String {
    let one = |(n, o): (usize, &Choice)| {
        let text = o.text.as_deref().unwrap_or("");
        let mark = if o.chosen {
            lang.pick("，选定", ", chosen")
        } else {
            ""
        };
        let households = lang.pick("户", "households");
        format!("{}. {text} ({} {households}{mark})", n + 1, o.households)
    };
    options
        .iter()
        .enumerate()
        .map(one)
        .collect::<Vec<_>>()
        .join(" ")
}

fn called(lang: Lang, called: &[(String, bool)]) -> String {
    let came = |came: bool| {
        if came {
            lang.pick("已报到", "came")
        } else {
            lang.pick("未报到", "awaited")
        }
    };
    let all = called
        .iter()
        .map(|(who, is)| format!("{who} ({})", came(*is)));
    all.collect::<Vec<_>>().join(" ")
}

fn granted(lang: Lang, granted: Option<bool>) -> String {
    let word = match granted {
        None => "",
        Some(true) => lang.pick("批准", "granted"),
        Some(false) => lang.pick("未批准", "refused"),
    };
    word.to_owned()
}

fn history(lang: Lang, lines: &[MatterLine]) -> String {
    let header = match lang {
        Lang::Zh => ["时间", "步骤", "办理人", "说明", ""],
        Lang::En => ["at", "step", "by", "text", ""],
    };
    let rows = lines.iter().map(|line| {
        vec![
            clock(&line.at),
            lang.word(line.step.word(), line.step.zh()),
            line.by.clone(),
            said(lang, line),
            effect(lang, line.effect).to_owned(),
        ]
    });
    table(&header, rows)
}

fn said(lang: Lang, line: &MatterLine) -> String {
    let mut parts: Vec<String> = Vec::new();
    parts.extend(line.partner.clone());
    parts.extend(
        line.due
            .as_ref()
            .map(|d| format!("{} {}", lang.pick("期限", "due"), clock(d))),
    );
    parts.extend(line.satisfaction.map(|s| lang.word(s.word(), s.zh())));
    parts.extend(line.percent.map(|p| format!("{p}%")));
    parts.extend(
        line.households
            .map(|n| format!("{n} {}", lang.pick("户", "households"))),
    );
    parts.push(line.parties.join(lang.pick("、", ", ")));
    parts.push(granted(lang, line.granted));
    parts.extend(line.text.clone());
    parts.retain(|p| !p.is_empty());
    parts.join(lang.pick("；", "; "))
}

const fn effect(lang: Lang, effect: Effect) -> &'static str {
    match lang {
        _ if matches!(effect, Effect::Applied) => "",
        Lang::Zh => effect.zh(),
        Lang::En => match effect {
            Effect::Overruled => "overruled by a step beside it",
            Effect::NotPossible => "without effect: not possible then",
            Effect::TooMany => "without effect: too many steps",
            _ => "a step of a newer version",
        },
    }
}
