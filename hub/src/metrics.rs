//! Counters in the Prometheus text format. Only counts and codes: nothing names a device, a
//! person, a community or an address.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};

use crate::store::Totals;

/// What the hub counts since it started.
#[derive(Debug, Default)]
pub struct Metrics(Mutex<BTreeMap<Key, u64>>);

type Key = (&'static str, &'static str, String);

/// Name, type and meaning of every counter.
const HELP: [(&str, &str); 6] = [
    ("requests_total", "Requests answered, by HTTP status."),
    ("refusals_total", "Requests refused, by code."),
    (
        "entries_total",
        "Pushed entries, by verdict (0: stored, now or before).",
    ),
    ("received_bytes_total", "Bytes of request bodies."),
    ("answered_bytes_total", "Bytes of answers."),
    ("panics_total", "Requests that ended in a caught panic."),
];

impl Metrics {
    fn add(&self, name: &'static str, label: &'static str, value: impl ToString, n: u64) {
        let mut counters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counters
            .entry((name, label, value.to_string()))
            .or_default() += n;
    }

    /// A request was answered.
    pub fn answered(&self, status: u16, received: usize, answered: usize) {
        self.add("requests_total", "status", status, 1);
        self.add("received_bytes_total", "", "", received as u64);
        self.add("answered_bytes_total", "", "", answered as u64);
    }

    /// A request was refused.
    pub fn refused(&self, code: &'static str) {
        self.add("refusals_total", "code", code, 1);
    }

    /// An entry got this verdict.
    pub fn judged(&self, verdict: u32) {
        self.add("entries_total", "verdict", verdict, 1);
    }

    /// A panic was caught.
    pub fn panicked(&self) {
        self.add("panics_total", "", "", 1);
    }

    /// The sum of a counter over its labels.
    #[must_use]
    pub fn sum(&self, name: &str) -> u64 {
        let counters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counters
            .iter()
            .filter(|((of, ..), _)| *of == name)
            .map(|(_, n)| n)
            .sum()
    }

    /// The page for Prometheus, with what is stored as gauges.
    #[must_use]
    pub fn render(&self, totals: Totals) -> String {
        let mut page = String::new();
        let counters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (name, help) in HELP {
            // Writing to a string cannot fail.
            let _ = writeln!(page, "# HELP doorknock_hub_{name} {help}");
            let _ = writeln!(page, "# TYPE doorknock_hub_{name} counter");
            for ((_, label, value), n) in counters.iter().filter(|((of, ..), _)| *of == name) {
                let _ = match *label {
                    "" => writeln!(page, "doorknock_hub_{name} {n}"),
                    label => writeln!(page, "doorknock_hub_{name}{{{label}=\"{value}\"}} {n}"),
                };
            }
        }
        for (name, help, value) in [
            ("communities", "Communities held.", totals.communities),
            ("stored_entries", "Entries held.", totals.entries),
            (
                "stored_bytes",
                "Bytes of statements, wraps and entries held.",
                totals.bytes,
            ),
        ] {
            let _ = writeln!(page, "# HELP doorknock_hub_{name} {help}");
            let _ = writeln!(page, "# TYPE doorknock_hub_{name} gauge");
            let _ = writeln!(page, "doorknock_hub_{name} {value}");
        }
        page
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_shows_counts_by_label() {
        let metrics = Metrics::default();
        metrics.answered(200, 10, 20);
        metrics.answered(404, 1, 2);
        metrics.refused("not_found");
        metrics.judged(0);
        metrics.judged(0);
        let page = metrics.render(Totals {
            communities: 1,
            entries: 2,
            bytes: 3,
        });
        for line in [
            "doorknock_hub_requests_total{status=\"200\"} 1",
            "doorknock_hub_requests_total{status=\"404\"} 1",
            "doorknock_hub_refusals_total{code=\"not_found\"} 1",
            "doorknock_hub_entries_total{verdict=\"0\"} 2",
            "doorknock_hub_received_bytes_total 11",
            "doorknock_hub_answered_bytes_total 22",
            "# TYPE doorknock_hub_stored_bytes gauge",
            "doorknock_hub_stored_entries 2",
        ] {
            assert!(page.lines().any(|l| l == line), "{line} in\n{page}");
        }
        assert_eq!(metrics.sum("requests_total"), 2);
    }
}
