//! Doors: the list, and all of one.

use doorknock::model::address::DoorKind;
use doorknock::{DoorDetail, DoorInfo, NeedInfo, PersonInfo};
use serde_json::{Value, json};

use super::{Desk, visit};
use crate::cli::{ListDoors, ShowDoor};
use crate::lang::Lang;
use crate::output::{Failure, Reply, fields, printable, short, table};

/// `door list`: `{"doors"}`, in walking order.
pub(super) fn list(desk: &Desk, args: &ListDoors) -> Result<Reply, Failure> {
    let doors = desk.open()?.doors(args.grid.as_deref())?;
    let json = json!({ "doors": doors.iter().map(line).collect::<Vec<_>>() });
    if doors.is_empty() {
        let none = desk.pick(
            "还没有门户；请先导入花名册或同步。",
            "No doors yet; import a roster or sync.",
        );
        return Ok(Reply::new(json, none));
    }
    let lang = desk.lang;
    let header = match lang {
        Lang::Zh => ["网格", "门户", "类型", "频次", "上次走访", "编号"],
        Lang::En => ["grid", "door", "kind", "how often", "last done", "id"],
    };
    let rows = doors.iter().map(|door| {
        vec![
            door.grid.clone(),
            door.address.clone(),
            kind(lang, door.kind),
            door.cadence
                .as_deref()
                .map(|cadence| lang.cadence(cadence))
                .unwrap_or_default(),
            door.last_done
                .map(|day| day.to_string())
                .unwrap_or_default(),
            short(door.door),
        ]
    });
    Ok(Reply::new(json, table(&header, rows)))
}

/// `door show`: a door of the list with `external_id`, `people` and `visits`.
pub(super) fn show(desk: &Desk, args: &ShowDoor) -> Result<Reply, Failure> {
    let home = desk.open()?;
    let door = home.door(home.find_door(&args.door)?)?;
    let mut json = line(&door.info);
    json["external_id"] = json!(door.external_id);
    json["people"] = door.people.iter().map(person).collect();
    json["visits"] = door.visits.iter().map(visit::line).collect();
    Ok(Reply::new(json, page(desk.lang, &door)))
}

fn line(door: &DoorInfo) -> Value {
    json!({
        "door": door.door,
        "grid": door.grid,
        "address": door.address,
        "kind": door.kind.word(),
        "cadence": door.cadence,
        "by_hand": door.by_hand,
        "last_done": door.last_done,
    })
}

/// A person with what stands in the file.
pub(super) fn person(person: &PersonInfo) -> Value {
    let needs = person.needs.iter().map(|need| {
        json!({
            "category": need.category.word(),
            "risk": need.risk.map(|risk| risk.word()),
            "basis": need.basis.map(|basis| basis.word()),
            "cadence": need.cadence,
            "since": need.since,
            "review": need.review,
            "until": need.until,
            "reason": need.reason.map(|reason| reason.word()),
            "note": need.note,
            "consent": need.consent.as_ref().map(|consent| json!({
                "by": consent.by,
                "on": consent.on,
                "for": consent.purpose,
                "until": consent.until,
            })),
        })
    });
    json!({
        "person": person.person,
        "name": person.name,
        "phone": person.phone,
        "remark": person.remark,
        "needs": needs.collect::<Vec<_>>(),
    })
}

fn kind(lang: Lang, kind: DoorKind) -> String {
    lang.word(kind.word(), kind.zh())
}

fn page(lang: Lang, door: &DoorDetail) -> String {
    let info = &door.info;
    let mut text = fields(&[
        (lang.pick("门户", "door"), info.address.clone()),
        (lang.pick("网格", "grid"), info.grid.clone()),
        (lang.pick("类型", "kind"), kind(lang, info.kind)),
        (
            lang.pick("频次", "how often"),
            info.cadence
                .as_deref()
                .map(|cadence| lang.cadence(cadence))
                .unwrap_or_default(),
        ),
        (
            lang.pick("上次走访", "last done"),
            info.last_done
                .map(|day| day.to_string())
                .unwrap_or_default(),
        ),
        (
            lang.pick("户编码", "external id"),
            door.external_id.clone().unwrap_or_default(),
        ),
        (lang.pick("编号", "id"), info.door.to_string()),
    ]);
    for person in &door.people {
        let known = [&person.name, &person.phone, &person.remark]
            .into_iter()
            .flatten()
            .cloned();
        let needs = person.needs.iter().map(|need| said(lang, need));
        let parts = known.chain(needs);
        text += &format!(
            "\n· {}",
            printable(&parts.collect::<Vec<_>>().join(lang.pick("，", ", ")))
        );
    }
    if !door.visits.is_empty() {
        text += &format!("\n\n{}", visit::rows(lang, &door.visits));
    }
    text
}

/// A need for people; what a newer version wrote in it is left out.
pub(super) fn said(lang: Lang, need: &NeedInfo) -> String {
    let category = lang.word(need.category.word(), need.category.zh());
    let risk = need.risk.map(|risk| lang.word(risk.word(), risk.zh()));
    let review = need.review.map(|day| match lang {
        Lang::Zh => format!("{day} 复核"),
        Lang::En => format!("review {day}"),
    });
    let until = need.until.map(|day| {
        let why = need.reason.map(|r| lang.word(r.word(), r.zh()));
        let why = why.map(|why| format!(" {why}")).unwrap_or_default();
        match lang {
            Lang::Zh => format!("至 {day}{why}"),
            Lang::En => format!("until {day}{why}"),
        }
    });
    let cadence = need.cadence.as_deref().map(|cadence| lang.cadence(cadence));
    let review = review.filter(|_| until.is_none());
    let about: Vec<String> = [risk, cadence, review, until]
        .into_iter()
        .flatten()
        .collect();
    match lang {
        Lang::Zh => format!("{category}（{}）", about.join("，")),
        Lang::En => format!("{category} ({})", about.join(", ")),
    }
}
