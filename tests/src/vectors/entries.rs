//! Padding, codings, section bodies with the changes rebuilt from them, sealed entries.

use doorknock::model::ids::{DocId, Recorder, SpaceId};
use doorknock::model::kind::{Key, Value as Fact};
use doorknock::model::kinds::{CASE, KINDS, PERSON_FILE};
use doorknock_replica::actor;
use doorknock_replica::change::{Change, Op, OpId, Parts, build, genesis};
use doorknock_replica::section::{Context, Dep, Section, WireChange, start};
use doorknock_replica::splice::{Edit, Run, Splice, TextRef};
use doorknock_seal::dictionary;
use doorknock_seal::entry::Entry;
use doorknock_seal::section::{pack, padded_len};
use serde_json::{Value, json};

use super::{Scene, file, hex};

pub(super) const TIME: i64 = 1_795_226_400_000;

pub(super) fn padding() -> Value {
    let lengths = [
        0, 1, 63, 64, 65, 72, 73, 100, 128, 129, 255, 256, 257, 1000, 1024, 1025, 65_536, 65_537,
        524_293,
    ];
    let one = |len: usize| json!({ "name": format!("{len} bytes"), "length": len, "padded": padded_len(len) });
    file(
        "The padded length: at least 64, up to 256 a multiple of 8, above it by the Padmé rule.",
        lengths.into_iter().map(one).collect(),
    )
}

pub(super) fn codings() -> Value {
    let bodies: [(&str, Vec<u8>); 5] = [
        ("an empty body", vec![]),
        ("one that does not compress", b"short".to_vec()),
        (
            "one that the dictionary knows",
            "上门看望老人，身体状况良好，血压正常。".into(),
        ),
        (
            "one that repeats itself",
            "老人身体好。".repeat(30).into_bytes(),
        ),
        ("zeros", vec![0; 5000]),
    ];
    let one = |(name, body): (&str, Vec<u8>)| {
        let plain = pack(&body).unwrap_or_default();
        json!({ "name": name, "coding": plain.first().map(|byte| byte >> 4), "plaintext": hex(&plain), "body": hex(&body) })
    };
    // No writer of this version has a use for a frame without the dictionary where the dictionary is shorter.
    let alone = |(name, body): (&str, &[u8])| {
        let frame = dictionary::compress(0, body).unwrap_or_default();
        let [_, head @ ..] =
            (1 << 20 | u32::try_from(frame.len()).unwrap_or_default()).to_be_bytes();
        let mut plain = [&head[..], &frame].concat();
        plain.resize(padded_len(plain.len()), 0);
        json!({ "name": name, "coding": 1, "plaintext": hex(&plain), "body": hex(body) })
    };
    let text = "敲门".repeat(100);
    let mut vectors: Vec<_> = bodies.into_iter().map(one).collect();
    vectors.push(alone(("a frame without a dictionary", text.as_bytes())));
    file(
        "A section's plaintext: coding (4 bits) and length of the coded body (20 bits), 3 bytes big-endian; the coded body; zeros. A compressor may make other bytes of the same body; a reader must read these.",
        vectors,
    )
}

/// A document's changes, one after the other.
pub(super) struct Written {
    pub(super) kind: u16,
    pub(super) doc: DocId,
    pub(super) changes: Vec<Made>,
}

/// A change, as it is said and as it is built.
pub(super) struct Made {
    wire: WireChange,
    pub(super) parts: Parts,
    pub(super) change: Change,
}

/// Who wrote all of it.
pub(super) fn recorder(scene: &Scene) -> Recorder {
    let writer = &scene.worker;
    Recorder {
        device: writer.secrets.device_id(),
        incarnation: writer.incarnation,
    }
}

/// Where it was written: the grid's casework.
pub(super) fn casework(scene: &Scene) -> SpaceId {
    scene.town.charter.spaces()[3].id
}

impl Written {
    fn new(scene: &Scene, kind: u16, subject: [u8; 12]) -> Self {
        Self {
            kind,
            doc: casework(scene).document(subject),
            changes: Vec::new(),
        }
    }

    pub(super) fn actor(&self, scene: &Scene) -> [u8; 16] {
        let by = recorder(scene);
        let (community, space) = (scene.town.community(), casework(scene));
        actor(community, space, self.doc, by.device, by.incarnation)
    }

    /// A change that follows the last one.
    fn write(&mut self, scene: &Scene, time: i64, ops: Vec<Op>, splices: Vec<Splice>) {
        let last = self.changes.len().checked_sub(1);
        self.write_after(scene, last.as_slice(), time, ops, splices);
    }

    /// A change that follows these, or the genesis.
    fn write_after(
        &mut self,
        scene: &Scene,
        after: &[usize],
        time: i64,
        ops: Vec<Op>,
        splices: Vec<Splice>,
    ) {
        let first = genesis(self.kind);
        let follow = |n: &usize| (self.changes[*n].change.clone(), Dep::InSection(*n));
        let mut followed: Vec<_> = after.iter().map(follow).collect();
        if followed.is_empty() {
            followed.push((first, Dep::Genesis));
        }
        // automerge has them in the order of their hashes.
        followed.sort_by_key(|(change, _)| change.hash);
        let max_op = followed.iter().map(|(change, _)| change.max_op).max();
        let seq = self.changes.len() as u64 + 1;
        let parts = Parts {
            seq,
            time,
            start_op: max_op.unwrap_or_default() + 1,
            deps: followed.iter().map(|(change, _)| change.hash).collect(),
            ops: ops.clone(),
            splices: splices.clone(),
        };
        let Ok(change) = build(self.actor(scene), &parts) else {
            return;
        };
        let mut check = [0; 4];
        check.copy_from_slice(&change.hash[..4]);
        let wire = WireChange {
            seq,
            time,
            deps: followed.iter().map(|(_, dep)| *dep).collect(),
            ops,
            splices,
            check,
        };
        self.changes.push(Made {
            wire,
            parts,
            change,
        });
    }

    /// A section of the changes from this one on; those before were sent earlier.
    fn section(&self, from: usize, context: Option<Context>) -> Section {
        let dep = |dep: &Dep| match *dep {
            Dep::InSection(n) if n < from => Dep::Hash(start(&self.changes[n].change.hash)),
            Dep::InSection(n) => Dep::InSection(n - from),
            other => other,
        };
        let said = |made: &Made| WireChange {
            deps: made.wire.deps.iter().map(dep).collect(),
            ..made.wire.clone()
        };
        Section {
            kind: self.kind,
            doc: self.doc,
            changes: self.changes[from..].iter().map(said).collect(),
            context,
        }
    }

    pub(super) fn body(&self, scene: &Scene, context: Option<Context>) -> Vec<u8> {
        let section = self.section(0, context);
        section.encode_by(&recorder(scene), casework(scene))
    }
}

/// Registers, and ids of every form: of another making, counted, and counted at a time of its own.
pub(super) fn person(scene: &Scene) -> Written {
    let mut file = Written::new(scene, PERSON_FILE.code, [0x51; 12]);
    let (by, millis) = (recorder(scene), TIME.unsigned_abs());
    let put = |field, replaces, value| Op {
        key: Key::plain(field),
        replaces,
        value,
    };
    let keyed = |id: &[u8], value| Op {
        key: Key::with_id(6, id),
        replaces: vec![],
        value,
    };
    let name = put(2, vec![], Fact::Text("王秀英".into()));
    let door = put(1, vec![], Fact::Bytes(vec![0x52; 16]));
    let first = keyed(&by.id(millis, 41), Fact::Int(7));
    file.write(scene, TIME, vec![name, door, first], vec![]);
    let over = OpId {
        counter: 2,
        actor: file.actor(scene),
    };
    let renamed = put(2, vec![over], Fact::Text("王秀兰".into()));
    let foreign = keyed(&[0x0a, 0xff], Fact::Int(-300));
    let earlier = keyed(&by.id(millis - 70_000, 40), Fact::Null);
    file.write(scene, TIME + 1500, vec![renamed, foreign, earlier], vec![]);
    // A clock that was set back.
    let seen = keyed(&by.id(millis + 900, 42), Fact::Int(8));
    let empty = put(3, vec![], Fact::Null);
    let newer = put(77, vec![], Fact::Bool(true));
    let ops = vec![empty, newer, seen];
    file.write_after(scene, &[0, 1], TIME + 900, ops, vec![]);
    file
}

/// A text that is made, and edited.
pub(super) fn case(scene: &Scene) -> Written {
    let mut case = Written::new(scene, CASE.code, [0x53; 12]);
    let edit = |after, insert: &str, delete| Edit {
        after,
        insert: insert.into(),
        delete,
    };
    let made = Splice {
        text: TextRef::New(Key::plain(4)),
        edits: vec![edit(None, "先打电话", vec![])],
    };
    case.write(scene, TIME, vec![], vec![made]);
    let own = |counter| OpId {
        counter,
        actor: case.actor(scene),
    };
    // 2 makes the text, 3 to 6 are its letters.
    let deleted = Run {
        first: own(5),
        len: 2,
    };
    let edited = Splice {
        text: TextRef::At(own(2)),
        edits: vec![edit(Some(own(4)), "门", vec![deleted])],
    };
    let note = Splice {
        text: TextRef::New(Key::with_id(
            7,
            &recorder(scene).id(TIME.unsigned_abs(), 43),
        )),
        edits: vec![edit(None, "好", vec![])],
    };
    case.write(scene, TIME + 60_000, vec![], vec![edited, note]);
    case
}

/// The half of a hash that a context carries.
fn half(hash: [u8; 32]) -> [u8; 16] {
    std::array::from_fn(|n| hash[n])
}

fn context(scene: &Scene, hub_position: u64) -> Context {
    Context {
        charter_length: 5,
        charter_head: half(scene.town.charter.head()),
        hub_position,
    }
}

/// The automerge change that a reader makes of one.
pub(super) fn rebuilt(made: &Made) -> Value {
    json!({ "start_op": made.parts.start_op, "hash": hex(made.change.hash), "chunk": hex(&made.change.bytes) })
}

pub(super) fn sections(scene: &Scene) -> Value {
    let (by, space) = (recorder(scene), casework(scene));
    let genesis_of = |kind: u16| {
        let change = genesis(kind);
        json!({ "name": format!("the genesis of kind {kind}"), "what": "genesis", "kind": kind, "hash": hex(change.hash), "chunk": hex(change.bytes) })
    };
    let section = |name: &str, written: &Written, from: usize, context: Option<Context>| {
        let section = written.section(from, context);
        let before =
            |made: &Made| json!({ "hash": hex(made.change.hash), "last_op": made.change.max_op });
        json!({ "name": name, "what": "section", "kind": written.kind, "document": hex(written.doc.0),
            "body": hex(section.encode_by(&by, space)), "spelled_out": hex(section.encode()),
            "actor": hex(written.actor(scene)), "has_context": context.is_some(),
            "sent_before": written.changes[..from].iter().map(before).collect::<Vec<_>>(),
            "changes": written.changes[from..].iter().map(rebuilt).collect::<Vec<_>>() })
    };
    let mut vectors: Vec<_> = KINDS.iter().map(|kind| genesis_of(kind.code)).collect();
    vectors.push(section(
        "registers, and the context of an entry's first section",
        &person(scene),
        0,
        Some(context(scene, 7)),
    ));
    vectors.push(section(
        "a text that is made and edited",
        &case(scene),
        0,
        None,
    ));
    vectors.push(section(
        "changes that follow one sent before",
        &person(scene),
        1,
        None,
    ));
    let mut file = file(
        "Section bodies as they stand in an entry of this device and incarnation, and the automerge changes that a reader rebuilds from them: hash and uncompressed chunk. The actor is derive16(\"actor\", [community, space, document, device, incarnation]). `spelled_out` is the same body with document and ids in full, which a reader takes too.",
        vectors,
    );
    file["community"] = json!(hex(scene.town.community().0));
    file["space"] = json!(hex(space.0));
    file["device"] = json!(hex(by.device.0));
    file["incarnation"] = json!(hex(by.incarnation.0));
    file
}

pub(super) fn entries(scene: &Scene) -> Value {
    let (town, space) = (&scene.town, casework(scene));
    let mut writer = scene.worker.clone();
    let [person, case] = [person(scene), case(scene)];
    let first = vec![
        (person.doc, person.body(scene, Some(context(scene, 0)))),
        (case.doc, case.body(scene, None)),
    ];
    let second = vec![(DocId([0x54; 16]), "重复的内容。".repeat(200).into_bytes())];
    let vectors = [
        ("two sections", first),
        ("its successor, with one that compresses well", second),
    ];
    let vectors = vectors.into_iter().map(|(name, bodies)| {
        let plain: Vec<_> = bodies.iter().map(|(_, body)| hex(body)).collect();
        let sealed = town.entry(&mut writer, space, bodies);
        let Ok(entry) = Entry::parse(&sealed.bytes) else {
            return Value::Null;
        };
        let header = entry.header();
        json!({ "name": name, "bytes": hex(&sealed.bytes), "hash": hex(sealed.hash), "sequence": header.sequence,
            "previous": hex(header.previous), "epoch": header.epoch, "salt": hex(header.salt), "bodies": plain })
    });
    let mut file = file(
        "Sealed entries of one device in one space, to be opened with the epoch's key. The content key is HKDF-SHA-256 of it with the space's id as salt; the nonces are made of the header.",
        vectors.collect(),
    );
    file["community"] = json!(hex(town.community().0));
    file["space"] = json!(hex(space.0));
    file["epoch_key"] = json!(hex(town.keys[&space].as_bytes()));
    file["device"] = json!(hex(writer.secrets.device_id().0));
    file["incarnation"] = json!(hex(writer.incarnation.0));
    file["sign_key"] = json!(hex(writer.secrets.sign_key()));
    file
}
