//! A member's phone takes in what another member's device wrote, or what the hub answers: the whole guarded way,
//! from the answer's bytes to the tables.

use std::cell::Cell;
use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use doorknock::model::access::{Role, SpaceKind};
use doorknock::{Answer, Request, Transport, Unreachable};
use doorknock_model::ids::{DocId, GridId, SpaceId};
use doorknock_model::kind::{Key, Value};
use doorknock_model::kinds::{
    CASE, DOOR_CARD, MEMBER_CARD, ROUND_SHEET, Tick, TickResult, VISIT_BOOK, door_card,
    member_card, pack, round_sheet, visit_book,
};
use doorknock_replica::change::{Change, Op};
use doorknock_replica::section::Section;
use doorknock_replica::splice::{Edit, Splice, TextRef};
use doorknock_seal::entry::Entry;
use doorknock_seal::identity::HubSecret;
use doorknock_seal::receipt::{Receipt, running_hash};
use doorknock_seal::sha256;
use doorknock_sync::wire;
use doorknock_tests::by_hand::{After, ByHand, Made, put, section};
use doorknock_tests::{World, roster};
use tempfile::TempDir;

use crate::home::{folder, fresh, keep, reads};
use crate::section::{rebuild, visit_value};
use crate::{Parts, Target, seed};

/// See the module.
pub const TARGET: Target = Target {
    name: "ingest",
    run,
    seeds,
};

/// A community, a phone's folder as it was after joining, and a member who may write anything.
struct Scene {
    world: World,
    villain: ByHand,
    phone: PathBuf,
    door: doorknock_model::ids::DoorId,
    folder: TempDir,
}

static SCENE: LazyLock<Scene> = LazyLock::new(|| {
    let folder = folder();
    let world = World::new(folder.path(), 7);
    let office = world.office(&roster(&["G1"], 2)).expect("an office");
    let grids = ["G1".to_owned()];
    let link = office
        .invite(Role::Worker, &grids, 86_400_000, &world.net())
        .expect("a link");
    let villain = ByHand::join(&world, &link);
    let phone = world.phone(&office, "li", &["G1"]).expect("a phone");
    let door = phone.doors(None).expect("doors")[0].door;
    drop((office, phone));
    let phone = keep(&world, "li");
    Scene {
        world,
        villain,
        phone,
        door,
        folder,
    }
});

fn run(data: &[u8]) -> bool {
    match data.split_first() {
        Some((0, bytes)) => entries(bytes),
        Some((1, bytes)) => take(bytes.to_vec(), false).is_some_and(|(pulled, _)| pulled > 0),
        _ => false,
    }
}

/// Section bodies, each sealed into an entry of its own by somebody who may write there.
fn entries(bytes: &[u8]) -> bool {
    let mut villain = SCENE.villain.clone();
    let mut parts = Parts(bytes);
    let mut logs: Vec<(SpaceId, Vec<Vec<u8>>)> = Vec::new();
    let (mut changes, mut entries, mut built) = (0, 0, Vec::new());
    while let (Some(place), Some(body)) = (parts.byte(), parts.bytes()) {
        let space = spaces(&villain)[usize::from(place) % 3];
        let (doc, body) = match Section::decode(body) {
            Ok(section) => {
                changes += section.changes.len();
                (
                    section.doc,
                    checked(&villain, space, section, &mut built).encode(),
                )
            }
            Err(_) => (DocId::default(), body.to_vec()),
        };
        if body.len() > doorknock_seal::limits::SECTION_BODY_BYTES {
            continue;
        }
        entries += 1;
        let entry = villain.seal(&SCENE.world, space, vec![(doc, body)]);
        match logs.iter_mut().find(|(of, _)| *of == space) {
            Some((_, log)) => log.push(entry),
            None => logs.push((space, vec![entry])),
        }
    }
    let taken = take(wire::encode(&answer(&villain, logs)), true);
    let (pulled, quarantined) = taken.expect("an honest hub's answer");
    entries > 0 && pulled == changes && quarantined == 0
}

fn spaces(villain: &ByHand) -> [SpaceId; 3] {
    [
        villain.space(SpaceKind::Common, None),
        villain.space(SpaceKind::Rounds, Some("G1")),
        villain.space(SpaceKind::Casework, Some("G1")),
    ]
}

/// With each change's check put right, which a mutation would always break.
fn checked(
    villain: &ByHand,
    space: SpaceId,
    mut section: Section,
    before: &mut Vec<Change>,
) -> Section {
    let actor = villain.actor(space, section.doc);
    let mut built = Vec::new();
    for change in &mut section.changes {
        let one = rebuild(actor, section.kind, change, &built, before);
        if let Some(one) = &one {
            change.check.copy_from_slice(&one.hash[..4]);
        }
        built.push(one);
    }
    before.extend(built.into_iter().flatten());
    section
}

/// An honest hub's answer that hands these out behind what the phone has.
fn answer(villain: &ByHand, logs: Vec<(SpaceId, Vec<Vec<u8>>)>) -> wire::SyncResponse {
    use doorknock_hub::store::HubStore;
    let hub = HubSecret::from_bytes(&[42; 32]);
    let community = villain.community();
    let pulled = logs.into_iter().map(|(space, log)| {
        let store = SCENE.world.hub.service().store();
        let before = store.head(community, space).expect("the hub's log");
        let (mut position, mut running) = (before.position, before.running);
        for entry in &log {
            let hash = Entry::parse(entry).expect("an entry").hash();
            (position, running) = (position + 1, running_hash(&running, &hash));
        }
        wire::Pulled {
            space: villain.charter.space_number(space).expect("a space"),
            first: before.position + 1,
            items: log.into_iter().map(wire::PulledItem::Entry).collect(),
            head: position,
            head_running: running,
            head_signature: Receipt::head(space, position, running).sign(&hub, community),
        }
    });
    wire::SyncResponse {
        pulled: pulled.collect(),
        ..nothing(villain)
    }
}

fn nothing(villain: &ByHand) -> wire::SyncResponse {
    // The phone joined after the villain did.
    wire::SyncResponse {
        charter_length: villain.charter.len() + 2,
        ..Default::default()
    }
}

/// Says one thing, then that nothing is new.
struct Once {
    first: Cell<Option<Vec<u8>>>,
    trips: Cell<u32>,
}

impl Transport for Once {
    fn exchange(&self, _: &str, _: &Request) -> Result<Answer, Unreachable> {
        self.trips.set(self.trips.get() + 1);
        assert!(self.trips.get() < 50, "a hub keeps a home busy");
        let body = self
            .first
            .take()
            .unwrap_or_else(|| wire::encode(&nothing(&SCENE.villain)));
        Ok(Answer { status: 200, body })
    }
}

/// A fresh phone takes an answer; afterwards it reads like any other. What it took and set aside, if the sync ended
/// well.
fn take(answer: Vec<u8>, honest: bool) -> Option<(usize, usize)> {
    let (phone, folder) = fresh(&SCENE.world, &SCENE.phone, &SCENE.folder);
    // Rebuilding every table and comparing costs more than all else together; a quarter of the inputs will do.
    let compared = sha256(&[&answer])[0] < 64;
    let net = Once {
        first: Cell::new(Some(answer)),
        trips: Cell::new(0),
    };
    let synced = phone.sync(&net, &mut |_| {});
    if let Err(error) = &synced {
        assert!(!honest, "{error}");
        assert_ne!(error.code(), "internal", "{error}");
    }
    reads(&phone);
    if compared {
        let report = phone.doctor().expect("a report");
        assert!(report.ok(), "{report:?}");
    }
    drop(phone);
    fs::remove_dir_all(folder).expect("the folder goes");
    synced
        .ok()
        .map(|report| (report.pulled, report.quarantined))
}

fn change(
    space: SpaceId,
    doc: DocId,
    seq: u64,
    after: &[After],
    ops: Vec<Op>,
    splices: Vec<Splice>,
) -> Made {
    SCENE
        .villain
        .change_with(space, doc, seq, after, ops, splices)
}

/// Sections as honest apps write them, each with the number of its space.
fn sections() -> Vec<(u8, Section)> {
    let Scene { villain, door, .. } = &*SCENE;
    let (community, [common, rounds, casework]) = (villain.community(), spaces(villain));
    let visit = |id: u8| {
        put(
            Key::with_id(visit_book::VISIT, &[id; 16]),
            visit_value(*door, "上门走访，老人身体好"),
        )
    };
    let grid = community.grid("G1");
    let book = visit_book::book(community, grid, *door, 2026);
    let start = |kind: u16| [After::genesis(kind)];
    let first = change(
        casework,
        book,
        1,
        &start(VISIT_BOOK.code),
        vec![visit(1)],
        vec![],
    );
    let second = change(
        casework,
        book,
        2,
        &[After::change(&first)],
        vec![visit(2)],
        vec![],
    );
    let sheet = ROUND_SHEET.document(community, grid, &[b"sheet"]);
    let tick = Tick {
        door: *door,
        at: 1_795_000_000,
        result: TickResult::Done,
        follow_up: None,
        replaces: None,
    };
    let tick = put(Key::with_id(round_sheet::TICK, &[1; 16]), pack(&tick));
    let tick = change(
        rounds,
        sheet,
        1,
        &start(ROUND_SHEET.code),
        vec![tick],
        vec![],
    );
    let card = rounds.document([4; 12]);
    let plan = put(Key::plain(door_card::EXTERNAL_ID), Value::Text("X1".into()));
    let plan = change(rounds, card, 1, &start(DOOR_CARD.code), vec![plan], vec![]);
    let own = MEMBER_CARD.document(community, GridId::default(), &[villain.member.as_bytes()]);
    let name = put(Key::plain(member_card::NAME), Value::Text("手工".into()));
    let name = change(common, own, 1, &start(MEMBER_CARD.code), vec![name], vec![]);
    let case = casework.document([5; 12]);
    let title = put(Key::plain(1), Value::Text("漏水".into()));
    let edits = vec![Edit {
        after: None,
        insert: "先联系物业".into(),
        delete: vec![],
    }];
    let text = Splice {
        text: TextRef::New(Key::plain(4)),
        edits,
    };
    let case_made = change(
        casework,
        case,
        1,
        &start(CASE.code),
        vec![title],
        vec![text],
    );
    vec![
        (2, section(VISIT_BOOK.code, book, &[&first])),
        (2, section(VISIT_BOOK.code, book, &[&second])),
        (1, section(ROUND_SHEET.code, sheet, &[&tick])),
        (1, section(DOOR_CARD.code, card, &[&plan])),
        (0, section(MEMBER_CARD.code, own, &[&name])),
        (2, section(CASE.code, case, &[&case_made])),
    ]
}

fn seeds() -> Vec<Vec<u8>> {
    let entry =
        |(space, section): &(u8, Section)| [vec![*space], Parts::of(&[&section.encode()])].concat();
    let all: Vec<Vec<u8>> = sections().iter().map(entry).collect();
    let one = |n: usize| seed(0, &all[n]);
    let mut villain = SCENE.villain.clone();
    let logs = sections().into_iter().take(1).map(|(_, section)| {
        let space = spaces(&villain)[2];
        (
            space,
            vec![villain.seal(&SCENE.world, space, vec![(section.doc, section.encode())])],
        )
    });
    let logs: Vec<_> = logs.collect();
    let said = wire::encode(&answer(&villain, logs));
    vec![
        one(0),
        one(2),
        one(3),
        one(4),
        one(5),
        seed(0, all.concat()),
        seed(0, [&all[0][..], &all[1]].concat()),
        seed(1, said),
    ]
}
