//! Building programs and libraries, and finding where cargo put them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::run::{Done, Stop, cannot, cargo, say};

/// The files of a build.
pub(crate) struct Artifacts(Vec<PathBuf>);

/// Builds packages as they are for development.
pub(crate) fn build(packages: &[&str]) -> Done<Artifacts> {
    build_as(packages, "dev")
}

/// Builds packages in a profile of cargo's.
pub(crate) fn build_as(packages: &[&str], profile: &str) -> Done<Artifacts> {
    let mut command = cargo(&["build", "--message-format=json-render-diagnostics"]);
    command.args(["--profile", profile]);
    command.args(packages.iter().flat_map(|package| ["-p", package]));
    command.stderr(Stdio::inherit());
    say(&command);
    let output = command.output().map_err(|e| cannot(&command, &e))?;
    if !output.status.success() {
        return Err(Stop::new(format!("{} does not build", packages.join(", "))));
    }
    let messages = String::from_utf8_lossy(&output.stdout);
    Ok(Artifacts(files(&messages)))
}

/// Builds a library as apps get it, in one form: `cdylib` or `staticlib`. Cargo optimises across crates only where
/// it is asked for one form alone; with all that a package declares the library is two megabytes larger.
pub(crate) fn for_phones(package: &str, form: &str) -> Command {
    cargo(&[
        "rustc",
        "--profile",
        "phone",
        "-p",
        package,
        "--lib",
        "--crate-type",
        form,
    ])
}

/// The files that cargo's messages name.
fn files(messages: &str) -> Vec<PathBuf> {
    let messages = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut files = Vec::new();
    for message in messages {
        let named = message["filenames"].as_array().into_iter().flatten();
        files.extend(named.filter_map(|file| file.as_str().map(PathBuf::from)));
    }
    files
}

impl Artifacts {
    /// A program.
    pub(crate) fn program(&self, name: &str) -> Done<&Path> {
        self.file(&format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }

    /// A shared library, by the name it has in Rust.
    pub(crate) fn library(&self, name: &str) -> Done<&Path> {
        use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
        self.file(&format!("{DLL_PREFIX}{name}{DLL_SUFFIX}"))
    }

    /// A static library, by the name it has in Rust.
    pub(crate) fn archive(&self, name: &str) -> Done<&Path> {
        self.file(&format!("lib{name}.a"))
    }

    fn file(&self, name: &str) -> Done<&Path> {
        let found = self
            .0
            .iter()
            .find(|path| path.file_name() == Some(name.as_ref()));
        let found = found.map(PathBuf::as_path);
        found.ok_or_else(|| Stop::new(format!("cargo built no {name}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_found_by_their_whole_name() {
        let messages = "not json\n\
            {\"reason\":\"compiler-artifact\",\"filenames\":[\"/t/doorknock-hub\"]}\n\
            {\"reason\":\"build-finished\",\"success\":true}\n\
            {\"reason\":\"compiler-artifact\",\"filenames\":[\"/t/libx.rlib\",\"/t/doorknock\"]}\n";
        let built = Artifacts(files(messages));
        assert_eq!(
            built.program("doorknock").unwrap(),
            Path::new("/t/doorknock")
        );
        assert!(built.program("door").is_err());
        assert!(built.library("x").is_err());
    }
}
