//! The steps of a matter's way: one method for all of them.

use chrono::NaiveDate;
use doorknock_model::ids::{DocId, EventId, MatterId};
use doorknock_model::kind::Key;
use doorknock_model::kinds::{MATTER, matter, pack};
use doorknock_model::matter::{MatterEvent, MatterState, Step, state};
use doorknock_model::round::{day_of, local_day};

use super::NewStep;
use crate::Result;
use crate::error::{Error, not_found, said};
use crate::home::Doorknock;
use crate::writer::with_writer;

/// The most steps a new one names as those it follows; there is one for each device that acted side
/// by side.
const MAX_AFTER: usize = 64;

impl Doorknock {
    /// Records a step of a matter, after all that is known of it here. When this returns, the step
    /// survives power loss.
    ///
    /// # Errors
    /// `not_found`, `step_not_possible` (which names what is), `too_many_steps`, `missing_field`, `not_awaited` (which
    /// names the partners awaited), `bad_value`, `step_in_future`, `due_in_past`, `too_large`,
    /// `disk_full`.
    pub fn act_on_matter(&self, id: MatterId, new: &NewStep) -> Result<EventId> {
        let step = EventId(self.new_id());
        let now = self.now_ms().div_euclid(1000);
        self.writing(|inner| {
            with_writer(inner, &self.env, |writer| {
                let row = writer.tx.matter(id)?;
                let row = row.ok_or_else(|| not_found("诉求", "matter"))?;
                let (facts, steps) = writer.tx.matter_record(id)?;
                let logged: Vec<_> = steps.into_iter().map(|s| s.logged).collect();
                let before = state(facts.urgency, &logged);
                let allowed = before.allowed(facts.kind);
                if !allowed.contains(&new.step) {
                    return Err(not_possible(new.step, &allowed));
                }
                whole(new, &before)?;
                let mut after = before.heads;
                after.truncate(MAX_AFTER);
                let event = event(new, after, now, writer.tx.utc_offset()?)?;
                let key = Key::with_id(matter::EVENT, step.as_bytes());
                writer.put(&MATTER, DocId(id.0), row.space, vec![(key, pack(&event))])
            })
        })?;
        Ok(step)
    }
}

fn not_possible(step: Step, allowed: &[Step]) -> Error {
    if allowed.is_empty() {
        return said(
            "too_many_steps",
            "这件诉求的步骤太多，不能再办理；请另立一件。",
            "This matter has too many steps to take another; raise a new one.",
        );
    }
    let zh: Vec<_> = allowed.iter().map(|s| s.zh()).collect();
    let en: Vec<_> = allowed.iter().map(|s| s.word().replace('_', "-")).collect();
    said(
        "step_not_possible",
        format!("这件诉求现在不能“{}”；可以：{}。", step.zh(), zh.join("、")),
        format!(
            "The step {} is not possible now; possible are: {}.",
            step.word().replace('_', "-"),
            en.join(", ")
        ),
    )
}

/// Whether the step says what it must, and means something that is there.
fn whole(new: &NewStep, before: &MatterState) -> Result<()> {
    use Step::{
        Agree, Answer, Call, Decide, Dispatch, Opinion, Progress, Propose, ReportIn, Submit,
    };
    let blank = |text: &Option<String>| text.as_ref().is_none_or(|t| t.trim().is_empty());
    let needs = [
        (
            matches!(new.step, Progress | Agree | Propose),
            blank(&new.text),
            "说明",
            "text",
        ),
        (
            matches!(new.step, Dispatch | Call | Submit),
            blank(&new.partner),
            "协办单位",
            "partner",
        ),
        (new.step == Dispatch, new.due.is_none(), "期限", "due"),
        (new.step == Opinion, new.option.is_none(), "方案", "option"),
        (
            new.step == Opinion,
            new.households.is_none(),
            "户数",
            "households",
        ),
        (new.step == Decide, new.granted.is_none(), "批准", "granted"),
    ];
    if let Some((_, _, zh, en)) = needs
        .iter()
        .find(|(needed, missing, ..)| *needed && *missing)
    {
        return Err(said(
            "missing_field",
            format!("缺少“{zh}”（{en}）；请补上。"),
            format!("\"{en}\" is missing; add it."),
        ));
    }
    let known = |id: &EventId| before.special.options.iter().any(|o| o.event == *id);
    if new.option.as_ref().is_some_and(|id| !known(id)) {
        return Err(not_found("方案", "option"));
    }
    if new.percent.is_some_and(|p| !(0..=100).contains(&p)) {
        return Err(said(
            "bad_value",
            "满意率应为 0 至 100。",
            "The percentage is a number from 0 to 100.",
        ));
    }
    if matches!(new.step, Answer | ReportIn) {
        is_awaited(new.partner.as_deref(), before)?;
    }
    Ok(())
}

fn is_awaited(partner: Option<&str>, before: &MatterState) -> Result<()> {
    let awaited: Vec<_> = before
        .awaited
        .iter()
        .filter_map(|a| a.partner.as_deref())
        .collect();
    if partner.is_none_or(|p| awaited.contains(&p.trim())) {
        return Ok(());
    }
    Err(said(
        "not_awaited",
        format!("没有等待这个单位答复；在等待：{}。", awaited.join("、")),
        format!(
            "This partner is not awaited; awaited are: {}.",
            awaited.join(", ")
        ),
    ))
}

/// A step as it is recorded. A deadline lasts to the end of its day.
pub(super) fn event(
    new: &NewStep,
    after: Vec<EventId>,
    now: i64,
    utc_offset: i32,
) -> Result<MatterEvent> {
    let at = new.at.unwrap_or(now);
    if at > now + 86_400 {
        return Err(said(
            "step_in_future",
            "办理时间在将来；请核对日期和手机时间。",
            "The step lies in the future; check its date and the phone's clock.",
        ));
    }
    let today = local_day(at, utc_offset);
    let past = |day: Option<NaiveDate>| day.is_some_and(|day| day_of(day) < today);
    if past(new.due) || past(new.visit_by) {
        return Err(said(
            "due_in_past",
            "期限早于办理日期；请改为当天或以后。",
            "The deadline lies before the step; choose that day or a later one.",
        ));
    }
    let text = |text: &Option<String>| {
        let trimmed = text.as_ref().map(|t| t.trim().to_owned());
        trimmed.filter(|t| !t.is_empty())
    };
    let last_second = |day: NaiveDate| {
        let local = (i64::from(day_of(day)) + 1) * 86_400 - 1;
        local - i64::from(utc_offset) * 60
    };
    let named = new.parties.iter().map(|p| p.trim().to_owned());
    let parties: Vec<_> = named.filter(|p| !p.is_empty()).collect();
    Ok(MatterEvent {
        text: text(&new.text),
        partner: text(&new.partner),
        due: new.due.map(last_second),
        visit_by: new.visit_by.map(day_of),
        visit: new.visit,
        satisfaction: new.satisfaction,
        percent: new.percent,
        option: new.option,
        households: new.households,
        parties: Some(parties).filter(|p| !p.is_empty()),
        granted: new.granted,
        ..MatterEvent::new(new.step, after, at)
    })
}
