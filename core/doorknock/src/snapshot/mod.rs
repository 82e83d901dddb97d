//! Snapshots: a new phone reads what a space held at a place of its log in the place of the log's beginning
//! (docs/snapshots.md).
//!
//! An office's device makes them ([`make`]): every document's history, packed, in parts, what today's
//! doors need first. A device that holds nothing of a space yet asks for one ([`crate::sync`]), takes a part
//! in as soon as it is whole ([`take`]), and goes on with the log from the snapshot's place. Documents are
//! believed as the office has them; that their hashes are the ones named is seen when they are built
//! ([`check`]): in quiet moments, and before anything is written to them here.
//!
//! A snapshot only ever makes things faster: whatever is wrong with one, the log is read instead.

mod body;
mod check;
mod make;
mod take;

pub(crate) use check::{check_pack, check_some};
pub use make::SnapshotReport;
pub(crate) use take::{begin, give_up, never, next_part, take_part, wanted};

/// The space's snapshot was no good and the log is read instead.
pub(crate) const REFUSED: &str = "snapshot_refused";
