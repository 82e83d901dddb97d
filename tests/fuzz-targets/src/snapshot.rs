//! Snapshots: the manifest, a sealed part, and the packs in it with the changes built from them.

use std::sync::LazyLock;

use chacha20poly1305::XChaCha20Poly1305;
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use doorknock_model::access::SpaceKind;
use doorknock_model::ids::{CommunityId, DeviceId, Incarnation, SpaceId};
use doorknock_model::kind::{Key, Value};
use doorknock_model::kinds::{CASE, PERSON_FILE};
use doorknock_replica::change::{self, Op, Parts, genesis};
use doorknock_replica::document::Document;
use doorknock_replica::pack::{Pack, Packer};
use doorknock_replica::splice::{Edit, Splice, TextRef};
use doorknock_replica::{ChangeHash, actor};
use doorknock_seal::identity::HubSecret;
use doorknock_seal::limits::{SNAPSHOT_BODY_BYTES, SNAPSHOT_PART_BYTES, SNAPSHOT_PARTS};
use doorknock_seal::snapshot::{Level, Manifest, Part, SignedManifest, SnapshotKeys, part_hash};
use doorknock_tests::town::Town;
use hkdf::Hkdf;
use sha2::Sha256;

use crate::{Target, seed};

/// See the module.
pub const TARGET: Target = Target {
    name: "snapshot",
    run,
    seeds,
};

static TOWN: LazyLock<Town> = LazyLock::new(|| {
    let mut town = Town::new(9, HubSecret::from_bytes(&[42; 32]));
    town.open(SpaceKind::Casework, "G1");
    town
});
static KEYS: LazyLock<SnapshotKeys> =
    LazyLock::new(|| SnapshotKeys::derive(space(), 0, &TOWN.keys[&space()]));

fn space() -> SpaceId {
    TOWN.charter.spaces()[2].id
}

fn here() -> CommunityId {
    TOWN.community()
}

fn run(data: &[u8]) -> bool {
    match data.split_first() {
        Some((0, bytes)) => manifest(bytes),
        Some((1, bytes)) => part(bytes),
        Some((2, bytes)) => pack(bytes),
        Some((3, bytes)) => inside(bytes),
        _ => false,
    }
}

fn manifest(bytes: &[u8]) -> bool {
    let Ok(signed) = SignedManifest::parse(bytes) else {
        return false;
    };
    let (manifest, admin) = (signed.manifest(), &TOWN.admin.secrets);
    assert!(manifest.parts.len() <= SNAPSHOT_PARTS);
    for part in &manifest.parts {
        assert!(part.size > 0 && part.size as usize <= SNAPSHOT_PART_BYTES);
    }
    // What is written again reads the same, whoever signs it.
    let again = manifest.sign(admin, here());
    let again = SignedManifest::parse(&again).expect("a manifest");
    assert_eq!(again.manifest(), manifest);
    assert!(again.verify(&admin.sign_key(), here()));
    signed.verify(&admin.sign_key(), here()) && signed.maker() == admin.device_id()
}

fn part(bytes: &[u8]) -> bool {
    KEYS.open(bytes).is_ok_and(|body| {
        assert!(body.len() <= SNAPSHOT_BODY_BYTES);
        true
    })
}

/// Whatever stands in a part, whose tag a mutation would always break.
fn inside(plain: &[u8]) -> bool {
    let nonce = [6; 24];
    let (cipher, aad) = cipher();
    let payload = Payload {
        msg: plain,
        aad: &aad,
    };
    let sealed = cipher.encrypt(&nonce.into(), payload).expect("it is small");
    part(&[&nonce[..], &sealed].concat())
}

/// What a part is sealed with, and the additional data.
fn cipher() -> (XChaCha20Poly1305, Vec<u8>) {
    let mut key = [0; 32];
    Hkdf::<Sha256>::new(Some(&space().0), TOWN.keys[&space()].as_bytes())
        .expand(b"doorknock/1 snapshot", &mut key)
        .expect("32 bytes");
    let aad = [&space().0[..], &0_u32.to_be_bytes()].concat();
    (XChaCha20Poly1305::new(&key.into()), aad)
}

/// What stands in a sealed part.
fn plain(part: &[u8]) -> Vec<u8> {
    let (nonce, sealed) = part.split_first_chunk::<24>().expect("a part");
    let (cipher, aad) = cipher();
    let payload = Payload {
        msg: sealed,
        aad: &aad,
    };
    let plain = cipher.decrypt(&(*nonce).into(), payload);
    plain.expect("a part of this space")
}

/// Decoding and encoding agree, and numbers and changes are made without a panic. Heads, which a mutation would always
/// break, are put right for the document's sake.
fn pack(bytes: &[u8]) -> bool {
    let Ok(pack) = Pack::decode(bytes) else {
        return false;
    };
    assert_eq!(Pack::decode(&pack.encode()).as_ref(), Ok(&pack));
    assert_eq!(pack.actors(here(), space()).len(), pack.authors.len());
    let headless = Pack {
        heads: vec![],
        ..pack.clone()
    };
    let Ok(built) = headless.build(here(), space()) else {
        assert!(pack.build(here(), space()).is_err());
        return false;
    };
    let numbers = pack.numbers().expect("what was built has numbers");
    assert_eq!(
        (built.len(), numbers.len()),
        (pack.changes.len(), built.len())
    );
    for ((parts, change), numbers) in built.iter().zip(&numbers) {
        let said = (numbers.seq, numbers.start_op, numbers.last_op);
        assert_eq!((parts.seq, parts.start_op, change.max_op), said);
    }
    let hash_at = |(n, _): &(usize, ChangeHash)| built[*n].1.hash;
    let heads: Vec<ChangeHash> = pack.heads.iter().map(hash_at).collect();
    let named = pack
        .heads
        .iter()
        .zip(&heads)
        .all(|((_, said), hash)| said == hash);
    assert_eq!(pack.build(here(), space()).is_ok(), named);
    let chunks = built.iter().map(|(_, change)| &change.bytes[..]);
    let loads = Document::load(pack.kind, chunks, &heads).is_ok();
    named && loads
}

/// Who writes in the examples.
fn author(n: u8) -> (DeviceId, Incarnation) {
    (DeviceId([n; 16]), Incarnation([n; 8]))
}

/// A document of these authors' changes, each behind the one before, or all behind the genesis.
fn packed(kind: u16, authors: &[u8], in_a_row: bool, text: bool) -> Vec<u8> {
    let doc = space().document([7; 12]);
    let root = genesis(kind);
    let mut packer = Packer::new(kind, doc);
    let (mut hash, mut max_op) = (root.hash, root.max_op);
    let mut seqs = [0; 8];
    for (n, who) in (0_u8..).zip(authors) {
        let by = author(*who);
        if !in_a_row {
            (hash, max_op) = (root.hash, root.max_op);
        }
        let time = 1_790_000_000_000 + i64::from(n);
        let recorder = doorknock_model::ids::Recorder {
            device: by.0,
            incarnation: by.1,
        };
        let id = recorder.id(time.unsigned_abs(), n.into());
        let op = Op {
            key: Key::with_id(6, &id),
            replaces: vec![],
            value: Value::Text("漏水".into()),
        };
        let splice = Splice {
            text: TextRef::New(Key::plain(4)),
            edits: vec![Edit {
                after: None,
                insert: "先联系物业".into(),
                delete: vec![],
            }],
        };
        seqs[usize::from(*who)] += 1;
        let parts = Parts {
            seq: seqs[usize::from(*who)],
            time,
            start_op: max_op + 1,
            deps: vec![hash],
            ops: vec![op],
            splices: if text { vec![splice] } else { vec![] },
        };
        let actor = actor(here(), space(), doc, by.0, by.1);
        let change = change::build(actor, &parts).expect("a change");
        packer.add(by, change.hash, parts).expect("its place");
        (hash, max_op) = (change.hash, change.max_op);
    }
    packer.finish().encode()
}

fn seeds() -> Vec<Vec<u8>> {
    let packs = [
        packed(PERSON_FILE.code, &[1], true, false),
        packed(PERSON_FILE.code, &[1, 2, 1, 1], true, false),
        packed(CASE.code, &[1, 2], true, true),
        packed(CASE.code, &[1, 2, 3], false, true),
    ];
    let parts: Vec<_> = packs
        .iter()
        .map(|pack| KEYS.seal(pack).expect("a part"))
        .collect();
    let named = |(n, part): (usize, &Vec<u8>)| Part {
        hash: part_hash(part),
        size: u32::try_from(part.len()).expect("small"),
        level: if n == 0 { Level::Now } else { Level::History },
    };
    let manifest = Manifest {
        space: space(),
        epoch: 0,
        position: 5,
        running: [3; 32],
        made_at: 1_790_000_000_000,
        parts: parts.iter().enumerate().map(named).collect(),
    };
    let manifest = manifest.sign(&TOWN.admin.secrets, here());
    let packs = packs.iter().map(|pack| seed(2, pack));
    let plain = parts.iter().map(|part| seed(3, plain(part)));
    let plain: Vec<_> = plain.collect();
    let parts = parts.iter().map(|part| seed(1, part));
    std::iter::once(seed(0, manifest))
        .chain(parts)
        .chain(packs)
        .chain(plain)
        .collect()
}
