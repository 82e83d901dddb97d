//! What the hub signs and believes, against what everybody else does.

use curve25519_dalek::constants::{ED25519_BASEPOINT_POINT, EIGHT_TORSION};
use curve25519_dalek::scalar::{Scalar, clamp_integer};
use doorknock_model::ids::{Incarnation, SpaceId};
use doorknock_model::random;
use doorknock_seal::entry::{EntryParams, SealedEntry, SpaceKeys, seal_entry};
use doorknock_seal::identity::DeviceSecrets;
use doorknock_seal::wrap::EpochKey;
use sha2::{Digest as _, Sha512};

use super::*;

const HERE: CommunityId = CommunityId([7; 16]);

struct Os;

impl doorknock_model::Entropy for Os {
    fn fill(&self, out: &mut [u8]) {
        getrandom::fill(out).unwrap();
    }
}

fn sealed(device: &DeviceSecrets, sequence: u64) -> SealedEntry {
    let params = EntryParams {
        community: HERE,
        incarnation: Incarnation([4; 8]),
        sequence,
        previous: [5; 32],
    };
    let keys = SpaceKeys::derive(SpaceId([3; 16]), 0, &EpochKey::from_bytes(&random(&Os)));
    seal_entry(&params, &keys, device, &[b"a visit".to_vec()], &Os).unwrap()
}

fn together(entries: &[(Vec<u8>, [u8; 32])]) -> bool {
    let read: Vec<_> = (entries.iter())
        .map(|(bytes, key)| (Entry::parse(bytes).unwrap(), *key))
        .collect();
    let all: Vec<_> = read.iter().map(|(entry, key)| (entry, *key)).collect();
    verify_together(HERE, &all)
}

#[test]
fn a_receipt_has_the_same_bytes_as_everywhere() {
    let secret = HubSecret::generate(&Os);
    let promise = Receipt {
        space: SpaceId([3; 16]),
        entry: [4; 32],
        position: 5,
        running: [6; 32],
    };
    let signature = Signer::new(&secret).sign(&promise, HERE);
    assert_eq!(signature, promise.sign(&secret, HERE));
    assert!(promise.verify(&secret.key(), HERE, &signature));
}

#[test]
fn good_entries_pass_together_and_one_bad_one_is_not_overlooked() {
    let devices = [DeviceSecrets::generate(&Os), DeviceSecrets::generate(&Os)];
    let all: Vec<_> = (1..=60)
        .map(|n| {
            let device = &devices[usize::from(n % 3 == 0)];
            (sealed(device, n).bytes, device.sign_key())
        })
        .collect();
    assert!(together(&all));
    for at in [0, 30, 59] {
        let mut changed = all.clone();
        let signature = *Entry::parse(&changed[at].0).unwrap().signature();
        changed[at].0 = with_signature(&changed[at].0, &{
            let mut other = signature;
            other[40] ^= 1;
            other
        });
        assert!(!together(&changed), "signature {at}");
        let mut changed = all.clone();
        *changed[at].0.last_mut().unwrap() ^= 1;
        assert!(!together(&changed), "section {at}");
        let mut changed = all.clone();
        changed[at].1 = DeviceSecrets::generate(&Os).sign_key();
        assert!(!together(&changed), "key {at}");
    }
    let one: Vec<(Entry<'_>, [u8; 32])> = (all.iter())
        .map(|(bytes, key)| (Entry::parse(bytes).unwrap(), *key))
        .collect();
    let one: Vec<_> = one.iter().map(|(entry, key)| (entry, *key)).collect();
    assert!(!verify_together(CommunityId([8; 16]), &one));
}

fn with_signature(bytes: &[u8], signature: &[u8; 64]) -> Vec<u8> {
    let old = *Entry::parse(bytes).unwrap().signature();
    let at = bytes.windows(64).position(|w| w == old).unwrap();
    [&bytes[..at], signature, &bytes[at + 64..]].concat()
}

/// A signature whose point lies off the curve's main group: whoever has the seed can make it, nobody
/// makes it by accident.
fn twisted(device: &DeviceSecrets, message: &[u8]) -> [u8; 64] {
    let digest: [u8; 64] = Sha512::digest(&device.to_bytes()[..32]).into();
    let mut half = [0; 32];
    half.copy_from_slice(&digest[..32]);
    let secret = Scalar::from_bytes_mod_order(clamp_integer(half));
    let nonce = Scalar::from(12_345_u64);
    let point = (ED25519_BASEPOINT_POINT * nonce + EIGHT_TORSION[1]).compress();
    let mut hash = Sha512::new();
    hash.update(point.as_bytes());
    hash.update(device.sign_key());
    hash.update(message);
    let hash: [u8; 64] = hash.finalize().into();
    let scalar = nonce + Scalar::from_bytes_mod_order_wide(&hash) * secret;
    let mut signature = [0; 64];
    signature[..32].copy_from_slice(point.as_bytes());
    signature[32..].copy_from_slice(scalar.as_bytes());
    signature
}

#[test]
fn what_a_hub_believes_and_a_phone_does_not_takes_the_keys_own_holder() {
    let device = DeviceSecrets::generate(&Os);
    let mut all: Vec<_> = (1..=4)
        .map(|n| (sealed(&device, n).bytes, device.sign_key()))
        .collect();
    let entry = Entry::parse(&all[2].0).unwrap();
    let message = Context::Entry.message(HERE, &entry.message());
    let bytes = with_signature(&all[2].0, &twisted(&device, &message));
    all[2].0 = bytes.clone();
    // Always, whatever it is checked together with.
    assert!(together(&all));
    assert!(together(&all[2..3]));
    let entry = Entry::parse(&bytes).unwrap();
    assert!(entry.verify(HERE, &device.sign_key()).is_err());
}
