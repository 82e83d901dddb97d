//! Starting other programs, and stopping with a reason.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Why a task ended early.
#[derive(Debug)]
pub(crate) struct Stop {
    /// One line.
    pub(crate) said: String,
    /// 2 for usage, 3 where something is lacking that cannot be had here, 1 for everything else.
    pub(crate) exit: u8,
}

const LACKING: u8 = 3;

/// What tasks give back.
pub(crate) type Done<T = ()> = Result<T, Stop>;

impl Stop {
    /// A failure.
    pub(crate) fn new(said: impl Into<String>) -> Self {
        let said = said.into();
        Self { said, exit: 1 }
    }

    /// It cannot be done on this machine; elsewhere it may.
    pub(crate) fn lacking(said: impl Into<String>) -> Self {
        let said = said.into();
        Self {
            said,
            exit: LACKING,
        }
    }

    /// Whether that is so.
    pub(crate) fn is_lacking(&self) -> bool {
        self.exit == LACKING
    }

    /// The command line cannot be followed.
    pub(crate) fn usage(said: impl Into<String>) -> Self {
        let said = said.into();
        Self { said, exit: 2 }
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::new(error.to_string())
    }
}

/// The workspace's folder: cargo tells it, also after the folder was moved.
pub(crate) fn root() -> PathBuf {
    let built = env!("CARGO_MANIFEST_DIR");
    let here = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| built.into());
    Path::new(&here)
        .parent()
        .map_or_else(PathBuf::new, Path::to_path_buf)
}

/// A program, to be run in the workspace's folder.
pub(crate) fn program(name: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(name);
    command.current_dir(root()).stdin(Stdio::null());
    command
}

/// The cargo that runs this.
pub(crate) fn cargo(args: &[&str]) -> Command {
    let mut command = program(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(args);
    command
}

/// Says what is run, runs it, and stops if it fails.
pub(crate) fn must(command: &mut Command) -> Done {
    say(command);
    let status = command.status().map_err(|e| cannot(command, &e))?;
    if status.success() {
        Ok(())
    } else {
        Err(Stop::new(format!("failed: {}", line(command))))
    }
}

/// Whether it can be run and is content; what it prints is not shown.
pub(crate) fn quiet(name: &str, args: &[&str]) -> bool {
    let mut command = program(name);
    command.args(args).stdout(Stdio::null());
    let status = command.stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

/// A program that could not be started.
pub(crate) fn cannot(command: &Command, error: &io::Error) -> Stop {
    Stop::new(format!("cannot run {}: {error}", line(command)))
}

/// Shows what is run.
pub(crate) fn say(command: &Command) {
    println!("$ {}", line(command));
}

/// The start of a step.
pub(crate) fn heading(name: &str) {
    println!("\n=== {name} ===");
}

/// Whether nobody watches, so that what cannot be run is a failure.
pub(crate) fn in_ci() -> bool {
    std::env::var_os("CI").is_some_and(|ci| !ci.is_empty() && ci != "false" && ci != "0")
}

fn line(command: &Command) -> String {
    let name = Path::new(command.get_program());
    let name = name.file_name().unwrap_or(command.get_program());
    let words = std::iter::once(name).chain(command.get_args());
    let words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
    words.join(" ")
}
