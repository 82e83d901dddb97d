//! Counting what test runners say.

/// A test program and its counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Suite {
    /// The runner.
    pub(super) run: &'static str,
    pub(super) name: String,
    pub(super) passed: usize,
    pub(super) failed: usize,
    pub(super) ignored: usize,
}

impl Suite {
    /// One that could not be run and must be.
    pub(super) fn failed(run: &'static str, name: &str) -> Self {
        Self {
            run,
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

/// Reads a runner's lines: cargo's, those of Python's unittest, of Maven's Surefire, or of Swift's.
#[derive(Debug)]
pub(super) struct Tally {
    run: &'static str,
    suites: Vec<Suite>,
    /// Begun, without a result yet.
    open: Option<String>,
    /// What unittest said that it ran.
    ran: Option<usize>,
    /// Swift's tests that failed or were skipped, so far.
    swift: (usize, usize),
}

impl Tally {
    /// Of a runner.
    pub(super) fn new(run: &'static str) -> Self {
        let (suites, open, ran) = (Vec::new(), None, None);
        Self {
            run,
            suites,
            open,
            ran,
            swift: (0, 0),
        }
    }

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
        } else if let Some(ran) = line.strip_prefix("Ran ") {
            self.ran = ran.split(' ').next().and_then(|n| n.parse().ok());
        } else if (line.starts_with("OK") || line.starts_with("FAILED ("))
            && let Some(ran) = self.ran.take()
        {
            self.open = Some("unittest".to_owned());
            self.add(unittest(line, ran));
        } else if let Some(ran) = line.split_once("Test run with ").map(|(_, ran)| ran) {
            self.swift_ended(ran);
        } else if line.contains(" Test ") {
            self.swift.0 += usize::from(line.contains(" failed after "));
            self.swift.1 += usize::from(line.contains(" skipped"));
        } else if let Some((name, suite)) = surefire(line) {
            self.open = Some(name);
            self.add(suite);
        }
    }

    /// The closing line of Swift Testing: `7 tests passed after 1.1 seconds.`, `7 tests failed after …`.
    fn swift_ended(&mut self, ran: &str) {
        let (mut failed, ignored) = std::mem::take(&mut self.swift);
        if ran.contains(" failed after ") {
            failed = failed.max(1);
        }
        let all = number_before(ran, "tests").max(number_before(ran, "test"));
        self.open = Some("swift test".to_owned());
        self.add(Suite {
            passed: all.saturating_sub(failed + ignored),
            failed,
            ignored,
            ..Suite::default()
        });
    }

    /// The runner has ended.
    pub(super) fn end(mut self, well: bool) -> Vec<Suite> {
        self.abandon();
        let told = self.suites.iter().any(|suite| suite.failed > 0);
        if !well && !told {
            // It did not build, or it died outside a test.
            self.suites.push(Suite::failed(self.run, "ended badly"));
        }
        if well && self.suites.iter().all(Suite::is_empty) {
            // A runner that has nothing to run has lost its tests.
            self.suites.push(Suite::failed(self.run, "no test ran"));
        }
        self.suites
    }

    fn add(&mut self, mut suite: Suite) {
        suite.run = self.run;
        suite.name = self.open.take().unwrap_or_default();
        self.suites.push(suite);
    }

    /// A suite that gave no result died.
    fn abandon(&mut self) {
        if let Some(name) = self.open.take() {
            self.suites.push(Suite::failed(self.run, &name));
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

/// The closing line of unittest: `OK`, `OK (skipped=1)`, `FAILED (failures=1, errors=2)`.
fn unittest(line: &str, ran: usize) -> Suite {
    let counts = ["failures", "errors", "unexpected successes", "skipped"];
    let [failures, errors, unexpected, ignored] = counts.map(|word| number_after(line, word));
    let failed = failures + errors + unexpected;
    Suite {
        passed: ran.saturating_sub(failed + ignored),
        failed,
        ignored,
        ..Suite::default()
    }
}

/// A class that Surefire is done with. Its sums over all classes, which tell no time, count nothing twice.
fn surefire(line: &str) -> Option<(String, Suite)> {
    let (_, rest) = line.split_once("Tests run: ")?;
    let (counts, rest) = rest.split_once(", Time elapsed: ")?;
    let (_, name) = rest.rsplit_once(" in ")?;
    let (ran, rest) = counts.split_once(", ")?;
    let ran: usize = ran.parse().ok()?;
    let count = |word: &str| {
        let (_, rest) = rest.split_once(word)?;
        rest.strip_prefix(": ")?.split(',').next()?.parse().ok()
    };
    let failed: usize = count("Failures").unwrap_or(0) + count("Errors").unwrap_or(0);
    let ignored: usize = count("Skipped").unwrap_or(0);
    let suite = Suite {
        passed: ran.saturating_sub(failed + ignored),
        failed,
        ignored,
        ..Suite::default()
    };
    Some((name.to_owned(), suite))
}

/// The number behind a word and `=`, or 0.
fn number_after(text: &str, word: &str) -> usize {
    let behind = text
        .split_once(word)
        .and_then(|(_, rest)| rest.strip_prefix('='));
    let digits = behind.map(|rest| rest.split([',', ')']).next().unwrap_or_default());
    digits.and_then(|digits| digits.parse().ok()).unwrap_or(0)
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
        let mut tally = Tally::new("runner");
        lines.iter().for_each(|line| tally.take(line));
        let suites = tally.end(well);
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
    fn unittests_closing_lines_are_counted() {
        let table = [
            ("OK", (7, 0, 0)),
            ("OK (skipped=2)", (5, 0, 2)),
            ("FAILED (failures=1, errors=2, skipped=1)", (3, 3, 1)),
        ];
        for (line, (passed, failed, ignored)) in table {
            let found = counted(&["Ran 7 tests in 0.1s", "", line], failed == 0);
            assert_eq!(
                found,
                [("unittest".to_owned(), passed, failed, ignored)],
                "{line}"
            );
        }
        assert_eq!(counted(&["OK"], false)[0].2, 1);
    }

    #[test]
    fn swifts_closing_lines_are_counted() {
        let failed = [
            "✔ Test \"A day\" passed after 0.7 seconds.",
            "✘ Test \"A kill\" recorded an issue at A.swift:50:6: Caught error",
            "✘ Test \"A kill\" failed after 1.0 seconds with 2 issues.",
            "✘ Suite \"All\" failed after 1.0 seconds with 2 issues.",
            "➜ Test \"A leak\" skipped.",
            "✘ Test run with 4 tests failed after 1.0 seconds with 2 issues.",
        ];
        assert_eq!(
            counted(&failed, false),
            [("swift test".to_owned(), 2, 1, 1)]
        );
        let passed = ["✔ Test run with 1 test passed after 0.1 seconds."];
        assert_eq!(counted(&passed, true), [("swift test".to_owned(), 1, 0, 0)]);
        // It died in the middle.
        assert_eq!(
            counted(&failed[..3], false),
            [("ended badly".to_owned(), 0, 1, 0)]
        );
        assert_eq!(
            counted(&["✔ Test run with 0 tests passed after 0.1 seconds."], true)[1].2,
            1
        );
    }

    #[test]
    fn surefires_classes_are_counted_and_its_sums_are_not() {
        let lines = [
            "[INFO] Running doorknock.WrappedKeysTest",
            "[INFO] Tests run: 5, Failures: 0, Errors: 0, Skipped: 1, Time elapsed: 0.07 s -- in doorknock.WrappedKeysTest",
            "[ERROR] Tests run: 4, Failures: 1, Errors: 2, Skipped: 0, Time elapsed: 0.1 s <<< FAILURE! -- in doorknock.HomeTest",
            "[ERROR] Tests run: 9, Failures: 1, Errors: 2, Skipped: 1",
        ];
        let expected = [
            ("doorknock.WrappedKeysTest".to_owned(), 4, 0, 1),
            ("doorknock.HomeTest".to_owned(), 1, 3, 0),
        ];
        assert_eq!(counted(&lines, false), expected);
    }

    #[test]
    fn what_does_not_build_or_runs_nothing_has_failed() {
        assert_eq!(counted(&["error: could not compile"], false)[0].2, 1);
        assert_eq!(counted(&[], true)[0].2, 1);
    }
}
