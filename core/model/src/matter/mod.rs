//! Matters (诉求): a resident's request, problem or tip, from taking it down to filing it away.
//!
//! A matter is the *set* of its steps. Each step names those it follows, and [`state`] computes
//! from the set where the matter stands; no step is ever changed or lost, and no clock decides.
//!
//! **What a step's author saw** is its past: the steps it names, those they name, and so on. A step
//! takes effect if it is possible as the matter stood in that past, by the table of `rules` (written
//! out in docs/matters.md); what others did side by side cannot take that from it. A step that was
//! not possible stays in the history, marked, and changes nothing.
//!
//! **Side by side.** Some steps ask somebody to act: raise, reopen, escalate, dispatch, call,
//! submit. A matter is over when an ending (resolve, withdraw, agree, decide) follows each of
//! them. So what was resolved on one phone while it was escalated on another is open, and the
//! resolving is marked as overruled; while a note written side by side with the resolving does not
//! open it again. Where facts were named side by side the strictest counts.

mod event;
mod fold;
mod order;
mod past;
mod rules;
mod state;
mod sums;

pub use event::{Logged, MatterEvent, MatterKind, Satisfaction, Source, Step, Urgency};
pub use fold::state;
pub use rules::{Place, Stage};
pub use state::{Awaited, Choice, Effect, Line, MAX_STEPS, MatterState, Special};

#[cfg(test)]
mod tests;
