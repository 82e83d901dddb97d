//! What Android asks of a shared library: since Android 15 its memory pages may have 16 KiB, and a library whose
//! segments are aligned to less does not load there.

use std::fs;
use std::path::Path;

use goblin::elf::Elf;
use goblin::elf::program_header::PT_LOAD;

use crate::run::{Done, Stop};

/// The largest page of an Android phone.
const PAGE: u64 = 16 << 10;

/// Stops unless a library loads on phones with 16 KiB pages and keeps its SQLite to itself.
pub(crate) fn fit_for_android(library: &Path) -> Done {
    let bytes = fs::read(library)?;
    let faults = faults(&bytes)?;
    if faults.is_empty() {
        return Ok(());
    }
    let name = library.file_name().unwrap_or_default().to_string_lossy();
    Err(Stop::new(format!("{name}: {}", faults.join("; "))))
}

fn faults(bytes: &[u8]) -> Done<Vec<String>> {
    let elf = Elf::parse(bytes).map_err(|error| Stop::new(error.to_string()))?;
    let mut faults = Vec::new();
    let loaded = elf.program_headers.iter().filter(|h| h.p_type == PT_LOAD);
    // With 32 bits there are no large pages.
    for header in loaded.filter(|h| elf.is_64 && h.p_align < PAGE) {
        faults.push(format!(
            "a segment is aligned to {} bytes, not to {PAGE}",
            header.p_align
        ));
    }
    // Where it may be found by name, the platform's own SQLite could stand in for it, or it for the platform's.
    let exported = elf.dynsyms.iter().filter(|symbol| !symbol.is_import());
    let names = exported.filter_map(|symbol| elf.dynstrtab.get_at(symbol.st_name));
    if let Some(name) = names.into_iter().find(|name| name.starts_with("sqlite3")) {
        faults.push(format!("it exports {name}"));
    }
    Ok(faults)
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;
    use std::process::Command;

    fn library(name: &str, source: &str, options: &[&str]) -> Vec<u8> {
        let folder = tempfile::tempdir().unwrap();
        let (c, so) = (folder.path().join("a.c"), folder.path().join(name));
        fs::write(&c, source).unwrap();
        let mut cc = Command::new("cc");
        cc.args(["-shared", "-fPIC", "-nostdlib"]).args(options);
        assert!(cc.arg(c).arg("-o").arg(&so).status().unwrap().success());
        fs::read(so).unwrap()
    }

    #[test]
    fn segments_have_to_be_aligned_to_sixteen_kibibytes() {
        let small = "-Wl,-z,max-page-size=4096";
        let found = faults(&library("a.so", "int door;", &[small])).unwrap();
        assert!(found[0].contains("aligned to 4096 bytes"), "{found:?}");
        let large = "-Wl,-z,max-page-size=16384";
        assert!(
            faults(&library("a.so", "int door;", &[large]))
                .unwrap()
                .is_empty()
        );
    }

    #[test]
    fn sqlite_has_to_stay_inside() {
        let large = "-Wl,-z,max-page-size=16384";
        let seen = library("a.so", "int sqlite3_open(void) { return 0; }", &[large]);
        assert_eq!(faults(&seen).unwrap(), ["it exports sqlite3_open"]);
        let hidden =
            "static int sqlite3_open(void) { return 0; } int door(void) { return sqlite3_open(); }";
        assert!(
            faults(&library("a.so", hidden, &[large]))
                .unwrap()
                .is_empty()
        );
        assert!(faults(b"not a library").is_err());
    }
}
