//! Cutting text into the words of the index.
//!
//! | word | from | found by |
//! |---|---|---|
//! | `漏水` | each two neighbouring Han characters | two or more characters |
//! | `水` | each single Han character that ends a run | one character (with the pairs' beginnings) |
//! | `liwenli`, `lwl` | names in pinyin and initials, every reading | typing pinyin |
//! | `abc12` | runs of ASCII letters and digits, lower case | typing them from the start |
//! | `n3`, `n3n2n501`, `n3n501` | numbers of an address | `3-2-501`, `3栋501` |
//! | `p4821` | tails of a phone number, four digits or more | four digits or more |
//! | [`WHOLE`], [`SPELT`], [`INITIALS`], the name, [`END`] | a whole name, without its dots | the same, from its start: what ranks names before other text |

use std::fmt::Write;

use doorknock_model::address::Address;
use pinyin::{ToPinyin, ToPinyinMulti};

/// Before a whole name as written. The marks are of Unicode's private use: text never holds them, since
/// only Han characters, letters and digits are kept of it, and the index takes them for letters.
pub(super) const WHOLE: char = '\u{e001}';
/// Before a whole name in pinyin.
pub(super) const SPELT: char = '\u{e002}';
/// Before a whole name's initials.
pub(super) const INITIALS: char = '\u{e003}';
/// After a whole name.
pub(super) const END: char = '\u{e000}';

/// A name keeps at most this many readings; names with more polyphonic characters are rare.
const MAX_READINGS: usize = 64;

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

    /// A name: as text with and without its dots, and in pinyin.
    pub(super) fn name(&mut self, name: &str) {
        self.text(&[name]);
        let letters = joined(name);
        if letters.is_empty() {
            return;
        }
        self.text(&[&letters]);
        self.0.push(format!("{WHOLE}{letters}{END}"));
        for (full, initials) in readings(&letters) {
            self.0.push(format!("{SPELT}{full}{END}"));
            self.0.push(format!("{INITIALS}{initials}{END}"));
            self.0.push(full);
            self.0.push(initials);
        }
    }

    /// Where a door is, without its compound: the parts as text, their numbers each, all in a row, and the
    /// first with the last, so that `3-2-501` and `3栋501` are found by one word instead of by
    /// intersecting long lists.
    pub(super) fn place(&mut self, address: &Address) {
        let parts = [
            address.building.as_str(),
            address.unit.as_str(),
            address.room.as_str(),
        ];
        self.text(&parts);
        let numbers: Vec<String> = parts.iter().flat_map(|part| numbers(part)).collect();
        self.0.extend(numbers.iter().map(|n| in_a_row([n])));
        self.0.push(in_a_row(&numbers));
        if let [first, .., last] = &numbers[..] {
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
        self.0.retain(|word| !word.is_empty());
        self.0.join(" ")
    }
}

pub(super) enum Run {
    Han(Vec<char>),
    Ascii(String),
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{20000}'..='\u{323af}' | '〇')
}

/// The runs of Han characters and of ASCII letters and digits; anything else parts two runs.
pub(super) fn runs(text: &str) -> Vec<Run> {
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
            runs.push(Run::Han(Vec::new()));
        }
    }
    runs.retain(|run| !matches!(run, Run::Han(chars) if chars.is_empty()));
    runs
}

/// Full-width forms become half-width, and ü is typed as v.
pub(super) fn half_width(c: char) -> char {
    match c {
        'ü' | 'Ü' => 'v',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

/// Everything that is kept of a text, in one word: 阿依古丽·买买提 without its dot, Li Wenli without its
/// blank.
pub(super) fn joined(text: &str) -> String {
    let mut all = String::new();
    for run in runs(text) {
        match run {
            Run::Han(chars) => all.extend(chars),
            Run::Ascii(word) => all.push_str(&word),
        }
    }
    all
}

/// The numbers in a text, without leading zeros.
fn numbers(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_ascii_digit())
        .filter(|digits| !digits.is_empty())
        .map(|digits| trimmed(digits).to_owned())
        .collect()
}

/// A number without leading zeros: 0501 is 501.
pub(super) fn trimmed(digits: &str) -> &str {
    let short = digits.trim_start_matches('0');
    if short.is_empty() { "0" } else { short }
}

/// The word for numbers that follow each other in an address: `n3n2n501`.
pub(super) fn in_a_row<'a>(numbers: impl IntoIterator<Item = &'a String>) -> String {
    numbers.into_iter().fold(String::new(), |mut row, number| {
        let _ = write!(row, "n{number}");
        row
    })
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
    if c.is_ascii() {
        return vec![c.to_string()];
    }
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

/// Each way to read a name, in full and by initials. Where there are too many, it is the later
/// readings of the last characters that go: the dictionary gives the usual one first.
fn readings(letters: &str) -> Vec<(String, String)> {
    let mut all = vec![(String::new(), String::new())];
    for c in letters.chars() {
        let options = readings_of(c);
        if options.is_empty() {
            continue;
        }
        let mut next = Vec::new();
        for option in &options {
            let first = option.chars().next().map(String::from).unwrap_or_default();
            let longer = |(full, initials): &(String, String)| {
                (format!("{full}{option}"), format!("{initials}{first}"))
            };
            let room = MAX_READINGS.saturating_sub(next.len());
            next.extend(all.iter().take(room).map(longer));
        }
        all = next;
    }
    all.retain(|(full, _)| !full.is_empty());
    all
}
