//! Looking things up.

use doorknock::model::kinds::KINDS;
use serde_json::json;

use super::Desk;
use crate::cli::Search;
use crate::lang::Lang;
use crate::output::{Failure, Reply, table};

/// `search`: `{"hits"}`, best first.
pub(super) fn search(desk: &Desk, args: &Search) -> Result<Reply, Failure> {
    let hits = desk.open()?.search(&args.query, args.limit)?;
    let json = json!({
        "hits": hits
            .iter()
            .map(|hit| json!({ "kind": hit.kind, "id": hit.id, "title": hit.title }))
            .collect::<Vec<_>>(),
    });
    if hits.is_empty() {
        let none = desk.pick(
            "没有找到；可换个写法，或先同步。",
            "Nothing found; try other words, or sync.",
        );
        return Ok(Reply::new(json, none));
    }
    let lang = desk.lang;
    let header = match lang {
        Lang::Zh => ["类别", "内容", "编号"],
        Lang::En => ["kind", "title", "id"],
    };
    let rows = hits.iter().map(|hit| {
        let zh = match hit.kind {
            "door" => "门户",
            "person" => "人员",
            "visit" => "走访",
            kind => KINDS
                .iter()
                .find(|k| k.name == kind)
                .map_or("其他", |k| k.zh),
        };
        vec![lang.word(hit.kind, zh), hit.title.clone(), hit.id.clone()]
    });
    Ok(Reply::new(json, table(&header, rows)))
}
