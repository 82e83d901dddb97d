//! Limits, constants of the format: what is larger is refused by every reader alike, and the call
//! that records must stay below.

/// An encoded entry, in bytes.
pub const ENTRY_BYTES: usize = 1024 * 1024;
/// Sections in an entry.
pub const SECTIONS: usize = 256;
/// A section's inflated body, in bytes.
pub const SECTION_BODY_BYTES: usize = 512 * 1024;
/// Changes in a section.
pub const CHANGES: usize = 1_024;
/// Operations in a change.
pub const OPERATIONS: usize = 64;
/// Dependencies of a change.
pub const DEPENDENCIES: usize = 16;
/// Predecessors of an operation.
pub const PREDECESSORS: usize = 16;
/// A value, in bytes.
pub const VALUE_BYTES: usize = 64 * 1024;
/// A key's id, in bytes.
pub const KEY_ID_BYTES: usize = 64;
/// An encoded charter statement, in bytes.
pub const STATEMENT_BYTES: usize = 64 * 1024;
/// Parts of a snapshot.
pub const SNAPSHOT_PARTS: usize = 4_096;
/// A sealed part of a snapshot, in bytes.
pub const SNAPSHOT_PART_BYTES: usize = 3 * 1024 * 1024;
/// A snapshot part's inflated body, in bytes.
pub const SNAPSHOT_BODY_BYTES: usize = 8 * 1024 * 1024;
