//! People in care on several devices: needs, reviews, the plan that follows without a reason, and the
//! checklists of a community.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "care/checklists.rs"]
mod checklists;
#[path = "care/needs.rs"]
mod needs;
#[path = "care/side_by_side.rs"]
mod side_by_side;
#[path = "care/street.rs"]
mod street;
