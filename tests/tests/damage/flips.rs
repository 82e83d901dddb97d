//! Bytes flipped, blocks zeroed, files cut short: opening and reading either work and say what is true, or
//! say that the home is unreadable, and keep the file.

use doorknock::{Doorknock, Error};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;

use crate::scene::{PAGE, Scene, summaries};

/// What a home says that does not read.
const CODES: [&str; 4] = [
    "home_unreadable",
    "home_damaged",
    "database",
    "document_unreadable",
];

/// Everything a person can look at.
#[derive(PartialEq)]
struct Seen {
    visits: Vec<String>,
    projections: Vec<String>,
    pending: u64,
    drafts: usize,
    doors: usize,
    found: usize,
}

fn look(home: &Doorknock) -> Result<Seen, Error> {
    let visits = home.visits(None, u32::MAX)?;
    let mut visits: Vec<_> = visits.into_iter().filter_map(|v| v.summary).collect();
    visits.sort();
    Ok(Seen {
        visits,
        projections: home.dump_projections()?,
        pending: home.status()?.pending,
        drafts: home.drafts()?.len(),
        doors: home.round(None, None)?.items.len(),
        found: home.search("早饭", 500)?.len(),
    })
}

/// Where damage was noticed.
#[derive(Debug, Default)]
struct Noticed {
    opening: u32,
    reading: u32,
    by_doctor: u32,
    never: u32,
}

impl Noticed {
    /// Opens a damaged home and looks at everything; what is shown is what a sound home shows.
    fn try_one(&mut self, scene: &Scene, sound: &Seen, bytes: &[u8], what: &str) {
        let from = scene.copy("damaged", bytes, None);
        let home = match scene.world.open("damaged", None) {
            Ok(home) => home,
            Err(error) => {
                assert!(CODES.contains(&error.code()), "{what}: {}", error.code());
                assert!(
                    std::fs::read(from.join("home.db")).unwrap() == bytes,
                    "{what}: kept"
                );
                self.opening += 1;
                return;
            }
        };
        match look(&home) {
            Err(error) => {
                assert!(CODES.contains(&error.code()), "{what}: {}", error.code());
                self.reading += 1;
                return;
            }
            Ok(seen) => assert!(seen == *sound, "{what}: something else is shown"),
        }
        let doctor = home.doctor().unwrap();
        if doctor.ok() {
            self.never += 1;
        } else {
            self.by_doctor += 1;
        }
    }
}

#[test]
fn a_flipped_byte_or_a_zeroed_block_is_never_shown_as_something_else_and_doctor_notices_each() {
    let scene = Scene::new(11);
    let bytes = scene.database();
    scene.copy("damaged", &bytes, None);
    let sound = look(&scene.world.open("damaged", None).unwrap()).unwrap();
    let mut rng = ChaCha20Rng::seed_from_u64(11);
    let mut noticed = Noticed::default();
    let mut positions: Vec<usize> = (0..PAGE).step_by(256).collect();
    positions.extend((1..bytes.len() / PAGE).map(|page| page * PAGE + rng.random_range(0..PAGE)));
    for (n, at) in positions.iter().enumerate() {
        let mut damaged = bytes.clone();
        if n % 4 == 3 {
            let block = at / 512 * 512;
            damaged[block..block + 512].fill(0);
        } else {
            damaged[*at] ^= 1 << rng.random_range(0..8);
        }
        noticed.try_one(&scene, &sound, &damaged, &format!("byte {at}"));
    }
    eprintln!("{} positions: {noticed:?}", positions.len());
    assert_eq!(noticed.never, 0, "damage that nothing notices");
}

#[test]
fn a_file_cut_short_or_gone_or_another_key_is_refused() {
    let scene = Scene::new(12);
    let bytes = scene.database();
    scene.copy("damaged", &bytes, None);
    let sound = look(&scene.world.open("damaged", None).unwrap()).unwrap();
    let mut noticed = Noticed::default();
    let mut rng = ChaCha20Rng::seed_from_u64(12);
    for _ in 0..40 {
        let end = rng.random_range(0..bytes.len());
        noticed.try_one(&scene, &sound, &bytes[..end], &format!("cut at {end}"));
    }
    assert_eq!(noticed.opening, 40, "{noticed:?}");
    let from = scene.copy("damaged", &bytes, None);
    std::fs::write(from.join("key"), [9; 32]).unwrap();
    let code = |name| scene.world.open(name, None).err().unwrap().code();
    assert_eq!(code("damaged"), "home_unreadable");
    assert!(std::fs::read(from.join("home.db")).unwrap() == bytes);
    std::fs::remove_file(from.join("home.db")).unwrap();
    assert_eq!(code("damaged"), "no_home");
}

#[test]
fn a_flipped_byte_in_the_log_costs_at_most_the_last_commit_or_the_home_does_not_open() {
    const COMMITS: usize = 12;
    let scene = Scene::new(13);
    let home = scene.world.open("li", None).unwrap();
    let before = summaries(&home).len();
    for n in 0..COMMITS {
        let summary = format!("li在日志里{n}");
        home.log_visit(&doorknock_tests::visit(scene.doors[n], &summary))
            .unwrap();
    }
    let database = scene.database();
    let log = std::fs::read(scene.world.home("li").join("home.db-wal")).unwrap();
    drop(home);
    let (mut refused, mut unharmed, mut last) = (0, 0, 0);
    let mut rng = ChaCha20Rng::seed_from_u64(13);
    for _ in 0..120 {
        let at = rng.random_range(0..log.len());
        let mut damaged = log.clone();
        damaged[at] ^= 1 << rng.random_range(0..8);
        let from = scene.copy("damaged", &database, Some(&damaged));
        match scene.world.open("damaged", None) {
            Err(error) => {
                assert_eq!(error.code(), "home_unreadable", "byte {at}");
                assert!(
                    std::fs::read(from.join("home.db-wal")).unwrap() == damaged,
                    "{at}: kept"
                );
                refused += 1;
            }
            Ok(home) => match before + COMMITS - summaries(&home).len() {
                0 => unharmed += 1,
                1 => last += 1,
                lost => panic!(
                    "byte {at} of {}: {lost} visits vanished silently",
                    log.len()
                ),
            },
        }
    }
    eprintln!(
        "{} bytes of log, 120 flips: {refused} refused, {unharmed} harmless, {last} took the last commit",
        log.len()
    );
    assert!(refused > 0);
}

#[test]
fn recording_goes_on_after_a_page_did_not_read() {
    let scene = Scene::new(14);
    let bytes = scene.database();
    let mut went_on = 0;
    for page in (10..bytes.len() / PAGE).step_by(11) {
        let mut damaged = bytes.clone();
        damaged[page * PAGE + 99] ^= 4;
        scene.copy("damaged", &damaged, None);
        let Ok(home) = scene.world.open("damaged", None) else {
            continue;
        };
        if look(&home).is_ok() {
            continue;
        }
        let door = scene.doors[page % scene.doors.len()];
        match home.log_visit(&doorknock_tests::visit(door, "坏页之后")) {
            Ok(_) => went_on += 1,
            Err(error) => assert!(CODES.contains(&error.code()), "{}", error.code()),
        }
    }
    eprintln!("after {went_on} pages that did not read, a visit was recorded");
    assert!(went_on >= 3);
}
