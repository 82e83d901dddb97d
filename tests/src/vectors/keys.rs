//! Identities, signatures, the charter, key wraps, the invitation's link.

use doorknock::model::access::SpaceKind;
use doorknock::model::ids::{CommunityId, DoorId, GridId, Recorder, derive16};
use doorknock::model::kinds::ROUND_SHEET;
use doorknock::model::kinds::visit_book::book;
use doorknock_seal::charter::Statement;
use doorknock_seal::identity::{Context, DeviceSecrets, Signer, sign};
use doorknock_seal::invite::InviteLink;
use doorknock_seal::wrap::{EpochKey, Wrap, wrap_set_hash};
use minicbor::Encoder;
use serde_json::{Value, json};

use super::{Scene, file, hex};
use crate::town::Said;

fn device(name: &str, secrets: &DeviceSecrets) -> Value {
    let bytes = secrets.to_bytes();
    json!({
        "name": name, "what": "device",
        "signing_seed": hex(&bytes[..32]), "hpke_seed": hex(&bytes[32..]),
        "sign_key": hex(secrets.sign_key()), "hpke_key": hex(secrets.hpke_key()), "id": hex(secrets.device_id().0),
    })
}

pub(super) fn identities(scene: &Scene) -> Value {
    let Scene {
        town,
        invite,
        worker,
    } = scene;
    let community = town.community();
    let derived = |name: &str, label: &str, parts: &[&[u8]], note: &str| {
        let parts_hex: Vec<_> = parts.iter().map(hex).collect();
        json!({ "name": name, "what": "derive16", "note": note, "label": label, "parts": parts_hex,
            "id": hex(derive16(label, parts)) })
    };
    let grid = community.grid("G1");
    let kind = SpaceKind::Casework.code();
    let door = DoorId([5; 16]);
    let rounds = community.space(SpaceKind::Rounds, grid);
    let by = Recorder {
        device: worker.secrets.device_id(),
        incarnation: worker.incarnation,
    };
    let record = |name: &str, time: u64, count: u32| {
        json!({ "name": name, "what": "record", "device": hex(by.device.0), "incarnation": hex(by.incarnation.0), "time": time,
            "count": count, "id": hex(by.id(time, count)) })
    };
    let sheet = ROUND_SHEET.document(community, grid, &[&grid.0, &20_000_i32.to_be_bytes()]);
    file(
        "Seeds, public keys and ids. derive16(label, parts) = SHA-256(\"doorknock/1 \" || label || (u32 big-endian length || part)*)[..16]. A document's id ends with four bytes of derive16(\"bound\", [space, its first twelve]).",
        vec![
            device("the first admin's device", &town.admin.secrets),
            device("a worker's device", &worker.secrets),
            json!({ "name": "an invitation", "what": "invite", "secret": hex(invite.to_bytes().as_ref()),
                "sign_key": hex(invite.sign_key()), "hpke_key": hex(invite.hpke_key()), "id": hex(invite.invite_id().0) }),
            json!({ "name": "the hub", "what": "hub", "signing_seed": hex([0x42; 32]), "sign_key": hex(town.hub.key()) }),
            derived("a grid", "grid", &[&community.0, b"G1"], "community, code"),
            derived(
                "the common space",
                "space",
                &[&community.0, &[0], &[0; 16]],
                "community, kind 0, a grid of zeros",
            ),
            derived(
                "a grid's casework space",
                "space",
                &[&community.0, &[kind], &grid.0],
                "community, kind, grid",
            ),
            json!({ "name": "a door's visit book of a year", "what": "book", "door": hex(door.0), "year": 2026,
                "space": hex(community.space(SpaceKind::Casework, grid).0), "id": hex(book(community, grid, door, 2026).0) }),
            json!({ "name": "a round sheet's document", "what": "document", "community": hex(community.0), "kind": ROUND_SHEET.code,
                "subject": [hex(grid.0), hex(20_000_i32.to_be_bytes())], "space": hex(rounds.0), "id": hex(sheet.0) }),
            record("a record's id", 1_795_226_400_123, 0),
            record(
                "one whose count fills every place",
                1_795_226_400_123,
                0x2a5_a5a5,
            ),
        ],
    )
}

pub(super) fn signatures(scene: &Scene) -> Value {
    let secrets = &scene.town.admin.secrets;
    let seed: [u8; 32] = std::array::from_fn(|n| secrets.to_bytes()[n]);
    let one = |name: &str, context, community: CommunityId, message: &[u8]| {
        json!({ "name": name, "context": name, "community": hex(community.0), "message": hex(message),
            "sign_key": hex(secrets.sign_key()), "signing_seed": hex(seed),
            "signature": hex(sign(&seed, context, community, message)) })
    };
    let here = scene.town.community();
    file(
        "Ed25519 over \"doorknock/1 \" || context || 0x00 || suite (1) || community || message.",
        vec![
            one(
                "charter",
                Context::Charter,
                CommunityId::default(),
                b"a first statement's body",
            ),
            one("entry", Context::Entry, here, b"a header"),
            one("request", Context::Request, here, b"/v1/sync\0a body"),
            one("receipt", Context::Receipt, here, b"a place in a log"),
            one("snapshot", Context::Snapshot, here, b"a manifest's body"),
        ],
    )
}

pub(super) fn charter(scene: &Scene) -> Value {
    let names = [
        "Genesis",
        "SpaceCreated (rounds)",
        "SpaceCreated (casework)",
        "InviteIssued",
        "DeviceJoined",
    ];
    let said = &scene.town.said;
    let mut vectors: Vec<_> = names
        .iter()
        .zip(said)
        .map(|(name, said)| statement(name, said))
        .collect();
    let unknown = newer(scene);
    vectors.push(statement(
        "a kind of a newer version",
        &Said {
            statement: unknown,
            wraps: vec![],
        },
    ));
    let mut file = file(
        "One charter, statement by statement. A statement's hash is of all its bytes; the community is the first 16 bytes of the first one's.",
        vectors,
    );
    file["community"] = json!(hex(scene.town.community().0));
    file["hub_key"] = json!(hex(scene.town.charter.hub_key()));
    let spaces = scene
        .town
        .charter
        .spaces()
        .iter()
        .map(|space| hex(space.id.0));
    file["spaces"] = json!(spaces.collect::<Vec<_>>());
    file
}

fn statement(name: &str, said: &Said) -> Value {
    let parsed = Statement::parse(&said.statement).ok();
    let of = |get: fn(&Statement) -> Value| parsed.as_ref().map_or(Value::Null, get);
    json!({
        "name": name, "bytes": hex(&said.statement),
        "position": of(|s| json!(s.position)), "previous": of(|s| json!(hex(s.previous))), "at": of(|s| json!(s.at)),
        "signer": of(|s| json!(hex(s.signer))), "hash": of(|s| json!(hex(s.hash))),
        "wrap_set": of(|s| json!(hex(s.wrap_set()))),
        "wraps": said.wraps.iter().map(|wrap| hex(wrap.to_bytes())).collect::<Vec<_>>(),
    })
}

/// A statement of kind 99, which an admin of a newer version may make.
fn newer(scene: &Scene) -> Vec<u8> {
    let (charter, admin) = (&scene.town.charter, &scene.town.admin.secrets);
    let mut e = Encoder::new(Vec::new());
    // Writing to memory cannot fail.
    let _ = e
        .array(7)
        .and_then(|e| e.u8(1)?.u8(1)?.u64(charter.len())?.bytes(&charter.head()));
    let _ = e
        .i64(1_795_226_400_000)
        .and_then(|e| e.u8(99)?.bytes(&[0x80]));
    let body = e.into_writer();
    let signature = admin.sign(Context::Charter, charter.community(), &body);
    let mut e = Encoder::new(Vec::new());
    let _ = e
        .array(3)
        .and_then(|e| e.bytes(&body)?.bytes(&admin.signer_id())?.bytes(&signature));
    e.into_writer()
}

pub(super) fn wraps(scene: &Scene) -> Value {
    let Scene { town, invite, .. } = scene;
    let set = &town.said[3].wraps;
    let hpke_seed = hex(invite.hpke().to_bytes().as_ref());
    let one = |wrap: &Wrap| {
        let key = town
            .keys
            .get(&wrap.space)
            .map(EpochKey::as_bytes)
            .copied()
            .unwrap_or_default();
        json!({ "name": format!("space {} for the invitation", town.charter.space_number(wrap.space).unwrap_or_default()),
            "bytes": hex(wrap.to_bytes()), "recipient": hex(wrap.recipient), "space": hex(wrap.space.0), "epoch": wrap.epoch,
            "epoch_key": hex(key), "commitment": hex(EpochKey::from_bytes(&key).commitment()) })
    };
    let mut file = file(
        "The wraps that went with InviteIssued, to be opened with the invitation's HPKE seed (DeriveKeyPair). The set's hash is of the CBOR array of all, in this order.",
        set.iter().map(one).collect(),
    );
    file["community"] = json!(hex(town.community().0));
    file["hpke_seed"] = json!(hpke_seed);
    file["set_hash"] = json!(hex(wrap_set_hash(set)));
    file
}

pub(super) fn invite(scene: &Scene) -> Value {
    let (town, grid) = (&scene.town, GridId::default());
    debug_assert_eq!(grid.0, [0; 16]);
    let link = InviteLink {
        hub_url: "https://hub.example/".into(),
        community: town.community(),
        genesis_hash: town.charter.genesis_hash(),
        charter_head: town.charter.head_at(4).unwrap_or_default(),
        charter_length: 4,
        secret: scene.invite.clone(),
    };
    let vector = json!({
        "name": "a worker's invitation", "link": link.to_string(), "hub_url": link.hub_url, "community": hex(link.community.0),
        "genesis_hash": hex(link.genesis_hash), "charter_head": hex(link.charter_head), "charter_length": 4,
        "secret": hex(link.secret.to_bytes().as_ref()),
    });
    file(
        "doorknock://join/1/ and base64url without padding of a CBOR array.",
        vec![vector],
    )
}
