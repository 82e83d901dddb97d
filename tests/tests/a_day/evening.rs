//! What happened that evening: the sewage leak, and how the day's other stories went on meanwhile.

use doorknock::model::ids::MatterId;
use doorknock::model::kind::Data;
use doorknock::model::kinds::{Channel, Outcome};
use doorknock::model::matter::{Satisfaction, Source, Step, Urgency};
use doorknock::{NewMatter, NewStep};

use crate::town::{DAY, Town, act, asked, door, step, visit};

fn text(text: &str) -> Data {
    Data::text(text)
}

/// 18:00. Sewage comes up in a kitchen. The worker hands it to the community at once, the water works
/// come within the hour, and at half past nine it is dry.
pub(crate) fn a_sewage_leak_at_six_in_the_evening(town: &mut Town) -> MatterId {
    let door = door(&town.wang, "LY06", 3);
    town.at("18:00");
    let matter = NewMatter {
        description: Some("厨房地漏返污水，楼下也漏".to_owned()),
        door: Some(door),
        ..NewMatter::new("污水外溢", Urgency::Urgent, Source::Phone)
    };
    let wang = &town.wang;
    let sewage = wang.raise_matter(&matter).unwrap();
    town.at("18:12");
    act(wang, sewage, &step(Step::Accept, "到现场，先关总阀"));
    act(
        wang,
        sewage,
        &step(Step::Escalate, "主管堵塞，网格处理不了"),
    );
    town.syncs(wang);
    town.syncs(&town.office);
    town.at("18:30");
    let office = &town.office;
    let water = [("name", text("柳荫水务")), ("kind", text("utility"))];
    office.add_record("partner", None, &water).unwrap();
    let ask = asked(Step::Dispatch, "柳荫水务", DAY, "请派疏通车");
    act(office, sewage, &ask);
    town.at("19:20");
    act(
        office,
        sewage,
        &asked(Step::Answer, "柳荫水务", DAY, "疏通车已到"),
    );
    act(office, sewage, &step(Step::Resolve, "管道已疏通"));
    town.syncs(office);
    town.syncs(&town.wang);
    town.at("19:30");
    // Meanwhile the old person of LY02 answers the door at last.
    let elder = crate::town::door(&town.li, "LY02", 7);
    let met = visit(
        elder,
        Outcome::Met,
        Channel::InPerson,
        "老人在家，耳背没听见，精神好。",
    );
    town.li.log_visit(&met).unwrap();
    // And the window of the empty flat is shut.
    let chen = &town.chen;
    let flat = crate::town::door(chen, "LY11", 12);
    let shut = chen
        .log_visit(&visit(
            flat,
            Outcome::Met,
            Channel::AtTheDoor,
            "物业开门，窗已关好，水阀已关。",
        ))
        .unwrap();
    let window = chen
        .matters(
            &doorknock::MattersWanted {
                door: Some(flat),
                ..Default::default()
            },
            1,
        )
        .unwrap()[0]
        .matter;
    let done = NewStep {
        visit: Some(shut),
        ..step(Step::Resolve, "关窗、关阀，告知房主")
    };
    act(chen, window, &done);
    town.at("21:30");
    let wang = &town.wang;
    let look = visit(
        door,
        Outcome::Met,
        Channel::InPerson,
        "厨房已干，住户满意。",
    );
    let look = wang.log_visit(&look).unwrap();
    act(
        wang,
        sewage,
        &NewStep {
            satisfaction: Some(Satisfaction::Satisfied),
            visit: Some(look),
            ..step(Step::Feedback, "现场回访")
        },
    );
    act(wang, sewage, &step(Step::Close, "归档"));
    sewage
}
