//! What hub and clients say to one another, and what a person pastes: every message, signed requests, key wraps,
//! invitation links.

use std::fmt::Debug;
use std::sync::LazyLock;

use doorknock_model::access::{Role, SpaceKind};
use doorknock_model::ids::{CommunityId, SpaceId};
use doorknock_seal::identity::{HubSecret, InviteSecret};
use doorknock_seal::invite::InviteLink;
use doorknock_seal::receipt::Receipt;
use doorknock_seal::request::SignedRequest;
use doorknock_seal::wrap::{Wrap, open_wrap};
use doorknock_sync::wire::{self, Verdict};
use doorknock_tests::town::{Town, start_of};
use minicbor::{Decode, Encode};

use crate::{Target, seed};

/// See the module.
pub const TARGET: Target = Target {
    name: "wire",
    run,
    seeds,
};

static TOWN: LazyLock<(Town, InviteSecret)> = LazyLock::new(|| {
    let mut town = Town::new(4, HubSecret::from_bytes(&[42; 32]));
    town.open(SpaceKind::Rounds, "G1");
    let invite = town.invite(Role::Worker, &["G1"], true);
    (town, invite)
});

fn run(data: &[u8]) -> bool {
    let Some((which, bytes)) = data.split_first() else {
        return false;
    };
    match which {
        0 => message::<wire::SyncRequest>(bytes),
        1 => message::<wire::SyncResponse>(bytes),
        2 => message::<wire::CharterRequest>(bytes),
        3 => message::<wire::CharterResponse>(bytes),
        4 => message::<wire::AppendRequest>(bytes),
        5 => message::<wire::AppendResponse>(bytes),
        6 => message::<wire::HubInfo>(bytes),
        7 => message::<wire::CommunityResponse>(bytes),
        8 => message::<wire::Refusal>(bytes),
        9 => request(bytes),
        10 => key_wrap(bytes),
        11 => link(&String::from_utf8_lossy(bytes)),
        // The same from its bytes, so that a mutation does not end at the alphabet.
        12 => link(&format!("doorknock://join/1/{}", base64url(bytes))),
        13 => message::<wire::SnapshotFind>(bytes),
        14 => message::<wire::SnapshotFound>(bytes),
        15 => message::<wire::SnapshotRead>(bytes),
        16 => message::<wire::SnapshotPiece>(bytes),
        17 => message::<wire::SnapshotOffer>(bytes),
        18 => message::<wire::SnapshotMissing>(bytes),
        19 => message::<wire::SnapshotPut>(bytes),
        _ => false,
    }
}

/// What is read is written again as something that reads the same.
fn message<T: for<'b> Decode<'b, ()> + Encode<()> + Debug + PartialEq>(bytes: &[u8]) -> bool {
    let Ok(message) = wire::decode::<T>(bytes) else {
        return false;
    };
    assert_eq!(
        wire::decode::<T>(&wire::encode(&message)).as_ref(),
        Ok(&message)
    );
    true
}

fn request(bytes: &[u8]) -> bool {
    let Ok(request) = SignedRequest::parse(bytes) else {
        return false;
    };
    let (town, _) = &*TOWN;
    let key = town.admin.secrets.sign_key();
    let signed = request.verify(&key, town.community(), wire::PATH_SYNC);
    assert!(!request.verify(&key, town.community(), wire::PATH_CHARTER));
    signed && request.signer() == town.admin.secrets.device_id().0
}

fn key_wrap(bytes: &[u8]) -> bool {
    let Ok(wrap) = Wrap::from_bytes(bytes) else {
        return false;
    };
    assert_eq!(Wrap::from_bytes(&wrap.to_bytes()).as_ref(), Ok(&wrap));
    let (town, invite) = &*TOWN;
    let opened = open_wrap(town.community(), &wrap, invite.hpke());
    opened.is_ok_and(|key| town.charter.accepts_key(wrap.space, wrap.epoch, &key))
}

fn link(text: &str) -> bool {
    let Ok(link) = text.parse::<InviteLink>() else {
        return false;
    };
    let again: InviteLink = link.to_string().parse().expect("a link that was read");
    assert_eq!(again.to_string(), link.to_string());
    true
}

fn base64url(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let bits = (0..3).fold(0, |bits, n| {
            bits << 8 | u32::from(*chunk.get(n).unwrap_or(&0))
        });
        for n in 0..=chunk.len() {
            let letter = bits >> (18 - 6 * n) & 63;
            out.push(char::from(LETTERS[letter as usize]));
        }
    }
    out
}

fn seeds() -> Vec<Vec<u8>> {
    let (town, invite) = &*TOWN;
    let community = town.community();
    let said = &town.said;
    let statements: Vec<_> = said.iter().map(|said| said.statement.clone()).collect();
    let wraps: Vec<_> = said
        .iter()
        .flat_map(|said| &said.wraps)
        .map(Wrap::to_bytes)
        .collect();
    let sync = town.request(vec![start_of(0), start_of(2)], vec![vec![1, 2, 3]]);
    let space = SpaceId([1; 16]);
    let promise = Receipt {
        space,
        entry: [2; 32],
        position: 3,
        running: [4; 32],
    };
    let stored = wire::Receipt {
        entry: promise.entry,
        verdict: Verdict::Stored,
        space,
        position: 3,
        running: promise.running,
        signature: promise.sign(&town.hub, community),
    };
    let refused = wire::Receipt::refused([5; 32], Verdict::Quota, space);
    let items = vec![
        wire::PulledItem::Own([6; 32]),
        wire::PulledItem::Entry(vec![7; 9]),
    ];
    let pulled = wire::Pulled {
        space: 2,
        first: 1,
        items,
        head: 2,
        head_running: [8; 32],
        head_signature: [9; 64],
    };
    let answer = wire::SyncResponse {
        statements: statements.clone(),
        wraps: wraps.clone(),
        receipts: vec![stored, refused],
        pulled: vec![pulled],
        more: true,
        mismatched: vec![1, 3],
        charter_length: 3,
    };
    let link = InviteLink {
        hub_url: "https://hub.example/".into(),
        community,
        genesis_hash: town.charter.genesis_hash(),
        charter_head: town.charter.head(),
        charter_length: town.charter.len(),
        secret: invite.clone(),
    };
    let text = link.to_string();
    let (zh, en) = ("请求格式错误。".to_owned(), "not understood".to_owned());
    let mut seeds = vec![
        seed(0, wire::encode(&sync)),
        seed(1, wire::encode(&answer)),
        seed(
            2,
            wire::encode(&wire::CharterRequest {
                community,
                from: 300,
            }),
        ),
        seed(
            3,
            wire::encode(&wire::CharterResponse {
                statements,
                wraps: wraps.clone(),
            }),
        ),
        seed(4, town.brought(1).1),
        seed(5, wire::encode(&wire::AppendResponse { length: 70_000 })),
        seed(
            6,
            wire::encode(&wire::HubInfo {
                hub_key: town.hub.key(),
                protocol: 1,
            }),
        ),
        seed(7, wire::encode(&wire::CommunityResponse { community })),
        seed(
            8,
            wire::encode(&wire::Refusal {
                code: "malformed_request".into(),
                zh,
                en,
            }),
        ),
        seed(9, town.signed(&town.admin.secrets, &sync)),
        seed(
            10,
            said[2].wraps.last().expect("an invitation's").to_bytes(),
        ),
        seed(11, &text),
        seed(12, unbase64(&text["doorknock://join/1/".len()..])),
    ];
    seeds.extend(about_snapshots(community));
    seeds
}

/// Of every message about snapshots, one.
fn about_snapshots(community: CommunityId) -> [Vec<u8>; 7] {
    let (space, part) = (3, [2; 32]);
    let find = wire::SnapshotFind {
        community,
        spaces: vec![0, 2, 3],
    };
    let found = wire::SnapshotFound {
        spaces: vec![3],
        manifests: vec![vec![1; 70]],
    };
    let read = wire::SnapshotRead {
        community,
        space,
        part,
        offset: 1 << 18,
        limit: 1 << 18,
    };
    let piece = wire::SnapshotPiece { bytes: vec![4; 70] };
    let offer = wire::SnapshotOffer {
        community,
        space,
        manifest: vec![1; 70],
    };
    let missing = wire::SnapshotMissing {
        parts: vec![part.to_vec(), vec![5; 32]],
    };
    let put = wire::SnapshotPut {
        community,
        space,
        part: vec![6; 70],
    };
    [
        seed(13, wire::encode(&find)),
        seed(14, wire::encode(&found)),
        seed(15, wire::encode(&read)),
        seed(16, wire::encode(&piece)),
        seed(17, wire::encode(&offer)),
        seed(18, wire::encode(&missing)),
        seed(19, wire::encode(&put)),
    ]
}

fn unbase64(text: &str) -> Vec<u8> {
    let place = |letter: u8| match letter {
        b'A'..=b'Z' => letter - b'A',
        b'a'..=b'z' => letter - b'a' + 26,
        b'0'..=b'9' => letter - b'0' + 52,
        b'-' => 62,
        _ => 63,
    };
    let mut out = Vec::new();
    for chunk in text.as_bytes().chunks(4) {
        let bits = (0..4).fold(0, |bits, n| {
            bits << 6 | u32::from(chunk.get(n).map_or(0, |letter| place(*letter)))
        });
        out.extend_from_slice(&bits.to_be_bytes()[1..chunk.len()]);
    }
    out
}
