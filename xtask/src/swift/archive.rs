//! The archive that Swift links: the core as one object of which only the binding's own functions can be seen.
//!
//! SQLite is in it, and the system has another one, which other parts of an app use; Rust's own library is in it, and
//! an app may hold a second Rust library. Under one name the linker would take either for both. So everything is
//! linked into one object first, and then every name in it but the binding's is made local.

use std::fs;
use std::path::Path;

use crate::run::{Done, must, program};

/// The functions of a generated C header: what may still be seen.
pub(crate) fn functions(header: &str) -> Vec<&str> {
    let names = header.lines().filter_map(|line| {
        let (before, _) = line.split_once('(')?;
        let name = before.rsplit([' ', '*']).next()?;
        // The others are types of callbacks.
        let ours = name.starts_with("uniffi_") || name.starts_with("ffi_");
        (ours && !before.starts_with("typedef")).then_some(name)
    });
    let mut names: Vec<_> = names.collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Links a static library of this machine into an archive of one object that shows nothing but these functions.
pub(crate) fn hide(library: &Path, functions: &[&str], out: &Path) -> Done {
    let whole = out.with_extension("whole.o");
    let object = out.with_extension("o");
    let list = out.with_extension("list");
    if cfg!(target_os = "macos") {
        link_apple(library, &[], functions, [&list, &object])?;
        let _ = fs::remove_file(out);
        must(
            program("libtool")
                .arg("-static")
                .arg("-o")
                .args([out, &object]),
        )?;
        return Ok([list, object].iter().try_for_each(fs::remove_file)?);
    }
    fs::write(&list, lines(functions, ""))?;
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
    localize.arg(format!("--keep-global-symbols={}", list.display()));
    must(localize.args([&whole, &object]))?;
    let _ = fs::remove_file(out);
    must(program("ar").arg("crs").args([out, &object]))?;
    Ok([slim, whole, object, list]
        .iter()
        .try_for_each(fs::remove_file)?)
}

/// The same with Apple's tools, as far as the one object: `platform` is what its linker has to know of the target.
pub(crate) fn link_apple(
    library: &Path,
    platform: &[&str],
    functions: &[&str],
    [list, object]: [&Path; 2],
) -> Done {
    fs::write(list, lines(functions, "_"))?;
    let mut link = program("xcrun");
    link.args(["ld", "-r"]).args(platform);
    must(link.arg("-all_load").arg(library).arg("-o").arg(object))?;
    must(program("xcrun").args(["nmedit", "-s"]).args([list, object]))
}

fn lines(functions: &[&str], prefix: &str) -> String {
    functions
        .iter()
        .map(|name| format!("{prefix}{name}\n"))
        .collect()
}

#[cfg(test)]
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
        assert!(run(program("cc")
            .args(["-c", "-o"])
            .args([&object, &source])));
        let library = folder.join(format!("lib{name}-whole.a"));
        assert!(run(program("ar").arg("crs").args([&library, &object])));
        library
    }

    fn link(folder: &Path, archives: &[std::path::PathBuf]) -> bool {
        let main = folder.join("main.c");
        fs::write(&main, PROGRAM).unwrap();
        let mut link = program("cc");
        link.arg(&main)
            .args(archives)
            .arg("-o")
            .arg(folder.join("main"));
        link.stderr(std::process::Stdio::null());
        run(&mut link)
    }

    #[test]
    fn the_functions_of_a_header_are_what_may_be_seen() {
        let header = "
typedef void (*UniffiForeignFutureFree)(uint64_t
    );
#define UNIFFI_X
uint64_t uniffi_doorknock_ffi_fn_clone_home(uint64_t handle, RustCallStatus *_Nonnull out_status
);
void*_Nonnull ffi_doorknock_ffi_rustbuffer_free(RustBuffer buf
);
int32_t other(void);
";
        let expected = [
            "ffi_doorknock_ffi_rustbuffer_free",
            "uniffi_doorknock_ffi_fn_clone_home",
        ];
        assert_eq!(functions(header), expected);
        assert_eq!(
            lines(&expected[..1], "_"),
            "_ffi_doorknock_ffi_rustbuffer_free\n"
        );
    }

    #[test]
    fn libraries_with_the_same_names_inside_live_in_one_program_once_hidden() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let whole = [library(folder, "one", 1), library(folder, "two", 2)];
        assert!(!link(folder, &whole), "without hiding they clash");
        let hidden = ["one", "two"].map(|name| folder.join(format!("lib{name}.a")));
        for (i, name) in ["one", "two"].iter().enumerate() {
            let header = format!("int uniffi_{name}_fn_version(void\n);\n");
            hide(&whole[i], &functions(&header), &hidden[i]).unwrap();
        }
        assert!(link(folder, &hidden));
        assert!(run(&mut program(folder.join("main"))));
    }
}
