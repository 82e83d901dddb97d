//! The archive that Swift links: the core as one object of which only the binding's own functions can be seen.
//!
//! SQLite is in it, and the system has another one, which other parts of an app use; Rust's own library is in it, and
//! an app may hold a second Rust library. Under one name the linker would take either for both. So everything is
//! linked into one object first, and then every name in it but the binding's is made local.

use std::fs;
use std::path::Path;

use crate::run::{Done, must, program};

/// What can still be seen of a crate: the functions of its generated Swift.
pub(crate) fn visible(krate: &str) -> [String; 2] {
    [format!("uniffi_{krate}_*"), format!("ffi_{krate}_*")]
}

/// Links a static library of this machine into an archive of one object that shows nothing else.
pub(crate) fn hide(library: &Path, krate: &str, out: &Path) -> Done {
    let whole = out.with_extension("whole.o");
    let object = out.with_extension("o");
    // What debuggers would read is most of the file, and Swift's tests read none of it.
    let slim = out.with_extension("slim.a");
    let mut slimming = program("objcopy");
    slimming.arg("--strip-debug");
    // Rust's own library brings its bitcode along; several in one object are read as a broken one.
    slimming.args(["--remove-section=.llvmbc", "--remove-section=.llvmcmd"]);
    must(slimming.args([library, &slim]))?;
    let mut link = program("ld");
    link.args(["-r", "--whole-archive"]).arg(&slim);
    must(link.arg("-o").arg(&whole))?;
    let mut localize = program("objcopy");
    localize.arg("--wildcard");
    for pattern in visible(krate) {
        localize.arg(format!("--keep-global-symbol={pattern}"));
    }
    must(localize.args([&whole, &object]))?;
    let _ = fs::remove_file(out);
    must(program("ar").arg("crs").args([out, &object]))?;
    for file in [slim, whole, object] {
        fs::remove_file(file)?;
    }
    Ok(())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::process::Command;

    /// Two libraries that both hold a function of one name, as two copies of SQLite would.
    const LIBRARY: &str = "
        int sqlite3_libversion_number(void) { return VERSION; }
        int uniffi_NAME_fn_version(void) { return sqlite3_libversion_number(); }
    ";
    const PROGRAM: &str = "
        int sqlite3_libversion_number(void) { return 7; }
        int uniffi_one_fn_version(void);
        int uniffi_two_fn_version(void);
        int main(void) {
            return uniffi_one_fn_version() == 1 && uniffi_two_fn_version() == 2
                && sqlite3_libversion_number() == 7 ? 0 : 1;
        }
    ";

    fn run(command: &mut Command) -> bool {
        command.status().unwrap().success()
    }

    fn library(folder: &Path, name: &str, version: u32) -> std::path::PathBuf {
        let source = folder.join(format!("{name}.c"));
        let text = LIBRARY.replace("NAME", name);
        fs::write(&source, text.replace("VERSION", &version.to_string())).unwrap();
        let object = folder.join(format!("{name}.o"));
        assert!(run(program("cc").args(["-c", "-o"]).args([&object, &source])));
        let library = folder.join(format!("lib{name}-whole.a"));
        assert!(run(program("ar").arg("crs").args([&library, &object])));
        library
    }

    fn link(folder: &Path, archives: &[std::path::PathBuf]) -> bool {
        let main = folder.join("main.c");
        fs::write(&main, PROGRAM).unwrap();
        let mut link = program("cc");
        link.arg(&main).args(archives).arg("-o").arg(folder.join("main"));
        link.stderr(std::process::Stdio::null());
        run(&mut link)
    }

    #[test]
    fn libraries_with_the_same_names_inside_live_in_one_program_once_hidden() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let whole = [library(folder, "one", 1), library(folder, "two", 2)];
        assert!(!link(folder, &whole), "without hiding they clash");
        let hidden = ["one", "two"].map(|name| folder.join(format!("lib{name}.a")));
        for (i, name) in ["one", "two"].iter().enumerate() {
            hide(&whole[i], name, &hidden[i]).unwrap();
        }
        assert!(link(folder, &hidden));
        assert!(run(&mut program(folder.join("main"))));
    }
}
