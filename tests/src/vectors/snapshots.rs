//! Snapshots: manifest, sealed parts, the packs in them, and what is said to the hub about them.

use doorknock::model::ids::{DeviceId, Incarnation};
use doorknock::model::kind::{Key, Value as Fact};
use doorknock_replica::actor;
use doorknock_replica::change::{Change, Op, Parts, build, genesis};
use doorknock_replica::pack::{Pack, Packer};
use doorknock_seal::receipt::running_hash;
use doorknock_seal::snapshot::{Level, Manifest, Part, SnapshotKeys, part_hash};
use doorknock_sync::wire;
use minicbor::Encoder;
use serde_json::{Value, json};

use super::entries::{TIME, Written, case, casework, person, recorder};
use super::hub::{said, signed};
use super::{Scene, file, hex};

type Author = (DeviceId, Incarnation);
type WriteError = minicbor::encode::Error<std::convert::Infallible>;

/// A snapshot: its manifest, and its parts with their bodies.
struct Whole {
    manifest: Manifest,
    signed: Vec<u8>,
    parts: Vec<(Vec<u8>, Vec<u8>)>,
    packs: Vec<Pack>,
}

fn worker(scene: &Scene) -> Author {
    let by = recorder(scene);
    (by.device, by.incarnation)
}

fn packed(written: &Written, by: Author, more: Option<(Author, Parts, Change)>) -> Pack {
    let mut packer = Packer::new(written.kind, written.doc);
    let first = written
        .changes
        .iter()
        .map(|made| (by, made.parts.clone(), made.change.clone()));
    for (by, parts, change) in first.chain(more) {
        // Each follows the one before or the genesis.
        let _ = packer.add(by, change.hash, parts);
    }
    packer.finish()
}

/// A change by the office that follows nothing that the worker wrote.
fn beside(scene: &Scene, written: &Written) -> Option<(Author, Parts, Change)> {
    let (town, admin) = (&scene.town, &scene.town.admin);
    let by = (admin.secrets.device_id(), admin.incarnation);
    let first = genesis(written.kind);
    let op = Op {
        key: Key::plain(2),
        replaces: vec![],
        value: Fact::Text("王秀莲".into()),
    };
    let parts = Parts {
        seq: 1,
        time: TIME - 5,
        start_op: first.max_op + 1,
        deps: vec![first.hash],
        ops: vec![op],
        splices: vec![],
    };
    let actor = actor(town.community(), casework(scene), written.doc, by.0, by.1);
    let change = build(actor, &parts).ok()?;
    Some((by, parts, change))
}

/// A part's body of packs alone.
fn body_of(packs: &[Pack]) -> Result<Vec<u8>, WriteError> {
    let mut e = Encoder::new(Vec::new());
    e.array(3)?.array(packs.len() as u64)?;
    for pack in packs {
        e.bytes(&pack.encode())?;
    }
    e.array(0)?.array(0)?;
    Ok(e.into_writer())
}

/// One of a change that waits and two inputs that were set aside.
fn left_over(scene: &Scene) -> Result<Vec<u8>, WriteError> {
    let by = recorder(scene);
    let who = |e: &mut Encoder<Vec<u8>>| -> Result<(), WriteError> {
        e.array(2)?
            .bytes(&by.device.0)?
            .bytes(&by.incarnation.0)?
            .ok()
    };
    let mut e = Encoder::new(Vec::new());
    e.array(3)?.array(0)?.array(1)?;
    e.array(4)?.bytes(&[0x61; 8])?;
    who(&mut e)?;
    e.bytes(&[0x62; 32])?.bytes(b"a section's body")?;
    e.array(2)?.array(5)?.bytes(&[0x63; 32])?.i8(-1)?.null()?;
    e.str("entry_malformed")?.bytes(b"an entry")?;
    e.array(5)?.bytes(&[0x64; 32])?.u8(1)?;
    who(&mut e)?;
    e.str("section_coding")?.bytes(b"a sealed section")?;
    Ok(e.into_writer())
}

fn whole(scene: &Scene) -> Whole {
    let (town, space) = (&scene.town, casework(scene));
    let keys = SnapshotKeys::derive(space, 0, &town.keys[&space]);
    let (people, cases) = (person(scene), case(scene));
    let packs = vec![
        packed(&people, worker(scene), beside(scene, &people)),
        packed(&cases, worker(scene), None),
    ];
    let bodies = [body_of(&packs), left_over(scene)];
    let seal = |body: Vec<u8>| (keys.seal(&body).unwrap_or_default(), body);
    let parts: Vec<_> = bodies.into_iter().flatten().map(seal).collect();
    let named = |((sealed, _), level): (&(Vec<u8>, Vec<u8>), Level)| Part {
        hash: part_hash(sealed),
        size: u32::try_from(sealed.len()).unwrap_or_default(),
        level,
    };
    let levels = [Level::Now, Level::History];
    let manifest = Manifest {
        space,
        epoch: 0,
        position: 2,
        running: running_hash(&[0x65; 32], &[0x66; 32]),
        made_at: TIME,
        parts: parts.iter().zip(levels).map(named).collect(),
    };
    Whole {
        signed: manifest.sign(&town.admin.secrets, town.community()),
        manifest,
        parts,
        packs,
    }
}

/// A pack, and the automerge changes that a reader makes of it.
fn unpacked(scene: &Scene, pack: &Pack) -> Value {
    let built = pack.build(scene.town.community(), casework(scene));
    let built = built.unwrap_or_default();
    let change = |(parts, change): &(Parts, Change)| {
        json!({ "seq": parts.seq, "time": parts.time, "start_op": parts.start_op,
        "hash": hex(change.hash), "chunk": hex(&change.bytes) })
    };
    json!({ "kind": pack.kind, "document": hex(pack.doc.0), "bytes": hex(pack.encode()),
        "heads": pack.heads.iter().map(|(_, hash)| hex(hash)).collect::<Vec<_>>(),
        "changes": built.iter().map(change).collect::<Vec<_>>() })
}

pub(super) fn snapshots(scene: &Scene) -> Value {
    let (town, whole) = (&scene.town, whole(scene));
    let Manifest {
        space,
        epoch,
        position,
        running,
        made_at,
        parts,
    } = &whole.manifest;
    let named: Vec<_> = parts
        .iter()
        .map(|part| {
            json!([
                hex(part.hash),
                part.size,
                u8::from(part.level == Level::History)
            ])
        })
        .collect();
    let mut vectors = vec![
        json!({ "name": "a manifest", "what": "manifest", "bytes": hex(&whole.signed), "epoch": epoch,
        "position": position, "running": hex(running), "made_at": made_at, "parts": named }),
    ];
    let names = ["two documents, one with texts", "what its maker left over"];
    for (n, (name, (sealed, body))) in names.iter().zip(&whole.parts).enumerate() {
        let packs: &[Pack] = if n == 0 { &whole.packs } else { &[] };
        let packs: Vec<_> = packs.iter().map(|pack| unpacked(scene, pack)).collect();
        vectors.push(json!({ "name": name, "what": "part", "bytes": hex(sealed), "body": hex(body), "packs": packs }));
    }
    let mut file = file(
        "A manifest and its sealed parts, to be opened with the epoch's key; of each pack the automerge changes that a reader rebuilds from it. A compressor may make other bytes of the same body; a reader must read these.",
        vectors,
    );
    file["community"] = json!(hex(town.community().0));
    file["space"] = json!(hex(space.0));
    file["epoch_key"] = json!(hex(town.keys[space].as_bytes()));
    file["signer"] = json!(hex(town.admin.secrets.device_id().0));
    file["sign_key"] = json!(hex(town.admin.secrets.sign_key()));
    file
}

/// Every request about snapshots, and its answer.
pub(super) fn messages(scene: &Scene) -> Vec<Value> {
    let (community, whole) = (scene.town.community(), whole(scene));
    let (manifest, part) = (whole.signed, &whole.parts[0].0);
    let here = hex(community.0);
    let find = wire::SnapshotFind {
        community,
        spaces: vec![2, 3],
    };
    let read = wire::SnapshotRead {
        community,
        space: 3,
        part: part_hash(part),
        offset: 24,
        limit: 40,
    };
    let offer = wire::SnapshotOffer {
        community,
        space: 3,
        manifest: manifest.clone(),
    };
    let put = wire::SnapshotPut {
        community,
        space: 3,
        part: part.clone(),
    };
    let found = wire::SnapshotFound {
        spaces: vec![3],
        manifests: vec![manifest.clone()],
    };
    let piece = wire::SnapshotPiece {
        bytes: part[24..64].to_vec(),
    };
    let lacking = |parts: Vec<Vec<u8>>| wire::SnapshotMissing { parts };
    let left: Vec<_> = whole
        .manifest
        .parts
        .iter()
        .map(|part| part.hash.to_vec())
        .collect();
    let hashes: Vec<_> = left.iter().map(hex).collect();
    let (worker, office) = (&scene.worker.secrets, &scene.town.admin.secrets);
    let by_any = "signed by a device";
    let by_office = "signed by a device of the office";
    let asked = |device, path, note, body: Vec<u8>, fields| {
        signed(scene, device, path, note, &body, &fields)
    };
    vec![
        asked(
            worker,
            wire::PATH_SNAPSHOT_FIND,
            by_any,
            wire::encode(&find),
            json!([here, [2, 3]]),
        ),
        said(
            wire::PATH_SNAPSHOT_FIND,
            &found,
            json!([[3], [hex(&manifest)]]),
        ),
        asked(
            worker,
            wire::PATH_SNAPSHOT_READ,
            by_any,
            wire::encode(&read),
            json!([here, 3, hex(read.part), 24, 40]),
        ),
        said(wire::PATH_SNAPSHOT_READ, &piece, json!([hex(&piece.bytes)])),
        asked(
            office,
            wire::PATH_SNAPSHOT_OFFER,
            by_office,
            wire::encode(&offer),
            json!([here, 3, hex(&manifest)]),
        ),
        said(
            wire::PATH_SNAPSHOT_OFFER,
            &lacking(left.clone()),
            json!([hashes]),
        ),
        asked(
            office,
            wire::PATH_SNAPSHOT_PUT,
            by_office,
            wire::encode(&put),
            json!([here, 3, hex(part)]),
        ),
        said(
            wire::PATH_SNAPSHOT_PUT,
            &lacking(left[1..].to_vec()),
            json!([hashes[1..]]),
        ),
    ]
}
