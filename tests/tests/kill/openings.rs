//! Killed while a home is opened that has work to do first: its projections made anew, its tables brought
//! up to date.

use std::path::Path;
use std::time::Duration;

use doorknock::{Doorknock, Env, FileKeyStore};
use doorknock_store::{Options, Store};
use doorknock_tests::{World, roster, visit};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;

use super::{setting, worker};

const KILLS: u64 = 12;

/// Opens a home in a process of its own and kills it some moments later; whether it was still at it.
fn cut_off(home: &Path, rng: &mut ChaCha20Rng, longest_ms: u64) -> bool {
    let mut process = worker(home, "open", &[]);
    assert_eq!(process.next_line().as_deref(), Some("opening"));
    // Any moment will do, for what holds must hold at each.
    std::thread::sleep(Duration::from_micros(
        rng.random_range(0..=longest_ms * 1000),
    ));
    let said_nothing = !process.backlog().iter().any(|line| line == "opened");
    process.kill_if_running() && said_nothing
}

fn open(home: &Path) -> Doorknock {
    Doorknock::open(home, &FileKeyStore::new(home.join("key")), Env::system()).unwrap()
}

fn store(home: &Path) -> Store {
    let key = std::fs::read(home.join("key")).unwrap().try_into().unwrap();
    Store::open(&home.join("home.db"), &key, Options::default()).unwrap()
}

#[test]
fn a_home_killed_while_its_projections_are_made_anew_makes_them_at_the_next_opening() {
    let seed = setting("DOORKNOCK_SEED", 1);
    eprintln!("again: DOORKNOCK_SEED={seed} cargo test -p doorknock-tests --test kill");
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let folder = tempfile::tempdir().unwrap();
    let world = World::new(folder.path(), seed);
    let office = world.office(&roster(&["G1"], 20)).unwrap();
    let doors = office.doors(None).unwrap();
    for n in 0..150 {
        let door = doors[n % doors.len()].door;
        office.log_visit(&visit(door, &format!("第{n}次"))).unwrap();
    }
    let before = office.dump_projections().unwrap();
    drop(office);
    let home = world.home("office");
    let mut cut = 0;
    for n in 0..KILLS {
        // As after an update whose projector is another.
        store(&home)
            .write(|tx| tx.set_meta_number("projector", 1))
            .unwrap();
        let killed = cut_off(&home, &mut rng, 40 * n);
        let old = store(&home)
            .view()
            .unwrap()
            .meta_number("projector")
            .unwrap()
            == 1;
        cut += u32::from(killed && old);
        let open = open(&home);
        assert!(open.dump_projections().unwrap() == before);
        assert!(open.doctor().unwrap().ok());
        assert_eq!(open.status().unwrap().pending_visits, 150);
    }
    eprintln!("{cut} of {KILLS} kills came before the rebuild was done");
    assert!(cut > 0);
}

#[test]
fn a_home_of_the_first_version_killed_while_it_is_brought_up_to_date_has_everything() {
    let seed = setting("DOORKNOCK_SEED", 1);
    eprintln!("again: DOORKNOCK_SEED={seed} cargo test -p doorknock-tests --test kill");
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let frozen = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/frozen/0001-first-light");
    let mut cut = 0;
    for n in 0..KILLS {
        let folder = tempfile::tempdir().unwrap();
        std::fs::copy(frozen.join("home.db"), folder.path().join("home.db")).unwrap();
        std::fs::copy(frozen.join("home.key"), folder.path().join("key")).unwrap();
        for longest_ms in [10 * n, 60 * n] {
            cut += u32::from(cut_off(folder.path(), &mut rng, longest_ms));
        }
        let home = open(folder.path());
        assert_eq!(home.visits(None, 100).unwrap().len(), 5);
        assert_eq!(home.doors(None).unwrap().len(), 20);
        assert_eq!(home.status().unwrap().pending_visits, 5);
        assert!(home.doctor().unwrap().ok());
    }
    eprintln!("{cut} of {} kills came before the home was open", 2 * KILLS);
    assert!(cut > 0);
}
