//! What people type, as expressions of the index: steps for cards, the best first, and one for visits.
//!
//! No step asks for the beginnings of a single letter or digit: thousands of words begin with any one
//! of them, and all of their rows would be read (docs/performance.md).

use doorknock_model::address::Address;

use super::words::{END, INITIALS, Run, SPELT, WHOLE, half_width, in_a_row, joined, runs, trimmed};

/// From this length on, what was typed may be the beginning of a word on a card.
const CARD_BEGINNING: usize = 2;
/// The same in a visit, of which there are a hundred times as many.
const VISIT_BEGINNING: usize = 3;
/// A phone number's tail has at least this many digits.
const TAIL: usize = 4;
/// A phone number typed in groups has at least this many.
const GROUPED_PHONE: usize = 7;

/// FTS5 expressions for a query.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Steps {
    /// For doors and people, the best first.
    pub(super) cards: Vec<String>,
    /// For visits; `None` where a visit cannot match: one character, or the place of a door.
    pub(super) visits: Option<String>,
}

/// What was typed, taken apart.
#[derive(Default)]
struct Typed {
    /// Expressions for Han characters and words with letters.
    words: Vec<String>,
    /// Runs of digits, as typed.
    numbers: Vec<String>,
    /// Whether the only number counts a building (3栋).
    building: bool,
}

/// Reads a query; `None` if nothing in it can be searched for.
pub(super) fn read(text: &str) -> Option<Steps> {
    let typed = take_apart(&in_digits(text));
    if typed.words.is_empty() && typed.numbers.is_empty() {
        return None;
    }
    let mut cards = name_steps(&joined(text));
    cards.extend(place_steps(&typed));
    cards.extend(grouped_phone(text, &typed));
    cards.push(anywhere(&typed));
    Some(Steps {
        cards,
        visits: visits(text),
    })
}

/// An address with its numbers in Chinese (三栋二单元501) in digits.
fn in_digits(text: &str) -> String {
    let chinese = text.contains(|c| "一二三四五六七八九十".contains(c));
    let address = Address::parse_whole(text).filter(|_| chinese);
    address.map_or_else(|| text.to_owned(), |address| address.display_zh())
}

fn take_apart(text: &str) -> Typed {
    let mut typed = Typed::default();
    let mut after_part = false;
    for run in runs(text) {
        match run {
            Run::Ascii(word) => {
                after_part = true;
                if is_number(&word) {
                    typed.numbers.push(word);
                } else {
                    typed.words.push(beginning(&word, CARD_BEGINNING));
                }
            }
            Run::Han(chars) => {
                let (counter, rest) = if after_part {
                    split_counter(&chars)
                } else {
                    (&[][..], &chars[..])
                };
                // With a letter before it (A栋) it is the letter that names the building.
                typed.building |= !typed.numbers.is_empty() && counts_buildings(counter);
                typed.words.extend(han(rest));
                after_part = false;
            }
        }
    }
    typed.building &= typed.numbers.len() == 1;
    typed
}

fn counts_buildings(counter: &[char]) -> bool {
    matches!(counter, ['栋' | '幢' | '座', ..] | ['号', '楼', ..])
}

/// The words that say what the number before them counts, and what follows.
fn split_counter(chars: &[char]) -> (&[char], &[char]) {
    let end = chars.iter().position(|c| !is_counter(*c));
    chars.split_at(end.unwrap_or(chars.len()))
}

fn is_counter(c: char) -> bool {
    matches!(
        c,
        '栋' | '幢' | '座' | '号' | '楼' | '单' | '元' | '层' | '室' | '房' | '户'
    )
}

fn is_number(word: &str) -> bool {
    word.bytes().all(|b| b.is_ascii_digit())
}

/// Pairs of neighbours; a lone character begins a pair or ends a run.
fn han(chars: &[char]) -> Vec<String> {
    match chars {
        [one] => vec![format!("\"{one}\"*")],
        _ => chars
            .windows(2)
            .map(|pair| format!("\"{}{}\"", pair[0], pair[1]))
            .collect(),
    }
}

/// A word, or what begins with it, if it is long enough.
fn beginning(word: &str, from: usize) -> String {
    let mark = if word.len() >= from { "*" } else { "" };
    format!("\"{word}\"{mark}")
}

/// The whole name, names that begin so, exact initials, initials that begin so.
fn name_steps(letters: &str) -> Vec<String> {
    let one_letter = letters.len() == 1;
    if letters.is_empty() || is_number(letters) || one_letter {
        return Vec::new();
    }
    if !letters.is_ascii() {
        return vec![
            format!("\"{WHOLE}{letters}{END}\""),
            format!("\"{WHOLE}{letters}\"*"),
        ];
    }
    vec![
        format!("\"{WHOLE}{letters}{END}\" OR \"{SPELT}{letters}{END}\""),
        format!("\"{WHOLE}{letters}\"* OR \"{SPELT}{letters}\"*"),
        format!("\"{INITIALS}{letters}{END}\""),
        format!("\"{INITIALS}{letters}\"*"),
    ]
}

/// Numbers as the place of a door: first those that have more behind them (building 3, before room 3), then
/// exactly these, then numbers that begin so.
fn place_steps(typed: &Typed) -> Vec<String> {
    if typed.numbers.is_empty() {
        return Vec::new();
    }
    let numbers: Vec<String> = typed
        .numbers
        .iter()
        .map(|n| trimmed(n).to_owned())
        .collect();
    let row = in_a_row(&numbers);
    let mut places = vec![format!("\"{row}n\"*")];
    if !typed.building {
        places.push(format!("\"{row}\""));
    }
    if numbers.len() > 1 {
        places.push(format!("\"{row}\"*"));
    }
    places
        .into_iter()
        .map(|place| both(&typed.words, place))
        .collect()
}

fn both(words: &[String], more: String) -> String {
    let mut all = words.to_vec();
    all.push(more);
    all.join(" AND ")
}

/// A whole phone number, or most of one, typed in groups: 1000-123-4821.
fn grouped_phone(text: &str, typed: &Typed) -> Option<String> {
    let digits = typed.numbers.concat();
    let only_groups = text
        .chars()
        .map(half_width)
        .all(|c| c.is_ascii_digit() || c.is_whitespace() || is_dash(c));
    let grouped = typed.numbers.len() > 1 && digits.len() >= GROUPED_PHONE;
    (only_groups && grouped).then(|| format!("\"p{digits}\"*"))
}

fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe63}')
}

/// Everything that was typed, wherever it stands on the card.
fn anywhere(typed: &Typed) -> String {
    let number = |digits: &String| {
        let row = in_a_row([&trimmed(digits).to_owned()]);
        if typed.building {
            return format!("\"{row}n\"*");
        }
        let tail = if digits.len() >= TAIL {
            format!(" OR \"p{digits}\"*")
        } else {
            String::new()
        };
        format!("(\"{row}\" OR {}{tail})", beginning(digits, CARD_BEGINNING))
    };
    let mut all = typed.words.clone();
    all.extend(typed.numbers.iter().map(number));
    all.join(" AND ")
}

/// The same for the words of visits, which hold no address and no phone number.
fn visits(text: &str) -> Option<String> {
    let all = runs(text);
    let worth = |run: &Run| match run {
        Run::Han(chars) => chars
            .windows(2)
            .any(|pair| !pair.iter().all(|c| is_counter(*c))),
        Run::Ascii(word) => word.len() > 1 && (!is_number(word) || all.len() == 1),
    };
    if !all.iter().any(worth) {
        return None;
    }
    let words = all.iter().flat_map(|run| match run {
        Run::Han(chars) => han(chars),
        Run::Ascii(word) => vec![beginning(word, VISIT_BEGINNING)],
    });
    Some(words.collect::<Vec<_>>().join(" AND "))
}
