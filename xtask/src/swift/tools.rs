//! Where Swift is: on this machine, or in a folder with a small Debian that is made for it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::run::{Done, Stop, cannot, program, quiet, root};

/// The Swift that builds here.
#[derive(Debug)]
pub(crate) enum Swift {
    /// This machine's own.
    Here,
    /// The one in this folder, entered for each command (`xtask/swift/in.sh`).
    Inside(PathBuf),
}

/// What `xtask/swift/root.sh` exits with where it cannot make the folder at all.
const CANNOT: i32 = 3;

/// Finds Swift 6, or makes the folder that holds one.
///
/// # Errors
/// [`Stop::lacking`] where there is none and none can be made.
pub(crate) fn find() -> Done<Swift> {
    if here() {
        return Ok(Swift::Here);
    }
    if !cfg!(target_os = "linux") {
        return Err(Stop::lacking("Swift 6 is missing: install Xcode 16"));
    }
    let mut make = program(root().join("xtask/swift/root.sh"));
    make.stderr(Stdio::inherit());
    let made = make.output().map_err(|e| cannot(&make, &e))?;
    if made.status.success() {
        let path = String::from_utf8_lossy(&made.stdout);
        return Ok(Swift::Inside(path.trim().into()));
    }
    if made.status.code() == Some(CANNOT) {
        return Err(Stop::lacking(
            "Swift 6 is missing, and none can be made here",
        ));
    }
    Err(Stop::new("Swift could not be provisioned"))
}

fn here() -> bool {
    let said = program("swift").arg("--version").output();
    said.is_ok_and(|said| version(&String::from_utf8_lossy(&said.stdout)) >= Some(6))
}

/// The major version that `swift --version` tells.
fn version(said: &str) -> Option<u32> {
    let behind = said.split_once("Swift version ")?.1;
    behind.split('.').next()?.parse().ok()
}

impl Swift {
    /// A command of it, in a folder of the repository, with these variables set.
    pub(crate) fn command(&self, folder: &Path, set: &[(&str, &Path)], words: &[&str]) -> Command {
        let mut command = match self {
            Self::Here => {
                let mut command = program(words.first().copied().unwrap_or("swift"));
                command.args(words.iter().skip(1));
                command.envs(set.iter().copied());
                command
            }
            Self::Inside(swift) => {
                let mut command = program(root().join("xtask/swift/in.sh"));
                command.arg(swift).arg("--bind").arg(root());
                for (name, value) in set {
                    command.arg("--set");
                    command.arg(format!("{name}={}", value.display()));
                }
                command.arg("--").args(words);
                command
            }
        };
        command.current_dir(folder);
        command
    }
}

/// Whether this machine builds for Apple's systems.
pub(crate) fn apple() -> bool {
    cfg!(target_os = "macos") && quiet("xcodebuild", &["-version"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_read_from_every_distributors_words() {
        let table = [
            (
                "Swift version 6.0.3 (swift-6.0.3-RELEASE)\nTarget: x86_64",
                Some(6),
            ),
            (
                "swift-driver version: 1.115\nApple Swift version 5.10 (…)",
                Some(5),
            ),
            ("OpenStack Swift 2.1", None),
        ];
        for (said, expected) in table {
            assert_eq!(version(said), expected, "{said}");
        }
    }
}
