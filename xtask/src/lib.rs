//! Routine tasks of this workspace: what CI runs, and the files that tests read.
//!
//! **What it never does.** Nothing here is part of a program that is given out.

pub mod sample;
