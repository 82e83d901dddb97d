//! What happened that day.

use doorknock::model::care::{CareCategory, RiskLevel};
use doorknock::model::ids::{DocId, DoorId, MatterId, PersonId, VisitId};
use doorknock::model::kind::Data;
use doorknock::model::kinds::{Channel, Outcome};
use doorknock::model::matter::{MatterKind, Satisfaction, Source, Step, Urgency};
use doorknock::model::round::{DayPart, Reason, Status};
use doorknock::{Consent, Draft, NewMatter, NewNeed, NewStep};

use crate::town::{DAY, Town, act, asked, door, step, visit};

/// The mother and her son.
pub(crate) struct Mother {
    pub(crate) door: DoorId,
    pub(crate) son: PersonId,
    pub(crate) money: MatterId,
    pub(crate) visit: VisitId,
}

/// The old person of LY02.
pub(crate) struct Elder {
    pub(crate) door: DoorId,
    pub(crate) person: PersonId,
    pub(crate) case: DocId,
    pub(crate) note: String,
}

/// The empty flat of LY11.
pub(crate) struct Flat {
    pub(crate) door: DoorId,
    pub(crate) window: MatterId,
}

fn text(text: &str) -> Data {
    Data::text(text)
}

/// 03:00. A mother telephones: her son burns with fever, and she has no money for the hospital. The
/// worker goes with them, and in the morning the community applies for help at the street office.
pub(crate) fn a_sick_son_and_a_mother_without_money_at_three_in_the_morning(
    town: &mut Town,
) -> Mother {
    let chen = &town.chen;
    let door = door(chen, "LY12", 4);
    town.at("03:05");
    let matter = NewMatter {
        description: Some("儿子高烧，没有钱去医院".to_owned()),
        door: Some(door),
        kind: MatterKind::Benefit,
        ..NewMatter::new("夜里送医与临时救助", Urgency::Urgent, Source::Phone)
    };
    let money = chen.raise_matter(&matter).unwrap();
    act(chen, money, &step(Step::Accept, "马上过去"));
    town.at("03:40");
    let went = visit(
        door,
        Outcome::Met,
        Channel::InPerson,
        "陪母子去医院，垫付挂号费。",
    );
    // Begun in the taxi, finished at the hospital.
    let begun = Draft {
        door: Some(door),
        summary: Some("陪母子去医院".to_owned()),
        ..Draft::default()
    };
    let draft = chen.save_draft(None, &begun).unwrap();
    let visit = chen.log_draft(draft, &went).unwrap();
    assert_eq!(chen.drafts().unwrap(), []);
    act(
        chen,
        money,
        &NewStep {
            visit: Some(visit),
            ..step(Step::Progress, "孩子已输液，退烧")
        },
    );
    let consent = Consent {
        by: "母亲".to_owned(),
        on: DAY.parse().unwrap(),
        purpose: "临时救助与回访".to_owned(),
        until: "2027-06-30".parse().unwrap(),
    };
    let need = NewNeed {
        category: CareCategory::ChildInDifficulty,
        risk: Some(RiskLevel::High),
        cadence: None,
        consent: Some(consent),
        review: None,
        note: None,
    };
    let son = chen.add_care(door, "小远", None, &[need]).unwrap();

    town.at("08:50");
    town.syncs(&town.chen);
    town.syncs(&town.office);
    let office = &town.office;
    act(office, money, &step(Step::Apply, "填好临时救助申请表"));
    act(
        office,
        money,
        &asked(Step::Submit, "街道民政科", "2026-12-10", "请加急"),
    );
    town.at("15:20");
    act(
        office,
        money,
        &NewStep {
            granted: Some(true),
            ..step(Step::Decide, "同意临时救助两千元")
        },
    );
    let content = NewStep {
        satisfaction: Some(Satisfaction::Satisfied),
        ..step(Step::Feedback, "款已到账")
    };
    act(office, money, &content);
    act(office, money, &step(Step::Close, "归档"));
    Mother {
        door,
        son,
        money,
        visit,
    }
}

/// 08:30 to 19:40. Nobody answers; in the evening she does: her son, who looks after her, is away for two
/// weeks. Until he is back somebody knocks every day, and two people write one note.
pub(crate) fn an_old_person_living_alone_whose_guardian_is_away(town: &mut Town) -> Elder {
    let li = &town.li;
    let door = door(li, "LY02", 7);
    let none = |summary| visit(door, Outcome::NobodyHome, Channel::InPerson, summary);
    town.at("15:30");
    li.log_visit(&none("敲门没人应，窗帘拉着。")).unwrap();
    town.at("16:10");
    li.log_visit(&none("又去一次，没人应。")).unwrap();
    let list = li.round(Some("LY02"), None).unwrap();
    let line = list.items.iter().find(|i| i.door == door).unwrap();
    let (afternoon, others) = (
        DayPart::Afternoon.bit(),
        DayPart::Morning.bit() | DayPart::Evening.bit(),
    );
    let again = Reason::NobodyHome {
        tries: 2,
        tried_parts: afternoon,
        parts_left: others,
        suggest_call: false,
    };
    assert_eq!(
        (line.status, &line.reasons[..]),
        (Status::Due, &[again][..])
    );
    li.take_door(door, None).unwrap();
    town.at("16:40");
    let need = NewNeed {
        category: CareCategory::LivesAlone,
        risk: Some(RiskLevel::High),
        cadence: Some("daily".parse().unwrap()),
        consent: None,
        review: Some("2026-12-22".parse().unwrap()),
        note: Some("儿子出差到22日".to_owned()),
    };
    let person = li
        .add_care(door, "周奶奶", Some("10000001234"), &[need])
        .unwrap();
    let values = [
        ("title", text("监护人外出期间照护")),
        ("door", text(&door.to_string())),
        ("person", text(&person.to_string())),
        ("plan", text("每天敲门，备好一周的药。")),
        ("review", text("2026-12-22")),
    ];
    let list = li.round(Some("LY02"), None).unwrap();
    let line = list.items.iter().find(|i| i.door == door).unwrap();
    let words: Vec<_> = line.reasons.iter().map(Reason::word).collect();
    assert_eq!(
        words,
        ["nobody_home", "due"],
        "the daily plan followed in the same moment"
    );
    let case = li.add_record("case", None, &values).unwrap();
    let first = "儿子电话：老人在家，耳背，敲门要久一点。";
    let note = li.append_record(case, "note", None, &text(first)).unwrap();
    town.syncs(li);
    town.syncs(&town.office);
    let list = town.office.round(Some("LY02"), None).unwrap();
    let line = list.items.iter().find(|i| i.door == door).unwrap();
    let takers: Vec<_> = line.takers.iter().map(|t| t.name.as_str()).collect();
    assert_eq!(takers, ["李文丽"], "the office sees who goes there");
    // Both open the note; both write, neither with a signal.
    let version = town.office.record(case).unwrap().version;
    assert_eq!(li.record(case).unwrap().version, version);
    let by_office = format!("{first}已请物业保安晚间多看一眼。");
    town.office
        .edit_text(case, "note", Some(&note), &version, &by_office)
        .unwrap();
    town.at("17:30");
    let by_li = "儿子电话：老人在家，耳背，敲门要久一点，按两次门铃。";
    li.edit_text(case, "note", Some(&note), &version, by_li)
        .unwrap();
    Elder {
        door,
        person,
        case,
        note,
    }
}

/// Stray dogs: one neighbour feeds them, another's child was frightened. They meet and agree.
pub(crate) fn stray_dogs_between_neighbours(town: &mut Town) -> MatterId {
    let wang = &town.wang;
    town.at("17:35");
    let matter = NewMatter {
        description: Some("三楼喂流浪狗，一楼孩子受惊".to_owned()),
        door: Some(door(wang, "LY07", 0)),
        kind: MatterKind::Mediation,
        ..NewMatter::new("流浪狗纠纷", Urgency::Hard, Source::DoorVisit)
    };
    let dogs = wang.raise_matter(&matter).unwrap();
    let parties = vec!["三楼住户".to_owned(), "一楼住户".to_owned()];
    act(
        wang,
        dogs,
        &NewStep {
            parties,
            ..step(Step::Meeting, "双方到网格驿站坐下来谈")
        },
    );
    act(
        wang,
        dogs,
        &step(Step::Agree, "到小区外定点喂，联系救助站收容"),
    );
    let told = NewStep {
        satisfaction: Some(Satisfaction::Basically),
        ..step(Step::Feedback, "双方认可")
    };
    act(wang, dogs, &told);
    act(wang, dogs, &step(Step::Close, "归档"));
    // Written down at the wrong door, and taken back.
    let wrong = visit(
        door(wang, "LY07", 1),
        Outcome::Met,
        Channel::AtTheDoor,
        "记错门",
    );
    let wrong = wang.log_visit(&wrong).unwrap();
    wang.undo_visit(wrong, Some("记错门")).unwrap();
    dogs
}

/// A cold wave: in an empty flat a window stands open, the pipes are freezing. The owner is reached by
/// telephone, the property manager shuts it, the worker looks again.
pub(crate) fn a_frozen_empty_flat_with_an_open_window(town: &mut Town) -> Flat {
    town.at("17:40");
    let cold = [
        ("name", text("寒潮")),
        ("kind", text("cold_wave")),
        ("since", text(DAY)),
        ("until", text("2026-12-12")),
        ("cadence", text("daily")),
        ("grids", text("LY11")),
    ];
    town.office.add_record("period", None, &cold).unwrap();
    let gas = [
        ("name", text("燃气安全检查")),
        ("since", text(DAY)),
        ("until", text("2026-12-20")),
        ("grids", text("LY06")),
    ];
    town.office.add_record("campaign", None, &gas).unwrap();
    let table = [
        ("kind", text("open_day")),
        ("on", text(DAY)),
        ("place", text("居委会一楼")),
        ("visitors", Data::Int(12)),
    ];
    town.office.add_record("session", None, &table).unwrap();
    let chen = &town.chen;
    let door = door(chen, "LY11", 12);
    let matter = NewMatter {
        door: Some(door),
        step: NewStep {
            visit_by: Some("2026-12-09".parse().unwrap()),
            ..NewStep::new(Step::Raise)
        },
        ..NewMatter::new(
            "空房窗户没关，水管要冻裂",
            Urgency::Urgent,
            Source::DoorVisit,
        )
    };
    let window = chen.raise_matter(&matter).unwrap();
    town.syncs(&town.office);
    town.syncs(chen);
    let list = chen.round(Some("LY11"), None).unwrap();
    let line = list.items.iter().find(|i| i.door == door).unwrap();
    let words: Vec<_> = line.reasons.iter().map(Reason::word).collect();
    assert_eq!(
        words,
        ["matter"],
        "listed because the matter awaits a visit"
    );
    let others = list.items.iter().filter(|i| i.door != door);
    let cold = |reason: &Reason| matches!(reason, Reason::Period { name, .. } if name == "寒潮");
    assert!(
        others.clone().count() > 0,
        "doors in care are knocked on every day of the cold wave"
    );
    assert!(others.clone().all(|i| i.reasons.iter().any(cold)));
    act(
        chen,
        window,
        &step(Step::Accept, "电话联系上房主，同意开门关窗"),
    );
    Flat { door, window }
}

/// Eighty households discuss a new lift: two options, one chosen, and of all asked afterwards 98 in a
/// hundred are content.
pub(crate) fn replacing_a_lift(town: &mut Town) -> MatterId {
    let chen = &town.chen;
    town.at("17:45");
    let matter = NewMatter {
        door: Some(door(chen, "LY13", 0)),
        kind: MatterKind::Deliberation,
        ..NewMatter::new("2栋旧电梯更换", Urgency::Hard, Source::OpenDay)
    };
    let lift = chen.raise_matter(&matter).unwrap();
    let new = chen
        .act_on_matter(lift, &step(Step::Propose, "整梯更换"))
        .unwrap();
    let mend = chen
        .act_on_matter(lift, &step(Step::Propose, "大修"))
        .unwrap();
    let for_it = |option, households| NewStep {
        option: Some(option),
        households: Some(households),
        ..NewStep::new(Step::Opinion)
    };
    act(chen, lift, &for_it(new, 70));
    act(chen, lift, &for_it(mend, 12));
    act(chen, lift, &for_it(new, 4));
    // Six of them had been counted twice.
    act(chen, lift, &for_it(mend, -6));
    let chosen = NewStep {
        option: Some(new),
        ..step(Step::Resolve, "新梯验收启用")
    };
    act(chen, lift, &chosen);
    let content = NewStep {
        percent: Some(98),
        ..step(Step::Feedback, "入户问了每一家")
    };
    act(chen, lift, &content);
    act(chen, lift, &step(Step::Close, "归档"));
    lift
}
