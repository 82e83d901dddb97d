//! People in care: their needs, reviews, and what follows for the plan.

use doorknock::model::care::LegalBasis;
use doorknock::{CareLine, CareReview, Consent, NewNeed, PersonDetail, PersonEdit, ReviewInfo};
use serde_json::{Value, json};

use super::{Desk, door};
use crate::cli::care::{
    AddCare, CareVerb, ConsentArgs, EditPerson, EndCare, LevelCadence, ListCare, PersonVerb,
    Replan, ReviewCare, ShowPerson,
};
use crate::lang::Lang;
use crate::output::{Failure, Reply, fields, printable, short, table};

/// Runs a command of `care`.
pub(super) fn care(desk: &Desk, verb: CareVerb) -> Result<Reply, Failure> {
    match verb {
        CareVerb::Add(args) => add(desk, args),
        CareVerb::Review(args) => review(desk, args),
        CareVerb::End(args) => end(desk, &args),
        CareVerb::List(args) => list(desk, &args),
        CareVerb::Show(args) => show(desk, &args),
        CareVerb::Replan(args) => replan(desk, &args),
        CareVerb::Cadence(args) => cadences(desk, &args),
    }
}

/// Runs a command of `person`.
pub(super) fn person(desk: &Desk, verb: PersonVerb) -> Result<Reply, Failure> {
    match verb {
        PersonVerb::Edit(args) => edit(desk, args),
        PersonVerb::Show(args) => show(desk, &args),
    }
}

fn consent(args: ConsentArgs) -> Option<Consent> {
    Some(Consent {
        by: args.consent_by?,
        on: args.consent_on?,
        purpose: args.consent_for?,
        until: args.consent_until?,
    })
}

/// `care add`: `{"person"}`.
fn add(desk: &Desk, args: AddCare) -> Result<Reply, Failure> {
    let home = desk.open()?;
    let consent = consent(args.consent).filter(|_| args.basis == LegalBasis::Consent);
    let need = |category: &_| NewNeed {
        category: *category,
        risk: args.risk,
        cadence: args.cadence,
        consent: consent.clone(),
        review: args.review,
        note: args.note.clone(),
    };
    let needs: Vec<_> = args.category.iter().map(need).collect();
    let door = home.find_door(&args.door)?;
    let person = home.add_care(door, &args.name, args.phone.as_deref(), &needs)?;
    let said = desk.pick("已登记", "Recorded");
    Ok(Reply::new(
        json!({ "person": person }),
        format!("{said} {}", short(person)),
    ))
}

/// `care review`: `{"person"}`.
fn review(desk: &Desk, args: ReviewCare) -> Result<Reply, Failure> {
    let home = desk.open()?;
    let person = home.find_person(&args.person)?;
    let review = CareReview {
        category: args.category,
        risk: args.risk,
        cadence: args.by_risk.then_some(None).or(args.cadence.map(Some)),
        consent: consent(args.consent),
        next: args.next,
        note: args.note,
    };
    home.review_care(person, &review)?;
    let said = desk.pick("已记录复核", "The review is recorded");
    Ok(Reply::new(json!({ "person": person }), said))
}

/// `care end`: `{"person"}`.
fn end(desk: &Desk, args: &EndCare) -> Result<Reply, Failure> {
    let home = desk.open()?;
    let person = home.find_person(&args.person)?;
    home.end_care(person, args.category, args.reason, args.note.as_deref())?;
    let said = desk.pick("已结束", "Ended");
    Ok(Reply::new(json!({ "person": person }), said))
}

/// `care list`: `{"people"}`, in walking order.
fn list(desk: &Desk, args: &ListCare) -> Result<Reply, Failure> {
    let people = desk
        .open()?
        .care_list(args.grid.as_deref(), args.due_review)?;
    let json = json!({ "people": people.iter().map(line).collect::<Vec<_>>() });
    if people.is_empty() {
        let none = desk.pick("没有符合的关爱对象。", "Nobody in care matches.");
        return Ok(Reply::new(json, none));
    }
    let lang = desk.lang;
    let header = match lang {
        Lang::Zh => ["门户", "姓名", "需求", "编号"],
        Lang::En => ["door", "name", "needs", "id"],
    };
    let rows = people.iter().map(|line| {
        let needs = line.person.needs.iter().map(|need| door::said(lang, need));
        vec![
            line.address.clone(),
            line.person.name.clone().unwrap_or_default(),
            needs.collect::<Vec<_>>().join(lang.pick("；", "; ")),
            short(line.person.person),
        ]
    });
    Ok(Reply::new(json, table(&header, rows)))
}

fn line(line: &CareLine) -> Value {
    let mut json = door::person(&line.person);
    json["grid"] = json!(line.grid);
    json["door"] = json!(line.door);
    json["address"] = json!(line.address);
    json["review_due"] = json!(line.review_due);
    json
}

/// `care show`, `person show`: a person of the list with `version` and `reviews`.
fn show(desk: &Desk, args: &ShowPerson) -> Result<Reply, Failure> {
    let home = desk.open()?;
    let person = home.person(home.find_person(&args.person)?)?;
    let mut json = door::person(&person.info);
    json["door"] = json!(person.door);
    json["address"] = json!(person.address);
    json["version"] = json!(person.version);
    json["reviews"] = person.reviews.iter().map(review_line).collect();
    Ok(Reply::new(json, page(desk.lang, &person)))
}

fn review_line(review: &ReviewInfo) -> Value {
    json!({
        "on": review.on,
        "by": review.by,
        "category": review.category.map(|c| c.word()),
        "risk": review.risk.map(|r| r.word()),
        "next": review.next,
        "note": review.note,
    })
}

fn page(lang: Lang, person: &PersonDetail) -> String {
    let info = &person.info;
    let mut text = fields(&[
        (
            lang.pick("姓名", "name"),
            info.name.clone().unwrap_or_default(),
        ),
        (
            lang.pick("电话", "phone"),
            info.phone.clone().unwrap_or_default(),
        ),
        (lang.pick("门户", "door"), person.address.clone()),
        (
            lang.pick("备注", "remark"),
            info.remark.clone().unwrap_or_default(),
        ),
        (lang.pick("编号", "id"), info.person.to_string()),
    ]);
    for need in &info.needs {
        text += &format!("\n· {}", printable(&door::said(lang, need)));
        let note = need.note.iter().cloned();
        let consent = need.consent.iter().map(|consent| match lang {
            Lang::Zh => format!(
                "{} 于 {} 同意，用于{}，至 {}",
                consent.by, consent.on, consent.purpose, consent.until
            ),
            Lang::En => format!(
                "{} agreed on {}, for {}, until {}",
                consent.by, consent.on, consent.purpose, consent.until
            ),
        });
        for more in note.chain(consent) {
            text += &format!("\n  {}", printable(&more));
        }
    }
    if !person.reviews.is_empty() {
        let header = match lang {
            Lang::Zh => ["复核", "复核人", "下次", "情况"],
            Lang::En => ["reviewed", "by", "next", "found"],
        };
        let day = |day: Option<chrono::NaiveDate>| day.map(|d| d.to_string()).unwrap_or_default();
        let rows = person.reviews.iter().map(|review| {
            vec![
                day(review.on),
                review.by.clone(),
                day(review.next),
                review.note.clone().unwrap_or_default(),
            ]
        });
        text += &format!("\n\n{}", table(&header, rows));
    }
    text
}

/// `care replan`: `{"changed"}`, how many plans.
fn replan(desk: &Desk, args: &Replan) -> Result<Reply, Failure> {
    let home = desk.open()?;
    let changed = match &args.door {
        Some(door) => usize::from(home.replan(home.find_door(door)?)?),
        None => home.replan_all()?,
    };
    let text = match desk.lang {
        Lang::Zh => format!("已重算 {changed} 户的走访计划。"),
        Lang::En => format!("Plans that follow the care needs again: {changed}."),
    };
    Ok(Reply::new(json!({ "changed": changed }), text))
}

/// `care cadence`: `{"cadences"}` by level.
fn cadences(desk: &Desk, args: &LevelCadence) -> Result<Reply, Failure> {
    let home = desk.open()?;
    if let (Some(risk), Some(every)) = (args.risk, args.every) {
        home.set_default_cadence(risk, every)?;
    }
    let all = home.default_cadences()?;
    let json: serde_json::Map<_, _> = all
        .iter()
        .map(|(risk, cadence)| (risk.word().to_owned(), json!(cadence.to_string())))
        .collect();
    let lang = desk.lang;
    let header = match lang {
        Lang::Zh => ["风险等级", "走访频次"],
        Lang::En => ["risk", "how often"],
    };
    let rows = all.iter().map(|(risk, cadence)| {
        vec![
            lang.word(risk.word(), risk.zh()),
            lang.cadence(&cadence.to_string()),
        ]
    });
    let mut text = table(&header, rows);
    if args.risk.is_some() {
        let hint = "已保存；原有计划用 care replan 重算。";
        text += "\n";
        text += lang.pick(hint, "Kept; care replan lets earlier plans follow.");
    }
    Ok(Reply::new(json!({ "cadences": json }), text))
}

/// `person edit`: `{"changed"}`.
fn edit(desk: &Desk, args: EditPerson) -> Result<Reply, Failure> {
    let home = desk.open()?;
    let person = home.find_person(&args.person)?;
    let version = match args.version {
        Some(version) => version,
        None => home.person(person)?.version,
    };
    let edit = PersonEdit {
        name: args.name,
        phone: args.phone,
        remark: args.remark,
    };
    let changed = home.edit_person(person, &version, &edit)?;
    let said = if changed {
        desk.pick("已修改", "Changed")
    } else {
        desk.pick("没有变化", "Nothing differed")
    };
    Ok(Reply::new(json!({ "changed": changed }), said))
}
