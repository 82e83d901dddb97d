//! Receipts, running hashes, and every request and answer.

use doorknock::model::ids::{DocId, SpaceId};
use doorknock_seal::identity::DeviceSecrets;
use doorknock_seal::receipt::{Receipt, running_hash};
use doorknock_seal::request::sign_request;
use doorknock_seal::wrap::Wrap;
use doorknock_sync::wire::{self, Verdict};
use minicbor::Encode;
use serde_json::{Value, json};

use super::{Scene, file, hex, snapshots};
use crate::town::start_of;

fn rounds(scene: &Scene) -> SpaceId {
    scene.town.charter.spaces()[2].id
}

fn promise(
    scene: &Scene,
    entry: [u8; 32],
    position: u64,
    running: [u8; 32],
) -> (Receipt, [u8; 64]) {
    let receipt = Receipt {
        space: rounds(scene),
        entry,
        position,
        running,
    };
    (
        receipt,
        receipt.sign(&scene.town.hub, scene.town.community()),
    )
}

pub(super) fn receipts(scene: &Scene) -> Value {
    let hashes = [[0x11; 32], [0x22; 32], [0x33; 32]];
    let mut running = [0; 32];
    let mut vectors = Vec::new();
    for (position, hash) in (1..).zip(hashes) {
        running = running_hash(&running, &hash);
        let (receipt, signature) = promise(scene, hash, position, running);
        vectors.push(json!({ "name": format!("entry {position}"), "space": hex(receipt.space.0), "entry": hex(hash),
            "position": position, "running": hex(running), "signature": hex(signature) }));
    }
    let (head, signature) = promise(scene, [0; 32], 3, running);
    vectors.push(json!({ "name": "the head", "space": hex(head.space.0), "entry": hex(head.entry), "position": 3,
        "running": hex(running), "signature": hex(signature) }));
    let mut file = file(
        "A log of three entries. Running hash: zeros, then SHA-256(running || entry hash). Signature: context receipt, over space || entry || position (u64 big-endian) || running; a head's entry is zeros.",
        vectors,
    );
    file["hub_key"] = json!(hex(scene.town.hub.key()));
    file["community"] = json!(hex(scene.town.community().0));
    file
}

pub(super) fn messages(scene: &Scene) -> Value {
    let town = &scene.town;
    let (community, space) = (town.community(), rounds(scene));
    let mut writer = scene.worker.clone();
    let entry = town.entry(
        &mut writer,
        space,
        vec![(DocId([1; 16]), b"any body".to_vec())],
    );
    let bytes = hex(&entry.bytes);
    let request = town.request(vec![start_of(0), start_of(2)], vec![entry.bytes.clone()]);
    let running = running_hash(&[0; 32], &entry.hash);
    let (_, signature) = promise(scene, entry.hash, 1, running);
    let (_, head_signature) = promise(scene, [0; 32], 1, running);
    let stored = wire::Receipt {
        entry: entry.hash,
        verdict: Verdict::Stored,
        space,
        position: 1,
        running,
        signature,
    };
    let refused = wire::Receipt::refused([0; 32], Verdict::Malformed, SpaceId::default());
    let pulled = |item| wire::Pulled {
        space: 2,
        first: 1,
        items: vec![item],
        head: 1,
        head_running: running,
        head_signature,
    };
    let statements: Vec<_> = town
        .said
        .iter()
        .map(|said| said.statement.clone())
        .collect();
    let wraps: Vec<_> = town.said[3].wraps.iter().map(Wrap::to_bytes).collect();
    let answer = |item, receipts| wire::SyncResponse {
        receipts,
        pulled: vec![pulled(item)],
        mismatched: vec![1],
        charter_length: town.charter.len(),
        ..Default::default()
    };
    let asked = wire::CharterRequest { community, from: 4 };
    let signed = |path: &str, body: &[u8], note: &str, fields: Value| {
        signed(scene, &scene.worker.secrets, path, note, body, &fields)
    };
    let (zh, en) = (
        "请求格式错误。".to_owned(),
        "the request is malformed".to_owned(),
    );
    let cursors: Vec<_> = request
        .cursors
        .iter()
        .map(|c| json!([c.space, c.position, hex(c.running)]))
        .collect();
    let receipt = json!([
        hex(stored.entry),
        0,
        hex(space.0),
        1,
        hex(running),
        hex(signature)
    ]);
    let refusal = json!([hex([0; 32]), 1, hex([0; 16]), 0, hex([0; 32]), hex([0; 64])]);
    let stretch = |item: Value| json!([2, 1, [item], 1, hex(running), hex(head_signature)]);
    let told = json!([
        statements.iter().map(hex).collect::<Vec<_>>(),
        wraps.iter().map(hex).collect::<Vec<_>>()
    ]);
    let append = town.brought(3).1;
    let appended = json!([
        hex(community.0),
        hex(&town.said[3].statement),
        wraps.iter().map(hex).collect::<Vec<_>>()
    ]);
    let mut vectors = vec![
        said(
            "/v1/hub",
            &wire::HubInfo {
                hub_key: town.hub.key(),
                protocol: 1,
            },
            json!([hex(town.hub.key()), 1]),
        ),
        said(
            "/v1/communities",
            &wire::CommunityResponse { community },
            json!([hex(community.0)]),
        ),
        signed(
            wire::PATH_CHARTER,
            &wire::encode(&asked),
            "signed by a device; an invitation may too",
            json!([hex(community.0), 4]),
        ),
        said(
            "/v1/charter",
            &wire::CharterResponse {
                statements: statements.clone(),
                wraps: wraps.clone(),
            },
            told,
        ),
        json!({ "name": "/v1/charter/append", "direction": "request", "path": "/v1/charter/append", "bytes": hex(append), "body": appended }),
        said(
            "/v1/charter/append",
            &wire::AppendResponse { length: 5 },
            json!([5]),
        ),
        signed(
            wire::PATH_SYNC,
            &wire::encode(&request),
            "signed by a device",
            json!([
                hex(community.0),
                request.charter_length,
                hex(request.charter_head),
                cursors,
                [bytes.clone()],
                request.limit,
                request.own
            ]),
        ),
        said(
            "/v1/sync",
            &answer(
                wire::PulledItem::Entry(entry.bytes.clone()),
                vec![stored, refused],
            ),
            json!([
                [],
                [],
                [receipt, refusal],
                [stretch(json!(bytes))],
                false,
                [1],
                5
            ]),
        ),
        said(
            "/v1/sync, an entry of one's own",
            &answer(wire::PulledItem::Own(entry.hash), vec![]),
            json!([
                [],
                [],
                [],
                [stretch(json!([hex(entry.hash)]))],
                false,
                [1],
                5
            ]),
        ),
        said(
            "a refusal",
            &wire::Refusal {
                code: "malformed_request".into(),
                zh: zh.clone(),
                en: en.clone(),
            },
            json!(["malformed_request", zh, en]),
        ),
    ];
    vectors.extend(snapshots::messages(scene));
    file(
        "Every request and answer of the hub protocol as CBOR. In `body` an array's elements stand in order, byte strings as hexadecimal; of a signed request it is the body inside the envelope.",
        vectors,
    )
}

/// A request, signed by this device.
pub(super) fn signed(
    scene: &Scene,
    device: &DeviceSecrets,
    path: &str,
    note: &str,
    body: &[u8],
    fields: &Value,
) -> Value {
    let bytes = sign_request(path, body, scene.town.community(), device);
    json!({ "name": path, "direction": "request", "note": note, "path": path, "signer": hex(device.device_id().0),
        "sign_key": hex(device.sign_key()), "bytes": hex(bytes), "body": fields })
}

/// An answer.
pub(super) fn said(name: &str, message: &impl Encode<()>, body: Value) -> Value {
    json!({ "name": name, "direction": "answer", "bytes": hex(wire::encode(message)), "body": body })
}
