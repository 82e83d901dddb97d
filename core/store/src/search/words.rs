//! Cutting text and queries into the words of the index.
//!
//! | word | from | found by |
//! |---|---|---|
//! | `漏水` | each two neighbouring Han characters | two or more characters |
//! | `水` | each single Han character that ends a run | one character (with the pairs' beginnings) |
//! | `liwenli`, `lwl` | names in pinyin and initials, every reading | typing pinyin |
//! | `abc12` | runs of ASCII letters and digits, lower case | typing them from the start |
//! | `n3`, `n3n2n501`, `n3n501` | numbers of an address | `3-2-501`, `3栋501` |
//! | `p4821` | tails of a phone number, four digits or more | four digits or more |

use pinyin::{ToPinyin, ToPinyinMulti};

/// A name keeps at most this many readings; names with more polyphonic characters are rare.
const MAX_READINGS: usize = 16;

/// Collects the words of one row.
#[derive(Default)]
pub(super) struct Words(Vec<String>);

impl Words {
    /// Running text.
    pub(super) fn text(&mut self, texts: &[&str]) {
        for text in texts {
            for run in runs(text) {
                match run {
                    Run::Han(chars) => self.pairs(&chars),
                    Run::Ascii(word) => self.0.push(word),
                }
            }
        }
    }

    /// A name: as text, and in pinyin.
    pub(super) fn name(&mut self, name: &str) {
        self.text(&[name]);
        for run in runs(&name.replace(['·', '•', '.', ' '], "")) {
            let Run::Han(chars) = run else { continue };
            for (full, initials) in readings(&chars) {
                self.0.push(full);
                self.0.push(initials);
            }
        }
    }

    /// The numbers of an address's parts: each, all in a row, and the first with the last, so that
    /// `3-2-501` and `3栋501` are found by one word instead of by intersecting long lists.
    pub(super) fn numbers(&mut self, parts: &[&str]) {
        let numbers: Vec<String> = parts.iter().flat_map(|part| digits(part)).collect();
        self.0.extend(numbers.iter().map(|n| in_a_row([n])));
        self.0.push(in_a_row(&numbers));
        if let (Some(first), Some(last)) = (numbers.first(), numbers.last()) {
            self.0.push(in_a_row([first, last]));
        }
    }

    /// A phone number.
    pub(super) fn phone(&mut self, phone: &str) {
        let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
        for start in 0..digits.len().saturating_sub(3) {
            self.0.push(format!("p{}", &digits[start..]));
        }
    }

    fn pairs(&mut self, chars: &[char]) {
        self.0
            .extend(chars.windows(2).map(|pair| pair.iter().collect()));
        self.0.extend(chars.last().map(char::to_string));
    }

    pub(super) fn finish(mut self) -> String {
        self.0.sort_unstable();
        self.0.dedup();
        self.0.join(" ")
    }
}

enum Run {
    Han(Vec<char>),
    Ascii(String),
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{20000}'..='\u{323af}' | '〇')
}

fn runs(text: &str) -> Vec<Run> {
    let mut runs = Vec::new();
    for c in text.chars().map(half_width) {
        if is_han(c) {
            match runs.last_mut() {
                Some(Run::Han(chars)) => chars.push(c),
                _ => runs.push(Run::Han(vec![c])),
            }
        } else if c.is_ascii_alphanumeric() {
            match runs.last_mut() {
                Some(Run::Ascii(word)) => word.push(c.to_ascii_lowercase()),
                _ => runs.push(Run::Ascii(c.to_ascii_lowercase().to_string())),
            }
        } else {
            // Anything else parts two runs.
            runs.push(Run::Han(Vec::new()));
        }
    }
    runs.retain(|run| !matches!(run, Run::Han(chars) if chars.is_empty()));
    runs
}

fn half_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

fn digits(text: &str) -> Vec<String> {
    let mut numbers = Vec::new();
    let mut current = String::new();
    for c in text.chars().map(half_width).chain([' ']) {
        if c.is_ascii_digit() {
            current.push(c);
        } else if !current.is_empty() {
            let trimmed = current.trim_start_matches('0');
            numbers.push(if trimmed.is_empty() { "0" } else { trimmed }.to_owned());
            current.clear();
        }
    }
    numbers
}

/// Readings as surnames that the dictionary's common readings lack or rank last.
const SURNAMES: &[(char, &str)] = &[
    ('单', "shan"),
    ('解', "xie"),
    ('曾', "zeng"),
    ('仇', "qiu"),
    ('盖', "ge"),
    ('区', "ou"),
    ('乐', "yue"),
    ('重', "chong"),
    ('查', "zha"),
    ('尉', "yu"),
];

fn readings_of(c: char) -> Vec<String> {
    let mut all: Vec<String> = SURNAMES
        .iter()
        .filter(|(s, _)| *s == c)
        .map(|(_, r)| (*r).to_owned())
        .collect();
    all.extend(c.to_pinyin().map(|p| p.plain().to_owned()));
    if let Some(multi) = c.to_pinyin_multi() {
        all.extend(multi.into_iter().map(|p| p.plain().to_owned()));
    }
    let mut seen = std::collections::BTreeSet::new();
    all.retain(|reading| seen.insert(reading.clone()));
    // ü is typed as v.
    all.iter().map(|r| r.replace('ü', "v")).collect()
}

fn readings(chars: &[char]) -> Vec<(String, String)> {
    let mut all = vec![(String::new(), String::new())];
    for c in chars {
        let options = readings_of(*c);
        if options.is_empty() {
            continue;
        }
        let mut next = Vec::new();
        for (full, initials) in &all {
            for option in &options {
                if next.len() < MAX_READINGS {
                    let first = option.chars().next().map(String::from).unwrap_or_default();
                    next.push((format!("{full}{option}"), format!("{initials}{first}")));
                }
            }
        }
        all = next;
    }
    all.retain(|(full, _)| !full.is_empty());
    all
}

/// FTS5 expressions for a query.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Expressions {
    pub(super) cards: String,
    /// `None` where a visit cannot match: phone tails and addresses stand on cards only.
    pub(super) visits: Option<String>,
}

/// What people type, as expressions; `None` if nothing in it can be searched for.
pub(super) fn query(text: &str) -> Option<Expressions> {
    let text = text.trim();
    let numbers = digits(text);
    let numeric = text
        .chars()
        .map(half_width)
        .all(|c| c.is_ascii_digit() || c.is_whitespace());
    let is_address = !numbers.is_empty() && text.chars().map(half_width).any(is_address_mark);
    if is_address {
        return Some(Expressions {
            cards: address_query(text),
            visits: None,
        });
    }
    let mut words = Vec::new();
    for run in runs(text) {
        match run {
            Run::Han(chars) if chars.len() == 1 => words.push(format!("\"{}\"*", chars[0])),
            Run::Han(chars) => {
                words.extend(chars.windows(2).map(|p| format!("\"{}{}\"", p[0], p[1])));
            }
            Run::Ascii(word) => words.push(format!("\"{word}\"*")),
        }
    }
    if words.is_empty() {
        return None;
    }
    let plain = words.join(" AND ");
    if !numeric {
        return Some(Expressions {
            cards: plain.clone(),
            visits: Some(plain),
        });
    }
    // Digits alone: a word, a phone's tail, or a room.
    let joined: String = text
        .chars()
        .map(half_width)
        .filter(char::is_ascii_digit)
        .collect();
    let mut any = vec![
        format!("({plain})"),
        format!("({})", number_words(&numbers)),
    ];
    if joined.len() >= 4 {
        any.push(format!("(\"p{joined}\"*)"));
    }
    Some(Expressions {
        cards: any.join(" OR "),
        visits: Some(plain),
    })
}

fn is_address_mark(c: char) -> bool {
    matches!(
        c,
        '-' | '－' | '—' | '栋' | '幢' | '号' | '楼' | '单' | '元' | '室' | '户'
    )
}

fn in_a_row<'a>(numbers: impl IntoIterator<Item = &'a String>) -> String {
    numbers.into_iter().map(|n| format!("n{n}")).collect()
}

/// One number as it is; several as the beginning of a row.
fn number_words(numbers: &[String]) -> String {
    let beginning = if numbers.len() > 1 { "*" } else { "" };
    format!("\"{}\"{beginning}", in_a_row(numbers))
}

/// Each piece between spaces by itself: one with an address mark gives its numbers in a row and its words
/// without the marks; any other gives its words.
fn address_query(text: &str) -> String {
    let mut parts = Vec::new();
    for piece in text.split_whitespace() {
        let marked = piece.chars().map(half_width).any(is_address_mark);
        let numbers = digits(piece);
        if marked && !numbers.is_empty() {
            parts.push(number_words(&numbers));
        }
        for run in runs(piece) {
            match run {
                Run::Han(chars) => {
                    let chars: Vec<_> = chars
                        .into_iter()
                        .filter(|c| !marked || !is_address_mark(*c))
                        .collect();
                    parts.extend(chars.windows(2).map(|p| format!("\"{}{}\"", p[0], p[1])));
                }
                Run::Ascii(word) if !marked => parts.push(format!("\"{word}\"*")),
                Run::Ascii(_) => {}
            }
        }
    }
    parts.join(" AND ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(words: &str, word: &str) -> bool {
        words.split(' ').any(|w| w == word)
    }

    #[test]
    fn names_are_found_by_any_reading_and_by_initials() {
        let mut words = Words::default();
        words.name("单雄信");
        let words = words.finish();
        for word in ["单雄", "雄信", "shanxiongxin", "danxiongxin", "sxx", "dxx"] {
            assert!(has(&words, word), "{word} in {words}");
        }
        let mut words = Words::default();
        words.name("阿依古丽·买买提");
        let words = words.finish();
        assert!(
            has(&words, "ayigulimaimaiti") && has(&words, "买买"),
            "{words}"
        );
    }

    #[test]
    fn a_quote_or_operator_in_a_query_is_never_an_expression() {
        for text in [
            "\" OR \"",
            "AND",
            "a\"b*",
            "NEAR(x y)",
            "-",
            "()",
            "",
            "   ",
            "'; --",
        ] {
            if let Some(found) = query(text) {
                assert!(!found.cards.contains("\"\""), "{text}: {}", found.cards);
            }
        }
        assert_eq!(query("!?。"), None);
    }

    #[test]
    fn queries_by_table() {
        let table = [
            ("漏水", "\"漏水\"", Some("\"漏水\"")),
            (
                "漏水管",
                "\"漏水\" AND \"水管\"",
                Some("\"漏水\" AND \"水管\""),
            ),
            ("水", "\"水\"*", Some("\"水\"*")),
            ("LWL", "\"lwl\"*", Some("\"lwl\"*")),
            ("3-2-501", "\"n3n2n501\"*", None),
            ("3栋501", "\"n3n501\"*", None),
            (
                "阳光花园3栋",
                "\"n3\" AND \"阳光\" AND \"光花\" AND \"花园\"",
                None,
            ),
            ("501", "(\"501\"*) OR (\"n501\")", Some("\"501\"*")),
            (
                "4821",
                "(\"4821\"*) OR (\"n4821\") OR (\"p4821\"*)",
                Some("\"4821\"*"),
            ),
        ];
        for (text, cards, visits) in table {
            let found = query(text).unwrap();
            assert_eq!(
                (found.cards.as_str(), found.visits.as_deref()),
                (cards, visits),
                "{text}"
            );
        }
    }

    #[test]
    fn a_phones_tail_is_found() {
        let mut words = Words::default();
        words.phone("1000-123 4821");
        assert!(has(&words.finish(), "p4821"));
    }
}
