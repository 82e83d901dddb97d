//! Checklists: what they ask, so that people know what `--answer` takes; adding and retiring one's own.

use std::path::Path;

use doorknock::TemplateInfo;
use doorknock::model::checklist::{Asks, Item, Template, all_built_in};
use doorknock::model::ids::DocId;
use doorknock_desk::roster_file;
use serde_json::{Value, json};

use super::Desk;
use crate::cli::template::TemplateVerb;
use crate::lang::Lang;
use crate::output::{Failure, Reply, table};

/// Runs a command of `template`.
pub(super) fn template(desk: &Desk, verb: &TemplateVerb) -> Result<Reply, Failure> {
    match verb {
        TemplateVerb::List(args) => list(desk, args.all),
        TemplateVerb::Show(args) => show(desk, &args.code),
        TemplateVerb::Add(args) => add(desk, &args.file),
        TemplateVerb::Retire(args) => retire(desk, &args.code),
    }
}

/// `template list`: `{"templates"}`, the newest version of each unless all are asked for.
fn list(desk: &Desk, all: bool) -> Result<Reply, Failure> {
    let there = desk.open()?.templates()?;
    let newer = |t: &TemplateInfo| {
        let same = there.iter().filter(|o| o.template.code == t.template.code);
        same.filter(|o| o.retired.is_none())
            .any(|o| o.template.version > t.template.version)
    };
    let shown = there
        .iter()
        .filter(|t| all || (t.retired.is_none() && !newer(t)));
    let shown: Vec<_> = shown.collect();
    let json = shown.iter().map(|t| {
        json!({
            "template": t.template.code,
            "version": t.template.version,
            "id": DocId(t.id),
            "label": { "zh": t.template.label.zh, "en": t.template.label.en },
            "items": t.template.items().count(),
            "built_in": t.built_in,
            "retired": t.retired,
        })
    });
    let json = json!({ "templates": json.collect::<Vec<_>>() });
    let lang = desk.lang;
    let header = match lang {
        Lang::Zh => ["代码", "名称", "版本", "项目", "来源", "停用"],
        Lang::En => ["code", "title", "version", "items", "from", "retired"],
    };
    let rows = shown.iter().map(|t| {
        let from = if t.built_in {
            lang.pick("内置", "built in")
        } else {
            lang.pick("本社区", "community")
        };
        vec![
            t.template.code.clone(),
            lang.pick(&t.template.label.zh, &t.template.label.en)
                .to_owned(),
            t.template.version.to_string(),
            t.template.items().count().to_string(),
            from.to_owned(),
            t.retired.map(|day| day.to_string()).unwrap_or_default(),
        ]
    });
    Ok(Reply::new(json, table(&header, rows)))
}

/// `template add`: `{"template", "version", "id"}`.
fn add(desk: &Desk, file: &Path) -> Result<Reply, Failure> {
    let template = Template::from_rows(&roster_file::read(file)?)?;
    let added = desk.open()?.add_template(&template)?;
    let Template { code, version, .. } = &added.template;
    let json = json!({ "template": code, "version": version, "id": DocId(added.id) });
    let text = match desk.lang {
        Lang::Zh => format!("清单 {code} 第 {version} 版已添加，同步后各台设备可用。"),
        Lang::En => {
            format!("Checklist {code}, version {version}, is added; sync brings it to all devices.")
        }
    };
    Ok(Reply::new(json, text))
}

/// `template retire`: `{"changed"}`.
fn retire(desk: &Desk, code: &str) -> Result<Reply, Failure> {
    let changed = desk.open()?.retire_template(code)?;
    let said = if changed {
        desk.pick(
            "已停用；以前的回答仍可查看。",
            "Retired; answers given before stay readable.",
        )
    } else {
        desk.pick("早已停用。", "It was retired before.")
    };
    Ok(Reply::new(json!({ "changed": changed }), said))
}

/// `template show`: `{"template", "version", "label", "groups"}`. The built-in ones also show without a
/// home.
fn show(desk: &Desk, code: &str) -> Result<Reply, Failure> {
    let built_in = all_built_in().find(|(_, t)| t.code == code);
    let template = match (desk.open(), built_in) {
        (Ok(home), _) => home.template(code)?.template,
        (Err(_), Some((_, template))) => template.clone(),
        (Err(failure), None) => return Err(failure),
    };
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
