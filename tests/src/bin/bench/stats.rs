//! Quantiles, and the table.

use std::fmt::Write;
use std::io::Write as _;
use std::time::Duration;

/// Times of one thing, in microseconds.
pub(crate) struct Times(Vec<f64>);

impl Times {
    pub(crate) fn new() -> Self {
        Self(Vec::new())
    }

    pub(crate) fn add(&mut self, time: Duration) {
        self.0.push(time.as_secs_f64() * 1e6);
    }

    pub(crate) fn from_micros(mut micros: Vec<f64>) -> Self {
        micros.sort_by(f64::total_cmp);
        Self(micros)
    }

    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss
    )]
    pub(crate) fn quantile(&self, q: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let at = ((sorted.len().saturating_sub(1)) as f64 * q).round() as usize;
        sorted.get(at).copied().unwrap_or(f64::NAN)
    }

    pub(crate) fn p50(&self) -> f64 {
        self.quantile(0.5)
    }

    /// Median and 99th percentile, for people.
    pub(crate) fn show(&self) -> String {
        format!(
            "{} (p99 {})",
            micros(self.p50()),
            micros(self.quantile(0.99))
        )
    }
}

pub(crate) fn micros(value: f64) -> String {
    if value >= 1000.0 {
        format!("{:.2} ms", value / 1000.0)
    } else {
        format!("{value:.0} us")
    }
}

/// A line of the table. Less is better, unless the ambition is above the target.
pub(crate) struct Row {
    pub(crate) bar: &'static str,
    pub(crate) what: String,
    pub(crate) subject: String,
    pub(crate) baseline: String,
    pub(crate) value: f64,
    pub(crate) target: f64,
    pub(crate) ambition: f64,
    pub(crate) unit: &'static str,
}

impl Row {
    fn met(&self) -> &'static str {
        let reaches = |goal: f64| {
            if self.ambition > self.target {
                self.value >= goal
            } else {
                self.value <= goal
            }
        };
        if reaches(self.ambition) {
            "ambition"
        } else if reaches(self.target) {
            "met"
        } else {
            "NOT MET"
        }
    }
}

pub(crate) fn print(rows: &[Row]) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(
        out,
        "\n{:<5} {:<44} {:<26} {:<26} {:>10} {:>10} {:>10}  result",
        "bar", "what", "subject p50", "baseline p50", "value", "target", "ambition"
    );
    for row in rows {
        let number = |v: f64| format!("{v:.2}{}", row.unit);
        let _ = writeln!(
            out,
            "{:<5} {:<44} {:<26} {:<26} {:>10} {:>10} {:>10}  {}",
            row.bar,
            row.what,
            row.subject,
            row.baseline,
            number(row.value),
            number(row.target),
            number(row.ambition),
            row.met()
        );
    }
}

pub(crate) fn json(rows: &[Row]) -> String {
    let mut out = String::from("[\n");
    for (n, row) in rows.iter().enumerate() {
        let comma = if n + 1 < rows.len() { "," } else { "" };
        let _ = writeln!(
            out,
            "  {{\"bar\":{:?},\"what\":{:?},\"subject\":{:?},\"baseline\":{:?},\"value\":{:.4},\"target\":{},\"ambition\":{},\"result\":{:?}}}{comma}",
            row.bar,
            row.what,
            row.subject,
            row.baseline,
            row.value,
            row.target,
            row.ambition,
            row.met()
        );
    }
    out + "]\n"
}
