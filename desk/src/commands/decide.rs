//! What people decide about a day's list, and the plans of doors that have none of their own.

use doorknock::RuleInfo;
use doorknock::model::checklist::built_in;
use serde_json::{Value, json};

use super::Desk;
use crate::cli::{Assign, DoorOfDay, Release, RoundVerb, Rule, WithReason};
use crate::lang::Lang;
use crate::output::{Failure, Reply, table};

/// `round take | assign | skip | add | release | rule`.
pub(super) fn run(desk: &Desk, verb: RoundVerb) -> Result<Reply, Failure> {
    match verb {
        RoundVerb::Take(args) => take(desk, &args),
        RoundVerb::Assign(args) => assign(desk, &args),
        RoundVerb::Skip(args) => skip(desk, &args),
        RoundVerb::Add(args) => add(desk, &args),
        RoundVerb::Release(args) => release(desk, &args),
        RoundVerb::Rule(args) => rule(desk, &args),
    }
}

/// `{"decision"}`.
fn decided(desk: &Desk, id: impl serde::Serialize, zh: &str, en: &str) -> Reply {
    Reply::new(json!({ "decision": id }), desk.pick(zh, en))
}

fn take(desk: &Desk, args: &DoorOfDay) -> Result<Reply, Failure> {
    let home = desk.open()?;
    let id = home.take_door(home.find_door(&args.door)?, args.date)?;
    Ok(decided(
        desk,
        id,
        "已认领，同步后同事能看到。",
        "Taken; colleagues see it after a sync.",
    ))
}

fn assign(desk: &Desk, args: &Assign) -> Result<Reply, Failure> {
    let home = desk.open()?;
    let member = home.find_member(&args.to)?;
    let id = home.assign_door(home.find_door(&args.on.door)?, member, args.on.date)?;
    Ok(decided(
        desk,
        id,
        "已指派，同步后对方能看到。",
        "Assigned; they see it after a sync.",
    ))
}

fn skip(desk: &Desk, args: &WithReason) -> Result<Reply, Failure> {
    let home = desk.open()?;
    let id = home.skip_door(home.find_door(&args.on.door)?, &args.reason, args.on.date)?;
    Ok(decided(
        desk,
        id,
        "已跳过，明天照常列出。",
        "Left out today; it is listed again tomorrow.",
    ))
}

fn add(desk: &Desk, args: &WithReason) -> Result<Reply, Failure> {
    let home = desk.open()?;
    let id = home.add_to_round(home.find_door(&args.on.door)?, &args.reason, args.on.date)?;
    Ok(decided(desk, id, "已加入清单。", "Put on the list."))
}

/// `{"released"}`: how many decisions were taken back.
fn release(desk: &Desk, args: &Release) -> Result<Reply, Failure> {
    let home = desk.open()?;
    let door = home.find_door(&args.on.door)?;
    let released = match args.decision {
        Some(decision) => {
            home.undo_decision(door, decision, args.on.date)?;
            1
        }
        None => home.release_door(door, args.on.date)?,
    };
    let text = match (released, desk.lang) {
        (0, _) => desk
            .pick("没有可撤回的安排。", "There was nothing to take back.")
            .to_owned(),
        (n, Lang::Zh) => format!("已撤回 {n} 项安排。"),
        (1, Lang::En) => "Took back one decision.".to_owned(),
        (n, Lang::En) => format!("Took back {n} decisions."),
    };
    Ok(Reply::new(json!({ "released": released }), text))
}

/// `{"rules"}`; with a cadence, after setting one.
fn rule(desk: &Desk, args: &Rule) -> Result<Reply, Failure> {
    let home = desk.open()?;
    if let Some(cadence) = args.cadence {
        let plan = cadence.map(|cadence| (cadence, None));
        home.set_plan_rule(args.compound, args.door, plan)?;
    }
    let rules = home.plan_rules()?;
    let json = json!({ "rules": rules.iter().map(line).collect::<Vec<_>>() });
    if rules.is_empty() {
        let none = desk.pick(
            "还没有默认走访计划；没有计划的门户不会定期列出。",
            "There is no rule yet; doors without a plan are not listed regularly.",
        );
        return Ok(Reply::new(json, none));
    }
    let lang = desk.lang;
    let header = match lang {
        Lang::Zh => ["小区类型", "门户类型", "频次", "自"],
        Lang::En => ["compounds", "doors", "how often", "since"],
    };
    let rows = rules.iter().map(|rule| {
        let all = || lang.pick("全部", "all").to_owned();
        vec![
            rule.compound
                .map_or_else(all, |k| lang.word(k.word(), k.zh())),
            lang.word(rule.door.word(), rule.door.zh()),
            lang.cadence(&rule.cadence.to_string()),
            rule.since.to_string(),
        ]
    });
    Ok(Reply::new(json, table(&header, rows)))
}

fn line(rule: &RuleInfo) -> Value {
    let checklist = rule.checklist.as_ref().and_then(built_in);
    json!({
        "compound": rule.compound.map(|kind| kind.word()),
        "door": rule.door.word(),
        "cadence": rule.cadence.to_string(),
        "since": rule.since,
        "checklist": checklist.map(|template| &template.code),
    })
}
