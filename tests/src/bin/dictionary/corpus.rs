//! What grid workers write, invented, one to a line: openings, findings, requests, endings, and the words of a
//! glossary. The bench's visits use other sentences (a test of the bench sees to it), so that what it
//! measures is not what was learnt here.

pub(crate) const OPENINGS: &str = include_str!("corpus/openings.txt");
pub(crate) const FINDINGS: &str = include_str!("corpus/findings.txt");
pub(crate) const REQUESTS: &str = include_str!("corpus/requests.txt");
pub(crate) const ENDINGS: &str = include_str!("corpus/endings.txt");
pub(crate) const NAMES: &str = include_str!("corpus/names.txt");
pub(crate) const PLACES: &str = include_str!("corpus/places.txt");
pub(crate) const TITLES: &str = include_str!("corpus/titles.txt");
pub(crate) const WORDS: &str = include_str!("corpus/words.txt");
