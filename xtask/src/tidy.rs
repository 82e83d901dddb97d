//! This project's own rules about its files, which no other tool knows.

mod crates;

use std::fs;
use std::path::{Path, PathBuf};

use crate::run::{Done, Stop, root};

/// Lines from which a Rust file is named, and from which it is refused.
const LONG: usize = 400;
const TOO_LONG: usize = 450;

/// Words that may not stand in a file. In halves, since this file is read too.
const FORBIDDEN: [(&str, &str); 6] = [
    ("TO", "DO"),
    ("FIX", "ME"),
    ("XX", "X:"),
    ("to", "do!("),
    ("unimplemen", "ted!"),
    ("db", "g!("),
];

/// Folders of one machine. What stands before decides: `a/home/b` is none of them.
const MACHINE: [(&str, &str); 4] = [
    ("/wo", "rk/"),
    ("/ro", "ot/"),
    ("/ho", "me/"),
    ("/Us", "ers/"),
];

/// Where packages come from is the machine's matter.
const REGISTRIES: [(&str, &str); 8] = [
    ("crates", ".io/"),
    ("crates", ".io-index"),
    ("py", "pi.org"),
    ("pythonhosted", ".org"),
    ("npmjs", ".org"),
    ("npmjs", ".com"),
    ("maven", ".org"),
    ("golang", ".org/"),
];

/// A file of the repository: its path from the root, and its text if it is text.
struct File {
    path: String,
    text: String,
}

/// Reads the repository and stops with everything that is wrong in it.
pub(crate) fn run() -> Done {
    println!("$ tidy");
    let files = read()?;
    let mut faults = Vec::new();
    for file in &files {
        faults.extend(length(file));
        let lock = file.path.ends_with("Cargo.lock");
        if !lock && file.path != ".gitignore" {
            faults.extend(words(file));
        }
    }
    faults.extend(crates::faults(&files));
    if faults.is_empty() {
        println!("tidy: {} files", files.len());
        return Ok(());
    }
    for fault in &faults {
        println!("tidy: {fault}");
    }
    Err(Stop::new(format!("tidy: {} faults", faults.len())))
}

fn length(file: &File) -> Option<String> {
    if !file.path.ends_with(".rs") {
        return None;
    }
    let File { path, text } = file;
    let lines = text.lines().count();
    if lines > TOO_LONG {
        return Some(format!(
            "{path}: {lines} lines; over {TOO_LONG} it wants to be two files"
        ));
    }
    if lines > LONG {
        println!("tidy: {path}: {lines} lines, over {LONG}");
    }
    None
}

/// What may not stand in a file, line by line.
fn words(file: &File) -> Vec<String> {
    let told = |pair: &(&str, &str)| format!("{}{}", pair.0, pair.1);
    let forbidden: Vec<String> = FORBIDDEN.iter().chain(&REGISTRIES).map(told).collect();
    let machine: Vec<String> = MACHINE.iter().map(told).collect();
    let mut faults = Vec::new();
    for (number, line) in (1..).zip(file.text.lines()) {
        let plain = forbidden.iter().filter(|word| line.contains(word.as_str()));
        let paths = machine.iter().filter(|path| names_folder(line, path));
        for word in plain.chain(paths) {
            faults.push(format!("{}:{number}: names {word}", file.path));
        }
    }
    faults
}

/// Whether the folder stands in the line as the beginning of a path.
fn names_folder(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        let before = line.get(..at).and_then(|before| before.chars().last());
        before.is_none_or(|c| !(c.is_alphanumeric() || "._-/~*}$:>…".contains(c)))
    })
}

/// The text files of the repository; what git ignores by this repository's own list is left out.
fn read() -> Done<Vec<File>> {
    let top = root();
    let mut files = Vec::new();
    let mut open = vec![top.clone()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if path.is_dir() {
                if !made(&name) {
                    open.push(path);
                }
            } else if let Ok(text) = fs::read_to_string(&path) {
                let path = from_root(&top, &path);
                files.push(File { path, text });
            }
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// Whether a folder holds what was built or generated: names that `.gitignore` files have.
fn made(folder: &str) -> bool {
    let built = matches!(folder, "target" | ".git" | "__pycache__" | ".build");
    let swift = ["DoorknockCore", "DoorknockTestingCore", "Generated"];
    built || swift.contains(&folder) || (folder.starts_with("Doorknock") && folder.ends_with("FFI"))
}

fn from_root(top: &Path, path: &Path) -> String {
    let path: PathBuf = path.strip_prefix(top).unwrap_or(path).into();
    path.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> File {
        let (path, text) = (path.to_owned(), text.to_owned());
        File { path, text }
    }

    #[test]
    fn a_rust_file_may_have_450_lines_and_no_more() {
        let lines = |n| file("a.rs", &"x\n".repeat(n));
        assert_eq!(length(&lines(TOO_LONG)), None);
        assert!(length(&lines(TOO_LONG + 1)).is_some());
        assert_eq!(length(&file("a.md", &"x\n".repeat(2_000))), None);
    }

    #[test]
    fn words_that_may_not_stand_are_named_with_their_line() {
        for (left, right) in FORBIDDEN.iter().chain(&REGISTRIES) {
            let found = words(&file("a.rs", &format!("fine\nx {left}{right}")));
            assert_eq!(found, [format!("a.rs:2: names {left}{right}")]);
        }
        assert!(words(&file("a.md", "packages of crates.io, in pypinyin")).is_empty());
    }

    #[test]
    fn only_the_beginning_of_a_path_is_a_machines_folder() {
        let (left, right) = MACHINE[2];
        let folder = format!("{left}{right}");
        let table = [
            (format!("{folder}x"), true),
            (format!("see {folder}x"), true),
            (format!("\"{folder}x\""), true),
            (format!("src{folder}mod.rs"), false),
            (format!("$dir{folder}x"), false),
            (format!("https://a.example{folder}"), false),
        ];
        for (line, named) in table {
            assert_eq!(names_folder(&line, &folder), named, "{line}");
        }
    }
}
