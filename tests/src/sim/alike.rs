//! Homes that hold the same show the same, and what they show is made of the log alone.

use super::node::Node;
use super::run::{Checked, Run};
use super::violation::Oracle;

impl Run<'_> {
    pub(super) fn check_projections(&mut self) -> Checked {
        let dump = |node: &Node| node.home().dump_projections();
        let mut dumps = Vec::new();
        for node in &self.nodes {
            dumps.push(dump(node).map_err(|e| self.failed("dumping projections", &e))?);
        }
        for node in &self.nodes {
            let spaces = spaces_of(node);
            let shared: Vec<_> = dumps[0]
                .iter()
                .filter(|line| spaces.as_ref().is_none_or(|s| s.contains(&space_of(line))))
                .collect();
            let own: Vec<_> = dumps[node.index].iter().collect();
            if let Some(line) = first_difference(&shared, &own) {
                let name = node.shape.name;
                return Err(self.violation(
                    Oracle::Alike,
                    format!("{name} and the office show different things: {line}"),
                ));
            }
        }
        for node in &self.nodes {
            let name = node.shape.name;
            node.home()
                .rebuild()
                .map_err(|e| self.failed("rebuilding", &e))?;
            let rebuilt = dump(node).map_err(|e| self.failed("dumping projections", &e))?;
            if let Some(line) = first_difference(
                &dumps[node.index].iter().collect(),
                &rebuilt.iter().collect(),
            ) {
                return Err(self.violation(
                    Oracle::Alike,
                    format!("a rebuild changes what {name} shows: {line}"),
                ));
            }
            let doctor = node
                .home()
                .doctor()
                .map_err(|e| self.failed("the doctor", &e))?;
            if !doctor.ok() {
                return Err(self.violation(
                    Oracle::Alike,
                    format!("the doctor finds something at {name}: {doctor:?}"),
                ));
            }
        }
        Ok(())
    }
}

/// The numbers of the spaces a worker's home holds: the common one, and two for each grid in the
/// order of the roster. `None` for all.
fn spaces_of(node: &Node) -> Option<Vec<u32>> {
    if node.shape.grids.is_empty() {
        return None;
    }
    let mut spaces = vec![0];
    for (n, grid) in (0..).zip(super::stage::GRIDS) {
        if node.shape.holds(grid) {
            spaces.extend([2 + 2 * n, 3 + 2 * n]);
        }
    }
    Some(spaces)
}

/// The space a projected row belongs to.
fn space_of(line: &str) -> u32 {
    let digits = line
        .split("space=Integer(")
        .nth(1)
        .and_then(|rest| rest.split(')').next());
    digits.and_then(|d| d.parse().ok()).unwrap_or(u32::MAX)
}

fn first_difference(a: &Vec<&String>, b: &Vec<&String>) -> Option<String> {
    if a == b {
        return None;
    }
    let only = |a: &Vec<&String>, b: &Vec<&String>| {
        a.iter()
            .find(|line| !b.contains(line))
            .map(|l| (*l).clone())
    };
    Some(format!(
        "one has {:?}, the other {:?}",
        only(a, b),
        only(b, a)
    ))
}
