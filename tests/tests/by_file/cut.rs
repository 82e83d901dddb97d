//! Files that were cut or damaged: what verifies is taken in, and it is said that something is missing.

use doorknock::{FileRead, FileScope};
use doorknock_seal::file::FRAME;
use doorknock_tests::{Crew, roster};
use rand::{RngExt, SeedableRng};

use crate::{count, door, file, log, read, same};

const HEAD: usize = 40;
const SEALED: usize = FRAME + 16;

/// A file of several frames, of an office with a town's doors.
fn long_file(crew: &Crew) -> Vec<u8> {
    let many = roster(&["G1"], 400);
    let net = crew.world.net();
    crew.office
        .import(&many, Default::default(), &net, &mut |_, _| {})
        .unwrap();
    for n in 0..4 {
        log(&crew.office, door(crew, n), "走访正常");
    }
    let bytes = file(&crew.office, FileScope::Everything);
    assert!(
        bytes.len() > HEAD + 3 * SEALED,
        "{} bytes are too few frames",
        bytes.len()
    );
    bytes
}

fn attempt(crew: &Crew, bytes: &[u8]) -> Option<FileRead> {
    match crew.wang.sync_from_file(&mut &bytes[..], &mut |_| {}) {
        Ok(read) => Some(read),
        Err(error) => {
            assert!(
                ["file_not_ours", "file_not_one"].contains(&error.code()),
                "{}",
                error.code()
            );
            None
        }
    }
}

#[test]
fn cut_at_every_frame_what_is_before_the_cut_is_taken_in_and_the_rest_comes_later() {
    let crew = Crew::new(51, &["G1"], 6);
    let bytes = long_file(&crew);
    let frames = (bytes.len() - HEAD).div_ceil(SEALED);
    let mut entries = 0;
    for n in 0..=frames {
        let end = (HEAD + n * SEALED).min(bytes.len());
        // At the frame's end, and a byte before and behind it.
        for end in [end.saturating_sub(1), end, (end + 1).min(bytes.len())] {
            let whole = end == bytes.len();
            match attempt(&crew, &bytes[..end]) {
                Some(read) => {
                    assert_eq!((read.whole, read.quarantined), (whole, 0), "cut at {end}");
                    assert!(read.entries >= entries, "cut at {end}");
                    entries = read.entries;
                }
                None => assert!(
                    end < HEAD + SEALED,
                    "cut at {end}: its first frame is whole"
                ),
            }
        }
    }
    assert_eq!(count(&crew.wang), 4);
    read(&crew.li, &bytes);
    same(&[&crew.li, &crew.wang]);
    assert_eq!(crew.wang.status().unwrap().quarantined, 0);
}

#[test]
fn cut_and_damaged_anywhere_nothing_false_comes_in_and_the_whole_file_heals_it() {
    let seed = std::env::var("DOORKNOCK_SEED").map_or(52, |seed| seed.parse().unwrap());
    eprintln!("DOORKNOCK_SEED={seed}");
    let mut rng = rand_chacha::ChaCha20Rng::seed_from_u64(seed);
    let crew = Crew::new(seed, &["G1"], 6);
    let bytes = long_file(&crew);
    for _ in 0..40 {
        let mut broken = bytes.clone();
        let at = rng.random_range(0..broken.len());
        match rng.random_range(0..5) {
            0 => broken.truncate(at),
            1 => broken[at] ^= 1 << rng.random_range(0..8),
            2 => drop(broken.remove(at)),
            // A frame is repeated, or two are exchanged: numbered, so it is noticed.
            3 => {
                let frame = broken[HEAD..HEAD + SEALED].to_vec();
                broken.splice(HEAD + SEALED..HEAD + SEALED, frame);
            }
            _ => {
                let (one, two) = broken[HEAD..].split_at_mut(SEALED);
                one.swap_with_slice(&mut two[..SEALED]);
            }
        }
        if let Some(read) = attempt(&crew, &broken) {
            assert_eq!((read.whole, read.quarantined), (false, 0), "{read:?}");
        }
    }
    let whole = read(&crew.wang, &bytes);
    assert!(whole.whole);
    read(&crew.li, &bytes);
    same(&[&crew.li, &crew.wang]);
}

#[test]
fn a_medium_that_fails_while_it_is_read_or_written_loses_nothing_that_was_taken_in() {
    struct Fails<'b>(&'b [u8]);
    impl std::io::Read for Fails<'_> {
        fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
            if self.0.is_empty() {
                return Err(std::io::ErrorKind::Other.into());
            }
            std::io::Read::read(&mut self.0, out)
        }
    }
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let crew = Crew::new(53, &["G1"], 6);
    let bytes = long_file(&crew);
    let most = bytes.len() - 5;
    let result = crew
        .wang
        .sync_from_file(&mut Fails(&bytes[..most]), &mut |_| {});
    assert_eq!(result.unwrap_err().code(), "file_io");
    let rest = read(&crew.wang, &bytes);
    assert!(rest.known > 0 || rest.pulled < 160, "{rest:?}");
    let visit = log(&crew.li, door(&crew, 0), "未带出");
    let error = crew
        .li
        .sync_to_file(&mut Full, FileScope::Missing)
        .unwrap_err();
    assert_eq!(error.code(), "file_not_written");
    assert_eq!(crate::state(&crew.li, visit), "sealed");
}
