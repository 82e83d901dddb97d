//! Snapshots and sync files.

use doorknock_replica::pack::Pack;
use doorknock_seal::file::FileReader;
use doorknock_seal::snapshot::{Level, SignedManifest, SnapshotKeys, part_hash};
use doorknock_sync::carry::Record;

use super::*;

#[test]
fn snapshots_and_the_changes_rebuilt_from_their_packs() {
    let file = File::read("snapshots");
    let (community, space) = (
        CommunityId(file.fixed("community")),
        SpaceId(file.fixed("space")),
    );
    let keys = SnapshotKeys::derive(space, 0, &EpochKey::from_bytes(&file.fixed("epoch_key")));
    let mut named = Vec::new();
    let mut packs = 0;
    for one in file.vectors() {
        let sealed = bytes(one, "bytes");
        if one["what"] == "manifest" {
            let read = SignedManifest::parse(&sealed).unwrap();
            assert!(read.verify(&file.fixed("sign_key"), community));
            assert_eq!(read.maker(), DeviceId(file.fixed("signer")));
            let manifest = read.manifest();
            assert_eq!((manifest.space, manifest.epoch), (space, 0));
            assert_eq!(manifest.position, number(one, "position"));
            assert_eq!(manifest.running, fixed(one, "running"));
            assert_eq!(Some(manifest.made_at), one["made_at"].as_i64());
            for (part, said) in manifest.parts.iter().zip(one["parts"].as_array().unwrap()) {
                assert_eq!(part.hash, fixed(&said[0], ""));
                assert_eq!(Some(u64::from(part.size)), said[1].as_u64());
                assert_eq!(
                    Some(u64::from(part.level == Level::History)),
                    said[2].as_u64()
                );
            }
            named.extend(manifest.parts.iter().map(|part| part.hash));
            continue;
        }
        assert_eq!(part_hash(&sealed), named.remove(0));
        let body = bytes(one, "body");
        assert_eq!(keys.open(&sealed).unwrap(), body);
        let held: Vec<_> = one["packs"].as_array().unwrap().iter().collect();
        for said in &held {
            let held_bytes = bytes(said, "bytes");
            assert!(body.windows(held_bytes.len()).any(|at| at == held_bytes));
            check_pack(community, space, said, &held_bytes);
        }
        packs += held.len();
    }
    assert_eq!((named.len(), packs), (0, 2));
}

fn check_pack(community: CommunityId, space: SpaceId, said: &Value, held: &[u8]) {
    let pack = Pack::decode(held).unwrap();
    assert_eq!(pack.encode(), held);
    assert_eq!(pack.doc, DocId(fixed(said, "document")));
    assert_eq!(u64::from(pack.kind), number(said, "kind"));
    let heads: Vec<_> = pack.heads.iter().map(|(_, hash)| hash.to_vec()).collect();
    assert_eq!(heads, list(said, "heads"));
    let built = pack.build(community, space).unwrap();
    let changes = said["changes"].as_array().unwrap();
    assert_eq!(built.len(), changes.len());
    for ((parts, change), expected) in built.iter().zip(changes) {
        assert_eq!(change.bytes, bytes(expected, "chunk"));
        assert_eq!(change.hash, fixed(expected, "hash"));
        assert_eq!(
            (parts.seq, Some(parts.time), parts.start_op),
            (
                number(expected, "seq"),
                expected["time"].as_i64(),
                number(expected, "start_op")
            )
        );
    }
}

#[test]
fn sync_files_give_their_records() {
    let file = File::read("files");
    let key = EpochKey::from_bytes(&file.fixed("epoch_key"));
    let community = CommunityId(file.fixed("community"));
    let mut receipts = 0;
    for one in file.vectors() {
        let sealed = bytes(one, "bytes");
        let keys = [EpochKey::from_bytes(&[1; 32]), key.clone()];
        let mut reader = FileReader::open(&sealed[..], &keys).unwrap();
        for expected in list(one, "records") {
            let record = reader.record().unwrap().unwrap();
            assert_eq!(*record, expected);
            match Record::decode(&record).unwrap() {
                Record::Unknown(kind) => assert_eq!(kind, 99),
                Record::Entry(carried) => {
                    assert_eq!(Record::Entry(carried.clone()).encode(), expected);
                    let Some(receipt) = carried.receipt else {
                        continue;
                    };
                    let promise = Receipt {
                        space: SpaceId(file.fixed("space")),
                        entry: Entry::parse(&carried.bytes).unwrap().hash(),
                        position: receipt.position,
                        running: receipt.running,
                    };
                    assert!(promise.verify(&file.fixed("hub_key"), community, &receipt.signature));
                    receipts += 1;
                }
                other => assert_eq!(other.encode(), expected),
            }
        }
        assert!(reader.record().unwrap().is_none());
        assert!(reader.is_whole());
    }
    assert_eq!(receipts, 1);
}
