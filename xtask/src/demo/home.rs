//! A home, worked through the real program `doorknock` as a script would.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::run::{Done, Stop, cannot};

/// A folder and who works in it.
pub(super) struct Home {
    pub(super) zh: &'static str,
    pub(super) en: &'static str,
    pub(super) folder: PathBuf,
    pub(super) desk: PathBuf,
}

impl Home {
    /// Runs a command that must succeed; its one JSON object.
    pub(super) fn run(&self, args: &[&str]) -> Done<Value> {
        let (well, object) = self.try_run(args)?;
        if well {
            Ok(object)
        } else {
            Err(Stop::new(format!(
                "{} / {}: doorknock {}: {object}",
                self.zh,
                self.en,
                args.join(" ")
            )))
        }
    }

    /// Runs a command; whether it succeeded and its one JSON object.
    pub(super) fn try_run(&self, args: &[&str]) -> Done<(bool, Value)> {
        let mut command = Command::new(&self.desk);
        command.arg("--home").arg(&self.folder).args(args);
        command.arg("--json").stdin(Stdio::null());
        command
            .env_remove("DOORKNOCK_HOME")
            .env("LC_ALL", "zh_CN.UTF-8");
        let output = command.output().map_err(|e| cannot(&command, &e))?;
        let object = serde_json::from_slice(&output.stdout).map_err(|_| {
            let said = String::from_utf8_lossy(&output.stderr);
            Stop::new(format!("doorknock {}: {}", args.join(" "), said.trim()))
        })?;
        Ok((output.status.success(), object))
    }

    /// Runs a command that must succeed and shows it first, as it is typed.
    pub(super) fn shown(&self, args: &[&str]) -> Done<Value> {
        let words: Vec<String> = args.iter().map(|word| typed(word)).collect();
        println!("    {}$ doorknock {}", self.zh, words.join(" "));
        self.run(args)
    }

    /// Sends and fetches; what it did, as it is told.
    pub(super) fn sync(&self) -> Done {
        let report = self.shown(&["sync"])?;
        println!(
            "      发送 {} 条、接收 {} 条 / sent {}, received {} entries",
            report["pushed"], report["pulled"], report["pushed"], report["pulled"]
        );
        Ok(())
    }
}

/// A word as a shell takes it, shortened where it is long and says nothing to people.
fn typed(word: &str) -> String {
    let shown = match word.split_once("://join/") {
        Some((scheme, _)) => format!("{scheme}://join/…"),
        None if word.len() >= 32 && word.bytes().all(|b| b.is_ascii_hexdigit()) => {
            word.chars().take(8).collect()
        }
        None => match std::path::Path::new(word).file_name() {
            Some(name) if word.starts_with('/') => name.to_string_lossy().into_owned(),
            _ => word.to_owned(),
        },
    };
    if shown.contains([' ', '，', '。', '；']) {
        format!("'{shown}'")
    } else {
        shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_shown_short_enough_to_read() {
        let table = [
            ("sync", "sync"),
            ("doorknock://join/1/AAAA", "doorknock://join/…"),
            ("55fa879afdf1b3705e6aad6dcad1e0f4", "55fa879a"),
            ("/a/b/roster.csv", "roster.csv"),
            (
                "55fa879afdf1b3705e6aad6dcad1e0f455fa879afdf1b3705e6aad6dcad1e0f4",
                "55fa879a",
            ),
            ("门铃坏了。", "'门铃坏了。'"),
        ];
        for (word, shown) in table {
            assert_eq!(typed(word), shown);
        }
    }
}
