//! Reading the text of addresses: one form for characters, numbers and counter words.

/// Words that only say that a number counts buildings, longest first.
pub(super) const BUILDING: &[&str] = &[
    "号楼", "栋楼", "幢楼", "#楼", "栋", "幢", "座", "楼", "号", "#",
];
/// The same for units.
pub(super) const UNIT: &[&str] = &["单元", "单", "门"];
/// The same for rooms.
pub(super) const ROOM: &[&str] = &[
    "号房间",
    "房间",
    "号室",
    "号房",
    "#室",
    "室",
    "户",
    "房",
    "号",
    "#",
];

/// Full-width characters to half-width, dashes to `-`, ideographic and other blanks to spaces;
/// control and zero-width characters are dropped. Keeps letter case.
pub(crate) fn half_width(text: &str) -> String {
    let one = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0),
        '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' | '﹣' => Some('-'),
        '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{202a}'..='\u{202e}' => None,
        c if c.is_whitespace() => Some(' '),
        c if c.is_control() => None,
        c => Some(c),
    };
    text.chars().filter_map(one).collect()
}

/// One form for a cell: half-width, upper-case, blanks only between two Latin letters or digits,
/// without what spreadsheets leave behind (`501.0`, `'501`, `="501"`, `#REF!`), and empty for the
/// marks people write for "none".
pub(super) fn tidy(text: &str) -> String {
    let text = half_width(text);
    let text = text.trim().trim_start_matches('\'');
    let text = text
        .strip_prefix("=\"")
        .and_then(|t| t.strip_suffix('"'))
        .unwrap_or(text);
    if is_blank_mark(text) {
        return String::new();
    }
    let text = text
        .split_once('.')
        .filter(|(whole, rest)| all_digits(whole) && rest.chars().all(|c| c == '0'))
        .map_or(text, |(whole, _)| whole);
    let mut out = String::new();
    for word in text.split(' ').filter(|w| !w.is_empty()) {
        if last_is_alnum(&out) && word.starts_with(|c: char| c.is_ascii_alphanumeric()) {
            out.push(' ');
        }
        out.extend(word.chars().map(|c| c.to_ascii_uppercase()));
    }
    out
}

/// What people and spreadsheets write into a cell that has no value.
pub(crate) fn is_blank_mark(text: &str) -> bool {
    const ERRORS: [&str; 8] = [
        "#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#DATA!",
    ];
    const NONE: [&str; 8] = ["无", "/", "-", "--", "\\", "空", "NULL", "N/A"];
    let text = text.trim();
    text.is_empty() || ERRORS.contains(&text) || NONE.contains(&text)
}

pub(super) fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

pub(super) fn last_is_alnum(text: &str) -> bool {
    text.ends_with(|c: char| c.is_ascii_alphanumeric())
}

fn numeral(c: char) -> Option<u32> {
    "〇一二三四五六七八九"
        .chars()
        .position(|n| n == c)
        .and_then(|n| u32::try_from(n).ok())
        .or(match c {
            '零' => Some(0),
            '两' => Some(2),
            '十' => Some(10),
            '百' => Some(100),
            _ => None,
        })
}

/// A number in Chinese numerals (十二, 一百零三, 五〇一) in digits; `None` for anything else.
pub(crate) fn number_text(text: &str) -> Option<String> {
    let digits: Vec<u32> = text.chars().map(numeral).collect::<Option<_>>()?;
    if digits.is_empty() || digits.len() > 7 {
        return None;
    }
    if digits.iter().all(|d| *d < 10) {
        return Some(digits.iter().map(u32::to_string).collect());
    }
    let (mut total, mut pending) = (0, None);
    for digit in digits {
        if digit < 10 {
            pending = Some(digit);
        } else {
            total += pending.take().unwrap_or(1) * digit;
        }
    }
    Some((total + pending.unwrap_or(0)).to_string())
}

/// The part without its counter words, where what is left ends in a number or a letter.
pub(super) fn bare(text: &str, words: &[&str]) -> String {
    let mut stem = text;
    while let Some(shorter) = words.iter().find_map(|w| stem.strip_suffix(w)) {
        if !last_is_alnum(shorter) && number_text(shorter).is_none() {
            break;
        }
        stem = shorter;
    }
    let stem = match stem.strip_prefix(['第', '#']) {
        Some(rest)
            if rest
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || numeral(c).is_some()) =>
        {
            rest
        }
        _ => stem,
    };
    number_text(stem).unwrap_or_else(|| stem.to_string())
}

/// The digits without leading zeros, in every run of digits: `03` and `3` are one number.
pub(super) fn fold(part: &str) -> String {
    let mut out = String::with_capacity(part.len());
    let mut chars = part.chars().peekable();
    let mut in_number = false;
    while let Some(c) = chars.next() {
        let leading = c == '0' && !in_number;
        if leading && chars.peek().is_some_and(char::is_ascii_digit) {
            continue;
        }
        in_number = c.is_ascii_digit();
        out.push(c);
    }
    out
}

/// A floor's number from a cell such as 5, 5层, 五楼, B1 or -1.
pub(super) fn floor_number(text: &str) -> Option<i32> {
    let text = bare(&tidy(text), &["层", "楼", "F"]);
    let (sign, digits) = match text.strip_prefix(['-', 'B']) {
        Some(rest) => (-1, rest),
        None => (1, text.as_str()),
    };
    let floor: i32 = digits.parse().ok().filter(|n| (1..=200).contains(n))?;
    Some(sign * floor)
}

/// The floor a room's number tells: `501` is on 5, `1203` and `1203A` on 12, `B1层3` on -1.
pub(super) fn floor_of(room: &str) -> Option<i32> {
    if let Some((floor, _)) = room.split_once('层') {
        return floor_number(floor);
    }
    let digits = room.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    let digits: String = digits.chars().take_while(char::is_ascii_digit).collect();
    let floor = match digits.len() {
        3 => &digits[..1],
        4 => &digits[..2],
        _ => return None,
    };
    floor.parse().ok().filter(|n| *n > 0)
}

/// Whether a cell has become a date, as spreadsheets do with 3-2 or 2001-1-5.
pub(crate) fn became_date(text: &str) -> bool {
    let text = half_width(text);
    let text = text.trim();
    let date = text.split([' ', 'T']).next().unwrap_or(text);
    let parts: Vec<&str> = date.split(['-', '/', '.', '年', '月', '日']).collect();
    let number = |i: usize, range: std::ops::RangeInclusive<u32>| {
        parts
            .get(i)
            .and_then(|p| p.parse().ok())
            .is_some_and(|n| range.contains(&n))
    };
    let month_name = |p: &&str| {
        let p = p.to_ascii_lowercase();
        [
            "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
        ]
        .contains(&p.as_str())
    };
    let year_first = parts[0].len() == 4 && number(0, 1900..=2099) && number(1, 1..=12);
    let month_day = date.ends_with('日') && number(0, 1..=12) && number(1, 1..=31);
    let named = parts.len() >= 2 && parts.iter().take(2).any(month_name);
    (year_first && number(2, 1..=31)) || month_day || named
}

/// What one cell says of an address; parts it does not name are empty.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// What stands before: the compound.
    pub(super) before: String,
    pub(super) building: String,
    pub(super) unit: String,
    pub(super) floor: String,
    /// What stands after: the room, with its counter word.
    pub(super) room: String,
    /// Whether the building is named by a word that counts nothing else (栋, not 号).
    pub(super) sure: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Building,
    /// 号, # or 楼: a building's only if nothing better is there.
    Perhaps,
    Unit,
    /// 门: a unit, directly after a building.
    Gate,
    Floor,
}

#[derive(Debug, Clone, Copy)]
struct Token<'a> {
    stem: &'a str,
    start: usize,
    end: usize,
    mark: Mark,
}

const MARKS: [(&str, Mark); 11] = [
    ("号楼", Mark::Building),
    ("#楼", Mark::Building),
    ("栋", Mark::Building),
    ("幢", Mark::Building),
    ("座", Mark::Building),
    ("单元", Mark::Unit),
    ("门", Mark::Gate),
    ("层", Mark::Floor),
    ("楼", Mark::Perhaps),
    ("号", Mark::Perhaps),
    ("#", Mark::Perhaps),
];

/// Numbers directly followed by a counter word, left to right.
fn tokens(text: &str) -> Vec<Token<'_>> {
    let class = |c: char| match c {
        '-' => Some(0),
        c if c.is_ascii_alphanumeric() => Some(0),
        c => numeral(c).map(|_| 1),
    };
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let Some(kind) = class(first) else {
            at += first.len_utf8();
            continue;
        };
        let run = text[at..]
            .find(|c| class(c) != Some(kind))
            .unwrap_or(text.len() - at);
        let (stem, rest) = text[at..].split_at(run);
        let mark = MARKS.iter().find(|(word, _)| rest.starts_with(word));
        let is_yard = rest.starts_with("号院") || rest.starts_with("号大院");
        let stem_bare = stem.trim_start_matches('-');
        let start = at + (stem.len() - stem_bare.len());
        at += run;
        if let Some((word, mark)) = mark.filter(|_| !is_yard && !stem_bare.is_empty()) {
            at += word.len();
            out.push(Token {
                stem: stem_bare,
                start,
                end: at,
                mark: *mark,
            });
        }
    }
    out
}

/// Gives every token the meaning its neighbour on the left leaves it.
fn settled(text: &str, of_building: bool) -> Vec<Token<'_>> {
    let mut out: Vec<Token<'_>> = Vec::new();
    for mut token in tokens(text) {
        let follows = out.last().is_some_and(|before| {
            text[before.end..token.start].chars().all(|c| c == '-') && before.mark != Mark::Floor
        });
        let is_storey = token.mark == Mark::Perhaps && text[..token.end].ends_with('楼');
        let ends_text = token.end == text.len();
        token.mark = match token.mark {
            Mark::Gate if follows => Mark::Unit,
            Mark::Gate => continue,
            _ if is_storey && follows => Mark::Floor,
            // 501号 at the end is a room, not a building.
            Mark::Perhaps if ends_text && !is_storey && !of_building => continue,
            mark => mark,
        };
        out.push(token);
    }
    out
}

fn trimmed(text: &str) -> String {
    text.trim_matches(['-', ' ', ',', '、', ';', '.', ':'])
        .to_string()
}

/// Reads an address by its counter words; `None` when there are none. `of_building` says that the
/// text is a building's cell, where no room is expected at the end.
pub(super) fn marked(text: &str, of_building: bool) -> Option<Found> {
    let tokens = settled(text, of_building);
    let is = |mark: Mark| move |t: &&Token<'_>| t.mark == mark;
    let unit = tokens.iter().rfind(is(Mark::Unit));
    let building = match unit {
        Some(unit) => tokens.iter().rfind(|t| {
            matches!(t.mark, Mark::Building | Mark::Perhaps)
                && t.end <= unit.start
                && text[t.end..unit.start].chars().all(|c| c == '-')
        }),
        None => tokens
            .iter()
            .rfind(is(Mark::Building))
            .or_else(|| tokens.iter().rfind(is(Mark::Perhaps))),
    };
    let last = unit.or(building);
    let floor = tokens.iter().rfind(|t| {
        t.mark == Mark::Floor
            && last
                .is_none_or(|l| t.start >= l.end && text[l.end..t.start].chars().all(|c| c == '-'))
    });
    let first = building.or(unit).or(floor)?;
    let last = floor.or(last)?;
    let mut found = Found {
        before: trimmed(&text[..first.start]),
        building: building.map(|t| bare(t.stem, &[])).unwrap_or_default(),
        unit: unit.map(|t| bare(t.stem, &[])).unwrap_or_default(),
        floor: floor.map(|t| t.stem.to_string()).unwrap_or_default(),
        room: text[last.end..].trim_start_matches(['-', ' ']).to_string(),
        sure: unit.is_some() || building.is_some_and(|t| t.mark == Mark::Building),
    };
    if let (true, Some((building, unit))) = (found.building.is_empty(), found.unit.split_once('-'))
    {
        (found.building, found.unit) = (building.to_string(), unit.to_string());
    }
    Some(found)
}

/// Reads an address that is numbers joined by dashes, after whatever stands before them; `None`
/// when there is no such number at the end. 「501-1」 is a room that was divided.
pub(super) fn dashed(text: &str) -> Option<Found> {
    let text = bare(text, ROOM);
    let text = text.replace(['/', '_', '\\'], "-");
    let stem = text.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || c == '-');
    let numbers: Vec<&str> = text[stem.len()..]
        .split('-')
        .filter(|n| !n.is_empty())
        .collect();
    let (before, mut numbers) = (trimmed(stem), numbers);
    let mut room = (*numbers.last()?).to_string();
    numbers.pop();
    if let Some(main) = numbers
        .last()
        .filter(|main| main.len() >= 3 && room.len() <= 2)
    {
        room = format!("{main}-{room}");
        numbers.pop();
    }
    let (building, unit) = match numbers[..] {
        [] => ("", ""),
        [building] => (building, ""),
        [building, unit] => (building, unit),
        _ => return None,
    };
    let (building, unit) = (building.to_string(), unit.to_string());
    Some(Found {
        before,
        building,
        unit,
        floor: String::new(),
        room,
        sure: false,
    })
}
