//! What a checklist asks, so that people know what `--answer` takes.

use doorknock::model::Message;
use doorknock::model::checklist::{Asks, Item, care_visit};
use serde_json::{Value, json};

use super::Desk;
use crate::cli::ShowTemplate;
use crate::lang::Lang;
use crate::output::{Failure, Reply, table};

/// `template show`: `{"template", "version", "label", "groups"}`.
pub(super) fn show(desk: &Desk, args: &ShowTemplate) -> Result<Reply, Failure> {
    let template = care_visit();
    if args.code != template.code {
        return Err(Message::new(
            "not_found",
            format!("没有这个清单；现有：{}。", template.code),
            format!("There is no such checklist; there is: {}.", template.code),
        )
        .into());
    }
    let groups: Vec<Value> = template
        .groups
        .iter()
        .map(|group| {
            json!({
                "label": { "zh": group.label.zh, "en": group.label.en },
                "items": group.items.iter().map(item).collect::<Vec<_>>(),
            })
        })
        .collect();
    let json = json!({
        "template": template.code,
        "version": template.version,
        "label": { "zh": template.label.zh, "en": template.label.en },
        "groups": groups,
    });
    let lang = desk.lang;
    let rows = template.groups.iter().flat_map(|group| {
        group.items.iter().map(move |item| {
            vec![
                lang.pick(&group.label.zh, &group.label.en).to_owned(),
                item.code.clone(),
                lang.pick(&item.label.zh, &item.label.en).to_owned(),
                takes(lang, item),
            ]
        })
    });
    let header = match lang {
        Lang::Zh => ["分组", "项目", "问题", "可填"],
        Lang::En => ["group", "item", "question", "takes"],
    };
    let title = lang.pick(&template.label.zh, &template.label.en);
    Ok(Reply::new(
        json,
        format!("{title} {}\n{}", template.code, table(&header, rows)),
    ))
}

fn item(item: &Item) -> Value {
    let (kind, choices) = match &item.asks {
        Asks::YesNo => ("yes_no", Vec::new()),
        Asks::Choice(options) => (
            "choice",
            options
                .iter()
                .map(|o| json!({ "zh": o.zh, "en": o.en }))
                .collect(),
        ),
        Asks::Number => ("number", Vec::new()),
        Asks::Text => ("text", Vec::new()),
    };
    json!({
        "item": item.code,
        "label": { "zh": item.label.zh, "en": item.label.en },
        "asks": kind,
        "choices": choices,
    })
}

fn takes(lang: Lang, item: &Item) -> String {
    match &item.asks {
        Asks::YesNo => lang.pick("是 / 否", "yes / no").to_owned(),
        Asks::Choice(options) => {
            let names = options
                .iter()
                .map(|option| lang.pick(&option.zh, &option.en));
            names.collect::<Vec<_>>().join(" / ")
        }
        Asks::Number => lang.pick("数字", "a number").to_owned(),
        Asks::Text => lang.pick("文字", "text").to_owned(),
    }
}
