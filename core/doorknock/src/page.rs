//! Long lists in pages. A cursor says at what a page stopped, by what its list is ordered by, and not how
//! many came before it: what is recorded or comes in meanwhile makes the next page skip nothing and show
//! nothing twice. What itself changes its place meanwhile is shown where it then stands.

use minicbor::{Decode, Encode};

use crate::Result;
use crate::error::said;
use crate::place::bytes;

/// A page of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// What is on it, in the list's order.
    pub items: Vec<T>,
    /// Where the next page begins; `None` on the last. It may be kept as long as one likes.
    pub next: Option<String>,
}

/// The list that a cursor is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum List {
    Visits = 1,
    Matters = 2,
    Records = 3,
}

/// A cursor as text; callers need not understand it.
pub(crate) fn cursor<T: Encode<()>>(list: List, at: &T) -> String {
    // Writing to a vector cannot fail.
    let packed = minicbor::to_vec((list as u8, at)).unwrap_or_default();
    packed.iter().map(|b| format!("{b:02x}")).collect()
}

/// What a cursor of this list says.
pub(crate) fn cursor_of<T: for<'b> Decode<'b, ()>>(list: List, text: &str) -> Result<T> {
    let packed = bytes(text.trim());
    let read = packed.and_then(|packed| minicbor::decode::<(u8, T)>(&packed).ok());
    let of_this = read.filter(|(of, _)| *of == list as u8);
    of_this.map(|(_, at)| at).ok_or_else(|| {
        said(
            "bad_cursor",
            "这个翻页位置不属于这个列表；请从头再列。",
            "This is not a place in this list; list it from the beginning.",
        )
    })
}

/// How many to read for a page, so that it is known whether there is another; a page holds one at least.
pub(crate) fn one_more(limit: u32) -> u32 {
    limit.max(1).saturating_add(1)
}

/// Cuts what was read for a page to its length; where the next one begins.
pub(crate) fn cut<T>(
    rows: &mut Vec<T>,
    limit: u32,
    cursor: impl Fn(&T) -> String,
) -> Option<String> {
    let whole = usize::try_from(limit.max(1)).unwrap_or(usize::MAX);
    let more = rows.len() > whole;
    rows.truncate(whole);
    rows.last().filter(|_| more).map(cursor)
}
