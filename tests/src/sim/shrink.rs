//! The smallest history that still breaks the same promise.

use super::many::attempt;
use super::stage::Stage;
use super::violation::Violation;

/// Takes steps away from a failing history as long as the same oracle goes on complaining: halves first, then
/// ever smaller parts, down to single steps (delta debugging). Every step has a seed of its own, so those that
/// are left do what they did.
#[must_use]
pub fn shrink(stage: &Stage, violation: Violation, tried: &mut dyn FnMut(usize)) -> Violation {
    let all: Vec<u32> = match &violation.case.keep {
        Some(keep) => keep.iter().copied().collect(),
        None => (1..=violation.step).collect(),
    };
    let fails = |steps: &[u32]| {
        let case = violation.case.keeping(steps.iter().copied());
        let found = attempt(stage, &case).err()?;
        (found.oracle == violation.oracle).then_some(*found)
    };
    let Some(mut smallest) = fails(&all) else {
        return violation;
    };
    let (mut steps, mut parts) = (all, 2);
    while !steps.is_empty() {
        tried(steps.len());
        let size = steps.len().div_ceil(parts);
        let mut shorter = None;
        for begin in (0..steps.len()).step_by(size) {
            let end = (begin + size).min(steps.len());
            let rest = [&steps[..begin], &steps[end..]].concat();
            if let Some(found) = fails(&rest) {
                shorter = Some((rest, found));
                break;
            }
        }
        match shorter {
            Some((rest, found)) => {
                (steps, smallest) = (rest, found);
                parts = (parts - 1).max(2);
            }
            None if size == 1 => break,
            None => parts = (parts * 2).min(steps.len()),
        }
    }
    smallest
}
