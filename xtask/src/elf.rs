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
    verdict(library, |elf| {
        let faults = small_pages(elf).into_iter().chain(shown_sqlite(elf));
        faults.collect()
    })
}

/// Stops if a library shows its SQLite: the platform's own could then stand in for it, or it for the platform's.
pub(crate) fn keeps_sqlite(library: &Path) -> Done {
    verdict(library, |elf| shown_sqlite(elf).into_iter().collect())
}

fn verdict(library: &Path, faults: impl Fn(&Elf<'_>) -> Vec<String>) -> Done {
    let bytes = fs::read(library)?;
    let elf = Elf::parse(&bytes).map_err(|error| Stop::new(error.to_string()))?;
    let faults = faults(&elf);
    if faults.is_empty() {
        return Ok(());
    }
    let name = library.file_name().unwrap_or_default().to_string_lossy();
    Err(Stop::new(format!("{name}: {}", faults.join("; "))))
}

fn small_pages(elf: &Elf<'_>) -> Option<String> {
    let mut loaded = elf.program_headers.iter().filter(|h| h.p_type == PT_LOAD);
    // With 32 bits there are no large pages.
    let small = loaded.find(|header| elf.is_64 && header.p_align < PAGE)?;
    let align = small.p_align;
    Some(format!(
        "a segment is aligned to {align} bytes, not to {PAGE}"
    ))
}

fn shown_sqlite(elf: &Elf<'_>) -> Option<String> {
    let shown = elf.dynsyms.iter().filter(|symbol| !symbol.is_import());
    let mut names = shown.filter_map(|symbol| elf.dynstrtab.get_at(symbol.st_name));
    let name = names.find(|name| name.starts_with("sqlite3"))?;
    Some(format!("it exports {name}"))
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;
    use std::process::Command;

    /// What is said of a library of this C, linked so.
    fn said(source: &str, page: &str, check: fn(&Path) -> Done) -> Result<(), String> {
        let folder = tempfile::tempdir().unwrap();
        let (c, so) = (folder.path().join("a.c"), folder.path().join("liba.so"));
        fs::write(&c, source).unwrap();
        let mut cc = Command::new("cc");
        cc.args(["-shared", "-fPIC", "-nostdlib"]);
        cc.arg(format!("-Wl,-z,max-page-size={page}"));
        assert!(cc.arg(c).arg("-o").arg(&so).status().unwrap().success());
        check(&so).map_err(|stop| stop.said)
    }

    #[test]
    fn segments_have_to_be_aligned_to_sixteen_kibibytes() {
        let small = said("int door;", "4096", fit_for_android).unwrap_err();
        assert!(small.contains("aligned to 4096 bytes"), "{small}");
        assert_eq!(said("int door;", "16384", fit_for_android), Ok(()));
        assert_eq!(said("int door;", "4096", keeps_sqlite), Ok(()));
    }

    #[test]
    fn sqlite_has_to_stay_inside() {
        let shown = "int sqlite3_open(void) { return 0; }";
        let hidden =
            "static int sqlite3_open(void) { return 0; } int door(void) { return sqlite3_open(); }";
        for check in [fit_for_android, keeps_sqlite] {
            let fault = said(shown, "16384", check).unwrap_err();
            assert_eq!(fault, "liba.so: it exports sqlite3_open");
            assert_eq!(said(hidden, "16384", check), Ok(()));
        }
    }

    #[test]
    fn what_is_no_library_is_told() {
        assert!(keeps_sqlite(Path::new("Cargo.toml")).is_err());
    }
}
