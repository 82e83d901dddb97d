//! The office's program, `doorknock`: a device like a phone, worked from the command line.
//!
//! **What it is for.** An office imports its list of doors, invites its workers, looks things up
//! and exports its ledgers; integrators script the same.
//!
//! **How it works.** Every command opens a home through the facade crate, does one thing and
//! prints it, for people or as one JSON object. What is particular to files that offices have is
//! here too: [`roster_file`] turns a spreadsheet into plain rows of text, [`sheet_file`] turns ledgers
//! into one, [`markdown`] into a page, and [`out_file`] puts a file where it was asked for, whole or not at all.
//!
//! **What it never does.** It has no rules of its own about records, keys or who may see what:
//! those are the core's, the same on the phone.

pub mod markdown;
pub mod out_file;
pub mod roster_file;
pub mod sheet_file;
