//! What runs in Python: the binding, generated from the library that was just built, against a real hub; and the
//! second reader of the wire format, over the golden vectors.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::artifacts::build;
use crate::run::{Done, Stop, must, program, root};

/// Builds and generates; what to run then.
pub(super) fn prepare() -> Done<Command> {
    let built = build(&["doorknock-ffi", "doorknock-hub", "uniffi-bindgen"])?;
    let library = built.library("doorknock_ffi")?;
    let target = library.parent().and_then(Path::parent);
    let target = target.ok_or_else(|| Stop::new("cargo built into no folder"))?;
    let module = target.join("bindings/python");
    fs::create_dir_all(&module)?;
    let mut generate = program(built.program("uniffi-bindgen")?);
    generate.args([
        "generate",
        "--no-format",
        "--language",
        "python",
        "--out-dir",
    ]);
    must(generate.arg(&module).arg(library))?;
    // The module loads the library that lies beside it.
    if let Some(name) = library.file_name() {
        fs::copy(library, module.join(name))?;
    }
    let mut test = program("python3");
    test.args(["-m", "unittest", "discover", "-v"]);
    test.args(["-s", "tests/foreign/python"]);
    test.env("DOORKNOCK_BINDINGS", &module);
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
