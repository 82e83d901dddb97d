//! What a hub may say of the charter.

use std::cell::Cell;

use doorknock::model::access::SpaceKind;
use doorknock::model::ids::GridId;
use doorknock::{Answer, Request, Transport, Unreachable};
use doorknock_seal::charter::Charter;
use doorknock_seal::identity::{DeviceSecrets, HubSecret};
use doorknock_seal::wrap::EpochKey;
use doorknock_sync::wire;
use doorknock_tests::{World, roster};
use proptest::prelude::*;

use crate::answers::{Waiting, in_sync, set_back};

#[test]
fn a_charter_of_others_is_refused() {
    let home = Waiting::new();
    let entropy = &*home.scene.world.entropy;
    let stranger = DeviceSecrets::generate(entropy);
    let key = EpochKey::from_bytes(&[3; 32]);
    // A whole other charter, and one that goes on from ours by the hand of somebody who is no admin.
    let hub_key = HubSecret::from_bytes(&[42; 32]).key();
    let other = Charter::genesis(
        &stranger,
        hub_key,
        stranger.hpke_key(),
        Default::default(),
        &key,
        &key,
        0,
    );
    let ours = &home.scene.villain.charter;
    let forged = ours.space_created(
        &home.scene.villain.secrets,
        SpaceKind::Rounds,
        GridId([1; 16]),
        &key,
        &[],
        0,
    );
    for statement in [other, forged, vec![0], vec![]] {
        let (result, _) = home.lied_to(in_sync(|r| r.statements = vec![statement.clone()]));
        assert_eq!(result, Err("charter_forked".to_owned()));
        assert_eq!(
            home.pending_visits(),
            1,
            "nothing else of such an answer counts"
        );
    }
    home.is_put_right_by_an_honest_hub();
}

#[test]
fn a_hub_that_claims_a_shorter_charter_is_given_the_rest_and_changes_nothing() {
    let home = Waiting::new();
    let (result, trips) = home.lied_to(in_sync(|r| r.charter_length = 0));
    assert!(
        matches!(
            result.as_ref().map_err(String::as_str),
            Ok(()) | Err("hub_refused")
        ),
        "{result:?}"
    );
    assert!(trips < 30, "{trips}");
    home.is_put_right_by_an_honest_hub();
}

/// The net of an office whose first answer to an extension of the charter is lost.
struct LosesOneAppend<'a> {
    world: &'a World,
    appends: Cell<u32>,
}

impl Transport for LosesOneAppend<'_> {
    fn exchange(&self, _hub_url: &str, request: &Request) -> Result<Answer, Unreachable> {
        let answer = self.world.hub.handle(request);
        if request.path == wire::PATH_APPEND {
            self.appends.set(self.appends.get() + 1);
            if self.appends.get() == 1 {
                return Err(Unreachable::Broken);
            }
        }
        Ok(answer)
    }
}

#[test]
fn a_restored_hub_gets_a_space_and_its_keys_back_even_if_their_first_answer_was_lost() {
    let folder = tempfile::tempdir().unwrap();
    let mut world = World::new(folder.path(), 9);
    let office = world.office(&roster(&["G1"], 2)).unwrap();
    let desk = world.staff(&office, "desk").unwrap();
    office.sync(&world.net(), &mut |_| {}).unwrap();
    let (db, copy) = (world.home("hub.db"), world.home("copy.db"));
    set_back(&mut world, &db, &copy);
    let two = roster(&["G1", "G2"], 2);
    let net = LosesOneAppend {
        world: &world,
        appends: Cell::new(0),
    };
    assert!(
        office
            .import(&two, Default::default(), &net, &mut |_, _| {})
            .is_err()
    );
    office
        .import(&two, Default::default(), &net, &mut |_, _| {})
        .unwrap();
    office.sync(&net, &mut |_| {}).unwrap();
    set_back(&mut world, &copy, &db);
    let net = world.net();
    for home in [&office, &desk, &office, &desk] {
        home.sync(&net, &mut |_| {}).unwrap();
    }
    assert_eq!(
        desk.doors(None).unwrap().len(),
        4,
        "the desk got the new grid's keys"
    );
    assert_eq!(office.status().unwrap().pending, 0);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_answer_with_flipped_bytes_never_panics_and_is_got_over(
        flips in proptest::collection::vec((any::<prop::sample::Index>(), 1_u8..), 1..4), cut: bool,
    ) {
        let home = Waiting::new();
        let _ = home.lied_to(|mut answer| {
            for (at, flip) in &flips {
                if !answer.body.is_empty() {
                    let at = at.index(answer.body.len());
                    answer.body[at] ^= flip;
                    if cut { answer.body.truncate(at); }
                }
            }
            answer
        });
        home.is_put_right_by_an_honest_hub();
    }
}
