//! Padding, codings, section bodies with the changes rebuilt from them, sealed entries.

use doorknock::model::ids::DocId;
use doorknock::model::kind::{Key, Value as Fact};
use doorknock::model::kinds::{CASE, KINDS, PERSON_FILE};
use doorknock_replica::actor;
use doorknock_replica::change::{Change, Op, OpId, Parts, build, genesis};
use doorknock_replica::section::{Context, Dep, Section, WireChange};
use doorknock_replica::splice::{Edit, Run, Splice, TextRef};
use doorknock_seal::entry::Entry;
use doorknock_seal::section::{pack, padded_len};
use serde_json::{Value, json};

use super::{Scene, file, hex};

const TIME: i64 = 1_795_226_400_000;

pub(super) fn padding() -> Value {
    let lengths = [
        0, 1, 63, 64, 65, 72, 73, 100, 128, 129, 1000, 1024, 1025, 65_536, 65_537, 524_293,
    ];
    let one = |len: usize| json!({ "name": format!("{len} bytes"), "length": len, "padded": padded_len(len) });
    file(
        "The Padmé rule, at least 64.",
        lengths.into_iter().map(one).collect(),
    )
}

pub(super) fn codings() -> Value {
    let bodies: [(&str, Vec<u8>); 4] = [
        ("an empty body", vec![]),
        ("one that does not compress", b"short".to_vec()),
        ("one that does", "老人身体好。".repeat(30).into_bytes()),
        ("zeros", vec![0; 5000]),
    ];
    let one = |(name, body): (&str, Vec<u8>)| {
        let plain = pack(&body).unwrap_or_default();
        json!({ "name": name, "coding": plain.first(), "plaintext": hex(&plain), "body": hex(&body) })
    };
    file(
        "A section's plaintext: coding (1 byte), length of the coded body (u32 big-endian), the coded body, zeros. A compressor may make other bytes of the same body; a reader must read these.",
        bodies.into_iter().map(one).collect(),
    )
}

/// A document's changes, one after the other.
struct Written {
    kind: u16,
    doc: DocId,
    changes: Vec<(WireChange, Change, u64)>,
}

impl Written {
    fn new(kind: u16, doc: DocId) -> Self {
        Self {
            kind,
            doc,
            changes: Vec::new(),
        }
    }

    fn actor(&self, scene: &Scene) -> [u8; 16] {
        let (town, writer) = (&scene.town, &scene.worker);
        let space = town.charter.spaces()[3].id;
        actor(
            town.community(),
            space,
            self.doc,
            writer.secrets.device_id(),
            writer.incarnation,
        )
    }

    fn write(&mut self, scene: &Scene, ops: Vec<Op>, splices: Vec<Splice>) {
        let first = genesis(self.kind);
        let (dep, hash, max_op) = match self.changes.last() {
            None => (Dep::Genesis, first.hash, first.max_op),
            Some((_, change, _)) => (
                Dep::InSection(self.changes.len() - 1),
                change.hash,
                change.max_op,
            ),
        };
        let seq = self.changes.len() as u64 + 1;
        let start_op = max_op + 1;
        let parts = Parts {
            seq,
            time: TIME,
            start_op,
            deps: vec![hash],
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
            time: TIME,
            deps: vec![dep],
            ops,
            splices,
            check,
        };
        self.changes.push((wire, change, start_op));
    }

    fn section(&self, context: Option<Context>) -> Section {
        let changes = self.changes.iter().map(|(wire, ..)| wire.clone()).collect();
        Section {
            kind: self.kind,
            doc: self.doc,
            changes,
            context,
        }
    }
}

fn person(scene: &Scene) -> Written {
    let mut file = Written::new(PERSON_FILE.code, DocId([0x51; 16]));
    let put = |field, replaces, value| Op {
        key: Key::plain(field),
        replaces,
        value,
    };
    let name = put(2, vec![], Fact::Text("王秀英".into()));
    let door = put(1, vec![], Fact::Bytes(vec![0x52; 16]));
    file.write(scene, vec![name, door], vec![]);
    let over = OpId {
        counter: 2,
        actor: file.actor(scene),
    };
    let renamed = put(2, vec![over], Fact::Text("王秀兰".into()));
    let keyed = |value| Op {
        key: Key::with_id(6, &[0x0a, 0xff]),
        replaces: vec![],
        value,
    };
    file.write(scene, vec![renamed, keyed(Fact::Int(-300))], vec![]);
    file.write(
        scene,
        vec![
            put(3, vec![], Fact::Null),
            put(77, vec![], Fact::Bool(true)),
        ],
        vec![],
    );
    file
}

fn case(scene: &Scene) -> Written {
    let mut case = Written::new(CASE.code, DocId([0x53; 16]));
    let edit = |after, insert: &str, delete| Edit {
        after,
        insert: insert.into(),
        delete,
    };
    let made = Splice {
        text: TextRef::New(Key::plain(4)),
        edits: vec![edit(None, "先打电话", vec![])],
    };
    case.write(scene, vec![], vec![made]);
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
    case.write(scene, vec![], vec![edited]);
    case
}

/// The half of a hash that a context carries.
fn half(hash: [u8; 32]) -> [u8; 16] {
    std::array::from_fn(|n| hash[n])
}

pub(super) fn sections(scene: &Scene) -> Value {
    let context = Context {
        charter_length: 5,
        charter_head: half(scene.town.charter.head()),
        hub_position: 7,
    };
    let genesis_of = |kind: u16| {
        let change = genesis(kind);
        json!({ "name": format!("the genesis of kind {kind}"), "what": "genesis", "kind": kind, "hash": hex(change.hash), "chunk": hex(change.bytes) })
    };
    let section = |name: &str, written: &Written, context: Option<Context>| {
        let body = written.section(context).encode();
        let rebuilt = |(_, change, start): &(WireChange, Change, u64)| json!({ "start_op": start, "hash": hex(change.hash), "chunk": hex(&change.bytes) });
        json!({ "name": name, "what": "section", "kind": written.kind, "document": hex(written.doc.0), "body": hex(body),
            "actor": hex(written.actor(scene)), "has_context": context.is_some(),
            "changes": written.changes.iter().map(rebuilt).collect::<Vec<_>>() })
    };
    let mut vectors: Vec<_> = KINDS.iter().map(|kind| genesis_of(kind.code)).collect();
    vectors.push(section(
        "registers, and the context of an entry's first section",
        &person(scene),
        Some(context),
    ));
    vectors.push(section(
        "a text that is made and edited",
        &case(scene),
        None,
    ));
    let mut file = file(
        "Section bodies, and the automerge changes that a reader rebuilds from them: hash and uncompressed chunk. The actor is derive16(\"actor\", [community, space, document, device, incarnation]).",
        vectors,
    );
    file["community"] = json!(hex(scene.town.community().0));
    file["space"] = json!(hex(scene.town.charter.spaces()[3].id.0));
    file["device"] = json!(hex(scene.worker.secrets.device_id().0));
    file["incarnation"] = json!(hex(scene.worker.incarnation.0));
    file
}

pub(super) fn entries(scene: &Scene) -> Value {
    let town = &scene.town;
    let space = town.charter.spaces()[3].id;
    let mut writer = scene.worker.clone();
    let body = |written: &Written, context| (written.doc, written.section(context).encode());
    let context = Context {
        charter_length: 5,
        charter_head: half(town.charter.head()),
        hub_position: 0,
    };
    let first = vec![
        body(&person(scene), Some(context)),
        body(&case(scene), None),
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
        "Sealed entries of one device in one space, to be opened with the epoch's key. Content key and tag key are HKDF-SHA-256 of it with the space's id as salt.",
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
