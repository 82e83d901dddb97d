//! A small disk for a test to fill, where the test may mount one.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

const FILLER: &str = "filler";

/// A file system in memory, of a size of its own, at a folder; unmounted when it is dropped.
pub struct SmallDisk(PathBuf);

impl SmallDisk {
    /// Mounts one. Where that is not permitted, the test was not run: it says so, and under `CI=true` it fails.
    ///
    /// # Panics
    /// Under `CI=true`, where it may not mount.
    #[must_use]
    #[allow(clippy::panic)] // a test's own ground
    pub fn mount(folder: &Path, mib: u32) -> Option<Self> {
        let mounted = fs::create_dir_all(folder).is_ok()
            && Command::new("mount")
                .args([
                    "-t",
                    "tmpfs",
                    "-o",
                    &format!("size={mib}m"),
                    "doorknock-test",
                ])
                .arg(folder)
                .output()
                .is_ok_and(|output| output.status.success());
        if mounted {
            return Some(Self(folder.to_owned()));
        }
        let said = "NOT RUN: this test fills a small disk and may not mount one; run it as root";
        assert!(std::env::var("CI").as_deref() != Ok("true"), "{said}");
        eprintln!("{said}");
        None
    }

    /// Fills it, but for so many bytes.
    ///
    /// # Errors
    /// The disk's, other than that it is full.
    pub fn fill_but(&self, bytes: usize) -> io::Result<()> {
        self.free()?;
        let mut filler = fs::File::create(self.0.join(FILLER))?;
        let block = vec![0xaa; 4096];
        loop {
            match filler.write_all(&block) {
                Ok(()) => (),
                Err(error) if error.kind() == ErrorKind::StorageFull => break,
                Err(error) => return Err(error),
            }
        }
        let length = filler.metadata()?.len();
        filler.set_len(length.saturating_sub(bytes as u64))
    }

    /// Frees what the filler took.
    ///
    /// # Errors
    /// The disk's.
    pub fn free(&self) -> io::Result<()> {
        match fs::remove_file(self.0.join(FILLER)) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: a home that the failing test still holds must not keep it.
        let _ = Command::new("umount").arg("-l").arg(&self.0).output();
    }
}
