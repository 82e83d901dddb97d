//! Whether a part of a workbook is well-formed. The reader of workbooks looks for a table's end without
//! noticing the file's, and makes as many spaces as the file says there are: neither ends, and neither
//! can be caught.

use std::io::BufRead;

use doorknock_model::Message;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use super::MAX_CELL;

/// The most elements in one another; spreadsheets have some ten.
const MAX_DEPTH: usize = 256;

/// Reads a part to its end.
pub(super) fn check(part: impl BufRead, damaged: fn() -> Message) -> Result<(), Message> {
    let mut reader = Reader::from_reader(part);
    let (mut depth, mut buffer) = (0_usize, Vec::new());
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer).map_err(|_| damaged())? {
            Event::Start(element) => {
                depth += 1;
                if depth > MAX_DEPTH || asks_for_many_spaces(&element) {
                    return Err(damaged());
                }
            }
            Event::Empty(element) if asks_for_many_spaces(&element) => return Err(damaged()),
            // Of another name than the one it ends, the reader itself refuses it.
            Event::End(_) => depth = depth.saturating_sub(1),
            Event::Eof if depth > 0 => return Err(damaged()),
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

/// OpenDocument's `<text:s text:c="3"/>` stands for three spaces.
fn asks_for_many_spaces(element: &BytesStart<'_>) -> bool {
    let is_small = |count: &str| count.parse().is_ok_and(|count: usize| count <= MAX_CELL);
    let mut attributes = element.attributes();
    let mut attributes = attributes.with_checks(false).flatten();
    element.local_name().as_ref() == "s"
        && attributes.any(|a| a.key.local_name().as_ref() == "c" && !is_small(&a.value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passes(part: &str) -> bool {
        check(part.as_bytes(), || Message::new("damaged", "", "")).is_ok()
    }

    #[test]
    fn a_part_without_an_end_is_refused_before_anybody_waits_for_it() {
        assert!(passes(
            "<?xml version=\"1.0\"?><a x='1'><b/>text<c>&amp;</c></a>"
        ));
        assert!(passes(""));
        for endless in [
            "<a>",
            "<a><b></a>",
            "<a><b></A></b></a>",
            "<a></a></b>",
            "<a",
            "<a><!--",
        ] {
            assert!(!passes(endless), "{endless}");
        }
        assert!(!passes(&"<a>".repeat(100_000)));
        let nested = |n: usize| "<a>".repeat(n) + &"</a>".repeat(n);
        assert!(passes(&nested(MAX_DEPTH)) && !passes(&nested(MAX_DEPTH + 1)));
    }

    #[test]
    fn a_few_bytes_do_not_stand_for_a_flood_of_spaces() {
        let spaces = |count: &str| passes(&format!("<p>a<text:s text:c=\"{count}\"/>b</p>"));
        assert!(spaces("3") && spaces("4096"));
        assert!(!spaces("4097") && !spaces("99999999999999") && !spaces("x"));
        assert!(passes("<p><s c='5'></s></p>") && !passes("<p><s c='5000'></s></p>"));
    }
}
