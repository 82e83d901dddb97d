//! The write-ahead log beside the database, as SQLite's file format describes it: what a crash leaves
//! there, and what only damage does.
//!
//! SQLite ends the log at the first frame whose checksum does not fit, since that is how a commit that
//! power loss cut off looks. A commit is on the disk before the next one begins, so a frame that does
//! not fit in the middle is damage: opening would quietly drop every acknowledged commit after it,
//! and the next write would overwrite them.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

const HEADER: usize = 32;
const FRAME: usize = 24;
const MAGIC: u32 = 0x377f_0682;

/// The bytes of a page, of the log and of the database.
pub(crate) const PAGE: usize = 4096;

/// The log that belongs to a database.
pub(crate) fn beside(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

fn word(bytes: &[u8], at: usize) -> u32 {
    let word = bytes.get(at..at + 4).and_then(|b| b.try_into().ok());
    word.map_or(0, u32::from_be_bytes)
}

/// The running checksum of the format, over words in the order that the log's first bytes name.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
struct Sum(u32, u32);

impl Sum {
    fn over(mut self, bytes: &[u8], big: bool) -> Self {
        let word = |at: usize| {
            let word = word(bytes, at);
            if big { word } else { word.swap_bytes() }
        };
        for at in (0..bytes.len()).step_by(8) {
            self.0 = self.0.wrapping_add(word(at)).wrapping_add(self.1);
            self.1 = self.1.wrapping_add(word(at + 4)).wrapping_add(self.0);
        }
        self
    }
}

/// One frame: a version of a page.
struct Frame {
    page: u32,
    commits: bool,
    salts: [u8; 8],
    /// It follows whole frames and is whole.
    whole: bool,
    /// Where its page begins in the file.
    at: u64,
}

struct Frames<R> {
    from: R,
    header: [u8; HEADER],
    sum: Sum,
    whole: bool,
    at: u64,
}

impl<R: Read> Frames<R> {
    fn new(mut from: R) -> io::Result<Option<Self>> {
        let mut header = [0; HEADER];
        if !fill(&mut from, &mut header)? {
            return Ok(None);
        }
        let sum = Sum::default().over(&header[..24], word(&header, 0) & 1 == 1);
        let whole = word(&header, 0) & !1 == MAGIC
            && word(&header, 8) as usize == PAGE
            && sum == Sum(word(&header, 24), word(&header, 28));
        Ok(Some(Self {
            from,
            header,
            sum,
            whole,
            at: HEADER as u64,
        }))
    }

    fn next(&mut self) -> io::Result<Option<Frame>> {
        let mut bytes = vec![0; FRAME + PAGE];
        if !fill(&mut self.from, &mut bytes)? {
            return Ok(None);
        }
        let big = word(&self.header, 0) & 1 == 1;
        let sum = self.sum.over(&bytes[..8], big).over(&bytes[FRAME..], big);
        let mut salts = [0; 8];
        salts.copy_from_slice(&bytes[8..16]);
        self.whole &=
            salts == self.header[16..24] && sum == Sum(word(&bytes, 16), word(&bytes, 20));
        self.sum = sum;
        let at = self.at + FRAME as u64;
        self.at += (FRAME + PAGE) as u64;
        Ok(Some(Frame {
            page: word(&bytes, 0),
            commits: word(&bytes, 4) > 0,
            salts,
            whole: self.whole,
            at,
        }))
    }
}

/// Whether there was as much as the buffer takes.
fn fill(from: &mut impl Read, buffer: &mut [u8]) -> io::Result<bool> {
    match from.read_exact(buffer) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

fn frames(log: &Path) -> io::Result<Option<Frames<BufReader<File>>>> {
    match File::open(log) {
        Ok(file) => Frames::new(BufReader::new(file)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether a log has lost commits to damage: behind the first frame that does not fit, a later commit was
/// begun. Damage in the last commit cannot be told from a commit that was cut off.
pub(crate) fn is_damaged(log: &Path) -> io::Result<bool> {
    let Some(mut frames) = frames(log)? else {
        return Ok(false);
    };
    // A header is one write within a sector and on the disk before a frame follows: what is no header is
    // damage where something follows it. Zeros are space that was never written.
    let header_fits = frames.whole;
    let mut committed = false;
    while let Some(frame) = frames.next()? {
        if !header_fits && (frame.page, frame.salts) != (0, [0; 8]) {
            return Ok(true);
        }
        // Frames of before the log last began anew stay behind the end; they have other salts.
        if frame.whole || frame.salts != frames.header[16..24] {
            continue;
        }
        if committed {
            return Ok(true);
        }
        committed = frame.commits;
    }
    Ok(false)
}

/// The newest committed version of each page in a log, whether its frame is whole or not: pages
/// authenticate themselves.
pub(crate) fn committed_pages(log: &Path) -> io::Result<BTreeMap<u32, u64>> {
    let (mut committed, mut open) = (BTreeMap::new(), BTreeMap::new());
    let Some(mut frames) = frames(log)? else {
        return Ok(committed);
    };
    let mut salts = frames.whole.then_some([0; 8]);
    if let Some(salts) = &mut salts {
        salts.copy_from_slice(&frames.header[16..24]);
    }
    while let Some(frame) = frames.next()? {
        if *salts.get_or_insert(frame.salts) != frame.salts {
            continue;
        }
        open.insert(frame.page, frame.at);
        if frame.commits {
            committed.append(&mut open);
        }
    }
    Ok(committed)
}

/// The page at a place of a log.
pub(crate) fn page_at(log: &mut File, at: u64) -> io::Result<Vec<u8>> {
    let mut page = vec![0; PAGE];
    log.seek(SeekFrom::Start(at))?;
    log.read_exact(&mut page)?;
    Ok(page)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Options, Store};

    /// A log of so many commits, as a process that was killed leaves it.
    fn killed(commits: u32) -> (tempfile::TempDir, PathBuf, Vec<u8>) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("home.db");
        let mut store = Store::open(&path, &[7; 32], Options::default()).unwrap();
        store.maintain().unwrap();
        for n in 0..commits {
            store
                .write(|tx| tx.set_meta(&format!("k{n}"), &[1; 900]))
                .unwrap();
        }
        let bytes = std::fs::read(beside(&path)).unwrap();
        // Closing moves the log into the database; the copy stays as it was.
        let copy = dir.path().join("copy");
        std::fs::copy(&path, &copy).unwrap();
        std::fs::write(beside(&copy), &bytes).unwrap();
        (dir, copy, bytes)
    }

    #[test]
    fn a_log_cut_off_anywhere_is_what_power_loss_leaves() {
        let (_dir, path, bytes) = killed(6);
        for end in (0..bytes.len()).step_by(701) {
            std::fs::write(beside(&path), &bytes[..end]).unwrap();
            assert!(!is_damaged(&beside(&path)).unwrap(), "{end}");
        }
    }

    #[test]
    fn a_flipped_byte_before_the_last_commits_is_noticed_and_the_store_does_not_open() {
        let (_dir, path, bytes) = killed(6);
        let log = beside(&path);
        let mut frames = Frames::new(&bytes[..]).unwrap().unwrap();
        // The commits of before the log began anew still stand behind these.
        let whole = std::iter::from_fn(|| frames.next().unwrap().filter(|f| f.whole)).count();
        let early = HEADER + whole / 2 * (FRAME + PAGE);
        assert!(whole > 6);
        for at in (0..early).step_by(97) {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x20;
            std::fs::write(&log, &damaged).unwrap();
            assert!(is_damaged(&log).unwrap(), "{at}");
            let opened = Store::open(&path, &[7; 32], Options::default());
            assert!(matches!(opened, Err(crate::StoreError::Unreadable)), "{at}");
            assert_eq!(std::fs::read(&log).unwrap(), damaged, "{at}: kept");
        }
    }
}
