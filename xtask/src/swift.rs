//! The Swift package: what it is built from, and the Swift that builds it.

pub(crate) mod archive;
pub(crate) mod bench;
mod calls;
mod tools;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::UNIX_EPOCH;

use crate::artifacts::{Artifacts, build_as};
use crate::guide::put;
use crate::run::{Done, Stop, must, program, root};

pub(crate) use tools::{Swift, apple, find};

/// A crate of which Swift gets a module and an archive.
pub(crate) struct Module {
    /// As Rust names it.
    pub(crate) krate: &'static str,
    /// As cargo names its package.
    pub(crate) package: &'static str,
    /// The generated module.
    pub(crate) swift: &'static str,
    /// The module of its C functions.
    pub(crate) ffi: &'static str,
    /// What Swift links.
    pub(crate) archive: &'static str,
}

/// The core, and the in-memory hub for tests.
pub(crate) const MODULES: [Module; 2] = [
    Module {
        krate: "doorknock_ffi",
        package: "doorknock-ffi",
        swift: "DoorknockCore",
        ffi: "DoorknockCoreFFI",
        archive: "libdoorknock_core.a",
    },
    Module {
        krate: "doorknock_testing",
        package: "doorknock-testing",
        swift: "DoorknockTestingCore",
        ffi: "DoorknockTestingFFI",
        archive: "libdoorknock_testing.a",
    },
];

/// All that a build of the Swift package needs beside its sources.
pub(crate) struct Prepared {
    swift: Swift,
    /// Holds the archives.
    archives: PathBuf,
    hub: PathBuf,
}

/// Builds the core, writes the generated sources into `ios-shim`, and hides what the archives hold.
pub(crate) fn prepare() -> Done<Prepared> {
    prepare_as("dev")
}

fn prepare_as(profile: &str) -> Done<Prepared> {
    let swift = find()?;
    let built = sources(profile)?;
    Ok(Prepared {
        swift,
        archives: archives(&built, profile)?,
        hub: built.program("doorknock-hub")?.to_owned(),
    })
}

/// The generated sources, and what they were generated from.
pub(crate) fn sources(profile: &str) -> Done<Artifacts> {
    let mut packages = MODULES.map(|module| module.package).to_vec();
    packages.extend(["doorknock-hub", "uniffi-bindgen"]);
    let built = build_as(&packages, profile)?;
    for module in &MODULES {
        module_sources(&built, module)?;
    }
    Ok(built)
}

/// Generates a module's Swift and its C header into the package.
fn module_sources(built: &Artifacts, module: &Module) -> Done {
    let package = root().join("ios-shim/Sources");
    let fresh = root().join("target/swift/generated");
    generate(built, module, &fresh)?;
    let swift = format!("{}.swift", module.swift);
    let text = fs::read_to_string(fresh.join(&swift))?;
    let text = renamed_throughout(&text);
    let there = package.join(module.swift).join(&swift);
    let builds = root().join("target/swift/build");
    if builds.is_dir() && fs::read_to_string(&there).is_ok_and(|old| old != text) {
        // Seen with Swift 6.0: a build went on with code that was compiled against an earlier shape of a
        // record, and the program died.
        fs::remove_dir_all(builds)?;
    }
    put(&there, &text)?;
    let declared = fs::read_to_string(fresh.join(format!("{}.h", module.ffi)))?;
    put(&header(module), &renamed_throughout(&declared))?;
    put(
        &package.join(module.ffi).join("module.modulemap"),
        &module_map(module, ""),
    )?;
    if module.swift == "DoorknockCore" {
        agrees(&text)?;
        let calls = calls::write(&text)?;
        put(&package.join("Doorknock/Generated/Calls.swift"), &calls)?;
    }
    Ok(())
}

/// Whether the generated module and what is written by hand fit together.
fn agrees(module: &str) -> Done {
    let ambiguous = calls::ambiguous(module);
    if !ambiguous.is_empty() {
        let names = ambiguous.join(", ");
        return Err(Stop::new(format!(
            "{names}: Swift has these names; give others in bindings/ffi/uniffi.toml"
        )));
    }
    let network = root().join("ios-shim/Sources/Doorknock/Home/Network.swift");
    let network = fs::read_to_string(network)?;
    let mut carried = calls::carried(module)?;
    carried.retain(|call| !network.contains(&format!("core.{call}(")));
    if !carried.is_empty() {
        let calls = carried.join(", ");
        return Err(Stop::new(format!("Network.swift does not carry {calls}")));
    }
    Ok(())
}

/// uniffi 0.32 misses two places where `uniffi.toml` renames: what an object's constructors return, and the name of
/// the C function that takes a trait's methods, which is the library's and must stay.
fn renamed_throughout(generated: &str) -> String {
    let places = [
        ("-> Doorknock ", "-> CoreHome "),
        (
            "FfiConverterTypeDoorknock_lift(",
            "FfiConverterTypeCoreHome_lift(",
        ),
        ("callback_vtable_homeclock", "callback_vtable_clock"),
    ];
    let renamed = |text: String, (missed, right): (&str, &str)| text.replace(missed, right);
    places.into_iter().fold(generated.to_owned(), renamed)
}

/// Runs the generator on the library that was just built.
pub(crate) fn generate(built: &Artifacts, module: &Module, out: &Path) -> Done {
    fs::create_dir_all(out)?;
    let mut generate = program(built.program("uniffi-bindgen")?);
    generate.args([
        "generate",
        "--no-format",
        "--language",
        "swift",
        "--out-dir",
    ]);
    must(generate.arg(out).arg(built.library(module.krate)?))
}

/// Where the C side of a generated module is declared.
pub(crate) fn header(module: &Module) -> PathBuf {
    let name = module.ffi;
    root().join(format!("ios-shim/Sources/{name}/{name}.h"))
}

/// How clang finds it; in a framework, of which kind it is stands before `module`.
pub(crate) fn module_map(module: &Module, kind: &str) -> String {
    let name = module.ffi;
    format!("{kind}module {name} {{\n    header \"{name}.h\"\n    export *\n}}\n")
}

/// The folder with the archives, made anew when one of the libraries was. SwiftPM does not know that an archive is
/// something it links and keeps yesterday's program; the folder's name is part of its command line, so another name
/// makes it link again.
fn archives(built: &Artifacts, profile: &str) -> Done<PathBuf> {
    let all = root().join("target/swift/archives").join(profile);
    let mut stamp = 0;
    for module in &MODULES {
        let made = fs::metadata(built.archive(module.krate)?)?.modified()?;
        let made = made.duration_since(UNIX_EPOCH).unwrap_or_default();
        stamp = made.as_nanos().max(stamp);
    }
    let folder = all.join(format!("{stamp:x}"));
    if folder.is_dir() {
        return Ok(folder);
    }
    if all.is_dir() {
        fs::remove_dir_all(&all)?;
    }
    let half = all.join("half");
    fs::create_dir_all(&half)?;
    for module in &MODULES {
        let library = built.archive(module.krate)?;
        let header = fs::read_to_string(header(module))?;
        let functions = archive::functions(&header);
        archive::hide(library, &functions, &half.join(module.archive))?;
    }
    fs::rename(&half, &folder)?;
    Ok(folder)
}

/// Where a package is built. Each has a place of its own: SwiftPM takes another package's plan for its last one.
fn scratch(package: &str) -> PathBuf {
    let name = package.replace('/', "-");
    root().join("target/swift/build").join(name)
}

impl Prepared {
    /// A command of SwiftPM on a package of the repository, `test` or `build`, with what it needs in its environment.
    pub(crate) fn package(&self, what: &str, package: &str, more: &[&str]) -> Done<Command> {
        let scratch = scratch(package);
        fs::create_dir_all(&scratch)?;
        let scratch = scratch.to_string_lossy();
        let mut words = vec!["swift", what, "--scratch-path", &*scratch];
        words.extend(["--disable-automatic-resolution", "-j", "2"]);
        words.extend(more);
        Ok(self.command(package, &words))
    }

    /// Any command of it.
    pub(crate) fn command(&self, package: &str, words: &[&str]) -> Command {
        let set = [
            ("DOORKNOCK_LIB_DIR", &*self.archives),
            ("DOORKNOCK_HUB", &*self.hub),
        ];
        self.swift.command(&root().join(package), &set, words)
    }
}
