//! Counting what test runners say.

/// A test program and its counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Suite {
    pub(super) name: String,
    pub(super) passed: usize,
    pub(super) failed: usize,
    pub(super) ignored: usize,
}

impl Suite {
    /// One that could not be run and must be.
    pub(super) fn failed(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            failed: 1,
            ..Self::default()
        }
    }

    /// Whether it has no test at all.
    pub(super) fn is_empty(&self) -> bool {
        self.passed + self.failed + self.ignored == 0
    }
}

/// Reads a runner's lines.
#[derive(Debug, Default)]
pub(super) struct Tally {
    suites: Vec<Suite>,
    /// Begun, without a result yet.
    open: Option<String>,
}

impl Tally {
    /// A line, as it was printed.
    pub(super) fn take(&mut self, line: &str) {
        let line = line.trim();
        if let Some(name) = cargo_suite(line) {
            self.abandon();
            self.open = Some(name);
        } else if let Some(counts) = line.strip_prefix("test result:") {
            self.add(Suite {
                passed: number_before(counts, "passed"),
                failed: number_before(counts, "failed"),
                ignored: number_before(counts, "ignored"),
                ..Suite::default()
            });
        }
    }

    /// The runner has ended.
    pub(super) fn end(mut self, runner: &str, well: bool) -> Vec<Suite> {
        self.abandon();
        let told = self.suites.iter().any(|suite| suite.failed > 0);
        if !well && !told {
            // It did not build, or it died outside a test.
            self.suites.push(Suite::failed(runner));
        }
        if well && self.suites.iter().all(Suite::is_empty) {
            // A runner that has nothing to run has lost its tests.
            self.suites
                .push(Suite::failed(&format!("{runner}: no test ran")));
        }
        self.suites
    }

    fn add(&mut self, mut suite: Suite) {
        suite.name = self.open.take().unwrap_or_default();
        self.suites.push(suite);
    }

    /// A suite that gave no result died.
    fn abandon(&mut self) {
        if let Some(name) = self.open.take() {
            self.suites.push(Suite::failed(&name));
        }
    }
}

/// The name of the suite that cargo says it begins.
fn cargo_suite(line: &str) -> Option<String> {
    if let Some(name) = line.strip_prefix("Doc-tests ") {
        return Some(format!("{name} (documentation)"));
    }
    let rest = line.strip_prefix("Running ")?;
    let (source, program) = rest.strip_suffix(')')?.rsplit_once(" (")?;
    let source = source.strip_prefix("unittests ").unwrap_or(source);
    let file = program.rsplit(['/', '\\']).next()?;
    let name = file.rsplit_once('-').map_or(file, |(name, _)| name);
    Some(format!("{name} ({source})"))
}

/// The number in front of a word, or 0.
fn number_before(text: &str, word: &str) -> usize {
    let mut before = "";
    for part in text
        .split([' ', ';', '.', ','])
        .filter(|part| !part.is_empty())
    {
        if part == word {
            return before.parse().unwrap_or(0);
        }
        before = part;
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(lines: &[&str], well: bool) -> Vec<(String, usize, usize, usize)> {
        let mut tally = Tally::default();
        lines.iter().for_each(|line| tally.take(line));
        let suites = tally.end("runner", well);
        suites
            .into_iter()
            .map(|s| (s.name, s.passed, s.failed, s.ignored))
            .collect()
    }

    #[test]
    fn cargos_suites_are_named_and_counted() {
        let lines = [
            "     Running unittests src/lib.rs (target/debug/deps/doorknock_seal-0a1b)\n",
            "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s\n",
            "     Running tests/cli.rs (target/debug/deps/cli-77)",
            "test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out",
            "   Doc-tests doorknock_model",
            "test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out",
        ];
        let expected = [
            ("doorknock_seal (src/lib.rs)".to_owned(), 12, 0, 1),
            ("cli (tests/cli.rs)".to_owned(), 3, 2, 0),
            ("doorknock_model (documentation)".to_owned(), 1, 0, 0),
        ];
        assert_eq!(counted(&lines, false), expected);
    }

    #[test]
    fn a_suite_that_dies_without_a_result_has_failed() {
        let lines = [
            "Running tests/a.rs (target/debug/deps/a-1)",
            "Running tests/b.rs (target/debug/deps/b-1)",
            "test result: ok. 1 passed; 0 failed; 0 ignored",
        ];
        let found = counted(&lines, false);
        assert_eq!(found[0], ("a (tests/a.rs)".to_owned(), 0, 1, 0));
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn what_does_not_build_or_runs_nothing_has_failed() {
        assert_eq!(counted(&["error: could not compile"], false)[0].2, 1);
        assert_eq!(counted(&[], true)[0].2, 1);
    }
}
