//! Sealed entries, and the plaintext of a section.

use std::sync::LazyLock;

use doorknock_model::ids::{DocId, SpaceId};
use doorknock_seal::entry::{Entry, SpaceKeys};
use doorknock_seal::identity::HubSecret;
use doorknock_seal::{limits, section};
use doorknock_tests::town::Town;

use crate::{Target, seed};

/// See the module.
pub const TARGET: Target = Target {
    name: "entry",
    run,
    seeds,
};

static TOWN: LazyLock<Town> = LazyLock::new(|| Town::new(1, HubSecret::from_bytes(&[42; 32])));
static KEYS: LazyLock<SpaceKeys> = LazyLock::new(|| TOWN.space_keys(common()));

fn common() -> SpaceId {
    TOWN.charter.spaces()[0].id
}

fn run(data: &[u8]) -> bool {
    match data.split_first() {
        Some((0, bytes)) => entry(bytes),
        Some((1, bytes)) => plaintext(bytes),
        _ => false,
    }
}

fn entry(bytes: &[u8]) -> bool {
    let hash = Entry::hash_of(bytes);
    let Ok(entry) = Entry::parse(bytes) else {
        return false;
    };
    assert_eq!(hash, Ok(entry.hash()));
    let sections = entry.sections().len();
    assert!(sections > 0 && sections <= limits::SECTIONS);
    let signed = entry.verify(TOWN.community(), &TOWN.admin.secrets.sign_key());
    // Nobody but the fuzzer's own seeds has the keys.
    let Ok(verified) = signed else {
        return false;
    };
    let opened = (0..sections).filter(|n| match verified.open_section(*n, &KEYS) {
        Ok(body) => body.len() <= limits::SECTION_BODY_BYTES,
        Err(error) => error.message().code.is_empty(),
    });
    let opened = opened.count();
    assert!(verified.open_section(sections, &KEYS).is_err());
    opened == sections
}

fn plaintext(bytes: &[u8]) -> bool {
    let Ok(body) = section::unpack(bytes) else {
        return false;
    };
    assert!(body.len() <= limits::SECTION_BODY_BYTES);
    let packed = section::pack(&body).expect("a body within the limit");
    assert_eq!(section::unpack(&packed), Ok(body));
    true
}

fn seeds() -> Vec<Vec<u8>> {
    let space = common();
    let mut writer = TOWN.admin.clone();
    let bodies = |n: u8| {
        (0..n)
            .map(|i| (DocId([i; 16]), vec![i; usize::from(i) * 40]))
            .collect()
    };
    let entries: Vec<_> = [1, 2, 5]
        .map(|n| TOWN.entry(&mut writer, space, bodies(n)).bytes)
        .iter()
        .map(|bytes| seed(0, bytes))
        .collect();
    let texts = ["", "短", &"同样的话".repeat(50)];
    let plain = texts.map(|text| seed(1, section::pack(text.as_bytes()).expect("small")));
    entries.into_iter().chain(plain).collect()
}
