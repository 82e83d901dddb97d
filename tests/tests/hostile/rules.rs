//! More bad entries: what is well-formed and breaks a rule.

use doorknock::model::ids::GridId;
use doorknock::model::kind::{Key, Value};
use doorknock::model::kinds::{MEMBER_CARD, SETTINGS, VISIT_BOOK, member_card, settings};
use doorknock_replica::section::Dep;
use doorknock_seal::entry::{Entry, SpaceKeys};
use doorknock_seal::identity::{Context, DeviceSecrets, Signer, sign};
use doorknock_seal::wrap::EpochKey;
use doorknock_sync::wire::Verdict;
use doorknock_tests::by_hand::{After, put, section};

use crate::cases::Case;
use crate::scene::{Scene, visit_key};

pub(crate) const MORE: &[Case] = &[
    Case {
        name: "a sequence number used twice",
        reasons: &["forked_actor"],
        code: "against_the_rules",
        write: |s, year| {
            let (one, other) = (
                s.first(year, vec![s.visit_op(1, "甲")]),
                s.first(year, vec![s.visit_op(2, "乙")]),
            );
            let entry = s.entry_of(year, &[&one, &other]);
            s.push(&entry);
        },
    },
    Case {
        name: "sequence number zero",
        reasons: &["malformed"],
        code: "damaged",
        write: |s, year| {
            let mut made = s.first(year, vec![s.visit_op(1, "零")]);
            made.wire.seq = 0;
            let entry = s.entry_of(year, &[&made]);
            s.push(&entry);
        },
    },
    Case {
        name: "a sequence number beyond all bounds",
        reasons: &["malformed"],
        code: "damaged",
        write: |s, year| {
            let mut made = s.first(year, vec![s.visit_op(1, "大")]);
            made.wire.seq = u64::MAX;
            let entry = s.entry_of(year, &[&made]);
            s.push(&entry);
        },
    },
    Case {
        name: "wrong check bytes",
        reasons: &["encoder_mismatch"],
        code: "encoder_mismatch",
        write: |s, year| {
            let mut made = s.first(year, vec![s.visit_op(1, "校验")]);
            made.wire.check[0] ^= 1;
            let entry = s.entry_of(year, &[&made]);
            s.push(&entry);
        },
    },
    Case {
        name: "a change under another device's actor",
        reasons: &["encoder_mismatch"],
        code: "encoder_mismatch",
        write: |s, year| {
            // The actor is derived from who signed, so a change that was made as somebody else's comes to
            // another hash: to speak as another cannot even be written down.
            let own = s.villain.secrets.clone();
            s.villain.secrets = DeviceSecrets::generate(&*s.world.entropy);
            let made = s.first(year, vec![s.visit_op(1, "冒名")]);
            s.villain.secrets = own;
            let entry = s.entry_of(year, &[&made]);
            s.push(&entry);
        },
    },
    Case {
        name: "a worker who changes the settings",
        reasons: &["role_may_not_write"],
        code: "against_the_rules",
        write: |s, _| {
            let (space, doc) = (
                s.common(),
                SETTINGS.document(s.villain.community(), GridId::default(), &[]),
            );
            let op = put(Key::plain(settings::NAME), Value::Text("我的社区".into()));
            let made = s
                .villain
                .change(space, doc, 1, &[After::genesis(SETTINGS.code)], vec![op]);
            let body = section(SETTINGS.code, doc, &[&made]).encode();
            let entry = s.villain.seal(&s.world, space, vec![(doc, body)]);
            s.push(&entry);
        },
    },
    Case {
        name: "a worker who renames a colleague",
        reasons: &["role_may_not_write"],
        code: "against_the_rules",
        write: |s, _| {
            let li = s.li.community().unwrap().unwrap().member;
            let (space, doc) = (
                s.common(),
                MEMBER_CARD.document(s.villain.community(), GridId::default(), &[li.as_bytes()]),
            );
            let op = put(Key::plain(member_card::NAME), Value::Text("别人".into()));
            let made =
                s.villain
                    .change(space, doc, 1, &[After::genesis(MEMBER_CARD.code)], vec![op]);
            let body = section(MEMBER_CARD.code, doc, &[&made]).encode();
            let entry = s.villain.seal(&s.world, space, vec![(doc, body)]);
            s.push(&entry);
        },
    },
    Case {
        name: "a change that follows a refused one",
        reasons: &["encoder_mismatch", "depends_on_refused"],
        code: "against_the_rules",
        write: |s, year| {
            let mut one = s.first(year, vec![s.visit_op(1, "坏")]);
            one.wire.check[0] ^= 1;
            let after = After {
                dep: Dep::InSection(0),
                hash: one.hash,
                max_op: one.max_op,
            };
            let two = s.villain.change(
                s.casework(),
                s.book(year),
                2,
                &[after],
                vec![s.visit_op(2, "跟")],
            );
            let entry = s.entry_of(year, &[&one, &two]);
            s.push(&entry);
        },
    },
    Case {
        name: "changes that follow themselves",
        reasons: &["malformed"],
        code: "damaged",
        write: |s, year| {
            let mut made = s.first(year, vec![s.visit_op(1, "环")]);
            // The encoder says how far back; one further than there is.
            made.wire.deps = vec![Dep::InSection(1)];
            let entry = s.entry_of(year, &[&made]);
            s.push(&entry);
        },
    },
    Case {
        name: "a section that does not decrypt",
        reasons: &["entry_coding"],
        code: "damaged",
        write: |s, year| {
            let made = s.first(year, vec![s.visit_op(1, "密")]);
            let body = section(VISIT_BOOK.code, s.book(year), &[&made]).encode();
            let keys = SpaceKeys::derive(s.casework(), 0, &EpochKey::from_bytes(&[1; 32]));
            let doc = s.book(year);
            let entry = s.villain.seal_with(&s.world, &keys, vec![(doc, body)]);
            s.push(&entry);
        },
    },
    Case {
        name: "an epoch nobody has the key of",
        reasons: &["no_key_for_epoch"],
        code: "not_authorised",
        write: |s, year| {
            let keys = SpaceKeys::derive(s.casework(), 7, &EpochKey::from_bytes(&[1; 32]));
            let doc = s.book(year);
            let entry = s.villain.seal_with(&s.world, &keys, vec![(doc, vec![0])]);
            s.push(&entry);
        },
    },
    Case {
        name: "another's entry under a new signature",
        reasons: &["entry_bad_signature"],
        code: "damaged",
        write: |s, year| {
            // Signed by the villain, in the name of the office's device: the hub does not take it, and if a
            // hub does, no home does.
            let made = s.first(year, vec![s.visit_op(1, "冒签")]);
            let entry = s.entry_of(year, &[&made]);
            let forged = renamed(s, &entry);
            assert_eq!(
                s.villain.push(&s.world, std::slice::from_ref(&forged)),
                [Verdict::BadSignature]
            );
            s.villain.slip_in(&s.world, s.casework(), &forged);
        },
    },
    Case {
        name: "an entry by a device the charter does not name",
        reasons: &["unknown_device"],
        code: "not_authorised",
        write: |s, year| {
            let own = s.villain.secrets.clone();
            s.villain.secrets = DeviceSecrets::generate(&*s.world.entropy);
            let made = s.first(year, vec![s.visit_op(1, "陌生")]);
            let entry = s.entry_of(year, &[&made]);
            s.villain.slip_in(&s.world, s.casework(), &entry);
            s.villain.secrets = own;
        },
    },
    Case {
        name: "an entry in another space's log",
        reasons: &["wrong_space"],
        code: "against_the_rules",
        write: |s, year| {
            let made = s.first(year, vec![s.visit_op(1, "错位")]);
            let entry = s.entry_of(year, &[&made]);
            s.villain.slip_in(&s.world, s.rounds(), &entry);
        },
    },
    Case {
        name: "an entry of a newer format",
        reasons: &["entry_newer_version"],
        code: "newer_version",
        write: |s, year| {
            let made = s.first(year, vec![s.visit_op(1, "新格式")]);
            let entry = s.entry_of(year, &[&made]);
            let newer = with_header(s, &entry, |header| header[1] = 2);
            assert_eq!(
                s.villain.push(&s.world, std::slice::from_ref(&newer)),
                [Verdict::Malformed]
            );
            s.villain.slip_in(&s.world, s.casework(), &newer);
        },
    },
    Case {
        name: "a section with depths behind it",
        reasons: &[],
        code: "",
        write: |s, year| {
            // Elements a newer version may add are skipped, however deep.
            let made = s.first(year, vec![s.visit_op(1, "深")]);
            let mut body = section(VISIT_BOOK.code, s.book(year), &[&made]).encode();
            body[0] = 0x85;
            body.extend([0x83, 0, 0x58, 32]);
            body.extend([0; 32]);
            body.push(0);
            body.extend(std::iter::repeat_n(0x81, 200_000));
            body.push(0);
            let entry = s.entry(year, vec![body]);
            s.push(&entry);
        },
    },
    Case {
        name: "a value with depths behind it",
        reasons: &[],
        code: "",
        write: |s, year| {
            let Value::Bytes(mut bytes) = s.visit_value("深值") else {
                return;
            };
            bytes[0] += 1;
            bytes.extend(std::iter::repeat_n(0x81, 30_000));
            bytes.push(0);
            let made = s.first(year, vec![put(visit_key(1), Value::Bytes(bytes))]);
            let entry = s.entry_of(year, &[&made]);
            s.push(&entry);
        },
    },
];

/// The entry with its header changed and signed anew by the villain.
fn with_header(s: &Scene, entry: &[u8], change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut d = minicbor::Decoder::new(entry);
    d.array().unwrap();
    let mut header = d.bytes().unwrap().to_vec();
    change(&mut header);
    let seed = s.villain.secrets.to_bytes()[..32].try_into().unwrap();
    let signature = sign(&seed, Context::Entry, s.villain.community(), &header);
    let parsed = Entry::parse(entry).unwrap();
    let mut e = minicbor::Encoder::new(Vec::new());
    e.array(3)
        .unwrap()
        .bytes(&header)
        .unwrap()
        .bytes(&signature)
        .unwrap();
    e.array(parsed.sections().len() as u64).unwrap();
    for section in parsed.sections() {
        e.bytes(section).unwrap();
    }
    e.into_writer()
}

/// The entry in the name of the office's device.
fn renamed(s: &Scene, entry: &[u8]) -> Vec<u8> {
    let office = s.office.community().unwrap().unwrap().device;
    let own = s.villain.secrets.signer_id();
    with_header(s, entry, |header| {
        let at = header.windows(16).position(|w| w == own).unwrap();
        header[at..at + 16].copy_from_slice(&office.0);
    })
}
