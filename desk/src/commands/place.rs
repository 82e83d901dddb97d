//! The line that says where a record is.

use doorknock::{SpaceStatus, Waiting, Whereabouts};
use serde_json::{Value, json};

use crate::lang::Lang;
use crate::output::{printable, rfc3339, table};

/// `"where"` of a record: `{"state", "message", "waiting", "set_aside"}`.
pub(super) fn place_json(lang: Lang, place: &Whereabouts) -> Value {
    let state = place.place.as_ref().map(|place| place.message());
    let set_aside = place.set_aside.iter().map(|line| {
        json!({
            "entry": line.entry,
            "at": rfc3339(&line.at),
            "code": line.reason.code,
            "message": lang.say(&line.reason),
        })
    });
    json!({
        "state": state.as_ref().map(|state| state.code),
        "message": state.as_ref().map(|state| lang.say(state)),
        "waiting": place.waiting.iter().map(|wait| waiting_json(lang, wait)).collect::<Vec<_>>(),
        "set_aside": set_aside.collect::<Vec<_>>(),
    })
}

/// The same for people, below the record.
pub(super) fn place_text(lang: Lang, place: &Whereabouts) -> String {
    let mut lines = Vec::new();
    if let Some(place) = &place.place {
        let title = lang.pick("状态：", "where: ");
        lines.push(format!("{title}{}", lang.say(&place.message())));
    }
    for wait in &place.waiting {
        let title = lang.pick("等待：", "waits: ");
        lines.push(format!("{title}{}", lang.say(&wait.reason)));
    }
    for line in &place.set_aside {
        let title = lang.pick("隔离：", "set aside: ");
        lines.push(format!("{title}{}", lang.say(&line.reason)));
    }
    let lines: Vec<_> = lines.iter().map(|line| printable(line)).collect();
    lines.join("\n")
}

/// A line of `"waiting_for"`.
pub(super) fn waiting_json(lang: Lang, wait: &Waiting) -> Value {
    json!({
        "by": wait.by,
        "entry": wait.entry,
        "missing": wait.missing,
        "code": wait.reason.code,
        "message": lang.say(&wait.reason),
    })
}

/// A line of `"spaces"`.
pub(super) fn space_json(lang: Lang, space: &SpaceStatus) -> Value {
    json!({
        "space": space.number,
        "kind": space.kind,
        "name": lang.label(&space.name),
        "grid": space.grid,
        "pending": space.pending,
        "carried": space.carried,
        "refused": space.refused,
        "at_hub": space.at_hub,
        "waiting": space.waiting,
        "quarantined": space.set_aside,
        "to_bring": space.to_bring,
        "position": space.position,
    })
}

/// The spaces for people; columns that hold nothing anywhere are left out.
pub(super) fn spaces_text(lang: Lang, spaces: &[SpaceStatus]) -> String {
    type Column = (&'static str, &'static str, fn(&SpaceStatus) -> u64);
    const COLUMNS: [Column; 8] = [
        ("待发送", "pending", |s| s.pending),
        ("已带出", "carried", |s| s.carried),
        ("拒收", "refused", |s| s.refused),
        ("已到服务器", "at the hub", |s| s.at_hub),
        ("等待", "waiting", |s| s.waiting),
        ("隔离", "set aside", |s| s.set_aside),
        ("代转", "to bring", |s| s.to_bring),
        ("位置", "position", |s| s.position),
    ];
    let shown = |column: &&Column| column.1 == "pending" || spaces.iter().any(|s| column.2(s) > 0);
    let columns: Vec<_> = COLUMNS.iter().filter(shown).collect();
    let mut header = vec![lang.pick("范围", "space")];
    header.extend(columns.iter().map(|(zh, en, _)| lang.pick(zh, en)));
    let rows = spaces.iter().map(|space| {
        let numbers = columns.iter().map(|column| column.2(space).to_string());
        std::iter::once(lang.label(&space.name))
            .chain(numbers)
            .collect()
    });
    table(&header, rows)
}
