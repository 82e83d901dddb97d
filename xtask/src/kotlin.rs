//! The Kotlin library: what Maven takes from `target/kotlin`, and how Maven is called.

pub(crate) mod bench;
mod calls;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::artifacts::{Artifacts, build};
use crate::run::{Done, Stop, cannot, must, program, quiet, root, say};
use crate::{elf, guide};

/// The crates of which Kotlin has a side: the library's name, and the module that takes its sources.
const LIBRARIES: [(&str, &str); 2] = [("doorknock_ffi", "core"), ("doorknock_testing", "testing")];

/// The crates, and what the tests start.
const PACKAGES: [&str; 4] = [
    "doorknock-ffi",
    "doorknock-testing",
    "doorknock-hub",
    "uniffi-bindgen",
];

/// Where everything of Kotlin's is built.
pub(crate) fn folder() -> PathBuf {
    root().join("target/kotlin")
}

/// Builds the libraries and writes what Maven's modules take: generated sources and native libraries.
fn prepare() -> Done<Artifacts> {
    let built = build(&PACKAGES)?;
    for (library, module) in LIBRARIES {
        let file = built.library(library)?;
        if cfg!(target_os = "linux") {
            elf::keeps_sqlite(file)?;
        }
        generate(&built, library, file, module)?;
        place_native(file)?;
    }
    calls::write(
        &folder().join("generated/core/doorknock/core/doorknock.kt"),
        &folder().join("generated/shim/doorknock/HomeCalls.kt"),
    )?;
    guide()?;
    Ok(built)
}

/// The guide's blocks: each in a package of its own, since two may declare the same, and on the lines that it has in its
/// page, since the compiler names them.
fn guide() -> Done {
    let out = folder().join("guide");
    if out.exists() {
        fs::remove_dir_all(&out)?;
    }
    for block in guide::blocks("kotlin")? {
        let name = format!("{}_{}", block.page.replace('-', "_"), block.line);
        let above = "\n".repeat(block.line.saturating_sub(2));
        let text = format!("package guide.{name}\n{above}{}", block.code);
        guide::put(&out.join(format!("{name}.kt")), &text)?;
    }
    Ok(())
}

fn generate(built: &Artifacts, name: &str, library: &Path, module: &str) -> Done {
    let out = folder().join("generated").join(module);
    let mut generate = program(built.program("uniffi-bindgen")?);
    generate.args([
        "generate",
        "--no-format",
        "--language",
        "kotlin",
        "--out-dir",
    ]);
    // The one for tests contains the core's binding too.
    must(generate.arg(out).args(["--crate", name]).arg(library))
}

/// Where JNA looks for it among a jar's files.
fn place_native(library: &Path) -> Done {
    let system = match std::env::consts::OS {
        "macos" => "darwin",
        "windows" => "win32",
        other => other,
    };
    let machine = match std::env::consts::ARCH {
        "x86_64" => "x86-64",
        other => other,
    };
    let folder = folder().join(format!("natives/{system}-{machine}"));
    fs::create_dir_all(&folder)?;
    let name = library
        .file_name()
        .ok_or_else(|| Stop::new("a library without a name"))?;
    let placed = folder.join(name);
    fs::copy(library, &placed)?;
    // Nine tenths of a development build are for debuggers; where there is no strip it stays large.
    quiet("strip", &["--strip-debug", &placed.to_string_lossy()]);
    Ok(())
}

/// Builds the library and its tests, and puts it into our local repository, once for each run of this program.
pub(crate) fn publish() -> Done<&'static Artifacts> {
    static DONE: OnceLock<Artifacts> = OnceLock::new();
    if let Some(built) = DONE.get() {
        return Ok(built);
    }
    let built = prepare()?;
    // The compiler leaves the classes of sources that have gone.
    let old = folder().join("build");
    if old.exists() {
        fs::remove_dir_all(old)?;
    }
    let mut command = maven("android-shim/pom.xml", &["install", "-DskipTests"])?;
    must_quietly(&mut command)?;
    Ok(DONE.get_or_init(|| built))
}

/// The reference of the Kotlin API, by Dokka.
pub(crate) fn apidoc() -> Done {
    publish()?;
    let goals = ["-pl", "shim", "-P", "apidoc", "dokka:dokka"];
    must_quietly(&mut maven("android-shim/pom.xml", &goals)?)?;
    println!("{}", folder().join("apidoc/index.html").display());
    Ok(())
}

/// Maven on one of the projects.
pub(crate) fn maven(project: &str, goals: &[&str]) -> Done<Command> {
    let mut command = program("mvn");
    command.args(["-B", "-ntp", "-f", project]);
    // The compiler in Maven's own process: a daemon would live on behind it.
    command.arg("-Dkotlin.compiler.daemon=false");
    command.arg(format!(
        "-Dmaven.repo.local={}",
        repository()?.to_string_lossy()
    ));
    command.args(goals);
    Ok(command)
}

/// Runs it, and keeps its words to itself unless it fails.
fn must_quietly(command: &mut Command) -> Done {
    say(command);
    let output = command.output().map_err(|e| cannot(command, &e))?;
    if output.status.success() {
        return Ok(());
    }
    print!("{}", String::from_utf8_lossy(&output.stdout));
    Err(Stop::new("Maven failed"))
}

/// A local repository of our own, so that `doorknock` of this folder never meets that of another. What was
/// downloaded is shared with everybody's: all but our own group are links.
fn repository() -> Done<PathBuf> {
    let ours = folder().join("repository");
    fs::create_dir_all(ours.join("doorknock"))?;
    #[cfg(unix)]
    if let Some(home) = std::env::home_dir() {
        let everybodys = home.join(".m2/repository");
        for group in ["com", "io", "net", "org"] {
            fs::create_dir_all(everybodys.join(group))?;
        }
        for entry in fs::read_dir(&everybodys)? {
            let entry = entry?;
            let link = ours.join(entry.file_name());
            let foreign = entry.file_type()?.is_dir() && entry.file_name() != "doorknock";
            if foreign && fs::symlink_metadata(&link).is_err() {
                std::os::unix::fs::symlink(entry.path(), link)?;
            }
        }
    }
    Ok(ours)
}
