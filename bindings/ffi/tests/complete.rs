//! Everything of the facade is reachable: each of its public methods is exported under its name, or stands
//! below with the reason why not.

#![allow(clippy::unwrap_used)] // a test that cannot go on has failed

use std::collections::BTreeSet;
use std::path::Path;

/// Methods of the facade that are exported under another name, or not, and why.
const OTHERWISE: &[(&str, Option<&str>, &str)] = &[
    (
        "visits_page",
        Some("visits"),
        "lists that may be long come in pages only",
    ),
    ("matters_page", Some("matters"), "the same"),
    ("records_page", Some("records"), "the same"),
    (
        "import",
        Some("import_roster"),
        "`import` is a keyword in the languages; from a table's rows",
    ),
    ("sync_session", Some("sync"), "what a sync's HubCall drives"),
    (
        "publish_all_snapshots",
        None,
        "of any size, for tests: `publish_snapshots` chooses what is worth it",
    ),
    (
        "dump_projections",
        None,
        "every row as text, for tests and support",
    ),
    (
        "salvage",
        None,
        "a person at a desk chooses the new folder: `doorknock doctor --salvage`",
    ),
];

/// The public methods in `impl Doorknock` blocks of the Rust files below a folder; with `exported`, only of the
/// blocks that uniffi exports.
fn methods(folder: &Path, exported: bool) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(methods(&path, exported));
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            found.extend(in_file(&std::fs::read_to_string(path).unwrap(), exported));
        }
    }
    found
}

/// The same of one file, formatted as rustfmt does: a block ends with the first brace at the margin.
fn in_file(text: &str, exported: bool) -> Vec<String> {
    let (mut found, mut inside, mut before) = (Vec::new(), false, "");
    for line in text.lines() {
        if line == "impl Doorknock {" {
            inside = !exported || before == "#[uniffi::export]";
        } else if line == "}" {
            inside = false;
        } else if inside && let Some(rest) = line.strip_prefix("    pub fn ") {
            found.extend(rest.split(['(', '<']).next().map(str::to_owned));
        }
        before = line;
    }
    found
}

#[test]
fn everything_of_the_facade_is_exported_or_left_out_for_a_reason() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let facade = methods(&here.join("../../core/doorknock/src"), false);
    let exported = methods(&here.join("src"), true);
    assert!(
        facade.len() > 80 && exported.len() > 80,
        "this test lost its way"
    );

    let excused: BTreeSet<_> = OTHERWISE
        .iter()
        .map(|(name, ..)| (*name).to_owned())
        .collect();
    let missing: Vec<_> = facade
        .iter()
        .filter(|name| !exported.contains(*name) && !excused.contains(*name))
        .collect();
    assert!(
        missing.is_empty(),
        "not reachable from the bindings: {missing:?}"
    );

    for (name, instead, why) in OTHERWISE {
        assert!(
            facade.contains(*name),
            "{name} is gone, so is its excuse: {why}"
        );
        assert!(
            !exported.contains(*name),
            "{name} is exported and needs no excuse"
        );
        assert!(
            instead.is_none_or(|name| exported.contains(name)),
            "{instead:?}"
        );
    }
}

#[test]
fn no_export_hides_what_the_languages_generate() {
    let exported = methods(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), true);
    // Kotlin's objects and every Java object have these already.
    let taken = [
        "close",
        "destroy",
        "clone",
        "equals",
        "hash_code",
        "to_string",
        "wait",
        "notify",
        "finalize",
        "get_class",
        "notify_all",
        "hash",
        "description",
        "debug_description",
        "init",
        "deinit",
        "self",
    ];
    for name in taken {
        assert!(!exported.contains(name), "{name}");
    }
}

#[test]
fn a_panic_reaches_the_app_as_an_exception() {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Cargo.toml");
    let text = std::fs::read_to_string(workspace).unwrap();
    let profiles = text.split_once("[profile.").unwrap().1;
    // Aborting would end the app where unwinding ends one call.
    assert!(!profiles.contains("\npanic"));
}
