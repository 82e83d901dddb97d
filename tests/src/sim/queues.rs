//! What homes have set aside, wait for, or could not send: in the end no more than what is not honest.

use std::collections::BTreeSet;

use doorknock::{Doorknock, Error};

use super::run::{Checked, Run};
use super::villain::GRID;
use super::violation::Oracle;

/// How often a home may die at the same thing before it leaves it.
const STRIKES: u32 = 3;

/// The beginning of an entry's hash, and why it is set aside.
type Line = (String, &'static str);

impl Run<'_> {
    pub(super) fn check_status(&mut self) -> Checked {
        for node in &self.nodes {
            let name = node.shape.name;
            let status = self.ask(node.index, "the status", Doorknock::status)?;
            let mut lines = self.ask(node.index, "the quarantine", set_aside)?;
            lines.retain(|(entry, _)| {
                !self.hostile.marks.contains_key(entry) && !self.bogus.contains(entry)
            });
            let waiting = status.waiting > self.hostile.parked;
            let unknown = status.unknown > self.hostile.unknown;
            if !lines.is_empty() || waiting || unknown || status.refused > 0 {
                let what = format!("{name} set something honest aside: {status:?} {lines:?}");
                return Err(self.violation(Oracle::Honest, what));
            }
            if status.pending != 0 {
                let what = format!("{name} still has {} changes to send", status.pending);
                return Err(self.violation(Oracle::Kept, what));
            }
            if status.to_bring != 0 {
                let n = status.to_bring;
                let what = format!("{name} still has {n} of others' entries to bring to the hub");
                return Err(self.violation(Oracle::Kept, what));
            }
            for notice in &status.notices {
                let expected = match notice.code {
                    "device_copied" => self.homes_set_back || self.twins.is_some(),
                    "snapshot_refused" => {
                        // A home that died again and again in one reads the log instead.
                        node.spoilt || node.crashes >= STRIKES
                    }
                    "hub_restarted" | "hub_inconsistent" => self.epoch > 0 || self.tampered,
                    _ => false,
                };
                if !expected {
                    let what = format!("{name} reports {} for no reason", notice.code);
                    return Err(self.violation(Oracle::Status, what));
                }
            }
        }
        Ok(())
    }

    /// What is not honest is set aside by everybody who gets it, and for the same reason.
    pub(super) fn check_judgements(&mut self) -> Checked {
        self.held_by_hub()?;
        let hostile = |lines: Vec<Line>, reads_grid: bool| -> BTreeSet<Line> {
            let marks = &self.hostile.marks;
            let here = |line: &Line| {
                marks
                    .get(&line.0)
                    .is_some_and(|common| *common || reads_grid)
            };
            lines.into_iter().filter(here).collect()
        };
        let all = self.observed(set_aside)?;
        for node in &self.nodes {
            let reads_grid = node.shape.holds(GRID);
            let at_hub = hostile(all.clone(), reads_grid);
            let here = hostile(
                self.ask(node.index, "the quarantine", set_aside)?,
                reads_grid,
            );
            if here != at_hub {
                let name = node.shape.name;
                let what = format!("{name} judges otherwise: {here:?}, others: {at_hub:?}");
                return Err(self.violation(Oracle::Honest, what));
            }
        }
        Ok(())
    }
}

fn set_aside(home: &Doorknock) -> Result<Vec<Line>, Error> {
    let lines = home.quarantine()?.into_iter();
    Ok(lines.map(|line| (line.entry, line.reason.code)).collect())
}
