//! Rules about crates: what their first page says, and who may depend on whom.

use super::File;

/// What each crate of the core may use of the others: dependencies point one way.
const BELOW: [(&str, &[&str]); 6] = [
    ("model", &[]),
    ("replica", &["model"]),
    ("seal", &["model"]),
    ("store", &["model"]),
    ("sync", &["model"]),
    ("doorknock", &["model", "replica", "seal", "store", "sync"]),
];

/// Where a library may be named. The tests' crate measures against it bare.
const ONLY_IN: [(&str, &[&str]); 2] = [
    ("rusqlite", &["core/store", "hub", "tests"]),
    ("automerge", &["core/replica", "tests"]),
];

/// Everything that is wrong.
pub(super) fn faults(files: &[File]) -> Vec<String> {
    let mut faults = Vec::new();
    for file in files {
        if file.path.ends_with("src/lib.rs") {
            faults.extend(page(file));
        }
        if let Some(folder) = file.path.strip_suffix("/Cargo.toml") {
            for (section, name) in dependencies(&file.text) {
                faults.extend(misplaced(folder, &name));
                faults.extend(upward(folder, section, &name));
            }
        }
    }
    faults
}

fn page(file: &File) -> Option<String> {
    let opening = file.text.lines().take_while(|line| line.starts_with("//!"));
    let says = opening
        .into_iter()
        .any(|line| line.contains("What it never does"));
    (!says).then(|| format!("{}: its first page must say what it never does", file.path))
}

fn misplaced(folder: &str, name: &str) -> Option<String> {
    let (_, folders) = ONLY_IN.iter().find(|(only, _)| *only == name)?;
    let well = folders.contains(&folder);
    (!well).then(|| {
        format!(
            "{folder}/Cargo.toml: {name} is only for {}",
            folders.join(", ")
        )
    })
}

fn upward(folder: &str, section: Section, name: &str) -> Option<String> {
    let of = folder.strip_prefix("core/")?;
    let below = name
        .strip_prefix("doorknock-")
        .or((name == "doorknock").then_some(name))?;
    let (_, may) = BELOW.iter().find(|(name, _)| *name == of)?;
    let well = section == Section::Dev || may.contains(&below);
    (!well).then(|| format!("{folder}/Cargo.toml: {of} must not depend on {below}"))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Section {
    Normal,
    Dev,
}

/// The names in the tables of dependencies of a manifest.
fn dependencies(manifest: &str) -> Vec<(Section, String)> {
    let mut section = None;
    let mut found = Vec::new();
    for line in manifest.lines().map(str::trim) {
        if let Some(table) = line.strip_prefix('[') {
            let table = table.trim_end_matches(']');
            let (kind, name) = split(table);
            section = kind;
            if let (Some(kind), Some(name)) = (kind, name) {
                found.push((kind, name.to_owned()));
                section = None;
            }
            continue;
        }
        let key = line.split(['=', '.', ' ']).next().unwrap_or_default();
        if let Some(kind) = section.filter(|_| !key.is_empty() && !key.starts_with('#')) {
            found.push((kind, key.trim_matches('"').to_owned()));
        }
    }
    found
}

/// A table's name: which dependencies it holds, and the one that it is about, if it is of one only.
fn split(table: &str) -> (Option<Section>, Option<&str>) {
    let kinds = [
        ("dev-dependencies", Section::Dev),
        ("build-dependencies", Section::Normal),
        ("dependencies", Section::Normal),
    ];
    for (word, kind) in kinds {
        let starts = |at: usize| at == 0 || table.as_bytes().get(at - 1) == Some(&b'.');
        if let Some(at) = table.find(word).filter(|at| starts(*at)) {
            // The workspace's table says versions; it uses nothing.
            if table.starts_with("workspace") {
                return (None, None);
            }
            let name = table
                .get(at + word.len()..)
                .and_then(|rest| rest.strip_prefix('.'));
            return (Some(kind), name);
        }
    }
    (None, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> File {
        let (path, text) = (path.to_owned(), text.to_owned());
        File { path, text }
    }

    #[test]
    fn names_are_read_from_every_table_of_dependencies() {
        let manifest = "[package]\nname = \"x\"\n[dependencies]\na.workspace = true\n# no\n\
            b = \"1\"\n[target.'cfg(unix)'.dependencies]\nc = { path = \"c\" }\n\
            [dev-dependencies]\nd = \"1\"\n[build-dependencies.e]\nversion = \"1\"\n[features]\nf = []\n";
        let found = dependencies(manifest);
        let names: Vec<&str> = found.iter().map(|(_, name)| name.as_str()).collect();
        assert_eq!(names, ["a", "b", "c", "d", "e"]);
        assert_eq!(found[3].0, Section::Dev);
        assert!(dependencies("[workspace.dependencies]\na = \"1\"").is_empty());
    }

    #[test]
    fn a_library_stays_in_its_crate_and_the_core_points_one_way() {
        let table = [
            ("core/store", "rusqlite.workspace = true", 0),
            ("desk", "rusqlite.workspace = true", 1),
            ("core/sync", "automerge = \"1\"", 1),
            ("core/replica", "automerge = \"1\"", 0),
            ("core/model", "doorknock-store.workspace = true", 1),
            ("core/store", "doorknock-seal.workspace = true", 1),
            ("core/sync", "doorknock-model.workspace = true", 0),
            ("core/seal", "doorknock.workspace = true", 1),
            ("desk", "doorknock.workspace = true", 0),
        ];
        for (folder, line, count) in table {
            let manifest = format!("[dependencies]\n{line}\n");
            let found = faults(&[file(&format!("{folder}/Cargo.toml"), &manifest)]);
            assert_eq!(found.len(), count, "{folder} {line}: {found:?}");
        }
    }

    #[test]
    fn a_crates_first_page_says_what_it_never_does() {
        let well = "//! A crate.\n//!\n//! **What it never does.** Anything.\n";
        assert!(faults(&[file("a/src/lib.rs", well)]).is_empty());
        for wrong in [
            "//! A crate.\n",
            "//! A.\nfn a() {}\n//! What it never does\n",
        ] {
            assert_eq!(faults(&[file("a/src/lib.rs", wrong)]).len(), 1);
        }
    }
}
