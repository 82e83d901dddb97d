//! The program, a home, and how what it prints is read.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_doorknock"));
    command
        .env_clear()
        .env("LANG", "zh_CN.UTF-8")
        .stdin(Stdio::null());
    command
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A home and what is done in it.
pub(crate) struct Home(pub(crate) PathBuf);

impl Home {
    pub(crate) fn run<S: AsRef<OsStr>>(&self, args: &[S]) -> Output {
        program()
            .arg("--home")
            .arg(&self.0)
            .args(args)
            .output()
            .unwrap()
    }

    /// The one object on standard output of a command that succeeds.
    pub(crate) fn json(&self, args: &[&str]) -> Value {
        let output = self.run(&[args, &["--json"]].concat());
        let said = text(&output.stderr);
        assert_eq!(
            output.status.code(),
            Some(0),
            "{args:?}: {said}{}",
            text(&output.stdout)
        );
        assert_eq!(said, "", "{args:?}");
        object(&output)
    }

    /// The error object of a command that fails.
    pub(crate) fn error(&self, args: &[&str], exit: i32) -> Value {
        let output = self.run(&[args, &["--json"]].concat());
        assert_eq!(output.status.code(), Some(exit), "{args:?}");
        assert_eq!(text(&output.stderr), "", "{args:?}");
        let error = object(&output);
        assert_eq!(keys(&error), ["code", "message"], "{args:?}");
        error
    }
}

pub(crate) fn object(output: &Output) -> Value {
    let out = text(&output.stdout);
    assert_eq!(out.lines().count(), 1, "{out}");
    let value: Value = serde_json::from_str(&out).unwrap();
    assert!(value.is_object(), "{out}");
    value
}

pub(crate) fn keys(value: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> = value
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    keys.sort_unstable();
    keys
}

pub(crate) fn roster() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/sample-roster.csv")
}
