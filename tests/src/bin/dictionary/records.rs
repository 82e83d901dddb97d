//! Sections of every kind with invented contents.

use doorknock::model::checklist::care_visit_id;
use doorknock::model::ids::{DeviceId, DoorId, Incarnation, Recorder, SpaceId, VisitId};
use doorknock::model::kind::{Key, Value};
use doorknock::model::kinds::*;
use doorknock_replica::change::{Op, OpId};
use doorknock_replica::section::{Context, Dep, Section, WireChange};
use doorknock_replica::splice::{Edit, Splice, TextRef};
use rand::{Rng, RngExt};

use crate::corpus::{ENDINGS, FINDINGS, NAMES, OPENINGS, PLACES, REQUESTS, TITLES, WORDS};

/// 2026-01-01; the times of a few years' records share their first bytes.
const FROM_MS: i64 = 1_767_225_600_000;
const YEARS_MS: i64 = 5 * 365 * 86_400_000;

fn pick(list: &'static str, rng: &mut impl Rng) -> &'static str {
    let lines: Vec<_> = list.lines().collect();
    lines[rng.random_range(0..lines.len())]
}

fn part(list: &'static str, rng: &mut impl Rng) -> String {
    let text = pick(list, rng);
    text.replace("{n}", &rng.random_range(1..150).to_string())
}

/// Words in a row: they stand in every order in what people write.
fn words(rng: &mut impl Rng) -> String {
    let mut text = String::new();
    for _ in 0..rng.random_range(6..16) {
        text += pick(WORDS, rng);
        text += ["", "", "", "，", "，已", "的"][rng.random_range(0..6)];
    }
    text + "。"
}

/// A few clauses, put together as people do.
fn text(rng: &mut impl Rng) -> String {
    if rng.random_bool(0.4) {
        return words(rng);
    }
    let mut text = part(OPENINGS, rng);
    for _ in 0..rng.random_range(1..3) {
        text += ["，", "，", "；", "。"][rng.random_range(0..4)];
        text += &part(
            if rng.random_bool(0.5) {
                FINDINGS
            } else {
                REQUESTS
            },
            rng,
        );
    }
    text += ["，", "；", "。"][rng.random_range(0..3)];
    text += &part(ENDINGS, rng);
    text += ["。", "。", ""][rng.random_range(0..3)];
    text
}

fn yes_no(rng: &mut impl Rng) -> Option<Answer> {
    match rng.random_range(0..20) {
        0 => None,
        1..4 => Some(Answer::YesNo(false)),
        _ => Some(Answer::YesNo(true)),
    }
}

fn answers(rng: &mut impl Rng) -> Vec<Option<Answer>> {
    let mut all: Vec<_> = (0..15).map(|_| yes_no(rng)).collect();
    for at in [3, 4, 5] {
        if rng.random_bool(0.7) {
            all[at] = Some(Answer::Choice(rng.random_range(0..3)));
        }
    }
    if rng.random_bool(0.6) {
        let word = ["无", "暂无", "没有", "配药", "维修"][rng.random_range(0..5)];
        all[14] = Some(Answer::Text(word.to_owned()));
    }
    all
}

fn visit(door: DoorId, at: i64, rng: &mut impl Rng) -> Visit {
    let answered = rng.random_bool(0.8);
    let channel = [
        Channel::InPerson,
        Channel::InPerson,
        Channel::AtTheDoor,
        Channel::Phone,
    ];
    let outcome = [
        Outcome::Met,
        Outcome::Met,
        Outcome::Met,
        Outcome::NobodyHome,
    ];
    Visit {
        door,
        at,
        channel: channel[rng.random_range(0..4)],
        outcome: outcome[rng.random_range(0..4)],
        with: vec![],
        checklist: answered.then(care_visit_id),
        answers: if answered { answers(rng) } else { vec![] },
        summary: rng.random_bool(0.9).then(|| text(rng)),
        follow_up: rng
            .random_bool(0.15)
            .then(|| 20_500 + rng.random_range(0..1500)),
        corrects: rng.random_bool(0.03).then(|| vec![VisitId(rng.random())]),
        void: None,
        why: None,
        matters: None,
    }
}

fn tick(at: i64, rng: &mut impl Rng) -> Tick {
    let nobody = rng.random_bool(0.15);
    Tick {
        door: DoorId(rng.random()),
        at,
        result: if nobody {
            TickResult::NobodyHome
        } else {
            TickResult::Done
        },
        follow_up: None,
        replaces: None,
    }
}

fn put(key: Key, value: Value) -> Op {
    Op {
        key,
        replaces: vec![],
        value,
    }
}

/// What a change of a document of this kind puts, and the texts that it makes.
fn contents(
    kind: u16,
    door: DoorId,
    id: &[u8],
    at: i64,
    rng: &mut impl Rng,
) -> (Vec<Op>, Vec<Splice>) {
    let under = |field| Key::with_id(field, id);
    let some_text = |field, rng: &mut _| put(Key::plain(field), Value::Text(text(rng)));
    let name =
        |field, rng: &mut _| put(Key::plain(field), Value::Text(pick(NAMES, rng).to_owned()));
    let ops = match kind {
        3 => vec![
            put(
                Key::plain(door_card::ADDRESS),
                pack(&DoorAddress {
                    compound: pick(PLACES, rng).to_owned(),
                    building: rng.random_range(1..40).to_string(),
                    unit: rng.random_range(1..5).to_string(),
                    room: (rng.random_range(1..20) * 100 + rng.random_range(1..5)).to_string(),
                    floor: Some(rng.random_range(1..20)),
                }),
            ),
            put(Key::plain(door_card::KIND), Value::Int(0)),
            put(
                Key::plain(door_card::PLAN),
                pack(&Plan {
                    cadence: ["weekly", "monthly", "quarterly"][rng.random_range(0..3)].to_owned(),
                    since: 20_500 + rng.random_range(0..1500),
                    until: None,
                    checklist: rng.random_bool(0.5).then(care_visit_id),
                    by_hand: None,
                }),
            ),
        ],
        4 => vec![put(under(round_sheet::TICK), pack(&tick(at, rng)))],
        5 => vec![put(under(visit_book::VISIT), pack(&visit(door, at, rng)))],
        6 => vec![
            put(
                Key::plain(person_file::DOOR),
                Value::Bytes(rng.random::<[u8; 16]>().to_vec()),
            ),
            name(person_file::NAME, rng),
            put(
                Key::plain(person_file::PHONE),
                Value::Text(format!("1000{:07}", rng.random_range(0..10_000_000))),
            ),
        ],
        9 => vec![
            put(
                Key::plain(matter::TITLE),
                Value::Text(pick(TITLES, rng).to_owned()),
            ),
            put(
                Key::plain(matter::DOOR),
                Value::Bytes(rng.random::<[u8; 16]>().to_vec()),
            ),
            some_text(matter::DESCRIPTION, rng),
        ],
        _ => {
            let made = |key, insert| Splice {
                text: TextRef::New(key),
                edits: vec![Edit {
                    insert,
                    ..Edit::default()
                }],
            };
            return (vec![], vec![made(under(case::NOTE), text(rng))]);
        }
    };
    (ops, vec![])
}

/// The n-th section's body: mostly visits and ticks, a few of each other kind.
pub(crate) fn section(n: usize, rng: &mut impl Rng) -> Vec<u8> {
    let kind = [5, 5, 5, 5, 5, 4, 4, 3, 6, 8, 9, 5][n % 12];
    let recorder = Recorder {
        device: DeviceId(rng.random()),
        incarnation: Incarnation(rng.random()),
    };
    let (space, door) = (SpaceId(rng.random()), DoorId(rng.random()));
    let mut subject: [u8; 12] = rng.random();
    if kind == 5 {
        // A book's id begins like its door's and ends with the year.
        subject[..10].copy_from_slice(&door.0[..10]);
        subject[10..].copy_from_slice(&rng.random_range(2026..2031_u16).to_be_bytes());
    }
    let doc = space.document(subject);
    let count = if kind == 4 { rng.random_range(1..8) } else { 1 };
    let mut time = FROM_MS + rng.random_range(0..YEARS_MS);
    let mut changes: Vec<WireChange> = Vec::new();
    for nth in 0..count {
        time += rng.random_range(60_000..900_000);
        let id = recorder.id(time.unsigned_abs(), rng.random_range(0..600));
        let (ops, splices) = contents(kind, door, &id, time / 1000, rng);
        let first = if rng.random_bool(0.4) {
            Dep::Genesis
        } else {
            Dep::Hash(rng.random())
        };
        let mut change = WireChange {
            seq: if rng.random_bool(0.5) {
                1
            } else {
                rng.random_range(1..30)
            },
            time,
            deps: vec![if nth == 0 {
                first
            } else {
                Dep::InSection(nth - 1)
            }],
            ops,
            splices,
            check: rng.random(),
        };
        if kind != 5 && kind != 4 && rng.random_bool(0.3) {
            for op in &mut change.ops {
                op.replaces = vec![OpId {
                    counter: rng.random_range(2..40),
                    actor: rng.random(),
                }];
            }
        }
        changes.push(change);
    }
    let context = rng.random_bool(0.3).then(|| Context {
        charter_length: rng.random_range(3..200),
        charter_head: rng.random(),
        hub_position: rng.random_range(0..5000),
    });
    Section {
        kind,
        doc,
        changes,
        context,
    }
    .encode_by(&recorder, space)
}
