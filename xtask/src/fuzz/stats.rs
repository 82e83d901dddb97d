//! What libFuzzer says at its end.

/// One target's figures; what was not said is 0.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Stats {
    executions: u64,
    per_second: u64,
    new: u64,
    peak: u64,
    coverage: u64,
    features: u64,
    corpus: u64,
    /// Whether it ended at an input.
    pub(super) crashed: bool,
}

impl Stats {
    /// Reads what was written to standard error.
    pub(super) fn read(told: &str) -> Self {
        let stat = |name: &str| {
            let line = told
                .lines()
                .rev()
                .find_map(|line| line.strip_prefix("stat::")?.strip_prefix(name));
            line.map_or(0, number)
        };
        // The last line of progress: #1234 DONE cov: 1 ft: 2 corp: 3/4b …
        let progress = told
            .lines()
            .rev()
            .find(|line| line.starts_with('#') && line.contains("cov: "));
        let progress = progress.unwrap_or_default();
        let behind = |word: &str| {
            progress
                .split_once(word)
                .map_or(0, |(_, rest)| number(rest))
        };
        Self {
            executions: stat("number_of_executed_units:"),
            per_second: stat("average_exec_per_sec:"),
            new: stat("new_units_added:"),
            peak: stat("peak_rss_mb:"),
            coverage: behind("cov: "),
            features: behind("ft: "),
            corpus: behind("corp: "),
            crashed: false,
        }
    }

    /// Its cells of the table, behind the name.
    pub(super) fn cells(&self) -> impl Iterator<Item = String> {
        let numbers = [
            self.executions,
            self.per_second,
            self.coverage,
            self.features,
            self.corpus,
            self.new,
            self.peak,
            u64::from(self.crashed),
        ];
        numbers.into_iter().map(|n| n.to_string())
    }
}

/// The number at the beginning of a text.
fn number(text: &str) -> u64 {
    let digits: String = text
        .trim_start()
        .chars()
        .take_while(char::is_ascii_digit)
        .collect();
    digits.parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read_from_the_end() {
        let told = "#2\tINITED cov: 10 ft: 11 corp: 1/1b exec/s: 0 rss: 30Mb\n\
            #65536\tpulse  cov: 20 ft: 30 corp: 4/50b lim: 4096 exec/s: 21845 rss: 44Mb\n\
            #90000\tDONE   cov: 21 ft: 33 corp: 5/60b lim: 4096 exec/s: 20000 rss: 45Mb\n\
            Done 90000 runs in 5 second(s)\n\
            stat::number_of_executed_units: 90000\nstat::average_exec_per_sec:     18000\n\
            stat::new_units_added:          7\nstat::slowest_unit_time_sec:    0\nstat::peak_rss_mb:              46\n";
        let found: Vec<_> = Stats::read(told).cells().collect();
        assert_eq!(found, ["90000", "18000", "21", "33", "5", "7", "46", "0"]);
        assert_eq!(Stats::read("error: no such file"), Stats::default());
    }
}
