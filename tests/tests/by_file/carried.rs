//! Any direction, repeated, in any order; and that the file tells nobody anything.

use doorknock::FileScope;
use doorknock_tests::{Crew, World, roster};
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};

use crate::{carry, count, door, file, log, read, same, state};

#[test]
fn a_chain_of_phones_and_a_stick_brings_all_to_all_without_a_hub() {
    let crew = Crew::new(41, &["G1"], 6);
    let by_li = log(&crew.li, door(&crew, 0), "血压平稳");
    let by_wang = log(&crew.wang, door(&crew, 1), "家中无异常");

    // Phone to phone to desk.
    let first = carry(&crew.li, &crew.wang);
    assert!(
        first.whole && first.by.as_deref() == Some("李文丽"),
        "{first:?}"
    );
    assert_eq!(
        (count(&crew.wang), state(&crew.wang, by_li)),
        (2, "from_file")
    );
    let second = carry(&crew.wang, &crew.office);
    assert!(second.whole && second.quarantined == 0, "{second:?}");
    assert_eq!(
        count(&crew.office),
        2,
        "li's visit came through wang's phone"
    );
    // And from the desk to a phone; the circle is closed.
    let third = carry(&crew.office, &crew.li);
    assert!(third.whole && third.known > 0, "{third:?}");
    assert_eq!(
        (count(&crew.li), state(&crew.li, by_wang)),
        (2, "from_file")
    );
    same(&[&crew.li, &crew.wang]);

    // Carried away is not at the hub, and nobody says so.
    assert_eq!(
        (state(&crew.li, by_li), state(&crew.wang, by_wang)),
        ("carried", "carried")
    );
    for phone in [&crew.li, &crew.wang] {
        let status = phone.status().unwrap();
        assert_eq!((status.pending_visits, status.at_hub_visits), (1, 0));
    }
}

#[test]
fn the_same_files_again_and_in_any_order_change_nothing_and_double_nothing() {
    let seed = std::env::var("DOORKNOCK_SEED").map_or(42, |seed| seed.parse().unwrap());
    eprintln!("DOORKNOCK_SEED={seed}");
    let mut rng = rand_chacha::ChaCha20Rng::seed_from_u64(seed);
    let crew = Crew::new(seed, &["G1"], 6);
    let homes = crew.homes();
    let mut files = Vec::new();
    for round in 0..6 {
        for (n, home) in homes.iter().enumerate() {
            log(
                home,
                door(&crew, rng.random_range(0..6)),
                &format!("第{round}次 {n}"),
            );
            if rng.random_bool(0.7) {
                files.push(file(home, FileScope::Missing));
            }
        }
        // Somebody reads some of what lies around.
        let home = homes[rng.random_range(0..3)];
        read(home, &files[rng.random_range(0..files.len())]);
    }
    files.extend(homes.map(|home| file(home, FileScope::Everything)));
    for home in homes {
        let mut order: Vec<usize> = (0..files.len()).chain(0..files.len()).collect();
        order.shuffle(&mut rng);
        for n in order {
            let done = read(home, &files[n]);
            assert_eq!((done.quarantined, done.whole), (0, true), "{done:?}");
        }
        assert_eq!((count(home), home.status().unwrap().waiting), (18, 0));
        let again = read(home, &files[0]);
        assert_eq!((again.pulled, again.pushed), (0, 0), "{again:?}");
    }
    same(&[&crew.li, &crew.wang]);
    // Then everybody meets the hub, which still holds each entry once.
    let before = homes.map(|home| home.dump_projections().unwrap());
    crew.sync();
    assert!(before == homes.map(|home| home.dump_projections().unwrap()));
    for home in homes {
        let status = home.status().unwrap();
        assert_eq!(
            (status.pending, status.quarantined, status.to_bring),
            (0, 0, 0)
        );
    }
}

#[test]
fn a_file_that_is_lost_shows_nothing_of_the_home_not_even_ids() {
    let crew = Crew::new(43, &["G1"], 6);
    let visit = log(&crew.li, door(&crew, 0), "老人独居，厨房水管漏水");
    let bytes = file(&crew.li, FileScope::Everything);
    let info = crew.li.community().unwrap().unwrap();
    let texts = [
        "老人独居",
        "李文丽",
        "周主任",
        "柳荫社区",
        "花园1",
        "住户1",
        "G1",
        "http://hub",
    ];
    let mut secrets: Vec<Vec<u8>> = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    for id in [
        info.id.0,
        info.member.0,
        info.device.0,
        door(&crew, 0).0,
        *visit.as_bytes(),
    ] {
        secrets.push(id.to_vec());
        secrets.push(
            id.iter()
                .flat_map(|b| format!("{b:02x}").into_bytes())
                .collect(),
        );
    }
    for secret in &secrets {
        // Two letters may stand anywhere by chance.
        let found = bytes.windows(secret.len()).any(|window| window == secret);
        assert!(
            !found || secret.len() < 6,
            "{:?}",
            String::from_utf8_lossy(secret)
        );
    }
    // The same home's files have nothing in common but the magic number and, so close, the length.
    let again = file(&crew.li, FileScope::Everything);
    assert_eq!(again[..8], bytes[..8]);
    let same = again
        .iter()
        .zip(&bytes)
        .skip(8)
        .filter(|(a, b)| a == b)
        .count();
    assert!(same < bytes.len() / 64, "{same} of {}", bytes.len());
    // Nearly all bytes of a uniform noise occur equally often.
    let mut counts = [0_usize; 256];
    bytes[8..]
        .iter()
        .for_each(|byte| counts[usize::from(*byte)] += 1);
    let mean = (bytes.len() - 8) / 256;
    assert!(counts.iter().all(|n| *n < 2 * mean + 32), "{counts:?}");
}

#[test]
fn another_communitys_phone_and_one_that_has_not_joined_cannot_read_it() {
    let crew = Crew::new(44, &["G1"], 2);
    let bytes = file(&crew.li, FileScope::Everything);
    let folder = tempfile::tempdir().unwrap();
    let elsewhere = World::new(folder.path(), 45);
    let other = elsewhere.office(&roster(&["G1"], 2)).unwrap();
    let error = other
        .sync_from_file(&mut &bytes[..], &mut |_| {})
        .unwrap_err();
    assert_eq!(error.code(), "file_not_ours");
    let fresh = elsewhere.create("fresh").unwrap();
    for result in [
        fresh
            .sync_from_file(&mut &bytes[..], &mut |_| {})
            .map(|_| ()),
        fresh
            .sync_to_file(&mut Vec::new(), FileScope::Missing)
            .map(|_| ()),
    ] {
        assert_eq!(result.unwrap_err().code(), "not_joined");
    }
    let mut newer = bytes.clone();
    newer[7] += 1;
    for (wrong, code) in [
        (&newer[..], "file_newer_version"),
        (b"%PDF-1.7 ..", "file_not_one"),
        (b"", "file_not_one"),
    ] {
        let error = crew
            .wang
            .sync_from_file(&mut &wrong[..], &mut |_| {})
            .unwrap_err();
        assert_eq!(error.code(), code);
    }
}

#[test]
fn a_workers_phone_passes_over_what_is_for_another_grid_and_the_office_takes_all() {
    let crew = Crew::new(46, &["G1", "G2"], 2);
    let zhao = crew.world.phone(&crew.office, "赵敏", &["G2"]).unwrap();
    let theirs = zhao.doors(None).unwrap()[0].door;
    log(&zhao, theirs, "二号网格的事");
    let bytes = file(&zhao, FileScope::Missing);
    let done = read(&crew.li, &bytes);
    assert!(done.not_for_us > 0 && done.quarantined == 0, "{done:?}");
    assert!(
        done.statements > 0,
        "whoever joined meanwhile is known by the charter in the file"
    );
    // Nor does it carry what it cannot judge.
    assert_eq!(
        (count(&crew.li), crew.li.status().unwrap().to_bring),
        (0, 0)
    );
    read(&crew.office, &bytes);
    assert_eq!(count(&crew.office), 1);
}
