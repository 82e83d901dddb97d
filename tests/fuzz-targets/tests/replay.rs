//! The committed corpus and every past crash go through the targets again, and what the code writes today is taken.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use doorknock_fuzz_targets::{TARGETS, Target};

fn folder(of: &str, target: &Target) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../fuzz")
        .join(of)
        .join(target.name)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(folder) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut files: Vec<_> = folder.map(|file| file.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn what_the_code_writes_is_taken() {
    for target in &TARGETS {
        for (n, seed) in (target.seeds)().iter().enumerate() {
            assert!((target.run)(seed), "{}, seed {n}", target.name);
        }
    }
}

#[test]
fn nothing_in_the_corpus_ends_a_target() {
    for target in &TARGETS {
        let corpus = files(&folder("corpus", target));
        assert!(!corpus.is_empty(), "{} has no corpus", target.name);
        for file in corpus.into_iter().chain(files(&folder("crashes", target))) {
            let bytes = fs::read(&file).unwrap();
            let run = catch_unwind(AssertUnwindSafe(|| (target.run)(&bytes)));
            assert!(run.is_ok(), "{} ends at {}", target.name, file.display());
        }
    }
}

#[test]
fn every_folder_of_inputs_belongs_to_a_target() {
    for of in ["corpus", "crashes"] {
        let all = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../fuzz")
            .join(of);
        for file in files(&all) {
            let name = file.file_name().unwrap().to_str().unwrap().to_owned();
            assert!(
                TARGETS.iter().any(|target| target.name == name),
                "{of}/{name}"
            );
        }
    }
}
