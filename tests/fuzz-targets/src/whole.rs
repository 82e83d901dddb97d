//! A new phone takes in what came whole: the body of a snapshot's part, made by somebody of the office, or a sync file's
//! records.

use std::cell::Cell;
use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use doorknock::model::access::{Role, SpaceKind};
use doorknock::{Answer, Request, Transport, Unreachable};
use doorknock_model::ids::{DocId, SpaceId};
use doorknock_model::kind::Key;
use doorknock_model::kinds::{VISIT_BOOK, visit_book};
use doorknock_replica::change::Parts as ChangeParts;
use doorknock_replica::pack::Packer;
use doorknock_seal::file::FileWriter;
use doorknock_seal::limits::SNAPSHOT_BODY_BYTES;
use doorknock_seal::request::SignedRequest;
use doorknock_seal::snapshot::{Level, Manifest, Part, SnapshotKeys, part_hash};
use doorknock_sync::carry::{CarriedEntry, Record};
use doorknock_sync::wire;
use doorknock_tests::by_hand::{After, ByHand, Made, put, section};
use doorknock_tests::{SeededEntropy, World, roster};
use minicbor::Encoder;
use tempfile::TempDir;

use crate::home::{folder, fresh, keep, reads};
use crate::section::visit_value;
use crate::{Parts, Target, seed};

/// See the module.
pub const TARGET: Target = Target {
    name: "whole",
    run,
    seeds,
};

/// A community, somebody of its office who may write anything, and a phone that joined and read nothing yet.
struct Scene {
    world: World,
    office: ByHand,
    door: doorknock_model::ids::DoorId,
    phone: PathBuf,
    folder: TempDir,
}

static SCENE: LazyLock<Scene> = LazyLock::new(|| {
    let folder = folder();
    let world = World::new(folder.path(), 11);
    let first = world.office(&roster(&["G1"], 2)).expect("an office");
    let door = first.doors(None).expect("doors")[0].door;
    let invite = |role, grids: &[String]| {
        let link = first.invite(role, grids, 86_400_000, &world.net());
        link.expect("a link")
    };
    let office = ByHand::join(&world, &invite(Role::Staff, &[]));
    let phone = world.create("new").expect("a phone");
    let link = invite(Role::Worker, &["G1".to_owned()]);
    phone.join(&link, "新来的", &world.net()).expect("it joins");
    drop((first, phone));
    let phone = keep(&world, "new");
    Scene {
        office,
        door,
        phone,
        folder,
        world,
    }
});

fn casework() -> SpaceId {
    SCENE.office.space(SpaceKind::Casework, Some("G1"))
}

fn run(data: &[u8]) -> bool {
    match data.split_first() {
        Some((0, body)) => snapshot(body),
        Some((1, records)) => file(records),
        _ => false,
    }
}

/// A hub that has this snapshot of the casework, and nothing else.
struct Hub {
    manifest: Vec<u8>,
    part: Vec<u8>,
    trips: Cell<u32>,
}

impl Transport for Hub {
    fn exchange(&self, _: &str, request: &Request) -> Result<Answer, Unreachable> {
        self.trips.set(self.trips.get() + 1);
        assert!(self.trips.get() < 50, "a hub keeps a home busy");
        let office = &SCENE.office;
        let number = office.charter.space_number(casework()).expect("a space");
        let body = match request.path {
            wire::PATH_SNAPSHOT_FIND => wire::encode(&wire::SnapshotFound {
                spaces: vec![number],
                manifests: vec![self.manifest.clone()],
            }),
            wire::PATH_SNAPSHOT_READ => {
                let asked = SignedRequest::parse(&request.body).expect("a request");
                let asked = wire::decode::<wire::SnapshotRead>(asked.body()).expect("a piece");
                let from = usize::try_from(asked.offset).expect("small");
                let piece = self.part[from..].iter().take(asked.limit as usize);
                wire::encode(&wire::SnapshotPiece {
                    bytes: piece.copied().collect(),
                })
            }
            // The phone was invited and joined after the office's device did.
            _ => wire::encode(&wire::SyncResponse {
                charter_length: office.charter.len() + 2,
                ..Default::default()
            }),
        };
        Ok(Answer { status: 200, body })
    }
}

fn snapshot(body: &[u8]) -> bool {
    let Scene {
        world,
        office,
        phone,
        folder,
        ..
    } = &*SCENE;
    if body.len() > SNAPSHOT_BODY_BYTES {
        return false;
    }
    let (epoch, key) = office.epoch_key(casework());
    let part = SnapshotKeys::derive(casework(), epoch, &key)
        .seal(body)
        .expect("a body within the limit");
    let manifest = Manifest {
        space: casework(),
        epoch,
        position: 5,
        running: [3; 32],
        made_at: 0,
        parts: vec![Part {
            hash: part_hash(&part),
            size: u32::try_from(part.len()).expect("small"),
            level: Level::Now,
        }],
    };
    let net = Hub {
        manifest: manifest.sign(&office.secrets, office.community()),
        part,
        trips: Cell::new(0),
    };
    let (phone, copy) = fresh(world, phone, folder);
    let synced = phone
        .sync(&net, &mut |_| {})
        .expect("an honest hub's answers");
    reads(&phone);
    // In quiet moments histories are built, and those with other hashes than they name are found.
    for _ in 0..50 {
        if !phone.maintain().expect("a quiet moment") {
            break;
        }
    }
    reads(&phone);
    let sound = phone.doctor().expect("a report").ok();
    assert!(sound, "what was found wrong is gone");
    drop(phone);
    fs::remove_dir_all(copy).expect("the folder goes");
    synced.pulled > 0 && synced.quarantined == 0
}

fn file(records: &[u8]) -> bool {
    let Scene {
        world,
        office,
        phone,
        folder,
        ..
    } = &*SCENE;
    let (mut parts, mut bytes) = (Parts(records), Vec::new());
    let entropy = SeededEntropy::new(4);
    let writer = FileWriter::begin(&mut bytes, office.common_key(), &entropy);
    let mut writer = writer.expect("memory");
    while let Some(record) = parts.bytes() {
        if !record.is_empty() {
            writer.record(record).expect("a record within the limit");
        }
    }
    writer.finish().expect("memory");
    let (phone, copy) = fresh(world, phone, folder);
    let read = phone.sync_from_file(&mut &bytes[..], &mut |_| {});
    let read = read.expect("a file that opens");
    assert!(read.whole);
    reads(&phone);
    assert!(phone.doctor().expect("a report").ok());
    drop(phone);
    fs::remove_dir_all(copy).expect("the folder goes");
    read.pulled > 0 && read.quarantined == 0
}

/// Two visits to a door, one after the other.
fn visits() -> (DocId, [Made; 2]) {
    let Scene { office, door, .. } = &*SCENE;
    let grid = office.community().grid("G1");
    let book = visit_book::book(office.community(), grid, *door, 2026);
    let visit = |id: u8| {
        let key = Key::with_id(visit_book::VISIT, &[id; 16]);
        vec![put(key, visit_value(*door, "上门走访，老人身体好"))]
    };
    let root = [After::genesis(VISIT_BOOK.code)];
    let first = office.change(casework(), book, 1, &root, visit(1));
    let after = [After::change(&first)];
    let second = office.change(casework(), book, 2, &after, visit(2));
    (book, [first, second])
}

/// A part's body: this pack, and a section that waits if there is one.
fn body(pack: &[u8], waiting: Option<&[u8]>) -> Vec<u8> {
    let office = &SCENE.office;
    let mut e = Encoder::new(Vec::new());
    let write = |e: &mut Encoder<Vec<u8>>| {
        e.array(3)?.array(1)?.bytes(pack)?;
        e.array(waiting.iter().len() as u64)?;
        for section in waiting.iter() {
            e.array(4)?.bytes(&[9; 8])?.array(2)?;
            e.bytes(&office.secrets.device_id().0)?
                .bytes(&office.incarnation.0)?;
            e.bytes(&[8; 32])?.bytes(section)?;
        }
        e.array(0)?.ok()
    };
    write(&mut e).expect("memory");
    e.into_writer()
}

fn seeds() -> Vec<Vec<u8>> {
    let Scene { world, office, .. } = &*SCENE;
    let (book, [first, second]) = visits();
    let by = (office.secrets.device_id(), office.incarnation);
    let mut packer = Packer::new(VISIT_BOOK.code, book);
    let root = After::genesis(VISIT_BOOK.code);
    for (made, after) in [(&first, root), (&second, After::change(&first))] {
        let parts = ChangeParts {
            seq: made.wire.seq,
            time: made.wire.time,
            start_op: after.max_op + 1,
            deps: vec![after.hash],
            ops: made.wire.ops.clone(),
            splices: vec![],
        };
        packer.add(by, made.hash, parts).expect("its place");
    }
    let pack = packer.finish().encode();
    let waiting = section(VISIT_BOOK.code, book, &[&second]).encode();
    let mut writer = office.clone();
    let mut entry = |made: &Made| {
        let body = section(VISIT_BOOK.code, book, &[made]).encode();
        Record::Entry(CarriedEntry {
            bytes: writer.seal(world, casework(), vec![(book, body)]),
            receipt: None,
            seen: None,
        })
    };
    let head = Record::Head {
        device: by.0,
        at: 1_790_000_000_000,
    };
    let records = [head, entry(&first), entry(&second), Record::Unknown(9)];
    let records: Vec<_> = records.iter().map(Record::encode).collect();
    let records: Vec<&[u8]> = records.iter().map(Vec::as_slice).collect();
    vec![
        seed(0, body(&pack, None)),
        seed(0, body(&pack, Some(&waiting))),
        seed(1, Parts::of(&records)),
        seed(1, Parts::of(&[records[2], records[1]])),
    ]
}
