//! The committed golden vectors: what the code writes today is what they say, and what they say reads back.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::Path;

use doorknock::model::ids::{
    CommunityId, DeviceId, DocId, Incarnation, Recorder, SpaceId, derive16,
};
use doorknock_replica::change::{self, Change, Parts, build, genesis};
use doorknock_replica::section::{Dep, Section, start};
use doorknock_seal::charter::Charter;
use doorknock_seal::entry::{Entry, SpaceKeys, link};
use doorknock_seal::identity::{Context, DeviceSecrets, InviteSecret, verify};
use doorknock_seal::invite::InviteLink;
use doorknock_seal::receipt::{Receipt, running_hash};
use doorknock_seal::request::SignedRequest;
use doorknock_seal::section::{padded_len, unpack};
use doorknock_seal::wrap::{EpochKey, HpkeSecret, Wrap, open_wrap, wrap_set_hash};
use doorknock_sync::wire;
use doorknock_tests::vectors;
use minicbor::{Decode, Encode};
use serde_json::Value;

#[path = "vectors/carried.rs"]
mod carried;

struct File(Value);

impl File {
    fn read(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors");
        let text = std::fs::read_to_string(folder.join(format!("{name}.json"))).unwrap();
        Self(serde_json::from_str(&text).unwrap())
    }

    fn vectors(&self) -> &Vec<Value> {
        let all = self.0["vectors"].as_array().unwrap();
        assert!(!all.is_empty());
        all
    }

    fn fixed<const N: usize>(&self, name: &str) -> [u8; N] {
        fixed(&self.0, name)
    }
}

fn bytes(of: &Value, name: &str) -> Vec<u8> {
    let text = of[name].as_str().unwrap_or_else(|| of.as_str().unwrap());
    let digits = |at| u8::from_str_radix(&text[at..at + 2], 16).unwrap();
    (0..text.len()).step_by(2).map(digits).collect()
}

fn fixed<const N: usize>(of: &Value, name: &str) -> [u8; N] {
    bytes(of, name).try_into().unwrap()
}

fn list(of: &Value, name: &str) -> Vec<Vec<u8>> {
    of[name]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| bytes(item, ""))
        .collect()
}

fn recorder(of: &Value) -> Recorder {
    Recorder {
        device: DeviceId(fixed(of, "device")),
        incarnation: Incarnation(fixed(of, "incarnation")),
    }
}

fn number(of: &Value, name: &str) -> u64 {
    of[name].as_u64().unwrap()
}

#[test]
fn the_committed_files_are_what_the_code_writes() {
    for (name, value) in vectors::all() {
        // `cargo xtask vectors` writes them again; that is right only if the format was meant to change.
        assert_eq!(File::read(name).0, value, "{name}");
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors");
    let files = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path());
    let json = files.filter(|file| file.extension().is_some_and(|end| end == "json"));
    assert_eq!(
        json.count(),
        vectors::all().len(),
        "a file that nobody writes"
    );
}

#[test]
fn identities_and_signatures() {
    for one in File::read("identities").vectors() {
        match one["what"].as_str().unwrap() {
            "device" => {
                let seeds = [bytes(one, "signing_seed"), bytes(one, "hpke_seed")].concat();
                let device = DeviceSecrets::from_bytes(&seeds.try_into().unwrap());
                assert_eq!(device.sign_key(), fixed(one, "sign_key"));
                assert_eq!(device.hpke_key(), fixed(one, "hpke_key"));
                assert_eq!(device.device_id().0, fixed(one, "id"));
            }
            "invite" => {
                let invite = InviteSecret::from_bytes(&fixed(one, "secret"));
                assert_eq!(invite.sign_key(), fixed(one, "sign_key"));
                assert_eq!(invite.invite_id().0, fixed(one, "id"));
            }
            "derive16" => {
                let parts = list(one, "parts");
                let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
                let label = one["label"].as_str().unwrap();
                assert_eq!(derive16(label, &parts), fixed(one, "id"));
            }
            "document" => {
                let (community, space) = (
                    CommunityId(fixed(one, "community")),
                    SpaceId(fixed(one, "space")),
                );
                let subject = list(one, "subject");
                let subject: Vec<&[u8]> = subject.iter().map(Vec::as_slice).collect();
                let kind = u16::try_from(number(one, "kind")).unwrap();
                let document = community.document(space, kind, &subject);
                assert_eq!(document.0, fixed(one, "id"));
                assert!(space.holds(document));
            }
            "record" => {
                let (time, count) = (number(one, "time"), number(one, "count"));
                let count = u32::try_from(count).unwrap();
                let by = recorder(one);
                assert_eq!(by.id(time, count), fixed(one, "id"));
                assert_eq!(by.gave(&bytes(one, "id")), Some((time, count)));
            }
            _ => {}
        }
    }
    for one in File::read("signatures").vectors() {
        let context = match one["context"].as_str().unwrap() {
            "charter" => Context::Charter,
            "entry" => Context::Entry,
            "request" => Context::Request,
            "snapshot" => Context::Snapshot,
            _ => Context::Receipt,
        };
        let (key, message) = (fixed(one, "sign_key"), bytes(one, "message"));
        let (community, signature) = (
            CommunityId(fixed(one, "community")),
            fixed(one, "signature"),
        );
        assert!(verify(&key, context, community, &message, &signature));
        assert!(!verify(
            &key,
            context,
            CommunityId([9; 16]),
            &message,
            &signature
        ));
    }
}

#[test]
fn the_charter_and_its_wraps() {
    let file = File::read("charter");
    let statements: Vec<_> = file
        .vectors()
        .iter()
        .map(|one| bytes(one, "bytes"))
        .collect();
    let charter = Charter::replay(&statements).unwrap();
    assert_eq!(charter.community().0, file.fixed("community"));
    assert_eq!(charter.unknown_statements(), 1);
    let spaces: Vec<_> = charter
        .spaces()
        .iter()
        .map(|space| space.id.0.to_vec())
        .collect();
    assert_eq!(spaces, list(&file.0, "spaces"));
    for one in file.vectors() {
        assert_eq!(
            charter.head_at(number(one, "position") + 1),
            Some(fixed(one, "hash"))
        );
        let wraps = list(one, "wraps");
        let wraps: Vec<_> = wraps
            .iter()
            .map(|bytes| Wrap::from_bytes(bytes).unwrap())
            .collect();
        assert_eq!(wrap_set_hash(&wraps), fixed(one, "wrap_set"));
    }
    let file = File::read("wraps");
    let secret = HpkeSecret::from_bytes(&file.fixed("hpke_seed"));
    for one in file.vectors() {
        let wrap = Wrap::from_bytes(&bytes(one, "bytes")).unwrap();
        let key = open_wrap(CommunityId(file.fixed("community")), &wrap, &secret).unwrap();
        assert_eq!(*key.as_bytes(), fixed(one, "epoch_key"));
        assert!(charter.accepts_key(wrap.space, wrap.epoch, &key));
    }
    let one = &File::read("invite").0["vectors"][0];
    let link: InviteLink = one["link"].as_str().unwrap().parse().unwrap();
    assert_eq!(
        charter.head_at(link.charter_length),
        Some(link.charter_head)
    );
    assert!(charter.invite(link.secret.invite_id()).is_some());
}

#[test]
fn padding_and_codings() {
    for one in File::read("padding").vectors() {
        let length = usize::try_from(number(one, "length")).unwrap();
        assert_eq!(padded_len(length) as u64, number(one, "padded"));
    }
    for one in File::read("codings").vectors() {
        let plain = bytes(one, "plaintext");
        assert_eq!(unpack(&plain).unwrap(), bytes(one, "body"));
        assert_eq!(u64::from(plain[0] >> 4), number(one, "coding"));
    }
}

#[test]
fn sections_and_the_changes_rebuilt_from_them() {
    let file = File::read("sections");
    let (by, space) = (recorder(&file.0), SpaceId(file.fixed("space")));
    for one in file.vectors() {
        let kind = u16::try_from(number(one, "kind")).unwrap();
        if one["what"] == "genesis" {
            assert_eq!(genesis(kind).bytes, bytes(one, "chunk"));
            continue;
        }
        let body = bytes(one, "body");
        let section = Section::decode_by(&body, &by, space).unwrap();
        assert_eq!(section.encode_by(&by, space), body);
        let spelled_out = bytes(one, "spelled_out");
        assert_eq!(section.encode(), spelled_out);
        for read in [
            Section::decode(&spelled_out),
            Section::decode_by(&spelled_out, &by, space),
        ] {
            assert_eq!(read.as_ref(), Ok(&section));
        }
        assert_eq!(
            (section.kind, section.doc),
            (kind, DocId(fixed(one, "document")))
        );
        assert!(space.holds(section.doc));
        let sent_before: Vec<[u8; 32]> = one["sent_before"]
            .as_array()
            .unwrap()
            .iter()
            .map(|change| fixed(change, "hash"))
            .collect();
        let mut built: Vec<Change> = Vec::new();
        for (wire, expected) in section
            .changes
            .iter()
            .zip(one["changes"].as_array().unwrap())
        {
            let dep = |dep: &Dep| match dep {
                Dep::Genesis => genesis(kind).hash,
                Dep::InSection(n) => built[*n].hash,
                Dep::Hash(begins) => {
                    let mut known = sent_before.iter();
                    *known.find(|hash| start(hash) == *begins).unwrap()
                }
            };
            let parts = Parts {
                seq: wire.seq,
                time: wire.time,
                start_op: number(expected, "start_op"),
                deps: wire.deps.iter().map(dep).collect(),
                ops: wire.ops.clone(),
                splices: wire.splices.clone(),
            };
            let change = build(fixed(one, "actor"), &parts).unwrap();
            assert_eq!(change.bytes, bytes(expected, "chunk"));
            assert_eq!(
                (change.hash, &change.hash[..4]),
                (fixed(expected, "hash"), &wire.check[..])
            );
            assert_eq!(change::read(&change.bytes).unwrap().1, parts);
            built.push(change);
        }
        assert_eq!(built.len(), one["changes"].as_array().unwrap().len());
        let parts = [
            file.fixed::<16>("community"),
            space.0,
            section.doc.0,
            file.fixed("device"),
        ];
        let incarnation: [u8; 8] = file.fixed("incarnation");
        let mut parts: Vec<&[u8]> = parts.iter().map(|part| &part[..]).collect();
        parts.push(&incarnation);
        assert_eq!(derive16("actor", &parts), fixed(one, "actor"));
    }
}

#[test]
fn entries_open_with_the_epochs_key() {
    let file = File::read("entries");
    let space = SpaceId(file.fixed("space"));
    let keys = SpaceKeys::derive(space, 0, &EpochKey::from_bytes(&file.fixed("epoch_key")));
    let community = CommunityId(file.fixed("community"));
    let mut previous = [0; 8];
    for (sequence, one) in (0..).zip(file.vectors()) {
        let sealed = bytes(one, "bytes");
        let entry = Entry::parse(&sealed).unwrap();
        let verified = entry.verify(community, &file.fixed("sign_key")).unwrap();
        let header = entry.header();
        assert_eq!(header.incarnation, Incarnation(file.fixed("incarnation")));
        assert_eq!(
            (header.space, header.sequence, header.previous),
            (space, sequence, previous)
        );
        assert_eq!(entry.hash(), fixed(one, "hash"));
        for (n, body) in list(one, "bodies").iter().enumerate() {
            assert_eq!(verified.open_section(n, &keys).unwrap(), *body);
        }
        previous = link(&entry.hash());
    }
}

#[test]
fn receipts_and_messages() {
    let file = File::read("receipts");
    let (community, hub_key) = (CommunityId(file.fixed("community")), file.fixed("hub_key"));
    let mut running = [0; 32];
    for one in file.vectors() {
        let (space, entry) = (SpaceId(fixed(one, "space")), fixed(one, "entry"));
        if entry != [0; 32] {
            running = running_hash(&running, &entry);
        }
        assert_eq!(running, fixed(one, "running"));
        let receipt = Receipt {
            space,
            entry,
            position: number(one, "position"),
            running,
        };
        assert!(receipt.verify(&hub_key, community, &fixed(one, "signature")));
    }
    for one in File::read("hub").vectors() {
        let (name, whole) = (one["name"].as_str().unwrap(), bytes(one, "bytes"));
        if one["direction"] == "request" && one.get("signer").is_some() {
            let request = SignedRequest::parse(&whole).unwrap();
            let path = one["path"].as_str().unwrap();
            assert!(
                request.verify(&fixed(one, "sign_key"), community, path),
                "{name}"
            );
            let body = request.body();
            assert_eq!(again(path, true, body), body, "{name}");
            continue;
        }
        assert_eq!(
            again(name, one["direction"] == "request", &whole),
            whole,
            "{name}"
        );
    }
}

/// A message of this name, read and written again.
fn again(name: &str, asked: bool, bytes: &[u8]) -> Vec<u8> {
    fn one<T: for<'b> Decode<'b, ()> + Encode<()>>(bytes: &[u8]) -> Vec<u8> {
        wire::encode(&wire::decode::<T>(bytes).unwrap())
    }
    match (name, asked) {
        (wire::PATH_HUB, _) => one::<wire::HubInfo>(bytes),
        (wire::PATH_COMMUNITIES, _) => one::<wire::CommunityResponse>(bytes),
        (wire::PATH_CHARTER, true) => one::<wire::CharterRequest>(bytes),
        (wire::PATH_CHARTER, false) => one::<wire::CharterResponse>(bytes),
        (wire::PATH_APPEND, true) => one::<wire::AppendRequest>(bytes),
        (wire::PATH_APPEND, false) => one::<wire::AppendResponse>(bytes),
        (wire::PATH_SYNC, true) => one::<wire::SyncRequest>(bytes),
        (wire::PATH_SNAPSHOT_FIND, true) => one::<wire::SnapshotFind>(bytes),
        (wire::PATH_SNAPSHOT_FIND, false) => one::<wire::SnapshotFound>(bytes),
        (wire::PATH_SNAPSHOT_READ, true) => one::<wire::SnapshotRead>(bytes),
        (wire::PATH_SNAPSHOT_READ, false) => one::<wire::SnapshotPiece>(bytes),
        (wire::PATH_SNAPSHOT_OFFER, true) => one::<wire::SnapshotOffer>(bytes),
        (wire::PATH_SNAPSHOT_PUT, true) => one::<wire::SnapshotPut>(bytes),
        (wire::PATH_SNAPSHOT_OFFER | wire::PATH_SNAPSHOT_PUT, false) => {
            one::<wire::SnapshotMissing>(bytes)
        }
        ("a refusal", _) => one::<wire::Refusal>(bytes),
        _ => one::<wire::SyncResponse>(bytes),
    }
}
