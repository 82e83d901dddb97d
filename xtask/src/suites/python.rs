//! What runs in Python: the binding, generated from the library that was just built, against a real hub; and the
//! second reader of the wire format, over the golden vectors.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::artifacts::build;
use crate::run::{Done, Stop, must, program, root};

/// Builds and generates; what to run then.
pub(super) fn prepare() -> Done<Command> {
    let built = build(&[
        "doorknock-ffi",
        "doorknock-testing",
        "doorknock-hub",
        "uniffi-bindgen",
    ])?;
    let library = built.library("doorknock_ffi")?;
    let target = library.parent().and_then(Path::parent);
    let target = target.ok_or_else(|| Stop::new("cargo built into no folder"))?;
    let modules = target.join("bindings/python");
    fs::create_dir_all(&modules)?;
    for name in ["doorknock_ffi", "doorknock_testing"] {
        let library = built.library(name)?;
        let mut generate = program(built.program("uniffi-bindgen")?);
        generate.args(["generate", "--no-format", "--language", "python"]);
        generate.args(["--crate", name, "--out-dir"]);
        must(generate.arg(&modules).arg(library))?;
        // A module loads the library that lies beside it.
        if let Some(file) = library.file_name() {
            fs::copy(library, modules.join(file))?;
        }
    }
    let mut test = program("python3");
    test.args(["-m", "unittest", "discover", "-v"]);
    test.args(["-s", "tests/foreign/python"]);
    test.env("DOORKNOCK_BINDINGS", &modules);
    test.env("DOORKNOCK_HUB", built.program("doorknock-hub")?);
    test.env("PYTHONDONTWRITEBYTECODE", "1");
    Ok(test)
}

/// The second reader, in an environment of its own with the two packages that it uses.
pub(super) fn vectors() -> Done<Command> {
    let folder = root().join("target/vectors-venv");
    let python = folder.join("bin/python");
    if !python.is_file() {
        must(program("python3").args(["-m", "venv"]).arg(&folder))?;
    }
    let mut install = program(&python);
    install.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ]);
    must(install.args(["-r", "tests/vectors/requirements.txt"]))?;
    let mut test = program(&python);
    test.args(["-m", "unittest", "-v", "test_vectors"]);
    test.current_dir(root().join("tests/vectors"));
    test.env("PYTHONDONTWRITEBYTECODE", "1");
    Ok(test)
}
