//! What waits for a person to decide.

use serde_json::json;

use super::Desk;
use crate::lang::Lang;
use crate::output::{Failure, Reply, short, table};

/// `todo`: `{"todos"}`.
pub(super) fn list(desk: &Desk) -> Result<Reply, Failure> {
    let todos = desk.open()?.todos()?;
    let lines = todos.iter().map(|todo| {
        json!({
            "kind": todo.kind.word(),
            "what": { "zh": todo.what.zh, "en": todo.what.en },
            "title": todo.title,
            "door": todo.door,
            "person": todo.person,
            "since": todo.since,
        })
    });
    let json = json!({ "todos": lines.collect::<Vec<_>>() });
    if todos.is_empty() {
        let none = desk.pick("没有等待处理的事。", "Nothing waits for a decision.");
        return Ok(Reply::new(json, none));
    }
    let lang = desk.lang;
    let header = match lang {
        Lang::Zh => ["事项", "对象", "自", "编号"],
        Lang::En => ["what", "about", "since", "id"],
    };
    let rows = todos.iter().map(|todo| {
        let id = todo.person.map(short).or_else(|| todo.door.map(short));
        vec![
            lang.pick(&todo.what.zh, &todo.what.en).to_owned(),
            todo.title.clone(),
            todo.since.map(|day| day.to_string()).unwrap_or_default(),
            id.unwrap_or_default(),
        ]
    });
    Ok(Reply::new(json, table(&header, rows)))
}
