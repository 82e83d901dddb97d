//! The codec of the hub protocol: the documented bytes, strict reading, bounded memory.
#![allow(clippy::unwrap_used, reason = "tests")]

use doorknock_model::ids::{CommunityId, SpaceId};
use doorknock_sync::wire::*;
use minicbor::{Decode, Encode};
use proptest::collection::vec;
use proptest::prelude::*;

fn request() -> SyncRequest {
    SyncRequest {
        community: CommunityId([1; 16]),
        charter_length: 2,
        charter_head: [3; 8],
        cursors: vec![Cursor {
            space: 4,
            position: 5,
            running: [6; 4],
        }],
        entries: vec![vec![7]],
        limit: 8,
        own: true,
    }
}

fn response() -> SyncResponse {
    SyncResponse {
        statements: vec![vec![1]],
        wraps: vec![vec![2], vec![]],
        receipts: vec![Receipt::refused([3; 32], Verdict::Quota, SpaceId([4; 16]))],
        pulled: vec![Pulled {
            space: 5,
            first: 6,
            items: vec![PulledItem::Own([7; 32]), PulledItem::Entry(vec![8; 300])],
            head: 9,
            head_running: [10; 32],
            head_signature: [11; 64],
        }],
        more: true,
        mismatched: vec![12],
        charter_length: 13,
    }
}

#[test]
fn a_request_is_written_as_the_wire_format_says() {
    let expected = [
        &[0x87, 0x50][..],
        &[1; 16],
        &[2, 0x48],
        &[3; 8],
        &[0x81, 0x83, 4, 5, 0x44],
        &[6; 4],
        &[0x81, 0x41, 7, 8, 0xf5],
    ]
    .concat();
    assert_eq!(encode(&request()), expected);
}

#[test]
fn an_item_is_an_entry_or_a_hash_in_an_array() {
    assert_eq!(encode(&PulledItem::Entry(vec![1, 2])), [0x42, 1, 2]);
    assert_eq!(
        encode(&PulledItem::Own([1; 32])),
        [&[0x81, 0x58, 32][..], &[1; 32]].concat()
    );
    let later = [&[0x82, 0x58, 32][..], &[1; 32], &[0xf6]].concat();
    assert_eq!(
        decode(&later),
        Ok(PulledItem::Own([1; 32])),
        "a later version's element"
    );
    for wrong in [
        &[0x80][..],
        &[0x81, 0x41, 1],
        &[0x9f, 0x41, 1, 0xff],
        &[1],
        &[0x61, b'x'],
    ] {
        assert_eq!(decode::<PulledItem>(wrong), Err(Malformed), "{wrong:x?}");
    }
}

#[test]
fn an_unknown_verdict_is_kept() {
    for code in [0, 1, 8, 9, 4_000_000_000] {
        assert_eq!(Verdict::from_code(code).code(), code);
        assert_eq!(
            decode::<Verdict>(&encode(&Verdict::from_code(code)))
                .unwrap()
                .code(),
            code
        );
    }
    assert_eq!(Verdict::from_code(9), Verdict::Other(9));
}

#[test]
fn later_elements_are_ignored_and_missing_ones_refused() {
    let bytes = encode(&request());
    let mut later = bytes.clone();
    later[0] = 0x89;
    later.extend_from_slice(&[0xa1, 1, 2, 0x81, 0xf6]);
    assert_eq!(decode(&later), Ok(request()));
    let mut missing = bytes[..bytes.len() - 1].to_vec();
    missing[0] = 0x86;
    assert_eq!(decode::<SyncRequest>(&missing), Err(Malformed));
}

/// Reads back; refuses every shorter or longer input.
fn is_strict<T: Encode<()> + for<'b> Decode<'b, ()> + PartialEq + std::fmt::Debug>(value: T) {
    let bytes = encode(&value);
    for end in 0..bytes.len() {
        assert_eq!(decode::<T>(&bytes[..end]), Err(Malformed), "cut at {end}");
    }
    assert_eq!(
        decode::<T>(&[&bytes[..], &[0]].concat()),
        Err(Malformed),
        "more behind it"
    );
    assert_eq!(decode::<T>(&bytes), Ok(value));
}

#[test]
fn every_message_reads_back_exactly() {
    let community = CommunityId([1; 16]);
    is_strict(HubInfo {
        hub_key: [1; 32],
        protocol: PROTOCOL,
    });
    is_strict(CommunityResponse { community });
    is_strict(CharterRequest {
        community,
        from: u64::MAX,
    });
    is_strict(CharterResponse {
        statements: vec![vec![1], vec![]],
        wraps: vec![],
    });
    is_strict(AppendRequest {
        community,
        statement: vec![1; 30],
        wraps: vec![vec![2; 30]],
    });
    is_strict(AppendResponse { length: 1 << 40 });
    is_strict(request());
    is_strict(response());
    is_strict(SyncResponse::default());
    is_strict(Refusal {
        code: "c".into(),
        zh: "中".into(),
        en: "e".into(),
    });
}

#[test]
fn ids_and_hashes_of_another_length_are_refused() {
    let (length, bytes) = (encode(&AppendResponse { length: 1 }), encode(&request()));
    assert_eq!(decode::<CommunityResponse>(&length), Err(Malformed));
    let mut short = bytes.clone();
    short[1] = 0x4f;
    short.remove(2);
    assert_eq!(decode::<SyncRequest>(&short), Err(Malformed));
    let hub = [&[0x82, 0x58, 31][..], &[1; 31], &[1]].concat();
    assert_eq!(decode::<HubInfo>(&hub), Err(Malformed));
}

#[test]
fn a_list_is_as_long_as_its_bytes_and_never_longer_than_the_limit() {
    let wraps = |claim: &[u8], body: usize| [&[0x82, 0x80][..], claim, &vec![0x40; body]].concat();
    let claims: [&[u8]; 4] = [
        &[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        &[0x9a, 0xff, 0xff, 0xff, 0xff],
        &[0x9a, 0, 1, 0, 1],
        &[0x9f],
    ];
    for claim in claims {
        assert_eq!(
            decode::<CharterResponse>(&wraps(claim, LIST_LIMIT + 1)),
            Err(Malformed)
        );
    }
    let most = decode::<CharterResponse>(&wraps(&[0x9a, 0, 1, 0, 0], LIST_LIMIT)).unwrap();
    assert_eq!(most.wraps.len(), LIST_LIMIT);
    let bytes = [&[0x82, 0x80, 0x81, 0x5b][..], &[0xff; 8]].concat();
    assert_eq!(decode::<CharterResponse>(&bytes), Err(Malformed));
}

#[test]
fn the_items_of_an_answer_are_bounded_together() {
    let part = |count| Pulled {
        items: vec![PulledItem::Entry(Vec::new()); count],
        ..response().pulled[0].clone()
    };
    let read = |pulled| {
        let bytes = encode(&SyncResponse {
            pulled,
            ..SyncResponse::default()
        });
        decode::<SyncResponse>(&bytes).is_ok()
    };
    assert!(read(vec![part(LIST_LIMIT - 1), part(1)]));
    assert!(!read(vec![part(LIST_LIMIT - 1), part(1), part(1)]));
    assert!(!read(vec![part(LIST_LIMIT + 1)]));
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in vec(any::<u8>(), 0..300)) {
        let _ = decode::<SyncRequest>(&bytes);
        let _ = decode::<SyncResponse>(&bytes);
        let _ = decode::<CharterResponse>(&bytes);
        let _ = decode::<AppendRequest>(&bytes);
        let _ = decode::<Refusal>(&bytes);
    }

    #[test]
    fn a_damaged_response_never_panics(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = encode(&response());
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let _ = decode::<SyncResponse>(&bytes);
    }
}
