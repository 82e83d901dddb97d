//! Keys that do not open: one space's trouble, told and asked for again, and nobody else's.

use doorknock::model::access::Role;
use doorknock::{Answer, Doorknock, ImportOptions};
use doorknock_sync::wire;
use doorknock_tests::{roster, visit};

use crate::answers::liar;
use crate::scene::{Scene, has};

const LACKS_A_KEY: &str = "space_key_unreadable";

/// Damages all keys but the first so many: the next is no wrap at all, the others do not open.
fn damage(wraps: &mut [Vec<u8>], good: usize) {
    for (n, wrap) in wraps.iter_mut().enumerate().skip(good) {
        if n == good {
            wrap.truncate(9);
        } else if let Some(last) = wrap.last_mut() {
            *last ^= 1;
        }
    }
}

/// An answer whose keys do not open, but for the first.
fn with_keys(mut answer: Answer, good: usize) -> Answer {
    if let Ok(mut said) = wire::decode::<wire::SyncResponse>(&answer.body) {
        damage(&mut said.wraps, good);
        answer.body = wire::encode(&said);
    } else if let Ok(mut said) = wire::decode::<wire::CharterResponse>(&answer.body) {
        damage(&mut said.wraps, good);
        answer.body = wire::encode(&said);
    }
    answer
}

fn notices(home: &Doorknock) -> Vec<String> {
    let notices = home.status().unwrap().notices;
    notices
        .iter()
        .map(|notice| notice.code.to_owned())
        .collect()
}

#[test]
fn a_key_that_does_not_open_is_told_and_asked_for_again_and_all_else_goes_on() {
    let s = Scene::new();
    let net = s.world.net();
    let staff = s.world.staff(&s.office, "陈干事").unwrap();
    let more = roster(&["G1", "G2", "G3", "G4"], 2);
    s.office
        .import(&more, ImportOptions::default(), &net, &mut |_, _| {})
        .unwrap();
    s.sync(&s.office).unwrap();
    s.li.log_visit(&visit(s.door, "别的照常")).unwrap();
    s.sync(&s.li).unwrap();

    for _ in 0..2 {
        let lying = liar(&s.world, |answer| with_keys(answer, 0));
        staff.sync(&lying, &mut |_| {}).unwrap();
        assert!(has(&staff, "别的照常"));
        assert_eq!(staff.doors(Some("G3")).unwrap_or_default().len(), 0);
        assert_eq!(
            notices(&staff),
            [LACKS_A_KEY; 4],
            "two grids, two spaces each"
        );
    }
    s.sync(&staff).unwrap();
    assert_eq!(notices(&staff), [] as [&str; 0]);
    for grid in ["G3", "G4"] {
        assert_eq!(staff.doors(Some(grid)).unwrap().len(), 2, "{grid}");
    }
    let report = staff.sync(&net, &mut |_| {}).unwrap();
    assert_eq!(report.round_trips, 1, "nothing is asked for any more");
}

#[test]
fn who_joins_with_keys_that_do_not_open_is_in_and_says_so() {
    let s = Scene::new();
    let grids = ["G1".to_owned()];
    let week = 7 * 86_400_000;
    let link = s
        .office
        .invite(Role::Worker, &grids, week, &s.world.net())
        .unwrap();
    let home = s.world.create("吴敏").unwrap();
    let lying = |good| liar(&s.world, move |answer| with_keys(answer, good));
    let refused = home.join(&link, "吴敏", &lying(0)).unwrap_err();
    assert_eq!(refused.code(), "key_wrap", "not even what all share");
    home.join(&link, "吴敏", &lying(1)).unwrap();
    assert_eq!(notices(&home), [LACKS_A_KEY; 2]);
    s.sync(&home).unwrap();
    assert_eq!(home.doors(None).unwrap().len(), 0);
}
